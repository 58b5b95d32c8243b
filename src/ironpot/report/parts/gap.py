"""When does the money run out, who runs out first, and what falls due to whom?"""

from typing import Any

import polars as pl

from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.report.charts.ladder import ladder_chart
from ironpot.report.charts.wall import wall_chart
from ironpot.report.figures import money, period
from ironpot.report.findings import Findings, beyond, path, scenarios
from ironpot.report.model import Block, Chart, Field, Paragraph, Section, Table
from ironpot.report.tables import field, labelled, moneys, text
from ironpot.report.view import AFTER, BEFORE, View
from ironpot.report.words import PHASE, scenario_text

MOST_SCENARIOS = 7
LADDER_HEADS = (
    ("opening_cash", "opening cash", "期初现金"),
    ("sources", "sources", "流入"),
    ("uses", "uses", "流出"),
    ("gap", "gap", "当期差额"),
    ("cumulative_gap", "cash at the end", "期末现金"),
    ("buffer", "buffer", "应留缓冲"),
)


def gap_section(view: View, found: Findings) -> Section:
    """Tell the gap without the plan, by scenario and body, with ladder and maturity wall."""
    return Section(
        "gap",
        "",
        view.say("Where it stands: the gap", "现状与缺口"),
        (
            Paragraph(gap_sentence(view, found), tone="lead"),
            Paragraph(_meaning(view), tone="quiet"),
            *_beyond(view),
            ladder_chart(view, found),
            _by_scenario(view),
            _by_body(view),
            _wall(view),
            *_arrears(view),
            *_baseline(view),
            _ladder_table(view),
        ),
    )


def gap_sentence(view: View, found: Findings) -> str:
    """Return the gap in one sentence: first period without cash, how much is missing, when."""
    before = found.before
    lowest = period(before.lowest_period, view.reader)
    if before.lowest is None:
        return view.say(
            "The plan's files hold no consolidated ladder without the plan; the gap is unknown.",
            "方案文件未提供不实施方案的合并流动性阶梯,缺口未知。",
        )
    if before.below_zero is None:
        low, last = money(before.lowest, view.reader), period(view.last, view.reader)
        return view.say(
            f"Without the plan cash does not run out by {last}; its lowest point is {low} in "
            f"{lowest}{_worst(view, found)}.",
            f"不实施方案,至{last}现金不会断流,最低点为{lowest}的{low}{_worst(view, found)}。",
        )
    missing, when = money(before.missing, view.reader), period(before.below_zero, view.reader)
    return view.say(
        f"Without the plan cash runs out in {when}; by {lowest} {missing} are missing"
        f"{_worst(view, found)}.",
        f"不实施方案,{when}现金断流,至{lowest}累计缺口{missing}{_worst(view, found)}。",
    )


def _worst(view: View, found: Findings) -> str:
    """Return what the worst scenario misses, in brackets."""
    if found.worst_scenario is None or not found.worst_before.missing:
        return ""
    name = scenario_text(found.worst_scenario)
    missing = money(found.worst_before.missing, view.reader)
    return view.say(
        f" ({missing} in the worst scenario, {name.en})", f"(最差情景“{name.zh}”下{missing})"
    )


def later_sentence(view: View) -> str:
    """Return what happens after the plan if nothing more is done; empty where nobody can say."""
    later = beyond(view)
    if later.lowest is None or not view.solved:
        return ""
    if later.below_zero is None:
        return view.say(
            "After the plan cash does not run out even if nothing more is rolled over or sold.",
            "方案期后即使不再续贷、不再处置,现金也不断流。",
        )
    when = period(later.below_zero, view.reader)
    return view.say(
        f"After the plan, with nothing more rolled over, sold or granted, cash runs out in {when}.",
        f"方案期后若不再续贷、处置和求助,{when}现金断流。",
    )


def _beyond(view: View) -> tuple[Paragraph, ...]:
    """Return the same with the amount that is missing then."""
    said, later = later_sentence(view), beyond(view)
    if not said:
        return ()
    if later.below_zero is not None:
        missing, lowest = (
            money(later.missing, view.reader),
            period(later.lowest_period, view.reader),
        )
        said += view.say(
            f" By {lowest} {missing} would be missing.", f"至{lowest}累计缺口{missing}。"
        )
    return (Paragraph(said),)


def _meaning(view: View) -> str:
    return view.say(
        "Without the plan: contracts, budget and lots as they stand; nothing is rolled over, sold "
        "or granted. Expected figures are weighted by the scenarios' probabilities. What is "
        "missing is cumulative: all that could not be paid by then, not only in that period.",
        "“不实施方案”指按现有合同、预算和资产现状:不续贷、不处置、不求助。期望值按各情景概率加权。"
        "缺口为累计数,即截至当期尚不能支付的合计,并非仅当期。",
    )


def _by_scenario(view: View) -> Table:
    """Return before and after by scenario; of many scenarios the expected and the worst."""
    made: list[dict[str, Any]] = [
        {
            "name": view.reader.read(scenario_text(name)),
            "weight": view.weights.get(name),
        }
        | _failures(view, name, CONSOLIDATED)
        for name in scenarios(view)
    ]
    worst = sorted(made[1:], key=lambda row: -row["missing"])[:MOST_SCENARIOS]
    rows = made if len(worst) == len(made) - 1 else [*made[:1], *worst]
    first = (
        text(view, ("name", "scenario", "情景"), 1.2),
        field(view, ("weight", "weight", "概率"), "percent", 0.8),
    )
    title = view.say("Gap by scenario", "分情景缺口")
    if len(rows) < len(made):
        title += view.say(f" (the {len(worst)} worst)", f"(最差的{len(worst)}个)")
    return _failure_table(view, ("gap-scenarios", title), first, rows)


