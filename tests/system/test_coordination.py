"""Coordination is certified: a bracket around the central program, room kept, regimes dearer."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.system.networks import LAWS

from ironpot.core.errors import IronpotError
from ironpot.system.coordinate import CoordinationOptions, batches, coordinate_plans
from ironpot.system.learned import plan_nash
from ironpot.system.polish import cheapest_known
from ironpot.system.regimes import plan_alone, plan_rolling, pooled
from ironpot.system.shared_markets import SharedMarkets


def drawn(counties, markets, quarters, seed, depth):
    """Counties with lots in three of the markets; `depth` is all rooms over all lots."""
    chance, held = np.random.default_rng(seed), min(3, markets)
    market = np.concatenate([chance.choice(markets, held, replace=False) for _ in range(counties)])
    lots = chance.lognormal(0, 1, counties * held)
    steps = np.sort(chance.uniform(0.4, 0.9, (markets, 1, 3)), axis=2)[:, :, ::-1]
    total = np.bincount(market, lots, minlength=markets)
    room = np.broadcast_to(total[:, None, None] * depth / (3 * quarters), (markets, quarters, 3))
    need = chance.exponential(0.6, (counties, quarters)) / quarters
    need *= lots.reshape(counties, held).sum(axis=1, keepdims=True)
    late = np.full((counties, quarters), 0.03)
    late[:, -1] += 0.6
    return SharedMarkets(
        tuple(f"county{i}" for i in range(counties)),
        steps * np.ones((1, quarters, 1)),
        room.copy(),
        np.arange(counties + 1) * held,
        market,
        lots,
        chance.uniform(0.5, 1.0, lots.size),
        need,
        late,
    )


problems = st.builds(
    drawn,
    st.integers(1, 6),
    st.integers(2, 4),
    st.integers(1, 4),
    st.integers(0, 10_000),
    st.sampled_from([0.2, 0.6, 1.5]),
)


def central(problem):
    """Solve the joint program with HiGHS: the oracle."""
    price, (counties, quarters) = problem.by_lot(problem.price), problem.need.shape
    lots, slots = price.shape
    owner = np.repeat(np.arange(counties), np.diff(problem.first_lot))
    lot, slot = (grid.ravel() for grid in np.indices(price.shape))
    cash = [
        sp.csr_array(
            (np.where(slot // 3 <= t, -price.ravel(), 0.0), (owner[lot], np.arange(lot.size))),
            shape=(counties, lot.size),
        )
        for t in range(quarters)
    ]
    behind = [sp.kron(np.eye(1, quarters, t), sp.eye(counties)) for t in range(quarters)]
    own = sp.csr_array((np.ones(lot.size), (lot, np.arange(lot.size))), shape=(lots, lot.size))
    row = problem.market[lot] * slots + slot
    shape = (len(problem.price) * slots, lot.size)
    shared = sp.csr_array((np.ones(lot.size), (row, np.arange(lot.size))), shape=shape)
    nothing = [sp.csr_array((m.shape[0], counties * quarters)) for m in (own, shared)]
    matrix = sp.vstack(
        [
            sp.hstack([sp.vstack(cash), -sp.vstack(behind)]),
            sp.hstack([own, nothing[0]]),
            sp.hstack([shared, nothing[1]]),
        ]
    )
    costs = np.concatenate([(problem.keep[:, None] - price).ravel(), problem.late.T.ravel()])
    limits = np.concatenate([-problem.due.T.ravel(), problem.lots, problem.room.ravel()])
    upper = np.concatenate([problem.caps.ravel(), np.full(counties * quarters, np.inf)])
    bounds = np.column_stack([np.zeros_like(upper), upper])
    solved = linprog(costs, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
    assert solved.success
    return solved.fun


@LAWS
@given(problems)
def test_the_central_program_lies_inside_the_bracket(problem):
    plan = coordinate_plans(problem, options=CoordinationOptions(sweeps=40))
    best = central(problem)
    slack = 1e-7 * (1.0 + abs(best))
    assert plan.bound <= best + slack
    assert plan.cost >= best - slack


def opening(problem, seed):
    """The same problem with lots that cannot be sold at once, some of them never."""
    quarters = problem.need.shape[1]
    opens = np.random.default_rng(seed).integers(0, quarters + 1, len(problem.lots))
    return replace(problem, opens=opens.astype(np.int64))


@LAWS
@given(problems, st.integers(0, 99))
def test_lots_that_open_later_stay_within_the_bracket_and_are_not_sold_before(problem, seed):
    shut = opening(problem, seed)
    plan = coordinate_plans(shut, options=CoordinationOptions(sweeps=40))
    best = central(shut)
    slack = 1e-7 * (1.0 + abs(best))
    assert plan.bound - slack <= best <= plan.cost + slack
    assert best >= central(problem) - slack
    closed = shut.caps == 0.0
    regimes = (plan_alone(shut), plan_rolling(shut), plan_nash(shut, rounds=20))
    for sold in (plan.sold, *(regime.sold for regime in regimes)):
        assert (np.abs(sold[closed & (shut.by_lot(shut.room) > 0.0)]) <= 1e-9).all()


@LAWS
@given(problems)
def test_the_plan_fits_every_row_and_sells_no_more_than_there_is(problem):
    plan = coordinate_plans(problem, options=CoordinationOptions(sweeps=12))
    room = problem.room.reshape(len(problem.room), -1)
    assert (problem.load(plan.sold) <= room * (1 + 1e-9) + 1e-12).all()
    assert (plan.sold >= 0.0).all()
    assert (plan.sold.sum(axis=1) <= problem.lots * (1 + 1e-9)).all()
    np.testing.assert_allclose(plan.costs, problem.costs(plan.sold))


@LAWS
@given(problems)
def test_one_county_with_the_markets_to_itself_is_solved_exactly(problem):
    """Without neighbours the county program is the central program: the simplex against HiGHS."""
    alone = SharedMarkets(
        problem.counties[:1],
        problem.price,
        problem.room,
        problem.first_lot[:2],
        problem.market[: problem.first_lot[1]],
        problem.lots[: problem.first_lot[1]],
        problem.keep[: problem.first_lot[1]],
        problem.need[:1] - 0.2,
        problem.late[:1],
    )
    best = central(alone)
    assert coordinate_plans(alone).bound == pytest.approx(best, abs=1e-8)


@pytest.mark.parametrize("depth", [0.3, 1.0])
def test_eighty_counties_reach_the_gap_asked_for(depth):
    plan = coordinate_plans(drawn(80, 8, 6, 3, depth))
    assert plan.reached
    assert plan.gap_of_stake <= 0.01
    assert plan.gap_of_cost <= 0.01


@LAWS
@given(problems)
def test_no_regime_is_cheaper_than_the_bound(problem):
    bound = coordinate_plans(problem, options=CoordinationOptions(sweeps=12)).bound
    for regime in (plan_alone(problem), plan_rolling(problem), plan_nash(problem, rounds=20)):
        assert regime.cost >= bound - 1e-7
        assert (regime.sold.sum(axis=1) <= problem.lots * (1 + 1e-9) + 1e-12).all()
        room = problem.room.reshape(len(problem.room), -1)
        assert (problem.load(regime.sold) <= room * (1 + 1e-9) + 1e-12).all()


def test_planning_again_every_quarter_beats_planning_once_in_a_crowd():
    crowd = drawn(60, 6, 8, 5, 1.0)
    assert plan_rolling(crowd).cost < plan_alone(crowd).cost


def test_regret_of_the_learned_crowd_is_a_small_part_of_the_stake():
    scarce = drawn(60, 6, 6, 5, 0.3)
    learned = plan_nash(scarce, rounds=300)
    plan = coordinate_plans(scarce)
    assert learned.regret.sum() <= 0.05 * plan.stake
    assert learned.cost >= plan.cost * (1 - 0.01)


@LAWS
@given(problems)
def test_pooled_offers_fill_ladders_from_the_top_and_share_pro_rata(problem):
    offered = np.random.default_rng(1).random((len(problem.lots), problem.price.shape[1]))
    sold = pooled(problem, offered)
    total = np.zeros(problem.price.shape[:2])
    np.add.at(total, problem.market, offered)
    load = problem.load(sold).reshape(problem.price.shape)
    np.testing.assert_allclose(load.sum(axis=2), np.minimum(total, problem.room.sum(axis=2)))
    fuller, next_ = load[:, :, :-1], load[:, :, 1:]
    assert ((next_ <= 1e-12) | (fuller >= problem.room[:, :, :-1] - 1e-9)).all()


def test_batches_depend_on_ids_alone_and_the_same_problem_gives_the_same_bits():
    names = tuple(f"county{i}" for i in range(100))
    parts = batches(names)
    assert sorted(np.concatenate(parts).tolist()) == list(range(100))
    problem = drawn(30, 5, 4, 2, 0.5)
    first, second = (coordinate_plans(problem) for _ in range(2))
    assert first.sold.tobytes() == second.sold.tobytes()
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_ctrl_c_keeps_the_best_plan_so_far_with_its_bound():
    heard = []

    def stop(plan):
        heard.append(plan)
        if len(heard) == 2:
            raise KeyboardInterrupt

    crowd = drawn(80, 8, 6, 3, 0.6)
    options = CoordinationOptions(gap=0.0, sweeps=40)
    kept = coordinate_plans(crowd, options=options, watch=stop)
    assert len(heard) == 2
    assert not kept.reached
    assert kept.cost == heard[-1].cost
    assert kept.bound == heard[-1].bound <= kept.cost


def test_an_unknown_need_is_not_nil():
    problem = drawn(2, 2, 2, 1, 1.0)
    need = problem.need.copy()
    need[0, 0] = np.nan
    with pytest.raises(IronpotError, match="not nil"):
        SharedMarkets(
            *(problem.counties, problem.price, problem.room, problem.first_lot, problem.market),
            *(problem.lots, problem.keep, need, problem.late),
        )


@LAWS
@given(problems)
def test_no_gap_is_below_nil(problem):
    plan = coordinate_plans(problem)
    known = cheapest_known(problem, plan, [plan_alone(problem).sold])
    for found in (plan, known):
        assert min(found.gap_of_stake, found.gap_of_cost, found.stake) >= 0.0


@LAWS
@given(problems, st.sampled_from([1e-3, 1.0, 1e12]))
def test_where_nothing_is_to_be_found_and_nothing_gained_doing_nothing_is_proven_best(
    problem, unit
):
    idle = replace(
        problem, need=0.0 * problem.need, keep=1.0 + 0.0 * problem.keep, lots=problem.lots * unit
    )
    plan = coordinate_plans(replace(idle, room=problem.room * unit))
    assert (plan.cost, plan.bound, plan.stake) == (0.0, 0.0, 0.0)
    assert plan.reached
    assert plan.sweeps <= CoordinationOptions().every


def test_counties_without_a_single_lot_owe_what_they_owe():
    """Two counties with nothing to sell: all of the need stays, at its price."""
    three = np.arange(3)
    empty = SharedMarkets(
        ("a", "b"),
        np.full((1, 2, 2), 0.8),
        np.full((1, 2, 2), 50.0),
        0 * three,
        three[:0],
        np.empty(0),
        np.empty(0),
        np.array([[10.0, 0.0], [0.0, 20.0]]),
        np.array([[0.1, 0.5], [0.1, 0.5]]),
    )
    plan, crowd = coordinate_plans(empty), plan_nash(empty)
    assert plan.costs.tolist() == plan_alone(empty).costs.tolist() == [6.0, 10.0]
    assert plan_rolling(empty).costs.tolist() == crowd.costs.tolist() == [6.0, 10.0]
    assert crowd.regret.tolist() == [0.0, 0.0]
    assert plan.reached
