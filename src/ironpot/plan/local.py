"""Improve a plan by changes that past solves suggest, each checked by a linear solve.

A linear solve with all whole numbers fixed gives the cost of a plan and a plane below the cost of
every other. A few items are taken back from a plan and placed anew where the planes together
say that it is cheapest; the plan is solved only if they promise that it beats the best. Where they
promised too much, the solve adds a plane that says so.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ironpot.plan.board import Board, prices_at
from ironpot.plan.exact import exact_bounds
from ironpot.plan.left import Left
from ironpot.plan.model import Model
from ironpot.plan.past import Guess, Past
from ironpot.plan.program import Bounds, Floats, Ints, Program
from ironpot.plan.solver import Answer
from ironpot.plan.state import State
from ironpot.valuation.retention import Bools

TOLERANCE = 1e-3
# A solve that has begun near the deadline may still end: it takes a fraction of this.
LEAST_SOLVE_S = 5.0
# Changes that one descent makes at most, and starts that it looks at after its first look.
MOST_MOVES = 24
LOOKED_AT = 256
DESCENTS = 60
KICKED = 6
MOST_KICKED = 16
NEWCOMERS = 24
WINDOW = 3
# Share of the items taken back that may not return to where they were.
FORBIDDEN_SHARE = 0.5
# Now and then a plan dearer by up to this share of the stake is gone on from; less and less as time
# runs out, so that the search leaves a dead end early and settles late.
WANDERS, WANDER = 0.3, 1.5e-4
# Spread of the noise on gains when items are placed anew, one of these each time.
NOISE = (0.0, 0.2, 0.5)


@dataclass(slots=True)
class Play:
    """A search under way: the board, the open starts, the fixed part, the plan it stands at.

    `forced` items may move but not stay. `stake` is what a plan can win at most over doing nothing
    (million). `hear` takes every plan, keeps the best and says whether to go on. `counted`
    says what share of counted steps is still to come, None where the clock decides.
    """

    model: Model
    program: Program
    board: Board
    left: Left
    past: Past
    lower: Floats
    upper: Floats
    open_starts: Bools
    forced: Bools
    deadline: float
    time_given: float
    stake: float
    state: State
    answer: Answer
    hear: Callable[[Answer], bool]
    stopped: bool = False
    counted: Callable[[], float] | None = None

    @property
    def share_left(self) -> float:
        """Share of the search that is still to come."""
        return self.time_left / self.time_given if self.counted is None else self.counted()

    @property
    def cost(self) -> float:
        """Cost of the plan that the search stands at (million)."""
        return self.answer.objective

    @property
    def time_left(self) -> float:
        """Seconds to the deadline, never negative."""
        return max(self.deadline - time.monotonic(), 0.0)


def solve_state(play: Play, state: State) -> Answer:
    """Solve the plan with exactly the state's starts, at exact prices, and remember its plane."""
    answer = play.left.solve(
        state_bounds(play, state), time_limit_s=max(play.time_left, LEAST_SOLVE_S)
    )
    if answer.point is not None:
        prices = prices_at(play.board, play.model, answer.column_dual, answer.row_dual)
        play.past.remember(state, prices, answer.objective)
    return answer


def state_bounds(play: Play, state: State) -> Bounds:
    """Return the bounds that fix a state's columns and price its listings exactly."""
    board = play.board
    lower, upper = play.lower.copy(), play.upper.copy()
    lower[board.column] = upper[board.column] = 0.0
    stays = board.rest[(board.rest >= 0) & (state.start < 0)]
    moves = board.rest[(board.rest >= 0) & (state.start >= 0)]
    lower[moves] = upper[moves] = 0.0
    for columns in (board.column[state.chosen], stays):
        lower[columns] = upper[columns] = 1.0
    return exact_bounds(play.model, play.program, lower, upper)


