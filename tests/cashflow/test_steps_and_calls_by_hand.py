"""Steps, calls, prepayments and the horizon, worked by hand.

Loans are claims (RPA) of 1,000: received is positive. The docstrings hold the derivations.
"""

from typing import Any

import polars as pl
import pytest
from tests.cashflow.contracts import day, project, told
from tests.cashflow.loans import LPR, interest, loan, monthly, payoffs


def stepped(**terms: Any) -> dict[str, Any]:
    return (
        loan(
            contract_type="LAX",
            maturity_date=None,
            cycle_anchor_date_of_interest_payment=None,
            cycle_of_interest_payment=None,
            array_cycle_anchor_date_of_interest_payment="2025-07-01",
            array_cycle_of_interest_payment="P6ML1",
        )
        | terms
    )


def test_principal_drawn_and_repaid_by_steps_ends_when_nothing_is_left():
    """200 is drawn on 1 July 2025, then 600 fall due twice a year from 2026 on.

    1,200 need two payments: 2026-01-01 and 2026-07-01, the second of which is the maturity.
    """
    terms = {
        "array_cycle_anchor_date_of_principal_redemption": "2025-07-01;2026-01-01",
        "array_cycle_of_principal_redemption": "P6ML1;P6ML1",
        "array_next_principal_redemption_payment": "200;600",
        "array_increase_decrease": "INC;DEC",
    }
    assert payoffs(stepped(**terms)) == [
        ("2025-01-01", "IED", -1000.0),
        ("2025-07-01", "PI", -200.0),
        ("2025-07-01", "IP", 18.0),
        ("2026-01-01", "PR", 600.0),
        ("2026-01-01", "IP", 21.6),
        ("2026-07-01", "IP", 10.8),
        ("2026-07-01", "MD", 600.0),
    ]


def test_rates_by_steps_are_fixed_or_a_spread_on_the_market():
    """6 % fixed for the second half-year (30.00), then the market's 5 % and 1 % (30.00 again)."""
    terms = {
        "maturity_date": day("2026-07-01"),
        "array_cycle_anchor_date_of_principal_redemption": "2026-07-01",
        "array_next_principal_redemption_payment": "1000",
        "array_increase_decrease": "DEC",
        "array_cycle_anchor_date_of_rate_reset": "2025-07-01;2026-01-01",
        "array_rate": "0.06;0.01",
        "array_fixed_variable": "FIX;VAR",
        "market_object_code_of_rate_reset": "LPR",
    }
    rows = payoffs(stepped(**terms), rates=LPR)
    assert [row for row in rows if row[1] in ("RRF", "RR")] == [
        ("2025-07-01", "RRF", 0.0),
        ("2026-01-01", "RR", 0.0),
    ]
    assert [amount for _, kind, amount in rows if kind == "IP"] == [18.0, 30.0, 30.0]


def seen(time: str, kind: str, value: float = 0.0) -> pl.DataFrame:
    return pl.DataFrame(
        {"contract_id": ["C"], "time": [day(time)], "event_type": [kind], "value": [value]}
    )


def open_ended(kind: str, **terms: Any) -> dict[str, Any]:
    return (
        loan(
            contract_type=kind,
            maturity_date=None,
            cycle_anchor_date_of_interest_payment=None,
            cycle_of_interest_payment=None,
            x_day_notice="P1M",
        )
        | terms
    )


@pytest.mark.parametrize("kind", ["CLM", "UMP"])
def test_a_call_ends_interest_and_is_settled_after_the_notice(kind):
    """Three months, 9.00, up to the call; paid a month later, even past the horizon."""
    rows = payoffs(open_ended(kind), observed=seen("2025-04-01", "XD"), until=day("2025-04-15"))
    assert rows[1:] == [
        ("2025-04-01", "XD", 0.0),
        ("2025-05-01", "IP", 9.0),
        ("2025-05-01", "STD", 1000.0),
    ]


def test_the_first_of_two_calls_counts():
    calls = pl.concat([seen("2025-07-01", "XD"), seen("2025-04-01", "XD")])
    rows = payoffs(open_ended("CLM"), observed=calls)
    assert [date for date, kind, _ in rows if kind == "XD"] == ["2025-04-01"]


