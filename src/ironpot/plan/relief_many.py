"""How little help does a whole plan for many futures need, and what is each limit's price there?

What is decided now is fixed, so each future is a small program of its own: helped least, then
latest, then by whom the order says, then at least cost. A limit's price is the change of the bound
that parts prove (`least`), and of the plan's own help with its choices kept. Million.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.plan.apart import Apart, Solver, take_apart
from ironpot.plan.everywhere import Everywhere
from ironpot.plan.least import Least
from ironpot.plan.model import Model, help_value
from ironpot.plan.out_of_sample import FirstStage, first_stage, fixed_bounds
from ironpot.plan.parts import whole_dual
from ironpot.plan.program import TOLERANCE, Bounds, Floats, Program, Rows, dual_bound
from ironpot.plan.question import FIRST_SOLVE, RESOLVE
from ironpot.plan.relief_order import SLIP, SLIP_SHARE, Helped, aims, paid_in_full
from ironpot.plan.relief_turns import DUST, Turn
from ironpot.plan.solver import Session

# Parts that are solved side by side, and the least time in which a turned limit is tried.
HANDS = 2
SHORTEST_S = 0.1


def least_of_choice(model: Model, point: Floats, *, deadline: float = math.inf) -> Helped | None:
    """Return the least help of what a plan decides now, in all futures, in order.

    None if these decisions leave something unpaid whatever the help, or the `deadline` (of the
    monotonic clock) passes before the least is known; the order may be cut off by it.
    """
    choice, program = first_stage(model, point, "plan"), paid_in_full(model)
    value, later, cost = aims(model)
    found: Floats | None = None
    for aim in (value, later):
        apart = take_apart(model, program.with_cost(aim, 0.0))
        again = _fixed_point(model, apart, choice, deadline)
        if again is None:
            break
        found, program = again, _held_by_future(program, apart, aim, again)
    if found is None:
        return None
    offset = model.program.offset
    priced = Everywhere(model, take_apart(model, program.with_cost(cost, offset)))
    last = priced.price(fixed_bounds(model, program, choice), deadline=deadline)
    best = found if last.point is None else last.point
    return Helped(best, float(value @ best), float((cost * best).sum() + offset))


def _fixed_point(model: Model, apart: Apart, choice: FirstStage, deadline: float) -> Floats | None:
    bounds = fixed_bounds(model, apart.program, choice)
    return Solver().points(apart, [bounds], deadline=deadline)[0]


def _held_by_future(program: Program, apart: Apart, aim: Floats, point: Floats) -> Program:
    """Hold in every future what an aim has reached there."""
    rows, slip = Rows(), SLIP / len(apart.parts)
    for own in apart.parts:
        used = own.columns[aim[own.columns] != 0.0]
        reached = float(aim[used] @ point[used])
        rows.add(used, aim[used], upper=reached + slip + SLIP_SHARE * abs(reached))
    return program.with_rows("aim", rows)


@dataclass(slots=True)
class Kept:
    """A plan's choices of now, kept while a limit is turned; `own` is the help that they need.

    `column_dual` and `row_dual` are what prices say of limits on what follows (none: empty).
    """

    model: Model
    choice: FirstStage
    point: Floats
    own: float
    apart: Apart
    solver: Solver = field(default_factory=Solver)
    column_dual: Floats = field(default_factory=lambda: np.zeros(0))
    row_dual: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, model: Model, helped: Helped, *, deadline: float = math.inf) -> "Kept":
        """Take the choices of a helped plan; after the `deadline` nothing is solved for prices."""
        choice = first_stage(model, helped.point, "plan")
        kept = cls(model, choice, helped.point, np.nan, take_apart(model, paid_in_full(model)))
        again = kept.help_at(kept.apart.program.own_bounds(), deadline=deadline)
        kept.own = helped.value if again is None else again
        if again is not None and time.monotonic() < deadline:
            kept.ask_prices()
        return kept

    def ask_prices(self) -> None:
        """Ask every future what its limits cost at the plan's choices."""
        decided = self.point.copy()
        for part in self.apart.parts:
            decided[part.columns] = 0.0
        dual = self.solver.duals(self.apart, decided)
        if dual is not None:
            self.row_dual, self.column_dual = dual, self.apart.program.reduced_cost(dual)

    def change_at(self, turn: Turn, *, deadline: float = math.inf) -> float | None:
        """Return by how much the help of the same choices moves where a limit is turned.

        Limits on what is decided now move nothing as long as the choices keep them; easing what
        has no price in any future moves nothing either (less than a yuan), and is not solved.
        None if the choices break the limit, or the time ends first.
        """
        if not self._is_of_what_follows(turn):
            return None if self._breaks_a_floor(turn.bounds) else 0.0
        priced = turn.eases and self.row_dual.size > 0
        if priced and turn.slope(self.column_dual, self.row_dual) >= -DUST:
            return 0.0
        again = self.help_at(turn.bounds, deadline=deadline)
        return None if again is None or np.isnan(self.own) else again - self.own

    def help_at(self, bounds: Bounds, *, deadline: float = math.inf) -> float | None:
        """Return the help that the same choices need at turned limits.

        None if they break one, or the time ends first.
        """
        if self._breaks_a_floor(bounds):
            return None
        program = self.apart.program.with_bounds(self._cut_to_size(bounds))
        fixed = fixed_bounds(self.model, program, self.choice)
        (point,) = self.solver.points(self.apart, [fixed], deadline=deadline)
        return None if point is None else float(help_value(self.model) @ point)

    def _breaks_a_floor(self, bounds: Bounds) -> bool:
        program = self.apart.program
        floors = program.rows["service_floor"].index
        most = bounds.row_upper[floors] + TOLERANCE
        return bool((program.activity(self.point)[floors] > most).any())

    def _is_of_what_follows(self, turn: Turn) -> bool:
        """Whether a turn touches a column or row of some future."""
        parts = self.apart.parts
        if turn.side == "row_upper":
            return any(np.isin(turn.at, part.rows).any() for part in parts)
        return any(np.isin(turn.at, part.columns).any() for part in parts)

    def _cut_to_size(self, bounds: Bounds) -> Bounds:
        """Leave out rows beyond the program's own: rounding cuts say nothing of a whole plan."""
        rows = self.apart.program.row_lower.size
        return replace(bounds, row_lower=bounds.row_lower[:rows], row_upper=bounds.row_upper[:rows])


