"""Plan in stages: what is best now, and what then, in each turn that things may take?

The multistage plan is the two-stage model with shared histories (`plan.leaves`). It is exact and
small: the program holds every leaf whole, and the solver's tree has to settle it. Cost, bound and
both gaps mean what they mean for `plan.plan`, on the futures of the tree.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.branch import Tree as Cases
from ironpot.plan.branch import grow_until
from ironpot.plan.certificate import (
    FORM,
    NEARLY,
    claims,
    point_arrays,
    program_arrays,
    seconds_for_cases,
    tree_arrays,
)
from ironpot.plan.exact import chosen_releases, priced_rows, whole_bounds
from ironpot.plan.gaps import gap_objective, gap_stake
from ironpot.plan.inputs import MILLION
from ironpot.plan.leaves import Leaves, join_leaves
from ironpot.plan.model import help_cost
from ironpot.plan.names import quarter_text
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import cost_of_cash
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Bounds, Floats, Ints, Program, dual_bound
from ironpot.plan.question import LAST_RESORT, holding_bounds
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Answer, solve
from ironpot.plan.tree import Tree, draw_tree

TREE = {"threads": 1, "mip_rel_gap": 1e-6}
# Columns of a joined program beyond which the solver's tree hardly moves in minutes.
MOST_COLUMNS = 300_000
RELAXED_SHARE = 0.3
DECISIONS = {
    "node": pl.String(),
    "depth": pl.Int64(),
    "probability": pl.Float64(),
    "lot_id": pl.String(),
    "route": pl.String(),
    "start_quarter": pl.String(),
}


@dataclass(frozen=True)
class StagedPlan:
    """A plan in stages with what is proven about it, yuan; `point` is of `program` (million).

    `decisions` has a row for each release and node that decides it: `depth` 0 is now, `node` names
    the turns taken since, `probability` is the node's. `program` is the joined program as it was
    asked (help shut, open or beside arrears), `relaxed` proves the bound but for what the solver's
    tree added.
    """

    case: Case
    options: PlanOptions
    leaves: Leaves
    program: Program
    relaxed: Answer
    point: Floats
    bounds: Bounds
    hold: Answer
    cost: float
    bound: float
    do_nothing: float
    terminal_cash: float
    seconds: float
    decisions: pl.DataFrame

    @property
    def tree(self) -> Tree:
        """The tree of futures."""
        return self.leaves.tree

    @property
    def gap_objective(self) -> float:
        """Share by which the cost could still fall, of the cost without cash at the end."""
        return gap_objective(self.cost, self.bound, self.terminal_cash)

    @property
    def gap_stake(self) -> float:
        """Share by which the cost could still fall, of all that a plan wins over doing nothing."""
        return gap_stake(self.cost, self.bound, self.do_nothing)


def plan_stages(
    case: Case,
    *,
    stages: int = 3,
    branches: int = 3,
    options: PlanOptions | None = None,
    tree: Tree | None = None,
) -> StagedPlan:
    """Plan a case in stages on a tree of futures drawn from the options' seed, or on `tree`.

    Raises IronpotError for a tree that is none or a program too large to settle, SolverError if no
    whole plan is found in time.

    >>> from ironpot.case.read import read_case
    >>> case = read_case("examples/two-pots").case
    >>> options = PlanOptions(time_limit_s=20)
    >>> plan = plan_stages(case, stages=2, branches=2, options=options)
    >>> plan.bound <= plan.cost
    True
    """
    chosen = options or PlanOptions()
    grown = tree or draw_tree(case, stages=stages, branches=branches, seed=chosen.seed)
    appraisals, debts = appraise_case(case)
    inputs = gather(case, appraisals, debts, chosen, futures=grown.futures)
    leaves = join_leaves(inputs, grown)
    if leaves.program.cost.size > MOST_COLUMNS:
        raise _too_large(leaves.program.cost.size)
    began = time.monotonic()
    program, relaxed, whole = _answer(leaves, chosen.time_limit_s)
    bounds = _exact(leaves, program, whole)
    exact = solve(program.with_bounds(bounds).relaxed(), time_limit_s=60.0, options=RESOLVE)
    if exact.point is None:
        raise _no_plan(chosen.time_limit_s)
    hold = _hold(leaves, program)
    proven = max(dual_bound(program, relaxed.row_dual), whole.bound)
    return StagedPlan(
        case=case,
        options=chosen,
        leaves=leaves,
        program=program,
        relaxed=relaxed,
        point=exact.point,
        bounds=bounds,
        hold=hold,
        cost=round(exact.objective * MILLION, 2),
        bound=round(min(proven, exact.objective) * MILLION, 2),
        do_nothing=round(hold.objective * MILLION, 2),
        terminal_cash=round(cost_of_cash(program, _cash(leaves), exact.point) * MILLION, 2),
        seconds=time.monotonic() - began,
        decisions=_decisions(leaves, exact.point),
    )


def _answer(leaves: Leaves, seconds: float) -> tuple[Program, Answer, Answer]:
    """Solve with help shut, then open, then with what must stay unpaid: the first that works."""
    deadline, last = time.monotonic() + seconds, None
    for program in _asked(leaves):
        left = max(deadline - time.monotonic(), RELAXED_SHARE * seconds)
        relaxed = solve(program.relaxed(), time_limit_s=left, options=FIRST_SOLVE)
        if relaxed.outcome == "infeasible":
            continue
        left = max(deadline - time.monotonic(), RELAXED_SHARE * seconds)
        whole = solve(program, time_limit_s=left, options=TREE)
        if whole.point is not None:
            return program, relaxed, whole
        last = whole
    if last is None:
        raise _impossible()
    raise _no_plan(seconds)


def _asked(leaves: Leaves) -> list[Program]:
    """Return the questions in their order; see `plan.question`."""
    own = leaves.models[0]
    weight = own.inputs.options.help_weight
    opened = leaves.program.with_cost(
        leaves.program.cost + weight * leaves.costs([help_cost(m) for m in leaves.models]),
        leaves.program.offset,
    )
    if not own.inputs.options.relief:
        return [_shut(leaves, opened, "relief")]
    paid = _shut(leaves, opened, "arrears")
    cost = opened.cost.copy()
    cost[_columns(leaves, "arrears")] *= LAST_RESORT
    return [_shut(leaves, paid, "relief"), paid, opened.with_cost(cost, opened.offset)]


def _columns(leaves: Leaves, name: str) -> Any:
    return np.unique(leaves.columns[:, leaves.models[0].column(name).ravel()])


def _shut(leaves: Leaves, program: Program, name: str) -> Program:
    upper = program.upper.copy()
    upper[_columns(leaves, name)] = 0.0
    return program.with_columns(program.lower, upper)


def _exact(leaves: Leaves, program: Program, whole: Answer) -> Bounds:
    """Fix the whole numbers and price listings exactly, leaf by leaf."""
    assert whole.point is not None
    own: list[Bounds] = []
    for leaf, model in enumerate(leaves.models):
        asked = _of_leaf(leaves, program, leaf)
        own.append(whole_bounds(model, asked, leaves.point(whole.point, leaf)))
    return leaves.joined(own)


def _hold(leaves: Leaves, program: Program) -> Answer:
    """Solve doing nothing; what cannot be paid then stays unpaid."""
    own = [
        holding_bounds(model, _of_leaf(leaves, program, leaf))
        for leaf, model in enumerate(leaves.models)
    ]
    held = program.with_bounds(leaves.joined(own)).relaxed()
    return solve(held, time_limit_s=60.0, options=RESOLVE)


def _of_leaf(leaves: Leaves, program: Program, leaf: int) -> Program:
    """Return a leaf's own program with the columns as open as the joined one has them."""
    own, columns = leaves.models[leaf].program, leaves.columns[leaf]
    return own.with_columns(program.lower[columns], program.upper[columns])


