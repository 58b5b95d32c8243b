"""Laws of driver paths and of the budget: nothing is guessed, nothing one-off is carried on."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.support import government, tiny_case

from ironpot.core.errors import CaseError
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import rate_paths, three_scenarios


def driver(name, quarter, base, adverse=None, favourable=None):
    return {
        "driver": name,
        "quarter": quarter,
        "base": base,
        "adverse": base if adverse is None else adverse,
        "favourable": base if favourable is None else favourable,
    }


def line(name, year, amount, **cells):
    return {
        "entity_id": "gov",
        "account": "general",
        "line": name,
        "year": year,
        "amount_y": amount,
        "recurrent": True,
    } | cells


def case_of(drivers=(), budget=(), **rest):
    return tiny_case(entities=[government()], drivers=list(drivers), budget=list(budget), **rest)


def by_year(flows, scenario="base"):
    own = flows.filter(pl.col("scenario") == scenario)
    years = own.group_by(pl.col("quarter").str.head(4).alias("year")).agg(pl.col("amount").sum())
    return dict(years.rows())


def test_a_value_holds_until_the_next_one_is_given():
    drivers = [driver("LPR1Y", "2024Q4", 0.031), driver("LPR1Y", "2025Q3", 0.030, 0.041)]
    scenarios = three_scenarios(case_of(drivers), quarters=4)
    assert scenarios.quarters == ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
    assert scenarios.path("LPR1Y").tolist() == [
        [0.031, 0.031, 0.030, 0.030],
        [0.031, 0.031, 0.041, 0.041],
        [0.031, 0.031, 0.030, 0.030],
    ]


def test_axes_are_scenario_period_driver():
    drivers = [driver("a", "2025Q1", 1.0, 2.0, 3.0), driver("b", "2025Q1", 4.0, 5.0, 6.0)]
    scenarios = three_scenarios(case_of(drivers), quarters=2)
    assert scenarios.values.shape == (3, 2, 2)
    assert scenarios.values[1, 0, scenarios.drivers.index("b")] == 5.0
    row = scenarios.frame().row(
        by_predicate=(pl.col("scenario") == "favourable")
        & (pl.col("driver") == "a")
        & (pl.col("quarter") == "2025Q2")
    )
    assert row[-1] == 3.0


def test_a_driver_that_starts_after_the_first_quarter_is_refused():
    with pytest.raises(CaseError) as caught:
        three_scenarios(case_of([driver("late", "2025Q2", 1.0)]))
    assert [issue.value for issue in caught.value.issues] == ["late: 2025Q2"]


def test_weights_that_do_not_add_up_are_refused():
    case = case_of([driver("a", "2025Q1", 1.0)], weights={"base": 0.5, "adverse": 0.4})
    with pytest.raises(CaseError):
        three_scenarios(case)


def test_the_cash_flow_engine_sees_the_same_paths():
    drivers = [driver("LPR1Y", "2024Q4", 0.031), driver("LPR1Y", "2025Q3", 0.030, 0.041)]
    drivers += [driver("LPR5Y", "2025Q1", 0.036)]
    paths = rate_paths(case_of(drivers))
    days = np.array(["2024-10-01", "2025-06-30", "2025-07-01", "2031-01-01"], "M8[D]")
    assert paths.observe("LPR1Y", days)[1].tolist() == [0.031, 0.031, 0.041, 0.041]
    assert paths.scenarios == ("base", "adverse", "favourable")


def test_a_year_is_spread_evenly_and_signed_by_its_line():
    case = case_of(budget=[line("own_revenue", 2025, 40.0), line("essential_spending", 2025, 20.0)])
    flows = budget_flows(case, three_scenarios(case, quarters=4))
    own = flows.filter((pl.col("line") == "own_revenue") & (pl.col("scenario") == "base"))
    assert own["amount"].to_list() == [10.0] * 4
    assert flows.filter(pl.col("line") == "essential_spending")["amount"].unique().to_list() == [
        -5.0
    ]


def test_a_recurrent_line_is_carried_on_with_growth_and_a_one_off_is_not():
    budget = [
        line("own_revenue", 2025, 100.0, item="tax", growth_rate=0.10),
        line("own_revenue", 2025, 7.0, item="sale", recurrent=False),
    ]
    case = case_of(budget=budget)
    flows = budget_flows(case, three_scenarios(case, quarters=12))
    years = by_year(flows)
    assert years["2025"] == pytest.approx(107.0)
    assert years["2026"] == pytest.approx(110.0)
    assert years["2027"] == pytest.approx(121.0)


def test_a_given_year_goes_before_what_is_carried_on():
    budget = [
        line("own_revenue", 2024, 100.0),
        line("own_revenue", 2026, 60.0, recurrent=False),
    ]
    case = case_of(budget=budget)
    years = by_year(budget_flows(case, three_scenarios(case, quarters=12)))
    assert years == {"2025": 100.0, "2026": 60.0, "2027": 100.0}


def test_a_line_moves_with_its_driver_in_each_scenario():
    case = case_of(
        [driver("land_revenue", "2025Q1", 1.0, 0.7, 1.1)],
        [line("land_revenue", 2025, 40.0, account="fund", driver="land_revenue")],
    )
    flows = budget_flows(case, three_scenarios(case, quarters=1))
    assert dict(flows.select("scenario", "amount").rows()) == pytest.approx(
        {"base": 10.0, "adverse": 7.0, "favourable": 11.0}
    )


def test_a_line_whose_driver_has_no_path_is_refused():
    case = case_of(budget=[line("own_revenue", 2025, 1.0, driver="own_revenue")])
    with pytest.raises(CaseError) as caught:
        budget_flows(case, three_scenarios(case))
    assert "own_revenue" in caught.value.issues[0].value


def test_a_case_without_drivers_still_has_three_weighted_scenarios():
    scenarios = three_scenarios(case_of(date=dt.date(2024, 12, 31)))
    assert scenarios.values.shape == (3, 8, 0)
    assert scenarios.weights.sum() == pytest.approx(1.0)
