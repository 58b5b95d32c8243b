"""Where does the plan save, and which counties win and lose? A map of tiles and a list of bars."""

from typing import Any

import numpy as np
import polars as pl

from ironpot.report.charts import style
from ironpot.report.charts.system_style import EVEN, GAIN, LOSS, numbers, source
from ironpot.report.figures import number, percent
from ironpot.report.model import Chart
from ironpot.report.system_answer import gains_of
from ironpot.report.system_view import SystemView

SHOWN = 12
SEEN = 1e-3  # shorter bars than this part of the longest cannot be seen
NAMED = 40  # more tiles than these have no room for names


def map_chart(view: SystemView) -> Chart:
    """Return a tile a prefecture: what it saves by the announced plan, of its need."""
    sums = view.tables["counties"].group_by("parent_id", maintain_order=True)
    rows = sums.agg(pl.col("need", "gain_over_nash").sum()).with_columns(
        share=pl.when(pl.col("need") > 0.0).then(pl.col("gain_over_nash") / pl.col("need"))
    )
    places = _tiles(view, rows["parent_id"].to_list())
    lost = rows.filter(pl.col("share") < 0.0).height
    title = view.say(f"Where the {view.told} saves", f"{view.told}节省的地区分布")
    return Chart(
        "map",
        title,
        view.say(
            f"{rows.height - lost} of {rows.height} places save, {lost} lose; of their need.",
            f"{rows.height}个地区中{rows.height - lost}个节省,{lost}个受损(占资金需求之比)。",
        ),
        _map_option(view, rows, places),
        numbers(view, "map", title, rows),
        source(view),
        unit=view.say("of need", "占需求"),
        height=(50 if len(places) <= NAMED else 30) * (max(row for row, _ in places) + 1) + 70,
    )


def _map_option(
    view: SystemView, rows: pl.DataFrame, places: list[tuple[int, int]]
) -> style.Option:
    height, width = (max(place[k] for place in places) + 1 for k in (0, 1))
    shares = rows["share"].fill_null(0.0)
    data = [
        {
            "value": [column, row, round(share, 4)],
            "label": {"formatter": f"{view.called(unit)}\n{percent(share)}"},
        }
        for (row, column), unit, share in zip(places, rows["parent_id"], shares, strict=True)
    ]
    label = _LABEL | {"show": len(places) <= NAMED}
    most = float(np.abs(shares.to_numpy()).max(initial=1e-3))
    return style.base(top=8, right=8, bottom=48) | {
        "xAxis": _hidden(width),
        "yAxis": _hidden(height) | {"inverse": True},
        "visualMap": _scale(view, most),
        "series": [{"type": "heatmap", "data": data, "label": label, "itemStyle": _TILE}],
    }


_LABEL = {"show": True, "fontSize": 11, "color": style.INK, "lineHeight": 15}
_TILE = {"borderColor": "#ffffff", "borderWidth": 3}


def _tiles(view: SystemView, units: list[str | None]) -> list[tuple[int, int]]:
    """Return (row, column) of each unit: as given, else in order on a grid about square."""
    if all(unit in view.tiles for unit in units):
        return [view.tiles[unit or ""] for unit in units]
    wide = max(int(np.ceil(np.sqrt(len(units) * 1.6))), 1)
    return [(number // wide, number % wide) for number in range(len(units))]


def _hidden(size: int) -> dict[str, Any]:
    return {"type": "category", "data": list(range(size)), "show": False}


def _scale(view: SystemView, most: float) -> dict[str, Any]:
    ends = view.say("saves", "节省"), view.say("loses", "受损")
    return style.color_scale(-most, most, ends, [LOSS, EVEN, GAIN])


def winners_chart(view: SystemView) -> Chart:
    """Return the counties that gain and lose most by the announced plan."""
    moved = pl.col("gain_over_nash").abs() >= SEEN * pl.col("gain_over_nash").abs().max()
    ranked = view.tables["counties"].filter(moved).sort("gain_over_nash", descending=True)
    ends = pl.concat([ranked.head(SHOWN), ranked.tail(max(min(SHOWN, ranked.height - SHOWN), 0))])
    title = view.say("Who gains and who loses", "得益与受损")
    return Chart(
        "winners",
        title,
        gains_of(view),
        _winners_option(view, ends),
        numbers(view, "winners", title, ends.select(_SHOWN_OF)),
        source(view),
        height=16 * ends.height + 70,
    )


_SHOWN_OF = ("unit_id", "gain_over_nash", "compensation")


def _winners_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    gains = style.scaled([round(gain * 100) for gain in rows["gain_over_nash"]], view.reader)
    bars = [
        {"value": gain, "itemStyle": {"color": style.MIDDLE if (gain or 0.0) > 0 else LOSS}}
        | {"label": _figure(gain or 0.0)}
        for gain in gains
    ]
    names = [view.called(unit) for unit in rows["unit_id"]]
    return style.base(top=12, right=24, bottom=44) | {
        "xAxis": style.flat_values(view.reader) | _ROOM,
        "yAxis": style.categories(
            names, inverse=True, axisLine={"onZero": False}, axisLabel=_EVERY_NAME
        ),
        "series": [{"type": "bar", "data": bars, "barMaxWidth": 12}],
    }


_EVERY_NAME = {"color": style.INK, "fontSize": 11, "interval": 0}
# The longest bar's figure stands beside it, and must not reach the names.
_ROOM = {"boundaryGap": ["8%", "8%"]}


def _figure(gain: float) -> dict[str, Any]:
    """Return a bar's label, on its outer end."""
    side = "right" if gain > 0.0 else "left"
    look = {"color": style.INK, "fontSize": 10}
    return {"show": True, "position": side, "formatter": number(gain)} | look
