"""Laws of joint draws: the same whoever draws, with the moments that were asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.core.errors import IronpotError
from ironpot.risk.shocks import BLOCK, ShockModel, cholesky_root, draw_block, draw_shocks

COVARIANCE = np.array([[4.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
NAMES = ("a", "b", "c")
KINDS = ("normal", "student", "var", "residual", "block")


def law(kind, **changes):
    rng = np.random.default_rng(3)
    history = rng.multivariate_normal(np.zeros(3), COVARIANCE, 60)
    figures = {
        "coefficients": np.array([[0.5, 0.0, 0.1], [0.0, -0.3, 0.0], [0.0, 0.2, 0.4]]),
        "history": history - history.mean(axis=0),
        "starts": np.arange(0, 58),
        "block_length": 3,
    }
    return ShockModel(NAMES, kind, COVARIANCE, **figures | changes)


def literal_scenario(model, scenario, periods, seed):
    """Slow reference: one scenario's shocks, number by number, from its block's generator."""
    block, row = divmod(scenario, BLOCK)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(block + 1)[block]))
    count = len(model.drivers)
    if model.kind == "block":
        length = model.block_length
        chosen = rng.integers(0, len(model.starts), (BLOCK, -(-periods // length)))[row]
        rows = [model.starts[first] + step for first in chosen for step in range(length)]
        return np.array([model.history[index] for index in rows[:periods]])
    if model.kind == "residual":
        picked = rng.integers(0, len(model.history), (BLOCK, periods))[row]
        shocks = [list(model.history[index]) for index in picked]
    else:
        normal = rng.standard_normal((BLOCK, periods, count))[row]
        scale = np.ones(periods)
        if model.kind == "student":
            squares = rng.chisquare(model.degrees, (BLOCK, periods))[row]
            scale = np.sqrt((model.degrees - 2) / squares)
        root = np.linalg.cholesky(model.covariance)
        shocks = [list(root @ normal[t] * scale[t]) for t in range(periods)]
    if model.kind in ("var", "residual"):
        for t in range(1, periods):
            shocks[t] = list(np.array(shocks[t]) + model.coefficients @ np.array(shocks[t - 1]))
    return np.array(shocks)


@pytest.mark.parametrize("kind", KINDS)
def test_each_scenario_is_its_row_of_its_block(kind):
    model = law(kind)
    drawn = draw_shocks(model, BLOCK + 3, 5, seed=11)
    for scenario in (0, 17, BLOCK - 1, BLOCK, BLOCK + 2):
        expected = literal_scenario(model, scenario, 5, seed=11)
        assert np.abs(drawn[scenario] - expected).max() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_draws_do_not_depend_on_the_number_of_workers(kind):
    model = law(kind)
    alone, two, four = (
        draw_shocks(model, 3 * BLOCK + 5, 4, seed=5, workers=workers) for workers in (1, 2, 4)
    )
    assert (alone == two).all()
    assert (alone == four).all()


def test_draws_do_not_depend_on_how_many_are_drawn():
    model = law("student")
    few, many = (draw_shocks(model, draws, 4, seed=5) for draws in (100, 2 * BLOCK))
    assert (few == many[:100]).all()


def test_another_seed_and_another_block_give_other_draws():
    model = law("normal")
    first = draw_block(model, 0, 2, seed=1)
    assert not np.allclose(first, draw_block(model, 0, 2, seed=2))
    assert not np.allclose(first, draw_block(model, 1, 2, seed=1))
    assert not np.allclose(first, draw_block(model, 0, 2, seed=1, entity=0))


@pytest.mark.parametrize("kind", ["normal", "student", "residual"])
def test_shocks_of_one_period_have_the_covariance_asked_for(kind):
    model = law(kind, coefficients=None, degrees=8.0)
    wanted = np.cov(model.history.T, ddof=0) if kind == "residual" else COVARIANCE
    drawn = draw_shocks(model, 40 * BLOCK, 1, seed=2)[:, 0]
    assert np.abs(drawn.mean(axis=0)).max() < 0.03
    assert np.abs(np.cov(drawn.T) - wanted).max() < 0.08


def test_student_shocks_have_fatter_tails_than_normal_ones():
    normal, student = (
        draw_shocks(law(kind), 40 * BLOCK, 1, seed=2)[:, 0, 0] for kind in ("normal", "student")
    )
    assert np.quantile(student, 0.999) > 1.1 * np.quantile(normal, 0.999)


def test_an_autoregression_reaches_its_stationary_covariance():
    model = law("var")
    coefficients, wanted = model.coefficients, COVARIANCE
    for _ in range(200):
        wanted = coefficients @ wanted @ coefficients.T + COVARIANCE
    late = draw_shocks(model, 40 * BLOCK, 12, seed=4)[:, -1]
    assert np.abs(np.cov(late.T) - wanted).max() < 0.1


def test_blocks_of_history_keep_neighbours_together():
    model = law("block")
    drawn = draw_shocks(model, 50, 3, seed=9)
    rows = [int(np.flatnonzero((model.history == shock).all(axis=1))[0]) for shock in drawn[:, 0]]
    for scenario, row in enumerate(rows):
        assert (drawn[scenario] == model.history[row : row + 3]).all()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(1, 6), st.integers(0, 10_000), st.integers(0, 6))
def test_the_root_times_itself_is_the_covariance(size, seed, rank):
    part = np.random.default_rng(seed).normal(size=(size, min(rank, size)))
    covariance = part @ part.T
    root = cholesky_root(covariance)
    assert np.abs(root @ root.T - covariance).max() < 1e-9 * max(1.0, np.abs(covariance).max())
    assert (np.triu(root, 1) == 0).all()


def test_a_driver_without_variance_stands_still():
    model = ShockModel(("a", "b"), "normal", np.diag([1.0, 0.0]))
    assert (draw_shocks(model, 10, 3, seed=1)[:, :, 1] == 0.0).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "student", "degrees": 2.0},
        {"kind": "residual", "history": None},
        {"kind": "block", "starts": None},
    ],
)
def test_a_law_that_cannot_be_drawn_from_is_refused(wrong):
    kind = wrong.pop("kind")
    with pytest.raises(IronpotError):
        law(kind, **wrong)


def test_a_matrix_that_is_no_covariance_is_refused():
    with pytest.raises(IronpotError):
        cholesky_root(np.array([[1.0, 2.0], [2.0, 1.0]]))
