"""Part 3, asset disposal: what leaves, by which route and when, what is kept, and why."""

import polars as pl

from ironpot.report.charts.pot import pot_chart
from ironpot.report.charts.sankey import sankey_chart
from ironpot.report.charts.timeline import timeline_chart
from ironpot.report.figures import listing, money, percent, plural
from ironpot.report.findings import Findings
from ironpot.report.model import Block, Field, Heading, Paragraph, Section, Table
from ironpot.report.reasons import better_kept, kept_because, why
from ironpot.report.tables import Head, field, lots, moneys, ranked, text
from ironpot.report.view import View, total
from ironpot.report.words import ROUTE

TOP_LOTS = 15
MOST_MARKETS = 6
NEARLY = 0.98  # of a limit; lots are whole, so that the last of it is seldom used
SUMS: tuple[Head, ...] = (
    ("book", "book value", "账面价值"),
    ("net_proceeds", "net proceeds", "处置净得"),
    ("retention_value", "worth kept", "放弃的留用价值"),
    ("value_destroyed", "value lost", "价值损失"),
)
KEPT: tuple[Head, ...] = (
    ("book", "book value", "账面价值"),
    ("pot_retention", "worth kept", "留用价值"),
    ("pot_net", "best sale would bring", "最优处置可净得"),
)


def disposal_section(view: View, found: Findings) -> Section:
    """Tell lots by route, by year and by reason, with pot test, timeline and flow of the money."""
    return Section(
        "disposal",
        view.say("Part 3: ", "三、"),
        view.say("Asset disposal", "资产盘活处置"),
        _there(
            Paragraph(_released(view, found), tone="lead"),
            Paragraph(_law(view), view.say("The rule: ", "判断规则:")),
            _route_table(view),
            pot_chart(view),
            _leaving(view),
            _top_table(view),
            timeline_chart(view),
            _year_table(view),
            sankey_chart(view),
            Heading(view.say("What is kept", "保留标的")),
            Paragraph(_kept(view)),
            _kept_table(view),
            _circular(view, found),
            _market(view),
            _wishes(view),
        ),
    )


def _there(*blocks: Block | None) -> tuple[Block, ...]:
    """Return the blocks that there is something to say about."""
    return tuple(block for block in blocks if block is not None)


def released(view: View) -> pl.DataFrame:
    """Return the lots that leave by any route."""
    return view.lots.filter(pl.col("released"))


def route_counts(view: View) -> str:
    """Return how many lots leave by each route, in the usual order of routes."""
    counts = dict(released(view).group_by("route").len().iter_rows())
    said = [
        view.say(f"{ROUTE[route].en} {counts[route]}", f"{ROUTE[route].zh}{counts[route]}处")
        for route in ROUTE
        if route in counts
    ]
    return listing(said, view.reader)


def lost_sentence(view: View, found: Findings) -> str:
    """Return what selling in need destroys, or that no lot goes below what it is worth kept."""
    if found.destroyed == 0:
        return view.say("No lot goes below what it is worth kept.", "没有标的低于留用价值处置。")
    lost = money(found.destroyed, view.reader)
    return view.say(f"Selling in need gives up {lost} of value.", f"应急处置损失价值{lost}。")


def loans_sentence(view: View, found: Findings) -> str:
    """Return what is borrowed against lots, empty where nothing is."""
    if found.lot_loans == 0:
        return ""
    lent = money(found.lot_loans, view.reader)
    return view.say(
        f" Loans against lots, pools with recourse among them, add {lent} of debt.",
        f"以资产抵押借款(含有追索权的证券化)新增债务{lent}。",
    )


