"""How does a debt of the case become a contract of the engine?

The debtor's side: role RPL, so that what is paid is negative. Terms keep their names; only what the
case says differently from ACTUS is put in order here.
"""

import datetime as dt

import numpy as np
import polars as pl

from ironpot.cashflow.block import Block, time_of
from ironpot.cashflow.schedules import interest_anchor, last_date
from ironpot.cashflow.tape import years_at

OVERDUE = "OVERDUE"
OVERDUE_AMOUNTS = ("arrears_principal", "arrears_interest")
YEARLY = "P1YL1"


def contracts_of_debts(debts: pl.DataFrame, *, case_date: dt.date) -> pl.DataFrame:
    """Return the contracts of debts that are not repaid, in the order of `debts`.

    `debts` has the columns of the case's table, principal outstanding at the end of the case date.
    - What is overdue, and all principal of a debt that has matured, is a contract of its own, type
      OVERDUE, with the same contract_id: it falls due the day after the case date.
    - Interest accrued and not stated is reckoned since the last interest date, or the start, at
      the contract's rate of the case date.
    - Fees by cycle, where no first fee date is stated, run from the start.
    - A floating debt whose reset cycle is not stated is reset every year on the day of its start.

    >>> from ironpot.case.schema.debt import DEBTS
    >>> row = {"debt_id": "D1", "contract_type": "PAM", "notional_principal": 100.0,
    ...     "initial_exchange_date": dt.date(2024, 1, 1), "maturity_date": dt.date(2026, 1, 1),
    ...     "nominal_interest_rate": 0.05, "day_count_convention": "30E360",
    ...     "cycle_of_interest_payment": "P1YL1", "arrears_principal": 20.0}
    >>> contracts = contracts_of_debts(DEBTS.frame([row]), case_date=dt.date(2024, 12, 30))
    >>> contracts.select("contract_type", "notional_principal", "arrears_principal").rows()
    [('OVERDUE', None, 20.0), ('PAM', 80.0, None)]
    """
    owed = (
        debts.filter(pl.col("status").is_null() | (pl.col("status") != "repaid"))
        .with_columns(
            contract_id=pl.col("debt_id"),
            contract_role=pl.lit("RPL"),
            currency=pl.col("currency").fill_null("CNY"),
            overdue=_overdue_principal(case_date),
        )
        .with_row_index("place")
    )
    parts = [_overdue(owed), _performing(owed, case_date)]
    whole = pl.concat(parts, how="diagonal").sort("place", maintain_order=True)
    return whole.drop("place", "overdue", "debt_id")


def _overdue_principal(case_date: dt.date) -> pl.Expr:
    """Return overdue principal: as stated, or all of it once the debt has matured."""
    matured = (pl.col("maturity_date") <= case_date).fill_null(value=False)
    stated = pl.col("arrears_principal").fill_null(0.0)
    return pl.when(matured).then(pl.col("notional_principal")).otherwise(stated)


def _overdue(owed: pl.DataFrame) -> pl.DataFrame:
    """Return one OVERDUE contract a debt that has anything overdue."""
    due = owed.filter((pl.col("overdue") > 0.0) | (pl.col("arrears_interest") > 0.0))
    return due.select(
        "place",
        "contract_id",
        "contract_role",
        "currency",
        "initial_exchange_date",
        "day_count_convention",
        pl.lit(OVERDUE).alias("contract_type"),
        pl.col("overdue").alias("arrears_principal"),
        "arrears_interest",
        "penalty_rate",
    )


def _performing(owed: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Return the contracts of principal that is not overdue."""
    left = owed.with_columns(pl.col("notional_principal") - pl.col("overdue"))
    left = left.filter(pl.col("notional_principal") > 0.0).drop(OVERDUE_AMOUNTS)
    floating = pl.col("market_object_code_of_rate_reset").is_not_null()
    unsaid = floating & pl.col("cycle_of_rate_reset").is_null()
    left = left.with_columns(
        cycle_of_rate_reset=pl.when(unsaid)
        .then(pl.lit(YEARLY))
        .otherwise(pl.col("cycle_of_rate_reset"))
    )
    return _with_fee_anchor(left, case_date).with_columns(
        accrued_interest=_accrued(left, case_date)
    )


def _with_fee_anchor(left: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Return contracts whose fee cycle starts somewhere, so that fees since then are not lost."""
    if "cycle_of_fee" not in left.columns:
        return left
    started = pl.col("cycle_of_fee").is_not_null() & (pl.col("initial_exchange_date") <= case_date)
    stated = pl.lit(None, pl.Date)
    if "cycle_anchor_date_of_fee" in left.columns:
        stated = pl.col("cycle_anchor_date_of_fee")
    start = pl.when(started).then("initial_exchange_date")
    return left.with_columns(cycle_anchor_date_of_fee=pl.coalesce(stated, start))


def _accrued(left: pl.DataFrame, case_date: dt.date) -> pl.Series:
    """Return interest accrued at the case date: as stated, else since the last interest date."""
    block = Block(left, time_of(case_date))
    start, rows = block.times("initial_exchange_date"), np.arange(block.count)
    last = last_date(block, interest_anchor(block), "interest_payment")
    since = np.where(np.isnat(last), np.minimum(start, block.status), last)
    status = np.full(block.count, block.status)
    end = block.times("maturity_date")
    (whole, part), (whole_before, part_before) = (
        years_at(block, rows, times, end) for times in (status, since)
    )
    year = (whole - whole_before) + (part - part_before)
    amount = year * block.numbers("notional_principal") * block.numbers("nominal_interest_rate")
    stated = block.numbers("accrued_interest")
    return pl.Series(np.where(np.isnan(stated), amount, stated))
