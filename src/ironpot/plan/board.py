"""Which single changes of a plan look good at given prices? The board of the local search.

Prices are the duals of the accounts' cash rows: what a yuan more in an account, scenario and
quarter saves. At given prices each release has a cost of its own; only the market's ladder couples
releases of one market and quarter, and that coupling is priced exactly. Amounts are million.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.recourse import sale_factor
from ironpot.valuation.depth import fill
from ironpot.valuation.retention import Bools

# Rows that the board itself keeps; all others act through their duals.
KEPT_ROWS = (
    "leaves_once",
    "team",
    "service_floor",
    "pool_joined",
    "pool_minimum",
    "listed_volume",
    "kept_volume",
    "depth",
    "impact",
)


@dataclass(frozen=True)
class Board:
    """Starts that may be changed one by one: lone releases outside pools and bundles.

    Arrays (start,): `column` in the program, `lot`, `cell` (market x quarter, -1 if not listed),
    `volume`, `effort` (start, quarter), `service_class` (-1 = none) and `service`. Limits: `team`
    (quarter,), `floor` (class,), `fraction` and `capacity` (cell, tranche).
    """

    column: Ints
    lot: Ints
    cell: Ints
    node: Ints
    volume: Floats
    kept: Floats
    effort: Floats
    service_class: Ints
    service: Floats
    team: Floats
    floor: Floats
    fraction: Floats
    capacity: Floats
    lots: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Cost of each start without its sale (start,), and what a unit of price saves (start,)."""

    own: Floats
    sale: Floats


@dataclass(slots=True)
class State:
    """A choice on the board: `start` of each lot (-1 = stays), and what it uses.

    `locked` lots are released elsewhere (pool, bundle); their effort and volume are in the uses.
    """

    start: Ints
    locked: Bools
    team: Floats
    service: Floats
    volume: Floats
    weight: Floats

    def copy(self) -> "State":
        """Return a state that can be changed on its own."""
        return State(
            self.start.copy(),
            self.locked,
            self.team.copy(),
            self.service.copy(),
            self.volume.copy(),
            self.weight.copy(),
        )


def make_board(model: Model) -> Board:
    """Lay out the board of a model."""
    inputs, releases = model.inputs, model.inputs.releases
    pool = inputs.offers.is_route("pool")[releases.row]
    lone = np.flatnonzero((releases.bundle < 0) & ~pool)
    market, start = releases.market[lone], releases.start[lone]
    depth = inputs.offers.depth
    cells = depth.fraction.shape[0] * depth.fraction.shape[1]
    return Board(
        column=model.release_of[lone],
        lot=releases.lot[lone],
        cell=np.where(market >= 0, market * inputs.quarters + start, -1),
        node=releases.node[lone],
        volume=releases.volume[lone] / MILLION,
        kept=releases.kept_share[lone],
        effort=effort_by_quarter(model)[lone],
        service_class=service_classes(model)[lone],
        service=releases.service[lone] / MILLION,
        team=model.program.row_upper[model.program.rows["team"].index],
        floor=model.program.row_upper[model.program.rows["service_floor"].index],
        fraction=depth.fraction.reshape(cells, -1),
        capacity=depth.capacity.reshape(cells, -1) / MILLION,
        lots=inputs.offers.lots,
    )


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


def price_board(board: Board, model: Model, program: Program, row_dual: Floats) -> Prices:
    """Price every start of the board at row duals of a linear solve."""
    dual = row_dual.copy()
    for name in KEPT_ROWS:
        dual[program.rows[name].index] = 0.0
    owner = np.repeat(np.arange(dual.size), np.diff(program.start))
    used = np.bincount(
        program.index, weights=program.value * dual[owner], minlength=program.cost.size
    )
    own = (program.cost - used)[board.column]
    return Prices(own, _sale_price(board, model, row_dual[program.rows["cash"].index]))


def _sale_price(board: Board, model: Model, cash_dual: Floats) -> Floats:
    """Cost (negative) of one unit of price fraction for each start, over scenarios and rounds."""
    quarters, factor = model.inputs.quarters, sale_factor(model.inputs)
    value = np.zeros((cash_dual.shape[0], factor.shape[0], quarters))
    for step in range(factor.shape[2]):
        span = quarters - step
        part = np.einsum("nst,mst->nmt", cash_dual[:, :, step:], factor[:, :, step, :span])
        value[:, :, :span] += part
    market, start = np.divmod(np.maximum(board.cell, 0), quarters)
    price = board.volume * board.kept * value[board.node, market, start]
    return np.where(board.cell >= 0, price, 0.0)


