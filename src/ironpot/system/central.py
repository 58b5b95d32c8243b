"""What does one linear program of all counties together say? For problems that it can hold.

Fees that rise and fall by sweeps settle slowly where few counties with many lots meet: each is much
of every row. The program is solved at once then; its duals are fees whose bound others certify, and
its plan is cut to the rooms and priced by them, so that the solver is trusted with nothing. Yuan.
"""

import numpy as np

from ironpot.plan.program import Builder, Program
from ironpot.system.links import Floats, Ints
from ironpot.system.shared_markets import SharedMarkets

# Sales (lot, slot) that a program may have, and how long it may take: beyond, sweeps do better.
MOST = 60_000
_SECONDS = 60.0


def solve_centrally(markets: SharedMarkets) -> tuple[Floats, Floats] | None:
    """Return the cheapest `sold` (lot, slot), to the solver's tolerances, and fees (market, slot).

    None where the program is too large, or is not solved in time. Minimise
    sum (keep - price) sold + sum late behind over sales within lots, rooms and teams, where each
    county is `behind` with what it has not raised by then.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> sold, fees = solve_centrally(one)
    >>> sold.round(6).tolist(), fees.round(6).tolist()
    ([[50.0]], [[0.2]])
    """
    from ironpot.plan.solver import FIRST_SOLVE, solve

    if not can_be_held(markets):
        return None
    program, unit = _program(markets)
    answer = solve(program, time_limit_s=_SECONDS, options=FIRST_SOLVE)
    if answer.outcome != "optimal" or answer.point is None:
        return None
    sold = np.maximum(answer.point[program.columns["sold"].index], 0.0) * unit
    crowded = -answer.row_dual[program.rows["room"].index]
    return np.minimum(sold, markets.caps), np.maximum(crowded, 0.0)


def can_be_held(markets: SharedMarkets) -> bool:
    """Say whether one program can hold the problem's sales, if there are any."""
    return 0 < int((markets.caps > 0.0).sum()) <= MOST


def _program(markets: SharedMarkets) -> tuple[Program, float]:
    """Return the program and the yuan of its unit, which keeps figures about one."""
    unit = max(float(markets.lots.max()), float(np.abs(markets.due).max()), 1.0)
    build, price, caps = Builder(), markets.by_lot(markets.price), markets.caps
    open_ = (caps > 0.0).astype(np.float64)
    # Rooms alone limit sales, so that what a full one is worth is its row's.
    most = np.where(caps > 0.0, np.inf, 0.0)
    cost = markets.keep[:, None] - price
    sold = build.add_columns("sold", caps.shape, upper=most, cost=cost)
    behind = build.add_columns("behind", markets.due.shape, cost=markets.late)
    own = build.add_rows("lots", len(markets.lots), upper=markets.lots / unit)
    build.add(own[:, None], sold, open_)
    room = markets.room.reshape(len(markets.room), -1)
    shared = build.add_rows("room", room.shape, upper=room / unit)
    build.add(shared[markets.market], sold, open_)
    cash = build.add_rows("cash", markets.due.shape, lower=markets.due / unit)
    build.add(cash, behind, 1.0)
    owner = markets.owner
    _add_cash(build, markets, cash[owner], sold, price * open_)
    _add_team(build, markets, owner, sold, unit)
    return build.build(), unit


def _add_cash(
    build: Builder, markets: SharedMarkets, cash: Ints, sold: Ints, price: Floats
) -> None:
    """Let sales pay in their quarter and all after, and bring or take back what comes later."""
    quarters = markets.price.shape[1]
    sale = np.arange(markets.slots) // markets.price.shape[2]
    later = np.zeros((len(markets.lots), quarters)) if markets.later is None else markets.later
    for quarter in range(quarters):
        slots = np.flatnonzero(sale <= quarter)
        brought = price[:, slots] + later[:, quarter - sale[slots]]
        build.add(cash[:, quarter, None], sold[:, slots], brought)


def _add_team(build: Builder, markets: SharedMarkets, owner: Ints, sold: Ints, unit: float) -> None:
    """Keep what sales take of each county's team within it, quarter by quarter."""
    if markets.team is None:
        return
    team = markets.team
    rows = build.add_rows("team", team.capacity.shape, upper=team.capacity / unit)
    tranches = markets.price.shape[2]
    for sale in range(markets.price.shape[1]):
        slots = slice(sale * tranches, (sale + 1) * tranches)
        for quarter in range(sale + 1):
            taken = np.where(team.works_on(sale, quarter), team.work, 0.0)[:, None]
            build.add(rows[owner, quarter][:, None], sold[:, slots], taken)
