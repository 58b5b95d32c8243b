"""The crowd settles: regret is proven by an oracle, small, and nil where nothing can be gained."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.system.test_coordination import drawn

from ironpot.system.coordinate import coordinate_plans
from ironpot.system.learned import plan_nash, plan_tolled
from ironpot.system.shared_markets import SharedMarkets


@pytest.mark.parametrize("depth", [0.3, 0.6, 1.0, 3.0])
def test_the_crowd_settles_within_a_thousandth_of_the_stake_at_every_depth(depth):
    crowd = drawn(60, 8, 6, 5, depth)
    stake = coordinate_plans(crowd).stake
    assert plan_nash(crowd).regret.sum() <= 2e-3 * stake


def best_by_highs(markets, county, share, mean):
    """Return the least cost of one county that sells at most `share` of its lots a quarter."""
    a, b = markets.first_lot[county : county + 2]
    at, quarters = markets.market[a:b], markets.need.shape[1]
    price, caps = mean[at], share[at] * markets.lots[a:b, None]
    cash = [np.where(np.arange(quarters) <= t, -price, 0.0).ravel() for t in range(quarters)]
    own = np.kron(np.eye(b - a), np.ones(quarters))
    rows = np.vstack(
        [
            np.hstack([np.array(cash), -np.eye(quarters)]),
            np.hstack([own, np.zeros((b - a, quarters))]),
        ]
    )
    solved = linprog(
        np.concatenate([(markets.keep[a:b, None] - price).ravel(), markets.late[county]]),
        A_ub=rows,
        b_ub=np.concatenate([-markets.due[county], markets.lots[a:b]]),
        bounds=[(0, cap) for cap in caps.ravel()] + [(0, None)] * quarters,
        method="highs",
    )
    return solved.fun


def test_the_regret_is_what_an_oracle_says_each_county_could_still_save():
    crowd = drawn(12, 4, 4, 7, 6.0)
    learned = plan_nash(crowd, rounds=30)
    sold = crowd.load(learned.sold).reshape(crowd.price.shape)
    mean = (sold * crowd.price).sum(axis=2) / sold.sum(axis=2)
    full = sold.sum(axis=2) >= crowd.room.sum(axis=2) * (1 - 1e-9)
    assert not full.any(), "the drawn market must not be rationed: offers are read off sales"
    best = [best_by_highs(crowd, i, np.ones_like(mean), mean) for i in range(12)]
    assert learned.regret.sum() > 0.0
    np.testing.assert_allclose(
        learned.regret, np.maximum(learned.costs - best, 0.0), atol=1e-7 * crowd.lots.sum()
    )


def test_nobody_counts_on_a_market_without_room():
    """A closed market once looked like one where everything sells at the best price."""
    crowd = drawn(10, 3, 4, 2, 1.0)
    room = crowd.room.copy()
    room[:, :2] = 0.0
    closed = replace(crowd, room=room)
    learned = plan_nash(closed)
    assert learned.sold.reshape(len(crowd.lots), 4, 3)[:, :2].sum() == 0.0
    assert learned.regret.sum() <= 2e-3 * coordinate_plans(closed).stake


def test_tolls_move_a_crowd_towards_the_joint_plan():
    crowd = drawn(60, 8, 6, 5, 0.6)
    plan = coordinate_plans(crowd)
    free, tolled = plan_nash(crowd), plan_tolled(crowd, rounds=600).regime
    assert plan.bound - 1e-9 <= tolled.cost < free.cost


def test_a_seller_alone_in_an_even_market_has_no_regret():
    alone = SharedMarkets(
        ("a",),
        np.array([[[0.8]]]),
        np.array([[[50.0]]]),
        np.array([0, 1]),
        np.array([0]),
        np.array([100.0]),
        np.array([1.0]),
        np.array([[60.0]]),
        np.array([[0.5]]),
    )
    learned = plan_nash(alone)
    assert learned.regret.tolist() == [0.0]
    assert learned.cost == pytest.approx(20.0)
