"""Which sheet holds which table? Reads every table of an opened case into a draft.

A table without a sheet, or without a row, is not given: defaults may fill it later.
"""

from collections.abc import Iterator
from functools import cache

from ironpot.case import placing
from ironpot.case.column_map import NO_ENTRY, ColumnMap, TableEntry
from ironpot.case.convert import convert
from ironpot.case.draft import Part, marked
from ironpot.case.files.open import Opened
from ironpot.case.files.sheet import Sheet
from ironpot.case.headers import is_about, is_aside, table_named
from ironpot.case.locate import locate
from ironpot.case.nearest import fold
from ironpot.case.schema import BASIC, TABLES
from ironpot.core.columns import Table
from ironpot.core.issues import Issue
from ironpot.core.lang import Text
from ironpot.core.money import Unit


def read_tables(
    opened: Opened, column_map: ColumnMap, unit: Unit | None
) -> tuple[dict[str, Part], list[Issue]]:
    """Return every table by name, typed and in yuan, and the issues of what could not be read."""
    sheets: dict[str, Sheet] = {}
    issues: list[Issue] = []
    for table, sheet in _pairs(opened, column_map):
        if table.name in sheets:
            issues.append(placing.given_twice(table, sheet, sheets[table.name]))
        else:
            sheets[table.name] = sheet
    issues += [*_unknown(opened, column_map, sheets), *_missing(opened, sheets)]
    parts = {table.name: absent(table) for table in TABLES}
    for table in TABLES:
        if table.name in sheets:
            entry = column_map.tables.get(table.name, NO_ENTRY)
            parts[table.name], found = _read(table, sheets[table.name], entry, unit)
            issues += found
    return parts, issues


@cache
def absent(table: Table) -> Part:
    """Return a table that was not given."""
    return Part(table, marked(table, table.empty()))


def _pairs(opened: Opened, column_map: ColumnMap) -> Iterator[tuple[Table, Sheet]]:
    """Pair tables with sheets, first as the map says, then by name."""
    mapped = {name: fold(entry.sheet) for name, entry in column_map.tables.items() if entry.sheet}
    for sheet in opened.sheets:
        for table in TABLES:
            if mapped.get(table.name) == fold(sheet.name):
                yield table, sheet
        named = None if is_aside(sheet.name) else table_named(sheet.name)
        if named is not None and named.name not in mapped:
            yield named, sheet


def _unknown(opened: Opened, column_map: ColumnMap, sheets: dict[str, Sheet]) -> Iterator[Issue]:
    """Yield an issue for each sheet that holds something and is no table of a case."""
    used = {fold(sheet.name) for sheet in sheets.values()}
    absent_tables = [table for table in TABLES if table.name not in sheets]
    known = [name for table in absent_tables for name in (table.name, *table.label)]
    for sheet in opened.sheets:
        ours = is_about(sheet.name) or is_aside(sheet.name) or table_named(sheet.name)
        if not (ours or sheet.hidden or fold(sheet.name) in used) and sheet.cells.height:
            yield placing.unknown_sheet(sheet, [] if column_map.tables else known)


def _missing(opened: Opened, sheets: dict[str, Sheet]) -> list[Issue]:
    names = [sheet.name for sheet in opened.sheets if not table_named(sheet.name)]
    absent_tables = [table for table in BASIC if table.name not in sheets]
    return [placing.missing_table(table, opened.path.name, names) for table in absent_tables]


def _read(
    table: Table, sheet: Sheet, entry: TableEntry, unit: Unit | None
) -> tuple[Part, list[Issue]]:
    located, issues = locate(table, sheet, entry)
    if located is None:
        return absent(table), issues
    part, unread = convert(located, unit, entry)
    empty = [] if part.given or not table.basic else [_no_rows(table, sheet)]
    return part, [*issues, *unread, *empty]


def _no_rows(table: Table, sheet: Sheet) -> Issue:
    needed = table.name == "entities"
    return Issue(
        "error" if needed else "warning",
        "table.empty",
        sheet.place(),
        "",
        Text(f'"{table.label.en}" has no row', f"“{table.label.zh}”没有数据行"),
        Text("a plan needs its government", "方案须有政府主体")
        if needed
        else Text("it is taken to mean that there is none", "视为没有该类事项"),
        Text(
            "fill in at least one row" if needed else "fill it in if there are any",
            "请至少填写一行" if needed else "如有,请填写",
        ),
    )
