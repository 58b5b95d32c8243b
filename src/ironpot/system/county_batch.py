"""Compiled sweeps over counties: answer the fees, step together, bound. Imported where called.

Arrays are (lot, slot) and (market, slot); `first` (county + 1,) cuts lot rows by county.
"""

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import own_bound, solve_county, tied_cost
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import Ties, ties_of


@njit(cache=True, nogil=True)
def answer_part(
    begin: int,
    end: int,
    group: Ints,
    first: Ints,
    market: Ints,
    lots: Floats,
    price: Floats,
    destroyed: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
    ties: Ties,
    fees: Floats,
    sold: Floats,
    answer: Floats,
    gain: Floats,
    duals: Floats,
) -> None:
    """Write the best answers, first-order gains and cash duals of part of a batch.

    Every county writes its own rows only: parts may run side by side.
    """
    for g in range(begin, end):
        i = group[g]
        a, b = first[i], first[i + 1]
        cost = destroyed[a:b] + fees[market[a:b]]
        own = ties_of(ties, first, i)
        found = solve_county(
            price[a:b], cost, cap[a:b], lots[a:b], due[i], late[i], own, answer[a:b]
        )
        duals[i] = found[: due.shape[1]]
        new = tied_cost(price[a:b], cost, due[i], late[i], own, answer[a:b])
        gain[g] = new - tied_cost(price[a:b], cost, due[i], late[i], own, sold[a:b])


@njit(cache=True, nogil=True)
def step_batch(
    group: Ints,
    first: Ints,
    market: Ints,
    stiff: Floats,
    answer: Floats,
    gain: Floats,
    sold: Floats,
    load: Floats,
) -> None:
    """Move the counties of a batch towards their answers, in place, one after the other.

    Each takes the step that keeps the joint descent safe for any size of batch:
    min(1, -gain / sum_r stiff_r |change_r| (all changes of the batch)_r).
    """
    crowd = np.zeros_like(load)
    for g in range(group.size):
        for m in range(first[group[g]], first[group[g] + 1]):
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
    ties: Ties,
    fees: Floats,
    stiff: Floats,
    sold: Floats,
    load: Floats,
    duals: Floats,
) -> None:
    """Let all counties of one batch answer the same fees, then step, in place."""
    answer, gain = np.zeros_like(sold), np.zeros(group.size)
    answer_part(
        *(0, group.size, group, first, market, lots, price, destroyed, cap, due, late, ties),
        *(fees, sold, answer, gain, duals),
    )
    step_batch(group, first, market, stiff, answer, gain, sold, load)


@njit(cache=True, nogil=True)
def bound_part(
    begin: int,
    end: int,
    first: Ints,
    market: Ints,
    lots: Floats,
    price: Floats,
    destroyed: Floats,
    cap: Floats,
    due: Floats,
    late: Floats,
    ties: Ties,
    fees: Floats,
    bounds: Floats,
) -> None:
    """Write a lower bound on the cost of counties begin to end at `fees`, from fresh cash duals."""
    for i in range(begin, end):
        a, b = first[i], first[i + 1]
        cost = destroyed[a:b] + fees[market[a:b]]
        answer, own = np.zeros_like(cost), ties_of(ties, first, i)
        duals = solve_county(price[a:b], cost, cap[a:b], lots[a:b], due[i], late[i], own, answer)
        bounds[i] = own_bound(price[a:b], cost, cap[a:b], lots[a:b], due[i], own, duals)


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
    ties: Ties,
    fees: Floats,
) -> Floats:
    """Return a lower bound on each county's cost at `fees`, from its own fresh cash duals."""
    bounds = np.empty(due.shape[0])
    bound_part(
        *(0, bounds.size, first, market, lots, price, destroyed, cap, due, late, ties, fees),
        bounds,
    )
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
    ties: Ties,
    answer: Floats,
) -> Floats:
    """Write every county's best sales at these prices, costs and caps; return what each costs."""
    costs = np.empty(due.shape[0])
    for i in range(due.shape[0]):
        a, b = first[i], first[i + 1]
        own = ties_of(ties, first, i)
        solve_county(price[a:b], cost[a:b], cap[a:b], lots[a:b], due[i], late[i], own, answer[a:b])
        costs[i] = tied_cost(price[a:b], cost[a:b], due[i], late[i], own, answer[a:b])
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
    ties: Ties,
) -> Floats:
    """Return what a yuan more in each quarter saves each county, (county, quarter)."""
    duals = np.zeros_like(due)
    for i in range(due.shape[0]):
        a, b = first[i], first[i + 1]
        answer, own = np.zeros_like(cost[a:b]), ties_of(ties, first, i)
        found = solve_county(
            price[a:b], cost[a:b], cap[a:b], lots[a:b], due[i], late[i], own, answer
        )
        duals[i] = found[: due.shape[1]]
    return duals
