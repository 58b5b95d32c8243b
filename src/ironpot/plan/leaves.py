"""One program for a tree of futures: each leaf's own, with one column for what leaves share.

A leaf alone is an ordinary model of one future. What is decided in a stage before leaves part is
decided once for all of them (nonanticipativity): their columns become one, and rows that say the
same of the same columns become one row.
"""

from dataclasses import dataclass, replace

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model, build_model
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Bounds, Floats, Ints, Program
from ironpot.plan.releases import given_up_in
from ironpot.plan.tree import Tree
from ironpot.valuation.listing import Listing

# Here and now in the stage of their quarter; the position of the quarter among the block's axes.
BEGUN = {"pool": 1, "kept": 1, "fill": 1, "market_use": 1, "moved": 1}
# Decided when the stage's uncertainty is known.
FOLLOWS = ("cash", "due", "roll", "bridge", "arrears", "transfer", "relief")
QUARTER_LAST = -1


def leaf_inputs(inputs: Inputs, leaf: int) -> Inputs:
    """Return the inputs of one leaf, as if its future were certain."""
    one = slice(leaf, leaf + 1)
    offers, debts = inputs.offers, inputs.debts
    listing = Listing(offers.listing.sold[:, one], offers.listing.reserve[:, one])
    certain = np.ones(1)
    own = replace(offers, prices=offers.prices[one], listing=listing, weights=certain)
    terminal, lost = given_up_in(offers, own, inputs.releases)
    return replace(
        inputs,
        offers=own,
        releases=replace(inputs.releases, terminal_cost=terminal, service_cost=lost),
        debts=replace(
            debts,
            succeeds=debts.succeeds[:, one],
            principal=debts.principal[:, one],
            interest=debts.interest[:, one],
            outstanding=debts.outstanding[:, one],
            value_after=debts.value_after[:, one],
            agreed_fall=debts.agreed_fall[:, one],
            added=debts.added[:, one],
            accrued=debts.accrued[:, one],
            roll=replace(debts.roll, share=debts.roll.share[:, one], rate=debts.roll.rate[:, one]),
        ),
        budget={name: flows[:, one] for name, flows in inputs.budget.items()},
        bands=tuple(replace(band, bound=band.bound[one]) for band in inputs.bands),
        stalls=inputs.stalls.in_futures(one),
        futures=replace(
            inputs.futures,
            names=inputs.futures.names[one],
            weights=certain,
            levels=None if inputs.futures.levels is None else inputs.futures.levels[one],
        ),
    )


@dataclass(frozen=True)
class Leaves:
    """The joined program, and how each leaf is read from it.

    `models` and `weights` are (leaf,); `columns` (leaf, column) are the joined columns of each
    leaf's own; `row_leaf` and `row` (joined row,) say whose row each is.
    """

    tree: Tree
    inputs: Inputs
    models: tuple[Model, ...]
    weights: Floats
    program: Program
    columns: Ints
    row_leaf: Ints
    row: Ints

    def point(self, point: Floats, leaf: int) -> Floats:
        """Return a leaf's own point."""
        return point[self.columns[leaf]]

    def joined(self, own: list[Bounds]) -> Bounds:
        """Join bounds of all leaves: shared columns take the narrowest."""
        count = self.program.cost.size
        lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
        for columns, bounds in zip(self.columns, own, strict=True):
            np.maximum.at(lower, columns, bounds.lower)
            np.minimum.at(upper, columns, bounds.upper)
        row_lower = np.array([bounds.row_lower for bounds in own])
        row_upper = np.array([bounds.row_upper for bounds in own])
        at = self.row_leaf, self.row
        return Bounds(lower, upper, row_lower[at], row_upper[at])

    def costs(self, own: list[Floats]) -> Floats:
        """Join cost vectors of all leaves, each at its leaf's weight."""
        cost = np.zeros(self.program.cost.size)
        for columns, weight, part in zip(self.columns, self.weights, own, strict=True):
            np.add.at(cost, columns, weight * part)
        return cost


def join_leaves(inputs: Inputs, tree: Tree) -> Leaves:
    """Build every leaf's model and join them. Raises IronpotError if leaves differ in shape."""
    models = tuple(build_model(leaf_inputs(inputs, leaf)) for leaf in range(inputs.weights.size))
    shapes = {model.program.shape for model in models}
    if len(shapes) > 1:
        raise _unlike()
    depth = _depths(models[0], tree)
    nodes = sum(tree.branches**k for k in range(tree.stages + 1)) + tree.stages + 1
    numbers = np.arange(depth.size) * nodes
    keys = np.array([numbers + tree.node(leaf, depth) for leaf in range(len(models))])
    known, columns = np.unique(keys, return_inverse=True)
    columns = columns.reshape(keys.shape).astype(np.int64)
    row_leaf, row = _distinct_rows(models, columns, known.size)
    program = _joined(models, inputs.weights, columns, known.size, row_leaf, row)
    return Leaves(tree, inputs, models, inputs.weights, program, columns, row_leaf, row)


