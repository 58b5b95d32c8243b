"""When does each lot go to market and when does its money come? A bar a lot, coloured by route."""

import polars as pl

from ironpot.core.dates import Horizon, quarter_number
from ironpot.report.charts import style
from ironpot.report.figures import amount, money, period
from ironpot.report.model import Chart, Field, Native, Table, clip
from ironpot.report.view import View, total

MOST_LOTS = 24
NAME_LETTERS = 30


def timeline_chart(view: View) -> Chart | None:
    """Return the largest released lots from start of preparation to cash; None if none leaves."""
    going = _going(view)
    if going.height == 0:
        return None
    shown = going.sort("net_proceeds", "lot_id", descending=[True, False]).head(MOST_LOTS)
    rows = shown.sort("offset", "length", "lot_id")
    return Chart(
        "timeline",
        view.say("Timeline of lots", "标的处置时间表"),
        _takeaway(view, going, rows),
        _option(view, rows),
        _table(view, rows),
        view.say(
            f"decisions table; from start to cash, quarters from {view.first}; figures are net "
            "proceeds at present value",
            f"处置决定表;自推出至最早到账,自{view.first}起按季;数字为净得现值",
        ),
        height=90 + 17 * rows.height,
        native=Native("bar_floating", "name", ("offset", "length"), hidden=("offset",)),
    )


def _going(view: View) -> pl.DataFrame:
    """Return released lots with position and length of their bar in quarters."""
    first = quarter_number(view.first)
    released = view.lots.filter(pl.col("released") & pl.col("start_quarter").is_not_null())
    starts = [quarter_number(word) - first for word in released["start_quarter"]]
    ends = [
        quarter_number(cash or start) - first
        for start, cash in released.select("start_quarter", "cash_quarter").iter_rows()
    ]
    return released.with_columns(
        pl.Series("offset", starts, pl.Int64),
        pl.Series("end", ends, pl.Int64),
    ).with_columns((pl.col("end") - pl.col("offset") + 1).alias("length"))


def _takeaway(view: View, going: pl.DataFrame, rows: pl.DataFrame) -> str:
    first = period(str(going["start_quarter"].min()), view.reader)
    brings = money(total(rows, "net_proceeds"), view.reader)
    whole = money(total(going, "net_proceeds"), view.reader)
    if rows.height == going.height:
        return view.say(
            f"{going.height} lots leave, the first from {first}; together they bring {whole} net.",
            f"共处置{going.height}处,最早于{first}推出,合计净得{whole}。",
        )
    return view.say(
        f"{going.height} lots leave, the first from {first}; the {rows.height} largest shown bring "
        f"{brings} of {whole} net.",
        f"共处置{going.height}处,最早于{first}推出;图示最大的{rows.height}处净得{brings},全部净得{whole}。",
    )


def _option(view: View, rows: pl.DataFrame) -> style.Option:
    horizon = Horizon(view.first, int(view.summary["horizon"]["quarters"]))
    count = len(horizon.quarters)
    hidden = {"type": "value", "min": 0, "max": count, "show": False}
    quarters = style.categories(list(horizon.quarters), position="top", **_lines())
    names = style.categories(
        [clip(name, NAME_LETTERS) for name in rows["name"]],
        inverse=True,
        axisLabel={"color": style.INK, "fontSize": 11, "interval": 0},
    )
    routes = rows["route_text"].unique(maintain_order=True).to_list()
    lead = {"type": "bar", "stack": "all", "xAxisIndex": 1, "silent": True}
    offset = lead | {"data": rows["offset"].to_list(), "itemStyle": {"color": "transparent"}}
    bars = [
        lead
        | {"name": route, "data": _bars(view, rows, route), "barMaxWidth": 11}
        | {"itemStyle": {"color": color} | style.EDGE}
        for route, color in zip(routes, _colors(len(routes)), strict=True)
    ]
    return style.base(top=52, right=58, bottom=8) | {
        "legend": style.legend(routes),
        "xAxis": [quarters, hidden],
        "yAxis": names,
        "series": [offset, *bars],
    }


def _lines() -> style.Option:
    label = {"color": style.INK, "interval": 3, "align": "left"}
    line = {"show": True, "interval": 3, "lineStyle": {"color": style.GRID}}
    return {"axisLabel": label, "splitLine": line, "axisTick": {"show": False}}


def _colors(count: int) -> list[str]:
    """Return one colour a route, spread over the ramp."""
    ramp = style.RAMP[:5]
    return [
        ramp[index * (len(ramp) - 1) // max(count - 1, 1) % len(ramp)] for index in range(count)
    ]


def _bars(view: View, rows: pl.DataFrame, route: str) -> list[style.Option | None]:
    shown = rows.select("route_text", "length", "net_proceeds").iter_rows()
    return [
        {
            "value": length,
            "label": {
                "show": True,
                "position": "right",
                "formatter": amount(net, view.reader),
                "fontSize": 11,
                "color": style.INK,
            },
        }
        if text == route
        else None
        for text, length, net in shown
    ]


def _table(view: View, rows: pl.DataFrame) -> Table:
    return Table(
        "timeline",
        view.say("Timeline", "处置时间表"),
        view.say("Timeline of the largest lots", "主要标的处置时间表"),
        (
            Field("name", view.say("lot", "标的"), width=2.0),
            Field("route_text", view.say("route", "方式")),
            Field("start_quarter", view.say("offered", "推出"), "period"),
            Field("cash_quarter", view.say("cash from", "最早到账"), "period"),
            Field("offset", view.say("quarters before the offer", "推出前季数"), "count"),
            Field("length", view.say("quarters to cash", "历时季数"), "count"),
            Field("net_proceeds", view.say("net proceeds", "净得"), "money", fine=True),
        ),
        rows,
        excel_only=True,
    )
