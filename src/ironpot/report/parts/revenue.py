"""Part 1, revenue: what comes in, what of it recurs, how much lies idle, what land may bring."""

import polars as pl

from ironpot.core.outputs import EXPECTED
from ironpot.report.figures import listing, money, percent, plural
from ironpot.report.findings import Findings
from ironpot.report.model import Paragraph, Section, Table
from ironpot.report.tables import field, moneys
from ironpot.report.view import View, fen, total
from ironpot.report.words import ACCOUNT, LINE, label, scenario_text

LINES = ("own_revenue", "transfers_in", "land_revenue", "asset_income")
MOST_ITEMS = 4


def revenue_section(view: View, found: Findings) -> Section:
    """Tell recurrent revenue, land, one-off income and idle funds apart."""
    return Section(
        "revenue",
        view.say("Part 1: ", "一、"),
        view.say("Revenue", "增收"),
        (
            Paragraph(_recurrent(view, found.worst_scenario), tone="lead"),
            Paragraph(_land(view, found.worst_scenario), view.say("Land: ", "土地收入:")),
            Paragraph(_one_off(view), view.say("One-off income: ", "一次性收入:")),
            Paragraph(_idle(view), view.say("Idle funds: ", "存量资金:")),
            yearly_table(view, "revenue", view.say("Revenue by year", "分年收入"), LINES),
        ),
    )


def years_of(view: View, scenario: str, lines: tuple[str, ...]) -> pl.DataFrame:
    """Return consolidated flows of a scenario by year, one column a line, signed."""
    return (
        view.cash.filter((pl.col("scenario") == scenario) & (pl.col("quarter") <= view.last))
        .group_by(pl.col("quarter").str.slice(0, 4).alias("year"))
        .agg(pl.col(lines).sum())
        .sort("year")
    )


def flow(view: View, line: str, scenario: str = EXPECTED) -> int:
    """Return a consolidated line over the whole horizon in fen, signed."""
    return total(years_of(view, scenario, (line,)), line)


def yearly_table(view: View, table_id: str, sheet: str, lines: tuple[str, ...]) -> Table:
    """Return expected flows by year with totals; outflows are shown as positive spending."""
    rows = years_of(view, EXPECTED, lines).with_columns(pl.col(lines).abs())
    heads = tuple((line, LINE[line].en, LINE[line].zh) for line in lines)
    title = view.say(f"{sheet} (consolidated, expected)", f"{sheet}(合并口径,期望值)")
    fields = (
        field(view, ("year", "year", "年份"), "period", 0.7),
        *moneys(view, *heads, ("all", "all", "合计")),
    )
    frame = rows.with_columns(pl.sum_horizontal(lines).alias("all"))
    return Table(table_id, sheet, title, fields, frame)


def no_cash(view: View) -> str:
    """Return that the files hold no cash table, so that nothing about flows is known."""
    return view.say(
        "The plan's files hold no consolidated cash, so these figures are unknown.",
        "方案文件未提供合并现金表,本部分数据未知。",
    )


def _recurrent(view: View, worst: str | None) -> str:
    if view.cash.height == 0:
        return no_cash(view)
    own, transfers = flow(view, "own_revenue"), flow(view, "transfers_in")
    both, single = money(own + transfers, view.reader), money(own, view.reader)
    years = view.first[:4] + "-" + view.last[:4]
    less = own + transfers
    less -= sum(flow(view, line, worst) for line in ("own_revenue", "transfers_in")) if worst else 0
    tail = ""
    if worst and less > 0:
        name, figure = scenario_text(worst), money(less, view.reader)
        tail = view.say(f"; {figure} less in scenario {name.en}", f";“{name.zh}”情景少{figure}")
    return view.say(
        f"Own revenue and transfers bring {both} in {years}, {single} of it own revenue{tail}.",
        f"{years}年自有收入和上级转移支付合计{both},其中自有收入{single}{tail}。",
    )


def _land(view: View, worst: str | None) -> str:
    land = flow(view, "land_revenue")
    if view.cash.height == 0:
        return view.say("unknown.", "未知。")
    if land == 0:
        return view.say("no land income is planned.", "未安排土地出让收入。")
    shown = money(land, view.reader)
    fall = ""
    if worst:
        bad, name = flow(view, "land_revenue", worst), scenario_text(worst)
        low, share = money(bad, view.reader), percent((land - bad) / land)
        fall = view.say(
            f", {low} in scenario {name.en} ({share} less)", f",“{name.zh}”情景{low}(少{share})"
        )
    return view.say(
        f"{shown} gross{fall}: an uncertain driver, never a constant.",
        f"毛收入{shown}{fall};按不确定因素处理,不作固定收入。",
    )


def _one_off(view: View) -> str:
    inflows = ("own_revenue", "transfers_in", "land_revenue")
    rows = view.case.budget.filter(
        pl.col("line").is_in(inflows)
        & ~pl.col("recurrent")
        & pl.col("entity_id").is_in(view.case.perimeter)
    )
    if rows.height == 0:
        return view.say("no budget line is marked one-off.", "预算中没有标为一次性的收入。")
    items = rows.group_by("item", maintain_order=True).agg(pl.col("amount_y").sum())
    unnamed = view.say("not named", "未命名")
    shown = [
        f"{item or unnamed} {money(fen(value), view.reader)}"
        for item, value in items.head(MOST_ITEMS).iter_rows()
    ]
    said = listing(shown, view.reader)
    more = view.say(" and others", "等") if items.height > MOST_ITEMS else ""
    count = plural(items.height, "item is", "items are")
    return view.say(
        f"{count} not carried on as recurrent revenue: {said}{more} (all budget years together).",
        f"{items.height}项不作为经常性收入沿用:{said}{more}(预算各年合计)。",
    )


def _idle(view: View) -> str:
    inside = view.case.accounts.filter(pl.col("entity_id").is_in(view.case.perimeter))
    sums = inside.group_by("account", maintain_order=True).agg(pl.col("opening_cash").sum())
    if sums.height == 0:
        return view.say("no opening cash is given.", "未提供期初现金。")
    shown = [
        f"{view.reader.read(label(ACCOUNT, name))} {money(fen(value), view.reader)}"
        for name, value in sums.iter_rows()
        if value
    ]
    whole = money(fen(float(inside["opening_cash"].sum())), view.reader)
    said = listing(shown, view.reader)
    return view.say(
        f"{whole} at the case date: {said}. They are the plan's opening cash; earmarked money pays "
        "only what it is marked for.",
        f"基准日共{whole},其中{said},均已计入方案期初现金;专户资金专款专用。",
    )
