"""How little help lets any plan work: how much, when, from whom, and what each limit costs in help?

Two figures stand side by side. The *bound* is certified: no plan gets by with less, at whatever
price its lots are sold. The *found* figure is that of a whole plan, at exact prices: with so much
help it works. Help counts at the present value that givers expect to lose; repayable help is debt.
"""

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.core.outputs import RELIEF
from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model, build_model
from ironpot.plan.names import quarter_text
from ironpot.plan.options import LEAST_HELP_WEIGHT, PlanOptions
from ironpot.plan.percentiles import HIGH, LOW, weighted_percentile
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Floats, Program, dual_bound
from ironpot.plan.question import hold_bounds
from ironpot.plan.relief_order import (
    Helped,
    as_it_stands,
    hold_everything,
    in_order,
    least_value,
    paid_in_full,
)
from ironpot.plan.relief_prices import SCHEMA, price_limits
from ironpot.plan.search import Watch
from ironpot.plan.settle import Settlement, settle
from ironpot.plan.solver import Answer, solve
from ironpot.plan.tables.frame import out_frame
from ironpot.plan.tables.relief import relief_table

# Shares of the time limit: the search, the solver's tree on help alone, prices at least, and the
# most that one solve with whole numbers fixed may take.
SEARCH_SHARE, TREE_SHARE, PRICES_SHARE, SOLVE_SHARE = 0.7, 0.15, 0.4, 0.2
FIRST = {"solver": "ipm", "run_crossover": "on", "threads": 1}
TREE = {"threads": 1, "mip_rel_gap": 1e-7, "mip_abs_gap": 1e-7}
NO_HELP = 1e-4  # million; below this help counts as none
UNNAMED = "unnamed"
TOTAL = "all"

RANGES = {
    "quarter": pl.String(),
    "expected": pl.Int64(),
    "p05": pl.Int64(),
    "p95": pl.Int64(),
}

Source = Literal["none", "named", "unnamed"]


@dataclass(frozen=True)
class Relief:
    """The least help of a case; money figures are yuan, tables are fen where they say so.

    `source` is none where a plan works without help, unnamed where the givers of the case do not
    reach and a giver without a name stands in for the rest. `relaxed` and `bound` are certified:
    the first by duals that anybody can re-add, the second by the solver's tree where it is higher.
    `found` is what the whole plan needs whose help is in `help` (`core.outputs.RELIEF`, fen);
    `nothing` is what doing nothing would need (inf: no help is enough; None: not asked). Where the
    time limit ends before any whole plan is found, `found` is inf and `help` empty. `proven`
    says that the tree was searched to the end. `cost` is that plan's own cost. `ranges`
    holds expected help of all givers by quarter, fifth and ninety-fifth percentile over scenarios
    (fen, the sum under `all`); `prices` are those of `relief_prices.SCHEMA`, yuan.
    """

    case: Case
    options: PlanOptions
    source: Source
    relaxed: float
    bound: float
    found: float
    nothing: float | None
    proven: bool
    cost: float
    help: pl.DataFrame
    ranges: pl.DataFrame
    prices: pl.DataFrame


def least_relief(
    case: Case, *, options: PlanOptions | None = None, watch: Watch | None = None
) -> Relief:
    """Work out the smallest help that lets any plan of a case work.

    A time limit that ends the work early leaves the best that is known: what is not proven counts
    as nil in the bound, and holding everything is a plan where no better one was found. Raises
    SolverError where no help is enough (a floor, a forced wish or a ceiling that nothing can meet)
    or the solver's process ends by itself.

    >>> from ironpot.case.read import read_case
    >>> least_relief(read_case("examples/two-pots").case).source
    'none'
    """
    chosen = replace(options or PlanOptions(), help_weight=LEAST_HELP_WEIGHT, relief=True)
    deadline = time.monotonic() + chosen.time_limit_s
    asked = _asked(case, chosen)
    plan = _searched(asked, chosen, watch)
    if plan is not None and not plan.question.help_open:
        return _none_needed(case, chosen, plan)
    tree = _tree(asked.model, TREE_SHARE * chosen.time_limit_s)
    points = [
        *([] if plan is None else [plan.point]),
        *([] if tree.point is None else [tree.point]),
    ]
    helped, nothing = _best(asked.model, points, SOLVE_SHARE * chosen.time_limit_s)
    if helped is None:
        asked, tree, helped = _holding(asked, tree)
    left = max(deadline - time.monotonic(), PRICES_SHARE * chosen.time_limit_s)
    prices = price_limits(asked.model, seconds=left)
    return _relief(asked, tree, helped, nothing, prices)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case whose givers reach, as a model, and the relaxed answer that needs least (million)."""

    case: Case
    model: Model
    unnamed: bool
    relaxed: float


def _asked(case: Case, options: PlanOptions) -> _Asked:
    """Lay the case out; where its givers do not reach, a giver without a name joins them."""
    for unnamed in (False, True):
        given = _with_unnamed_giver(case) if unnamed else case
        model = build_model(gather(given, *appraise_case(given), options))
        program = paid_in_full(model)
        limit = max(options.time_limit_s, 10.0)
        answer = solve(program.relaxed(), time_limit_s=limit, options=FIRST)
        if answer.outcome == "crashed":
            raise _crashed()
        if answer.outcome != "infeasible":
            return _Asked(given, model, unnamed, _proven(program, answer))
    raise _no_help_is_enough()


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


def _tree(model: Model, seconds: float) -> Answer:
    """Search the whole numbers for the least help itself; the tree's bound holds for every plan."""
    return solve(paid_in_full(model), time_limit_s=max(seconds, 1.0), options=TREE)


