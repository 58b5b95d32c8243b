"""The page that says where figures come from names only columns and modules that exist."""

import importlib.util
import re
from pathlib import Path

import pytest

from ironpot.case.schema import TABLES as CASE_TABLES
from ironpot.core.outputs import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "where-figures-come-from.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("|")
][2:]
COLUMNS = {f"{table.name}.{column.name}" for table in TABLES for column in table.columns}
COLUMNS |= {f"{table.name}.{column.name}" for table in CASE_TABLES for column in table.columns}
COLUMN = re.compile(r"`([a-z_]+\.[a-z_0-9]+)`")
MODULE = re.compile(r"`(ironpot(?:\.[a-z_]+)+)`")


def test_every_row_names_a_figure_its_place_and_two_modules():
    assert len(ROWS) > 20
    assert all(len(row) == 5 and all(row[:2]) and all(row[3:]) for row in ROWS)


@pytest.mark.parametrize("module", sorted(set(MODULE.findall(PAGE.read_text("utf-8")))))
def test_named_modules_exist(module):
    assert importlib.util.find_spec(module)


def test_named_columns_exist():
    named = {name for row in ROWS for name in COLUMN.findall(row[1])} - {"plan.json"}
    assert named
    assert named <= COLUMNS
