"""Where on the board does a search stand? Bounds and a state: a plan's, or an earlier one's.

An earlier plan is read as a first state: its pools and bundles stay fixed, of its other starts
those stand that a limit has room for today.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ironpot.plan.board import Board, off_board
from ironpot.plan.exact import exact_bounds, outside, whole_bounds
from ironpot.plan.left import Left
from ironpot.plan.local import Play
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import FIRST_STAGE
from ironpot.plan.program import Bounds, Floats, Ints, Program
from ironpot.plan.rounding import feasible_state
from ironpot.plan.solver import NO_ANSWER, Answer
from ironpot.plan.state import State

# A plan with its whole numbers fixed takes a fraction of this.
PRICE_S = 30.0


@dataclass(frozen=True, slots=True)
class Stand:
    """Column bounds that fix what the board does not decide, and what it decides."""

    lower: Floats
    upper: Floats
    state: State

    @classmethod
    def of(cls, play: Play) -> Self:
        """Return where a search stands."""
        return cls(play.lower, play.upper, play.state)

    def on(self, program: Program) -> "Stand":
        """Return the same place on a program that has the same whole numbers first."""
        whole = program.integer.nonzero()[0]
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[whole], upper[whole] = self.lower[whole], self.upper[whole]
        return Stand(lower, upper, self.state)


def stand_at(model: Model, board: Board, program: Program, point: Floats) -> Stand:
    """Stand where a point of the program has its whole numbers, as far as the program is open."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for columns in off_board(model, board):
        fixed = np.clip(np.rint(point[columns]), lower[columns], upper[columns])
        lower[columns] = upper[columns] = fixed
    answer = replace(NO_ANSWER, point=point)
    return Stand(lower, upper, feasible_state(model, board, answer, lower))


def decided_bounds(model: Model, program: Program, point: Floats) -> Bounds:
    """Return bounds that fix all that a point decides now, shares too, at exact prices.

    Raises ValueError if the program does not allow what the point decides.
    """
    columns = decided_columns(model)
    if outside(program, point, columns):
        raise ValueError("What is decided is outside the program's own bounds.")
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[columns] = upper[columns] = point[columns]
    return exact_bounds(model, program, lower, upper)


def decided_columns(model: Model) -> Ints:
    """Return the columns of all that is decided now."""
    return np.concatenate([model.column(name).ravel() for name in FIRST_STAGE])


def price_exactly(model: Model, program: Program, left: Left, point: Floats) -> Answer:
    """Fix the whole numbers of a point and solve the rest at exact prices.

    Infeasible where the program's own bounds do not allow those numbers.
    """
    if outside(program, np.rint(point), np.flatnonzero(program.integer)):
        return replace(NO_ANSWER, outcome="infeasible")
    return left.solve(whole_bounds(model, program, point), time_limit_s=PRICE_S)
