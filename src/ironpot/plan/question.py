"""What exactly is asked? Is help open, may anything stay unpaid, what does doing nothing cost?

Help is open only where no plan works without it. The relaxation with help as its only cost bounds
the least help of every whole plan from below; it is solved beside the plan's own relaxation.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.against import stands_against
from ironpot.plan.branch import Tree
from ironpot.plan.cuts import market_cells, violated_cuts
from ironpot.plan.exact import exact_bounds
from ironpot.plan.model import Model, help_cost
from ironpot.plan.program import Bounds, Floats, Program, dual_bound
from ironpot.plan.solver import BOUND_ALONE, FIRST_SOLVE, RESOLVE, Answer, Session
from ironpot.plan.wishes import without_forced

NO_HELP = 1e-4  # million; below this the least help counts as none
CUT = "cut"
CUT_ROUNDS = 4
# Every solve gets this long, whatever the solves before it took.
LEAST_SOLVE_S = 5.0
# Where givers cannot help enough, what stays unpaid costs this many times as much as otherwise, so
# that a quarter's delay is dearer than help.
LAST_RESORT = 10.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is minimised and where it starts from (million).

    `program` has help open or shut; `least_help` bounds the present value of help from below;
    `least` is the answer that needs it; `relaxed` is the answer without whole numbers; `hold` that
    of holding everything and keeping every contract, where what stays unpaid is priced. `tree`
    lifts the bound by cases, if it was grown.
    """

    program: Program
    help_open: bool
    least_help: float
    least: Answer | None
    relaxed: Answer
    hold: Answer
    tree: Tree | None = None

    @property
    def bound(self) -> float:
        """What duals prove, those of cases included where there are any (million)."""
        return self.relaxed.bound if self.tree is None else max(self.relaxed.bound, self.tree.bound)


def open_program(model: Model) -> Program:
    """Return the program with help open at its weight."""
    weight, program = model.inputs.options.help_weight, model.program
    return program.with_cost(program.cost + weight * help_cost(model), program.offset)


@dataclass(slots=True)
class _Asking:
    """A question under way: all its solves share one deadline, and each gets a little at least.

    With counted steps the clock has no say: each solve gets the whole limit. `hold` is what doing
    nothing costs, if that is known; `briefly` asks whether help is needed, not who gives it when.
    """

    model: Model
    hold: Answer | None
    briefly: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def limit_s(self) -> float:
        options = self.model.inputs.options
        whole = max(options.time_limit_s, 10.0)
        passed = 0.0 if options.steps else time.monotonic() - self.began
        return max(whole - passed, LEAST_SOLVE_S)


def last_resort(model: Model) -> Program:
    """Return the program with help open, and arrears dearer than any help."""
    opened = open_program(model)
    cost = opened.cost.copy()
    cost[model.column("arrears")] *= LAST_RESORT
    return opened.with_cost(cost, opened.offset)


def ask(
    model: Model,
    *,
    after: Question | None = None,
    hold: Answer | None = None,
    briefly: bool = False,
) -> Question:
    """Decide what is open and solve the relaxation and doing nothing, unless `hold` is given.

    The relaxation may do without help where no whole plan does: `after` is a question that no whole
    plan answers, and one step more is then open: help, after that leaving something unpaid. If time
    ends before the relaxation is solved, nothing is proven and doing nothing stands in for it. What
    is asked `briefly` bounds the least help less tightly, and `least` has no point.
    """
    opened, asking = open_program(model), _Asking(model, hold, briefly)
    if after is not None and after.help_open:
        return _unpaid(asking)
    with Session(opened.relaxed()) as linear:
        return _ask(asking, opened, linear, unaided=after is None)


