"""Engine and slow reference agree on what is observed: prepayments, calls, exposure at market."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cashflow.random_contracts import (
    MATURITIES,
    assert_equal,
    days,
    maturity_contract,
    numbered,
    open_ended,
)

from ironpot.cashflow.reference.contract import Happened

FEW = settings(derandomize=True, deadline=None, max_examples=10, database=None)


@pytest.mark.parametrize("kind", MATURITIES)
def test_prepayments_agree_with_the_reference(kind):
    @FEW
    @given(maturity_contract(kind), days("2025-01-01", "2027-12-31"), st.floats(0.01, 1.2))
    def agree(contract: dict[str, Any], when: dt.datetime, share: float) -> None:
        side = -1.0 if contract["contract_role"] == "RPL" else 1.0
        amount = side * share * contract["notional_principal"]
        assert_equal(numbered([contract]), [Happened("C0", when, "PP", amount, None)])

    agree()


@FEW
@given(open_ended(), st.lists(days("2025-01-01", "2030-12-31"), min_size=2, max_size=3))
def test_the_first_call_of_a_contract_without_maturity_agrees_with_the_reference(contract, calls):
    assert_equal(numbered([contract]), [Happened("C0", time, "XD", 0.0, None) for time in calls])


@FEW
@given(days("2025-01-01", "2027-12-31"), st.floats(0.1, 1.0), st.floats(1.0, 1e3))
def test_a_guarantee_at_market_value_agrees_with_the_reference(when, share, units):
    thing = {
        "contract_type": "COM",
        "contract_role": "RPA",
        "market_object_code": "STEEL",
        "quantity": units,
        "nested": True,
    }
    cover = {
        "contract_type": "CEG",
        "contract_role": "SEL",
        "contract_structure": "COVE=C1",
        "guaranteed_exposure": "MV",
        "coverage_of_credit_enhancement": share,
        "maturity_date": dt.datetime.fromisoformat("2028-06-30"),
        "settlement_period": "P5D",
    }
    assert_equal(numbered([cover, thing]), [Happened("C1", when, "CE", 0.0, "DF")])
