"""Places that share no county can be mixed one by one: the same cost as all at once."""

import numpy as np
import polars as pl
import pytest

from ironpot.core.errors import SolverError
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.learned import plan_nash
from ironpot.system.mix import Answers, groups, least_worst, mix
from ironpot.system.obliged import shared_markets_of
from ironpot.system.populate import populate


@pytest.fixture(scope="module")
def given():
    units = pl.DataFrame(
        {
            "unit_id": [f"county{i}" for i in range(20)],
            "parent_id": [f"place{i // 5}" for i in range(20)],
            "level": ["county"] * 20,
            "debt_balance": np.random.default_rng(5).uniform(1e9, 9e9, 20),
        }
    )
    made = populate(units, np.random.default_rng(5))
    markets = shared_markets_of(made, np.random.default_rng(6))
    plan, crowd = coordinate_plans(markets), plan_nash(markets, rounds=200)
    sold = [np.zeros_like(plan.sold), crowd.sold, plan.sold]
    costs = np.array([markets.costs(answer) for answer in sold])
    return Answers(markets, sold, costs, costs), crowd.costs


def test_every_county_and_market_is_in_one_group_and_none_in_two(given, monkeypatch):
    answers, _ = given
    monkeypatch.setattr("ironpot.system.mix._TOGETHER", 5)
    found = groups(answers.markets)
    assert len(found) == 4
    for side, count in ((0, 20), (1, len(answers.markets.price))):
        named = np.concatenate([group[side] for group in found])
        assert sorted(named.tolist()) == list(range(count))
    first = answers.markets.first_lot
    for counties, rows in found:
        for county in counties.tolist():
            assert set(answers.markets.market[first[county] : first[county + 1]]) <= set(rows)


def test_mixing_place_by_place_costs_what_mixing_all_at_once_costs(given, monkeypatch):
    answers, limits = given
    whole = mix(answers, limits)
    worst = least_worst(answers, np.maximum(answers.markets.due[:, -1], 1.0))
    monkeypatch.setattr("ironpot.system.mix._TOGETHER", 6)
    parts = mix(answers, limits)
    cost = [float((part.share * answers.costs).sum()) for part in (whole, parts)]
    assert cost[0] == pytest.approx(cost[1], rel=1e-7)
    need = np.maximum(answers.markets.due[:, -1], 1.0)
    assert least_worst(answers, need) == pytest.approx(worst, rel=1e-7)


def test_a_mix_keeps_rooms_and_limits_and_shares_are_whole(given):
    answers, limits = given
    found = mix(answers, limits)
    np.testing.assert_allclose(found.share.sum(axis=0), 1.0)
    markets = answers.markets
    owner = np.repeat(np.arange(len(markets.counties)), np.diff(markets.first_lot))
    sold = sum(
        part[owner, None] * answer for part, answer in zip(found.share, answers.sold, strict=True)
    )
    room = markets.room.reshape(len(markets.room), -1)
    assert (markets.load(sold) <= room * (1.0 + 1e-6) + 1.0).all()
    own = (found.share * answers.own).sum(axis=0)
    assert (own <= limits + 1e-6 * np.abs(limits).max()).all()


def test_limits_that_nothing_keeps_are_refused(given):
    answers, limits = given
    with pytest.raises(SolverError):
        mix(answers, limits - np.abs(limits).max() * 2.0)
