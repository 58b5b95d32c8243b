"""Laws of clearing on random networks, with independent oracles: a linear program and rounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.system.networks import LAWS, networks

from ironpot.core.errors import CaseError, IronpotError
from ironpot.system.clear import clear_system
from ironpot.system.clearing import received_at
from ironpot.system.network import Network
from ironpot.system.reference import clear_by_hand
from ironpot.system.rounds import default_rounds
from ironpot.system.valuations import ClearingOptions

EN = ClearingOptions()
RV = ClearingOptions(model="rogers_veraart", alpha=0.6, beta=0.8)
FIRST = ClearingOptions(external_debts="senior")
COSTLY_FIRST = ClearingOptions(model="rogers_veraart", alpha=0.6, beta=0.8, external_debts="senior")
PAYING = [EN, RV, FIRST, COSTLY_FIRST]
paying = st.sampled_from(PAYING)


@LAWS
@given(networks(), paying)
def test_no_creditor_receives_more_than_it_is_owed(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    assert (cleared.received[0] <= drawn.owes.sum(axis=0) * (1 + 1e-12)).all()
    assert (cleared.paid_outside[0] <= drawn.debts * (1 + 1e-12)).all()


@LAWS
@given(networks(), paying)
def test_what_is_paid_is_received_inside_or_outside(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    assert cleared.payments.sum() == pytest.approx(
        cleared.received.sum() + cleared.paid_outside.sum(), rel=1e-12, abs=1e-12
    )


@LAWS
@given(networks(), paying)
def test_limited_liability_nobody_pays_more_than_it_has(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    assert (cleared.payments <= cleared.available + 1e-9).all()
    assert (cleared.payments >= 0.0).all()


@LAWS
@given(networks(), paying)
def test_priority_a_failed_node_keeps_nothing(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    kept = (cleared.available - cleared.payments)[cleared.default]
    np.testing.assert_allclose(kept, 0.0, atol=1e-9)
    np.testing.assert_allclose(
        cleared.payments[~cleared.default], cleared.network.owed[~cleared.default[0]], rtol=1e-9
    )


@LAWS
@given(networks(), st.sampled_from([FIRST, COSTLY_FIRST]))
def test_senior_debts_are_paid_before_anything_else(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    short = cleared.paid_outside < cleared.network.external_debts - 1e-9
    assert (cleared.paid_inside[short] <= 1e-9).all()


@LAWS
@given(networks(), paying, st.integers(0, 8), st.floats(0.01, 5.0))
def test_more_assets_never_lower_a_payment(drawn, options, node, gift):
    richer = drawn.assets.copy()
    richer[node % len(richer)] += gift
    both = clear_system(
        drawn.network, external_assets=np.stack([drawn.assets, richer]), options=options
    )
    assert (both.value[1] >= both.value[0] - 1e-11).all()


@LAWS
@given(networks())
def test_without_default_costs_rogers_veraart_is_eisenberg_noe(drawn):
    free = ClearingOptions(model="rogers_veraart", alpha=1.0, beta=1.0)
    np.testing.assert_array_equal(
        clear_system(drawn.network, options=free).value,
        clear_system(drawn.network, options=EN).value,
    )


@LAWS
@given(networks(), paying)
def test_default_costs_never_help_a_creditor(drawn, options):
    free = ClearingOptions(external_debts=options.external_debts)
    costly, cheap = (clear_system(drawn.network, options=o) for o in (options, free))
    assert (costly.value <= cheap.value + 1e-12).all()


@LAWS
@given(networks(leaking=True), paying, st.randoms(use_true_random=False))
def test_the_order_of_nodes_changes_nothing(drawn, options, chance):
    order = list(range(len(drawn.assets)))
    chance.shuffle(order)
    turned = drawn._replace(
        owes=drawn.owes[np.ix_(order, order)], assets=drawn.assets[order], debts=drawn.debts[order]
    )
    straight = clear_system(drawn.network, options=options)
    other = clear_system(turned.network, options=options)
    np.testing.assert_allclose(other.value[0], straight.value[0][order], atol=1e-11)
    assert other.unique.tolist() == straight.unique.tolist()


@LAWS
@given(networks())
def test_linear_program_fixed_point_and_rounds_of_default_agree(drawn):
    cleared = clear_system(drawn.network)
    np.testing.assert_allclose(
        cleared.payments[0].sum(), -_linear_program(drawn).fun, rtol=1e-7, atol=1e-7
    )
    np.testing.assert_allclose(cleared.payments[0], _linear_program(drawn).x, atol=1e-6)
    np.testing.assert_allclose(cleared.value[0], default_rounds(drawn.network).value, atol=1e-9)


def _linear_program(drawn):
    """Largest total payment: p <= owed and p <= assets + receipts (Eisenberg-Noe, lemma 4)."""
    owed = drawn.owes.sum(axis=1) + drawn.debts
    share = np.divide(
        drawn.owes, owed[:, None], out=np.zeros_like(drawn.owes), where=owed[:, None] > 0
    )
    solved = linprog(
        -np.ones(owed.size),
        A_ub=np.eye(owed.size) - share.T,
        b_ub=drawn.assets,
        bounds=list(zip(np.zeros(owed.size), owed, strict=True)),
        method="highs",
    )
    assert solved.success
    return solved


@LAWS
@given(networks(), st.sampled_from([RV, FIRST, COSTLY_FIRST]))
def test_rounds_of_default_agree_with_the_kernel_for_every_rank_and_cost(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    rounds = default_rounds(drawn.network, options=options)
    np.testing.assert_allclose(cleared.value[0], rounds.value, atol=1e-9)
    assert ((rounds.level >= 0) == cleared.default[0]).all()


@LAWS
@given(networks(), st.sampled_from([*PAYING, ClearingOptions(model="furfine", recovery=0.4)]))
def test_kernel_and_slow_reference_agree_from_above_and_below(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    for solution, start in ((cleared.greatest, 1.0), (cleared.least, 0.0)):
        by_hand = clear_by_hand(*drawn.as_lists(), options, start=start)
        np.testing.assert_allclose(solution.value[0], by_hand, atol=1e-10)


@LAWS
@given(networks(leaking=True), st.sampled_from(["merton", "black_cox"]), st.floats(0.02, 0.6))
def test_smooth_valuations_agree_with_the_slow_reference(drawn, model, sigma):
    plain, options = drawn.network, ClearingOptions(model=model, recovery=0.4)
    volatility = np.full(len(plain.nodes), sigma)
    network = Network(
        plain.nodes, plain.claims, plain.external_assets, plain.external_debts, volatility
    )
    cleared = clear_system(network, options=options)
    for solution, start in ((cleared.greatest, 1.0), (cleared.least, 0.0)):
        by_hand = clear_by_hand(
            *drawn.as_lists(), options, start=start, volatility=volatility.tolist()
        )
        np.testing.assert_allclose(solution.value[0], by_hand, atol=1e-9)


@LAWS
@given(networks(), paying)
def test_both_ends_are_solutions_and_the_least_is_not_above_the_greatest(drawn, options):
    cleared = clear_system(drawn.network, options=options)
    assert cleared.converged.all()
    assert (cleared.least.value <= cleared.value + 1e-11).all()
    assert (cleared.residual <= 1e-12).all()


@LAWS
@given(networks(leaking=True), paying, st.integers(1, 70))
def test_many_scenarios_clear_as_each_alone(drawn, options, count):
    scale = np.linspace(0.3, 1.2, count)[:, None]
    together = clear_system(
        drawn.network, external_assets=drawn.assets * scale, options=options
    ).value
    for row in {0, count // 2, count - 1}:
        alone = clear_system(
            drawn.network, external_assets=drawn.assets * scale[row], options=options
        ).value
        np.testing.assert_allclose(together[row], alone[0], atol=1e-11)


def test_two_banks_that_wait_for_each_other_have_two_solutions():
    from ironpot.system.network import network_of

    waiting = network_of([[0, 1], [1, 0]], [0.2, 0.2], [0, 0])
    half = ClearingOptions(model="rogers_veraart", alpha=0.5, beta=0.5)
    cleared = clear_system(waiting, options=half)
    assert cleared.unique.tolist() == [False]
    np.testing.assert_allclose(cleared.value, 1.0)
    np.testing.assert_allclose(cleared.least.value, 0.2, atol=1e-10)


def test_an_answer_that_has_not_settled_says_so():
    from ironpot.system.network import network_of

    ring = network_of([[0, 1.0], [1.0, 0]], [1.001, 1.001], [0.0, 0.0])
    few = ClearingOptions("linear_debtrank", max_iterations=5, solutions="greatest")
    stopped = clear_system(ring, external_assets=[1.0005, 1.0005], options=few)
    assert stopped.converged.tolist() == [False]
    assert stopped.iterations.tolist() == [5]
    with pytest.raises(IronpotError, match="uniqueness is unknown"):
        _ = stopped.unique


def test_unknown_and_negative_assets_are_refused_by_name():
    from ironpot.system.network import network_of

    network = network_of([[0, 1.0], [1.0, 0]], [1.0, 1.0], [0, 0])
    with pytest.raises(CaseError, match=r"n1.*unknown"):
        clear_system(network, external_assets=[1.0, np.nan])
    with pytest.raises(CaseError, match=r"n0.*below zero"):
        clear_system(network, external_assets=[-1.0, 1.0])


def test_ex_ante_values_are_not_payments():
    from ironpot.system.network import network_of

    network = network_of([[0, 1.0], [0, 0]], [2.0, 1.0], [0, 0])
    cleared = clear_system(network, options=ClearingOptions(model="linear_debtrank"))
    with pytest.raises(IronpotError, match="before anything is paid"):
        _ = cleared.payments
    np.testing.assert_allclose(received_at(network, cleared.value), cleared.received)
