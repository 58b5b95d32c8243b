"""CSV and Parquet tables: encodings, separators, hostile content, addresses."""

import polars as pl
import pytest
from tests.case.sample import add, findings, sample

from ironpot.case.example import example_tables
from ironpot.case.files import text as text_files
from ironpot.case.files.text import read_text_table
from ironpot.case.read import read_case
from ironpot.case.schema import BASIC
from ironpot.core.errors import FileRefusedError

LINE = "C1,施工单位,supplier\n"
HEADER = "creditor_id,name,creditor_class\n"


def names(path) -> list[str | None]:
    return read_text_table(path).cells["2.text"].to_list()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_usual_encodings_are_read(tmp_path, encoding):
    path = tmp_path / "creditors.csv"
    path.write_bytes((HEADER + LINE).encode(encoding))
    assert names(path) == ["施工单位"]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_usual_separators_and_line_endings_are_read(tmp_path, separator, ending):
    path = tmp_path / "creditors.csv"
    written = (HEADER + LINE).replace(",", separator).replace("\n", ending)
    path.write_bytes(written.encode())
    assert names(path) == ["施工单位"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,\x00\n", "row 2 holds bytes"),
        (b"a,b\n\xff\xff,1\n", "neither UTF-8 nor GB18030"),
        (b"a,b\n" + b"x" * (text_files.MAX_LINE + 1), "row 2 is too long"),
        (b'a,b\n1,"' + b"x\n" * 100_000, "row 2 is too long"),
        (b"a,b\n1,2\n" + b"," * 100_000, "row 3 is too long"),
        (b"a\n" * (text_files.MAX_LINES + 1), "too large"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, said):
    (tmp_path / "debts.csv").write_bytes(content)
    with pytest.raises(FileRefusedError) as caught:
        read_case(tmp_path)
    assert said in caught.value.say("en")


def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path):
    with (tmp_path / "debts.csv").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(FileRefusedError, match="too large"):
        read_case(tmp_path)


def test_an_issue_names_the_line_that_an_editor_shows(tmp_path):
    folder = sample(tmp_path)
    lines = (folder / "assets.csv").read_text("utf-8").splitlines()
    lines.insert(2, "")
    lines[1] = lines[1].replace("Old office building", '"Old office\nbuilding"')
    (folder / "assets.csv").write_text("\n".join(lines).replace("E05", "E5"), "utf-8")
    row = next(n for n, line in enumerate("\n".join(lines).split("\n"), start=1) if "Water" in line)
    assert {place for place, _ in findings(read_case(folder))} == {f"assets.csv:{row} owner_id"}


def test_parquet_tables_give_the_same_case(tmp_path):
    folder = sample(tmp_path / "csv")
    case = read_case(folder).case
    for table in BASIC:
        example_tables("en")[table.name].write_parquet(folder / f"{table.name}.parquet")
        (folder / f"{table.name}.csv").unlink()
    parquet = read_case(folder)
    assert parquet.issues == ()
    assert parquet.case.debts.equals(case.debts)
    assert parquet.case.assets.equals(case.assets)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_damaged_parquet_file_is_refused(tmp_path, content):
    (tmp_path / "debts.parquet").write_bytes(content)
    with pytest.raises(FileRefusedError, match="damaged"):
        read_case(tmp_path)


def test_nested_parquet_columns_are_refused(tmp_path):
    pl.DataFrame({"debt_id": [["a"]]}).write_parquet(tmp_path / "debts.parquet")
    with pytest.raises(FileRefusedError, match="damaged"):
        read_case(tmp_path)


def test_the_same_table_twice_is_an_error(tmp_path):
    folder = sample(tmp_path)
    add(folder / "债务.csv", "债务编号\nD1\n")
    assert ("债务.csv", "table.twice") in findings(read_case(folder))


def test_a_misspelt_file_is_a_warning_that_names_the_table_meant(tmp_path):
    folder = sample(tmp_path)
    add(folder / "garantees.csv", "guarantee_id\nG1\n")
    reading = read_case(folder)
    assert [(issue.code, issue.nearest) for issue in reading.issues] == [
        ("sheet.unknown", "guarantees")
    ]


def test_a_table_of_the_four_that_is_missing_is_an_error(tmp_path):
    folder = sample(tmp_path)
    (folder / "budget.csv").unlink()
    assert (folder.name, "table.missing") in findings(read_case(folder))


def test_a_folder_that_is_no_case_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match=r"case\.toml"):
        read_case(tmp_path)
