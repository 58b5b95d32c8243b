"""A linear program with names: blocks of columns and rows, coefficients as arrays.

Built from arrays because a plan has a million coefficients; names are kept beside each block so
that reasons and errors can speak. Minimise cost'x + offset over lower <= A x <= upper and bounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

INFINITY = np.inf
# No account of a case holds or moves more than this, in the program's unit: ten trillion yuan.
BOX = 1e7
# What a row may be broken by and still count as kept: the solver's own tolerance is less.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive columns or rows that share a name; `index` has the block's own shape."""

    name: str
    index: Ints

    @property
    def size(self) -> int:
        """Number of columns or rows."""
        return self.index.size


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of columns and rows at which a program is solved."""

    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats

    def copy(self) -> "Bounds":
        """Return the same bounds in arrays of their own."""
        return Bounds(
            self.lower.copy(), self.upper.copy(), self.row_lower.copy(), self.row_upper.copy()
        )


@dataclass(slots=True)
class Rows:
    """Rows to append: coefficients by row, and limits."""

    columns: list[Ints] = field(default_factory=list[Ints])
    values: list[Floats] = field(default_factory=list[Floats])
    lower: list[float] = field(default_factory=list[float])
    upper: list[float] = field(default_factory=list[float])

    def add(
        self, columns: Ints, values: Floats, *, lower: float = -INFINITY, upper: float = INFINITY
    ) -> None:
        """Append one row; coefficients of nil are left out."""
        used = values != 0.0
        self.columns.append(columns[used])
        self.values.append(values[used])
        self.lower.append(lower)
        self.upper.append(upper)

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.columns)

    @property
    def start(self) -> Ints:
        """First entry of each row, and the number of entries."""
        sizes = [columns.size for columns in self.columns]
        return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Program:
    """A finished mixed-integer program in compressed rows; see `Builder` for how it is made.

    `integer` marks columns that take whole values; `columns` and `rows` hold the named blocks.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    start: Ints
    index: Ints
    value: Floats
    offset: float
    columns: dict[str, Block]
    rows: dict[str, Block]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.row_lower.size, self.cost.size

    def relaxed(self) -> "Program":
        """Return the same program without whole numbers."""
        return replace(self, integer=np.zeros_like(self.integer))

    def with_columns(self, lower: Floats, upper: Floats) -> "Program":
        """Return the same program with other column bounds."""
        return replace(self, lower=lower, upper=upper)

    def with_bounds(self, bounds: Bounds) -> "Program":
        """Return the same program with other bounds of columns and rows."""
        return replace(
            self,
            lower=bounds.lower,
            upper=bounds.upper,
            row_lower=bounds.row_lower,
            row_upper=bounds.row_upper,
        )

    def own_bounds(self) -> Bounds:
        """Return the program's bounds as they are."""
        return Bounds(self.lower, self.upper, self.row_lower, self.row_upper)

    def column_bounds(self, lower: Floats, upper: Floats) -> Bounds:
        """Return bounds with these columns and the program's own rows."""
        return Bounds(lower, upper, self.row_lower, self.row_upper)

    def with_rows(self, name: str, more: Rows) -> "Program":
        """Return the program with rows appended to the last block, `name`, which may be new."""
        if not more.count:
            return self
        old = self.rows[name].index if name in self.rows else np.zeros(0, dtype=np.int64)
        new = np.arange(self.row_lower.size, self.row_lower.size + more.count, dtype=np.int64)
        return replace(
            self,
            row_lower=np.concatenate([self.row_lower, more.lower]),
            row_upper=np.concatenate([self.row_upper, more.upper]),
            start=np.concatenate([self.start, self.start[-1] + more.start[1:]]),
            index=np.concatenate([self.index, *more.columns]),
            value=np.concatenate([self.value, *more.values]),
            rows={**self.rows, name: Block(name, np.concatenate([old, new]))},
        )

    def with_cost(self, cost: Floats, offset: float) -> "Program":
        """Return the same program with another objective."""
        return replace(self, cost=cost, offset=offset)

    def activity(self, point: Floats) -> Floats:
        """Return A x, (row,)."""
        products = self.value * point[self.index]
        sums = np.concatenate([[0.0], np.cumsum(products)])
        return sums[self.start[1:]] - sums[self.start[:-1]]

    def reduced_cost(self, row_dual: Floats) -> Floats:
        """Return c - A'y, (column,)."""
        owner = np.repeat(np.arange(row_dual.size), np.diff(self.start))
        weights = self.value * row_dual[owner]
        return self.cost - np.bincount(self.index, weights=weights, minlength=self.cost.size)

    def violation(self, point: Floats) -> float:
        """Return the largest violation of a row or bound, rows scaled to a largest entry of 1."""
        largest = np.maximum.reduceat(np.abs(np.append(self.value, 0.0)), self.start[:-1])
        scale = np.where(np.diff(self.start) > 0, np.maximum(largest, 1.0), 1.0)
        activity = self.activity(point)
        over = np.maximum(activity - self.row_upper, self.row_lower - activity) / scale
        outside = np.maximum(point - self.upper, self.lower - point)
        return float(max(over.max(initial=0.0), outside.max(initial=0.0)))


