"""Programs from arrays: what is put in comes out, and row duals prove a bound whatever they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.plan.program import Builder, Program, dual_bound
from ironpot.plan.solver import Session, solve


def planted(seed: int) -> tuple[Program, np.ndarray, np.ndarray, float]:
    """A linear program whose optimum is known by construction: primal, duals, cost.

    Rows and columns are tight or slack by complementary slackness at the planted point.
    """
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(1, 8)), int(rng.integers(1, 8))
    matrix = rng.normal(size=(rows, columns)) * (rng.random((rows, columns)) < 0.7)
    lower, upper = rng.uniform(-3, 0, columns), rng.uniform(0, 3, columns)
    where = rng.integers(3, size=columns)
    point = np.choose(where, [lower, upper, (lower + upper) / 2.0])
    tight = rng.random(rows) < 0.5
    dual = np.where(tight, rng.uniform(0.1, 2.0, rows), 0.0)
    reduced = np.choose(where, [rng.uniform(0, 1, columns), -rng.uniform(0, 1, columns), 0.0])
    cost = matrix.T @ dual + reduced
    build = Builder()
    x = build.add_columns("x", columns, lower=lower, upper=upper, cost=cost)
    slack = np.where(tight, 0.0, rng.uniform(0.1, 1.0, rows))
    limit = build.add_rows("limit", rows, lower=matrix @ point - slack)
    build.add(limit[:, None], x[None, :], matrix)
    build.add(limit[0], x[0], 0.0)
    return build.build(), point, dual, float(cost @ point)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_true_duals_prove_the_planted_optimum(seed):
    program, point, dual, cost = planted(seed)
    assert program.violation(point) <= 1e-9
    assert dual_bound(program, dual) == pytest.approx(cost, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.floats(0.0, 100.0))
def test_no_duals_prove_more_than_the_optimum(seed, size):
    program, _, dual, cost = planted(seed)
    wrong = dual + size * np.random.default_rng(seed + 1).normal(size=dual.size)
    assert dual_bound(program, wrong) <= cost + 1e-6 * max(size, 1.0)


def test_the_solver_finds_planted_optima():
    for seed in range(3):
        program, _, _, cost = planted(seed)
        answer = solve(program, time_limit_s=5)
        assert answer.outcome == "optimal"
        assert answer.objective == pytest.approx(cost, abs=1e-7)
        assert dual_bound(program, answer.row_dual) == pytest.approx(cost, abs=1e-6)


def test_one_session_solves_at_one_set_of_bounds_after_another():
    build = Builder()
    x = build.add_columns("x", 2, upper=10.0, cost=[-1.0, -2.0], integer=True)
    row = build.add_rows("sum", 1, upper=7.5)
    build.add(row, x, 1.0)
    program = build.build()
    with Session(program) as session:
        found = [
            session.solve(
                time_limit_s=5, bounds=program.column_bounds(program.lower, np.array([10.0, top]))
            ).objective
            for top in (10.0, 3.0, 10.0)
        ]
    assert found == pytest.approx([-14.0, -10.0, -14.0])


def test_coefficients_on_the_same_place_add_up_and_broadcast():
    build = Builder()
    x = build.add_columns("x", (2, 3))
    rows = build.add_rows("row", 2)
    build.add(rows[:, None], x, 1.0)
    build.add(rows[0], x[0, 0], 4.0)
    program = build.build()
    assert program.activity(np.arange(6.0)).tolist() == [0 * 5 + 1 + 2, 3 + 4 + 5]
    assert program.activity(np.array([1.0, 0, 0, 0, 0, 0])).tolist() == [5.0, 0.0]


def test_a_missing_coefficient_is_refused():
    build = Builder()
    x = build.add_columns("x", 1)
    build.add(build.add_rows("row", 1), x, np.nan)
    with pytest.raises(ValueError, match="missing"):
        build.build()
