"""Compiled sweeps over counties that sell whole lots: answer fees, bound, step together.

Arrays are (lot, slot) and (market, slot); `first` (county + 1,) cuts lot rows by county.
"""

from typing import NamedTuple

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import own_cost
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import Ties
from ironpot.system.whole_county import solve_whole
from ironpot.system.whole_program import Own, Work, work_of

# `nodes` are for so many lots.
_LOTS = 4


class Sellers(NamedTuple):
    """All counties as arrays: `price`, `destroyed` (keep - price) and `cap` are (lot, slot).

    `ties` hold teams, nothing that sales bring afterwards.
    """

    first: Ints
    market: Ints
    lots: Floats
    price: Floats
    destroyed: Floats
    cap: Floats
    due: Floats
    late: Floats
    ties: Ties


class Average(NamedTuple):
    """An average of plans of whole lots: `sold` (lot, slot), `cost` (county,), `load` of rows."""

    sold: Floats
    cost: Floats
    load: Floats


@njit(cache=True, nogil=True)
def answer_block(
    group: Ints, sellers: Sellers, fees: Floats, nodes: int, sold: Floats, cost: Floats, low: Floats
) -> None:
    """Write the best whole lots of each county of a group at `fees`, own cost and lower bound.

    `cost` (county,) leaves the fees out, `low` (county,) holds them. `nodes` is for four lots and
    shrinks as counties have more: their programs cost more and are nearer to whole.
    """
    for i in group:
        a, b = sellers.first[i], sellers.first[i + 1]
        own = _program(i, sellers, fees)
        sold[a:b] = 0.0
        most = max(1, nodes * _LOTS // max(own.lots.size, _LOTS))
        _, low[i], _ = solve_whole(own, _work(i, sellers), most, sold[a:b], np.empty((0, 0)))
        destroyed = sellers.destroyed[a:b]
        cost[i] = own_cost(own.price, destroyed, own.need, own.late, sold[a:b])


@njit(cache=True, nogil=True)
def _program(i: int, sellers: Sellers, fees: Floats) -> Own:
    a, b = sellers.first[i], sellers.first[i + 1]
    return Own(
        sellers.price[a:b],
        sellers.destroyed[a:b] + fees[sellers.market[a:b]],
        sellers.cap[a:b],
        sellers.lots[a:b],
        sellers.due[i],
        sellers.late[i],
    )


@njit(cache=True, nogil=True)
def _work(i: int, sellers: Sellers) -> Work:
    """Return a county's team with all of its time left."""
    lots: Ints = np.arange(int(sellers.first[i]), int(sellers.first[i + 1]))
    return work_of(sellers.ties, lots, sellers.lots[lots], i, np.zeros_like(sellers.due[i]))


@njit(cache=True, nogil=True)
def met_duals(i: int, sellers: Sellers, fees: Floats, nodes: int) -> Floats:
    """Return the duals of cash, then team, that the search of a county meets, (node, dual)."""
    own = _program(i, sellers, fees)
    most = max(1, nodes * _LOTS // max(own.lots.size, _LOTS))
    work = _work(i, sellers)
    met = np.empty((most, own.need.size + work.left.size))
    _, _, used = solve_whole(own, work, len(met), np.zeros_like(own.price), met)
    return met[:used].copy()


@njit(cache=True, nogil=True)
def step_together(
    group: Ints,
    sellers: Sellers,
    fees: Floats,
    stiff: Floats,
    answer: Floats,
    cost: Floats,
    average: Average,
) -> None:
    """Move the average of a group towards its answers, in place, so that all together descend.

    Steps as in `county_batch.move_batch`, with costs averaged as sales are: the average of whole
    plans is no plan, and costs more than its sales alone would say.
    """
    crowd = np.zeros_like(average.load)
    gain = np.empty(group.size)
    for g in range(group.size):
        i = group[g]
        gain[g] = cost[i] - average.cost[i]
        for m in range(sellers.first[i], sellers.first[i + 1]):
            change = answer[m] - average.sold[m]
            gain[g] += (fees[sellers.market[m]] * change).sum()
            crowd[sellers.market[m]] += np.abs(change)
    for g in range(group.size):
        i = group[g]
        a, b = sellers.first[i], sellers.first[i + 1]
        resistance = 0.0
        for m in range(a, b):
            at = sellers.market[m]
            change = np.abs(answer[m] - average.sold[m])
            resistance += (stiff[at] * change * crowd[at]).sum()
        step = 0.0 if gain[g] >= 0.0 else min(1.0, -gain[g] / max(resistance, 1e-300))
        average.cost[i] += step * (cost[i] - average.cost[i])
        for m in range(a, b):
            moved = step * (answer[m] - average.sold[m])
            average.sold[m] += moved
            average.load[sellers.market[m]] += moved
