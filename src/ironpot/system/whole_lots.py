"""What should all counties sell together if every lot is sold whole, in one quarter, or kept?

Fees as in `coordinate`, but each county answers with whole lots, and the bound knows that lots are
whole. Plans are built lot by lot within the room that is left, so that they fit at any time. Yuan.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace

import numpy as np

from ironpot.system.checkpoint import Book, digest_of
from ironpot.system.coordinate import Coordination, coordinate_plans
from ironpot.system.fleet import Fleet, Hired
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.threads import threads
from ironpot.system.whole_apart import Apart, groups_apart
from ironpot.system.whole_round import FeePiece, PlanPiece, Task, advance
from ironpot.system.whole_stand import (
    FeeStanding,
    PlanStanding,
    Stand,
    kept_stands,
    moved,
    to_keep,
)


@dataclass(frozen=True, slots=True)
class WholeOptions:
    """When to stop: `gap` of the stake, at most `rounds`.

    A round searches fees for `sweeps` and plans for `trials`, and, where the gap is still wide,
    places `blocks` of lots anew by exact programs; `nodes` limits the search of a county with four
    lots. `workers` are threads where no fleet is given: any number gives the same plan to the bit.
    """

    gap: float = 0.01
    rounds: int = 8
    sweeps: int = 8
    trials: int = 20_000
    blocks: int = 6
    nodes: int = 30
    seed: int = 1
    workers: int = 2


def coordinate_whole_lots(
    markets: SharedMarkets,
    *,
    options: WholeOptions | None = None,
    start: Coordination | None = None,
    watch: Callable[[Coordination], None] | None = None,
    fleet: Fleet | None = None,
    book: Book | None = None,
) -> Coordination:
    """Find a joint plan of whole lots within the gap asked for, and certify it.

    Each lot row is sold whole in one quarter, over as many of its tranches as it needs, or kept.
    No joint plan of whole lots costs less than `bound`; plans with parts of lots may. `reached`
    looks at the stake only. `watch` hears the best plan after every round; Ctrl-C keeps it. `start`
    is a joint plan with parts of lots, sought here if not given: its fees are where those for whole
    lots are sought from, and its bound holds too. Groups of counties that share no market are
    searched apart, on the workers of `fleet` if given; `book` keeps where all stand after every
    round, and a search that finds itself there goes on to the very answer of an unbroken one.

    Fees come from a block Frank-Wolfe over averages of whole plans (the bound is Lagrangian, each
    county searched by branch and bound); plans from filling large lots first at those fees, which
    then fall to nil, from placing small groups of neighbours again in other orders, and, in thin
    markets, from exact programs of some counties or of a market's quarters.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 2]),
    ...                     np.array([0, 0]), np.array([40.0, 30.0]), np.array([1.0, 1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> plan = coordinate_whole_lots(one)
    >>> plan.sold.tolist(), round(plan.cost, 6)
    ([[40.0], [0.0]], 22.0)
    """
    options = options or WholeOptions()
    parts = start or coordinate_plans(markets)
    groups = groups_apart(markets)
    task = _task(groups, parts, options, alone=fleet is None)
    search = _Search(markets, groups, parts, options, task)
    hired = threads(advance, task, options.workers) if fleet is None else fleet.hired(advance, task)
    with hired as hands:
        return search.run(hands, watch, book)


def _task(
    groups: tuple[Apart, ...], parts: Coordination, options: WholeOptions, *, alone: bool
) -> Task:
    return Task(
        problems=tuple(group.problem for group in groups),
        fees=tuple(parts.fees[group.markets] for group in groups),
        nodes=options.nodes,
        sweeps=options.sweeps,
        trials=options.trials,
        blocks=options.blocks,
        seed=options.seed,
        threads=options.workers if alone else 1,
    )


Hands = Hired[FeePiece | PlanPiece, FeeStanding | PlanStanding]


@dataclass(slots=True)
class _Search:
    """What all rounds share."""

    markets: SharedMarkets
    groups: tuple[Apart, ...]
    parts: Coordination
    options: WholeOptions
    task: Task

    def run(
        self, hands: Hands, watch: Callable[[Coordination], None] | None, book: Book | None
    ) -> Coordination:
        """Search round by round; Ctrl-C ends with the best of the last whole round."""
        name, count = self._name(), 0
        stands = tuple(Stand() for _ in self.groups)
        kept = None if book is None else book.found(name)
        if kept is not None:
            stands, count = kept_stands(kept)
        best = self._best(stands)
        try:
            while count <= self.options.rounds and not best.reached:
                stands = self._round(hands, stands, count)
                best, count = self._best(stands), count + 1
                if book is not None:
                    # At once: a round may be minutes, and the next standing as far off.
                    book.keep_now(name, to_keep(stands, count))
                if watch is not None and count > 1:
                    watch(best)
        except KeyboardInterrupt:
            self.task.halt.event.set()
            if book is not None:
                book.stopped()
        return best

    def _round(self, hands: Hands, stands: tuple[Stand, ...], count: int) -> tuple[Stand, ...]:
        """Let every group that is not done seek fees and, once it has a bound, a plan at it."""
        pieces: dict[str, FeePiece | PlanPiece] = {}
        for number, stand in enumerate(stands):
            if self._done(number, stand):
                continue
            if stand.fees is not None:
                pieces[f"plan{number}"] = PlanPiece(number, stand.plan, stand.fees.best)
            if count < self.options.rounds:
                pieces[f"fees{number}"] = FeePiece(number, stand.fees)
        new = list(stands)
        for key, found in hands.each(pieces):
            number = int(key[4:])
            new[number] = moved(new[number], found)
        return tuple(new)

    def _done(self, number: int, stand: Stand) -> bool:
        if stand.fees is None:
            return False
        problem = self.task.problems[number]
        cost, nothing = float(stand.costs(problem).sum()), float(problem.doing_nothing().sum())
        return cost - stand.bound <= self.options.gap * (nothing - stand.bound)

    def _best(self, stands: tuple[Stand, ...]) -> Coordination:
        """Put the groups together; plans are priced by the plain formula."""
        parts, sweeps = self.parts, max(stand.sweeps for stand in stands)
        sold, fees = np.zeros((len(self.markets.lots), self.markets.slots)), parts.fees.copy()
        for group, stand in zip(self.groups, stands, strict=True):
            if stand.plan is not None:
                sold[group.lots] = stand.plan.sold
            if stand.fees is not None:
                fees[group.markets] = stand.fees.best_fees
        costs = self.markets.costs(sold)
        cost, bound = float(costs.sum()), max(parts.bound, sum(stand.bound for stand in stands))
        reached = cost - bound <= self.options.gap * (parts.do_nothing - bound)
        sweeps = sweeps or parts.sweeps
        return Coordination(sold, costs, fees, cost, bound, parts.do_nothing, sweeps, reached)

    def _name(self) -> str:
        """Name what is kept after the problem and how it is searched, which changes its bits."""
        options = replace(self.options, workers=0)
        arrays = [getattr(self.markets, entry.name) for entry in fields(self.markets)]
        said = repr((astuple(options), self.markets.counties))
        return f"whole-{digest_of(said, *arrays[1:], self.parts.fees)}"
