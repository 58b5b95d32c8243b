"""Laws of contracts whose terms change: what is left alone stays, what is wrong is said."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.cashflow.contracts import day, debt_contract, project
from tests.cashflow.random_contracts import (
    RATES,
    STATUS,
    UNTIL,
    days,
    frame,
    maturity_contract,
    numbered,
)
from tests.cashflow.tries import tries

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.dates import Horizon
from ironpot.core.errors import CaseError, UnsupportedTermError

FEW = tries(40)
TRADES = ("purchase", "termination", "price")


@st.composite
def kept(draw: st.DrawFn) -> dict[str, Any]:
    """A contract held to its end whose instalment nothing solves for anew."""
    contract = draw(maturity_contract())
    terms = {name: term for name, term in contract.items() if not name.startswith(TRADES)}
    if terms["contract_type"] == "ANN":
        resets = [name for name in terms if name.endswith("rate_reset") or "next_reset" in name]
        terms |= dict.fromkeys((*resets, *(name for name in terms if name.startswith("array"))))
    return terms


@FEW
@given(kept(), st.sets(days("2025-01-01", "2030-12-31"), min_size=1, max_size=3))
def test_a_change_that_changes_nothing_leaves_every_payment_as_it_was(contract, dates):
    ends = contract.get("maturity_date") or UNTIL
    rows = frame(numbered([contract]))
    how = {"status_date": STATUS, "until": UNTIL, "rates": RATES}
    events = project_cash_flows(rows, **how).events
    fixed = events.filter(pl.col("event_type") == "PRF")["date"].max() or STATUS.date()
    alive = sorted(
        d.date()
        for d in dates
        if contract["initial_exchange_date"] < d < ends and fixed <= d.date()
    )
    assume(alive)
    changes = pl.DataFrame(
        {
            "contract_id": "C0",
            "date": alive,
            "change": "rate",
            "rate_change": 0.0,
            "instalment": "keep",
        }
    )
    whole = paid(events)
    parted = paid(project_cash_flows(rows, **how, changes=changes).events)
    assert gap(whole, parted) <= 1e-9 * contract["notional_principal"]


def paid(events: pl.DataFrame) -> pl.DataFrame:
    """Return what is paid by scenario, day and type."""
    kinds = events.filter(pl.col("payoff") != 0.0)
    return kinds.group_by("scenario", "date", "event_type").agg(pl.col("payoff").sum())


AMORTISING = {
    "contract_type": "LAM",
    "maturity_date": day("2029-01-01"),
    "cycle_of_principal_redemption": "P3ML1",
    "cycle_of_interest_payment": "P3ML1",
    "cycle_anchor_date_of_interest_payment": day("2025-04-01"),
}


@FEW
@given(st.floats(0.01, 0.99), st.sampled_from(["solve", "keep"]), st.sampled_from(["LAM", "ANN"]))
def test_what_is_not_forgiven_is_repaid_whatever_is_prepaid(share, instalment, kind):
    loan = debt_contract(**AMORTISING | {"contract_type": kind})
    changes = pl.DataFrame(
        {
            "contract_id": "D",
            "date": [day("2026-05-15"), day("2027-02-03")],
            "change": ["prepay", "haircut"],
            "share": [share, 0.25],
            "fee_share": [0.0, None],
            "instalment": instalment,
        }
    )
    flows = project(loan, changes=changes)
    found = quarterly_service(flows, Horizon.after(dt.date(2024, 12, 31), 20))
    events = flows.events
    before = events.with_columns(pl.col("notional").shift(1).alias("before"))
    forgiven = before.filter(pl.col("event_type") == "WO").select(
        (pl.col("notional") - pl.col("before")).sum()
    )
    assert found.principal.sum() + forgiven.item() == pytest.approx(1000.0, abs=1e-9)
    assert found.outstanding[..., -1] == pytest.approx(0.0, abs=1e-9)


def test_each_scenario_keeps_its_own_states_over_a_change():
    contract = numbered(
        [
            debt_contract(
                maturity_date=dt.datetime.fromisoformat("2029-01-01"),
                initial_exchange_date=dt.datetime.fromisoformat("2025-01-01"),
                cycle_anchor_date_of_interest_payment=dt.datetime.fromisoformat("2026-01-01"),
                cycle_of_rate_reset="P3ML1",
                market_object_code_of_rate_reset="LPR1Y",
                capitalization_end_date=dt.datetime.fromisoformat("2027-01-01"),
            )
        ]
    )
    changes = pl.DataFrame(
        {"contract_id": ["C0"], "date": [day("2027-06-30")], "change": ["haircut"], "share": [0.5]}
    )
    events = project_cash_flows(
        frame(contract), status_date=STATUS, rates=RATES, changes=changes
    ).events
    grown = events.filter(pl.col("event_type") == "IPCI")["notional"].to_numpy()
    left = events.filter(pl.col("event_type") == "WO")["notional"].to_numpy()
    assert len(set(left)) == len(RATES.scenarios)
    assert left == pytest.approx(0.5 * grown[np.array([1, 3])], rel=1e-12)


def test_contracts_without_changes_are_not_touched_by_those_of_others():
    loans = [debt_contract(**AMORTISING, contract_id=name) for name in ("A", "B")]
    changes = pl.DataFrame(
        {"contract_id": ["A"], "date": [day("2026-01-01")], "change": ["haircut"], "share": [0.5]}
    )
    alone = project(loans[1]).events
    both = project(*loans, changes=changes).events
    assert both.filter(pl.col("contract_id") == "B").equals(alone)


FAULTS = [
    ({"contract_id": "X"}, "change.unknown_contract"),
    ({"change": "forgive"}, "change.unknown_kind"),
    ({"date": None}, "change.no_date"),
    ({"date": day("2024-06-01")}, "change.in_the_past"),
    ({"date": day("2027-01-01")}, "change.after_end"),
    ({"share": None}, "change.no_principal"),
    ({"amount": 5.0}, "change.no_principal"),
    ({"share": 1.5}, "change.no_such_share"),
    ({"change": "prepay"}, "change.not_prepayable"),
    ({"change": "rate"}, "change.no_rate"),
    ({"change": "extend"}, "change.no_new_maturity"),
    ({"change": "extend", "until": day("2026-12-31")}, "change.not_later"),
    ({"change": "moratorium", "until": day("2026-06-01")}, "change.endless_moratorium"),
    (
        {"change": "moratorium", "until": day("2026-06-01"), "relieves": "both"},
        "change.no_interest_rule",
    ),
    (
        {"change": "moratorium", "until": day("2027-06-01"), "relieves": "principal"},
        "change.falls_due_meanwhile",
    ),
    ({"instalment": "extend"}, "change.nothing_to_extend"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_a_change_that_can_not_be_carried_out_is_found(fault, code):
    start = {"contract_id": "D", "date": day("2026-01-01"), "change": "haircut", "share": 0.5}
    changes = pl.DataFrame([start | fault])
    with pytest.raises(CaseError) as refused:
        project(debt_contract(), changes=changes)
    found = {issue.code: issue for issue in refused.value.issues}
    assert code in found
    assert found[code].place.row == 1


@pytest.mark.parametrize(
    ("terms", "fault", "code"),
    [
        (
            {"market_object_code_of_rate_reset": "LPR1Y", "cycle_of_rate_reset": "P1YL1"},
            {"change": "rate", "new_rate": 0.03},
            "change.new_rate_floats",
        ),
        (
            {**AMORTISING, "contract_type": "ANN"},
            {
                "change": "moratorium",
                "until": day("2026-06-01"),
                "relieves": "interest",
                "interest": "defer",
            },
            "change.half_an_instalment",
        ),
        (
            {**AMORTISING, "contract_type": "NAM", "next_principal_redemption_payment": 70.0},
            {"change": "extend", "term_months": 12, "instalment": "solve"},
            "change.instalment_stated",
        ),
        (
            {
                **AMORTISING,
                "contract_type": "ANN",
                "cycle_anchor_date_of_principal_redemption": day("2026-04-01"),
            },
            {"change": "prepay", "share": 0.5, "fee_share": 0.0, "instalment": "keep"},
            "change.instalment_unknown",
        ),
        (
            {"contract_type": "CSH"},
            {"change": "haircut", "share": 0.5},
            "change.wrong_type",
        ),
        (
            {"initial_exchange_date": day("2026-06-01")},
            {"change": "haircut", "share": 0.5},
            "change.before_start",
        ),
    ],
)
def test_a_change_that_does_not_fit_its_contract_is_found(terms, fault, code):
    changes = pl.DataFrame([{"contract_id": "D", "date": day("2026-01-01")} | fault])
    with pytest.raises(CaseError) as refused:
        project(debt_contract(**terms), changes=changes)
    assert code in {issue.code for issue in refused.value.issues}


def test_a_derived_maturity_inside_a_moratorium_is_refused():
    # Three parts of 400 end in 2028; the moratorium lasts to 2030.
    loan = debt_contract(
        contract_type="LAM",
        maturity_date=None,
        next_principal_redemption_payment=400.0,
        cycle_of_principal_redemption="P1YL1",
    )
    changes = pl.DataFrame(
        {
            "contract_id": ["D"],
            "date": [day("2026-01-01")],
            "change": ["moratorium"],
            "until": [day("2030-01-01")],
            "relieves": ["principal"],
        }
    )
    with pytest.raises(UnsupportedTermError, match=r"D matures on 2028-01-01"):
        project(loan, changes=changes)


@FEW
@given(kept(), days("2025-01-01", "2029-12-31"), st.integers(1, 700))
def test_a_default_without_penalty_moves_payments_to_the_cure_and_loses_none(contract, day, late):
    cured = day + dt.timedelta(days=late)
    rows = frame(numbered([contract])).with_columns(penalty_rate=pl.lit(0.0))
    ends = contract.get("maturity_date") or UNTIL
    assume(contract["initial_exchange_date"] <= day < ends)
    changes = pl.DataFrame(
        {"contract_id": "C0", "date": day.date(), "change": "default", "until": cured.date()}
    )
    how = {"status_date": STATUS, "until": dt.date(2040, 1, 1), "rates": RATES}
    plain = project_cash_flows(rows, **how).events
    moved = project_cash_flows(rows, **how, changes=changes).events
    inside = (pl.col("date") > day.date()) & (pl.col("date") < cured.date())
    owed = pl.col("event_type").is_in(["PR", "IP", "FP", "MD"])
    assert (moved.filter(inside, owed)["payoff"] == 0.0).all()
    size = 1e-9 * contract["notional_principal"]
    for scenario in RATES.scenarios:
        before, after = (
            events.filter(pl.col("scenario") == scenario)["payoff"].sum()
            for events in (plain, moved)
        )
        assert abs(before - after) <= size
    elsewhere = ~inside & (pl.col("date") != cured.date())
    assert gap(paid(plain.filter(elsewhere)), paid(moved.filter(elsewhere))) <= size


def gap(left: pl.DataFrame, right: pl.DataFrame) -> float:
    """Return by how much two tables of `paid` differ at most."""
    both = left.join(right, on=["scenario", "date", "event_type"], how="full", coalesce=True)
    apart = both["payoff"].fill_null(0.0) - both["payoff_right"].fill_null(0.0)
    return max([0.0, *apart.abs().to_list()])
