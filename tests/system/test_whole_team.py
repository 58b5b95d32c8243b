"""Whole lots and the team that prepares them: brute force, HiGHS, and plans that ask too much."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.networks import LAWS
from tests.system.test_coordination import drawn
from tests.system.test_whole_groups import beside
from tests.system.test_whole_lots import central, crowded

from ironpot.system.coordinate import coordinate_plans
from ironpot.system.rights import Right, add_rights, lots_alone
from ironpot.system.ties import Team
from ironpot.system.whole_apart import groups_apart
from ironpot.system.whole_block import block_around, place_block
from ironpot.system.whole_bound import sellers_of
from ironpot.system.whole_check import check_whole_lots, least_cost
from ironpot.system.whole_heaps import coordinate_whole_heaps, split_heaps
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots
from ironpot.system.whole_sweep import answer_block, met_duals

QUICK = WholeOptions(rounds=2, sweeps=4, trials=200, blocks=1)


def busy(problem, seed, scarce=0.6):
    """Give each county a team that prepares about `scarce` of its lots, some of them for longer."""
    chance, (counties, quarters) = np.random.default_rng(seed), problem.need.shape
    lots = len(problem.lots)
    span = chance.integers(1, min(quarters, 3) + 1, lots)
    ready = np.minimum(span - 1 + chance.integers(0, 2, lots), quarters - 1)
    opens = np.minimum(ready + (chance.random(lots) < 0.2), quarters - 1)
    work = chance.uniform(0.2, 2.0, lots)
    ever = np.add.reduceat(work * span * problem.lots, problem.first_lot[:-1])
    share = chance.uniform(0.5, 1.5, (counties, quarters)) * scarce / quarters
    return replace(problem, opens=opens, team=Team(work, span, ready, ever[:, None] * share))


teams = st.builds(
    busy,
    st.builds(
        drawn,
        *(st.integers(1, 5), st.integers(2, 4), st.integers(1, 4), st.integers(0, 10_000)),
        st.sampled_from([0.3, 0.8, 1.5]),
    ).flatmap(lambda problem: st.sampled_from([problem, crowded(problem)])),
    st.integers(0, 10_000),
    st.sampled_from([0.3, 0.7, 5.0]),
)


def alone(problem):
    """Return the first county by itself."""
    first = problem.first_lot[1]
    names = ("market", "lots", "keep", "opens")
    return replace(
        problem,
        counties=problem.counties[:1],
        first_lot=problem.first_lot[:2],
        need=problem.need[:1],
        late=problem.late[:1],
        team=problem.team.of(np.arange(first), slice(1)),
        **{name: getattr(problem, name)[:first] for name in names},
    )


def tried_all(problem, fees):
    """Return the least cost of one county over all quarters of all lots, each filled at its best.

    Tranches of a quarter are filled the dearest first: at these fees all are worth their price.
    """
    quarters, lots = problem.price.shape[1], problem.lots
    best = np.inf
    for fate in itertools.product(range(-1, quarters), repeat=len(lots)):
        used, sold = np.zeros(quarters), np.zeros((len(lots), problem.slots))
        fits = True
        for m, sale in enumerate(fate):
            if sale < 0:
                continue
            begin = sale - problem.team.ready[m]
            room = problem.room[problem.market[m], sale]
            fits = fits and sale >= problem.opens[m] and lots[m] <= room.sum()
            used[max(begin, 0) : max(begin, 0) + problem.team.span[m]] += (
                problem.team.work[m] * lots[m]
            )
            before = np.cumsum(room) - room
            sold[m, sale * 3 : sale * 3 + 3] = np.clip(lots[m] - before, 0.0, room)
        if fits and (used <= problem.team.capacity[0]).all():
            paid = (fees[problem.market] * sold).sum()
            best = min(best, problem.costs(sold)[0] + paid)
    return best


@LAWS
@given(teams, st.floats(0.0, 0.2))
def test_one_county_is_solved_as_by_trying_all_and_its_duals_prove_it(problem, fee):
    one = alone(problem)
    fees = np.full(one.room.reshape(len(one.room), -1).shape, fee)
    sellers, everybody = sellers_of(one), np.arange(1)
    sold, cost, low = np.zeros_like(sellers.price), np.zeros(1), np.zeros(1)
    answer_block(everybody, sellers, fees, 10_000, sold, cost, low)
    best = tried_all(one, fees)
    assert cost[0] + (fees[one.market] * sold).sum() == pytest.approx(best, abs=1e-7)
    assert low[0] == pytest.approx(best, abs=1e-7)
    assert least_cost(one, 0, fees, met_duals(0, sellers, fees, 10_000)) == pytest.approx(
        best, abs=1e-7
    )
    assert (one.worked(sold) <= one.team.capacity * (1 + 1e-9)).all()


@LAWS
@given(teams, st.integers(1, 20), st.floats(0.0, 0.2))
def test_after_few_nodes_the_answer_fits_and_the_bound_is_below_the_best(problem, nodes, fee):
    one = alone(problem)
    fees = np.full(one.room.reshape(len(one.room), -1).shape, fee)
    sellers = sellers_of(one)
    sold, cost, low = np.zeros_like(sellers.price), np.zeros(1), np.zeros(1)
    answer_block(np.arange(1), sellers, fees, nodes, sold, cost, low)
    best = tried_all(one, fees)
    assert low[0] <= best + 1e-7
    assert cost[0] + (fees[one.market] * sold).sum() >= best - 1e-7
    assert (one.worked(sold) <= one.team.capacity * (1 + 1e-9)).all()


@LAWS
@given(teams, st.integers(0, 100))
def test_any_duals_of_cash_and_team_bound_a_county_from_below(problem, seed):
    one, chance = alone(problem), np.random.default_rng(seed)
    fees = np.zeros(one.room.reshape(len(one.room), -1).shape)
    wild = chance.normal(0.3, 1.0, (4, 2 * one.need.shape[1]))
    assert least_cost(one, 0, fees, wild) <= tried_all(one, fees) + 1e-7


@LAWS
@given(teams)
def test_the_central_integer_program_with_teams_lies_inside_the_bracket(problem):
    plan = coordinate_whole_lots(problem, options=QUICK)
    best = central(problem)
    slack = 1e-6 * (1.0 + abs(best))
    assert plan.bound <= best + slack
    assert plan.cost >= best - slack
    found = check_whole_lots(problem, plan)
    assert found.fits
    assert found.cost == pytest.approx(plan.cost, rel=1e-9, abs=1e-9)
    assert found.bound <= best + slack


def test_a_team_that_does_not_matter_changes_nothing_and_a_scarce_one_costs():
    crowd = drawn(20, 4, 4, 5, 0.5)
    opens = busy(crowd, 1).opens
    free = replace(crowd, opens=opens)
    costs = [
        coordinate_whole_lots(problem, options=replace(QUICK, gap=0.0)).cost
        for problem in (free, busy(crowd, 1, 1e4), busy(crowd, 1, 0.3))
    ]
    assert costs[1] == pytest.approx(costs[0], rel=2e-3)
    assert costs[2] > 1.05 * costs[0]


def test_a_plan_that_asks_too_much_of_a_team_or_sells_too_early_is_found():
    crowd = busy(drawn(12, 4, 4, 5, 1.5), 2)
    free = coordinate_whole_lots(replace(crowd, team=None), options=QUICK)
    found = check_whole_lots(crowd, free)
    assert not found.fits
    over = crowd.worked(free.sold) - crowd.team.capacity
    np.testing.assert_allclose(found.overworked, np.maximum(over, 0.0), atol=1e-9)
    assert not found.overshot.any()
    late = replace(crowd, opens=crowd.opens + 1, team=None)
    early = check_whole_lots(late, free)
    assert early.not_whole
    first = np.array(free.sold.reshape(len(crowd.lots), 4, 3).any(axis=2)).argmax(axis=1)
    assert all(first[m] <= crowd.opens[m] for m in early.not_whole)


def test_a_block_of_everything_finds_what_the_central_program_with_teams_finds():
    crowd = busy(crowded(drawn(4, 3, 3, 8, 0.6)), 3, 0.3)
    nothing = np.zeros((len(crowd.lots), crowd.slots))
    block = block_around(crowd, nothing, np.ones(len(nothing), dtype=bool), np.ones(3, dtype=bool))
    sold = place_block(crowd, nothing, block, 10_000)
    best = central(crowd)
    assert (crowd.worked(sold) <= crowd.team.capacity * (1 + 1e-9)).all()
    assert crowd.costs(sold).sum() == pytest.approx(best, rel=2e-4)
    assert best > central(replace(crowd, team=None)) * 1.02


@pytest.mark.parametrize("seed", range(4))
def test_a_block_beside_lots_that_stay_leaves_them_their_part_of_the_team(seed):
    crowd, chance = busy(crowded(drawn(8, 3, 4, seed, 0.8)), seed), np.random.default_rng(seed)
    plan = coordinate_whole_lots(crowd, options=replace(QUICK, trials=0, rounds=1, blocks=0))
    free, quarters = chance.random(len(crowd.lots)) < 0.6, chance.random(4) < 0.7
    block = block_around(crowd, plan.sold, free, quarters)
    sold = place_block(crowd, plan.sold, block, 20)
    assert check_whole_lots(crowd, replace(plan, sold=sold)).fits
    assert crowd.costs(sold).sum() <= plan.cost


def test_groups_apart_and_heaps_split_keep_their_teams():
    first, second = drawn(3, 2, 3, 5, 0.8), drawn(2, 2, 3, 6, 0.8)
    both = busy(beside(first, second), 4)
    for group in groups_apart(both):
        team = group.problem.team
        np.testing.assert_array_equal(team.capacity, both.team.capacity[group.counties])
        np.testing.assert_array_equal(team.work, both.team.work[group.lots])
        np.testing.assert_array_equal(team.span, both.team.span[group.lots])
    split, chance = split_heaps(both, 3), np.random.default_rng(1)
    sold = chance.random((len(split.lots), split.slots))
    heaps = sold.reshape(len(both.lots), 3, -1).sum(axis=1)
    np.testing.assert_allclose(split.worked(sold), both.worked(heaps))


def test_rights_that_the_plan_uses_take_their_part_of_the_team_first():
    crowd = busy(drawn(4, 3, 4, 5, 0.8), 4)
    pool = Right("pool", "p", 0.5, np.full(4, 0.5), 0.9, 0.0, np.zeros(4), 1.5, 2, 1)
    markets = add_rights(crowd, [[pool], [], [], []])
    parts = coordinate_plans(markets)
    assert parts.sold[~markets.on_sale].sum() > 0.0
    lots = lots_alone(markets, parts.sold)
    used = markets.worked(np.where(markets.on_sale[:, None], 0.0, parts.sold))
    np.testing.assert_allclose(lots.team.capacity, crowd.team.capacity - used, atol=1e-9)
    whole = coordinate_whole_heaps(markets, 1, options=QUICK, start=parts)
    assert (markets.worked(whole.sold) <= markets.team.capacity + 1e-7).all()
    assert whole.cost >= parts.bound
