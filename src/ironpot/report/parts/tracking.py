"""Part 6, management and tracking: who approves what by when, the calendar, what to watch."""

from typing import Any

import polars as pl

from ironpot.core.outputs import EXPECTED
from ironpot.report.figures import money, period, plural
from ironpot.report.findings import Findings, expected_relief
from ironpot.report.keeping_on import keeping_on
from ironpot.report.model import Block, Bullets, Heading, Paragraph, Section, Table
from ironpot.report.parts.disposal import released
from ironpot.report.tables import field, lots, moneys, text
from ironpot.report.view import View
from ironpot.report.words import scenario_text

NAMED_LOTS = 6


def tracking_section(view: View, found: Findings) -> Section:
    """Tell approvals by whom and by when, the calendar by quarter, and the signs to watch."""
    return Section(
        "tracking",
        view.say("Part 6: ", "六、"),
        view.say("Management and tracking", "管理与跟踪"),
        (
            *_changes(view),
            *_approvals(view),
            _calendar(view),
            Heading(view.say("What to watch", "重点跟踪事项")),
            Bullets((_tightest(view, found), *_largest(view), *_help(view, found))),
        ),
    )


def _changes(view: View) -> tuple[Block, ...]:
    """Return what is decided otherwise than in the plan before this one; nothing if none was."""
    changes = view.summary.get("changes")
    if changes is None:
        return ()
    told = _keeping_on(view)
    if not changes:
        same = view.say(
            "Nothing is decided otherwise than in the earlier plan.", "决策与原方案一致。"
        )
        return (Paragraph(same, tone="lead"), *told)
    title = view.say("Decided otherwise than in the earlier plan", "与原方案不同的决策")
    rows = pl.DataFrame([_change(view, row) for row in changes])
    fields = (
        text(view, ("subject_id", "lot or debt", "标的或债务")),
        text(view, ("before", "earlier", "原方案"), 1.6),
        text(view, ("after", "now", "新方案"), 1.6),
        text(view, ("why", "why", "原因"), 3.0),
    )
    return (*told, Table("changes", view.say("Changes", "变化"), title, fields, rows))


def _keeping_on(view: View) -> tuple[Block, ...]:
    """Return what the earlier choices would cost now; plans of before did not say."""
    if "keeping_on" not in view.summary:
        return ()
    return (Paragraph(view.reader.read(keeping_on(view.summary, view.reader.unit)), tone="lead"),)


def _change(view: View, row: dict[str, Any]) -> dict[str, str]:
    """Return a change in the reader's language; plans of before wrote one language only."""
    said = {"subject_id": row["subject_id"]}
    for name in ("before", "after", "why"):
        words = row[name]
        said[name] = words if isinstance(words, str) else view.say(words["en"], words["zh"])
    return said


def _approvals(view: View) -> tuple[Block, ...]:
    rows = view.extras.get("approvals")
    if rows is None or rows.height == 0:
        missing = view.say(
            "The plan's files list no approvals; ask of each lot who must approve before listing.",
            "方案文件未列审批事项;上市前须逐一确认审批单位。",
        )
        return (Paragraph(missing, tone="lead"),)
    bodies = rows["by_whom"].drop_nulls().n_unique()
    first = period(rows["by_when"].drop_nulls().min(), view.reader)  # type: ignore[arg-type]
    steps = plural(rows.height, "approval", "approvals")
    whom = plural(bodies, "body", "bodies")
    sentence = view.say(
        f"{steps} by {whom} are needed, the first by {first}.",
        f"共需{bodies}个单位办理{rows.height}项审批,最早一项时限为{first}。",
    )
    return (Paragraph(sentence, tone="lead"), _by_body(view, rows), _by_lot(view, rows))


def _by_body(view: View, rows: pl.DataFrame) -> Table:
    """Return approvals grouped by date, body and steps, the first lots named."""
    comma, more = view.say(", ", "、"), view.say(" and others", "等")
    listed = pl.col("names").list.head(NAMED_LOTS).list.join(comma)
    tail = pl.when(pl.col("lots") > NAMED_LOTS).then(pl.lit(more)).otherwise(pl.lit(""))
    steps = pl.col("step").sort().str.join(view.say("; ", "；"))  # noqa: RUF001
    grouped = (
        _named(view, rows)
        .group_by("by_when", "by_whom", "lot_id", "name")
        .agg(steps, pl.len().cast(pl.Int64).alias("approvals"))
        .group_by("by_when", "by_whom", "step")
        .agg(lots(), pl.col("approvals").sum(), pl.col("name").sort().alias("names"))
        .with_columns((listed + tail).alias("named"))
        .sort("by_when", "by_whom", "step", nulls_last=True)
    )
    title = view.say("Approvals by body and date", "审批事项(按单位和时间)")
    fields = (
        field(view, ("by_when", "by", "时限"), "period", 1.3),
        text(view, ("by_whom", "who approves", "审批单位"), 1.5),
        text(view, ("step", "what", "事项"), 1.5),
        field(view, ("lots", "lots", "处数"), "count", 0.6, total=True),
        field(view, ("approvals", "approvals", "审批项数"), "count", 0.9, total=True),
        text(view, ("named", "which", "标的"), 3.2),
    )
    return Table("approvals", view.say("Approvals", "审批事项"), title, fields, grouped)


