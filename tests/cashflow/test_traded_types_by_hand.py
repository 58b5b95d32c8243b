"""CSH, STK, COM, FXOUT, OPTNS, FUTUR, SWPPV, SWAPS and CAPFL, every amount worked by hand.

The docstrings hold the derivations. Seen from the owner: received is positive, paid negative.
"""

from typing import Any

import polars as pl
import pytest
from tests.cashflow.contracts import day, paths, project, told

from ironpot.core.errors import UnsupportedTermError


def contract(kind: str, **terms: Any) -> dict[str, Any]:
    return {
        "contract_id": "C",
        "contract_type": kind,
        "contract_role": "RPA",
        "currency": "CNY",
    } | terms


def happened(contract_id: str, time: str, kind: str, value: float = 0.0) -> pl.DataFrame:
    return pl.DataFrame(
        {"contract_id": [contract_id], "time": [day(time)], "event_type": [kind], "value": [value]}
    )


def payoffs(*rows: dict[str, Any], **how: Any) -> list[tuple[str, str, float]]:
    return [row[:3] for row in told(project(*rows, **how))]


@pytest.mark.parametrize(("role", "balance"), [("RPA", 500.0), ("RPL", -500.0)])
def test_cash_is_only_looked_at(role, balance):
    """Nothing is paid; an overdraft (RPL) shows as a negative balance."""
    cash = contract("CSH", contract_role=role, notional_principal=500.0)
    looked = happened("C", "2025-03-31", "AD")
    assert told(project(cash, observed=looked)) == [("2025-03-31", "AD", 0.0, balance)]


def test_a_share_pays_dividends_between_purchase_and_sale():
    """Bought at 100, 4 in June 2025 as announced, 5 in June 2026 as observed, sold at 110.

    The dividend of January 2025 belongs to the owner before.
    """
    share = contract(
        "STK",
        purchase_date=day("2025-02-01"),
        price_at_purchase_date=100.0,
        termination_date=day("2026-09-30"),
        price_at_termination_date=110.0,
        cycle_anchor_date_of_dividend_payment=day("2025-06-16"),
        cycle_of_dividend_payment="P1YL1",
        next_dividend_payment_amount=4.0,
        market_object_code_of_dividends="DIV",
    )
    rates = paths(DIV={"2025-01-01": 3.0, "2026-06-01": 5.0})
    assert payoffs(share, rates=rates, until=day("2026-12-31")) == [
        ("2025-02-01", "PRD", -100.0),
        ("2025-06-16", "DV", 4.0),
        ("2026-06-16", "DV", 5.0),
        ("2026-09-30", "TD", 110.0),
    ]


def test_a_dividend_on_a_sunday_is_paid_on_monday():
    """2025-06-15 is a Sunday; who owes the dividend (RPL) pays it."""
    short = contract(
        "STK",
        contract_role="RPL",
        calendar="MF",
        business_day_convention="SCF",
        cycle_anchor_date_of_dividend_payment=day("2025-06-15"),
        cycle_of_dividend_payment="P1YL1",
        market_object_code_of_dividends="DIV",
    )
    found = payoffs(short, rates=paths(DIV={"2025-01-01": 3.0}), until=day("2025-12-31"))
    assert found == [("2025-06-16", "DV", -3.0)]


def test_a_commodity_is_paid_by_quantity():
    """Three units at 700 cost 2,100; sold at 900 they bring 2,700."""
    steel = contract(
        "COM",
        quantity=3.0,
        purchase_date=day("2025-03-30"),
        price_at_purchase_date=700.0,
        termination_date=day("2026-02-20"),
        price_at_termination_date=900.0,
    )
    assert payoffs(steel) == [("2025-03-30", "PRD", -2100.0), ("2026-02-20", "TD", 2700.0)]


def fx_forward(**terms: Any) -> dict[str, Any]:
    return contract(
        "FXOUT",
        currency_2="USD",
        notional_principal=7200.0,
        notional_principal_2=1000.0,
        maturity_date=day("2025-06-28"),
        **terms,
    )


def test_an_outright_delivers_both_currencies():
    """7,200 yuan come in, 1,000 dollars go out."""
    flows = project(fx_forward())
    assert flows.events.select("event_type", "payoff", "currency").rows() == [
        ("MD", 7200.0, "CNY"),
        ("MD", -1000.0, "USD"),
    ]


