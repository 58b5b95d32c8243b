"""What has happened to lots, in order, and what of it still stands?"""

import polars as pl

FAILED = "failed"
# What is listed may fail or be signed on the same day.
RANK = {"listed": 0, FAILED: 1, "signed": 2}


def in_order(realised: pl.DataFrame) -> pl.DataFrame:
    """Return events by date, those of one day in the order in which they can have happened."""
    rank = pl.col("event").replace_strict(RANK, default=len(RANK), return_dtype=pl.Int64)
    return realised.sort("date", rank, nulls_last=True, maintain_order=True)


def standing(realised: pl.DataFrame) -> pl.DataFrame:
    """Return one event a lot, the last one: signed or listed; a lot whose last one failed is free.

    >>> rows = {"asset_id": ["a", "a", "b"], "event": ["listed", "failed", "signed"]}
    >>> from datetime import date
    >>> days = [date(2025, 2, 1), date(2025, 3, 1), date(2025, 2, 1)]
    >>> standing(pl.DataFrame(rows | {"date": days}))["asset_id"].to_list()
    ['b']
    """
    last = in_order(realised).unique("asset_id", keep="last", maintain_order=True)
    return last.filter(pl.col("event") != FAILED)
