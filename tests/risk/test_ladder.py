"""Laws of the ladder: it ties to the fen at every level, and inner payments make no cash."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import account, government, tiny_case, vehicle

from ironpot.core.errors import CaseError
from ironpot.core.outputs import CASH, CASH_FLOWS, CONSOLIDATED, EXPECTED, LADDER
from ironpot.risk.flows import (
    FLOWS,
    planned_flows,
)
from ironpot.risk.ladder import liquidity_ladder
from ironpot.risk.periods import ladder_periods

ONE = {"base": 1.0}


def case_of(**tables):
    rows = {
        "entities": [government("gov"), vehicle("big"), vehicle("child", "big")],
        "accounts": [
            account("gov", "general", 10.0),
            account("gov", "fund", 5.0),
            account("big", "company", 3.0),
        ],
        "limits": [
            buffer("gov", "general", 4.0),
            buffer("gov", "fund", 1.0),
            buffer("big", None, 2.0),
            buffer("big", None, 2.5, quarter="2025Q2"),
        ],
    }
    return tiny_case(**(rows | tables))


def buffer(entity, name, amount, quarter="all"):
    return {
        "limit_id": f"{entity}-{name}-{quarter}",
        "kind": "buffer",
        "entity_id": entity,
        "account": name,
        "quarter": quarter,
        "amount": amount,
    }


def flow(entity, name, date, amount, other=None, scenario="base"):
    return {
        "entity_id": entity,
        "account": name,
        "scenario": scenario,
        "date": dt.date.fromisoformat(date),
        "amount": amount,
        "counterparty_id": other,
    }


def flows_of(*rows):
    return pl.DataFrame(list(rows), schema=FLOWS, orient="row")


def rung(ladder, entity, period, scenario="base"):
    where = (pl.col("entity_id") == entity) & (pl.col("period") == period)
    return ladder.frame.row(by_predicate=where & (pl.col("scenario") == scenario), named=True)


def ties(frame, key):
    """Say whether gap, opening and cumulative gap tie in every row of a ladder."""
    running = frame.with_columns(
        before=pl.col("cumulative_gap").shift(1).over([*key, "scenario"]),
    )
    return (
        running.filter(pl.col("gap") != pl.col("sources") + pl.col("uses")).is_empty()
        and running.filter(
            pl.col("opening_cash") + pl.col("gap") != pl.col("cumulative_gap")
        ).is_empty()
        and running.filter(
            pl.col("before").is_not_null() & (pl.col("before") != pl.col("opening_cash"))
        ).is_empty()
        and frame.filter((pl.col("sources") < 0) | (pl.col("uses") > 0)).is_empty()
    )


def test_months_run_to_two_years_and_quarters_to_ten_without_overlap():
    for day in (dt.date(2024, 12, 31), dt.date(2024, 10, 31), dt.date(2025, 1, 15)):
        periods = ladder_periods(day)
        months = periods.filter(pl.col("period_type") == "month")
        quarters = periods.filter(pl.col("period_type") == "quarter")["period"].to_list()
        assert 24 <= months.height <= 26
        assert set(months["quarter"]).isdisjoint(quarters)
        assert periods["quarter"].n_unique() == 40


def test_a_hand_made_ladder_gives_its_rungs():
    ladder = liquidity_ladder(
        case_of(),
        flows_of(
            flow("gov", "general", "2025-01-31", 2.0),
            flow("gov", "general", "2025-01-31", -9.0),
            flow("gov", "fund", "2025-02-01", -1.5),
            flow("child", "company", "2027-05-05", -4.0),
        ),
        weights=ONE,
    )
    january, february = rung(ladder, "gov", "2025-01"), rung(ladder, "gov", "2025-02")
    assert (january["sources"], january["uses"], january["cumulative_gap"]) == (200, -900, 800)
    assert (january["buffer"], january["below_buffer"]) == (500, False)
    assert (february["opening_cash"], february["cumulative_gap"]) == (800, 650)
    assert rung(ladder, "big", "2027Q2")["cumulative_gap"] == -100
    assert rung(ladder, CONSOLIDATED, "2034Q4")["cumulative_gap"] == 550
    breaches = ladder.breaches.filter(pl.col("scenario") == "base")
    assert breaches.filter(pl.col("entity_id") == "big")["first_below_zero"].item() == "2027Q2"
    assert breaches.filter(pl.col("entity_id") == "gov")["first_under_buffer"].item() is None


def test_a_buffer_for_a_quarter_goes_before_the_one_for_all():
    ladder = liquidity_ladder(case_of(), flows_of(), weights=ONE)
    assert rung(ladder, "big", "2025-03")["buffer"] == 200
    assert rung(ladder, "big", "2025-04")["buffer"] == 250
    assert rung(ladder, CONSOLIDATED, "2025-04")["buffer"] == 750


def test_a_buffer_that_is_not_set_is_empty_and_no_word_is_given():
    ladder = liquidity_ladder(case_of(limits=[]), flows_of(), weights=ONE)
    row = rung(ladder, "gov", "2025-01")
    assert row["buffer"] is None
    assert row["below_buffer"] is None


def test_what_is_overdue_falls_due_in_the_first_period():
    ladder = liquidity_ladder(
        case_of(), flows_of(flow("gov", "general", "2023-06-30", -1.0)), weights=ONE
    )
    assert rung(ladder, "gov", "2025-01")["uses"] == -100


def test_what_members_pay_one_another_is_struck_out_of_the_consolidated_ladder():
    ladder = liquidity_ladder(
        case_of(),
        flows_of(
            flow("gov", "general", "2025-01-31", -6.0, "child"),
            flow("child", "company", "2025-01-31", 6.0, "gov"),
            flow("big", "company", "2025-01-31", -1.0, "child"),
            flow("child", "company", "2025-01-31", 1.0, "big"),
        ),
        weights=ONE,
    )
    assert rung(ladder, "gov", "2025-01")["uses"] == -600
    assert rung(ladder, "big", "2025-01")["sources"] == 600
    assert rung(ladder, "big", "2025-01")["uses"] == 0
    assert rung(ladder, CONSOLIDATED, "2025-01")["sources"] == 0
    assert rung(ladder, CONSOLIDATED, "2034Q4")["cumulative_gap"] == 18_00


def test_the_expected_ladder_is_the_weighted_mean():
    rows = flows_of(
        flow("gov", "general", "2025-01-31", -1.0, scenario="base"),
        flow("gov", "general", "2025-01-31", -3.0, scenario="adverse"),
    )
    ladder = liquidity_ladder(case_of(), rows, weights={"base": 0.75, "adverse": 0.25})
    assert rung(ladder, "gov", "2025-01", EXPECTED)["uses"] == -150
    assert rung(ladder, "gov", "2025-01", "adverse")["uses"] == -300


def test_flows_of_an_account_that_nobody_holds_are_refused_and_not_lost():
    rows = flows_of(flow("gov", "company", "2025-01-31", -1.0))
    with pytest.raises(CaseError) as caught:
        liquidity_ladder(case_of(), rows, weights=ONE)
    assert caught.value.issues[0].value == "gov: company"


def test_columns_are_those_of_the_output_file():
    ladder = liquidity_ladder(case_of(), flows_of(), weights=ONE, phase="after")
    assert tuple(ladder.frame.columns) == LADDER.names
    assert ladder.frame.select(LADDER.key).is_duplicated().sum() == 0
    assert ladder.frame["phase"].unique().to_list() == ["after"]


parties = st.sampled_from(["gov", "big", "child"])
amounts = st.integers(-(10**9), 10**9).map(lambda value: value / 1000)
dates = st.dates(dt.date(2025, 1, 1), dt.date(2034, 12, 31))


@st.composite
def some_flows(draw):
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        payer, getter, amount = draw(parties), draw(parties), draw(amounts)
        date, scenario = str(draw(dates)), draw(st.sampled_from(["base", "adverse"]))
        inner = draw(st.booleans())
        name = {"gov": draw(st.sampled_from(["general", "fund"]))}
        rows.append(
            flow(
                payer, name.get(payer, "company"), date, amount, getter if inner else None, scenario
            )
        )
        if inner:
            rows.append(flow(getter, name.get(getter, "company"), date, -amount, payer, scenario))
    return flows_of(*rows)


@given(some_flows())
@settings(derandomize=True, deadline=None, max_examples=15)
def test_every_level_ties_and_ends_with_the_same_cash(rows):
    ladder = liquidity_ladder(case_of(), rows, weights={"base": 0.6, "adverse": 0.4})
    assert ties(ladder.frame, ["entity_id"])
    assert ties(ladder.accounts, ["entity_id", "account"])
    last = ladder.frame.filter(pl.col("period") == "2034Q4")
    of_accounts = ladder.accounts.filter(pl.col("period") == "2034Q4")
    whole = last.filter(pl.col("entity_id") == CONSOLIDATED)
    parts = last.filter(pl.col("entity_id") != CONSOLIDATED)
    for scenario in ("base", "adverse", EXPECTED):
        cash = [
            frame.filter(pl.col("scenario") == scenario)["cumulative_gap"].sum()
            for frame in (whole, parts, of_accounts)
        ]
        assert cash[0] == cash[1] == cash[2]


def test_a_plans_cash_table_makes_a_ladder_that_ends_each_quarter_with_its_closing_cash():
    case = case_of()
    amounts = {("gov", "general"): 1000, ("gov", "fund"): 500, ("big", "company"): 300}
    rows = []
    for (entity, name), opening in amounts.items():
        cash = opening
        for quarter in case.horizon.quarters:
            flows = dict.fromkeys(CASH_FLOWS, 0)
            flows |= {"own_revenue": 100, "principal": -71, "other_spending": -1}
            flows |= {"intra_group_in": 50} if name == "company" else {}
            flows |= {"intra_group_out": -50} if name == "general" else {}
            closing = cash + sum(flows.values())
            rows.append(
                {
                    "entity_id": entity,
                    "account": name,
                    "scenario": "base",
                    "quarter": quarter,
                    "opening": cash,
                    **flows,
                    "closing": closing,
                }
            )
            cash = closing
    table = pl.DataFrame(rows).select(CASH.names)
    expected = table.with_columns(scenario=pl.lit(EXPECTED))
    flows = planned_flows(pl.concat([table, expected]), case.date)
    ladder = liquidity_ladder(case, flows, weights=ONE, phase="after")
    for quarter, month in (("2025Q1", "2025-03"), ("2026Q4", "2026-12")):
        for account_row in table.filter(pl.col("quarter") == quarter).iter_rows(named=True):
            rungs = ladder.accounts.row(
                by_predicate=(pl.col("entity_id") == account_row["entity_id"])
                & (pl.col("account") == account_row["account"])
                & (pl.col("period") == month)
                & (pl.col("scenario") == "base"),
                named=True,
            )
            assert rungs["cumulative_gap"] == account_row["closing"]
    first = rung(ladder, CONSOLIDATED, "2025-01")
    assert (first["sources"], first["uses"]) == (3 * 33, 3 * -23)
    whole = table.filter(pl.col("quarter") == "2026Q4")["closing"].sum()
    assert rung(ladder, CONSOLIDATED, "2026-12")["cumulative_gap"] == whole
