"""From a case to a plan: what to sell, lease, keep, pay and ask for, with what is proven about it.

`plan_resolution` reads like the work: weigh lots, lay out debts, see whether any plan works without
help, find a good one, prove how good, settle it in fen, say why.
"""

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import SolverError, StoppedError
from ironpot.core.lang import Text
from ironpot.plan.again import Kept, chosen_point, kept, no_dearer, prepared_starts
from ironpot.plan.announced import Part, announced_part, stand_by
from ironpot.plan.gaps import gap_objective, gap_stake
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.many import is_large, search_many
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.question import Question, ask
from ironpot.plan.search import Enough, Found, Watch, search
from ironpot.plan.settle import Settlement, settle
from ironpot.plan.solver import Answer
from ironpot.plan.starts import Starts
from ironpot.plan.tolerance import exact_violation, within_tolerance
from ironpot.valuation.pot import Appraisals

# A gap is none below this (million), or below this share of the stake: the margin that exact prices
# keep for rounding costs about as much.
NO_GAP = 1e-6
NO_GAP_SHARE = 1e-6
# Where cost and cash nearly cancel, a share of what is left says nothing: this share of the
# stake stands in for it when the search asks whether to stop.
NEAR_NIL = 0.1
# A search that must open more than the relaxation needs gets at least this share of the time limit.
LATER_SHARE = 0.2


@dataclass(frozen=True)
class Plan:
    """A plan: settled money, what is proven, and what is needed to explain it.

    Money figures are yuan. `status` is a word of `core.outputs.STATUSES`. `least_help` is a bound:
    no plan gets by with less help than this, at whatever price its lots are sold. `cost` is what
    the plan costs under exact prices, `bound` what no plan can be below, `do_nothing` what holding
    everything costs (inf where that is impossible), `constant` the part that no decision moves.
    `earlier` is what keeping on with an earlier plan costs now, None if there was none;
    `announced` what the sales cost that a coordinated run announced, None if it named no lots.
    """

    case: Case
    options: PlanOptions
    model: Model
    appraisals: Appraisals
    settled: Settlement
    question: Question
    point: Floats
    status: str
    cost: float
    bound: float
    do_nothing: float
    constant: float
    relief_pv: float
    least_help: float
    violation: float
    seconds: float
    solver_version: str
    interrupted: bool
    history: tuple[tuple[float, float, float], ...]
    earlier: Kept | None = None
    announced: Kept | None = None
    by_clock: bool = False

    @property
    def gap_objective(self) -> float:
        """Share by which the cost could still fall, of the cost without cash at the end."""
        return gap_objective(self.cost, self.bound, self.terminal_cash)

    @property
    def terminal_cash(self) -> float:
        """What stands in the cost for the change of cash, yuan: negative where cash grows."""
        cash = self.model.column("cash")
        return _to_the_fen(cost_of_cash(self.question.program, cash, self.point) * MILLION)

    @property
    def gap_stake(self) -> float:
        """Share by which the cost could still fall, of all that a plan wins over doing nothing.

        Forced wishes can make every plan dearer than doing nothing; the stake is then that loss.
        Not a number where doing nothing is impossible, or nothing is at stake.
        """
        return gap_stake(self.cost, self.bound, self.do_nothing)


