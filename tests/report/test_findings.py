"""Headline figures equal what the tables say when they are added up again, row by row."""

import polars as pl
import pytest
from tests.report.made_up import make_plan
from tests.report.made_up_case import WEIGHTS

from ironpot.core.outputs import KINDS
from ironpot.report.figures import Reader
from ironpot.report.findings import expected_relief, find, path
from ironpot.report.plan_files import PlanFiles
from ironpot.report.view import view_of
from ironpot.report.words import GROUP, GROUP_OF

READER = Reader("en", "yuan")


@pytest.fixture(scope="module")
def view(case, plan):
    return view_of(case, plan, READER)


@pytest.fixture(scope="module")
def found(view):
    return find(view)


def _rows(plan, name):
    return plan.tables[name].rows(named=True)


def test_the_gap_is_the_lowest_rung_of_the_expected_ladder(plan, found):
    sums: dict[str, float] = {}
    order: list[str] = []
    for row in _rows(plan, "ladder"):
        if row["entity_id"] == "_consolidated" and row["phase"] == "before":
            sums.setdefault(row["period"], 0.0)
            sums[row["period"]] += WEIGHTS[row["scenario"]] * row["cumulative_gap"]
            order.append(row["period"])
    first = next((period for period in dict.fromkeys(order) if sums[period] < 0), None)
    assert found.before.below_zero == first
    assert found.before.lowest == pytest.approx(min(sums.values()), abs=1.0)
    assert sums[found.before.lowest_period] == pytest.approx(min(sums.values()), abs=1.0)


def test_no_scenario_misses_more_than_the_worst(view, found):
    for scenario in WEIGHTS:
        assert found.worst_before.missing >= path(view, "before", scenario).missing


def test_proceeds_count_outside_cash_only(plan, found):
    rows = _rows(plan, "decisions")
    assert found.proceeds == sum(r["net_proceeds"] for r in rows if r["kind"] == "outside_cash")
    assert found.circular_proceeds == sum(
        r["net_proceeds"] for r in rows if r["kind"] == "circular"
    )


def test_receipts_are_the_expected_cash_from_outside_less_its_cost(plan, found):
    rows = [row for row in _rows(plan, "cash") if row["entity_id"] == "_consolidated"]
    parts = ("asset_proceeds_outside", "tax_and_fee", "procedure_cost")
    sums = {
        scenario: sum(row[part] for row in rows if row["scenario"] == scenario for part in parts)
        for scenario in WEIGHTS
    }
    expected = sum(WEIGHTS[scenario] * amount for scenario, amount in sums.items())
    assert found.receipts == pytest.approx(expected, abs=100)
    assert found.worst_receipts == sums[found.worst_scenario]


def test_groups_hold_every_resolved_yuan_once(plan, found):
    for group in GROUP:
        kinds = [kind for kind in KINDS if GROUP_OF[kind] == group]
        rows = _rows(plan, "resolution")
        assert found.groups[group] == sum(r["amount"] for r in rows if r["kind"] in kinds)
    assert found.resolved == sum(row["amount"] for row in _rows(plan, "resolution"))


def test_what_is_put_off_is_never_called_gone(found):
    assert found.paid_off == found.resolved - found.groups["paper"] - found.groups["circular"]


def test_debt_after_is_debt_before_less_what_falls_plus_what_is_new(plan, found):
    actions = _rows(plan, "debt_actions")
    fell = sum(row["principal_reduced"] for row in actions)
    new = sum(row["principal_new"] for row in actions)
    assert found.debt_after == found.debt_before - fell + new


def test_expected_relief_is_the_same_with_and_without_given_expected_rows(case, plan, view):
    drawn = plan.tables["relief"].filter(plan.tables["relief"]["scenario"] != "expected")
    bare = PlanFiles(plan.summary, plan.tables | {"relief": drawn}, plan.extras)
    again = expected_relief(view_of(case, bare, READER))
    assert again["amount"].to_list() == expected_relief(view)["amount"].to_list()
    assert again["amount_p95"].null_count() == again.height


def test_a_plan_without_help_asks_for_none(case):
    found = find(view_of(case, make_plan(case, relief=False), READER))
    assert (found.relief, found.relief_first) == (0, None)


