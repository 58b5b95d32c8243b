"""How is a case put back on paper? A folder with `case.toml` and a CSV file per table.

Text that a spreadsheet would take for a formula is escaped; reading the folder gives the same case.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from ironpot.case.case import Case, Settings
from ironpot.case.column_map import toml_pairs
from ironpot.case.files.escape import escape
from ironpot.case.files.open import SETTINGS_FILE
from ironpot.case.schema import BY_NAME, TABLES
from ironpot.core.columns import Column, Table
from ironpot.core.money import FEN_PER_YUAN


def write_case(folder: Path, settings: Settings, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write settings and tables into `folder`, which is made if need be.

    `tables` are frames in the schema, by name; amounts are written in yuan with two decimals, rates
    as decimals, dates ISO, unknown cells empty. Tables without a row get no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text(settings_text(settings), "utf-8")
    for name, frame in tables.items():
        if frame.height:
            text = table_text(BY_NAME[name], frame)
            (folder / f"{name}.csv").write_text(text, "utf-8", newline="\n")


def tables_of(case: Case) -> dict[str, pl.DataFrame]:
    """Return the tables of a case by name, defaults and derived rows included."""
    return {table.name: getattr(case, table.name) for table in TABLES}


def settings_text(settings: Settings) -> str:
    """Return settings as the text of a `case.toml` with amounts in yuan."""
    notice = settings.notice
    case = {
        "id": settings.case_id,
        "name_en": settings.name.en,
        "name_zh": settings.name.zh,
        "date": settings.date,
        "top_entity": settings.top_entity,
        "currency": settings.currency,
        "unit": "yuan",
        "horizon_quarters": settings.horizon_quarters,
        "discount_rate": settings.discount_rate,
        "notice_en": notice.en if notice else None,
        "notice_zh": notice.zh if notice else None,
    }
    lines = ["[case]", *toml_pairs(case), "", "[scenarios]", *toml_pairs(settings.weights), ""]
    return "\n".join(lines)


def table_text(table: Table, frame: pl.DataFrame) -> str:
    """Return a table as CSV: its columns in order, the optional ones that are all empty left out.

    >>> from ironpot.case.schema import BY_NAME
    >>> table = BY_NAME["creditors"]
    >>> rows = table.frame([{"creditor_id": "a", "name": "=1+1", "creditor_class": "other"}])
    >>> print(table_text(table, rows))
    creditor_id,name,creditor_class
    a,'=1+1,other
    <BLANKLINE>
    """
    kept = [
        column
        for column in table.columns
        if column.required or frame[column.name].null_count() < frame.height
    ]
    return frame.select(_written(column) for column in kept).write_csv()


def _written(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    match column.kind:
        case "money":
            return _two_decimals(value).alias(column.name)
        case "bool":
            return (
                pl.when(value)
                .then(pl.lit("true"))
                .when(~value)
                .then(pl.lit("false"))
                .alias(column.name)
            )
        case "rate" | "share" | "number" | "count" | "date":
            return value.cast(pl.String)
        case _:
            return escape(value).alias(column.name)


def _two_decimals(yuan: pl.Expr) -> pl.Expr:
    """Write yuan with two decimals, exactly: by whole fen, never through a float's digits."""
    fen = (yuan * FEN_PER_YUAN).round(0).cast(pl.Int64)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    rest = (fen.abs() % FEN_PER_YUAN).cast(pl.String).str.zfill(2)
    return sign + (fen.abs() // FEN_PER_YUAN).cast(pl.String) + "." + rest