def plan_resolution(
    case: Case,
    *,
    options: PlanOptions | None = None,
    watch: Watch | None = None,
    allotments: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    under_way: Starts | None = None,
) -> Plan:
    """Plan the resolution of a case's debt.

    `watch` hears of progress (seconds, cost and bound in million yuan). Ctrl-C keeps the best plan
    so far. `allotments` are this county's rows of a coordinated run
    (`case.schema.share.ALLOTMENTS`), the case's own where none are given: the market-use fee is
    charged on what it uses above them and credited on what it leaves. Where they name the lots
    that were announced, the plan costs no more than these sales do, and keeps to them otherwise.
    `earlier` are the choices of an earlier plan (`plan.again.choices_table`): the search starts
    from them, so that the new plan costs no more than they do now. `under_way` are the starts (lot,
    route, quarter) that are prepared, those of `earlier` where none are given. Raises SolverError
    if the search ends without any plan, CaseError or IronpotError if the case cannot be laid out.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.plan.options import PlanOptions
    >>> case = read_case("examples/two-pots").case
    >>> plan = plan_resolution(case, options=PlanOptions(time_limit_s=20))
    >>> plan.status
    'optimal'
    """
    chosen = options or PlanOptions()
    appraisals, debts = appraise_case(case)
    prepared = prepared_starts(case.horizon, earlier) if under_way is None else under_way
    model = build_model(
        gather(case, appraisals, debts, chosen, allotments=allotments, under_way=prepared)
    )
    began = time.monotonic()
    start = None if earlier is None else chosen_point(model, earlier)
    part = announced_part(model)
    first = part.point if start is None and part is not None else start
    question, found = _answer(model, watch, first)
    found, before, announced = _no_worse(model, question, found, start, part)
    if found.point is None:
        raise _no_plan(chosen, interrupted=found.interrupted)
    found = within_tolerance(model, question.program, found)
    seconds = time.monotonic() - began
    plan = _plan(case, chosen, model, appraisals, question, found, seconds)
    return replace(plan, earlier=before, announced=announced)


def _no_worse(
    model: Model, question: Question, found: Found, start: Floats | None, part: Part | None
) -> tuple[Found, Kept | None, Kept | None]:
    """Hold a found plan against an earlier one and an announced part; say what these cost now."""
    before: Kept | None = None
    announced: Kept | None = None
    if start is not None:
        found, priced = no_dearer(model, question, found, start)
        before = kept(model, question, priced, start)
        found = replace(found, start=None)
    if part is not None:
        found, announced = stand_by(model, question, found, part)
    return found, before, announced


def _answer(model: Model, watch: Watch | None, start: Floats | None) -> tuple[Question, Found]:
    """Search with what is open; open help, then arrears, where no whole plan comes out of it."""
    began, limit = time.monotonic(), model.inputs.options.time_limit_s
    # The search of a program taken apart goes by the clock.
    large = is_large(model) and not model.inputs.options.steps
    attempt = _attempt_many if large else _attempt
    question, found = attempt(model, limit, watch, None, start)
    while found.point is None and not (found.interrupted or _all_open(model, question)):
        left = max(limit - (time.monotonic() - began), LATER_SHARE * limit)
        question, found = attempt(model, left, watch, question, start)
    return question, found


def _attempt(
    model: Model,
    seconds: float,
    watch: Watch | None,
    after: Question | None,
    start: Floats | None,
) -> tuple[Question, Found]:
    """Ask, and search what is left of the time."""
    began = time.monotonic()
    question = ask(model, after=after)
    left = max(seconds - (time.monotonic() - began), LATER_SHARE * seconds)
    return question, _search(model, question, left, watch, start)


def _attempt_many(
    model: Model,
    seconds: float,
    watch: Watch | None,
    after: Question | None,
    start: Floats | None,
) -> tuple[Question, Found]:
    options = model.inputs.options
    return search_many(
        model,
        after=after,
        time_limit_s=max(seconds, 1.0),
        enough=lambda hold: _enough(model, hold),
        rng=np.random.default_rng(options.seed),
        watch=watch,
        start=start,
    )


def _all_open(model: Model, question: Question) -> bool:
    """Say whether something may stay unpaid already: there is nothing more to open."""
    return bool(question.program.upper[model.column("arrears")].any())


def _search(
    model: Model,
    question: Question,
    seconds: float,
    watch: Watch | None,
    start: Floats | None,
) -> Found:
    options = model.inputs.options
    return search(
        model,
        question,
        time_limit_s=max(seconds, 1.0),
        enough=_enough(model, question.hold.objective),
        rng=np.random.default_rng(options.seed),
        watch=watch,
        start=start,
    )


