"""What a plan leaves, by hand: a loan of 10 million, of which a lot pays 4 and 6 are put off."""

import polars as pl
import pytest

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.cashflow.case_debts import project_debts
from ironpot.risk.adjustments import CHANGED_DEBT, CHANGED_FLOWS, Adjustments
from ironpot.risk.after import After, after_plan, capacity_facts_after, indicators_of_flows
from ironpot.risk.capacity import capacity_ratios
from ironpot.risk.drivers import rate_paths

MILLION = 1e6
EXPECTED, OTHER = "expected", "other"


def left(case: Case) -> After:
    """6 of 10 million due at the end of 2025 are put off to 2027 at 5 %; a lot earned 0.4 a year.

    In 2026, the plan's last year, nothing is due by contract; 0.3 of interest is paid.
    """
    quarters = [f"{year}Q{quarter}" for year in (2025, 2026) for quarter in (1, 2, 3, 4)]
    flows = [
        (EXPECTED, "2025Q4", "principal", None, 6 * MILLION),
        *((EXPECTED, quarter, "interest", OTHER, -0.075 * MILLION) for quarter in quarters[4:]),
        *((EXPECTED, quarter, "asset_income", None, -0.1 * MILLION) for quarter in quarters),
    ]
    debt = [(EXPECTED, quarter, OTHER, 6 * MILLION) for quarter in quarters[3:]]
    made = Adjustments(
        flows=pl.DataFrame(flows, schema=CHANGED_FLOWS, orient="row"),
        debt=pl.DataFrame(debt, schema=CHANGED_DEBT, orient="row"),
        through="2026Q4",
    )
    return after_plan(case, made, project_debts(case, rates=rate_paths(case)).events)


def test_cost_and_risk_after_a_plan_are_those_of_what_it_leaves():
    found = indicators_of_flows(left(read_case("examples/two-pots").case), revenue=12 * MILLION)
    whole = found.row(0, named=True)
    assert whole["primary_class"] == "all"
    assert whole["principal"] == pytest.approx(6 * MILLION)
    assert whole["interest_y"] == pytest.approx(0.3 * MILLION)
    assert whole["service_y"] == pytest.approx(0.3 * MILLION)
    assert whole["weighted_rate"] == pytest.approx(0.05)
    assert whole["interest_to_revenue"] == pytest.approx(0.025)
    assert found.filter(primary_class=OTHER)["principal"].item() == pytest.approx(6 * MILLION)


def test_coverage_after_a_plan_counts_what_lots_no_longer_earn_and_cash_unknown_stays_unknown():
    # Taxes of 12 and lots of 4.4 pay for 12: 4.4 a year before, 4.0 after the lot is sold.
    case = read_case("examples/two-pots").case
    ratios = capacity_ratios(capacity_facts_after(case, left(case)))
    values = dict(ratios.select("indicator", "value").iter_rows())
    assert values["actual_coverage"] == pytest.approx(4.0 / 0.3)
    assert values["payback_y"] is None
    assert values["service_to_revenue_pct"] == pytest.approx(100 * 0.3 / 16.0)
