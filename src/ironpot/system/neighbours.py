"""Which markets feel a forced sale elsewhere? Those of the same place, and of the same kind.

Markets in which the same counties sell are one place. Arrays are (market,) and (market, market).
"""

import numpy as np

from ironpot.system.links import Floats, Ints
from ironpot.system.shared_markets import SharedMarkets


def places(markets: SharedMarkets) -> Ints:
    """Number the places of all markets, (market,): joined by counties that sell in several.

    >>> apart = SharedMarkets(("a", "b"), np.ones((3, 1, 1)), np.ones((3, 1, 1)),
    ...                       np.array([0, 2, 3]), np.array([0, 1, 2]), np.ones(3), np.ones(3),
    ...                       np.ones((2, 1)), np.ones((2, 1)))
    >>> places(apart).tolist()
    [0, 0, 1]
    """
    owner = markets.owner
    place = np.arange(len(markets.price))
    while True:
        lowest = np.full(len(markets.counties), len(place))
        np.minimum.at(lowest, owner, place[markets.market])
        joined = place.copy()
        np.minimum.at(joined, markets.market, lowest[owner])
        if (joined == place).all():
            return np.unique(place, return_inverse=True)[1].astype(np.int64)
        place = joined


def falls_beside(markets: SharedMarkets, kinds: tuple[str, ...], size: float) -> Floats:
    """Return the log fall in the row's prices when the column's whole ladder has been filled.

    Each other market of the same place presses by `size`; all others of the same kind together by
    as much. A market does not press on itself: its own ladder falls already. Rights neither press
    nor are pressed.

    >>> apart = SharedMarkets(("a", "b"), np.ones((3, 1, 1)), np.ones((3, 1, 1)),
    ...                       np.array([0, 2, 3]), np.array([0, 1, 2]), np.ones(3), np.ones(3),
    ...                       np.ones((2, 1)), np.ones((2, 1)))
    >>> falls_beside(apart, ("land", "shops", "land"), 0.01).tolist()
    [[0.0, 0.01, 0.01], [0.01, 0.0, 0.0], [0.01, 0.0, 0.0]]
    """
    place, kind = places(markets), np.array(kinds)
    others = ~np.eye(len(place), dtype=np.bool_)
    if markets.rights is not None:
        # Help or a swap that is used up is no forced sale.
        others &= ~markets.rights[:, None] & ~markets.rights
    near = (place[:, None] == place) & others
    alike = ((kind[:, None] == kind) & others).astype(np.float64)
    spread = alike / np.maximum(alike.sum(axis=1, keepdims=True), 1.0)
    return size * (near + spread)
