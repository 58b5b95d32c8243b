"""When does cash run out? The ladder of two years: what comes, what goes, what is left."""

from typing import Any

import polars as pl

from ironpot.core.lang import Text
from ironpot.report.charts import style
from ironpot.report.figures import money, period
from ironpot.report.model import Chart, Field, Native, Table
from ironpot.report.risk_view import AFTER, BEFORE, RiskView
from ironpot.report.words import SCENARIO

MONTHS = 24
DASHES = {"base": "solid", "adverse": "dashed", "favourable": "dotted"}
WITH_PLAN = Text("cash left with the plan, base", "实施方案后余额(基准)")


def runs_chart(view: RiskView) -> Chart:
    """Return months to two years: sources and uses as bars, cash in each scenario as lines."""
    rows = _months(view)
    return Chart(
        "runs",
        view.say("Cash by month without a plan", "无方案时逐月现金"),
        _takeaway(view, rows),
        _option(view, rows),
        _table(view, rows),
        view.say(
            "contracts, budget and lots of the case; nothing rolled over, sold or granted",
            "合同、预算和资产收支;不计续贷、处置和上级支持",
        ),
        height=360,
        native=Native("line", "period", ("base", "adverse", "favourable")),
    )


def _months(view: RiskView) -> pl.DataFrame:
    base = view.rungs(BEFORE, "base").filter(pl.col("period_type") == "month").head(MONTHS)
    rows = base.select("period", "sources", "uses", "buffer", base="cumulative_gap")
    others = [("adverse", BEFORE, "adverse"), ("favourable", BEFORE, "favourable")]
    if view.planned:
        others.append(("planned", AFTER, "base"))
    for name, phase, scenario in others:
        more = view.rungs(phase, scenario).select("period", pl.col("cumulative_gap").alias(name))
        rows = rows.join(more, on="period", how="left", maintain_order="left")
    return rows


def _option(view: RiskView, rows: pl.DataFrame) -> style.Option:
    bars = [
        _bar(view, rows, "sources", view.say("comes in", "流入"), style.LIGHT),
        _bar(view, rows, "uses", view.say("goes out", "流出"), style.PALE),
    ]
    series = [*bars, *_lines(view, rows)]
    return style.base(top=72, right=16) | {
        "legend": style.legend([str(item["name"]) for item in series]) | {"itemWidth": 28},
        "xAxis": style.categories(rows["period"].to_list(), axisLine={"onZero": False}),
        "yAxis": style.values(view.reader),
        "series": series,
    }


def _lines(view: RiskView, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return cash in each scenario, with the plan where there is one, and the buffer."""
    lines = [
        _line(view, rows, name, _cash_name(view, name), dash, style.DARK)
        for name, dash in DASHES.items()
    ]
    if view.planned:
        plan = view.reader.read(WITH_PLAN)
        lines.append(_line(view, rows, "planned", plan, [10, 4], style.MIDDLE))
    if rows["buffer"].null_count() < rows.height:
        name = view.say("buffer to keep", "应留缓冲")
        lines.append(_line(view, rows, "buffer", name, [2, 4], style.FAINT))
    lines[0]["markLine"] = style.ZERO_LINE
    return lines


def _cash_name(view: RiskView, scenario: str) -> str:
    word = SCENARIO[scenario]
    return view.say(f"cash left, {word.en}", f"余额({word.zh})")


def _bar(view: RiskView, rows: pl.DataFrame, name: str, label: str, color: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "stack": "flows",
        "name": label,
        "data": style.scaled(rows[name].to_list(), view.reader),
        "itemStyle": {"color": color} | style.EDGE,
        "barMaxWidth": 14,
    }


def _line(
    view: RiskView, rows: pl.DataFrame, name: str, label: str, dash: str | list[int], color: str
) -> dict[str, Any]:
    data = style.scaled(rows[name].to_list(), view.reader)
    return style.line(label, data, color=color, dash=dash)


def _takeaway(view: RiskView, rows: pl.DataFrame) -> str:
    below = rows.filter(pl.col("base") < 0)
    last = rows.row(-1, named=True)
    if below.is_empty():
        return view.say(
            f"Cash stays above zero; after two years {money(last['base'], view.reader)} are left.",
            f"两年内现金不断流,期末余额{money(last['base'], view.reader)}。",
        )
    first = period(str(below["period"][0]), view.reader)
    worst = money(-lowest(rows["base"]), view.reader)
    return view.say(
        f"Cash is gone in {first}; at the worst {worst} are missing within two years.",
        f"{first}现金断流;两年内最多缺口{worst}。",
    )


def lowest(amounts: pl.Series) -> int:
    """Return the lowest of integer fen; 0 where there are none."""
    return min((int(amount) for amount in amounts.drop_nulls()), default=0)


def _table(view: RiskView, rows: pl.DataFrame) -> Table:
    heads = [
        ("sources", "comes in", "流入"),
        ("uses", "goes out", "流出"),
        ("base", "cash left, base", "余额(基准)"),
        ("adverse", "cash left, adverse", "余额(不利)"),
        ("favourable", "cash left, favourable", "余额(有利)"),
    ]
    if view.planned:
        heads.append(("planned", WITH_PLAN.en, WITH_PLAN.zh))
    heads.append(("buffer", "buffer to keep", "应留缓冲"))
    return Table(
        "runs",
        view.say("Cash by month", "逐月现金"),
        view.say("Cash by month without a plan", "无方案时逐月现金"),
        (
            Field("period", view.say("month", "月份"), "period"),
            *(Field(name, view.say(en, zh), "money") for name, en, zh in heads),
        ),
        rows,
        excel_only=True,
    )
