"""What we write is read back as it was, and no text of a user's becomes a formula."""

import csv
import io
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.case.sample import findings, sample

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.files.escape import escape, escape_text, unescape
from ironpot.case.mark import mark_workbook
from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME, TABLES
from ironpot.case.template import write_workbook
from ironpot.case.write import table_text, tables_of, write_case

LIVE = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
hostile_text = st.builds(
    lambda quotes, sign, rest: "'" * quotes + sign + rest,
    st.integers(0, 3),
    st.sampled_from([*LIVE, "", "x"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(hostile_text)
def test_escaped_text_never_runs_and_loses_nothing(text):
    escaped = pl.select(escape(pl.lit(text, pl.String))).item()
    assert not escaped.startswith(LIVE) or NUMBER.fullmatch(escaped)
    assert escape_text(text) == escaped
    assert pl.select(unescape(pl.lit(escaped, pl.String))).item() == text


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(hostile_text, min_size=1, max_size=8))
def test_no_cell_of_a_written_table_runs(texts):
    table = BY_NAME["creditors"]
    rows = ({"creditor_id": "a", "name": text, "creditor_class": "other"} for text in texts)
    written = list(csv.reader(io.StringIO(table_text(table, table.frame(rows)))))
    cells = [cell for row in written for cell in row]
    assert not any(cell.startswith(LIVE) and not NUMBER.fullmatch(cell) for cell in cells)


@pytest.mark.parametrize("text", ["@SUM(A1)", "'=x", "+cmd|' /C calc'!A0"])
def test_hostile_text_goes_through_folder_and_workbook_unchanged(tmp_path, text):
    folder = sample(tmp_path / "a", ("assets", 2, "name", escape_text(text)))
    case = read_case(folder).case
    assert case.assets["name"][0] == text
    write_case(tmp_path / "b", case.settings, tables_of(case))
    assert read_case(tmp_path / "b").case.assets["name"][0] == text
    write_workbook(tmp_path / "c.xlsx", case.settings, {"assets": case.assets}, lang="en")
    cell = load_workbook(tmp_path / "c.xlsx")["assets"]["B2"]
    assert cell.data_type == "s"
    assert not cell.value.startswith(LIVE)


def test_hostile_text_in_an_issue_does_not_run_in_the_marked_copy(tmp_path):
    path = tmp_path / "my.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="yuan")
    book = load_workbook(path)
    book["资产"]["D2"].value = '=HYPERLINK("http://x")'
    book["资产"]["D2"].data_type = "s"
    book.save(path)
    reading = read_case(path)
    assert findings(reading) == {("资产!D2", "reference.unknown")}
    listed = load_workbook(mark_workbook(path, reading.issues)).worksheets[0]
    assert listed["C2"].value.startswith("'=")
    assert listed["C2"].data_type == "s"


def test_a_negative_number_stays_a_number(tmp_path):
    folder = sample(tmp_path / "a", ("debts", 9, "rate_spread", "-0.002"))
    case = read_case(folder).case
    write_case(tmp_path / "b", case.settings, tables_of(case))
    assert ",-0.002," in (tmp_path / "b" / "debts.csv").read_text("utf-8")


def test_a_written_case_reads_back_row_for_row(tmp_path):
    case = read_case(sample(tmp_path / "a")).case
    write_case(tmp_path / "b", case.settings, tables_of(case))
    again = read_case(tmp_path / "b")
    assert again.issues == ()
    assert again.case.settings == case.settings
    for table in TABLES:
        read, written = getattr(again.case, table.name), getattr(case, table.name)
        assert read.sort(table.key).equals(written.sort(table.key)), table.name


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(-(10**15), 10**15))
def test_money_is_written_to_the_fen(fen):
    table = BY_NAME["claims"]
    row = {"claim_id": "c", "debtor_id": "a", "creditor_id": "b", "amount": fen / 100}
    written = table_text(table, table.frame([row])).splitlines()[1].split(",")[3]
    assert written == f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
