"""A workbook from the template with twenty planted mistakes: each found at its cell, no others."""

import pytest
from openpyxl import load_workbook
from tests.case.sample import findings

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.mark import mark_workbook
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook

# Sheet, cell, what the clerk wrote, the code of what is found there.
PLANTED = [
    ("说明", "B17", "E011", "settings.top_entity"),
    ("主体", "D6", "E011", "reference.unknown"),
    ("主体", "C7", "公司", "word.unknown"),
    ("主体", "E4", "大概", "bool.unreadable"),
    ("债务", "H4", "一百万", "number.unreadable"),
    ("债务", "J3", "2027/13/45", "date.no_such_day"),
    ("债务", "C5", "E033", "reference.unknown"),
    ("债务", "E6", "平台债", "word.unknown"),
    ("债务", "K6", 5.2, "number.too_high"),
    ("债务", "M7", None, "debt.no_cycle"),
    ("债务", "A8", "D006", "key.twice"),
    ("债务", "I9", "2025-06-30", "debt.starts_later"),
    ("资产", "C3", "示例城投集团2", "reference.unknown"),
    ("资产", "D5", "公共停车位经营劝", "reference.unknown"),
    ("资产", "E6", None, "cell.required"),
    ("资产", "F4", "=F3*2", "cell.formula_without_value"),
    ("资产", "I7", -20, "number.too_low"),
    ("资产", "M4", "D060", "reference.unknown"),
    ("预算", "E4", 20255, "budget.year"),
    ("预算", "A14", "合计", "row.total"),
]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    path = tmp_path_factory.mktemp("planted") / "my.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="ten_thousand")
    book = load_workbook(path)
    for sheet, address, value, _ in PLANTED:
        book[sheet][address] = value
    book.save(path)
    return path


@pytest.fixture(scope="module")
def reading(planted):
    return read_case(planted)


def test_all_twenty_are_found_at_their_cells_and_none_is_invented(reading):
    expected = {(f"{sheet}!{address}", code) for sheet, address, _, code in PLANTED}
    assert len(expected) == 20
    assert findings(reading) == expected


def test_half_a_case_is_never_handed_out(reading):
    assert reading.checked is None


def test_the_nearest_names_are_offered(reading):
    nearest = {str(issue.place): issue.nearest for issue in reading.issues if issue.nearest}
    assert nearest["债务!C5"] == "E03"
    assert nearest["资产!C3"] == "示例城投集团"
    assert nearest["资产!D5"] == "公共停车位经营权"
    assert nearest["债务!E6"] == "平台其他债务"


def test_the_marked_copy_shows_every_cell_and_keeps_the_rest(planted, reading, tmp_path):
    before = planted.read_bytes()
    copy = mark_workbook(planted, reading.issues, tmp_path / "marked.xlsx", lang="zh")
    assert planted.read_bytes() == before
    book = load_workbook(copy)
    for sheet, address, value, _ in PLANTED:
        cell = book[sheet][address]
        assert cell.fill.fgColor.rgb == "FFFF9C9C"
        assert "→" in cell.comment.text
        assert cell.value == value
    listed = book.worksheets[0]
    assert listed.title == "检查结果"
    assert listed.max_row == 21
    assert findings(read_case(copy)) == findings(reading)
