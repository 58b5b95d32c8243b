"""Read a Parquet table: typed columns, each cell a text, a number or a date."""

from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from ironpot.case.files.refusal import refused
from ironpot.case.files.sheet import KINDS, Sheet, frame_of, nulls

MAX_BYTES = 256 << 20
MAX_ROWS = 2_000_000
MAX_COLUMNS = 512


def read_parquet_table(path: Path) -> Sheet:
    """Return the columns of a Parquet file; nested and binary ones are refused.

    Rows count from 1. Raises FileRefusedError on damaged files and on more than 2 million rows.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise refused(path, "too_large", f"{size >> 20} MiB")
    frame = _frame(path)
    return Sheet(
        file=path.name,
        title=None,
        cells=frame_of(
            range(1, frame.height + 1),
            [_cells(path, key, column) for key, column in enumerate(frame, start=1)],
        ),
        width=frame.width,
        names=tuple(frame.columns),
    )


def _frame(path: Path) -> pl.DataFrame:
    try:
        scan = pl.scan_parquet(path)
        rows, columns = int(scan.select(pl.len()).collect().item()), len(scan.collect_schema())
        if rows > MAX_ROWS or columns > MAX_COLUMNS:
            raise refused(path, "too_large", f"{rows:,} x {columns:,}")
        return pl.read_parquet(path)
    except (PolarsError, PanicException, OSError) as error:
        raise refused(path, "damaged") from error


def _cells(path: Path, key: int, column: pl.Series) -> list[pl.Series]:
    """Return the three columns of cells of one typed column."""
    kind = _kind(column.dtype)
    if kind is None:
        raise refused(path, "damaged")
    return [
        (column.cast(dtype) if name == kind else nulls(len(column), dtype)).alias(f"{key}.{name}")
        for name, dtype in KINDS.items()
    ]


def _kind(dtype: pl.DataType) -> str | None:
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, pl.Date | pl.Datetime):
        return "date"
    plain = isinstance(dtype, pl.String | pl.Categorical | pl.Boolean | pl.Null)
    return "text" if plain else None
