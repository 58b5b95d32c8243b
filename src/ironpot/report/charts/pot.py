"""Pot or steel? What decisive lots are worth kept against what they would bring, with ranges."""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import money
from ironpot.report.model import Chart, Field, Native, Table, clip
from ironpot.report.reasons import better_kept, kept_because
from ironpot.report.view import View

MOST_RELEASED, MOST_KEPT, MOST_HELD_BACK = 7, 5, 3
NAME_LETTERS = 30


def decisive(view: View) -> pl.DataFrame:
    """Return the lots that weigh most: released, worth more kept, and held back from a sale."""
    tested = view.lots.filter(
        pl.col("pot_net").is_not_null() & pl.col("pot_retention").is_not_null()
    ).with_columns(pl.col("surplus").abs().alias("weight"))
    gone, loss = pl.col("released"), pl.col("surplus") < 0
    groups = ((gone, MOST_RELEASED), (~gone & loss, MOST_KEPT), (~gone & ~loss, MOST_HELD_BACK))
    return pl.concat(
        tested.filter(group).sort("weight", "lot_id", descending=[True, False]).head(most)
        for group, most in groups
    )


def pot_chart(view: View) -> Chart | None:
    """Return retention value and net proceeds, low to high, of the most decisive lots."""
    rows = decisive(view)
    if rows.height == 0:
        return None
    return Chart(
        "pot",
        view.say("The pot test: worth kept against net proceeds", "留卖测算:留用价值与处置净得"),
        _takeaway(view),
        _option(view, rows),
        _table(view, rows),
        view.say(
            "pots table, present values; bars run from low to high, marks show the base value",
            "留卖测算表,现值;横线为低至高区间,标记为基准值",
        ),
        height=96 + 22 * rows.height,
        native=Native("bar", "name", ("pot_retention", "pot_net")),
    )


def _takeaway(view: View) -> str:
    kept = better_kept(view)
    gain = pl.col("net_proceeds") - pl.col("retention_value")
    sold = view.lots.filter(pl.col("released") & (gain > 0)).with_columns(gain.alias("gain"))
    saved = money(-int(kept["surplus"].sum() or 0), view.reader)
    gained = money(int(sold["gain"].sum() or 0), view.reader)
    if sold.height == 0:
        return view.say(
            f"{kept.height} lots are worth {saved} more kept than sold.",
            f"{kept.height}处留用价值高于处置净得{saved}。",
        )
    return view.say(
        f"{kept.height} lots are kept because they are worth {saved} more kept than sold; "
        f"{sold.height} leave and bring {gained} more than keeping them.",
        f"{kept.height}处留用价值高于处置净得{saved},予以保留;{sold.height}处处置净得高于留用价值{gained},予以处置。",
    )


def _option(view: View, rows: pl.DataFrame) -> style.Option:
    names = [view.say("worth kept", "留用价值"), view.say("net proceeds", "处置净得")]
    pot = ("retention_low", "pot_retention", "retention_high")
    steel = ("net_low", "pot_net", "net_high")
    return style.base(top=34, right=30, bottom=30) | {
        "legend": style.legend(names),
        "xAxis": style.flat_values(view.reader),
        "yAxis": [_named_axis(view, rows), _hidden_axis(rows.height)],
        "series": [
            *_marks(view, rows, pot, names[0], ("circle", style.DARK, -0.16)),
            *_marks(view, rows, steel, names[1], ("diamond", style.ALARM, 0.16)),
        ],
    }


def _deed(view: View, lot: dict[str, Any]) -> str:
    """Return the decision; of a lot that only something else holds back, what that is."""
    held = not lot["released"] and lot["route"] == "hold" and lot["surplus"] >= 0
    deed, because = str(lot["route_text"]), kept_because(view, lot)
    return view.say(f"{deed}: {because}", f"{deed}:{because}") if held else deed


def _named_axis(view: View, rows: pl.DataFrame) -> style.Option:
    lots = [(clip(lot["name"], NAME_LETTERS), lot) for lot in rows.iter_rows(named=True)]
    return style.categories(
        [f"{name}  [{_deed(view, lot)}]" for name, lot in lots],
        inverse=True,
        axisLabel={"color": style.INK, "fontSize": 12, "interval": 0},
        splitLine={"show": True, "interval": 0, "lineStyle": {"color": style.GRID}},
    )


def _hidden_axis(count: int) -> style.Option:
    """Return positions between the names, so that a lot's two ranges stand one above the other."""
    return {"type": "value", "min": -0.5, "max": count - 0.5, "inverse": True, "show": False}


def _marks(
    view: View,
    rows: pl.DataFrame,
    columns: tuple[str, str, str],
    name: str,
    look: tuple[str, str, float],
) -> list[style.Option]:
    """Return a line from low to high and a mark at the base value for each lot."""
    symbol, color, shift = look
    low, middle, high = (style.scaled(rows[column].to_list(), view.reader) for column in columns)
    spans: list[list[float | None]] = []
    gap: list[float | None] = [None, None]
    for index, (start, end) in enumerate(zip(low, high, strict=True)):
        spans += [[start, index + shift], [end, index + shift], gap]
    marks = [[value, index + shift] for index, value in enumerate(middle)]
    paint = {"itemStyle": {"color": color}}
    span = {"type": "line", "name": name, "yAxisIndex": 1, "data": spans, "symbol": "none"}
    mark = {"type": "scatter", "name": name, "yAxisIndex": 1, "data": marks, "symbol": symbol}
    return [
        span | paint | {"lineStyle": {"color": color, "width": 2.2}},
        mark | paint | {"symbolSize": 10 if symbol == "circle" else 13},
    ]


def _table(view: View, rows: pl.DataFrame) -> Table:
    heads = (
        ("retention_low", "worth kept, low", "留用价值(低)"),
        ("pot_retention", "worth kept", "留用价值"),
        ("retention_high", "worth kept, high", "留用价值(高)"),
        ("net_low", "net proceeds, low", "处置净得(低)"),
        ("pot_net", "net proceeds", "处置净得"),
        ("net_high", "net proceeds, high", "处置净得(高)"),
    )
    return Table(
        "pot",
        view.say("Pot test", "留卖测算"),
        view.say("Pot test of the decisive lots", "关键标的留卖测算"),
        (
            Field("name", view.say("lot", "标的"), width=2.0),
            Field("route_text", view.say("decision", "决定")),
            *(Field(key, view.say(en, zh), "money", fine=True) for key, en, zh in heads),
        ),
        rows,
        excel_only=True,
    )
