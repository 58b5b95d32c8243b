"""One table as a sheet to fill in: headers with units, notes, drop-downs and cell checks."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from ironpot.case.files.escape import escape_text
from ironpot.case.links import links
from ironpot.case.schema.labels import word_labels
from ironpot.case.template_look import GREY, TEAL, Look, display_width, width
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Lang, Text
from ironpot.core.money import UNIT_TEXT, YUAN_PER_UNIT, Unit

# Rows that carry drop-downs and cell checks.
CHECKED_ROWS = 5_000
YES, NO = Text("yes", "是"), Text("no", "否")
ALL_QUARTERS = Text("all", "全部")
_FIRST_DAY, _LAST_DAY = dt.date(1950, 1, 1), dt.date(2150, 12, 31)
_NEEDED = Text("required", "必填")
_MESSAGE_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Paper:
    """What every sheet of a workbook shares: language, unit, look, and where lists of words stand.

    `lists` are formulas for drop-downs by (table, column); `names` are words that stand for keys,
    by table: the kinds of assets in the reader's language.
    """

    lang: Lang
    unit: Unit
    look: Look
    lists: Mapping[tuple[str, str], str]
    names: Mapping[str, Mapping[str, str]]


def columns_in_order(table: Table) -> list[Column]:
    """Return the basic columns first, then the rest, each in the schema's order."""
    return sorted(table.columns, key=lambda column: not column.basic)


def header_text(column: Column, paper: Paper) -> str:
    """Return a column's header: its label, the unit of amounts, a star if it is required."""
    label, unit = column.label.say(paper.lang), UNIT_TEXT[paper.unit].say(paper.lang)
    blank = " " if paper.lang == "en" else ""
    beside = f"{blank}({unit})" if column.kind == "money" else ""
    return f"{label}{beside}{'*' if column.required else ''}"


def write_sheet(sheet: Worksheet, table: Table, rows: pl.DataFrame, paper: Paper) -> None:
    """Write a table's headers, checks and rows into an empty sheet."""
    columns = columns_in_order(table)
    _headers(sheet, table, columns, paper, row=0)
    for index, column in enumerate(columns):
        _check(sheet, table, column, index, paper)
    write_rows(sheet, columns, rows, paper, first=1, sample=False)
    sheet.freeze_panes(1, 2 if len(columns) > 2 else 1)
    sheet.autofilter(0, 0, CHECKED_ROWS, len(columns) - 1)
    sheet.set_tab_color(TEAL if table.basic else GREY)
    _print_setup(sheet, table, paper, header=0)


def write_example_sheet(sheet: Worksheet, table: Table, rows: pl.DataFrame, paper: Paper) -> None:
    """Write a filled example beside an empty sheet, marked as such and never read."""
    columns = [
        column for column in columns_in_order(table) if rows[column.name].null_count() < rows.height
    ]
    banner = Text(
        f'Example of a filled sheet "{table.label.en}". Never read: fill in the sheet before it.',
        f"示例:“{table.label.zh}”表的填写样式。本表不会被读取,请在前一张表填写。",
    )
    sheet.set_row(0, 24)
    sheet.merge_range(0, 0, 0, max(len(columns) - 1, 5), banner.say(paper.lang), paper.look.banner)
    _headers(sheet, table, columns, paper, row=1)
    write_rows(sheet, columns, rows, paper, first=2, sample=True)
    sheet.freeze_panes(2, 2)
    sheet.set_tab_color("#E5C07B")
    _print_setup(sheet, table, paper, header=1)


def _headers(
    sheet: Worksheet, table: Table, columns: Sequence[Column], paper: Paper, *, row: int
) -> None:
    more = any(column.basic for column in columns)
    sheet.set_default_row(18)
    sheet.set_row(row, 36)
    for index, column in enumerate(columns):
        header = header_text(column, paper)
        words = list(paper.names.get(column.refers or "", {}).values())
        style = paper.look.needed if column.required else paper.look.optional
        folded = more and not column.basic
        options = {"level": 1, "hidden": True} if folded else {}
        sheet.set_column(
            index, index, width(column, header, words), paper.look.by_kind[column.kind], options
        )
        sheet.write_string(row, index, header, style)
        note = note_text(table, column, paper)
        sheet.write_comment(row, index, note, {"width": 260, "height": 24 + 15 * _lines(note)})


