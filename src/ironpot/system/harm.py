"""Whose selling costs whom in the crowd? What each would save if one seller had stayed away.

All others' offers stay as they are; the ladders fill anew without the one. Yuan.
"""

import numpy as np
import polars as pl

from ironpot.system.links import Floats, Ints
from ironpot.system.regimes import Regime, by_county, not_more_than_owned, pooled
from ironpot.system.shared_markets import SharedMarkets

# Sellers looked at, the largest first: each costs one filling of all ladders.
MOST_SELLERS = 400


def harm(markets: SharedMarkets, crowd: Regime, sellers: Ints) -> Floats:
    """Return what the offers of each of `sellers` cost every county, (seller, county).

    Positive hurts. A seller's cost to itself is nil: what it loses by not selling is its own
    choice. Raises ValueError for a regime whose offers are not pooled.

    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> from ironpot.system.learned import plan_nash
    >>> harm(two, plan_nash(two), np.array([0, 1])).round(6).tolist()
    [[0.0, 30.0], [30.0, 0.0]]
    """
    if crowd.offered is None:
        raise ValueError(f"The offers of {crowd.name} are not known.")
    first, found = markets.first_lot, np.zeros((len(sellers), len(markets.counties)))
    for row, seller in enumerate(sellers):
        without = crowd.offered.copy()
        without[first[seller] : first[seller + 1]] = 0.0
        costs = markets.costs(not_more_than_owned(markets, pooled(markets, without)))
        found[row] = crowd.costs - costs
        found[row, seller] = 0.0
    return found


def harm_table(markets: SharedMarkets, crowd: Regime, *, least: float = 1.0) -> pl.DataFrame:
    """Return (seller, hurt, harm) of the largest sellers, pairs of at least `least` yuan."""
    size = by_county(markets, crowd.sold.sum(axis=1))
    sellers = np.argsort(-size, kind="stable")[:MOST_SELLERS].astype(np.int64)
    found = harm(markets, crowd, sellers)
    row, hurt = np.nonzero(np.abs(found) >= least)
    names = np.array(markets.counties)
    return pl.DataFrame(
        {"seller": names[sellers[row]], "hurt": names[hurt], "harm": found[row, hurt]},
        schema={"seller": pl.String, "hurt": pl.String, "harm": pl.Float64},
    ).sort("harm", descending=True)
