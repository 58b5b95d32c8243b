"""What of a report's extras can be worked out again from the case and a plan's tables alone?

Plan files hold no extras. Approvals, the maturity wall, the named acts, rules before and after
and the list of wishes follow from the case and the twelve tables; what a wish costs, the frontier
of help and the baseline need the planner itself and stay unknown. Money is in fen.
"""

from dataclasses import replace

import polars as pl

from ironpot.case.case import Case
from ironpot.core.money import FEN_PER_YUAN
from ironpot.plan.extras import approvals, case_extras, rules_before_and_after
from ironpot.report.plan_files import PlanFiles, settled
from ironpot.risk.ratios import debt_facts

LAST_QUARTERS = 4


def rebuilt(case: Case, plan: PlanFiles) -> PlanFiles:
    """Return the plan with the extras that case and tables hold; those that it has stay.

    `case` is the case that the plan was made for.
    """
    fen = settled(plan)
    decisions = fen.tables["decisions"].filter(pl.col("start_quarter").is_not_null())
    starts = dict(decisions.sort("lot_id").select("lot_id", "start_quarter").iter_rows())
    made = case_extras(case) | {
        "rule_rows": rules_before_and_after(case, _debt_left(case, fen)),
        "approvals": approvals(case, starts),
        "wishes": _wishes(case),
    }
    return replace(plan, extras=made | plan.extras)


def _debt_left(case: Case, plan: PlanFiles) -> dict[str, float]:
    """Return debt by class as the plan leaves it and its last year's interest, yuan, by name."""
    facts = dict.fromkeys(debt_facts(case), 0.0)
    stocks = plan.tables["resolution"].unique("debt_id", keep="first", maintain_order=True)
    paid = plan.tables["debt_actions"].filter(pl.col("quarter").is_in(_last_year(case)))
    for rows, column, what in (
        (stocks, "closing_principal", "debt"),
        (paid, "interest_paid", "interest"),
    ):
        sums = rows.group_by("primary_class").agg(pl.col(column).sum())
        facts |= {f"{what}_{name}": fen / FEN_PER_YUAN for name, fen in sums.iter_rows()}
    return facts


def _last_year(case: Case) -> list[str]:
    return list(case.horizon.quarters)[-LAST_QUARTERS:]


def _wishes(case: Case) -> pl.DataFrame:
    """Return the wishes; what each costs is unknown without solving."""
    return case.wishes.select(
        "wish_id", pl.col("subject_id").alias("subject"), pl.lit(None, pl.Int64).alias("cost")
    )
