"""The workbook holds numbers that equal the page's, sums as formulas, and no text that acts."""

import dataclasses
import io
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import polars as pl
import pytest
from tests.report.faces import HOSTILE

from ironpot.report import cells
from ironpot.report.build import build_report
from ironpot.report.figures import DASH, places
from ironpot.report.model import letters
from ironpot.report.xlsx import HEAD_ROW, LINE_HEIGHT, xlsx

FIRST = HEAD_ROW + 2  # openpyxl counts rows from 1


def _open(content, *, values):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def _tables(report):
    listed = [table for table in report.tables if table.sheet]
    return {f"{number:02d}": table for number, table in enumerate(listed, 1)}


@pytest.fixture(scope="module", params=["hundred_million", "yuan"])
def made(case, plan, request):
    report = build_report(case, plan, lang="zh", unit=request.param)
    content = xlsx(report)
    return report, _open(content, values=True), _open(content, values=False)


def _sheet(book, number):
    return next(sheet for sheet in book if sheet.title.startswith(number))


def _shown(value, decimals):
    step = Decimal(1).scaleb(-decimals)
    shown = Decimal(repr(value)).quantize(step, ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):,}"


def test_every_stored_number_shows_as_the_page_shows_it(made):
    report, book, _ = made
    for number, table in _tables(report).items():
        sheet = _sheet(book, number)
        lines = cells.lines(table, table.fields, report.reader)
        for row, line in enumerate(lines, FIRST):
            for column, (field, value) in enumerate(zip(table.fields, line.values, strict=True), 1):
                stored = sheet.cell(row, column).value
                wanted = cells.text(value, field, report.reader, role=line.role)
                if field.kind == "money" and value is not None:
                    assert isinstance(stored, int | float)
                    assert _shown(stored, places(report.reader, fine=field.fine)) == wanted
                elif value is None:
                    assert stored is None
                    assert wanted in (DASH, "")


def test_sums_are_formulas_with_stored_values(made):
    report, book, formulas = made
    summed = 0
    for number, table in _tables(report).items():
        if not table.adds_up:
            continue
        lines = cells.lines(table, table.fields, report.reader)
        for row, line in enumerate(lines, FIRST):
            for column, field in enumerate(table.fields, 1):
                if line.role != "body" and field.total:
                    formula = _sheet(formulas, number).cell(row, column).value
                    assert str(formula).startswith("=SUBTOTAL(9,")
                    stored = _sheet(book, number).cell(row, column).value
                    assert stored == pytest.approx(_recomputed(book, formula, number), rel=1e-12)
                    summed += 1
    assert summed > 50


def _recomputed(book, formula, number):
    """Add up the formula's range as Excel does, leaving nested subtotals out."""
    span = str(formula).removeprefix("=SUBTOTAL(9,").removesuffix(")")
    sheet = _sheet(book, number)
    return sum(
        cell.value
        for (cell,) in sheet[span]
        if isinstance(cell.value, int | float) and not cell.font.bold
    )


def test_sheets_are_ready_to_print_on_a4(made):
    report, book, _ = made
    for number in _tables(report):
        sheet = _sheet(book, number)
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes == "B5"
        assert sheet.print_title_rows == "$4:$4"
        assert "&P" in sheet.oddFooter.right.text


def test_links_of_the_contents_lead_to_sheets(made):
    _, book, _ = made
    contents = book.worksheets[0]
    links = [cell.hyperlink for row in contents.iter_rows() for cell in row if cell.hyperlink]
    names = {link.location.removesuffix("!A1").strip("'") for link in links}
    assert names == {sheet.title for sheet in book.worksheets[1:]}


def test_every_chart_has_its_numbers_and_excels_own_chart(made):
    report, book, _ = made
    sheets = {table.table_id: number for number, table in _tables(report).items()}
    for chart in report.charts:
        assert chart.numbers.table_id in sheets
        assert len(_sheet(book, sheets[chart.numbers.table_id])._charts) == 1


def test_text_never_acts_as_a_formula(case, plan):
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", HOSTILE]
    cycle = [texts[row % len(texts)] for row in range(case.assets.height)]
    evil = dataclasses.replace(
        case, assets=case.assets.with_columns(pl.Series("name", cycle, pl.String))
    )
    content = xlsx(build_report(evil, plan, lang="en", unit="yuan"))
    book = _open(content, values=False)
    texts_found = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert str(cell.value).startswith("=SUBTOTAL(9,")
                elif cell.value in texts:
                    texts_found.add(cell.value)
    assert texts_found == set(texts)


def test_sheet_names_are_short_and_different(case, plan, face):
    lang, unit = face
    names = _open(xlsx(build_report(case, plan, lang=lang, unit=unit)), values=True).sheetnames
    assert len(names) == len({name.lower() for name in names})
    assert all(len(name) <= 31 for name in names)


def test_the_workbook_links_to_nothing_outside(case, plan):
    content = xlsx(build_report(case, plan, lang="zh", unit="yuan"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name]
        relations = [archive.read(n) for n in archive.namelist() if n.endswith(".rels")]
    assert not [text for text in relations if b'TargetMode="External"' in text]


def test_wrapped_texts_get_rows_high_enough_and_stand_off_the_numbers_before_them(made):
    _, book, _ = made
    tall = 0
    for sheet in book:
        for row in sheet.iter_rows(min_row=HEAD_ROW + 2 if sheet.freeze_panes else 4):
            for cell in row:
                if not isinstance(cell.value, str) or cell.number_format != "@":
                    continue
                assert (cell.alignment.horizontal, cell.alignment.indent) == ("left", 1)
                width = sheet.column_dimensions[cell.column_letter].width
                if (
                    letters(cell.value) > 2 * width
                    and cell.column_letter in sheet.column_dimensions
                ):
                    tall += 1
                    assert (sheet.row_dimensions[cell.row].height or 0) >= 2 * LINE_HEIGHT
    assert tall
