"""How do stocks become a balance sheet? Totals, eliminations and the consolidated row, in fen.

Sum rule per code and side: entities' gross - `_elimination` gross = `_consolidated` amount, and
row 6 = 61 + 62 - 63, for every entity and for both reserved rows. All sums are integers.
"""

import datetime as dt
from typing import Literal

import polars as pl

from ironpot.balance import gfsm
from ironpot.core.outputs import BALANCE_SHEET, CONSOLIDATED, ELIMINATION
from ironpot.core.sources import ORIGINS

Phase = Literal["before", "after"]

DETAIL = pl.Schema(
    {
        "entity_id": pl.String(),
        "gfsm_code": pl.String(),
        "side": pl.String(),
        "gross": pl.Int64(),
        "basis": pl.String(),
        "origin": pl.String(),
    }
)
_CODE = ["gfsm_code", "side"]
_BASIS_OF_TOTAL = {"61": "book", "62": "book", "63": "nominal", "6": "book"}


def assemble(
    detail: pl.DataFrame,
    eliminated: pl.DataFrame,
    *,
    members: tuple[str, ...],
    phase: Phase,
    date: dt.date,
) -> pl.DataFrame:
    """Return a balance sheet in the columns of core.outputs.BALANCE_SHEET, money in integer fen.

    `detail`: rows of DETAIL by entity; `eliminated`: rows of DETAIL whose entity is
    `_elimination`. Rows stand in the order of `members`, then `_elimination`, `_consolidated`,
    codes ascending; each of them has the totals 61, 62, 63 and 6.
    """
    everyone = [*members, ELIMINATION, CONSOLIDATED]
    summed = summarise(detail)
    together = summarise(summed.with_columns(entity_id=pl.lit(CONSOLIDATED)))
    every_code = together.with_columns(entity_id=pl.lit(ELIMINATION), gross=pl.lit(0, pl.Int64))
    inside = summarise(pl.concat([every_code, eliminated.select(DETAIL.names())]))
    rows = pl.concat([summed, inside, together])
    full = pl.concat([rows, totals(rows, everyone)])
    return _order(_net_of_eliminations(full, phase, date), everyone)


def summarise(detail: pl.DataFrame) -> pl.DataFrame:
    """Add up detail rows by entity, code and side; a sum is as uncertain as its weakest part."""
    rank = pl.col("origin").replace_strict(
        {origin: index for index, origin in enumerate(ORIGINS)}, return_dtype=pl.Int64
    )
    weakest = rank.max().replace_strict(dict(enumerate(ORIGINS)), return_dtype=pl.String)
    return (
        detail.group_by("entity_id", *_CODE)
        .agg(pl.col("gross").sum(), basis=pl.col("basis").min(), origin=weakest)
        .select(DETAIL.names())
    )


def totals(detail: pl.DataFrame, everyone: list[str]) -> pl.DataFrame:
    """Return rows 61, 62, 63 and net worth 6 of every entity named; without stocks they are 0.

    Memo lines (6M..) count in none of them.
    """
    head = pl.col("gfsm_code").str.head(2)
    classes = pl.DataFrame({"total": list(gfsm.TOTALS[:3])})
    parts = detail.filter(head.is_in(gfsm.TOTALS[:3])).with_columns(total=head)
    grid = pl.DataFrame({"entity_id": everyone}).join(classes, how="cross")
    filled = pl.concat(
        [
            grid.with_columns(gross=pl.lit(0, pl.Int64), origin=pl.lit("reported")),
            parts.select("entity_id", "total", "gross", "origin"),
        ]
    )
    sign = pl.when(pl.col("total") == gfsm.LIABILITIES).then(-1).otherwise(1)
    net = filled.with_columns(gross=pl.col("gross") * sign, total=pl.lit(gfsm.NET_WORTH))
    return _as_totals(pl.concat([filled, net]))


def details(sheet: pl.DataFrame) -> pl.DataFrame:
    """Return a sheet's rows without the totals 61, 62, 63 and 6."""
    return sheet.filter(~pl.col("gfsm_code").is_in(gfsm.TOTALS))


def _as_totals(parts: pl.DataFrame) -> pl.DataFrame:
    side = {"61": "asset", "62": "asset", "63": "liability", "6": "memo"}
    rows = parts.select(
        "entity_id",
        gfsm_code="total",
        side=pl.col("total").replace_strict(side, return_dtype=pl.String),
        gross="gross",
        basis=pl.col("total").replace_strict(_BASIS_OF_TOTAL, return_dtype=pl.String),
        origin="origin",
    )
    return summarise(rows)


def _net_of_eliminations(rows: pl.DataFrame, phase: Phase, date: dt.date) -> pl.DataFrame:
    """Set `eliminated` on the consolidated row from the elimination row; amount = the rest."""
    inside = rows.filter(pl.col("entity_id") == ELIMINATION).select(*_CODE, inside="gross")
    consolidated = pl.col("entity_id") == CONSOLIDATED
    return (
        rows.join(inside, on=_CODE, how="left")
        .with_columns(
            phase=pl.lit(phase),
            date=pl.lit(date, pl.Date),
            eliminated=pl.when(consolidated).then("inside").otherwise(pl.lit(0, pl.Int64)),
        )
        .with_columns(amount=pl.col("gross") - pl.col("eliminated"))
        .select(BALANCE_SHEET.names)
    )


def _order(sheet: pl.DataFrame, everyone: list[str]) -> pl.DataFrame:
    position = pl.DataFrame({"entity_id": everyone}).with_row_index("position")
    return (
        sheet.join(position, on="entity_id", how="left")
        .sort("position", "gfsm_code", "side")
        .drop("position")
    )
