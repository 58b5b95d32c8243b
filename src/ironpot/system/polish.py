"""Is a plan that is cheaper than the joint plan already known? Then that is the joint plan.

A search that ends within its gap may stop above another plan that was met on the way: a regime's, a
wish's, one of the frontier, or what counties make of their own allotments. Yuan.
"""

from collections.abc import Iterable
from dataclasses import replace

from ironpot.system.allotments import SAME, answer_fees, answer_within
from ironpot.system.coordinate import Coordination, CoordinationOptions
from ironpot.system.links import Floats
from ironpot.system.regimes import by_quarter, pooled
from ironpot.system.shared_markets import SharedMarkets

# Plans made of plans: each turn is cheaper than the last, and few are needed.
_TURNS = 20


def cheapest_known(
    markets: SharedMarkets,
    plan: Coordination,
    others: Iterable[Floats],
    *,
    options: CoordinationOptions | None = None,
) -> Coordination:
    """Return the joint plan, or a cheaper one that is known or follows at once; the bound stands.

    `others` (lot, slot) are plans of the same problem that fit its rooms. After them come the ways
    in which counties carry out the best so far: each the best within its own allotment; all at the
    fees, cut to the rooms; its quantities, tranches shared. Fees are those of the bound. The gap of
    `options` decides whether what was asked for is reached.

    >>> import numpy as np
    >>> from ironpot.system.coordinate import coordinate_plans
    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> idle = coordinate_plans(one, options=CoordinationOptions(sweeps=0))
    >>> idle.cost, cheapest_known(one, idle, [np.array([[50.0]])]).cost
    (30.0, 20.0)
    """
    gap = (options or CoordinationOptions()).gap
    best = plan
    for sold in others:
        best = _cheaper(markets, best, sold)
    for _ in range(_TURNS):
        before = best.cost
        for sold in _carried_out(markets, best):
            best = _cheaper(markets, best, sold)
        if before - best.cost <= SAME * max(abs(before), 1.0):
            break
    return best if best is plan else _judged(best, gap)


def _carried_out(markets: SharedMarkets, plan: Coordination) -> tuple[Floats, ...]:
    """Return the plans that counties make of a joint plan, as `ways_table` shows them."""
    return (
        answer_within(markets, plan).sold,
        markets.within_room(answer_fees(markets, plan).sold),
        pooled(markets, by_quarter(markets, plan.sold)),
    )


def _cheaper(markets: SharedMarkets, plan: Coordination, sold: Floats) -> Coordination:
    """Return the plan with `sold` in its place where that costs less."""
    costs = markets.costs(sold)
    cost = float(costs.sum())
    if cost >= plan.cost:
        return plan
    return replace(plan, sold=sold, costs=costs, cost=cost, bound=min(plan.bound, cost))


def _judged(plan: Coordination, gap: float) -> Coordination:
    within = max(plan.gap_of_stake, plan.gap_of_cost) <= gap
    return replace(plan, reached=plan.reached or within)
