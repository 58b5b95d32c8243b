"""Which whole lots go into which quarter, so that all fit? Large lots first, then better orders.

A plan fits every row at any time: room is taken when a lot is placed and given back when it leaves.
"""

from threading import Event

import numpy as np

from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_block import block_around, place_block
from ironpot.system.whole_bound import sellers_of
from ironpot.system.whole_moves import Placed, Sets, plan_in_order, rebuild_some
from ironpot.system.whole_stand import Bound, PlanStanding, chance_state, set_chance
from ironpot.system.whole_sweep import Sellers

# Fees at full weight keep room for those to whom it is worth most; lower ones fill what is left.
_SCALES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.4, 0.2, 0.0)
# Where the gap is wider, blocks are placed by exact programs of about so many binaries and nodes;
# when so many in a row have brought nothing, more would hardly.
_THIN, _BINARIES, _NODES = 0.03, 200, 3
_IN_VAIN = 4
_IN_SET = 6
_AT_ONCE = 500
_DRAWS = 40


class PlanSearch:
    """The best plan of whole lots so far; `advance` builds another at new fees and improves it."""

    def __init__(self, markets: SharedMarkets, seed: int, stop: Event) -> None:
        """Start from selling nothing; `seed` draws the orders that are tried, `stop` ends it."""
        self.markets, self.sellers = markets, sellers_of(markets)
        self.sets = sets_of(markets)
        self.order = _large_first(self.sellers, self.sets)
        self.chance = np.random.default_rng(seed)
        self.stop, self.turn = stop, 0
        self.sold = np.zeros_like(self.sellers.price)

    def standing(self) -> PlanStanding:
        """Return where the search stands."""
        return PlanStanding(self.sold, chance_state(self.chance))

    def go_on(self, standing: PlanStanding) -> None:
        """Stand where `standing` was taken."""
        self.sold = standing.sold
        set_chance(self.chance, standing.chance)

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

    def place_blocks(self, bound: Bound, blocks: int) -> Floats:
        """Place some blocks of lots anew by exact programs while the gap is wide; return the plan.

        Averages say little where a market takes few lots: there many orders are tried in vain.
        """
        nothing, in_vain = float(self.markets.doing_nothing().sum()), 0
        for _ in range(blocks):
            wide = float(self.markets.costs(self.sold).sum()) - bound.bound
            narrow = wide <= _THIN * (nothing - bound.bound)
            if narrow or in_vain == _IN_VAIN or self.stop.is_set():
                break
            block = block_around(self.markets, self.sold, *self._drawn(bound))
            found = place_block(self.markets, self.sold, block, _NODES)
            in_vain = in_vain + 1 if found is self.sold else 0
            self.sold = found
        return self.sold.copy()

    def _drawn(self, bound: Bound) -> tuple[Bools, Bools]:
        """Draw which lots, in which quarters, are placed anew.

        By turns all lots of some counties, at any time, and all of one market, in a few quarters.
        The more a county pays above its least at the fees, the likelier it and its markets are.
        """
        regret, owner = self._regret(bound), self.markets.owner
        quarters = np.ones(self.markets.price.shape[1], dtype=np.bool_)
        self.turn += 1
        if self.turn % 2:
            size = np.bincount(owner, minlength=regret.size) * quarters.size
            return self._within(_shuffled(self.chance, regret), size, _BINARIES)[owner], quarters
        of_market = np.zeros(len(self.markets.price))
        np.add.at(of_market, self.markets.market, regret[owner])
        at = int(_shuffled(self.chance, of_market)[0])
        here = self.markets.market == at
        size = np.full(quarters.size, max(int(here.sum()), 1))
        return here, self._within(self.chance.permutation(quarters.size), size, _BINARIES)

    @staticmethod
    def _within(order: Ints, size: Ints, most: int) -> Bools:
        """Mark the first of an order whose sizes add up to no more than `most`, one at least."""
        inside = np.zeros(size.size, dtype=np.bool_)
        inside[order] = np.cumsum(size[order]) <= most
        inside[order[0]] = True
        return inside

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
        """Work out room, cash and work afresh, so that rounding does not add up."""
        markets = self.markets
        room = markets.room.reshape(len(markets.room), -1)
        paid = (self.sellers.price * sold).reshape(len(sold), markets.price.shape[1], -1)
        cash = np.zeros_like(markets.need)
        np.add.at(cash, self.markets.owner, paid.sum(axis=2))
        raised, worked = np.cumsum(cash, axis=1), markets.worked(sold)
        return Placed(sold.copy(), room - markets.load(sold), raised, worked)

    def _weight(self, bound: Bound) -> Floats:
        """Odds that a set is taken out: what its county pays above its least at the fees."""
        return np.cumsum(self._regret(bound)[self.sets.county])

    def _regret(self, bound: Bound) -> Floats:
        """Return what each county pays above its least at the fees, a trifle at least."""
        paid = np.zeros(len(self.markets.counties))
        np.add.at(
            paid, self.markets.owner, (bound.fees[self.markets.market] * self.sold).sum(axis=1)
        )
        regret = np.maximum(self.markets.costs(self.sold) + paid - bound.low, 0.0)
        return regret + 1e-9 * regret.mean() + 1e-300


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


def _shuffled(chance: np.random.Generator, weight: Floats) -> Ints:
    """Return all places in a drawn order, heavier ones likelier to come first."""
    return np.argsort(chance.exponential(size=weight.size) / np.maximum(weight, 1e-300))


def _large_first(sellers: Sellers, sets: Sets) -> Ints:
    """Order sets by their largest lot that fits into an empty quarter, the largest first."""
    quarters = sellers.due.shape[1]
    room = sellers.cap.reshape(len(sellers.lots), quarters, -1).sum(axis=2).max(axis=1)
    size = np.where(sellers.lots <= room, sellers.lots, 0.0)
    largest = np.maximum.reduceat(size[sets.lot], sets.first[:-1])
    return np.argsort(-largest, kind="stable").astype(np.int64)
