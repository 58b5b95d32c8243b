"""When does cash run out, and what does the plan change? Cash over time, before and after."""

import calendar
import datetime as dt

import polars as pl

from ironpot.core.dates import quarter_end
from ironpot.core.outputs import EXPECTED
from ironpot.report.charts import style
from ironpot.report.figures import money, period
from ironpot.report.findings import Findings, rungs
from ironpot.report.model import Chart, Field, Native, Table
from ironpot.report.view import AFTER, BEFORE, View

LOOKS = {
    "before": (style.ALARM, "dashed", 2.2),
    "after": (style.DARK, "solid", 2.6),
    "buffer": (style.FAINT, "dotted", 1.8),
}
# The legend shows each line's dash, without a dot.
DASHES = {"itemWidth": 34, "itemStyle": {"opacity": 0}, "lineStyle": {"width": 2.2}}
YEARS = {
    "type": "time",
    "minInterval": 360 * 86_400_000,
    "axisLine": {"onZero": False, "lineStyle": {"color": style.FAINT}},
    "axisLabel": {"color": style.INK, "fontSize": 12, "formatter": "{yyyy}"},
}


def ladder_chart(view: View, found: Findings) -> Chart:
    """Return expected consolidated cash with and without the plan, beside the buffer."""
    return _chart(view, "ladder", _takeaway(view, found), (700, 330))


def small_ladder(view: View, found: Findings) -> Chart:
    """Return the same for the first page, which tells the gap beside it."""
    return _chart(view, "ladder-small", _with_plan(view, found), (430, 240))


def _chart(view: View, chart_id: str, takeaway: str, size: tuple[int, int]) -> Chart:
    rows = _paths(view)
    width, height = size
    return Chart(
        chart_id,
        view.say("Cash with and without the plan", "实施方案前后的现金余额"),
        takeaway,
        _option(view, rows),
        _table(view, rows),
        view.say(
            "ladder table, consolidated, expected over scenarios",
            "流动性阶梯表,合并口径,各情景期望值",
        ),
        width,
        height,
        Native("line", "period", ("before", "after", "buffer")),
    )


def _paths(view: View) -> pl.DataFrame:
    before = rungs(view, BEFORE, EXPECTED).select(
        "period", pl.col("cumulative_gap").alias("before"), "buffer"
    )
    after = rungs(view, AFTER, EXPECTED).select("period", pl.col("cumulative_gap").alias("after"))
    return before.join(after, on="period", how="left", maintain_order="left").select(
        "period", "before", "after", "buffer"
    )


def _takeaway(view: View, found: Findings) -> str:
    before = found.before
    if before.below_zero is None:
        lowest = money(before.lowest, view.reader)
        gap = view.say(
            f"Without the plan cash stays above zero; its lowest point is {lowest}. ",
            f"不实施方案现金也不断流,最低为{lowest}。",
        )
    else:
        missing, when = money(before.missing, view.reader), period(before.below_zero, view.reader)
        gap = view.say(
            f"Without the plan cash is gone in {when} and {missing} are missing at the worst. ",
            f"不实施方案,{when}现金断流,最多缺口{missing}。",
        )
    return gap + _with_plan(view, found)


def _with_plan(view: View, found: Findings) -> str:
    floor, when = (
        money(found.after.lowest, view.reader),
        period(found.after.lowest_period, view.reader),
    )
    return view.say(
        f"With the plan cash is lowest in {when}: {floor}.",
        f"实施方案后现金最低为{floor}({when})。",
    )


def _option(view: View, rows: pl.DataFrame) -> style.Option:
    names = _names(view)
    series = [_line(view, rows, key, names[key]) for key in LOOKS]
    series[0]["markLine"] = style.ZERO_LINE
    return style.base(top=58, right=16) | {
        "legend": style.legend(list(names.values())) | DASHES,
        "xAxis": YEARS,
        "yAxis": style.values(view.reader),
        "series": series,
    }


def _line(view: View, rows: pl.DataFrame, key: str, name: str) -> style.Option:
    color, dash, width = LOOKS[key]
    return style.line(name, _points(view, rows, key), color=color, dash=dash, width=width)


def _points(view: View, rows: pl.DataFrame, key: str) -> list[list[str | float | None]]:
    """Return cash at the end of each period, placed in calendar time."""
    days = [_last_day(word).isoformat() for word in rows["period"]]
    amounts = style.scaled(rows[key].to_list(), view.reader)
    return [list(point) for point in zip(days, amounts, strict=True)]


def _last_day(word: str) -> dt.date:
    """Return the last day of a month such as 2025-03 or a quarter such as 2025Q1."""
    if "Q" in word:
        return quarter_end(word)
    year, month = int(word[:4]), int(word[5:7])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _names(view: View) -> dict[str, str]:
    return {
        "before": view.say("without the plan", "不实施方案"),
        "after": view.say("with the plan", "实施方案"),
        "buffer": view.say("buffer to keep", "应留缓冲"),
    }


def _table(view: View, rows: pl.DataFrame) -> Table:
    names = _names(view)
    return Table(
        "ladder",
        view.say("Cash path", "现金路径"),
        view.say("Cash by period, expected", "分期现金余额(期望值)"),
        (
            Field("period", view.say("period", "时期"), "period"),
            *(Field(key, name, "money") for key, name in names.items()),
        ),
        rows,
        excel_only=True,
    )
