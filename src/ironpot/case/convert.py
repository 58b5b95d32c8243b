"""What do the located cells say in the table's own types? Amounts in yuan, rates as decimals.

A cell that cannot be read is null in the frame, marked unread, and an issue that says how to mend
it; a cell is reported once.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from ironpot.case import placing, values
from ironpot.case.column_map import TableEntry
from ironpot.case.draft import ROW, UNREAD, Origin, Part
from ironpot.case.files import sheet as files
from ironpot.case.files.sheet import Raw, Span, raw
from ironpot.case.locate import Found, Located
from ironpot.case.schema.labels import word_labels
from ironpot.case.unreadable import flawed, unreadable
from ironpot.core.issues import Issue
from ironpot.core.money import EXACT_FEN, FEN_PER_YUAN, YUAN_PER_UNIT, Unit

_LARGEST = EXACT_FEN / FEN_PER_YUAN


def convert(located: Located, unit: Unit | None, entry: TableEntry) -> tuple[Part, list[Issue]]:
    """Return the table with its types and an issue for every cell that could not be read.

    `unit` is the one declared for the case; a unit above or beside a header goes before it.
    `entry` is what the column map says of the table.
    """
    units: dict[str, Unit | None] = {
        name: _unit(found, located, unit) for name, found in located.columns.items()
    }
    cells = {name: _cells(found, entry) for name, found in located.columns.items()}
    read = located.sheet.cells.select(
        _value(found, cells[name], units[name], located).alias(name)
        for name, found in located.columns.items()
    )
    filled = located.sheet.cells.select(one.filled.alias(name) for name, one in cells.items())
    excused = _excused(located)
    origins = {
        name: Origin(found.header, found.position, units[name])
        for name, found in located.columns.items()
    }
    part = Part(located.table, _frame(located, read, filled, excused), located.sheet, origins)
    return part, [
        *_undeclared(located, units, filled),
        *_odd_cells(part, located),
        *_unreadable_cells(part, read, filled, excused),
    ]


def _unit(found: Found, located: Located, unit: Unit | None) -> Unit | None:
    if found.column.kind != "money":
        return None
    return found.unit or located.unit or unit


def _cells(found: Found, entry: TableEntry) -> Raw:
    """Return the column's cells, the map's words put in place of the export's."""
    cells, mapped = raw(found.key), entry.columns.get(found.column.name)
    if mapped is None or not mapped.words:
        return cells
    return cells._replace(text=cells.shown.str.strip_chars().replace(mapped.words))


def _value(found: Found, cells: Raw, unit: Unit | None, located: Located) -> pl.Expr:
    column = found.column
    match column.kind:
        case "money":
            return _money(cells, unit)
        case "rate" | "share":
            return values.to_number(cells, percent=found.percent, percent_sign=True)
        case "number":
            return values.to_number(cells)
        case "count":
            return values.to_count(cells)
        case "date":
            return values.to_date(cells, date1904=located.sheet.date1904)
        case "bool":
            return values.to_bool(cells)
        case "choice":
            return values.to_choice(cells, column, word_labels(column))
        case "many":
            return values.to_many(cells, column, word_labels(column))
        case "quarter" | "period":
            return values.to_quarter(cells, or_all=column.kind == "period")
        case "cycle":
            return values.to_cycle(cells, word_labels(column))
        case "id" | "text":
            return values.to_key(cells)


def _money(cells: Raw, unit: Unit | None) -> pl.Expr:
    """Return yuan rounded to the fen; without a unit, or beyond 9e13 yuan, null."""
    if unit is None:
        return pl.lit(None, pl.Float64)
    yuan = (values.to_number(cells) * YUAN_PER_UNIT[unit]).round(2)
    return pl.when(yuan.abs() < _LARGEST).then(yuan)


def _excused(located: Located) -> pl.DataFrame:
    """Mark cells that are flawed or hidden by a merge: they are reported as such, not as empty."""
    rows = located.sheet.cells[files.ROW]
    flaws = [Span(flaw.row, flaw.column, flaw.row, flaw.column) for flaw in located.sheet.flaws]
    marks: dict[str, np.ndarray] = {}
    for name, found in located.columns.items():
        mark = np.zeros(len(rows), dtype=np.bool_)
        for span in (*flaws, *located.sheet.merged):
            if found.position is not None and span.column <= found.position <= span.last_column:
                mark[rows.search_sorted(span.row) : rows.search_sorted(span.last_row, "right")] = (
                    True
                )
        marks[name] = mark
    return pl.DataFrame(marks)


def _frame(
    located: Located, read: pl.DataFrame, filled: pl.DataFrame, excused: pl.DataFrame
) -> pl.DataFrame:
    """Return the table's columns, null where excused, with the marks of a draft."""
    rows = located.sheet.cells[files.ROW]
    columns = [
        read[column.name].set(excused[column.name], None).cast(column.dtype).alias(column.name)
        if column.name in read.columns
        else files.nulls(len(rows), column.dtype).alias(column.name)
        for column in located.table.columns
    ]
    unread = pl.Series(UNREAD, [""], dtype=pl.String()).new_from_index(0, len(rows))
    for name in read.columns:
        failed = (read[name].is_null() & filled[name]) | excused[name]
        if failed.any():
            unread = (unread + f";{name};").zip_with(failed, unread)
    return pl.DataFrame([*columns, rows.alias(ROW), unread])


def _undeclared(
    located: Located, units: Mapping[str, Unit | None], filled: pl.DataFrame
) -> list[Issue]:
    """Return one issue for the table if an amount's unit is declared nowhere."""
    without = [
        found
        for name, found in located.columns.items()
        if found.column.kind == "money" and units[name] is None and filled[name].any()
    ]
    return [
        placing.undeclared_unit(located.sheet, located.header_row, found.position, found.header)
        for found in without[:1]
    ]


def _odd_cells(part: Part, located: Located) -> list[Issue]:
    """Return the issues of merged areas and of flawed cells in columns that are read."""
    names = {found.position: name for name, found in located.columns.items() if found.position}
    merged = [
        placing.merged_cells(located.sheet, span)
        for span in located.sheet.merged
        if any(span.column <= position <= span.last_column for position in names)
    ]
    flaws = [flaw for flaw in located.sheet.flaws if flaw.column in names]
    return merged + [flawed(part, names[flaw.column], flaw) for flaw in flaws]


def _unreadable_cells(
    part: Part, read: pl.DataFrame, filled: pl.DataFrame, excused: pl.DataFrame
) -> list[Issue]:
    issues: list[Issue] = []
    for name in read.columns:
        column = part.table.column(name)
        if column.kind == "money" and part.origins[name].unit is None:
            continue  # said once, at the header
        failed = read[name].is_null() & filled[name] & ~excused[name]
        issues += unreadable(part, name, part.frame[ROW].filter(failed))
    return issues
