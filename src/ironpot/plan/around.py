"""What would a plan for many futures cost if one thing were otherwise? A short search around it.

The search stands on a core of futures, whose costs the plan's own duals correct to first order for
all others, and begins at the plan. What it finds is priced in all futures, one by one: its cost is
that of a plan, and so never too low. Beside it stands what the plan's duals prove of every plan
with the same thing otherwise. Million.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from ironpot.plan import many
from ironpot.plan.board import make_board
from ironpot.plan.everywhere import Everywhere, everywhere
from ironpot.plan.exact import whole_bounds
from ironpot.plan.left import Left, leave
from ironpot.plan.local import Play, descend, improve, solve_state
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import first_stage, fixed_bounds
from ironpot.plan.parts import Part, deal, pull, take_part
from ironpot.plan.past import Guess
from ironpot.plan.program import Bounds, Floats, Ints, Program, dual_bound
from ironpot.plan.search import new_play
from ironpot.plan.solver import NO_ANSWER, Answer
from ironpot.plan.stand import stand_at
from ironpot.plan.state import State, breaks
from ironpot.plan.wishes import ASKED, Wish
from ironpot.valuation.retention import Bools

# Starts of a wanted lot that are tried before the search.
TRIED = 3
# The first solve has no basis to begin at.
FIRST_S = 60.0


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise: bounds of the whole program, the wishes, and columns that are wanted.

    Of the columns `wanted`, if there are any, a plan must take one.
    """

    bounds: Bounds
    wishes: tuple[Wish, ...]
    wanted: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Other:
    """The cheapest plan found with something otherwise, and what no such plan costs less than.

    `helped` says that none was found until help was opened: nothing is proven of it then.
    """

    cost: float
    bound: float
    point: Floats
    helped: bool = False


@dataclass(slots=True)
class Around:
    """Searches around one plan of a program, at duals that prove its bound; a context manager."""

    model: Model
    program: Program
    dual: Floats
    point: Floats
    first_s: float = FIRST_S
    core: Part = field(init=False)
    core_model: Model = field(init=False)
    rows: Ints = field(init=False)
    prices: Everywhere = field(init=False)
    left: Left = field(init=False)

    def __enter__(self) -> Self:
        self.core = take_part(self.model, deal(self.model, many.core_size(self.model))[0])
        self.core_model = self.core.model()
        self.prices = everywhere(self.model, self.program)
        cut, self.rows = self.core.cut(self.program)
        self.left = leave(self._corrected(cut))
        # The plan itself first: every later solve begins at its basis.
        own = whole_bounds(self.core_model, self.left.program, self.point[self.core.columns])
        try:
            self.left.solve(own, time_limit_s=self.first_s)
        except BaseException:
            self.left.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.left.__exit__()

    def _corrected(self, cut: Program) -> Program:
        """Charge the core, on what is decided now, what a unit costs later in all but not in it."""
        if self.core.futures.size == self.model.inputs.weights.size:
            return cut
        together = pull(self.program, self.dual)[self.core.columns][self.core.now]
        mine = pull(cut, self.dual[self.rows] / self.core.weight)
        return cut.with_cost(cut.cost + self.core.charges(together, mine), cut.offset)

    def search(self, change: Change, *, seconds: float, latest: float = math.inf) -> Other | None:
        """Return the cheapest plan found with a change; None if none was.

        The search takes `seconds`, and all is priced by `latest` (of the monotonic clock) or
        unknown. Where none works without help, help is open; nothing is proven of such a plan
        (-inf).
        """
        for bounds in self._bounds(change.bounds):
            until = time.monotonic() + seconds
            hunt = _Hunt(self, replace(change, bounds=bounds), until, latest)
            answer = hunt.run()
            if answer.point is not None:
                opened = bounds is not change.bounds
                bound = -np.inf if opened else self.proven(bounds, change.wanted)
                cost = answer.objective
                return Other(cost, min(bound, cost), answer.point, helped=opened)
        return None

    def proven(self, bounds: Bounds, wanted: Ints) -> float:
        """Return what the plan's duals prove at other bounds.

        Where one of some columns must be taken, at least the least of their reduced costs is paid.
        """
        bound = dual_bound(self.program.with_bounds(bounds), self.dual)
        if not wanted.size:
            return bound
        return bound + max(float(self.program.reduced_cost(self.dual)[wanted].min()), 0.0)

    def _bounds(self, bounds: Bounds) -> Iterator[Bounds]:
        yield bounds
        relief = self.model.column("relief")
        if self.model.inputs.options.relief and not bounds.upper[relief].any():
            upper = bounds.upper.copy()
            upper[relief] = self.model.program.upper[relief]
            yield replace(bounds, upper=upper)

    def of_core(self, bounds: Bounds) -> Bounds:
        """Return the core's part of bounds of the whole program."""
        columns, rows = self.core.columns, self.rows
        return Bounds(
            bounds.lower[columns],
            bounds.upper[columns],
            bounds.row_lower[rows],
            bounds.row_upper[rows],
        )


