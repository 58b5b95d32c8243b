"""Compiled program of one county with some lots decided: sold whole in a quarter, or kept.

Arrays as in `county_kernels`. `chosen` (lot,) holds the quarter in which a lot must be sold whole,
`KEPT`, or `FREE`: any part, any time. A lot sold whole may spread over its quarter's tranches.
A team is a row a quarter: free lots take their part of what decided ones leave.
"""

from typing import NamedTuple

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.county_kernels import flip, simplex
from ironpot.system.links import Floats, Ints
from ironpot.system.ties import Ties, worked_on

FREE, KEPT = -1, -2
# Room taken and given back differs from what it was in the last digits.
_DIGITS = 1e-12
_WORK_DIGITS = 1e-10


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


class Work(NamedTuple):
    """One seller's team: what a lot sold whole takes, `taken` (lot, sale, quarter), of `left`.

    `left` (quarter,) is what there is; both are empty where there is no team.
    """

    taken: Floats
    left: Floats


class Table(NamedTuple):
    """A bounded simplex table; columns are sales, behind, ahead (quarter,), slack (lot,), idle.

    `idle` is what is left of the team in each quarter, none where there is no team.
    """

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
def work_of(ties: Ties, lots: Ints, size: Floats, county: int, used: Floats) -> Work:
    """Return what `lots` of a county, of a `size` each, take of its team beside what is `used`."""
    if ties.team.size == 0:
        return Work(np.zeros((0, 0, 0)), np.zeros(0))
    quarters = ties.team.shape[1]
    taken = np.zeros((lots.size, quarters, quarters))
    for m in range(lots.size):
        for sale in range(quarters):
            for quarter in range(quarters):
                if worked_on(ties, lots[m], sale, quarter):
                    taken[m, sale, quarter] = ties.work[lots[m]] * size[m]
    return Work(taken, np.maximum(ties.team[county] - used, 0.0))


@njit(cache=True, nogil=True)
def holds(work: Work, lot: int, sale: int) -> bool:
    """Tell whether there is time left to sell a lot whole; without a team there always is."""
    for quarter in range(work.left.size):
        if work.left[quarter] < work.taken[lot, sale, quarter] * (1.0 - _WORK_DIGITS):
            return False
    return True


@njit(cache=True, nogil=True)
def beside_decided(work: Work, chosen: Ints) -> Work:
    """Return a team with what decided lots leave of it."""
    if work.left.size == 0:
        return work
    left = work.left.copy()
    for m in range(chosen.size):
        if chosen[m] >= 0:
            left -= work.taken[m, chosen[m]]
    return Work(work.taken, np.maximum(left, 0.0))


@njit(cache=True, nogil=True)
def solve_decided(own: Own, work: Work, chosen: Ints, sold: Floats) -> Floats:
    """Write the best `sold` (lot, slot) that respects `chosen`; return clipped cash duals.

    Those of the team follow, of which `work` has what decided lots leave.
    """
    quarters, busy = own.need.size, work.left.size
    table = empty_table(own, work, chosen)
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
    duals, idle = np.empty(quarters + busy), sales + 2 * quarters + own.lots.size
    for t in range(quarters):
        duals[t] = min(max(table.reduced[sales + quarters + t], 0.0), own.late[t])
    for t in range(busy):
        duals[quarters + t] = max(table.reduced[idle + t], 0.0)
    return duals


@njit(cache=True, nogil=True)
def empty_table(own: Own, work: Work, chosen: Ints) -> Table:
    """Write rows of cash, lots and team, with no free lot sold yet; cash rows have no basis."""
    quarters, count, busy = own.need.size, own.lots.size, work.left.size
    tranches = own.price.shape[1] // quarters
    lot, slot = _open_sales(own, work, chosen)
    sales, rows = lot.size, quarters + count + busy
    width = sales + 2 * quarters + count + busy
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
    table = Table(body, right, reduced, upper, basis, np.zeros(width, np.int64), lot, slot)
    if busy:
        _add_team(own, work, chosen, table)
    return table


@njit(cache=True, nogil=True)
def _add_team(own: Own, work: Work, chosen: Ints, table: Table) -> None:
    """Write the rows of the team: what free lots take of it, all of it idle at first."""
    quarters, count, busy = own.need.size, own.lots.size, work.left.size
    tranches, idle = own.price.shape[1] // quarters, table.upper.size - busy
    for t in range(busy):
        row = quarters + count + t
        for j in range(table.lot.size):
            m = table.lot[j]
            if chosen[m] == FREE:
                table.body[row, j] = work.taken[m, table.slot[j] // tranches, t] / own.lots[m]
        table.body[row, idle + t] = 1.0
        table.right[row], table.basis[row] = work.left[t], idle + t


@njit(cache=True, nogil=True)
def _open_sales(own: Own, work: Work, chosen: Ints) -> tuple[Ints, Ints]:
    """Return lot and slot of every sale that `chosen` and the room leave open, in order."""
    lot, slot = np.empty(own.cap.size, np.int64), np.empty(own.cap.size, np.int64)
    quarters, count = own.need.size, 0
    tranches = own.price.shape[1] // quarters
    for m in range(own.lots.size):
        for t in range(quarters):
            free = chosen[m] == FREE and fits(own, m, t) and holds(work, m, t)
            if chosen[m] != t and not free:
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
