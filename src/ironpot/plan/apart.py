"""What becomes of a choice in each future by itself? Small linear programs, one after another.

Once what is decided now is fixed, and the level from which the tail of arrears is priced is given,
futures do not touch one another. Each is then a linear program of its own cash; all choices share
its matrix, and neighbouring futures nearly share its basis, so that a solve takes milliseconds.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from ironpot.plan.highs_model import highs_model
from ironpot.plan.left import SUMS
from ironpot.plan.model import Model
from ironpot.plan.parts import COLUMN_AXIS
from ironpot.plan.program import Bounds, Floats, Ints, Program, breaks
from ironpot.plan.quiet import silence

# Sums of what is decided now: each is a free column that its own row, of the same name, defines.
NOW = (*SUMS, "served", "repaid")
# One future takes milliseconds; whoever takes this long has gone wrong.
LIMIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Own:
    """What belongs to one future: its columns and rows in the program, and its matrix (CSR)."""

    columns: Ints
    rows: Ints
    matrix: Any


@dataclass(frozen=True, slots=True)
class Apart:
    """A program taken apart by future; `summed` columns follow what is decided now by `ties`.

    `rest` are the rows of what is decided now alone. `order` visits futures so that neighbours are
    alike, the worst first.
    """

    program: Program
    matrix: Any
    parts: tuple[Own, ...]
    summed: Ints
    ties: Ints
    rest: Ints
    order: Ints
    weights: Floats

    def in_order(self) -> Iterator[tuple[int, Own, float]]:
        """Yield number, part and weight of each future, neighbours alike."""
        for number in map(int, self.order):
            yield number, self.parts[number], float(self.weights[number])


def take_apart(model: Model, program: Program) -> Apart:
    """Find what belongs to each future. Raises ValueError if a row ties futures together."""
    inputs = model.inputs
    matrix: Any = sparse.csr_array(
        (program.value, program.index, program.start), shape=program.shape
    )
    future = _future_of_columns(model)
    owner = np.repeat(np.arange(program.row_lower.size), np.diff(program.start))
    of_entry = future[program.index]
    mine = of_entry >= 0
    row_future = np.full(program.row_lower.size, -1, dtype=np.int64)
    row_future[owner[mine]] = of_entry[mine]
    if (row_future[owner[mine]] != of_entry[mine]).any():
        raise ValueError("A row ties futures together.")
    parts: list[Own] = []
    for number in range(inputs.weights.size):
        columns, rows = np.flatnonzero(future == number), np.flatnonzero(row_future == number)
        parts.append(Own(columns, rows, matrix[rows][:, columns]))
    ties = np.concatenate([program.rows[name].index.ravel() for name in NOW])
    return Apart(
        program=program,
        matrix=matrix,
        parts=tuple(parts),
        summed=np.concatenate([program.columns[name].index.ravel() for name in NOW]),
        ties=ties,
        rest=np.setdiff1d(np.flatnonzero(row_future < 0), ties),
        # A choice that fails somewhere mostly fails in the worst.
        order=inputs.futures.best_first()[::-1],
        weights=inputs.weights,
    )


def _future_of_columns(model: Model) -> Ints:
    """Number of the future that each column belongs to, -1 if it is decided now; (column,)."""
    future = np.full(model.program.cost.size, -1, dtype=np.int64)
    for name, axis in COLUMN_AXIS.items():
        index = model.column(name)
        shape = [1] * index.ndim
        shape[axis] = index.shape[axis]
        numbers: Ints = np.arange(index.shape[axis], dtype=np.int64).reshape(shape)
        future[index] = np.broadcast_to(numbers, index.shape)
    return future


@dataclass(slots=True)
class Solver:
    """Solves futures in turn; the last basis of each choice is where its next future starts.

    Of the last call, `stuck` says in which future a choice had no answer, `unsure` that a future
    was given up without proof that it has none.
    """

    highs: Any = field(init=False)
    unsure: bool = field(init=False, default=False)
    bases: dict[int, Any] = field(default_factory=dict[int, Any])
    stuck: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        with silence():
            self.highs = highspy.Highs()
        for name, value in (("output_flag", False), ("threads", 1), ("solver", "simplex")):
            self.highs.setOptionValue(name, value)

    def points(
        self, apart: Apart, choices: Sequence[Bounds], *, deadline: float = math.inf
    ) -> list[Floats | None]:
        """Return the best point of each choice, given as bounds that fix what is decided now.

        The point is the whole program's; None where a future has no answer, or where what is
        decided breaks a row of its own. Where the `deadline` (of the monotonic clock) passes before
        the last future, nothing is known of any choice: all are None, and `unsure` says so.
        """
        self.unsure = False
        self.stuck.clear()
        points = [_decided(apart, bounds) for bounds in choices]
        moved = [apart.matrix @ point for point in points]
        failed = {k for k, bounds in enumerate(choices) if breaks(bounds, moved[k], apart.rest)}
        for number, part, weight in apart.in_order():
            if time.monotonic() > deadline:
                self.unsure = True
                return [None] * len(choices)
            self.highs.passModel(_program(apart, part, weight))
            for k, bounds in enumerate(choices):
                if k in failed:
                    continue
                answer = self._solve(k, part, bounds, moved[k][part.rows])
                if answer is None:
                    failed.add(k)
                    self.stuck[k] = number
                else:
                    points[k][part.columns] = answer
        return [None if k in failed else point for k, point in enumerate(points)]

    def duals(self, apart: Apart, point: Floats) -> Floats | None:
        """Return duals of every future's rows where what is decided now is as in a point.

        They are the whole program's, each future's by its weight; nil for rows of what is decided
        now. The point may be a relaxed one. None if a future has no answer.
        """
        dual, moved = np.zeros(apart.program.row_lower.size), apart.matrix @ point
        own = apart.program.own_bounds()
        self.bases.clear()
        for _, part, weight in apart.in_order():
            self.highs.passModel(_program(apart, part, weight))
            if self._solve(0, part, own, moved[part.rows]) is None:
                return None
            mine = np.array(self.highs.getSolution().row_dual, dtype=np.float64)
            dual[part.rows] = weight * mine
        return dual

    def _solve(self, choice: int, part: Own, bounds: Bounds, moved: Floats) -> Floats | None:
        """Solve one future of one choice from the choice's last basis; from none if that fails."""
        columns, rows = _numbers(part.columns.size), _numbers(part.rows.size)
        self.highs.changeColsBounds(
            columns.size, columns, bounds.lower[part.columns], bounds.upper[part.columns]
        )
        self.highs.changeRowsBounds(
            rows.size,
            rows,
            bounds.row_lower[part.rows] - moved,
            bounds.row_upper[part.rows] - moved,
        )
        basis = self.bases.get(choice)
        if basis is not None and len(basis.row_status) == rows.size:
            self.highs.setBasis(basis)
        else:
            self.highs.clearSolver()
        self._run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self._run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.unsure |= self.highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible
            return None
        self.bases[choice] = self.highs.getBasis()
        return np.array(self.highs.getSolution().col_value, dtype=np.float64)

    def _run(self) -> None:
        # The time limit counts from the solver's first run.
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + LIMIT_S)
        self.highs.run()


def _numbers(count: int) -> Any:
    return np.arange(count, dtype=np.int32)


def _decided(apart: Apart, bounds: Bounds) -> Floats:
    """Return a point with what is decided now and its sums; the futures' own columns at nil."""
    point = np.where(bounds.lower == bounds.upper, bounds.lower, 0.0)
    for part in apart.parts:
        point[part.columns] = 0.0
    point[apart.summed] = 0.0
    point[apart.summed] = (apart.matrix @ point)[apart.ties] - bounds.row_lower[apart.ties]
    return point


def _program(apart: Apart, part: Own, weight: float) -> highspy.HighsLp:
    """One future's program, costs as if it were the only future; bounds come later."""
    program = apart.program
    return highs_model(
        program.cost[part.columns] / weight,
        (program.lower[part.columns], program.upper[part.columns]),
        (program.row_lower[part.rows], program.row_upper[part.rows]),
        (part.matrix.indptr, part.matrix.indices, part.matrix.data),
    )
