"""What must be written down so that a stranger can re-add what a plan claims about its quality?

The program as arrays, the duals behind the bound, the plan's point with its exact prices, and the
point of doing nothing. `verify.certificate` re-adds them with nothing but NumPy. Amounts inside are
million, claims are yuan.
"""

from typing import Any

import numpy as np

from ironpot.plan.branch import Tree, grow_until
from ironpot.plan.exact import priced_rows, whole_bounds
from ironpot.plan.gaps import gap_objective, gap_stake
from ironpot.plan.inputs import MILLION
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan
from ironpot.plan.program import BOX, Bounds, Floats, Program, dual_bound
from ironpot.plan.question import holding_bounds

FORM = "ironpot-certificate-2"
# Cases may take the time that the search left, but at least this share of its limit.
CASES_SHARE = 0.25
# Bounds this near (million) prove the same.
NEARLY = 1e-5


def certificate(plan: Plan) -> dict[str, Any]:
    """Return the arrays and claims of a plan by name, ready for `numpy.savez`.

    `claimed_bound` is what `row_dual` proves, and gaps are claimed at it; `tree_bound`, where the
    bound was lifted by cases, what the duals of all cases prove. `printed_bound` is what the plan
    prints. In small programs it comes from the solver's tree, which shows no duals: cases are then
    worked out here until they prove as much, in the time that the search left (`seconds_of_cases`).

    >>> from ironpot.case.read import read_case
    >>> from ironpot.plan.options import PlanOptions
    >>> from ironpot.plan.plan import plan_resolution
    >>> case = read_case("examples/two-pots").case
    >>> plan = plan_resolution(case, options=PlanOptions(time_limit_s=20))
    >>> written = certificate(plan)
    >>> bool(written["claimed_bound"] <= written["cost"])
    True
    """
    program, tree = plan.question.program, _tree(plan)
    proven = dual_bound(program, plan.question.relaxed.row_dual) * MILLION
    return {
        "form": np.array(FORM),
        **program_arrays(program),
        "row_dual": plan.question.relaxed.row_dual,
        **tree_arrays(tree, plan.cost),
        **point_arrays("plan", plan.point, whole_bounds(plan.model, program, plan.point)),
        **_doing_nothing(plan, program),
        "cash_column": plan.model.column("cash").ravel(),
        "priced_row": priced_rows(program),
        **claims(
            cost=plan.cost,
            bound=plan.bound,
            proven=min(proven, plan.cost),
            do_nothing=plan.do_nothing,
            terminal_cash=plan.terminal_cash,
        ),
    }


def program_arrays(program: Program) -> dict[str, Any]:
    """Return a program as arrays by name."""
    return {
        "column_cost": program.cost,
        "lower": program.lower,
        "upper": program.upper,
        "integer": program.integer,
        "row_lower": program.row_lower,
        "row_upper": program.row_upper,
        "start": program.start,
        "index": program.index,
        "value": program.value,
        "offset": np.array(program.offset),
        "box": np.array(BOX),
    }


def seconds_of_cases(plan: Plan) -> float:
    """Return for how long cases are worked out at most; 0 where no more is printed than is proven.

    Ctrl-C ends it sooner and keeps what is proven.
    """
    question = plan.question
    proven = dual_bound(question.program, question.relaxed.row_dual)
    if question.tree is not None or plan.bound / MILLION <= proven + NEARLY:
        return 0.0
    return seconds_for_cases(plan.options, plan.seconds)


def seconds_for_cases(options: PlanOptions, passed: float) -> float:
    """Return what the search left of its limit after `passed` seconds, a share of it at least."""
    return max(options.time_limit_s - passed, CASES_SHARE * options.time_limit_s)


def _tree(plan: Plan) -> Tree | None:
    """Return the cases that lifted the bound, our own where the solver lifted it."""
    question, seconds = plan.question, seconds_of_cases(plan)
    if not seconds:
        return question.tree
    until = plan.bound / MILLION - NEARLY
    return grow_until(question.program, question.relaxed, until=until, seconds=seconds)


def tree_arrays(tree: Tree | None, cost: float) -> dict[str, Any]:
    """Return the cases of a bound by name; nothing where there are none. `cost` is the plan's.

    A node is split on `branch_column` into at most `branch_at` and at least one more, nodes
    `branch_cases` (low, high); one that is not split has column -1 and row `branch_leaf` of
    `branch_dual`. Node 0 is the whole program. A case's open column has the limits of its way.
    """
    if tree is None or len(tree.nodes) == 1:
        return {}
    leaf = np.full(len(tree.nodes), -1)
    ends = np.array([node.column < 0 for node in tree.nodes])
    leaf[ends] = np.arange(ends.sum())
    return {
        "branch_column": np.array([node.column for node in tree.nodes]),
        "branch_at": np.array([node.at for node in tree.nodes]),
        "branch_cases": np.array([node.cases for node in tree.nodes]),
        "branch_leaf": leaf,
        "branch_dual": np.array([node.dual for node in tree.leaves]),
        "tree_bound": np.array(min(tree.bound * MILLION, cost)),
    }


def point_arrays(name: str, point: Floats, bounds: Bounds) -> dict[str, Any]:
    """Return a point and the bounds at which it is claimed to hold, by name."""
    return {
        f"{name}_point": point,
        f"{name}_lower": bounds.lower,
        f"{name}_upper": bounds.upper,
        f"{name}_row_lower": bounds.row_lower,
        f"{name}_row_upper": bounds.row_upper,
    }


def _doing_nothing(plan: Plan, program: Program) -> dict[str, Any]:
    """The point of holding everything, at bounds that leave unpaid what cannot be paid."""
    point = plan.question.hold.point
    if point is None:
        return {}
    return point_arrays("hold", point, holding_bounds(plan.model, program))


def claims(
    *, cost: float, bound: float, proven: float, do_nothing: float, terminal_cash: float
) -> dict[str, Any]:
    """Return what a certificate claims, yuan: gaps at the bound `proven`, that of the duals."""
    figures = {
        "cost": cost,
        "claimed_bound": proven,
        "printed_bound": bound,
        "do_nothing": do_nothing,
        "terminal_cash": terminal_cash,
        "gap_objective": gap_objective(cost, proven, terminal_cash),
        "gap_stake": gap_stake(cost, proven, do_nothing),
    }
    return {name: np.array(figure) for name, figure in figures.items()}
