"""Find a good plan and prove how good it is.

Two processes work side by side. One solves the relaxation, rounds it by stages (pools and bundles,
debt options, then lots) and improves the plan by `local`, always at exact prices. The other runs
the solver on the whole program: it lifts the bound, and settles small programs by itself. Both can
be stopped at any moment without losing the best plan so far.

With counted steps the clock has no say: the local search ends after so many steps, the other
process after so many nodes, and it is heard only then. Machines of a kind then find the same plan.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from ironpot.plan.board import Board, make_board, off_board
from ironpot.plan.exact import exact_bounds
from ironpot.plan.left import Left, leave
from ironpot.plan.local import Play, descend, improve, solve_state
from ironpot.plan.model import Model
from ironpot.plan.past import Past
from ironpot.plan.program import Floats, Program, dual_bound
from ironpot.plan.question import Question, hold_bounds
from ironpot.plan.rounding import Fixing, empty_state, feasible_state, fix_block
from ironpot.plan.solver import NO_ANSWER, Answer, Session
from ironpot.plan.stand import Stand, price_exactly, stand_at
from ironpot.plan.state import State
from ironpot.valuation.retention import Bools

# Smaller steps of the bound are not worth a line of progress (million).
BOUND_STEP = 0.01
WHOLE = {"threads": 1, "mip_rel_gap": 1e-5}
# Above this many whole numbers the other process only lifts the bound.
SMALL = 3000
# With counted steps the other process looks at so many nodes of a small program, else at none.
NODES = 200
# Share of the time limit that is added while there is no plan at all.
GRACE = 0.4


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress: seconds, best cost and bound so far (million; None = none yet)."""

    seconds: float
    objective: float | None
    bound: float | None

    @classmethod
    def of(cls, seconds: float, cost: float, bound: float) -> Self:
        """Take what is infinite as not known yet."""
        shown, proven = (value if np.isfinite(value) else None for value in (cost, bound))
        return cls(seconds, shown, proven)


