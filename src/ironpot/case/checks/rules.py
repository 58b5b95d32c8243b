"""Do the tables of rules hold: markets, listing rounds, routes, drivers, limits, help, wishes?"""

import polars as pl

from ironpot.case.draft import ROW, Draft, Message
from ironpot.case.schema.money import RELIEF_IN_CASH
from ironpot.case.schema.words import SCENARIOS, STATUTORY
from ironpot.case.wished import contradicted
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_TOLERANCE = 1e-9
_PRICED = Text("proceeds are reckoned from it", "处置收入据此计算")
_ACTED = Text("the plan reckons with it", "方案据此计算")


def market_ladders_fall(draft: Draft) -> list[Issue]:
    """Each further tranche of a market pays at most what the one before pays."""
    part = draft["markets"]
    ladder = ["market_id", "quarter"]
    before = part.frame.sort("tranche").with_columns(
        pl.col("price_fraction").shift(1).over(ladder).alias("before")
    )
    rising = before.filter(pl.col("price_fraction") > pl.col("before") + _TOLERANCE)
    return part.flag(rising, "price_fraction", _RISING)


_RISING = Message(
    "market.rising",
    Text("tranche {tranche} pays more than the one before", "第{tranche}档价格高于前一档"),
    Text("the more is sold, the lower the price", "卖得越多价格越低"),
    Text("order the tranches by falling price", "请按价格由高到低排列"),
)


def listing_rounds_sell_no_more_than_all(draft: Draft) -> list[Issue]:
    """Shares sold in the rounds of a market and scenario add up to at most 1, at falling prices."""
    part = draft["listing"]
    group = ["market_id", "scenario"]
    rounds = part.frame.sort("round").with_columns(
        pl.col("sold_share").cum_sum().over(group).alias("sold"),
        pl.col("reserve_share").shift(1).over(group).alias("before"),
    )
    above = pl.col("sold") > 1.0 + _TOLERANCE
    return [
        *part.flag(rounds.filter(above).unique(group, keep="first"), "sold_share", _SOLD),
        *part.flag(
            rounds.filter(pl.col("reserve_share") > pl.col("before")), "reserve_share", _RESERVE
        ),
    ]


_SOLD = Message(
    "listing.above_one",
    Text("with this round more than all is sold", "至本轮累计成交超过全部"),
    _PRICED,
    Text("shares of all rounds add up to at most 100%", "各轮成交比例合计不超过100%"),
)
_RESERVE = Message(
    "listing.reserve_rises",
    Text("the reserve price is above that of the round before", "本轮底价高于上一轮"),
    _PRICED,
    Text("a later round asks no more than an earlier one", "后一轮底价不应高于前一轮"),
    "warning",
)

# What a legal route must say before a lot can be priced by it.
_ROUTE_TERMS: dict[str, tuple[str, ...]] = {
    "price_share": ("exchange_sale", "auction", "concession", "pool", "transfer_up"),
    "term_y": ("concession", "lease"),
    "rent_share": ("lease",),
    "ltv_share": ("pledge",),
    "loan_rate": ("pledge",),
    "loan_term_months": ("pledge",),
}


def routes_say_their_terms(draft: Draft) -> list[Issue]:
    """A legal route has the terms that its price is reckoned from."""
    part = draft["routes"]
    return [
        issue
        for column, routes in _ROUTE_TERMS.items()
        for issue in part.find(
            pl.col("legal") & pl.col("route").is_in(routes) & part.empty(column),
            column,
            _needed("route.term", "{route}", part.table.column(column).label),
        )
    ]


_ACTION_TERMS: dict[str, tuple[str, ...]] = {
    "term_months": ("extend", "swap"),
    "rate_change": ("rate_cut",),
    "principal_share": ("haircut",),
    "new_rate": ("swap",),
}


