"""What may a case do beside selling lots: take help, swap, extend, pool? For the joint problem.

Each right is cut so that whatever is used of it the planner could do too: what is left out could
only lower the cost. Expected over the case's futures; yuan, quarters from 0.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.plan.inputs import Giver
from ironpot.plan.nodes import Nodes
from ironpot.plan.now import team_by_quarter
from ironpot.plan.obligations import Obligations, SwapProgramme, service_after
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import givers_of
from ironpot.system.links import Floats, Ints
from ironpot.system.rights import Right

# Less relief than this is rounding: yuan.
_NOTHING = 1.0
_TROUBLE = 1e-2  # the planner's: what asking for help that is repaid costs beyond its service


@dataclass(frozen=True, slots=True)
class Outside:
    """What the joint problem leaves out: options of debts, and swap programmes before a due date.

    Options of one debt beside the best, and those beyond what negotiations reach.
    """

    options: int
    early_swaps: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all rights of a case are counted with."""

    weights: Floats
    rate: float
    late: Floats
    today: int

    @property
    def quarters(self) -> int:
        """How many quarters the joint problem has."""
        return self.late.size


def rights_of_debts(
    case: Case,
    debts: Obligations,
    weights: Floats,
    rate: float,
    late: Floats,
    *,
    today: int = 0,
) -> tuple[tuple[Right, ...], Outside]:
    """Return swaps and extensions of a case's debts, and what of them stays out.

    A swap pays what falls due of the debts that it is open to, within the year's quota. Of the
    options of one debt the one that helps most is taken, as many as there are negotiations for;
    debts whose relief falls in one quarter agree together. `late` (quarter,) prices arrears. Before
    the quarter `today` nothing is swapped; what was not agreed at the case date cannot be any more.
    """
    terms = _Terms(weights, rate, late, today)
    swaps, swapped = _swaps(debts, terms)
    extensions, taken = _extensions(case, debts, terms, 1.0 - swapped)
    left = (debts.outstanding[debts.contract] > 0.0).any(axis=(1, 2))
    early = sum(bool((swap.open_to & left).any() and swap.quota.any()) for swap in debts.swaps)
    others = len(debts.option_ids) - len(debts.contract) - taken
    return (*swaps, *extensions), Outside(others, early)


def help_of(case: Case, nodes: Nodes, need: Floats, rate: float) -> tuple[Right, ...]:
    """Return what givers may send, each kind a right: a yuan counts what its giver expects to lose.

    Help that must be repaid takes interest and principal back. A giver without a limit gives what
    is ever needed, `need` (quarter,).
    """
    most = float(np.maximum(need, 0.0).sum())
    return tuple(
        _help(giver, need.size, most, rate)
        for giver in givers_of(case, nodes)
        if giver.nodes and giver.first < need.size and min(giver.limit, giver.total, most) > 0.0
    )


def _help(giver: Giver, quarters: int, most: float, rate: float) -> Right:
    room = np.full(quarters, min(giver.limit, most))
    room[: giver.first] = 0.0
    age = np.arange(quarters, dtype=np.float64)
    taken = np.zeros(quarters)
    if giver.repay_after:
        paying = np.minimum(age, giver.repay_after)
        taken = giver.rate / QUARTERS_PER_YEAR * paying + (age >= giver.repay_after)
    left, a_year = np.array([giver.repay_after]), np.array([giver.rate])
    back = float(service_after(a_year, left, rate)[0])
    lost = max(1.0 - back, 0.0) + (_TROUBLE if giver.repay_after else 0.0)
    limit = min(giver.total, float(room.sum()))
    name = f"{giver.giver_id}/{giver.kind}"
    return Right("help", name, limit, room, 1.0, lost * PlanOptions().help_weight, -taken)


def _due(debts: Obligations, rows: Ints, terms: _Terms) -> Floats:
    """Return principal that falls due and is not lent again, expected, (option, quarter)."""
    principal = debts.principal[rows][:, :, : terms.quarters]
    rolled = debts.roll.share[debts.group[debts.option_debt[rows]]][:, :, : terms.quarters]
    return np.einsum("s,dsq->dq", terms.weights, principal * (1.0 - rolled))


