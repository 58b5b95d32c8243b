"""A case as read and not yet trusted: typed tables that remember the cell behind every value."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Formatter
from types import MappingProxyType
from typing import Any

import polars as pl

from ironpot.case.case import DEFAULT_QUARTERS, DEFAULT_WEIGHTS
from ironpot.case.files.sheet import Sheet
from ironpot.case.schema.labels import word_labels
from ironpot.core.columns import Column, Table
from ironpot.core.dates import Horizon
from ironpot.core.issues import Issue, Place, Severity
from ironpot.core.lang import Text
from ironpot.core.money import UNIT_TEXT, Unit, in_unit

# Beside every row of a draft table stand the user's row number, null in a row that a default filled
# in, and the names of cells that could not be read, as `;name;name;`.
ROW = "_row"
UNREAD = "_unread"
MARKS = (ROW, UNREAD)
NOTHING: Mapping[str, Text] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one column of a table was read; `position` None for a constant of the column map."""

    header: str
    position: int | None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a draft: `frame` in the table's schema plus MARKS; `sheet` None if not given.

    A cell that could not be read is null and already reported.
    """

    table: Table
    frame: pl.DataFrame
    sheet: Sheet | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict[str, Origin])

    @property
    def given(self) -> bool:
        """Say whether the user gave any row."""
        return bool(self.frame.height) and self.frame[ROW].null_count() < self.frame.height

    @property
    def keys(self) -> set[str]:
        """Values of the table's single key; of its first key column where it has several."""
        return set(self.frame[self.table.key[0]].drop_nulls())

    def with_frame(self, frame: pl.DataFrame) -> "Part":
        """Return the part with other rows."""
        return replace(self, frame=frame)

    @staticmethod
    def empty(column: str) -> pl.Expr:
        """Return the test of a cell being truly empty, not one that could not be read."""
        return pl.col(column).is_null() & ~pl.col(UNREAD).str.contains(f";{column};", literal=True)

    def place(self, column: str, row: int | None) -> Place:
        """Return the place of a cell, or of the column's header if `row` is None."""
        origin = self.origins.get(column)
        if self.sheet is None:
            return Place(self.table.name, header=column)
        if origin is None:
            return self.sheet.place(row, None, column)
        return self.sheet.place(row, origin.position, origin.header)

    def typed_texts(self, column: str, rows: pl.Series) -> list[str]:
        """Return a column's cells in `rows` as typed, '' where empty or without a column."""
        origin = self.origins.get(column)
        if origin is None or self.sheet is None:
            return [""] * len(rows)
        return self.sheet.texts_at(rows, column if origin.position is None else origin.position)

    def find(self, test: pl.Expr, at: str, message: "Message") -> list[Issue]:
        """Return an issue at column `at` of every row of the user's that passes `test`."""
        return self.flag(self.frame.filter(test), at, message) if self.sheet else []

    def flag(self, hits: pl.DataFrame, at: str, message: "Message") -> list[Issue]:
        """Return an issue at column `at` of every row in `hits`, which has ROW.

        The message's sentences are filled with the row's values; a column `nearest` of `hits` is
        the nearest known name.
        """
        mine = hits.filter(pl.col(ROW).is_not_null())
        named = mine.select(name for name in mine.columns if name in message.names)
        shown = [self._shown(row) for row in named.iter_rows(named=True)] or [{}] * mine.height
        near = mine["nearest"] if "nearest" in mine.columns else [None] * mine.height
        typed = self.typed_texts(at, mine[ROW])
        return [
            self.issue(row, at, message, fills, nearest, text)
            for row, fills, nearest, text in zip(mine[ROW], shown, near, typed, strict=True)
        ]

    def issue(
        self,
        row: int | None,
        at: str,
        message: "Message",
        fills: Mapping[str, Text] = NOTHING,
        nearest: str | None = None,
        value: str = "",
    ) -> Issue:
        """Return `message` about the cell of a row and column, which holds `value`.

        `fills` go into its sentences.
        """
        return Issue(
            severity=message.severity,
            code=message.code,
            place=self.place(at, row),
            value=value,
            what=_filled(message.what, fills),
            why=message.why,
            mend=_filled(message.mend, fills),
            nearest=nearest,
        )

    def _shown(self, row: dict[str, Any]) -> dict[str, Text]:
        columns = {column.name: column for column in self.table.columns}
        return {name: self._show(columns.get(name), value) for name, value in row.items()}

    def _show(self, column: Column | None, value: Any) -> Text:
        """Write a value as its user does: amounts in the column's unit, rates in percent."""
        if value is None:
            return Text("(empty)", "(空)")
        if column is not None and column.kind == "money":
            origin = self.origins.get(column.name)
            return amount_text(value, origin.unit if origin and origin.unit else "yuan")
        if column is not None and column.kind in ("rate", "share"):
            return Text(*[f"{value * 100:.6g}%"] * 2)
        labels = word_labels(column) if column is not None else {}
        plain = f"{value:g}" if isinstance(value, float) else str(value)
        return labels.get(plain, Text(plain, plain))