def _named(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    names = view.lots.select("lot_id", "name", "owner")
    joined = rows.join(names, on="lot_id", how="left")
    return joined.with_columns(pl.col("name").fill_null(pl.col("lot_id")))


def _by_lot(view: View, rows: pl.DataFrame) -> Table:
    """Return every single approval, for Excel."""
    title = view.say("Approvals by lot", "审批清单")
    fields = (
        text(view, ("lot_id", "lot", "编号")),
        text(view, ("name", "name", "标的")),
        text(view, ("owner", "owner", "主体")),
        text(view, ("step", "what", "事项")),
        text(view, ("by_whom", "who approves", "审批单位")),
        field(view, ("by_when", "by", "时限"), "period"),
    )
    frame = _named(view, rows).sort("by_when", "lot_id", nulls_last=True)
    return Table("approvals-full", title, title, fields, frame, excel_only=True)


def _calendar(view: View) -> Table:
    """Return by quarter: lots offered, first cash, net proceeds, principal, help, closing cash."""
    title = view.say("Calendar by quarter", "分季工作日历")
    fields = (
        field(view, ("quarter", "quarter", "季度"), "period", 1.2),
        field(view, ("starts", "lots offered", "推出处数"), "count", 0.8, total=True),
        field(view, ("paid", "first cash of lots", "最早到账处数"), "count", 0.8, total=True),
        *moneys(
            view,
            ("net_proceeds", "net proceeds", "处置净得"),
            ("principal", "principal paid", "还本"),
            ("help", "help", "上级支持"),
        ),
        *moneys(view, ("closing", "cash at the end", "期末现金"), total=False),
    )
    note = view.say(
        "Net proceeds at present value; principal, help and cash as expected in the quarter.",
        "处置净得为现值;还本、支持和现金为当季期望值。",
    )
    return Table("calendar", title, title, fields, _quarters(view), note)


def _quarters(view: View) -> pl.DataFrame:
    going = released(view)
    starts = going.group_by(pl.col("start_quarter").alias("quarter")).agg(lots().alias("starts"))
    comes = going.group_by(pl.col("cash_quarter").alias("quarter")).agg(
        lots().alias("paid"), pl.col("net_proceeds").sum()
    )
    asked = expected_relief(view).group_by("quarter").agg(pl.col("amount").sum().alias("help"))
    rows = view.cash.filter(
        (pl.col("scenario") == EXPECTED) & (pl.col("quarter") <= view.last)
    ).select("quarter", (-pl.col("principal")).alias("principal"), "closing")
    for frame in (starts, comes, asked):
        rows = rows.join(frame, on="quarter", how="left")
    counted = ("starts", "paid", "net_proceeds", "help")
    return rows.with_columns(pl.col(counted).fill_null(0)).sort("quarter")


def _tightest(view: View, found: Findings) -> str:
    low = found.after
    if low.lowest is None:
        return view.say("The ladder with the plan is not given.", "未提供实施后的流动性阶梯。")
    figure, point = money(low.lowest, view.reader), period(low.lowest_period, view.reader)
    bad = ""
    if found.worst_scenario and found.worst_after.lowest is not None:
        name = scenario_text(found.worst_scenario)
        least = money(found.worst_after.lowest, view.reader)
        bad = view.say(
            f" (at least {least} in scenario {name.en})", f"(“{name.zh}”情景最低{least})"
        )
    return view.say(
        f"Cash is lowest in {point}: {figure} expected{bad}. Once it falls below the buffer, the "
        "plan no longer holds.",
        f"现金最紧在{point}:期望{figure}{bad}。低于缓冲即视为方案不再成立。",
    )


def _largest(view: View) -> tuple[str, ...]:
    going = released(view).filter(pl.col("cash_quarter").is_not_null())
    if going.height == 0:
        return ()
    top = going.sort("net_proceeds", "lot_id", descending=[True, False]).row(0, named=True)
    net, point = money(top["net_proceeds"], view.reader), period(top["cash_quarter"], view.reader)
    sentence = view.say(
        f"The largest single receipt is {top['name']}: {net} in {point}. If it slips, plan again "
        "with what is signed kept fixed.",
        f"最大单笔回款为{top['name']}:{point}{net}。一旦推迟,应锁定已签约事项重新测算。",
    )
    return (sentence,)


def _help(view: View, found: Findings) -> tuple[str, ...]:
    if not found.relief:
        return ()
    point, asked = period(found.relief_first, view.reader), money(found.relief, view.reader)
    sentence = view.say(
        f"Help of {asked} must begin in {point}; an answer is needed at least a quarter before.",
        f"上级支持共{asked},须自{point}起到位,至少提前一个季度落实。",
    )
    return (sentence,)
