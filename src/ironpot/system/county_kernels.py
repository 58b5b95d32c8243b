"""Compiled county programs: what one county sells where, at given fees. Imported where called.

A county's lots are rows of (lot, slot), slot = (quarter, tranche) flattened. Per county the program
is: least  sum (keep - price + fee) y + sum late_t a_t  with  0 <= y <= cap,  sum_slot y <= lots,
a_t >= need_t - sum of proceeds up to t,  a >= 0, what a sale brings or takes back afterwards
(`Ties.later`) counted with its proceeds. Solved by a dense bounded simplex from a feasible
start; ties go to the lowest index, so that the same numbers give the same answer everywhere.
"""

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import Ties, worked_on

_NEAR = 1e-10
# Steps of a program at most, and as many a row where that is more.
_MOST, _A_ROW = 600, 10


@njit(cache=True, nogil=True)
def flip(table: Floats, right: Floats, reduced: Floats, upper: Floats, j: int) -> None:
    """Replace column j by its distance from the upper bound."""
    for i in range(right.size):
        right[i] -= table[i, j] * upper[j]
        table[i, j] = -table[i, j]
    reduced[j] = -reduced[j]


@njit(cache=True, nogil=True)
def flip_basic(table: Floats, right: Floats, upper: Floats, row: int, j: int) -> None:
    """Replace the basic variable j of a row by its distance from the upper bound."""
    for k in range(table.shape[1]):
        table[row, k] = -table[row, k]
    table[row, j] = 1.0
    right[row] = upper[j] - right[row]


@njit(cache=True, nogil=True)
def pivot(table: Floats, right: Floats, reduced: Floats, row: int, j: int) -> None:
    """Bring column j into the basis at `row`."""
    scale, line = 1.0 / table[row, j], table[row]
    for k in range(line.size):
        line[k] *= scale
    right[row] *= scale
    for i in range(right.size):
        factor, other = table[i, j], table[i]
        if i != row and factor != 0.0:
            for k in range(line.size):
                other[k] -= factor * line[k]
            right[i] = max(right[i] - factor * right[row], 0.0)
    factor = reduced[j]
    for k in range(line.size):
        reduced[k] -= factor * line[k]


@njit(cache=True, nogil=True)
def entering(reduced: Floats, basic: Ints, upper: Floats) -> int:
    """Return the column that improves most, -1 if none; the lowest index wins ties."""
    best, at = -_NEAR, -1
    for j in range(reduced.size):
        if reduced[j] < best and basic[j] < 0 and upper[j] > 0.0:
            best, at = reduced[j], j
    return at


@njit(cache=True, nogil=True)
def leaving(
    table: Floats, right: Floats, upper: Floats, basis: Ints, j: int
) -> tuple[int, int, float]:
    """Return row, side (0 lower, 1 upper) and length of the longest step along column j.

    Row -1: the column itself reaches its bound.
    """
    row, side, step = -1, 1, upper[j]
    for i in range(right.size):
        a = table[i, j]
        if a > _NEAR and right[i] / a < step:
            row, side, step = i, 0, right[i] / a
        elif a < -_NEAR and (upper[basis[i]] - right[i]) / -a < step:
            row, side, step = i, 1, (upper[basis[i]] - right[i]) / -a
    return row, side, step


@njit(cache=True, nogil=True)
def simplex(
    table: Floats, right: Floats, reduced: Floats, upper: Floats, basis: Ints, flipped: Ints
) -> int:
    """Solve in place from a feasible basis; return the number of steps, which are limited."""
    basic = np.full(reduced.size, -1)
    for i in range(basis.size):
        basic[basis[i]] = i
    most = max(_MOST, _A_ROW * right.size)
    for count in range(most):
        j = entering(reduced, basic, upper)
        if j < 0:
            return count
        row, side, _ = leaving(table, right, upper, basis, j)
        if row < 0:
            flip(table, right, reduced, upper, j)
            flipped[j] = 1 - flipped[j]
            continue
        out = basis[row]
        if side == 1:
            flip_basic(table, right, upper, row, out)
            flipped[out] = 1 - flipped[out]
        basic[out], basic[j], basis[row] = -1, row, j
        pivot(table, right, reduced, row, j)
    return most


