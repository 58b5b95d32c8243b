"""Do allotments of a coordinated run fit this case: one county, its quarters, its ladders?"""

import polars as pl

from ironpot.case.draft import ROW, Draft, Message
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_SLACK = 1e-6
_USED = Text("the plan sells at these prices and within these allotments", "方案按此价格和配额出售")


def allotments_are_of_one_county(draft: Draft) -> list[Issue]:
    """All allotments of a case are of the same county, whatever the run calls it."""
    part = draft["allotments"]
    first = part.frame["entity_id"].drop_nulls().first()
    if first is None:
        return []
    others = part.frame.filter(pl.col("entity_id") != first).with_columns(first=pl.lit(first))
    return part.flag(others.unique("entity_id", keep="first"), "entity_id", _TWO)


_TWO = Message(
    "allotment.two_counties",
    Text("is another county than {first} above", "与上方的{first}不是同一县区"),
    Text("a plan is for one county and would use the market of both", "方案只属一个县区"),
    Text("keep the rows of this county only", "请只保留本县的行"),
)


def allotments_are_all_there(draft: Draft) -> list[Issue]:
    """A county's allotments are as many rows as each says: none was lost on the way."""
    part = draft["allotments"]
    found = part.frame.with_columns(found=pl.len())
    short = found.filter(pl.col("rows").is_not_null() & (pl.col("rows") != pl.col("found")))
    return part.flag(short.tail(1), "rows", _COUNT)


_COUNT = Message(
    "allotment.other_count",
    Text("says {rows} rows, the table has {found}", "注明{rows}行,表中有{found}行"),
    Text("what was allotted in rows that are lost is nobody's", "丢失行中的配额无人使用"),
    Text(
        "paste all rows of the county's file again, or empty this column if rows were meant to go",
        "请重新粘贴本县配额文件的全部行;如有意删行,请清空此列",
    ),
)


def allotments_fit_the_ladder(draft: Draft) -> list[Issue]:
    """Each allotment is in a quarter of the plan, in a tranche of its market, within its depth."""
    part = draft["allotments"]
    if part.frame.is_empty() or draft.settings.horizon is None:
        return []
    quarters = list(draft.settings.horizon.quarters)
    span = {"first": pl.lit(quarters[0]), "last": pl.lit(quarters[-1])}
    late = part.frame.filter(~pl.col("quarter").is_in(quarters)).with_columns(**span)
    rows = _beside_depth(part.frame, draft.frame("markets"))
    known = pl.col("market_id").is_in(draft.frame("markets")["market_id"].to_list())
    lost = rows.filter(known & pl.col("depth").is_null() & pl.col("tranche").is_not_null())
    above = rows.filter(pl.col("allotment") > pl.col("depth") * (1.0 + _SLACK) + _SLACK)
    above = above.with_columns(depth=pl.Series([f"{yuan:,.2f}" for yuan in above["depth"]]))
    return [
        *part.flag(late, "quarter", _QUARTER),
        *part.flag(lost, "tranche", _TRANCHE),
        *part.flag(above, "allotment", _ABOVE),
    ]


def _beside_depth(rows: pl.DataFrame, markets: pl.DataFrame) -> pl.DataFrame:
    """Put each row's depth beside it: of its quarter where the ladder names it, else of all."""
    ladder = markets.select("market_id", "tranche", "quarter", depth="capacity").unique(
        ["market_id", "tranche", "quarter"], keep="first"
    )
    general = ladder.filter(pl.col("quarter") == "all").drop("quarter")
    keys = ["market_id", "tranche"]
    joined = rows.join(ladder, on=[*keys, "quarter"], how="left", maintain_order="left").join(
        general, on=keys, how="left", suffix="_general", maintain_order="left"
    )
    return joined.with_columns(depth=pl.coalesce("depth", "depth_general")).sort(ROW)


_QUARTER = Message(
    "allotment.outside_plan",
    Text(
        "{quarter} is no quarter of the plan, {first} to {last}",
        "{quarter}不在规划期{first}至{last}内",
    ),
    Text("what is allotted where nobody plans is lost", "规划期外的配额会落空"),
    Text("use the same case date and horizon as the run", "请使用与测算一致的基准日和规划期"),
)
_TRANCHE = Message(
    "allotment.no_tranche",
    Text("{market_id} has no tranche {tranche}", "{market_id}没有第{tranche}档"),
    Text("nobody can sell there", "无法在该档出售"),
    Text("use the markets table of the run", "请使用测算所用的市场表"),
)
_ABOVE = Message(
    "allotment.above_depth",
    Text(
        "{allotment} is more than the whole tranche takes ({depth} yuan)",
        "配额{allotment}超过该档全部容量{depth}元",
    ),
    _USED,
    Text(
        "check the unit of the sheet (files of ironpot system are in yuan) and the markets table",
        "请核对表的金额单位(ironpot system 的文件以元为单位)和市场表",
    ),
)
