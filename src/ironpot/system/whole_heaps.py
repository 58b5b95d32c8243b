"""What if a county's heap in a market is lots that sell whole? Split, plan together, add up again.

How many lots stand behind a heap is not published: the split is an assumption. Yuan.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ironpot.system.checkpoint import Book
from ironpot.system.coordinate import Coordination, coordinate_plans
from ironpot.system.fleet import Fleet
from ironpot.system.links import Floats
from ironpot.system.rights import lots_alone, only_rights
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.ties import Team
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
        team=None if markets.team is None else _split_team(markets.team, parts),
    )


def _split_team(team: Team, parts: int) -> Team:
    """A yuan of a part takes what a yuan of its heap does."""
    ready = np.repeat(team.ready, parts)
    return Team(np.repeat(team.work, parts), np.repeat(team.span, parts), ready, team.capacity)


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

    Rights are used as the joint plan of parts uses them; the bound is then that plan's.

    The bound holds for plans of such lots; parts of lots may cost less. `start` is a joint plan of
    parts of the heaps, `watch`, `fleet` and `book` are as in `coordinate_whole_lots`.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([60.0]), np.array([1.0]),
    ...                     np.array([[30.0]]), np.array([[0.5]]))
    >>> coordinate_whole_heaps(one, 3).sold.tolist()
    [[40.0]]
    """
    if markets.rights is not None:
        start = start or coordinate_plans(markets)
    lots = markets if start is None else lots_alone(markets, start.sold)
    inside = start if start is None or lots is markets else _of_lots(markets, lots, start)
    plan = coordinate_whole_lots(
        split_heaps(lots, parts), options=options, start=inside, watch=watch, fleet=fleet, book=book
    )
    sold: Floats = plan.sold.reshape(len(lots.lots), parts, -1).sum(axis=1)
    plan = replace(plan, sold=sold)
    return plan if start is None or lots is markets else _with_rights(markets, start, plan)


def _of_lots(markets: SharedMarkets, lots: SharedMarkets, plan: Coordination) -> Coordination:
    """Return a joint plan as one of lots alone: what its rights cost is nobody's choice there."""
    assert markets.rights is not None
    sold = plan.sold[markets.on_sale]
    paid = plan.cost - float(lots.costs(sold).sum())
    return replace(
        plan,
        sold=sold,
        costs=lots.costs(sold),
        fees=plan.fees[~markets.rights],
        cost=plan.cost - paid,
        bound=plan.bound - paid,
        do_nothing=float(lots.doing_nothing().sum()),
    )


def _with_rights(markets: SharedMarkets, start: Coordination, plan: Coordination) -> Coordination:
    """Return a plan of whole lots with the rights that `start` uses, and the bound of `start`."""
    assert markets.rights is not None
    sold, fees = only_rights(markets, start.sold), start.fees.copy()
    sold[markets.on_sale], fees[~markets.rights] = plan.sold, plan.fees
    costs = markets.costs(sold)
    found = replace(
        plan,
        sold=sold,
        costs=costs,
        fees=fees,
        cost=float(costs.sum()),
        bound=start.bound,
        do_nothing=start.do_nothing,
    )
    return replace(found, reached=plan.reached and found.gap_of_stake <= plan.gap_of_stake)