def test_a_call_before_a_stated_maturity_counts_and_one_after_does_not():
    """Called on 1 April: 9.00 and the principal on 1 May; else twelve months, 36.00, at the end."""
    called = open_ended("CLM", maturity_date=day("2026-01-01"))
    assert payoffs(called, observed=seen("2025-04-01", "XD"))[-2:] == [
        ("2025-05-01", "IP", 9.0),
        ("2025-05-01", "STD", 1000.0),
    ]
    assert payoffs(called, observed=seen("2026-02-01", "XD"))[-2:] == [
        ("2026-01-01", "IP", 36.0),
        ("2026-01-01", "MD", 1000.0),
    ]


def test_call_money_charges_its_fee():
    """7.00 on 1 July, and at maturity."""
    terms = {
        "maturity_date": day("2026-01-01"),
        "fee_basis": "A",
        "fee_rate": 7.0,
        "cycle_anchor_date_of_fee": day("2025-07-01"),
        "cycle_of_fee": "P6ML1",
    }
    rows = payoffs(open_ended("CLM", **terms))
    assert [row[:1] + row[2:] for row in rows if row[1] == "FP"] == [
        ("2025-07-01", 7.0),
        ("2026-01-01", 7.0),
    ]


@pytest.mark.parametrize("kind", ["PAM", "LAM", "NAM", "ANN", "LAX"])
def test_an_observed_prepayment_lowers_principal_and_interest(kind):
    """400 comes back on 1 October 2025: from then on 600 bears 1.80 a month.

    Redemption falls due only in 2027, so that until 2026-01-01 3 x 3.00 + 3 x 1.80 = 14.40 accrue.
    """
    terms = {
        "contract_type": kind,
        "maturity_date": day("2028-01-01"),
        "cycle_anchor_date_of_principal_redemption": day("2027-01-01"),
        "cycle_of_principal_redemption": "P1YL1",
        "next_principal_redemption_payment": 500.0,
    }
    if kind == "LAX":
        terms |= {
            "array_cycle_anchor_date_of_principal_redemption": "2027-01-01",
            "array_cycle_of_principal_redemption": "P1YL1",
            "array_next_principal_redemption_payment": "500",
            "array_increase_decrease": "DEC",
        }
    rows = told(project(loan(**terms), observed=seen("2025-10-01", "PP", 400.0)))
    assert ("2025-10-01", "PP", 400.0, 600.0) in rows
    if kind in ("PAM", "LAM", "LAX"):
        assert [row[2] for row in rows if row[1] == "IP"][1] == 14.4


def test_a_prepayment_beyond_what_is_owed_is_cut():
    """1,500 is offered for a debt of 1,000; nothing is left to pay but interest accrued before."""
    debt = loan(contract_role="RPL")
    rows = told(project(debt, observed=seen("2025-10-01", "PP", -1500.0)))
    assert ("2025-10-01", "PP", -1000.0, 0.0) in rows
    assert [row[2] for row in rows[-2:]] == [-9.0, 0.0]


def test_what_is_paid_after_the_horizon_is_not_shown():
    """Due on Saturday 31 May, paid on Monday 2 June: beyond a horizon of 31 May."""
    shifted = monthly("2025-01-31", calendar="MF", business_day_convention="CSF")
    assert interest(shifted, until=day("2025-05-31"))[-1][0] == "2025-04-30"
    assert interest(shifted, until=day("2025-06-02"))[-1][0] == "2025-06-02"


def test_parts_of_a_tenth_need_as_many_payments_as_there_are_tenths():
    """1.1 in parts of 0.1: eleven months, though 1.1 / 0.1 is a little more than 11 in floats."""
    terms = {
        "contract_type": "LAM",
        "maturity_date": None,
        "notional_principal": 1.1,
        "cycle_anchor_date_of_principal_redemption": day("2025-02-01"),
        "cycle_of_principal_redemption": "P1ML1",
        "next_principal_redemption_payment": 0.1,
    }
    assert payoffs(loan(**terms))[-1] == ("2025-12-01", "MD", 0.1)
