"""Terms that few debts have and changes that are agreed already: from the case to the options."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.cashflow.test_debts_and_options import (
    CASE_DATE,
    HORIZON,
    MANY,
    RATES,
    actions,
    debts,
    service,
)

from ironpot.case.schema.agreed import DEBT_CHANGES, DEBT_TERMS
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.options import debt_options
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.errors import CaseError


def terms(**stated: str) -> pl.DataFrame:
    return DEBT_TERMS.frame(
        [{"debt_id": "D0", "term": term, "value": value} for term, value in stated.items()]
    )


def changes(*rows: dict[str, object]) -> pl.DataFrame:
    return DEBT_CHANGES.frame(
        [{"change_id": f"C{place}", "debt_id": "D0"} | row for place, row in enumerate(rows)]
    )


def test_a_step_of_the_coupon_is_a_further_term():
    # 1,000 at 4 %, from 2026-01-01 on at 6 %, to 2028: 40, 60, 60, on 1 January (30E/360).
    step = terms(
        array_cycle_anchor_date_of_rate_reset="2026-01-01",
        array_rate="0.06",
        array_fixed_variable="FIX",
    )
    bond = with_further_terms(debts({"maturity_date": dt.date(2028, 1, 1)}), step)
    interest = service(bond).interest[0, 0]
    assert interest[interest > 0.0] == pytest.approx([40.0, 40.0], abs=1e-9)
    contracts = contracts_of_debts(bond, case_date=CASE_DATE)
    events = project_cash_flows(contracts, status_date=CASE_DATE).events
    paid = events.filter(pl.col("event_type") == "IP")["payoff"].to_list()
    assert paid == pytest.approx([-40.0, -40.0, -60.0, -60.0], abs=1e-9)


def test_a_fee_is_a_further_term_and_counted_apart():
    # 0.5 % a year on 1,000 for a whole year: 5.
    fee = terms(
        fee_rate="0.005",
        fee_basis="N",
        cycle_of_fee="P1YL1",
        cycle_anchor_date_of_fee="2025-01-01",
    )
    found = service(with_further_terms(debts({}), fee))
    assert found.fees[0, 0, 4] == pytest.approx(5.0, abs=1e-9)
    assert found.interest == pytest.approx(service(debts({})).interest, abs=1e-9)


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"maturity_date": "2030-01-01"}, "term.in_debts"),
        ({"fee": "1"}, "term.unknown"),
        ({"fee_rate": "half a percent"}, "term.unreadable"),
        ({"capitalization_end_date": "next year"}, "term.unreadable"),
    ],
)
def test_a_further_term_that_says_nothing_is_found(stated, code):
    with pytest.raises(CaseError) as refused:
        with_further_terms(debts({}), terms(**stated))
    assert [(issue.code, issue.place.row) for issue in refused.value.issues] == [(code, 1)]


def test_words_and_steps_that_can_not_be_read_are_found_in_the_contracts():
    steps = terms(
        array_cycle_anchor_date_of_rate_reset="2026-01-01;2027-01-01", array_rate="a;0.1;1"
    )
    contracts = contracts_of_debts(with_further_terms(debts({}), steps), case_date=CASE_DATE)
    wrong = contracts.with_columns(business_day_convention=pl.lit("following"))
    with pytest.raises(CaseError) as refused:
        project_cash_flows(wrong, status_date=CASE_DATE)
    assert {issue.code for issue in refused.value.issues} == {
        "contract.unknown_word",
        "contract.unreadable_steps",
        "contract.uneven_steps",
    }


ACTS = [
    {"action": "extend", "term_months": 24, "rate_change": -0.005},
    {"action": "rate_cut", "rate_change": -0.01},
    {"action": "haircut", "principal_share": 0.3},
]
SAME = {
    "extend": [
        {"change": "extend", "term_months": 24},
        {"change": "rate", "rate_change": -0.005},
    ],
    "rate_cut": [{"change": "rate", "rate_change": -0.01}],
    "haircut": [{"change": "haircut", "share": 0.3}],
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act["action"])
def test_an_option_is_the_change_of_the_same_name_on_the_case_date(act):
    performing = MANY.filter(pl.col("arrears_principal").is_null()).head(5)
    found = options_of(performing, act)
    options = found.table["action"] == act["action"]
    rows = [
        {"change_id": f"{debt}{place}", "debt_id": debt, "date": CASE_DATE} | change
        for debt in performing["debt_id"]
        for place, change in enumerate(SAME[act["action"]])
    ]
    flows = project_cash_flows(
        contracts_of_debts(performing, case_date=CASE_DATE),
        status_date=CASE_DATE,
        rates=RATES,
        changes=DEBT_CHANGES.frame(rows).rename({"debt_id": "contract_id"}),
    )
    paid = quarterly_service(flows, HORIZON, performing["debt_id"].to_list())
    at = np.flatnonzero(options.to_numpy())
    assert found.principal[at] == pytest.approx(paid.principal.transpose(1, 0, 2), abs=1e-8)
    assert found.interest[at] == pytest.approx(paid.interest.transpose(1, 0, 2), abs=1e-8)


def options_of(frame: pl.DataFrame, *acts: dict[str, object], agreed: pl.DataFrame | None = None):
    return debt_options(
        frame,
        actions(*acts),
        case_date=CASE_DATE,
        horizon=HORIZON,
        rates=RATES,
        discount_rate=0.04,
        debt_changes=agreed,
    )


def test_agreed_changes_hold_under_every_option_but_a_new_extension_replaces_an_agreed_one():
    # 1,000 due 2026-01-01. Agreed: 400 prepaid in 2025 and an extension to 2026-07-01.
    agreed = changes(
        {
            "date": dt.date(2025, 6, 30),
            "change": "prepay",
            "amount": 400.0,
            "fee_share": 0.01,
        },
        {"date": dt.date(2025, 6, 30), "change": "extend", "until": dt.date(2026, 7, 1)},
    )
    acts = [{"action": "extend", "term_months": 9}, {"action": "rate_cut", "rate_change": -0.01}]
    found = options_of(debts({}), *acts, agreed=agreed)
    assert found.table["action"].to_list() == ["contract", "extend", "rate_cut"]
    quarters = found.principal[:, 0].nonzero()
    assert list(zip(quarters[0].tolist(), quarters[1].tolist(), strict=True)) == [
        *((0, 1), (0, 6)),
        *((1, 1), (1, 7)),
        *((2, 1), (2, 6)),
    ]
    # What settles the debt at the end of 2025Q2 is what is left after the prepayment of that day:
    # 600, with interest of half a year, 12 (29 days of December and 1 January aside: 30E/360).
    assert found.settlement[0, 0, 1] == pytest.approx(600.0 + 600.0 * 0.04 * 179 / 360, abs=1e-9)
