"""Table pots: the pot test in fen, re-added from its rounded parts."""

import polars as pl

from ironpot.core.outputs import POTS
from ironpot.plan.tables.frame import DTYPES

COSTS = ("price_cut", "tax", "fee", "procedure_cost", "freed_debt", "delay_cost")


def pots_table(appraised: pl.DataFrame) -> pl.DataFrame:
    """Return the pot test with money in fen; net proceeds and verdict follow the rounded parts.

    What is unknown stays unknown: a listing that never sells has no costs, no net and no range.
    """
    money = [column.name for column in POTS.columns if column.kind == "money"]
    fen = appraised.with_columns((pl.col(money) * 100).round(mode="half_to_even").cast(pl.Int64))
    net = pl.col("gross_price") - pl.sum_horizontal(pl.col(COSTS), ignore_nulls=False)
    ends = pl.col("net_low"), pl.col("net_high")
    tied = fen.with_columns(net_proceeds=net).with_columns(
        _where_known(ends[0], pl.min_horizontal("net_low", "net_proceeds")),
        _where_known(ends[1], pl.max_horizontal("net_high", "net_proceeds")),
    )
    return tied.with_columns(verdict=_verdict()).select(
        pl.col(column.name).cast(DTYPES[column.kind]) for column in POTS.columns
    )


def _where_known(end: pl.Expr, widened: pl.Expr) -> pl.Expr:
    return pl.when(end.is_not_null()).then(widened).name.keep()


def _verdict() -> pl.Expr:
    cases = (("low", "low"), ("value", "proceeds"), ("high", "high"))
    beats = [pl.col(f"net_{net}") > pl.col(f"retention_{kept}") for kept, net in cases]
    return (
        pl.when(pl.all_horizontal(beats))
        .then(pl.lit("release"))
        .when(~pl.any_horizontal(beats))
        .then(pl.lit("keep"))
        .when(pl.col("legal"))
        .then(pl.lit("unclear"))
    )
