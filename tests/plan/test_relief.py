"""The least help is least: against enumeration, separate solves, and in its stated order."""

import datetime as dt
from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest
from tests.plan.test_brute_force import ROUNDS, WEIGHTS, Q, T, World, case_of, draw, flow
from tests.plan.town import (
    MILLION,
    action,
    budget,
    giver,
    hall,
    ladder,
    limit,
    loan,
    service,
    town,
)
from tests.support import account

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import SolverError
from ironpot.plan.inputs import Band
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.relief import NO_HELP, Relief, least_relief
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.relief_prices import price_limits
from ironpot.plan.solver import Answer, Session, solve

OPTIONS = PlanOptions(time_limit_s=60, gap_stake=1e-4)
SOON = dt.date(2025, 9, 30)
# Whole plans keep cash a hundred yuan above the buffer in every quarter (million).
MARGIN = 1e-3


def relief(case: Case) -> Relief:
    return least_relief(case, options=OPTIONS)


def helped(case: Case, *rows: dict[str, object]) -> Case:
    return replace(case, relief_sources=BY_NAME["relief_sources"].frame(list(rows)))


def grants(**cells: object) -> dict[str, object]:
    return giver("city", 1) | {"origin": "synthetic"} | cells


def least_by_hand(world: World, starts: tuple[int, ...]) -> float:
    """Present value of expected help when these lots are listed: only when cash falls short."""
    total = 0.0
    for name, weight in WEIGHTS.items():
        cash = world.opening
        for t in range(T):
            cash += flow(world, starts, name, t)
            short = max(world.buffer - cash, 0.0)
            cash += short
            total += weight * short * Q ** -(t + 1)
    return total


@pytest.mark.parametrize("seed", range(4))
def test_no_choice_of_starts_needs_less_help_than_the_least(seed):
    world = draw(seed)
    world = replace(world, owed=world.owed + 15.0)
    choices = [*range(T - ROUNDS + 1), T]
    least = min(least_by_hand(world, starts) for starts in product(choices, repeat=3))
    found = relief(helped(case_of(world), grants()))
    assert least > NO_HELP
    assert found.proven
    assert found.relaxed <= found.bound <= found.found
    assert found.bound / MILLION <= least + 1e-6
    assert found.found / MILLION == pytest.approx(least, abs=MARGIN)


def test_help_is_nil_where_a_plan_works():
    found = relief(helped(town(), grants()))
    assert (found.source, found.found, found.bound) == ("none", 0.0, 0.0)
    assert found.help.height == 0
    assert found.prices.height == 0


def tight(floor: float = 0.5, buffer: float = 1.0, **tables: object) -> Case:
    """A loan that two offices, a protected hall and a full buffer stand against."""
    offices = {"service_class": "offices", "service_value_y": MILLION}
    lots = [
        hall("a", 5.0, **offices),
        hall("b", 6.0, **offices),
        hall("kept", 4.0, essential=True),
    ]
    rows = {
        "accounts": [account("gov", "general", 2.0 * MILLION)],
        "assets": lots,
        "markets": ladder((0.9, 6e6), (0.7, 60e6)),
        "service_classes": [service("offices", floor)],
        "debts": [loan("due", 20.0, SOON, cycle_of_interest_payment=None)],
        "limits": [limit("buffer", buffer)],
        "relief_sources": [giver("city", 1)],
    }
    return town(**(rows | tables))


@pytest.fixture(scope="module")
def priced() -> Relief:
    return relief(tight())


def price(found: Relief, limit_id: str, change: str) -> dict[str, float]:
    rows = found.prices.filter(pl.col("limit_id") == limit_id, pl.col("change") == change)
    return rows.row(0, named=True)


@pytest.mark.parametrize(
    ("limit_id", "change", "other"),
    [
        ("service_floor:offices", "less", tight(floor=0.49)),
        ("service_floor:offices", "more", tight(floor=0.51)),
        ("buffer:gov/general", "less", tight(buffer=0.0)),
        ("buffer:gov/general", "more", tight(buffer=2.0)),
    ],
    ids=["floor-less", "floor-more", "buffer-less", "buffer-more"],
)
def test_a_price_is_the_difference_of_two_solves(priced, limit_id, change, other):
    row, again = price(priced, limit_id, change), relief(other)
    assert row["relaxed"] == pytest.approx(again.relaxed - priced.relaxed, abs=1.0)
    assert row["whole"] == pytest.approx(again.bound - priced.bound, abs=1.0)
    assert row["estimate"] == pytest.approx(row["relaxed"], rel=0.5, abs=1e5)


