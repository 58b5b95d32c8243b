"""Compiled learning of a crowd: what a market gives on average, best offers, steps towards them.

Arrays are (market, quarter) for what all offer and (lot, quarter) for what each offers, appraised
yuan; `room` and `price` are (market, quarter, tranche). Imported where called.
"""

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import solve_county, tied_cost
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import Ties, ties_of


@njit(cache=True, nogil=True)
def believe(
    total: Floats,
    room: Floats,
    price: Floats,
    share: Floats,
    mean: Floats,
    taken_away: Floats,
) -> None:
    """Write what a yuan offered meets: the share sold, the average price, what others lose.

    A yuan more takes from all others the average price less that of the tranche it would sell in,
    nil beyond the last. A market without room sells nothing.
    """
    for m in range(total.shape[0]):
        for q in range(total.shape[1]):
            left, volume, money, edge = total[m, q], 0.0, 0.0, 0.0
            for b in range(room.shape[2] - 1, -1, -1):
                if total[m, q] < room[m, q, : b + 1].sum():
                    edge = price[m, q, b]
            for b in range(room.shape[2]):
                taken = min(left, room[m, q, b])
                left -= taken
                volume += taken
                money += taken * price[m, q, b]
            open_ = room[m, q].sum() > 0.0
            share[m, q] = volume / total[m, q] if total[m, q] > 0.0 else (1.0 if open_ else 0.0)
            mean[m, q] = money / volume if volume > 0.0 else price[m, q, 0]
            taken_away[m, q] = max(mean[m, q] - edge, 0.0) if volume > 0.0 else 0.0


@njit(cache=True, nogil=True)
def answer_crowd(
    group: Ints,
    first: Ints,
    market: Ints,
    lots: Floats,
    keep: Floats,
    due: Floats,
    late: Floats,
    opens: Ints,
    ties: Ties,
    share: Floats,
    mean: Floats,
    toll: Floats,
    wanted: Floats,
) -> Floats:
    """Write each county's best offers to what it believes; return what they would cost it.

    A county may offer all it has in every quarter from which a lot `opens` (lot,) on; what it sells
    in all is at most what it has.
    """
    costs = np.empty(group.size)
    for g in range(group.size):
        a, b = first[group[g]], first[group[g] + 1]
        at = market[a:b]
        price, sells = mean[at], share[at]
        cost, cap, sold = price.copy(), sells.copy(), np.zeros_like(price)
        for m in range(b - a):
            cost[m] = keep[a + m] - price[m] + toll[at[m]]
            cap[m] = sells[m] * lots[a + m]
            cap[m, : opens[a + m]] = 0.0
        needs, behind, own = due[group[g]], late[group[g]], ties_of(ties, first, group[g])
        solve_county(price, cost, cap, lots[a:b], needs, behind, own, sold)
        costs[g] = tied_cost(price, cost, needs, behind, own, sold)
        for m in range(b - a):
            for q in range(sold.shape[1]):
                wanted[a + m, q] = sold[m, q] / sells[m, q] if sells[m, q] > 0.0 else 0.0
    return costs


@njit(cache=True, nogil=True)
def follow_batch(
    group: Ints,
    first: Ints,
    market: Ints,
    step: float,
    wanted: Floats,
    offered: Floats,
    total: Floats,
) -> None:
    """Move the offers of a batch by `step` towards what it wants, one after the other, in place."""
    for g in range(group.size):
        for m in range(first[group[g]], first[group[g] + 1]):
            for q in range(total.shape[1]):
                moved = step * (wanted[m, q] - offered[m, q])
                offered[m, q] += moved
                total[market[m], q] += moved
