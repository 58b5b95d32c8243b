"""What should all counties sell together, and how far can that be from the best? A certified gap.

Fees on crowded rows stand for the others' loss; each county answers them by its own program; steps
are shared so that all together descend. The bound needs no solver to be trusted. Yuan.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ironpot.system.central import can_be_held, solve_centrally
from ironpot.system.checkpoint import Arrays, Book
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.strands import Strands, strands

# What a book calls where the search for a joint plan stands.
STANDING = "coordinated"
_BATCHES = 10
# Amounts that differ by less than this share of all that is added up are the same.
ROUNDING = 1e-12
_STIFF = 0.1
# Sweeps after which a problem that one program can hold is solved at once.
_PATIENCE = 40


@dataclass(frozen=True, slots=True)
class CoordinationOptions:
    """When to stop: `gap` of stake and of cost, at most `sweeps`; a certificate every `every`."""

    gap: float = 0.01
    sweeps: int = 400
    every: int = 4


@dataclass(frozen=True, slots=True)
class Coordination:
    """A joint plan that fits all markets, what it costs, and a proof of how good it is.

    `sold` (lot, slot), `costs` (county,), `fees` (market, slot) yuan per appraised yuan. No plan at
    all can cost less than `bound`. `stake` is the cost of doing nothing less the bound.
    """

    sold: Floats
    costs: Floats
    fees: Floats
    cost: float
    bound: float
    do_nothing: float
    sweeps: int
    reached: bool

    @property
    def stake(self) -> float:
        """What coordination can save at most, against doing nothing."""
        return self.do_nothing - self.bound

    @property
    def gap_of_stake(self) -> float:
        """Cost above the bound, over the stake; 0 where nothing is at stake."""
        return _over(self.cost - self.bound, self.stake)

    @property
    def gap_of_cost(self) -> float:
        """Cost above the bound, over the cost's size."""
        return _over(self.cost - self.bound, abs(self.cost))


def coordinate_plans(
    markets: SharedMarkets,
    *,
    options: CoordinationOptions | None = None,
    watch: Callable[[Coordination], None] | None = None,
    book: Book | None = None,
    threads: int | None = None,
) -> Coordination:
    """Find a joint plan within the gap asked for, and certify it.

    `watch` hears the best plan after every certificate. Ctrl-C keeps the best so far; `reached`
    is then False unless its gap was small enough. `book` keeps where the search stands after every
    certificate; a search that finds itself there goes on to the very answer of an unbroken one.
    Large batches are shared by `threads`, one a core if not given; that changes no bit.

    Block Frank-Wolfe on an augmented Lagrangian of the shared rows: fixed batches by hash of the
    county's id, fees max(0, f + rho (load - room)), rho = 0.1 / room, the step of each county from
    its own first-order gain and the crowding of its batch. Starts from doing nothing. The bound is
    the Lagrangian's at the fees, from clipped cash duals; the plan is cut pro rata in crowded rows.
    Where forty sweeps have not reached the gap, a problem that one linear program can hold is
    solved by that (`central`), and certified in the same way.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> plan = coordinate_plans(one)
    >>> plan.sold.tolist(), round(plan.cost, 6), round(plan.bound, 6)
    ([[50.0]], 20.0, 20.0)
    """
    options = options or CoordinationOptions()
    with strands(threads) as hands:
        search = _Search.start(markets, hands)
        best = search.certify(0, options.gap)
        kept = None if book is None else book.found(STANDING)
        if kept is not None:
            best = search.go_on(kept, options.gap)
        return _sought(search, best, options, watch, book)


def _sought(
    search: "_Search",
    best: Coordination,
    options: CoordinationOptions,
    watch: Callable[[Coordination], None] | None,
    book: Book | None,
) -> Coordination:
    """Sweep and certify from the best plan on; Ctrl-C ends with the best of then."""
    try:
        sweeps = min(options.sweeps, _PATIENCE) if can_be_held(search.markets) else options.sweeps
        for count in _left(best, sweeps):
            search.sweep()
            if count % options.every == 0 or count == sweeps:
                best = _better(best, search.certify(count, options.gap), options.gap)
                if book is not None:
                    book.keep(STANDING, search.standing(best))
                if watch is not None:
                    watch(best)
                if best.reached:
                    break
        if not best.reached and options.sweeps:
            best = _at_once(search, best, options.gap)
    except KeyboardInterrupt:
        if book is not None:
            book.stopped()
    return best


def _at_once(search: "_Search", best: Coordination, gap: float) -> Coordination:
    """Solve the problem as one program where sweeps have not settled and it can be held."""
    found = solve_centrally(search.markets)
    if found is None:
        return best
    search.sold, search.fees = found
    search.load = search.markets.load(search.sold)
    return _better(best, search.certify(best.sweeps, gap), gap)


def _left(best: Coordination, sweeps: int) -> range:
    """Number the sweeps that are still to be made; the first certificate comes before any."""
    ended = best.reached and best.sweeps > 0
    return range((sweeps if ended else best.sweeps) + 1, sweeps + 1)


def _better(old: Coordination, new: Coordination, gap: float) -> Coordination:
    """Keep the cheaper plan and the higher bound of two certificates."""
    cheaper = new if new.cost < old.cost else old
    bound = min(max(old.bound, new.bound), cheaper.cost)
    joined = Coordination(
        cheaper.sold,
        cheaper.costs,
        new.fees,
        cheaper.cost,
        bound,
        old.do_nothing,
        new.sweeps,
        reached=False,
    )
    return _judged(joined, gap)


