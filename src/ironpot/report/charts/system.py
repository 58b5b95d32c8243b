"""How do prices, places, winners and the frontier of selling together look?"""

from typing import Any

import numpy as np
import polars as pl

from ironpot.core.lang import Text
from ironpot.report.charts import style
from ironpot.report.figures import percent
from ironpot.report.model import Chart, Field, Table
from ironpot.report.system_view import SystemView

REGIME: dict[str, Text] = {
    "alone": Text("alone", "各自"),
    "rolling": Text("rolling", "滚动"),
    "nash": Text("learned crowd", "博弈"),
    "coordinated": Text("together", "统筹"),
}
DASH: dict[str, str | list[int]] = {
    "alone": "dotted",
    "rolling": [10, 4],
    "nash": "dashed",
    "coordinated": "solid",
}
COLOR = {
    "alone": style.FAINT,
    "rolling": style.LIGHT,
    "nash": style.ALARM,
    "coordinated": style.DARK,
}
SHOWN = 12
NAMED = 40  # more tiles than these have no room for names


def system_charts(view: SystemView) -> tuple[Chart, ...]:
    """Return the four pictures: price paths, map, winners and losers, frontier."""
    return price_chart(view), map_chart(view), winners_chart(view), frontier_chart(view)


def price_chart(view: SystemView) -> Chart:
    """Return the average price fraction by quarter in the four regimes."""
    sums = (
        view.tables["prices"].group_by("regime", "quarter").agg(pl.col("proceeds", "volume").sum())
    )
    price = pl.when(pl.col("volume") > 1.0).then(pl.col("proceeds") / pl.col("volume"))
    wide = sums.with_columns(price=price).pivot("regime", index="quarter", values="price")
    rows = wide.sort("quarter")
    return Chart(
        "prices",
        view.say("Prices in the four regimes", "四种情形下的价格"),
        _price_said(view, rows),
        _price_option(view, rows),
        _numbers(view, "prices", rows),
        _source(view),
        unit=view.say("of appraisal", "占评估值"),
    )


def _price_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    series = [_price_line(view, rows, name) for name in REGIME]
    return style.base(top=56, right=20) | {
        "legend": style.legend([line["name"] for line in series]) | {"itemWidth": 30},
        "xAxis": style.categories(list(view.quarters)),
        "yAxis": _axis(view.say("price over appraisal", "成交价/评估值")) | {"scale": True},
        "series": series,
    }


def _price_said(view: SystemView, rows: pl.DataFrame) -> str:
    nash, joint = (_share(rows[name].mean()) for name in ("nash", "coordinated"))
    crowd = view.crowd
    more = view.yuan(float(crowd.plan.sold.sum() - crowd.regime("nash").sold.sum()))
    return view.say(
        f"On average {nash} of appraisal in a crowd and {joint} together, where {more} of "
        "appraised lots more find a buyer.",
        f"扎堆出售平均为评估值的{nash},统筹为{joint},成交标的多{more}(评估值)。",
    )


def _share(price: object) -> str:
    return percent(price if isinstance(price, float) else None)


def _price_line(view: SystemView, rows: pl.DataFrame, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "name": view.reader.read(REGIME[name]),
        "data": [None if price is None else round(price, 4) for price in rows[name]],
        "symbol": "none",
        "lineStyle": {"color": COLOR[name], "type": DASH[name], "width": 2.2},
        "itemStyle": {"color": COLOR[name]},
    }


