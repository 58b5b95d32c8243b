"""What should all counties sell together if every lot is sold whole, in one quarter, or kept?

Fees as in `coordinate`, but each county answers with whole lots, and the bound knows that lots are
whole. Plans are built lot by lot within the room that is left, so that they fit at any time. Yuan.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ironpot.system.coordinate import Coordination, coordinate_plans
from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets

if TYPE_CHECKING:
    from ironpot.system.whole_bound import FeeSearch


@dataclass(frozen=True, slots=True)
class WholeOptions:
    """When to stop: `gap` of the stake, at most `rounds`.

    A round searches fees for `sweeps` and plans for `trials`; `nodes` limits the search of a county
    with four lots. `workers` are threads: any number gives the same plan to the bit.
    """

    gap: float = 0.01
    rounds: int = 8
    sweeps: int = 8
    trials: int = 20_000
    nodes: int = 30
    seed: int = 1
    workers: int = 2


def coordinate_whole_lots(
    markets: SharedMarkets,
    *,
    options: WholeOptions | None = None,
    start: Coordination | None = None,
    watch: Callable[[Coordination], None] | None = None,
) -> Coordination:
    """Find a joint plan of whole lots within the gap asked for, and certify it.

    Each lot row is sold whole in one quarter, over as many of its tranches as it needs, or kept.
    No joint plan of whole lots costs less than `bound`; plans with parts of lots may. `reached`
    looks at the stake only. `watch` hears the best plan after every round; Ctrl-C keeps it. `start`
    is a joint plan with parts of lots, sought here if not given: its fees are where those for whole
    lots are sought from, and its bound holds too.

    Fees come from a block Frank-Wolfe over averages of whole plans (the bound is Lagrangian, each
    county searched by branch and bound); plans from filling large lots first at those fees, which
    then fall to nil, and from placing small groups of neighbours again in other orders.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 2]),
    ...                     np.array([0, 0]), np.array([40.0, 30.0]), np.array([1.0, 1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> plan = coordinate_whole_lots(one)
    >>> plan.sold.tolist(), round(plan.cost, 6)
    ([[40.0], [0.0]], 22.0)
    """
    from ironpot.system.whole_bound import FeeSearch
    from ironpot.system.whole_plan import PlanSearch

    options = options or WholeOptions()
    parts = start or coordinate_plans(markets)
    best = _kept(markets, parts)
    with ThreadPoolExecutor(options.workers) as pool:
        fees = FeeSearch(markets, parts.fees, options.nodes, pool)
        plans = PlanSearch(markets, options.seed)
        try:
            fees.advance(options.sweeps)
            for count in range(1, options.rounds + 1):
                found = pool.submit(plans.advance, fees.best, options.trials)
                if count < options.rounds:
                    fees.advance(options.sweeps)
                best = _better(markets, best, found.result(), fees, options.gap)
                if watch is not None:
                    watch(best)
                if best.reached:
                    break
        except KeyboardInterrupt:
            plans.stop.set()
            pool.shutdown(cancel_futures=True)
    return best


def _kept(markets: SharedMarkets, parts: Coordination) -> Coordination:
    """Return the plan that sells nothing, with the bound that holds for parts of lots too."""
    nothing = markets.doing_nothing()
    return Coordination(
        np.zeros((len(markets.lots), markets.slots)),
        nothing,
        parts.fees,
        float(nothing.sum()),
        parts.bound,
        parts.do_nothing,
        parts.sweeps,
        reached=False,
    )


def _better(
    markets: SharedMarkets, best: Coordination, sold: Floats, fees: "FeeSearch", gap: float
) -> Coordination:
    """Keep the cheaper plan and the higher bound; the plan is priced by the plain formula."""
    costs = markets.costs(sold)
    if costs.sum() >= best.cost:
        sold, costs = best.sold, best.costs
    bound = max(best.bound, fees.best.bound)
    cost = float(costs.sum())
    reached = cost - bound <= gap * (best.do_nothing - bound)
    return Coordination(
        sold, costs, fees.best.fees, cost, bound, best.do_nothing, fees.sweeps, reached
    )
