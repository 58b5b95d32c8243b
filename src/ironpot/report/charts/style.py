"""How do charts look? One palette, ordered from dark to light, and one base option for all.

The palette runs from blue to sand: safe for colour-blind readers, in order when printed in grey.
Lines differ in dash as well as in colour. Options are JSON data; no code is passed to the engine.
"""

from typing import Any

from ironpot.report.figures import Reader, in_unit_float, unit_label

FONT = "Noto Sans CJK SC, sans-serif"
INK = "#222222"
FAINT = "#8a8f98"
GRID = "#e3e5e8"
ALARM = "#b8371b"
RAMP = ("#14304f", "#28608f", "#4b93a8", "#8fbcae", "#ead08c", "#f8f0d8")
DARK, MIDDLE, LIGHT, PALE = RAMP[0], RAMP[1], RAMP[3], RAMP[4]
EDGE = {"borderColor": "#4a4f57", "borderWidth": 0.6}
# Drawn on a series: where nothing is left.
ZERO_LINE = {
    "symbol": "none",
    "silent": True,
    "label": {"show": False},
    "lineStyle": {"color": INK, "type": "solid", "width": 1},
    "data": [{"yAxis": 0}],
}

Option = dict[str, Any]


def base(*, top: int = 44, right: int = 24, bottom: int = 8, left: int = 8) -> Option:
    """Return what every chart shares; margins in pixels, axis labels always inside."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "fontSize": 12, "color": INK},
        "grid": {
            "top": top,
            "right": right,
            "bottom": bottom,
            "left": left,
            "outerBoundsMode": "same",
            "outerBoundsContain": "axisLabel",
        },
    }


def color_scale(least: float, most: float, ends: tuple[str, str], colors: list[str]) -> Option:
    """Return a bar of colours below the plot; `ends` say what its right and left end mean."""
    return {
        "min": least,
        "max": most,
        "orient": "horizontal",
        "left": "center",
        "bottom": 4,
        "itemWidth": 12,
        "itemHeight": 180,
        "text": list(ends),
        "inRange": {"color": colors},
        "textStyle": {"fontSize": 11, "color": INK},
    }


def legend(names: list[str], *, top: int = 2) -> Option:
    """Return a legend on one or more lines above the plot, in the order of the data."""
    return {
        "data": names,
        "top": top,
        "left": "center",
        "itemWidth": 18,
        "itemHeight": 10,
        "itemGap": 14,
        "textStyle": {"fontSize": 12, "color": INK},
    }


def categories(names: list[str], **more: Any) -> Option:
    """Return a category axis with all labels legible."""
    axis = {
        "type": "category",
        "data": names,
        "axisTick": {"alignWithLabel": True, "lineStyle": {"color": FAINT}},
        "axisLine": {"lineStyle": {"color": FAINT}},
        "axisLabel": {"color": INK, "fontSize": 12, "hideOverlap": True},
    }
    return axis | more


def values(reader: Reader, **more: Any) -> Option:
    """Return a value axis that names the reader's unit."""
    axis = {
        "type": "value",
        "name": unit_label(reader),
        "nameTextStyle": {"color": FAINT, "fontSize": 11, "align": "left"},
        "axisLabel": {"color": INK, "fontSize": 12},
        "splitLine": {"lineStyle": {"color": GRID}},
    }
    return axis | more


def flat_values(reader: Reader) -> Option:
    """Return a value axis along the bottom with the unit below its middle."""
    return values(
        reader,
        nameLocation="middle",
        nameGap=28,
        nameTextStyle={"color": FAINT, "fontSize": 11},
        axisLine={"show": False},
        axisTick={"show": False},
    )


def line(
    name: str,
    data: list[Any],
    *,
    color: str = DARK,
    dash: str | list[int] = "solid",
    width: float = 2.2,
) -> Option:
    """Return a line without marks; `dash` tells lines apart in print."""
    return {
        "type": "line",
        "name": name,
        "data": data,
        "symbol": "none",
        "lineStyle": {"color": color, "type": dash, "width": width},
        "itemStyle": {"color": color},
    }


def scaled(amounts: list[int | None], reader: Reader) -> list[float | None]:
    """Return fen as numbers in the reader's unit, rounded to what a chart can show."""
    return [None if fen is None else round(in_unit_float(fen, reader), 6) for fen in amounts]
