"""A network keeps what its tables say, refuses what they do not, and can be rebuilt from totals."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.networks import LAWS, networks

from ironpot.core.errors import CaseError, IronpotError
from ironpot.system.network import build_network
from ironpot.system.reconstruct import maximum_entropy, minimum_density, network_ensemble

NODES = pl.DataFrame(
    {"node_id": ["a", "b"], "external_assets": [3.0, 1.0], "external_debts": [0.0, 2.0]}
)


def claims(*rows):
    return pl.DataFrame(rows, schema=["debtor_id", "creditor_id", "amount"], orient="row")


def test_claims_between_the_same_two_nodes_add_up():
    network = build_network(NODES, claims(("a", "b", 1.0), ("a", "b", 2.5)))
    assert network.owed_inside.tolist() == [3.5, 0.0]
    assert network.claimed.tolist() == [0.0, 3.5]


def test_all_faults_of_the_tables_are_named_at_once():
    bad = NODES.with_columns(external_assets=pl.Series([None, -1.0]))
    with pytest.raises(CaseError) as caught:
        build_network(bad, claims(("a", "a", 1.0), ("a", "z", float("nan"))))
    found = [(issue.place.file, issue.place.row, issue.value) for issue in caught.value.issues]
    assert found == [
        ("nodes", 1, ""),
        ("nodes", 2, "-1.0"),
        ("claims", 2, "nan"),
        ("claims", 2, "z"),
        ("claims", 1, "a"),
    ]


def test_a_node_named_twice_is_refused():
    with pytest.raises(CaseError, match="stands twice"):
        build_network(pl.concat([NODES, NODES.head(1)]), claims(("a", "b", 1.0)))


@LAWS
@given(networks())
def test_every_reconstruction_keeps_all_totals_and_no_node_owes_itself(drawn):
    rows, columns = drawn.owes.sum(axis=1), drawn.owes.sum(axis=0)
    draws = network_ensemble(
        rows,
        columns,
        same_nodes=True,
        members=2,
        layers=3,
        generator=np.random.default_rng(1),
    )
    for network in (minimum_density(rows, columns, same_nodes=True), *draws):
        np.testing.assert_allclose(network.sum(axis=1), rows, atol=1e-9)
        np.testing.assert_allclose(network.sum(axis=0), columns, atol=1e-9)
        assert (network.diagonal() == 0.0).all()
        assert (network >= -1e-12).all()


@LAWS
@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 1000))
def test_maximum_entropy_between_two_kinds_of_nodes_is_the_product_of_shares(left, right, seed):
    chance = np.random.default_rng(seed)
    rows = chance.random(left)
    columns = chance.random(right)
    columns *= rows.sum() / columns.sum()
    spread = maximum_entropy(rows, columns, same_nodes=False)
    np.testing.assert_allclose(spread, np.outer(rows, columns) / rows.sum(), atol=1e-12)


def test_few_links_are_fewer_than_nodes():
    chance = np.random.default_rng(3)
    rows = chance.random(40)
    few = minimum_density(rows, chance.permutation(rows), same_nodes=False)
    assert np.count_nonzero(few) < 80


@pytest.mark.parametrize(
    ("rows", "columns"),
    [([1.0, 2.0], [1.0, 1.0]), ([3.0, 1.0], [3.0, 1.0]), ([np.nan, 1.0], [1.0, 1.0])],
)
def test_totals_that_no_network_has_are_refused(rows, columns):
    with pytest.raises(IronpotError, match="No network has these totals"):
        maximum_entropy(rows, columns, same_nodes=True)
