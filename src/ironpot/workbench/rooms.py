"""Do the plans of many counties fit the markets that they share? Listed volumes against rooms.

Markets of one id are one market, if all that use one have the same ladder. Appraised yuan.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text

TABLE = "markets.csv"
SCHEMA = {
    "market_id": pl.String(),
    "quarter": pl.String(),
    "counties": pl.Int64(),
    "sharing": pl.Int64(),
    "volume": pl.Float64(),
    "room": pl.Float64(),
    "beyond": pl.Float64(),
}
# What is settled to the fen by so many counties may be off by so much a market and quarter.
_CENTS = 1.0


def rooms_together(listed: Mapping[str, Sequence[Mapping[str, Any]]]) -> pl.DataFrame:
    """Return what all list in each market and quarter, how much it takes, and what is beyond that.

    `listed` are the rows of each county's plan.json; `counties` list there then, `sharing` in that
    market at some time. `room` and `beyond` are null where counties
    give a market of one id other rooms: it is then not the same market.

    >>> one = [{"market_id": "town", "quarter": "2025Q1", "volume": 30.0, "room": 50.0}]
    >>> rooms_together({"a": one, "b": one})["beyond"].to_list()
    [10.0]
    """
    rows = [dict(row) | {"county": name} for name, county in listed.items() for row in county]
    schema = {name: SCHEMA[name] for name in _OF_ONE}
    frame = pl.DataFrame(rows, schema=schema | {"county": pl.String()}).with_columns(
        sharing=pl.col("county").n_unique().over("market_id").cast(pl.Int64)
    )
    same = pl.col("room").n_unique() == 1
    together = frame.group_by("market_id", "quarter").agg(
        pl.len().cast(pl.Int64).alias("counties"),
        pl.col("sharing").first(),
        pl.col("volume").sum().round(2),
        pl.when(same).then(pl.col("room").first()).alias("room"),
    )
    over = pl.col("volume") - pl.col("room")
    beyond = pl.when(over > _CENTS).then(over).when(over.is_not_null()).then(0.0)
    return together.with_columns(beyond=beyond.round(2)).sort("market_id", "quarter")


def said_together(rooms: pl.DataFrame, out: Path, unit: Unit) -> Text | None:
    """Say whether all plans fit the markets that several use; None where none is shared."""
    shared = rooms.filter(pl.col("sharing") > 1)
    if shared.is_empty():
        return None
    over = shared.filter(pl.col("beyond") > 0.0)
    others = shared.filter(pl.col("room").is_null())["market_id"].n_unique()
    unlike, unlike_zh = "", ""
    if others:
        unlike = f" {others} markets have other ladders in other cases and were not added up."
        unlike_zh = f"另有{others}个市场在各案例中的阶梯不同,未合并。"
    if over.is_empty():
        return Text(
            f"Together these plans fit every market that they share.{unlike}",
            f"各方案合计未超出任何共同市场的容量。{unlike_zh}",
        )
    worst = over.sort("beyond", descending=True).row(0, named=True)
    beyond = amount_text(float(over["beyond"].sum()), unit)
    listed, room = amount_text(worst["volume"], unit), amount_text(worst["room"], unit)
    return Text(
        f"Together these plans list {beyond.en} beyond what their markets take ({over.height} "
        f"markets and quarters; most in {worst['market_id']} {worst['quarter']}: {listed.en} by "
        f"{worst['counties']} counties, room for {room.en}): they cannot all be carried out. Plan "
        f"within allotments (ironpot system, then --allotments DIR --within). See {out / TABLE}."
        f"{unlike}",
        f"各方案合计挂牌超出市场容量{beyond.zh}({over.height}个市场季度;"
        f"最多为{worst['market_id']} {worst['quarter']}:{worst['counties']}个县挂牌{listed.zh},"
        f"容量{room.zh}),无法全部实施。请在配额内制定方案"
        f"(先运行 ironpot system,再用 --allotments 文件夹 --within)。见 {out / TABLE}。{unlike_zh}",
    )


_OF_ONE = ("market_id", "quarter", "volume", "room")
