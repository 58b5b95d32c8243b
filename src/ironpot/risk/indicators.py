"""How soon does debt fall due or change its rate, and what does it cost? Cost and risk in figures.

Times are years after the case date, shares and rates decimals. Weights are payments of principal
by contract, so that an amortising loan counts as the string of payments that it is.
"""

import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import DAYS_PER_YEAR
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS

ALL = "all"
RESET_EVENTS = ("RR", "RRF")
SCHEDULED_TOLERANCE = 1e-9


def cost_risk(
    case: Case,
    events: pl.DataFrame,
    *,
    scenario: str = "base",
    revenue: float | None = None,
    discount_rate: float | None = None,
) -> pl.DataFrame:
    """Return the cost-risk indicators of the case's debts by primary class, and of `all`.

    `events`: (scenario, contract_id, date, event_type, payoff) of the debts' contracts to their
    end, payoff signed from the debtor. `revenue`: a year's revenue to carry the service, yuan;
    without it the two ratios are null; `discount_rate`: decimal a year, without it the two present
    values are. Columns:

    - average_time_to_maturity_y: principal payments' mean time, weighted by amount
    - average_time_to_refixing_y: the same to the payment or the first rate reset, if earlier
    - due_in_year_share, refixing_in_year_share: part of principal paid, or paid or reset, in a year
    - unscheduled_share: principal whose payment `events` does not hold, because the contract has no
      end or the events stop before it; it is in none of the four above
    - weighted_rate, fixed_share: by principal outstanding
    - interest_y, service_y: paid in the first year; interest_to_revenue, service_to_revenue
    - present_value: all payments after the case date, each times (1 + rate)^-years; present_value_
      share: over principal, below 1 where terms are softer than the rate. Both are null for a class
      with unscheduled principal

    Source: IMF and World Bank, Developing a Medium-Term Debt Management Strategy Framework (2019),
    cost and risk indicators.
    """
    own = events.filter(pl.col("scenario") == scenario).join(
        case.debts.select("debt_id", "primary_class"), left_on="contract_id", right_on="debt_id"
    )
    timed = own.with_columns(years=(pl.col("date") - case.date).dt.total_days() / DAYS_PER_YEAR)
    payments = _with_resets(timed)
    live = case.debts.filter(pl.col("status").fill_null("performing") != "repaid")
    return (
        _by_class(live, _stock())
        .join(_by_class(payments, _times()), on="primary_class", how="left")
        .join(_by_class(timed, _service(discount_rate)), on="primary_class", how="left")
        .with_columns(unscheduled_share=1.0 - pl.col("scheduled") / pl.col("principal"))
        .with_columns(_to_revenue(name, revenue) for name in ("interest", "service"))
        .with_columns(_where_scheduled())
        .with_columns(present_value_share=pl.col("present_value") / pl.col("principal"))
        .drop("scheduled")
    )


def _with_resets(timed: pl.DataFrame) -> pl.DataFrame:
    """Return principal payments with `years` and `refixing`, the earlier of payment and reset."""
    paid = timed.filter(pl.col("event_type").is_in(PRINCIPAL_EVENTS) & (pl.col("payoff") != 0.0))
    resets = (
        timed.filter(pl.col("event_type").is_in(RESET_EVENTS) & (pl.col("years") > 0.0))
        .group_by("contract_id")
        .agg(reset=pl.col("years").min())
    )
    return paid.join(resets, on="contract_id", how="left").with_columns(
        weight=-pl.col("payoff"), refixing=pl.min_horizontal("years", "reset")
    )


def _by_class(rows: pl.DataFrame, figures: list[pl.Expr]) -> pl.DataFrame:
    """Aggregate by primary class and over all rows, the whole first."""
    whole = rows.select(pl.lit(ALL).alias("primary_class"), *figures).head(1)
    parts = rows.group_by("primary_class").agg(figures).sort("primary_class")
    return pl.concat([whole, parts], how="vertical_relaxed")


def _stock() -> list[pl.Expr]:
    principal = pl.col("notional_principal")
    fixed = pl.col("market_object_code_of_rate_reset").is_null()
    return [
        principal.sum().alias("principal"),
        _mean(pl.col("nominal_interest_rate"), principal).alias("weighted_rate"),
        _mean(fixed.cast(pl.Float64), principal).alias("fixed_share"),
    ]


def _times() -> list[pl.Expr]:
    weight = pl.col("weight")
    return [
        weight.sum().alias("scheduled"),
        _mean(pl.col("years"), weight).alias("average_time_to_maturity_y"),
        _mean(pl.col("refixing"), weight).alias("average_time_to_refixing_y"),
        _mean((pl.col("years") <= 1.0).cast(pl.Float64), weight).alias("due_in_year_share"),
        _mean((pl.col("refixing") <= 1.0).cast(pl.Float64), weight).alias("refixing_in_year_share"),
    ]


def _service(discount_rate: float | None) -> list[pl.Expr]:
    first_year = pl.col("years") <= 1.0
    interest = pl.col("event_type").is_in(INTEREST_EVENTS)
    paid = -pl.col("payoff")
    return [
        paid.filter(first_year & interest).sum().alias("interest_y"),
        paid.filter(first_year).sum().alias("service_y"),
        _present_value(paid, discount_rate).alias("present_value"),
    ]


def _present_value(paid: pl.Expr, discount_rate: float | None) -> pl.Expr:
    if discount_rate is None:
        return pl.lit(None, pl.Float64)
    years = pl.col("years")
    factor = pl.lit(1.0 + discount_rate).pow(-years)
    return (paid * factor).filter(years > 0.0).sum()


def _where_scheduled() -> pl.Expr:
    """Return the present value, null where some principal has no day of payment."""
    whole = pl.col("unscheduled_share").abs() < SCHEDULED_TOLERANCE
    return pl.when(whole).then("present_value")


def _mean(values: pl.Expr, weights: pl.Expr) -> pl.Expr:
    return (values * weights).sum() / weights.sum()


def _to_revenue(name: str, revenue: float | None) -> pl.Expr:
    known = revenue is not None and revenue > 0.0
    ratio = pl.col(f"{name}_y") / revenue if known else pl.lit(None, pl.Float64)
    return ratio.alias(f"{name}_to_revenue")