@njit(cache=True, nogil=True)
def solve_county(
    price: Floats,
    cost: Floats,
    cap: Floats,
    lots: Floats,
    need: Floats,
    late: Floats,
    ties: Ties,
    sold: Floats,
) -> Floats:
    """Write the best `sold` (lot, slot) and return cash duals, (quarter,), within [0, late].

    Where there is a team, the duals of its quarters follow those of cash, 0 or more.

    `price`, `cost` (keep - price + fee) and `cap` are (lot, slot), `lots` (lot,), `need` (quarter,)
    is cumulative, `late` (quarter,) the price of being a yuan behind at the end of a quarter,
    `ties` the county's own.
    """
    quarters, count, slots = need.size, lots.size, price.shape[1]
    tranches, own, changes = slots // quarters, lots.size * slots, ties.later.shape[0] > 0
    busy = ties.team.size
    width, rows = own + 2 * quarters + count + busy, quarters + count + busy
    table, right = np.zeros((rows, width)), np.zeros(rows)
    reduced, upper = np.zeros(width), np.full(width, np.inf)
    basis, flipped = np.zeros(rows, np.int64), np.zeros(width, np.int64)
    for m in range(count):
        for k in range(slots):
            j = m * slots + k
            reduced[j], upper[j] = cost[m, k], min(cap[m, k], lots[m])
            table[quarters + m, j] = 1.0
            begin = k // tranches
            for t in range(begin, quarters):
                table[t, j] = price[m, k]
            for t in range(begin, quarters if changes else begin):
                table[t, j] += ties.later[m, t - begin]
            for t in range(busy):
                if worked_on(ties, m, begin, t):
                    table[quarters + count + t, j] = ties.work[m]
        table[quarters + m, own + 2 * quarters + m] = 1.0
        right[quarters + m], basis[quarters + m] = lots[m], own + 2 * quarters + m
    for t in range(quarters):
        behind, ahead = own + t, own + quarters + t
        table[t, behind], table[t, ahead] = 1.0, -1.0
        right[t], basis[t], reduced[behind] = need[t], behind, late[t]
        if need[t] < 0.0:
            table[t] *= -1.0
            right[t], basis[t] = -need[t], ahead
        else:
            reduced -= late[t] * table[t]
    for t in range(busy):
        slack = own + 2 * quarters + count + t
        table[quarters + count + t, slack] = 1.0
        right[quarters + count + t], basis[quarters + count + t] = ties.team[0, t], slack
    simplex(table, right, reduced, upper, basis, flipped)
    read_sold(right, basis, upper, flipped, sold)
    duals = np.empty(quarters + busy)
    for t in range(quarters):
        duals[t] = min(max(reduced[own + quarters + t], 0.0), late[t])
    for t in range(busy):
        duals[quarters + t] = max(reduced[own + 2 * quarters + count + t], 0.0)
    return duals


@njit(cache=True, nogil=True)
def read_sold(right: Floats, basis: Ints, upper: Floats, flipped: Ints, sold: Floats) -> None:
    """Read the sales out of a solved table, bounds undone."""
    slots = sold.shape[1]
    for m in range(sold.shape[0]):
        for k in range(slots):
            j = m * slots + k
            sold[m, k] = upper[j] if flipped[j] else 0.0
    for i in range(basis.size):
        j = basis[i]
        if j < sold.size:
            value = upper[j] - right[i] if flipped[j] else right[i]
            sold[j // slots, j % slots] = min(max(value, 0.0), upper[j])


@njit(cache=True, nogil=True)
def own_cost(price: Floats, destroyed: Floats, need: Floats, late: Floats, sold: Floats) -> float:
    """Return what a plan costs a county without ties: value destroyed, and being behind."""
    paid = np.zeros(need.size)
    return with_arrears(given_up(price, destroyed, sold, paid), paid, need, late)


@njit(cache=True, nogil=True)
def tied_cost(
    price: Floats, destroyed: Floats, need: Floats, late: Floats, ties: Ties, sold: Floats
) -> float:
    """Return what a plan costs its county, what sales bring or take back afterwards counted."""
    paid, quarters = np.zeros(need.size), need.size
    destruction = given_up(price, destroyed, sold, paid)
    tranches = sold.shape[1] // quarters
    for m in range(ties.later.shape[0]):
        for k in range(sold.shape[1]):
            for age in range(1, quarters - k // tranches if sold[m, k] > 0.0 else 1):
                more = ties.later[m, age] - ties.later[m, age - 1]
                paid[k // tranches + age] += more * sold[m, k]
    return with_arrears(destruction, paid, need, late)


@njit(cache=True, nogil=True)
def given_up(price: Floats, destroyed: Floats, sold: Floats, paid: Floats) -> float:
    """Return the value that sales destroy, and add their proceeds to `paid` (quarter,)."""
    total, tranches = 0.0, sold.shape[1] // paid.size
    for m in range(sold.shape[0]):
        for k in range(sold.shape[1]):
            total += destroyed[m, k] * sold[m, k]
            paid[k // tranches] += price[m, k] * sold[m, k]
    return total


@njit(cache=True, nogil=True)
def with_arrears(total: float, paid: Floats, need: Floats, late: Floats) -> float:
    """Add the price of what is not paid at each quarter's end to a cost."""
    raised = 0.0
    for t in range(need.size):
        raised += paid[t]
        total += late[t] * max(need[t] - raised, 0.0)
    return total


@njit(cache=True, nogil=True)
def own_bound(
    price: Floats,
    cost: Floats,
    cap: Floats,
    lots: Floats,
    need: Floats,
    ties: Ties,
    duals: Floats,
) -> float:
    """Return a lower bound on a county's cost at fees, from any cash duals within their bounds.

    For fixed duals each lot is filled slot by slot, the most useful first: no solver is trusted.
    """
    quarters, slots = need.size, price.shape[1]
    tranches, bound, worth = slots // quarters, 0.0, np.empty(quarters)
    changes = ties.later.shape[0] > 0
    running = 0.0
    for t in range(quarters - 1, -1, -1):
        running += duals[t]
        worth[t] = running
        bound += duals[t] * need[t]
    for t in range(ties.team.size):
        bound -= duals[quarters + t] * ties.team[0, t]
    gain = np.empty(slots)
    for m in range(lots.size):
        for k in range(slots):
            begin = k // tranches
            gain[k] = cost[m, k] - price[m, k] * worth[begin]
            for t in range(begin, quarters if changes else begin):
                gain[k] -= ties.later[m, t - begin] * duals[t]
            for t in range(ties.team.size):
                if worked_on(ties, m, begin, t):
                    gain[k] += ties.work[m] * duals[quarters + t]
        left = lots[m]
        for k in np.argsort(gain):
            if gain[k] >= 0.0 or left <= 0.0:
                break
            taken = min(left, cap[m, k])
            bound += gain[k] * taken
            left -= taken
    return bound