def test_the_price_of_a_protection_is_what_help_falls_without_it(priced):
    lots = tight().assets.with_columns(essential=pl.lit(value=False))
    again = relief(replace(tight(), assets=lots))
    row = price(priced, "protected:kept", "lifted")
    assert row["whole"] == pytest.approx(again.bound - priced.bound, abs=1.0)
    assert row["relaxed"] == pytest.approx(again.relaxed - priced.relaxed, abs=1.0)
    assert row["whole"] < -1e6
    assert row["estimate"] <= row["relaxed"] + 1.0


def test_the_price_of_a_deadline_is_that_of_the_same_debt_due_a_quarter_later():
    """Without interest on the debt and on what is overdue both are the same program."""

    def due(day: dt.date) -> Relief:
        debt = loan("due", 20.0, day, cycle_of_interest_payment=None, nominal_interest_rate=0.0)
        earning = [budget("own_revenue", 8.0)]
        return least_relief(
            tight(debts=[debt], budget=earning), options=replace(OPTIONS, arrears_rate=0.0)
        )

    found, later = due(SOON), due(dt.date(2025, 12, 31))
    row = price(found, "deadline:gov/general/2025Q3", "later")
    assert row["unit"] == pytest.approx(20.0 * MILLION)
    assert row["relaxed"] == pytest.approx(later.relaxed - found.relaxed, abs=1.0)
    assert row["whole"] == pytest.approx(later.bound - found.bound, abs=1.0)
    assert row["relaxed"] < -1e5
    assert row["estimate"] <= row["relaxed"] + 1.0
    assert [name for name in found.prices["limit_id"] if name.startswith("deadline")] == [
        row["limit_id"]
    ]


def test_prices_have_the_sign_of_their_change(priced):
    for row in priced.prices.iter_rows(named=True):
        sign = -1.0 if row["change"] in ("less", "lifted", "later") else 1.0
        assert all(sign * row[name] >= 0.0 for name in ("relaxed", "whole", "estimate"))


def test_the_help_of_the_table_is_worth_what_is_said(priced):
    expected = priced.help.filter(pl.col("scenario") == "expected")
    quarters = {name: t + 1 for t, name in enumerate(priced.case.horizon.quarters)}
    worth = sum(fen * Q ** -quarters[q] for q, fen in expected.select("quarter", "amount").rows())
    assert worth / 100 == pytest.approx(priced.found, abs=1.0)
    total = priced.ranges.filter(pl.col("quarter") == "all").row(0, named=True)
    assert total["expected"] == expected["amount"].sum()
    # Where scenarios agree the expected row may be a fen off by rounding.
    assert total["p05"] - 1 <= total["expected"] <= total["p95"] + 1


def test_of_equal_help_the_giver_who_stands_first_gives_and_no_sooner_than_it_is_needed():
    rows = [grants(giver_id="last", order=2), grants(giver_id="first", order=1, total_limit=5e6)]
    found = relief(helped(tight(), *rows))
    given = dict(found.help.group_by("giver_id").agg(pl.col("amount").sum()).iter_rows())
    assert set(given) == {"first", "last"}
    per_scenario = found.help.filter(pl.col("scenario") == "base", pl.col("giver_id") == "first")
    assert per_scenario["amount"].sum() == pytest.approx(5e8, abs=1e5)
    assert set(found.help["quarter"]) == {"2025Q3"}


def test_where_the_givers_do_not_reach_an_unnamed_one_gives_the_rest():
    found = relief(helped(tight(), grants(total_limit=3e6)))
    alone = relief(helped(tight()))
    assert (found.source, alone.source) == ("unnamed", "unnamed")
    assert set(found.help["giver_id"]) == {"city", "unnamed"}
    assert set(alone.help["giver_id"]) == {"unnamed"}
    assert found.found == pytest.approx(alone.found, abs=1.0)


def test_repayable_help_is_debt_and_counts_only_what_it_loses():
    lent = grants(
        kind="advance", repayable=True, repay_after_quarters=3, rate=0.0, total_limit=30e6
    )
    later = budget("own_revenue", 30.0)
    case = tight(budget=[later], debts=[loan("due", 40.0, SOON, cycle_of_interest_payment=None)])
    granted, advanced = relief(helped(case, grants())), relief(helped(case, lent))
    assert granted.found > 0.0
    assert advanced.found < 0.2 * granted.found
    assert advanced.help["repay_by"].null_count() == 0


