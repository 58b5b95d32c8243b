"""What is left to pay: a kept contract leaves all indicators as they are, a prepaid one by hand."""

import datetime as dt

import polars as pl
import pytest
from tests.support import creditor, debt, government, tiny_case

from ironpot.balance.consolidate import consolidate
from ironpot.case.read import read_case
from ironpot.cashflow.case_debts import project_debts
from ironpot.core.outputs import EXPECTED
from ironpot.risk.adjustments import CHANGED_DEBT, CHANGED_FLOWS, Adjustments
from ironpot.risk.after import indicators_at_end
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.indicators import cost_risk, indicators_of
from ironpot.risk.left_to_pay import LEFT, left_by_contract, owed_on

RATE = 0.04
FIGURES = (
    "principal",
    "weighted_rate",
    "fixed_share",
    "average_time_to_maturity_y",
    "average_time_to_refixing_y",
    "due_in_year_share",
    "refixing_in_year_share",
    "interest_y",
    "service_y",
    "present_value",
    "present_value_share",
    "unscheduled_share",
)


def idle(through, **more):
    """Return the adjustments of a plan that does nothing."""
    empty = pl.DataFrame(schema=CHANGED_FLOWS), pl.DataFrame(schema=CHANGED_DEBT)
    return Adjustments(*empty, through=through, **more)


def at_end(case, events, changes):
    return indicators_at_end(case, changes, events, revenue=100.0, discount_rate=RATE)


@pytest.mark.parametrize("name", ["bishan-scale", "two-pots"])
def test_a_plan_that_does_nothing_leaves_every_indicator_unchanged(name):
    case = read_case(f"examples/{name}").case
    events = project_debts(case, rates=rate_paths(case)).events
    unplanned, after = at_end(case, events, idle("2025Q3"))
    assert unplanned.drop("phase").equals(after.drop("phase"))
    whole = after.row(0, named=True)
    assert all(whole[figure] is not None for figure in FIGURES)


def test_on_the_case_date_what_contracts_leave_to_pay_gives_the_indicators_of_the_contracts():
    """Two ways to one table: events scenario by scenario, and what is left to pay, expected."""
    case = read_case("examples/bishan-scale").case
    events = project_debts(case, rates=rate_paths(case)).events
    left = left_by_contract(case, events, on=case.date)
    found = indicators_of(owed_on(left, on=case.date), discount_rate=RATE).sort("primary_class")
    weights = case.settings.weights
    known = {
        name: cost_risk(case, events, scenario=name, discount_rate=RATE).sort("primary_class")
        for name in weights
    }
    for figure in FIGURES:
        if figure.startswith("unscheduled"):
            continue
        mean = sum(weight * known[name][figure] for name, weight in weights.items())
        assert found[figure].to_list() == pytest.approx(mean.to_list(), rel=1e-9), figure


def two_loans():
    """100 at 4 % to mid 2027 and 300 at 6 % to the end of 2029, interest yearly."""
    return tiny_case(
        entities=[government("gov"), {"entity_id": "bank", "name": "bank", "kind": "bank"}],
        creditors=[creditor("bank", "state_bank")],
        debts=[
            debt("short", "gov", 100.0, primary_class="other", maturity_date=dt.date(2027, 6, 30))
            | {"nominal_interest_rate": 0.04, "creditor_id": "bank"},
            debt("long", "gov", 300.0, primary_class="other", maturity_date=dt.date(2029, 12, 31))
            | {"nominal_interest_rate": 0.06, "creditor_id": "bank"},
        ],
    )


def prepaid(case, events, loan, amount):
    """A plan that prepays one loan whole in 2025Q4, and what it then says is left to pay."""
    left = left_by_contract(case, events, on=dt.date(2025, 12, 31))
    kept = left.filter(pl.col("debt_id") != loan)
    flows = pl.DataFrame(
        [(EXPECTED, "2025Q4", "principal", None, -amount)], schema=CHANGED_FLOWS, orient="row"
    )
    debt_change = pl.DataFrame(
        [(EXPECTED, "2025Q4", "other", -amount)], schema=CHANGED_DEBT, orient="row"
    )
    return Adjustments(flows, debt_change, through="2025Q4", left=kept)