@dataclass(slots=True)
class _Hunt:
    """One search: plans of the core are heard, the first and the best are priced in all futures.

    The search ends at `deadline`, or so early that what it finds is priced by `latest`; a pricing
    that is cut off there loses nothing that was priced before.
    """

    around: Around
    change: Change
    deadline: float
    latest: float
    core_best: Answer = NO_ANSWER
    best: Answer = NO_ANSWER
    waiting: bool = False

    def run(self) -> Answer:
        """Begin at the plan, improve until the time ends, and price what came out of it."""
        play = self._begun()
        if play is None:
            return NO_ANSWER
        self._price()
        play.deadline = min(self.deadline, self.latest - self.around.prices.seconds)
        rng = np.random.default_rng(self.around.model.inputs.options.seed)
        descend(play)
        while not play.stopped and play.time_left > 0.0:
            improve(play, rng)
        self._price()
        return self.best

    def _hear(self, answer: Answer) -> bool:
        if answer.point is not None and answer.objective < self.core_best.objective:
            self.core_best, self.waiting = answer, True
        return time.monotonic() < self.deadline

    def _price(self) -> None:
        """Price the core's best plan in all futures; keep it if it is the best there."""
        around = self.around
        if not self.waiting or self.core_best.point is None:
            return
        self.waiting = False
        choice = first_stage(around.core_model, self.core_best.point, "core")
        program = around.prices.apart.program.with_bounds(self.change.bounds)
        fixed = fixed_bounds(around.model, program, choice)
        answer = around.prices.price(fixed, deadline=self.latest)
        if answer.objective < self.best.objective:
            self.best = answer

    def _begun(self) -> Play | None:
        """Set the board up at the plan, as far as the change allows, and solve that."""
        around = self.around
        program = around.left.program.with_bounds(around.of_core(self.change.bounds))
        wishes = self.change.wishes
        if self.change.wanted.size:
            wishes = (*wishes, Wish(ASKED, ASKED, force=True, columns=self.change.wanted))
        model = replace(around.core_model, program=program, wishes=wishes)
        for point in _starting_points(model, around.point[around.core.columns], self.change.wanted):
            play = self._play(model, program, point)
            if self._start(play):
                return play
        return None

    def _play(self, model: Model, program: Program, point: Floats) -> Play:
        board = make_board(model)
        return new_play(
            model,
            program,
            board,
            self.around.left,
            stand_at(model, board, program, point),
            deadline=self.deadline,
            stake=0.0,
            hear=self._hear,
        )

    def _start(self, play: Play) -> bool:
        """Solve the state that a play begins at, with the wanted start in it; False if none works.

        A state without what is wanted is solved for its prices only.
        """
        wanted, board = self.change.wanted, play.board
        taken = wanted[play.lower[wanted] > 0.0]
        already = np.isin(board.column[play.state.chosen], wanted).any()
        first = solve_state(play, play.state)
        if not wanted.size or taken.size or already:
            return self._go_to(play, [(play.state, first)])
        states = _with_one_of(play, np.flatnonzero(np.isin(board.column, wanted)))
        return self._go_to(play, [(state, solve_state(play, state)) for state in states])

    def _go_to(self, play: Play, tried: Sequence[tuple[State, Answer]]) -> bool:
        works = [one for one in tried if one[1].point is not None]
        if not works:
            return False
        play.state, play.answer = min(works, key=lambda one: one[1].objective)
        play.hear(play.answer)
        return True


def _starting_points(model: Model, plan: Floats, wanted: Ints) -> Iterator[Floats]:
    """Yield whole points to begin at: the plan as far as it is open, then without its closed pools.

    A lot that is wanted may also join a pool that the plan issues, if no start of its own works.
    """
    program, pool = model.program, model.column("pool")
    whole = program.integer
    point = np.where(whole, np.clip(np.rint(plan), program.lower, program.upper), plan)
    yield point
    inputs, releases = model.inputs, model.inputs.releases
    pooled = np.flatnonzero(inputs.offers.is_route("pool")[releases.row] & ~releases.done)
    column = model.release_of[pooled]
    issue = pool[releases.node[pooled], releases.start[pooled]]
    closed = np.unique(issue[(np.rint(plan[column]) > 0.5) & (point[column] < 0.5)])
    if closed.size:
        without = point.copy()
        without[closed] = 0.0
        without[column[np.isin(issue, closed)]] = 0.0
        yield without
    for number in np.flatnonzero(np.isin(column, wanted) & (point[issue] > 0.5)):
        joined = point.copy()
        joined[column[number]] = 1.0
        yield joined


def _with_one_of(play: Play, starts: Ints) -> list[State]:
    """Return states with one of some starts in them: where it is cheapest, room made if need be."""
    guess = Guess.of(play.past, play.state)
    cost = guess.moving(starts)
    order = np.argsort(cost, kind="stable")
    free = starts[order[np.isfinite(cost[order])]][:TRIED]
    if free.size:
        return [_placed(play, int(start)) for start in free]
    room = (_with_room(play, int(start)) for start in starts[:: max(starts.size // TRIED, 1)])
    return [state for state in room if state is not None]


def _placed(play: Play, start: int) -> State:
    state = play.state.copy()
    state.place(play.board, int(play.board.item[start]), start)
    return state


def _with_room(play: Play, start: int) -> State | None:
    """Take back what stands in a start's way, cheapest first, and place it; None if it stays."""
    board, guess = play.board, Guess.of(play.past, play.state.copy())
    item = int(board.item[start])
    if guess.state.locked[item]:
        return None
    while breaks(board, guess.state, np.array([start]))[0]:
        placed = np.flatnonzero((guess.state.start >= 0) & ~guess.state.locked & ~play.forced)
        near = placed[_in_the_way(play, guess.state.start[placed], start)]
        if not near.size:
            return None
        guess.take_back(int(near[np.argmin(guess.staying(near))]))
    guess.place(item, start)
    return guess.state


def _in_the_way(play: Play, others: Ints, start: int) -> Bools:
    """Mark starts that use what a start needs: its market's quarter, effort, service or pledge."""
    board = play.board
    cell = (board.cell[start] >= 0) & (board.cell[others] == board.cell[start])
    effort = ((board.effort[others] > 0.0) & (board.effort[start] > 0.0)).any(axis=1)
    served = (board.service_class[start] >= 0) & (
        board.service_class[others] == board.service_class[start]
    )
    return cell | effort | served | (board.item[others] == board.frees[start])
