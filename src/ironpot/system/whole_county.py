"""Compiled search: which lots should one seller sell whole, in which quarter, at given fees?

Branches on the lot whose quarter is least clear. Bounds come from duals of cash and of the team's
quarters, clipped to their limits, so that no linear solver is trusted. Ends after a number of
nodes, never after a time; ties go to the lowest index.
"""

from typing import NamedTuple

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import own_cost
from ironpot.system.links import Floats, Ints
from ironpot.system.whole_program import (
    FREE,
    KEPT,
    Own,
    Work,
    beside_decided,
    fits,
    holds,
    solve_decided,
)

_SAME = 1e-9
_WHOLE = 1e-7


class Open(NamedTuple):
    """Nodes still to be searched: what is decided (node, lot) and a bound (node,)."""

    chosen: Ints
    bound: Floats


@njit(cache=True, nogil=True)
def solve_whole(
    own: Own, work: Work, nodes: int, best: Floats, met: Floats
) -> tuple[float, float, int]:
    """Improve `best` (lot, slot) in place; return its cost, a lower bound and the nodes used.

    `best` must hold whole lots that fit; nothing sold will do. The bound holds for every plan of
    whole lots within `cap`, each lot seen by itself, and within the team, whatever the number of
    nodes; it follows from the duals of cash and team that are written to `met` (node, dual) as far
    as that goes.
    """
    heap = _root(own, nodes)
    height, used, lowest = 1, 0, np.inf
    value = own_cost(own.price, own.cost, own.need, own.late, best)
    sold = np.zeros_like(own.price)
    while height > 0 and used < nodes:
        at = heap.bound[:height].argmin()
        chosen, bound = heap.chosen[at].copy(), heap.bound[at]
        height -= 1
        heap.chosen[at], heap.bound[at] = heap.chosen[height], heap.bound[height]
        if bound >= value - _SAME * abs(value):
            return value, min(lowest, bound, value), used
        used += 1
        left = beside_decided(work, chosen)
        duals = solve_decided(own, left, chosen, sold)
        if used <= len(met):
            met[used - 1] = duals
        costs = whole_costs(own, left, duals, chosen)
        bound = max(bound, bound_at(own, left, duals, costs, chosen))
        value = _round(own, left, sold, costs, chosen, best, value)
        lot = least_clear(own, sold, chosen)
        if lot < 0 or bound >= value - _SAME * abs(value):
            lowest = min(lowest, bound)
        else:
            height = _branch(heap, height, chosen, lot, costs[lot], bound)
    for node in range(height):
        lowest = min(lowest, heap.bound[node])
    return value, min(lowest, value), used


@njit(cache=True, nogil=True)
def _root(own: Own, nodes: int) -> Open:
    count = own.lots.size
    most = nodes * own.need.size + own.need.size + 1
    heap = Open(np.full((most, count), FREE), np.full(most, -np.inf))
    for m in range(count):
        if own.lots[m] <= 0.0:
            heap.chosen[0, m] = KEPT
    return heap


@njit(cache=True, nogil=True)
def _branch(heap: Open, height: int, chosen: Ints, lot: int, costs: Floats, bound: float) -> int:
    """Open a node for each thing that can become of a lot; return how many are open."""
    quarters = costs.size - 1
    rest = bound - costs.min()
    for t in range(quarters + 1):
        if costs[t] < np.inf:
            heap.chosen[height] = chosen
            heap.chosen[height, lot] = KEPT if t == quarters else t
            heap.bound[height] = rest + costs[t]
            height += 1
    return height


@njit(cache=True, nogil=True)
def whole_costs(own: Own, work: Work, duals: Floats, chosen: Ints) -> Floats:
    """Return what selling each lot whole in each quarter costs at duals, (lot, quarter + 1).

    Infinite where a free lot does not fit beside those decided, whose work is paid for. The last
    column is nil: the lot is kept.
    """
    quarters = own.need.size
    costs = np.full((own.lots.size, quarters + 1), np.inf)
    costs[:, quarters] = 0.0
    worth = 0.0
    for t in range(quarters - 1, -1, -1):
        worth += duals[t]
        for m in range(own.lots.size):
            if chosen[m] == t or (fits(own, m, t) and holds(work, m, t)):
                costs[m, t] = _cost_whole(own, m, t, worth)
    if work.left.size > 0:
        _add_work(costs, work, duals[quarters:], chosen)
    return costs


@njit(cache=True, nogil=True)
def _add_work(costs: Floats, work: Work, duals: Floats, chosen: Ints) -> None:
    """Let free lots pay for the team's work."""
    for m in range(chosen.size):
        for t in range(duals.size if chosen[m] == FREE else 0):
            costs[m, t] += (work.taken[m, t] * duals).sum()


