"""Levers: what a lever brings is what the shortfall loses, and what is borrowed is paid back."""

import datetime as dt

import polars as pl
import pytest
from tests.support import account, creditor, debt, government, tiny_case

from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.dates import quarter_end
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.levers import lever_table

TERMS = {
    "quarter": "all",
    "scenario": "base",
    "creditor_class": "large_bank",
    "rollover_share": 0.8,
    "rate": 0.05,
    "term_months": 12,
}


def town(**more):
    tables = {
        "entities": [government("gov")],
        "accounts": [account("gov", "general", 50.0)],
        "creditors": [creditor("bank", creditor_class="large_bank")],
        "debts": [
            debt(
                "loan",
                "gov",
                100.0,
                creditor_id="bank",
                primary_class="other",
                nominal_interest_rate=0.0,
                maturity_date=dt.date(2025, 6, 30),
            )
        ],
        "budget": [
            {
                "entity_id": "gov",
                "account": "general",
                "line": "other_spending",
                "item": "x",
                "year": year,
                "amount_y": 12.0,
                "recurrent": True,
            }
            for year in (2025, 2026)
        ],
        "refinancing": [TERMS],
    }
    return tiny_case(**(tables | more))


def levers(case, **more):
    scenarios = three_scenarios(case, quarters=40)
    events = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        until=quarter_end(scenarios.quarters[-1]),
        rates=rate_paths(case),
    ).events
    flows = do_nothing_flows(case, events, scenarios)
    table = lever_table(case, events, flows, scenarios, **more)
    return {row["lever"]: row for row in table.iter_rows(named=True)}


def test_a_sale_before_the_worst_month_takes_away_what_it_brings():
    lots = pl.DataFrame({"entity_id": ["gov"], "date": [dt.date(2025, 3, 1)], "amount": [30.0]})
    row = levers(town(), lots=lots)["lots"]
    assert (row["brings"], row["taken_away"]) == (3000, 3000)


def test_a_roll_over_brings_its_share_and_is_paid_back_with_interest():
    row = levers(town())["roll_over_other"]
    assert row["brings"] == 8000
    # 50 of cash, 24 of spending, 100 due: 74 are missing; 80 come and 84 go within two years.
    assert row["shortfall"] == 7400 + 400
    assert row["taken_away"] == -400


def test_a_long_roll_over_helps_by_all_that_it_brings():
    longer = TERMS | {"term_months": 60}
    row = levers(town(refinancing=[longer]))["roll_over_other"]
    assert (row["taken_away"], row["shortfall"]) == (7400, 0)
    # 50 and 80 come, 100 goes, one a month is spent: thirty months, then the third quarter of 2027.
    assert row["first_below_zero"] == "2027Q3"


def test_cutting_other_spending_saves_a_tenth_of_it():
    row = levers(town())["cut_spending"]
    assert row["brings"] == pytest.approx(240, abs=1)
    assert row["months_gained"] == 0


def test_help_counts_only_where_its_limits_are_stated():
    source = {
        "giver_id": "city",
        "kind": "grant",
        "order": 1,
        "repayable": False,
        "earliest_quarter": "2025Q1",
    }
    assert "help" not in levers(town(relief_sources=[source]))
    limited = source | {"quarterly_limit": 10.0, "total_limit": 25.0}
    row = levers(town(relief_sources=[limited]))["help"]
    assert (row["brings"], row["taken_away"]) == (2500, 2500)


def test_the_best_lever_comes_first():
    table = list(levers(town(refinancing=[TERMS | {"term_months": 60}])).values())
    worth = [row["taken_away"] for row in table]
    assert worth == sorted(worth, reverse=True)
