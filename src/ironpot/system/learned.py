"""What does a crowd settle at in which nobody speaks to anybody? Nash among price takers, learned.

Counties take the average price and the share sold of each market and quarter as given, answer them,
and move a little towards the answer. Yuan; (lot, quarter) for offers, (lot, slot) for sales.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ironpot.system.checkpoint import Arrays, Book
from ironpot.system.coordinate import batches
from ironpot.system.fleet import Fleet
from ironpot.system.links import Floats
from ironpot.system.regimes import (
    Regime,
    by_county,
    by_quarter,
    not_more_than_owned,
    offers_alone,
    pooled,
)
from ironpot.system.replies import Beliefs, Replies, replies
from ironpot.system.shared_markets import SharedMarkets

# What a book calls where the learning stands.
STANDING = "nash"
ROUNDS = 4000
SETTLED = 1e-3
# Step of round n: _MEMORY / (_MEMORY + n). Equal weights (a memory of 1) forget first guesses so
# slowly that the regret is ten times as large after a thousand rounds.
_MEMORY = 31.0
# Rounds between two looks at the regret, and between two notes of where learning stands.
_CHECK, _NOTED = 100, 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """How far learning is: rounds learned, and the crowd of least regret so far."""

    learned: int
    crowd: Regime


@dataclass(frozen=True, slots=True)
class Tolled:
    """A crowd with tolls: `tolls` (market, quarter) a yuan sold, `paid` (county,) in all."""

    regime: Regime
    tolls: Floats
    paid: Floats


def plan_nash(
    markets: SharedMarkets,
    *,
    rounds: int = ROUNDS,
    settled: float = SETTLED,
    watch: Callable[[Lesson], None] | None = None,
    book: Book | None = None,
    threads: int | None = None,
    fleet: Fleet | None = None,
) -> Regime:
    """Let counties learn the crowd until no more than `settled` of what selling saves is left.

    Fixed batches, one after the other, answer the average prices and shares sold that all offers
    make, and their offers move towards the answers by decreasing steps: an average that forgets.
    The certificate is the regret: what each county could still save by its best answer to the same
    crowd, nil in an equilibrium; of all rounds looked at, the least is kept. Ctrl-C keeps it too.
    `book` keeps where learning stands every few rounds, so that it can go on from there; `watch`
    hears whenever the regret is looked at. Large batches are answered by `fleet`'s workers, or
    shared by `threads`, one a core if not given; that changes no bit.

    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> learned = plan_nash(two)
    >>> learned.costs.round(9).tolist(), learned.regret.round(9).tolist()
    ([30.0, 30.0], [0.0, 0.0])
    """
    with replies(markets, fleet, threads) as hands:
        crowd = _Learning.start(markets, 0.0, hands)
        return _learn(crowd, rounds, settled, watch, book).regime


def plan_tolled(
    markets: SharedMarkets,
    *,
    part: float = 1.0,
    rounds: int = ROUNDS,
    settled: float = SETTLED,
    watch: Callable[[Lesson], None] | None = None,
    book: Book | None = None,
    fleet: Fleet | None = None,
) -> Tolled:
    """Let counties learn the crowd where all sell at one price and pay a toll, without allotments.

    Who sells pays `part` of what a yuan more takes from all others, at one rate a market and
    quarter, averaged like the offers. Tolls are given back to all: they stand in the regret, but
    not in costs.

    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> plan_tolled(two, rounds=50).regime.costs.round(9).tolist()
    [30.0, 30.0]
    """
    with replies(markets, fleet) as hands:
        return _learn(_Learning.start(markets, part, hands), rounds, settled, watch, book)


def _learn(
    crowd: "_Learning",
    rounds: int,
    settled: float,
    watch: Callable[[Lesson], None] | None,
    book: Book | None = None,
) -> Tolled:
    best, learned = crowd.judged(), 0
    kept = None if book is None else book.found(STANDING)
    if kept is not None:
        best, learned = crowd.go_on(kept)
    try:
        while learned < rounds and not _has_ended(crowd.markets, best, learned, settled):
            learned += 1
            crowd.step(_MEMORY / (_MEMORY + learned))
            looked = learned % _CHECK == 0 or learned == rounds
            if looked:
                best = min(best, crowd.judged(), key=_unsettled)
            if book is not None and (looked or learned % _NOTED == 0):
                book.keep(STANDING, crowd.standing(best, learned))
            if watch is not None and looked:
                watch(Lesson(learned, best.regime))
    except KeyboardInterrupt:
        # The least regret so far is a plan too, and says how good it is.
        if book is not None:
            book.stopped()
    return best


def _has_ended(markets: SharedMarkets, best: Tolled, learned: int, settled: float) -> bool:
    """Say whether the crowd has settled; looked at where the regret is, never before a round."""
    return learned > 0 and learned % _CHECK == 0 and _is_settled(markets, best, settled)


def _is_settled(markets: SharedMarkets, crowd: Tolled, settled: float) -> bool:
    return _unsettled(crowd) <= settled * _saved(markets, crowd.regime)


def _unsettled(crowd: Tolled) -> float:
    return 0.0 if crowd.regime.regret is None else float(crowd.regime.regret.sum())


def _saved(markets: SharedMarkets, crowd: Regime) -> float:
    """Return what selling saves in this crowd against doing nothing."""
    return max(float(markets.doing_nothing().sum()) - crowd.cost, 0.0)


class _Learning:
    """What changes: each county's offers and what they come to in every market."""

    def __init__(
        self, markets: SharedMarkets, offered: Floats, toll: float, hands: Replies
    ) -> None:
        self.hands = hands
        self.markets, self.part, self.offered = markets, toll, offered
        self.total, self.toll = (np.zeros(markets.price.shape[:2]) for _ in range(2))
        np.add.at(self.total, markets.market, offered)
        self.groups = batches(markets.counties)

    @classmethod
    def start(cls, markets: SharedMarkets, toll: float, hands: Replies) -> "_Learning":
        """Start from what each would do alone."""
        return cls(markets, by_quarter(markets, offers_alone(markets)), toll, hands)

    def standing(self, best: Tolled, learned: int) -> Arrays:
        """Return all that learning needs to go on after `learned` rounds."""
        now = {"offered": self.offered.copy(), "total": self.total.copy(), "toll": self.toll.copy()}
        regime = best.regime
        kept = {"sold": regime.sold, "costs": regime.costs, "regret": regime.regret}
        kept |= {"offers": regime.offered, "tolls": best.tolls, "paid": best.paid}
        return now | kept | {"learned": np.array(learned), "name": np.array(regime.name)}

    def go_on(self, kept: Arrays) -> tuple[Tolled, int]:
        """Stand where `standing` was taken; return the best of then and the rounds learned."""
        self.offered, self.total, self.toll = kept["offered"], kept["total"], kept["toll"]
        figures = (kept[name] for name in ("sold", "costs", "regret", "offers"))
        regime = Regime(str(kept["name"]), *figures)
        return Tolled(regime, kept["tolls"], kept["paid"]), int(kept["learned"])

    def step(self, step: float) -> None:
        """Let every batch move once, then the tolls."""
        from ironpot.system.learned_batch import follow_batch

        own = self.markets.first_lot, self.markets.market
        wanted = np.zeros_like(self.offered)
        for group in self.groups:
            share, mean, _ = self._believed()
            self.hands.answer(group, Beliefs(share, mean, self.toll), wanted)
            follow_batch(group, *own, step, wanted, self.offered, self.total)
        if self.part > 0.0:
            self.toll += step * (self.part * self._believed()[2] - self.toll)

    def _believed(self) -> tuple[Floats, Floats, Floats]:
        from ironpot.system.learned_batch import believe

        share, mean, taken_away = (np.empty_like(self.total) for _ in range(3))
        believe(self.total, self.markets.room, self.markets.price, share, mean, taken_away)
        if self.markets.rights is not None:
            # Who uses all of its own right takes nothing from others.
            taken_away[self.markets.rights] = 0.0
        return share, mean, taken_away

    def judged(self) -> Tolled:
        """Return what the offers end in, and what each county could still save."""
        markets, (share, mean, _) = self.markets, self._believed()
        everyone, wanted = np.arange(len(markets.counties)), np.zeros_like(self.offered)
        best = self.hands.answer(everyone, Beliefs(share, mean, self.toll), wanted)
        sold = not_more_than_owned(markets, pooled(markets, self.offered))
        costs = markets.costs(sold)
        paid = (by_quarter(markets, sold) * self.toll[markets.market]).sum(axis=1)
        paid = by_county(markets, paid)
        name = "uniform" if self.part > 0.0 else "nash"
        regret = np.maximum(costs + paid - best, 0.0)
        regime = Regime(name, sold, costs, regret, self.offered.copy())
        return Tolled(regime, self.toll.copy(), paid)