@njit(cache=True, nogil=True)
def _cost_whole(own: Own, m: int, t: int, worth: float) -> float:
    """Fill the tranches of a quarter, the cheapest first, cash being worth `worth` a yuan."""
    tranches = own.price.shape[1] // own.need.size
    a, b = t * tranches, (t + 1) * tranches
    each = own.cost[m, a:b] - own.price[m, a:b] * worth
    left, total = own.lots[m], 0.0
    for k in np.argsort(each, kind="mergesort"):
        taken = min(left, own.cap[m, a + k])
        total += each[k] * taken
        left -= taken
    return total


@njit(cache=True, nogil=True)
def bound_at(own: Own, work: Work, duals: Floats, costs: Floats, chosen: Ints) -> float:
    """Return the least cost at duals of every plan that respects `chosen`."""
    bound = 0.0
    for t in range(own.need.size):
        bound += duals[t] * own.need[t]
    for t in range(work.left.size):
        bound -= duals[own.need.size + t] * work.left[t]
    for m in range(chosen.size):
        if chosen[m] >= 0:
            bound += costs[m, chosen[m]]
        elif chosen[m] == FREE:
            bound += costs[m].min()
    return bound


@njit(cache=True, nogil=True)
def fate(own: Own, sold: Floats, m: int) -> tuple[int, float]:
    """Return the quarter in which most of a lot is sold, or KEPT, and the share of the lot."""
    quarters = own.need.size
    tranches = sold.shape[1] // quarters
    at, most, total = KEPT, 0.0, 0.0
    for t in range(quarters):
        part = sold[m, t * tranches : (t + 1) * tranches].sum()
        total += part
        if part > most:
            at, most = t, part
    if own.lots[m] - total > most:
        at, most = KEPT, own.lots[m] - total
    return at, most / max(own.lots[m], 1e-300)


@njit(cache=True, nogil=True)
def least_clear(own: Own, sold: Floats, chosen: Ints) -> int:
    """Return the free lot whose likeliest fate has the smallest share, -1 if all are whole."""
    at, least = -1, 1.0 - _WHOLE
    for m in range(chosen.size):
        if chosen[m] == FREE:
            share = fate(own, sold, m)[1]
            if share < least:
                at, least = m, share
    return at


@njit(cache=True, nogil=True)
def _round(
    own: Own,
    work: Work,
    sold: Floats,
    costs: Floats,
    chosen: Ints,
    best: Floats,
    value: float,
) -> float:
    """Sell free lots whole where most of them is sold; keep the plan in `best` if cheaper."""
    rounded, changed = chosen.copy(), False
    for m in range(chosen.size):
        if chosen[m] == FREE:
            at, share = fate(own, sold, m)
            rounded[m] = at if at == KEPT or costs[m, at] < np.inf else KEPT
            changed = changed or share < 1.0
    if work.left.size > 0:
        changed = _leave_to_team(own, work, sold, costs, chosen, rounded) or changed
    trial = sold
    if changed:
        trial = np.zeros_like(sold)
        solve_decided(own, work, rounded, trial)
    _sweep_dust(trial, rounded, own.need.size)
    new = own_cost(own.price, own.cost, own.need, own.late, trial)
    if new < value:
        best[:] = trial
        return new
    return value


@njit(cache=True, nogil=True)
def _leave_to_team(
    own: Own, work: Work, sold: Floats, costs: Floats, chosen: Ints, rounded: Ints
) -> bool:
    """Move lots for which the team has no time to the best quarter left; say whether any was.

    The nearer to whole the program sells a lot, the sooner it comes.
    """
    share, moved = np.zeros(chosen.size), False
    rest = Work(work.taken, work.left.copy())
    for m in range(chosen.size):
        share[m] = fate(own, sold, m)[1]
    for m in np.argsort(-share, kind="mergesort"):
        if chosen[m] != FREE or rounded[m] < 0:
            continue
        if not holds(rest, m, int(rounded[m])):
            rounded[m], least, moved = KEPT, 0.0, True
            for t in range(own.need.size):
                if costs[m, t] < least and holds(rest, m, t):
                    rounded[m], least = t, costs[m, t]
        if rounded[m] >= 0:
            rest.left[:] -= work.taken[m, rounded[m]]
    return moved


@njit(cache=True, nogil=True)
def _sweep_dust(sold: Floats, chosen: Ints, quarters: int) -> None:
    """Clear what rounding left of decided lots outside their quarters."""
    tranches = sold.shape[1] // quarters
    for m in range(chosen.size):
        for k in range(sold.shape[1]):
            if k // tranches != chosen[m]:
                sold[m, k] = 0.0
