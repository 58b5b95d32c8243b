"""Can some whole lots be placed better, all others staying in their quarters? An exact program.

The solver is trusted with nothing: what it says is made whole, fitted and priced again by whoever
keeps it. Nodes are limited, time is not, so that a block has one answer. Yuan; a slot is (quarter,
tranche).
"""

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ironpot.plan.program import Builder, Program
from ironpot.plan.quiet import silence
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.ties import Team

if TYPE_CHECKING:
    from highspy import Highs, HighsLp

_FIRST, _SEEN = Lock(), list[bool]()

# The room is filled to the last hundred millionth: what is made whole again still fits then.
_FULL = 1.0 - 1e-8
_OVER = 1.0 + 5e-10
_OPTIONS: dict[str, str | float | int | bool] = {
    "log_to_console": False,
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 1e-4,
    "primal_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "random_seed": 0,
    # Nodes end the search; this is for a solver that hangs.
    "time_limit": 600.0,
}


class Block(NamedTuple):
    """Which lots are placed again: `lots` (n,), in which quarters each may be sold `open` (n, t).

    `must` (n,) are sold in their quarter whatever comes, and may only change tranches.
    """

    lots: Ints
    open: Bools
    must: Bools


def block_around(markets: SharedMarkets, sold: Floats, free: Bools, quarters: Bools) -> Block:
    """Return the block that frees the lots `free` (lot,) in `quarters` (t,), and what shares them.

    A freed lot that is sold in another quarter is left out. Lots that stand in the same market and
    quarter as a freed one may go may change tranches.
    """
    whole = np.array(quarter_of(markets, sold))
    caps = markets.caps.reshape(len(markets.lots), markets.price.shape[1], -1)
    fits = caps.sum(axis=2) >= markets.lots[:, None] * (1.0 - 1e-12)
    inside = free & ((whole < 0) | quarters[whole])
    options = fits & quarters & inside[:, None] & (markets.lots > 0.0)[:, None]
    touched = np.zeros((len(markets.price), markets.price.shape[1]), dtype=np.bool_)
    np.logical_or.at(touched, markets.market, options)
    held = ~inside & (whole >= 0) & touched[markets.market, whole]
    options[held, whole[held]] = True
    lots = np.flatnonzero(options.any(axis=1))
    return Block(lots, options[lots], held[lots])


def quarter_of(markets: SharedMarkets, sold: Floats) -> Ints:
    """Return the quarter in which each lot is sold, -1 where it is kept, (lot,)."""
    parts = sold.reshape(len(sold), markets.price.shape[1], -1).sum(axis=2)
    return np.where(parts.any(axis=1), parts.argmax(axis=1), -1)


def place_block(markets: SharedMarkets, sold: Floats, block: Block, nodes: int) -> Floats:
    """Return `sold` (lot, slot) with a block placed anew where that is cheaper, else as it was.

    `sold` must be whole lots that fit.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 2]),
    ...                     np.array([0, 0]), np.array([30.0, 40.0]), np.array([1.0, 1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> kept = np.array([[30.0], [0.0]])
    >>> both = block_around(one, kept, np.ones(2, dtype=bool), np.ones(1, dtype=bool))
    >>> place_block(one, kept, both, 10).tolist()
    [[0.0], [40.0]]
    """
    if not block.lots.size or block.must.all():
        return sold
    program, share, goes = _program(markets, sold, block)
    point = _point(program, nodes)
    if point is None:
        return sold
    found = _whole(markets, sold, block, point[share], point[goes])
    room = markets.room.reshape(len(markets.room), -1)
    fits = bool((markets.load(found) <= room * _OVER).all())
    if markets.team is not None:
        fits = fits and bool((markets.worked(found) <= markets.team.capacity * _OVER).all())
    return found if fits and markets.costs(found).sum() < markets.costs(sold).sum() else sold


def _point(program: Program, nodes: int) -> Floats | None:
    """Return the best point that the solver finds, None if it finds none.

    It runs in this process: a process of its own would take longer than most blocks.
    """
    import highspy

    solver = _silent()
    for name, value in {**_OPTIONS, "mip_max_nodes": nodes}.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.run()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(solver.getSolution().col_value)


def _silent() -> "Highs":
    """Return a solver; the first of a process prints its licence, in the middle of our screen."""
    import highspy

    with _FIRST:
        if _SEEN:
            return highspy.Highs()
        _SEEN.append(True)
        with silence():
            return highspy.Highs()


def _model(program: Program) -> "HighsLp":
    from ironpot.plan.highs_model import highs_model, make_whole

    lp = highs_model(
        program.cost,
        (program.lower, program.upper),
        (program.row_lower, program.row_upper),
        (program.start, program.index, program.value),
    )
    make_whole(lp, program.integer)
    return lp


