"""Interest, resets, fees, indices, bases and trades, worked by hand.

Loans are claims (RPA) of 1,000: received is positive. The docstrings hold the derivations.
"""

from typing import Any

import pytest
from tests.cashflow.contracts import day, paths
from tests.cashflow.loans import LPR, interest, loan, payoffs


def test_a_premium_and_interest_bought_at_the_start():
    """Lent at 990 net of 10; 5 had accrued and comes back with the first 18.00."""
    terms = {"premium_discount_at_ied": -10.0, "accrued_interest": 5.0}
    assert payoffs(loan(**terms))[:2] == [
        ("2025-01-01", "IED", -990.0),
        ("2025-07-01", "IP", 23.0),
    ]


def test_interest_accrues_from_an_anchor_before_the_start():
    """A month, 3.00, lies between the anchor of 2024-12-01 and the start; then five months."""
    terms = {
        "cycle_anchor_date_of_interest_payment": day("2024-12-01"),
        "cycle_of_interest_payment": "P6ML1",
    }
    assert interest(loan(**terms), status=day("2024-11-15"))[0] == ("2025-06-01", 18.0)


def test_seen_in_the_middle_of_its_life_a_loan_has_accrued_since_its_last_interest_date():
    """From 1 July to 1 October 9.00 have accrued: the whole half-year, 18.00, is still to come."""
    assert payoffs(loan(), status=day("2025-10-01")) == [
        ("2026-01-01", "IP", 18.0),
        ("2026-01-01", "MD", 1000.0),
    ]


def test_bought_and_sold_at_a_price_plus_accrued_interest():
    """Bought after two months (6.00) at 980, sold three months after the interest date (9.00)."""
    terms = {
        "purchase_date": day("2025-03-01"),
        "price_at_purchase_date": 980.0,
        "termination_date": day("2025-10-01"),
        "price_at_termination_date": 1010.0,
    }
    assert payoffs(loan(**terms)) == [
        ("2025-03-01", "PRD", -986.0),
        ("2025-07-01", "IP", 18.0),
        ("2025-10-01", "TD", 1019.0),
    ]


def test_interest_is_capitalised_on_the_end_date_even_off_the_cycle():
    """Three months, 9.00, by 1 April; 1,009 then bears 3.027 a month, nine months are paid."""
    terms = {"capitalization_end_date": day("2025-04-01")}
    assert payoffs(loan(**terms))[1:] == [
        ("2025-04-01", "IPCI", 0.0),
        ("2025-07-01", "IP", 9.081),
        ("2026-01-01", "IP", 18.162),
        ("2026-01-01", "MD", 1009.0),
    ]


def floating(**terms: Any) -> dict[str, Any]:
    return (
        loan(
            cycle_anchor_date_of_rate_reset=day("2025-07-01"),
            cycle_of_rate_reset="P6ML1",
            market_object_code_of_rate_reset="LPR",
        )
        | terms
    )


@pytest.mark.parametrize(
    ("terms", "rate"),
    [
        ({}, 0.05),
        ({"rate_spread": 0.01}, 0.06),
        ({"rate_multiplier": 1.2}, 0.06),
        ({"rate_multiplier": -1.0, "rate_spread": 0.1}, 0.05),
        ({"rate_multiplier": -1.0}, -0.05),
        ({"life_cap": 0.045}, 0.045),
        ({"life_floor": 0.055}, 0.055),
        ({"period_cap": 0.004}, 0.040),
        ({"rate_multiplier": 0.5, "period_floor": -0.002}, 0.034),
        ({"next_reset_rate": 0.042}, 0.042),
    ],
)
def test_a_reset_takes_market_times_multiplier_plus_spread_within_its_limits(terms, rate):
    """From 3.6 % with the market at 5 %.

    A period's cap of 0.4 % stops at 4.0 %; half the market is 2.5 %, a fall of at most 0.2 % stops
    at 3.4 %; a rate agreed for the next period (RRF) needs no market. Half a year pays 500 x rate.
    """
    assert interest(floating(**terms), rates=LPR)[1] == ("2026-01-01", round(500 * rate, 6))


def test_the_agreed_rate_holds_for_one_period_only():
    terms = {"next_reset_rate": 0.042, "maturity_date": day("2026-07-01")}
    rows = payoffs(floating(**terms), rates=LPR)
    assert [kind for _, kind, _ in rows if kind.startswith("RR")] == ["RRF", "RR"]
    assert rows[-2] == ("2026-07-01", "IP", 25.0)