def _searched(asked: _Asked, options: PlanOptions, watch: Watch | None) -> Plan | None:
    """Search for a whole plan; None if the time ends first: doing nothing is still a plan."""
    searched = replace(options, time_limit_s=SEARCH_SHARE * options.time_limit_s)
    try:
        return plan_resolution(asked.case, options=searched, watch=watch)
    except SolverError:
        return None


def _best(model: Model, points: list[Floats], seconds: float) -> tuple[Helped | None, float | None]:
    """The whole numbers that need least help, at exact prices, and what doing nothing needs.

    None where the time ends before either is known.
    """
    lower, upper = hold_bounds(model, model.program)
    tried = [*points, np.where(lower == upper, lower, 0.0)]
    values = [least_value(model, point, time_limit_s=seconds) for point in tried]
    known = [np.inf if value is None else value for value in values]
    first = next(k for k, value in enumerate(known) if value <= min(known) + NO_HELP)
    best = in_order(model, tried[first], time_limit_s=seconds)
    standing = [as_it_stands(model, point) for point in points]
    found = [one for one in (best, *standing) if one is not None]
    return min(found, key=lambda one: one.value, default=None) if best is None else best, values[-1]


def _holding(asked: _Asked, tree: Answer) -> tuple[_Asked, Answer, Helped | None]:
    """Return what holding everything needs, future by future; of whoever gives, if need be.

    Millisecond solves that hardly any time limit cuts off. None where a ceiling or a wish cannot be
    met by holding. What was proven of the case's own givers says nothing of one who joins them.
    """
    helped = hold_everything(asked.model)
    if helped is not None or asked.unnamed:
        return asked, tree, helped
    given = _with_unnamed_giver(asked.case)
    model = build_model(gather(given, *appraise_case(given), asked.model.inputs.options))
    helped = hold_everything(model)
    if helped is None:
        return asked, tree, None
    joined = _Asked(given, model, unnamed=True, relaxed=0.0)
    return joined, replace(tree, bound=-np.inf), helped


def _relief(
    asked: _Asked,
    tree: Answer,
    helped: Helped | None,
    nothing: float | None,
    prices: pl.DataFrame,
) -> Relief:
    if helped is None:
        return _only_bound(asked, tree, prices)
    model = asked.model
    settled = settle(model, helped.point)
    bound = min(max(asked.relaxed, tree.bound), helped.value)
    return Relief(
        case=asked.case,
        options=model.inputs.options,
        source="unnamed" if asked.unnamed else "named",
        relaxed=round(min(asked.relaxed, helped.value) * MILLION, 2),
        bound=round(bound * MILLION, 2),
        found=round(helped.value * MILLION, 2),
        nothing=None if nothing is None else round(nothing * MILLION, 2),
        proven=tree.outcome == "optimal",
        cost=round(helped.cost * MILLION, 2),
        help=relief_table(model.inputs, settled),
        ranges=_ranges(model, settled),
        prices=prices,
    )


def _only_bound(asked: _Asked, tree: Answer, prices: pl.DataFrame) -> Relief:
    """No whole plan was found in time: say what is proven, and that nothing else is known."""
    return Relief(
        case=asked.case,
        options=asked.model.inputs.options,
        source="unnamed" if asked.unnamed else "named",
        relaxed=round(asked.relaxed * MILLION, 2),
        bound=round(max(asked.relaxed, tree.bound) * MILLION, 2),
        found=np.inf,
        nothing=None,
        proven=False,
        cost=np.nan,
        help=out_frame(RELIEF, []),
        ranges=pl.DataFrame(schema=RANGES),
        prices=prices,
    )


def _ranges(model: Model, settled: Settlement) -> pl.DataFrame:
    """Return expected help and its percentiles by quarter that has any, and in all, fen."""
    inputs = model.inputs
    amount = settled.relief.sum(axis=(0, 1))
    rows = [
        (quarter_text(inputs, int(t)), amount[:, t]) for t in np.flatnonzero(amount.any(axis=0))
    ]
    rows.append((TOTAL, amount.sum(axis=1)))
    return pl.DataFrame(
        [
            {
                "quarter": name,
                "expected": int(by_scenario[-1]),
                "p05": weighted_percentile(by_scenario[:-1], inputs.weights, LOW),
                "p95": weighted_percentile(by_scenario[:-1], inputs.weights, HIGH),
            }
            for name, by_scenario in rows
        ],
        schema=RANGES,
    )


def _none_needed(case: Case, options: PlanOptions, plan: Plan) -> Relief:
    """A whole plan works without help: nothing is asked for, so nothing is priced in help."""
    inputs, settled = plan.model.inputs, plan.settled
    return Relief(
        case=case,
        options=options,
        source="none",
        relaxed=0.0,
        bound=0.0,
        found=0.0,
        nothing=None,
        proven=True,
        cost=plan.cost,
        help=relief_table(inputs, settled),
        ranges=_ranges(plan.model, settled),
        prices=pl.DataFrame(schema=SCHEMA),
    )


def _no_help_is_enough() -> SolverError:
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
