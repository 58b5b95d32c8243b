"""Compiled moves of whole lots within the room that is left: plan a few again, in other orders.

A set is some lots of one county, each in another market, so that its program knows the room that
it has. `free` (market, slot) is the room left, `raised` (county, quarter) the cash raised by then,
`worked` (county, quarter) what is used of the team.
"""

from typing import NamedTuple

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import own_cost
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import worked_on
from ironpot.system.whole_county import solve_whole
from ironpot.system.whole_program import Own, work_of
from ironpot.system.whole_sweep import Sellers

_NODES = 40
_SAME = 1e-12


class Sets(NamedTuple):
    """Which lots form a set: `lot` cut by `first` (set + 1,); `county` (set,) and `of_lot`.

    `by_market` lists lots, cut by `market_first` (market + 1,).
    """

    first: Ints
    lot: Ints
    county: Ints
    of_lot: Ints
    by_market: Ints
    market_first: Ints


class Placed(NamedTuple):
    """Where lots stand: `sold` (lot, slot), what is left of rooms, what is raised and worked."""

    sold: Floats
    free: Floats
    raised: Floats
    worked: Floats


@njit(cache=True, nogil=True)
def take_out(s: int, sellers: Sellers, sets: Sets, placed: Placed, sign: float) -> None:
    """Give a set's room, cash and work back (sign 1), or take them again (-1); `sold` stays."""
    county = sets.county[s]
    tranches = placed.sold.shape[1] // sellers.due.shape[1]
    for m in sets.lot[sets.first[s] : sets.first[s + 1]]:
        at = sellers.market[m]
        for k in range(placed.sold.shape[1]):
            if placed.sold[m, k] > 0.0:
                placed.free[at, k] += sign * placed.sold[m, k]
                paid = sellers.price[m, k] * placed.sold[m, k]
                placed.raised[county, k // tranches :] -= sign * paid
                for t in range(sellers.ties.team.shape[1]):
                    if worked_on(sellers.ties, m, k // tranches, t):
                        work = sellers.ties.work[m] * placed.sold[m, k]
                        placed.worked[county, t] -= sign * work


@njit(cache=True, nogil=True)
def plan_again(
    s: int, sellers: Sellers, sets: Sets, placed: Placed, fees: Floats, scale: float
) -> None:
    """Find a set that was taken out its best place in the room left, fees counting `scale`.

    What `sold` says of it is the plan to beat and must fit.
    """
    lots = sets.lot[sets.first[s] : sets.first[s + 1]]
    county, best = sets.county[s], placed.sold[lots]
    own = Own(
        sellers.price[lots],
        sellers.destroyed[lots] + scale * fees[sellers.market[lots]],
        np.minimum(np.maximum(placed.free[sellers.market[lots]], 0.0), sellers.cap[lots]),
        sellers.lots[lots],
        sellers.due[county] - placed.raised[county],
        sellers.late[county],
    )
    work = work_of(sellers.ties, lots, own.lots, county, placed.worked[county])
    solve_whole(own, work, _NODES, best, np.empty((0, 0)))
    placed.sold[lots] = best


@njit(cache=True, nogil=True)
def cost_of(s: int, sellers: Sellers, sets: Sets, placed: Placed) -> float:
    """Return what a set that was taken out costs its county, cash raised by others given."""
    lots = sets.lot[sets.first[s] : sets.first[s + 1]]
    county = sets.county[s]
    need = sellers.due[county] - placed.raised[county]
    sold = placed.sold[lots]
    price, destroyed = sellers.price[lots], sellers.destroyed[lots]
    return own_cost(price, destroyed, need, sellers.late[county], sold)


@njit(cache=True, nogil=True)
def plan_in_order(
    order: Ints, sellers: Sellers, sets: Sets, placed: Placed, fees: Floats, scale: float
) -> None:
    """Plan every set again in order, fees counting `scale`; no set ends worse at those fees."""
    for s in order:
        take_out(s, sellers, sets, placed, 1.0)
        plan_again(s, sellers, sets, placed, fees, scale)
        take_out(s, sellers, sets, placed, -1.0)


@njit(cache=True, nogil=True)
def rebuild_some(
    chance: Floats, weight: Floats, sellers: Sellers, sets: Sets, placed: Placed, fees: Floats
) -> int:
    """Take a few neighbouring sets out, place them in another order, keep what is cheaper.

    One trial a row of `chance` (trial, draw), numbers in [0, 1); `weight` (set,) adds up the odds
    of starting a trial. Returns how many trials were kept.
    """
    kept = 0
    team = np.empty(6, np.int64)
    for trial in range(len(chance)):
        draws = chance[trial]
        size = _neighbours(draws, weight, sellers, sets, placed, team)
        kept += _try_order(draws, team[:size], sellers, sets, placed, fees)
    return kept


@njit(cache=True, nogil=True)
def _neighbours(
    draws: Floats, weight: Floats, sellers: Sellers, sets: Sets, placed: Placed, team: Ints
) -> int:
    """Draw a set by its weight and up to five more of other counties in the same markets."""
    team[0], size = _first_above(weight, draws[0] * weight[-1]), 1
    wanted = 2 + int(draws[1] * (team.size - 1))
    for at in range(2, draws.size - 9, 3):
        if size == wanted:
            break
        s = team[int(draws[at] * size)]
        near = sets.lot[sets.first[s] + int(draws[at + 1] * (sets.first[s + 1] - sets.first[s]))]
        a, b = sets.market_first[sellers.market[near]], sets.market_first[sellers.market[near] + 1]
        lot = sets.by_market[a + int(draws[at + 2] * (b - a))]
        other, new = sets.of_lot[lot], placed.sold[lot].sum() > 0.0 or at % 2 == 0
        for j in range(size):
            new = new and sets.county[team[j]] != sets.county[other]
        if new:
            team[size] = other
            size += 1
    return size


@njit(cache=True, nogil=True)
def _first_above(weight: Floats, drawn: float) -> int:
    """Return the first place where running odds pass what was drawn."""
    low, high = 0, weight.size - 1
    while low < high:
        middle = (low + high) // 2
        if weight[middle] > drawn:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True, nogil=True)
def _try_order(
    draws: Floats, team: Ints, sellers: Sellers, sets: Sets, placed: Placed, fees: Floats
) -> int:
    """Place a team in a drawn order at drawn fees, then again without; undo what is not cheaper."""
    for j in range(team.size - 1, 0, -1):
        q = int(draws[draws.size - 2 - j] * (j + 1))
        team[j], team[q] = team[q], team[j]
    old, before = _lift(team, sellers, sets, placed)
    scale = (0.0, 0.5, 0.8, 0.9, 1.0)[int(draws[draws.size - 1] * 5)]
    for s in team:
        plan_again(s, sellers, sets, placed, fees, scale)
        take_out(s, sellers, sets, placed, -1.0)
    if scale > 0.0:
        plan_in_order(team, sellers, sets, placed, fees, 0.0)
    new = 0.0
    for s in team:
        take_out(s, sellers, sets, placed, 1.0)
        new += cost_of(s, sellers, sets, placed)
    better = new < old - _SAME * abs(old)
    if not better:
        _put_back(team, sets, placed, before)
    for s in team:
        take_out(s, sellers, sets, placed, -1.0)
    return 1 if better else 0


@njit(cache=True, nogil=True)
def _lift(team: Ints, sellers: Sellers, sets: Sets, placed: Placed) -> tuple[float, Floats]:
    """Take a team out and clear it; return what it cost and where it stood, lots in order."""
    count = 0
    for s in team:
        count += sets.first[s + 1] - sets.first[s]
    old, before, at = 0.0, np.empty((count, placed.sold.shape[1])), 0
    for s in team:
        take_out(s, sellers, sets, placed, 1.0)
        old += cost_of(s, sellers, sets, placed)
        for m in sets.lot[sets.first[s] : sets.first[s + 1]]:
            before[at] = placed.sold[m]
            placed.sold[m] = 0.0
            at += 1
    return old, before


@njit(cache=True, nogil=True)
def _put_back(team: Ints, sets: Sets, placed: Placed, before: Floats) -> None:
    at = 0
    for s in team:
        for m in sets.lot[sets.first[s] : sets.first[s + 1]]:
            placed.sold[m] = before[at]
            at += 1
