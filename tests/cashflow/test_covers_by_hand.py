"""CEG and CEC, guarantee and collateral, every amount worked by hand in the docstrings."""

from typing import Any

import polars as pl
import pytest
from tests.cashflow.contracts import day, paths, project, told

from ironpot.core.errors import UnsupportedTermError


def loan(contract_id: str = "L1", **terms: Any) -> dict[str, Any]:
    """A loan of 1,000 at 3.65 % on 365 days (0.10 a day), in yearly parts of 250 from 2026 on."""
    return {
        "contract_id": contract_id,
        "contract_type": "LAM",
        "contract_role": "RPA",
        "nested": True,
        "currency": "CNY",
        "notional_principal": 1000.0,
        "nominal_interest_rate": 0.0365,
        "day_count_convention": "A365",
        "initial_exchange_date": day("2025-01-01"),
        "maturity_date": day("2029-01-01"),
        "cycle_anchor_date_of_interest_payment": day("2026-01-01"),
        "cycle_of_interest_payment": "P1YL1",
        "cycle_anchor_date_of_principal_redemption": day("2026-01-01"),
        "cycle_of_principal_redemption": "P1YL1",
        "next_principal_redemption_payment": 250.0,
    } | terms


def guarantee(**terms: Any) -> dict[str, Any]:
    return {
        "contract_id": "G",
        "contract_type": "CEG",
        "contract_role": "BUY",
        "currency": "CNY",
        "contract_structure": "COVE=L1",
        "credit_event_type_covered": "DF",
        "settlement_period": "P5D",
    } | terms


def default(time: str, contract_id: str = "L1", performance: str = "DF") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "contract_id": [contract_id],
            "time": [day(time)],
            "event_type": ["CE"],
            "value": [0.0],
            "performance": [performance],
        }
    )


def payoffs(*rows: dict[str, Any], **how: Any) -> list[tuple[str, str, float]]:
    return [row[:3] for row in told(project(*rows, **how))]


def test_a_guarantee_pays_what_is_owed_when_the_loan_defaults():
    """On 2027-01-11 two parts are paid, 500 is owed; settled five days later."""
    found = told(project(guarantee(), loan(), observed=default("2027-01-11")))
    assert found == [("2027-01-11", "XD", 0.0, 500.0), ("2027-01-16", "STD", 500.0, 0.0)]


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        ({"guaranteed_exposure": "NO"}, 500.0),
        ({"guaranteed_exposure": "NI"}, 500.5),
        ({"guaranteed_exposure": "NI", "coverage_of_credit_enhancement": 0.6}, 300.3),
        ({"contract_role": "SEL"}, -500.0),
        ({"notional_principal": 400.0}, 400.0),
        ({"notional_principal": 400.0, "coverage_of_credit_enhancement": 0.5}, 200.0),
    ],
)
def test_exposure_coverage_role_and_a_stated_amount(terms, paid):
    """Ten days of interest on 500 at 3.65 %: 0.50. With it 500.50; 60 % of that is 300.30."""
    found = payoffs(guarantee(**terms), loan(), observed=default("2027-01-11"))
    assert found[-1] == ("2027-01-16", "STD", paid)


def test_a_guarantee_at_market_value_pays_the_price():
    """The loan is quoted at 480 on the day."""
    covered = loan(market_object_code="QUOTE")
    rates = paths(QUOTE={"2026-12-31": 480.0})
    found = payoffs(
        guarantee(guaranteed_exposure="MV"), covered, observed=default("2027-01-11"), rates=rates
    )
    assert found[-1] == ("2027-01-16", "STD", 480.0)


def test_a_market_value_without_a_price_is_refused():
    with pytest.raises(UnsupportedTermError, match="L1 is to be valued at its market price"):
        project(guarantee(guaranteed_exposure="MV"), loan(), observed=default("2027-01-11"))


def test_one_default_calls_the_guarantee_of_all_covered_loans():
    """500 on each of two loans: 1,000."""
    both = guarantee(contract_structure="COVE=L1;COVE=L2")
    found = payoffs(both, loan(), loan("L2"), observed=default("2027-01-11", "L2"))
    assert found[-1] == ("2027-01-16", "STD", 1000.0)


@pytest.mark.parametrize(
    "event",
    [
        default("2027-01-11", performance="DQ"),
        default("2027-01-11", contract_id="other"),
        default("2029-01-02"),
    ],
    ids=["not covered", "not of the covered loan", "after the end"],
)
def test_a_guarantee_that_is_not_called_ends_with_the_last_covered_loan(event):
    assert told(project(guarantee(), loan(), observed=event)) == [("2029-01-01", "MD", 0.0, 0.0)]