def actions_say_their_terms(draft: Draft) -> list[Issue]:
    """An action on debt has the terms that its new contract is built from; law bars some."""
    part = draft["class_actions"]
    missing = [
        issue
        for column, actions in _ACTION_TERMS.items()
        for issue in part.find(
            pl.col("action").is_in(actions) & part.empty(column),
            column,
            _needed("action.term", "{action}", part.table.column(column).label),
        )
    ]
    statutory = pl.col("primary_class").is_in(STATUTORY)
    barred = statutory & pl.col("action").is_in(["extend", "rate_cut", "haircut"])
    return [*missing, *part.find(barred, "action", _BARRED)]


def _needed(code: str, what: str, label: Text) -> Message:
    return Message(
        code,
        Text(f'{what} needs "{label.en}"', f"{what}须填“{label.zh}”"),
        _PRICED,
        Text("fill in the cell", "请填写该单元格"),
    )


_BARRED = Message(
    "action.statutory",
    Text("{action} is not open to statutory debt", "法定债务不得采取{action}"),
    Text("on-lent bonds are paid as the province's are", "转贷债券随省级债券偿还"),
    Text("take the row out", "请删除该行"),
)


def drivers_cover_the_plan(draft: Draft) -> list[Issue]:
    """Each driver given has a positive value for every quarter of the plan."""
    part, horizon = draft["drivers"], draft.settings.horizon
    rates = pl.col("driver").str.starts_with("LPR")
    negative = [
        issue
        for name in SCENARIOS
        for issue in part.find(~rates & (pl.col(name) <= 0.0), name, _NOT_POSITIVE)
    ]
    if horizon is None:
        return negative
    short = (
        part.frame.group_by("driver", maintain_order=True)
        .agg(
            pl.lit(len(set(horizon.quarters)))
            - pl.col("quarter").filter(pl.col("quarter").is_in(horizon.quarters)).n_unique(),
            pl.col(ROW).first(),
        )
        .rename({"literal": "missing"})
    )
    return [*negative, *part.flag(short.filter(pl.col("missing") > 0), "quarter", _SHORT)]


_NOT_POSITIVE = Message(
    "driver.not_positive",
    Text("an index is not positive", "指数不是正数"),
    _ACTED,
    Text("indices stand at 1 at the case date", "指数以基准日为1"),
)
_SHORT = Message(
    "driver.quarters",
    Text("{driver} lacks {missing} quarters of the plan", "{driver}缺少{missing}个计划季度"),
    _ACTED,
    Text("give every quarter of the plan", "请补齐计划各季度"),
)


def creditors_in_use_roll_over(draft: Draft) -> list[Issue]:
    """Each class of creditor that lends has its roll-over share in every scenario."""
    part = draft["creditors"]
    shares = (
        draft.frame("refinancing")
        .group_by("creditor_class")
        .agg(pl.col("scenario").n_unique().alias("scenarios"))
    )
    known = shares.filter(pl.col("scenarios") == len(SCENARIOS))["creditor_class"]
    lending = draft.frame("debts")["creditor_id"]
    test = pl.col("creditor_id").is_in(lending.implode()) & ~pl.col("creditor_class").is_in(
        known.implode()
    )
    return part.find(test, "creditor_class", _NO_ROLL_OVER)


_NO_ROLL_OVER = Message(
    "creditor.no_rollover",
    Text(
        "no roll-over is given for {creditor_class} in all scenarios",
        "续贷表缺少该类债权人的全部情景",
    ),
    Text("what falls due would have to be paid in full", "到期本金将全部视为须偿还"),
    Text("add base, adverse and favourable to the roll-over table", "请在续贷表补齐三种情景"),
)


def limits_say_whose(draft: Draft) -> list[Issue]:
    """A buffer or a bridge belongs to an entity."""
    part = draft["limits"]
    test = pl.col("kind").is_in(["buffer", "bridge"]) & part.empty("entity_id")
    return part.find(test, "entity_id", _NOBODYS)


