"""Turn rows into output tables: columns in order, money in fen, nothing unknown dropped."""

from collections.abc import Iterable

import polars as pl

from ironpot.core.outputs import OutKind, OutTable

DTYPES: dict[OutKind, pl.DataType] = {
    "text": pl.String(),
    "money": pl.Int64(),
    "share": pl.Float64(),
    "measure": pl.Float64(),
    "integer": pl.Int64(),
    "bool": pl.Boolean(),
    "quarter": pl.String(),
    "date": pl.Date(),
}


def out_frame(table: OutTable, rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    """Return rows as a frame in the table's columns; KeyError on a column that it does not have."""
    listed = list(rows)
    unknown = {name for row in listed for name in row} - set(table.names)
    if unknown:
        raise KeyError(f"Table {table.name} has no column {sorted(unknown)}.")
    schema = {column.name: DTYPES[column.kind] for column in table.columns}
    return pl.DataFrame(listed, schema=schema, orient="row")
