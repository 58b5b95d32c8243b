"""Improve a plan by changes that its own prices suggest, each checked by a linear solve.

A linear solve with all whole numbers fixed gives the cost of a plan and the prices of cash. At
those prices the board names the changes that look best; a few are made at once, the plan is solved
again, and they stay if it became cheaper. When nothing helps, a few lots are moved at random and
the descent starts anew from there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ironpot.plan.board import (
    Board,
    Prices,
    State,
    gains,
    place,
    price_board,
    reweigh,
)
from ironpot.plan.exact import exact_bounds
from ironpot.plan.model import Model
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.solver import Answer, Session
from ironpot.valuation.retention import Bools

MOST_MOVES = 32
FIRST_MOVES = 16
TOLERANCE = 1e-4
TRIES = 40
TRIES_AFTER_KICK = 8
KICKED_LOTS = 6
MOST_KICKED = 16
WINDOW = 3
REPAIR_MOVES = 40
# Share of the lots taken back that may not return to where they were.
FORBIDDEN_SHARE = 0.5
# A repaired plan this much dearer than the best is still worth a descent.
PROMISING = 0.001


@dataclass(slots=True)
class Play:
    """A search under way: the board, the open starts, the fixed part, the best plan so far."""

    model: Model
    program: Program
    board: Board
    session: Session
    lower: Floats
    upper: Floats
    open_starts: Bools
    deadline: float
    state: State
    answer: Answer
    hear: Callable[[Answer], bool]

    @property
    def cost(self) -> float:
        """Cost of the best plan so far (million)."""
        return self.answer.objective

    @property
    def time_left(self) -> float:
        """Seconds to the deadline, never negative."""
        return max(self.deadline - time.monotonic(), 0.0)


def descend(play: Play, state: State, answer: Answer, tries: int) -> tuple[State, Answer]:
    """Take changes that make the plan cheaper until none of those that look good does."""
    moves = FIRST_MOVES
    while play.hear(answer):
        better = _improve_once(play, state, answer, moves, tries)
        if better is None:
            return state, answer
        state, answer, moves = better
    return state, answer


def improve(play: Play, rng: np.random.Generator) -> bool:
    """Take a few lots back from the best plan, place them anew at its prices, descend if promising.

    Returns whether a cheaper plan was found; it then is the play's best.
    """
    prices = price_board(play.board, play.model, play.program, play.answer.row_dual)
    state = play.state.copy()
    reweigh(play.board, state, prices)
    taken = _take_back(play, state, prices, rng)
    open_starts = play.open_starts.copy()
    open_starts[play.state.start[taken[rng.random(taken.size) < FORBIDDEN_SHARE]]] = False
    state, _ = _best_moves(play.board, state, prices, open_starts, state.locked, REPAIR_MOVES)
    answer = solve_state(play, state)
    if answer.point is None or not play.hear(answer):
        return False
    if answer.objective < play.cost * (1.0 + PROMISING):
        state, answer = descend(play, state, answer, TRIES_AFTER_KICK)
    if answer.objective < play.cost - TOLERANCE:
        play.state, play.answer = state, answer
        return True
    return False


def solve_state(play: Play, state: State) -> Answer:
    """Solve the plan with exactly the state's starts released, at exact prices."""
    lower, upper = play.lower.copy(), play.upper.copy()
    lower[play.board.column] = upper[play.board.column] = 0.0
    chosen = play.board.column[state.start[state.start >= 0]]
    lower[chosen] = upper[chosen] = 1.0
    bounds = exact_bounds(play.model, play.program, lower, upper)
    return play.session.solve(time_limit_s=max(play.time_left, 1.0), bounds=bounds)


def _improve_once(
    play: Play, state: State, answer: Answer, moves: int, tries: int
) -> tuple[State, Answer, int] | None:
    """Try ever smaller sets of changes; return the first that helps, None if none does."""
    prices = price_board(play.board, play.model, play.program, answer.row_dual)
    reweigh(play.board, state, prices)
    open_starts, bound_lots = play.open_starts.copy(), state.locked.copy()
    for _ in range(tries):
        trial, changed = _best_moves(play.board, state, prices, open_starts, bound_lots, moves)
        if not changed or play.time_left <= 0.0:
            return None
        solved = solve_state(play, trial)
        if not play.hear(solved):
            return None
        if solved.point is not None and solved.objective < answer.objective - TOLERANCE:
            return trial, solved, min(moves * 2, MOST_MOVES)
        if moves == 1 and trial.start[changed[0]] >= 0:
            open_starts[trial.start[changed[0]]] = False
        elif moves == 1:
            bound_lots[changed[0]] = True
        moves = max(moves // 4, 1)
    return None


def _best_moves(
    board: Board, state: State, prices: Prices, open_starts: Bools, bound: Bools, most: int
) -> tuple[State, list[int]]:
    """Make the `most` best changes one after the other, each lot at most once.

    `open_starts` (start,) may be entered; lots marked in `bound` may not be taken back.
    """
    trial, still_open = state.copy(), open_starts.copy()
    changed: list[int] = []
    while len(changed) < most and board.column.size:
        change, kept = gains(board, trial, prices, still_open)
        kept[bound] = np.inf
        kept[changed] = np.inf
        start, lot = int(np.argmin(change)), int(np.argmin(kept))
        if min(change[start], kept[lot]) > -TOLERANCE:
            break
        if kept[lot] < change[start]:
            place(board, trial, prices, lot, -1)
        else:
            lot = int(board.lot[start])
            place(board, trial, prices, lot, start)
        still_open[board.lot == lot] = False
        changed.append(lot)
    return trial, changed


def _take_back(play: Play, state: State, prices: Prices, rng: np.random.Generator) -> Ints:
    """Take back some released lots: at random, of one market for some quarters, or of one quarter.

    Returns the lots.
    """
    board = play.board
    movable = np.flatnonzero((state.start >= 0) & ~state.locked)
    start = state.start[movable]
    quarters = play.model.inputs.quarters
    market, quarter = np.divmod(board.cell[start], quarters)
    at = int(rng.integers(quarters))
    kind = rng.integers(3)
    if kind == 0 or not movable.size:
        chosen = rng.permutation(movable)[:KICKED_LOTS]
    elif kind == 1:
        listed = market[board.cell[start] >= 0]
        one = rng.choice(listed) if listed.size else -1
        chosen = movable[(market == one) & (np.abs(quarter - at) <= WINDOW)]
    else:
        chosen = movable[board.effort[start, at] > 0.0]
    chosen = rng.permutation(chosen)[:MOST_KICKED]
    for lot in chosen.tolist():
        place(board, state, prices, lot, -1)
    return chosen
