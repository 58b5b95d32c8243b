"""Whole lots with nobody worse off: kept to the yuan where it is announced, else said why not."""

from functools import partial
from itertools import product

import numpy as np
import pytest
from tests.system.test_coordination import drawn

from ironpot.system import wish
from ironpot.system.choices import choice_table, choose, stopped_early, unkept, worse_off
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.learned import plan_nash
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_fair import Patience, heaps_within_limits
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions
from ironpot.system.wish import Wishes

QUICK = WholeOptions(rounds=1, trials=300, blocks=0)


@pytest.fixture(autouse=True)
def less_patience(monkeypatch):
    """Seconds instead of a minute: what is found is checked, not how good it is."""
    short = partial(heaps_within_limits, patience=Patience(rounds=30, trials=300, more=1))
    monkeypatch.setattr(wish, "heaps_within_limits", short)
    monkeypatch.setattr(wish, "_SHORT", QUICK)


@pytest.fixture(scope="module")
def small():
    problem = drawn(8, 3, 4, 5, 0.5)
    return problem, coordinate_plans(problem), plan_nash(problem, rounds=400)


def test_a_plan_that_is_announced_keeps_the_promise_sells_whole_lots_and_fits(small):
    problem, plan, crowd = small
    found = choose(problem, plan, crowd, Wishes(fair=True, whole_lots=14))
    assert [choice.regime.name for choice in found] == ["fair", "whole", "fair_whole"]
    fair, whole, both = found
    assert worse_off(problem, whole.regime.costs, crowd).any(), "the promise must change something"
    assert not worse_off(problem, both.regime.costs, crowd).any()
    room = problem.room.reshape(len(problem.room), -1)
    assert (problem.load(both.regime.sold) <= room * (1 + 1e-9) + 1e-9).all()
    unit = problem.lots / np.arange(15).sum()
    by_quarter = both.regime.sold.reshape(len(problem.lots), 4, 3).sum(axis=2) / unit[:, None]
    np.testing.assert_allclose(by_quarter, by_quarter.round(), atol=1e-6)
    assert both.plan.bound == max(whole.plan.bound, fair.plan.bound)
    assert both.plan.bound <= both.regime.cost
    assert unkept(Wishes(fair=True, whole_lots=14), crowd, found) is None
    rows = choice_table(problem, plan, crowd, found)
    assert rows["worse_off"].to_list()[-1] == 0
    assert rows["cost"].to_list()[-1] == pytest.approx(both.regime.cost)


def test_where_whole_lots_must_cost_more_than_the_crowd_that_is_said_for_certain(small):
    """A heap of one lot that no quarter takes: whole, nothing is sold; the crowd sells parts."""
    problem, plan, crowd = small
    asked = Wishes(fair=True, whole_lots=1)
    found = choose(problem, plan, crowd, asked)
    assert [choice.regime.name for choice in found] == ["fair", "whole"]
    assert found[1].plan.bound > crowd.cost
    said = unkept(asked, crowd, found)
    assert "It is certain" in said.en
    assert "可以肯定" in said.zh
    assert stopped_early(asked, found) is None
    assert "fair_whole" in stopped_early(asked, found[:1]).en


def one_market(limits_room=60.0):
    """Two counties of two lots each, 10 and 20, in one market of two quarters."""
    return SharedMarkets(
        ("a", "b"),
        np.array([[[0.9, 0.5], [0.8, 0.4]]]),
        np.full((1, 2, 2), limits_room / 4.0),
        np.array([0, 1, 2]),
        np.array([0, 0]),
        np.array([30.0, 30.0]),
        np.array([0.85, 0.9]),
        np.array([[9.0, 9.0], [9.0, 9.0]]),
        np.array([[0.1, 0.6], [0.1, 0.6]]),
    )


def every_plan(markets):
    """Return the costs of every way to sell lots of 10 and 20 in a quarter or keep them."""
    price, room = markets.price[0], markets.room[0]
    found = []
    for fate in product((None, 0, 1), repeat=4):
        for first in product((0, 1), repeat=4):  # who is served first in each quarter
            sold, left = np.zeros((2, 2, 2)), room.copy()
            fits = True
            for lot in sorted(range(4), key=lambda k: first[k]):
                if fate[lot] is None:
                    continue
                rest, quarter = (10.0, 20.0)[lot % 2], fate[lot]
                for b in range(2):
                    taken = min(rest, left[quarter, b])
                    sold[lot // 2, quarter, b] += taken
                    left[quarter, b] -= taken
                    rest -= taken
                fits = fits and rest <= 1e-9
            if fits:
                found.append(markets.costs(sold.reshape(2, 4)))
    assert price.shape == (2, 2)
    return np.array(found)


def test_of_all_whole_plans_of_two_counties_the_cheapest_within_limits_is_found():
    """Limits between those of two plans: brute force knows what is within them."""
    problem = one_market()
    start = coordinate_plans(problem)
    whole = coordinate_whole_heaps(problem, 2, options=QUICK, start=start)
    every = every_plan(problem)
    ends = every[every[:, 0].argmin()], every[every[:, 1].argmin()]
    for share in (0.0, 0.25, 0.5, 0.75):
        limits = share * ends[0] + (1.0 - share) * ends[1] + 0.5
        inside = every[(every <= limits).all(axis=1)].sum(axis=1)
        found = heaps_within_limits(
            problem, 2, limits, whole, start, patience=Patience(rounds=12, trials=200)
        ).plan
        assert (found is None) == (inside.size == 0)
        if found is not None:
            assert (found.costs <= limits * (1 + 1e-6) + 1e-6).all()
            assert found.cost == pytest.approx(inside.min())


def test_limits_that_nobody_can_keep_are_not_said_to_be_kept():
    problem = one_market()
    start = coordinate_plans(problem)
    whole = coordinate_whole_heaps(problem, 2, options=QUICK, start=start)
    least = every_plan(problem).min(axis=0)
    patience = Patience(rounds=5, trials=100)
    given = problem, 2, least - 0.1, whole, start
    assert heaps_within_limits(*given, patience=patience).plan is None
    assert heaps_within_limits(
        *(problem, 2, whole.costs, whole, start), patience=patience
    ).plan.cost <= whole.cost * (1 + 1e-9)
