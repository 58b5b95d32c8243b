"""GDP in the years to come: as given by year, carried on by its driver, unknown without either."""

import dataclasses

import numpy as np
import pytest
from tests.support import account, creditor, debt, government, tiny_case

from ironpot.balance.consolidate import consolidate
from ironpot.cashflow.case_debts import project_debts
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.gdp import gdp_by_year
from ironpot.workbench.risk import measured_by

YEARS = (2025, 2026, 2027)


def published(year, amount, status="outturn"):
    row = {"entity_id": "gov", "account": "general", "year": year, "item": "gdp", "side": "memo"}
    return row | {"amount": amount, "status": status}


def case_with(*history, growth=()):
    drivers = [
        {"driver": "gdp", "quarter": quarter, "base": base, "adverse": 0.9, "favourable": 1.1}
        for quarter, base in growth
    ]
    return tiny_case(
        entities=[government(), {"entity_id": "bank", "name": "bank", "kind": "bank"}],
        accounts=[account("gov", "general", 0.0)],
        creditors=[creditor("bank", "state_bank")],
        debts=[debt("D", "gov", 50.0, primary_class="general")],
        fiscal_history=list(history),
        drivers=drivers,
        quarters=12,
    )


def base_gdp(case):
    found = gdp_by_year(case, "gov", three_scenarios(case, quarters=12), YEARS)
    return [None if np.isnan(one) else float(one) for one in found[0]]


def test_without_figures_gdp_is_unknown():
    assert base_gdp(case_with()) == [None] * 3
    assert base_gdp(case_with(published(2024, 100.0))) == [None] * 3


def test_a_forecast_year_is_taken_as_it_is_given():
    case = case_with(published(2024, 100.0), published(2026, 110.0, "budget"))
    assert base_gdp(case) == [None, 110.0, None]


def test_the_driver_carries_the_last_figure_on():
    growth = (("2025Q1", 1.05), ("2026Q1", 1.1), ("2027Q1", 1.21))
    case = case_with(published(2024, 100.0), published(2026, 120.0, "budget"), growth=growth)
    # 2026 is given; 2027 follows it by the driver's change, not by its level.
    assert base_gdp(case) == pytest.approx([105.0, 120.0, 132.0])
    assert base_gdp(case_with(growth=growth)) == [None] * 3


def assessed(case):
    drivers = three_scenarios(case, quarters=12)
    return assess_debt(
        case,
        project_debts(case, rates=rate_paths(case)),
        consolidate(case),
        drivers,
        rules={},
        options=RiskOptions(years=3, draws=10, denominator="gdp", borrowing="none"),
    )


def test_the_path_over_gdp_by_hand():
    growth = (("2025Q1", 1.05), ("2026Q1", 1.1), ("2027Q1", 1.21))
    found = assessed(case_with(published(2024, 100.0), growth=growth)).path.filter(scenario="base")
    assert found["ratio_pct"][0] == pytest.approx(50.0)
    assert found["resources"].to_list() == pytest.approx([100.0, 105.0, 110.0, 121.0])
    ratio = 100 * found["debt"] / found["resources"]
    assert found["ratio_pct"].to_list() == pytest.approx(ratio.to_list())


def test_a_year_without_gdp_has_no_ratio_and_the_others_do():
    found = assessed(case_with(published(2024, 100.0), published(2025, 104.0, "budget")))
    ratio = found.path.filter(scenario="base")["ratio_pct"]
    assert ratio.is_null().to_list() == [False, False, True, True]
    without = assessed(case_with(published(2024, 100.0)))
    assert without.path["ratio_pct"].drop_nulls().is_empty()
    assert any("general_gdp" in note.en for note in without.notes)


def test_the_command_measures_by_gdp_only_where_a_coming_year_is_known():
    known = case_with(published(2024, 100.0), published(2025, 104.0, "budget"))
    asked = RiskOptions(denominator="gdp")
    drivers = three_scenarios(known, quarters=12)
    assert measured_by(known, drivers, asked) == (asked, ())
    revenue = {"entity_id": "gov", "account": "general", "line": "own_revenue", "year": 2025}
    plain = tiny_case(
        entities=[government()],
        budget=[revenue | {"amount_y": 10.0, "recurrent": True, "driver": "none"}],
        quarters=12,
    )
    chosen, notes = measured_by(plain, three_scenarios(plain, quarters=12), asked)
    assert chosen == dataclasses.replace(asked, denominator="own_revenue")
    assert "gross domestic product" in notes[0].en
