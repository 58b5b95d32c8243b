"""How sure is the answer, what binds it, and how can anyone check it?"""

from typing import Any

import polars as pl

from ironpot.core.money import YUAN_PER_UNIT
from ironpot.core.outputs import EXPECTED
from ironpot.plan.gaps import NOTHING_PROVEN
from ironpot.report.as_announced import as_announced
from ironpot.report.figures import money, number, percent, unit_label
from ironpot.report.model import Block, Bullets, Field, Paragraph, Section, Table
from ironpot.report.parts.race import race_blocks
from ironpot.report.parts.spending import when
from ironpot.report.tables import Head, field, labelled, ranked, text
from ironpot.report.view import View, fen
from ironpot.report.words import LIMIT_KIND, STATUS, label

AMOUNTS: tuple[Head, ...] = (
    ("objective", "cost of the plan", "方案成本"),
    ("bound", "proved lower bound of cost", "已证明的成本下界"),
    ("do_nothing", "cost of doing nothing", "什么都不做的成本"),
    ("constant_terms", "of which cash at the end (less cash today)", "其中:期末现金(减期初)"),
)
GAPS: tuple[Head, ...] = (
    (
        "gap_objective",
        "gap to the bound, of the cost without cash at the end",
        "差距(占不计期末现金的成本)",
    ),
    ("gap_stake", "gap to the bound, of what is at stake", "差距(占可得改善)"),
    ("discount_rate", "discount rate a year", "年折现率"),
)
NAMES: tuple[Head, ...] = (
    ("case_id", "case", "案例"),
    ("case_date", "case date", "基准日"),
    ("scenarios", "scenarios", "情景数"),
    ("version", "ironpot version", "ironpot版本"),
    ("solver", "solver", "求解器"),
    ("solver_version", "solver version", "求解器版本"),
    ("seed", "seed", "随机种子"),
    ("input_hash", "hash of the case", "案例数据哈希"),
    ("options_hash", "hash of the options", "选项哈希"),
)


def check_section(view: View) -> Section:
    """Return the annex on the run: how sure the answer is and how anyone can check it."""
    return Section(
        "check",
        view.say("Annex D: ", "附件四:"),
        view.say("How sure it is, and how to check it", "求解质量与复核方法"),
        (
            Paragraph(sure_sentence(view), tone="lead"),
            *_announced(view),
            Bullets(_checks(view), numbered=True),
            *race_blocks(view),
            *_binding(view),
            _run_table(view),
        ),
    )


def _announced(view: View) -> tuple[Block, ...]:
    """Return what selling as a coordinated run announced would cost; nothing without one."""
    if "announced" not in view.summary:
        return ()
    return (Paragraph(view.reader.read(as_announced(view.summary, view.reader.unit))),)


# Below this share of the cost a gap is a matter of rounding, and so is its share of the stake.
NOT_WORTH_A_SHARE = 5e-5


def sure_sentence(view: View) -> str:
    """Return status and gaps in plain words."""
    run = view.summary
    status = view.reader.read(label(STATUS, str(run["status"])))
    stake, cost = run.get("gap_stake"), run.get("gap_objective")
    if not view.solved or cost is None or cost > NOTHING_PROVEN:
        return view.say(
            f"Result: {status}. No bound is known, so nothing here may be decided on.",
            f"求解结论:{status}。没有可靠的界限,不得据此决策。",
        )
    of_cost, of_stake = percent(cost, 2), percent(stake, 2)
    most = money(_missing(run), view.reader)
    if cost < NOT_WORTH_A_SHARE or stake is None:
        return view.say(
            f"Result: {status}. It is proved that no other plan on these figures is cheaper by "
            f"more than {most} ({of_cost} of the cost without cash at the end).",
            f"求解结论:{status}。已证明:在同样数据下,其他任何方案的成本最多再低{most}"
            f"(占不计期末现金的成本{of_cost})。",
        )
    return view.say(
        f"Result: {status}. It is proved that no other plan on these figures is cheaper by more "
        f"than {most}: {of_stake} of what can be gained over doing nothing, {of_cost} of the cost "
        "without cash at the end.",
        f"求解结论:{status}。已证明:在同样数据下,其他任何方案的成本最多再低{most},"
        f"占相对“什么都不做”可得改善的{of_stake}、不计期末现金的成本的{of_cost}。",
    )


def _missing(run: dict[str, Any]) -> int | None:
    """Return by how much the cost lies above what is proven, in fen; unknown where either is."""
    cost, bound = fen(run.get("objective")), fen(run.get("bound"))
    return None if cost is None or bound is None else max(cost - bound, 0)


