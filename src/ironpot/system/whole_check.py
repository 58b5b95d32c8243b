"""Does a joint plan of whole lots fit, what does it cost, and does its bound hold? Worked out anew.

Plain Python beside the compiled search: nothing of it is used but the plan, the fees and the cash
duals that the search met, and any duals within their limits give a bound that holds.
"""

import heapq
import itertools
import math
from dataclasses import dataclass

import numpy as np

from ironpot.system.coordinate import Coordination
from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets

# Sums of floats in another order differ in the last digits.
DIGITS = 1e-9
_NODES = 20_000


@dataclass(frozen=True, slots=True)
class WholeCheck:
    """What a plan of whole lots is found to be.

    `cost` yuan; `overshot` (market, slot) is volume beyond the room; `not_whole` the lot rows that
    are neither kept nor sold whole in one quarter; no plan of whole lots costs less than `bound`.
    """

    cost: float
    overshot: Floats
    not_whole: tuple[int, ...]
    bound: float

    @property
    def fits(self) -> bool:
        """Whether no row is overshot and every lot is whole."""
        return not self.not_whole and not self.overshot.any()


def check_whole_lots(
    markets: SharedMarkets, plan: Coordination, *, nodes: int = 1000
) -> WholeCheck:
    """Work out anew what `plan` costs, whether it fits, and what all plans cost at least.

    `nodes` limits the search for duals of each county; more can only raise the bound.

    >>> from ironpot.system.whole_lots import coordinate_whole_lots
    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 2]),
    ...                     np.array([0, 0]), np.array([40.0, 30.0]), np.array([1.0, 1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> found = check_whole_lots(one, coordinate_whole_lots(one))
    >>> found.fits, round(found.cost, 6), found.bound <= found.cost
    (True, 22.0, True)
    """
    room = markets.room.reshape(len(markets.room), -1)
    over = _loads(markets, plan.sold) - room
    return WholeCheck(
        math.fsum(_cost(markets, plan.sold, i) for i in range(len(markets.counties))),
        np.where(over > DIGITS * np.maximum(room, 1.0), over, 0.0),
        tuple(m for m in range(len(plan.sold)) if not _whole(markets, plan.sold[m], m)),
        _bound(markets, plan.fees, nodes),
    )


def _loads(markets: SharedMarkets, sold: Floats) -> Floats:
    parts = [sold[markets.market == at] for at in range(len(markets.price))]
    return np.array([[math.fsum(column) for column in part.T] for part in parts])


def _whole(markets: SharedMarkets, sold: Floats, m: int) -> bool:
    """Tell whether a lot row is kept, or sold whole in one quarter."""
    parts = [math.fsum(quarter) for quarter in sold.reshape(markets.price.shape[1], -1)]
    used = [part for part in parts if part != 0.0]
    whole = not used or math.isclose(used[0], markets.lots[m], rel_tol=DIGITS)
    return whole and len(used) <= 1 and bool((sold >= 0.0).all())


def _cost(markets: SharedMarkets, sold: Floats, i: int) -> float:
    """Add up value destroyed and arrears of one county, term by term."""
    quarters = markets.price.shape[1]
    raised, costs = [-float(need) for need in markets.need[i]], list[float]()
    for m in range(markets.first_lot[i], markets.first_lot[i + 1]):
        prices = markets.price[markets.market[m]].reshape(-1)
        for k in np.flatnonzero(sold[m]):
            costs.append((markets.keep[m] - prices[k]) * sold[m, k])
            raised[k * quarters // prices.size] += prices[k] * sold[m, k]
    for t in range(quarters):
        costs.append(markets.late[i, t] * max(-math.fsum(raised[: t + 1]), 0.0))
    return math.fsum(costs)


def _bound(markets: SharedMarkets, fees: Floats, nodes: int) -> float:
    """Bound all plans: what counties pay at least at the fees, less the fees on all room."""
    from ironpot.system.whole_bound import sellers_of
    from ironpot.system.whole_sweep import met_duals

    sellers = sellers_of(markets)
    lows = (
        least_cost(markets, i, fees, met_duals(i, sellers, fees, nodes))
        for i in range(len(markets.counties))
    )
    room = markets.room.reshape(fees.shape)
    paid = math.fsum(fees[fees > 0.0] * room[fees > 0.0])
    return math.fsum(lows) - paid


def least_cost(markets: SharedMarkets, i: int, fees: Floats, duals: Floats) -> float:
    """Return what county `i` pays at least at the fees, fees included, from cash duals.

    `duals` (dual, quarter) are clipped to [0, late]. Every choice of quarters costs at least what
    the best of the duals says; the cheapest choice is found best first.
    """
    known = np.clip(duals, 0.0, markets.late[i])
    worth = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    lots = range(markets.first_lot[i], markets.first_lot[i + 1])
    choices = [_choices(markets, m, fees, worth) for m in lots]
    choices.sort(key=lambda lot: -float(np.ptp(lot[:, :-1]) if lot.shape[1] > 1 else 0.0))
    least = [choice.min(axis=1) for choice in choices]
    rest = [sum(least[at:], np.zeros(len(known))) for at in range(len(least) + 1)]
    start = known @ markets.due[i]
    count = itertools.count()
    heap = [(float((start + rest[0]).max()), 0, next(count), start)]
    while True:
        bound, at, number, so_far = heapq.heappop(heap)
        if at == len(choices) or number > _NODES:
            return bound
        below = so_far[:, None] + choices[at]
        bounds = (below + rest[at + 1][:, None]).max(axis=0)
        for low, column in zip(bounds.tolist(), below.T, strict=True):
            heapq.heappush(heap, (max(low, bound), at + 1, next(count), column))


def _choices(markets: SharedMarkets, m: int, fees: Floats, worth: Floats) -> Floats:
    """Return what a lot costs at each dual, (dual, choice): kept, or whole in a quarter."""
    at, quarters = markets.market[m], markets.price.shape[1]
    price, room = markets.price[at], markets.room[at]
    fee, columns = fees[at].reshape(quarters, -1), [np.zeros(len(worth))]
    for t in range(quarters):
        if markets.lots[m] > 0.0 and room[t].sum() >= markets.lots[m] * (1.0 - DIGITS):
            each = markets.keep[m] - price[t] + fee[t] - worth[:, t, None] * price[t]
            columns.append(np.array([_filled(row, room[t], markets.lots[m]) for row in each]))
    return np.stack(columns, axis=1)


def _filled(each: Floats, room: Floats, lot: float) -> float:
    """Fill tranches with a lot, those that cost least first."""
    order = np.argsort(each, kind="stable")
    before = np.cumsum(room[order]) - room[order]
    return float((each[order] * np.clip(lot - before, 0.0, room[order])).sum())
