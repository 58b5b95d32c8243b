"""Who answers the crowd: threads of this process, or workers of a fleet in blocks of counties?

A reply takes some 50 microseconds, so that blocks must be large enough to be worth sending. Each
county's reply depends on what all believe and on nothing else: the cut, the workers and who of them
is lost change no bit. Arrays are (lot, quarter) for offers and (market, quarter) for beliefs.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ironpot.system.coordinate import batches
from ironpot.system.fleet import Fleet, Hired
from ironpot.system.links import Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.strands import Strands, strands
from ironpot.system.ties import Ties

# Processor seconds of one reply, about: three or four lots, eight quarters
# (`benchmarks/system.py`: 5.7 microseconds).
REPLY_S = 6e-6


@dataclass(frozen=True, slots=True)
class Own:
    """What counties have, owe and keep, as in `SharedMarkets`; the same in every round."""

    first_lot: Ints
    market: Ints
    lots: Floats
    keep: Floats
    due: Floats
    late: Floats
    opens: Ints
    ties: Ties


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a yuan offered meets: the share sold, the average price, the toll; (market, quarter)."""

    share: Floats
    mean: Floats
    toll: Floats


@dataclass(frozen=True, slots=True)
class Block:
    """Some counties, by number, and what they believe."""

    group: Ints
    beliefs: Beliefs


class Replies(Protocol):
    """Answers for many counties at once."""

    def answer(self, group: Ints, beliefs: Beliefs, wanted: Floats) -> Floats:
        """Write the best offers of the counties in `group`; return what they would cost each."""
        ...


@contextmanager
def replies(
    markets: SharedMarkets, fleet: Fleet | None, threads: int | None = None
) -> Generator[Replies]:
    """Give `fleet`'s workers, held ready for all rounds, or `threads`, one a core if not given."""
    own = Own(
        *(markets.first_lot, markets.market, markets.lots, markets.keep),
        *(markets.due, markets.late, markets.first_quarter, markets.ties),
    )
    with strands(1 if fleet is not None else threads) as hands:
        here = _Threads(own, hands)
        if fleet is None:
            yield here
            return
        with fleet.hired(reply, own) as crew:
            yield _Workers(own, here, crew, least_counties(fleet))


def least_counties(fleet: Fleet) -> int:
    """Return how many counties a block must have, so that handing it out pays.

    >>> from ironpot.system.fleet import Processes
    >>> least_counties(Processes(2))
    167
    """
    return max(round(fleet.handing_s / REPLY_S), 1)


def blocks_a_batch(markets: SharedMarkets, fleet: Fleet) -> int:
    """Return into how many blocks the largest batch is cut for a fleet; 1 is answered here.

    >>> from ironpot.system.fleet import OneProcess
    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> blocks_a_batch(one, OneProcess())
    1
    """
    largest = max((group.size for group in batches(markets.counties)), default=0)
    return max(min(fleet.workers, largest // least_counties(fleet)), 1)


def reply(own: Own, asked: Block) -> tuple[Floats, Floats]:
    """Return a block's best offers, (lot rows in the order of its counties, quarter), and costs."""
    wanted = np.empty((len(own.lots), own.due.shape[1]))
    costs = _answered(own, asked.group, asked.beliefs, wanted)
    return wanted[lot_rows(own.first_lot, asked.group)], costs


def lot_rows(first_lot: Ints, group: Ints) -> Ints:
    """Return the lot rows of counties, one county after the other.

    >>> lot_rows(np.array([0, 2, 2, 5]), np.array([2, 0])).tolist()
    [2, 3, 4, 0, 1]
    """
    count = first_lot[group + 1] - first_lot[group]
    before = np.cumsum(count) - count
    steps = np.arange(count.sum(), dtype=np.int64)
    return np.repeat(first_lot[group] - before, count) + steps


def _answered(own: Own, group: Ints, given: Beliefs, wanted: Floats) -> Floats:
    from ironpot.system.learned_batch import answer_crowd

    return answer_crowd(
        *(group, own.first_lot, own.market, own.lots, own.keep),
        *(own.due, own.late, own.opens, own.ties),
        *(given.share, given.mean, given.toll, wanted),
    )


@dataclass(frozen=True, slots=True)
class _Threads:
    """Threads share a large batch; each county writes its own rows only."""

    own: Own
    hands: Strands

    def answer(self, group: Ints, beliefs: Beliefs, wanted: Floats) -> Floats:
        costs = np.empty(group.size)

        def part(begin: int, end: int) -> None:
            costs[begin:end] = _answered(self.own, group[begin:end], beliefs, wanted)

        self.hands.share(part, group.size)
        return costs


@dataclass(frozen=True, slots=True)
class _Workers:
    """Workers answer a block each; what is too little for two blocks is answered here."""

    own: Own
    here: _Threads
    crew: Hired[Block, tuple[Floats, Floats]]
    least: int

    def answer(self, group: Ints, beliefs: Beliefs, wanted: Floats) -> Floats:
        count = min(self.crew.workers, group.size // self.least)
        if count < 2:
            return self.here.answer(group, beliefs, wanted)
        cuts = {str(number): part for number, part in enumerate(np.array_split(group, count))}
        asked = {key: Block(part, beliefs) for key, part in cuts.items()}
        costs = dict.fromkeys(cuts, np.zeros(0))
        for key, (offers, cost) in self.crew.each(asked):
            wanted[lot_rows(self.own.first_lot, cuts[key])] = offers
            costs[key] = cost
        return np.concatenate(list(costs.values()))
