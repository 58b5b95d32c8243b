"""What a plan leaves to pay: by hand, through its files, and found wrong where it is changed."""

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.plan.town import MILLION, action, lends_again, loan, town, wish
from tests.support import account

from ironpot.cashflow.case_debts import project_debts
from ironpot.core.outputs import EXPECTED
from ironpot.plan.adjust import plan_adjustments
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.report.plan_changes import adjustments_of
from ironpot.report.plan_files import read_plan
from ironpot.report.plan_out import write_plan_files
from ironpot.risk.after import indicators_at_end
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.projection import make_outlook, project
from ironpot.verify import verify_plan

END = dt.date(2026, 12, 31)
TIMES = ("average_time_to_maturity_y", "average_time_to_refixing_y")


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """10 million due in mid 2026 are lent again for three years; 30 million run to 2030.

    There is little cash beyond what interest takes: 4 million.
    """
    case = town(
        accounts=[account("gov", "general", 4 * MILLION)],
        debts=[
            loan("due", 10, dt.date(2026, 6, 30)),
            loan("later", 30, dt.date(2030, 6, 30)),
        ],
        class_actions=[action("again", "refinance")],
        refinancing=lends_again(1.0, rate=0.05, term_months=36),
    )
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=5))
    written = plan_files(plan, "en")
    out = tmp_path_factory.mktemp("plan")
    write_plan_files(written.tables, written.summary, out, extras=written.extras)
    return plan, out


def left_after(plan, changes):
    events = project_debts(plan.case, rates=rate_paths(plan.case)).events
    return indicators_at_end(plan.case, changes, events, revenue=None, discount_rate=0.04)


def from_files(plan, out):
    case = plan.case
    events = project_debts(case, rates=rate_paths(case)).events
    return adjustments_of(case, read_plan(out), events, three_scenarios(case, quarters=40))


def test_indicators_after_the_plan_are_those_worked_out_by_hand(planned):
    plan, _ = planned
    unplanned, after = left_after(plan, plan_adjustments(plan))
    whole = after.row(0, named=True)
    later, again = (
        (day - END).days / 365.25 for day in (dt.date(2030, 6, 30), dt.date(2029, 6, 30))
    )
    lent = plan.settled.loans.drawn[:, -1].sum() / 100 / MILLION  # spare cash pays a little
    assert 9.0 < lent < 10.0
    assert whole["principal"] == pytest.approx((30 + lent) * MILLION, abs=1.0)
    for name in TIMES:
        assert whole[name] == pytest.approx((30 * later + lent * again) / (30 + lent), abs=1e-6)
    mean = (30 * 0.04 + lent * 0.05) / (30 + lent)
    assert whole["weighted_rate"] == pytest.approx(mean, abs=1e-6)
    assert (whole["fixed_share"], whole["due_in_year_share"]) == (1.0, 0.0)
    # The old loan pays 4 % each December and half of it at its end, the new one by the quarter.
    yearly = 0.04 * sum(1.04**-year for year in (1, 2, 3)) + 1.02 * 1.04**-3.5
    quarters = [1.04 ** (-step / 4) for step in range(1, 11)]
    bonds = 30 * yearly + lent * (0.0125 * sum(quarters) + quarters[-1])
    assert whole["present_value"] == pytest.approx(bonds * MILLION, rel=2e-3)
    # Without the plan only the long loan is there on that day.
    assert unplanned.row(0, named=True)["principal"] == pytest.approx(30 * MILLION)


def test_files_and_the_plan_in_memory_say_the_same(planned):
    plan, out = planned
    memory, files = plan_adjustments(plan), from_files(plan, out)
    assert memory.left.sort("debt_id", "date").equals(files.left.sort("debt_id", "date"))
    for one, two in zip(left_after(plan, memory), left_after(plan, files), strict=True):
        assert one.equals(two) or all(
            (left is None and right is None) or left == pytest.approx(right, rel=1e-7)
            for left, right in zip(one.row(0)[1:-1], two.row(0)[1:-1], strict=True)
        )
    by_class = ["primary_class", "quarter"]
    owed = [
        made.debt.filter(pl.col("scenario") == EXPECTED, pl.col("quarter") <= made.through)
        .group_by(by_class)
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount").abs() > 1.0)
        .sort(by_class)
        for made in (memory, files)
    ]
    assert owed[0].select(by_class).equals(owed[1].select(by_class))
    assert owed[0]["amount"].to_list() == pytest.approx(owed[1]["amount"].to_list(), abs=1.0)


