"""Does a plan keep to a millionth what it must, and if not, what does the same choice do that does?

A solver that time cut off between two methods can hand back a point that keeps rows only as well as
their large amounts allow. What the point decides is then solved again by a method that does not.
"""

from dataclasses import replace

import numpy as np

from ironpot.plan.everywhere import everywhere
from ironpot.plan.exact import out_by, outside, whole_bounds
from ironpot.plan.left import leave
from ironpot.plan.many import is_large
from ironpot.plan.model import Model
from ironpot.plan.program import TOLERANCE, Floats, Program
from ironpot.plan.search import Found
from ironpot.plan.solver import NO_ANSWER, Answer
from ironpot.plan.stand import decided_bounds, decided_columns, price_exactly


def exact_violation(model: Model, program: Program, point: Floats) -> float:
    """Return the largest violation of the exact program at a point, rows scaled to 1.

    Exact prices fix what is decided now, so that it is held against the program's own bounds.
    """
    exact = program.with_bounds(whole_bounds(model, program, point)).violation(point)
    return max(exact, out_by(program, point, decided_columns(model)))


def within_tolerance(model: Model, program: Program, found: Found) -> Found:
    """Return what was found with a point that breaks nothing by more than a millionth.

    What comes back is the same where it keeps that already, or where neither solve helps.
    """
    if found.point is None or exact_violation(model, program, found.point) <= TOLERANCE:
        return found
    for again in (_future_by_future, _as_a_whole):
        answer = again(model, program, found.point)
        if answer.point is None:
            continue
        if exact_violation(model, program, answer.point) <= TOLERANCE:
            return replace(found, point=answer.point, objective=answer.objective)
    return found


def _future_by_future(model: Model, program: Program, point: Floats) -> Answer:
    """Solve each future by itself at all that the point decides, where futures are many."""
    decided = np.clip(point, program.lower, program.upper)
    decided[program.integer] = np.rint(decided[program.integer])
    if not is_large(model) or outside(program, decided, decided_columns(model)):
        return NO_ANSWER
    return everywhere(model, program).price(decided_bounds(model, program, decided))


def _as_a_whole(model: Model, program: Program, point: Floats) -> Answer:
    """Solve what is left to decide once whole numbers are as the point has them."""
    with leave(program) as left:
        return price_exactly(model, program, left, point)
