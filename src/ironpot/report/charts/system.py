"""How do prices in the regimes look, and the frontier of total cost and the worst county?"""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.charts.system_style import COLOR, DASH, SYMBOL, numbers, percent_axis, source
from ironpot.report.figures import percent
from ironpot.report.model import Chart
from ironpot.report.system_view import REGIME, SystemView
from ironpot.system.frontier import burdens


def price_chart(view: SystemView) -> Chart:
    """Return the average price fraction by quarter in the four regimes."""
    sums = (
        view.tables["prices"]
        .group_by("regime", "quarter", maintain_order=True)
        .agg(pl.col("proceeds", "volume").sum())
    )
    price = pl.when(pl.col("volume") > 1.0).then(pl.col("proceeds") / pl.col("volume"))
    wide = sums.with_columns(price=price).pivot("regime", index="quarter", values="price")
    rows = wide.sort("quarter")
    title = view.say("Prices by regime", "各情形下的价格")
    return Chart(
        "prices",
        title,
        _price_said(view, rows),
        _price_option(view, rows),
        numbers(view, "prices", title, rows),
        source(view),
        unit=view.say("of appraisal", "占评估值"),
    )


def _price_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    series = [_price_line(view, rows, regime.name) for regime in view.crowd.regimes]
    return style.base(top=56, right=20) | {
        "legend": style.legend([line["name"] for line in series]) | {"itemWidth": 30},
        "xAxis": style.categories(list(view.quarters)),
        "yAxis": percent_axis(view.say("price over appraisal", "成交价/评估值")),
        "series": series,
    }


def _price_said(view: SystemView, rows: pl.DataFrame) -> str:
    nash, joint = (_share(rows[name].mean()) for name in ("nash", "coordinated"))
    crowd = view.crowd
    more = float(crowd.plan.sold.sum() - crowd.regime("nash").sold.sum())
    size = view.yuan(abs(more))
    en, zh = ("more", "多") if more >= 0.0 else ("less", "少")
    return view.say(
        f"On average lots fetch {nash} of their appraisal in the crowd and {joint} with the joint "
        f"plan, which sells {size} {en} of them (appraised). ",
        f"扎堆出售平均为评估值的{nash},统筹为{joint},成交标的{zh}{size}(评估值)。",
    ) + _alone_said(view)


def _alone_said(view: SystemView) -> str:
    """Say how much less is sold alone, whose prices look better by it; or how much more."""
    fewer = float(view.crowd.plan.sold.sum() - view.crowd.regime("alone").sold.sum())
    size = view.yuan(abs(fewer))
    if fewer < 0.0:
        return view.say(
            f"Alone, {size} more are sold than with the joint plan.", f"各自时成交较统筹多{size}。"
        )
    return view.say(
        f"A high price is no gain where lots stay unsold: alone, {size} less are sold than with "
        "the joint plan.",
        f"卖不出去时价高无益:各自时成交较统筹少{size}。",
    )


def _share(price: object) -> str:
    return percent(price if isinstance(price, float) else None)


def _price_line(view: SystemView, rows: pl.DataFrame, name: str) -> dict[str, Any]:
    return {
        "type": "line",
        "name": view.reader.read(REGIME[name]),
        "data": [None if price is None else round(price * 100.0, 2) for price in rows[name]],
        "symbol": SYMBOL[name],
        "symbolSize": 6,
        "lineStyle": {"color": COLOR[name], "type": DASH[name], "width": 2.2},
        "itemStyle": {"color": COLOR[name]},
    }