def bound_changes(
    least: Least,
    own: Bounds,
    turns: Sequence[Turn],
    *,
    deadline: float,
    told: Callable[[int], None] | None = None,
    stop: threading.Event | None = None,
) -> list[float | None]:
    """Return by how much each turned limit moves the bound that the parts prove.

    Every part is solved once at `own` and then again at each turn, from the basis before, in the
    order in which turns are given. A part
    that the time does not reach keeps its duals of before, which prove something as well; None
    where no part was reached. Inf: no help is enough. Ctrl-C leaves all unknown and sets `stop`.
    """
    stop, parts = stop or threading.Event(), least.parts
    with ThreadPoolExecutor(HANDS) as pool:
        work = [
            pool.submit(_solve_part, least, number, own, turns, deadline, stop)
            for number in range(len(parts))
        ]
        try:
            found: list[_PartTurned] = []
            for done in work:
                found.append(done.result())
                if told is not None:
                    told(len(found))
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
            return [None] * len(turns)
    return list(_changes(least, own, turns, found))


@dataclass(frozen=True, slots=True)
class _PartTurned:
    """Duals of one part at its own bounds and at each turn; None: not solved, empty: none."""

    base: Floats | None
    turned: list[Floats | None]
    impossible: list[bool]


def _solve_part(
    least: Least,
    number: int,
    own: Bounds,
    turns: Sequence[Turn],
    deadline: float,
    stop: threading.Event,
) -> _PartTurned:
    part = least.parts[number]
    program, rows = part.cut(least.program.with_bounds(own))
    priced = program.with_cost(program.cost + least.prices[number], program.offset)
    turned: list[Floats | None] = [None] * len(turns)
    impossible = [False] * len(turns)
    # Parts are solved HANDS at a time: each gets its share of what is left, the last ones all.
    rest = -(-(len(least.parts) - number) // HANDS)
    mine = time.monotonic() + max(deadline - time.monotonic(), 0.0) / rest
    with Session(priced.relaxed()) as session:
        left = max(deadline - time.monotonic(), SHORTEST_S)
        base = session.solve(time_limit_s=left, options=FIRST_SOLVE)
        if base.outcome != "optimal":
            return _PartTurned(None, turned, impossible)
        for k, turn in enumerate(turns):
            left = mine - time.monotonic()
            if left < SHORTEST_S or stop.is_set():
                break
            bounds = turn.bounds
            answer = session.solve(
                time_limit_s=left,
                bounds=Bounds(
                    bounds.lower[part.columns],
                    bounds.upper[part.columns],
                    bounds.row_lower[rows],
                    bounds.row_upper[rows],
                ),
                options=RESOLVE,
            )
            impossible[k] = answer.outcome == "infeasible"
            turned[k] = answer.row_dual if answer.outcome == "optimal" else None
    return _PartTurned(base.row_dual, turned, impossible)


def _changes(
    least: Least, own: Bounds, turns: Sequence[Turn], found: Sequence[_PartTurned]
) -> Iterator[float | None]:
    bases = [one.base for one in found if one.base is not None]
    if len(bases) < len(least.parts):
        yield from [None] * len(turns)
        return
    before = dual_bound(
        least.program.with_bounds(own), whole_dual(least.parts, bases, least.program)
    )
    for k, turn in enumerate(turns):
        if any(one.impossible[k] for one in found):
            yield np.inf
        elif all(one.turned[k] is None for one in found):
            yield None
        else:
            again = [one.turned[k] for one in found]
            duals = [b if a is None else a for a, b in zip(again, bases, strict=True)]
            dual = whole_dual(least.parts, duals, least.program)
            yield dual_bound(least.program.with_bounds(turn.bounds), dual) - before
