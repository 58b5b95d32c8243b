"""Find a good plan for many futures, and prove it, when the whole program is large.

One process proves a bound part by part (`proof`). Beside it a plan is sought: a few futures, cheap
to solve, say which pools and bundles to form; a core of futures, corrected to first order for those
left out, takes the local search; what is found is priced in all futures. The first plan holds
everything and is there in seconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from ironpot.plan.board import Board, make_board
from ironpot.plan.everywhere import Everywhere, everywhere, holding
from ironpot.plan.left import Left, leave
from ironpot.plan.local import Play, descend, improve
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import first_stage, fixed_bounds
from ironpot.plan.parts import Part, a_few, deal, pull, take_part
from ironpot.plan.program import Floats, Program
from ironpot.plan.proof import Proof, cuts_of
from ironpot.plan.question import (
    CUT,
    FIRST_SOLVE,
    Question,
    ask,
    holding_bounds,
    last_resort,
    nothing_proven,
    open_program,
    shut,
)
from ironpot.plan.rounding import Fixing, empty_state, feasible_state
from ironpot.plan.search import (
    GRACE,
    Enough,
    Found,
    Progress,
    Watch,
    fix_pools,
    new_play,
    started,
)
from ironpot.plan.solver import NO_ANSWER, Answer, Session
from ironpot.plan.stand import Stand, decided_bounds, stand_at

# A program of more coefficients than this, and of more futures than a few, is taken apart.
LARGE = 150_000
FEW = 5
# Futures that one part holds at most; also those of the core.
PART = 20
# A plan is priced in all futures again after so many times what pricing took last.
PATIENCE = 3.0
# A few futures are solved again in a fraction of a second.
FIX_LIMIT_S = 4.0
# So many plans of the core that fail in other futures say that something more must be opened.
FAILURES = 3
# Times that the few futures' program is corrected and solved again: its own pull moves with it.
CORRECTIONS = 2


def is_large(model: Model) -> bool:
    """Say whether a model is better taken apart than solved as one program."""
    return model.inputs.weights.size > FEW and model.program.value.size > LARGE


@dataclass(frozen=True)
class _Sample:
    """A part with its model at hand."""

    part: Part
    model: Model

    @classmethod
    def of(cls, part: Part) -> Self:
        return cls(part, part.model())


@dataclass(slots=True)
class _Hunt:
    """A search under way: where it stands and what is proven (million)."""

    model: Model
    core: _Sample
    proof: Proof
    everywhere: Everywhere
    deadline: float
    began: float
    enough: Callable[[float], Enough]
    watch: Watch | None
    hold: Answer = NO_ANSWER
    best: Answer = NO_ANSWER
    core_best: Answer = NO_ANSWER
    start: Answer | None = None
    waiting: bool = False
    failed: int = 0
    priced: float = -np.inf
    corrected: bool = False
    done: bool = False
    history: list[tuple[float, float, float]] = field(
        default_factory=list[tuple[float, float, float]]
    )

    @property
    def time_left(self) -> float:
        """Seconds to the deadline."""
        return self.deadline - time.monotonic()

    @property
    def is_alone(self) -> bool:
        """Say whether the core is all there is."""
        return len(self.proof.parts) == 1

    @property
    def is_hopeless(self) -> bool:
        """Say whether something more must be opened: help, or leaving something unpaid.

        A part alone has no plan; or rounding finds none for the core; or those that it finds fail
        in other futures, one after another.
        """
        return self.proof.impossible or (self.best.point is None and self.failed >= FAILURES)

    @property
    def is_fresh(self) -> bool:
        """Say whether a first round has been proven that the core is not corrected for yet."""
        return self.proof.rounds > 0 and not self.corrected

    def core_program(self) -> Program:
        """Return the core's program, corrected to first order for the futures left out."""
        program, _ = self.core.part.cut(self.proof.program)
        if not self.corrected or self.is_alone:
            return program
        price = np.zeros(program.cost.size)
        now = self.core.part.now
        price[now] = self.proof.pull - self.proof.pulls[0][now]
        return program.with_cost(program.cost + price, program.offset)

    def recentre(self) -> None:
        """Correct the core from now on; what it cost before cannot be compared."""
        self.corrected, self.waiting = True, False
        if not self.is_alone:
            self.core_best = NO_ANSWER

    def new_play(self, board: Board, left: Left, stand: Stand) -> Play:
        """Set up the core's board where a plan may stand that is not solved yet."""
        proven = self.proof.bound if np.isfinite(self.proof.bound) else self.best.objective
        return new_play(
            replace(self.core.model, program=left.program),
            left.program,
            board,
            left,
            stand,
            deadline=self.deadline,
            stake=max(self.hold.objective - proven, 0.0) if self.hold.point is not None else 0.0,
            hear=self.hear,
        )

    def note(self) -> None:
        """Record and report where the hunt stands; it is done when the gap is small enough."""
        seconds = time.monotonic() - self.began
        cost, bound = self.best.objective, self.proof.bound
        self.history.append((seconds, cost, bound))
        self.done = self.done or self.enough(self.hold.objective)(cost, bound)
        if self.watch is not None:
            self.watch(Progress.of(seconds, cost, bound))

    def offer(self, answer: Answer) -> None:
        """Keep a plan that is priced in all futures if it is the best so far."""
        if answer.point is not None and answer.objective < self.best.objective:
            self.best = answer
            self.note()

    def hear(self, answer: Answer) -> bool:
        """Take a plan of the core; price it in all futures now and then; say whether to go on."""
        if self.is_alone:
            self.offer(answer)
        elif answer.point is not None and answer.objective < self.core_best.objective:
            self.core_best, self.waiting = answer, True
        if self.waiting and time.monotonic() - self.priced > PATIENCE * self.everywhere.seconds:
            self.price()
        return self.listen()

    def price(self) -> None:
        """Price the core's best plan in all futures."""
        point = self.core_best.point
        if not self.waiting or point is None:
            return
        self.waiting = False
        choice = first_stage(self.core.model, point, "core")
        bounds = fixed_bounds(self.model, self.everywhere.apart.program, choice)
        answer = self.everywhere.price(bounds)
        self.failed += answer.point is None
        self.offer(answer)
        self.priced = time.monotonic()

    def hear_proof(self) -> None:
        """Take what has been proven meanwhile."""
        if self.proof.poll():
            self.note()

    def listen(self) -> bool:
        """Take what has been proven; False if it is time to stop, or to correct the core."""
        self.hear_proof()
        if self.done or self.is_hopeless or self.is_fresh:
            return False
        return self.time_left > (1.2 * self.everywhere.seconds if self.waiting else 0.0)

    def wait_for_a_bound(self) -> None:
        """A plan of which nothing is proven is worth a little more time."""
        if self.best.point is None:
            return
        latest = self.deadline + GRACE * (self.deadline - self.began)
        while not (self.proof.rounds or self.proof.done) and time.monotonic() < latest:
            if self.proof.poll(wait_s=0.2):
                self.note()


