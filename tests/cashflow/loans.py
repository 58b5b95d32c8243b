"""Loans that tests of conventions vary: claims of 1,000, so that received is positive."""

from typing import Any

from tests.cashflow.contracts import day, paths, project, told

LPR = paths(LPR={"2025-01-01": 0.05})


def loan(**terms: Any) -> dict[str, Any]:
    """1,000 at 3.6 % on 30E/360, which is 3.00 a month and 0.10 a day, from 2025 to 2026."""
    return {
        "contract_id": "C",
        "contract_type": "PAM",
        "contract_role": "RPA",
        "notional_principal": 1000.0,
        "nominal_interest_rate": 0.036,
        "day_count_convention": "30E360",
        "initial_exchange_date": day("2025-01-01"),
        "maturity_date": day("2026-01-01"),
        "cycle_anchor_date_of_interest_payment": day("2025-07-01"),
        "cycle_of_interest_payment": "P6ML1",
    } | terms


def monthly(anchor: str, **terms: Any) -> dict[str, Any]:
    return loan(
        initial_exchange_date=day(anchor),
        cycle_anchor_date_of_interest_payment=day(anchor),
        cycle_of_interest_payment="P1ML1",
        **terms,
    )


def payoffs(*rows: dict[str, Any], **how: Any) -> list[tuple[str, str, float]]:
    return [row[:3] for row in told(project(*rows, **how))]


def interest(*rows: dict[str, Any], **how: Any) -> list[tuple[str, float]]:
    return [(date, paid) for date, kind, paid in payoffs(*rows, **how) if kind == "IP"]
