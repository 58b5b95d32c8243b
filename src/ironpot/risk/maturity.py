"""Whose money falls due when? The maturity wall by creditor, class, quarter and year.

Amounts are yuan and positive: what the debtors must pay by contract. Principal and interest stand
apart.
"""

import datetime as dt
from typing import Literal

import polars as pl

from ironpot.core.dates import MONTHS_PER_QUARTER, next_day

By = Literal["creditor_id", "creditor_class", "primary_class", "debtor_id"]
Period = Literal["quarter", "year"]

# ACTUS event types that move principal; of a drawing (PI) the payoff has the other sign.
PRINCIPAL_EVENTS = ("PR", "PI", "PP", "MD")
INTEREST_EVENTS = ("IP", "IPFX", "IPFL")


def maturity_wall(
    events: pl.DataFrame,
    debts: pl.DataFrame,
    creditors: pl.DataFrame,
    *,
    date: dt.date,
    by: By = "creditor_class",
    period: Period = "quarter",
) -> pl.DataFrame:
    """Return (`by`, scenario, period, principal, interest, other) due after the case date.

    `events`: (scenario, contract_id, date, event_type, payoff), payoff signed from the debtor;
    `other` is fees and penalties. What is dated up to the case date falls due the day after.

    >>> events = pl.DataFrame({"scenario": ["base"] * 2, "contract_id": ["d", "d"],
    ...     "date": [dt.date(2025, 3, 1)] * 2, "event_type": ["MD", "IP"], "payoff": [-9.0, -1.0]})
    >>> debts = pl.DataFrame({"debt_id": ["d"], "creditor_id": ["b"], "debtor_id": ["g"],
    ...                       "primary_class": ["special"]})
    >>> creditors = pl.DataFrame({"creditor_id": ["b"], "creditor_class": ["province"]})
    >>> maturity_wall(events, debts, creditors, date=dt.date(2024, 12, 31)).row(0)
    ('province', 'base', '2025Q1', 9.0, 1.0, 0.0)
    """
    held = debts.select("debt_id", "creditor_id", "debtor_id", "primary_class").join(
        creditors.select("creditor_id", "creditor_class"), on="creditor_id", how="left"
    )
    due = events.join(held, left_on="contract_id", right_on="debt_id").with_columns(
        pl.max_horizontal("date", pl.lit(next_day(date))).alias("date"), paid=-pl.col("payoff")
    )
    kind = pl.col("event_type")
    principal, interest = kind.is_in(PRINCIPAL_EVENTS), kind.is_in(INTEREST_EVENTS)
    return (
        due.group_by(by, "scenario", _name(period))
        .agg(
            principal=pl.col("paid").filter(principal).sum(),
            interest=pl.col("paid").filter(interest).sum(),
            other=pl.col("paid").filter(~principal & ~interest).sum(),
        )
        .sort(by, "scenario", "period")
    )


def _name(period: Period) -> pl.Expr:
    year = pl.col("date").dt.year().cast(pl.String)
    if period == "year":
        return year.alias("period")
    quarter = (pl.col("date").dt.month() - 1) // MONTHS_PER_QUARTER + 1
    return (year + "Q" + quarter.cast(pl.String)).alias("period")