@pytest.mark.parametrize(("role", "paid"), [("RPA", 100.0), ("RPL", -100.0)])
def test_an_outright_settled_in_cash_pays_the_difference_two_days_later(role, paid):
    """A dollar costs 7.1 on 2025-06-28: 7,200 - 7.1 x 1,000 = 100, paid on the 30th, a Monday."""
    forward = fx_forward(
        contract_role=role,
        delivery_settlement="S",
        settlement_period="P2D",
        calendar="MF",
        business_day_convention="SCF",
    )
    rates = paths(**{"USD/CNY": {"2025-01-01": 7.0, "2025-06-28": 7.1}})
    assert payoffs(forward, rates=rates) == [("2025-06-30", "STD", paid)]


def option(**terms: Any) -> dict[str, Any]:
    return (
        contract(
            "OPTNS",
            contract_role="BUY",
            purchase_date=day("2025-01-02"),
            price_at_purchase_date=10.0,
            maturity_date=day("2025-06-30"),
            option_exercise_type="E",
            option_type="C",
            option_strike_1=80.0,
            settlement_period="P3D",
            market_object_code="STEEL",
        )
        | terms
    )


STEEL = paths(STEEL={"2025-01-01": 60.0, "2025-03-03": 90.0, "2025-06-30": 95.5})


def test_a_european_call_is_exercised_at_maturity():
    """95.5 - 80 = 15.5, paid three days later: 2025-07-03."""
    assert payoffs(option(), rates=STEEL) == [
        ("2025-01-02", "PRD", -10.0),
        ("2025-06-30", "MD", 0.0),
        ("2025-06-30", "XD", 0.0),
        ("2025-07-03", "STD", 15.5),
    ]


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        ({"option_type": "P"}, 0.0),
        ({"option_type": "P", "option_strike_1": 100.0}, 4.5),
        ({"option_type": "CP", "option_strike_2": 100.0}, 15.5 + 4.5),
        ({"contract_role": "SEL"}, -15.5),
    ],
)
def test_puts_straddles_and_sold_options(terms, paid):
    """At 95.5: a put at 80 is worth nothing, one at 100 is worth 4.5; a straddle is both."""
    assert payoffs(option(**terms), rates=STEEL)[-1] == ("2025-07-03", "STD", paid)


def test_an_american_call_exercised_early_ends_there():
    """On 2025-03-03 the price is 90: 90 - 80 = 10, paid on the 6th; a European one waits."""
    early = happened("C", "2025-03-03", "XD")
    american = option(option_exercise_type="A")
    assert payoffs(american, rates=STEEL, observed=early)[1:] == [
        ("2025-03-03", "XD", 0.0),
        ("2025-03-06", "STD", 10.0),
    ]
    assert payoffs(option(), rates=STEEL, observed=early)[-1] == ("2025-07-03", "STD", 15.5)


def test_an_option_exercised_before_the_status_date_is_only_settled():
    """Exercised on the status date for 12.5; paid three days later."""
    done = option(exercise_date=day("2025-03-03"), exercise_amount=12.5)
    assert payoffs(done, rates=STEEL, status=day("2025-03-03")) == [("2025-03-06", "STD", 12.5)]


@pytest.mark.parametrize(("role", "paid"), [("BUY", -4.5), ("SEL", 4.5)])
def test_a_future_settles_gain_or_loss(role, paid):
    """95.5 - 100 = -4.5 for the buyer."""
    future = option(contract_type="FUTUR", contract_role=role, futures_price=100.0)
    assert payoffs(future, rates=STEEL)[-1] == ("2025-07-03", "STD", paid)


def vanilla_swap(**terms: Any) -> dict[str, Any]:
    return (
        contract(
            "SWPPV",
            contract_role="RF",
            notional_principal=1000.0,
            nominal_interest_rate=0.05,
            nominal_interest_rate_2=0.03,
            day_count_convention="30E360",
            initial_exchange_date=day("2025-01-01"),
            maturity_date=day("2026-01-01"),
            cycle_anchor_date_of_interest_payment=day("2025-07-01"),
            cycle_of_interest_payment="P6ML1",
            cycle_anchor_date_of_rate_reset=day("2025-07-01"),
            cycle_of_rate_reset="P6ML1",
            market_object_code_of_rate_reset="LPR",
            rate_spread=0.01,
        )
        | terms
    )