def _ask(asking: _Asking, opened: Program, linear: Session, *, unaided: bool) -> Question:
    model, limit = asking.model, asking.limit_s
    if not model.inputs.options.relief:
        return _question(asking, linear, shut(model, opened, "relief"))
    paid = shut(model, opened, "arrears")
    weighed = paid.with_cost(help_cost(model), 0.0)
    with Session(weighed.relaxed()) as helping:
        helping.begin(time_limit_s=limit, options=BOUND_ALONE if asking.briefly else FIRST_SOLVE)
        linear.begin(time_limit_s=limit, bounds=paid.own_bounds(), options=FIRST_SOLVE)
        least, relaxed = _both((helping, linear))
    if asking.briefly and relaxed.point is not None:
        return _brief(asking, linear, paid, least, relaxed, unaided=unaided)
    if least.outcome == "unknown":
        return _question(asking, linear, paid, relaxed=relaxed)
    if least.point is None:
        return _unpaid(asking)
    if unaided and least.objective <= NO_HELP:
        return _question(asking, linear, shut(model, paid, "relief"))
    return _question(asking, linear, paid, least=least, relaxed=relaxed)


def _brief(
    asking: _Asking,
    linear: Session,
    paid: Program,
    least: Answer,
    relaxed: Answer,
    *,
    unaided: bool,
) -> Question:
    """Open help where duals prove that it is needed, or where the relaxation has no plan without.

    To end on a vertex, the least help was seen to take six times as long as to prove it.
    """
    if unaided and _help_proven(asking.model, paid, least) <= NO_HELP:
        alone = shut(asking.model, paid, "relief")
        answer = linear.solve(
            time_limit_s=asking.limit_s, bounds=alone.own_bounds(), options=FIRST_SOLVE
        )
        if answer.outcome != "infeasible":
            return _question(asking, linear, alone, relaxed=answer)
    return _question(asking, linear, paid, least=least, relaxed=relaxed)


def _help_proven(model: Model, program: Program, least: Answer) -> float:
    """Return a bound of the least help from the duals of an answer about it, at least nil."""
    if not least.row_dual.size:
        return 0.0
    return max(dual_bound(program.with_cost(help_cost(model), 0.0), least.row_dual), 0.0)


def _unpaid(asking: _Asking) -> Question:
    """Help does not reach: leave unpaid what must be, dearer than any help."""
    dear = last_resort(asking.model)
    with Session(dear.relaxed()) as linear:
        return _question(asking, linear, dear)


