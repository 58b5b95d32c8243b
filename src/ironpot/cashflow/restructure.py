"""What do a debt's terms become when it is extended, cut in rate or partly forgiven today?

Terms in, terms out: frames in the columns of the case's debts, as of the case date. What has
accrued by then is owed under the old terms and is fixed by the caller before.
"""

import datetime as dt

import polars as pl

from ironpot.cashflow.new_terms import future_rates_moved

SPREAD_OUT = ("LAM", "ANN")


def extended(debts: pl.DataFrame, *, case_date: dt.date) -> pl.DataFrame:
    """Return debts that mature `term_months` later, at a rate changed by `rate_change`.

    Both are columns of `debts`; an empty change is none. Overdue principal is extended with the
    rest, overdue interest is not. Equal parts and annuities are spread over the longer term; an
    instalment of interest first (NAM) is kept. A debt that has matured is extended from the case
    date.

    >>> debt = pl.DataFrame({"contract_type": ["PAM"], "maturity_date": [dt.date(2024, 6, 30)],
    ...     "nominal_interest_rate": [0.05], "rate_spread": [None], "term_months": [24],
    ...     "rate_change": [-0.01], "next_principal_redemption_payment": [None],
    ...     "arrears_principal": [10.0]})
    >>> new = extended(debt, case_date=dt.date(2024, 12, 31))
    >>> new.select("maturity_date", "nominal_interest_rate", "arrears_principal").row(0)
    (datetime.date(2026, 12, 31), 0.04, 0.0)
    """
    months = pl.format("{}mo", "term_months")
    later = pl.max_horizontal("maturity_date", pl.lit(case_date)).dt.offset_by(months)
    longer = with_rate_change(debts)
    if "amortization_date" in debts.columns:
        moved = pl.col("amortization_date") + (later - pl.col("maturity_date"))
        longer = longer.with_columns(amortization_date=moved)
    return longer.with_columns(maturity_date=later, arrears_principal=pl.lit(0.0))


def with_rate_change(debts: pl.DataFrame) -> pl.DataFrame:
    """Return debts whose rate, and spread over a reference rate, moves by `rate_change`.

    No rate falls below zero. Stated equal parts and annuities are solved for again.
    """
    change = pl.col("rate_change").fill_null(0.0)
    spread_out = pl.col("contract_type").is_in(SPREAD_OUT)
    return future_rates_moved(debts).with_columns(
        nominal_interest_rate=pl.max_horizontal(pl.col("nominal_interest_rate") + change, 0.0),
        next_principal_redemption_payment=pl.when(~spread_out).then(
            pl.col("next_principal_redemption_payment")
        ),
    )


def forgiven(debts: pl.DataFrame) -> pl.DataFrame:
    """Return debts less `principal_share` of their principal; instalments shrink alike."""
    kept = 1.0 - pl.col("principal_share")
    return debts.with_columns(
        pl.col(name) * kept
        for name in (
            "notional_principal",
            "arrears_principal",
            "next_principal_redemption_payment",
        )
    )
