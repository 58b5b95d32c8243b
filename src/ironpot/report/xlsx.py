"""How does the report become a workbook? Numbers as numbers, sums as formulas, charts Excel's own.

A sheet of contents links to every table; each table has its own sheet, ready to print on A4. Text
is always written as text, so that no cell of a case can act as a formula.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ironpot.core.lang import Lang
from ironpot.report import cells, xlsx_charts
from ironpot.report.figures import in_unit_float, places
from ironpot.report.model import (
    NUMERIC,
    Block,
    Bullets,
    Chart,
    Field,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
    Tiles,
    flat,
    letters,
)

HEAD_ROW = 3  # counted from 0: title, unit and note, way back, then the heads
SHEET_NAME_LENGTH = 31
LINE_HEIGHT = 17.0  # points
TEXT_WIDTHS = (28, 26, 13, 22, 34)
LETTERS_A_PAGE = 190  # across a landscape page before print becomes too small
LETTERS_A_LINE = 112  # of a sentence over the text columns; a Chinese letter counts two
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
INK = "#14304F"
FONTS: dict[Lang, str] = {"zh": "Microsoft YaHei", "en": "Calibri"}


@dataclass(frozen=True, slots=True)
class Book:
    """The workbook being written, its formats by name, and each table's sheet name."""

    report: Report
    workbook: Workbook
    formats: dict[str, Format]
    sheets: dict[str, str]


def xlsx(report: Report) -> bytes:
    """Return the report as workbook bytes."""
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        workbook.set_properties(_properties(report))
        book = Book(report, workbook, _formats(workbook, report.reader.lang), _sheet_names(report))
        _contents(book)
        _text_sheet(book, report.reader.say("One page", "摘要"), (report.leader,))
        _text_sheet(book, report.reader.say("Text", "正文"), report.sections)
        for table in _own_sheets(report):
            _table_sheet(book, table)
    return held.getvalue()


def _properties(report: Report) -> dict[str, Any]:
    year, month, day = (int(part) for part in report.date.split("-"))
    return {
        "title": report.title,
        "subject": report.subtitle,
        "author": "ironpot",
        "comments": "; ".join(f"{name}: {value}" for name, value in report.details),
        "created": dt.datetime(year, month, day, tzinfo=dt.UTC).replace(tzinfo=None),
    }


def _own_sheets(report: Report) -> list[Table]:
    """Return the tables that get a sheet: all but the leader's small ones."""
    return [table for table in report.tables if table.sheet]


def _sheet_names(report: Report) -> dict[str, str]:
    """Name sheets `01 title`, short enough and free of marks that Excel forbids."""
    return {
        table.table_id: f"{number:02d} {table.sheet.translate(FORBIDDEN)}"[:SHEET_NAME_LENGTH]
        for number, table in enumerate(_own_sheets(report), 1)
    }


def _formats(workbook: Workbook, lang: Lang) -> dict[str, Format]:
    head = {"bold": True, "bg_color": "#EEF1F4", "top": 2, "bottom": 1, "text_wrap": True}
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14, "font_color": INK},
        "heading": {"bold": True, "font_size": 12, "font_color": INK, "bottom": 2},
        "sub": {"bold": True, "font_color": INK},
        "lead": {"bold": True, "text_wrap": True, "valign": "top"},
        "body": {"text_wrap": True, "valign": "top"},
        "notice": {"bold": True, "text_wrap": True, "bg_color": "#FBF1EE", "valign": "top"},
        "quiet": {"font_color": "#565D66", "font_size": 9, "text_wrap": True, "valign": "top"},
        "link": {"font_color": "#28608F", "underline": 1},
        "head": head | {"valign": "bottom", "align": "left", "indent": 1},
        "head_number": head | {"valign": "bottom", "align": "right"},
    }
    font = {"font_name": FONTS[lang]}
    return {name: workbook.add_format(font | look) for name, look in looks.items()}


def _number_format(book: Book, field: Field, role: cells.Role) -> Format:
    """Return the format of a cell, made once for each kind and role."""
    decimals = places(book.report.reader, fine=field.fine)
    patterns = {
        "money": "#,##0" + ("." + "0" * decimals if decimals else ""),
        "percent": "0.0%",
        "number": "#,##0.00",
        "count": "#,##0",
        "date": "yyyy-mm-dd",
    }
    pattern = patterns.get(field.kind, "@")
    name = f"{pattern} {role}"
    if name not in book.formats:
        font = FONTS[book.report.reader.lang]
        look: dict[str, Any] = {"num_format": pattern, "valign": "top", "font_name": font}
        look |= {"text_wrap": True, "align": "left", "indent": 1} if pattern == "@" else {}
        look |= {"bold": True, "bg_color": "#F6F7F9"} if role == "subtotal" else {}
        look |= {"bold": True, "top": 1, "bottom": 2} if role == "total" else {}
        book.formats[name] = book.workbook.add_format(look)
    return book.formats[name]


