"""Contracts of each type, every amount worked by hand; the derivation stands beside it.

Debts are seen from the debtor: received is positive, paid is negative.
"""

import polars as pl
import pytest
from tests.cashflow.contracts import day, debt_contract, paths, project, told

YEARLY = {"cycle_of_principal_redemption": "P1YL1"}
FROM_2026 = YEARLY | {"cycle_anchor_date_of_principal_redemption": day("2026-01-01")}


def test_a_bullet_loan_pays_interest_each_year_and_principal_at_the_end():
    # 4 % of 1,000 is 40 a year.
    assert told(project(debt_contract())) == [
        ("2025-01-01", "IED", 1000.0, -1000.0),
        ("2026-01-01", "IP", -40.0, -1000.0),
        ("2027-01-01", "IP", -40.0, -1000.0),
        ("2027-01-01", "MD", -1000.0, 0.0),
    ]


def test_a_loan_without_interest_cycle_pays_all_interest_at_maturity():
    # Two years at 4 %: 80.
    terms = {"cycle_of_interest_payment": None, "cycle_anchor_date_of_interest_payment": None}
    assert told(project(debt_contract(**terms)))[1:] == [
        ("2027-01-01", "IP", -80.0, -1000.0),
        ("2027-01-01", "MD", -1000.0, 0.0),
    ]


def test_capitalised_interest_bears_interest():
    # 40 is added on 2026-01-01; then 4 % of 1,040 = 41.60.
    terms = {"capitalization_end_date": day("2026-01-01")}
    assert told(project(debt_contract(**terms)))[1:] == [
        ("2026-01-01", "IPCI", 0.0, -1040.0),
        ("2027-01-01", "IP", -41.6, -1040.0),
        ("2027-01-01", "MD", -1040.0, 0.0),
    ]


def test_a_floating_rate_follows_its_reference_with_spread_and_cap():
    # 2026: 3.1 % + 1 % = 4.1 %; 2027: 5 % + 1 % capped at 5.5 %.
    loan = debt_contract(
        maturity_date=day("2028-01-01"),
        cycle_of_rate_reset="P1YL1",
        cycle_anchor_date_of_rate_reset=day("2026-01-01"),
        market_object_code_of_rate_reset="LPR1Y",
        rate_spread=0.01,
        life_cap=0.055,
    )
    rates = paths(LPR1Y={"2025-10-20": 0.031, "2026-12-20": 0.05})
    interest = [row[2] for row in told(project(loan, rates=rates)) if row[1] == "IP"]
    assert interest == [-40.0, -41.0, -55.0]


def test_equal_parts_of_principal_fall_due_with_falling_interest():
    # 1,000 in three parts (two dates and maturity): 333.333333; interest on what is left.
    loan = debt_contract(contract_type="LAM", maturity_date=day("2028-01-01"), **FROM_2026)
    assert told(project(loan))[1:] == [
        ("2026-01-01", "PR", -333.333333, -666.666667),
        ("2026-01-01", "IP", -40.0, -666.666667),
        ("2027-01-01", "PR", -333.333333, -333.333333),
        ("2027-01-01", "IP", -26.666667, -333.333333),
        ("2028-01-01", "IP", -13.333333, -333.333333),
        ("2028-01-01", "MD", -333.333333, 0.0),
    ]


def test_stated_parts_give_the_maturity():
    # 400 + 400 + the last 200: three payments, the third on 2028-01-01.
    loan = debt_contract(
        contract_type="LAM",
        maturity_date=None,
        next_principal_redemption_payment=400.0,
        **FROM_2026,
    )
    paid = [row for row in told(project(loan)) if row[1] in ("PR", "MD")]
    assert [row[:3] for row in paid] == [
        ("2026-01-01", "PR", -400.0),
        ("2027-01-01", "PR", -400.0),
        ("2028-01-01", "MD", -200.0),
    ]


def test_a_fixed_instalment_pays_interest_first():
    # 100 - 40 = 60 of principal, then 100 - 37.60 = 62.40; 877.60 is left at maturity.
    loan = debt_contract(
        contract_type="NAM",
        maturity_date=day("2028-01-01"),
        next_principal_redemption_payment=100.0,
        **FROM_2026,
    )
    assert told(project(loan))[1:] == [
        ("2026-01-01", "PR", -60.0, -940.0),
        ("2026-01-01", "IP", -40.0, -940.0),
        ("2027-01-01", "PR", -62.4, -877.6),
        ("2027-01-01", "IP", -37.6, -877.6),
        ("2028-01-01", "IP", -35.104, -877.6),
        ("2028-01-01", "MD", -877.6, 0.0),
    ]


