"""What does a filled case look like? A small invented district, for the template and for tests."""

import datetime as dt
from pathlib import Path

import polars as pl

from ironpot.case.case import Settings
from ironpot.case.schema import BASIC
from ironpot.case.write import write_case
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Lang, Text

_FOLDER = Path(__file__).with_name("example")
SETTINGS = Settings(
    case_id="sample-2024",
    name=Text("Sample District", "示例区"),
    date=dt.date(2024, 12, 31),
    top_entity="district",
)


def example_tables(lang: Lang) -> dict[str, pl.DataFrame]:
    """Return the four basic tables of the sample district, names in `lang`, amounts in yuan."""
    return {table.name: _table(table, lang) for table in BASIC}


def _table(table: Table, lang: Lang) -> pl.DataFrame:
    written = pl.read_csv(_FOLDER / f"{table.name}.csv", infer_schema=False)
    spoken = {f"{name}_{lang}": name for name in ("name", "item")}
    other = {name for name in written.columns if name.endswith(("_en", "_zh"))} - set(spoken)
    frame = written.drop(other).rename(spoken, strict=False)
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
