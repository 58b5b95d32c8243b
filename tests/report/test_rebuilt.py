"""A report written again from a plan's files holds what case and tables do, and nothing more."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ironpot import PlanOptions, plan_resolution, read_case, write_plan
from ironpot.plan.extras import plan_extras
from ironpot.report.build import build_report
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.report.rebuilt import rebuilt

EXAMPLES = Path(__file__).parents[2] / "examples"


def _ruled(case):
    """The two pots with approvals to ask for, and the large example's rules and accounts."""
    other = read_case(EXAMPLES / "bishan-scale").case
    own = pl.lit(case.settings.top_entity).alias("entity_id")
    rules, history = other.rules.with_columns(own), other.fiscal_history.with_columns(own)
    steps = {"approvals": pl.lit("council consent;filing"), "approver": pl.lit("council")}
    assets = case.assets.with_columns(**steps)
    return replace(case, assets=assets, rules=rules, fiscal_history=history)


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """A case, the extras of its planner, and its files read back and completed."""
    out = tmp_path_factory.mktemp("again") / "two"
    plan = plan_resolution(_ruled(read_case(EXAMPLES / "two-pots").case), options=PlanOptions())
    write_plan(plan, out, lang="en", unit="ten_thousand")
    return plan.case, plan_extras(plan), rebuilt(plan.case, read_plan(out))


@pytest.mark.parametrize("name", ["approvals", "maturity_wall", "acts"])
def test_what_the_case_and_the_tables_hold_is_as_the_planner_said(again, name):
    _, made, plan = again
    assert made[name].height or name == "acts"
    assert_frame_equal(plan.extras[name], made[name], check_row_order=False)


def test_rules_after_the_plan_are_as_the_planner_measured_them(again):
    _, made, plan = again
    assert made["rule_rows"].filter(phase="after")["value"].drop_nulls().len()
    assert_frame_equal(plan.extras["rule_rows"], made["rule_rows"], rel_tol=1e-9)


def test_what_needs_the_planner_stays_unknown(again):
    case, _, plan = again
    assert not {"frontier", "baseline", "relief_prices"} & set(plan.extras)
    assert plan.extras["wishes"]["cost"].null_count() == case.wishes.height


def test_extras_that_are_given_stay(again):
    case, _, plan = again
    given = plan.extras["approvals"].head(0)
    kept = rebuilt(case, PlanFiles(plan.summary, plan.tables, {"approvals": given}))
    assert kept.extras["approvals"].height == 0


def test_a_report_written_again_names_who_approves(again):
    case, _, plan = again
    tables = build_report(case, plan, lang="en", unit="yuan").tables
    named = next(table for table in tables if table.table_id == "approvals-full")
    assert set(named.frame["by_whom"]) == {"council"}
