"""Which routes are open to which lot, how long does each take, what does it cost to go?

One row per lot and route, all nine routes; a closed route says why in `blocked_code`.
"""

import polars as pl
import polars.selectors as cs

from ironpot.case.case import Case
from ironpot.case.schema.words import ROUTES

DAYS_PER_QUARTER = 91.3125
DAYS_PER_MONTH = 30.4375
ALL = "all"

LISTED = ("exchange_sale", "auction", "concession")
OPEN_TO_PROTECTED = ("share_reuse", "hold")
NEEDS_TITLE = ("exchange_sale", "auction", "pool", "pledge", "transfer_up")
FREES_PLEDGE = ("exchange_sale", "auction", "pool", "transfer_up")
NEEDS_PRICE = (*LISTED, "lease", "pool", "pledge")


def lot_routes(case: Case) -> pl.DataFrame:
    """Return every lot with every route: terms, lead time, taxes, and why a route is closed.

    Columns besides the lot's and the route's own: `legal`, `blocked_code` (null if legal),
    `lead_quarters`, `price_rate_*` and `appraisal_rate_*` and `gain_rate_*` (tax and fee rates by
    base; low, base, high), `fee_share` of levies that are fees.
    """
    lots = _lots(case)
    ways = lots.join(pl.DataFrame({"route": ROUTES}), how="cross", maintain_order="left")
    ways = ways.join(
        case.routes.drop("source_id", "origin"),
        on=["asset_kind", "route"],
        how="left",
        maintain_order="left",
    )
    blocked = ways.with_columns(blocked_code=_blocked_code())
    timed = blocked.with_columns(
        legal=pl.col("blocked_code").is_null(), lead_quarters=_lead_quarters()
    )
    return timed.join(
        levy_rates(case),
        on=["asset_kind", "route", "owner_kind"],
        how="left",
        maintain_order="left",
    )


def _lots(case: Case) -> pl.DataFrame:
    """Assets with what their kind, owner and pledged debt say about them."""
    kinds = case.asset_kinds.select(
        "asset_kind",
        pl.col("gfsm_code").alias("kind_code"),
        pl.col("market_id").alias("kind_market"),
        pl.col("service_class").alias("kind_service"),
    )
    owners = case.entities.select(
        pl.col("entity_id").alias("owner_id"), pl.col("kind").alias("owner_kind")
    )
    pledged = case.debts.select(
        pl.col("debt_id").alias("encumbrance_debt_id"), "prepayment_penalty_rate"
    )
    joined = (
        case.assets.join(kinds, on="asset_kind", how="left", maintain_order="left")
        .join(owners, on="owner_id", how="left", maintain_order="left")
        .join(pledged, on="encumbrance_debt_id", how="left", maintain_order="left")
    )
    return joined.with_columns(
        gfsm_code=pl.coalesce("gfsm_code", "kind_code"),
        market_id=pl.coalesce("market_id", "kind_market"),
        service_class=pl.coalesce("service_class", "kind_service"),
    ).rename({"asset_id": "lot_id", "owner_id": "entity_id"})


def _blocked_code() -> pl.Expr:
    """Give the first reason that closes a route; null if it is open."""
    route = pl.col("route")
    barred = pl.col("routes_barred").fill_null("").str.split(";").list.contains(route)
    curable = pl.col("title_cure_months").is_not_null()
    return (
        pl.when(route == "hold")
        .then(None)
        .when(pl.col("essential") & ~route.is_in(OPEN_TO_PROTECTED))
        .then(pl.lit("PROTECTED"))
        .when(pl.col("legal").is_null() | ~pl.col("legal"))
        .then(pl.coalesce("blocked_code", pl.lit("LAW")))
        .when(barred)
        .then(pl.lit("BARRED"))
        .when(route.is_in(NEEDS_TITLE) & (pl.col("title") != "clear") & ~curable)
        .then(pl.lit("TITLE"))
        .when(route.is_in(NEEDS_PRICE) & pl.col("appraisal").is_null())
        .then(pl.lit("NO_APPRAISAL"))
        .when(route.is_in(FREES_PLEDGE) & _pledge_cannot_be_freed())
        .then(pl.lit("PLEDGE"))
        .when((route == "pledge") & pl.col("encumbrance_debt_id").is_not_null())
        .then(pl.lit("PLEDGE"))
        .when(route.is_in(LISTED) & pl.col("market_id").is_null())
        .then(pl.lit("NO_MARKET"))
        .when((route != "pool") & (pl.col("appraisal") < pl.col("minimum_size")))
        .then(pl.lit("SIZE"))
        .otherwise(None)
    )


def _pledge_cannot_be_freed() -> pl.Expr:
    return pl.col("encumbrance_debt_id").is_not_null() & pl.col("prepayment_penalty_rate").is_null()


def _lead_quarters() -> pl.Expr:
    """Quarters of preparation before a lot is listed, curing the title included."""
    cure = (
        pl.when(pl.col("route").is_in(NEEDS_TITLE) & (pl.col("title") != "clear"))
        .then(pl.col("title_cure_months").fill_null(0) * DAYS_PER_MONTH)
        .otherwise(0.0)
    )
    days = pl.col("lead_days").fill_null(0) + cure
    return (days / DAYS_PER_QUARTER).ceil().cast(pl.Int64)


def levy_rates(case: Case) -> pl.DataFrame:
    """Add up taxes and fees by asset kind, route and kind of owner, for each base.

    For each item the most specific row counts: kind and route, kind, route, then all.
    """
    scopes = (
        pl.DataFrame({"route": ROUTES})
        .join(case.asset_kinds.select("asset_kind"), how="cross")
        .join(pl.DataFrame({"owner_kind": case.entities["kind"].unique().sort()}), how="cross")
    )
    levies = case.taxes_fees.rename({"asset_kind": "for_kind", "route": "for_route"})
    owners = pl.col("owner_kinds").str.split(";")
    matching = scopes.join(levies, how="cross").filter(
        pl.col("for_kind").is_in([ALL]) | (pl.col("for_kind") == pl.col("asset_kind")),
        pl.col("for_route").is_in([ALL]) | (pl.col("for_route") == pl.col("route")),
        pl.col("owner_kinds").is_null() | owners.list.contains(pl.col("owner_kind")),
    )
    general = (pl.col("for_kind") == ALL).cast(pl.Int8) * 2 + (pl.col("for_route") == ALL)
    where = ["asset_kind", "route", "owner_kind"]
    chosen = (
        matching.with_columns(general=general)
        .sort("general", maintain_order=True)
        .unique([*where, "item"], keep="first", maintain_order=True)
    )
    sums = [
        pl.col(rate)
        .filter((pl.col("base") == base) & (pl.col("levy") == levy))
        .sum()
        .alias(f"{levy}_{base}_{level}")
        for levy in ("tax", "fee")
        for base in ("price", "appraisal", "gain")
        for level, rate in (("low", "rate_low"), ("base", "rate"), ("high", "rate_high"))
    ]
    return scopes.join(chosen.group_by(where).agg(sums), on=where, how="left").with_columns(
        cs.starts_with("tax_", "fee_").fill_null(0.0)
    )
