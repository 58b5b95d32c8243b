"""Random networks for laws: sparse, with nodes that owe nothing, own nothing or fail."""

from typing import NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from ironpot.system.network import Network, network_of

LAWS = settings(derandomize=True, deadline=None, max_examples=60, database=None)


class Drawn(NamedTuple):
    """A network as papers print it: owes (debtor, creditor), external assets and debts."""

    owes: np.ndarray
    assets: np.ndarray
    debts: np.ndarray

    @property
    def network(self) -> Network:
        return network_of(self.owes, self.assets, self.debts)

    def as_lists(self) -> tuple[list[list[float]], list[float], list[float]]:
        return self.owes.tolist(), self.assets.tolist(), self.debts.tolist()


@st.composite
def networks(draw, *, most=9, leaking=False):
    """Draw a network; `leaking` gives every node external debts, so that clearing is unique."""
    count = draw(st.integers(2, most))
    chance = np.random.default_rng(draw(st.integers(0, 2**31)))
    owes = np.round(chance.lognormal(0, 1, (count, count)), 2)
    owes *= chance.random((count, count)) < draw(st.sampled_from([0.2, 0.5, 1.0]))
    np.fill_diagonal(owes, 0.0)
    debts = np.round(chance.exponential(1.0, count) + 0.05, 2)
    if not leaking:
        debts *= chance.random(count) < 0.6
    ample = draw(st.sampled_from([0.2, 0.6, 1.0]))
    assets = np.round(ample * (owes.sum(axis=1) + debts) * chance.random(count), 2)
    return Drawn(owes, assets, debts)
