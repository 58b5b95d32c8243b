"""The team that prepares sales as rows of the joint problem: kept in every quarter, and cheap."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.system.test_case_limits_cost import (
    ALLOWED,
    CAPACITY,
    LOTS,
    QUARTERS,
    county,
    with_rows,
)

from ironpot.case.read import read_case
from ironpot.system.case_limits import shares_within_floors
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.crowd import compare_regimes
from ironpot.system.from_cases import cases_together
from ironpot.system.rights import with_even_work
from ironpot.system.ties import Team

CLOSE = CoordinationOptions(gap=1e-4)


def tied(markets, demands, capacity=CAPACITY):
    """Return the county with the team as rows, cut to its floors."""
    span = np.maximum(demands.lead, 1)
    share, opens = shares_within_floors(demands, ALLOWED), np.minimum(demands.lead, QUARTERS)
    return with_even_work(
        replace(
            markets,
            lots=markets.lots * share,
            opens=opens,
            team=Team(demands.effort / span / markets.lots, span, opens, capacity[None, :].copy()),
        )
    )


def by_rows(markets, demands):
    """Return the least cost of the same county by HiGHS, busy quarters written out lot by lot.

    Columns: share of each lot listed (lot, quarter), arrears.
    """
    price, quarter = markets.price[markets.market, 0, 0], np.arange(QUARTERS)
    cost = np.concatenate(
        [np.repeat(markets.lots * (markets.keep - price), QUARTERS), markets.late[0]]
    )
    rows, most = [], []

    def row(listed, behind, limit):
        rows.append(np.concatenate([listed.ravel(), behind]))
        most.append(limit)

    nobody = np.zeros(QUARTERS)
    for lot, share in enumerate(shares_within_floors(demands, ALLOWED).tolist()):
        row((np.arange(LOTS) == lot)[:, None] * np.ones(QUARTERS), nobody, share)
    for t in range(QUARTERS):
        busy = np.zeros((LOTS, QUARTERS))
        for lot, lead in enumerate(demands.lead.tolist()):
            for start in range(lead, QUARTERS):
                if t in (range(start - lead, start) if lead else [start]):
                    busy[lot, start] = demands.effort[lot] / max(lead, 1)
        row(busy, nobody, CAPACITY[t])
        cash = (markets.lots * price)[:, None] * (quarter <= t)
        row(-cash, -1.0 * (quarter == t), -markets.due[0, t])
        for market in range(2):
            used = (markets.lots * (markets.market == market))[:, None] * (quarter == t)
            row(used, nobody, markets.room[market, t, 0])
    early = quarter < demands.lead[:, None]
    upper = np.concatenate([np.where(early, 0.0, np.inf).ravel(), np.full(QUARTERS, np.inf)])
    found = linprog(cost, np.array(rows), most, bounds=np.c_[np.zeros(cost.size), upper])
    assert found.status == 0
    return found.fun


@pytest.mark.parametrize("seed", range(6))
def test_team_rows_lie_in_the_bracket_and_cost_little_more_than_floors_as_rows(seed):
    markets, demands = county(seed)
    problem = tied(markets, demands)
    plan = coordinate_plans(problem, options=CLOSE)
    nothing, best = plan.do_nothing, by_rows(markets, demands)
    assert plan.bound - 1e-7 * nothing <= best <= plan.cost + 1e-7 * nothing
    assert plan.reached
    assert (problem.worked(plan.sold) <= problem.team.capacity + 1e-9).all()
    floors_and_team = with_rows(markets, demands, ALLOWED, CAPACITY)
    assert floors_and_team - 1e-6 <= plan.cost <= floors_and_team + 0.1 * nothing


@pytest.mark.parametrize("seed", range(3))
def test_a_team_with_time_enough_costs_nothing(seed):
    markets, demands = county(seed)
    enough = tied(markets, demands, capacity=np.full(QUARTERS, 1e6))
    free = coordinate_plans(replace(enough, team=None), options=CLOSE)
    plan = coordinate_plans(enough, options=CLOSE)
    assert free.bound - 1e-6 <= plan.cost
    assert plan.bound <= free.cost + 1e-6


@pytest.fixture(scope="module")
def pair():
    case = read_case("examples/bishan-scale").case
    return case, replace(case, settings=replace(case.settings, case_id="twin"))


def test_no_regime_of_cases_takes_more_of_a_team_than_there_is(pair):
    markets = cases_together(pair).markets
    crowd = compare_regimes(markets, nash_rounds=100)
    most = markets.team.capacity
    for regime in crowd.regimes:
        used = markets.worked(regime.sold)
        assert (used <= most * (1.0 + 1e-6)).all(), regime.name
        assert crowd.plan.cost <= regime.cost
    assert markets.worked(crowd.plan.sold).max() > 0.9 * most.max()
    assert crowd.plan.bound <= crowd.plan.cost
