"""Networks in which sweeps creep: leaks, first yuan and huge spreads, against exact fractions."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.networks import LAWS

from ironpot.core.errors import IronpotError
from ironpot.system.clear import clear_system
from ironpot.system.network import network_of
from ironpot.system.valuations import ClearingOptions

RING = [[0, 1.0], [1.0, 0]]


@pytest.mark.parametrize("size", [1e4, 1e6, 1e9, 1e11])
def test_a_ring_that_leaks_little_pays_what_comes_in_and_no_more(size):
    """Two nodes owe one another `size`, the first a yuan outside: all that comes in goes there."""
    leaking = network_of(np.multiply(RING, size), [0.3, 0.0], [1.0, 0.0])
    cleared = clear_system(leaking)
    assert cleared.converged.tolist() == [True]
    assert cleared.unique.tolist() == [True]
    np.testing.assert_allclose(cleared.paid_outside[0], [0.3, 0.0], rtol=1e-4)


@pytest.mark.parametrize("size", [1e3, 1e6, 1e9, 1e12])
def test_a_first_yuan_goes_round_until_a_ring_is_paid(size):
    cleared = clear_system(network_of(np.multiply(RING, size), [1e-3, 0.0], [0.0, 0.0]))
    assert cleared.unique.tolist() == [True]
    np.testing.assert_array_equal(cleared.least.value, 1.0)


def test_a_ring_that_no_money_reaches_has_two_answers_beside_one_that_creeps():
    owes = np.zeros((5, 5))
    owes[0, 1] = owes[1, 0] = 1e7
    owes[2, 3] = owes[3, 2] = 5.0
    owes[4, 0] = 1.0
    cleared = clear_system(network_of(owes, [1e-3, 0, 0, 0, 0.5], [0, 0, 0, 0, 0]))
    assert cleared.unique.tolist() == [False]
    assert cleared.converged.tolist() == [True]
    np.testing.assert_allclose(cleared.value[0], [1, 1, 1, 1, 0.5])
    np.testing.assert_allclose(cleared.least.value[0], [1, 1, 0, 0, 0.5])


@LAWS
@given(st.integers(0, 2**31), st.integers(2, 4))
def test_spreads_of_fifteen_digits_clear_as_exact_fractions_do(seed, count):
    chance = np.random.default_rng(seed)
    owes = 10 ** chance.uniform(-3, 12, (count, count)) * (chance.random((count, count)) < 0.7)
    np.fill_diagonal(owes, 0.0)
    debts = 10 ** chance.uniform(-3, 12, count) * (chance.random(count) < 0.7)
    assets = 10 ** chance.uniform(-3, 12, count)
    cleared = clear_system(network_of(owes, assets, debts))
    exact = _exact_payments(owes, assets, debts)
    np.testing.assert_allclose(cleared.payments[0], exact, rtol=1e-6, atol=1e-12)
    assert cleared.unique.tolist() == [True]
    assert cleared.converged.tolist() == [True]


def _exact_payments(owes, assets, debts):
    """Try every set of nodes that fail; the clearing is the one that is no contradiction."""
    count = len(assets)
    owe = [[Fraction(float(x)) for x in row] for row in owes]
    asset, debt = ([Fraction(float(x)) for x in column] for column in (assets, debts))
    owed = [sum(row) + out for row, out in zip(owe, debt, strict=True)]
    share = [
        [x / total if total else Fraction(0) for x in row]
        for row, total in zip(owe, owed, strict=True)
    ]
    for size in range(count + 1):
        for failed in combinations(range(count), size):
            paid = _with_failed(failed, share, asset, owed)
            if paid is None:
                continue
            has = [
                asset[i] + sum(share[j][i] * paid[j] for j in range(count)) for i in range(count)
            ]
            near = [total * (1 - Fraction(1, 10**12)) for total in owed]
            if all((has[i] < near[i]) == (i in failed) for i in range(count)):
                return [float(x) for x in paid]
    raise AssertionError("no clearing")


def _with_failed(failed, share, asset, owed):
    """Solve for what the failed pay while all others pay in full; None where nothing fixes it."""
    paid, at = list(owed), list(failed)
    rows = [
        [Fraction(int(i == j)) - share[j][i] for j in at]
        + [asset[i] + sum(share[j][i] * owed[j] for j in range(len(owed)) if j not in failed)]
        for i in at
    ]
    for k in range(len(at)):
        pivot = next((r for r in range(k, len(at)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(len(at)):
            if r != k:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    for i, row in zip(at, rows, strict=True):
        paid[i] = row[-1]
    return paid


@pytest.mark.parametrize("model", ["eisenberg_noe", "furfine", "linear_debtrank"])
def test_a_network_of_nobody_clears(model):
    cleared = clear_system(network_of([], [], []), options=ClearingOptions(model))
    assert cleared.value.shape == (1, 0)
    assert cleared.unique.tolist() == [True]


@pytest.mark.parametrize(
    ("owes", "assets"), [([[0, 1, 2], [0, 0, 1]], [1, 1]), (RING, [1, 1, 1]), (3.0, [1])]
)
def test_arrays_that_are_no_network_are_refused_in_words(owes, assets):
    with pytest.raises(IronpotError, match="square"):
        network_of(owes, assets, [0, 0])


def test_solutions_that_are_neither_are_refused():
    with pytest.raises(IronpotError, match="solutions greatest or both"):
        ClearingOptions(solutions="all")
