"""The law: with no debt, no need and no limit binding, a lot leaves iff the steel beats the pot.

Checked through the planner on random lots with every route that no limit couples; what each start
of each lot is worth comes from the pot test as done on paper.
"""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.check import written_and_verified
from tests.support import account
from tests.valuation.paper import SELLS, weigh
from tests.valuation.random_lots import QUARTERS, Draw, case_of, draw_lots

from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution

ROUNDS = 3
RATE = 0.05
RICH = 1e12
EXACT = PlanOptions(time_limit_s=10, gap_stake=0.0)


def worlds(seed: int, count: int) -> tuple[Draw, ...]:
    """Random lots without the pool, whose minimum couples them."""
    drawn = draw_lots(np.random.default_rng(seed), count)
    return tuple(
        replace(draw, ways=tuple(way for way in draw.ways if way.route != "pool")) for draw in drawn
    )


def best_gain(draw: Draw) -> float:
    """The most that any route from any quarter brings beyond what it gives up, in expectation."""
    gains = [
        sides.sale_probability * (sides.net - sides.given_up)
        for way in draw.ways
        for start in range(QUARTERS - (ROUNDS - 1 if way.route in SELLS else 0))
        for sides in [weigh(draw.lot, way, draw.market, start, "base", RATE)]
        if sides.gross_price > 0.0
    ]
    return max(gains, default=-np.inf)


def planned(draws: tuple[Draw, ...]) -> Plan:
    case = case_of(draws, RATE)
    rich = account("gov", "general", RICH, source_id=None)
    accounts = case.accounts.with_columns(pl.lit(rich["opening_cash"]).alias("opening_cash"))
    return plan_resolution(replace(case, accounts=accounts), options=EXACT)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_lot_leaves_if_and_only_if_the_steel_beats_the_pot(seed, tmp_path_factory):
    draws = worlds(seed, 5)
    plan = planned(draws)
    tables = written_and_verified(plan, tmp_path_factory.mktemp("plan"))
    left = set(tables["decisions"].filter(pl.col("route") != "hold")["lot_id"])
    gains = {draw.lot_id: best_gain(draw) for draw in draws}
    clear = {name: gain for name, gain in gains.items() if abs(gain) > 1000.0}
    assert left & set(clear) == {name for name, gain in clear.items() if gain > 0.0}


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_plan_is_worth_the_sum_of_what_each_lot_gains_at_its_best_start(seed):
    draws = worlds(seed, 5)
    plan = planned(draws)
    gained = sum(max(best_gain(draw), 0.0) for draw in draws)
    assert plan.status == "optimal"
    assert plan.constant - plan.cost == pytest.approx(gained, rel=1e-5, abs=100.0)
    assert plan.do_nothing == pytest.approx(plan.constant, rel=1e-9, abs=1.0)
