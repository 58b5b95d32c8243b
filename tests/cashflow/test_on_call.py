"""Debts on call state no end: up to the last day looked at nobody calls them, and they grow."""

import datetime as dt

import polars as pl
import pytest
from tests.support import creditor, debt, government, tiny_case

from ironpot.case.read import read_case
from ironpot.cashflow.case_debts import project_debts, project_to_ends, without_end
from ironpot.risk.drivers import rate_paths

LAST = dt.date(2034, 12, 31)
DUE = dt.date(2040, 6, 30)


def town():
    call = debt("call", "gov", 1000.0, contract_type="CLM", maturity_date=None) | {
        "nominal_interest_rate": 0.05,
        "day_count_convention": "30E360",
        "cycle_of_interest_payment": "P1YL1",
        "initial_exchange_date": dt.date(2024, 1, 1),
    }
    long = debt("long", "gov", 500.0, maturity_date=DUE)
    return tiny_case(
        entities=[government("gov")],
        creditors=[creditor("bank", "regional_bank")],
        debts=[call, long],
    )


def test_where_every_debt_ends_nothing_is_cut():
    case = read_case("examples/bishan-scale").case
    rates = rate_paths(case)
    whole = project_debts(case, rates=rates).events
    assert project_to_ends(case, last=dt.date(2026, 12, 31), rates=rates).events.equals(whole)
    assert without_end(case).is_empty()


def test_what_is_on_call_is_never_due_and_the_others_go_on_to_their_end():
    case = town()
    events = project_to_ends(case, last=LAST).events
    assert without_end(case)["debt_id"].to_list() == ["call"]
    call, long = (events.filter(contract_id=name) for name in ("call", "long"))
    assert not call["event_type"].is_in(["MD", "STD", "PR"]).any()
    assert call["date"].max() <= LAST
    assert long.filter(event_type="MD")["date"].to_list() == [DUE]


def test_its_interest_is_added_to_what_is_owed():
    call = project_to_ends(town(), last=LAST).events.filter(contract_id="call")
    added = call.filter(event_type="IPCI")
    assert added.height >= 9
    assert (added["payoff"] == 0.0).all()
    owed = added["notional"].abs()
    growth = (owed / owed.shift(1)).drop_nulls().to_list()
    assert growth == pytest.approx([1.05] * len(growth))


def test_each_part_keeps_its_own_states_when_they_are_joined():
    case = town()
    events = project_to_ends(case, last=LAST).events
    alone = project_debts(case, until=LAST).events
    for name in ("call", "long"):
        mine = events.filter(pl.col("contract_id") == name, pl.col("date") <= LAST)
        assert mine.equals(alone.filter(contract_id=name))
