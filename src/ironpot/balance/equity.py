"""What are a government's companies worth to it? Shares at net assets, where none are recorded.

Needed only where companies stay outside the perimeter: in a sheet that adds them up line by line
a share in them would count twice.
"""

import polars as pl

from ironpot.balance import gfsm
from ironpot.balance.classify import STOCKS


def implied_equity(
    entities: pl.DataFrame, stocks: pl.DataFrame, members: tuple[str, ...]
) -> pl.DataFrame:
    """Return stock rows (62051, imputed) for members' shares in inside entities that are no member.

    A share is worth `ownership_share` of the entity's net assets, its own shares in others
    included, and never less than nothing: owners owe no more than they paid in. A share that a
    lot or claim records is left at its recorded value. Source: GFSM 2014, chapter 7 (own funds at
    book value).
    """
    recorded = stocks.filter(
        (pl.col("side") == "asset") & pl.col("gfsm_code").str.starts_with("6205")
    ).select(parent_id="entity_id", entity_id="counterparty_id")
    unrecorded = entities.filter(pl.col("inside") & pl.col("parent_id").is_not_null()).join(
        recorded, on=["parent_id", "entity_id"], how="anti"
    )
    held = _value_to_owner(unrecorded, _net_assets(stocks))
    across = pl.col("parent_id").is_in(members) & ~pl.col("entity_id").is_in(members)
    return (
        held.filter(across & (pl.col("fen") > 0))
        .select(
            entity_id="parent_id",
            counterparty_id="entity_id",
            gfsm_code=pl.lit(gfsm.EQUITY),
            side=pl.lit("asset"),
            fen="fen",
            basis=pl.lit("book"),
            origin=pl.lit("imputed"),
        )
        .cast(STOCKS)
    )


def _net_assets(stocks: pl.DataFrame) -> pl.DataFrame:
    """Return (entity_id, own): assets less liabilities, memo lines apart."""
    sign = pl.col("side").replace_strict(
        {"asset": 1, "liability": -1, "memo": 0}, return_dtype=pl.Int64
    )
    return stocks.group_by("entity_id").agg(own=(pl.col("fen") * sign).sum())


def _value_to_owner(shares: pl.DataFrame, net: pl.DataFrame) -> pl.DataFrame:
    """Return (parent_id, entity_id, fen): what each share is worth, from the leaves upward.

    As many passes as the tree is deep: a pass adds one more level of shares in shares.
    """
    worth = shares.select("entity_id", "parent_id", "ownership_share").join(
        net, on="entity_id", how="left"
    )
    worth = worth.with_columns(pl.col("own").fill_null(0), fen=pl.lit(0, pl.Int64))
    for _ in range(worth.height):
        below = worth.group_by("parent_id").agg(below=pl.col("fen").sum())
        total = pl.col("own") + pl.col("below").fill_null(0)
        share = pl.col("ownership_share").fill_null(1.0) * pl.max_horizontal(total, 0)
        revised = (
            worth.join(below, left_on="entity_id", right_on="parent_id", how="left")
            .with_columns(fen=share.round(0).cast(pl.Int64))
            .select(worth.columns)
        )
        if revised["fen"].equals(worth["fen"]):
            return revised
        worth = revised
    return worth
