"""Write a plan so that anyone can re-add it: plan.json, tables/*.csv and extras/*.csv.

Amounts are written from integer fen, shares with six decimals, in the columns of `core.outputs`.
All files are written to a folder beside the target first; the old ones go only when the new ones
are whole.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ironpot.core.money import plain
from ironpot.core.outputs import EXTRA_TABLES, TABLES, OutKind, OutTable

YUAN = "yuan"
SHARE_PLACES = 6


def write_plan_files(
    tables: Mapping[str, pl.DataFrame],
    summary: dict[str, Any],
    out: Path,
    *,
    extras: Mapping[str, pl.DataFrame] | None = None,
) -> None:
    """Write the twelve tables (money in fen) and plan.json with their rows and hashes to `out`.

    `extras`: tables of EXTRA_TABLES, sealed like the twelve under a key of their own.
    """
    out.mkdir(parents=True, exist_ok=True)
    beside = extras or {}
    sealed = {"tables": _written(tables, TABLES, out / "tables.new")}
    if beside:
        chosen = [table for table in EXTRA_TABLES if table.name in beside]
        sealed["extras"] = _written(beside, chosen, out / "extras.new")
    text = json.dumps(summary | sealed, ensure_ascii=False, indent=1, allow_nan=False)
    (out / "plan.json.new").write_text(text + "\n", encoding="utf-8", newline="\n")
    for name in sealed:
        shutil.rmtree(out / name, ignore_errors=True)
        (out / f"{name}.new").rename(out / name)
    (out / "plan.json.new").replace(out / "plan.json")


def _written(
    frames: Mapping[str, pl.DataFrame], tables: Sequence[OutTable], fresh: Path
) -> dict[str, dict[str, object]]:
    """Write tables into a fresh folder; return their rows and hashes."""
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    sealed: dict[str, dict[str, object]] = {}
    for table in tables:
        body = table_text(frames[table.name], table).encode()
        (fresh / f"{table.name}.csv").write_bytes(body)
        sealed[table.name] = {
            "rows": frames[table.name].height,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
    return sealed


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