def average_fraction(board: Board, volume: Floats, cell: Ints) -> Floats:
    """Return the average price fraction of cells when `volume` is listed in each, (n,)."""
    filled = fill(volume, board.capacity[cell])
    total = filled.sum(axis=1)
    value = (filled * board.fraction[cell]).sum(axis=1)
    return np.divide(value, total, out=board.fraction[cell, 0].copy(), where=total > 0.0)


def reweigh(board: Board, state: State, prices: Prices) -> None:
    """Set the state's sale weights to the present prices."""
    chosen = state.start[state.start >= 0]
    listed = chosen[board.cell[chosen] >= 0]
    state.weight[:] = 0.0
    np.add.at(state.weight, board.cell[listed], prices.sale[listed])


def place(board: Board, state: State, prices: Prices, lot: int, start: int) -> None:
    """Move a lot to another start (-1 = stays) and update what the state uses."""
    for sign, at in ((-1.0, int(state.start[lot])), (1.0, start)):
        if at >= 0:
            state.team += sign * board.effort[at]
            if board.service_class[at] >= 0:
                state.service[board.service_class[at]] += sign * board.service[at]
            if board.cell[at] >= 0:
                state.volume[board.cell[at]] += sign * board.volume[at]
                state.weight[board.cell[at]] += sign * prices.sale[at]
    state.start[lot] = start


def gains(board: Board, state: State, prices: Prices, open_starts: Bools) -> tuple[Floats, Floats]:
    """Return the change of cost of moving each lot to each start, and of keeping each lot.

    (start,) and (lot,): inf where the move is closed or breaks a limit.
    """
    leaving = _leaving(board, state, prices)
    entering = prices.own + _entering(board, state, prices)
    change = entering + leaving[board.lot]
    closed = ~open_starts | state.locked[board.lot] | _breaks(board, state)
    closed |= state.start[board.lot] == np.arange(board.column.size)
    change[closed] = np.inf
    kept = np.where((state.start >= 0) & ~state.locked, leaving, np.inf)
    return change, kept


def _cell_cost(board: Board, state: State) -> Floats:
    cells = np.arange(state.volume.size)
    return average_fraction(board, state.volume, cells) * state.weight


def _leaving(board: Board, state: State, prices: Prices) -> Floats:
    """Change of cost when each lot gives up its start, (lot,); nil for lots that stay."""
    change = np.zeros(board.lots)
    lots = np.flatnonzero(state.start >= 0)
    at = state.start[lots]
    change[lots] = -prices.own[at]
    listed = board.cell[at] >= 0
    cell = board.cell[at[listed]]
    volume = np.maximum(state.volume[cell] - board.volume[at[listed]], 0.0)
    weight = state.weight[cell] - prices.sale[at[listed]]
    after = average_fraction(board, volume, cell) * weight
    change[lots[listed]] += after - _cell_cost(board, state)[cell]
    return change


def _entering(board: Board, state: State, prices: Prices) -> Floats:
    """Change of the market's cost when each start is added, (start,); nil without a listing."""
    change = np.zeros(board.column.size)
    listed = np.flatnonzero(board.cell >= 0)
    cell = board.cell[listed]
    weight = state.weight[cell] + prices.sale[listed]
    after = average_fraction(board, state.volume[cell] + board.volume[listed], cell) * weight
    change[listed] = after - _cell_cost(board, state)[cell]
    return change


def _breaks(board: Board, state: State) -> Bools:
    """Mark starts that the team, a service floor or a ladder has no room for, (start,)."""
    now = state.start[board.lot]
    moved = np.where((now >= 0)[:, None], board.effort[np.maximum(now, 0)], 0.0)
    tired = (board.effort - moved > (board.team - state.team)[None, :] + 1e-9).any(axis=1)
    kind = np.maximum(board.service_class, 0)
    same = (now >= 0) & (board.service_class[np.maximum(now, 0)] == board.service_class)
    given = board.service - np.where(same, board.service[np.maximum(now, 0)], 0.0)
    floor = (board.service_class >= 0) & (state.service[kind] + given > board.floor[kind] + 1e-9)
    cell = np.maximum(board.cell, 0)
    room = board.capacity.sum(axis=1)[cell] - state.volume[cell]
    here = (now >= 0) & (board.cell[np.maximum(now, 0)] == board.cell)
    freed = np.where(here, board.volume[np.maximum(now, 0)], 0.0)
    full = (board.cell >= 0) & (board.volume - freed > room + 1e-9)
    return tired | floor | full
