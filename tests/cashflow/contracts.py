"""Contracts for tests: one row with terms that a test cares about, defaults for the rest."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.rates import RatePaths

STATUS = dt.date(2024, 12, 31)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def debt_contract(**terms: Any) -> dict[str, Any]:
    """Return a debt of 1,000 at 4 %, 30E/360, from 2025 to 2027, interest yearly."""
    return {
        "contract_id": "D",
        "contract_type": "PAM",
        "contract_role": "RPL",
        "notional_principal": 1000.0,
        "nominal_interest_rate": 0.04,
        "day_count_convention": "30E360",
        "initial_exchange_date": day("2025-01-01"),
        "maturity_date": day("2027-01-01"),
        "cycle_anchor_date_of_interest_payment": day("2026-01-01"),
        "cycle_of_interest_payment": "P1YL1",
    } | terms


def project(*rows: dict[str, Any], status: dt.date = STATUS, **how: Any) -> CashFlows:
    return project_cash_flows(pl.DataFrame(list(rows)), status_date=status, **how)


def told(flows: CashFlows, scenario: str = "base") -> list[tuple[str, str, float, float]]:
    """Return date, type, payoff and notional of every event, rounded to a millionth."""
    events = flows.events.filter(pl.col("scenario") == scenario)
    return [
        (str(date), kind, round(payoff, 6), round(notional, 6))
        for date, kind, payoff, notional in events.select(
            "date", "event_type", "payoff", "notional"
        ).iter_rows()
    ]


def paths(**points: dict[str, float]) -> RatePaths:
    """Return one scenario `base` from values by day, by name."""
    dates = sorted({date for series in points.values() for date in series})
    values = np.full((1, len(points), len(dates)), np.nan)
    for row, series in enumerate(points.values()):
        for date, value in series.items():
            values[0, row, dates.index(date)] = value
    return RatePaths(("base",), tuple(points), np.array(dates, "M8[D]"), values)
