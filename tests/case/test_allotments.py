"""Allotments in a case are read like any table, and what does not fit is said with its cell."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.case.write import tables_of

HEAD = "entity_id,market_id,quarter,tranche,price_fraction,fee,allotment,rows"
GOOD = "county,town,2025Q1,1,0.9,0.05,1000000"
COUNTED = ["county,town,2025Q1,1,0.9,0.05,10,2", "county,town,2025Q2,1,0.9,0.05,10,2"]


def case_with(folder, *rows):
    shutil.copytree("examples/two-pots", folder)
    (folder / "allotments.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    return read_case(folder)


def test_good_allotments_are_read_in_yuan(tmp_path):
    reading = case_with(tmp_path / "case", GOOD)
    assert reading.case.allotments.select("market_id", "tranche", "fee", "allotment").rows() == [
        ("town", 1, 0.05, 1e6)
    ]


def test_as_many_allotments_as_they_say_are_read(tmp_path):
    assert case_with(tmp_path / "case", *COUNTED).case.allotments["rows"].to_list() == [2, 2]


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        (["county,city,2025Q1,1,0.9,0.05,10"], None, "city"),
        (["county,town,2025Q1,1,0.9,0.05,-10"], None, "-10"),
        (["county,town,2025Q1,1,0.9,-0.1,10"], None, "0"),
        ([GOOD, GOOD], "key.twice", "allotments.csv:3"),
        (["county,town,2025Q1,1,0.9,0.05,26000000"], "allotment.above_depth", "25,000,000.00"),
        (["county,town,2025Q1,3,0.9,0.05,10"], "allotment.no_tranche", "3"),
        (["county,town,2035Q1,1,0.9,0.05,10"], "allotment.outside_plan", "2035Q1"),
        ([GOOD, "other,town,2025Q2,1,0.9,0.05,10"], "allotment.two_counties", "county"),
        (COUNTED[:1], "allotment.other_count", "says 2 rows, the table has 1"),
    ],
)
def test_what_does_not_fit_names_its_cell_and_how_to_mend_it(tmp_path, rows, code, said):
    reading = case_with(tmp_path / "case", *rows)
    found = [issue for issue in reading.issues if "allotments" in str(issue.place)]
    assert found
    assert all(issue.severity == "error" for issue in found)
    assert code is None or code in {issue.code for issue in found}
    text = " ".join(issue.say("en") for issue in found)
    assert said in text


def test_allotments_travel_through_a_workbook(tmp_path):
    reading = case_with(tmp_path / "case", GOOD)
    book = tmp_path / "case.xlsx"
    case = reading.case
    write_workbook(book, case.settings, tables_of(case), lang="zh", unit="ten_thousand")
    again = read_case(book).case.allotments
    assert again.select("fee", "allotment").rows() == [(0.05, 1e6)]
    assert isinstance(again, pl.DataFrame)
    assert Path(book).is_file()