def _enough(model: Model, hold: float) -> Enough:
    """Stop when both gaps, of the stake and of the cost without cash, are small enough."""
    wanted, cash = model.inputs.options.gap_stake, model.column("cash")

    def stop(best: Answer, bound: float) -> bool:
        if best.point is None or not np.isfinite(bound):
            return False
        cost = best.objective
        own = cost - cost_of_cash(model.program, cash, best.point)
        stake = _stake(hold, bound, own)
        moved = max(abs(own), NEAR_NIL * stake)
        return cost - bound <= max(wanted * min(stake, moved), _no_gap(stake))

    return stop


def _stake(hold: float, bound: float, moved: float) -> float:
    """What a plan wins over doing nothing; where that is impossible, the cost that it moves."""
    return abs(hold - bound) if math.isfinite(hold) else abs(moved)


def _no_gap(stake: float) -> float:
    return max(NO_GAP, NO_GAP_SHARE * stake)


def _no_plan(options: PlanOptions, *, interrupted: bool) -> SolverError:
    if interrupted:
        return StoppedError(
            Text(
                "Stopped before any plan was found; nothing was written.",
                "在找到方案之前已停止,未写出任何文件。",
            )
        )
    return SolverError(
        Text(
            f"No plan was found within {options.time_limit_s:.0f} seconds; give the search more "
            "time.",
            f"{options.time_limit_s:.0f}秒内未找到方案,请延长计算时间。",
        )
    )


def _plan(
    case: Case,
    options: PlanOptions,
    model: Model,
    appraisals: Appraisals,
    question: Question,
    found: Found,
    seconds: float,
) -> Plan:
    assert found.point is not None
    settled = settle(model, found.point)
    relief = present_relief(model.inputs, settled)
    # A tree that is searched to the end can prove a hair more than floating point holds.
    bound = min(found.bound, found.objective)
    constant = constant_cost(model.inputs)
    cash = cost_of_cash(question.program, model.column("cash"), found.point)
    moved = found.objective - cash
    stake = _stake(question.hold.objective, bound, moved)
    return Plan(
        case=case,
        options=options,
        model=model,
        appraisals=appraisals,
        settled=settled,
        question=question,
        point=found.point,
        status=_status(relief, found.objective - bound, stake),
        cost=_to_the_fen(found.objective * MILLION),
        bound=_to_the_fen(bound * MILLION),
        do_nothing=_to_the_fen(question.hold.objective * MILLION),
        constant=_to_the_fen(constant),
        relief_pv=relief,
        least_help=question.least_help * MILLION,
        violation=exact_violation(model, question.program, found.point),
        seconds=seconds,
        solver_version=question.relaxed.version,
        interrupted=found.interrupted,
        history=found.history,
        by_clock=found.by_clock,
    )


def _to_the_fen(yuan: float) -> float:
    """Round as files write it, so that gaps re-add from what is written."""
    return round(yuan, 2)


def _status(relief: float, gap: float, stake: float) -> str:
    if relief > 0.0:
        return "least_relief"
    return "optimal" if gap <= _no_gap(stake) else "feasible"


def present_relief(inputs: Inputs, settled: Settlement) -> float:
    """Return the present value of expected help of all kinds, yuan."""
    expected = settled.relief[:, :, -1].sum(axis=(0, 1)) / 100
    return float(expected @ inputs.discount)


def cost_of_cash(program: Program, cash: Ints, point: Floats) -> float:
    """Return what the change of cash from today to the end costs at a point (million).

    `cash` are the columns of closing cash; the offset holds today's, and an allotment's credit.
    """
    return float((program.cost[cash] * point[cash]).sum() + program.offset)


def constant_cost(inputs: Inputs) -> float:
    """Return the cost that no decision moves: budget lines and today's income of lots, yuan."""
    return -float(unmoved_flows(inputs) @ inputs.discount)


def unmoved_flows(inputs: Inputs) -> Floats:
    """Return expected flows that no decision moves, (quarter,), yuan, undiscounted."""
    budget = np.sum(list(inputs.budget.values()), axis=0).sum(axis=0)
    return budget.T @ inputs.weights + inputs.held.sum(axis=0)