def test_a_default_counts_where_nothing_is_said_of_what_is_covered():
    said = guarantee()
    del said["credit_event_type_covered"]
    assert payoffs(said, loan(), observed=default("2027-01-11"))[-1][2] == 500.0


def test_a_settlement_on_a_weekend_moves_to_monday():
    """Five days after Monday 2027-01-11 is Saturday; Monday is the 18th."""
    weekdays = guarantee(calendar="MF", business_day_convention="CSF")
    found = payoffs(weekdays, loan(), observed=default("2027-01-11"))
    assert found[-1] == ("2027-01-18", "STD", 500.0)


@pytest.mark.parametrize(("role", "paid"), [("BUY", 420.0), ("SEL", -420.0)])
def test_a_guarantee_called_before_the_status_date_is_only_settled(role, paid):
    """420 was fixed at the call of 2027-01-11; the guarantor pays it on the 16th."""
    called = guarantee(contract_role=role, exercise_date=day("2027-01-11"), exercise_amount=420.0)
    found = payoffs(called, loan(), status=day("2027-01-12"))
    assert found == [("2027-01-16", "STD", paid)]


def test_a_bought_guarantee_costs_its_price():
    bought = guarantee(purchase_date=day("2025-01-02"), price_at_purchase_date=10.0)
    found = told(project(bought, loan(), observed=default("2027-01-11")))
    assert found[0] == ("2025-01-02", "PRD", -10.0, 1000.0)


def fee(**terms: Any) -> dict[str, Any]:
    return (
        guarantee(
            cycle_anchor_date_of_fee=day("2026-01-01"),
            cycle_of_fee="P1YL1",
            day_count_convention="30E360",
        )
        | terms
    )


def test_an_absolute_fee_is_paid_whole_and_the_rest_with_the_settlement():
    """3.60 a year; ten of 360 days have gone by at the call on 2027-01-11: 0.10."""
    found = payoffs(fee(fee_basis="A", fee_rate=3.6), loan(), observed=default("2027-01-11"))
    assert found == [
        ("2026-01-01", "FP", 3.6),
        ("2027-01-01", "FP", 3.6),
        ("2027-01-11", "XD", 0.0),
        ("2027-01-16", "STD", 500.1),
    ]


def test_a_fee_on_the_covered_amount_follows_it():
    """1 % of 1,000 in the first year, then 1 % of the 750 that the first redemption leaves."""
    yearly = fee(fee_basis="N", fee_rate=0.01)
    found = payoffs(yearly, loan(), status=day("2025-01-01"), until=day("2027-01-01"))
    assert found == [("2026-01-01", "FP", 10.0), ("2027-01-01", "FP", 7.5)]


def test_a_guarantee_without_fee_pays_none_beside_one_that_has():
    """Both stand in one portfolio."""
    other = guarantee(contract_id="H")
    flows = project(fee(fee_basis="A", fee_rate=3.6), other, loan())
    assert "FP" not in flows.events.filter(pl.col("contract_id") == "H")["event_type"].to_list()


def collateral(**terms: Any) -> dict[str, Any]:
    return guarantee(contract_type="CEC", contract_structure="COVE=L1;COVI=S") | terms


def pledged(**terms: Any) -> dict[str, Any]:
    return {
        "contract_id": "S",
        "contract_type": "COM",
        "contract_role": "RPA",
        "nested": True,
        "market_object_code": "STEEL",
    } | terms


@pytest.mark.parametrize(("quantity", "paid"), [(100.0, 500.0), (4.0, 360.0), (None, 90.0)])
def test_collateral_pays_at_most_what_it_is_worth(quantity, paid):
    """500 is owed; at 90 a unit 100 units cover it, 4 bring 360, one brings 90."""
    rates = paths(STEEL={"2025-01-01": 90.0})
    thing = pledged(quantity=quantity)
    found = payoffs(collateral(), loan(), thing, observed=default("2027-01-11"), rates=rates)
    assert found == [("2027-01-11", "XD", 0.0), ("2027-01-16", "STD", paid)]


def test_a_pledged_balance_is_worth_what_is_on_it():
    """300 on the account, 500 owed."""
    account = pledged(contract_type="CSH", market_object_code=None, notional_principal=300.0)
    found = payoffs(collateral(), loan(), account, observed=default("2027-01-11"))
    assert found[-1] == ("2027-01-16", "STD", 300.0)


def test_collateral_of_unknown_worth_is_refused():
    """Without a path of the price its worth is unknown, which is not nil."""
    with pytest.raises(UnsupportedTermError, match="S is to be valued at its market price"):
        project(collateral(), loan(), pledged(), observed=default("2027-01-11"))
