"""Do the budget and the published accounts make sense: accounts, years, both sides?"""

import polars as pl

from ironpot.case.draft import ROW, Draft, Message
from ironpot.case.tree import account_holders
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_EARLIEST, _LATEST = 1990, 2150
_TOLERANCE_YUAN = 0.005
_ENTRY = ("entity_id", "account", "year")


def years_are_years(draft: Draft) -> list[Issue]:
    """Years of budgets lie in our time."""
    odd = ~pl.col("year").is_between(_EARLIEST, _LATEST)
    return [
        issue
        for name in ("budget", "fiscal_history")
        for issue in draft[name].find(odd, "year", _ODD_YEAR)
    ]


_ODD_YEAR = Message(
    "budget.year",
    Text("is not a year of our time", "不是合理的年份"),
    Text("lines are placed in time by it", "收支按年份排列"),
    Text("write four digits, such as 2025", "请填四位年份,如2025"),
)


def budget_lines_have_an_account(draft: Draft) -> list[Issue]:
    """Each line's account exists, with its entity or with a parent."""
    part, accounts = draft["budget"], draft.frame("accounts")
    holders = account_holders(draft.frame("entities"), accounts)
    existing = set(accounts.select("entity_id", "account").iter_rows())
    pairs = part.frame.select("entity_id", "account").drop_nulls().unique()
    known = draft["entities"].keys
    lost = [
        (entity, account)
        for entity, account in pairs.iter_rows()
        if entity in known and (holders.get(entity), account) not in existing
    ]
    missing = pl.DataFrame(lost, schema=pairs.schema, orient="row")
    hits = part.frame.join(missing, on=["entity_id", "account"], how="semi")
    return part.flag(hits, "account", _NO_ACCOUNT)


_NO_ACCOUNT = Message(
    "budget.no_account",
    Text(
        "{entity_id} has no account {account}, nor has its parent", "{entity_id}及其上级没有该账户"
    ),
    Text("the line's money would be nowhere", "该项收支没有落脚账户"),
    Text("add the account to the accounts, or correct the line", "请在账户表中增加,或更正该行"),
)


def land_revenue_is_fund_revenue(draft: Draft) -> list[Issue]:
    """Land revenue stands in the fund account."""
    test = (pl.col("line") == "land_revenue") & (pl.col("account") != "fund")
    return draft["budget"].find(test, "account", _NOT_FUND)


_NOT_FUND = Message(
    "budget.land_account",
    Text("land revenue outside the government fund", "土地出让收入不在政府性基金账户"),
    Text("it may pay special debt only from there", "只有在该账户才能偿还专项债"),
    Text("set the account to the government fund", "请将账户改为政府性基金"),
    "warning",
)


def recurrent_lines_have_no_gap(draft: Draft) -> list[Issue]:
    """A recurrent line is given for every year between its first and its last."""
    part = draft["budget"]
    line = ["entity_id", "account", "line", "item"]
    ordered = part.frame.filter(pl.col("recurrent")).sort("year")
    before = ordered.with_columns(pl.col("year").shift(1).over(line).alias("before"))
    return part.flag(before.filter(pl.col("year") > pl.col("before") + 1), "year", _GAP)


_GAP = Message(
    "budget.gap",
    Text("the line jumps from {before} to {year}", "该科目由{before}年跳至{year}年"),
    Text("the years between would count as nothing", "中间年份会视为零"),
    Text("fill in the years between, 0 if there is nothing", "请补填中间年份,没有则填0"),
    "warning",
)


def top_entity_has_a_budget(draft: Draft) -> list[Issue]:
    """The top entity says what comes in and what essential spending goes out."""
    part, top = draft["budget"], draft.settings.top_entity
    if top is None or top not in draft["entities"].keys or not part.given:
        return []
    lines = set(part.frame.filter(pl.col("entity_id") == top)["line"].drop_nulls())
    wanted = {"own_revenue": _NO_REVENUE, "essential_spending": _NO_ESSENTIAL}
    return [
        part.issue(None, "line", message) for line, message in wanted.items() if line not in lines
    ]


_NO_REVENUE = Message(
    "budget.no_revenue",
    Text("no own revenue of the top entity", "顶层主体没有本级收入"),
    Text("the plan would count on none", "方案将视为没有收入"),
    Text("add the line, or check the top entity", "请增加该科目,或核对顶层主体"),
    "warning",
)
_NO_ESSENTIAL = Message(
    "budget.no_essential",
    Text("no essential spending of the top entity", "顶层主体没有刚性支出"),
    Text("the plan would protect no livelihood spending", "方案将不保障民生支出"),
    Text("add the line with its essential floor", "请增加该科目"),
    "warning",
)


def published_accounts_add_up(draft: Draft) -> list[Issue]:
    """Say in a note which published years do not add up to their printed total, and why."""
    part = draft["fiscal_history"]
    years = part.frame.group_by(_ENTRY, maintain_order=True).agg(
        _sum("source"),
        _sum("use"),
        pl.col("amount").filter(pl.col("side") == "total").first().alias("total"),
        pl.col("amount").filter(_ON_A_SIDE).is_null().any().alias("unknown"),
        pl.col("side").filter(_ON_A_SIDE).n_unique().alias("sides"),
        pl.col(ROW).sort_by(pl.col("side") != "total").first(),
    )
    whole = ~pl.col("unknown") & (pl.col("sides") == 2) & pl.col("total").is_not_null()
    off = pl.max_horizontal(
        (pl.col("source") - pl.col("total")).abs(), (pl.col("use") - pl.col("total")).abs()
    )
    listed = pl.col("sides") > 0
    return [
        *part.flag(years.filter(listed & ~whole), "amount", _INCOMPLETE),
        *part.flag(years.filter(whole & (off > _TOLERANCE_YUAN)), "amount", _OFF),
    ]


_ON_A_SIDE = pl.col("side").is_in(["source", "use"])


def _sum(side: str) -> pl.Expr:
    return pl.col("amount").filter(pl.col("side") == side).sum().alias(side)


_INCOMPLETE = Message(
    "history.incomplete",
    Text(
        "{year}, {account}: not every item of both sides is published, so it does not balance",
        "{year}年{account}账户收支项目未全部公布,不能核对平衡",
    ),
    Text("ratios that need the missing items are unknown", "需要缺失项目的指标为未知"),
    Text(
        "add the items when they are published; never write 0 for unknown", "公布后补填,未知勿填0"
    ),
    "note",
)
_OFF = Message(
    "history.off",
    Text(
        "{year}, {account}: sources {source} and uses {use} yuan against a printed {total} yuan",
        "{year}年{account}账户:收入方{source}元、支出方{use}元,公布合计{total}元",
    ),
    Text("a published table should balance on both sides", "公布的表两侧应当平衡"),
    Text("check for a missing or doubled item, or rounding", "请核对漏项、重项或四舍五入"),
    "note",
)
