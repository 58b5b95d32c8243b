"""The columnar engine and the slow reference agree on random contracts of every type.

Dates, kinds, order and currencies exactly, amounts to 1e-12 of the contract's size, in two
scenarios of rates at once.
"""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cashflow.random_contracts import (
    MATURITIES,
    assert_equal,
    basic,
    conventions,
    days,
    maturity_contract,
    maybe,
    numbered,
    open_ended,
)
from tests.cashflow.tries import tries

from ironpot.cashflow.engine import TYPES
from ironpot.cashflow.reference.contract import Happened

RANDOM, ONE_TYPE, COMBINED = tries(20), tries(15), tries(8)

Row = dict[str, Any]
looks = st.lists(days("2025-01-01", "2030-12-31"), max_size=3)


@RANDOM
@given(st.lists(basic, min_size=2, max_size=10))
def test_a_portfolio_of_any_basic_contracts_agrees_with_the_reference(contracts):
    assert_equal(numbered(contracts))


@pytest.mark.parametrize("kind", MATURITIES)
def test_contracts_of_one_maturity_type_agree_with_the_reference(kind):
    @ONE_TYPE
    @given(st.lists(maturity_contract(kind), min_size=1, max_size=3), looks)
    def agree(contracts: list[Row], seen: list[dt.datetime]) -> None:
        rows = numbered(contracts)
        assert_equal(rows, [Happened("C0", time, "AD", 0.0, None) for time in sorted(set(seen))])

    agree()


@RANDOM
@given(open_ended(), days("2025-01-01", "2030-12-31"), st.floats(-1e3, 1e3), looks)
def test_calls_payments_and_looks_agree_with_the_reference(contract, when, amount, seen):
    rows = numbered([contract])
    event = "XD" if contract["contract_type"] == "CLM" else "PR"
    happened = [Happened("C0", when, event, amount, None)]
    happened += [Happened("C0", time, "AD", 0.0, None) for time in sorted(set(seen))]
    assert_equal(rows, happened)


@st.composite
def combined(draw: st.DrawFn, kind: str) -> tuple[list[Row], list[Happened]]:
    """A combined contract, what it is made of, and a default of one of its parts."""
    made_of = 1 if kind == "CAPFL" else 2
    parts = [
        draw(maturity_contract()) | {"purchase_date": None, "termination_date": None}
        for _ in range(made_of)
    ]
    roles = {"SWAPS": ("FIL", "SEL"), "CAPFL": ("UDL",)}.get(kind, ("COVE", "COVE"))
    structure = [f"{role}=C{place + 1}" for place, role in enumerate(roles)]
    parent: Row = draw(conventions()) | {
        "contract_type": kind,
        "delivery_settlement": draw(st.sampled_from(["D", "S"])),
        "purchase_date": draw(maybe(days("2025-01-01", "2025-12-31"))),
        "price_at_purchase_date": draw(st.floats(1.0, 1e4)),
        "termination_date": None
        if kind == "CEC"
        else draw(maybe(days("2029-01-01", "2030-12-31"))),
        "price_at_termination_date": draw(st.floats(1.0, 1e4)),
        "settlement_period": draw(st.sampled_from(["P0D", "P5D"])),
        "life_cap": draw(maybe(st.floats(0.03, 0.06))),
        "life_floor": draw(maybe(st.floats(0.0, 0.02))),
    }
    happened: list[Happened] = []
    if kind in ("CEG", "CEC"):
        parent |= draw(cover(kind))
        if draw(st.booleans()):
            default = draw(days("2025-01-01", "2028-12-31"))
            happened.append(Happened("C1", default, "CE", 0.0, "DF"))
    if kind == "CEC":
        structure.append("COVI=C3")
        parts.append(
            {"contract_type": "COM", "contract_role": "RPA", "market_object_code": "STEEL"}
            | {"quantity": draw(st.floats(1.0, 1e7))}
        )
    parent["contract_structure"] = ";".join(structure)
    return numbered([parent, *(part | {"nested": True} for part in parts)]), happened


@st.composite
def cover(draw: st.DrawFn, kind: str) -> Row:
    terms: Row = {
        "coverage_of_credit_enhancement": draw(maybe(st.floats(0.1, 1.0))),
        "guaranteed_exposure": draw(st.sampled_from(["NO", "NI"])),
        "credit_event_type_covered": draw(st.sampled_from(["DF", "DL;DF", "DQ"])),
    }
    if kind == "CEC":
        return terms | {"purchase_date": None}
    terms["notional_principal"] = draw(maybe(st.floats(1.0, 1e6)))
    if draw(st.booleans()):
        basis = draw(st.sampled_from(["A", "N"]))
        terms |= {
            "fee_rate": draw(st.floats(0.001, 0.02 if basis == "N" else 100.0)),
            "fee_basis": basis,
            "cycle_of_fee": draw(st.sampled_from(["P3ML0", "P3ML1", "P1YL1"])),
            "cycle_anchor_date_of_fee": draw(days("2024-06-01", "2025-06-01")),
        }
    return terms


@pytest.mark.parametrize("kind", ["SWAPS", "CAPFL", "CEG", "CEC"])
def test_combined_contracts_agree_with_the_reference(kind):
    @COMBINED
    @given(combined(kind))
    def agree(drawn: tuple[list[Row], list[Happened]]) -> None:
        assert_equal(*drawn)

    agree()


def test_every_actus_type_is_compared():
    compared = {*MATURITIES, "CLM", "UMP", "CSH", "STK", "COM", "FXOUT", "SWPPV", "OPTNS", "FUTUR"}
    assert compared | {"SWAPS", "CAPFL", "CEG", "CEC", "OVERDUE"} == set(TYPES)
