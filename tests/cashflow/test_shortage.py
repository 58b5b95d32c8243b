"""Cash that does not suffice, guarantees that are called, old debt exchanged: worked by hand."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cashflow.contracts import day, debt_contract, project
from tests.cashflow.test_changes_by_hand import YEARLY
from tests.cashflow.tries import tries

from ironpot.cashflow.exchange import compare_exchange, payments_of, present_value
from ironpot.cashflow.guarantees import call_guarantees
from ironpot.cashflow.waterfall import pay_by_rank, pay_from_cash
from ironpot.core.errors import IronpotError

amounts = st.floats(0.0, 1e9)


@tries(100)
@given(st.lists(st.tuples(st.integers(1, 3), *[amounts] * 4), min_size=1, max_size=6), amounts)
def test_cash_is_spent_while_anything_is_due_and_no_junior_is_paid_before_a_senior(rows, cash):
    rank = np.array([row[0] for row in rows])
    due = np.array([row[1:] for row in rows])
    paid = pay_by_rank(due, rank, cash)
    assert (paid >= 0.0).all()
    assert (paid <= due).all()
    assert paid.sum() == pytest.approx(min(cash, due.sum()), rel=1e-9, abs=1e-6)
    short = [level for level in (1, 2, 3) if (due - paid)[rank == level].sum() > 1e-6 * (1 + cash)]
    for level in short:
        assert paid[rank > level].sum() <= 1e-6 * (1.0 + cash)


SENIOR = debt_contract(contract_id="S", maturity_date=day("2026-01-01"))
JUNIOR = debt_contract(contract_id="J", maturity_date=day("2026-01-01"), nominal_interest_rate=0.06)
TERMS = pl.DataFrame(
    {
        "contract_id": ["S", "J"],
        "rank": [1, 2],
        "penalty_rate": [0.12, 0.10],
        "day_count_convention": ["30E360", "30E360"],
    }
)


def cash(**paid: float) -> pl.DataFrame:
    days = [day(name.removeprefix("on_").replace("_", "-")) for name in paid]
    return pl.DataFrame({"date": days, "amount": list(paid.values())})


def test_arrears_are_paid_by_rank_with_penalty_interest_until_they_are_cured():
    # Due on 2026-01-01: senior 1,040, junior 1,060. Cash 1,100: senior in full; junior 60, which
    # is its interest; 1,000 is overdue. Half a year at 10 %: 50. Cash 450: the penalty of 50, then
    # 400 of principal. Half a year at 10 % of 600: 30; cash 700 pays 630: cured.
    flows = project(SENIOR, JUNIOR)
    paid = pay_from_cash(
        flows, cash(on_2026_01_01=1100.0, on_2026_07_01=450.0, on_2027_01_01=700.0), TERMS
    )
    rows = [
        (str(date), name, *(round(amount, 6) for amount in figures), cured)
        for date, name, *figures, cured in paid.iter_rows()
    ]
    assert rows == [
        ("2026-01-01", "S", 0.0, 0.0, 40.0, 1000.0, 0.0, False),
        ("2026-01-01", "J", 0.0, 0.0, 60.0, 0.0, 1000.0, False),
        ("2026-07-01", "J", 0.0, 50.0, 0.0, 400.0, 600.0, False),
        ("2027-01-01", "J", 0.0, 30.0, 0.0, 600.0, 0.0, True),
    ]


def test_contracts_of_one_rank_share_alike():
    # 2,100 due, 1,050 there: half of 1,040 and half of 1,060, interest before principal.
    equal = TERMS.with_columns(rank=pl.lit(1))
    paid = pay_from_cash(project(SENIOR, JUNIOR), cash(on_2026_01_01=1050.0), equal)
    assert paid.select("interest", "principal", "arrears").rows() == [
        (pytest.approx(40.0), pytest.approx(480.0), pytest.approx(520.0)),
        (pytest.approx(60.0), pytest.approx(470.0), pytest.approx(530.0)),
    ]


def test_enough_cash_pays_every_contract_on_its_day():
    loan = debt_contract(contract_type="LAM", maturity_date=day("2028-01-01"), **YEARLY)
    flows = project(loan)
    terms = TERMS.head(1).with_columns(contract_id=pl.lit("D"))
    paid = pay_from_cash(flows, cash(on_2025_06_30=1e6), terms)
    assert paid["arrears"].sum() == 0.0
    assert not paid["cured"].any()
    assert paid["principal"].to_list() == pytest.approx([1000.0 / 3] * 3)
    assert paid["interest"].to_list() == pytest.approx([40.0, 80.0 / 3, 40.0 / 3])


def test_where_nothing_falls_due_and_nothing_comes_in_nothing_is_paid():
    flows = project(SENIOR, JUNIOR, until=day("2025-06-30"))
    assert pay_from_cash(flows, cash(), TERMS).is_empty()


def test_a_contract_without_rank_or_penalty_rate_is_refused_by_name():
    lacking = TERMS.with_columns(penalty_rate=pl.Series([0.1, None]))
    with pytest.raises(IronpotError, match=r"J has no penalty_rate"):
        pay_from_cash(project(SENIOR, JUNIOR), cash(on_2026_01_01=1.0), lacking)


GUARANTEES = pl.DataFrame(
    {
        "guarantee_id": ["G1", "G2", "G3"],
        "guarantor_id": ["city", "park", "bank"],
        "debt_ids": ["D1;D2", "D1;D2", "D2;D3"],
        "amount_limit": [100.0, 60.0, 500.0],
        "call_order": [1, 2, 2],
    }
)


def claims(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(day(date), debt, amount) for date, debt, amount in rows],
        schema=["date", "debt_id", "amount"],
        orient="row",
    )


def test_guarantees_are_called_in_order_up_to_their_limits():
    # D1 80 and D2 90 on one day. G1: 80 for D1, 20 for D2. Of order 2, D2's 70 left: G2 may pay 60
    # and G3 500: 7.50 and 62.50. A month later D1 40: G1 is used up, G2 has 52.50: 40. D3 10: G3.
    called = call_guarantees(
        claims(
            ("2025-06-30", "D1", 80.0),
            ("2025-06-30", "D2", 90.0),
            ("2025-07-31", "D1", 40.0),
            ("2025-07-31", "D3", 10.0),
        ),
        GUARANTEES,
    )
    assert called.select("guarantee_id", "debt_id", "called", "limit_left").rows() == [
        ("G1", "D1", 80.0, 20.0),
        ("G1", "D2", 20.0, 0.0),
        ("G2", "D2", 7.5, 52.5),
        ("G3", "D2", 62.5, 437.5),
        ("G2", "D1", 40.0, 12.5),
        ("G3", "D3", 10.0, 427.5),
    ]


@tries(60)
@given(st.lists(st.tuples(st.sampled_from(["D1", "D2", "D3", "D4"]), amounts), max_size=8))
def test_no_guarantee_pays_beyond_its_limit_or_more_than_is_claimed(rows):
    claimed = claims(*(("2025-06-30", debt, amount) for debt, amount in rows))
    schema = {"date": pl.Date, "debt_id": pl.String, "amount": pl.Float64}
    called = call_guarantees(
        claimed.cast(schema) if rows else pl.DataFrame(schema=schema), GUARANTEES
    )
    by_guarantee = dict(called.group_by("guarantee_id").agg(pl.col("called").sum()).iter_rows())
    by_debt = dict(called.group_by("debt_id").agg(pl.col("called").sum()).iter_rows())
    limits = dict(GUARANTEES.select("guarantee_id", "amount_limit").iter_rows())
    assert all(paid <= limits[name] * (1 + 1e-12) for name, paid in by_guarantee.items())
    for debt in ("D1", "D2", "D3", "D4"):
        asked = sum(amount for name, amount in rows if name == debt)
        assert by_debt.get(debt, 0.0) <= asked * (1 + 1e-12)


def test_new_debt_for_old_far_apart_in_value_settles_the_old_debt():
    # Old: 1,000 at 8 %, due in two years, worth 1,000 at 8 %. New: 1,000 at 3 %, due in five years:
    # at 8 % 1,000 - 50 x (1 - 1.08^-5) / 0.08 = 800.364; with a fee of 10 810.364, 19 % less: above
    # a tenth. At 4 %, its market rate, it is worth 1,000 - 10 x 4.451822 = 955.481777; with the fee
    # 965.481777 against 1,000 in the books: a gain of 34.518223.
    old = yearly(2, 0.08)
    new = yearly(5, 0.03)
    found = compare_exchange(
        old,
        new,
        date=START,
        effective_rate=0.08,
        carrying_amount=1000.0,
        fee=10.0,
        market_rate=0.04,
    )
    assert found.old_value == pytest.approx(1000.0, abs=1e-9)
    assert found.new_value == pytest.approx(1010.0 - 50.0 * (1 - 1.08**-5) / 0.08, abs=1e-9)
    assert found.substantial
    assert found.booked == pytest.approx(-34.518223, abs=1e-6)


def test_new_debt_close_in_value_goes_on_as_the_old_one():
    # 4 % instead of 5 % over three years: 10 x (1 - 1.05^-3) / 0.05 = 27.232480 less, 2.7 %.
    found = compare_exchange(
        yearly(3, 0.05), yearly(3, 0.04), date=START, effective_rate=0.05, carrying_amount=1000.0
    )
    assert not found.substantial
    assert found.difference == pytest.approx(-0.027232480, abs=1e-9)
    assert found.saving == pytest.approx(27.232480, abs=1e-6)
    assert found.booked == pytest.approx(-27.232480, abs=1e-6)


def test_a_haircut_that_costs_more_than_it_forgives_is_a_loss():
    # 900 of a 9 % bond for 1,000 at 3 %: at 3 % over ten years
    # 900 + (81 - 27) x (1 - 1.03^-10) / 0.03 = 900 + 54 x 8.530203 = 1,360.630953.
    new = yearly(10, 0.09).with_columns(pl.col("amount") * 0.9)
    found = compare_exchange(
        yearly(10, 0.03), new, date=START, effective_rate=0.03, carrying_amount=1000.0
    )
    assert found.saving == pytest.approx(-360.630953, abs=1e-6)
    assert found.booked == pytest.approx(360.630953, abs=1e-6)


def test_a_contract_is_worth_its_principal_at_its_own_rate():
    flows = project(debt_contract(day_count_convention="A365"))
    paid = payments_of(flows, "D")
    assert present_value(paid, day("2025-01-01"), 0.04) == pytest.approx(1000.0, abs=1e-9)


START = dt.date(2025, 1, 1)


def yearly(years: int, rate: float) -> pl.DataFrame:
    """A bullet of 1,000 paid in steps of 365 days, so that every year counts as one."""
    days = [START + dt.timedelta(days=365 * year) for year in range(1, years + 1)]
    interest = [1000.0 * rate] * years
    return pl.DataFrame({"date": days, "amount": [*interest[:-1], interest[-1] + 1000.0]})
