"""How much cash must stay? The buffers of the limits table, period by period, in fen.

A row for one quarter goes before a row for all. Where no buffer is set there is no row: none is
invented.
"""

import polars as pl

from ironpot.balance.classify import fen
from ironpot.balance.tree import account_holders
from ironpot.case.case import Case


def account_buffers(case: Case, periods: pl.DataFrame) -> pl.DataFrame:
    """Return (entity_id, account, index, buffer) of every account that must keep one.

    `periods`: (index, quarter). Buffers of an entity that banks with another are that one's.
    """
    return _by_period(_set(case).drop_nulls("account"), ["entity_id", "account"], periods)


def holder_buffers(case: Case, periods: pl.DataFrame) -> pl.DataFrame:
    """Return (entity_id, index, buffer): the sum over accounts, or the entity's own if larger."""
    accounts = (
        account_buffers(case, periods).group_by("entity_id", "index").agg(pl.col("buffer").sum())
    )
    whole = _by_period(_set(case).filter(pl.col("account").is_null()), ["entity_id"], periods)
    return pl.concat([accounts, whole]).group_by("entity_id", "index").agg(pl.col("buffer").max())


def consolidated_buffers(case: Case, periods: pl.DataFrame) -> pl.DataFrame:
    """Return (index, buffer): the row that names no entity, else the sum over account holders."""
    rows = _buffer_rows(case).filter(pl.col("entity_id").is_null())
    if rows.height:
        return _by_period(rows, [], periods)
    return holder_buffers(case, periods).group_by("index").agg(pl.col("buffer").sum())


def _buffer_rows(case: Case) -> pl.DataFrame:
    rows = case.limits.filter(pl.col("kind") == "buffer")
    return rows.with_columns(buffer=fen(rows["amount"]))


def _set(case: Case) -> pl.DataFrame:
    """Return the buffer rows of members of the perimeter under the entity they bank with."""
    holders = account_holders(case.entities, case.accounts)
    members = _buffer_rows(case).filter(pl.col("entity_id").is_in(case.perimeter))
    return members.join(holders, on="entity_id").with_columns(entity_id="holder_id")


def _by_period(rows: pl.DataFrame, key: list[str], periods: pl.DataFrame) -> pl.DataFrame:
    """Add up rows by key and period; the sum for a quarter goes before the sum for all."""
    summed = rows.group_by(*key, "quarter").agg(pl.col("buffer").sum())
    of_quarter = summed.join(periods.select("index", "quarter"), on="quarter")
    every = summed.filter(pl.col("quarter") == "all")
    of_all = every.drop("quarter").join(periods.select("index", "quarter"), how="cross")
    columns = [*key, "index", "buffer"]
    return pl.concat([of_quarter.select(columns), of_all.select(columns)]).unique(
        subset=[*key, "index"], keep="first", maintain_order=True
    )
