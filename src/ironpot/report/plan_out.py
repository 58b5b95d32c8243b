"""Write a plan's tables and summary so that anyone can re-add them: plan.json and tables/*.csv.

Amounts are written from integer fen, shares with six decimals, in the columns of `core.outputs`.
All files are written to a folder beside the target first; the old ones go only when the new ones
are whole.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from ironpot.core.money import plain
from ironpot.core.outputs import TABLES, OutKind, OutTable

YUAN = "yuan"
SHARE_PLACES = 6


def write_plan_files(tables: dict[str, pl.DataFrame], summary: dict[str, Any], out: Path) -> None:
    """Write the twelve tables (money in fen) and plan.json with their rows and hashes to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    fresh = out / "tables.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    sealed: dict[str, dict[str, object]] = {}
    for table in TABLES:
        body = table_text(tables[table.name], table).encode()
        (fresh / f"{table.name}.csv").write_bytes(body)
        sealed[table.name] = {
            "rows": tables[table.name].height,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
    text = json.dumps(summary | {"tables": sealed}, ensure_ascii=False, indent=1, allow_nan=False)
    (out / "plan.json.new").write_text(text + "\n", encoding="utf-8", newline="\n")
    shutil.rmtree(out / "tables", ignore_errors=True)
    fresh.rename(out / "tables")
    (out / "plan.json.new").replace(out / "plan.json")


def table_text(frame: pl.DataFrame, table: OutTable) -> str:
    """Return a table as CSV text: header, one line a row, LF."""
    columns = [
        _cells(frame, column.name, column.kind, measured=column.kind == "measure")
        for column in table.columns
    ]
    text = pl.DataFrame(dict(zip(table.names, columns, strict=True)))
    return text.write_csv(line_terminator="\n", quote_style="necessary")


def _cells(frame: pl.DataFrame, name: str, kind: OutKind, *, measured: bool) -> pl.Series:
    """One column as text; null stays empty."""
    values = frame[name]
    if measured:
        units = frame["unit"]
        cells = [
            None if value is None else f"{value:.{2 if unit == YUAN else SHARE_PLACES}f}"
            for value, unit in zip(values, units, strict=True)
        ]
        return pl.Series(name, cells, pl.String)
    match kind:
        case "money":
            cells = [None if value is None else plain(value) for value in values]
        case "share":
            cells = [None if value is None else f"{value:.{SHARE_PLACES}f}" for value in values]
        case "bool":
            cells = [None if value is None else str(value).lower() for value in values]
        case _:
            cells = [None if value is None else str(value) for value in values]
    return pl.Series(name, cells, pl.String)