def search_many(
    model: Model,
    *,
    after: Question | None,
    time_limit_s: float,
    enough: Callable[[float], Enough],
    rng: np.random.Generator,
    watch: Watch | None = None,
    start: Floats | None = None,
) -> tuple[Question, Found]:
    """Find a cheap whole plan for many futures within the limit, and a bound.

    `after` is a question that no whole plan answered: one step more is then open (`question.ask`).
    `enough(hold)(objective, bound)` says when to stop early. Ctrl-C keeps the best. `start` is a
    point whose choices are priced first and gone on from: what is found is never dearer.
    """
    began = time.monotonic()
    parts = [take_part(model, futures) for futures in deal(model, PART)]
    few = _Sample.of(take_part(model, a_few(model, FEW)))
    interrupted = False
    if watch is not None:
        _announce(model, began, watch)
    question = ask(few.model, after=after, hold=NO_ANSWER)
    program = _asked(model, question)
    cut = program.with_rows(CUT, cuts_of(question.program))
    with Proof(model, cut, parts, 2.0 * time_limit_s) as proof:
        core, deadline = _Sample.of(parts[0]), began + time_limit_s
        prices = everywhere(model, program)
        hunt = _Hunt(model, core, proof, prices, deadline, began, enough, watch)
        try:
            _run(hunt, few, question, rng, start)
        except KeyboardInterrupt:
            interrupted = True
            hunt.price()
    answered = _question(hunt, few, question)
    return answered, _found(hunt, answered, interrupted=interrupted)


def _announce(model: Model, began: float, watch: Watch) -> None:
    """Tell of the first plan, which holds everything, before anything is asked."""
    relief = model.inputs.options.relief
    program = shut(model, open_program(model), "arrears" if relief else "relief")
    answer = everywhere(model, program).price(holding(model, program))
    if answer.point is not None:
        watch(Progress(time.monotonic() - began, answer.objective, None))


def _asked(model: Model, question: Question) -> Program:
    """Return the whole program with open what the few futures need."""
    unpaid = question.program.upper[question.program.columns["arrears"].index].any()
    relief = model.inputs.options.relief
    opened = last_resort(model) if unpaid and relief else open_program(model)
    if not unpaid:
        opened = shut(model, opened, "arrears")
    return opened if question.help_open else shut(model, opened, "relief")