@pytest.mark.parametrize(("basis", "fee", "paid"), [("A", 7.0, [7.0, 7.0]), ("N", 0.01, [5, 5])])
def test_fees_are_absolute_or_accrue_on_the_principal(basis, fee, paid):
    """7.00 on each fee date; or 1 % a year of 1,000, half of it each half-year: 5.00."""
    terms = {
        "fee_basis": basis,
        "fee_rate": fee,
        "cycle_anchor_date_of_fee": day("2025-07-01"),
        "cycle_of_fee": "P6ML1",
    }
    rows = payoffs(loan(**terms))
    assert [(date, amount) for date, kind, amount in rows if kind == "FP"] == [
        ("2025-07-01", paid[0]),
        ("2026-01-01", paid[1]),
    ]
    # On one day the fee comes first, then interest, then the principal.
    assert [kind for _, kind, _ in rows[-3:]] == ["FP", "IP", "MD"]


def test_an_accrued_fee_is_paid_with_the_first():
    """2.00 had accrued at the status date, a half-year's 5.00 follows."""
    terms = {
        "fee_basis": "N",
        "fee_rate": 0.01,
        "fee_accrued": 2.0,
        "cycle_anchor_date_of_fee": day("2025-07-01"),
        "cycle_of_fee": "P6ML1",
    }
    rows = payoffs(loan(**terms), status=day("2025-01-01"))
    assert rows[0] == ("2025-07-01", "FP", 7.0)


@pytest.mark.parametrize(
    ("effect", "paid"),
    [
        ("000", [18.0, 18.0, 1000.0]),
        ("I00", [18.0, 19.8, 1000.0]),
        ("0N0", [18.0, 18.0, 1100.0]),
        ("IN0", [18.0, 19.8, 1100.0]),
    ],
)
def test_an_index_moves_interest_principal_or_both(effect, paid):
    """The index goes from 100 to 110 on 1 July: 18.00 x 1.1 = 19.80, 1,000 x 1.1 = 1,100."""
    terms = {
        "market_object_code_of_scaling_index": "CPI",
        "scaling_index_at_contract_deal_date": 100.0,
        "scaling_effect": effect,
        "cycle_anchor_date_of_scaling_index": day("2025-07-01"),
        "cycle_of_scaling_index": "P1YL1",
    }
    rows = payoffs(loan(**terms), rates=paths(CPI={"2025-07-01": 110.0}))
    assert [amount for _, kind, amount in rows if kind in ("IP", "MD")] == paid


@pytest.mark.parametrize(
    ("rule", "amounts"),
    [("NT", [18.0, 13.5]), ("NTIED", [18.0, 13.5]), ("NTL", [18.0, 18.0])],
)
def test_a_lagging_base_of_interest_stays_behind_the_principal(rule, amounts):
    """250 is repaid on 1 July: 750 x 1.8 % = 13.50; a base that lags still is 1,000: 18.00."""
    terms = {
        "contract_type": "LAM",
        "cycle_anchor_date_of_principal_redemption": day("2025-07-01"),
        "cycle_of_principal_redemption": "P6ML1",
        "next_principal_redemption_payment": 250.0,
        "interest_calculation_base": rule,
        "interest_calculation_base_amount": 1000.0,
    }
    assert [amount for _, amount in interest(loan(**terms))] == amounts


def test_a_lagging_base_catches_up_on_its_own_dates():
    """On 1 October the base becomes 750: nine months at 1,000 less three at 250, 18 - 2.25."""
    terms = {
        "contract_type": "LAM",
        "cycle_anchor_date_of_principal_redemption": day("2025-07-01"),
        "cycle_of_principal_redemption": "P6ML1",
        "next_principal_redemption_payment": 250.0,
        "interest_calculation_base": "NTL",
        "interest_calculation_base_amount": 1000.0,
        "cycle_anchor_date_of_interest_calculation_base": day("2025-10-01"),
        "cycle_of_interest_calculation_base": "P1YL1",
    }
    assert ("2025-10-01", "IPCB", 0.0) in payoffs(loan(**terms))
    assert interest(loan(**terms))[-1] == ("2026-01-01", 15.75)
