"""What does a filled case look like? A small invented district, for the template and for tests."""

import datetime as dt
from pathlib import Path

import polars as pl

from ironpot.case.case import Settings
from ironpot.case.schema import BASIC, BY_NAME
from ironpot.case.write import write_case
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Lang, Text

_FOLDER = Path(__file__).with_name("example")
_FURTHER = (
    *("accounts", "creditors", "claims", "guarantees", "debt_terms", "debt_changes", "bundles"),
    *("markets", "fiscal_history", "limits", "wishes", "rules", "allotments", "sources"),
    "realised",
)
SETTINGS = Settings(
    case_id="sample-2024",
    name=Text("Sample District", "示例区"),
    date=dt.date(2024, 12, 31),
    top_entity="E01",
)


def example_tables(lang: Lang) -> dict[str, pl.DataFrame]:
    """Return the four basic tables of the sample district, names in `lang`, amounts in yuan."""
    return {table.name: _table(table, lang) for table in BASIC}


def further_tables(lang: Lang) -> dict[str, pl.DataFrame]:
    """Return the sample district's rows of other tables, for a user who goes beyond the four."""
    return {name: _table(BY_NAME[name], lang) for name in _FURTHER}


def _table(table: Table, lang: Lang) -> pl.DataFrame:
    """Read one table; a column in both languages ends `_en` and `_zh` in the file."""
    written = pl.read_csv(_FOLDER / f"{table.name}.csv", infer_schema=False)
    spoken = {f"{name}_{lang}": name for name in table.names if f"{name}_{lang}" in written.columns}
    kept = [name for name in written.columns if name in table.names or name in spoken]
    frame = written.select(kept).rename(spoken)
    return table.conform(frame.with_columns(_typed(table.column(name)) for name in frame.columns))


def _typed(column: Column) -> pl.Expr:
    if column.kind == "bool":
        return pl.col(column.name) == "true"
    if column.kind == "date":
        return pl.col(column.name).str.to_date("%Y-%m-%d")
    return pl.col(column.name).cast(column.dtype)


def write_example(folder: Path, lang: Lang = "en") -> Path:
    """Write the sample district as a case folder and return it."""
    write_case(folder, SETTINGS, example_tables(lang))
    return folder
