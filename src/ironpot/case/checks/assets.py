"""Are the lots described without contradiction: ranges, pledges, buyers, bundles?"""

import polars as pl

from ironpot.case.draft import Draft, Message, Part
from ironpot.case.tree import groups
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_VALUED = Text("the pot test is made at low, base and high", "锅铁比较按低、中、高三档进行")


def ranges_hold_their_base(draft: Draft) -> list[Issue]:
    """Low is at most the base and high at least; a range has a base."""
    return [
        *_range(draft["assets"], "appraisal_low", "appraisal", "appraisal_high"),
        *_range(draft["assets"], "income_low_y", "income_y", "income_high_y"),
        *_range(draft["markets"], "fraction_low", "price_fraction", "fraction_high"),
        *_range(draft["taxes_fees"], "rate_low", "rate", "rate_high"),
    ]


def _range(part: Part, low: str, base: str, high: str) -> list[Issue]:
    known = pl.col(low).is_not_null() | pl.col(high).is_not_null()
    at = low if low in part.origins else high
    return [
        *part.find(pl.col(low) > pl.col(base), low, _message("low", low, base)),
        *part.find(pl.col(high) < pl.col(base), high, _message("high", high, base)),
        *part.find(known & part.empty(base), at, _NO_BASE),
    ]


def _message(end: str, column: str, base: str) -> Message:
    above, below = ("above", "高于") if end == "low" else ("below", "低于")
    return Message(
        "range.order",
        Text(
            f"the {end} value {{{column}}} is {above} the base value {{{base}}}",
            f"{'下限' if end == 'low' else '上限'}{{{column}}}{below}基准值{{{base}}}",
        ),
        _VALUED,
        Text("correct one of the two", "请更正其中一项"),
    )


_NO_BASE = Message(
    "range.no_base",
    Text("is one end of a range without a base value", "只有上下限而没有基准值"),
    _VALUED,
    Text("fill in the base value, or clear the range", "请填基准值或清除上下限"),
    "warning",
)


def pledges_can_be_freed(draft: Draft) -> list[Issue]:
    """A pledge secures a standing debt of the owner's own group; a public good is not pledged."""
    part = draft["assets"]
    debts = draft.frame("debts").select("debt_id", "debtor_id", "status").unique("debt_id")
    pledged = part.frame.join(debts, left_on="encumbrance_debt_id", right_on="debt_id", how="inner")
    group = groups(draft.frame("entities"))

    def group_of(column: str) -> pl.Expr:
        return pl.col(column).replace_strict(group, default=None, return_dtype=pl.String)

    foreign = pledged.filter(group_of("owner_id") != group_of("debtor_id"))
    public = pl.col("essential") & pl.col("encumbrance_debt_id").is_not_null()
    return [
        *part.flag(foreign, "encumbrance_debt_id", _FOREIGN),
        *part.flag(pledged.filter(pl.col("status") == "repaid"), "encumbrance_debt_id", _FREE),
        *part.find(public, "encumbrance_debt_id", _PUBLIC),
    ]


_FOREIGN = Message(
    "pledge.other_group",
    Text(
        "is a debt of {debtor_id}, which is not of the group of {owner_id}",
        "债务人{debtor_id}与所属主体{owner_id}不是同一集团",
    ),
    Text("selling the lot would first repay another group's debt", "处置须先偿还其他集团的债务"),
    Text("check the debt; leave the cell empty if it is free", "请核对债务,无抵押请留空"),
    "warning",
)
_FREE = Message(
    "pledge.repaid",
    Text("is repaid, so nothing is pledged to it", "该债务已结清,不应再有抵押"),
    Text("the lot would be held back for nothing", "标的会被无故限制"),
    Text("leave the cell empty if the pledge is released", "抵押已解除请留空"),
    "warning",
)
_PUBLIC = Message(
    "pledge.public_good",
    Text("a protected lot is pledged", "公益保护资产被抵押"),
    Text("a public good may not secure a debt", "公益性资产不得设定抵押"),
    Text("check protection and pledge; one of them is wrong", "请核对公益保护与抵押,其一有误"),
    "warning",
)


