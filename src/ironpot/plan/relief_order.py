"""Which help does a whole plan need at least, as late as can be, from whom first, at what cost?

The whole numbers of a plan stay as they are and its listings are priced exactly; what is left is a
linear program. It is solved for one aim after another, and what an aim has reached is held.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.apart import Solver, take_apart
from ironpot.plan.exact import exact_bounds, whole_bounds
from ironpot.plan.model import Model, expected_value, help_cost, help_value
from ironpot.plan.program import Bounds, Floats, Ints, Program, Rows, breaks
from ironpot.plan.question import hold_bounds
from ironpot.plan.quiet import quiet_processes
from ironpot.plan.solver import RESOLVE, solve

# What an aim has reached may slip by a tenth of a yuan and a billionth for the next one (million).
SLIP, SLIP_SHARE = 1e-7, 1e-9
# Less than this stays unpaid only in the solver's tolerance, a hundred yuan; a limit is broken by
# more than that of its own (million).
UNPAID, BROKEN = 1e-4, 1e-6
# A quarter later outweighs any order of givers.
ORDER_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Helped:
    """A whole plan with the least help that its whole numbers allow (million).

    `value` is the present value of what givers expect to lose, `cost` the plan's own cost.
    """

    point: Floats
    value: float
    cost: float


def paid_in_full(model: Model) -> Program:
    """Return the program of the least help: help is all it costs, and nothing stays unpaid."""
    program = model.program
    upper = program.upper.copy()
    upper[model.column("arrears")] = 0.0
    return program.with_columns(program.lower, upper).with_cost(help_value(model), 0.0)


def least_value(model: Model, point: Floats, *, time_limit_s: float) -> float | None:
    """Return the least help that a plan's whole numbers allow, million.

    Inf if no help is enough, None if the time ends before that is known.
    """
    program = _whole_numbers_fixed(model, point)
    answer = solve(program, time_limit_s=time_limit_s, options=RESOLVE)
    if answer.outcome == "infeasible":
        return np.inf
    return answer.objective if answer.point is not None else None


def in_order(model: Model, point: Floats, *, time_limit_s: float) -> Helped | None:
    """Return the least help of a plan's whole numbers in order: value, date, giver, then cost.

    None if these whole numbers leave something unpaid whatever the help.
    """
    program = _whole_numbers_fixed(model, point)
    found: Floats | None = None
    for aim in aims(model):
        answer = solve(program.with_cost(aim, 0.0), time_limit_s=time_limit_s, options=RESOLVE)
        if answer.point is None:
            break
        found = answer.point
        program = _held(program, aim, float(aim @ found))
    if found is None:
        return None
    cost = float(model.program.cost @ found) + model.program.offset
    return Helped(found, float(help_value(model) @ found), cost)


def aims(model: Model) -> tuple[Floats, Floats, Floats]:
    """Return what help is asked to be, in order: little, late and by the order of givers, cheap."""
    late = _earliness(model) + ORDER_SHARE * _order(model)
    return help_value(model), late, model.program.cost


def as_it_stands(model: Model, point: Floats) -> Helped | None:
    """Return the help that a plan at exact prices asks for; None if it leaves something unpaid."""
    if (model.take("arrears", point) > UNPAID).any():
        return None
    cost = float(model.program.cost @ point) + model.program.offset
    return Helped(point, float(help_value(model) @ point), cost)


def hold_everything(model: Model) -> Helped | None:
    """Return the least help with which everything is held that no wish forces, each future alone.

    Of equal help the giver gives who stands first. None if holding breaks a limit or leaves
    something unpaid whatever the help.
    """
    program = paid_in_full(model).with_cost(help_cost(model), 0.0)
    lower, upper = hold_bounds(model, program)
    _release_the_forced(model, program, lower, upper)
    bounds = exact_bounds(model, program, lower, upper)
    with quiet_processes(1) as pool:
        point = pool.submit(_alone, model, program, bounds).result()
    if point is None or program.with_bounds(bounds).violation(point) > BROKEN:
        return None
    return as_it_stands(model, point)


def _release_the_forced(model: Model, program: Program, lower: Floats, upper: Floats) -> None:
    """Fix the first start of each forced lot that the other choices leave room for, in place."""
    rows = _rows_of_whole_numbers(program)
    for wish in model.wishes:
        if not wish.force or lower[wish.columns].any():
            continue
        for column in np.intersect1d(wish.columns, model.column("release")):
            if program.upper[column] > 0.0:
                lower[column] = upper[column] = 1.0
                point = np.where(program.integer, lower, 0.0)
                if not breaks(program.own_bounds(), program.activity(point), rows):
                    break
                lower[column] = upper[column] = 0.0


def _rows_of_whole_numbers(program: Program) -> Ints:
    """Rows with an upper limit in which every column takes whole values."""
    owner = np.repeat(np.arange(program.row_lower.size), np.diff(program.start))
    others = np.bincount(
        owner, weights=~program.integer[program.index], minlength=program.row_lower.size
    )
    return np.flatnonzero((others == 0.0) & np.isinf(program.row_lower))


def _alone(model: Model, program: Program, bounds: Bounds) -> Floats | None:
    return Solver().points(take_apart(model, program), [bounds])[0]


def _whole_numbers_fixed(model: Model, point: Floats) -> Program:
    program = paid_in_full(model)
    return program.with_bounds(whole_bounds(model, program, point)).relaxed()


def _held(program: Program, aim: Floats, reached: float) -> Program:
    rows, used = Rows(), np.flatnonzero(aim)
    rows.add(used, aim[used], upper=reached + SLIP + SLIP_SHARE * abs(reached))
    return program.with_rows("aim", rows)


def _earliness(model: Model) -> Floats:
    """Quarters by which help comes before the end, weighed by its present value."""
    inputs = model.inputs
    return _of_help(model, expected_value(inputs) * (inputs.quarters - np.arange(inputs.quarters)))


def _order(model: Model) -> Floats:
    orders = np.array([giver.order for giver in model.inputs.givers], dtype=np.float64)
    return _of_help(model, orders[:, None, None, None] * expected_value(model.inputs)[None])


def _of_help(model: Model, weight: Floats) -> Floats:
    """Return a cost vector that weighs help, the same in every account."""
    cost, columns = np.zeros_like(model.program.cost), model.column("relief")
    cost[columns] = np.broadcast_to(weight, columns.shape)
    return cost