def amount_text(yuan: float, unit: Unit) -> Text:
    """Write an amount with its unit in both languages.

    >>> amount_text(1_250_000.0, "ten_thousand").zh
    '125.00万元'
    """
    number = in_unit(yuan, unit)
    if unit == "yuan":
        return Text(f"{number} yuan", f"{number}元")
    return Text(f"{number} x {UNIT_TEXT[unit].en}", f"{number}{UNIT_TEXT[unit].zh}")


def _filled(text: Text, fills: Mapping[str, Text]) -> Text:
    return Text(
        text.en.format(**{name: value.en for name, value in fills.items()}),
        text.zh.format(**{name: value.zh for name, value in fills.items()}),
    )


@dataclass(frozen=True, slots=True)
class Message:
    """What one check says: {column} in `what` and `mend` is filled with the row's value."""

    code: str
    what: Text
    why: Text
    mend: Text
    severity: Severity = "error"

    @property
    def names(self) -> set[str]:
        """The columns that the sentences name."""
        parts = Formatter().parse(self.what.en + self.what.zh + self.mend.en + self.mend.zh)
        return {name for _, name, _, _ in parts if name}


@dataclass(frozen=True, slots=True)
class DraftSettings:
    """Settings as far as they could be read; None is missing or unreadable, and reported."""

    case_id: str | None = None
    name: Text | None = None
    date: dt.date | None = None
    top_entity: str | None = None
    currency: str = "CNY"
    unit: Unit | None = None
    horizon_quarters: int = DEFAULT_QUARTERS
    discount_rate: float | None = None
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    notice: Text | None = None
    impute_appraisal: str | None = None
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])

    @property
    def horizon(self) -> Horizon | None:
        """The quarters that a plan covers, None without a case date."""
        return Horizon.after(self.date, self.horizon_quarters) if self.date else None


@dataclass(frozen=True, slots=True)
class Draft:
    """All tables of a case by name, and its settings."""

    settings: DraftSettings
    parts: Mapping[str, Part]

    def __getitem__(self, name: str) -> Part:
        return self.parts[name]

    def frame(self, name: str) -> pl.DataFrame:
        """Return the rows of a table with ROW beside them."""
        return self.parts[name].frame

    def with_part(self, part: Part) -> "Draft":
        """Return the draft with one table replaced."""
        return replace(self, parts={**self.parts, part.table.name: part})

    def with_rows(self, name: str, rows: pl.DataFrame) -> "Draft":
        """Return the draft with rows added to a table; they have no ROW of the user's."""
        part = self.parts[name]
        return self.with_part(part.with_frame(pl.concat([part.frame, marked(part.table, rows)])))


def marked(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows that no user gave in the table's schema with empty MARKS."""
    return table.conform(rows).with_columns(
        pl.lit(None, pl.Int64).alias(ROW), pl.lit("", pl.String).alias(UNREAD)
    )