def test_an_instalment_below_the_interest_lets_the_debt_grow():
    # 30 - 40 = -10: the debt grows by 10.
    loan = debt_contract(
        contract_type="NAM",
        maturity_date=day("2028-01-01"),
        next_principal_redemption_payment=30.0,
        **FROM_2026,
    )
    assert told(project(loan))[1] == ("2026-01-01", "PR", 10.0, -1010.0)


def test_an_annuity_pays_the_same_each_year():
    # A = 1,000 x 0.04 / (1 - 1.04^-3) = 360.348539.
    loan = debt_contract(contract_type="ANN", maturity_date=day("2028-01-01"), **FROM_2026)
    rows = told(project(loan))
    assert ("2025-12-31", "PRF", 0.0, -1000.0) in rows
    paid: dict[str, float] = {}
    for date, kind, payoff, _ in rows:
        if kind in ("PR", "IP", "MD"):
            paid[date] = paid.get(date, 0.0) + payoff
    assert list(paid.values()) == pytest.approx([-360.348539] * 3, abs=2e-6)


def test_an_annuity_is_solved_again_when_the_rate_moves():
    # After the first year 1,040 - 360.348539 = 679.651461 is left;
    # at 6 % over two years: 679.651461 x 0.06 / (1 - 1.06^-2) = 370.706982.
    loan = debt_contract(
        contract_type="ANN",
        maturity_date=day("2028-01-01"),
        cycle_of_rate_reset="P1YL1",
        cycle_anchor_date_of_rate_reset=day("2026-01-01"),
        market_object_code_of_rate_reset="LPR1Y",
        **FROM_2026,
    )
    rows = told(project(loan, rates=paths(LPR1Y={"2025-01-01": 0.06})))
    second = sum(payoff for date, kind, payoff, _ in rows if date == "2027-01-01" and kind != "RR")
    assert second == pytest.approx(-370.706982, abs=2e-6)


def test_an_annuity_longer_than_the_contract_leaves_a_balloon():
    # Instalments as if for three years, maturity after two: one instalment of 360.348539 is paid,
    # then all that is left, 1,040 - 360.348539 = 679.651461.
    loan = debt_contract(contract_type="ANN", amortization_date=day("2028-01-01"), **FROM_2026)
    assert told(project(loan))[-1] == ("2027-01-01", "MD", -679.651461, 0.0)


def test_a_called_loan_stops_bearing_interest_and_is_settled_after_the_notice():
    # Called after half a year: 4 % x 180/360 x 1,000 = 20; paid a month later.
    loan = debt_contract(
        contract_type="CLM",
        maturity_date=None,
        cycle_of_interest_payment=None,
        cycle_anchor_date_of_interest_payment=None,
        x_day_notice="P1M",
    )
    call = pl.DataFrame(
        {
            "contract_id": ["D"],
            "time": [day("2025-07-01")],
            "event_type": ["XD"],
            "value": [0.0],
        }
    )
    assert told(project(loan, observed=call))[1:] == [
        ("2025-07-01", "XD", 0.0, -1000.0),
        ("2025-08-01", "IP", -20.0, -1000.0),
        ("2025-08-01", "STD", -1000.0, 0.0),
    ]


def test_a_balance_without_maturity_grows_by_its_interest_and_moves_with_payments():
    # Half a year at 4 %: 20 on 1,000; then 100 is paid back; half a year on 900: 18, with 20 due.
    balance = debt_contract(contract_type="UMP", maturity_date=None)
    paid = pl.DataFrame(
        {
            "contract_id": ["D"],
            "time": [day("2025-07-01")],
            "event_type": ["PR"],
            "value": [-100.0],
        }
    )
    assert told(project(balance, observed=paid, until=day("2026-06-30")))[1:] == [
        ("2025-07-01", "PR", -100.0, -900.0),
        ("2026-01-01", "IPCI", 0.0, -938.0),
    ]


def test_what_is_overdue_falls_due_the_next_day_with_penalty_interest():
    # One day at 18.25 % of 120 on 365 days: 0.06.
    overdue = {
        "contract_id": "D",
        "contract_type": "OVERDUE",
        "contract_role": "RPL",
        "day_count_convention": "A365",
        "arrears_principal": 100.0,
        "arrears_interest": 20.0,
        "penalty_rate": 0.1825,
    }
    assert told(project(overdue)) == [
        ("2025-01-01", "PR", -100.0, 0.0),
        ("2025-01-01", "PY", -0.06, 0.0),
        ("2025-01-01", "IP", -20.0, 0.0),
    ]


def test_a_lender_sees_the_same_contract_with_the_other_sign():
    mine, theirs = (told(project(debt_contract(contract_role=role))) for role in ("RPL", "RPA"))
    assert [(d, k, -p, -n) for d, k, p, n in mine] == theirs