def hold_bounds(model: Model, program: Program) -> tuple[Floats, Floats]:
    """Return column bounds of holding everything that is not forced and keeping every contract."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for name in ("release", "pool", "option", "prepay", "swap"):
        columns = model.column(name)
        upper[columns] = lower[columns]
    contracts = model.column("option")[model.inputs.debts.contract]
    lower[contracts] = upper[contracts] = program.upper[contracts]
    return lower, upper


def _question(
    asking: _Asking,
    linear: Session,
    program: Program,
    *,
    least: Answer | None = None,
    relaxed: Answer | None = None,
) -> Question:
    """Solve what is still to be solved, and cut off what no whole plan can do."""
    model = asking.model
    if relaxed is None:
        relaxed = linear.solve(
            time_limit_s=asking.limit_s, bounds=program.own_bounds(), options=FIRST_SOLVE
        )
    open_help = bool(program.upper[model.column("relief")].any())
    if relaxed.point is None:
        hold = _in_its_place(asking, program, relaxed)
        return Question(program, open_help, 0.0, None, nothing_proven(program, hold), hold)
    bound = 0.0 if least is None else _help_proven(model, program, least)
    tight, cut = _tighten(asking, linear, program, relaxed)
    hold = asking.hold or _holding(asking, linear, tight)
    return Question(tight, open_help, bound, least, cut, hold)


def _holding(asking: _Asking, linear: Session, tight: Program) -> Answer:
    """Solve doing nothing; apart where `linear` holds cuts that time did not allow to solve."""
    bounds, limit = holding_bounds(asking.model, tight), asking.limit_s
    if bounds.row_lower.size == linear.program.row_lower.size:
        return linear.solve(time_limit_s=limit, bounds=bounds, options=RESOLVE)
    with Session(tight.relaxed()) as apart:
        return apart.solve(time_limit_s=limit, bounds=bounds, options=RESOLVE)


def _in_its_place(asking: _Asking, program: Program, relaxed: Answer) -> Answer:
    """Return doing nothing where time ended before the relaxation was solved.

    Raises SolverError if there is no relaxed plan at all, or not even that much time.
    """
    if relaxed.outcome == "infeasible":
        against = stands_against(asking.model, program, seconds=asking.limit_s)
        raise impossible(relaxed, against)
    if relaxed.outcome != "unknown":
        raise impossible(relaxed)
    with Session(program.relaxed()) as linear:
        hold = linear.solve(
            time_limit_s=asking.limit_s,
            bounds=holding_bounds(asking.model, program),
            options=RESOLVE,
        )
    if hold.point is None:
        raise impossible(relaxed)
    return hold


def nothing_proven(program: Program, plan: Answer) -> Answer:
    """Return what is certain before anything is solved: columns at their bounds, duals of nil.

    Its point is that of a plan, so that whoever rounds it begins there.
    """
    dual = np.zeros(program.row_lower.size)
    return replace(plan, bound=dual_bound(program, dual), row_dual=dual, column_dual=program.cost)


def _tighten(
    asking: _Asking, linear: Session, program: Program, relaxed: Answer
) -> tuple[Program, Answer]:
    """Add cuts that the relaxed plan breaks and solve it again, a few times over."""
    cells = market_cells(asking.model)
    for _ in range(CUT_ROUNDS):
        assert relaxed.point is not None
        cuts = violated_cuts(cells, relaxed.point)
        if not cuts.count:
            break
        linear.add_rows(CUT, cuts)
        tight = program.with_rows(CUT, cuts)
        answer = linear.solve(
            time_limit_s=asking.limit_s, bounds=tight.own_bounds(), options=RESOLVE
        )
        if answer.outcome != "optimal":
            break
        program, relaxed = tight, answer
    return program, relaxed


def holding_bounds(model: Model, program: Program) -> Bounds:
    """Return bounds of doing nothing; whatever cannot be paid then stays unpaid."""
    upper = program.upper.copy()
    upper[model.column("arrears")] = np.inf
    loose = without_forced(program.with_columns(program.lower, upper))
    return exact_bounds(model, loose, *hold_bounds(model, loose))


def shut(model: Model, program: Program, name: str) -> Program:
    """Return the program with a block of columns held at nil."""
    upper = program.upper.copy()
    upper[model.column(name)] = 0.0
    return program.with_columns(program.lower, upper)


def _both(sessions: Sequence[Session]) -> list[Answer]:
    """Wait for solves that run side by side."""
    answers: list[Answer | None] = [None] * len(sessions)
    while any(answer is None for answer in answers):
        for number, session in enumerate(sessions):
            if answers[number] is None:
                answers[number] = session.poll(wait_s=0.05)
    return [answer for answer in answers if answer is not None]


def impossible(relaxed: Answer, against: Sequence[Text] = ()) -> SolverError:
    """Say why there is no answer, and what to do; `against` are the limits in the way."""
    if against:
        return SolverError(
            Text(
                "No plan meets all limits, not even with help. This would have to give, at the "
                "least:\n"
                + "\n".join(f"  {limit.en}" for limit in against)
                + "\nCorrect or loosen it in the case (tables limits, service_classes, team, "
                "rules, wishes). Loosening other limits may do as well.",
                "即使有上级支持也没有方案满足全部约束。至少须放宽:\n"
                + "\n".join(f"  {limit.zh}" for limit in against)
                + "\n请在案例中更正或放宽(limits、service_classes、team、rules、wishes各表);"
                "放宽其他约束也可能奏效。",
            )
        )
    if relaxed.outcome == "infeasible":
        return SolverError(
            Text(
                "No plan meets all limits, not even with help: look for floors, debt ceilings, "
                "forced wishes (by themselves, or together more than the team, a market's quarter "
                "or the talks have room for) or spending that no account can pay.",
                "即使有上级支持也没有方案满足全部约束:请检查服务底线、债务上限、强制意愿"
                "(单独或合计超出专班、市场季度容量或谈判能力)或无账户可承担的支出。",
            )
        )
    if relaxed.outcome == "crashed":
        return SolverError(
            Text(
                "The solver's process ended by itself, most often for want of memory: close other "
                "programs or plan fewer quarters, then try again.",
                "求解器进程意外结束,多因内存不足:请关闭其他程序或减少计划季度数后重试。",
            )
        )
    return SolverError(
        Text(
            "The solver gave no answer in time; give it more time or look for figures of very "
            "different size.",
            "求解器未在时限内给出结果:请延长时间,或检查数量级差异过大的数据。",
        )
    )
