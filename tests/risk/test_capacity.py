"""Payback and coverage agree with hand-computed figures; a deficit pays nothing back."""

import polars as pl
import pytest
from tests.support import account, debt, government, tiny_case, vehicle

from ironpot.risk.capacity import FORMULAS, annuity_factor, capacity_facts, capacity_ratios


def town(**more):
    tables = {
        "entities": [government("gov"), vehicle("lgfv")],
        "accounts": [account("gov", "general", 20.0), account("lgfv", "company", 10.0)],
        "debts": [
            debt("a", "gov", 300.0, primary_class="general", nominal_interest_rate=0.03),
            debt("b", "lgfv", 100.0, primary_class="vehicle_other", nominal_interest_rate=0.07),
            debt("inner", "lgfv", 50.0, creditor_id="gov", nominal_interest_rate=0.0),
        ],
        "budget": [
            line("gov", "own_revenue", 100.0),
            line("gov", "own_revenue", 40.0, item="one-off", recurrent=False),
            line("gov", "transfers_in", 60.0),
            line("gov", "land_revenue", 80.0, account="fund"),
            line("gov", "transfers_out", 10.0),
            line("gov", "essential_spending", 90.0),
            line("gov", "other_spending", 30.0),
            line("lgfv", "own_revenue", 20.0, account="company"),
            line("lgfv", "essential_spending", 15.0, account="company"),
            line("gov", "own_revenue", 999.0, item="later", year=2026),
        ],
    }
    return tiny_case(**(tables | more))


def line(entity, kind, amount, *, account="general", item="x", year=2025, recurrent=True):
    return {
        "entity_id": entity,
        "account": account,
        "line": kind,
        "item": item,
        "year": year,
        "amount_y": amount,
        "recurrent": recurrent,
    }


def values(facts):
    return dict(capacity_ratios(facts).select("indicator", "value").iter_rows())


def test_the_facts_are_the_recurrent_lines_of_the_year_without_land():
    facts = capacity_facts(town(), service_y=50.0, interest_y=16.0)
    assert facts["operating_revenue"] == pytest.approx(100 + 60 - 10 + 20)
    assert facts["operating_balance"] == pytest.approx(100 + 60 - 10 - 90 - 30 + 20 - 15)
    assert facts["net_debt"] == pytest.approx(400 - 30)


def test_payback_and_coverage_agree_with_the_hand():
    found = values(capacity_facts(town(), service_y=50.0, interest_y=16.0))
    assert found["payback_y"] == pytest.approx(370 / 35)
    assert found["actual_coverage"] == pytest.approx(35 / 50)
    rate = (300 * 0.03 + 100 * 0.07) / 400
    yearly = 370 * rate / (1 - (1 + rate) ** -15)
    assert found["synthetic_coverage"] == pytest.approx(35 / yearly)
    assert found["fiscal_burden_pct"] == pytest.approx(100 * 370 / 170)
    assert found["interest_to_revenue_pct"] == pytest.approx(100 * 16 / 170)
    assert found["service_to_revenue_pct"] == pytest.approx(100 * 50 / 170)


def test_an_annuity_repays_its_loan_to_the_end():
    left = 1.0
    for _ in range(15):
        left = left * 1.04 - annuity_factor(0.04, 15)
    assert left == pytest.approx(0.0, abs=1e-12)


def test_an_operating_deficit_pays_nothing_back():
    found = values({"net_debt": 10.0, "operating_balance": -1.0, "service_y": 2.0})
    assert found["payback_y"] is None
    assert found["actual_coverage"] == -0.5


def test_an_unknown_figure_is_named_and_never_taken_for_zero():
    case = town(budget=[])
    rows = capacity_ratios(capacity_facts(case, service_y=None, interest_y=16.0))
    assert rows["value"].null_count() == len(FORMULAS)
    by_id = {row["indicator"]: row for row in rows.iter_rows(named=True)}
    assert by_id["actual_coverage"]["missing"] == "operating_balance;service_y"
    assert rows.filter(pl.col("label_zh") == "").is_empty()
