"""Who hurts whom? Sellers down, whom their selling costs across; only those that matter most."""

from typing import Any

import polars as pl

from ironpot.report.charts import style
from ironpot.report.charts.system_style import EVEN, LOSS, numbers, source
from ironpot.report.figures import listing, number, percent
from ironpot.report.model import Chart, clip
from ironpot.report.system_view import SystemView

SHOWN = 16
NAME_LETTERS = 18
WORST = 3
_DARK = 0.7  # from this share of the scale on, figures are white


def harm_chart(view: SystemView) -> Chart:
    """Return a heat map of the counties whose selling costs others most, by whom it costs."""
    table = view.tables["harm"]
    names = _most_involved(view, table)
    among = table.filter(pl.col("seller").is_in(names), pl.col("hurt").is_in(names))
    title = view.say("Who hurts whom", "谁的出售影响谁")
    return Chart(
        "harm",
        title,
        _said(view, table),
        _option(view, among, names),
        numbers(view, "harm_shown", title, _called(view, among)),
        source(view),
        height=190 + 24 * len(names),
    )


def _most_involved(view: SystemView, table: pl.DataFrame) -> list[str]:
    """Return the counties of the dearest pairs, neighbours beside each other."""
    names: dict[str, None] = {}
    for seller, hurt in table.select("seller", "hurt").iter_rows():
        if len({*names, seller, hurt}) > SHOWN:
            break
        names |= {seller: None, hurt: None}
    places = view.tables["counties"].select("unit_id", "parent_id")
    top = pl.DataFrame({"unit_id": list(names)}, schema={"unit_id": pl.String})
    return top.join(places, on="unit_id").sort("parent_id", "unit_id")["unit_id"].to_list()


def _said(view: SystemView, table: pl.DataFrame) -> str:
    done = table.group_by("seller").agg(pl.col("harm").sum()).sort("harm", descending=True)
    if done.is_empty():
        return view.say("No county's selling costs another.", "没有县区的出售影响他县。")
    worst = [view.called(name) for name in done["seller"].head(WORST)]
    all_ = float(done["harm"].clip(0.0).sum())
    part = percent(float(done["harm"].head(WORST).sum()) / all_ if all_ > 0.0 else None)
    return view.say(
        f"What a county's selling in the crowd costs others, if all else stays: {part} of it comes "
        f"from {listing(worst, view.reader)}.",
        f"扎堆出售时各县出售给他县造成的成本(其他不变):{part}来自{listing(worst, view.reader)}。",
    )


def _option(view: SystemView, rows: pl.DataFrame, names: list[str]) -> style.Option:
    place = {name: number for number, name in enumerate(names)}
    fen = [round(amount * 100) for amount in rows["harm"]]
    amounts = [amount or 0.0 for amount in style.scaled(list(fen), view.reader)]
    most = max((abs(amount) for amount in amounts), default=1.0) or 1.0
    cells = [
        _cell(place[hurt], place[seller], amount, most)
        for seller, hurt, amount in zip(rows["seller"], rows["hurt"], amounts, strict=True)
    ]
    shown = [clip(view.called(name), NAME_LETTERS) for name in names]
    tilted = {"rotate": 45, "interval": 0, "color": style.INK, "fontSize": 11}
    flat = {"interval": 0, "color": style.INK, "fontSize": 11}
    return style.base(top=24, right=16, bottom=76) | {
        "xAxis": style.categories(shown, axisLabel=tilted)
        | _named(view.say("whom it costs", "受影响方"), "middle", 84),
        "yAxis": style.categories(shown, axisLabel=flat, inverse=True)
        | _named(view.say("who sells", "出售方"), "start", 8),
        "visualMap": _scale(view, most),
        "series": [{"type": "heatmap", "data": cells, "itemStyle": _EDGE}],
    }


_EDGE = {"borderColor": "#ffffff", "borderWidth": 2}


def _cell(column: int, row: int, amount: float, most: float) -> dict[str, Any]:
    """Return a cell; what is a tenth of the largest or more says its figure."""
    color = "#ffffff" if amount > _DARK * most else style.INK
    label = {"show": amount >= most / 10.0, "formatter": number(amount), "color": color}
    return {"value": [column, row, amount], "label": label | {"fontSize": 10}}


def _named(name: str, place: str, gap: int) -> dict[str, Any]:
    look = {"color": style.FAINT, "fontSize": 11}
    return {"name": name, "nameLocation": place, "nameGap": gap, "nameTextStyle": look}


def _scale(view: SystemView, most: float) -> dict[str, Any]:
    ends = view.say("costs more", "成本高"), view.say("nothing", "无")
    return style.color_scale(0.0, most, ends, [EVEN, LOSS, style.ALARM]) | {"precision": 2}


def _called(view: SystemView, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.Series(name, [view.called(unit) for unit in rows[name]]) for name in ("seller", "hurt")
    )
