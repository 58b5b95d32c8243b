"""Hostile and odd files are refused with a sentence that says what to do, or read right."""

import struct
import subprocess
import sys
import zipfile

import polars as pl
import pytest
from tests.case.raw_workbook import HEAD, MAIN, cell, row, text, write_raw

from ironpot.case.files import container
from ironpot.case.files.parse import MEMORY_LIMIT
from ironpot.case.files.sheet import raw
from ironpot.case.files.workbook import cells_in_workbook, read_workbook
from ironpot.case.read import read_case
from ironpot.core.errors import FileRefusedError


def refusal(path) -> str:
    with pytest.raises(FileRefusedError) as caught:
        read_case(path)
    english, chinese = caught.value.say("en"), caught.value.say("zh")
    assert path.name in english
    assert path.name in chinese
    return english


def shown(path) -> list[list[str | None]]:
    sheet = read_workbook(path)[0]
    return [
        sheet.cells.select(raw(key).shown).to_series().to_list()
        for key in range(1, sheet.width + 1)
    ]


def test_a_bomb_is_refused_by_its_declared_size(tmp_path):
    path = write_raw(tmp_path / "bomb.xlsx", " " * (container.MAX_INFLATED + 1))
    assert "unpacks to far more" in refusal(path)


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    path = write_raw(tmp_path / "liar.xlsx", " " * 3_000_000)
    data = bytearray(path.read_bytes())
    name = b"xl/worksheets/sheet1.xml"
    entry = data.rindex(name) - 46
    struct.pack_into("<I", data, entry + 24, 1_000)
    path.write_bytes(data)
    assert "unpacks to far more" in refusal(path)


def test_a_dense_block_too_large_for_memory_is_refused(tmp_path):
    path = write_raw(
        tmp_path / "wide.xlsx", row(1, cell("A1", "1")) + row(299_999, cell("IU299999", "1"))
    )
    assert "more memory or time" in refusal(path)


@pytest.mark.parametrize("address", ["XFD1", "A1048576", "XFD1048576", "JA5", "B300000"])
def test_a_filled_cell_far_out_is_refused_by_name(tmp_path, address):
    number = int("".join(filter(str.isdigit, address)))
    path = write_raw(
        tmp_path / "far.xlsx", row(1, cell("A1", "1")) + row(number, cell(address, "1"))
    )
    assert f"S!{address}" in refusal(path)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_formatted_empty_cell_far_out_is_nothing(tmp_path, quote):
    far = '<c r="XFD1048576" s="1"/>'.replace('"', quote)
    path = write_raw(tmp_path / "far.xlsx", row(1, cell("A1", "1")) + row(1_048_576, far))
    assert shown(path) == [["1"]]


def test_a_million_empty_rows_are_nothing(tmp_path):
    path = write_raw(tmp_path / "empty.xlsx", row(1, cell("A1", "7")) + "<row/>" * 1_000_000)
    assert shown(path) == [["7"]]


def test_an_entity_bomb_is_refused(tmp_path):
    bomb = f'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "{"&a;" * 50}">]>'
    data = f"<sheetData>{row(1, text('A1', '&b;'))}</sheetData>"
    sheet = f'{HEAD}{bomb}<worksheet xmlns="{MAIN}">{data}</worksheet>'
    path = write_raw(tmp_path / "entity.xlsx", "", sheet=sheet)
    assert "definitions that no workbook needs" in refusal(path)


def test_an_entity_in_any_part_is_refused(tmp_path):
    evil = '<?xml version="1.0"?><!DOCTYPE c SYSTEM "file:///etc/passwd"><c/>'
    path = write_raw(
        tmp_path / "doc.xlsx", row(1, cell("A1", "1")), more={"docProps/core.xml": evil}
    )
    assert "docProps/core.xml" in refusal(path)


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/evil.xml", "xl\\..\\evil.xml", "C:evil.xml"]
)
def test_a_part_that_leaves_the_folder_is_refused(tmp_path, name):
    path = write_raw(tmp_path / "slip.xlsx", row(1, cell("A1", "1")), more={name: "<x/>"})
    assert "dangerous name" in refusal(path)


def test_two_parts_of_one_name_are_refused(tmp_path):
    path = write_raw(tmp_path / "twice.xlsx", row(1, cell("A1", "1")))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/SHEET1.xml", "<worksheet/>")
    assert "damaged" in refusal(path)


def test_thousands_of_parts_are_refused(tmp_path):
    more = {f"xl/extra/{n}.xml": "<x/>" for n in range(container.MAX_PARTS + 1)}
    path = write_raw(tmp_path / "parts.xlsx", row(1, cell("A1", "1")), more=more)
    assert "too many sheets or parts" in refusal(path)


