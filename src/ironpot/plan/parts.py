"""A program of many futures, taken apart: each part decides for some of them.

What is decided now stands in every part, what follows only in its own. Duals of all parts, weighed,
are duals of the whole program (dual decomposition: the parts' answers bound it from below, and
`program.dual_bound` proves it without trusting them). A part of a few futures stands in for all
where the search needs many quick answers: its costs are then corrected to first order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model
from ironpot.plan.obligations import RollOver
from ironpot.plan.program import Block, Floats, Ints, Program
from ironpot.valuation.listing import Listing
from ironpot.valuation.retention import Bools

# Axis of the scenario in each block that has one; names before a colon.
COLUMN_AXIS = {
    "cash": 1,
    "due": 1,
    "roll": 1,
    "bridge": 1,
    "arrears": 1,
    "transfer": 1,
    "relief": 2,
    "tail_excess": 0,
    "band_slack": 1,
}
ROW_AXIS = {
    "cash": 1,
    "due": 1,
    "roll_share": 1,
    "transfer": 1,
    "tail": 0,
    "band": 1,
    "help_a_quarter": 0,
    "help_in_all": 0,
}
# Arrays of debts that have a value in each future, on the second axis.
BY_FUTURE = (
    "succeeds",
    "principal",
    "interest",
    "outstanding",
    "value_after",
    "agreed_fall",
    "added",
    "accrued",
)


@dataclass(frozen=True)
class Part:
    """Some futures of a model, and where their columns stand in the whole.

    `weight` is the futures' share of all weight; in the part they weigh one together. `columns` are
    the part's columns in the whole, `now` marks those that are decided now.
    """

    whole: Model
    futures: Ints
    weight: float
    columns: Ints
    now: Bools

    def model(self) -> Model:
        """Return the model of these futures alone; made anew each time, because it is large."""
        program, _ = self.cut(self.whole.program)
        unwished, _ = self.cut(self.whole.unwished)
        inputs = _inputs_of(self.whole.inputs, self.futures)
        return replace(self.whole, program=program, inputs=inputs, unwished=unwished)

    def cut(self, whole: Program) -> tuple[Program, Ints]:
        """Return the part of a program with the model's columns, and its rows' numbers there."""
        return _slice(whole, self.futures, self.weight)

    def pull_at(self, whole: Program, dual: Floats) -> Floats:
        """Return what a unit of each of its columns costs later here, at duals of the whole."""
        program, rows = self.cut(whole)
        return pull(program, dual[rows] / self.weight)

    def charges(self, together: Floats, mine: Floats) -> Floats:
        """Return prices (column,) at which the part pulls as all together do, to first order.

        `together` (column of now,) is what a unit of what is decided now costs later in all, `mine`
        (column,) what it costs later here.
        """
        price = np.zeros(self.columns.size)
        price[self.now] = together - mine[self.now]
        return price


def deal(model: Model, most: int) -> list[Ints]:
    """Deal the futures into as few parts of at most `most` as there are, each good and bad alike.

    >>> sorted(np.concatenate(_dealt(np.array([3, 1, 0, 2]), 2)).tolist())
    [0, 1, 2, 3]
    """
    return _dealt(_worst_first(model.inputs), most)


def _dealt(order: Ints, most: int) -> list[Ints]:
    count = -(-order.size // most)
    return [np.sort(order[first::count]) for first in range(count)]


def a_few(model: Model, count: int) -> Ints:
    """Return `count` futures: the worst, and others spread evenly down to the best."""
    order = _worst_first(model.inputs)
    return np.sort(order[(np.arange(count) * (order.size - 1)) // max(count - 1, 1)])


def _worst_first(inputs: Inputs) -> Ints:
    """Order futures by the lowest point of all cash together if every contract is kept."""
    debts, contract = inputs.debts, inputs.debts.contract
    flows = np.sum(list(inputs.budget.values()), axis=0).sum(axis=0) + inputs.held.sum(axis=0)
    lent = debts.principal[contract] * debts.roll.share[debts.group]
    flows = flows - (debts.interest[contract] + debts.principal[contract] - lent).sum(axis=0)
    return np.argsort(np.cumsum(flows, axis=1).min(axis=1), kind="stable")


def take_part(model: Model, futures: Ints) -> Part:
    """Take some futures out of a model; what they weigh together becomes one."""
    weight = float(model.inputs.weights[futures].sum())
    columns = _chosen(model.program.columns, COLUMN_AXIS, futures)
    return Part(model, futures, weight, columns, _now(model.program)[columns])


def whole_dual(parts: Sequence[Part], duals: Sequence[Floats], whole: Program) -> Floats:
    """Return duals of the whole program's rows: the parts' duals, each by its weight.

    Rows of what follows belong to one part; rows of what is decided now stand in all.
    """
    dual = np.zeros(whole.row_lower.size)
    for part, mine in zip(parts, duals, strict=True):
        dual[_chosen(whole.rows, ROW_AXIS, part.futures)] += part.weight * mine
    return dual


def whole_point(parts: Sequence[Part], points: Sequence[Floats], whole: Program) -> Floats:
    """Return a point of the whole: what follows from each part, what is decided now on average."""
    point = np.zeros(whole.cost.size)
    for part, mine in zip(parts, points, strict=True):
        point[part.columns[~part.now]] = mine[~part.now]
        point[part.columns[part.now]] += part.weight * mine[part.now]
    return point


def pull(program: Program, row_dual: Floats) -> Floats:
    """Return what a unit of each column decided now costs later at these duals, (column,).

    Nil for columns of what follows.
    """
    later = _later_rows(program)
    owner = np.repeat(np.arange(row_dual.size), np.diff(program.start))
    price = np.where(later, row_dual, 0.0)[owner] * program.value
    cost = -np.bincount(program.index, weights=price, minlength=program.cost.size)
    return np.where(_now(program), cost, 0.0)


def together(parts: Sequence[Part], pulls: Sequence[Floats]) -> Floats:
    """Return what a unit of each column decided now costs later in all parts, (column of now,)."""
    pairs = zip(parts, pulls, strict=True)
    return np.sum([part.weight * mine[part.now] for part, mine in pairs], axis=0)


def charges(parts: Sequence[Part], pulls: Sequence[Floats]) -> list[Floats]:
    """Return each part's charges where it pulls another way than all together."""
    mean = together(parts, pulls)
    return [part.charges(mean, mine) for part, mine in zip(parts, pulls, strict=True)]