def test_a_vanilla_swap_pays_both_legs():
    """Half a year: 25 fixed in; 15 out at 3 %, then 35 out at 6 % + 1 %."""
    rates = paths(LPR={"2025-01-01": 0.06})
    assert payoffs(vanilla_swap(), rates=rates) == [
        ("2025-01-01", "IED", 0.0),
        ("2025-07-01", "IPFX", 25.0),
        ("2025-07-01", "IPFL", -15.0),
        ("2025-07-01", "RR", 0.0),
        ("2026-01-01", "IPFX", 25.0),
        ("2026-01-01", "IPFL", -35.0),
        ("2026-01-01", "MD", 0.0),
    ]


def test_a_netted_vanilla_swap_pays_the_difference():
    """The fixed payer: -(25 - 15) = -10, then -(25 - 35) = 10."""
    netted = vanilla_swap(contract_role="PF", delivery_settlement="S")
    rows = payoffs(netted, rates=paths(LPR={"2025-01-01": 0.06}))
    assert [row for row in rows if row[1] == "IP"] == [
        ("2025-07-01", "IP", -10.0),
        ("2026-01-01", "IP", 10.0),
    ]


def leg(contract_id: str, **terms: Any) -> dict[str, Any]:
    return contract(
        "PAM",
        contract_id=contract_id,
        nested=True,
        notional_principal=1000.0,
        nominal_interest_rate=0.04,
        day_count_convention="30E360",
        initial_exchange_date=day("2025-01-01"),
        maturity_date=day("2026-01-01"),
        cycle_anchor_date_of_interest_payment=day("2026-01-01"),
        cycle_of_interest_payment="P1YL1",
    ) | {"contract_id": contract_id, **terms}


def swap(**terms: Any) -> dict[str, Any]:
    return contract("SWAPS", contract_structure="FIL=A;SEL=B") | {"contract_role": "RFL", **terms}


LEGS = (leg("A"), leg("B", notional_principal=1200.0, nominal_interest_rate=0.05))


def test_a_swap_shows_the_events_of_both_legs():
    """4 % of 1,000 = 40 comes in, 5 % of 1,200 = 60 goes out."""
    assert told(project(swap(), *LEGS)) == [
        ("2025-01-01", "IED", -1000.0, 1000.0),
        ("2025-01-01", "IED", 1200.0, -1200.0),
        ("2026-01-01", "IP", 40.0, 1000.0),
        ("2026-01-01", "IP", -60.0, -1200.0),
        ("2026-01-01", "MD", 1000.0, 0.0),
        ("2026-01-01", "MD", -1200.0, 0.0),
    ]


def test_a_netted_swap_pays_the_differences():
    """200 in at the start, 40 - 60 = -20 of interest, 1,000 - 1,200 = -200 at the end."""
    assert payoffs(swap(delivery_settlement="S"), *LEGS) == [
        ("2025-01-01", "IED", 200.0),
        ("2026-01-01", "IP", -20.0),
        ("2026-01-01", "MD", -200.0),
    ]


def test_who_pays_the_first_leg_sees_the_opposite():
    pays, receives = (told(project(swap(contract_role=role), *LEGS)) for role in ("PFL", "RFL"))
    assert [(d, k, -p, -n) for d, k, p, n in pays] == receives


def test_a_cap_pays_what_the_rate_exceeds_it():
    """On 1,000: first half year fixed at 5 %; then 10 % capped at 7 %: 3 % x 180/360 = 15."""
    under = leg(
        "A",
        nominal_interest_rate=0.05,
        cycle_anchor_date_of_interest_payment=day("2025-07-01"),
        cycle_of_interest_payment="P6ML1",
        cycle_anchor_date_of_rate_reset=day("2025-07-01"),
        cycle_of_rate_reset="P6ML1",
        market_object_code_of_rate_reset="LPR",
    )
    cap = contract("CAPFL", contract_role="BUY", contract_structure="UDL=A", life_cap=0.07)
    floor = contract("CAPFL", contract_role="SEL", contract_structure="UDL=A", life_floor=0.02)
    high, low = paths(LPR={"2025-01-01": 0.10}), paths(LPR={"2025-01-01": 0.01})
    assert payoffs(cap, under, rates=high) == [
        ("2025-07-01", "IP", 0.0),
        ("2026-01-01", "IP", 15.0),
    ]
    # The seller of a floor at 2 % pays (2 % - 1 %) x 180/360 x 1,000 = 5.
    assert payoffs(floor, under, rates=low)[-1] == ("2026-01-01", "IP", -5.0)


def test_a_contract_settled_in_another_currency_is_refused():
    """No rate converts it: better no figure than one in the wrong currency."""
    with pytest.raises(UnsupportedTermError, match="settlement_currency"):
        project(leg("A", nested=None, settlement_currency="USD"))
