"""Cells as they stand in a sheet or text file, before anyone says what they mean.

A cell is a text, a number or a date; a column of cells is three columns of one frame, so that whole
tables can be read at once. Rows and columns count from 1 as the user sees them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from ironpot.case.files.scan import Flaw
from ironpot.core.issues import Place

EXACT_WHOLE = 2**53
ROW = "row"
KINDS: dict[str, pl.DataType] = {"text": pl.String(), "number": pl.Float64(), "date": pl.Date()}

Blocks = Sequence[tuple[int, Mapping[str, Sequence[object]]]]


class Raw(NamedTuple):
    """One column of cells as expressions over a sheet's frame; null where of another kind."""

    text: pl.Expr
    number: pl.Expr
    date: pl.Expr

    @property
    def filled(self) -> pl.Expr:
        """True where the cell holds something."""
        return self.text.is_not_null() | self.number.is_not_null() | self.date.is_not_null()

    @property
    def shown(self) -> pl.Expr:
        """Text of every cell as it would be typed, null where it is empty; 12.0 is `12`."""
        whole = (self.number == self.number.round(0)) & (self.number.abs() < EXACT_WHOLE)
        digits = self.number.cast(pl.Int64, strict=False).cast(pl.String)
        number = pl.when(whole).then(digits).otherwise(self.number.cast(pl.String))
        return pl.coalesce(self.text, number, self.date.dt.to_string("%Y-%m-%d"))


def raw(key: int | str) -> Raw:
    """Return the column of cells at a position of the sheet, or under the name of a constant."""
    return Raw(*(pl.col(f"{key}.{kind}") for kind in KINDS))


def literal(value: object) -> Raw:
    """Return a single cell that holds a text, a number or a date.

    >>> pl.select(literal(12.0).shown, literal(None).filled.alias("filled")).row(0)
    ('12', False)
    """
    cells = dict.fromkeys(KINDS)
    if value is not None:
        kind = (
            "text" if isinstance(value, str) else "number" if isinstance(value, float) else "date"
        )
        cells[kind] = value
    return Raw(*(pl.lit(cells[kind], dtype) for kind, dtype in KINDS.items()))


def text_cells(key: int | str, cells: Sequence[str | None]) -> list[pl.Series]:
    """Return the three columns of a column of text; blank cells are null."""
    text = pl.Series(f"{key}.text", cells, dtype=pl.String())
    blank = (text.str.strip_chars() == "").fill_null(value=False)
    others = [nulls(len(text), dtype).alias(f"{key}.{kind}") for kind, dtype in KINDS.items()]
    return [text.set(blank, None), *others[1:]]


def block_cells(key: int, blocks: Blocks) -> list[pl.Series]:
    """Join blocks of (rows, cells by kind) as the reading child prints them."""
    written = {"text": pl.String(), "number": pl.Float64(), "date": pl.String()}
    joined = {
        kind: pl.concat(
            [
                pl.Series(cells[kind], dtype=dtype) if kind in cells else nulls(rows, dtype)
                for rows, cells in blocks
            ]
        ).alias(f"{key}.{kind}")
        for kind, dtype in written.items()
    }
    return [joined["text"], joined["number"], joined["date"].str.to_date("%Y-%m-%d")]


def nulls(rows: int, dtype: pl.DataType) -> pl.Series:
    """Return `rows` nulls."""
    return pl.Series([None], dtype=dtype).new_from_index(0, rows)


@dataclass(frozen=True, slots=True)
class Span:
    """A merged area of cells, both ends included."""

    row: int
    column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells of one sheet or file: `cells` has ROW, the row's number, and the kinds of each column.

    `title` is the sheet's name, None for a text file. A workbook's headers are still among the
    cells; a text file's, `names` in `names_row`, and a Parquet file's are not.
    """

    file: str
    title: str | None
    cells: pl.DataFrame
    width: int
    names: tuple[str, ...] | None = None
    names_row: int | None = None
    hidden: bool = False
    merged: tuple[Span, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    date1904: bool = False

    @property
    def name(self) -> str:
        """What the sheet is called: its title, or the file's name without its ending."""
        return self.title if self.title is not None else self.file.rpartition(".")[0]

    def place(
        self, row: int | None = None, column: int | None = None, header: str | None = None
    ) -> Place:
        """Return the place of a cell, a column or the sheet, as an issue shows it."""
        return Place(self.file, self.title, row, column, header)

    def text_at(self, row: int, key: int | str) -> str:
        """Return the cell in a row as it would be typed, '' if it is empty."""
        return self.texts_at(pl.Series([row]), key)[0]

    def texts_at(self, rows: pl.Series, key: int | str) -> list[str]:
        """Return the cells in `rows`, which the sheet has, as they would be typed."""
        indices = self.cells[ROW].search_sorted(rows)
        return self.cells[indices].select(raw(key).shown.fill_null("")).to_series().to_list()

    def with_flaws_shown(self) -> "Sheet":
        """Return the sheet with a formula's or an error's text in each flawed cell."""
        by_column: dict[int, dict[int, str]] = {}
        for flaw in self.flaws:
            if flaw.row <= self.cells.height and flaw.column <= self.width:
                by_column.setdefault(flaw.column, {})[flaw.row - 1] = flaw.text
        shown = [
            self.cells[f"{column}.text"].clone().scatter(list(texts), list(texts.values()))
            for column, texts in by_column.items()
        ]
        return replace(self, cells=self.cells.with_columns(shown))


def frame_of(rows: Sequence[int] | range, columns: Sequence[Sequence[pl.Series]]) -> pl.DataFrame:
    """Return the frame of a sheet from its row numbers and the three columns of each column."""
    numbers = pl.Series(ROW, rows, dtype=pl.Int64())
    return pl.DataFrame([numbers, *(part for column in columns for part in column)])
