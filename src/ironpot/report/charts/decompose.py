"""What moves the debt ratio? Each year's change in percentage points, part by part."""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.model import Chart, Field, Native, Table
from ironpot.report.risk_view import BEFORE, RiskView
from ironpot.report.risk_words import COMPONENT, PHASE

NEGLIGIBLE = 0.005
COLORS = (*style.RAMP, style.ALARM, style.FAINT)
# Every other part is hatched, each its own way, so that neighbours stay apart in grey.
PALE_FROM = 3
TILTS = (0.785, -0.785, 0.0, 1.571)


def decomposition_chart(view: RiskView, scenario: str, *, phase: str = BEFORE) -> Chart | None:
    """Return the yearly parts of one scenario as stacked columns, and the ratio's own change.

    Parts that never reach a hundredth of a point are left out of the picture, not of the table.
    None where the assessment has no path; years whose ratio is unknown are left out.
    """
    rows = view.assessment.decomposition.filter(
        pl.col("phase") == phase,
        pl.col("scenario") == scenario,
        pl.col("opening_pct", "closing_pct").is_not_null(),
    ).sort("year")
    if rows.is_empty():
        return None
    rows = rows.filter(pl.col("denominator") == rows["denominator"][0])
    parts = [name for name in COMPONENT if _counts(rows, name)]
    return Chart(
        f"decomposition-{phase}",
        _title(view, phase),
        _takeaway(view, rows, parts),
        _option(view, rows, parts),
        _table(view, rows, phase),
        view.say(
            f"deterministic path, {scenario} scenario; parts add up to the change",
            "确定性路径;各项之和等于债务率变动",
        ),
        height=360,
        native=Native("column_stacked", "year", tuple(parts)),
        unit=view.say("percentage points", "百分点"),
    )


def _title(view: RiskView, phase: str) -> str:
    when = PHASE[phase]
    en, zh = ("", "") if not view.planned else (f", {when.en}", f"({when.zh})")
    return view.say(f"What moves the debt ratio{en}", f"债务率变动分解{zh}")


def _counts(rows: pl.DataFrame, name: str) -> bool:
    return any(abs(value or 0.0) >= NEGLIGIBLE for value in rows[name])


def _option(view: RiskView, rows: pl.DataFrame, parts: list[str]) -> style.Option:
    names = {name: view.reader.read(COMPONENT[name]) for name in parts}
    columns = [_column(names[name], rows[name], place) for place, name in enumerate(parts)]
    change = view.say("change of the ratio", "债务率变动")
    line = _line(change, rows["closing_pct"] - rows["opening_pct"])
    return style.base(top=72, right=16) | {
        "legend": style.legend([*names.values(), change]),
        "xAxis": style.categories([str(year) for year in rows["year"]]),
        "yAxis": style.values(view.reader) | {"name": view.say("percentage points", "百分点")},
        "series": [*columns, line],
    }


def _column(name: str, values: pl.Series, place: int) -> dict[str, Any]:
    return {
        "type": "bar",
        "stack": "parts",
        "name": name,
        "data": [round(value or 0.0, 4) for value in values],
        "itemStyle": {"color": COLORS[place]} | style.EDGE | _hatch(place),
        "barMaxWidth": 34,
    }


def _hatch(place: int) -> style.Option:
    """Return the hatching of every other part; pale lines on dark colours, dark on pale ones."""
    if place % 2 == 0:
        return {}
    color = "#ffffff" if place < PALE_FROM or COLORS[place] == style.ALARM else style.INK
    lines = {"color": color, "dashArrayX": [1, 0], "dashArrayY": [2, 5]}
    return {"decal": {"symbol": "rect", "rotation": TILTS[place // 2 % len(TILTS)]} | lines}


def _line(name: str, values: pl.Series) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [round(value, 4) for value in values],
        "symbol": "diamond",
        "symbolSize": 9,
        "lineStyle": {"color": style.INK, "type": "dashed", "width": 1.6},
        "itemStyle": {"color": style.INK},
    }


def _takeaway(view: RiskView, rows: pl.DataFrame, parts: list[str]) -> str:
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    sums = {name: float(rows[name].sum()) for name in parts}
    if not sums:
        return view.say("The ratio does not move.", "债务率不变。")
    most = max(sums, key=lambda name: abs(sums[name]))
    part = COMPONENT[most]
    return view.say(
        f"The ratio goes from {first['opening_pct']:.0f} % to {last['closing_pct']:.0f} % by "
        f"{last['year']}; the largest part is {part.en} ({sums[most]:+.0f} points).",
        f"债务率由{first['opening_pct']:.0f}%变为{last['year']}年的{last['closing_pct']:.0f}%;"
        f"其中{part.zh}影响最大({sums[most]:+.0f}个百分点)。",
    )


def _table(view: RiskView, rows: pl.DataFrame, phase: str) -> Table:
    figures = ("opening_pct", *COMPONENT, "closing_pct")
    labels = {name: view.reader.read(text) for name, text in COMPONENT.items()}
    labels |= {
        "opening_pct": view.say("opening ratio", "期初债务率"),
        "closing_pct": view.say("closing ratio", "期末债务率"),
    }
    return Table(
        f"decomposition-{phase}",
        view.say(f"Decomposition {phase}", f"变动分解{'前' if phase == 'before' else '后'}"),
        view.say("Change of the debt ratio, points", "债务率变动分解(百分点)"),
        (
            Field("year", view.say("year", "年份")),
            *(Field(name, labels[name], "number") for name in figures),
        ),
        rows.with_columns(pl.col("year").cast(pl.String)).select("year", *figures),
    )
