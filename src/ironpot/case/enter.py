"""Enter one more row into a case's own file, under the headers and in the unit that stand there.

A table that the case does not have yet gets a file or sheet of its own. The file is written whole
or not at all; `Entered.undo` puts back what was there.
"""

import codecs
import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from ironpot.case.column_map import NO_ENTRY
from ironpot.case.files.escape import escape_text
from ironpot.case.files.open import open_case
from ironpot.case.files.sheet import ROW, Sheet
from ironpot.case.files.text import decoded, separator_of
from ironpot.case.headers import table_named
from ironpot.case.locate import Found, locate
from ironpot.case.read import declared_unit
from ironpot.case.rewrite import open_book, save_book
from ironpot.case.schema.words import PROVENANCE
from ironpot.core.columns import Column, Table
from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import YUAN_PER_UNIT, Unit

Value = str | float | int | dt.date | None
CSV = ".csv"


@dataclass(frozen=True, slots=True)
class Entered:
    """Where a row was written, and what stood in that file before (None: there was no file).

    `not_reckoned`: formulas beside it show what they showed without the row, until a spreadsheet
    program reckons them anew.
    """

    path: Path
    place: Text
    before: bytes | None
    not_reckoned: bool = False

    def undo(self) -> None:
        """Put the file back as it was."""
        if self.before is None:
            self.path.unlink()
        else:
            self.path.write_bytes(self.before)


def enter_row(path: Path, table: Table, row: Mapping[str, Value], lang: Lang) -> Entered:
    """Write `row` (by column name, money in yuan) below the rows of `table` in the case at `path`.

    Amounts go in the unit of the column's header, else of the sheet, else of the case. Raises
    FileRefusedError where the table is in a format that is not written, or lacks a column that the
    row needs.
    """
    opened = open_case(path)
    sheet = next((one for one in opened.sheets if table_named(one.name) is table), None)
    given = {name: value for name, value in row.items() if value is not None}
    if opened.is_folder and sheet is None:
        return _new_file(path / f"{table.name}{CSV}", table, given)
    if sheet is None:
        return _new_sheet(path, table, given, lang)
    cells = _cells(path, table, sheet, given)
    if opened.is_folder:
        return _below_file(path / sheet.file, cells)
    return _below_sheet(path, sheet, cells)


def _new_file(file: Path, table: Table, row: Mapping[str, Value]) -> Entered:
    """Write a table of one row with all its columns as header; amounts in yuan, and it says so."""
    names = [column.name for column in _usual(table)]
    heads = [
        f"{column.name}(yuan)" if column.kind == "money" else column.name
        for column in _usual(table)
    ]
    file.write_text(_line(heads) + _line([_text(row.get(name)) for name in names]), "utf-8")
    return Entered(file, Text(f"{file.name}, line 2", f"{file.name} 第2行"), None)


def _usual(table: Table) -> list[Column]:
    """Columns that a person fills in: all but those of provenance."""
    aside = {column.name for column in PROVENANCE}
    return [column for column in table.columns if column.name not in aside]


def _new_sheet(path: Path, table: Table, row: Mapping[str, Value], lang: Lang) -> Entered:
    """Add a sheet with the table's labels as header and one row below it."""
    before = path.read_bytes()
    book = open_book(path)
    sheet: Worksheet = book.create_sheet(table.label.say(lang))
    bracket = Text("(yuan)", "(元)").say(lang)
    for number, column in enumerate(_usual(table), start=1):
        unit = bracket if column.kind == "money" else ""
        sheet.cell(1, number, column.label.say(lang) + unit)
        sheet.cell(2, number, _safe(row.get(column.name)))
    return Entered(path, _at(sheet.title, 2), before, save_book(book, path))


def _cells(path: Path, table: Table, sheet: Sheet, row: Mapping[str, Value]) -> dict[int, Value]:
    """Return the values of a row by the position of their column, amounts in its unit."""
    located, _ = locate(table, sheet, NO_ENTRY)
    found: Mapping[str, Found] = {} if located is None else located.columns
    lost = [name for name in row if name not in found or found[name].position is None]
    if lost:
        raise _no_column(sheet, table, lost)
    unit = located.unit if located is not None else None
    whole = unit or declared_unit(path) or "yuan"
    return {
        _position(found[name]): _in_unit(found[name], value, whole) for name, value in row.items()
    }


def _position(found: Found) -> int:
    assert found.position is not None
    return found.position


def _in_unit(found: Found, value: Value, unit: Unit) -> Value:
    if found.column.kind == "money" and isinstance(value, float):
        return value / YUAN_PER_UNIT[found.unit or unit]
    if found.percent and isinstance(value, float):
        return value * 100.0
    return value


def _below_file(file: Path, cells: Mapping[int, Value]) -> Entered:
    """Append a line to a CSV file in its own encoding and with its own separator."""
    if file.suffix.lower() != CSV:
        raise _not_written(file)
    before = file.read_bytes()
    text, encoding = decoded(file)
    if encoding == "utf-8-sig" and not before.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    separator = separator_of(text)
    row = [_text(cells.get(position)) for position in range(1, max(cells) + 1)]
    ended = text if text.endswith("\n") or not text else text + "\n"
    whole = ended + _line(row, separator)
    file.write_bytes(whole.encode(encoding))
    number = whole.count("\n")
    return Entered(file, Text(f"{file.name}, line {number}", f"{file.name} 第{number}行"), before)


def _below_sheet(path: Path, sheet: Sheet, cells: Mapping[int, Value]) -> Entered:
    """Write a row below the last one of a sheet; all else in the workbook stays."""
    before = path.read_bytes()
    book = open_book(path)
    assert sheet.title is not None
    page: Worksheet = book[sheet.title]
    last = sheet.cells[ROW].max()
    number = (last if isinstance(last, int) else 1) + 1
    for position, value in cells.items():
        page.cell(number, position, _safe(value))
    return Entered(path, _at(sheet.title, number), before, save_book(book, path))


def _at(sheet: str, row: int) -> Text:
    return Text(f"sheet {sheet}, row {row}", f"“{sheet}”第{row}行")


def _safe(value: Value) -> Value:
    return escape_text(value) if isinstance(value, str) else value


def _text(value: Value) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return "" if value is None else str(_safe(value))


def _line(cells: list[str], separator: str = ",") -> str:
    page = io.StringIO()
    csv.writer(page, delimiter=separator, lineterminator="\n").writerow(cells)
    return page.getvalue()


def _no_column(sheet: Sheet, table: Table, names: list[str]) -> FileRefusedError:
    heads = [table.column(name).label for name in names]
    english, chinese = ", ".join(head.en for head in heads), "、".join(head.zh for head in heads)
    return FileRefusedError(
        Text(
            f"{sheet.name} has no column for: {english}. Add the header to that table and enter "
            "the row again; nothing was written.",
            f"“{sheet.name}”缺少列:{chinese}。请在表头补列后重新录入;未写入任何内容。",
        )
    )


def _not_written(file: Path) -> FileRefusedError:
    return FileRefusedError(
        Text(
            f"{file} cannot be added to: only CSV files and workbooks can. Save it as "
            f"{file.stem}.csv and enter the row again; nothing was written.",
            f"{file} 不能追加:仅支持CSV和工作簿。请另存为 {file.stem}.csv 后重新录入;"
            "未写入任何内容。",
        )
    )
