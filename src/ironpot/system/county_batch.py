"""Compiled sweeps over counties: answer the fees, step together, bound. Imported where called.

Arrays are (lot, slot) and (market, slot); `first` (county + 1,) cuts lot rows by county.
"""

import numpy as np
from numba import njit

from ironpot.system.county_kernels import own_bound, own_cost, solve_county
from ironpot.system.links import Floats, Ints


@njit(cache=True, nogil=True)
def move_batch(
    group: Ints,
    first: Ints,
    market: Ints,
    lots: Floats,
    price: Floats,
    destroyed: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
    fees: Floats,
    stiff: Floats,
    sold: Floats,
    load: Floats,
    duals: Floats,
) -> None:
    """Move the counties of one batch towards their best answers, in place.

    All answer the same fees; then each takes the step that keeps the joint descent safe for any
    size of batch: min(1, -gain / sum_r stiff_r |change_r| (all changes of the batch)_r).
    """
    answer = np.zeros_like(sold)
    gain, crowd = np.zeros(group.size), np.zeros_like(load)
    for g in range(group.size):
        i = group[g]
        a, b = first[i], first[i + 1]
        fee = fees[market[a:b]]
        cost = destroyed[a:b] + fee
        duals[i] = solve_county(price[a:b], cost, cap[a:b], lots[a:b], due[i], late[i], answer[a:b])
        new = own_cost(price[a:b], cost, due[i], late[i], answer[a:b])
        gain[g] = new - own_cost(price[a:b], cost, due[i], late[i], sold[a:b])
        for m in range(a, b):
            crowd[market[m]] += np.abs(answer[m] - sold[m])
    for g in range(group.size):
        a, b = first[group[g]], first[group[g] + 1]
        resistance = 0.0
        for m in range(a, b):
            change = np.abs(answer[m] - sold[m])
            resistance += (stiff[market[m]] * change * crowd[market[m]]).sum()
        step = 0.0 if gain[g] >= 0.0 else min(1.0, -gain[g] / max(resistance, 1e-300))
        for m in range(a, b):
            moved = step * (answer[m] - sold[m])
            sold[m] += moved
            load[market[m]] += moved


@njit(cache=True, nogil=True)
def bound_all(
    first: Ints,
    market: Ints,
    lots: Floats,
    price: Floats,
    destroyed: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
    fees: Floats,
) -> Floats:
    """Return a lower bound on each county's cost at `fees`, from its own fresh cash duals."""
    bounds = np.empty(due.shape[0])
    for i in range(due.shape[0]):
        a, b = first[i], first[i + 1]
        cost = destroyed[a:b] + fees[market[a:b]]
        answer = np.zeros_like(cost)
        duals = solve_county(price[a:b], cost, cap[a:b], lots[a:b], due[i], late[i], answer)
        bounds[i] = own_bound(price[a:b], cost, cap[a:b], lots[a:b], due[i], duals)
    return bounds


@njit(cache=True, nogil=True)
def answer_all(
    first: Ints,
    lots: Floats,
    price: Floats,
    cost: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
    answer: Floats,
) -> Floats:
    """Write every county's best sales at these prices, costs and caps; return what each costs."""
    costs = np.empty(due.shape[0])
    for i in range(due.shape[0]):
        a, b = first[i], first[i + 1]
        solve_county(price[a:b], cost[a:b], cap[a:b], lots[a:b], due[i], late[i], answer[a:b])
        costs[i] = own_cost(price[a:b], cost[a:b], due[i], late[i], answer[a:b])
    return costs


@njit(cache=True, nogil=True)
def cash_duals(
    first: Ints,
    lots: Floats,
    price: Floats,
    cost: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
) -> Floats:
    """Return what a yuan more in each quarter saves each county, (county, quarter)."""
    duals = np.zeros_like(due)
    for i in range(due.shape[0]):
        a, b = first[i], first[i + 1]
        answer = np.zeros_like(cost[a:b])
        duals[i] = solve_county(price[a:b], cost[a:b], cap[a:b], lots[a:b], due[i], late[i], answer)
    return duals
