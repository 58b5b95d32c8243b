"""Where a search over many futures stands: its core, what is proven, the best plan in all futures.

The core is a sample of futures that the local search plans for. What it finds is priced in all
futures. A plan that has no answer in a future outside the core brings that future into it; where
the core itself has no plan, it is loosened for a while: what is shut may be used there, so dearly
that the search gets away from it if that can be done at all.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.plan.board import Board
from ironpot.plan.everywhere import Everywhere
from ironpot.plan.left import Left
from ironpot.plan.local import Play
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import first_stage, fixed_bounds
from ironpot.plan.program import Floats, Program
from ironpot.plan.proof import Proof
from ironpot.plan.question import LAST_RESORT, open_program
from ironpot.plan.sample import Sample
from ironpot.plan.search import GRACE, Enough, Progress, Watch, new_play
from ironpot.plan.solver import NO_ANSWER, Answer
from ironpot.plan.stand import Stand

# A plan is priced in all futures again after so many times what pricing took last.
PATIENCE = 5.0
# Share of the time for which a core without a plan may be searched loosened.
LOOSE_SHARE = 0.15
# A core is begun anew if there is time for so many beginnings, and for so many times what it took
# to round the few futures.
BEGINS, ROUNDS_AGAIN = 3.0, 5.0
# Futures that a core takes in at most, beside those that it begins with.
MOST_TAKEN_IN = 20
# What is shut is used where a plan has more of it than this (million).
USED = 1e-6


@dataclass(slots=True)
class Hunt:
    """A search under way: where it stands and what is proven (million).

    `shut` is the block of columns that may not be used: help, or arrears where help is open.
    `loose` says since when the core may use it all the same, at `dear` times its price. `taken_in`
    counts futures that the core had to take in, `stuck` is one that is still to be; `core_best` is
    a plan of the core that is `waiting` to be priced in all futures. The few futures were asked and
    rounded in `few_s`; to begin on a core took `begin_s` the last time.
    """

    model: Model
    core: Sample
    proof: Proof
    everywhere: Everywhere
    shut: str
    deadline: float
    began: float
    enough: Callable[[float], Enough]
    watch: Watch | None
    hold: Answer = NO_ANSWER
    best: Answer = NO_ANSWER
    core_best: Answer = NO_ANSWER
    start: Answer | None = None
    waiting: bool = False
    loose: float | None = None
    dear: float = LAST_RESORT
    stuck: int | None = None
    taken_in: int = 0
    priced: float = -np.inf
    few_s: float = 0.0
    begin_s: float = 0.0
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
    def limit_s(self) -> float:
        """Seconds from the beginning to the deadline."""
        return self.deadline - self.began

    @property
    def is_hopeless(self) -> bool:
        """Say whether what is shut must be opened.

        A part alone has no plan; or the search went on loosened for long and no plan came of it.
        """
        if self.best.point is not None or self.loose is None:
            return self.proof.impossible
        long = LOOSE_SHARE * self.limit_s
        return self.proof.impossible or time.monotonic() > self.loose + long

    @property
    def is_fresh(self) -> bool:
        """Say whether a round is proven that the core is not corrected for, and there is time.

        A core of all futures needs no correction: the few are only rounded anew, if that is quick.
        """
        if not self.proof.rounds or self.corrected:
            return False
        worth = ROUNDS_AGAIN * self.few_s if self.core.is_all else 0.0
        return self.time_left > max(BEGINS * self.begin_s, worth)

    @property
    def is_over(self) -> bool:
        """Say whether to end: what is waiting is priced in the time that is kept for it."""
        kept = 1.2 * self.everywhere.seconds if self.waiting else 0.0
        return self.done or self.is_hopeless or self.time_left <= kept

    def core_program(self) -> Program:
        """Return the core's program, corrected for the futures left out as far as is known."""
        program = self.core.corrected(self.proof)
        return program if self.loose is None else self._loosened(program)

    def _loosened(self, program: Program) -> Program:
        opened = open_program(self.core.model)
        columns = self.core.model.column(self.shut)
        cost, upper = program.cost.copy(), program.upper.copy()
        cost[columns] = self.dear * opened.cost[columns]
        upper[columns] = opened.upper[columns]
        return program.with_columns(program.lower, upper).with_cost(cost, program.offset)

    def recentre(self) -> None:
        """Correct the core from now on; what it cost before cannot be compared.

        What is shut becomes dearer: prices on what is decided now may be so high that a loosened
        core would rather use it than do what the best plan does.
        """
        self.corrected = True
        self.dear *= LAST_RESORT
        if not self.core.is_all:
            self._forget()

    def loosen(self) -> None:
        """Let the core use what is shut, dearly."""
        self.loose = time.monotonic()
        self._forget()

    def take_in(self) -> None:
        """Take the future into the core in which its plan failed."""
        assert self.stuck is not None
        self.core = self.core.with_futures(np.array([self.stuck]))
        self.stuck, self.taken_in = None, self.taken_in + 1
        self.loosen()

    def _forget(self) -> None:
        self.core_best, self.waiting = NO_ANSWER, False

    def new_play(self, board: Board, left: Left, stand: Stand) -> Play:
        """Set the core's board up where a plan may stand that is not solved yet."""
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
        self.done = self.done or self.enough(self.hold.objective)(self.best, bound)
        if self.watch is not None:
            self.watch(Progress.of(seconds, cost, bound))

    def offer(self, answer: Answer) -> None:
        """Keep a plan that is priced in all futures if it is the best so far."""
        if answer.point is not None and answer.objective < self.best.objective:
            self.best = answer
            self.note()

    def hear(self, answer: Answer) -> bool:
        """Take a plan of the core; price it in all futures now and then; say whether to go on."""
        if answer.point is not None and not self._uses_what_is_shut(answer.point):
            if self.core.is_all:
                self.offer(answer)
            elif answer.objective < self.core_best.objective:
                self.core_best, self.waiting = answer, True
        if self.waiting and time.monotonic() - self.priced > PATIENCE * self.everywhere.seconds:
            self.price()
        return self.listen()

    def _uses_what_is_shut(self, point: Floats) -> bool:
        return self.loose is not None and self.core.model.take(self.shut, point).sum() > USED

    def price(self) -> None:
        """Price the core's best plan in all futures."""
        point = self.core_best.point
        if not self.waiting or point is None:
            return
        self.waiting = False
        choice = first_stage(self.core.model, point, "core")
        bounds = fixed_bounds(self.model, self.everywhere.apart.program, choice)
        answer = self.everywhere.price(bounds)
        if answer.point is None and self.taken_in < MOST_TAKEN_IN:
            self.stuck = self.everywhere.stuck
        self.offer(answer)
        self.priced = time.monotonic()

    def hear_proof(self) -> None:
        """Take what has been proven meanwhile."""
        if self.proof.poll():
            self.note()

    def listen(self) -> bool:
        """Take what has been proven; False if it is time to stop, or to change the core."""
        self.hear_proof()
        return not (self.is_over or self.is_fresh or self.stuck is not None)

    def wait_for_a_bound(self) -> None:
        """A plan of which nothing is proven is worth a little more time."""
        if self.best.point is None:
            return
        latest = self.deadline + GRACE * self.limit_s
        while not (self.proof.rounds or self.proof.done) and time.monotonic() < latest:
            if self.proof.poll(wait_s=0.2):
                self.note()
