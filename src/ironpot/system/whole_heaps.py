"""What if a county's heap in a market is lots that sell whole? Split, plan together, add up again.

How many lots stand behind a heap is not published: the split is an assumption. Yuan.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ironpot.system.checkpoint import Book
from ironpot.system.coordinate import Coordination
from ironpot.system.fleet import Fleet
from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots


def split_heaps(markets: SharedMarkets, parts: int) -> SharedMarkets:
    """Return the problem with every lot row cut into `parts` lots, sized as 1, 2, ..., `parts`.

    All keep the value per appraised yuan of their heap.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([60.0]), np.array([1.0]),
    ...                     np.array([[30.0]]), np.array([[0.5]]))
    >>> split_heaps(one, 3).lots.tolist()
    [10.0, 20.0, 30.0]
    """
    size = np.arange(1.0, parts + 1.0)
    return replace(
        markets,
        first_lot=markets.first_lot * parts,
        market=np.repeat(markets.market, parts),
        lots=(markets.lots[:, None] * (size / size.sum())).ravel(),
        keep=np.repeat(markets.keep, parts),
        opens=None if markets.opens is None else np.repeat(markets.opens, parts),
    )


def coordinate_whole_heaps(
    markets: SharedMarkets,
    parts: int,
    *,
    options: WholeOptions | None = None,
    start: Coordination | None = None,
    watch: Callable[[Coordination], None] | None = None,
    fleet: Fleet | None = None,
    book: Book | None = None,
) -> Coordination:
    """Find a joint plan in which each heap is `parts` lots that sell whole; sales by heap.

    The bound holds for plans of such lots; parts of lots may cost less. `start` is a joint plan of
    parts of the heaps, `watch`, `fleet` and `book` are as in `coordinate_whole_lots`.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([60.0]), np.array([1.0]),
    ...                     np.array([[30.0]]), np.array([[0.5]]))
    >>> coordinate_whole_heaps(one, 3).sold.tolist()
    [[40.0]]
    """
    split = split_heaps(markets, parts)
    plan = coordinate_whole_lots(
        split, options=options, start=start, watch=watch, fleet=fleet, book=book
    )
    sold: Floats = plan.sold.reshape(len(markets.lots), parts, -1).sum(axis=1)
    return replace(plan, sold=sold)