def _judged(plan: Coordination, gap: float) -> Coordination:
    reached = max(plan.gap_of_stake, plan.gap_of_cost) <= gap
    return Coordination(
        plan.sold,
        plan.costs,
        plan.fees,
        plan.cost,
        plan.bound,
        plan.do_nothing,
        plan.sweeps,
        reached,
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else (0.0 if part <= 0.0 else np.inf)


def batches(counties: tuple[str, ...]) -> tuple[Ints, ...]:
    """Split counties into fixed batches by a hash of their ids, whoever computes them.

    >>> sum(len(batch) for batch in batches(("a", "b", "c")))
    3
    """
    digests = [hashlib.sha256(name.encode()).digest()[0] for name in counties]
    number = np.array(digests, dtype=np.int64) % _BATCHES
    parts = tuple(np.flatnonzero(number == k).astype(np.int64) for k in range(_BATCHES))
    return tuple(part for part in parts if part.size)


def _part(
    kernel: Callable[..., None],
    given: tuple[object, ...],
    written: tuple[Floats, ...],
    begin: int,
    end: int,
) -> None:
    """Let a kernel answer for counties `begin` to `end` of a batch."""
    kernel(begin, end, *given, *written)


def stiffness(room: Floats) -> Floats:
    """Return how a fee rises with each yuan beyond its room, (market, slot).

    >>> stiffness(np.array([[10.0, 0.0]])).tolist()
    [[0.01, 0.0]]
    """
    usable: Bools = np.greater(room, 0.0)
    return np.divide(_STIFF, room, out=np.zeros_like(room), where=usable)


@dataclass(slots=True)
class _Search:
    """What changes: the plan, the fees and each county's cash duals."""

    markets: SharedMarkets
    hands: Strands
    groups: tuple[Ints, ...]
    price: Floats
    destroyed: Floats
    cap: Floats
    room: Floats
    stiff: Floats
    sold: Floats
    load: Floats
    fees: Floats
    duals: Floats

    @classmethod
    def start(cls, markets: SharedMarkets, hands: Strands) -> "_Search":
        """Start from doing nothing: no sales, no fees, no price on cash."""
        room = markets.room.reshape(len(markets.room), markets.slots)
        price = markets.by_lot(markets.price)
        return cls(
            markets,
            hands,
            batches(markets.counties),
            price,
            markets.keep[:, None] - price,
            markets.caps,
            room,
            stiffness(room),
            np.zeros_like(price),
            np.zeros_like(room),
            np.zeros_like(room),
            np.zeros_like(markets.need),
        )

    def standing(self, best: Coordination) -> Arrays:
        """Return all that the search needs to go on: what counties use, loads, fees, the best."""
        facts = (best.cost, best.bound, best.do_nothing, best.sweeps)
        now = {"sold": self.sold.copy(), "load": self.load.copy(), "fees": self.fees.copy()}
        kept = {"best_sold": best.sold, "best_costs": best.costs, "best_fees": best.fees}
        return now | kept | {"best_facts": np.array(facts)}

    def go_on(self, kept: Arrays, gap: float) -> Coordination:
        """Stand where `standing` was taken; return the best plan of then."""
        self.sold, self.load, self.fees = kept["sold"], kept["load"], kept["fees"]
        cost, bound, nothing, sweeps = kept["best_facts"].tolist()
        plan = kept["best_sold"], kept["best_costs"], kept["best_fees"]
        best = Coordination(*plan, cost, bound, nothing, int(sweeps), reached=False)
        return _judged(best, gap)

    def sweep(self) -> None:
        """Let every batch answer the fees once, then raise the fees where rows are crowded."""
        from ironpot.system.county_batch import answer_part, step_batch

        given = self.markets
        for group in self.groups:
            fees = np.maximum(self.fees + self.stiff * (self.load - self.room), 0.0)
            answer, gain = np.zeros_like(self.sold), np.zeros(group.size)
            own = (given.first_lot, given.market, given.lots, self.price, self.destroyed, self.cap)
            part = partial(
                _part,
                answer_part,
                (group, *own, given.due, given.late, given.ties, fees),
                (self.sold, answer, gain, self.duals),
            )
            self.hands.share(part, group.size)
            step_batch(
                *(group, given.first_lot, given.market, self.stiff),
                *(answer, gain, self.sold, self.load),
            )
        self.fees = np.maximum(self.fees + self.stiff * (self.load - self.room), 0.0)

    def certify(self, count: int, gap: float) -> Coordination:
        """Bound all plans from below at today's fees and price today's plan, cut to the rooms."""
        from ironpot.system.county_batch import bound_part

        plan, given = self.markets.within_room(self.sold), self.markets
        costs, bounds = given.costs(plan), np.empty(len(given.counties))
        own = (given.first_lot, given.market, given.lots, self.price, self.destroyed, self.cap)
        known = (*own, given.due, given.late, given.ties, self.fees)
        part = partial(_part, bound_part, known, (bounds,))
        self.hands.share(part, bounds.size)
        bound = float(
            bounds.sum() - (self.fees * np.where(self.room < np.inf, self.room, 0.0)).sum()
        )
        cost, nothing = float(costs.sum()), float(given.doing_nothing().sum())
        # A bound above a plan's cost, or a hair below it, differs from it by rounding alone.
        bound = cost if cost - bound <= ROUNDING * self.moved() else bound
        found = Coordination(
            plan, costs, self.fees.copy(), cost, bound, nothing, count, reached=False
        )
        return _judged(found, gap)

    def moved(self) -> float:
        """Return what sums of costs are rounded against: all lots and all arrears there can be."""
        given = self.markets
        owed = given.late * np.abs(given.due)
        return float((np.abs(given.keep) * given.lots).sum() + owed.sum())
