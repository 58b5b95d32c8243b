"""Networks in which sweeps creep: leaks, first yuan and huge spreads, against exact fractions."""

from fractions import Fraction
from itertools import combinations, product
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.networks import LAWS

from ironpot.core.errors import IronpotError
from ironpot.system.clear import clear_system
from ironpot.system.network import network_of
from ironpot.system.reference import clear_by_hand
from ironpot.system.valuations import ClearingOptions, Model

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


@pytest.mark.parametrize("model", get_args(Model))
def test_a_network_of_nobody_clears(model):
    nobody = network_of([], [], [], volatility=[])
    cleared = clear_system(nobody, options=ClearingOptions(model))
    assert cleared.value.shape == (1, 0)
    assert cleared.unique.tolist() == [True]


@pytest.mark.parametrize(
    ("owes", "assets"),
    [
        ([[0, 1, 2], [0, 0, 1]], [1, 1]),
        (RING, [1, 1, 1]),
        (3.0, [1]),
        ([[[0], [1]], [[0], [0]]], [1, 1]),
    ],
)
def test_arrays_that_are_no_network_are_refused_in_words(owes, assets):
    with pytest.raises(IronpotError, match="square"):
        network_of(owes, assets, [0, 0])


@pytest.mark.parametrize(
    ("owes", "assets"), [([[0, "x"], [0, 0]], [1, 1]), ([[0, 1], [0]], [1, 1]), (RING, ["a", "b"])]
)
def test_what_is_no_number_is_refused_in_words(owes, assets):
    with pytest.raises(IronpotError, match="These are no amounts"):
        network_of(owes, assets, [0, 0])


def test_scenarios_that_are_no_numbers_are_refused_in_words():
    with pytest.raises(IronpotError, match="These are no amounts"):
        clear_system(network_of(RING, [1, 1], [0, 0]), external_assets=["a", "b"])


def test_a_network_of_arrays_takes_the_volatility_that_ex_ante_models_need():
    both = [network_of([[0, 4], [0, 0]], [9, 1], [1, 0], volatility=v) for v in (0.2, [0.2, 0.2])]
    for model in ("merton", "black_cox"):
        one, each = (clear_system(net, options=ClearingOptions(model)).value for net in both)
        assert one.tolist() == each.tolist()
        assert 0.0 < one[0, 0] < 1.0


def test_solutions_that_are_neither_are_refused():
    with pytest.raises(IronpotError, match="solutions greatest or both"):
        ClearingOptions(solutions="all")


SHARES = (0.0, 1e-9, 1e-3, 0.5, 1.0 - 1e-6, 1.0 - 1e-9, 1.0)


def _extreme(seed):
    """Draw debts over fifteen digits, huge senior ones, circles, costs from nothing to all."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 5))
    owes = 10 ** chance.uniform(-3, 12, (count, count)) * (chance.random((count, count)) < 0.8)
    np.fill_diagonal(owes, 0.0)
    debts = 10 ** chance.uniform(-3, 12, count) * (chance.random(count) < 0.6)
    assets = 10 ** chance.uniform(-3, 12, count) * (chance.random(count) < 0.7)
    alpha, beta = (float(chance.choice(SHARES)) for _ in range(2))
    model = ("eisenberg_noe", "rogers_veraart")[seed % 2]
    return (
        owes,
        assets,
        debts,
        ClearingOptions(model, external_debts="senior", alpha=alpha, beta=beta),
    )


# Seeds in which sweeps crept for 20,000 rounds or ended at once: found among the first 1,500.
CREPT = (96, 310, 367, 374, 874, 1030, 1206)


@pytest.mark.parametrize("seed", CREPT)
def test_known_creeping_senior_debts_end_exactly(seed):
    _ends_exactly(seed)


@LAWS
@given(st.integers(0, 2**31))
def test_senior_debts_and_costs_of_default_end_at_the_greatest_and_the_least_exactly(seed):
    _ends_exactly(seed)


def _ends_exactly(seed):
    owes, assets, debts, options = _extreme(seed)
    cleared = clear_system(network_of(owes, assets, debts), options=options)
    exact = _fixed_points(owes, assets, debts, options)
    assert cleared.converged.tolist() == [True]
    np.testing.assert_allclose(cleared.value[0], np.max(exact, axis=0), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(cleared.least.value[0], np.min(exact, axis=0), rtol=1e-6, atol=1e-9)


def _fixed_points(owes, assets, debts, options):
    """Try all ways in which nodes pay in full, in part or nothing; keep those that hold."""
    costly = options.model == "rogers_veraart"
    alpha, beta = (Fraction(x if costly else 1) for x in (options.alpha, options.beta))
    owe = [[Fraction(float(x)) for x in row] for row in owes]
    asset, debt = ([Fraction(float(x)) for x in column] for column in (assets, debts))
    inside, count = [sum(row) for row in owe], len(asset)
    found = []
    for states in product(("full", "part", "none"), repeat=count):
        at = [i for i in range(count) if states[i] == "part"]
        if not all(inside[i] for i in at):
            continue
        value = [Fraction(int(state == "full")) for state in states]
        got = [sum(owe[j][i] * value[j] for j in range(count)) for i in range(count)]
        part = _solved(
            [
                [Fraction(int(i == j)) - beta * owe[j][i] / inside[i] for j in at]
                + [(alpha * asset[i] + beta * got[i] - debt[i]) / inside[i]]
                for i in at
            ]
        )
        if part is None:
            continue
        for i, share in zip(at, part, strict=True):
            value[i] = share
        has = [asset[i] + sum(owe[j][i] * value[j] for j in range(count)) for i in range(count)]
        if all(
            _holds(states[i], value[i], has[i], asset[i], inside[i], debt[i], alpha, beta)
            for i in range(count)
        ):
            found.append([float(x) for x in value])
    return found


def _holds(state, value, has, asset, inside, debt, alpha, beta):
    solvent = has >= (inside + debt) * (1 - Fraction(1, 10**12))
    left = alpha * asset + beta * (has - asset) - debt
    if state == "full" or solvent:
        return state == "full" and solvent
    return 0 < value <= 1 if state == "part" else left <= 0 or not inside


def _solved(rows):
    """Eliminate in fractions; None where nothing fixes the answer."""
    for k in range(len(rows)):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(len(rows)):
            if r != k and rows[r][k]:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


@pytest.mark.parametrize("model", ["eisenberg_noe", "rogers_veraart"])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_larger_networks_with_senior_debts_end_where_slow_rounds_do(model, start):
    """Rounds by hand go on until not a bit moves, from above or below."""
    for seed in range(12):
        chance = np.random.default_rng(seed)
        owes = chance.exponential(1.0, (9, 9)) * (chance.random((9, 9)) < 0.4)
        np.fill_diagonal(owes, 0.0)
        assets, debts = chance.exponential(0.4, 9), chance.exponential(1.5, 9)
        options = ClearingOptions(model, external_debts="senior", alpha=0.6, beta=0.8)
        cleared = clear_system(network_of(owes, assets, debts), options=options)
        told = cleared.value if start else cleared.least.value
        hand = clear_by_hand(owes.tolist(), assets.tolist(), debts.tolist(), options, start=start)
        np.testing.assert_allclose(told[0], hand, atol=1e-9)
