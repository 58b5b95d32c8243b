"""Sparing the worst county costs all something, and never more than the crowd wastes."""

from dataclasses import replace

import numpy as np
import pytest

from ironpot.system.coordinate import coordinate_plans
from ironpot.system.frontier import MOST_COUNTIES, burdens, trace_frontier
from ironpot.system.learned import plan_nash
from ironpot.system.shared_markets import SharedMarkets


def drawn(counties, seed=3):
    """Counties with two markets, two quarters, two tranches; needs from light to heavy."""
    chance = np.random.default_rng(seed)
    lots = chance.uniform(20.0, 90.0, 2 * counties)
    price = np.broadcast_to(np.array([0.8, 0.5]), (2, 2, 2)).copy()
    return SharedMarkets(
        tuple(f"c{i}" for i in range(counties)),
        price,
        np.full((2, 2, 2), 10.0 * counties),
        np.arange(counties + 1) * 2,
        np.tile([0, 1], counties),
        lots,
        chance.uniform(0.7, 1.0, 2 * counties),
        chance.uniform(5.0, 60.0, (counties, 2)),
        np.broadcast_to(np.array([0.1, 0.8]), (counties, 2)).copy(),
    )


@pytest.fixture(scope="module")
def traced():
    markets = drawn(30)
    plan, crowd = coordinate_plans(markets), plan_nash(markets, rounds=300)
    return markets, plan, trace_frontier(markets, plan, (crowd,), points=4).points


def test_the_frontier_falls_and_every_plan_keeps_its_bound(traced):
    _, plan, line = traced
    assert line["worst"].is_sorted()
    assert line["cost"].is_sorted(descending=True)
    assert (line["worst"] <= line["bound_on_worst"] * (1.0 + 1e-5)).all()
    assert line["cost"][-1] <= plan.cost + 1e-9
    assert line["cost"][0] > line["cost"][-1] + 1e-6


def test_no_point_is_below_its_certified_bound_and_none_far_above(traced):
    _, plan, line = traced
    assert (line["cost"] >= line["bound"] - 1e-9 * abs(plan.cost)).all()
    assert ((line["cost"] - line["bound"]) <= 0.05 * plan.stake).all()


def test_nobody_is_spared_more_than_a_whole_ladder_of_its_own_allows(traced):
    markets, _, line = traced
    roomy = SharedMarkets(
        *(markets.counties, markets.price, markets.room * 100.0, markets.first_lot),
        *(markets.market, markets.lots, markets.keep, markets.need, markets.late),
    )
    alone = burdens(markets, coordinate_plans(roomy).costs).max()
    assert line["worst"][0] >= alone - 0.02


def test_a_large_nation_is_not_traced_and_says_nothing():
    markets = drawn(MOST_COUNTIES + 1)
    assert trace_frontier(markets, coordinate_plans(markets), ()).points.is_empty()


def test_where_nobody_has_anything_to_find_there_is_no_burden_and_no_line():
    given = drawn(6)
    markets = replace(given, need=np.zeros_like(given.need))
    assert trace_frontier(markets, coordinate_plans(markets), ()).points.is_empty()
