"""Which pools, members and bundles does a relaxed plan mean? Made whole by stages, for little help.

First each owner's pool in the quarter that the relaxed plan likes best, then, solved again, bundles
and the lots that join. Interior points are good enough to round, and many times as quick as a
vertex. Whole numbers on the board are rounded elsewhere (`stand`).
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.solver import Session

INTERIOR = {"solver": "ipm", "run_crossover": "off", "threads": 1}
MOSTLY, USED = 0.5, 1e-3


def whole_groups(model: Model, program: Program, point: Floats, *, seconds: float) -> Floats | None:
    """Return a relaxed point whose pools, members and bundles are whole; None if none is found.

    `point` is a relaxed answer; each of the two solves takes `seconds` at most.
    """
    members = _Members.of(model)
    lower, upper = program.lower.copy(), program.upper.copy()
    with Session(program.relaxed()) as linear:
        for fix in (_fix_pools, _fix_members):
            fix(model, members, point, lower, upper)
            bounds = program.column_bounds(lower.copy(), upper.copy())
            answer = linear.solve(time_limit_s=seconds, bounds=bounds, options=INTERIOR)
            if answer.outcome != "optimal" or answer.point is None:
                return None
            point = answer.point
    return np.clip(point, lower, upper)


@dataclass(frozen=True, slots=True)
class _Members:
    """Lots that may join a pool, by owner and quarter of issue: column, million, pool's minimum."""

    column: Ints
    node: Ints
    start: Ints
    amount: Floats
    minimum: Floats

    @classmethod
    def of(cls, model: Model) -> "_Members":
        """List the members of a model's pools that are not issued yet."""
        releases, offers = model.inputs.releases, model.inputs.offers
        pooled = np.flatnonzero(offers.is_route("pool")[releases.row] & ~releases.done)
        row = releases.row[pooled]
        return cls(
            model.release_of[pooled],
            releases.node[pooled],
            releases.start[pooled],
            offers.column("appraisal")[row] / MILLION,
            offers.column("minimum_size")[row] / MILLION,
        )

    def of_pool(self, owner: int, quarter: int) -> "_Members":
        """Return those of one pool."""
        mine = (self.node == owner) & (self.start == quarter)
        return _Members(
            self.column[mine],
            self.node[mine],
            self.start[mine],
            self.amount[mine],
            self.minimum[mine],
        )


def _fix_pools(
    model: Model, _members: _Members, point: Floats, lower: Floats, upper: Floats
) -> None:
    """Issue each owner's pool in its best quarter if it is mostly issued, in place."""
    for pools in model.column("pool"):
        best = int(pools[np.argmax(point[pools])])
        issued = point[pools].sum() >= MOSTLY and upper[best] > 0.0
        upper[pools] = lower[pools]
        if issued:
            lower[best] = upper[best] = 1.0


def _fix_members(
    model: Model, members: _Members, point: Floats, lower: Floats, upper: Floats
) -> None:
    """Fix bundles and members that are mostly taken; fill pools up, or dissolve them, in place."""
    bundled = model.release_of[model.inputs.releases.bundle >= 0]
    pools = model.column("pool")
    for columns in (np.unique(bundled), np.unique(members.column)):
        taken = columns[point[columns] >= MOSTLY]
        upper[columns] = lower[columns]
        lower[taken] = upper[taken] = 1.0
    for owner, quarter in np.argwhere(lower[pools] > MOSTLY):
        mine = members.of_pool(int(owner), int(quarter))
        joined = _filled(mine, point)
        lower[mine.column] = upper[mine.column] = 0.0
        lower[joined] = upper[joined] = 1.0
        if not joined.size:
            lower[pools[owner, quarter]] = upper[pools[owner, quarter]] = 0.0


def _filled(pool: _Members, point: Floats) -> Ints:
    """Return who joins a pool: those mostly in it, and others until it has its size; or nobody."""
    order = np.argsort(-point[pool.column], kind="stable")
    share, amount = point[pool.column[order]], np.cumsum(pool.amount[order])
    size = pool.minimum.max(initial=0.0)
    before = np.concatenate([[0.0], amount[:-1]])
    joins = (share >= MOSTLY) | ((before < size) & (share > USED))
    reached = float(pool.amount[order][joins].sum())
    return pool.column[order[joins]] if reached >= size else order[:0]
