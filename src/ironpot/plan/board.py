"""Which choices can be changed one by one? The board of the local search: lots and debts.

An item is a lot that may be released alone, or a debt whose terms may be changed; a start is one
way to do it: a route from a quarter, or an option. An item without a start stays as it is: the lot
is kept, the debt keeps its contract. Amounts are million.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.now import pledged_debt
from ironpot.plan.program import Floats, Ints
from ironpot.valuation.depth import fill


@dataclass(frozen=True, slots=True)
class Listing:
    """Listings by number (n,): `cell` (market x quarter, -1 = none), `stall` (-1 = none), `kept`.

    `kept` is the volume that levies leave, million of asked price.
    """

    cell: Ints
    stall: Ints
    kept: Floats


@dataclass(frozen=True)
class Board:
    """Starts that may be changed one by one, outside pools and bundles.

    Arrays (start,): `column` in the program, `item` (lots first, then debts), `volume` listed,
    `effort` (start, resource: team by quarter, then negotiations), `service_class` (-1 = none),
    `service`, and `frees`: the debt item that must keep its contract (-1 = none). `rest` (item,) is
    the column that is 1 while the item stays (-1 = none). Limits: `room` (resource,), `floor`
    (class,), `fraction` and `capacity` (cell, tranche); the last class and cell, without a limit,
    are of what has none. `bundled` are the listings of bundles.
    """

    column: Ints
    item: Ints
    rest: Ints
    listing: Listing
    volume: Floats
    effort: Floats
    service_class: Ints
    service: Floats
    frees: Ints
    room: Floats
    floor: Floats
    fraction: Floats
    capacity: Floats
    bundled: Listing
    bundled_column: Ints

    @property
    def cell(self) -> Ints:
        """Market's quarter of each start, -1 if it is not listed."""
        return self.listing.cell

    @property
    def items(self) -> int:
        """Number of lots and debts."""
        return self.rest.size


@dataclass(frozen=True, slots=True)
class Prices:
    """What a solve says of each start: its cost without its sale, and what a unit of price saves.

    `own` and `sale` are (start,), `bundled` (bundle listing,) the sale prices of bundles.
    """

    own: Floats
    sale: Floats
    bundled: Floats


def make_board(model: Model) -> Board:
    """Lay out the board of a model."""
    inputs, releases = model.inputs, model.inputs.releases
    pool = inputs.offers.is_route("pool")[releases.row]
    lone = np.flatnonzero((releases.bundle < 0) & ~pool & ~releases.done)
    lots = inputs.offers.lots
    debts = inputs.debts
    changed = np.setdiff1d(np.arange(len(debts.option_ids)), debts.contract)
    option = model.column("option")
    pledged = pledged_debt(inputs)[lone]
    none = np.full(changed.size, -1, dtype=np.int64)
    nil = np.zeros(changed.size)
    talks = np.zeros((lone.size + changed.size, 1))
    talks[lone.size :] = 1.0
    effort = np.zeros((talks.shape[0], inputs.quarters))
    effort[: lone.size] = effort_by_quarter(model)[lone]
    depth, rows = inputs.offers.depth, model.program.rows
    cells = depth.fraction.shape[0] * depth.fraction.shape[1]
    upper = model.program.row_upper
    bundled = np.flatnonzero((releases.bundle >= 0) & (releases.market >= 0))
    listing = _listing(model, lone)
    return Board(
        column=np.concatenate([model.release_of[lone], option[changed]]),
        item=np.concatenate([releases.lot[lone], lots + debts.option_debt[changed]]),
        rest=np.concatenate([np.full(lots, -1), option[debts.contract]]),
        listing=Listing(
            np.concatenate([listing.cell, none]),
            np.concatenate([listing.stall, none]),
            np.concatenate([listing.kept, nil]),
        ),
        volume=np.concatenate([releases.volume[lone] / MILLION, nil]),
        effort=np.hstack([effort, talks]),
        service_class=np.concatenate([service_classes(model)[lone], none]),
        service=np.concatenate([releases.service[lone] / MILLION, nil]),
        frees=np.concatenate([np.where(pledged >= 0, lots + pledged, -1), none]),
        room=np.concatenate([upper[rows["team"].index], upper[rows["negotiations"].index]]),
        floor=np.append(upper[rows["service_floor"].index], np.inf),
        fraction=_with_nowhere(depth.fraction.reshape(cells, -1), 1.0),
        capacity=_with_nowhere(depth.capacity.reshape(cells, -1) / MILLION, np.inf),
        bundled=_listing(model, bundled),
        bundled_column=model.release_of[bundled],
    )


def off_board(model: Model, board: Board) -> tuple[Ints, Ints]:
    """Columns that the board does not decide: pools, and releases of pools and bundles."""
    others = np.setdiff1d(model.column("release"), board.column)
    return model.column("pool").ravel(), others


def _with_nowhere(ladders: Floats, value: float) -> Floats:
    """Append the ladder of what is not listed, so that cell -1 has one."""
    return np.vstack([ladders, np.full((1, ladders.shape[1]), value)])


def _listing(model: Model, candidates: Ints) -> Listing:
    releases = model.inputs.releases
    market, start = releases.market[candidates], releases.start[candidates]
    cell = np.where(market >= 0, market * model.inputs.quarters + start, -1)
    kept = releases.volume[candidates] * releases.kept_share[candidates] / MILLION
    return Listing(cell, releases.stall[candidates], kept)


def effort_by_quarter(model: Model) -> Floats:
    """Return the effort of every candidate in each quarter of its preparation, (n, quarter)."""
    releases, quarters = model.inputs.releases, np.arange(model.inputs.quarters)[None, :]
    start, lead = releases.start[:, None], releases.lead[:, None]
    busy = ((quarters < start) & (quarters >= start - lead)) | ((lead == 0) & (quarters == start))
    return busy * (releases.effort / np.maximum(releases.lead, 1))[:, None]


def service_classes(model: Model) -> Ints:
    """Return the position of each candidate's service class, -1 if it gives none up; (n,)."""
    known = {n: k for k, n in enumerate(model.inputs.case.service_classes["service_class"])}
    names = model.inputs.offers.frame["service_class"]
    place = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    releases = model.inputs.releases
    return np.where(releases.service > 0.0, place[releases.row], -1)


def prices_at(board: Board, model: Model, reduced: Floats, row_dual: Floats) -> Prices:
    """Price every start at columns' reduced costs that leave the board's own rows out."""
    reduced = np.append(reduced, 0.0)
    own = reduced[board.column] - reduced[board.rest][board.item]
    dual = row_dual[model.program.rows["sold"].index]
    # One unit more of price would loosen the row of what is sold by as much.
    return Prices(own, _sale_price(board.listing, -dual), _sale_price(board.bundled, -dual))


def _sale_price(listing: Listing, value: Floats) -> Floats:
    price = listing.kept * value[listing.stall, listing.cell % value.shape[1]]
    return np.where(listing.cell >= 0, price, 0.0)


def average_fraction(board: Board, volume: Floats, cell: Ints) -> Floats:
    """Return the average price fraction of cells when `volume` is listed in each, (n,)."""
    filled = fill(volume, board.capacity[cell])
    total = filled.sum(axis=1)
    value = (filled * board.fraction[cell]).sum(axis=1)
    return np.divide(value, total, out=board.fraction[cell, 0].copy(), where=total > 0.0)