def _lines(note: str) -> int:
    return sum(1 + display_width(line) // 38 for line in note.split("\n"))


def note_text(table: Table, column: Column, paper: Paper) -> str:
    """Return the comment on a header: what it means, what it may hold, its name in files."""
    lang, words = paper.lang, word_labels(column)
    parts = [column.label.say(lang) + (f" ({_NEEDED.say(lang)})" if column.required else "")]
    parts += [column.note.say(lang)] if column.note.say(lang) else []
    if words:
        listed = "、" if lang == "zh" else ", "
        parts.append(listed.join(label.say(lang) for label in words.values()))
    parts += [_HOW[column.kind].say(lang)] if column.kind in _HOW else []
    parts += [_many(table, column).say(lang)] if column.kind == "many" else []
    return "\n".join([*parts, f"[{column.name}]"])


_HOW: dict[str, Text] = {
    "date": Text("a date such as 2024-12-31", "日期,如2024-12-31"),
    "rate": Text("a rate such as 4.5%", "如4.5%"),
    "share": Text("a share such as 60%", "如60%"),
    "money": Text("an amount; empty = unknown, never 0 for unknown", "金额;未知请留空,勿填0"),
    "bool": Text("yes or no", "是或否"),
    "id": Text("a key without blanks", "编号,不含空格"),
    "quarter": Text("a quarter such as 2025Q1", "季度,如2025Q1"),
    "period": Text("a quarter such as 2025Q1, or all", "季度,如2025Q1,或全部"),
}


def _many(table: Table, column: Column) -> Text:
    return (
        Text(f"several {column.label.en} are separated by ;", f"多项{column.label.zh}用分号分隔")
        if table.columns
        else Text("", "")
    )


def _check(sheet: Worksheet, table: Table, column: Column, index: int, paper: Paper) -> None:
    """Put a drop-down or a cell check on the rows of a column."""
    rule = _rule(table, column, paper)
    if rule is None:
        return
    lang = paper.lang
    note = note_text(table, column, paper)
    sheet.data_validation(
        1,
        index,
        CHECKED_ROWS,
        index,
        {
            "ignore_blank": True,
            "error_title": _ERROR_TITLE.say(lang),
            "error_message": note.replace("\n", " ")[:_MESSAGE_LIMIT],
            **rule,
        },
    )


_ERROR_TITLE = Text("Check this cell", "请核对此单元格")


def _rule(table: Table, column: Column, paper: Paper) -> dict[str, Any] | None:
    if column.kind == "bool":
        return {"validate": "list", "source": [YES.say(paper.lang), NO.say(paper.lang)]}
    if (source := paper.lists.get((table.name, column.name))) is not None:
        linked = any(link.column == column.name for link in links(table))
        return {"validate": "list", "source": source, "error_type": "warning" if linked else "stop"}
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST_DAY,
            "maximum": _LAST_DAY,
        }
    if column.kind in ("money", "rate", "share", "number"):
        low, high = _bounds(column, paper.unit)
        return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
    if column.kind == "count":
        return {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 1_000_000}
    return None


def _bounds(column: Column, unit: Unit) -> tuple[float, float]:
    scale = YUAN_PER_UNIT[unit] if column.kind == "money" else 1
    low = column.low if column.low is not None else -9e13 / scale
    high = column.high if column.high is not None else 9e13 / scale
    return low, high


def write_rows(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: pl.DataFrame,
    paper: Paper,
    *,
    first: int,
    sample: bool,
) -> None:
    """Write the rows of a table; text never becomes a formula, unknown cells stay empty."""
    for index, column in enumerate(columns):
        shown = paper.look.sample[column.kind] if sample else None
        for offset, value in enumerate(rows[column.name]):
            cell = _cell(column, value, paper)
            if isinstance(cell, str):
                sheet.write_string(first + offset, index, cell, shown)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(first + offset, index, midnight(cell), shown)
            elif cell is not None:
                sheet.write_number(first + offset, index, cell, shown)
            elif sample:
                sheet.write_blank(first + offset, index, None, shown)


def _cell(column: Column, value: Any, paper: Paper) -> str | float | dt.date | None:
    """Return a value as its user would write it in this language and unit."""
    if value is None or isinstance(value, dt.date):
        return value
    if column.kind == "bool":
        return (YES if value else NO).say(paper.lang)
    if column.kind == "money":
        return round(float(value) / YUAN_PER_UNIT[paper.unit], 10)
    if column.kind == "period" and value == ALL_QUARTERS.en:
        return ALL_QUARTERS.say(paper.lang)
    if isinstance(value, str):
        names = paper.names.get(column.refers or "", {})
        words = word_labels(column)
        parts = [
            words[part].say(paper.lang) if part in words else part for part in value.split(";")
        ]
        return names.get(value) or escape_text(";".join(parts) if words else value)
    return float(value)


def midnight(date: dt.date) -> dt.datetime:
    """Return a date as the writer of workbooks takes it."""
    return dt.datetime.combine(date, dt.time())


def _print_setup(sheet: Worksheet, table: Table, paper: Paper, *, header: int) -> None:
    """Print on A4 across, one page wide, headers repeated."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.repeat_rows(header)
    sheet.set_header(f"&L{table.label.say(paper.lang)}&R&F")
    sheet.set_footer("&C&P / &N")
