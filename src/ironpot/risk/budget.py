"""What will the budget bring and take, quarter by quarter, in each scenario?

A year is spread evenly over its quarters: no season is invented. Amounts are signed from the
entity: revenue and transfers in +, spending and transfers out -.
"""

import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.risk.drivers import Scenarios

SIGN_OF_LINE: dict[str, int] = {
    "own_revenue": 1,
    "transfers_in": 1,
    "land_revenue": 1,
    "essential_spending": -1,
    "other_spending": -1,
    "transfers_out": -1,
}
UNDRIVEN = "none"

_LINE = ["entity_id", "account", "line", "item"]


def budget_flows(case: Case, scenarios: Scenarios) -> pl.DataFrame:
    """Return (entity_id, account, line, item, recurrent, scenario, quarter, amount), yuan, signed.

    A quarter's amount is a fourth of its year's, times the line's driver in that scenario. After
    the last given year a recurrent line goes on with its growth, (1 + growth_rate) a year; a
    one-off line counts in its own year only. Raises CaseError if a line names a driver that has
    no path.
    """
    lines = case.budget.with_columns(pl.col("driver").fill_null(UNDRIVEN))
    _refuse_unknown_drivers(lines, scenarios)
    quarters = pl.DataFrame({"quarter": scenarios.quarters}).with_columns(
        year=pl.col("quarter").str.head(4).cast(pl.Int64)
    )
    yearly = pl.concat([_given(lines, quarters), _carried(lines, quarters)])
    moved = yearly.join(quarters, on="year").join(
        _indices(scenarios), on=["driver", "quarter"], how="inner"
    )
    sign = pl.col("line").replace_strict(SIGN_OF_LINE, return_dtype=pl.Int64)
    amount = sign * pl.col("amount_y") / QUARTERS_PER_YEAR * pl.col("value")
    return moved.select(*_LINE, "recurrent", "scenario", "quarter", amount=amount).sort(
        *_LINE, "scenario", "quarter"
    )


def _given(lines: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of years that the budget gives."""
    years = quarters.select("year").unique()
    return lines.join(years, on="year", how="semi").select(
        *_LINE, "recurrent", "driver", "year", "amount_y"
    )


def _carried(lines: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """Return recurrent lines in years that give them no row, grown from the last row before."""
    years = quarters.select("year").unique().sort("year")
    recurrent = lines.filter(pl.col("recurrent")).sort("year")
    wanted = (
        recurrent.select(_LINE)
        .unique()
        .join(years, how="cross")
        .join(lines, on=[*_LINE, "year"], how="anti")
        .sort("year")
    )
    latest = wanted.join_asof(
        recurrent.with_columns(given_year="year"), on="year", by=_LINE, check_sortedness=False
    ).drop_nulls("given_year")
    growth = (1.0 + pl.col("growth_rate").fill_null(0.0)).pow(pl.col("year") - pl.col("given_year"))
    return latest.select(
        *_LINE, "recurrent", "driver", "year", amount_y=pl.col("amount_y") * growth
    )


def _indices(scenarios: Scenarios) -> pl.DataFrame:
    """Return (scenario, quarter, driver, value) with a driver `none` that is 1 throughout."""
    still = pl.DataFrame({"scenario": scenarios.names}).join(
        pl.DataFrame({"quarter": scenarios.quarters}), how="cross"
    )
    still = still.with_columns(driver=pl.lit(UNDRIVEN), value=pl.lit(1.0))
    return pl.concat([scenarios.frame(), still])


def _refuse_unknown_drivers(lines: pl.DataFrame, scenarios: Scenarios) -> None:
    known = [*scenarios.drivers, UNDRIVEN]
    unknown = lines.filter(~pl.col("driver").is_in(known))
    issues = [
        Issue(
            "error",
            "budget.driver_without_path",
            Place("budget", header="driver"),
            f"{entity} {line} {item}: {driver}",
            Text("no path is given for this driver", "该驱动因素没有路径"),
            Text("the line cannot be carried into the scenarios", "该科目无法按情景推演"),
            Text(
                "add the driver to the drivers table or write none", "请在驱动因素表补充,或填 none"
            ),
        )
        for entity, line, item, driver in unknown.select(
            "entity_id", "line", "item", "driver"
        ).iter_rows()
    ]
    if issues:
        raise CaseError(issues)
