"""Laws of a plan's adjustments: added to doing nothing they are the plan, cash and debt."""

import numpy as np
import polars as pl
import pytest

from ironpot.balance.consolidate import consolidate
from ironpot.case.read import read_case
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.outputs import CONSOLIDATED
from ironpot.plan.adjust import plan_adjustments
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.projection import make_outlook, project

PER_YUAN = 100


@pytest.fixture(scope="module")
def plan():
    case = read_case("examples/two-pots").case
    return plan_resolution(case, options=PlanOptions(time_limit_s=8))


@pytest.fixture(scope="module")
def adjustments(plan):
    return plan_adjustments(plan)


def outlook_and_drivers(case, adjustments):
    drivers = three_scenarios(case, quarters=40)
    options = RiskOptions(borrowing="none", shortfall_rate=0.0)
    return make_outlook(case, drivers, (case.settings.top_entity,), options, adjustments), drivers


def test_cash_after_the_plan_is_the_plans_own_ladder(plan, adjustments):
    outlook, drivers = outlook_and_drivers(plan.case, adjustments)
    cash = project(outlook, drivers, credit=drivers.names).cash
    ends = adjustments.ladder.filter(
        pl.col("entity_id") == CONSOLIDATED,
        pl.col("period").str.contains("Q")
        | pl.col("period").str.tail(2).is_in(["03", "06", "09", "12"]),
    )
    for place, name in enumerate(drivers.names):
        own = ends.filter(pl.col("scenario") == name)["cumulative_gap"].to_numpy() / PER_YUAN
        # the ladder of doing nothing rounds each flow to the fen, the projection does not
        assert np.abs(cash[place] - own).max() < 50.0


def test_debt_after_the_plan_is_what_its_ledger_leaves(plan, adjustments):
    outlook, drivers = outlook_and_drivers(plan.case, adjustments)
    found = project(outlook, drivers, credit=drivers.names)
    settled, last = plan.settled, plan.case.horizon.count - 1
    for place in range(3):
        loans = settled.loans.drawn[:, place] - settled.loans.repaid[:, place].sum(axis=1)
        left = settled.debts.closing[:, place, last].sum() + loans.sum()
        left += settled.arrears[:, place, last].sum()
        assert found.debt[place, :, last].sum() == pytest.approx(left / PER_YUAN, abs=50.0)


def test_no_line_of_the_inside_is_among_them(adjustments):
    inside = {"intra_group_in", "intra_group_out", "asset_proceeds_inside"}
    assert inside.isdisjoint(adjustments.flows["line"])


def test_an_assessment_shows_everything_before_and_after_the_plan(plan, adjustments):
    case = plan.case
    flows = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        rates=rate_paths(case),
    )
    found = assess_debt(
        case,
        flows,
        consolidate(case),
        three_scenarios(case, quarters=40),
        rules={},
        adjustments=adjustments,
        options=RiskOptions(draws=300, years=2),
    )
    for name in ("ladder", "path", "financing_need", "fan", "probabilities", "stresses"):
        assert set(getattr(found, name)["phase"]) == {"before", "after"}, name
    cash = found.fan.filter(pl.col("measure") == "cash")
    both = [
        cash.filter(pl.col("phase") == phase)["centre"].to_numpy() for phase in ("before", "after")
    ]
    assert (both[1] > both[0]).any()