Watch = Callable[[Progress], None]
# Says of the best plan and the bound whether to stop.
Enough = Callable[[Answer, float], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan found and what is proven about it, in the program's unit.

    `point` is None if nothing was found; it solves the program at exact prices. `bound` is the
    relaxation's (through `program.dual_bound`) or that of the solver's tree, whichever is higher.
    `interrupted` says that the user stopped the search, `by_clock` that the time limit ended one
    whose steps were counted; `history` is (seconds, objective, bound) of every improvement. `start`
    is what the point costs that the search was given to start from; None if it was given none.
    """

    point: Floats | None
    objective: float
    bound: float
    interrupted: bool
    history: tuple[tuple[float, float, float], ...]
    by_clock: bool = False
    start: Answer | None = None


@dataclass(slots=True)
class _Hunt:
    """A search under way: `whole` is the other process, `linear` relaxes, `left` solves plans.

    `steps` 0 goes by the clock.
    """

    model: Model
    program: Program
    whole: Session
    linear: Session
    left: Left
    deadline: float
    grace_s: float
    enough: Enough
    watch: Watch | None
    steps: int = 0
    tried: int = 0
    hold: float = np.inf
    began: float = field(default_factory=time.monotonic)
    best: Answer | None = None
    start: Answer | None = None
    bound: float = -np.inf
    seen: float = np.inf
    done: bool = False
    settled: bool = False
    history: list[tuple[float, float, float]] = field(
        default_factory=list[tuple[float, float, float]]
    )

    @property
    def time_left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.0)

    @property
    def last_call(self) -> float:
        """When even the first plan must be there: a busy machine gets some grace for it."""
        return self.deadline + (self.grace_s if self.best is None else 0.0)

    @property
    def goes_on(self) -> bool:
        """Whether another step is to be tried."""
        counted = self.steps == 0 or self.tried < self.steps
        return counted and not self.done and self.time_left > 0.0

    def steps_left(self) -> float:
        """Share of the counted steps that is still to come."""
        return 1.0 - self.tried / self.steps

    @property
    def cost(self) -> float:
        return self.best.objective if self.best is not None else np.inf

    def offer(self, answer: Answer) -> None:
        """Keep a plan at exact prices if it is the best so far."""
        if answer.point is not None and answer.objective < self.cost:
            self.best = answer
            self.note()

    def hear(self, answer: Answer) -> bool:
        """Take a plan of the local search, listen to the other process; say whether to go on."""
        self.offer(answer)
        self.listen()
        return not self.done and self.time_left > 0.0

    def listen(self) -> None:
        """Hear what the other process has found; with counted steps it is heard at the end."""
        if not (self.settled or self.steps):
            self._heed(self.whole.poll())

    def hear_out(self) -> None:
        """Wait until the other process has looked at its nodes."""
        while not (self.settled or self.done) and self.time_left > 0.0:
            answer = self.whole.poll(wait_s=0.2)
            if answer is not None:
                self._heed(answer)

    def _heed(self, answer: Answer | None) -> None:
        """Take bound and plan of the other process; price its plan exactly if it looks better."""
        sent = self.whole.best_answer() if answer is None else answer
        if sent.bound > self.bound + BOUND_STEP:
            self.bound = sent.bound
            self.note()
        if sent.point is not None and sent.objective < min(self.seen, self.cost):
            self.seen = sent.objective
            self.offer(price_exactly(self.model, self.program, self.left, sent.point))
        if answer is not None:
            self.settled = True
            self.done = self.done or answer.outcome in ("optimal", "infeasible")

    def note(self) -> None:
        """Record and report where the hunt stands; it is done when the gap is small enough."""
        seconds = time.monotonic() - self.began
        self.history.append((seconds, self.cost, self.bound))
        self.done = self.done or self.enough(self.best or NO_ANSWER, self.bound)
        if self.watch is not None:
            self.watch(Progress.of(seconds, self.cost, self.bound))


def search(
    model: Model,
    question: Question,
    *,
    time_limit_s: float,
    enough: Enough,
    rng: np.random.Generator,
    watch: Watch | None = None,
    start: Floats | None = None,
) -> Found:
    """Find a cheap whole plan for a question within the limit.

    `enough(best, bound)` says when to stop early. Ctrl-C ends the search and keeps the best.
    `start` is a point whose whole numbers are tried first: what is found is never dearer.
    """
    deadline = time.monotonic() + time_limit_s
    grace = GRACE * model.inputs.options.time_limit_s
    program = question.program
    interrupted = False
    with Session(program) as whole, Session(program.relaxed()) as linear, leave(program) as left:
        hunt = _Hunt(model, program, whole, linear, left, deadline, grace, enough, watch)
        hunt.steps, hunt.hold = model.inputs.options.steps, question.hold.objective
        hunt.bound = dual_bound(program, question.relaxed.row_dual)
        _begin(hunt, time_limit_s)
        try:
            _run(hunt, question, rng, start)
        except KeyboardInterrupt:
            interrupted = True
    return _found(hunt, interrupted=interrupted)


def _begin(hunt: _Hunt, time_limit_s: float) -> None:
    """Set the other process to work."""
    small = int(hunt.program.integer.sum()) <= SMALL
    options: dict[str, str | float | int | bool] = {**WHOLE}
    options["mip_heuristic_effort"] = 0.05 if small else 0.0
    if hunt.steps and not small:
        hunt.settled = True
        return
    if hunt.steps:
        options["mip_max_nodes"] = NODES
    hunt.whole.begin(time_limit_s=time_limit_s, options=options)


def _run(hunt: _Hunt, question: Question, rng: np.random.Generator, start: Floats | None) -> None:
    """Begin with holding everything, round the relaxation, improve until time or gap says stop."""
    hunt.offer(_hold_everything(hunt))
    board = make_board(hunt.model)
    old = None if start is None else _from_start(hunt, board, start)
    hunt.note()
    plain = _without_pools(hunt, board, question.relaxed)
    play = _round(hunt, board, question.relaxed) or plain
    if old is not None and (play is None or old.cost <= play.cost):
        play = old
    if play is not None:
        descend(play)
    while hunt.goes_on:
        hunt.listen()
        hunt.tried += 1
        if play is not None:
            improve(play, rng)
        elif not hunt.steps:
            time.sleep(0.1)
    if hunt.steps:
        hunt.hear_out()


def _hold_everything(hunt: _Hunt) -> Answer:
    """Solve the plan that releases nothing and keeps every contract: the first plan, at once."""
    bounds = exact_bounds(hunt.model, hunt.program, *hold_bounds(hunt.model, hunt.program))
    left = max(hunt.last_call - time.monotonic(), 1.0)
    return hunt.left.solve(bounds, time_limit_s=left)


def _from_start(hunt: _Hunt, board: Board, start: Floats) -> Play | None:
    """Price the point to start from, and stand where it stands."""
    hunt.start = price_exactly(hunt.model, hunt.program, hunt.left, start)
    hunt.offer(hunt.start)
    stand = stand_at(hunt.model, board, hunt.program, start)
    return _play(hunt, board, stand)


def _without_pools(hunt: _Hunt, board: Board, relaxed: Answer) -> Play | None:
    """Start what the relaxation mostly starts, without pools and bundles: a plan in one solve."""
    model, program = hunt.model, hunt.program
    upper = program.upper.copy()
    for columns in off_board(model, board):
        upper[columns] = program.lower[columns]
    return _play(
        hunt,
        board,
        Stand(program.lower, upper, feasible_state(model, board, relaxed, program.lower)),
    )


def _round(hunt: _Hunt, board: Board, relaxed: Answer) -> Play | None:
    """Fix pools and bundles by stages, then lots and debts; None if no plan comes out of it."""
    fixing = Fixing(
        hunt.linear,
        hunt.program,
        hunt.program.lower.copy(),
        hunt.program.upper.copy(),
        relaxed,
        hunt.last_call,
    )
    if not fix_pools(hunt.model, board, fixing, hunt.listen):
        return None
    state = feasible_state(hunt.model, board, fixing.answer, fixing.lower)
    return _play(hunt, board, Stand(fixing.lower, fixing.upper, state))


def fix_pools(model: Model, board: Board, fixing: Fixing, listen: Callable[[], None]) -> bool:
    """Fix pools and bundles of a relaxed plan, stage by stage; False if no plan comes out of it."""
    fixing.close_unused(np.flatnonzero(fixing.program.integer))
    for block in off_board(model, board):
        if not fix_block(fixing, block):
            return False
        fixing.fix_all(block)
        listen()
    return True


def _play(hunt: _Hunt, board: Board, stand: Stand) -> Play | None:
    """Set the board up where a plan may stand and solve it; without its starts if need be."""
    play = new_play(
        hunt.model,
        hunt.program,
        board,
        hunt.left,
        stand,
        deadline=hunt.deadline,
        stake=max(hunt.hold - hunt.bound, 0.0),
        hear=hunt.hear,
    )
    play.counted = hunt.steps_left if hunt.steps else None
    return play if started(play, empty_state(hunt.model, board, stand.lower)) else None


def new_play(
    model: Model,
    program: Program,
    board: Board,
    left: Left,
    stand: Stand,
    *,
    deadline: float,
    stake: float,
    hear: Callable[[Answer], bool],
) -> Play:
    """Set the board up at a state that is not solved yet."""
    return Play(
        model=model,
        program=program,
        board=board,
        left=left,
        past=Past(board),
        lower=stand.lower,
        upper=stand.upper,
        open_starts=_open_starts(model, board, program.upper),
        forced=_forced(model, board),
        deadline=deadline,
        time_given=max(deadline - time.monotonic(), 1.0),
        stake=stake,
        state=stand.state,
        answer=NO_ANSWER,
        hear=hear,
    )


def started(play: Play, otherwise: State) -> bool:
    """Solve a new play's state, the other one if need be; False if neither is a plan."""
    for state in (play.state, otherwise):
        if play.answer is not NO_ANSWER and play.time_left <= 0.0:
            break
        play.state, play.answer = state, solve_state(play, state)
        if play.answer.point is not None:
            play.hear(play.answer)
            return True
    return False


def _open_starts(model: Model, board: Board, upper: Floats) -> Bools:
    """Mark starts that are open; a forced item has only those that its wish names, (start,)."""
    is_open = upper[board.column] > 0.5
    for wish in model.wishes:
        if wish.force:
            items = np.unique(board.item[np.isin(board.column, wish.columns)])
            is_open &= ~np.isin(board.item, items) | np.isin(board.column, wish.columns)
    return is_open


def _forced(model: Model, board: Board) -> Bools:
    """Mark items that may not stay as they are, (item,)."""
    forced = np.zeros(board.items, dtype=bool)
    for wish in model.wishes:
        if wish.force:
            forced[board.item[np.isin(board.column, wish.columns)]] = True
    return forced


def _found(hunt: _Hunt, *, interrupted: bool) -> Found:
    best = hunt.best
    return Found(
        point=best.point if best is not None else None,
        objective=hunt.cost,
        bound=hunt.bound,
        interrupted=interrupted,
        history=tuple(hunt.history),
        by_clock=hunt.steps > 0 and not hunt.done and hunt.time_left <= 0.0,
        start=hunt.start,
    )
