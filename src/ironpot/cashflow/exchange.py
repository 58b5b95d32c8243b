"""Is new debt for old a bargain, is it another debt by the accounting rules, and what is booked?

Payments are discounted to the day of the exchange at the old debt's effective rate, a year's
compound interest, 365 days a year: (1 + rate)^-(days / 365). Where the new payments, fees included,
differ in value by a tenth or more from those left of the old debt, the old debt is settled and the
difference to the new one's fair value is booked at once with the fee; else the old debt goes on at
its rate, the change in value is booked and the fee is spread over what is left.

Source: IFRS 9, 3.3.2, 3.3.3, B3.3.6, B3.3.6A, B5.4.6; Chinese accounting standard 22 has the same
test.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.cashflow.flows import CashFlows

SUBSTANTIAL = 0.1
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange of old debt for new is worth to the debtor, in yuan, positive.

    `old_value` and `new_value`: present values at the old rate, the new one with the fee;
    `difference`: new less old, as a share of old; `substantial`: by the ten per cent test.
    `saving`: old less new, what the debtor gains by the exchange. `booked`: what is booked as a
    loss (positive) or gain (negative) on the day.
    """

    old_value: float
    new_value: float
    difference: float
    substantial: bool
    saving: float
    booked: float


def compare_exchange(
    old: pl.DataFrame,
    new: pl.DataFrame,
    *,
    date: dt.date,
    effective_rate: float,
    carrying_amount: float,
    fee: float = 0.0,
    market_rate: float | None = None,
) -> Exchange:
    """Compare the payments left of old debt with those of the new debt that replaces it on `date`.

    `old` and `new`: date and amount of what the debtor pays, positive; what is paid up to and on
    the day is left out. `carrying_amount` is what the books hold of the old debt then, `fee` what
    is paid for the exchange, `market_rate` what the new debt's fair value is discounted at (the old
    debt's effective rate if none is given).

    A thousand at 5 % due in a year, exchanged for a thousand at 3 % due in three years:

    >>> old = pl.DataFrame({"date": [dt.date(2026, 1, 1)], "amount": [1050.0]})
    >>> new = pl.DataFrame({"date": [dt.date(year, 1, 1) for year in (2026, 2027, 2028)],
    ...                     "amount": [30.0, 30.0, 1030.0]})
    >>> found = compare_exchange(old, new, date=dt.date(2025, 1, 1), effective_rate=0.05,
    ...                          carrying_amount=1000.0, fee=5.0)
    >>> round(found.old_value, 2), round(found.new_value, 2), found.substantial
    (1000.0, 950.54, False)
    >>> round(found.saving, 2), round(found.booked, 2)
    (49.46, -54.46)
    """
    old_value = present_value(old, date, effective_rate)
    new_value = present_value(new, date, effective_rate) + fee
    difference = (new_value - old_value) / old_value
    substantial = abs(difference) >= SUBSTANTIAL
    fair_rate = effective_rate if market_rate is None else market_rate
    settled = present_value(new, date, fair_rate) + fee
    booked = (settled if substantial else new_value - fee) - carrying_amount
    saving = old_value - new_value
    return Exchange(old_value, new_value, difference, substantial, saving, booked)


def payments_of(flows: CashFlows, contract_id: str, scenario: str = "base") -> pl.DataFrame:
    """Return date and amount of what a contract's debtor pays, as `compare_exchange` takes them.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.cashflow.case_debts import project_debts
    >>> flows = project_debts(read_case("examples/two-pots").case)
    >>> payments_of(flows, "loan").rows()
    [(datetime.date(2025, 12, 31), 400000.0), (datetime.date(2025, 12, 31), 10000000.0)]
    """
    return flows.events.filter(
        pl.col("scenario") == scenario, pl.col("contract_id") == contract_id, pl.col("payoff") < 0.0
    ).select("date", amount=-pl.col("payoff"))


def present_value(payments: pl.DataFrame, date: dt.date, rate: float) -> float:
    """Return the value on `date` of payments after it, (1 + rate)^-(days / 365) each."""
    later = payments.filter(pl.col("date") > date)
    years = (later["date"] - date).dt.total_days().to_numpy() / DAYS_A_YEAR
    return float(np.sum(later["amount"].to_numpy() * (1.0 + rate) ** -years))
