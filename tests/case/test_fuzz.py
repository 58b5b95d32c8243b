"""Damaged workbooks are refused, or read as another program reads them; nothing else happens."""

import datetime as dt
import io
import warnings
import zipfile

import numpy as np
import polars as pl
import pytest
from openpyxl import load_workbook

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.files.sheet import raw
from ironpot.case.files.workbook import read_workbook
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.core.errors import FileRefusedError

MUTANTS = 25
WORDS = [
    b'"',
    b"<",
    b">",
    b"</c>",
    b't="s"',
    b't="e"',
    b"<f>1</f>",
    b"0",
    b"9e9",
    b"-",
    b"&amp;",
    b"A",
]


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    path = tmp_path_factory.mktemp("seed") / "seed.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="yuan")
    return path.read_bytes()


def mutated(seed: bytes, rng: np.random.Generator) -> bytes:
    """Damage a workbook: bytes of the file in one case of four, else the text of one part."""
    if rng.random() < 0.25:
        data = bytearray(seed)
        for position in rng.integers(0, len(data), rng.integers(1, 6)):
            data[position] = rng.integers(0, 256)
        return bytes(data)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as source, zipfile.ZipFile(out, "w") as target:
        names = source.namelist()
        chosen = names[rng.integers(0, len(names))]
        for name in names:
            text = source.read(name)
            target.writestr(name, damaged(text, rng) if name == chosen else text)
    return out.getvalue()


def damaged(text: bytes, rng: np.random.Generator) -> bytes:
    """Cut, double or replace a piece of a part."""
    start = int(rng.integers(0, max(len(text), 1)))
    end = start + int(rng.integers(1, 30))
    word = WORDS[rng.integers(0, len(WORDS))]
    return (
        text[:start] + text[end:],
        text[:end] + text[start:],
        text[:start] + word + text[start:],
        text[:start] + word + text[end:],
    )[rng.integers(0, 4)]


@pytest.mark.parametrize("number", range(MUTANTS))
def test_a_damaged_workbook_is_refused_or_read_as_another_program_reads_it(seed, tmp_path, number):
    path = tmp_path / "mutant.xlsx"
    path.write_bytes(mutated(seed, np.random.default_rng(number)))
    try:
        read_case(path)
        ours = figures(path)
    except FileRefusedError:
        return
    theirs = other_figures(path)
    assert theirs is None or ours == theirs


def figures(path) -> dict[tuple[str, int, int], float | str]:
    """Return every number and date of a workbook as we read it, by sheet, row and column."""
    found: dict[tuple[str, int, int], float | str] = {}
    for sheet in read_workbook(path):
        for key in range(1, sheet.width + 1):
            number, date = raw(key).number, raw(key).date.cast(pl.String)
            rows = sheet.cells.select("row", number.alias("n"), date.alias("d")).rows()
            found |= {
                (sheet.title or "", row, key): n if n is not None else d
                for row, n, d in rows
                if n is not None or d is not None
            }
    return found


def other_figures(path) -> dict[tuple[str, int, int], float | str] | None:
    """Return the same as openpyxl reads it, None where it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    except Exception:  # noqa: BLE001  whatever another program does with a damaged file
        return None
    found: dict[tuple[str, int, int], float | str] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value = cell.value
                if isinstance(value, dt.datetime):
                    found[sheet.title, cell.row, cell.column] = value.date().isoformat()
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    found[sheet.title, cell.row, cell.column] = float(value)
    return found
