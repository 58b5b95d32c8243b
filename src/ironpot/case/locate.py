"""Where in this sheet does the table stand? Finds its header row, its columns and its rows.

Titles may stand above the header and headers may be merged; wholly empty rows are left out. What
cannot be placed is an issue, never dropped in silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ironpot.case import placing
from ironpot.case.column_map import TableEntry
from ironpot.case.files.sheet import ROW, Sheet, raw, text_cells
from ironpot.case.headers import Header, header_row, read_header, unit_named
from ironpot.case.nearest import fold
from ironpot.case.values import folded
from ironpot.core.columns import Column, Table
from ironpot.core.issues import Issue
from ironpot.core.money import Unit

HEAD_ROWS = 20
# A line merged over this many columns is a remark, not a row of data.
REMARK_WIDTH = 3
_UNIT_LINE = re.compile(r"(?:单位|[Uu]nit)\s*[:\uff1a]\s*(?:人民币)?\s*([^\s,\uff0c;)\uff09]+)")
_HOLD_TOTALS = ("fiscal_history",)
_TOTALS = ("合计", "总计", "小计", "共计", "total", "subtotal", "grandtotal", "sum")


@dataclass(frozen=True, slots=True)
class Found:
    """A column of the table in the sheet; `position` None for a constant of the map."""

    column: Column
    header: str
    position: int | None
    unit: Unit | None = None
    percent: bool = False

    @property
    def key(self) -> int | str:
        """Under which its cells stand in the sheet's frame."""
        return self.column.name if self.position is None else self.position


@dataclass(frozen=True, slots=True)
class Located:
    """A table and the sheet that holds its rows only; `header_row` None in a Parquet file.

    `unit` is the one that a line above the header declares for the whole sheet.
    """

    table: Table
    sheet: Sheet
    columns: Mapping[str, Found]
    header_row: int | None
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class _Head:
    """Headers of a sheet, the row they stand in, the last row of the head, a unit above."""

    names: tuple[str, ...]
    row: int | None
    last: int
    unit: Unit | None = None


def locate(table: Table, sheet: Sheet, entry: TableEntry) -> tuple[Located | None, list[Issue]]:
    """Find `table` in `sheet`; `entry` is what the column map says of it, empty without a map."""
    head = _head(table, sheet, entry)
    if head is None:
        return None, [placing.no_header(table, sheet)]
    body = _with_constants(_body(sheet, head.last), entry)
    found, issues = _columns(table, body, head, entry)
    used = {one.position for one in found.values()}
    spare = [(n, name) for n, name in enumerate(head.names, start=1) if name and n not in used]
    missing = placing.missing_columns(table, body, head.row, spare, set(found))
    rows, totals = _data_rows(table, body, found, spare)
    located = Located(table, rows, found, head.row, head.unit)
    return located, [*issues, *missing, *totals, *_unnamed(body, head)]


def _head(table: Table, sheet: Sheet, entry: TableEntry) -> _Head | None:
    if sheet.names is not None:
        return _Head(tuple(name.strip() for name in sheet.names), sheet.names_row, 0)
    rows = head_rows(sheet)
    position = header_row(table, rows) if entry.header_row is None else entry.header_row - 1
    if position is None or position >= len(rows):
        return None
    row = position + 1
    across = [span.last_row for span in sheet.merged if span.row <= row <= span.last_row]
    return _Head(tuple(rows[position]), row, max([row, *across]), _declared(rows[:position]))


def head_rows(sheet: Sheet) -> list[list[str]]:
    """Return the first rows of a sheet as text, every merged cell filled with its value."""
    shown = [raw(key).shown.fill_null("").alias(f"{key}") for key in range(1, sheet.width + 1)]
    rows = [
        [text.strip() for text in row] for row in sheet.cells.head(HEAD_ROWS).select(shown).rows()
    ]
    for span in sheet.merged:
        if span.row <= len(rows) and span.column <= sheet.width:
            text = rows[span.row - 1][span.column - 1]
            for row in rows[span.row - 1 : span.last_row]:
                width = len(row[span.column - 1 : span.last_column])
                row[span.column - 1 : span.last_column] = [text] * width
    return rows


def _declared(rows: Sequence[Sequence[str]]) -> Unit | None:
    """Read a line such as `单位:万元` above the header."""
    found = [match for row in rows for text in row if (match := _UNIT_LINE.search(text))]
    return unit_named(found[0][1]) if found else None


