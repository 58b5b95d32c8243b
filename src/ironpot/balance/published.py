"""Do published budgets balance? Both sides of each year added up, to the fen.

A year balances when its sources and its uses each add up to the printed total. A year with an
unpublished item is incomplete: the sheet names what is missing and claims no difference.
"""

import polars as pl

from ironpot.balance.classify import fen

YEAR = ["entity_id", "account", "year"]
SIDES = ("source", "use")


def published_balance(history: pl.DataFrame) -> pl.DataFrame:
    """Add up both sides of every published account and year of `case.fiscal_history`.

    Returns one row per entity, account and year, money in integer fen: `total` (printed),
    `sources`, `uses` (what is published), `source_difference`, `use_difference` (printed total
    less the sum; null unless the side is complete), `missing_sources`, `missing_uses` (items
    joined by ';') and `verdict`: balances, differs, incomplete or no_total.

    An item is missing if its amount is empty, or if the account shows it in another year and this
    year not at all. Items `of_which` and `memo` are no part of a side.

    >>> rows = [("g", "general", 2023, "tax", "source", 2.0), ("g", "general", 2023, "pay", "use",
    ...          2.0), ("g", "general", 2023, "all", "total", 2.0)]
    >>> history = pl.DataFrame(rows, orient="row",
    ...                        schema=[*YEAR, "item", "side", "amount"])
    >>> published_balance(history).select("sources", "use_difference", "verdict").row(0)
    (200, 0, 'balances')
    """
    known = history.filter(pl.col("amount").is_not_null())
    known = known.with_columns(fen=fen(known["amount"]))
    totals = known.filter(pl.col("side") == "total").group_by(YEAR).agg(total=pl.col("fen").first())
    years = history.select(YEAR).unique()
    result = years.join(totals, on=YEAR, how="left")
    for side in SIDES:
        result = result.join(_side(history, known, years, side), on=YEAR, how="left")
    return (
        result.with_columns(_difference(side) for side in SIDES)
        .select(
            *YEAR,
            "total",
            "sources",
            "uses",
            "source_difference",
            "use_difference",
            "missing_sources",
            "missing_uses",
            verdict=_verdict(),
        )
        .sort(YEAR)
    )


def _side(
    history: pl.DataFrame, known: pl.DataFrame, years: pl.DataFrame, side: str
) -> pl.DataFrame:
    """Return, by year, the sum of the items published on one side and the items missing there."""
    items = history.filter(pl.col("side") == side)
    expected = years.join(
        items.select("entity_id", "account", "item").unique(), on=["entity_id", "account"]
    )
    present = known.filter(pl.col("side") == side)
    absent = expected.join(present, on=[*YEAR, "item"], how="anti")
    missing = absent.group_by(YEAR).agg(pl.col("item").sort().str.join(";"))
    summed = present.group_by(YEAR).agg(pl.col("fen").sum())
    return (
        years.join(summed, on=YEAR, how="left")
        .join(missing, on=YEAR, how="left")
        .rename({"fen": f"{side}s", "item": f"missing_{side}s"})
    )


def _difference(side: str) -> pl.Expr:
    complete = pl.col(f"missing_{side}s").is_null()
    gap = pl.col("total") - pl.col(f"{side}s")
    return pl.when(complete).then(gap).alias(f"{side}_difference")


def _verdict() -> pl.Expr:
    missing = pl.any_horizontal(
        pl.col("missing_sources", "missing_uses").is_not_null(),
        pl.col("sources", "uses").is_null(),
    )
    differs = pl.any_horizontal(pl.col("source_difference", "use_difference") != 0)
    return (
        pl.when(pl.col("total").is_null())
        .then(pl.lit("no_total"))
        .when(missing)
        .then(pl.lit("incomplete"))
        .when(differs)
        .then(pl.lit("differs"))
        .otherwise(pl.lit("balances"))
    )
