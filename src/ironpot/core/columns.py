"""The grammar of tables: each column has a name, a kind, a unit and allowed values, in one place.

Readers, checks, templates, documentation and output files all speak from these definitions, so a
column is described once. Amounts in frames are yuan (float64), rates and shares decimals.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ironpot.core.lang import Text

Kind = Literal[
    "id",  # a key: text without blanks
    "text",
    "choice",  # one of `allowed`
    "many",  # words or keys joined by ';'
    "bool",
    "money",  # yuan in frames; the file's unit on paper
    "rate",  # decimal a year, may be negative
    "share",  # decimal between 0 and 1
    "number",
    "count",  # integer >= 0
    "date",
    "quarter",  # 2025Q1
    "period",  # a quarter or the word 'all'
    "cycle",  # ACTUS cycle, P3ML0
]

DTYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(),
    "text": pl.String(),
    "choice": pl.String(),
    "many": pl.String(),
    "bool": pl.Boolean(),
    "money": pl.Float64(),
    "rate": pl.Float64(),
    "share": pl.Float64(),
    "number": pl.Float64(),
    "count": pl.Int64(),
    "date": pl.Date(),
    "quarter": pl.String(),
    "period": pl.String(),
    "cycle": pl.String(),
}


NO_NOTE = Text("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in code and files, its label for people, what it may hold.

    `refers` names the table whose key it must be found in; `low` and `high` are inclusive limits;
    `default` is what an absent column (never an absent cell of a required one) is filled with;
    `basic` columns are the ones a first-time user sees.
    """

    name: str
    kind: Kind
    label: Text
    note: Text = NO_NOTE
    required: bool = False
    basic: bool = False
    allowed: tuple[str, ...] = ()
    refers: str | None = None
    low: float | None = None
    high: float | None = None
    default: str | float | int | bool | None = None

    @property
    def dtype(self) -> pl.DataType:
        """Polars type of the column in a frame."""
        return DTYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order and the key that no two rows share."""

    name: str
    label: Text
    note: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    basic: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> pl.Schema:
        """Polars schema in column order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"Table {self.name} has no column {name}.")

    def empty(self) -> pl.DataFrame:
        """Return a frame without rows in this table's schema."""
        return pl.DataFrame(schema=self.schema)

    def frame(self, rows: Iterable[dict[str, object]]) -> pl.DataFrame:
        """Return a frame in this table's schema from rows; absent columns are null.

        Raises KeyError on a name that the table does not have, so that a typo is never dropped.

        >>> table = Table("t", Text("t", "t"), Text("", ""), ("a",),
        ...               (Column("a", "id", Text("a", "a")), Column("b", "money", Text("b", "b"))))
        >>> table.frame([{"a": "x"}]).row(0)
        ('x', None)
        """
        listed = list(rows)
        unknown = {name for row in listed for name in row} - set(self.names)
        if unknown:
            raise KeyError(f"Table {self.name} has no column {sorted(unknown)}.")
        return pl.DataFrame(listed, schema=self.schema, orient="row")

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with exactly this table's columns, in order and type; absent ones null."""
        unknown = set(frame.columns) - set(self.names)
        if unknown:
            raise KeyError(f"Table {self.name} has no column {sorted(unknown)}.")
        absent = [pl.lit(None).alias(name) for name in self.names if name not in frame.columns]
        return frame.with_columns(absent).select(
            pl.col(column.name).cast(column.dtype) for column in self.columns
        )
