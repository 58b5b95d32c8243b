"""Which creditors must be paid when? Principal falling due by year and class of creditor."""

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import money, percent
from ironpot.report.model import Chart, Field, Native, Table
from ironpot.report.view import View, total
from ironpot.report.words import CREDITOR_CLASS, label

MOST_CLASSES = 6
OTHERS = "others"


def wall_chart(view: View) -> Chart | None:
    """Return the maturity wall by creditor class; None where the plan gives no such rows."""
    wall = view.extras.get("maturity_wall")
    if wall is None or wall.height == 0:
        return None
    years = _by_year(wall)
    classes = [name for name in years.columns if name != "period"]
    return Chart(
        "wall",
        view.say("Maturity wall by creditor", "分债权人到期结构"),
        _takeaway(view, years, classes),
        _option(view, years, classes),
        _table(view, years, classes),
        view.say(
            "principal by contract, before the plan",
            "按合同到期本金,未计方案影响",
        ),
        native=Native("column_stacked", "period", tuple(classes)),
    )


def _by_year(wall: pl.DataFrame) -> pl.DataFrame:
    """Return a row a year and a column a creditor class, largest first, the rest in one."""
    yearly = wall.with_columns(pl.col("period").str.slice(0, 4))
    sizes = yearly.group_by("creditor_class").agg(pl.col("amount").sum())
    ordered = sizes.sort("amount", "creditor_class", descending=[True, False])["creditor_class"]
    kept = ordered.to_list() if len(ordered) <= MOST_CLASSES else ordered[: MOST_CLASSES - 1]
    named = yearly.with_columns(
        pl.when(pl.col("creditor_class").is_in(list(kept)))
        .then(pl.col("creditor_class"))
        .otherwise(pl.lit(OTHERS))
    )
    wide = (
        named.pivot("creditor_class", index="period", values="amount", aggregate_function="sum")
        .join(_every_year(named), on="period", how="right")
        .sort("period")
    )
    columns = [name for name in (*kept, OTHERS) if name in wide.columns]
    return wide.select("period", *(pl.col(name).fill_null(0) for name in columns))


def _every_year(wall: pl.DataFrame) -> pl.DataFrame:
    """Return all years from the first to the last, so that an empty one shows as empty."""
    numbers = [int(word) for word in wall["period"].drop_nulls()]
    years = [str(year) for year in range(min(numbers), max(numbers) + 1)]
    return pl.DataFrame({"period": years})


def _takeaway(view: View, years: pl.DataFrame, classes: list[str]) -> str:
    sums = years.select("period", amount=pl.sum_horizontal(classes))
    peak = sums.sort("amount", descending=True).row(0, named=True)
    share = percent(peak["amount"] / max(total(sums, "amount"), 1))
    amount = money(peak["amount"], view.reader)
    year = str(peak["period"])
    return view.say(
        f"The heaviest year is {year}: {amount} fall due, {share} of all principal.",
        f"到期最集中的是{year}年:本金{amount},占全部本金的{share}。",
    )


def _name(view: View, word: str) -> str:
    if word == OTHERS:
        return view.say("others", "其余")
    return view.reader.read(label(CREDITOR_CLASS, word))


def _option(view: View, years: pl.DataFrame, classes: list[str]) -> style.Option:
    series = [
        {
            "type": "bar",
            "stack": "wall",
            "name": _name(view, word),
            "data": style.scaled(years[word].to_list(), view.reader),
            "itemStyle": {"color": color} | style.EDGE,
            "barMaxWidth": 38,
        }
        for word, color in zip(classes, style.RAMP, strict=False)
    ]
    return style.base(top=58) | {
        "legend": style.legend([_name(view, word) for word in classes]),
        "xAxis": style.categories(years["period"].to_list()),
        "yAxis": style.values(view.reader),
        "series": series,
    }


def _table(view: View, years: pl.DataFrame, classes: list[str]) -> Table:
    return Table(
        "wall",
        view.say("Maturity wall", "到期结构"),
        view.say("Principal falling due by creditor class", "分债权人类别到期本金"),
        (
            Field("period", view.say("year", "年份"), "period"),
            *(Field(word, _name(view, word), "money", total=True) for word in classes),
        ),
        years,
        excel_only=True,
    )
