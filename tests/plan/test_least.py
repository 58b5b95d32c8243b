"""The least help of many futures, proven by parts: below every plan's, near the whole program's."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.busy import busy
from tests.plan.town import budget, service
from tests.support import Rows

from ironpot.plan import many
from ironpot.plan.extras import plan_extras
from ironpot.plan.least import (
    a_few_need,
    needs_proof,
    prove_least,
    seconds_afterwards,
    with_least_help,
)
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.proof import Proof
from ironpot.plan.question import FIRST_SOLVE
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.solver import Answer, solve

POOR = [budget("own_revenue", 2.0), budget("essential_spending", 16.0)]
OPTIONS = PlanOptions(time_limit_s=8, gap_stake=0.02, scenarios=12)
# By parts the bound stays below the whole program's by no more than this share of it.
NEAR = 0.02


def model_of(floor: float = 0.4, **tables: Rows) -> Model:
    floors = [service("offices", floor), service("culture", 0.9)]
    case = busy(1, budget=POOR, service_classes=floors, **tables)
    return build_model(gather(case, *appraise_case(case), OPTIONS))


def relaxed_least(model: Model) -> float:
    return solve(paid_in_full(model).relaxed(), time_limit_s=20, options=FIRST_SOLVE).objective


def some_plan(model: Model) -> Answer:
    """A whole plan that pays everything: it needs at least the least help."""
    options = {"threads": 1, "mip_rel_gap": 0.2}
    answer = solve(paid_in_full(model), time_limit_s=60, options=options)
    assert answer.point is not None
    return answer


@pytest.mark.parametrize("part", [4, 12], ids=["parts", "one"])
def test_by_parts_the_least_help_is_below_every_plan_and_near_the_whole_program(monkeypatch, part):
    monkeypatch.setattr(many, "PART", part)
    model = model_of()
    relaxed = relaxed_least(model)
    least = prove_least(model, seconds=20)
    assert relaxed > 1.0
    assert least.bound <= some_plan(model).objective + 1e-6
    assert least.bound >= (1.0 - NEAR) * relaxed
    if part == 12:  # alone, with rounding cuts on top
        assert least.bound >= relaxed - 1e-6
    assert a_few_need(model, seconds=10) <= least.bound + 1e-9


@settings(max_examples=4, deadline=None)
@given(floors=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2).map(sorted))
def test_a_higher_floor_never_needs_less_help(floors):
    low, high = (prove_least(model_of(floor), seconds=20).bound for floor in floors)
    assert low <= high + 1e-6 * (1.0 + abs(high))


def test_where_no_help_is_enough_that_is_said(monkeypatch):
    monkeypatch.setattr(many, "PART", 4)
    model = model_of()
    upper = model.program.upper.copy()
    upper[model.column("relief")] = 0.0
    helpless = replace(model, program=model.program.with_columns(model.program.lower, upper))
    assert prove_least(helpless, seconds=20).impossible


def test_stopped_by_the_user_the_proof_keeps_what_a_few_futures_need(monkeypatch):
    monkeypatch.setattr(many, "PART", 4)

    def stop(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Proof, "poll", stop)
    model = model_of()
    least = prove_least(model, seconds=20)
    assert (least.interrupted, least.rounds, least.relaxed) == (True, 0, None)
    assert least.bound == pytest.approx(a_few_need(model, seconds=20), rel=1e-9)
    assert least.bound > 0.1


@pytest.mark.parametrize("where", ["a_few_need", "Proof.__enter__"])
def test_stopped_while_it_begins_the_proof_still_comes_back(monkeypatch, where):
    monkeypatch.setattr(many, "PART", 4)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"ironpot.plan.least.{where}", stop)
    least = prove_least(model_of(), seconds=20)
    assert (least.interrupted, least.impossible, least.relaxed) == (True, False, None)
    assert (least.bound > 0.1) == (where != "a_few_need")


@pytest.fixture(scope="module")
def taken_apart() -> Plan:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "LARGE", 0)
        patch.setattr(many, "PART", 4)
        made = plan_resolution(busy(1, budget=POOR), options=replace(OPTIONS, time_limit_s=3))
        return replace(made, seconds=1.0)  # as on a machine that leaves time for the proof


def test_a_plan_taken_apart_gets_its_least_help_and_the_frontier_its_point(
    monkeypatch, taken_apart
):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "PART", 4)
    assert needs_proof(taken_apart)
    plan = with_least_help(taken_apart, seconds=20)
    assert not needs_proof(plan)
    assert taken_apart.least_help <= plan.least_help <= plan.relief_pv + 1.0
    assert plan.least_help / 1e6 >= (1.0 - NEAR) * relaxed_least(plan.model)
    frontier = plan_extras(plan)["frontier"]
    assert frontier["label"].to_list() == ["plan", "least_help", "do_nothing"]
    point = frontier.filter(pl.col("label") == "least_help")["relief_pv"][0]
    assert point == pytest.approx(plan.least_help * 100, abs=1.0)


def test_a_plan_whose_search_was_stopped_gets_no_proof_afterwards(monkeypatch, taken_apart):
    monkeypatch.setattr(many, "LARGE", 0)
    assert needs_proof(taken_apart)
    stopped = replace(taken_apart, interrupted=True)
    assert not needs_proof(stopped)
    assert seconds_afterwards(stopped) == 0.0
    late = replace(taken_apart, seconds=3.5)
    assert not needs_proof(late)
    assert with_least_help(stopped, seconds=20) is stopped


def test_a_plan_that_needs_no_proof_comes_back_as_it_is(taken_apart):
    assert with_least_help(taken_apart, seconds=20) is taken_apart