def test_a_prepaid_loan_leaves_the_indicators_of_the_other_by_hand():
    case = two_loans()
    events = project_debts(case).events
    unplanned, after = at_end(case, events, prepaid(case, events, "short", 100.0))
    end, matures = dt.date(2025, 12, 31), dt.date(2029, 12, 31)
    years = (matures - end).days / 365.25
    whole = after.row(0, named=True)
    assert whole["principal"] == pytest.approx(300.0)
    assert whole["average_time_to_maturity_y"] == pytest.approx(years)
    assert whole["average_time_to_refixing_y"] == pytest.approx(years)
    assert whole["weighted_rate"] == pytest.approx(0.06)
    assert (whole["due_in_year_share"], whole["fixed_share"]) == (0.0, 1.0)
    both = unplanned.row(0, named=True)
    short = (dt.date(2027, 6, 30) - end).days / 365.25
    assert both["average_time_to_maturity_y"] == pytest.approx((100 * short + 300 * years) / 400)
    assert both["weighted_rate"] == pytest.approx((4.0 + 18.0) / 400)


def test_what_is_overdrawn_at_the_end_is_due_the_day_after():
    case = two_loans()
    events = project_debts(case).events
    plan = prepaid(case, events, "short", 0.0)
    bridge = pl.DataFrame([(EXPECTED, "2025Q4", "other", 200.0)], schema=CHANGED_DEBT, orient="row")
    made = Adjustments(plan.flows, bridge, through="2025Q4", left=plan.left)
    # 300 of the long loan are in the table; 100 of the short one and 200 of a bridge are not.
    whole = at_end(case, events, made)[1].row(0, named=True)
    assert whole["principal"] == pytest.approx(600.0)
    assert whole["due_in_year_share"] == pytest.approx(0.5)
    assert whole["unscheduled_share"] == pytest.approx(0.0)


def test_a_plan_that_does_not_say_what_it_leaves_gives_what_its_flows_say_and_no_times():
    case = two_loans()
    events = project_debts(case).events
    plan = prepaid(case, events, "short", 100.0)
    silent = Adjustments(plan.flows, plan.debt, plan.through)
    whole = at_end(case, events, silent)[1].row(0, named=True)
    assert whole["principal"] == pytest.approx(300.0)
    assert whole.get("average_time_to_maturity_y") is None


def test_an_open_ended_debt_has_no_day_of_payment():
    case = two_loans()
    events = project_debts(case).events.filter(pl.col("event_type") != "MD")
    left = left_by_contract(case, events, on=case.date)
    assert left.schema == LEFT
    assert left.filter(pl.col("date").is_null())["principal"].sum() == pytest.approx(400.0)
    whole = indicators_of(owed_on(left, on=case.date), discount_rate=RATE).row(0, named=True)
    assert (whole["unscheduled_share"], whole["present_value"]) == (pytest.approx(1.0), None)


def test_a_plan_that_does_nothing_leaves_every_path_and_chance_unchanged():
    """Where nothing is rolled over before either: new borrowing within a plan is the plan's."""
    case = read_case("examples/two-pots").case
    found = assess_debt(
        case,
        project_debts(case, rates=rate_paths(case)),
        consolidate(case),
        three_scenarios(case, quarters=8),
        rules={},
        adjustments=idle("2026Q4"),
        options=RiskOptions(years=2, draws=300, borrowing="none", denominator="own_revenue"),
    )
    for name in (
        *("path", "decomposition", "financing_need", "fan", "probabilities", "at_risk"),
        *("stresses", "reverse_stress"),
    ):
        frame = getattr(found, name)
        before, after = (
            frame.filter(pl.col("phase") == phase).drop("phase") for phase in ("before", "after")
        )
        assert before.height, name
        assert before.equals(after), name
    worth = found.indicators.filter(pl.col("primary_class") == "all")
    known = dict(worth.select("phase", "net_worth").iter_rows())
    assert known["after"] == known["before"]
