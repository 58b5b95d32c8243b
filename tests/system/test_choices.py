"""Wishes for the joint plan keep what they promise, and their price is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from tests.system.networks import LAWS
from tests.system.test_coordination import drawn, problems

from ironpot.core.errors import IronpotError
from ironpot.system.choices import choice_table, choose, worse_off
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.fair import TOLERANCE, no_county_worse
from ironpot.system.learned import plan_nash
from ironpot.system.regimes import Regime
from ironpot.system.wish import Wishes, count_bank_losses


def room_of(markets):
    return markets.room.reshape(len(markets.room), -1)


@settings(LAWS, max_examples=8)  # each starts a solver's process
@given(problems)
def test_no_county_pays_more_than_in_the_crowd_and_every_row_fits(problem):
    plan = coordinate_plans(problem, options=CoordinationOptions(sweeps=12))
    crowd = plan_nash(problem, rounds=100)
    fair = no_county_worse(problem, plan, crowd, rounds=1).plan
    allowed = TOLERANCE * np.maximum(problem.doing_nothing(), np.abs(crowd.costs))
    assert (fair.costs <= crowd.costs + allowed + 1e-9).all()
    assert (problem.load(fair.sold) <= room_of(problem) * (1 + 1e-9) + 1e-9).all()
    assert (fair.sold.sum(axis=1) <= problem.lots * (1 + 1e-7) + 1e-9).all()
    np.testing.assert_allclose(fair.costs, problem.costs(fair.sold))
    assert min(fair.gap_of_stake, fair.gap_of_cost) >= 0.0


@pytest.fixture(scope="module")
def crowds():
    found = {}
    for depth in (0.3, 1.0):
        crowd = drawn(60, 8, 6, 3, depth)
        found[depth] = crowd, coordinate_plans(crowd), plan_nash(crowd)
    return found


@pytest.mark.parametrize("depth", [0.3, 1.0])
def test_a_fair_plan_costs_between_the_joint_plan_and_the_crowd(crowds, depth):
    problem, plan, crowd = crowds[depth]
    fair = no_county_worse(problem, plan, crowd)
    assert fair.plan.bound >= plan.bound
    assert plan.bound <= fair.plan.bound <= fair.plan.cost <= crowd.cost
    assert fair.plan.gap_of_stake <= 0.01
    assert (worse_off(problem, plan.costs, crowd) > 0.0).sum() > 5
    assert not worse_off(problem, fair.plan.costs, crowd).any()


def test_limits_that_do_not_bind_leave_the_joint_plan_within_its_gap(crowds):
    problem, plan, _ = crowds[1.0]
    nothing = Regime("nash", np.zeros_like(plan.sold), problem.doing_nothing() + 1.0)
    free = no_county_worse(problem, plan, nothing)
    assert free.plan.bound <= free.plan.cost <= plan.cost * (1 + 1e-9)
    assert free.plan.cost >= plan.bound


def test_a_heavier_weight_on_arrears_leaves_less_of_them_and_costs_more(crowds):
    problem, plan, crowd = crowds[1.0]
    found = choose(problem, plan, crowd, Wishes(bank_weight=0.5))
    table = choice_table(problem, plan, crowd, found)
    plain, banks = table.iter_rows(named=True)
    assert banks["arrears_end"] < plain["arrears_end"]
    assert banks["cost"] >= plan.bound
    assert banks["price"] == pytest.approx(banks["cost"] - plan.cost)


def test_weight_nil_and_no_wish_change_nothing(crowds):
    problem, plan, crowd = crowds[1.0]
    assert count_bank_losses(problem, 0.0).late.tobytes() == problem.late.tobytes()
    assert choose(problem, plan, crowd, Wishes()) == ()
    assert choice_table(problem, plan, crowd, ())["price"].to_list() == [0.0]


def test_both_wishes_together_still_leave_no_county_worse_at_its_own_prices():
    problem = drawn(20, 4, 4, 3, 0.6)
    plan, crowd = coordinate_plans(problem), plan_nash(problem)
    found = choose(problem, plan, crowd, Wishes(fair=True, bank_weight=0.2))
    assert [choice.regime.name for choice in found] == ["banks", "fair", "fair_banks"]
    assert not worse_off(problem, found[-1].regime.costs, crowd).any()


def test_one_price_with_a_toll_overshoots_no_row_and_beats_the_free_crowd(crowds):
    problem, plan, crowd = crowds[0.3]
    (uniform,) = choose(problem, plan, crowd, Wishes(uniform=True), nash_rounds=600)
    assert (problem.load(uniform.regime.sold) <= room_of(problem) * (1 + 1e-9) + 1e-12).all()
    assert plan.bound <= uniform.regime.cost < crowd.cost
    assert uniform.plan is None
    tolled = choice_table(problem, plan, crowd, (uniform,)).row(1, named=True)
    assert (tolled["bound"], tolled["gap"]) == (None, None)  # unknown, not nil
    assert uniform.tolls_paid.sum() > 0.0


@pytest.mark.parametrize(
    "asked", [{"bank_weight": -0.1}, {"uniform": True, "fair": True}, {"bank_weight": float("nan")}]
)
def test_wishes_that_contradict_are_refused(asked):
    with pytest.raises(IronpotError):
        Wishes(**asked)
