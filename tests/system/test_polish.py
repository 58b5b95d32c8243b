"""No plan that a run shows costs less than its joint plan: that one would be the joint plan."""

import numpy as np
import pytest

from ironpot.system.allotments import allotment_table, ways_table
from ironpot.system.choices import Wishes
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.crowd import compare_regimes, with_cheapest
from ironpot.system.frontier import burdens, trace_frontier
from ironpot.system.polish import cheapest_known
from ironpot.system.shared_markets import SharedMarkets

# A search that stops early leaves much for others to find.
EARLY = CoordinationOptions(gap=0.5, every=1)


def drawn(seed, counties=12):
    """Counties with two markets, two quarters, two tranches; needs from light to heavy."""
    chance = np.random.default_rng(seed)
    return SharedMarkets(
        tuple(f"c{i}" for i in range(counties)),
        np.broadcast_to(np.array([0.8, 0.5]), (2, 2, 2)).copy(),
        np.full((2, 2, 2), chance.uniform(4.0, 30.0) * counties),
        np.arange(counties + 1) * 2,
        np.tile([0, 1], counties),
        chance.uniform(20.0, 90.0, 2 * counties),
        chance.uniform(0.7, 1.0, 2 * counties),
        chance.uniform(5.0, 60.0, (counties, 2)),
        np.broadcast_to(np.array([0.1, 0.8]), (counties, 2)).copy(),
    )


@pytest.fixture(scope="module", params=[1, 2, 3])
def run(request):
    markets = drawn(request.param)
    wishes = Wishes(bank_weight=0.3)
    crowd = compare_regimes(markets, options=EARLY, wishes=wishes, nash_rounds=100)
    line = trace_frontier(markets, crowd.plan, crowd.regimes, points=3)
    return crowd, line, with_cheapest(crowd, (line.sold,), options=EARLY)


def test_no_regime_wish_way_or_point_of_the_line_is_cheaper_than_the_joint_plan(run):
    _, line, ended = run
    plan, hair = ended.plan, 1e-9 * abs(ended.plan.do_nothing)
    shown = [regime.cost for regime in ended.regimes]
    shown += ways_table(ended.markets, plan)["cost"].to_list() + line.points["cost"].to_list()
    assert plan.cost <= min(shown) + hair
    early = coordinate_plans(ended.markets, options=EARLY)
    assert plan.cost < early.cost - 1e-3 * early.stake


def test_the_plan_taken_is_one_plan_in_every_figure(run):
    """Sales, costs, bound, gap and the file of allotments speak of the same plan, which fits."""
    _, line, ended = run
    plan, markets = ended.plan, ended.markets
    together = ended.regime("coordinated")
    np.testing.assert_array_equal(together.sold, plan.sold)
    np.testing.assert_allclose(markets.costs(plan.sold), plan.costs)
    assert plan.cost == pytest.approx(plan.costs.sum())
    room = markets.room.reshape(len(markets.room), -1)
    assert (markets.load(plan.sold) <= room * (1.0 + 1e-9)).all()
    assert (plan.sold.sum(axis=1) <= markets.lots * (1.0 + 1e-9)).all()
    assert plan.bound <= plan.cost
    rows = allotment_table(markets, plan, names=("a", "b"), quarters=("q1", "q2"))
    told = rows.unique("entity_id")
    assert told["planned_cost"].sum() == pytest.approx(plan.cost)
    assert set(told["gap"]) == {plan.gap_of_stake}
    assert burdens(markets, plan.costs).max() >= line.points["worst"][0] - 1e-6


def test_a_point_of_the_line_is_the_plan_that_it_tells(run):
    crowd, line, _ = run
    assert crowd.markets.costs(line.sold).sum() == pytest.approx(line.points["cost"].min())


def test_a_plan_that_nothing_beats_stays_and_reaching_is_judged_anew():
    markets = drawn(4, counties=6)
    best = cheapest_known(markets, coordinate_plans(markets), ())
    assert cheapest_known(markets, best, (np.zeros_like(best.sold),)) is best
    idle = coordinate_plans(markets, options=CoordinationOptions(sweeps=0))
    assert not idle.reached
    close = CoordinationOptions(gap=1e6)
    assert cheapest_known(markets, idle, (best.sold,), options=close).reached
