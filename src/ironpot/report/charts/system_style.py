"""What do all pictures of a system share? Colours and dashes by regime, axes, figures, source."""

from dataclasses import replace
from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.model import Table
from ironpot.report.system_columns import fields_of, in_fen
from ironpot.report.system_view import REGIME, SystemView

Dash = str | list[int]
DASH: dict[str, Dash] = {
    "alone": "dotted",
    "rolling": [10, 4],
    "nash": "dashed",
    "coordinated": "solid",
    "fair": [2, 3],
    "banks": [6, 2],
    "fair_banks": [12, 2],
    "uniform": [4, 4],
    "whole": [8, 2, 2, 2],
    "fair_whole": [2, 2, 8, 2],
}
SYMBOL = {
    "alone": "triangle",
    "rolling": "rect",
    "nash": "diamond",
    "coordinated": "circle",
    "fair": "pin",
    "banks": "arrow",
    "fair_banks": "roundRect",
    "uniform": "emptyCircle",
    "whole": "emptyRect",
    "fair_whole": "emptyDiamond",
}
COLOR = {
    "alone": style.FAINT,
    "rolling": style.LIGHT,
    "nash": style.ALARM,
    "coordinated": style.DARK,
    "fair": style.MIDDLE,
    "banks": style.RAMP[2],
    "fair_banks": style.MIDDLE,
    "uniform": style.PALE,
    "whole": style.MIDDLE,
    "fair_whole": style.MIDDLE,
}
# From loss to gain: rust to blue, told apart by every kind of colour vision, and in grey by sign.
LOSS, EVEN, GAIN = "#dd8a68", "#f6f5f1", "#7fa9cf"


def percent_axis(name: str) -> dict[str, Any]:
    """Return an axis of percent with its name above; it need not begin at zero."""
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": style.FAINT, "fontSize": 11, "align": "left"},
        "axisLabel": {"color": style.INK, "fontSize": 12, "formatter": "{value}%"},
        "scale": True,
        "splitLine": {"lineStyle": {"color": style.GRID}},
    }


def numbers(view: SystemView, name: str, title: str, frame: pl.DataFrame) -> Table:
    """Return a chart's figures as a table for Excel; amounts of `frame` are yuan.

    Regimes and counties are called by name; a column that is called like a regime holds shares.
    """
    shown = in_fen(_called(view, frame))
    words = {regime: view.reader.read(text) for regime, text in REGIME.items()}
    fields = tuple(
        replace(field, label=words[field.name], kind="percent") if field.name in words else field
        for field in fields_of(shown, view.reader)
    )
    full = view.say(f"{title}: figures of the chart", f"{title}:图表数据")
    return Table(name, title, full, fields, shown, excel_only=True)


def _called(view: SystemView, frame: pl.DataFrame) -> pl.DataFrame:
    units = [name for name in ("unit_id", "parent_id") if name in frame.columns]
    named = frame.with_columns(
        pl.Series(name, [view.called(unit) for unit in frame[name]], pl.String) for name in units
    )
    return named.with_columns(view.regimes_said()) if "regime" in frame.columns else named


def source(view: SystemView) -> str:
    """Say where the figures come from."""
    return view.source or view.say(f"synthetic, seed {view.seed}", f"合成数据,种子{view.seed}")
