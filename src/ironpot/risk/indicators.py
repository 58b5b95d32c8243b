"""How soon does debt fall due or change its rate, and what does it cost? Cost and risk in figures.

Times are years after the day of the stock, shares and rates decimals. Weights are payments of
principal by contract, so that an amortising loan counts as the string of payments that it is.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import DAYS_PER_YEAR
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS

ALL = "all"
RESET_EVENTS = ("RR", "RRF")
SCHEDULED_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on a day, and what is paid after it; yuan, positive as the debtor counts.

    - `stock`: (primary_class, principal, rate, fixed), a row a debt
    - `payments`: (debt_id, primary_class, date, refixed_on, principal, interest, other)
    """

    stock: pl.DataFrame
    payments: pl.DataFrame
    on: dt.date


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
    live = case.debts.filter(pl.col("status").fill_null("performing") != "repaid")
    stock = live.select(
        "primary_class",
        principal="notional_principal",
        rate="nominal_interest_rate",
        fixed=pl.col("market_object_code_of_rate_reset").is_null(),
    )
    owed = Owed(stock, _payments(own, case.date), case.date)
    return indicators_of(owed, revenue=revenue, discount_rate=discount_rate)


def _payments(events: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """Return contract events as payments, each with its contract's first reset after the day."""
    kind, paid = pl.col("event_type"), -pl.col("payoff")
    principal = pl.when(kind.is_in(PRINCIPAL_EVENTS)).then(paid).otherwise(0.0)
    interest = pl.when(kind.is_in(INTEREST_EVENTS)).then(paid).otherwise(0.0)
    resets = (
        events.filter(kind.is_in(RESET_EVENTS) & (pl.col("date") > on))
        .group_by("contract_id")
        .agg(refixed_on=pl.col("date").min())
    )
    return events.join(resets, on="contract_id", how="left").select(
        *("primary_class", "date", "refixed_on"),
        debt_id="contract_id",
        principal=principal,
        interest=interest,
        other=paid - principal - interest,
    )


def indicators_of(
    owed: Owed, *, revenue: float | None = None, discount_rate: float | None = None
) -> pl.DataFrame:
    """Return the indicators of `cost_risk` of what is owed on a day."""
    years, refixing = (
        (pl.col(name) - owed.on).dt.total_days() / DAYS_PER_YEAR for name in ("date", "refixed_on")
    )
    timed = owed.payments.with_columns(years=years).with_columns(
        refixing=pl.min_horizontal("years", refixing)
    )
    return (
        _by_class(owed.stock, _stock())
        .join(_by_class(timed, _times()), on="primary_class", how="left")
        .join(_by_class(timed, _service(discount_rate)), on="primary_class", how="left")
        .with_columns(unscheduled_share=_unscheduled())
        .with_columns(_to_revenue(name, revenue) for name in ("interest", "service"))
        .with_columns(_where_scheduled())
        .with_columns(present_value_share=pl.col("present_value") / pl.col("principal"))
        .drop("scheduled")
        .with_columns(pl.selectors.float().fill_nan(None))
    )


def _by_class(rows: pl.DataFrame, figures: list[pl.Expr]) -> pl.DataFrame:
    """Aggregate by primary class and over all rows, the whole first."""
    whole = rows.select(pl.lit(ALL).alias("primary_class"), *figures).head(1)
    parts = rows.group_by("primary_class").agg(figures).sort("primary_class")
    return pl.concat([whole, parts], how="vertical_relaxed")


def _stock() -> list[pl.Expr]:
    principal = pl.col("principal")
    return [
        principal.sum().alias("principal"),
        _mean(pl.col("rate"), principal).alias("weighted_rate"),
        _mean(pl.col("fixed").cast(pl.Float64), principal).alias("fixed_share"),
    ]


def _times() -> list[pl.Expr]:
    weight, years, refixing = pl.col("principal"), pl.col("years"), pl.col("refixing")
    return [
        weight.sum().alias("scheduled"),
        _mean(years, weight).alias("average_time_to_maturity_y"),
        _mean(refixing, weight).alias("average_time_to_refixing_y"),
        _mean((years <= 1.0).cast(pl.Float64), weight).alias("due_in_year_share"),
        _mean((refixing <= 1.0).cast(pl.Float64), weight).alias("refixing_in_year_share"),
    ]


def _service(discount_rate: float | None) -> list[pl.Expr]:
    first_year = pl.col("years") <= 1.0
    paid = pl.sum_horizontal("principal", "interest", "other")
    return [
        pl.col("interest").filter(first_year).sum().alias("interest_y"),
        paid.filter(first_year).sum().alias("service_y"),
        _present_value(paid, discount_rate).alias("present_value"),
    ]


def _present_value(paid: pl.Expr, discount_rate: float | None) -> pl.Expr:
    if discount_rate is None:
        return pl.lit(None, pl.Float64)
    years = pl.col("years")
    factor = pl.lit(1.0 + discount_rate).pow(-years)
    return (paid * factor).filter(years > 0.0).sum()


def _unscheduled() -> pl.Expr:
    """Return the part of principal without a day of payment; of nothing, nothing."""
    share = 1.0 - pl.col("scheduled").fill_null(0.0) / pl.col("principal")
    return pl.when(pl.col("principal") != 0.0).then(share).otherwise(0.0)


def _where_scheduled() -> pl.Expr:
    """Return the present value, null where some principal has no day of payment."""
    whole = pl.col("unscheduled_share").abs() < SCHEDULED_TOLERANCE
    return pl.when(whole).then("present_value")


def _mean(values: pl.Expr, weights: pl.Expr) -> pl.Expr:
    """Return a weighted mean of the values that are known."""
    known = pl.when(values.is_not_null()).then(weights)
    return (values * known).sum() / known.sum()


def _to_revenue(name: str, revenue: float | None) -> pl.Expr:
    known = revenue is not None and revenue > 0.0
    ratio = pl.col(f"{name}_y") / revenue if known else pl.lit(None, pl.Float64)
    return ratio.alias(f"{name}_to_revenue")