def _slice(whole: Program, futures: Ints, weight: float) -> tuple[Program, Ints]:
    """Keep what is decided now and what follows in some futures, at `weight` times the cost."""
    columns = _chosen(whole.columns, COLUMN_AXIS, futures)
    rows = _chosen(whole.rows, ROW_AXIS, futures)
    matrix: Any = sparse.csr_array((whole.value, whole.index, whole.start), shape=whole.shape)
    kept: Any = sparse.csr_array(matrix[rows][:, columns])
    kept.sort_indices()
    part = Program(
        cost=whole.cost[columns],
        lower=whole.lower[columns],
        upper=whole.upper[columns],
        integer=whole.integer[columns],
        row_lower=whole.row_lower[rows],
        row_upper=whole.row_upper[rows],
        start=kept.indptr.astype(np.int64),
        index=kept.indices.astype(np.int64),
        value=kept.data,
        offset=whole.offset,
        columns=_blocks(whole.columns, COLUMN_AXIS, futures, columns),
        rows=_blocks(whole.rows, ROW_AXIS, futures, rows),
    )
    return part.with_cost(np.where(_now(part), part.cost, part.cost / weight), part.offset), rows


def _axis(name: str, axes: dict[str, int]) -> int | None:
    return axes.get(name.partition(":")[0])


def _chosen(blocks: dict[str, Block], axes: dict[str, int], futures: Ints) -> Ints:
    """Numbers of a part's columns or rows in the whole, in their order there."""
    parts: list[Ints] = []
    for name, block in blocks.items():
        axis = _axis(name, axes)
        mine = block.index if axis is None else np.take(block.index, futures, axis=axis)
        parts.append(mine.ravel())
    return np.sort(np.concatenate(parts))


def _blocks(
    blocks: dict[str, Block], axes: dict[str, int], futures: Ints, kept: Ints
) -> dict[str, Block]:
    """Return the blocks of a part, numbered by what is kept."""
    mine: dict[str, Block] = {}
    for name, block in blocks.items():
        axis = _axis(name, axes)
        index = block.index if axis is None else np.take(block.index, futures, axis=axis)
        mine[name] = Block(name, np.searchsorted(kept, index))
    return mine


def _now(program: Program) -> Bools:
    return _without_axis(program.columns, COLUMN_AXIS, program.cost.size)


def _later_rows(program: Program) -> Bools:
    return ~_without_axis(program.rows, ROW_AXIS, program.row_lower.size)


def _without_axis(blocks: dict[str, Block], axes: dict[str, int], size: int) -> Bools:
    free = np.ones(size, dtype=bool)
    for name, block in blocks.items():
        if _axis(name, axes) is not None:
            free[block.index] = False
    return free


def _inputs_of(inputs: Inputs, futures: Ints) -> Inputs:
    """Keep some futures of everything that has a value in each."""
    offers, debts = inputs.offers, inputs.debts
    weights = inputs.weights[futures] / inputs.weights[futures].sum()
    levels = inputs.futures.levels
    return replace(
        inputs,
        offers=replace(
            offers,
            prices=offers.prices[futures],
            listing=Listing(offers.listing.sold[:, futures], offers.listing.reserve[:, futures]),
            weights=weights,
        ),
        debts=replace(
            debts,
            roll=RollOver(
                debts.roll.share[:, futures], debts.roll.rate[:, futures], debts.roll.term
            ),
            **{name: getattr(debts, name)[:, futures] for name in BY_FUTURE},
        ),
        stalls=inputs.stalls.in_futures(futures),
        budget={name: flows[:, futures] for name, flows in inputs.budget.items()},
        bands=tuple(replace(band, bound=band.bound[futures]) for band in inputs.bands),
        futures=replace(
            inputs.futures,
            names=tuple([inputs.futures.names[int(k)] for k in futures]),
            weights=weights,
            levels=None if levels is None else levels[futures],
        ),
    )