def breaks(bounds: Bounds, activity: Floats, rows: Ints) -> bool:
    """Say whether an activity A x breaks one of `rows` by more than a solver's tolerance."""
    over = activity - bounds.row_upper, bounds.row_lower - activity
    return bool(max(part[rows].max(initial=0.0) for part in over) > TOLERANCE)


def dual_bound(program: Program, row_dual: Floats) -> float:
    """Return the lower bound that row duals prove, whatever they are.

    Lagrangian bound: sum of y+ lower + y- upper over rows plus each column at its cheaper bound of
    the reduced cost c - A'y. Valid for any y, so the solver need not be trusted; duals that point
    to an absent limit are clipped to 0. Columns without a bound are taken to lie within +-`BOX`.
    """
    y = np.where(np.isinf(program.row_lower), np.minimum(row_dual, 0.0), row_dual)
    y = np.where(np.isinf(program.row_upper), np.maximum(y, 0.0), y)
    side = np.where(y > 0.0, program.row_lower, program.row_upper)
    rows = np.where(y == 0.0, 0.0, np.where(np.isinf(side), 0.0, side) * y)
    reduced = program.reduced_cost(y)
    limit = np.where(reduced > 0.0, program.lower, program.upper)
    columns = np.clip(limit, -BOX, BOX) * reduced
    return float(rows.sum() + columns.sum() + program.offset)


@dataclass(slots=True)
class Builder:
    """Collects columns, rows and coefficients of a program, block by block."""

    columns: dict[str, Block] = field(default_factory=dict[str, Block])
    rows: dict[str, Block] = field(default_factory=dict[str, Block])
    offset: float = 0.0
    _bounds: list[tuple[Floats, Floats, Floats, bool]] = field(
        default_factory=list[tuple[Floats, Floats, Floats, bool]]
    )
    _limits: list[tuple[Floats, Floats]] = field(default_factory=list[tuple[Floats, Floats]])
    _entries: list[tuple[Ints, Ints, Floats]] = field(
        default_factory=list[tuple[Ints, Ints, Floats]]
    )

    def add_columns(
        self,
        name: str,
        shape: int | Sequence[int],
        *,
        lower: npt.ArrayLike = 0.0,
        upper: npt.ArrayLike = INFINITY,
        cost: npt.ArrayLike = 0.0,
        integer: bool = False,
    ) -> Ints:
        """Add a block of columns and return their numbers in `shape`; bounds and cost broadcast."""
        first = sum(block.size for block in self.columns.values())
        index = np.arange(first, first + int(np.prod(shape)), dtype=np.int64).reshape(shape)
        self.columns[name] = Block(name, index)
        spread = [
            np.broadcast_to(np.asarray(a, dtype=np.float64), index.shape).ravel()
            for a in (lower, upper, cost)
        ]
        self._bounds.append((spread[0], spread[1], spread[2], integer))
        return index

    def add_rows(
        self,
        name: str,
        shape: int | Sequence[int],
        *,
        lower: npt.ArrayLike = -INFINITY,
        upper: npt.ArrayLike = INFINITY,
    ) -> Ints:
        """Add a block of empty rows and return their numbers in `shape`; limits broadcast."""
        first = sum(block.size for block in self.rows.values())
        index = np.arange(first, first + int(np.prod(shape)), dtype=np.int64).reshape(shape)
        self.rows[name] = Block(name, index)
        spread = [
            np.broadcast_to(np.asarray(a, dtype=np.float64), index.shape).ravel()
            for a in (lower, upper)
        ]
        self._limits.append((spread[0], spread[1]))
        return index

    def add(self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Add coefficients; the three broadcast together, entries on the same place add up."""
        row, column, value = np.broadcast_arrays(
            np.asarray(rows, dtype=np.int64),
            np.asarray(columns, dtype=np.int64),
            np.asarray(values, dtype=np.float64),
        )
        keep = value.ravel() != 0.0
        self._entries.append((row.ravel()[keep], column.ravel()[keep], value.ravel()[keep]))

    def build(self) -> Program:
        """Put the blocks together. Raises ValueError on a coefficient that is not a number."""
        row, column, value = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        if not np.isfinite(value).all():
            raise ValueError("A coefficient of the plan is missing or infinite.")
        lower, upper, cost = (
            np.concatenate([bound[k] for bound in self._bounds]) for k in range(3)
        )
        shape = sum(block.size for block in self.rows.values()), cost.size
        start, index, summed = _compress(row, column, value, shape)
        return Program(
            cost=cost,
            lower=lower,
            upper=upper,
            integer=np.concatenate([np.full(b[0].size, b[3]) for b in self._bounds]),
            row_lower=np.concatenate([limit[0] for limit in self._limits]),
            row_upper=np.concatenate([limit[1] for limit in self._limits]),
            start=start,
            index=index,
            value=summed,
            offset=self.offset,
            columns=dict(self.columns),
            rows=dict(self.rows),
        )


def _compress(
    row: Ints, column: Ints, value: Floats, shape: tuple[int, int]
) -> tuple[Ints, Ints, Floats]:
    """Sort coefficients by row and column and add up those on the same place."""
    order = np.lexsort((column, row))
    row, column, value = row[order], column[order], value[order]
    new = np.ones(row.size, dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    first = np.flatnonzero(new)
    summed = np.add.reduceat(value, first) if first.size else value
    counts = np.bincount(row[first], minlength=shape[0])
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return start, column[first], summed
