"""How sure is the path? A fan of drawn scenarios, wide where little is known, around its median."""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import money, percent, period
from ironpot.report.model import Chart, Field, Native, Table
from ironpot.report.risk_view import AFTER, BEFORE, RiskView, fen_of
from ironpot.report.risk_words import sheet_word, slug
from ironpot.risk.assessment import RANK_COLUMNS

# The fan's layers from the outside in: lower rank, upper rank, shade. Darker is likelier.
LAYERS = (("p05", "p95", "#dfe7ea"), ("p10", "p90", "#b9cdd4"), ("p25", "p75", "#7fa6b4"))
PERCENT, YUAN = "percent", "yuan"


def fan_chart(
    view: RiskView, measure: str, title: str, *, limits: dict[str, float] | None = None
) -> Chart | None:
    """Return the fan of one measure, with the plan's median and outer ranks as dashed lines.

    `limits`: thresholds of rules to draw, by the level that begins there, in the measure's unit.
    None where the assessment draws no such fan.
    """
    fan = view.assessment.fan.filter(pl.col("measure") == measure)
    before = fan.filter(pl.col("phase") == BEFORE)
    if before.is_empty():
        return None
    unit = str(before["unit"][0])
    rows = _in_unit(view, before, unit)
    after = _in_unit(view, fan.filter(pl.col("phase") == AFTER), unit)
    return Chart(
        f"fan-{slug(measure)}",
        title,
        _takeaway(view, before, unit),
        _option(view, rows, after, unit, limits or {}),
        _table(view, measure, title, fan, unit),
        _source(view),
        height=340,
        native=Native("line", "period", ("p05", "p50", "p95")),
        unit=_unit_words(unit),
    )


def _in_unit(view: RiskView, frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Return periods and ranks as numbers that the chart shows."""
    if unit != YUAN:
        return frame.select("period", *RANK_COLUMNS)
    shown = {
        name: style.scaled([fen_of(value) for value in frame[name]], view.reader)
        for name in RANK_COLUMNS
    }
    return pl.DataFrame({"period": frame["period"]} | shown)


def _unit_words(unit: str) -> str | None:
    return None if unit == YUAN else {"percent": "%"}.get(unit, unit)


def _option(
    view: RiskView, rows: pl.DataFrame, after: pl.DataFrame, unit: str, limits: dict[str, float]
) -> style.Option:
    names = [_layer_name(view, low, high) for low, high, _ in LAYERS]
    middle = view.say("median", "中位数")
    series: list[dict[str, Any]] = []
    for name, (low, high, shade) in zip(names, LAYERS, strict=True):
        series += _band(name, rows[low].to_list(), rows[high].to_list(), shade, low)
    lines = [style.line(middle, rows["p50"].to_list(), width=2.6), *_with_plan(view, after)]
    lines[-1]["markLine"] = _limit_lines(limits, unit)
    named = {} if unit == YUAN else {"name": _unit_words(unit)}
    return style.base(top=64, right=78) | {
        "legend": style.legend([*names, *(str(line["name"]) for line in lines)]),
        "xAxis": style.categories(rows["period"].to_list()) | {"boundaryGap": False},
        "yAxis": style.values(view.reader) | {"scale": True} | named,
        "series": [*series, *lines],
    }


def _with_plan(view: RiskView, after: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the plan's median and its outer rank as lines; none without a plan."""
    if after.is_empty():
        return []
    median = view.say("with the plan, median", "实施方案,中位数")
    outer = view.say("with the plan, 95 %", "实施方案,95%分位")
    return [
        style.line(median, after["p50"].to_list(), dash="dashed", width=2.0),
        style.line(outer, after["p95"].to_list(), dash="dotted", width=2.0),
    ]


def _layer_name(view: RiskView, low: str, high: str) -> str:
    share = int(high[1:]) - int(low[1:])
    return view.say(f"{share} of 100 paths", f"{share}%的路径")


def _band(
    name: str, low: list[float], high: list[float], shade: str, stack: str
) -> list[dict[str, Any]]:
    """Return an invisible floor and the band on it, stacked whatever their signs."""
    common = {
        "type": "line",
        "stack": stack,
        "stackStrategy": "all",
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "silent": True,
    }
    width = [above - below for below, above in zip(low, high, strict=True)]
    floor = common | {"data": low, "areaStyle": {"opacity": 0}, "name": f"{name} floor"}
    band = common | {
        "data": width,
        "name": name,
        "itemStyle": {"color": shade},
        "areaStyle": {"color": shade, "opacity": 1},
    }
    return [floor, band]


def _limit_lines(limits: dict[str, float], unit: str) -> dict[str, Any]:
    """Draw where levels begin; a fan of money has its zero drawn instead."""
    drawn = limits or ({"0": 0.0} if unit == YUAN else {})
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": style.ALARM, "type": "dashed", "width": 1.2},
        "data": [
            {
                "yAxis": value,
                "label": {
                    "formatter": f"{name} {value:g}" if limits else "0",
                    "position": "end",
                    "color": style.INK,
                    "fontSize": 11,
                },
            }
            for name, value in drawn.items()
        ],
    }


def _takeaway(view: RiskView, before: pl.DataFrame, unit: str) -> str:
    last = before.row(-1, named=True)
    low, mid, high = (_said(view, last[name], unit) for name in ("p05", "p50", "p95"))
    when = period(last["period"], view.reader)
    return view.say(
        f"In {when} the median is {mid}; nine paths of ten end between {low} and {high}.",
        f"{when}中位数为{mid};九成路径落在{low}至{high}之间。",
    )


def _said(view: RiskView, value: float, unit: str) -> str:
    return money(fen_of(value), view.reader) if unit == YUAN else percent(value / 100.0)


def _source(view: RiskView) -> str:
    prints = view.assessment.fingerprint
    draws, seed = prints.get("draws", "?"), prints.get("seed", "?")
    return view.say(
        f"{draws} drawn scenarios, seed {seed}, shocks as fitted (annex)",
        f"随机情景{draws}个,种子{seed},冲击参数见附表",
    )


def _table(view: RiskView, measure: str, title: str, fan: pl.DataFrame, unit: str) -> Table:
    kind = "money" if unit == YUAN else "number"
    ranks = [
        Field(name, view.say(f"{int(name[1:])} %", f"{int(name[1:])}%分位"), kind)
        for name in RANK_COLUMNS
    ]
    frame = fan.select("phase", "period", *RANK_COLUMNS)
    if unit == YUAN:
        frame = frame.with_columns((pl.col(RANK_COLUMNS) * 100).round().cast(pl.Int64))
    return Table(
        f"fan-{slug(measure)}",
        view.say(f"Fan {sheet_word(measure)}", f"扇形图{sheet_word(measure)}"),
        title,
        (
            Field("phase", view.say("phase", "阶段")),
            Field("period", view.say("period", "时期"), "period"),
            *ranks,
        ),
        frame,
        excel_only=True,
    )