def _checks(view: View) -> tuple[str, ...]:
    most = number(view.summary.get("max_violation"), 6)
    return (
        view.say(
            "Run `ironpot verify` on the folder of this report: it adds up every table again "
            "without the planner and says what it could not check.",
            "对本报告所在文件夹运行 ironpot verify:不依赖求解程序,逐表重新加总,"
            "并说明哪些无法核对。",
        ),
        view.say(
            "The twelve CSV files in tables/ hold every figure to the cent; this report only "
            "rounds them for reading, so shown parts may differ from shown sums in the last digit. "
            "Sums add up what is known.",
            "tables/ 中的十二个CSV文件保存精确到分的全部数字;本报告仅为阅读而四舍五入,"
            "分项与合计的末位可能略有出入;合计只计已知数。",
        ),
        view.say(
            f"The largest violation of any limit in the solver's answer is {most}.",
            f"求解结果对各项约束的最大偏离为{most}。",
        ),
    )


def _binding(view: View) -> tuple[Block, ...]:
    """Return the limits that bind, expected over scenarios or certain: in short, and each one."""
    limits = view.tables["limits"]
    sure = pl.col("scenario").is_null() | (pl.col("scenario") == EXPECTED)
    rows = _in_unit(view, limits.filter(pl.col("binding") & sure))
    if rows.height == 0:
        return ()
    short, full = (
        view.say("Limits that bind", "起约束作用的限额"),
        view.say("Each limit", "限额清单"),
    )
    named = (
        text(view, ("kind_text", "limit", "限额"), 1.4),
        text(view, ("scope", "of what", "对象"), 2.4),
    )
    brief, each = (*named, *_brief_fields(view)), (*named, *_each_fields(view))
    return (
        Table("binding", short, short, brief, _in_short(rows)),
        Table("binding-full", full, full, each, rows, excel_only=True),
    )


def _brief_fields(view: View) -> tuple[Field, ...]:
    return (
        field(view, ("times", "times it binds", "起作用次数"), "count", 0.9),
        field(view, ("first", "first", "最早"), "period", 1.1),
        field(view, ("last", "last", "最晚"), "period", 1.1),
    )


def _each_fields(view: View) -> tuple[Field, ...]:
    return (
        text(view, ("when", "period", "时期")),
        field(view, ("value", "value", "取值"), "number"),
        field(view, ("bound", "limit", "限值"), "number"),
        text(view, ("unit_text", "unit", "单位")),
    )


def _in_short(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each binding limit once: how often, first and last period."""
    dated = pl.col("period").filter(pl.col("period") != "all")
    return rows.group_by("kind", "kind_text", "scope", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("times"),
        dated.min().alias("first"),
        dated.max().alias("last"),
    )


def _in_unit(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Write limits counted in yuan in the reader's unit; others as they are."""
    yuan = pl.col("unit") == "yuan"
    scale = pl.when(yuan).then(float(YUAN_PER_UNIT[view.reader.unit])).otherwise(1.0)
    unit = pl.when(yuan).then(pl.lit(unit_label(view.reader))).otherwise(pl.col("unit"))
    ordered = rows.sort(ranked("kind", LIMIT_KIND), "scope_id", "period")
    return ordered.with_columns(
        (pl.col("value", "bound") / scale),
        unit.alias("unit_text"),
        labelled(view, "kind", LIMIT_KIND).alias("kind_text"),
        pl.Series("scope", [view.scope(word) for word in ordered["scope_id"]], pl.String),
        pl.Series("when", [when(view, word) for word in ordered["period"]], pl.String),
    )


def _run_table(view: View) -> Table:
    rows = pl.DataFrame(
        _run_rows(view), schema={"name": pl.String, "value": pl.String}, orient="row"
    )
    title = view.say("The run", "运行信息")
    fields = (
        text(view, ("name", "item", "项目")),
        text(view, ("value", "value", "内容"), 3.0),
    )
    return Table("run", title, title, fields, rows)


def _run_rows(view: View) -> list[tuple[str, str]]:
    run: dict[str, Any] = view.summary
    seconds = view.say("seconds to solve", "求解用时(秒)")
    return [
        (view.say("quarters", "方案期"), f"{view.first} - {view.last}"),
        *((view.say(en, zh), money(fen(run.get(key)), view.reader)) for key, en, zh in AMOUNTS),
        *((view.say(en, zh), percent(run.get(key), 2)) for key, en, zh in GAPS),
        (seconds, number(run.get("solve_s"), 1)),
        *((view.say(en, zh), str(run[key])) for key, en, zh in NAMES if run.get(key) is not None),
    ]