def _failures(view: View, scenario: str, entity: str) -> dict[str, Any]:
    before = path(view, BEFORE, scenario, entity)
    after = path(view, AFTER, scenario, entity)
    return {
        "below_zero": before.below_zero,
        "missing": before.missing,
        "lowest_period": before.lowest_period,
        "after_lowest": after.lowest,
        "after_buffer": after.below_buffer,
    }


def _failure_table(
    view: View, name: tuple[str, str], first: tuple[Field, ...], rows: list[dict[str, Any]]
) -> Table:
    """Return a table of failures; `name` is its id and title, `first` its leading fields."""
    fields = (
        *first,
        field(view, ("below_zero", "without: cash gone", "不实施:断流"), "period", 1.3),
        *moneys(view, ("missing", "missing at most", "最大累计缺口"), width=1.2, total=False),
        field(view, ("lowest_period", "worst at", "最低点"), "period", 1.3),
        *moneys(view, ("after_lowest", "with: lowest cash", "实施:最低现金"), total=False),
        field(view, ("after_buffer", "with: under the buffer", "实施:低于缓冲"), "period", 1.3),
    )
    types = {"money": pl.Int64(), "percent": pl.Float64()}
    schema = {one.name: types.get(one.kind, pl.String()) for one in fields}
    note = view.say(
        "— means never within the plan, or no buffer set.",
        "“—”表示方案期内未发生或未设缓冲。",
    )
    table_id, title = name
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Table(table_id, title, title, fields, frame, note)


def _by_body(view: View) -> Table:
    """Return the same for each body, the one that runs out first on top."""
    bodies = [
        str(name)
        for name in view.ladder["entity_id"].unique(maintain_order=True)
        if not str(name).startswith("_")
    ]
    rows = [{"name": view.name(name)} | _failures(view, EXPECTED, name) for name in bodies]
    rows.sort(key=lambda row: (row["below_zero"] is None, _order(row["below_zero"]), row["name"]))
    title = view.say("Gap by body", "分主体缺口")
    first = (text(view, ("name", "body", "主体"), 2.6),)
    return _failure_table(view, ("gap-bodies", title), first, rows)


def _order(word: str | None) -> str:
    """Sort months and quarters together: a quarter stands at its last month."""
    if word is None or "Q" not in word:
        return word or ""
    return f"{word[:4]}-{int(word[5]) * 3:02d}"


def _wall(view: View) -> Chart | Paragraph:
    chart = wall_chart(view)
    if chart is not None:
        return chart
    missing = view.say(
        "The plan's files hold no maturity wall by creditor, so none is drawn.",
        "方案文件未提供分债权人到期数据,故不绘制到期结构图。",
    )
    return Paragraph(missing, tone="quiet")


def _arrears(view: View) -> tuple[Block, ...]:
    """Return what the plan itself leaves unpaid, where its limits tell it."""
    limits = view.tables["limits"]
    rows = limits.filter((pl.col("kind") == "arrears") & (pl.col("unit") == "yuan"))
    expected = rows.filter(pl.col("scenario") == EXPECTED)
    shown = (expected if expected.height else rows).sort("value", descending=True, nulls_last=True)
    if shown.height == 0:
        return ()
    head = view.say("Arrears with the plan: ", "实施后的拖欠:")
    row = shown.row(0, named=True)
    if not row["value"] or row["value"] <= 0:
        return (Paragraph(view.say("none.", "无。"), head),)
    most, when = money(round(row["value"] * 100), view.reader), period(row["period"], view.reader)
    sentence = view.say(f"at most {most}, in {when}.", f"最多{most}({when})。")
    return (Paragraph(sentence, head),)


def _baseline(view: View) -> tuple[Block, ...]:
    """Return what doing nothing leaves unpaid by quarter and scenario, for Excel."""
    rows = view.extras.get("baseline")
    if rows is None or rows.height == 0:
        return ()
    names = [name for name in scenarios(view) if name in set(rows["scenario"])]
    named = rows.rename({"quarter": "period"})
    wide = named.pivot("scenario", index="period", values="shortfall").sort("period")
    heads = ((name, scenario_text(name).en, scenario_text(name).zh) for name in names)
    title = view.say("Shortage of doing nothing", "不实施方案的分季短缺")
    fields = (
        field(view, ("period", "quarter", "季度"), "period"),
        *moneys(view, *heads, total=False),
    )
    return (Table("baseline", title, title, fields, wide, excel_only=True),)


def _ladder_table(view: View) -> Table:
    """Return the whole consolidated ladder, before and after, for Excel."""
    rows = view.ladder.filter(
        (pl.col("entity_id") == CONSOLIDATED) & (pl.col("scenario") == EXPECTED)
    ).sort("phase", "quarter", "period", descending=[True, False, False])
    title = view.say("Liquidity ladder", "流动性阶梯")
    fields = (
        text(view, ("phase", "phase", "口径")),
        field(view, ("period", "period", "时期"), "period"),
        *moneys(view, *LADDER_HEADS, total=False),
        field(view, ("below_buffer", "under the buffer", "低于缓冲"), "flag"),
    )
    said = rows.with_columns(labelled(view, "phase", PHASE))
    return Table("ladder-full", title, title, fields, said, excel_only=True)