def _released(view: View, found: Findings) -> str:
    going, every = released(view).height, view.lots.height
    if not view.solved:
        return view.say(
            "No plan was found, so nothing is decided.", "未求得方案,未作任何处置决定。"
        )
    if going == 0:
        return view.say(f"None of the {every} lots leaves.", f"{every}处资产均不处置。")
    net, routes = money(found.proceeds, view.reader), route_counts(view)
    cash = money(found.receipts, view.reader)
    lost = lost_sentence(view, found) + loans_sentence(view, found)
    return view.say(
        f"Of {every} lots {going} leave ({routes}), worth {net} net from outside as each was "
        f"weighed (present value, if sold); {cash} of cash are expected to arrive, as not every "
        f"listing finds a buyer. {lost}",
        f"{every}处资产中处置{going}处({routes}),逐处测算如成交从范围外净得{net}(现值);"
        f"挂牌未必都能成交,预计实际净回款{cash}(期望值)。{lost}",
    )


def _law(view: View) -> str:
    return view.say(
        "a lot leaves only where its net proceeds (the steel: price less cuts, taxes, fees, "
        "procedure and freed debt) beat what it is worth kept (the pot: income less cost and "
        "needed investment, with its service), or where the cash stops a greater loss. A verdict "
        "is firm only if it holds at low, base and high values alike; else it reads unclear.",
        "处置净得(“铁”:价款扣除折价、税费、程序费用和须先解押的债务)高于留用价值"
        "(“锅”:收益扣除维持成本和必要投资,加公共服务价值),或所得现金能避免更大损失,才予处置。"
        "低、中、高三种取值结论一致才算确定,否则列为存疑。",
    )


def worth_note(view: View) -> str:
    """Return what `worth kept` holds and why it may be negative."""
    return view.say(
        "Worth kept: income and service less cost, over the remaining life, less debt that a "
        "pledge secures; no later sale is counted. Negative: it costs more than it brings.",
        "留用价值:剩余年限内收益和公共服务减去成本及所担保债务,不计日后再出售;为负即入不敷出。",
    )


def _sums() -> tuple[pl.Expr, ...]:
    return (lots(), pl.col([name for name, _, _ in SUMS]).sum())


def _sum_fields(view: View, first: Field) -> tuple[Field, ...]:
    count = field(view, ("lots", "lots", "处数"), "count", 0.7, total=True)
    return (first, count, *moneys(view, *SUMS))


def _route_table(view: View) -> Table:
    """Return lots, book value, net proceeds and value given up by route, kept ones included."""
    rows = view.lots.group_by("route", "route_text").agg(*_sums())
    title = view.say("Lots by route", "分方式处置情况")
    fields = _sum_fields(view, text(view, ("route_text", "route", "方式"), 1.8))
    return Table(
        "routes", title, title, fields, rows.sort(ranked("route", ROUTE), "route"), _not_cash(view)
    )


def _not_cash(view: View) -> str:
    """Return how the table's net proceeds split into outside cash and the rest; then the terms."""
    outside = total(view.lots.filter(pl.col("resolution_kind") == "outside_cash"), "net_proceeds")
    rest = money(total(view.lots, "net_proceeds") - outside, view.reader)
    cash = money(outside, view.reader)
    return view.say(
        f"Net proceeds: {cash} from outside buyers and lessees, {rest} from loans, pools with "
        f"recourse and shared use. {worth_note(view)}",
        f"处置净得中,范围外买方和承租方{cash},抵押借款、有追索权证券化和共享调剂{rest}。"
        f"{worth_note(view)}",
    )


def _leaving(view: View) -> Heading | None:
    some = released(view).height > 0
    return Heading(view.say("What leaves", "处置标的")) if some else None


