"""The marked copy of a user's workbook keeps what the user made and is refused where it cannot."""

import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from tests.case.raw_workbook import cell, row, write_raw

from ironpot.case import mark
from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.mark import mark_workbook, marked_path
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import LANGS


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """A workbook with a chart, formulas, formats and remarks of the user, and one mistake."""
    path = tmp_path_factory.mktemp("mark") / "my.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="yuan")
    book = load_workbook(path)
    sheet = book["资产"]
    sheet["C3"] = "E033"
    sheet["C3"].comment = Comment("问过国资中心", "张三")
    sheet["B2"].font = Font(bold=True)
    red = PatternFill("solid", bgColor="FFFF0000")
    sheet.conditional_formatting.add("E2:E20", CellIsRule("greaterThan", ["1000"], fill=red))
    own: Workbook = book.create_sheet("我的测算")
    own["A1"] = "=SUM(资产!E2:E11)"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=5, min_row=1, max_row=11))
    own.add_chart(chart, "C3")
    book.save(path)
    return path


@pytest.fixture(scope="module")
def marked(theirs, tmp_path_factory):
    reading = read_case(theirs)
    out = tmp_path_factory.mktemp("out") / "out.xlsx"
    return reading, load_workbook(mark_workbook(theirs, reading.issues, out, lang="zh"))


def test_the_copy_keeps_formulas_charts_formats_checks_and_other_sheets(theirs, marked):
    _, copy = marked
    before = load_workbook(theirs)
    assert copy.sheetnames[1:] == before.sheetnames
    assert copy["我的测算"]["A1"].value == "=SUM(资产!E2:E11)"
    assert len(copy["我的测算"]._charts) == 1
    assert copy["资产"]["B2"].font.bold
    assert len(copy["资产"].conditional_formatting) == 1
    for name in ("主体", "债务", "资产", "预算"):
        assert copy[name].freeze_panes == before[name].freeze_panes
        kept = copy[name].data_validations.dataValidation
        assert len(kept) == len(before[name].data_validations.dataValidation)
    assert copy["选项"].sheet_state == "hidden"


def test_a_remark_of_the_users_stays_above_ours(marked):
    said = marked[1]["资产"]["C3"].comment.text
    assert said.startswith("问过国资中心")
    assert "→" in said


def test_only_cells_with_issues_are_coloured(marked):
    fills = [cell.fill.fgColor.rgb for line in marked[1]["资产"].iter_rows() for cell in line]
    assert fills.count("FFFF9C9C") == 1


def test_the_list_links_to_every_cell(marked):
    listed = marked[1]["检查结果"]
    assert listed["B2"].hyperlink.location == "'资产'!C3"
    assert [listed.cell(2, column).value for column in (1, 2, 3, 7)] == [
        "错误",
        "资产!C3",
        "E033",
        "E03",
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_the_copy_speaks_the_readers_language_and_is_never_read_as_data(theirs, tmp_path, lang):
    reading = read_case(theirs)
    copy = mark_workbook(theirs, reading.issues, tmp_path / "copy.xlsx", lang=lang)
    again = read_case(copy)
    assert [issue.place for issue in again.issues] == [
        type(issue.place)(
            "copy.xlsx", *[getattr(issue.place, n) for n in ("sheet", "row", "column", "header")]
        )
        for issue in reading.issues
    ]


def test_the_copy_stands_beside_the_workbook_by_default(theirs):
    assert marked_path(theirs).name == "my.checked.xlsx"


def test_the_workbook_itself_is_never_overwritten(theirs):
    with pytest.raises(FileRefusedError, match="overwrite"):
        mark_workbook(theirs, [], theirs)


def test_a_hostile_workbook_is_not_copied(tmp_path):
    path = write_raw(tmp_path / "far.xlsx", row(1, cell("XFD1", "1")))
    with pytest.raises(FileRefusedError, match="far from any table"):
        mark_workbook(path, [])


def test_a_workbook_of_very_many_cells_is_not_copied(theirs, monkeypatch):
    monkeypatch.setattr(mark, "MOST_CELLS", 10)
    with pytest.raises(FileRefusedError, match="cannot be copied"):
        mark_workbook(theirs, [])


def test_a_workbook_with_macros_keeps_them_and_is_read_again(theirs, tmp_path):
    path = tmp_path / "my.xlsm"
    office = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    kind = b"application/vnd.ms-office.vbaProject"
    part = b'<Override PartName="/xl/vbaProject.bin" ContentType="%b"/>' % kind
    with zipfile.ZipFile(theirs) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name).replace(office, macro)
            types = name == "[Content_Types].xml"
            target.writestr(name, data.replace(b"</Types>", part + b"</Types>") if types else data)
        target.writestr("xl/vbaProject.bin", b"macros")
    reading = read_case(path)
    copy = mark_workbook(path, reading.issues)
    assert copy.name == "my.checked.xlsm"
    with zipfile.ZipFile(copy) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros"
    assert [issue.code for issue in read_case(copy).issues] == [i.code for i in reading.issues]
