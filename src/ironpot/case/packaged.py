"""What does a case take where its user says nothing? Dated, sourced tables that ship with ironpot.

They are read by the same reader as a user's tables: one file per table, amounts in yuan.
"""

from functools import cache
from pathlib import Path

import polars as pl

from ironpot.case import values
from ironpot.case.column_map import NO_ENTRY
from ironpot.case.convert import convert
from ironpot.case.draft import MARKS
from ironpot.case.files.sheet import raw
from ironpot.case.files.text import read_text_table
from ironpot.case.locate import locate
from ironpot.case.schema import BY_NAME
from ironpot.core.columns import Table

DEFAULTS = Path(__file__).with_name("defaults")
CAPACITY_SHARE = "capacity_share"


@cache
def packaged_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """Return every default table in `folder` in the schema of the case's table of its name.

    `markets` has CAPACITY_SHARE beside its columns: the share of the register's appraised value in
    the market that a tranche takes each quarter.
    """
    paths = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    return {name: _table(BY_NAME[name], path) for name, path in paths.items() if name in BY_NAME}


def _table(table: Table, path: Path) -> pl.DataFrame:
    sheet = read_text_table(path)
    located, _ = locate(table, sheet, NO_ENTRY)
    if located is None:
        return table.empty()
    part, _ = convert(located, "yuan", NO_ENTRY)
    frame = part.frame.drop(MARKS).with_columns(
        pl.col(column.name).fill_null(column.default)
        for column in table.columns
        if column.default is not None
    )
    if table.name != "markets" or CAPACITY_SHARE not in (sheet.names or ()):
        return frame
    share = values.to_number(raw((sheet.names or ()).index(CAPACITY_SHARE) + 1))
    return frame.with_columns(sheet.cells.select(share).to_series().alias(CAPACITY_SHARE))
