"""Whose help is asked for? A case whose givers reach, as a model, and what they must give at least.

Where the givers of a case do not reach, one without a name joins them, so that there is an answer;
what is proven of the case's own givers says nothing of that one. Million.
"""

import time
from dataclasses import dataclass, replace

import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.least import a_few_need
from ironpot.plan.many import is_large
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Program, dual_bound
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.solver import FIRST_SOLVE, Answer, solve

UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A case whose givers reach, as a model, and the relaxed answer that needs least (million).

    Laying it out took so many `seconds`, solving aside.
    """

    case: Case
    model: Model
    unnamed: bool
    relaxed: float
    seconds: float = 0.0


def lay_out(case: Case, options: PlanOptions) -> Asked:
    """Lay the case out; where its givers do not reach, a giver without a name joins them."""
    for unnamed in (False, True):
        given = _with_unnamed_giver(case) if unnamed else case
        began = time.monotonic()
        model = build_model(gather(given, *appraise_case(given), options))
        program, spent = paid_in_full(model), time.monotonic() - began
        limit = max(options.time_limit_s, 10.0)
        if is_large(model):
            need = a_few_need(model, seconds=limit)
            if need is not None:
                return Asked(given, model, unnamed, need, spent)
            continue
        answer = solve(program.relaxed(), time_limit_s=limit, options=FIRST_SOLVE)
        if answer.outcome == "crashed":
            raise _crashed()
        if answer.outcome != "infeasible":
            return Asked(given, model, unnamed, _proven(program, answer), spent)
    raise no_help_is_enough()


def _proven(program: Program, answer: Answer) -> float:
    """Return what an answer's duals prove; help is never negative, whatever time has left."""
    if answer.row_dual.size != program.row_lower.size:
        return 0.0
    return max(dual_bound(program, answer.row_dual), 0.0)


def _with_unnamed_giver(case: Case) -> Case:
    """Add a giver of grants without limit, last in order, to every kind of account."""
    givers = case.relief_sources
    last = int(givers["order"].max() or 0) if givers.height else 0  # type: ignore[arg-type]
    row: dict[str, object] = {
        "giver_id": UNNAMED,
        "name": UNNAMED,
        "kind": "grant",
        "order": last + 1,
        "repayable": False,
        "accounts": ";".join(dict.fromkeys(case.accounts["account"])),
        "origin": "estimated",
    }
    more = BY_NAME["relief_sources"].frame([row])
    return replace(case, relief_sources=pl.concat([givers, more]))


def with_unnamed(asked: Asked) -> Asked:
    """Let a giver without a name join the case's own: nothing is proven of them yet."""
    given = _with_unnamed_giver(asked.case)
    model = build_model(gather(given, *appraise_case(given), asked.model.inputs.options))
    return Asked(given, model, unnamed=True, relaxed=0.0)


def no_help_is_enough() -> SolverError:
    """Say that no help is enough, and what to do."""
    return SolverError(
        Text(
            "No help is enough: a service floor, a forced wish or a debt ceiling stands "
            "against every plan. Drop or loosen it in the case and ask again.",
            "任何额度的支持都不够:服务底线、强制意愿或债务限额使所有方案不可行。"
            "请在案例中放宽后重试。",
        )
    )


def _crashed() -> SolverError:
    return SolverError(
        Text(
            "The solver's process ended by itself, most often for want of memory: close other "
            "programs or plan fewer quarters, then try again.",
            "求解器进程意外结束,多因内存不足:请关闭其他程序或减少计划季度数后重试。",
        )
    )
