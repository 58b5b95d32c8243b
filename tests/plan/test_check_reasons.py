"""Reasons are true: decisions turned round cost what enumeration and separate plans say they do.

A hundred decisions and more: of small worlds that enumeration settles, some of them planned as
if a lot were not for sale, so that reasons are wrong, and of busy towns.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.check import in_words, written_and_verified
from tests.plan.test_brute_force import MARGIN, OPTIONS, ROUNDS, T, World, case_of, draw, play
from tests.plan.town import MILLION, wish

from ironpot.case.schema import BY_NAME
from ironpot.core.lang import Text
from ironpot.plan.check_reasons import Checked, _how_sure, check_reasons, reasons_of
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.reasons import Reason

WORLDS = range(18)
CALM = replace(OPTIONS, time_limit_s=20)
TOWNS = range(7)
ALL = 100


def world_of(seed: int) -> tuple[World, Plan, list[Checked]]:
    world = draw(seed)
    plan = plan_resolution(case_of(world), options=CALM)
    if seed % 3 == 0:
        plan = worsened(plan)
    return world, plan, check_reasons(plan, ALL, seconds=60)


def worsened(plan: Plan) -> Plan:
    """The plan as a search would leave it that never looked at the first lot it should release."""
    lot = plan.model.inputs.offers.frame["lot_id"][
        int(plan.model.inputs.releases.row[plan.settled.chosen[0]])
    ]
    row = wish(lot, "forbid") | {"origin": "synthetic"}
    barred = replace(plan.case, wishes=BY_NAME["wishes"].frame([row]))
    worse = plan_resolution(barred, options=CALM)
    return replace(plan, settled=worse.settled, point=worse.point, cost=worse.cost)


def town_of(seed: int) -> tuple[Plan, list[Checked]]:
    options = PlanOptions(time_limit_s=20, gap_stake=1e-3 if seed % 2 else 0.9)
    plan = plan_resolution(busy(seed), options=options)
    return plan, check_reasons(plan, ALL, seconds=60)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[World, Plan, list[Checked]]]:
    return [world_of(seed) for seed in WORLDS]


@pytest.fixture(scope="module")
def towns() -> list[tuple[Plan, list[Checked]]]:
    return [town_of(seed) for seed in TOWNS]


def all_costs(world: World) -> dict[tuple[int, ...], float]:
    """Cost of every choice of starts."""
    choices = product([*range(T - ROUNDS + 1), T], repeat=3)
    return {starts: play(world, starts) for starts in choices}


def cheapest(costs: dict[tuple[int, ...], float], lot: int, *, released: bool) -> float:
    """Cost of the cheapest choice in which a lot is released, or stays."""
    return min(cost for starts, cost in costs.items() if (starts[lot] < T) == released)


def test_a_hundred_decisions_are_sampled(worlds, towns):
    sampled = sum(len(checked) for _, _, checked in worlds)
    assert sampled == 3 * len(WORLDS)
    assert sampled + sum(len(checked) for _, checked in towns) >= ALL


def test_turning_a_decision_round_costs_what_enumeration_says(worlds):
    for world, plan, checked in worlds:
        costs = all_costs(world)
        for one in checked:
            again = cheapest(costs, int(one.lot_id.removeprefix("lot")), released=not one.released)
            assert one.change / MILLION == pytest.approx(again - plan.cost / MILLION, abs=MARGIN)


def test_decisions_of_poor_plans_do_not_hold_and_their_reasons_say_so(worlds):
    refuted = [one for _, _, checked in worlds for one in checked if not one.holds]
    assert len(refuted) >= len(WORLDS[::3])
    for one in refuted:
        assert "does not hold" in one.reason.text.en
        assert "saves" in one.reason.text.en
        assert "不成立" in one.reason.text.zh


def test_what_the_new_solve_found_stands_in_the_text_with_its_sign(worlds, towns):
    for one in [one for *_, checked in [*worlds, *towns] for one in checked]:
        assert one.reason.basis == "resolve"
        size = in_words(abs(one.change))
        found = one.reason.text.en.partition("olved again:")[2]
        if one.change > 100.0:
            assert f"costs {size} more" in found
        elif one.change < -100.0:
            assert f"saves {size}" in found
        else:
            assert "no difference" in found
        if not one.agrees and one.holds:
            assert "Prices alone would have said that it saves" in one.reason.text.en


def test_no_turned_decision_beats_what_is_proven_of_the_plan(worlds, towns):
    for *_, plan, checked in [*worlds, *towns]:
        for one in checked:
            assert one.change >= plan.bound - plan.cost - 1.0


def test_a_decision_turned_round_costs_what_a_separate_plan_with_that_wish_costs(towns):
    plan, checked = towns[1]
    for one in checked[:3]:
        row = wish(one.lot_id, "forbid" if one.released else "force") | {"origin": "synthetic"}
        case = replace(plan.case, wishes=BY_NAME["wishes"].frame([row]))
        again = plan_resolution(case, options=plan.options)
        within = (again.cost - again.bound) + one.sure + 1.0
        assert again.cost - plan.cost == pytest.approx(one.change, abs=within)


def test_checked_reasons_go_into_the_files_and_verify_finds_nothing_wrong(towns, tmp_path):
    plan, checked = towns[0]
    tables = written_and_verified(plan, tmp_path, checked=dict(reasons_of(checked)))
    rows = tables["decisions"].filter(pl.col("reason_basis") == "resolve")
    assert set(rows["lot_id"]) == {one.lot_id for one in checked}
    assert all("olved again" in text for text in rows["reason_text"])


def test_only_so_many_as_asked_are_checked_the_most_valuable_first(towns):
    plan, checked = towns[1]
    few = check_reasons(plan, 2, seconds=30)
    assert [one.lot_id for one in few] == [one.lot_id for one in checked[:2]]


def test_what_a_user_wished_is_not_turned_round():
    case = busy(1, wishes=[wish("shop", "forbid") | {"origin": "synthetic"}])
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=20, gap_stake=1e-3))
    assert "shop" not in [one.lot_id for one in check_reasons(plan, ALL, seconds=30)]


@pytest.mark.parametrize(("sure", "proven"), [(3e6, True), (2.97e13, False), (np.inf, False)])
def test_what_no_account_could_hold_is_said_to_be_unproven(sure, proven):
    kept = Reason("held", Text("Kept.", "保留。"), "price")
    checked = Checked("lot", True, np.nan, 1e6, sure, kept, searched=True)  # noqa: FBT003
    assert ("not proven" not in _how_sure(checked).en) is proven
