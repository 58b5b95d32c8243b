"""What is really resolved? Principal resolved by debt class, in honest groups."""

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import money, percent
from ironpot.report.findings import Findings
from ironpot.report.model import Chart, Native, Table
from ironpot.report.tables import labelled, moneys, ranked, text
from ironpot.report.view import View, grouped
from ironpot.report.words import GROUP, PRIMARY_CLASS


def groups_by_class(view: View) -> pl.DataFrame:
    """Return one row a debt class and one column a reporting group."""
    return (
        grouped(view.debts)
        .group_by("primary_class")
        .agg(pl.col(list(GROUP)).sum())
        .with_columns(
            labelled(view, "primary_class", PRIMARY_CLASS).alias("class_text"),
            pl.sum_horizontal(list(GROUP)).alias("all"),
        )
        .sort(ranked("primary_class", PRIMARY_CLASS), "primary_class")
    )


def resolution_chart(view: View, found: Findings) -> Chart:
    """Return resolved principal by class as stacked bars, the solid groups dark, paper pale."""
    rows = groups_by_class(view)
    return Chart(
        "resolution",
        view.say("Resolved, in honest groups", "债务化解的真实构成"),
        _takeaway(view, found),
        _option(view, rows),
        group_table(view, rows),
        view.say(
            f"resolution table, {view.first} to {view.last}, principal paid, put off or forgiven",
            f"化解表,{view.first}至{view.last},本金偿还、推后或减免",
        ),
        height=250,
        native=Native("bar_stacked", "class_text", tuple(GROUP)),
    )


def _takeaway(view: View, found: Findings) -> str:
    """Return the sentence that keeps paid and put off apart."""
    if not found.resolved:
        return view.say("No principal is resolved by the plan.", "方案未化解任何本金。")
    whole = money(found.resolved, view.reader)
    gone = money(found.paid_off, view.reader)
    outside = money(found.groups["outside"], view.reader)
    share = percent(found.paid_off / found.resolved)
    return view.say(
        f"Of {whole} that the plan touches, {gone} ({share}) are really gone, {outside} of it by "
        "outside cash from assets; the rest is put off or goes in a circle.",
        f"方案涉及本金{whole},其中真正减少{gone}({share}),靠外部现金偿还{outside};其余只是推后或内部循环。",
    )


def _option(view: View, rows: pl.DataFrame) -> style.Option:
    names = {group: view.reader.read(text) for group, text in GROUP.items()}
    shown = rows.filter(pl.col("all") > 0).reverse()
    series = [
        {
            "type": "bar",
            "stack": "all",
            "name": names[group],
            "data": style.scaled(shown[group].to_list(), view.reader),
            "itemStyle": {"color": color} | style.EDGE | _hatch(group),
            "barMaxWidth": 26,
        }
        for group, color in zip(GROUP, style.RAMP[:4] + style.RAMP[5:], strict=True)
    ]
    return style.base(top=36, right=30, bottom=30) | {
        "legend": style.legend(list(names.values())),
        "yAxis": style.categories(shown["class_text"].to_list()),
        "xAxis": style.flat_values(view.reader),
        "series": series,
    }


def _hatch(group: str) -> style.Option:
    """Circular resolution is hatched: it counts nothing."""
    if group != "circular":
        return {}
    lines = {"color": style.INK, "dashArrayX": [1, 0], "dashArrayY": [2, 4], "rotation": 0.785}
    return {"decal": {"symbol": "rect"} | lines}


def group_table(view: View, rows: pl.DataFrame) -> Table:
    """Return resolved principal by class and group, with totals."""
    heads = ((group, name.en, name.zh) for group, name in GROUP.items())
    fields = (
        text(view, ("class_text", "class", "债务类别"), 1.8),
        *moneys(view, *heads, ("all", "all", "合计")),
    )
    sheet = view.say("Resolved by group", "化解构成")
    title = view.say("Principal resolved by class and group", "分类债务化解构成")
    return Table("resolution-groups", sheet, title, fields, rows)