def _body(sheet: Sheet, last: int) -> Sheet:
    """Return the rows below the head without remarks; a flawed cell shows its formula or error."""
    below = [span for span in sheet.merged if span.row > last]
    remarks = [
        span for span in below if _is_remark(span.row, span.last_row, span.column, span.last_column)
    ]
    remark_rows = [span.row for span in remarks]
    kept = pl.col(ROW).gt(last) & ~pl.col(ROW).is_in(remark_rows) if last else pl.lit(value=True)
    return replace(
        sheet,
        cells=sheet.with_flaws_shown().cells.filter(kept),
        flaws=tuple(flaw for flaw in sheet.flaws if flaw.row > last),
        merged=tuple(span for span in below if span not in remarks),
    )


def _is_remark(row: int, last_row: int, column: int, last_column: int) -> bool:
    return row == last_row and column == 1 and last_column - column + 1 >= REMARK_WIDTH


def _with_constants(sheet: Sheet, entry: TableEntry) -> Sheet:
    """Add the columns for which the map says one value for every row."""
    constants = [
        cells
        for name, mapped in entry.columns.items()
        if mapped.value is not None
        for cells in text_cells(name, [mapped.value] * sheet.cells.height)
    ]
    return replace(sheet, cells=sheet.cells.with_columns(constants))


def _columns(
    table: Table, sheet: Sheet, head: _Head, entry: TableEntry
) -> tuple[dict[str, Found], list[Issue]]:
    """Return the columns found by name, and an issue for every header that cannot be used."""
    found = {
        name: Found(table.column(name), name, None)
        for name, mapped in entry.columns.items()
        if mapped.value is not None
    }
    issues: list[Issue] = []
    for position, name in enumerate(head.names, start=1):
        header = _header(table, name, entry)
        if header is None:
            continue
        if header.column.name in found:
            issues.append(placing.named_twice(sheet, head.row, position, name))
            continue
        found[header.column.name] = Found(
            header.column, name, position, header.unit, header.percent
        )
        if header.odd:
            issues.append(placing.odd_unit(sheet, head.row, position, name, header.odd))
    return found, issues


def _header(table: Table, name: str, entry: TableEntry) -> Header | None:
    """Read a header, by the column map first; a column that the map places is not placed twice."""
    read = read_header(table, name) if name else None
    for column_name, mapped in entry.columns.items():
        if mapped.header is not None and fold(mapped.header) == fold(name):
            unit = unit_named(mapped.unit) if mapped.unit else (read.unit if read else None)
            percent = mapped.percent or (read is not None and read.percent)
            return Header(table.column(column_name), unit, percent)
    return None if read is None or read.column.name in entry.columns else read


def _unnamed(sheet: Sheet, head: _Head) -> list[Issue]:
    """Return an issue for the first cell of each column that has values but no header."""
    bare = [key for key in range(1, sheet.width + 1) if not "".join(head.names[key - 1 : key])]
    first = sheet.cells.select(
        pl.col(ROW).filter(raw(key).filled).first().alias(f"{key}") for key in bare
    )
    return [
        placing.unnamed_column(sheet, row, key, sheet.text_at(row, key))
        for key, row in zip(bare, first.row(0) if bare else (), strict=True)
        if row is not None
    ]


def _data_rows(
    table: Table, sheet: Sheet, found: Mapping[str, Found], spare: Sequence[tuple[int, str]]
) -> tuple[Sheet, list[Issue]]:
    """Return the sheet with rows that hold anything but a total; a total is an issue.

    The word stands in a key or a name, or in a column that is not read, such as a running number.
    """
    placed = [one for one in found.values() if one.position is not None]
    named = [
        (one.position, one.header, one.key)
        for one in placed
        if one.column.name in (*table.key, "name")
    ]
    looked = [] if table.name in _HOLD_TOTALS else [*named, *((n, name, n) for n, name in spare)]
    total = [_is_total(key).alias(f"{key}") for _, _, key in looked]
    marks = sheet.cells.select(ROW, *total)
    issues = [
        placing.total_row(sheet, row, position, header, sheet.text_at(row, key))
        for position, header, key in looked
        for row in marks.filter(f"{key}")[ROW]
    ]
    filled = pl.any_horizontal([raw(one.key).filled for one in placed])
    kept = filled & ~pl.any_horizontal(total) if total else filled
    return replace(sheet, cells=sheet.cells.filter(kept)), _first_of_each_row(issues)


def _is_total(key: int | str) -> pl.Expr:
    word = folded(raw(key).text).str.strip_chars(":")
    return word.is_in(_TOTALS).fill_null(value=False)


def _first_of_each_row(issues: list[Issue]) -> list[Issue]:
    return list({issue.place.row: issue for issue in reversed(issues)}.values())
