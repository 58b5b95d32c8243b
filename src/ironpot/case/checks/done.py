"""Can what was recorded as done have happened, once, within the plan, and can a plan go by it?"""

import polars as pl

from ironpot.case.draft import Draft, Message
from ironpot.case.events import FAILED, in_order, standing
from ironpot.core.dates import quarter_end
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

# Routes that may bring nothing.
MAY_BE_FREE = ("transfer_up", "share_reuse")
_KEPT = Text("a plan keeps it as it is", "方案将其作为既成事实")


def events_lie_within_the_plan(draft: Draft) -> list[Issue]:
    """What is done was done after the case date, and before the plan ends."""
    part, date, horizon = draft["realised"], draft.settings.date, draft.settings.horizon
    if date is None or horizon is None:
        return []
    return [
        *part.find(pl.col("date") <= pl.lit(date, pl.Date), "date", _BEFORE),
        *part.find(pl.col("date") > pl.lit(quarter_end(horizon.last), pl.Date), "date", _AFTER),
    ]


_BEFORE = Message(
    "done.before_case",
    Text("{date} is not after the case date", "{date}不晚于基准日"),
    Text("stocks at the case date already hold what was done before", "基准日数据已包含此前事项"),
    Text(
        "correct the date, or delete the row and update the assets table",
        "请更正日期,或删除该行并更新资产表",
    ),
)
_AFTER = Message(
    "done.after_plan",
    Text("{date} lies after the plan's last quarter", "{date}晚于方案最后一季"),
    _KEPT,
    Text("correct the date, or plan more quarters", "请更正日期或延长规划期"),
)


def lots_leave_once(draft: Draft) -> list[Issue]:
    """A lot is signed away once, and by the route by which it was listed last.

    A listing that failed is over: what comes after it starts afresh.
    """
    part = draft["realised"]
    ordered = in_order(part.frame)
    # A failed listing closes what came before it: each lot's events fall into rounds.
    failed = (pl.col("event") == FAILED).fill_null(value=False)
    order = ordered.with_columns(
        tried=(failed.cum_sum().over("asset_id") - failed.cast(pl.UInt32)).cast(pl.Int64)
    )
    again = pl.int_range(pl.len()).over("asset_id", "event", "tried") > 0
    first = pl.col("route").drop_nulls().first().over("asset_id", "tried")
    signed = pl.col("event") == "signed"
    gone = (signed.cum_sum().over("asset_id") - signed.cast(pl.UInt32)) > 0
    return [
        *part.flag(order.filter(signed & gone), "asset_id", _SIGNED_TWICE),
        *part.flag(order.filter(~signed & gone), "event", _AFTER_SIGNED),
        *part.flag(
            order.filter(again & ~gone & (pl.col("event") == "listed")), "asset_id", _LISTED_TWICE
        ),
        *part.flag(
            order.filter(~again & ~gone & (pl.col("route") != first)), "route", _OTHER_ROUTE
        ),
    ]


_SIGNED_TWICE = Message(
    "done.signed_twice",
    Text("{asset_id} is signed away twice", "{asset_id}重复签约"),
    Text("a lot can leave once", "一项资产只能处置一次"),
    Text("delete one of the rows", "请删除其中一行"),
)
_LISTED_TWICE = Message(
    "done.listed_twice",
    Text("{asset_id} is listed twice", "{asset_id}重复挂牌"),
    Text("a lot is on offer once at a time", "一项资产同一时间只能挂牌一次"),
    Text(
        "write when the first listing failed (event failed), or delete one of the rows",
        "请补记前次挂牌流拍(进展“流拍”),或删除其中一行",
    ),
)
_AFTER_SIGNED = Message(
    "done.after_signed",
    Text("{asset_id} was signed away before", "{asset_id}此前已签约"),
    Text("a lot that is signed away cannot be listed or fail", "已签约的资产不能再挂牌或流拍"),
    Text("correct the date or the event, or delete the row", "请更正日期或进展,或删除该行"),
)
_OTHER_ROUTE = Message(
    "done.other_route",
    Text("{asset_id} was on its way by another route", "{asset_id}已按其他方式推进"),
    Text("a lot leaves by one route", "一项资产只能采用一种方式"),
    Text(
        "write when the first one failed (event failed), or correct the route",
        "请补记前一方式流拍(进展“流拍”),或更正方式",
    ),
)


def contracts_name_their_amount(draft: Draft) -> list[Issue]:
    """A contract has its amount; only a listing's price is open."""
    part, signed = draft["realised"], pl.col("event") == "signed"
    for_nothing = signed & (pl.col("amount") == 0.0) & ~pl.col("route").is_in(MAY_BE_FREE)
    return [
        *part.find(signed & part.empty("amount"), "amount", _NO_AMOUNT),
        *part.find(for_nothing, "amount", _FOR_NOTHING),
    ]


_NO_AMOUNT = Message(
    "done.no_amount",
    Text("a contract without its amount", "已签约但未填合同金额"),
    Text("the plan counts on what was agreed", "方案以约定金额计算"),
    Text("write the amount, or the event as listed", "请填合同金额,或将进展改为“挂牌中”"),
)


_FOR_NOTHING = Message(
    "done.for_nothing",
    Text("a contract for nothing", "合同金额为0"),
    Text(
        "the plan would give the lot and its income away; only a transfer upward or shared use "
        "may be free",
        "方案将按无偿处置计算;仅上划和共享调剂可以无偿",
    ),
    Text("write the amount agreed, or the event as listed", "请填约定金额,或将进展改为“挂牌中”"),
)


def wishes_leave_done_lots_alone(draft: Draft) -> list[Issue]:
    """Nobody can wish for or against what is done."""
    part = draft["wishes"]
    done = standing(draft["realised"].frame)["asset_id"].drop_nulls().unique().to_list()
    return part.find(pl.col("subject_id").is_in(done), "subject_id", _WISHED)


_WISHED = Message(
    "done.wished",
    Text("{subject_id} is listed or signed away already", "{subject_id}已挂牌或已签约"),
    Text("what is done is no choice any more", "既成事实不再可选"),
    Text("delete the wish, or the row in “done since”", "请删除该意愿,或“已实施”表中的记录"),
)