def map_chart(view: SystemView) -> Chart:
    """Return a tile a prefecture: what it saves by the joint plan, of its need."""
    sums = view.tables["counties"].group_by("parent_id", maintain_order=True)
    rows = sums.agg(pl.col("need", "gain_over_nash").sum()).with_columns(
        share=pl.when(pl.col("need") > 0.0).then(pl.col("gain_over_nash") / pl.col("need"))
    )
    places = _tiles(view, rows["parent_id"].to_list())
    lost = rows.filter(pl.col("share") < 0.0).height
    return Chart(
        "map",
        view.say("Where the joint plan saves", "统筹节省的地区分布"),
        view.say(
            f"{rows.height - lost} of {rows.height} prefectures save, {lost} lose; of their need.",
            f"{rows.height}个市州中{rows.height - lost}个节省,{lost}个受损(占资金需求之比)。",
        ),
        _map_option(view, rows, places),
        _numbers(view, "map", rows.with_columns(parent_id=pl.Series(_called(view, rows)))),
        _source(view),
        unit=view.say("of need", "占需求"),
        height=(70 if len(places) <= NAMED else 30) * (max(row for row, _ in places) + 1) + 70,
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


def _called(view: SystemView, rows: pl.DataFrame) -> list[str]:
    return [view.called(unit) for unit in rows["parent_id"]]


def _tiles(view: SystemView, units: list[str | None]) -> list[tuple[int, int]]:
    """Return (row, column) of each unit: as given, else in order on a grid about square."""
    if all(unit in view.tiles for unit in units):
        return [view.tiles[unit or ""] for unit in units]
    wide = max(int(np.ceil(np.sqrt(len(units) * 1.6))), 1)
    return [(number // wide, number % wide) for number in range(len(units))]


def _hidden(size: int) -> dict[str, Any]:
    return {"type": "category", "data": list(range(size)), "show": False}


def _scale(view: SystemView, most: float) -> dict[str, Any]:
    return {
        "min": -most,
        "max": most,
        "orient": "horizontal",
        "left": "center",
        "bottom": 4,
        "itemWidth": 12,
        "itemHeight": 180,
        "text": [view.say("saves", "节省"), view.say("loses", "受损")],
        "inRange": {"color": [style.PALE, "#f4f4f2", style.LIGHT]},
        "textStyle": {"fontSize": 11, "color": style.INK},
    }


def winners_chart(view: SystemView) -> Chart:
    """Return the counties that gain and lose most by the joint plan."""
    ranked = view.tables["counties"].sort("gain_over_nash", descending=True)
    ends = pl.concat([ranked.head(SHOWN), ranked.tail(max(min(SHOWN, ranked.height - SHOWN), 0))])
    return Chart(
        "winners",
        view.say("Who gains and who loses", "得益与受损"),
        view.answer[2],
        _winners_option(view, ends),
        _numbers(view, "winners", ends.select("unit_id", "gain_over_nash", "compensation")),
        _source(view),
        height=20 * ends.height + 80,
    )


def _winners_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    gains = style.scaled([round(gain * 100) for gain in rows["gain_over_nash"]], view.reader)
    bars = [
        {"value": gain, "itemStyle": {"color": style.MIDDLE if (gain or 0.0) > 0 else style.ALARM}}
        for gain in gains
    ]
    names = [view.called(unit) for unit in rows["unit_id"]]
    return style.base(top=12, right=24, bottom=44) | {
        "xAxis": style.flat_values(view.reader),
        "yAxis": style.categories(names, inverse=True, axisLine={"onZero": False}),
        "series": [{"type": "bar", "data": bars, "barMaxWidth": 12}],
    }


def frontier_chart(view: SystemView) -> Chart:
    """Return total cost against the cost of the worst county, over its need, by regime."""
    need = view.tables["counties"]["need"].to_numpy()
    usable, regimes = need > 0.0, view.crowd.regimes
    worst = [
        float((regime.costs[usable] / need[usable]).max(initial=-np.inf)) for regime in regimes
    ]
    names = [regime.name for regime in regimes]
    rows = pl.DataFrame({"regime": names, "cost": [r.cost for r in regimes], "worst": worst})
    return Chart(
        "frontier",
        view.say("Total cost and the worst county", "总成本与最差县"),
        view.say(
            "Left is cheaper for all together, lower is better for the worst county.",
            "越左总成本越低,越下最差县越好。",
        ),
        _frontier_option(view, rows),
        _numbers(view, "frontier", rows),
        _source(view),
    )


def _frontier_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    costs = style.scaled([round(cost * 100) for cost in rows["cost"]], view.reader)
    points = [
        {"type": "scatter", "name": view.reader.read(REGIME[name]), "data": [[cost, worst]]}
        | {"symbolSize": 14, "itemStyle": {"color": COLOR[name]}, "label": _NAMED}
        for name, cost, worst in zip(rows["regime"], costs, rows["worst"], strict=True)
    ]
    worst_axis = _axis(view.say("worst county: cost over need", "最差县:成本/需求"))
    return style.base(top=36, right=90, bottom=44) | {
        "xAxis": style.flat_values(view.reader) | {"scale": True},
        "yAxis": worst_axis | {"scale": True},
        "series": points,
    }


_NAMED = {"show": True, "position": "right", "formatter": "{a}", "fontSize": 12}


def _axis(name: str) -> dict[str, Any]:
    return {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": style.FAINT, "fontSize": 11, "align": "left"},
        "axisLabel": {"color": style.INK, "fontSize": 12},
        "splitLine": {"lineStyle": {"color": style.GRID}},
    }


def _numbers(view: SystemView, name: str, frame: pl.DataFrame) -> Table:
    fields = tuple(
        Field(column, column, "number" if kind.is_numeric() else "text")
        for column, kind in frame.schema.items()
    )
    title = view.say("Figures of the chart", "图表数据")
    return Table(name, title, title, fields, frame, excel_only=True)


def _source(view: SystemView) -> str:
    return view.say(f"synthetic, seed {view.seed}", f"合成数据,种子{view.seed}")
