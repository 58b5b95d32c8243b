"""Part 4, help from above: how much, when, from whom, repayable or not, the price of what."""

import polars as pl

from ironpot.report.figures import listing, money, percent, period
from ironpot.report.findings import Findings, expected_relief
from ironpot.report.model import Block, Paragraph, Section, Table
from ironpot.report.parts.spending import when
from ironpot.report.tables import field, labelled, moneys, text
from ironpot.report.view import View, fen, total
from ironpot.report.words import LIMIT_KIND, POINT, RELIEF_KIND, label


def help_section(view: View, found: Findings) -> Section:
    """Tell the help asked for by giver, kind and quarter, and the price of limits behind it."""
    return Section(
        "help",
        view.say("Part 4: ", "四、"),
        view.say("Help from above", "争取上级支持"),
        (
            Paragraph(_help(view, found), tone="lead"),
            *_details(view, found),
            *_prices(view),
            *_frontier(view),
        ),
    )


def _help(view: View, found: Findings) -> str:
    """Return the help asked for in one sentence, or that none is needed."""
    if not view.solved:
        return view.say(
            "The planner found no plan in the time given, so the help needed is unknown.",
            "限时内未求得方案,所需支持金额未知。",
        )
    if not found.relief:
        return view.say("The plan works without help from above.", "方案无需上级支持即可成立。")
    worth = fen(view.summary.get("relief_pv"))
    value = money(worth, view.reader)
    extra = view.say(f" ({value} at present value)", f"(现值{value})") if worth else ""
    shown, start = money(found.relief, view.reader), period(found.relief_first, view.reader)
    asked = listing(_asked(view), view.reader)
    return view.say(
        f"No plan works without help; this one asks for {shown}{extra}, first in {start}: "
        f"{asked}. Less help would burn more in assets than it saves{least_help(view)}.",
        f"不靠支持没有可行方案;本方案需要{shown}{extra},最早{start}到位:{asked}。"
        f"再少要,资产损失将大于节省的支持{least_help(view)}。",
    )


def least_help(view: View) -> str:
    """Return a half sentence on how far help could be squeezed, empty if it is not known."""
    points = view.extras.get("frontier")
    if points is None:
        return ""
    floors = points.filter(pl.col("label") == "least_help")["relief_pv"]
    if not floors.len():
        return ""
    floor = money(floors[0], view.reader)
    return view.say(
        f"; even a relaxed plan made only to spare help takes no less than {floor} (present value)",
        f";只求少要支持的松弛方案也不少于{floor}(现值)",
    )


def _asked(view: View) -> list[str]:
    """Return phrases `giver, kind, amount`."""
    return [
        view.say(f"{giver}, {kind}, {amount}", f"{giver}{kind}{amount}")
        for giver, kind, amount in (
            (row["giver"], row["kind_text"], money(row["amount"], view.reader))
            for row in by_giver(view).iter_rows(named=True)
        )
    ]


def by_giver(view: View) -> pl.DataFrame:
    """Return help by giver and kind: first and last quarter, expected amount, repay date."""
    return (
        _relief(view)
        .group_by("giver", "kind_text", maintain_order=True)
        .agg(
            pl.col("quarter").min().alias("first"),
            pl.col("quarter").max().alias("last"),
            pl.col("amount").sum(),
            pl.col("repay_by").drop_nulls().max(),
        )
    )


def _relief(view: View) -> pl.DataFrame:
    """Return expected help above zero with givers and kinds named."""
    rows = expected_relief(view).filter(pl.col("amount") > 0)
    return rows.with_columns(
        pl.col("giver_id").replace(view.givers).alias("giver"),
        labelled(view, "kind", RELIEF_KIND).alias("kind_text"),
    )


def _details(view: View, found: Findings) -> tuple[Block, ...]:
    if not found.relief:
        return ()
    rows = _relief(view)
    return (Paragraph(_repayable(view, rows, found)), _by_quarter(view, rows), _full(view, rows))


def _by_quarter(view: View, rows: pl.DataFrame) -> Table:
    """Return help by quarter, a column for each giver and kind."""
    asked = rows.with_columns(pl.format("{} {}", "giver", "kind_text").alias("head"))
    heads = asked["head"].unique(maintain_order=True).to_list()
    wide = asked.pivot("head", index="quarter", values="amount", aggregate_function="sum")
    frame = (
        wide.sort("quarter")
        .with_columns(pl.col(heads).fill_null(0))
        .with_columns(pl.sum_horizontal(heads).alias("all"))
    )
    title = view.say("Help by quarter (expected)", "分季支持需求(期望值)")
    fields = (
        field(view, ("quarter", "quarter", "季度"), "period"),
        *moneys(view, *((head, head, head) for head in heads), ("all", "all", "合计")),
    )
    return Table("help", view.say("Help by quarter", "分季支持需求"), title, fields, frame)


