"""What does a chosen plan really cost? Whole starts, exact impact, recourse solved around them.

In the program each account fills the ladder as it likes, and levies on what deeper tranches lose
are taken at their most. In the market all that is listed in a quarter shares the ladder pro rata.
Once the releases are chosen their exact proceeds are numbers: they move to the right-hand side of
the rows of what is sold, and what is left is a linear program.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.allotments import used
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.model import Model
from ironpot.plan.program import TOLERANCE, Bounds, Floats, Ints, Program
from ironpot.plan.recourse import sale_factor

# Cash is kept this much above the buffer and other limits this much below theirs, so that rounding
# to fen cannot break them (million).
ROUNDING_MARGIN = 1e-4
ROUNDED_ROWS = ("transfer", "help_a_quarter", "help_in_all", "swap_quota", "band")
WHOLE = 0.5
# Rows that describe the market; with exact prices they have nothing left to say.
MARKET_ROWS = ("kept_volume", "listed_volume", "impact", "cut", "market_use")


@dataclass(frozen=True, slots=True)
class Sales:
    """Listings that the plan chooses, priced exactly.

    `candidate` points into the releases; `gross` and `levies` (sale, scenario, quarter) are yuan of
    price received and of taxes and fees on it; `fraction` and `volume` (market, quarter) are the
    price fraction and what is listed in all.
    """

    candidate: Ints
    gross: Floats
    levies: Floats
    fraction: Floats
    volume: Floats


def chosen_releases(model: Model, released: Floats) -> Ints:
    """Return the candidates whose column is 1, in order of their quarter.

    `released` is (column,) over the whole program or any point of it.
    """
    chosen = np.flatnonzero(released[model.release_of] > WHOLE)
    return chosen[np.argsort(model.inputs.releases.start[chosen], kind="stable")]


def price_sales(inputs: Inputs, candidates: Ints) -> Sales:
    """Price the listings among `candidates` at the average fraction of their market's quarter."""
    releases = inputs.releases
    listed, volume = _listed(inputs, candidates)
    fraction = inputs.offers.depth.price_fraction(volume)
    market, start = releases.market[listed], releases.start[listed]
    factor, stall = sale_factor(inputs), releases.stall[listed]
    asked = releases.volume[listed] * fraction[market, start]
    gross = np.zeros((listed.size, inputs.weights.size, inputs.quarters))
    sale = np.arange(listed.size)
    for step in range(factor.shape[2]):
        gross[sale, :, start + step] = asked[:, None] * factor[stall, :, step, start]
    levies = gross * (1.0 - releases.kept_share[listed])[:, None, None]
    return Sales(listed, gross, levies, fraction, volume)


def _listed(inputs: Inputs, candidates: Ints) -> tuple[Ints, Floats]:
    """Return the listings among `candidates` and the volume listed, (market, quarter)."""
    releases, depth = inputs.releases, inputs.offers.depth
    listed = candidates[releases.market[candidates] >= 0]
    volume = np.zeros(depth.fraction.shape[:2])
    place = releases.market[listed], releases.start[listed]
    np.add.at(volume, place, releases.volume[listed])
    return listed, volume


def paying_nodes(inputs: Inputs) -> Ints:
    """Return the accounts that pay anything: only their cash can fall by rounding."""
    pays = np.zeros(len(inputs.nodes.keys), dtype=bool)
    pays[[key[0] for key in inputs.debts.groups]] = True
    pays[inputs.nodes.arcs[:, 0]] = True
    for flows in inputs.budget.values():
        pays |= (flows < 0.0).any(axis=(1, 2))
    return np.flatnonzero(pays)


def exact_bounds(model: Model, program: Program, lower: Floats, upper: Floats) -> Bounds:
    """Return bounds that price the releases fixed in `lower` = `upper` exactly.

    Every release column must be fixed. The market's columns and rows are put to rest, the rows of
    what is sold receive it at its exact price.
    """
    inputs, releases = model.inputs, model.inputs.releases
    listed, volume = _listed(inputs, chosen_releases(model, lower))
    market, start = releases.market[listed], releases.start[listed]
    fraction = inputs.offers.depth.price_fraction(volume)[market, start]
    sold = np.zeros(program.rows["sold"].index.shape)
    brought = releases.volume[listed] * releases.kept_share[listed] * fraction / MILLION
    np.add.at(sold, (releases.stall[listed], start), brought)
    lower, upper = lower.copy(), upper.copy()
    for name in ("kept", "fill"):
        lower[model.column(name)] = upper[model.column(name)] = 0.0
    if inputs.market_fees is not None:
        columns = model.column("market_use")
        lower[columns] = upper[columns] = used(inputs, volume)
    columns = model.column("cash")[paying_nodes(inputs)]
    lower[columns] = program.lower[columns] + ROUNDING_MARGIN
    columns = model.column("bridge")
    upper[columns] = _below(upper[columns])
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    for name, block in program.rows.items():
        if name.partition(":")[0] in ROUNDED_ROWS:
            row_upper[block.index] = _below(row_upper[block.index])
    for name in program.rows.keys() & set(MARKET_ROWS):
        rows = program.rows[name].index
        row_lower[rows], row_upper[rows] = -np.inf, np.inf
    # sold = what the market's columns make of it, here nothing, less the row's right-hand side
    rows = program.rows["sold"].index
    row_lower[rows] = row_upper[rows] = -sold
    return Bounds(lower, upper, row_lower, row_upper)


def priced_rows(program: Program) -> Ints:
    """Return the rows that exact prices replace: the market's, and those of what is sold."""
    names = program.rows.keys() & {*MARKET_ROWS, "sold"}
    return np.sort(np.concatenate([program.rows[name].index.ravel() for name in names]))


def whole_bounds(model: Model, program: Program, point: Floats) -> Bounds:
    """Return bounds that fix the whole numbers of a point and price its releases exactly."""
    lower, upper = program.lower.copy(), program.upper.copy()
    whole = program.integer
    lower[whole] = upper[whole] = np.rint(point[whole])
    return exact_bounds(model, program, lower, upper)


def outside(program: Program, point: Floats, columns: Ints) -> bool:
    """Say whether a point leaves the program's own bounds of `columns`: a wish, a law, a past."""
    return out_by(program, point, columns) > TOLERANCE


def out_by(program: Program, point: Floats, columns: Ints) -> float:
    """Return the most by which a point leaves the program's own bounds of `columns`."""
    value = point[columns]
    over = np.maximum(value - program.upper[columns], program.lower[columns] - value)
    return float(over.max(initial=0.0))


def _below(limit: Floats) -> Floats:
    """A limit less the margin of rounding, where there is room for it."""
    return np.where(limit >= ROUNDING_MARGIN, limit - ROUNDING_MARGIN, limit)
