"""How do the shipped tables fit this case: its top entity, its quarters, its markets?"""

from collections.abc import Callable

import polars as pl

from ironpot.case.draft import Draft
from ironpot.case.packaged import CAPACITY_SHARE
from ironpot.core.dates import quarter_name, quarter_number

TOP_ENTITY = "top_entity"


def fitted(draft: Draft, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return default rows of table `name` as they hold in this case, in the table's columns."""
    fit = _FITS.get(name)
    return rows if fit is None or not rows.height else fit(draft, rows)


def _rules(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame:
    """Put the case's top entity where the default says `top_entity`."""
    top = draft.settings.top_entity
    return rows.with_columns(pl.col("entity_id").replace({TOP_ENTITY: top})).drop_nulls("entity_id")


def _drivers(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame:
    """Shift the default paths so that their first quarter is the first one of the plan."""
    horizon = draft.settings.horizon
    if horizon is None:
        return rows
    quarters = rows["quarter"].unique().to_list()
    shift = quarter_number(horizon.first) - min(quarter_number(quarter) for quarter in quarters)
    moved = {quarter: quarter_name(quarter_number(quarter) + shift) for quarter in quarters}
    return rows.with_columns(pl.col("quarter").replace(moved))


def _markets(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame:
    """Turn shares of the register that a tranche takes a quarter into yuan of appraised value."""
    if CAPACITY_SHARE not in rows.columns:
        return rows
    value = pl.col("market_id").replace_strict(
        register_values(draft), default=0.0, return_dtype=pl.Float64
    )
    capacity = (pl.col(CAPACITY_SHARE) * value).round(2).alias("capacity")
    return rows.with_columns(capacity).drop(CAPACITY_SHARE)


def register_values(draft: Draft) -> dict[str, float]:
    """Return the appraised value of the register in each market, yuan; unappraised lots count not.

    A lot without a market of its own is in that of its kind.
    """
    kinds = (
        draft.frame("asset_kinds").select("asset_kind", by_kind="market_id").unique("asset_kind")
    )
    lots = draft.frame("assets").join(kinds, on="asset_kind", how="left", maintain_order="left")
    market = pl.coalesce("market_id", "by_kind").alias("market_id")
    values = lots.group_by(market).agg(pl.col("appraisal").sum()).drop_nulls("market_id")
    return dict(values.iter_rows())


_FITS: dict[str, Callable[[Draft, pl.DataFrame], pl.DataFrame]] = {
    "rules": _rules,
    "drivers": _drivers,
    "markets": _markets,
}
