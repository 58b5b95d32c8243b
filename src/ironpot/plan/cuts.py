"""Which rows can a relaxed plan break that no whole plan can? Rounding cuts of markets' quarters.

In one market's quarter whole lots fill a ladder: with B the capacity of its first tranches and s
what spills beyond them, s >= sum of V_a x_a - B. Dividing by any d > 0 and rounding (mixed-integer
rounding, Nemhauser and Wolsey 1990) gives, with f = frac(B / d) and f_a = frac(V_a / d),

    sum (floor(V_a / d) + max(f_a - f, 0) / (1 - f)) x_a - s / (d (1 - f)) <= floor(B / d).

Beyond the last tranche s is nil: then it is a cut of a knapsack. Volumes are million.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.now import column_volumes
from ironpot.plan.program import Floats, Ints, Rows

USED = 1e-6
# A cut must take this much volume from the relaxed plan to be worth a row (million).
WORTH = 0.5
# At this many decimals a division counts as whole.
DIGITS = 12
MOST_A_TRANCHE = 3
# Divisors below this share of B give cuts that hardly cut.
LEAST_DIVISOR = 1 / 12
NEARLY_WHOLE = 0.99


@dataclass(frozen=True, slots=True)
class Cell:
    """One market's quarter: listing `columns` with their `volume`, `fill` columns by tranche.

    `fill` is (stall, tranche), `capacity` (tranche,).
    """

    columns: Ints
    volume: Floats
    fill: Ints
    capacity: Floats


def market_cells(model: Model) -> list[Cell]:
    """List the markets' quarters in which anything can be listed."""
    inputs = model.inputs
    column, market, start, volume = column_volumes(inputs, model.release_of)
    is_open = model.program.upper[column] > 0.5
    fill, capacity = model.column("fill"), inputs.offers.depth.capacity / MILLION
    stall = inputs.stalls.market
    cells: list[Cell] = []
    for m in range(capacity.shape[0]):
        for t in range(capacity.shape[1]):
            here = np.flatnonzero(is_open & (market == m) & (start == t))
            if here.size:
                size = volume[here] / MILLION
                cells.append(Cell(column[here], size, fill[stall == m, t], capacity[m, t]))
    return cells


def violated_cuts(cells: list[Cell], point: Floats) -> Rows:
    """Return the cuts that a relaxed plan breaks most, at most a few for each tranche."""
    rows = Rows()
    for cell in cells:
        if (point[cell.columns] > USED).any():
            for columns, values, upper in _of_cell(cell, point):
                rows.add(columns, values, upper=upper)
    return rows


def _of_cell(cell: Cell, point: Floats) -> Iterator[tuple[Ints, Floats, float]]:
    """Yield the violated cuts of a cell: columns, coefficients, upper limit."""
    share = point[cell.columns]
    filled = point[cell.fill].sum(axis=0)
    limits = np.cumsum(cell.capacity)
    for tranche in np.flatnonzero(cell.capacity > 0.0):
        beyond = np.flatnonzero(cell.capacity[tranche + 1 :] > 0.0) + tranche + 1
        spill, limit = float(filled[beyond].sum()), float(limits[tranche])
        divisors = _divisors(cell.volume[share > USED], limit)
        weight, scale, upper = _round(cell.volume, limit, divisors)
        broken = (weight @ share - spill / scale - upper) * scale
        for number in np.argsort(-broken)[:MOST_A_TRANCHE]:
            if broken[number] > WORTH:
                spilled = cell.fill[:, beyond].ravel()
                lost = np.full(spilled.size, -1.0 / scale[number])
                columns = np.concatenate([cell.columns, spilled])
                yield columns, np.concatenate([weight[number], lost]), float(upper[number])


def _divisors(volumes: Floats, limit: float) -> Floats:
    """Return divisors worth trying: sizes in use, and just over a half, third ... of the limit."""
    parts = limit / np.arange(1, 6) * (1.0 + 1e-9)
    return np.unique(np.concatenate([volumes[volumes > limit * LEAST_DIVISOR], parts]))


def _round(volume: Floats, limit: float, divisors: Floats) -> tuple[Floats, Floats, Floats]:
    """Return coefficients (divisor, column), scale d (1 - f) and upper limit (divisor,)."""
    whole = np.floor(np.round(limit / divisors, DIGITS))
    over = np.clip(limit / divisors - whole, 0.0, None)
    usable = over < NEARLY_WHOLE
    divisors, whole, over = divisors[usable], whole[usable], over[usable]
    ratio = volume[None, :] / divisors[:, None]
    # Rounded down a hair too far would only weaken a cut; too far up would make it false.
    floor = np.floor(ratio)
    part = np.clip(ratio - floor - over[:, None], 0.0, None) / (1.0 - over[:, None])
    return floor + part, divisors * (1.0 - over), whole