def _full(view: View, rows: pl.DataFrame) -> Table:
    """Return every row of help with its body and range, for Excel."""
    title = view.say("Help by body and quarter", "分主体分季支持")
    fields = (
        field(view, ("quarter", "quarter", "季度"), "period"),
        text(view, ("body", "for whom", "受助主体")),
        text(view, ("giver", "giver", "支持方")),
        text(view, ("kind_text", "kind", "方式")),
        *moneys(view, ("amount", "expected", "期望金额")),
        *moneys(view, ("amount_p05", "low", "低"), ("amount_p95", "high", "高"), total=False),
        field(view, ("repay_by", "repay by", "归还期限"), "period"),
    )
    note = view.say(
        "Low and high: 5th and 95th percentile over scenarios; an empty cell is not computed or "
        "not due.",
        "低、高为各情景的5%和95%分位;空白表示未计算或无需归还。",
    )
    named = rows.with_columns(pl.col("entity_id").replace(view.names).alias("body"))
    return Table("help-full", title, title, fields, named, note, excel_only=True)


def _repayable(view: View, rows: pl.DataFrame, found: Findings) -> str:
    back = total(rows.filter(pl.col("repay_by").is_not_null()), "amount")
    if back == 0:
        return view.say("None of it is to be repaid.", "全部无需归还。")
    shown, share = money(back, view.reader), percent(back / found.relief)
    return view.say(
        f"{shown} of it ({share}) is to be repaid and is counted as debt.",
        f"其中{shown}({share})需归还,已计入债务。",
    )


def _prices(view: View) -> tuple[Block, ...]:
    """Return what one unit less of a limit would save in help, where it was solved for."""
    prices = view.extras.get("relief_prices")
    head = view.say("What the help is the price of: ", "支持是哪些约束的代价:")
    if prices is None or prices.height == 0:
        missing = view.say("not computed in this run.", "本次未计算。")
        return (Paragraph(missing, head),)
    sentence = view.say(
        "each row says how much less help would do with the limit eased by one unit, found by "
        "solving again.",
        "下表为重新求解所得,即该项约束放松一个单位可少要的支持。",
    )
    title = view.say("Price of limits", "约束的代价")
    fields = (
        text(view, ("limit", "limit", "约束"), 2.4),
        text(view, ("unit", "one unit", "单位"), 1.2),
        *moneys(view, ("relief_saved", "help saved", "可少要支持"), total=False, fine=True),
    )
    named = [limit_name(view, word) for word in prices["limit_id"]]
    rows = prices.with_columns(pl.Series("limit", named, pl.String))
    return (Paragraph(sentence, head), Table("relief-prices", title, title, fields, rows))


def limit_name(view: View, limit_id: str) -> str:
    """Return a limit as people read it: its kind, its scope and period; else its id."""
    rows = view.tables["limits"].filter(pl.col("limit_id") == limit_id)
    if rows.height == 0:
        return limit_id
    row = rows.row(0, named=True)
    kind = view.reader.read(label(LIMIT_KIND, row["kind"]))
    scope, span = view.scope(row["scope_id"]), when(view, row["period"])
    return view.say(f"{kind}: {scope}, {span}", f"{kind}:{scope},{span}")


def _frontier(view: View) -> tuple[Block, ...]:
    """Return how help trades against value destroyed, where the frontier was computed."""
    points = view.extras.get("frontier")
    if points is None or points.height == 0:
        return ()
    title = view.say("Help against value lost", "支持金额与价值损失的取舍")
    heads = (
        ("relief_pv", "help, present value", "支持(现值)"),
        ("value_destroyed", "value lost", "价值损失"),
    )
    fields = (text(view, ("label_text", "plan", "方案"), 2.0), *moneys(view, *heads, total=False))
    rows = points.with_columns(labelled(view, "label", POINT).alias("label_text"))
    note = view.say(
        "Less help means selling lots below what they are worth kept.",
        "少要支持,就要低于留用价值多卖资产。",
    )
    return (Table("frontier", title, title, fields, rows, note),)
