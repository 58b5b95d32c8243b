"""Part 2, spending: what is protected, what is held down, which services stay above their floor."""

import polars as pl

from ironpot.core.outputs import EXPECTED
from ironpot.report.figures import money, percent, period, plural
from ironpot.report.findings import scenarios
from ironpot.report.model import Block, Paragraph, Section, Table
from ironpot.report.parts.revenue import flow, no_cash, yearly_table, years_of
from ironpot.report.tables import field, text
from ironpot.report.view import View, total

LINES = ("essential_spending", "other_spending", "interest", "principal", "penalties")
UNCHANGED = 0.001


def spending_section(view: View) -> Section:
    """Tell protected spending, other spending, debt service and service floors."""
    return Section(
        "spending",
        view.say("Part 2: ", "二、"),
        view.say("Spending", "节支"),
        (
            Paragraph(_essential(view), tone="lead"),
            Paragraph(_other(view), view.say("The rest: ", "其他支出:")),
            Paragraph(_service(view), view.say("Debt service: ", "偿债支出:")),
            yearly_table(view, "spending", view.say("Spending by year", "分年支出"), LINES),
            *_floors(view),
        ),
    )


def _essential(view: View) -> str:
    if view.cash.height == 0:
        return no_cash(view)
    needed = -flow(view, "essential_spending")
    income = flow(view, "own_revenue") + flow(view, "transfers_in")
    share = percent(needed / income if income else None)
    same = len({flow(view, "essential_spending", name) for name in scenarios(view)}) <= 1
    kept = view.say(
        "planned alike in every scenario, before any debt"
        if same
        else "not alike in all scenarios",
        "各情景金额一致,先于偿债安排" if same else "各情景金额不同",
    )
    shown = money(needed, view.reader)
    return view.say(
        f"Essential livelihood, wages and running costs take {shown} ({share} of own revenue and "
        f"transfers); they are {kept}.",
        f"保基本民生、保工资、保运转及刚性支出{shown},占自有收入和转移支付的{share},{kept}。",
    )


def _other(view: View) -> str:
    if view.cash.height == 0:
        return view.say("unknown.", "未知。")
    years = years_of(view, EXPECTED, ("other_spending",))
    if years.height == 0 or total(years, "other_spending") == 0:
        return view.say("there is none.", "无。")
    first, last = -int(years["other_spending"][0]), -int(years["other_spending"][-1])
    start, end = money(first, view.reader), money(last, view.reader)
    change = (last - first) / first if first else 0.0
    if abs(change) < UNCHANGED:
        return view.say(f"frozen at {start} a year.", f"冻结在每年{start}。")
    moved = percent(abs(change))
    falls = change < 0
    begin, close = str(years["year"][0]), str(years["year"][-1])
    return view.say(
        f"{'falls' if falls else 'grows'} from {start} in {begin} to {end} in {close} ({moved}).",
        f"由{begin}年的{start}{'压减' if falls else '增加'}到{close}年的{end}"
        f"({'降' if falls else '增'}{moved})。",
    )


def _service(view: View) -> str:
    if view.cash.height == 0:
        return view.say("unknown.", "未知。")
    interest, principal = -flow(view, "interest"), -flow(view, "principal")
    own, borrowed = flow(view, "own_revenue"), flow(view, "borrowing")
    share = percent(interest / own if own else None)
    paid, repaid, rolled = (money(fen, view.reader) for fen in (interest, principal, borrowed))
    return view.say(
        f"interest takes {paid}, {share} of own revenue; principal paid is {repaid}, while "
        f"{rolled} are borrowed anew.",
        f"付息{paid},相当于自有收入的{share};还本{repaid},同期新借{rolled}。",
    )


def _floors(view: View) -> tuple[Block, ...]:
    """Return the service floors with what is left above them."""
    rows = view.tables["limits"].filter(pl.col("kind") == "service_floor")
    head = view.say("Services: ", "公共服务:")
    if rows.height == 0:
        return (Paragraph(view.say("the case sets no floor.", "案例未设公共服务底线。"), head),)
    tight = rows.filter(pl.col("binding")).height
    floors = plural(rows.height, "floor is set", "floors are set")
    sentence = view.say(
        f"{floors}; {plural(tight, 'binds', 'bind')}: one step further and the service would fall "
        "below what must stay.",
        f"共设{rows.height}条底线,其中{tight}条已到底,再处置即跌破。",
    )
    return (Paragraph(sentence, head), _floor_table(view, rows))


def _floor_table(view: View, rows: pl.DataFrame) -> Table:
    """Return floors, shares of today's service as percent, other units as plain numbers."""
    share = rows["unit"].drop_nulls().unique().to_list() in ([], ["share"])
    kind = "percent" if share else "number"
    title = view.say("Service floors", "公共服务底线")
    fields = (
        text(view, ("scope", "service", "服务"), 1.6),
        text(view, ("when", "period", "时期")),
        field(view, ("value", "left by the plan", "方案保留"), kind),
        field(view, ("bound", "floor", "底线"), kind),
        field(view, ("slack", "above it", "余量"), kind),
        *(() if share else (text(view, ("unit", "unit", "单位")),)),
        field(view, ("binding", "binds", "已到底"), "flag"),
    )
    frame = rows.with_columns(
        pl.Series("scope", [view.name(word) for word in rows["scope_id"]], pl.String),
        pl.Series("when", [when(view, word) for word in rows["period"]], pl.String),
    )
    return Table("floors", title, title, fields, frame.sort("slack", "scope", "when"))


def when(view: View, word: str | None) -> str:
    """Return the period of a limit; `all` means the whole plan."""
    return view.say("all", "全期") if word in (None, "all") else period(word, view.reader)
