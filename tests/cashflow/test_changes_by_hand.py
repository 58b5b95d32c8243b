"""Contracts whose terms change on a day, every amount worked by hand; the derivation beside it.

Debts are seen from the debtor: received is positive, paid is negative.
"""

from typing import Any

import polars as pl
import pytest
from tests.cashflow.contracts import day, debt_contract, paths, project, told

YEARLY = {
    "cycle_of_principal_redemption": "P1YL1",
    "cycle_anchor_date_of_principal_redemption": day("2026-01-01"),
}
THREE_YEARS = {"maturity_date": day("2028-01-01")}
FIVE_YEARS = {"maturity_date": day("2030-01-01")}


def changed(contract: dict[str, Any], *changes: dict[str, Any], **how: Any):
    """Project a contract of which `changes` are agreed; return what happens after its start."""
    rows = [{"contract_id": "D"} | change | {"date": day(change["date"])} for change in changes]
    for row in rows:
        row |= {"until": day(row["until"])} if "until" in row else {}
    return told(project(contract, changes=pl.DataFrame(rows), **how))[1:]


def test_a_partial_prepayment_lowers_later_interest_and_costs_its_fee():
    # 1 % of 400 = 4; then 4 % of 600 = 24.
    prepaid = {"date": "2026-01-01", "change": "prepay", "amount": 400.0, "fee_share": 0.01}
    assert changed(debt_contract(), prepaid) == [
        ("2026-01-01", "IP", -40.0, -1000.0),
        ("2026-01-01", "PY", -4.0, -1000.0),
        ("2026-01-01", "PP", -400.0, -600.0),
        ("2027-01-01", "IP", -24.0, -600.0),
        ("2027-01-01", "MD", -600.0, 0.0),
    ]


def test_what_is_prepaid_between_interest_dates_takes_its_interest_along():
    # Half a year on 1,000: 20, of which half belongs to the 500 prepaid; the other 10 and half a
    # year on 500, 10, are paid on the next interest date.
    prepaid = {"date": "2026-07-01", "change": "prepay", "share": 0.5, "fee_share": 0.0}
    assert changed(debt_contract(), prepaid)[1:] == [
        ("2026-07-01", "PP", -500.0, -500.0),
        ("2026-07-01", "IP", -10.0, -500.0),
        ("2027-01-01", "IP", -20.0, -500.0),
        ("2027-01-01", "MD", -500.0, 0.0),
    ]


def test_a_full_prepayment_ends_the_contract():
    # A quarter's interest, 10; the contract's own fee of 0.5 %: 5.
    loan = debt_contract(prepayment_penalty_rate=0.005)
    assert changed(loan, {"date": "2025-04-01", "change": "prepay", "share": 1.0}) == [
        ("2025-04-01", "PY", -5.0, -1000.0),
        ("2025-04-01", "PP", -1000.0, 0.0),
        ("2025-04-01", "IP", -10.0, 0.0),
    ]


def test_more_than_is_owed_is_not_prepaid():
    prepaid = {"date": "2026-01-01", "change": "prepay", "amount": 5000.0, "fee_share": 0.0}
    assert changed(debt_contract(), prepaid)[-1] == ("2026-01-01", "PP", -1000.0, 0.0)


def test_an_annuity_prepaid_in_part_keeps_its_term_with_a_lower_instalment():
    # A = 1,000 x 0.04 / (1 - 1.04^-3) = 360.348539; after a year 1,040 - A = 679.651461 is left,
    # 379.651461 after 300; over two years 379.651461 x 0.04 / (1 - 1.04^-2) = 201.289715.
    loan = debt_contract(contract_type="ANN", **THREE_YEARS, **YEARLY)
    rows = changed(
        loan, {"date": "2026-01-01", "change": "prepay", "amount": 300.0, "fee_share": 0.0}
    )
    paid = by_date(rows)
    assert paid == pytest.approx(
        {"2026-01-01": -660.348539, "2027-01-01": -201.289715, "2028-01-01": -201.289715}, abs=2e-6
    )