def _depths(model: Model, tree: Tree) -> Ints:
    """Depth of the node that decides each column of a leaf: 0 is today; (column,)."""
    inputs = model.inputs
    depth = np.full(model.program.cost.size, tree.stages, dtype=np.int64)
    releases = inputs.releases
    begins = np.where(releases.done, 0, releases.start - releases.lead)
    first = np.full(model.program.cost.size, inputs.quarters, dtype=np.int64)
    np.minimum.at(first, model.release_of, begins)
    released = model.column("release")
    depth[released] = tree.stage_of(first[released])
    quarters = tree.stage_of(np.arange(inputs.quarters))
    for name, axis in BEGUN.items():
        if name in model.program.columns:
            _by_quarter(depth, model.column(name), axis, quarters)
    for name in FOLLOWS:
        _by_quarter(depth, model.column(name), QUARTER_LAST, quarters + 1)
    depth[model.column("option")] = depth[model.column("tail_level")] = 0
    depth[model.column("prepay")] = quarters[prepayment_dates(inputs)[1]]
    depth[model.column("swap")] = quarters[swap_dates(inputs)[2]]
    ends = np.array([band.quarter for band in inputs.bands], dtype=np.int64)
    if ends.size:
        depth[model.column("band_slack")] = quarters[ends][:, None] + 1
    return depth


def _by_quarter(depth: Ints, columns: Ints, axis: int, by_quarter: Ints) -> None:
    shape = [1] * columns.ndim
    shape[axis] = by_quarter.size
    depth[columns] = np.broadcast_to(by_quarter.reshape(shape), columns.shape)


def _distinct_rows(models: tuple[Model, ...], columns: Ints, count: int) -> tuple[Ints, Ints]:
    """Return (leaf, row) of each row that no earlier leaf has with the same words.

    Rows are told apart by sums with random weights: equal rows have equal sums to the last digit.
    """
    rng = np.random.default_rng(0)
    weights, sides = rng.uniform(1.0, 2.0, count), rng.uniform(1.0, 2.0, 2)
    seen: dict[tuple[int, float, float], None] = {}
    leaves: list[int] = []
    rows: list[int] = []
    for leaf, model in enumerate(models):
        program = model.program
        words = program.activity(np.ones(program.cost.size)) * sides[0]
        mine = program.activity(weights[columns[leaf]])
        limits = [np.nan_to_num(side, posinf=7e20, neginf=-7e20) for side in _limits(program)]
        other = words + limits[0] * sides[1] + limits[1]
        for row in range(mine.size):
            key = row, float(mine[row]), float(other[row])
            if key not in seen:
                seen[key] = None
                leaves.append(leaf)
                rows.append(row)
    return np.array(leaves, dtype=np.int64), np.array(rows, dtype=np.int64)


def _limits(program: Program) -> tuple[Floats, Floats]:
    return program.row_lower, program.row_upper


def _joined(
    models: tuple[Model, ...],
    weights: Floats,
    columns: Ints,
    count: int,
    row_leaf: Ints,
    row: Ints,
) -> Program:
    """Write the joined program: shared columns once, each cost at its leaf's weight."""
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    cost, integer = np.zeros(count), np.zeros(count, dtype=bool)
    for model, own, weight in zip(models, columns, weights, strict=True):
        np.maximum.at(lower, own, model.program.lower)
        np.minimum.at(upper, own, model.program.upper)
        np.add.at(cost, own, weight * model.program.cost)
        integer[own] |= model.program.integer
    places = zip(map(int, row_leaf), map(int, row), strict=True)
    parts = [_row_entries(models[k].program, columns[k], r) for k, r in places]
    sizes = [part[0].size for part in parts]
    programs = [model.program for model in models]
    return Program(
        cost=cost,
        lower=lower,
        upper=upper,
        integer=integer,
        row_lower=np.array([p.row_lower for p in programs])[row_leaf, row],
        row_upper=np.array([p.row_upper for p in programs])[row_leaf, row],
        start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        index=np.concatenate([part[0] for part in parts]),
        value=np.concatenate([part[1] for part in parts]),
        offset=float(weights @ [p.offset for p in programs]),
        columns={},
        rows={},
    )


def _row_entries(program: Program, own: Ints, row: int) -> tuple[Ints, Floats]:
    at = slice(int(program.start[row]), int(program.start[row + 1]))
    return own[program.index[at]], program.value[at]


def _unlike() -> IronpotError:
    return IronpotError(
        Text(
            "Debts are repaid at different dates in different futures, so that they cannot share "
            "one tree. Fix their schedules, or plan without stages.",
            "不同情景下债务还清时间不同,无法共用一棵情景树。请固定还款计划,或不分阶段制定方案。",
        )
    )
