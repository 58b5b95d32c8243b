"""Where in my own workbook are the problems? A copy with bad cells marked, and a sheet of issues.

Everything else in the copy stays as it was: formulas, drop-downs, comments, formats.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ironpot.case.files.escape import escape_text
from ironpot.case.files.refusal import refused
from ironpot.case.files.workbook import cells_in_workbook
from ironpot.case.headers import ISSUES_SHEET
from ironpot.core.issues import Issue, Severity, column_letters
from ironpot.core.lang import Lang, Text

# A copy of more cells than this would take minutes and gigabytes.
MOST_CELLS = 1_000_000
HEADER_ROWS = 3
_AUTHOR = "ironpot"
_FILLS: dict[Severity, PatternFill] = {
    "error": PatternFill("solid", fgColor="FFFF9C9C"),
    "warning": PatternFill("solid", fgColor="FFFFE08A"),
    "note": PatternFill("solid", fgColor="FFD6E4F5"),
}
_ORDER: tuple[Severity, ...] = ("note", "warning", "error")
_SEVERITY: dict[Severity, Text] = {
    "error": Text("error", "错误"),
    "warning": Text("warning", "警告"),
    "note": Text("note", "提示"),
}
_HEADERS = (
    (Text("severity", "级别"), 9),
    (Text("cell", "位置"), 16),
    (Text("value", "填写内容"), 24),
    (Text("what is wrong", "问题"), 46),
    (Text("why it matters", "原因"), 34),
    (Text("how to mend it", "处理办法"), 46),
    (Text("nearest known name", "相近名称"), 22),
)


def marked_path(path: Path) -> Path:
    """Return where the marked copy of a workbook stands by default.

    >>> marked_path(Path("my.xlsx")).name
    'my.checked.xlsx'
    """
    return path.with_name(f"{path.stem}.checked{path.suffix}")


def mark_workbook(
    path: Path, issues: Sequence[Issue], out: Path | None = None, *, lang: Lang = "zh"
) -> Path:
    """Write a copy of the workbook at `path` with the cells of `issues` marked; return its path.

    Errors are red, warnings yellow, notes blue; each marked cell says in a comment what is wrong
    and how to mend it, and a sheet lists all issues with links. The workbook itself is not touched.
    Raises FileRefusedError if it is hostile or too large to copy.
    """
    target = out if out is not None else marked_path(path)
    if target.resolve() == path.resolve():
        raise refused(path, "same_file")
    cells = cells_in_workbook(path)
    if cells > MOST_CELLS:
        raise refused(path, "not_copied", f"{cells:,}")
    book = _load(path)
    for place, found in _by_cell(issues).items():
        _mark(book, place, found, lang)
    _issues_sheet(book, issues, lang)
    book.save(target)
    return target


def _load(path: Path) -> Workbook:
    try:
        with path.open("rb") as stream:
            book = load_workbook(stream, keep_vba=path.suffix.lower() == ".xlsm")
    except (OSError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        raise refused(path, "not_copied", str(error).partition("\n")[0][:80]) from error
    for sheet in book.worksheets:
        sheet.legacy_drawing = None  # comments are drawn anew; kept as well, they would be twice
        for cell in (cell for row in sheet.iter_rows(max_row=HEADER_ROWS) for cell in row):
            if cell.comment is not None:  # the size of a comment is not read, so fit it again
                cell.comment = _comment(cell.comment.text)
    return book


def _by_cell(issues: Iterable[Issue]) -> dict[tuple[str, int, int], list[Issue]]:
    """Group issues by sheet, row and column; those without a cell stand in the list only."""
    cells: dict[tuple[str, int, int], list[Issue]] = {}
    for issue in issues:
        place = issue.place
        if place.sheet is not None and place.row is not None and place.column is not None:
            cells.setdefault((place.sheet, place.row, place.column), []).append(issue)
    return cells


def _mark(book: Workbook, place: tuple[str, int, int], issues: list[Issue], lang: Lang) -> None:
    """Colour a cell by its worst issue and say in a comment what is wrong."""
    title, row, column = place
    if title not in book.sheetnames:
        return
    sheet: Worksheet = book[title]
    cell: Cell | MergedCell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        return
    worst = max(issues, key=lambda issue: _ORDER.index(issue.severity)).severity
    cell.fill = copy(_FILLS[worst])
    said = [cell.comment.text] if cell.comment is not None else []
    said += [f"{issue.what.say(lang)} → {issue.mend.say(lang)}" for issue in issues]
    cell.comment = _comment("\n".join(said))


def _comment(text: str) -> Comment:
    lines = sum(1 + len(line) // 18 for line in text.split("\n"))
    return Comment(text, _AUTHOR, height=30 + 18 * lines, width=280)


def _issues_sheet(book: Workbook, issues: Sequence[Issue], lang: Lang) -> None:
    """Put the list of all issues first in the workbook, each with a link to its cell."""
    title = ISSUES_SHEET.say(lang)
    for old in set(ISSUES_SHEET) & set(book.sheetnames):
        book.remove(book[old])
    sheet: Worksheet = book.create_sheet(title, 0)
    for column, (header, wide) in enumerate(_HEADERS, start=1):
        cell = sheet.cell(1, column, header.say(lang))
        cell.font, cell.fill = (
            Font(bold=True, color="FFFFFFFF"),
            PatternFill("solid", fgColor="FF0F5C5C"),
        )
        sheet.column_dimensions[cell.column_letter].width = wide
    for row, issue in enumerate(issues, start=2):
        _issue_row(sheet, row, issue, lang)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    book.active = 0


def _issue_row(sheet: Worksheet, row: int, issue: Issue, lang: Lang) -> None:
    texts = (
        _SEVERITY[issue.severity].say(lang),
        str(issue.place),
        issue.value,
        issue.what.say(lang),
        issue.why.say(lang),
        issue.mend.say(lang),
        issue.nearest or "",
    )
    for column, text in enumerate(texts, start=1):
        cell: Any = sheet.cell(row, column)
        cell.value = escape_text(ILLEGAL_CHARACTERS_RE.sub("", text))
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 1).fill = copy(_FILLS[issue.severity])
    if issue.place.sheet is not None and issue.place.row is not None:
        title = issue.place.sheet.replace("'", "''")
        target = f"'{title}'!{column_letters(issue.place.column or 1)}{issue.place.row}"
        link: Any = sheet.cell(row, 2)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=target)
