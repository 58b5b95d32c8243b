"""Round a relaxed plan by stages: fix one block of whole numbers, solve, fix the next."""

import time
from dataclasses import dataclass

import numpy as np

from ironpot.plan.board import Board, effort_by_quarter, service_classes
from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.now import pledged_debt
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.solver import RESOLVE, Answer, Session
from ironpot.plan.state import State, breaks

EPSILON = 1e-6
NEARLY = 0.8
WORTH_TRYING = 0.3


@dataclass(slots=True)
class Fixing:
    """Bounds that are being fixed, and the linear answer at them; a solve gets `limit_s` at most.

    Where a fixed column leaves no plan, simplex can take long to see it.
    """

    session: Session
    program: Program
    lower: Floats
    upper: Floats
    answer: Answer
    deadline: float
    limit_s: float = np.inf

    def close_unused(self, columns: Ints) -> None:
        """Close columns that the answer does not use and that nothing forces."""
        assert self.answer.point is not None
        unused = columns[self.answer.point[columns] < EPSILON]
        self.upper[unused] = np.maximum(self.lower[unused], 0.0)

    def fix_all(self, columns: Ints) -> None:
        """Fix whole numbers at what the answer gives them."""
        assert self.answer.point is not None
        self.lower[columns] = self.upper[columns] = np.rint(self.answer.point[columns])

    def try_bounds(self, lower: Floats, upper: Floats) -> Answer:
        """Solve at other bounds."""
        limit = max(min(self.deadline - time.monotonic(), self.limit_s), 1.0)
        bounds = self.program.column_bounds(lower, upper)
        return self.session.solve(time_limit_s=limit, bounds=bounds, options=RESOLVE)


def fix_block(fixing: Fixing, columns: Ints) -> bool:
    """Fix the columns of a block to whole numbers; False if that leaves no plan.

    What is nearly one becomes one, all at once; then the largest fraction is tried both ways and
    the cheaper way stays.
    """
    while time.monotonic() < fixing.deadline:
        point = fixing.answer.point
        assert point is not None
        open_columns = columns[(point[columns] > EPSILON) & (point[columns] < 1.0 - EPSILON)]
        if not open_columns.size:
            return True
        nearly = open_columns[point[open_columns] >= NEARLY]
        if nearly.size > 1 and _fix(fixing, nearly):
            continue
        if not _fix_cheaper(fixing, int(open_columns[np.argmax(point[open_columns])])):
            return False
    return False


def _fix(fixing: Fixing, columns: Ints) -> bool:
    lower = fixing.lower.copy()
    lower[columns] = 1.0
    answer = fixing.try_bounds(lower, fixing.upper)
    if answer.point is None:
        return False
    fixing.lower, fixing.answer = lower, answer
    return True


def _fix_cheaper(fixing: Fixing, column: int) -> bool:
    """Fix one column at 1 or at 0, whichever costs less."""
    lower, upper = fixing.lower.copy(), fixing.upper.copy()
    lower[column], upper[column] = 1.0, 0.0
    up, down = fixing.try_bounds(lower, fixing.upper), fixing.try_bounds(fixing.lower, upper)
    if up.point is None and down.point is None:
        return False
    if up.objective <= down.objective:
        fixing.lower, fixing.answer = lower, up
    else:
        fixing.upper, fixing.answer = upper, down
    return True


def feasible_state(model: Model, board: Board, answer: Answer, fixed: Floats) -> State:
    """Start what the relaxed answer mostly starts, as far as there is room.

    `fixed` is a point whose pools and bundles are whole.
    """
    point = answer.point
    assert point is not None
    state = empty_state(model, board, fixed)
    share = point[board.column]
    for start in np.argsort(-share, kind="stable"):
        if share[start] < WORTH_TRYING:
            break
        item = int(board.item[start])
        free = state.start[item] < 0 and not state.locked[item]
        if free and not breaks(board, state, np.array([start]))[0]:
            state.place(board, item, int(start))
    return state


def empty_state(model: Model, board: Board, point: Floats) -> State:
    """Return the state in which nothing on the board starts; pools and bundles are as fixed."""
    released = np.flatnonzero(point[model.release_of] > 0.5)
    elsewhere = released[~np.isin(model.release_of[released], board.column)]
    releases = model.inputs.releases
    locked = np.zeros(board.items, dtype=bool)
    locked[releases.lot[elsewhere]] = True
    service = np.zeros(board.floor.size)
    kind = service_classes(model)[elsewhere]
    np.add.at(service, kind[kind >= 0], releases.service[elsewhere[kind >= 0]] / MILLION)
    effort = np.zeros(board.room.size)
    effort[:-1] = effort_by_quarter(model)[elsewhere].sum(axis=0)
    volume = np.zeros(board.capacity.shape[0])
    listed = elsewhere[releases.market[elsewhere] >= 0]
    cell = releases.market[listed] * model.inputs.quarters + releases.start[listed]
    np.add.at(volume, cell, releases.volume[listed] / MILLION)
    return State(
        start=np.full(board.items, -1, dtype=np.int64),
        locked=locked,
        bundles=point[board.bundled_column] > 0.5,
        effort=effort,
        service=service,
        volume=volume,
        held=_held(model, board, elsewhere),
    )


def _held(model: Model, board: Board, released: Ints) -> Ints:
    """Count the releases elsewhere that need each debt's contract, (item,)."""
    held = np.zeros(board.items, dtype=np.int64)
    pledged = pledged_debt(model.inputs)[released]
    lots = board.items - len(model.inputs.debts.debt_ids)
    np.add.at(held, lots + pledged[pledged >= 0], 1)
    return held