def test_every_lot_and_every_debt_stands_once(case, view):
    assert view.lots["lot_id"].to_list() == sorted(case.assets["asset_id"])
    assert view.debts["debt_id"].n_unique() == view.debts.height
    assert set(case.debts["debt_id"]) <= set(view.debts["debt_id"])


def test_a_buffer_that_nobody_set_stays_unknown(case, plan):
    free = plan.tables["ladder"].with_columns(
        pl.lit(None, pl.Int64).alias("buffer"), pl.lit(None, pl.Boolean).alias("below_buffer")
    )
    bare = PlanFiles(plan.summary, plan.tables | {"ladder": free}, plan.extras)
    rows = view_of(case, bare, READER).ladder
    assert rows["buffer"].null_count() == rows.height
    assert rows["below_buffer"].null_count() == rows.height
    assert find(view_of(case, bare, READER)).before.below_buffer is None


def test_cash_left_is_the_weighted_closing_of_all_bodies(plan, view, found):
    last = plan.tables["cash"].filter(pl.col("quarter") == view.last)
    bodies = last.filter(pl.col("entity_id") != "_consolidated").group_by("scenario")
    left = dict(bodies.agg(pl.col("closing").sum()).iter_rows())
    assert found.cash_end == pytest.approx(sum(WEIGHTS[key] * left[key] for key in WEIGHTS), abs=2)
    assert found.worst_cash_end == left[found.worst_scenario]


@pytest.mark.parametrize("given", [False, True])
def test_earmarked_cash_is_named_apart_with_and_without_expected_rows(case, plan, given):
    is_fund = (pl.col("entity_id") != "_consolidated") & (pl.col("account") == "fund")
    marked = pl.when(is_fund).then(pl.lit("earmarked")).otherwise(pl.col("account"))
    cash = plan.tables["cash"].with_columns(marked.alias("account"))
    view = view_of(
        case, PlanFiles(plan.summary, plan.tables | {"cash": cash}), Reader("en", "yuan")
    )
    held = cash.filter((pl.col("account") == "earmarked") & (pl.col("quarter") == view.last))
    expected = sum(
        WEIGHTS[key] * fen for key, fen in held.select("scenario", "closing").iter_rows()
    )
    if given:
        said = held.head(1).with_columns(scenario=pl.lit("expected"), closing=round(expected))
        tables = plan.tables | {"cash": pl.concat([cash, said.select(cash.columns)])}
        view = view_of(case, PlanFiles(plan.summary, tables), Reader("en", "yuan"))
    assert find(view).earmarked_end == pytest.approx(expected, abs=2)
    assert expected > 0


def test_borrowed_on_top_is_new_debt_less_what_renews_old(plan, found):
    new = sum(row["principal_new"] for row in _rows(plan, "debt_actions"))
    renewed = sum(
        row["amount"]
        for row in _rows(plan, "resolution")
        if row["kind"] in {"new_debt", "circular"}
    )
    assert found.borrowed_beyond == pytest.approx(new - renewed, abs=2)


def test_loans_against_lots_are_the_new_debt_that_lots_secure(case, plan, found):
    assert found.lot_loans == 0
    lot = plan.tables["decisions"].filter(pl.col("cash_quarter").is_not_null()).row(0, named=True)
    lends = pl.when(pl.col("lot_id") == lot["lot_id"]).then(pl.lit("new_debt"))
    decisions = plan.tables["decisions"].with_columns(lends.otherwise(pl.col("kind")).alias("kind"))
    loan = f"new-{lot['lot_id']}-{lot['cash_quarter']}"
    first = plan.tables["debt_actions"].head(1)
    drawn = first.with_columns(principal_new=pl.lit(777, pl.Int64), new_debt_id=pl.lit(loan))
    actions = pl.concat([plan.tables["debt_actions"], drawn.select(first.columns)])
    tables = plan.tables | {"decisions": decisions, "debt_actions": actions}
    made = find(view_of(case, PlanFiles(plan.summary, tables), Reader("en", "yuan")))
    assert made.lot_loans == 777
