"""A bound lifted by cases is never above the optimum, and reaches it if the tree is grown out."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from ironpot.plan.branch import Node, _proof, grow_until
from ironpot.plan.program import Builder, dual_bound
from ironpot.plan.solver import NO_ANSWER, solve


def knapsacks(seed, *, most=7):
    """Some goods, two limits that they share, and a continuous column that buys room."""
    rng = np.random.default_rng(seed)
    build = Builder()
    taken = build.add_columns("taken", most, upper=1.0, cost=-rng.uniform(1, 9, most), integer=True)
    room = build.add_columns("room", 1, upper=1.5, cost=2.5)
    rows = build.add_rows("limit", 2, upper=rng.uniform(4, 8, 2))
    for row in rows:
        build.add(np.full(most, row), taken, rng.uniform(1, 5, most))
    build.add(rows, np.full(2, room[0]), -1.0)
    return build.build()


def brute_force(program):
    """Return the least cost of all whole choices, each completed by the solver."""
    whole = np.flatnonzero(program.integer)
    best = np.inf
    for choice in itertools.product((0.0, 1.0), repeat=whole.size):
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[whole] = upper[whole] = choice
        # One column is left, of positive cost: the least that keeps both limits.
        used = np.zeros(program.row_upper.size)
        owner = np.repeat(np.arange(used.size), np.diff(program.start))
        fixed = np.where(np.isin(program.index, whole), program.value * lower[program.index], 0.0)
        np.add.at(used, owner, fixed)
        missing = max(float((used - program.row_upper).max()), 0.0)
        if missing <= program.upper[-1]:
            best = min(best, float(program.cost[whole] @ choice) + program.cost[-1] * missing)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_grown_out_the_bound_is_the_optimum_of_all_whole_choices(seed):
    program = knapsacks(seed)
    relaxed = solve(program.relaxed(), time_limit_s=10.0)
    tree = grow_until(program, relaxed, until=np.inf, seconds=20.0)
    assert relaxed.objective <= tree.bound + 1e-9
    assert tree.bound == pytest.approx(brute_force(program), abs=1e-6)


def test_every_case_proves_by_its_own_duals_and_a_case_without_a_plan_by_a_ray():
    build = Builder()
    x = build.add_columns("x", 3, upper=1.0, cost=[-3.0, -2.0, -2.0], integer=True)
    # Two of three weigh too much for one and a half, and half of the first must be there: it is.
    build.add(build.add_rows("weight", 1, upper=1.5), x, 1.0)
    build.add(build.add_rows("least", 1, lower=0.5), x[:1], 1.0)
    program = build.build()
    relaxed = solve(program.relaxed(), time_limit_s=10.0)
    tree = grow_until(program, relaxed, until=np.inf, seconds=10.0)
    assert tree.bound == pytest.approx(-3.0)
    for leaf in tree.leaves:
        assert dual_bound(tree.within(leaf.side), leaf.dual) == leaf.bound
    relaxed_out = [leaf for leaf in tree.leaves if leaf.point is None]
    assert all(leaf.bound > tree.bound for leaf in relaxed_out)


def test_the_noise_of_a_row_that_is_exactly_kept_proves_nothing_impossible():
    # Thirty tenths fill the row: their sum in floating point is a hair beside it.
    build = Builder()
    x = build.add_columns("x", 30, lower=1.0, upper=1.0, cost=-1.0)
    build.add(build.add_rows("full", 1, upper=0.1 * 30), x, 0.1)
    program = build.build()
    case = Node((), np.zeros(1), -30.0, np.ones(30))
    for ray in (-1.0, -1e12):
        infeasible = replace(NO_ANSWER, outcome="infeasible", row_dual=np.array([ray]))
        assert _proof(program, case, infeasible)[1] <= -30.0 + 1e-9


def test_it_stops_where_enough_is_proven():
    program = knapsacks(1)
    relaxed = solve(program.relaxed(), time_limit_s=10.0)
    out = grow_until(program, relaxed, until=np.inf, seconds=20.0)
    enough = 0.5 * (relaxed.objective + out.bound)
    tree = grow_until(program, relaxed, until=enough, seconds=20.0)
    assert enough <= tree.bound <= out.bound + 1e-9
    assert len(tree.nodes) <= len(out.nodes)
