"""Bureaus' sheets: titles above the header, merged cells, Chinese headers, names for keys."""

import pytest
from openpyxl import Workbook, load_workbook
from tests.case.sample import findings

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook


@pytest.fixture
def filled(tmp_path):
    path = tmp_path / "filled.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="yuan")
    return path


def edited(path, edit):
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return read_case(path)


def test_titles_may_stand_above_a_merged_header(filled):
    def edit(book: Workbook) -> None:
        sheet = book["债务"]
        sheet.insert_rows(1, 3)
        sheet["A1"] = "示例区债务明细表"
        sheet["A2"] = "单位:元"
        sheet.merge_cells("A1:O1")
        for column in range(1, 16):
            sheet.cell(3, column).value = sheet.cell(4, column).value
            sheet.cell(4, column).value = None
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)

    assert edited(filled, edit).issues == ()


def test_a_group_title_over_several_headers_is_no_header(filled):
    def edit(book: Workbook) -> None:
        sheet = book["资产"]
        sheet.insert_rows(1)
        sheet["E1"] = "价值"
        sheet.merge_cells("E1:G1")

    assert edited(filled, edit).issues == ()


def test_the_unit_line_above_a_header_declares_the_unit(filled):
    plain = read_case(filled).case.assets["book_value"]

    def edit(book: Workbook) -> None:
        sheet = book["资产"]
        for cell in sheet[1]:
            cell.value = str(cell.value).replace("(元)", "")
        sheet.insert_rows(1)
        sheet["A1"] = "资产清单(单位:万元)"

    assert edited(filled, edit).case.assets["book_value"].equals(plain * 1e4)


def test_merged_cells_among_the_rows_are_an_error_at_the_merge(filled):
    reading = edited(filled, lambda book: book["资产"].merge_cells("C5:C6"))
    assert findings(reading) == {("资产!C5", "cell.merged")}


def test_a_remark_merged_across_the_sheet_is_no_row(filled):
    def edit(book: Workbook) -> None:
        book["资产"]["A14"] = "注:以上数据截至2024年末"
        book["资产"].merge_cells("A14:H14")

    assert edited(filled, edit).issues == ()


def test_names_are_taken_for_keys_where_they_are_certain(filled):
    plain = read_case(filled).case

    def edit(book: Workbook) -> None:
        for sheet, column in (("债务", "C"), ("资产", "C"), ("预算", "A")):
            names = {row[0].value: row[1].value for row in book["主体"].iter_rows(min_row=2)}
            for cell in book[sheet][column][1:]:
                cell.value = names.get(cell.value, cell.value)
        book["说明"]["B17"] = "E01"

    case = edited(filled, edit).case
    assert case.debts.equals(plain.debts)
    assert case.assets["owner_id"].equals(plain.assets["owner_id"])


def test_a_misspelt_required_header_is_one_error_that_names_the_column(filled):
    def edit(book: Workbook) -> None:
        book["债务"]["C1"] = "债务人名"

    reading = edited(filled, edit)
    assert findings(reading) == {("债务!C1", "header.unknown")}
    assert reading.issues[0].nearest == "debtor_id"


def test_the_same_column_twice_is_an_error(filled):
    def edit(book: Workbook) -> None:
        book["债务"]["AO1"] = "债务人"

    assert ("债务!AO1", "header.twice") in findings(edited(filled, edit))


def test_an_unknown_unit_beside_a_header_is_an_error(filled):
    def edit(book: Workbook) -> None:
        book["债务"]["H1"] = "本金余额(千元)"

    assert ("债务!H1", "unit.unknown") in findings(edited(filled, edit))


def test_a_long_key_that_lost_its_digits_is_found(filled):
    def edit(book: Workbook) -> None:
        book["资产"]["A2"] = 500120199001011234

    assert ("资产!A2", "id.number") in findings(edited(filled, edit))


def test_a_sheet_without_a_header_says_so(filled):
    def edit(book: Workbook) -> None:
        book["债务"].delete_rows(1)

    assert ("债务", "header.missing") in findings(edited(filled, edit))


def test_sheets_of_the_users_own_are_left_alone(filled):
    def edit(book: Workbook) -> None:
        book.create_sheet("会议纪要")["A1"] = "与案例无关"

    reading = edited(filled, edit)
    assert findings(reading) == set()
    assert [issue.code for issue in reading.issues] == ["sheet.unknown"]
