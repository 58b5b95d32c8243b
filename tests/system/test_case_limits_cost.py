"""A county cut to its floors costs no less than the same county with these as rows."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from ironpot.system.case_limits import Demands, lots_within_floors, shares_within_floors
from ironpot.system.case_lots import price_of_arrears
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.shared_markets import SharedMarkets

LOTS, QUARTERS = 8, 4
ALLOWED, CAPACITY = np.array([6.0]), np.full(QUARTERS, 6.0)
LOOSE = np.array([1e6]), np.full(QUARTERS, 1e6)


def county(seed):
    """One county with two markets, and what its lots take."""
    chance = np.random.default_rng(seed)
    lots, keep = chance.uniform(5.0, 20.0, LOTS), chance.uniform(0.3, 1.2, LOTS)
    late = price_of_arrears(QUARTERS)
    markets = SharedMarkets(
        ("a",),
        np.broadcast_to(np.array([[[0.8]], [[0.7]]]), (2, QUARTERS, 1)).copy(),
        np.full((2, QUARTERS, 1), 25.0),
        np.array([0, LOTS]),
        np.tile([0, 1], LOTS // 2),
        lots,
        keep,
        np.full((1, QUARTERS), 12.0),
        late[None, :],
        np.zeros(LOTS, dtype=np.int64),
    )
    price = markets.price[markets.market, 0, 0]
    demands = Demands(
        chance.uniform(0.5, 4.0, LOTS),
        np.tile([0, 0, -1, 0], LOTS // 4),
        chance.uniform(1.0, 9.0, LOTS),
        chance.integers(0, 3, LOTS),
        lots * (price * (1.0 + late.sum()) - keep),
    )
    return markets, demands


def cut(markets, demands, allowed, *, whole=False):
    """Return the county as the joint problem of cases has it, its team without limit."""
    let_go = lots_within_floors if whole else shares_within_floors
    opens = np.minimum(demands.lead, QUARTERS)
    return replace(markets, lots=markets.lots * let_go(demands, allowed), opens=opens)


def with_rows(markets, demands, allowed, capacity):
    """Return the least cost by HiGHS, floors and team as rows: prepared in time, then sold.

    Columns: share prepared for each start (lot, quarter), share sold (lot, quarter), arrears.
    """
    size = LOTS * QUARTERS
    price = markets.price[markets.market, 0, 0]
    cost = np.zeros(2 * size + QUARTERS)
    cost[size : 2 * size] = np.repeat(markets.lots * (markets.keep - price), QUARTERS)
    cost[2 * size :] = markets.late[0]
    rows, most = [], []

    def row(prepared, sold, behind, limit):
        rows.append(np.concatenate([prepared.ravel(), sold.ravel(), behind]))
        most.append(limit)

    none, quarter = np.zeros((LOTS, QUARTERS)), np.arange(QUARTERS)
    for lot in range(LOTS):
        mine = np.arange(LOTS)[:, None] == lot
        row(mine * np.ones(QUARTERS), none, np.zeros(QUARTERS), 1.0)
        for t in range(QUARTERS):
            until = mine * (quarter <= t)
            row(-1.0 * until, 1.0 * until, np.zeros(QUARTERS), 0.0)
    for t in range(QUARTERS):
        busy = none.copy()
        for lot, lead in enumerate(demands.lead.tolist()):
            starts = range(t + 1, min(t + lead, QUARTERS - 1) + 1) if lead else [t]
            busy[lot, list(starts)] = demands.effort[lot] / max(lead, 1)
        row(busy, none, np.zeros(QUARTERS), capacity[t])
        cash = (markets.lots * price)[:, None] * (quarter <= t)
        row(none, -cash, -1.0 * (quarter == t), -markets.due[0, t])
        for market in range(2):
            used = (markets.lots * (markets.market == market))[:, None] * (quarter == t)
            row(none, used, np.zeros(QUARTERS), markets.room[market, t, 0])
    given = (demands.service * (demands.kind == 0))[:, None] * np.ones(QUARTERS)
    row(none, given, np.zeros(QUARTERS), allowed[0])
    upper = np.full(cost.size, np.inf)
    # Nothing starts before its lead has passed.
    upper[:size] = np.where(quarter < demands.lead[:, None], 0.0, np.inf).ravel()
    found = linprog(cost, A_ub=np.array(rows), b_ub=most, bounds=np.c_[np.zeros(cost.size), upper])
    assert found.status == 0
    return found.fun


@pytest.mark.parametrize("seed", range(5))
def test_a_county_cut_to_its_floors_costs_no_less_than_with_them_as_rows(seed):
    markets, demands = county(seed)
    close = CoordinationOptions(gap=1e-4)
    plan = coordinate_plans(cut(markets, demands, ALLOWED), options=close)
    rows, free = with_rows(markets, demands, ALLOWED, LOOSE[1]), with_rows(markets, demands, *LOOSE)
    hair = 1e-6 * plan.do_nothing
    assert free - hair <= rows <= plan.cost + hair
    assert rows > free + hair
    assert plan.cost <= plan.do_nothing + hair
    whole = coordinate_plans(cut(markets, demands, ALLOWED, whole=True), options=close)
    assert plan.bound - hair <= whole.cost


@pytest.mark.parametrize("seed", range(3))
def test_limits_that_do_not_bind_cost_nothing(seed):
    markets, demands = county(seed)
    plan = coordinate_plans(cut(markets, demands, LOOSE[0]), options=CoordinationOptions(gap=1e-4))
    assert plan.bound - 1e-6 <= with_rows(markets, demands, *LOOSE) <= plan.cost + 1e-6