def test_an_annuity_prepaid_in_part_may_keep_its_instalment_and_end_earlier():
    # A = 1,000 x 0.04 / (1 - 1.04^-5) = 224.627113; after a year 815.372887 is left, 415.372887
    # after 400. 2027: interest 16.614915, principal 208.012198; 207.360689 is left. 2028: interest
    # 8.294428 and the rest, together 215.655117. Nothing is due in 2029 and 2030.
    loan = debt_contract(contract_type="ANN", **FIVE_YEARS, **YEARLY)
    prepaid = {"date": "2026-01-01", "change": "prepay", "amount": 400.0, "fee_share": 0.0}
    paid = by_date(changed(loan, prepaid | {"instalment": "keep"}))
    assert paid == pytest.approx(
        {"2026-01-01": -624.627113, "2027-01-01": -224.627113, "2028-01-01": -215.655117}, abs=3e-6
    )


def test_equal_parts_shrink_or_end_earlier_after_a_prepayment():
    # Five parts of 200; after the first 800 is left, 500 after 300: four parts of 125, or
    # 200, 200 and 100.
    loan = debt_contract(contract_type="LAM", **FIVE_YEARS, **YEARLY)
    prepaid = {"date": "2026-01-01", "change": "prepay", "amount": 300.0, "fee_share": 0.0}
    assert principal(changed(loan, prepaid))[2:] == [-125.0] * 4
    assert principal(changed(loan, prepaid | {"instalment": "keep"}))[2:] == [
        -200.0,
        -200.0,
        -100.0,
    ]


def test_a_stated_plan_of_repayment_shrinks_or_ends_earlier_too():
    # Planned: 100 in 2026, 300 in 2027, the rest, 600, at maturity. 450 of the 900 left are
    # prepaid: 150 and 300 are left of the plan; or, kept, 300 and 150.
    plan = {
        "array_cycle_anchor_date_of_principal_redemption": "2026-01-01;2027-01-01",
        "array_next_principal_redemption_payment": "100;300",
        "array_increase_decrease": "DEC;DEC",
    }
    loan = debt_contract(contract_type="LAX", **THREE_YEARS, **plan)
    prepaid = {"date": "2026-01-01", "change": "prepay", "amount": 450.0, "fee_share": 0.0}
    assert principal(changed(loan, prepaid))[2:] == [-150.0, -300.0]
    assert principal(changed(loan, prepaid | {"instalment": "keep"}))[2:] == [-300.0, -150.0]


def test_a_call_pays_its_price_and_the_interest_of_what_is_called():
    # 60 % of 1,000 at 102: 600 and 12; interest of half a year on 600: 12.
    called = {"date": "2026-07-01", "change": "call", "share": 0.6, "price": 1.02}
    assert changed(debt_contract(), called)[1:4] == [
        ("2026-07-01", "PY", -12.0, -1000.0),
        ("2026-07-01", "PP", -600.0, -400.0),
        ("2026-07-01", "IP", -12.0, -400.0),
    ]


def test_a_put_on_amortising_debt_takes_its_share_of_every_later_part():
    # Five parts of 200. After two, 600 is left; holders of a third put at par: 200 at once, then
    # three parts of 400 / 3.
    loan = debt_contract(contract_type="LAM", **FIVE_YEARS, **YEARLY)
    put = {"date": "2027-01-01", "change": "put", "share": 1 / 3}
    rows = changed(loan, put)
    assert principal(rows) == pytest.approx([-200.0, -200.0, -200.0, *[-400 / 3] * 3], abs=1e-6)
    # Interest of 2028: 4 % of 400.
    assert by_date(rows)["2028-01-01"] == pytest.approx(-400 / 3 - 16.0, abs=1e-6)


def test_a_haircut_forgives_principal_without_cash():
    # 30 % of 1,000 is forgiven: 700 is left and bears 28 a year.
    cut = {"date": "2026-01-01", "change": "haircut", "share": 0.3}
    assert changed(debt_contract(), cut)[1:] == [
        ("2026-01-01", "WO", 0.0, -700.0),
        ("2027-01-01", "IP", -28.0, -700.0),
        ("2027-01-01", "MD", -700.0, 0.0),
    ]