def _swaps(debts: Obligations, terms: _Terms) -> tuple[list[Right], Floats]:
    """Return swaps by programme and year, and the share of each debt that they may take."""
    left = _due(debts, debts.contract, terms)
    taken, found = np.zeros(len(left)), list[Right]()
    quarter = np.arange(terms.quarters)
    year = np.where(quarter >= terms.today, quarter // QUARTERS_PER_YEAR, -1)
    for swap in debts.swaps:
        for number, quota in enumerate(swap.quota[: year[-1] + 1].tolist()):
            mine = np.where(year == number, left, 0.0) * swap.open_to[:, None]
            due = float(mine.sum())
            if min(due, quota) < _NOTHING:
                continue
            share = min(quota / due, 1.0)
            left = left - share * mine
            taken = np.maximum(taken, np.where(mine.sum(axis=1) > 0.0, share, 0.0))
            found.append(_swap(swap, number, mine.sum(axis=0), min(due, quota), terms))
    return found, taken


def _swap(swap: SwapProgramme, year: int, due: Floats, limit: float, terms: _Terms) -> Right:
    """Pay what falls due with the new bond; its service counts at the case's rate."""
    service = swap.interest + swap.principal
    factor = (1.0 + terms.rate) ** (-np.arange(1, service.size + 1) / QUARTERS_PER_YEAR)
    cost = max(float(service @ factor) + swap.fee_share - 1.0, 0.0)
    paid = np.concatenate([[0.0], np.cumsum(service)])
    age = np.minimum(np.arange(terms.quarters), service.size)
    name = f"{swap.option_id}/{year + 1}"
    return Right("swap", name, limit, due, 1.0 - swap.fee_share, cost, -paid[age])


def _extensions(
    case: Case, debts: Obligations, terms: _Terms, free: Floats
) -> tuple[list[Right], int]:
    """Return what debts may agree on, those with relief in one quarter as one; and how many."""
    if terms.today > 0:
        return [], 0
    options = np.setdiff1d(np.arange(len(debts.option_ids)), debts.contract)
    part = free[debts.option_debt[options]]
    relief = _relief(debts, options, terms) * part[:, None]
    cost = _dearer(debts, options, terms) * part
    saved = np.maximum(np.cumsum(relief, axis=1), 0.0) @ terms.late
    talks = team_by_quarter(case, "negotiations", np.inf).sum()
    chosen = _chosen(debts.option_debt[options], saved - cost, talks)
    when = relief[chosen].argmax(axis=1)
    heaps = [chosen[when == quarter] for quarter in np.unique(when)]
    return [_extension(relief[heap], cost[heap]) for heap in heaps], chosen.size


def _relief(debts: Obligations, options: Ints, terms: _Terms) -> Floats:
    """Return what an option spares in each quarter, expected, (option, quarter); fees count."""
    contract = debts.contract[debts.option_debt[options]]
    interest = (debts.interest[contract] - debts.interest[options])[:, :, : terms.quarters]
    spared = np.einsum("s,dsq->dq", terms.weights, interest)
    spared += _due(debts, contract, terms) - _due(debts, options, terms)
    spared[:, 0] -= debts.fee[options]
    return spared


def _dearer(debts: Obligations, options: Ints, terms: _Terms) -> Floats:
    """Return what an option's service costs more today than the contract's, (option,).

    Never below nil: what lenders forgive is no gain to the public.
    """
    contract = debts.contract[debts.option_debt[options]]
    service = debts.principal + debts.interest
    ends = np.arange(1, service.shape[2] + 1, dtype=np.float64)
    factor: Floats = (1.0 + terms.rate) ** (-ends / QUARTERS_PER_YEAR)
    worth: Floats = (service @ factor + debts.value_after) @ terms.weights
    return np.maximum(worth[options] - worth[contract] + debts.fee[options], 0.0)


def _chosen(debt: Ints, gain: Floats, talks: float) -> Ints:
    """Return the best option of each debt, those that gain most, as many as are talked about."""
    order = np.argsort(-gain, kind="stable")
    order = order[gain[order] > _NOTHING]
    _, first = np.unique(debt[order], return_index=True)
    best = order[np.sort(first)]
    return best[: int(min(talks, best.size))]


def _extension(relief: Floats, cost: Floats) -> Right:
    """Return options that are agreed together, or the same part of each, in the first quarter."""
    spared = np.cumsum(relief.sum(axis=0))
    limit = float(max(spared.max(), _NOTHING))
    room = np.zeros(spared.size)
    room[0] = limit
    quarter = int(relief.sum(axis=0).argmax()) + 1
    return Right(
        "extension",
        f"{len(relief)} debts, relief in quarter {quarter}",
        limit,
        room,
        float(spared[0] / limit),
        float(cost.sum() / limit),
        (spared - spared[0]) / limit,
    )


def pools_of(lots: pl.DataFrame, quarters: int) -> tuple[Right, ...]:
    """Return pools (`bundle`) of `lots` that bring cash in time, each sold as one, in any part.

    `lots` has bundle, appraisal, kept, net_share (the cash a yuan of appraisal brings) and what
    each takes of the team. A pool opens with its last member, and lets go no more than the member
    that services hold back most.
    """
    rows = lots.filter(pl.col("bundle").is_not_null(), pl.col("appraisal") >= 0.0)
    whole, share = pl.col("whole"), pl.col("appraisal") / pl.col("whole")
    pools = rows.group_by("bundle", maintain_order=True).agg(
        limit=share.min() * whole.sum(),
        price=(pl.col("net_share") * whole).sum() / whole.sum(),
        kept=(pl.col("kept") * whole).sum() / whole.sum(),
        opens=pl.col("opens").max(),
        work=(pl.col("work") * pl.col("span") * whole).sum() / whole.sum() / pl.col("span").max(),
        span=pl.col("span").max(),
        ready=pl.col("ready").max(),
    )
    found: list[Right] = []
    for row in pools.filter(pl.col("limit") > 0.0, pl.col("opens") < quarters).iter_rows(
        named=True
    ):
        room = np.full(quarters, row["limit"])
        room[: row["opens"]] = 0.0
        cost, nothing = row["kept"] - row["price"], np.zeros(quarters)
        cash = row["limit"], room, row["price"], cost, nothing
        found.append(Right("pool", row["bundle"], *cash, row["work"], row["span"], row["ready"]))
    return tuple(found)
