"""Prove a bound for a plan of many futures, part by part, beside the search.

Round by round each part's relaxation is solved in another process. A part decides for itself; so
after a round each is told, by prices on what is decided now, where it pulls another way than all
together (`agree`). At the best prices the parts' bound is that of the whole (Lagrangian duality);
the first round comes close already. Rounding cuts that the averaged plan breaks join before the
next round. Where one part holds all futures, what is left of the time goes into cases (`branch`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.plan.agree import Agreement
from ironpot.plan.branch import Growth, Tree, following
from ironpot.plan.cuts import Cell, market_cells, violated_cuts
from ironpot.plan.model import Model
from ironpot.plan.parts import Part, charges, pull, together, whole_dual, whole_point
from ironpot.plan.program import Bounds, Floats, Program, Rows, dual_bound
from ironpot.plan.question import CUT, FIRST_SOLVE, RESOLVE
from ironpot.plan.solver import Answer, Session

# So many rounds in a row that lift the bound by less than this share are the last ones: prices may
# have gone too far in one of them.
WORTH_A_ROUND, IDLE_ROUNDS = 2e-5, 2
# Cases that lift the bound by less (million) are not told of.
WORTH_TELLING = 0.01


@dataclass(slots=True)
class Proof:
    """The bound of `program`, growing; a context manager that ends its solver process.

    `relaxed` is the best round's answer for the whole: its point is the parts' average where they
    disagree. `dual` are its duals, or what the first round's prices are made from: duals of all
    futures' rows at some choice, if they are given; `pulls` (part,) say what a unit of each column
    decided now costs later at those. `impossible` says that one part alone has no plan. With
    `cases` a single part is split into cases after its rounds: `done`, but `poll` still lifts the
    bound.
    """

    model: Model
    program: Program
    parts: Sequence[Part]
    limit_s: float
    bound: float = -np.inf
    dual: Floats | None = None
    relaxed: Answer | None = None
    pulls: list[Floats] = field(default_factory=list[Floats])
    rounds: int = 0
    impossible: bool = False
    done: bool = False
    cases: bool = False
    tree: Tree | None = None
    _growth: Growth | None = None
    _cells: list[Cell] = field(init=False)
    _tried: Program = field(init=False)
    _answers: list[Answer] = field(default_factory=list[Answer])
    _pulls: list[Floats] = field(default_factory=list[Floats])
    _part: Program = field(init=False)
    _prices: list[Floats] = field(init=False)
    _agreement: Agreement = field(init=False)
    _idle: int = 0
    _told: float = -np.inf
    _session: Session | None = None

    def __post_init__(self) -> None:
        self._cells, self._tried = market_cells(self.model), self.program
        self._prices = [np.zeros(part.columns.size) for part in self.parts]
        self._agreement = Agreement([part.weight for part in self.parts])
        if self.dual is not None:
            self.pulls = [part.pull_at(self.program, self.dual) for part in self.parts]
            self._prices = charges(self.parts, self.pulls)
        self._begin()

    def __enter__(self) -> "Proof":
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()

    @property
    def pull(self) -> Floats:
        """What a unit of each column decided now costs later in the whole, (column of now,)."""
        return together(self.parts, self.pulls)

    def poll(self, *, wait_s: float = 0.0) -> bool:
        """Take what the other process has solved; say whether a round ended or a case was split."""
        if self._session is None or (self.done and self._growth is None):
            return False
        answer = self._session.poll(wait_s=wait_s)
        if answer is None:
            return False
        if self._growth is not None:
            return self._grow(self._growth, answer)
        if answer.outcome != "optimal":
            self._session.close()
            self.impossible = answer.outcome == "infeasible"
            self.done = True
            return False
        self._answers.append(answer)
        self._pulls.append(pull(self._part, answer.row_dual))
        ended = len(self._answers) == len(self.parts)
        if ended:
            self._end_round()
        if not self.done:
            self._session.close()
            self._begin()
        elif self.cases and len(self.parts) == 1 and self.relaxed is not None:
            self._begin_cases(self.relaxed)
        else:
            self._session.close()
        return ended

    def _begin(self) -> None:
        number = len(self._answers)
        self._part, _ = self.parts[number].cut(self._tried)
        cost = self._part.cost + self._prices[number]
        priced = self._part.with_cost(cost, self._part.offset)
        self._session = Session(priced.relaxed())
        self._session.begin(time_limit_s=self.limit_s, options=FIRST_SOLVE)

    def _begin_cases(self, relaxed: Answer) -> None:
        """Go on in the process that holds the program and the basis of its relaxation."""
        self.tree = Tree.of(self.program, relaxed)
        self._growth = self.tree.grow()
        self._solve_next(next(self._growth, None))

    def _solve_next(self, bounds: Bounds | None) -> None:
        assert self._session is not None
        if bounds is None:
            self._growth = None
            self._session.close()
            return
        self._session.begin(time_limit_s=self.limit_s, bounds=bounds, options=RESOLVE, ray=True)

    def _grow(self, growth: Growth, answer: Answer) -> bool:
        """Give the tree its answer and solve what it asks for next."""
        assert self.tree is not None
        self._solve_next(following(growth, answer))
        self.bound = max(self.bound, self.tree.bound)
        told = self.bound > self._told + WORTH_TELLING
        self._told = self.bound if told else self._told
        return told

    def _end_round(self) -> None:
        """Weigh the parts' duals into a bound, and set prices and cuts for the next round."""
        answers, self._answers = self._answers, []
        pulls, self._pulls = self._pulls, []
        self.rounds += 1
        dual = whole_dual(self.parts, [answer.row_dual for answer in answers], self._tried)
        bound, last = dual_bound(self._tried, dual), self.bound
        relaxed = self._whole(answers, dual, bound)
        # One part's later rounds hold more cuts: cases are split of what its process holds.
        if bound > last or len(self.parts) == 1:
            self.bound, self.program, self.relaxed = bound, self._tried, relaxed
            self.dual, self.pulls = dual, pulls
        self._prices = self._agreement.next(self._prices, charges(self.parts, pulls))
        self._add_cuts(relaxed)
        worth = self.rounds == 1 or bound - last >= WORTH_A_ROUND * abs(bound)
        self._idle = 0 if worth else self._idle + 1
        self.done = self.done or self._idle == IDLE_ROUNDS

    def _whole(self, answers: Sequence[Answer], dual: Floats, bound: float) -> Answer:
        points = [answer.point for answer in answers if answer.point is not None]
        point = whole_point(self.parts, points, self._tried)
        return replace(
            answers[0],
            objective=bound,
            bound=bound,
            point=point,
            row_dual=dual,
            column_dual=self._tried.reduced_cost(dual),
            seconds=sum(answer.seconds for answer in answers),
        )

    def _add_cuts(self, relaxed: Answer) -> None:
        """Add the cuts that the averaged plan breaks; one part without any is done."""
        assert relaxed.point is not None
        cuts = violated_cuts(self._cells, relaxed.point)
        self._tried = self._tried.with_rows(CUT, cuts)
        self.done = len(self.parts) == 1 and not cuts.count


def cuts_of(program: Program) -> Rows:
    """Return the rounding cuts that a program holds: rows on what is decided now alone."""
    rows = Rows()
    if CUT in program.rows:
        for row in program.rows[CUT].index.tolist():
            span = slice(int(program.start[row]), int(program.start[row + 1]))
            upper = float(program.row_upper[row])
            rows.add(program.index[span], program.value[span], upper=upper)
    return rows