def related_buyers_are_named(draft: Draft) -> list[Issue]:
    """A related buyer is an entity other than the owner; a lot is no claim on its own owner."""
    part = draft["assets"]
    scope, buyer = pl.col("buyer_scope"), pl.col("buyer_id")
    return [
        *part.find((scope == "inside") & part.empty("buyer_id"), "buyer_scope", _UNNAMED),
        *part.find((scope == "outside") & buyer.is_not_null(), "buyer_id", _NOT_OUTSIDE),
        *part.find(buyer == pl.col("owner_id"), "buyer_id", _OWN),
        *part.find(pl.col("counterparty_id") == pl.col("owner_id"), "counterparty_id", _OWN_PAPER),
    ]


_CIRCULAR = Text("a sale inside the perimeter brings no money", "并表范围内转让没有外部资金流入")
_UNNAMED = Message(
    "buyer.unnamed",
    Text("the likely buyer is related but not named", "可能买方为关联单位,但未填是谁"),
    _CIRCULAR,
    Text("write the buyer's key under related buyer", "请在“关联买方”填主体编号"),
    "warning",
)
_NOT_OUTSIDE = Message(
    "buyer.not_outside",
    Text("a related buyer is named, but the buyer is called outside", "填了关联买方,却标为外部"),
    _CIRCULAR,
    Text("set the likely buyer to inside, or clear the name", "请将可能买方改为关联单位或清除"),
)
_OWN = Message(
    "buyer.owner",
    Text("is owner and buyer at once", "所属主体与买方相同"),
    _CIRCULAR,
    Text("correct the buyer", "请更正买方"),
)
_OWN_PAPER = Message(
    "counterparty.owner",
    Text("would be the owner's claim on itself", "对自身的股权或债权不成立"),
    Text("it would be eliminated against nothing", "合并抵销时没有对方"),
    Text("correct the owner or the counterparty", "请更正所属主体或对方"),
)


def appraisals_are_of_the_past(draft: Draft) -> list[Issue]:
    """No appraisal or book value is dated after the case date."""
    part, date = draft["assets"], pl.lit(draft.settings.date, pl.Date)
    return [
        issue
        for column in ("appraisal_date", "book_date")
        for issue in part.find(pl.col(column) > date, column, _FUTURE)
    ]


_FUTURE = Message(
    "asset.future_date",
    Text("is after the case date", "晚于基准日"),
    Text("stocks stand at the case date", "存量以基准日为准"),
    Text("check the year", "请核对年份"),
    "warning",
)


def unpriced_lots_are_counted(draft: Draft) -> list[Issue]:
    """Say in a note how many lots that may be sold have no appraisal: they are not priced."""
    part = draft["assets"]
    unpriced = part.frame.filter(part.empty("appraisal") & ~pl.col("essential")).height
    count = Text(f"{unpriced}", f"{unpriced}")
    return [part.issue(None, "appraisal", _UNPRICED, {"count": count})] if unpriced else []


_UNPRICED = Message(
    "asset.unpriced",
    Text("{count} lots that may be sold have no appraisal", "{count}项可处置资产没有评估价"),
    Text("they are kept, because nothing is known of their price", "因价格未知,一律按保留处理"),
    Text(
        'fill in the appraisal, or set appraisal = "book_value" under [impute]',
        "请填评估价,或在设置中选择按账面价值推算",
    ),
    "note",
)


def bundles_have_members(draft: Draft) -> list[Issue]:
    """A bundle offers at least two different lots."""
    members = pl.col("asset_ids").str.split(";").list.unique().list.len()
    return draft["bundles"].find(members < 2, "asset_ids", _SINGLE)


_SINGLE = Message(
    "bundle.single",
    Text("a bundle of fewer than two lots", "资产包少于两项资产"),
    Text("a single lot is offered as it is", "单项资产直接处置即可"),
    Text("name at least two different lots, separated by ;", "请填至少两项不同资产,用分号分隔"),
)
