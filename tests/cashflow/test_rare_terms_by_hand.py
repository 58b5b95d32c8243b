"""Terms that no public case covers, every amount worked by hand; the derivation beside it."""

import pytest
from tests.cashflow.contracts import day, debt_contract, paths, project, told
from tests.cashflow.test_changes_by_hand import FIVE_YEARS, THREE_YEARS

FLOATING = {
    "cycle_of_rate_reset": "P1YL1",
    "cycle_anchor_date_of_rate_reset": day("2026-01-01"),
    "market_object_code_of_rate_reset": "LPR1Y",
}


def paid(kind: str, **terms: object) -> list[float]:
    """Return the payoffs of one kind of event."""
    how = {"rates": terms.pop("rates")} if "rates" in terms else {}
    return [row[2] for row in told(project(debt_contract(**terms), **how)) if row[1] == kind]


def test_a_floor_holds_when_the_reference_falls():
    # 4 % for 2025; then 1 % + 0.5 % is below the floor of 2.5 %.
    rates = paths(LPR1Y={"2025-01-01": 0.01})
    terms = FLOATING | {"rate_spread": 0.005, "life_floor": 0.025}
    assert paid("IP", rates=rates, **terms) == [-40.0, -25.0]


def test_a_reset_moves_the_rate_by_no_more_than_its_period_cap():
    # 4 % + at most 1 point = 5 %, then again: 6 %; the reference stands at 9 %.
    rates = paths(LPR1Y={"2025-01-01": 0.09})
    terms = FLOATING | THREE_YEARS | {"period_cap": 0.01}
    assert paid("IP", rates=rates, **terms) == [-40.0, -50.0, -60.0]


def test_a_fee_in_yuan_is_paid_on_its_own_dates():
    terms = {
        "fee_rate": 3.0,
        "fee_basis": "A",
        "cycle_of_fee": "P6ML1",
        "cycle_anchor_date_of_fee": day("2025-07-01"),
    }
    assert paid("FP", **terms) == [-3.0, -3.0, -3.0, -3.0]


def test_grace_on_principal_from_the_start_spreads_it_over_the_years_after():
    # Five years, the first two free of principal: three parts of 333.333333 in 2028, 2029, 2030.
    loan = debt_contract(
        contract_type="LAM",
        cycle_of_principal_redemption="P1YL1",
        cycle_anchor_date_of_principal_redemption=day("2028-01-01"),
        **FIVE_YEARS,
    )
    rows = told(project(loan))
    principal = {row[0][:4]: row[2] for row in rows if row[1] in ("PR", "MD")}
    assert principal == pytest.approx(
        dict.fromkeys(("2028", "2029", "2030"), -1000.0 / 3), abs=1e-6
    )
    assert [row[2] for row in rows if row[1] == "IP"][:3] == [-40.0, -40.0, -40.0]


def test_grace_on_all_payments_from_the_start_adds_interest_to_the_principal():
    # Two years without any payment: 1,000 x 1.04^2 = 1,081.60; then an annuity over three years:
    # 1,081.60 x 0.04 / (1 - 1.04^-3) = 389.752980.
    loan = debt_contract(
        contract_type="ANN",
        capitalization_end_date=day("2027-01-01"),
        cycle_of_principal_redemption="P1YL1",
        cycle_anchor_date_of_principal_redemption=day("2028-01-01"),
        **FIVE_YEARS,
    )
    found: dict[str, float] = {}
    for date, kind, payoff, _ in told(project(loan)):
        if kind in ("PR", "IP", "MD"):
            found[date] = found.get(date, 0.0) + payoff
    assert list(found.values()) == pytest.approx([-389.752980] * 3, abs=2e-6)


INDEXED = {
    "market_object_code_of_scaling_index": "CPI",
    "scaling_index_at_contract_deal_date": 100.0,
    "cycle_of_scaling_index": "P1YL1",
    "cycle_anchor_date_of_scaling_index": day("2025-07-01"),
}


def test_principal_follows_an_index():
    # The index stands at 103 on 2025-07-01 and at 106 on 2026-07-01: 1,060 is paid back; interest
    # stays at 4 % of 1,000 where only the principal follows, else 41.20 and 42.40.
    rates = paths(CPI={"2025-07-01": 103.0, "2026-07-01": 106.0})
    on_principal = INDEXED | {"scaling_effect": "0N0", "rates": rates}
    on_both = INDEXED | {"scaling_effect": "IN0", "rates": rates}
    assert paid("MD", **on_principal) == [-1060.0]
    assert paid("IP", **on_principal) == [-40.0, -40.0]
    assert paid("MD", **on_both) == [-1060.0]
    assert paid("IP", **on_both) == pytest.approx([-41.2, -42.4], abs=1e-9)


def test_equal_parts_follow_an_index_each_on_its_day():
    # Two parts of 500, the first at 103 / 100, the second at 106 / 100.
    rates = paths(CPI={"2025-07-01": 103.0, "2026-07-01": 106.0})
    terms = INDEXED | {
        "contract_type": "LAM",
        "cycle_of_principal_redemption": "P1YL1",
        "cycle_anchor_date_of_principal_redemption": day("2026-01-01"),
        "scaling_effect": "0N0",
    }
    assert paid("PR", rates=rates, **terms) == [-515.0]
    assert paid("MD", rates=rates, **terms) == [-530.0]


def test_a_coupon_by_coupon_periods_is_the_same_whatever_its_days():
    # Half-yearly at 4 %: 20 each, though the halves have 181 and 184 days; a first coupon of three
    # months, 90 of the 181 days of its period, is 90/181 of 20.
    terms = {
        "day_count_convention": "AAICMA",
        "cycle_of_interest_payment": "P6ML1",
        "cycle_anchor_date_of_interest_payment": day("2025-07-01"),
    }
    assert paid("IP", **terms) == pytest.approx([-20.0] * 4, abs=1e-9)
    late = terms | {"initial_exchange_date": day("2025-04-02")}
    assert paid("IP", **late)[0] == pytest.approx(-20.0 * 90 / 181, abs=1e-6)


def test_a_payment_in_a_chinese_holiday_waits_for_the_next_business_day():
    # 2025-10-01 opens eight days of holiday; the 9th is a Thursday. Shift then calculate: half a
    # year from 2025-04-01 and eight days more, 188 of 360 days at 4 %.
    terms = {
        "initial_exchange_date": day("2025-04-01"),
        "maturity_date": day("2026-04-01"),
        "cycle_of_interest_payment": "P6ML1",
        "cycle_anchor_date_of_interest_payment": day("2025-10-01"),
        "business_day_convention": "SCF",
        "calendar": "CN",
    }
    first = next(row for row in told(project(debt_contract(**terms))) if row[1] == "IP")
    assert first[0] == "2025-10-09"
    assert first[2] == pytest.approx(-1000.0 * 0.04 * 188 / 360, abs=1e-6)
