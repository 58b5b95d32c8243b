"""How far do a district's revenue, spending and rates move in a year? Refit the shipped law.

Takes two tables: a panel of prefectures (city_id, metric_year, gdp_current_100m,
general_public_revenue_100m, general_public_expenditure_100m, gov_fund_revenue_100m, source_grade)
and the changes of the loan prime rate (effective_date, lpr_1y_pct, lpr_5y_pct). Prints the fit, and
writes its figures, not the tables, to --out.

    python examples/china_shocks.py PANEL.csv RATES.csv --out cn-pooled.toml
"""

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl

from ironpot.risk.fit import ShockFit, fit_shocks, side_by_side, yearly_changes
from ironpot.risk.fit_files import write_fit

AMOUNTS = {
    "own_revenue": "general_public_revenue_100m",
    "land_revenue": "gov_fund_revenue_100m",
    "spending": "general_public_expenditure_100m",
    "gdp": "gdp_current_100m",
}
RATES = {"LPR1Y": "lpr_1y_pct", "LPR5Y": "lpr_5y_pct"}
DOUBTFUL = "D"
TAILS = 0.01
QUARTERS_A_YEAR = 4


def refit(panel: pl.DataFrame, rates: pl.DataFrame) -> ShockFit:
    """Return the law of both tables: prefectures pooled, rates by quarter and scaled to a year."""
    levels = panel.filter(pl.col("source_grade") != DOUBTFUL).select(
        unit="city_id",
        year="metric_year",
        **{name: pl.col(column).cast(pl.Float64) for name, column in AMOUNTS.items()},
    )
    amounts = fit_shocks(
        yearly_changes(levels, list(AMOUNTS)),
        list(AMOUNTS),
        source="Chinese prefectures 2018-2025 pooled, published accounts as compiled; "
        "land revenue: all fund revenue",
        tails=TAILS,
    )
    return side_by_side(amounts, fit_rates(rates))


def fit_rates(rates: pl.DataFrame) -> ShockFit:
    """Return the law of the loan prime rate: differences of quarter-ends, times four a year."""
    dated = rates.with_columns(pl.col("effective_date").str.to_date()).sort("effective_date")
    first, last = dated["effective_date"][0], dated["effective_date"][-1]
    ends = pl.DataFrame({"effective_date": _quarter_ends(first, last)})
    levels = ends.join_asof(dated, on="effective_date").select(
        unit=pl.lit("China"),
        year=pl.int_range(pl.len()),
        **{name: pl.col(column) / 100.0 for name, column in RATES.items()},
    )
    changes = yearly_changes(levels, list(RATES), rates=list(RATES))
    source = "Loan prime rate of China, quarter-ends 2019-2025, People's Bank of China; scaled x4"
    fit = fit_shocks(changes, list(RATES), source=source, rates=list(RATES))
    return replace(
        fit,
        covariance=fit.covariance * QUARTERS_A_YEAR,
        innovations=fit.covariance * QUARTERS_A_YEAR,
        coefficients=fit.coefficients * 0.0,
        means=fit.means * QUARTERS_A_YEAR,
    )


def _quarter_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    months = pl.date_range(first.replace(day=1), last, "1mo", eager=True).dt.month_end()
    return [day for day in months if day.month % 3 == 0]


def main() -> None:
    """Refit, print the figures and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("panel", type=Path)
    parser.add_argument("rates", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    panel = pl.read_csv(given.panel, infer_schema_length=None)
    fit = refit(panel, pl.read_csv(given.rates))
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=30):
        print(fit.table().drop("source", "basis"))
    if given.out is not None:
        given.out.write_text(write_fit(fit), encoding="utf-8")


if __name__ == "__main__":
    main()