def frontier_chart(view: SystemView) -> Chart:
    """Return total cost against the burden of the worst county: the regimes, and what is possible.

    The line is traced by plans that bound the worst burden, where the nation is small enough.
    """
    regimes = view.crowd.regimes
    worst = [float(burdens(view.crowd.markets, r.costs).max(initial=0.0)) for r in regimes]
    names = [regime.name for regime in regimes]
    rows = pl.DataFrame({"regime": names, "cost": [r.cost for r in regimes], "worst": worst})
    title = view.say("Total cost and the worst county", "总成本与最差县")
    return Chart(
        "frontier",
        title,
        _frontier_said(view),
        _frontier_option(view, rows),
        numbers(view, "frontier", title, rows),
        source(view),
    )


def _frontier_said(view: SystemView) -> str:
    read = view.say(
        "A county's burden is its cost over the cash it has to find. Left is cheaper for all "
        "together, lower is better for the worst county.",
        "负担=一县成本/其资金需求。越左全体成本越低,越下最差县负担越轻。",
    )
    return f"{read} {_line_said(view)}" if view.reader.lang == "en" else read + _line_said(view)


def _line_said(view: SystemView) -> str:
    """Say what the line costs from the joint plan on, the cheapest plan of the line or below it."""
    traced = _traced(view)
    if traced.is_empty():
        return view.say("What joint plans can reach was not traced.", "统筹可达到的范围未求得。")
    first = traced.row(0, named=True)
    joint = view.crowd.regime("coordinated")
    worst = float(burdens(view.crowd.markets, joint.costs).max(initial=0.0))
    size, most, least = (
        view.yuan(first["cost"] - joint.cost),
        percent(worst),
        percent(first["worst"]),
    )
    return view.say(
        f"The line is what joint plans can reach: to bring the worst burden from {most}, where the "
        f"joint plan leaves it, to {least} of need costs all together {size}.",
        f"曲线为统筹可达到的范围:把最差县负担由统筹方案的{most}降至{least},全体多付{size}。",
    )


def _traced(view: SystemView) -> pl.DataFrame:
    return view.tables.get("frontier", pl.DataFrame())


def _frontier_option(view: SystemView, rows: pl.DataFrame) -> style.Option:
    # Points of wishes lie close, so that names beside them would hide one another.
    wished = rows.height > len(_ALWAYS)
    points = [
        {"type": "scatter", "name": view.reader.read(REGIME[name]), "data": [[cost, worst * 100.0]]}
        | {"symbolSize": 14, "symbol": SYMBOL[name], "label": _NAMED | {"show": not wished}}
        | {"itemStyle": {"color": COLOR[name], **style.EDGE}}
        for name, cost, worst in zip(rows["regime"], _costs(view, rows), rows["worst"], strict=True)
    ]
    worst_axis = percent_axis(view.say("worst county: cost over need", "最差县:成本/需求"))
    cost_axis = style.flat_values(view.reader)
    unit = cost_axis.get("name", "")
    named = {"name": view.say(f"total cost ({unit})", f"总成本({unit})"), "scale": True}
    layout = style.base(top=84 if wished else 36, right=90, bottom=44)
    layout |= {"xAxis": cost_axis | named, "yAxis": worst_axis}
    if wished:
        layout["legend"] = style.legend([view.reader.read(REGIME[name]) for name in rows["regime"]])
    return layout | {"series": [*_line(view), *points]}


def _line(view: SystemView) -> list[dict[str, Any]]:
    traced = _traced(view)
    if traced.height < 2:
        return []
    data = [list(pair) for pair in zip(_costs(view, traced), traced["worst"] * 100.0, strict=True)]
    color = {"color": style.DARK}
    return [
        {"type": "line", "name": view.say("possible", "可达范围"), "data": data, "symbolSize": 4}
        | {"symbol": "circle", "itemStyle": color, "lineStyle": color | {"width": 2}}
    ]


def _costs(view: SystemView, rows: pl.DataFrame) -> list[float | None]:
    return style.scaled([round(cost * 100) for cost in rows["cost"]], view.reader)


_ALWAYS = ("alone", "rolling", "nash", "coordinated")
_NAMED = {"show": True, "position": "right", "formatter": "{a}", "fontSize": 12}