def _top_table(view: View) -> Table | None:
    """Return the lots that bring most, with their reasons; None if none leaves."""
    rows = released(view).sort("net_proceeds", "lot_id", descending=[True, False]).head(TOP_LOTS)
    if rows.height == 0:
        return None
    title = view.say("Lots that bring most", "主要处置标的及理由")
    values = (
        ("net_proceeds", "net proceeds", "净得"),
        ("retention_value", "worth kept", "留用价值"),
    )
    fields = (
        text(view, ("name", "lot", "标的"), 1.9),
        text(view, ("owner", "owner", "主体"), 2.4),
        text(view, ("route_text", "route", "方式"), 1.5),
        field(view, ("start_quarter", "offered", "推出"), "period", 1.35),
        field(view, ("cash_quarter", "cash from", "最早到账"), "period", 1.35),
        *moneys(view, *values, total=False, fine=True),
        text(view, ("reason", "why", "理由"), 2.0),
    )
    return Table("top-lots", title, title, fields, with_reasons(view, rows))


def with_reasons(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the sentence of each decision as `reason`."""
    said = [why(view, row) for row in rows.iter_rows(named=True)]
    return rows.with_columns(pl.Series("reason", said, pl.String))


def _year_table(view: View) -> Table | None:
    """Return lots and sums by year of cash; None if none leaves."""
    going = released(view).filter(pl.col("cash_quarter").is_not_null())
    if going.height == 0:
        return None
    rows = going.group_by(pl.col("cash_quarter").str.slice(0, 4).alias("year")).agg(*_sums())
    title = view.say("Lots by year of cash", "分年到账情况")
    fields = _sum_fields(view, field(view, ("year", "year", "到账年份"), "period"))
    return Table("lots-by-year", title, title, fields, rows.sort("year"))


_SHARED = (pl.col("route") == "share_reuse") & ~pl.col("protected")


def _kept(view: View) -> str:
    kept = view.lots.filter(~pl.col("released"))
    guarded = kept.filter(pl.col("protected"))
    better, shared = better_kept(view), kept.filter(_SHARED).height
    saved = money(-total(better, "surplus"), view.reader)
    book = money(total(kept, "book"), view.reader)
    return view.say(
        f"{plural(kept.height, 'lot stays', 'lots stay')} (book value {book}): {guarded.height} "
        f"protected as public goods; {shared} put to shared use; {better.height} worth {saved} "
        "more kept than sold; the rest held back by what the table names.",
        f"保留{kept.height}处(账面{book}):公益保护{guarded.height}处;共享调剂{shared}处;"
        f"留用比处置多值{saved}的{better.height}处;其余因下表所列原因暂不处置。",
    )


def _kept_table(view: View) -> Table:
    """Return kept lots by reason: count, book value, worth kept, what the best sale would bring."""
    kept = view.lots.filter(~pl.col("released"))
    reasons = [kept_because(view, lot) for lot in kept.iter_rows(named=True)]
    rows = (
        kept.group_by(pl.Series("reason", reasons, pl.String))
        .agg(lots(), pl.col([name for name, _, _ in KEPT]).sum())
        .sort("book", "reason", descending=[True, False])
    )
    title = view.say("Kept lots by reason", "保留资产分原因")
    fields = (
        text(view, ("reason", "why kept", "保留原因"), 2.0),
        field(view, ("lots", "lots", "处数"), "count", 0.7, total=True),
        *moneys(view, *KEPT),
    )
    note = view.say(
        "The last two columns cover lots with a legal route and a known appraisal.",
        "后两列仅含有合法处置方式且评估价已知的标的。",
    )
    return Table("kept", title, title, fields, rows, note)


def _circular(view: View, found: Findings) -> Paragraph:
    """Return what is sold to bodies inside the perimeter and that it counts nothing."""
    inside = released(view).filter(pl.col("buyer_scope") == "inside").height
    head = view.say("Related buyers: ", "关联买方:")
    if inside == 0:
        none = view.say("no lot is sold inside the perimeter.", "没有向合并范围内单位出售的标的。")
        return Paragraph(none, head)
    price = money(found.circular_proceeds, view.reader)
    sentence = view.say(
        f"{plural(inside, 'lot goes', 'lots go')} to buyers inside the perimeter, {price} net; on "
        "the consolidated balance sheet they bring nothing and add the buyer's debt, so they "
        "count zero above.",
        f"{inside}处由合并范围内单位接手,净得{price};合并口径下没有带来现金,"
        "反而增加买方债务,上述净得不予计入。",
    )
    return Paragraph(sentence, head)


def _market(view: View) -> Paragraph | None:
    """Return which markets and quarters of the task force are nearly used up."""
    limits = view.tables["limits"].filter(pl.col("kind").is_in(["depth", "capacity"]))
    if limits.height == 0:
        return None
    full = limits.filter(pl.col("value") >= NEARLY * pl.col("bound"))
    head = view.say("Market and task force: ", "市场与专班:")
    share = percent(NEARLY, 0)
    if full.height == 0:
        none = view.say(
            f"none of {limits.height} limits on market depth and the task force is used to "
            f"{share} or more.",
            f"市场容量和专班力量共{limits.height}项限额,使用率均低于{share}。",
        )
        return Paragraph(none, head)
    return Paragraph(_used_up(view, limits, full, share), head)


def _used_up(view: View, limits: pl.DataFrame, full: pl.DataFrame, share: str) -> str:
    depth = full.filter(pl.col("kind") == "depth")
    team = full.height - depth.height
    named = [view.scope(word) for word in depth["scope_id"].unique(maintain_order=True)]
    which = f" ({listing(named[:MOST_MARKETS], view.reader)})" if named else ""
    return view.say(
        f"{full.height} of {limits.height} limits on market depth and the task force are used to "
        f"{share} or more: {plural(depth.height, 'market quarter', 'market quarters')}{which} and "
        f"{plural(team, 'quarter', 'quarters')} of the task force. More at once would only push "
        "prices down.",
        f"市场容量和专班力量共{limits.height}项限额,使用率达{share}以上{full.height}项:"
        f"市场{depth.height}个季度{which.strip()},专班{team}个季度。同时多卖只会压低价格。",
    )


def _wishes(view: View) -> Table | None:
    """Return what each wish of the user costs; None where none was asked or priced."""
    wishes = view.extras.get("wishes")
    if wishes is None or wishes.height == 0:
        return None
    known = dict(view.debts.select("debt_id", "name").iter_rows())
    known |= dict(view.lots.select("lot_id", "name").iter_rows())
    asked = dict(view.case.wishes.select("wish_id", "by").iter_rows())
    rows = wishes.with_columns(
        pl.col("subject").replace(known).alias("name"),
        pl.Series("by", [asked.get(word) for word in wishes["wish_id"]], pl.String),
    )
    title = view.say("What wishes cost", "指定意愿的代价")
    fields = (
        text(view, ("name", "lot or debt", "资产或债务"), 2.0),
        text(view, ("by", "asked by", "提出人"), 1.2),
        *moneys(view, ("cost", "cost", "代价"), total=wishes["cost"].null_count() == 0),
        *_at_most(view, wishes),
    )
    note = view.say(
        "Cost: how much dearer the plan is for following the wish; — where it was not computed, as "
        "in a report written again from a plan's files.",
        "代价:按该意愿执行使方案成本增加的金额;—表示未计算(如由方案文件重新生成的报告)。",
    )
    return Table("wishes", title, title, fields, rows, note + _how_found(view, wishes))


def _at_most(view: View, wishes: pl.DataFrame) -> tuple[Field, ...]:
    """Return the column of what is proven, where futures are many."""
    if not wishes["at_most"].count():
        return ()
    return moneys(view, ("at_most", "at most", "至多"), total=False)


def _how_found(view: View, wishes: pl.DataFrame) -> str:
    """Say that costs come from a short search, where they do."""
    if not wishes["at_most"].count():
        return ""
    return view.say(
        " Found by a short search around the plan without the wish; at most: proven.",
        "代价由在方案附近去掉该意愿后短时搜索所得;“至多”为已证明的上限。",
    )
