"""Default with cure, and old debt for new: all amounts worked by hand beside their derivation."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from tests.cashflow.contracts import day, debt_contract, paths, project
from tests.cashflow.test_changes_by_hand import FIVE_YEARS, THREE_YEARS, YEARLY, changed

from ironpot.case.schema.agreed import DEBT_CHANGES
from ironpot.case.schema.debt import DEBTS
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.dates import Horizon
from ironpot.core.errors import CaseError

LAM = debt_contract(contract_type="LAM", penalty_rate=0.08, **FIVE_YEARS, **YEARLY)
DEFAULT = {"date": "2026-06-30", "change": "default", "until": "2027-07-01"}


def test_what_was_not_paid_is_paid_at_the_cure_with_penalty_interest():
    # Five parts of 200. Part and interest of 2027 (200 and 4 % of 800 = 32) are half a year late:
    # 8 % of 232 for 180 days of 360 = 9.28. The rest of the loan goes on: 4 % of 600 = 24 in 2028.
    assert changed(LAM, DEFAULT)[2:8] == [
        ("2027-01-01", "PR", 0.0, -800.0),
        ("2027-01-01", "IP", 0.0, -800.0),
        ("2027-07-01", "PR", -200.0, -600.0),
        ("2027-07-01", "PY", -9.28, -600.0),
        ("2027-07-01", "IP", -32.0, -600.0),
        ("2028-01-01", "PR", -200.0, -400.0),
    ]


def test_a_maturity_missed_is_owed_until_the_cure():
    # 1,000 and 40 due 2027-01-01, paid a quarter late: 12 % of 1,040 for 90 of 360 days = 31.20.
    loan = debt_contract(penalty_rate=0.12)
    late = {"date": "2026-12-31", "change": "default", "until": "2027-04-01"}
    assert changed(loan, late)[1:] == [
        ("2027-01-01", "IP", 0.0, -1000.0),
        ("2027-01-01", "MD", 0.0, -1000.0),
        ("2027-04-01", "PR", -1000.0, 0.0),
        ("2027-04-01", "PY", -31.2, 0.0),
        ("2027-04-01", "IP", -40.0, 0.0),
    ]


def test_instalments_missed_one_after_another_bear_penalty_each_from_its_day():
    # Interest of 40 missed in 2026 and 2027, cured on 2028-01-01 with that day's own 40:
    # 10 % of 40 for two years and for one = 8 + 4 = 12.
    loan = debt_contract(penalty_rate=0.10, **FIVE_YEARS)
    late = {"date": "2025-06-30", "change": "default", "until": "2028-01-01"}
    rows = changed(loan, late)
    assert [(row[0], row[1], row[2]) for row in rows if row[2]][:3] == [
        ("2028-01-01", "PY", -12.0),
        ("2028-01-01", "IP", -120.0),
        ("2029-01-01", "IP", -40.0),
    ]


def test_a_projection_that_ends_before_the_cure_shows_what_is_still_owed():
    rows = changed(LAM, DEFAULT, until=dt.date(2027, 3, 31))
    assert rows[-1] == ("2027-01-01", "IP", 0.0, -800.0)


def test_nothing_is_lost_in_a_default_without_penalty():
    loan = LAM | {"penalty_rate": 0.0}
    changes = pl.DataFrame([{"contract_id": "D"} | DEFAULT]).with_columns(
        pl.col("date", "until").str.to_date()
    )
    plain, late = project(loan), project(loan, changes=changes)
    horizon = Horizon.after(dt.date(2024, 12, 31), 24)
    for flows in (plain, late):
        found = quarterly_service(flows, horizon)
        assert found.principal.sum() == pytest.approx(1000.0, abs=1e-9)
        assert found.interest.sum() == pytest.approx(40.0 + 32.0 + 24.0 + 16.0 + 8.0, abs=1e-9)
    # At the end of 2027Q1 800 is owed instead of 600.
    owed = [quarterly_service(flows, horizon).outstanding[0, 0, 8] for flows in (plain, late)]
    assert owed == pytest.approx([600.0, 800.0], abs=1e-9)


def test_a_default_stands_in_the_case_beside_the_debts_penalty_rate():
    debts = DEBTS.frame(
        [
            {
                "debt_id": "D0",
                "contract_type": "PAM",
                "notional_principal": 1000.0,
                "initial_exchange_date": day("2024-01-01"),
                "maturity_date": day("2026-01-01"),
                "nominal_interest_rate": 0.04,
                "day_count_convention": "30E360",
                "cycle_of_interest_payment": "P1YL1",
                "penalty_rate": 0.06,
            }
        ]
    )
    late = {"change_id": "C", "debt_id": "D0", "change": "default"}
    changes = DEBT_CHANGES.frame([late | {"date": day("2025-06-30"), "until": day("2026-07-01")}])
    events = project_cash_flows(
        contracts_of_debts(debts, case_date=day("2024-12-31")),
        status_date=day("2024-12-31"),
        changes=changes.rename({"debt_id": "contract_id"}),
    ).events
    # 6 % of 1,040 for half a year = 31.20.
    cured = events.filter(pl.col("date") == day("2026-07-01"))
    assert cured.select("event_type", "payoff").rows() == [
        ("PR", -1000.0),
        ("PY", pytest.approx(-31.2, abs=1e-9)),
        ("IP", pytest.approx(-40.0, abs=1e-9)),
    ]


SWAP = {
    "date": "2026-07-01",
    "change": "swap",
    "price": 0.9,
    "new_rate": 0.03,
    "term_months": 36,
    "fee_share": 0.01,
}


def test_old_debt_is_swapped_for_a_new_bond():
    # Half a year's interest, 20, and 1 % cost of the issue are paid in cash. 90 of the new bond
    # for 100 of the old: 900, 3 % a year, 27, due in three years.
    assert changed(debt_contract(**FIVE_YEARS), SWAP)[1:] == [
        ("2026-07-01", "PY", -10.0, -1000.0),
        ("2026-07-01", "IP", -20.0, -1000.0),
        ("2026-07-01", "RS", 0.0, -900.0),
        ("2027-07-01", "IP", -27.0, -900.0),
        ("2028-07-01", "IP", -27.0, -900.0),
        ("2029-07-01", "IP", -27.0, -900.0),
        ("2029-07-01", "MD", -900.0, 0.0),
    ]


def test_a_floating_loan_in_parts_becomes_a_fixed_bullet_half_yearly_from_ten_years_on():
    # After the first of three parts 666.666667 is left; 3 % a year, 10 each half year, ten years.
    loan = debt_contract(
        contract_type="LAM",
        cycle_of_rate_reset="P1YL1",
        cycle_anchor_date_of_rate_reset=day("2026-01-01"),
        market_object_code_of_rate_reset="LPR1Y",
        **THREE_YEARS,
        **YEARLY,
    )
    swap = {"date": "2026-01-01", "change": "swap", "new_rate": 0.03, "term_months": 120}
    rows = changed(loan, swap, rates=paths(LPR1Y={"2025-01-01": 0.06}))
    bond = [row for row in rows if row[0] > "2026-01-01"]
    assert [row[2] for row in bond if row[1] == "IP"] == [-10.0] * 20
    assert bond[-1] == ("2036-01-01", "MD", -666.666667, 0.0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (SWAP | {"new_rate": None}, "change.no_new_bond"),
        (SWAP | {"share": 0.5}, "change.part_swapped"),
        (SWAP | {"term_months": None}, "change.no_new_maturity"),
        (DEFAULT | {"until": None}, "change.never_cured"),
        (DEFAULT | {"until": "2026-06-30"}, "change.not_later"),
    ],
)
def test_a_swap_or_default_that_says_too_little_is_found(fault, code):
    assert code in found(fault)


def test_a_default_without_a_penalty_rate_and_a_change_inside_it_are_found():
    assert "change.no_penalty_rate" in found(DEFAULT, penalty_rate=None)
    inside = {"date": "2027-01-01", "change": "haircut", "share": 0.5, "until": None}
    assert "change.in_default" in found(DEFAULT, inside)


def found(*faults: dict[str, Any], **terms: Any) -> set[str]:
    rows = pl.DataFrame([{"contract_id": "D"} | fault for fault in faults])
    changes = rows.with_columns(pl.col("date").str.to_date())
    if "until" in rows.columns:
        changes = changes.with_columns(pl.col("until").cast(pl.String).str.to_date())
    with pytest.raises(CaseError) as refused:
        project(LAM | terms, changes=changes)
    return {issue.code for issue in refused.value.issues}
