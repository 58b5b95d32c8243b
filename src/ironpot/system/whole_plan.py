"""Which whole lots go into which quarter, so that all fit? Large lots first, then better orders.

A plan fits every row at any time: room is taken when a lot is placed and given back when it leaves.
"""

from threading import Event

import numpy as np

from ironpot.system.links import Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_bound import Bound, sellers_of
from ironpot.system.whole_moves import Placed, Sets, plan_in_order, rebuild_some
from ironpot.system.whole_sweep import Sellers

# Fees at full weight keep room for those to whom it is worth most; lower ones fill what is left.
_SCALES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.4, 0.2, 0.0)
_IN_SET = 6
_AT_ONCE = 500
_DRAWS = 40


class PlanSearch:
    """The best plan of whole lots so far; `advance` builds another at new fees and improves it."""

    def __init__(self, markets: SharedMarkets, seed: int) -> None:
        """Start from selling nothing; `seed` draws the orders that are tried."""
        self.markets, self.sellers = markets, sellers_of(markets)
        self.sets = sets_of(markets)
        self.order = _large_first(self.sellers, self.sets)
        self.chance = np.random.default_rng(seed)
        self.stop = Event()
        self.sold = np.zeros_like(self.sellers.price)

    def advance(self, bound: Bound, trials: int) -> Floats:
        """Return the best plan (lot, slot) after building one at the fees and `trials` orders."""
        self.sold = self._cheaper(self._built(bound.fees))
        tried = 0
        while tried < trials and not self.stop.is_set():
            count = min(_AT_ONCE, trials - tried)
            placed = self._placed(self.sold)
            rebuild_some(
                *(self.chance.random((count, _DRAWS)), self._weight(bound)),
                *(self.sellers, self.sets, placed, bound.fees),
            )
            self.sold, tried = self._cheaper(placed.sold), tried + count
        return self.sold.copy()

    def _built(self, fees: Floats) -> Floats:
        placed = self._placed(np.zeros_like(self.sold))
        for scale in _SCALES:
            if not self.stop.is_set():
                plan_in_order(self.order, self.sellers, self.sets, placed, fees, scale)
        return placed.sold

    def _cheaper(self, sold: Floats) -> Floats:
        costs = [self.markets.costs(plan).sum() for plan in (self.sold, sold)]
        return sold if costs[1] < costs[0] else self.sold

    def _placed(self, sold: Floats) -> Placed:
        """Work out room and cash afresh, so that rounding does not add up."""
        markets = self.markets
        room = markets.room.reshape(len(markets.room), -1)
        paid = (self.sellers.price * sold).reshape(len(sold), markets.price.shape[1], -1)
        cash = np.zeros_like(markets.need)
        np.add.at(cash, self._owner(), paid.sum(axis=2))
        return Placed(sold.copy(), room - markets.load(sold), np.cumsum(cash, axis=1))

    def _owner(self) -> Ints:
        return np.repeat(np.arange(len(self.markets.counties)), np.diff(self.markets.first_lot))

    def _weight(self, bound: Bound) -> Floats:
        """Odds that a set is taken out: what its county pays above its least at the fees."""
        paid = np.zeros(len(self.markets.counties))
        np.add.at(paid, self._owner(), (bound.fees[self.markets.market] * self.sold).sum(axis=1))
        regret = np.maximum(self.markets.costs(self.sold) + paid - bound.low, 0.0)
        return np.cumsum(regret[self.sets.county] + 1e-9 * regret.mean() + 1e-300)


def sets_of(markets: SharedMarkets) -> Sets:
    """Cut each county's lots into sets with no market twice: the largest of each, the next, ...

    >>> two = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 2]),
    ...                     np.array([0, 0]), np.array([30.0, 40.0]), np.array([1.0, 1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> sets_of(two).lot.tolist(), sets_of(two).first.tolist()
    ([1, 0], [0, 1, 2])
    """
    count, lots = len(markets.counties), len(markets.lots)
    owner = np.repeat(np.arange(count), np.diff(markets.first_lot))
    by_size = np.lexsort((np.arange(lots), -markets.lots, markets.market, owner))
    rank = _place_in_run(owner[by_size] * len(markets.price) + markets.market[by_size])
    order = by_size[np.lexsort((by_size, rank, owner[by_size]))]
    ranks = np.empty(lots, dtype=np.int64)
    ranks[by_size] = rank
    part = _place_in_run(owner[order] * (lots + 1) + ranks[order]) // _IN_SET
    keys = np.stack([owner[order], ranks[order], part])
    new = np.ones(lots, dtype=np.bool_)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    of_lot = np.empty(lots, dtype=np.int64)
    of_lot[order] = np.cumsum(new) - 1
    by_market = np.argsort(markets.market, kind="stable")
    return Sets(
        np.append(np.flatnonzero(new), lots),
        order,
        owner[order][new],
        of_lot,
        by_market,
        np.searchsorted(markets.market[by_market], np.arange(len(markets.price) + 1)),
    )


def _place_in_run(keys: Ints) -> Ints:
    """Count equal neighbours from 0."""
    new = np.ones(keys.size, dtype=np.bool_)
    new[1:] = keys[1:] != keys[:-1]
    start = np.flatnonzero(new)
    return np.arange(keys.size) - np.repeat(start, np.diff(np.append(start, keys.size)))


def _large_first(sellers: Sellers, sets: Sets) -> Ints:
    """Order sets by their largest lot that fits into an empty quarter, the largest first."""
    quarters = sellers.due.shape[1]
    room = sellers.cap.reshape(len(sellers.lots), quarters, -1).sum(axis=2).max(axis=1)
    size = np.where(sellers.lots <= room, sellers.lots, 0.0)
    largest = np.maximum.reduceat(size[sets.lot], sets.first[:-1])
    return np.argsort(-largest, kind="stable").astype(np.int64)