def test_what_no_help_can_meet_is_refused_with_a_way_out():
    case = tight(
        debts=[loan("bond", 20.0, dt.date(2029, 9, 30), primary_class="special")],
        class_actions=[action("pay", "scheduled", "special")],
        limits=[limit("debt_ceiling", 1.0)],
    )
    with pytest.raises(SolverError, match="No help is enough"):
        relief(case)


def statutory(ceiling: float | None = None, **tables: object) -> Case:
    """Special debt of 20 that may be prepaid, under a ceiling, in a town with little cash."""
    rows = {
        "debts": [
            loan(
                "bond",
                20.0,
                dt.date(2029, 9, 30),
                primary_class="special",
                prepayment_penalty_rate=0.0,
            )
        ],
        "class_actions": [
            action("pay", "scheduled", "special"),
            action("early", "prepay", "special"),
        ],
        "limits": [limit("buffer", 1.0)]
        + ([] if ceiling is None else [limit("debt_ceiling", ceiling)]),
    }
    return tight(**(rows | tables))


@pytest.mark.parametrize(("change", "other"), [("less", 13.0), ("more", 11.0)])
def test_the_price_of_a_ceiling_is_the_difference_of_two_solves(change, other):
    found, again = relief(statutory(12.0)), relief(statutory(other))
    row = price(found, "debt_ceiling:debt_ceiling", change)
    assert row["unit"] == MILLION
    assert row["relaxed"] == pytest.approx(again.relaxed - found.relaxed, abs=1.0)
    assert row["whole"] == pytest.approx(again.bound - found.bound, abs=1.0)
    assert (row["whole"] < -5e5) == (change == "less")
    assert (row["whole"] > 5e5) == (change == "more")
    assert row["estimate"] == pytest.approx(row["relaxed"], rel=0.5, abs=1e5)


@pytest.mark.parametrize("bound", [14.0, 25.0], ids=["binding", "loose"])
def test_the_price_of_a_held_rule_is_what_it_costs_where_it_cannot_be_broken(bound):
    case = statutory()
    inputs = gather(case, *appraise_case(case), OPTIONS)
    rule = Band("rule", "ratio", "yellow", ("special",), 3, np.full(3, bound * MILLION))
    soft = build_model(replace(inputs, bands=(rule,)))
    hard = build_model(replace(inputs, bands=(replace(rule, rigid=True),)))
    row = price_limits(soft, seconds=30).filter(pl.col("kind") == "rule_band").row(0, named=True)
    least = [
        solve(one, time_limit_s=20).objective * MILLION
        for model in (soft, hard)
        for one in (paid_in_full(model).relaxed(), paid_in_full(model))
    ]
    assert (row["limit_id"], row["change"]) == ("rule:ratio", "held")
    assert row["relaxed"] == pytest.approx(least[2] - least[0], abs=1.0)
    assert row["whole"] == pytest.approx(least[3] - least[1], abs=1.0)
    assert (row["whole"] > 5e5) == (bound < 20.0)
    assert row["estimate"] is None


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every solve by the solver's process end without an answer."""

    def late(*_: object, **__: object) -> Answer:
        none = np.zeros(0)
        return Answer("unknown", np.inf, -np.inf, None, none, none, 0.0, "")

    monkeypatch.setattr(Session, "solve", late)
    monkeypatch.setattr(Session, "poll", late)


def test_when_time_ends_everything_is_held_and_nothing_is_claimed(monkeypatch, priced):
    slow(monkeypatch)
    found = relief(tight())
    assert (found.source, found.bound, found.proven) == ("named", 0.0, False)
    # Holding leaves 2 in cash and a buffer of 1 against 20 of principal and two years' interest.
    expected = priced.nothing
    assert found.found == pytest.approx(expected, abs=2e3)
    assert found.nothing is None
    assert found.help["amount"].sum() > 0
    assert found.prices["relaxed"].null_count() == found.prices.height


def test_when_time_ends_and_givers_do_not_reach_an_unnamed_one_joins(monkeypatch):
    slow(monkeypatch)
    found = relief(helped(tight(), grants(total_limit=3e6)))
    assert (found.source, found.bound) == ("unnamed", 0.0)
    assert set(found.help["giver_id"]) == {"city", "unnamed"}


def test_when_time_ends_and_holding_is_no_plan_the_bound_alone_is_said(monkeypatch):
    slow(monkeypatch)
    found = relief(statutory(12.0))
    assert np.isinf(found.found)
    assert (found.bound, found.help.height, found.ranges.height) == (0.0, 0, 0)
