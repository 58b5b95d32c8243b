"""Write a plan so that anyone can re-add it: plan.json, tables/*.csv and extras/*.csv.

Amounts are written from integer fen, shares with six decimals, in the columns of `core.outputs`.
All files are written to a folder beside the target first; the old ones go only when the new ones
are whole.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from ironpot.core.money import plain
from ironpot.core.outputs import EXTRA_TABLES, TABLES, OutKind, OutTable

YUAN = "yuan"
SUMMARY = "plan.json"
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
    write_bytes(plan_bytes(tables, summary, extras=extras), out)


def plan_bytes(
    tables: Mapping[str, pl.DataFrame],
    summary: dict[str, Any],
    *,
    extras: Mapping[str, pl.DataFrame] | None = None,
) -> dict[str, bytes]:
    """Return what `write_plan_files` writes, by name below the plan's folder."""
    beside = extras or {}
    groups = {"tables": (tables, TABLES)}
    if beside:
        groups["extras"] = (beside, tuple(one for one in EXTRA_TABLES if one.name in beside))
    files: dict[str, bytes] = {}
    sealed: dict[str, dict[str, dict[str, object]]] = {}
    for group, (frames, chosen) in groups.items():
        bodies = {table.name: table_text(frames[table.name], table).encode() for table in chosen}
        sealed[group] = {name: _seal(frames[name], body) for name, body in bodies.items()}
        files |= {f"{group}/{name}.csv": body for name, body in bodies.items()}
    text = json.dumps(summary | sealed, ensure_ascii=False, indent=1, allow_nan=False)
    return files | {SUMMARY: f"{text}\n".encode()}


def write_bytes(files: Mapping[str, bytes], out: Path) -> None:
    """Write the files of `plan_bytes` to `out`; what stood there goes when all are written."""
    groups = {name.partition("/")[0] for name in files if "/" in name}
    for group in groups:
        shutil.rmtree(out / f"{group}.new", ignore_errors=True)
        (out / f"{group}.new").mkdir(parents=True)
    for name, body in files.items():
        group, _, file = name.rpartition("/")
        (out / (f"{group}.new/{file}" if group else f"{file}.new")).write_bytes(body)
    for group in groups:
        shutil.rmtree(out / group, ignore_errors=True)
        (out / f"{group}.new").rename(out / group)
    (out / f"{SUMMARY}.new").replace(out / SUMMARY)


def _seal(frame: pl.DataFrame, body: bytes) -> dict[str, object]:
    return {"rows": frame.height, "sha256": hashlib.sha256(body).hexdigest()}


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