def descend(play: Play) -> None:
    """Take changes of any items that make the plan cheaper until none is left that looks good.

    As long as the planes promise too much, fewer changes are made at once.
    """
    most = MOST_MOVES
    for _ in range(DESCENTS):
        guess = Guess.of(play.past, play.state.copy())
        _move(play, guess, np.flatnonzero(play.open_starts), most)
        if guess.cost >= play.cost - TOLERANCE or play.time_left <= 0.0 or play.stopped:
            return
        most = min(most * 2, MOST_MOVES) if _try(play, guess) else max(most // 2, 1)


def improve(play: Play, rng: np.random.Generator) -> bool:
    """Take a few items back, place them anew, solve if it looks cheaper; say whether it moved."""
    guess = Guess.of(play.past, play.state.copy())
    starts = _kick(play, guess, rng)
    _place(guess, starts, rng.choice(NOISE) * rng.standard_normal(play.board.items))
    _move(play, guess, starts, MOST_MOVES)
    wandering = rng.random() < WANDERS
    slack = WANDER * play.stake * rng.random() * play.share_left
    return _try(play, guess, slack if wandering else 0.0)


def _try(play: Play, guess: Guess, slack: float = 0.0) -> bool:
    """Solve a state that looks cheaper than the present plan; go there if it is.

    With `slack`, a plan that is dearer by no more than that is good enough to go on from.
    """
    goal = play.cost - TOLERANCE + slack
    if guess.cost >= goal or (guess.state.start == play.state.start).all():
        return False
    answer = solve_state(play, guess.state)
    play.stopped = not play.hear(answer)
    if play.stopped or answer.objective >= goal:
        return False
    play.state, play.answer = guess.state, answer
    return True


def _kick(play: Play, guess: Guess, rng: np.random.Generator) -> Ints:
    """Take some items back; return the starts that they and some others may take."""
    taken = _taken_back(play, rng)
    old = guess.state.start[taken]
    for item in taken.tolist():
        guess.take_back(item)
    staying = np.flatnonzero((guess.state.start < 0) & ~guess.state.locked)
    others = rng.permutation(np.setdiff1d(staying, taken))[:NEWCOMERS]
    mine = np.isin(play.board.item, np.concatenate([taken, others])) & play.open_starts
    mine[old[rng.random(old.size) < FORBIDDEN_SHARE]] = False
    return np.flatnonzero(mine)


def _place(guess: Guess, starts: Ints, noise: Floats) -> None:
    """Place staying items one after the other where that makes the guess cheapest, with noise."""
    board = guess.past.board
    while starts.size:
        gain = guess.cost - guess.moving(starts)
        liked = gain * np.exp(noise[board.item[starts]])
        best = int(np.argmax(liked))
        if gain[best] < TOLERANCE:
            return
        item = int(board.item[starts[best]])
        guess.place(item, int(starts[best]))
        starts = starts[(board.item[starts] != item) & (gain > 0.0)]


def _move(play: Play, guess: Guess, starts: Ints, most: int) -> None:
    """Make at most `most` changes among `starts`, each the one that makes the guess cheapest."""
    board = play.board
    items = np.unique(board.item[starts])
    for _ in range(most):
        into = guess.moving(starts)
        if starts.size > LOOKED_AT:
            order = np.argsort(into, kind="stable")[:LOOKED_AT]
            starts, into = starts[order], into[order]
        placed = items[(guess.state.start[items] >= 0) & ~guess.state.locked[items]]
        placed = placed[~play.forced[placed]]
        out = guess.staying(placed)
        if min(out.min(initial=np.inf), into.min(initial=np.inf)) > guess.cost - TOLERANCE:
            return
        if out.min(initial=np.inf) < into.min(initial=np.inf):
            guess.take_back(int(placed[np.argmin(out)]))
            continue
        best = int(starts[np.argmin(into)])
        item = int(board.item[best])
        if guess.state.start[item] >= 0:
            guess.take_back(item)
        guess.place(item, best)


def _taken_back(play: Play, rng: np.random.Generator) -> Ints:
    """Choose released items: at random, of one market for some quarters, or of one resource."""
    board, state = play.board, play.state
    movable = np.flatnonzero((state.start >= 0) & ~state.locked & ~play.forced)
    start = state.start[movable]
    quarters = play.model.inputs.quarters
    market, quarter = np.divmod(board.cell[start], quarters)
    at = int(rng.integers(quarters))
    kind = rng.integers(4)
    if kind == 0 or not movable.size:
        return rng.permutation(movable)[:KICKED]
    if kind == 3:
        chosen = movable[board.effort[start, int(rng.integers(board.room.size))] > 0.0]
        return rng.permutation(chosen)[:MOST_KICKED]
    listed = market[board.cell[start] >= 0]
    one = rng.choice(listed) if listed.size else -1
    near = np.abs(quarter - at) <= WINDOW
    if kind == 2:
        near = (quarter == at) | (quarter == rng.integers(quarters))
    return rng.permutation(movable[(market == one) & near])[:MOST_KICKED]
