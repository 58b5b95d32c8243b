"""Which fees bound the cost of all plans of whole lots best, and how high is that bound?

Counties are answered in fixed blocks, so that any number of threads gives the same bits.
"""

from concurrent.futures import Executor
from threading import Event

import numpy as np

from ironpot.system.coordinate import batches
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_stand import Bound, FeeStanding
from ironpot.system.whole_sweep import Average, Sellers, answer_block, step_together

# Fees answer crowding more softly where many lots meet: each is a small part of what a row takes.
_STIFF, _LOTS = 0.1, 50
_BLOCK = 50
# A certificate is worth more nodes than a step, and is given at the mean of the latest fees, which
# swing from sweep to sweep.
_CERTIFIED = 40
_MEAN = 4


def sellers_of(markets: SharedMarkets) -> Sellers:
    """Return the joint problem as the arrays that compiled sweeps take."""
    price = markets.by_lot(markets.price)
    return Sellers(
        markets.first_lot.astype(np.int64),
        markets.market.astype(np.int64),
        markets.lots,
        price,
        markets.keep[:, None] - price,
        markets.caps,
        markets.due,
        markets.late,
        markets.ties,
    )


class FeeSearch:
    """Block Frank-Wolfe over averages of whole plans; `best` is the highest bound so far."""

    def __init__(
        self, markets: SharedMarkets, fees: Floats, nodes: int, pool: Executor, stop: Event
    ) -> None:
        """Start from doing nothing at `fees`; threads come from `pool`, `stop` ends it early."""
        self.sellers = sellers_of(markets)
        self.room = markets.room.reshape(len(markets.room), -1)
        usable: Bools = np.greater(self.room, 0.0)
        lots = np.bincount(markets.market, minlength=len(self.room))[:, None]
        soft = _STIFF * np.minimum(_LOTS / np.maximum(lots, 1), 1.0) + np.zeros_like(self.room)
        self.stiff = np.divide(soft, self.room, out=np.zeros_like(self.room), where=usable)
        self.average = Average(
            np.zeros_like(self.sellers.price), markets.doing_nothing(), np.zeros_like(self.room)
        )
        self.answer = np.zeros_like(self.sellers.price)
        self.cost, self.low = np.zeros(len(markets.counties)), np.zeros(len(markets.counties))
        self.groups = batches(markets.counties)
        self.fees, self.nodes, self.pool, self.sweeps = fees.copy(), nodes, pool, 0
        self.stop = stop
        self.latest: list[Floats] = []
        self.best = Bound(fees, self.low, -np.inf)

    def standing(self) -> FeeStanding:
        """Return where the search stands."""
        latest = np.array(self.latest).reshape(-1, *self.fees.shape)
        facts = np.array([self.best.bound, self.sweeps])
        best = self.best.fees, self.best.low, facts
        return FeeStanding(*map(np.copy, (*self.average, self.fees, latest, *best)))

    def go_on(self, standing: FeeStanding) -> None:
        """Stand where `standing` was taken."""
        self.average = Average(*map(np.copy, standing[:3]))
        self.fees, self.latest = standing.fees.copy(), list(standing.latest)
        self.best, self.sweeps = standing.best, int(standing.facts[1])

    def advance(self, sweeps: int) -> None:
        """Let every batch answer the fees `sweeps` times, then certify the fees."""
        for _ in range(sweeps):
            for group in self.groups:
                if self.stop.is_set():
                    return
                fees = self._pressed()
                self._answer(group, fees, self.nodes)
                step_together(
                    *(group, self.sellers, fees, self.stiff),
                    *(self.answer, self.cost, self.average),
                )
            self.fees = self._pressed()
            self.sweeps += 1
            self.latest = [*self.latest, self.fees][-_MEAN:]
        self._certify()

    def _pressed(self) -> Floats:
        return np.maximum(self.fees + self.stiff * (self.average.load - self.room), 0.0)

    def _answer(self, group: Ints, fees: Floats, nodes: int) -> None:
        """Answer in fixed blocks; each writes its own counties' rows."""
        parts = [group[at : at + _BLOCK] for at in range(0, group.size, _BLOCK)]
        asked = [
            self.pool.submit(
                answer_block, part, self.sellers, fees, nodes, self.answer, self.cost, self.low
            )
            for part in parts
        ]
        for done in asked:
            done.result()

    def _certify(self) -> None:
        everybody = np.arange(self.cost.size, dtype=np.int64)
        fees = np.mean(self.latest, axis=0)
        self._answer(everybody, fees, self.nodes * _CERTIFIED)
        finite = np.where(self.room < np.inf, self.room, 0.0)
        bound = float(self.low.sum() - (fees * finite).sum())
        if bound > self.best.bound:
            self.best = Bound(fees, self.low.copy(), bound)
