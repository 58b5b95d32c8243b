"""Files are taken as they are: bytes, headers, seals; and no content makes verification fail."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verify.small.plan import small_plan

from ironpot.core.outputs import BY_NAME, TABLES
from ironpot.verify import verify_plan
from ironpot.verify.files import Out, read_sheet, read_summary
from ironpot.verify.verification import verify_out


def found(out_dir: Path) -> set[str]:
    return {finding.code for finding in verify_plan(out_dir).findings}


def edited(folder: Path, table: str, change: Callable[[bytes], bytes]) -> set[str]:
    """Codes found after one table file was changed and plan.json sealed again."""
    out = small_plan().write(folder / "out")
    path = out / "tables" / f"{table}.csv"
    path.write_bytes(change(path.read_bytes()))
    contents = {name: (out / "tables" / f"{name}.csv").read_bytes() for name in BY_NAME}
    seal = json.loads(small_plan().sealed(contents))
    seal["tables"][table]["rows"] = max(contents[table].count(b"\n") - 1, 0)
    (out / "plan.json").write_text(json.dumps(seal))
    return found(out)


def test_a_folder_that_is_not_there_is_a_finding(tmp_path):
    assert found(tmp_path / "nothing") == {"form.files"}


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_missing_table_is_a_finding_and_its_rules_say_so(tmp_path, table):
    out = small_plan().write(tmp_path / "out")
    (out / "tables" / f"{table}.csv").unlink()
    verification = verify_plan(out)
    assert {finding.code for finding in verification.findings} == {"form.files"}
    assert any(table in item.why.en for item in verification.could_not_check)


def test_a_file_that_is_no_table_is_a_finding(tmp_path):
    out = small_plan().write(tmp_path / "out")
    (out / "tables" / "notes.csv").write_text("a\n")
    assert found(out) == {"form.files"}


@pytest.mark.parametrize(
    ("fault", "codes", "change"),
    [
        ("byte order mark", {"form.bytes"}, lambda b: b"\xef\xbb\xbf" + b),
        ("CR LF", {"form.bytes"}, lambda b: b.replace(b"\n", b"\r\n")),
        ("no line end", {"form.bytes", "form.seal"}, lambda b: b[:-1]),
        ("a blank line", {"form.width"}, lambda b: b + b"\n"),
        ("a cell too many", {"form.width"}, lambda b: b + b"S3,x,,,,,\n"),
        ("not UTF-8", {"form.bytes", "form.header"}, lambda b: b + b"S3,\xff,,,,\n"),
        ("a quote left open", {"form.header"}, lambda b: b + b'S3,"x,,,,\n'),
        ("NUL in a cell", {"form.cells", "form.filled"}, lambda b: b + b"S3,\x00,,,,\n"),
        ("an unknown column", {"form.header"}, lambda b: b.replace(b"sha256", b"sha256,note")),
        ("a missing column", {"form.header"}, lambda b: b.replace(b",sha256", b"")),
        (
            "columns out of order",
            {"form.header"},
            lambda b: b.replace(b"document,locator", b"locator,document"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_in_the_bytes_is_found_and_no_other(tmp_path, fault, codes, change):
    assert edited(tmp_path, "sources", change) - {"limits.references"} == codes - {"form.filled"}, (
        fault
    )


def test_a_header_fault_names_the_column(tmp_path):
    out = small_plan().write(tmp_path / "out")
    path = out / "tables" / "cash.csv"
    path.write_bytes(path.read_bytes().replace(b"closing", b"closing,arrears", 1))
    said = [f.what for f in verify_plan(out).findings if f.code == "form.header"]
    assert said[0].en.startswith("unknown column: arrears")
    assert said[0].zh.startswith("未知的列:arrears")


def test_a_changed_table_breaks_its_seal(tmp_path):
    out = small_plan().write(tmp_path / "out")
    path = out / "tables" / "sources.csv"
    path.write_bytes(path.read_bytes().replace(b"Budget, 2024", b"Budget, 2023"))
    assert found(out) == {"form.seal"}


def test_a_row_count_of_another_table_breaks_the_seal():
    plan = small_plan()
    contents = plan.contents()
    seal = json.loads(plan.sealed(contents))
    seal["tables"]["cash"]["rows"] += 1
    summary, _ = read_summary(json.dumps(seal).encode())
    found = verify_out(replace(plan.out(), summary=summary)).findings
    assert [finding.code for finding in found] == ["form.seal"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"unit": NaN}', "\xff", "[" * 100_000])
def test_a_plan_json_that_cannot_be_read_is_a_finding(tmp_path, text):
    out = small_plan().write(tmp_path / "out")
    (out / "plan.json").write_text(text, encoding="latin-1")
    assert found(out) == {"form.files"}


def test_an_entry_that_stands_twice_is_a_finding(tmp_path):
    out = small_plan().write(tmp_path / "out")
    text = (out / "plan.json").read_text()
    (out / "plan.json").write_text(text.replace('"seed": 1', '"seed": 1, "seed": 1'))
    assert found(out) == {"plan.keys"}


COLUMNS = [(table.name, column.name) for table in TABLES for column in table.columns]
ODD = st.one_of(
    st.sampled_from(
        ["", "-", "0", "-0.01", "1e400", "9" * 30 + ".00", "2025Q9", "\uff19.00", "=1+1"]
    ),
    st.sampled_from(["expected", "_consolidated", "_elimination", "hold", "2025Q1", "true", "6"]),
    st.text(max_size=6),
)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.sampled_from(COLUMNS), st.data(), ODD)
def test_whatever_stands_in_a_cell_verification_answers(name, data, text):
    table, column = name
    plan = small_plan()
    rows = [dict(cells) for cells in plan.tables[table]]
    data.draw(st.sampled_from(rows))[column] = text
    verification = replace(plan, tables={**plan.tables, table: rows}).verify()
    assert verification.say("zh")


RAW_JSON = st.sampled_from(
    (
        *("null", "true", "0", "-1", "1e400", "1e999999", "1e9999999999999999999", "-0.9999999999"),
        *('""', '"9999-12-31"', '"base"', "[]", "[null]", '["gov", 1]', '[{"id": 1}]', "{}"),
        *('{"first": "9999Q4", "last": "0000Q1", "quarters": -4}', '{"adverse": 1e400, "base": 0}'),
    )
)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.sampled_from(sorted(small_plan().summary)), RAW_JSON)
def test_whatever_stands_in_plan_json_verification_answers(key, raw):
    out = small_plan().out()
    text = json.dumps(dict(small_plan().summary, **{key: "@"})).replace('"@"', raw)
    summary, repeated = read_summary(text.encode())
    assert verify_out(Out(out.sheets, summary, (), repeated)).say("en")


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.sampled_from([table.name for table in TABLES]), st.binary(max_size=60))
def test_whatever_bytes_a_table_holds_verification_answers(table, content):
    out = small_plan().out()
    sheets = {**out.sheets, table: read_sheet(BY_NAME[table], content)}
    assert not verify_out(Out(sheets, out.summary)).ok