_NOBODYS = Message(
    "limit.nobody",
    Text("a {kind} without an entity", "限额未填主体"),
    _ACTED,
    Text("write the entity that holds it", "请填所属主体"),
)


def repayable_help_is_repaid(draft: Draft) -> list[Issue]:
    """Repayable help says after how many quarters it is repaid, at least one."""
    part = draft["relief_sources"]
    at_once = part.empty("repay_after_quarters") | (pl.col("repay_after_quarters") < 1)
    return part.find(pl.col("repayable") & at_once, "repay_after_quarters", _NEVER)


_NEVER = Message(
    "relief.repayment",
    Text("repayable help without a date", "需归还的支持未填归还时间"),
    Text("repayable help is debt", "需归还的支持即为债务"),
    Text("write after how many quarters it is repaid, at least 1", "请填几季后归还,至少1季"),
)


def help_is_what_it_is_called(draft: Draft) -> list[Issue]:
    """A grant is not repaid, an advance is; a waiver or a guarantee brings no cash to plan with."""
    part, kind = draft["relief_sources"], pl.col("kind")
    return [
        *part.find((kind == "grant") & pl.col("repayable"), "repayable", _NO_GRANT),
        *part.find((kind == "advance") & ~pl.col("repayable"), "repayable", _NO_ADVANCE),
        *part.find(~kind.is_in(RELIEF_IN_CASH), "kind", _NO_CASH),
    ]


_AS_ANOTHER = Text("the files would show it as what it is not", "结果文件会把它归错类别")
_NO_GRANT = Message(
    "relief.grant_repaid",
    Text("a grant that is repaid", "补助却需归还"),
    _AS_ANOTHER,
    Text("write the kind advance, or repayable false", "请将方式改为借款调度,或填无需归还"),
)
_NO_ADVANCE = Message(
    "relief.advance_kept",
    Text("an advance that is not repaid", "借款却无需归还"),
    _AS_ANOTHER,
    Text(
        "write the kind grant, or repayable true and after how many quarters",
        "请将方式改为补助,或填需归还及几季后归还",
    ),
)
_NO_CASH = Message(
    "relief.no_cash",
    Text("a {kind} brings no cash", "该方式不带来现金"),
    Text("plans do not draw on it", "方案不会动用它"),
    Text(
        "write what it changes as an action on the debts, or as a grant if money comes",
        "请将其影响写入债务措施;若有资金到账,请填补助",
    ),
    "warning",
)


def wishes_can_be_followed(draft: Draft) -> list[Issue]:
    """A forced wish says how, lies within the plan, and no other wish stands against it."""
    part, horizon = draft["wishes"], draft.settings.horizon
    quarters = horizon.quarters if horizon else ()
    outside = ~pl.col("quarter").is_in(quarters) if horizon else pl.lit(value=False)
    return [
        *part.find((pl.col("action") == "force") & part.empty("route"), "route", _NO_ROUTE),
        *part.find(outside, "quarter", _OUTSIDE),
        *part.flag(part.frame.filter(contradicted(part.frame)), "action", _CONTRADICTION),
    ]


_NO_ROUTE = Message(
    "wish.no_route",
    Text("what must be done is not said", "未填必须采取的方式"),
    _ACTED,
    Text("write the route or action", "请填方式或措施"),
)
_OUTSIDE = Message(
    "wish.quarter",
    Text("is not a quarter of the plan", "不在计划期内"),
    Text("the wish would have no effect", "该意愿不起作用"),
    Text("choose a quarter of the plan, or leave it empty", "请选计划期内季度或留空"),
)
_CONTRADICTION = Message(
    "wish.contradiction",
    Text(
        "another wish forbids it, or forces another way", "另有意愿禁止该方式,或要求以其他方式处理"
    ),
    Text("no plan can follow both", "方案无法同时满足"),
    Text("delete one of the wishes", "请删除其中一项"),
)
