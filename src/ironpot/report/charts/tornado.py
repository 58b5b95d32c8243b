"""Which stress hurts most? Bars from the centre to what each stress makes of it, longest first."""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import money, period
from ironpot.report.model import Chart, Field, FieldKind, Native, Table
from ironpot.report.risk_view import BEFORE, RiskView
from ironpot.report.risk_words import STRESS, sheet_word, slug
from ironpot.report.words import label

YUAN = "yuan"
TWO_YEARS = 8


def tornado_chart(view: RiskView, measure: str, title: str) -> Chart | None:
    """Return the stresses of one measure in its last year, or its eighth quarter.

    None where none was computed.
    """
    rows = view.assessment.stresses.filter(
        pl.col("measure") == measure, pl.col("phase") == BEFORE, pl.col("change").is_not_null()
    )
    if rows.is_empty():
        return None
    rows = rows.filter(pl.col("period") == _period(rows))
    unit = str(rows["unit"][0])
    shown = _shown(view, rows, unit)
    return Chart(
        f"tornado-{slug(measure)}",
        title,
        _takeaway(view, shown, unit),
        _option(view, shown, unit),
        _table(view, measure, title, shown, unit),
        view.say(
            "standard stresses on the centre scenario, each alone and all together",
            "对中心情景逐项及合并施加标准压力",
        ),
        height=110 + 38 * shown.height,
        native=Native("bar", "name", ("change",)),
        unit=None if unit == YUAN else {"percent": view.say("points", "百分点")}.get(unit, unit),
    )


def _period(rows: pl.DataFrame) -> str:
    """Return the last year, or of quarters the one that ends two years."""
    periods: list[str] = rows["period"].unique().sort().to_list()
    quarterly = "Q" in periods[-1]
    return periods[min(TWO_YEARS, len(periods)) - 1] if quarterly else periods[-1]


def _shown(view: RiskView, rows: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Return (name, centre, stressed, change, period), hardest first, money in fen."""
    money_columns = ("centre", "stressed", "change")
    names = [view.reader.read(label(STRESS, word)) for word in rows["stress"]]
    figures = rows.select("period", *money_columns)
    if unit == YUAN:
        figures = figures.with_columns((pl.col(money_columns) * 100).round().cast(pl.Int64))
    return figures.with_columns(pl.Series("name", names)).sort(
        pl.col("change").abs(), descending=True
    )


def _option(view: RiskView, shown: pl.DataFrame, unit: str) -> style.Option:
    changes = shown["change"].to_list()
    values = style.scaled(changes, view.reader) if unit == YUAN else changes
    data = [_bar(float(value or 0.0)) for value in values]
    axis = style.flat_values(view.reader)
    if unit != YUAN:
        axis |= {"name": view.say("percentage points", "百分点")}
    return style.base(top=8, right=64, bottom=26) | {
        "xAxis": axis,
        "yAxis": style.categories(shown["name"].to_list(), inverse=True)
        | {"axisLine": {"show": False}, "axisTick": {"show": False}},
        "series": [{"type": "bar", "data": data, "barMaxWidth": 22}],
    }


def _bar(value: float) -> dict[str, Any]:
    """Return a bar with its figure beside it, dark whichever way it points."""
    return {
        "value": value,
        "label": {
            "show": True,
            "position": "right" if value >= 0 else "left",
            "formatter": f"{value:+,.2f}" if abs(value) < 10 else f"{value:+,.1f}",
            "color": style.INK,
        },
        "itemStyle": {"color": style.MIDDLE} | style.EDGE,
    }


def _takeaway(view: RiskView, shown: pl.DataFrame, unit: str) -> str:
    single = shown.filter(pl.col("name") != view.reader.read(STRESS["combined"]))
    worst = (single if single.height else shown).row(0, named=True)
    size = _size(view, worst["change"], unit)
    when = period(worst["period"], view.reader)
    return view.say(
        f"Of the single stresses, “{worst['name']}” moves it most: {size} by {when}.",
        f"单项压力中“{worst['name']}”影响最大:至{when}变动{size}。",
    )


def _size(view: RiskView, change: float, unit: str) -> str:
    if unit == YUAN:
        return money(int(change), view.reader)
    points = view.say(" percentage points", "个百分点")
    return f"{change:+,.1f}{points}"


def _table(view: RiskView, measure: str, title: str, shown: pl.DataFrame, unit: str) -> Table:
    kind: FieldKind = "money" if unit == YUAN else "number"
    heads = (
        ("centre", "centre", "中心"),
        ("stressed", "stressed", "压力下"),
        ("change", "change", "变动"),
    )
    return Table(
        f"tornado-{slug(measure)}",
        view.say(f"Stress {sheet_word(measure)}", f"压力{sheet_word(measure)}"),
        title,
        (
            Field("name", view.say("stress", "压力"), width=3.0),
            Field("period", view.say("period", "时期"), "period"),
            *(Field(name, view.say(en, zh), kind) for name, en, zh in heads),
        ),
        shown.select("name", "period", "centre", "stressed", "change"),
    )