def _whole(
    markets: SharedMarkets, sold: Floats, block: Block, share: Floats, goes: Floats
) -> Floats:
    """Sell each lot of a block whole where the solver says, over tranches as it says."""
    found, quarters = sold.copy(), block.open.shape[1]
    found[block.lots] = 0.0
    at = np.where(goes.max(axis=1) > 0.5, goes.argmax(axis=1), -1)
    parts = np.maximum(share.reshape(len(share), quarters, -1), 0.0)
    for lot, quarter, part in zip(block.lots, at, parts, strict=True):
        if quarter >= 0:
            tranches = slice(quarter * part.shape[1], (quarter + 1) * part.shape[1])
            taken = np.where(part[quarter] > 1e-9, part[quarter], 0.0)
            found[lot, tranches] = markets.lots[lot] * taken / taken.sum()
    return found


def _program(markets: SharedMarkets, sold: Floats, block: Block) -> tuple[Program, Ints, Ints]:
    """Write the block as a program; return it, and the columns of shares and of quarters."""
    lots, quarters = block.lots, markets.price.shape[1]
    price, room = markets.by_lot(markets.price)[lots], markets.caps[lots]
    tranches = price.shape[1] // quarters
    open_ = np.repeat(block.open, tranches, axis=1) & (room > 0.0)
    unit = float(markets.lots[lots].max())
    size, build = markets.lots[lots, None], Builder()
    share = build.add_columns(
        "share",
        price.shape,
        upper=np.where(open_, np.minimum(room / size, 1.0), 0.0),
        cost=(markets.keep[lots, None] - price) * size / unit,
    )
    must = block.open & block.must[:, None]
    goes = build.add_columns("goes", block.open.shape, lower=must, upper=block.open, integer=True)
    whole = build.add_rows("whole", block.open.shape, lower=0.0, upper=0.0)
    build.add(np.repeat(whole, tranches, axis=1), share, 1.0)
    build.add(whole, goes, -1.0)
    build.add(build.add_rows("once", lots.size, upper=1.0)[:, None], goes, 1.0)
    _add_room(build, markets, sold, lots, share)
    _add_cash(build, markets, sold, lots, share, unit)
    if markets.team is not None:
        _add_team(build, markets, markets.team, sold, lots, goes)
    return build.build(), share, goes


def _add_room(
    build: Builder, markets: SharedMarkets, sold: Floats, lots: Ints, share: Ints
) -> None:
    """Leave what the other lots use; what the block uses now stays allowed to the last digit."""
    at, own = np.unique(markets.market[lots], return_inverse=True)
    used = np.zeros((at.size, share.shape[1]))
    np.add.at(used, own, sold[lots])
    room = markets.room.reshape(len(markets.room), -1)[at]
    left = np.maximum((room - (markets.load(sold)[at] - used)) * _FULL, used)
    scale = np.where((room > 0.0) & (room < np.inf), room, 1.0)
    rows = build.add_rows("room", left.shape, upper=left / scale)
    build.add(rows[own], share, markets.lots[lots, None] / scale[own])


def _add_team(
    build: Builder, markets: SharedMarkets, team: Team, sold: Floats, lots: Ints, goes: Ints
) -> None:
    """Leave what the other lots take of teams; what the block takes now stays allowed."""
    at, own = np.unique(markets.owner[lots], return_inverse=True)
    outside = sold.copy()
    outside[lots] = 0.0
    capacity, used = team.capacity[at], markets.worked(outside)[at]
    left = np.maximum((capacity - used) * _FULL, markets.worked(sold)[at] - used)
    scale = np.where((capacity > 0.0) & (capacity < np.inf), capacity, 1.0)
    rows = build.add_rows("team", left.shape, upper=left / scale)
    work = (team.work * markets.lots)[lots]
    for sale in range(goes.shape[1]):
        begun = team.ready[lots] <= sale
        for quarter in range(sale + 1):
            busy = team.works_on(sale, quarter)[lots] & begun
            taken = (work / scale[own, quarter])[busy]
            build.add(rows[own[busy], quarter], goes[busy, sale], taken)


def _add_cash(
    build: Builder, markets: SharedMarkets, sold: Floats, lots: Ints, share: Ints, unit: float
) -> None:
    """Let each county of the block be behind with what its lots do not bring in time."""
    owner = markets.owner
    at, own = np.unique(owner[lots], return_inverse=True)
    quarters = markets.price.shape[1]
    inside = np.zeros(len(sold), dtype=np.bool_)
    inside[lots] = True
    price = markets.by_lot(markets.price)
    paid = np.where(inside[:, None], 0.0, price * sold).reshape(len(sold), quarters, -1)
    raised = np.zeros_like(markets.need)
    np.add.at(raised, owner, paid.sum(axis=2))
    need = markets.due[at] - np.cumsum(raised, axis=1)[at]
    behind = build.add_columns("behind", need.shape, cost=markets.late[at])
    rows = build.add_rows("cash", need.shape, lower=need / unit)
    build.add(rows, behind, 1.0)
    brought = price[lots] * markets.lots[lots, None] / unit
    for quarter in range(quarters):
        end = (quarter + 1) * (share.shape[1] // quarters)
        build.add(rows[own, quarter][:, None], share[:, :end], brought[:, :end])