def test_a_plan_without_the_table_is_read_and_verified_as_before(planned, tmp_path):
    plan, out = planned
    old = tmp_path / "old"
    write_plan_files(read_plan(out).tables, _plain_summary(out), old)
    assert verify_plan(old).ok
    assert from_files(plan, old).left is None


def _plain_summary(out: Path) -> dict[str, object]:
    summary = read_plan(out).summary
    return {key: value for key, value in summary.items() if key not in ("tables", "extras")}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("30000000.00", "29999999.00", "left.principal"),
        ("2030-06-30", "2026-06-30", "left.days"),
        ("true", "false", "left.contract"),
        ("gov,bank,other", "gov,bank,hidden", "left.owners"),
        ("0.040000,true,", "0.040000,true,2027-01-01", "left.terms"),
        (",fees,", ",fee,", "form.header"),
    ],
)
def test_a_change_of_what_is_left_to_pay_is_found(planned, tmp_path, old, new, code):
    _, out = planned
    copy = tmp_path / "plan"
    shutil.copytree(out, copy)
    file = copy / "extras" / "left_to_pay.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    codes = {finding.code for finding in verify_plan(copy).findings}
    assert {code, "form.seal"} <= codes


def test_the_plan_as_written_adds_up(planned):
    found = verify_plan(planned[1])
    assert found.ok
    checked = {item.code: item.comparisons for item in found.checked}
    assert checked["left.principal"] >= 3


def test_the_path_after_a_plans_files_owes_what_the_plan_leaves(planned):
    """New loans stand in the files as expected amounts alone; each scenario's path counts them."""
    plan, out = planned
    drivers = three_scenarios(plan.case, quarters=8)
    options = RiskOptions(years=2, borrowing="none", shortfall_rate=0.0)
    outlook = make_outlook(plan.case, drivers, ("gov",), options, from_files(plan, out))
    found = project(outlook, drivers, credit=drivers.names)
    left = read_plan(out).extras["left_to_pay"]["principal"].sum() / 100
    assert found.debt[:, :, -1].sum(axis=1).tolist() == pytest.approx([left] * 3, abs=1.0)
    assert (found.cash > -1.0).all()


def test_a_debt_that_is_forgiven_altogether_leaves_nothing_to_pay(tmp_path):
    case = town(
        debts=[
            loan("gone", 5, dt.date(2029, 6, 30)),
            loan("stays", 7, dt.date(2030, 6, 30), primary_class="hidden"),
        ],
        class_actions=[action("forgive", "haircut", principal_share=1.0, success_probability=1.0)],
        wishes=[wish("gone", "force", route="haircut")],
    )
    written = plan_files(plan_resolution(case, options=PlanOptions(time_limit_s=5)), "en")
    write_plan_files(written.tables, written.summary, tmp_path, extras=written.extras)
    assert set(written.extras["left_to_pay"]["debt_id"]) == {"stays"}
    assert verify_plan(tmp_path).ok


def test_a_loan_on_call_falls_due_right_after_the_plan(tmp_path):
    called = loan("called", 5, END) | {
        "contract_type": "CLM",
        "maturity_date": None,
        "cycle_of_interest_payment": None,
    }
    plan = plan_resolution(town(debts=[called]), options=PlanOptions(time_limit_s=5))
    written = plan_files(plan, "en")
    write_plan_files(written.tables, written.summary, tmp_path, extras=written.extras)
    row = written.extras["left_to_pay"].row(0, named=True)
    day = END + dt.timedelta(days=1)
    assert (row["debt_id"], row["date"], row["principal"]) == ("called", day, 5 * 10**8)
    assert verify_plan(tmp_path).ok
