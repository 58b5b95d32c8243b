"""What does the report take from a plan? Its summary, its twelve tables, and extras where given.

Money columns are integer fen from here on: yuan floats are rounded and decimal text is read once.
Extras are optional; a section without its extra says so in a sentence.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import polars as pl

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import EXTRA_TABLES, TABLES, OutColumn, OutKind, OutTable
from ironpot.plan.tables.frame import DTYPES


def _extra(name: str, columns: str) -> OutTable:
    """Build an extra table from words `name:kind`; a word without a kind is text."""
    split = (word.partition(":") for word in columns.split())
    listed = tuple(OutColumn(word, _as_kind(kind or "text")) for word, _, kind in split)
    return OutTable(name, (), listed)


def _as_kind(word: str) -> OutKind:
    return next(kind for kind in get_args(OutKind) if kind == word)


EXTRAS: tuple[OutTable, ...] = (
    _extra("maturity_wall", "creditor_class period amount:money"),
    _extra(
        "rule_rows",
        "rule_set_id entity_id indicator year basis variant phase proxy:bool value:measure unit "
        "band consequence_code consequence_en consequence_zh missing status",
    ),
    _extra("approvals", "lot_id step by_whom by_when"),
    _extra("acts", "table key column value source_id text_en text_zh"),
    _extra("wishes", "wish_id subject cost:money at_most:money"),
    _extra("frontier", "label relief_pv:money value_destroyed:money"),
    _extra("relief_prices", "limit_id unit relief_saved:money"),
    _extra("baseline", "quarter scenario shortfall:money"),
    _extra(
        "race",
        "choice futures:integer objective:money expected_cost:money cvar_overdue:money "
        "shortfall:money overdue:money relief:money value_destroyed:money "
        "missed_probability:share above_ceiling_probability:share in_sample:money optimism:money "
        "knowing_at_most:money knowing_futures:integer",
    ),
    *EXTRA_TABLES,
)


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """A plan as its files tell it.

    `summary` is plan.json; `tables` the twelve tables of `core.outputs` by name; `extras` the
    optional ones of `EXTRAS`. Money columns may come as Float64 yuan or Int64 fen.
    """

    summary: dict[str, Any]
    tables: dict[str, pl.DataFrame]
    extras: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])


def settled(plan: PlanFiles) -> PlanFiles:
    """Return the plan with every known column in its type and money in integer fen.

    A table that is absent becomes empty; columns that the definition does not know are dropped.
    """
    return PlanFiles(
        plan.summary,
        {table.name: _settle(plan.tables.get(table.name), table) for table in TABLES},
        {
            table.name: _settle(plan.extras[table.name], table)
            for table in EXTRAS
            if table.name in plan.extras
        },
    )


def _settle(frame: pl.DataFrame | None, table: OutTable) -> pl.DataFrame:
    if frame is None:
        return pl.DataFrame(schema={column.name: DTYPES[column.kind] for column in table.columns})
    renamed = _one_period(frame) if "period" in table.names else frame
    return renamed.select(_settled_column(renamed, column) for column in table.columns)


def _one_period(frame: pl.DataFrame) -> pl.DataFrame:
    """Call the time column `period`, whichever of quarter and year it came as."""
    if "period" in frame.columns:
        return frame
    return frame.rename({name: "period" for name in ("quarter", "year") if name in frame.columns})


def _settled_column(frame: pl.DataFrame, column: OutColumn) -> pl.Expr:
    target = DTYPES[column.kind]
    if column.name not in frame.columns:
        return pl.lit(None, target).alias(column.name)
    held = frame.schema[column.name]
    if column.kind == "money" and held == pl.String:
        return _fen_of_text(column.name)
    if column.kind == "money" and held.is_float():
        return (pl.col(column.name) * FEN_PER_YUAN).round().cast(pl.Int64)
    if column.kind == "bool" and held == pl.String:
        return pl.col(column.name).str.to_lowercase().eq("true").alias(column.name)
    if column.kind == "date" and held == pl.String:
        return pl.col(column.name).str.to_date("%Y-%m-%d")
    return pl.col(column.name).cast(target)


def _fen_of_text(name: str) -> pl.Expr:
    """Read plain decimal yuan with two decimals as integer fen, exactly."""
    text = pl.col(name).str.strip_chars()
    exact = text.str.contains(r"^-?\d+\.\d\d$")
    fen = text.str.replace(".", "", literal=True).cast(pl.Int64, strict=False)
    loose = (text.cast(pl.Float64) * FEN_PER_YUAN).round().cast(pl.Int64)
    return pl.when(exact).then(fen).otherwise(loose).alias(name)


def read_plan(out: Path) -> PlanFiles:
    """Read a plan back from the folder it was written to: plan.json, tables/, and extras/ if any.

    Raises FileRefusedError when plan.json or one of the twelve tables is missing or unreadable.

    >>> try:
    ...     read_plan(Path("nowhere"))
    ... except FileRefusedError as refusal:
    ...     print(refusal)
    nowhere/plan.json cannot be read as part of a plan ...
    """
    summary = _read_json(out / "plan.json")
    tables = {table.name: _read_table(out / "tables", table) for table in TABLES}
    folder = out / "extras"
    given = [table for table in EXTRAS if (folder / f"{table.name}.csv").is_file()]
    extras = {table.name: _read_table(folder, table) for table in given}
    return PlanFiles(summary, tables, extras)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise _refused(path, str(problem)) from problem


def _read_table(folder: Path, table: OutTable) -> pl.DataFrame:
    path = folder / f"{table.name}.csv"
    try:
        text = pl.read_csv(path, infer_schema=False)
        missing = [name for name in table.names if name not in text.columns]
        if missing and table in TABLES:
            raise _refused(path, f"columns {missing} are missing")
        return _settle(text, table)
    except (OSError, pl.exceptions.PolarsError) as problem:
        raise _refused(path, str(problem)) from problem


def _refused(path: Path, problem: str) -> FileRefusedError:
    return FileRefusedError(
        Text(
            f"{path} cannot be read as part of a plan ({problem}); write the plan again.",
            f"{path} 不能作为方案文件读取({problem});请重新生成方案。",
        )
    )


def write_extras(plan: PlanFiles, out: Path) -> list[Path]:
    """Write the extras that the plan holds under OUT/extras and return their paths."""
    folder = out / "extras"
    written: list[Path] = []
    for table in EXTRAS:
        if table.name in plan.extras:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{table.name}.csv"
            _plain(_settle(plan.extras[table.name], table), table).write_csv(path)
            written.append(path)
    return written


def _plain(frame: pl.DataFrame, table: OutTable) -> pl.DataFrame:
    """Write fen as plain yuan text with two decimals."""
    money = [column.name for column in table.columns if column.kind == "money"]
    return frame.with_columns(_yuan_text(name) for name in money)


def _yuan_text(name: str) -> pl.Expr:
    fen = pl.col(name)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    yuan = (fen.abs() // FEN_PER_YUAN).cast(pl.String)
    rest = (fen.abs() % FEN_PER_YUAN).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, yuan, pl.lit("."), rest).alias(name)
