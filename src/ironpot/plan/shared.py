"""What is decided now moves cash in every future: in each as a mix of a few of them.

What options, prepayments and swaps cost an account in a quarter differs from future to future only
through a few rates. So the costs in a few reference futures tell those in all: one free column for
each reference future holds the sum over decisions, and every future's row takes a mix of these
columns. The program stays the same and is several times smaller where futures are many.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import linalg

from ironpot.plan.program import Builder, Floats, Ints

# A future whose costs are a mix of others' up to this share of the largest needs no column.
EXACT = 1e-12


@dataclass(slots=True)
class Shared:
    """Coefficients of decided columns in rows (place, scenario, quarter), gathered for mixing."""

    rows: Ints
    _place: list[Ints] = field(default_factory=list[Ints])
    _column: list[Ints] = field(default_factory=list[Ints])
    _value: list[Floats] = field(default_factory=list[Floats])

    def add(self, place: Ints, columns: Ints, values: Floats) -> None:
        """Add profiles: `values` (n, scenario, quarter) of `columns` (n,) in rows of `place`."""
        at, quarter = np.nonzero(values.any(axis=1))
        self._place.append(place[at] * values.shape[2] + quarter)
        self._column.append(columns[at])
        self._value.append(values[at, :, quarter])

    def write(self, build: Builder, name: str) -> None:
        """Put the coefficients into the program, mixed where that takes fewer of them."""
        place, column = (
            np.concatenate([np.zeros(0, dtype=np.int64), *parts])
            for parts in (self._place, self._column)
        )
        order = np.lexsort((column, place))
        place, column = place[order], column[order]
        value = np.concatenate([np.zeros((0, self.rows.shape[1])), *self._value])[order]
        cells = np.split(np.arange(place.size), np.flatnonzero(np.diff(place)) + 1)
        mixes = [_Mix.of(place[cell], column[cell], value[cell]) for cell in cells if cell.size]
        count = sum(mix.weights.shape[0] for mix in mixes)
        links = build.add_columns(name, count, lower=-np.inf)
        ties = build.add_rows(name, count, lower=0.0, upper=0.0)
        build.add(ties, links, -1.0)
        rows = self.rows.transpose(0, 2, 1).reshape(-1, self.rows.shape[1])
        first = 0
        for mix in mixes:
            last = first + mix.weights.shape[0]
            mix.write(build, rows[mix.place], links[first:last], ties[first:last])
            first = last


@dataclass(frozen=True, slots=True)
class _Mix:
    """One place's costs: `value` (column, scenario) = reference values @ `weights`.

    `weights` is (reference, scenario); it has no rows where plain coefficients are fewer.
    """

    place: int
    column: Ints
    value: Floats
    reference: Ints
    weights: Floats

    @classmethod
    def of(cls, place: Ints, column: Ints, value: Floats) -> "_Mix":
        """Find reference futures by pivoting; the most different one comes first."""
        triangle, pivot = _pivoted(value)
        size = np.abs(np.diagonal(triangle))
        rank = int((size > EXACT * size[0]).sum())
        mixed = rank * (value.shape[0] + value.shape[1] + 1)
        if mixed >= np.count_nonzero(value):
            none = np.zeros((0, value.shape[1]))
            return cls(int(place[0]), column, value, np.zeros(0, dtype=np.int64), none)
        weights = np.zeros((rank, value.shape[1]))
        weights[:, pivot[:rank]] = np.eye(rank)
        weights[:, pivot[rank:]] = linalg.solve_triangular(
            triangle[:rank, :rank], triangle[:rank, rank:]
        )
        return cls(int(place[0]), column, value, pivot[:rank].astype(np.int64), weights)

    def write(self, build: Builder, rows: Ints, links: Ints, ties: Ints) -> None:
        """Add the coefficients of one place, whose rows are (scenario,)."""
        if not links.size:
            build.add(rows[None, :], self.column[:, None], self.value)
            return
        build.add(ties[None, :], self.column[:, None], self.value[:, self.reference])
        build.add(rows[None, :], links[:, None], self.weights)


def _pivoted(value: Floats) -> tuple[Floats, Ints]:
    """Return R of the QR factors with the order of columns, the most different first."""
    untyped: Any = linalg
    triangle, pivot = untyped.qr(value, mode="r", pivoting=True)
    return triangle, pivot