def test_a_file_too_large_to_open_is_refused_unread(tmp_path):
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(container.MAX_FILE + 1)
    assert "too large" in refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an .xlsx workbook"),
        (b"hello", "not an .xlsx workbook"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "old .xls format"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_what_is_no_workbook_is_said_to_be_what_it_is(tmp_path, content, said):
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_truncated_workbook_is_refused(tmp_path):
    path = write_raw(tmp_path / "cut.xlsx", row(1, cell("A1", "1")))
    path.write_bytes(path.read_bytes()[:-40])
    assert "damaged" in refusal(path)


def test_a_flipped_bit_is_never_read_as_a_figure(tmp_path):
    path = write_raw(tmp_path / "flip.xlsx", row(1, cell("A1", "12345")) + row(2, cell("A2", "6")))
    data = bytearray(path.read_bytes())
    start = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[start] ^= 0x10
    path.write_bytes(data)
    assert "damaged" in refusal(path)


def test_sheets_in_another_encoding_are_refused(tmp_path):
    sheet = (
        f'<?xml version="1.0" encoding="GBK"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    )
    assert "damaged" in refusal(write_raw(tmp_path / "gbk.xlsx", "", sheet=sheet))


def test_a_sheet_in_a_foreign_namespace_is_refused(tmp_path):
    data = f"<sheetData>{row(1, cell('A1', '1'))}</sheetData>"
    sheet = f'{HEAD}<worksheet xmlns="urn:x">{data}</worksheet>'
    assert "damaged" in refusal(write_raw(tmp_path / "ns.xlsx", "", sheet=sheet))


@pytest.mark.parametrize("name", ["case.xls", "case.ods", "case.txt", "case"])
def test_other_kinds_of_file_are_refused(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"x")
    assert "is not read" in refusal(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.xlsx")


def test_dates_of_the_1904_epoch_are_the_same_days(tmp_path):
    cells = row(1, cell("A1", "45656", style=1)), row(1, cell("A1", "44194", style=1))
    modern = write_raw(tmp_path / "1900.xlsx", cells[0])
    mac = write_raw(tmp_path / "1904.xlsx", cells[1], properties='date1904="1"')
    assert shown(modern) == shown(mac) == [["2024-12-30"]]
    assert read_workbook(mac)[0].date1904


def test_a_formula_without_a_stored_value_is_told_from_an_empty_cell(tmp_path):
    cells = row(
        1,
        "<c r='A1'><f>B2&amp;\"x\"</f></c>",
        '<c r="B1"><f t="shared" si="0"/><v/></c>',
        '<c r="C1" t="str"><f>IF(A1,1,"")</f><v></v></c>',
        '<c r="D1"><f>1+1</f><v>2</v></c>',
        '<x:c r="E1" xmlns:x="u"><x:f>9</x:f></x:c>',
    )
    sheet = read_workbook(write_raw(tmp_path / "f.xlsx", cells))[0]
    found = {(flaw.column, flaw.code, flaw.text) for flaw in sheet.flaws}
    assert found == {(1, "formula", '=B2&"x"'), (2, "formula", "="), (5, "formula", "=9")}
    assert sheet.width == 5


def test_an_error_in_a_cell_is_told_from_an_empty_cell(tmp_path):
    cells = row(1, cell("A1", "#REF!", kind="e"), '<c r="B1" t="e"><f>NA()</f><v>#N/A</v></c>')
    sheet = read_workbook(write_raw(tmp_path / "e.xlsx", cells))[0]
    assert [(flaw.column, flaw.text) for flaw in sheet.flaws] == [(1, "#REF!"), (2, "#N/A")]


def test_cells_below_the_last_value_keep_their_flaws(tmp_path):
    cells = row(1, cell("A1", "1")) + row(9, '<c r="C9"><f>A1</f></c>')
    sheet = read_workbook(write_raw(tmp_path / "last.xlsx", cells))[0].with_flaws_shown()
    assert sheet.cells.height == 9
    assert sheet.text_at(9, 3) == "=A1"


def test_addresses_hold_where_leading_rows_and_columns_are_empty(tmp_path):
    sheet = read_workbook(write_raw(tmp_path / "lead.xlsx", row(4, cell("C4", "8"))))[0]
    assert sheet.text_at(4, 3) == "8"
    assert sheet.width == 3


def test_cells_are_counted_formatted_empty_ones_included(tmp_path):
    path = write_raw(tmp_path / "n.xlsx", row(1, cell("A1", "1"), '<c r="B1" s="1"/>'))
    assert cells_in_workbook(path) == 2


def test_the_reading_child_may_not_use_more_memory_than_its_limit():
    code = (
        "from ironpot.case.files.parse import limit_resources\n"
        "limit_resources(1000)\n"
        "try:\n    x = bytearray(300 << 20)\nexcept MemoryError:\n    print('stopped')"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "stopped"
    assert MEMORY_LIMIT == 256 << 20


def test_a_sheet_name_is_never_taken_for_a_path(tmp_path):
    path = write_raw(tmp_path / "s.xlsx", row(1, cell("A1", "1")), title="../../x")
    assert read_workbook(path)[0].title == "../../x"


def test_shared_strings_by_the_hundred_thousand_are_read(tmp_path):
    strings = "".join(f"<si><t>s{n}</t></si>" for n in range(200_000))
    table = f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>'
    links = {"xl/sharedStrings.xml": table}
    book = write_raw(tmp_path / "strings.xlsx", row(1, cell("A1", "1")), more=links)
    assert shown(book) == [["1"]]


def test_a_number_is_read_to_its_last_digit(tmp_path):
    digits = ["0.1", "123456789012.34", "1e-7", "9007199254740993"]
    cells = "".join(row(n, cell(f"A{n}", value)) for n, value in enumerate(digits, start=1))
    sheet = read_workbook(write_raw(tmp_path / "digits.xlsx", cells))[0]
    assert sheet.cells["1.number"].equals(pl.Series("1.number", [float(d) for d in digits]))
