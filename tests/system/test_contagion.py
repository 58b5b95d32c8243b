"""Laws of stress: bounded, monotone, and in agreement with linear DebtRank as a valuation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.networks import LAWS, networks

from ironpot.core.errors import IronpotError
from ironpot.system.clear import clear_system
from ironpot.system.contagion import spread_stress
from ironpot.system.links import links_of
from ironpot.system.network import network_of
from ironpot.system.valuations import ClearingOptions

WAYS = ["every_loss", "first_loss", "default"]


def healthy(drawn):
    """Give every node the equity that it needs to start with."""
    assets = drawn.assets + drawn.owes.sum(axis=1) + drawn.debts + 0.1
    return network_of(drawn.owes, assets, drawn.debts)


@LAWS
@given(networks(), st.sampled_from(WAYS), st.floats(0.0, 1.0))
def test_stress_stays_between_the_first_loss_and_all_of_equity(drawn, way, shock):
    network = healthy(drawn)
    first = np.full((1, len(network.nodes)), shock)
    spread = spread_stress(network.claims, network.equity, first, by=way)
    assert spread.converged.all()
    assert (spread.final >= spread.initial).all()
    assert (spread.final <= 1.0).all()


@LAWS
@given(networks(), st.floats(0.0, 0.9))
def test_a_larger_shock_never_leaves_less_stress(drawn, shock):
    network = healthy(drawn)
    shocks = np.outer([shock, shock + 0.1], np.ones(len(network.nodes)))
    spread = spread_stress(network.claims, network.equity, shocks)
    assert (spread.final[1] >= spread.final[0] - 1e-12).all()


@LAWS
@given(networks(), st.floats(0.0, 1.0))
def test_passing_on_every_loss_hurts_most_and_only_defaults_least(drawn, shock):
    network = healthy(drawn)
    first = np.full((1, len(network.nodes)), shock)
    every, once, default = (
        spread_stress(network.claims, network.equity, first, by=way).final for way in WAYS
    )
    assert (every >= once - 1e-12).all()
    assert (once >= default - 1e-12).all() or shock == 1.0


@LAWS
@given(networks(), st.floats(0.0, 0.9))
def test_debtrank_and_its_valuation_tell_the_same_equity(drawn, shock):
    network = healthy(drawn)
    lost = shock * network.equity * (np.arange(len(network.nodes)) % 2 == 0)
    cleared = clear_system(
        network,
        external_assets=network.external_assets - lost,
        options=ClearingOptions(model="linear_debtrank", solutions="greatest"),
    )
    spread = spread_stress(network.claims, network.equity, lost / network.equity)
    left = np.maximum(cleared.equity[0], 0.0) / network.equity
    np.testing.assert_allclose(1.0 - spread.final[0], left, atol=1e-8)


def test_a_loop_passes_stress_on_once_or_for_ever():
    """Two nodes, each exposed to the other with half its equity; half of one is lost.

    Once: 0.5 -> 0.25 -> back 0.125. For ever: h = (I - W/2)^-1 h0 = (2/3, 1/3).
    """
    loop = links_of([5.0, 5.0], [0, 1], [1, 0], (2, 2))
    once = spread_stress(loop, [10.0, 10.0], [0.5, 0.0], by="first_loss")
    every = spread_stress(loop, [10.0, 10.0], [0.5, 0.0])
    np.testing.assert_allclose(once.final, [[0.625, 0.25]])
    np.testing.assert_allclose(every.final, [[2 / 3, 1 / 3]], atol=1e-10)
    assert once.debtrank([1.0, 3.0])[0] == pytest.approx(0.25 * 0.125 + 0.75 * 0.25)


def test_debtrank_counts_a_claim_beyond_equity_as_all_of_it_and_linear_debtrank_in_full():
    """A claim of 20 on a node that has lost half, against 10 of equity: min(1, 2) 0.5 or 2 0.5."""
    claim = links_of([20.0], [0], [1], (2, 2))
    once = spread_stress(claim, [10.0, 10.0], [0.0, 0.5], by="first_loss")
    every = spread_stress(claim, [10.0, 10.0], [0.0, 0.5])
    assert once.final.tolist() == [[0.5, 0.5]]
    assert every.final.tolist() == [[1.0, 0.5]]


@pytest.mark.parametrize(
    ("equity", "initial", "by", "match"),
    [
        ([1.0, 1.0, 1.0], [[0.5, 0.0]], "every_loss", "one equity a node"),
        ([1.0, 1.0], [[0.5, 0.0, 0.0]], "every_loss", "Initial stress"),
        ([1.0, 1.0], [[[0.5, 0.0]]], "every_loss", "Initial stress"),
        ([1.0, 1.0], [[0.5, 0.0]], "debtrank", "every_loss, first_loss, default"),
    ],
)
def test_shapes_and_words_that_do_not_fit_are_refused(equity, initial, by, match):
    with pytest.raises(IronpotError, match=match):
        spread_stress(links_of([1.0], [0], [1], (2, 2)), equity, initial, by=by)


def test_no_nodes_have_no_stress():
    spread = spread_stress(links_of([], [], [], (0, 0)), [], np.zeros((1, 0)))
    assert spread.final.shape == (1, 0)
    assert spread.converged.all()


def test_stress_of_a_node_without_equity_is_refused():
    with pytest.raises(IronpotError, match="share of equity"):
        spread_stress(links_of([1.0], [0], [1], (2, 2)), [0.0, 1.0], [0.5, 0.5])