def _contents(book: Book) -> None:
    """Write the first sheet: what this is, and a link to every sheet."""
    say = book.report.reader.say
    sheet = book.workbook.add_worksheet(say("Contents", "目录"))
    _page(book, sheet, say("Contents", "目录"))
    sheet.set_portrait()
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 70)
    sheet.write_string(0, 0, book.report.title, book.formats["title"])
    sheet.write_string(1, 0, book.report.subtitle)
    texts = (say("One page", "摘要"), say("Text", "正文"))
    rows = [(name, "") for name in texts]
    rows += [
        (book.sheets[table.table_id], cells.heading(table, book.report.reader))
        for table in _own_sheets(book.report)
    ]
    for row, (name, title) in enumerate(rows, 3):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", book.formats["link"], name)
        sheet.write_string(row, 1, title, book.formats["body"])
    note = say(
        "Amounts are stored in the unit named on each sheet with all their decimals; sums are "
        "formulas. An empty cell is unknown or does not apply, never zero.",
        "金额按各表所注单位存储,保留全部小数;合计为公式。空白表示未知或不适用,不是零。",
    )
    sheet.write_string(len(rows) + 4, 0, note)


def _page(book: Book, sheet: Worksheet, title: str) -> None:
    """Set a sheet up for A4 landscape, one page wide, titled and numbered."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.set_header(f"&L{_plain(book.report.title)}&R{_plain(title)}")
    sheet.set_footer(f"&L{_plain(book.report.footer)}&R&P / &N")
    sheet.hide_gridlines(2)


def _plain(text: str) -> str:
    """Double the mark that headers read as a command and keep within their length."""
    return text.replace("&", "&&")[:110]


def _text_sheet(book: Book, name: str, sections: tuple[Section, ...]) -> None:
    """Write sections as text, small tables in place, a link where a table has its own sheet."""
    sheet = book.workbook.add_worksheet(name)
    _page(book, sheet, name)
    sheet.set_portrait()
    if sections == (book.report.leader,):
        sheet.fit_to_pages(1, 1)
    for column, width in enumerate(TEXT_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, book.report.title, book.formats["title"])
    sheet.write_string(1, 0, book.report.subtitle)
    row = 3
    for section in sections:
        _merged(sheet, row, section.heading, book.formats["heading"])
        row += 1
        for block in flat(section.blocks):
            row = _text_block(book, sheet, row, block)
        row += 1


def _text_block(book: Book, sheet: Worksheet, row: int, block: Block) -> int:
    """Write one block from `row` on and return the next free row."""
    match block:
        case Paragraph():
            _merged(sheet, row, block.head + block.text, book.formats[block.tone])
        case Bullets():
            return _bullets(book, sheet, row, block)
        case Tiles():
            return _tiles(book, sheet, row, block)
        case Heading():
            sheet.write_string(row, 0, block.text, book.formats["sub"])
        case Chart():
            _link(book, sheet, row, block.numbers, block.title)
        case Table() if block.sheet:
            _link(book, sheet, row, block, block.title)
        case Table():
            title = cells.heading(block, book.report.reader)
            sheet.write_string(row, 0, title, book.formats["sub"])
            fields = cells.page_fields(block)
            _heights(book, sheet, row + 1, block, fields, TEXT_WIDTHS)
            return _table(book, sheet, row + 1, block, fields) + 1
        case _:
            return row
    return row + 1


def _bullets(book: Book, sheet: Worksheet, row: int, block: Bullets) -> int:
    for spot, item in enumerate(block.items):
        _merged(sheet, row + spot, "• " + item, book.formats["body"])
    return row + len(block.items)


def _merged(sheet: Worksheet, row: int, text: str, look: Format) -> None:
    """Write a wrapped sentence over the sheet's width, its row high enough to show it."""
    sheet.merge_range(row, 0, row, len(TEXT_WIDTHS) - 1, "", look)
    sheet.write_string(row, 0, text, look)
    sheet.set_row(row, LINE_HEIGHT * max(1, -(-letters(text) // LETTERS_A_LINE)))


def _tiles(book: Book, sheet: Worksheet, row: int, block: Tiles) -> int:
    for tile in block.items:
        sheet.write_string(row, 0, tile.label, book.formats["body"])
        sheet.write_string(row, 1, f"{tile.value} {tile.unit}".strip(), book.formats["lead"])
        sheet.write_string(row, 2, tile.note)
        row += 1
    return row


def _link(book: Book, sheet: Worksheet, row: int, table: Table, title: str) -> None:
    name = book.sheets[table.table_id]
    sheet.write_url(row, 0, f"internal:'{name}'!A1", book.formats["link"], f"→ {title}")


def _table_sheet(book: Book, table: Table) -> None:
    """Write a table on its own sheet, with Excel's own chart beside it where it has one."""
    name = book.sheets[table.table_id]
    say = book.report.reader.say
    sheet = book.workbook.add_worksheet(name)
    title = cells.heading(table, book.report.reader)
    _page(book, sheet, table.title)
    sheet.write_string(0, 0, title, book.formats["title"])
    sheet.write_string(1, 0, table.note)
    contents = say("Contents", "目录")
    back = say("back to contents", "返回目录")
    sheet.write_url(2, 0, f"internal:'{contents}'!A1", book.formats["link"], back)
    last = _table(book, sheet, HEAD_ROW, table, table.fields)
    widths = _widen(book, sheet, table)
    _heights(book, sheet, HEAD_ROW, table, table.fields, widths)
    sheet.fit_to_pages(max(1, round(sum(widths) / LETTERS_A_PAGE)), 0)
    sheet.repeat_columns(0, 1)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(HEAD_ROW)
    if table.group_by is None and table.frame.height:
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + table.frame.height, len(table.fields) - 1)
    _chart(book, sheet, table, last)


def _table(book: Book, sheet: Worksheet, row: int, table: Table, fields: tuple[Field, ...]) -> int:
    """Write heads and lines from `row` on; return the row after the last."""
    for column, field in enumerate(fields):
        look = "head_number" if field.kind in NUMERIC else "head"
        sheet.write_string(row, column, field.label, book.formats[look])
    first = row + 1
    for spot, line in enumerate(cells.lines(table, fields, book.report.reader)):
        for column, (field, value) in enumerate(zip(fields, line.values, strict=True)):
            _cell(book, sheet, (first + spot, column), field, value, line, first)
    return first + len(cells.lines(table, fields, book.report.reader))


def _cell(
    book: Book,
    sheet: Worksheet,
    spot: tuple[int, int],
    field: Field,
    value: Any,
    line: cells.Line,
    first: int,
) -> None:
    look = _number_format(book, field, line.role)
    row, column = spot
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif line.role != "body" and field.total:
        letter = xlsx_charts.letter(column)
        span = f"{letter}{first + line.first + 1}:{letter}{first + line.last + 1}"
        held = _stored(book, field, value)
        sheet.write_formula(row, column, f"=SUBTOTAL(9,{span})", look, held)  # type: ignore[arg-type]
    elif field.kind in NUMERIC and line.role == "body":
        sheet.write_number(row, column, _stored(book, field, value), look)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
    else:
        shown = cells.text(value, field, book.report.reader, role=line.role)
        sheet.write_string(row, column, shown, look)


def _stored(book: Book, field: Field, value: Any) -> float:
    return in_unit_float(value, book.report.reader) if field.kind == "money" else float(value)


def _heights(
    book: Book,
    sheet: Worksheet,
    head: int,
    table: Table,
    fields: tuple[Field, ...],
    widths: Sequence[int],
) -> None:
    """Make rows with wrapped texts high enough, for programs that do not do so on opening."""
    spots = [(spot, max(widths[spot] - 2, 1)) for spot, f in enumerate(fields) if f.kind == "text"]
    for row, line in enumerate(cells.lines(table, fields, book.report.reader), head + 1):
        lengths = [(letters(str(line.values[spot] or "")), wide) for spot, wide in spots]
        high = max((-(-length // wide) for length, wide in lengths), default=1)
        if high > 1:
            sheet.set_row(row, LINE_HEIGHT * high)


def _widen(book: Book, sheet: Worksheet, table: Table) -> list[int]:
    """Give each column the width of its longest entry, within reason; return the widths."""
    whole: list[int] = []
    shown = cells.lines(table, table.fields, book.report.reader)
    for column, field in enumerate(table.fields):
        texts = [
            cells.text(line.values[column], field, book.report.reader, role=line.role)
            for line in shown[:400]
        ]
        longest = max((letters(text) for text in [*texts, field.label]), default=8)
        width = min(max(longest + 2, 9), 48)
        sheet.set_column(column, column, width)
        whole.append(width)
    return whole


def _chart(book: Book, sheet: Worksheet, table: Table, last: int) -> None:
    charts = [c for c in book.report.charts if c.numbers.table_id == table.table_id and c.native]
    if charts and table.frame.height:
        drawn = xlsx_charts.native_chart(
            book.workbook, charts[0], book.sheets[table.table_id], HEAD_ROW, book.report.reader
        )
        below = table.frame.height < 20
        spot = (last + 1, 0) if below else (HEAD_ROW, len(table.fields) + 1)
        sheet.insert_chart(*spot, drawn)
