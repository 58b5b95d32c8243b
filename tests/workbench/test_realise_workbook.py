"""Recording into a workbook keeps what else is in it: formulas, what they show, and macros."""

import datetime as dt
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.workbench.accountant import fill

from ironpot.case import rewrite
from ironpot.case.enter import enter_row
from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import FileRefusedError
from ironpot.workbench.blank import blank_workbook

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
BIN = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
MACRO = "xl/vbaProject.bin"


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """A workbook as an accountant fills it in. Tests read it and write elsewhere."""
    folder = tmp_path_factory.mktemp("books")
    blank_workbook(folder / "blank.xlsx", lang="zh", unit="ten_thousand", scope="basic")
    return fill(folder / "blank.xlsx", folder / "qinghe.xlsx", "zh", "ten_thousand")


def listed(book: Path, *lots: str) -> None:
    """Enter that lots are listed: the first makes a sheet, others add to it."""
    for lot in lots:
        row = {"event_id": lot, "asset_id": lot, "event": "listed", "route": "exchange_sale"}
        enter_row(book, BY_NAME["realised"], row | {"date": dt.date(2025, 6, 2)}, "zh")


def rewritten(book: Path, to: Path, change, more: dict[str, bytes] | None = None) -> Path:
    """Write a workbook again, each part as `change(name, content)` makes it."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return to


def reckoned(name: str, content: bytes) -> bytes:
    """Turn every number of a sheet into a formula that shows it, texts and truths beside it."""
    if not name.startswith("xl/worksheets/sheet"):
        return content
    number = r'<c r="([A-Z]+\d+)"((?: s="\d+")?)(?: t="n")?><v>([\d.]+)</v></c>'
    formula = r'<c r="\1"\2><f>\3+0</f><v>\3</v></c>'
    return re.sub(number, formula, content.decode()).encode()


def formulas(book: Path) -> int:
    pages = load_workbook(book).worksheets
    return sum(cell.data_type == "f" for page in pages for row in page.iter_rows() for cell in row)


def tables(book: Path) -> dict[str, pl.DataFrame]:
    case = read_case(book).case
    return {
        name: getattr(case, name) for name in ("assets", "debts", "accounts", "budget", "realised")
    }


def test_formulas_stay_and_show_what_they_showed(ironpot, book, tmp_path):
    full = rewritten(book, tmp_path / "full.xlsx", reckoned)
    count, before = formulas(full), tables(full)
    assert count > 20
    first, second = before["assets"]["asset_id"][:2]
    said = ironpot(
        "realise", full, first, "listed", "--date", "2025-06-02", "--route", "exchange_sale"
    )
    assert (said.code, said.err) == (0, "")
    listed(full, second)
    assert formulas(full) == count
    assert "not reckoned anew" in said.out
    after = tables(full)
    assert after.pop("realised")["asset_id"].to_list() == [first, second]
    for name, table in after.items():
        assert table.equals(before[name]), name


def test_a_text_a_truth_and_an_error_that_formulas_show_are_put_back(tmp_path):
    plain = tmp_path / "plain.xlsx"
    book = rewrite.Workbook()
    for row, formula in enumerate(("=1/3", '="a<b&c"', "=1=1", "=1/0", "=DATE(2025,1,31)"), 1):
        book.active.cell(row, 1, formula)
    book.active["A5"].number_format = "yyyy-mm-dd"
    book.save(plain)
    shows = iter(("|0.25", ' t="str"|a&lt;b&amp;c', ' t="b"|1', ' t="e"|#DIV/0!', "|45688"))

    def show(name: str, content: bytes) -> bytes:
        def one(match: re.Match[str]) -> str:
            kind, _, value = next(shows).partition("|")
            return f"<c{match[1]}{kind}>{match[2]}<v>{value}</v></c>"

        if not name.startswith("xl/worksheets/sheet"):
            return content
        return re.sub(
            r"<c([^>]*)>(<f>[^<]*</f>)<v\s*/?>(?:</v>)?</c>", one, content.decode()
        ).encode()

    full = rewritten(plain, tmp_path / "full.xlsx", show)
    shown = [cell.value for cell in load_workbook(full, data_only=True).active["A"]]
    assert shown[:4] == [0.25, "a<b&c", True, "#DIV/0!"]
    book = rewrite.open_book(full)
    book.active["B1"] = "new"
    rewrite.save_book(book, full)
    page = load_workbook(full, data_only=True).active
    assert [cell.value for cell in page["A"]] == shown
    assert page["B1"].value == "new"


def test_where_a_shown_value_would_be_lost_nothing_is_written(book, tmp_path, monkeypatch):
    full = rewritten(book, tmp_path / "full.xlsx", reckoned)
    whole = full.read_bytes()
    monkeypatch.setattr(rewrite, "_FORMULA", re.compile("nothing like it"))
    changed = rewrite.open_book(full)
    with pytest.raises(FileRefusedError, match="by hand"):
        rewrite.save_book(changed, full)
    assert full.read_bytes() == whole


def test_what_is_programmed_in_a_workbook_stays_in_it(book, tmp_path):
    def programmed(name: str, content: bytes) -> bytes:
        text = content.decode() if name == "[Content_Types].xml" else ""
        text = text.replace(WORKBOOK_TYPE, MACRO_TYPE).replace("</Types>", f"{BIN}</Types>")
        return text.encode() or content

    macro = rewritten(book, tmp_path / "qinghe.xlsm", programmed, {MACRO: b"a program"})
    listed(macro, "one", "two")
    with zipfile.ZipFile(macro) as parts:
        assert parts.read(MACRO) == b"a program"
        assert MACRO_TYPE in parts.read("[Content_Types].xml").decode()
    assert load_workbook(macro)["已实施"].max_row == 3
