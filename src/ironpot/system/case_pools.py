"""Which lots of a case go into a pool instead of being sold by themselves? What gains more.

A pool is sold as one, by a route that no market's ladder limits. Yuan, quarters from 0.
"""

from dataclasses import replace

import polars as pl

from ironpot.case.case import Case
from ironpot.system.case_limits import Demands
from ironpot.valuation.routes import LISTED


def with_pools(
    case: Case, table: pl.DataFrame, lots: pl.DataFrame, *, worth: float, quarters: int
) -> pl.DataFrame:
    """Return `lots` with the members of pools that gain more than their members on sale.

    `table` is the pot test's of ways that are open (`case_decided.open_ways`); `lots` has what
    `case_lots` prices: a pool's members are taken out and stand there with `bundle` and the pool's
    route, its cash a yuan of appraisal as `net_share`. A yuan of cash is `worth` so much at most. A
    lot is in one pool; a pool of a listed route is left to its members. Adds `whole`, the appraisal
    before anything is cut.
    """
    rows = lots.with_columns(bundle=pl.lit(None, pl.String), whole=pl.col("appraisal"))
    for bundle in case.bundles.iter_rows(named=True):
        if bundle["route"] in LISTED:
            continue
        names = bundle["asset_ids"].split(";")
        pool = _members(case, table, bundle).select(rows.columns)
        free = rows.filter(pl.col("lot_id").is_in(names), pl.col("bundle").is_not_null()).is_empty()
        mine = rows.filter(pl.col("lot_id").is_in(names), pl.col("opens") < quarters)
        if free and pool.height == len(names) and _gain(pool, worth) > _gain(mine, worth):
            others = rows.filter(~pl.col("lot_id").is_in(names))
            rows = pl.concat([others, pool])
    return rows


def with_pools_as_one(demands: Demands, bundle: pl.Series) -> Demands:
    """Return the demands with a pool's gain spread over its members by effort.

    None of them gains anything by itself.

    >>> import numpy as np
    >>> two = Demands(np.zeros(3), np.array([-1, -1, -1]), np.array([1.0, 4.0, 3.0]),
    ...               np.array([0, 0, 0]), np.array([8.0, 4.0, 2.0]))
    >>> with_pools_as_one(two, pl.Series([None, "p", "p"])).gain.round(3).tolist()
    [8.0, 3.429, 2.571]
    """
    frame = pl.DataFrame({"bundle": bundle, "gain": demands.gain, "effort": demands.effort})
    gain, effort = (pl.col(name).sum().over("bundle") for name in ("gain", "effort"))
    pooled = pl.col("bundle").is_not_null() & (effort > 0.0)
    spread = frame.select(pl.when(pooled).then(pl.col("effort") * gain / effort).otherwise("gain"))
    return replace(demands, gain=spread.to_series().to_numpy())


def _gain(lots: pl.DataFrame, worth: float) -> float:
    """Return what selling these lots saves where cash is worth most; pools whole, lots at will."""
    each = lots["net_proceeds"] * worth - lots["retention"]
    return float((each if lots["bundle"].is_not_null().all() else each.clip(0.0)).sum())


def _members(case: Case, table: pl.DataFrame, bundle: dict[str, object]) -> pl.DataFrame:
    """Return the members of a bundle with known figures by its route, priced with its uplift."""
    names = str(bundle["asset_ids"]).split(";")
    share = bundle["price_uplift_share"]
    uplift = 1.0 + (share if isinstance(share, float) else 0.0)
    taken = pl.col("tax") + pl.col("fee") + pl.col("procedure_cost") + pl.col("freed_debt")
    cash = pl.col("gross_price") * uplift - pl.col("price_cut") - taken
    value = case.assets.select("appraisal", lot_id="asset_id").filter(pl.col("appraisal") > 0.0)
    rows = table.filter(pl.col("route") == bundle["route"], pl.col("lot_id").is_in(names)).join(
        value, on="lot_id", maintain_order="left"
    )
    known = pl.col("cash", "retention_value", "months_to_cash").is_not_null()
    return (
        rows.with_columns(cash=cash)
        .filter(pl.all_horizontal(known))
        .select(
            *("lot_id", "route", "appraisal", "ready", "opens"),
            market_id=pl.lit(None, pl.String),
            net_proceeds="cash",
            retention="retention_value",
            kept=pl.col("retention_value") / pl.col("appraisal"),
            net_share=pl.col("cash") / pl.col("appraisal"),
            bundle=pl.lit(str(bundle["bundle_id"])),
            whole="appraisal",
        )
    )
