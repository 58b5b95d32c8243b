"""What does a contract pay, as a picture of plain text?"""

from typing import Any

import polars as pl

from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.totals import DRAWN, FEES, INTEREST, PENALTIES, PRINCIPAL

KINDS = {
    "principal": (PRINCIPAL, "█"),
    "interest": (INTEREST, "▒"),
    "fees": ((*FEES, *PENALTIES), "░"),
}


def text_chart(flows: CashFlows, *, scenario: str = "base", width: int = 40) -> str:
    """Return one line a day on which a debtor pays: principal █, interest ▒, fees ░, total.

    The longest bar has `width` blocks. What a loan brings in is marked by +; a bar is what is paid.

    >>> import datetime as dt
    >>> from ironpot.cashflow.engine import project_cash_flows
    >>> loan = pl.DataFrame({"contract_id": ["L"], "contract_type": ["PAM"],
    ...     "contract_role": ["RPL"], "notional_principal": [100.0],
    ...     "nominal_interest_rate": [0.25], "day_count_convention": ["30E360"],
    ...     "initial_exchange_date": [dt.date(2025, 1, 1)], "maturity_date": [dt.date(2027, 1, 1)],
    ...     "cycle_of_interest_payment": ["P1YL1"]})
    >>> print(text_chart(project_cash_flows(loan, status_date=dt.date(2024, 12, 31)), width=10))
    2025-01-01  +100.00
    2026-01-01    25.00  ▒▒
    2027-01-01   125.00  ████████▒▒
    """
    events = flows.events.filter(pl.col("scenario") == scenario, pl.col("payoff") != 0.0)
    labels = {name: [kind.label for kind in kinds] for name, (kinds, _) in KINDS.items()}
    drawn = [kind.label for kind in DRAWN]
    days = (
        events.group_by("date")
        .agg(
            _total("drawn", drawn),
            *(-_total(name, of_kind) for name, of_kind in labels.items()),
        )
        .with_columns(paid=pl.sum_horizontal(*KINDS))
        .sort("date")
    )
    longest = max([1e-9, *days["paid"].to_list()])
    return "\n".join(_line(row, width / longest) for row in days.iter_rows(named=True))


def _total(name: str, labels: list[str]) -> pl.Expr:
    """Return what events of some types bring, nil where there are none."""
    return pl.col("payoff").filter(pl.col("event_type").is_in(labels)).sum().alias(name)


def _line(row: dict[str, Any], blocks: float) -> str:
    """Return a day's line, `blocks` a yuan; edges are rounded, so that the bar is as its total."""
    figure = f"+{row['drawn']:.2f}" if row["drawn"] > 0.0 else f"{row['paid']:.2f}"
    bar, done = "", 0.0
    for name, (_, block) in KINDS.items():
        before, done = done, done + row[name]
        bar += block * (round(done * blocks) - round(before * blocks))
    return f"{row['date']}  {figure:>10}  {bar}".rstrip()
