"""Laws of the projection: it is the ladder, the engine and the budget, only for many scenarios."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.support import account, creditor, debt, government, tiny_case, vehicle

from ironpot.case.read import read_case
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.dates import Horizon
from ironpot.core.outputs import CONSOLIDATED
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.budget import budget_flows
from ironpot.risk.budget_form import budget_form
from ironpot.risk.debt_service import debt_book, debt_service, outside_debts
from ironpot.risk.drivers import as_rate_paths, rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.guarantees import guarantees_of
from ironpot.risk.ladder import liquidity_ladder
from ironpot.risk.outlook import planned_facts
from ironpot.risk.projection import Strain, make_outlook, project
from ironpot.risk.yearly import by_year

QUARTERS = 40


@pytest.fixture(scope="module")
def district():
    return read_case("examples/bishan-scale").case


@pytest.fixture(scope="module")
def named(district):
    return three_scenarios(district, quarters=QUARTERS)


def outlook_of(case, scenarios, **options):
    entities = tuple(case.entities["entity_id"].head(1))
    return make_outlook(case, scenarios, entities, RiskOptions(**options))


def test_the_service_of_groups_is_that_of_their_debts(district, named):
    horizon = Horizon(named.quarters[0], QUARTERS)
    book = debt_book(district, horizon)
    paths = as_rate_paths(named, ("LPR1Y", "LPR5Y"), rate_paths(district))
    found = debt_service(book, paths)
    owed = outside_debts(district)
    flows = project_cash_flows(
        contracts_of_debts(owed, case_date=district.date), status_date=district.date, rates=paths
    )
    slow = quarterly_service(flows, horizon, owed["debt_id"].to_list())
    place = [book.places[name] for name in slow.debt_ids]
    for name in ("principal", "interest", "drawn", "outstanding"):
        expected = np.zeros_like(getattr(found, name))
        np.add.at(expected, (slice(None), place), getattr(slow, name))
        assert np.abs(getattr(found, name) - expected).max() < 1e-3
    assert found.opening.sum() == pytest.approx(owed["notional_principal"].sum())


def test_service_does_not_depend_on_the_number_of_workers(district, named):
    book = debt_book(district, Horizon(named.quarters[0], QUARTERS))
    rng = np.random.default_rng(1)
    base = as_rate_paths(named, ("LPR1Y", "LPR5Y"), rate_paths(district))
    values = np.repeat(base.values[:1], 2_100, axis=0) + rng.normal(0, 0.002, (2_100, 1, 1))
    many = type(base)(tuple(map(str, range(2_100))), base.names, base.dates, values)
    alone, two = (debt_service(book, many, workers=workers) for workers in (1, 2))
    assert (alone.interest == two.interest).all()


def test_the_budget_form_is_the_budget(district, named):
    form = budget_form(district, named, ("ironbridge",))
    amounts = form.amounts(form.primary, named) + form.amounts(form.delayed, named)
    flows = budget_flows(district, named).filter(pl.col("entity_id").is_in(district.perimeter))
    slow = flows.group_by("scenario", "quarter").agg(pl.col("amount").sum())
    facts = planned_facts(budget_flows(district, named), "ironbridge")
    lots = amounts[0] - _row(slow, "base", named.quarters)
    for place, name in enumerate(named.names):
        expected = _row(slow, name, named.quarters) + lots
        assert np.abs(amounts[place] - expected).max() < 1e-3
    for scenario, year, fact, amount in facts.iter_rows():
        at = named.names.index(scenario), slice(4 * (year - 2025), 4 * (year - 2024))
        key = ("ironbridge", fact)
        whole = form.amounts(form.facts[key], named) + form.amounts(form.delayed_facts[key], named)
        assert abs(whole[at].sum()) == pytest.approx(amount)


def _row(rows, scenario, quarters):
    found = dict(
        rows.filter(pl.col("scenario") == scenario).select("quarter", "amount").iter_rows()
    )
    return np.array([found[quarter] for quarter in quarters])


def test_without_renewal_cash_is_the_consolidated_ladder(district, named):
    outlook = outlook_of(district, named, borrowing="none", shortfall_rate=0.0)
    cash = project(outlook, named, credit=named.names).cash
    flows = project_cash_flows(
        contracts_of_debts(district.debts, case_date=district.date),
        status_date=district.date,
        rates=rate_paths(district),
    )
    weights = dict(zip(named.names, named.weights, strict=True))
    dated = do_nothing_flows(district, flows.events, named)
    ladder = liquidity_ladder(district, dated, weights=weights).frame
    ends = ladder.filter(
        pl.col("entity_id") == CONSOLIDATED,
        (pl.col("period_type") == "quarter")
        | pl.col("period").str.tail(2).is_in(["03", "06", "09", "12"]),
    )
    for place, name in enumerate(named.names):
        expected = ends.filter(pl.col("scenario") == name)["cumulative_gap"].to_numpy() / 100
        # the ladder rounds every flow to the fen, and there are tens of thousands of them
        assert np.abs(cash[place] - expected).max() < 50.0


@pytest.mark.parametrize("borrowing", ["rollover", "none"])
def test_debt_changes_by_interest_balance_and_known_stock_flows(district, named, borrowing):
    outlook = outlook_of(district, named, borrowing=borrowing)
    flows = project(outlook, named, credit=named.names)
    years = by_year(flows, named.quarters)
    # this register adds no interest to principal, so that what is left are fees alone
    other = years.stock_flow["other"]
    assert np.abs(other - years.flows["fees"]).max() < 1.0
    paid = years.flows["interest"] + years.flows["fees"] + years.flows["principal"]
    moved = years.flows["primary"] + years.flows["renewed"] + years.flows["drawn"] - paid
    assert np.abs(np.diff(years.cash, axis=1) - moved).max() < 1e-3


def test_no_stress_changes_nothing(district, named):
    outlook = outlook_of(district, named)
    calm = project(outlook, named, credit=named.names)
    zero = np.zeros((3, 1))
    strain = Strain(land=1.0 + zero, rate=zero, delay=zero, called=zero, cut=zero)
    same = project(outlook, named, credit=named.names, strain=strain)
    assert (same.cash == calm.cash).all()
    assert (same.debt == calm.debt).all()


def small(**tables):
    return tiny_case(
        entities=[government(), vehicle()],
        accounts=[account("gov", "general", 100.0), account("lgfv", "company", 0.0)],
        creditors=[creditor("bank", "large_bank"), creditor("trust", "non_standard")],
        **tables,
    )


def run(case, strain=None, **options):
    scenarios = three_scenarios(case)
    outlook = outlook_of(case, scenarios, shortfall_rate=0.0, **options)
    return project(
        outlook, scenarios, credit=scenarios.names, strain=Strain() if strain is None else strain
    )


def budget_line(name, amount, driver="none", account_name="general"):
    return {
        "entity_id": "gov",
        "account": account_name,
        "line": name,
        "year": 2025,
        "amount_y": amount,
        "recurrent": True,
        "driver": driver,
    }


def flat_driver(name, value=1.0):
    return {
        "driver": name,
        "quarter": "2025Q1",
        "base": value,
        "adverse": value,
        "favourable": value,
    }


def test_a_third_less_land_takes_a_third_of_what_land_brings():
    case = small(
        budget=[budget_line("land_revenue", 40.0, "land_revenue", "fund")],
        drivers=[flat_driver("land_revenue")],
    )
    strain = Strain(land=0.7)
    assert run(case).cash[0, :2].tolist() == pytest.approx([110.0, 120.0])
    assert run(case, strain).cash[0, :2].tolist() == pytest.approx([107.0, 114.0])


def test_delayed_transfers_come_two_quarters_later():
    case = small(
        budget=[budget_line("transfers_in", 40.0, "transfers")], drivers=[flat_driver("transfers")]
    )
    assert run(case, Strain(delay=2.0)).cash[0, :4].tolist() == [100.0, 100.0, 110.0, 120.0]


def test_dearer_money_costs_what_floating_debt_and_renewal_cost():
    floating = debt(
        "F",
        "lgfv",
        1000.0,
        market_object_code_of_rate_reset="LPR1Y",
        rate_spread=0.01,
        cycle_of_rate_reset="P1YL1",
    )
    case = small(debts=[floating], drivers=[flat_driver("LPR1Y", 0.03)])
    calm, dear = run(case, borrowing="none"), run(case, Strain(rate=0.01), borrowing="none")
    assert (calm.interest[0].sum(), dear.interest[0].sum()) == pytest.approx((80.0, 90.0))


def test_a_call_brings_guaranteed_debt_forward_and_takes_it_off():
    case = small(
        debts=[debt("D", "lgfv", 1000.0)],
        guarantees=[
            {"guarantee_id": "G", "guarantor_id": "gov", "debt_ids": "D", "amount_limit": 250.0}
        ],
    )
    called = run(case, Strain(called=1.0), borrowing="none")
    assert called.principal[0, 0] == pytest.approx(250.0)
    assert called.interest[0, 3] == pytest.approx(0.75 * 40.0)
    # what is called is paid out of the hundred at hand, the rest stays unpaid
    assert called.debt[0].sum(axis=0)[0] == pytest.approx(750.0 + 150.0)


def test_a_debt_guaranteed_twice_counts_once():
    both = [
        {"guarantee_id": name, "guarantor_id": "gov", "debt_ids": "D", "amount_limit": 800.0}
        for name in ("G1", "G2")
    ]
    case = small(debts=[debt("D", "lgfv", 1000.0)], guarantees=both)
    assert guarantees_of(case).own == {"D": 1.0}


def test_a_guarantee_for_an_outsider_is_lost_when_called():
    case = small(
        debts=[debt("D", "friend", 1000.0)],
        guarantees=[
            {"guarantee_id": "G", "guarantor_id": "gov", "debt_ids": "D", "amount_limit": 60.0}
        ],
    )
    called = run(case, Strain(called=0.5))
    assert called.cash[0, 0] == pytest.approx(70.0)
    assert called.debt.sum() == 0.0


def test_no_renewal_of_non_standard_debt_leaves_it_to_cash():
    terms = [
        {
            "creditor_class": name,
            "quarter": "all",
            "scenario": scenario,
            "rollover_share": 1.0,
            "rate": 0.0,
            "term_months": 120,
        }
        for name in ("large_bank", "non_standard")
        for scenario in ("base", "adverse", "favourable")
    ]
    loans = [
        debt(
            name,
            "lgfv",
            50.0,
            creditor_id=lender,
            nominal_interest_rate=0.0,
            maturity_date=dt.date(2025, 6, 30),
        )
        for name, lender in (("B", "bank"), ("T", "trust"))
    ]
    case = small(debts=loans, refinancing=terms)
    assert run(case).cash[0, -1] == pytest.approx(100.0)
    assert run(case, Strain(cut=1.0)).cash[0, -1] == pytest.approx(50.0)


def test_what_is_unpaid_stays_owed():
    late = debt("D", "lgfv", 1000.0, maturity_date=dt.date(2025, 12, 31), nominal_interest_rate=0.0)
    flows = run(small(debts=[late]), borrowing="none")
    assert flows.cash[0, -1] == pytest.approx(-900.0)
    assert flows.debt[0].sum(axis=0)[-1] == pytest.approx(900.0)
