"""What is left to decide once every whole number is fixed? A far smaller linear program.

Columns that a choice fixes, and free columns that only sum up such columns, move to the right-hand
side; rows that hold nothing else are dropped. Points and duals come back in the whole program's
numbering, so that nobody else needs to know.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy import sparse

from ironpot.plan.program import Bounds, Floats, Ints, Program, breaks
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Answer, Session

# Sums of what is fixed: each is a free column that its own row, of the same name, defines.
SUMS = ("moved", "ended", "sold")
FIXED = ("release", "pool", "option", "kept", "fill", "market_use")
# Without a basis to begin from, simplex takes several times as long on a program of more columns.
LARGE = 20_000


@dataclass(slots=True)
class Left:
    """The linear program that is left, in a solver process of its own; a context manager.

    `kept` columns and `rows` stay, `dropped` rows are only checked; `fixed` columns are given with
    each solve; `summed` columns are what their `ties` make them. `warm` says that there is a basis.
    """

    program: Program
    session: Session
    kept: Ints
    rows: Ints
    dropped: Ints
    fixed: Ints
    summed: Ints
    ties: Ints
    matrix: Any
    warm: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def solve(self, bounds: Bounds, *, time_limit_s: float) -> Answer:
        """Solve with the fixed columns at `bounds.lower`; all figures are the whole program's."""
        point = np.zeros(self.program.cost.size)
        point[self.fixed] = bounds.lower[self.fixed]
        point[self.summed] = (self.matrix @ point)[self.ties] - bounds.row_lower[self.ties]
        activity: Floats = self.matrix @ point
        # The choice alone may break a row that holds nothing else.
        if breaks(bounds, activity, self.dropped):
            return _none(self.program)
        moved = activity[self.rows]
        answer = self.session.solve(
            time_limit_s=time_limit_s,
            bounds=Bounds(
                bounds.lower[self.kept],
                bounds.upper[self.kept],
                bounds.row_lower[self.rows] - moved,
                bounds.row_upper[self.rows] - moved,
            ),
            options=RESOLVE if self.warm or self.kept.size <= LARGE else FIRST_SOLVE,
        )
        self.warm = self.warm or answer.point is not None
        return self._whole(answer, point)

    def _whole(self, answer: Answer, point: Floats) -> Answer:
        if answer.point is None:
            return answer
        point[self.kept] = answer.point
        dual = np.zeros(self.program.row_lower.size)
        dual[self.rows] = answer.row_dual
        # A free column costs nothing at the margin: its tie's dual makes its reduced cost nil.
        dual[self.ties] = (self.matrix.T @ dual - self.program.cost)[self.summed]
        # Not a dot product: its threads would wait for the cores that the solver uses.
        objective = float((self.program.cost * point).sum() + self.program.offset)
        return replace(
            answer,
            objective=objective,
            bound=objective if answer.outcome == "optimal" else answer.bound,
            point=point,
            row_dual=dual,
            column_dual=self.program.cost - self.matrix.T @ dual,
        )


def leave(program: Program) -> Left:
    """Take out of a program what a choice of releases, pools and options fixes."""
    blocks = [program.columns[name].index.ravel() for name in FIXED if name in program.columns]
    fixed = np.sort(np.concatenate(blocks))
    summed = np.concatenate([program.columns[name].index.ravel() for name in SUMS])
    ties = np.concatenate([program.rows[name].index.ravel() for name in SUMS])
    kept = np.setdiff1d(np.arange(program.cost.size), np.concatenate([fixed, summed]))
    matrix: Any = sparse.csr_array(
        (program.value, program.index, program.start), shape=program.shape
    )
    inner: Any = matrix[:, kept]
    rows = np.flatnonzero(np.diff(inner.indptr))
    dropped = np.setdiff1d(np.arange(program.row_lower.size), np.concatenate([rows, ties]))
    small: Any = sparse.csr_array(inner[rows])
    part = Program(
        cost=program.cost[kept],
        lower=program.lower[kept],
        upper=program.upper[kept],
        integer=np.zeros(kept.size, dtype=bool),
        row_lower=program.row_lower[rows],
        row_upper=program.row_upper[rows],
        start=small.indptr.astype(np.int64),
        index=small.indices.astype(np.int64),
        value=small.data,
        offset=0.0,
        columns={},
        rows={},
    )
    return Left(program, Session(part), kept, rows, dropped, fixed, summed, ties, matrix)


def _none(program: Program) -> Answer:
    rows, columns = np.zeros(program.row_lower.size), np.zeros(program.cost.size)
    return Answer("infeasible", np.inf, -np.inf, None, rows, columns, 0.0, "")