def _run(
    hunt: _Hunt,
    few: _Sample,
    question: Question,
    rng: np.random.Generator,
    start: Floats | None,
) -> None:
    """Hold everything, then search on the core: as it is, and corrected once that is known."""
    asked = hunt.everywhere.apart.program
    hunt.hold = hunt.everywhere.price(holding_bounds(hunt.model, asked))
    hunt.offer(hunt.everywhere.price(holding(hunt.model, asked)))
    board = make_board(hunt.core.model)
    stand = None if start is None else _start(hunt, board, start)
    program, answer, play = question.program, question.relaxed, None
    while True:
        with leave(hunt.core_program()) as left:
            rounded = _rounded(hunt, board, left, few, program, answer)
            play = _better(hunt, board, left, stand, rounded)
            if play is None:
                hunt.failed = FAILURES
            while play is not None and hunt.listen():
                improve(play, rng)
            hunt.price()
        while play is None and hunt.listen():
            time.sleep(0.1)
        if not hunt.is_fresh or hunt.done or hunt.is_hopeless or hunt.time_left <= 0.0:
            break
        stand = stand if play is None else Stand.of(play)
        hunt.recentre()
        program, answer = _corrected(hunt, few, question)
    hunt.wait_for_a_bound()


def _start(hunt: _Hunt, board: Board, start: Floats) -> Stand:
    """Price the point to start from in all futures, and stand where it stands."""
    whole, core = hunt.model, hunt.core.model
    hunt.start = hunt.everywhere.price(decided_bounds(whole, hunt.everywhere.apart.program, start))
    hunt.offer(hunt.start)
    point = np.zeros(core.program.cost.size)
    for name, value in first_stage(whole, start, "start").values.items():
        point[core.column(name)] = value
    return stand_at(core, board, core.program, point)


def _rounded(
    hunt: _Hunt, board: Board, left: Left, few: _Sample, program: Program, relaxed: Answer
) -> Play | None:
    """Fix pools and bundles as the few futures like them; start the core from the rest."""
    if relaxed.point is None:
        return None
    with Session(program.relaxed()) as linear:
        bounds = program.lower.copy(), program.upper.copy()
        fixing = Fixing(linear, program, *bounds, relaxed, hunt.deadline, FIX_LIMIT_S)
        if not fix_pools(few.model, board, fixing, hunt.hear_proof):
            return None
    whole = program.integer.nonzero()[0]
    core = left.program
    lower, upper = core.lower.copy(), core.upper.copy()
    lower[whole], upper[whole] = fixing.lower[whole], fixing.upper[whole]
    state = feasible_state(hunt.core.model, board, fixing.answer, lower)
    play = hunt.new_play(board, left, Stand(lower, upper, state))
    if not started(play, empty_state(hunt.core.model, board, lower)):
        return None
    descend(play)
    return play


def _better(
    hunt: _Hunt, board: Board, left: Left, old: Stand | None, new: Play | None
) -> Play | None:
    """Go on from where the search stood before, or from the new rounding if that is cheaper."""
    if old is None:
        return new
    again = hunt.new_play(board, left, old)
    if not started(again, old.state):
        return new
    return again if new is None or again.cost < new.cost else new


def _corrected(hunt: _Hunt, few: _Sample, question: Question) -> tuple[Program, Answer]:
    """Correct the few futures' program to first order for all others, and solve it again."""
    program, answer = question.program, question.relaxed
    bare = program
    for _ in range(CORRECTIONS):
        price = np.zeros(program.cost.size)
        price[few.part.now] = hunt.proof.pull - pull(bare, answer.row_dual)[few.part.now]
        program = bare.with_cost(bare.cost + price, bare.offset)
        with Session(program.relaxed()) as linear:
            answer = linear.solve(time_limit_s=max(hunt.time_left, 1.0), options=FIRST_SOLVE)
        if answer.point is None:
            break
    return program, answer


def _question(hunt: _Hunt, few: _Sample, asked: Question) -> Question:
    """Return the question about all futures that was answered, with what is proven about it."""
    proof = hunt.proof
    share = few.model.inputs.weights / hunt.model.inputs.weights[few.part.futures]
    return Question(
        proof.program,
        asked.help_open,
        # The few futures alone need so much; what the others need comes on top.
        asked.least_help / float(share.max()),
        None,
        proof.relaxed or nothing_proven(proof.program, hunt.best),
        hunt.hold,
    )


def _found(hunt: _Hunt, question: Question, *, interrupted: bool) -> Found:
    best = hunt.best
    return Found(
        point=best.point,
        objective=best.objective,
        bound=question.relaxed.bound,
        interrupted=interrupted,
        history=tuple(hunt.history),
        start=hunt.start,
    )
