"""Compiled program of one county with some lots decided: sold whole in a quarter, or kept.

Arrays as in `county_kernels`. `chosen` (lot,) holds the quarter in which a lot must be sold whole,
`KEPT`, or `FREE`: any part, any time. A lot sold whole may spread over its quarter's tranches.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ironpot.system.county_kernels import flip, simplex
from ironpot.system.links import Floats, Ints

FREE, KEPT = -1, -2
# Room taken and given back differs from what it was in the last digits.
_DIGITS = 1e-12


class Own(NamedTuple):
    """One seller's program: `price`, `cost` (keep - price + fee) and `cap` are (lot, slot).

    `lots` (lot,); `need` (quarter,) is cumulative; `late` (quarter,) prices being a yuan behind.
    """

    price: Floats
    cost: Floats
    cap: Floats
    lots: Floats
    need: Floats
    late: Floats


class Table(NamedTuple):
    """A bounded simplex table; columns are sales, then behind, ahead (quarter,), slack (lot,)."""

    body: Floats
    right: Floats
    reduced: Floats
    upper: Floats
    basis: Ints
    flipped: Ints
    lot: Ints
    slot: Ints


@njit(cache=True, nogil=True)
def fits(own: Own, lot: int, quarter: int) -> bool:
    """Tell whether a lot can be sold whole in a quarter; a lot of nothing cannot."""
    tranches = own.price.shape[1] // own.need.size
    room = own.cap[lot, quarter * tranches : (quarter + 1) * tranches].sum()
    return own.lots[lot] > 0.0 and room >= own.lots[lot] * (1.0 - _DIGITS)


@njit(cache=True, nogil=True)
def solve_decided(own: Own, chosen: Ints, sold: Floats) -> Floats:
    """Write the best `sold` (lot, slot) that respects `chosen`; return clipped cash duals."""
    quarters = own.need.size
    table = empty_table(own, chosen)
    for m in range(own.lots.size):
        if chosen[m] >= 0:
            _start_whole(table, m, quarters)
    sales = table.lot.size
    for t in range(quarters):
        table.basis[t] = sales + t
        if table.right[t] < 0.0:
            table.body[t] *= -1.0
            table.right[t], table.basis[t] = -table.right[t], sales + quarters + t
        else:
            table.reduced[:] -= own.late[t] * table.body[t]
    simplex(table.body, table.right, table.reduced, table.upper, table.basis, table.flipped)
    _read(table, sold)
    duals = np.empty(quarters)
    for t in range(quarters):
        duals[t] = min(max(table.reduced[sales + quarters + t], 0.0), own.late[t])
    return duals


@njit(cache=True, nogil=True)
def empty_table(own: Own, chosen: Ints) -> Table:
    """Write the rows of cash and of lots, with nothing sold yet; cash rows have no basis."""
    quarters, count = own.need.size, own.lots.size
    tranches = own.price.shape[1] // quarters
    lot, slot = _open_sales(own, chosen)
    sales, rows = lot.size, quarters + count
    width = sales + 2 * quarters + count
    body, right = np.zeros((rows, width)), np.zeros(rows)
    reduced, upper = np.zeros(width), np.full(width, np.inf)
    basis = np.zeros(rows, np.int64)
    for j in range(sales):
        m, k = lot[j], slot[j]
        reduced[j], upper[j] = own.cost[m, k], min(own.cap[m, k], own.lots[m])
        body[quarters + m, j] = 1.0
        body[k // tranches : quarters, j] = own.price[m, k]
    for m in range(count):
        body[quarters + m, sales + 2 * quarters + m] = 1.0
        right[quarters + m], basis[quarters + m] = own.lots[m], sales + 2 * quarters + m
    for t in range(quarters):
        body[t, sales + t], body[t, sales + quarters + t] = 1.0, -1.0
        right[t], reduced[sales + t] = own.need[t], own.late[t]
    return Table(body, right, reduced, upper, basis, np.zeros(width, np.int64), lot, slot)


@njit(cache=True, nogil=True)
def _open_sales(own: Own, chosen: Ints) -> tuple[Ints, Ints]:
    """Return lot and slot of every sale that `chosen` and the room leave open, in order."""
    lot, slot = np.empty(own.cap.size, np.int64), np.empty(own.cap.size, np.int64)
    quarters, count = own.need.size, 0
    tranches = own.price.shape[1] // quarters
    for m in range(own.lots.size):
        for t in range(quarters):
            if chosen[m] != t and not (chosen[m] == FREE and fits(own, m, t)):
                continue
            for k in range(t * tranches, (t + 1) * tranches):
                if own.cap[m, k] > 0.0:
                    lot[count], slot[count] = m, k
                    count += 1
    return lot[:count].copy(), slot[:count].copy()


@njit(cache=True, nogil=True)
def _start_whole(table: Table, m: int, quarters: int) -> None:
    """Start a lot that must be sold whole: fill its tranches in order, the last one basic."""
    row, last = quarters + m, -1
    for j in range(table.lot.size):
        if table.lot[j] != m:
            continue
        if last >= 0:
            flip(table.body, table.right, table.reduced, table.upper, last)
            table.flipped[last] = 1
        last = j
        if table.right[row] <= table.upper[j]:
            break
    table.right[row] = min(table.right[row], table.upper[last])
    for t in range(quarters):
        worth = table.body[t, last]
        if worth != 0.0:
            table.body[t] -= worth * table.body[row]
            table.right[t] -= worth * table.right[row]
    table.reduced[:] -= table.reduced[last] * table.body[row]
    table.upper[table.basis[row]] = 0.0
    table.basis[row] = last


@njit(cache=True, nogil=True)
def _read(table: Table, sold: Floats) -> None:
    """Read the sales out of a solved table, bounds undone."""
    sold[:] = 0.0
    for j in range(table.lot.size):
        if table.flipped[j]:
            sold[table.lot[j], table.slot[j]] = table.upper[j]
    for i in range(table.basis.size):
        j = table.basis[i]
        if j < table.lot.size:
            value = table.upper[j] - table.right[i] if table.flipped[j] else table.right[i]
            sold[table.lot[j], table.slot[j]] = min(max(value, 0.0), table.upper[j])