def _decisions(leaves: Leaves, point: Floats) -> pl.DataFrame:
    """List releases by the node that decides them, today's first."""
    rows: dict[tuple[int, str], dict[str, object]] = {}
    for leaf, model in enumerate(leaves.models):
        inputs, releases = model.inputs, model.inputs.releases
        own = leaves.point(point, leaf)
        for k in chosen_releases(model, own).tolist():
            start, lead = int(releases.start[k]), int(releases.lead[k])
            begins = 0 if releases.done[k] else start - lead
            depth = int(leaves.tree.stage_of(np.array([begins]))[0])
            lot, route = inputs.offers.frame.select("lot_id", "route").row(int(releases.row[k]))
            shared = leaves.tree.branches ** (leaves.tree.stages - depth)
            key = int(leaves.columns[leaf, model.release_of[k]]), lot
            rows[key] = {
                "node": leaves.tree.name(leaf, depth),
                "depth": depth,
                "probability": shared / len(leaves.models),
                "lot_id": lot,
                "route": route,
                "start_quarter": quarter_text(inputs, start),
            }
    listed = pl.DataFrame(list(rows.values()), schema=DECISIONS)
    return listed.sort("depth", "node", "start_quarter", "lot_id")


def staged_certificate(plan: StagedPlan) -> dict[str, Any]:
    """Return what proves a staged plan's bound and gaps, as `plan.certificate` does for others.

    `verify.certificate` re-adds it. The solver's tree shows no duals: cases are worked out here
    until they prove as much, in the time that the search left (a quarter of its limit at least);
    what they do not reach is said and not proven.
    """
    dual = plan.relaxed.row_dual
    proven = min(dual_bound(plan.program, dual) * MILLION, plan.cost)
    held: dict[str, Any] = {}
    if plan.hold.point is not None:
        own = [
            holding_bounds(model, _of_leaf(plan.leaves, plan.program, leaf))
            for leaf, model in enumerate(plan.leaves.models)
        ]
        held = point_arrays("hold", plan.hold.point, plan.leaves.joined(own))
    return {
        "form": np.array(FORM),
        **program_arrays(plan.program),
        "row_dual": dual,
        **tree_arrays(_cases(plan), plan.cost),
        **point_arrays("plan", plan.point, plan.bounds),
        **held,
        "cash_column": _cash(plan.leaves),
        "priced_row": _priced(plan.leaves),
        **claims(
            cost=plan.cost,
            bound=plan.bound,
            proven=proven,
            do_nothing=plan.do_nothing,
            terminal_cash=plan.terminal_cash,
        ),
    }