def test_extension_rate_cut_and_haircut_agreed_on_one_day():
    # After the first of three parts of 333.333333, 666.666667 is left; a fifth is forgiven:
    # 533.333333. Extended by two years there are four dates left: 133.333333 each, at 3 %.
    loan = debt_contract(contract_type="LAM", **THREE_YEARS, **YEARLY)
    day_of = {"date": "2026-01-01"}
    rows = changed(
        loan,
        day_of | {"change": "haircut", "share": 0.2},
        day_of | {"change": "rate", "rate_change": -0.01},
        day_of | {"change": "extend", "term_months": 24},
    )
    assert [row[:2] for row in rows[2:5]] == [
        ("2026-01-01", "WO"),
        ("2026-01-01", "RRF"),
        ("2026-01-01", "RS"),
    ]
    assert by_date(rows[5:]) == pytest.approx(
        {
            "2027-01-01": -133.333333 - 16.0,
            "2028-01-01": -133.333333 - 12.0,
            "2029-01-01": -133.333333 - 8.0,
            "2030-01-01": -133.333333 - 4.0,
        },
        abs=3e-6,
    )


def test_a_new_rate_solves_an_annuity_again():
    # 679.651461 is left after a year (see above); at 2 % over two years
    # 679.651461 x 0.02 / (1 - 1.02^-2) = 350.054148.
    loan = debt_contract(contract_type="ANN", **THREE_YEARS, **YEARLY)
    paid = by_date(changed(loan, {"date": "2026-01-01", "change": "rate", "new_rate": 0.02}))
    assert paid["2027-01-01"] == pytest.approx(-350.054148, abs=2e-6)
    assert paid["2028-01-01"] == pytest.approx(-350.054148, abs=2e-6)


def test_a_rate_change_of_a_floating_loan_stays_in_its_spread():
    # 4 % less 1 = 3 % from 2026 on; reset 2027 to 5 % + 1 % - 1 % = 5 %.
    loan = debt_contract(
        cycle_of_rate_reset="P1YL1",
        cycle_anchor_date_of_rate_reset=day("2027-01-01"),
        market_object_code_of_rate_reset="LPR1Y",
        rate_spread=0.01,
        **THREE_YEARS,
    )
    rows = changed(
        loan,
        {"date": "2026-01-01", "change": "rate", "rate_change": -0.01},
        rates=paths(LPR1Y={"2025-01-01": 0.05}),
    )
    assert [row[2] for row in rows if row[1] == "IP"] == [-40.0, -30.0, -50.0]


LAM = debt_contract(contract_type="LAM", maturity_date=day("2029-01-01"), **YEARLY)
WAIT = {"date": "2026-01-01", "change": "moratorium", "until": "2027-01-01"}


@pytest.mark.parametrize(
    ("instalment", "parts"),
    [
        # Four parts of 250. After the first, that of 2027 is not paid: 750 is left for 2028 and
        # 2029, or for 2028 to 2030, or 250 in 2028 and the rest in 2029.
        ("solve", {"2026": -250.0, "2028": -375.0, "2029": -375.0}),
        ("extend", {"2026": -250.0, "2028": -250.0, "2029": -250.0, "2030": -250.0}),
        ("keep", {"2026": -250.0, "2028": -250.0, "2029": -500.0}),
    ],
)
def test_a_moratorium_of_principal_spreads_extends_or_leaves_a_balloon(instalment, parts):
    rows = changed(LAM, WAIT | {"relieves": "principal", "instalment": instalment})
    paid = {row[0][:4]: row[2] for row in rows if row[1] in ("PR", "MD")}
    assert paid == pytest.approx(parts, abs=1e-6)
    # Interest is paid meanwhile: 4 % of 750.
    assert ("2027-01-01", "IP", -30.0, -750.0) in rows


def test_a_moratorium_of_an_annuity_may_add_its_interest_to_the_principal():
    # 679.651461 is left after a year; a year's interest makes it 706.837519; over 2028 and 2029
    # 706.837519 x 0.04 / (1 - 1.04^-2) = 374.762481.
    loan = debt_contract(contract_type="ANN", **THREE_YEARS, **YEARLY)
    terms = {"relieves": "both", "interest": "capitalise", "instalment": "extend"}
    rows = changed(loan, WAIT | terms)
    assert ("2027-01-01", "IPCI", 0.0, -706.837519) in rows
    assert by_date(rows) == pytest.approx(
        {"2026-01-01": -360.348539, "2028-01-01": -374.762481, "2029-01-01": -374.762481}, abs=2e-6
    )


