"""What becomes of the debt? Principal by class at the case date and at the end of the plan."""

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import amount, money, period
from ironpot.report.findings import Findings
from ironpot.report.model import Chart, Native, Table
from ironpot.report.tables import labelled, moneys, ranked, text
from ironpot.report.view import View
from ironpot.report.words import PRIMARY_CLASS


def classes(view: View) -> pl.DataFrame:
    """Return opening, closing and change of principal by debt class, in the usual order."""
    return (
        view.debts.group_by("primary_class")
        .agg(pl.col("opening", "closing").sum())
        .with_columns(
            (pl.col("closing") - pl.col("opening")).alias("change"),
            labelled(view, "primary_class", PRIMARY_CLASS).alias("class_text"),
        )
        .sort(ranked("primary_class", PRIMARY_CLASS), "primary_class")
    )


def before_after_chart(view: View, found: Findings) -> Chart:
    """Return debt by class before and after as paired columns."""
    rows = classes(view)
    before, after = money(found.debt_before, view.reader), money(found.debt_after, view.reader)
    last = period(view.last, view.reader)
    return Chart(
        "before-after",
        view.say("Debt by class before and after", "方案前后各类债务余额"),
        view.say(
            f"Debt goes from {before} to {after} by {last}.",
            f"债务余额由{before}变为{after}({last}末)。",
        ),
        _option(view, rows),
        class_table(view, rows),
        view.say(
            f"resolution table; after: end of {last}",
            f"化解表;方案后为{last}末",
        ),
        height=280,
        native=Native("column", "class_text", ("opening", "closing")),
    )


def _option(view: View, rows: pl.DataFrame) -> style.Option:
    looks = (
        ("opening", view.say("before", "方案前"), style.PALE),
        ("closing", view.say("after", "方案后"), style.MIDDLE),
    )
    return style.base(top=58) | {
        "legend": style.legend([name for _, name, _ in looks]),
        "xAxis": style.categories(rows["class_text"].to_list(), axisLabel=_whole_labels()),
        "yAxis": style.values(view.reader),
        "series": [
            {
                "type": "bar",
                "name": name,
                "data": _labelled(view, rows[column].to_list()),
                "itemStyle": {"color": color} | style.EDGE,
                "barMaxWidth": 44,
                "barGap": "10%",
            }
            for column, name, color in looks
        ],
    }


def _whole_labels() -> style.Option:
    return {"color": style.INK, "interval": 0, "width": 110, "overflow": "break"}


def _labelled(view: View, amounts: list[int]) -> list[style.Option]:
    return [
        {
            "value": value,
            "label": {
                "show": True,
                "position": "top",
                "formatter": amount(fen, view.reader),
                "fontSize": 11,
                "color": style.INK,
            },
        }
        for fen, value in zip(amounts, style.scaled(list(amounts), view.reader), strict=True)
    ]


def class_table(view: View, rows: pl.DataFrame) -> Table:
    """Return the table behind the chart: opening, closing and change by class, with a total."""
    heads = (
        ("opening", "before", "方案前"),
        ("closing", "after", "方案后"),
        ("change", "change", "增减"),
    )
    fields = (text(view, ("class_text", "class", "债务类别"), 2.0), *moneys(view, *heads))
    sheet = view.say("Debt by class", "分类债务")
    title = view.say("Debt by class, before and after", "分类债务余额(方案前后)")
    return Table("debt-classes", sheet, title, fields, rows)