def _cases(plan: StagedPlan) -> Cases | None:
    """Return cases that prove the printed bound; None where the relaxation's duals do."""
    until = plan.bound / MILLION - NEARLY
    if dual_bound(plan.program, plan.relaxed.row_dual) >= until:
        return None
    seconds = seconds_for_cases(plan.options, plan.seconds)
    return grow_until(plan.program, plan.relaxed, until=until, seconds=seconds)


def _priced(leaves: Leaves) -> Ints:
    """Return the joined rows that exact prices replace."""
    priced = np.zeros(leaves.row.size, dtype=bool)
    for leaf, model in enumerate(leaves.models):
        priced |= (leaves.row_leaf == leaf) & np.isin(leaves.row, priced_rows(model.program))
    return np.flatnonzero(priced)


def _cash(leaves: Leaves) -> Ints:
    """Return the joined columns of closing cash, each once."""
    own = zip(leaves.models, leaves.columns, strict=True)
    return np.unique(
        np.concatenate([columns[model.column("cash")].ravel() for model, columns in own])
    )


def _too_large(columns: int) -> SolverError:
    return SolverError(
        Text(
            f"In stages the plan has {columns:,} columns, more than {MOST_COLUMNS:,}: the solver "
            "would hardly begin. Take fewer stages or branches, a shorter horizon or fewer lots, "
            "or plan by rolling: ironpot plan CASE --from OUT.",
            f"分阶段模型有{columns:,}列,超过{MOST_COLUMNS:,},求解器难以起步。请减少阶段、分支、"
            "规划期或资产,或采用滚动方式:ironpot plan CASE --from OUT。",
        )
    )


def _impossible() -> SolverError:
    return SolverError(
        Text(
            "No plan in stages meets all limits, not even with help: look for floors, forced "
            "wishes or spending that no account can pay.",
            "即使有上级支持,分阶段方案也无法满足全部约束:请检查服务底线、强制意愿或无账户可承担的支出。",
        )
    )


def _no_plan(seconds: float) -> SolverError:
    return SolverError(
        Text(
            f"No plan in stages was found within {seconds:.0f} seconds: give it more time with "
            "--time-limit, or take fewer stages or branches.",
            f"{seconds:.0f}秒内未找到分阶段方案:请用 --time-limit 延长时间,或减少阶段或分支。",
        )
    )