def test_deferred_interest_is_paid_in_one_sum_when_the_moratorium_ends():
    # Two years at 4 % without interest on interest: 80.
    loan = debt_contract(**FIVE_YEARS)
    rows = changed(
        loan, WAIT | {"until": "2028-01-01", "relieves": "interest", "interest": "defer"}
    )
    assert [(row[0], row[2]) for row in rows if row[1] == "IP"] == [
        ("2026-01-01", -40.0),
        ("2028-01-01", -80.0),
        ("2029-01-01", -40.0),
        ("2030-01-01", -40.0),
    ]


def test_waived_interest_is_that_of_the_moratorium_alone():
    # Half a year before, 20, and half a year after, 20, are paid in 2028; nothing in between.
    terms = {"date": "2026-07-01", "until": "2027-07-01", "relieves": "interest"}
    rows = changed(debt_contract(**THREE_YEARS), WAIT | terms | {"interest": "waive"})
    assert [(row[0], row[2]) for row in rows if row[1] == "IP"] == [
        ("2026-01-01", -40.0),
        ("2028-01-01", -40.0),
    ]
    assert ("2027-07-01", "WO", 0.0, -1000.0) in rows


def test_a_bullet_that_would_mature_in_its_moratorium_matures_later():
    # Twelve months from 2026-07-01 on: the maturity moves from 2027-01-01 to 2028-01-01.
    terms = {"date": "2026-07-01", "until": "2027-07-01", "relieves": "principal"}
    rows = changed(debt_contract(), WAIT | terms | {"instalment": "extend"})
    assert rows[-1] == ("2028-01-01", "MD", -1000.0, 0.0)


def test_interest_and_principal_may_rest_for_different_times():
    # Principal rests to 2028: 750 left for 2029. Interest of 2027 is deferred to that day: 30.
    rows = changed(
        LAM,
        WAIT | {"until": "2028-01-01", "relieves": "principal"},
        WAIT | {"relieves": "interest", "interest": "defer"},
    )
    assert [(row[0], row[1], row[2]) for row in rows if row[1] in ("PR", "IP", "MD")] == [
        ("2026-01-01", "PR", -250.0),
        ("2026-01-01", "IP", -40.0),
        ("2027-01-01", "IP", -30.0),
        ("2028-01-01", "IP", -30.0),
        ("2029-01-01", "IP", -30.0),
        ("2029-01-01", "MD", -750.0),
    ]


def test_a_change_may_take_effect_on_the_status_date_itself():
    running = debt_contract(
        initial_exchange_date=day("2024-01-01"),
        cycle_anchor_date_of_interest_payment=day("2025-01-01"),
        accrued_interest=40.0,
    )
    rows = told(
        project(
            running,
            changes=pl.DataFrame(
                {
                    "contract_id": ["D"],
                    "date": [day("2024-12-31")],
                    "change": ["haircut"],
                    "share": [0.5],
                }
            ),
        )
    )
    # What has accrued stays due; the day that is left of the year is on half the principal:
    # 4 % of 500 for a day of 360 = 0.055556 (30E/360 counts 30 December to 1 January as a day).
    assert rows[:2] == [
        ("2024-12-31", "WO", 0.0, -500.0),
        ("2025-01-01", "IP", -40.055556, -500.0),
    ]


def by_date(rows: list[tuple[str, str, float, float]]) -> dict[str, float]:
    """Return what is paid by date."""
    paid: dict[str, float] = {}
    for date, _, payoff, _ in rows:
        if payoff:
            paid[date] = paid.get(date, 0.0) + payoff
    return paid


def principal(rows: list[tuple[str, str, float, float]]) -> list[float]:
    """Return payments of principal in their order."""
    return [payoff for _, kind, payoff, _ in rows if kind in ("PR", "PP", "MD")]
