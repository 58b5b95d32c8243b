"""What the shipped example says: its sheet ties, its bands depend on year and hidden debt."""

from pathlib import Path

import polars as pl
import pytest

from ironpot.balance.consolidate import consolidate
from ironpot.balance.published import published_balance
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.dates import quarter_end
from ironpot.core.outputs import CONSOLIDATED
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.ladder import liquidity_ladder
from ironpot.risk.maturity import maturity_wall
from ironpot.risk.periods import QUARTERS
from ironpot.risk.ratios import debt_facts, rule_table
from ironpot.risk.rule_files import rule_book

EXAMPLE = Path(__file__).parents[2] / "examples" / "bishan-scale"
YI = 1e8


@pytest.fixture(scope="module")
def case():
    reader = pytest.importorskip("ironpot.case.read", reason="THE CASE READER IS NOT THERE")
    return reader.read_case(EXAMPLE).case


@pytest.fixture(scope="module")
def events(case):
    horizon = three_scenarios(case, quarters=QUARTERS).quarters
    flows = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        until=quarter_end(horizon[-1]),
        rates=rate_paths(case),
    )
    return flows.events


def test_debt_by_class_is_what_the_calibration_says(case):
    facts = debt_facts(case)
    owed = {name: round(facts[f"debt_{name}"] / YI) for name in ("general", "special", "hidden")}
    assert owed == {"general": 80, "special": 187, "hidden": 110}
    assert round((facts["debt_hidden"] + facts["debt_vehicle_other"]) / YI) == 460


def test_the_governments_bills_held_by_its_vehicles_are_not_assets_of_the_whole(case):
    sheet = consolidate(case)
    bills = case.assets.filter(pl.col("counterparty_id") == case.settings.top_entity)
    assert bills["book_value"].sum() > 200 * YI
    assert sheet.amount("62082") == 0
    assert sheet.amount("62082", "_elimination") >= round(bills["book_value"].sum() * 100)


def test_published_budgets_of_2023_and_2025_balance_and_2024_is_incomplete(case):
    table = published_balance(case.fiscal_history).filter(pl.col("account") == "general")
    assert dict(table.select("year", "verdict").rows()) == {
        2023: "balances",
        2024: "incomplete",
        2025: "balances",
    }


def test_the_band_depends_on_the_year_and_on_hidden_debt(case):
    table = rule_table(case, rule_book().rule_sets).filter(
        (pl.col("indicator") == "debt_ratio_pct")
        & pl.col("variant").str.ends_with("hidden;general_and_fund")
    )
    bands = {
        (year, variant.split(";")[0]): band
        for year, variant, band in table.select("year", "variant", "band").iter_rows()
    }
    assert bands == {
        (2023, "with_hidden"): "orange",
        (2023, "without_hidden"): "yellow",
        (2024, "with_hidden"): "unknown",
        (2024, "without_hidden"): "unknown",
        (2025, "with_hidden"): "red",
        (2025, "without_hidden"): "orange",
    }


def test_without_a_plan_cash_runs_out_within_a_year_in_every_scenario(case, events):
    scenarios = three_scenarios(case, quarters=QUARTERS)
    flows = do_nothing_flows(case, events, scenarios)
    ladder = liquidity_ladder(case, flows, weights=case.settings.weights)
    whole = ladder.breaches.filter(pl.col("entity_id") == CONSOLIDATED)
    assert whole.height == len(scenarios.names) + 1
    assert whole.filter(pl.col("first_below_zero") > "2025-12").is_empty()
    assert whole["first_below_zero"].null_count() == 0


def test_the_wall_holds_every_yuan_that_the_contracts_pay_in_ten_years(case, events):
    wall = maturity_wall(events, case.debts, case.creditors, date=case.date, by="creditor_id")
    paid = wall.select(pl.sum_horizontal("principal", "interest", "other")).sum().item()
    assert paid == pytest.approx(-events["payoff"].sum())
