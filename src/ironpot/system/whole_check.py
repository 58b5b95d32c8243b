"""Does a joint plan of whole lots fit, what does it cost, and does its bound hold? Worked out anew.

Plain Python beside the compiled search: nothing of it is used but the plan, the fees and the cash
duals that the search met, and any duals within their limits give a bound that holds.
"""

import heapq
import itertools
import math
from dataclasses import dataclass
from typing import NamedTuple

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

    `cost` yuan; `overshot` (market, slot) is volume beyond the room; `overworked` (county, quarter)
    work beyond the team's, without rows where there is none; `not_whole` the lot rows that are
    neither kept nor sold whole in one quarter in which they are open; no plan of whole lots costs
    less than `bound`.
    """

    cost: float
    overshot: Floats
    not_whole: tuple[int, ...]
    bound: float
    overworked: Floats

    @property
    def fits(self) -> bool:
        """Whether no row is overshot, no team overworked and every lot is whole."""
        return not (self.not_whole or self.overshot.any() or self.overworked.any())


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
        _overworked(markets, plan.sold),
    )


def _loads(markets: SharedMarkets, sold: Floats) -> Floats:
    parts = [sold[markets.market == at] for at in range(len(markets.price))]
    return np.array([[math.fsum(column) for column in part.T] for part in parts])


def _overworked(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return what each county's team is asked for beyond what it has, lot by lot."""
    if markets.team is None:
        return np.zeros((0, 0))
    capacity, quarters = markets.team.capacity, markets.price.shape[1]
    over = np.zeros_like(capacity)
    for i in range(len(capacity)):
        used: list[list[float]] = [[] for _ in range(quarters)]
        for m in range(markets.first_lot[i], markets.first_lot[i + 1]):
            parts = [math.fsum(quarter) for quarter in sold[m].reshape(quarters, -1)]
            for sale, part in enumerate(parts):
                for quarter in _at_work(markets, m, sale):
                    used[quarter].append(part * markets.team.work[m])
        over[i] = [math.fsum(row) for row in used] - capacity[i]
    return np.where(over > DIGITS * np.maximum(capacity, 1.0), over, 0.0)


def _at_work(markets: SharedMarkets, m: int, sale: int) -> range:
    """Return the quarters in which the team prepares what is sold of a lot in the quarter `sale`.

    A sale before the lot opens is prepared in the quarters that there are.
    """
    assert markets.team is not None
    begin = sale - int(markets.team.ready[m])
    return range(max(begin, 0), min(begin + int(markets.team.span[m]), markets.price.shape[1]))


def _whole(markets: SharedMarkets, sold: Floats, m: int) -> bool:
    """Tell whether a lot row is kept, or sold whole in one quarter in which it is open."""
    parts = [math.fsum(quarter) for quarter in sold.reshape(markets.price.shape[1], -1)]
    used = [part for part in parts if part != 0.0]
    early = any(part != 0.0 for part in parts[: int(markets.first_quarter[m])])
    whole = not early and (not used or math.isclose(used[0], markets.lots[m], rel_tol=DIGITS))
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
    """Return what county `i` pays at least at the fees, fees included, from duals of its rows.

    `duals` (dual, quarter) of cash are clipped to [0, late], those of the team, which follow, to 0
    or more. Every choice of quarters costs at least what the best of the duals says; the cheapest
    choice for which the team has time is found best first.
    """
    quarters, team = markets.price.shape[1], _team(markets, i)
    known, busy = np.clip(duals[:, :quarters], 0.0, markets.late[i]), duals[:, quarters:]
    busy = np.maximum(busy, 0.0)[:, : team.size]
    lots = range(markets.first_lot[i], markets.first_lot[i + 1])
    choices = [_choices(markets, m, fees, known, busy) for m in lots]
    choices.sort(key=lambda lot: -float(np.ptp(lot.cost[:, :-1]) if len(lot.work) > 1 else 0.0))
    least = [choice.cost.min(axis=1) for choice in choices]
    rest = [sum(least[at:], np.zeros(len(known))) for at in range(len(least) + 1)]
    start = known @ markets.due[i] - busy @ team
    count, hair = itertools.count(), DIGITS * np.maximum(team, 1.0)
    heap = [(float((start + rest[0]).max()), 0, next(count), start, team)]
    while True:
        bound, at, number, so_far, left = heapq.heappop(heap)
        if at == len(choices) or number > _NODES:
            return bound
        below = so_far[:, None] + choices[at].cost
        bounds = (below + rest[at + 1][:, None]).max(axis=0)
        for low, column, work in zip(bounds.tolist(), below.T, choices[at].work, strict=True):
            if (left - work >= -hair).all():
                item = (max(low, bound), at + 1, next(count), column, left - work)
                heapq.heappush(heap, item)


def _team(markets: SharedMarkets, i: int) -> Floats:
    """Return what county `i` has of its team by quarter, nothing at all where there is none."""
    return np.zeros(0) if markets.team is None else markets.team.capacity[i]


class _Choices(NamedTuple):
    """What becomes of a lot: `cost` (dual, choice), and `work` (choice, quarter) for the team."""

    cost: Floats
    work: Floats


def _choices(markets: SharedMarkets, m: int, fees: Floats, known: Floats, busy: Floats) -> _Choices:
    """Return what a lot can do: be kept, or sold whole in a quarter with room for it."""
    at, quarters, lot = markets.market[m], markets.price.shape[1], markets.lots[m]
    price, room = markets.price[at], markets.room[at]
    worth = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    fee, columns = fees[at].reshape(quarters, -1), [np.zeros(len(worth))]
    works = [np.zeros(busy.shape[1])]
    for t in range(int(markets.first_quarter[m]), quarters):
        if lot > 0.0 and room[t].sum() >= lot * (1.0 - DIGITS):
            each = markets.keep[m] - price[t] + fee[t] - worth[:, t, None] * price[t]
            works.append(_work_of(markets, m, t))
            filled = np.array([_filled(row, room[t], lot) for row in each])
            columns.append(filled + busy @ works[-1])
    return _Choices(np.stack(columns, axis=1), np.array(works))


def _work_of(markets: SharedMarkets, m: int, sale: int) -> Floats:
    """Return what the team does in each quarter to sell a lot whole, nothing without a team."""
    if markets.team is None:
        return np.zeros(0)
    work = np.zeros(markets.price.shape[1])
    work[_at_work(markets, m, sale)] = markets.team.work[m] * markets.lots[m]
    return work


def _filled(each: Floats, room: Floats, lot: float) -> float:
    """Fill tranches with a lot, those that cost least first."""
    order = np.argsort(each, kind="stable")
    before = np.cumsum(room[order]) - room[order]
    return float((each[order] * np.clip(lot - before, 0.0, room[order])).sum())
