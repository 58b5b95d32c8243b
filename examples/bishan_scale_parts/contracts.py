"""What terms does a contract have? Dates, rates and the principal that falls due month by month."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from bishan_scale_parts.scale import CASE_DATE, Floats, Row, add_months

# Loan prime rate: day of fixing, 1 year, over 5 years. People's Bank of China, as compiled.
LPR = (
    (dt.date(2019, 8, 20), 0.0425, 0.0485),
    (dt.date(2019, 9, 20), 0.0420, 0.0485),
    (dt.date(2019, 11, 20), 0.0415, 0.0480),
    (dt.date(2020, 2, 20), 0.0405, 0.0475),
    (dt.date(2020, 4, 20), 0.0385, 0.0465),
    (dt.date(2021, 12, 20), 0.0380, 0.0465),
    (dt.date(2022, 1, 20), 0.0370, 0.0460),
    (dt.date(2022, 5, 20), 0.0370, 0.0445),
    (dt.date(2022, 8, 22), 0.0365, 0.0430),
    (dt.date(2023, 6, 20), 0.0355, 0.0420),
    (dt.date(2023, 8, 21), 0.0345, 0.0420),
    (dt.date(2024, 2, 20), 0.0345, 0.0395),
    (dt.date(2024, 7, 22), 0.0335, 0.0385),
    (dt.date(2024, 10, 21), 0.0310, 0.0360),
)
LONG_LOAN_MONTHS = 60  # above five years a loan refers to the five-year rate


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of one contract before its amount is known.

    `months` is what remains from the case date to maturity, `age` what has passed since the start;
    `cycle` counts the months between payments of interest and, where it amortises, of principal.
    A loan's rate is the loan prime rate plus `spread`: of its start, or of the last yearly reset if
    it `floats`; where there is no spread, `rate` is the rate.
    """

    instrument: str
    contract_type: str
    months: int
    age: int
    day: int
    cycle: int
    rate: float = 0.0
    spread: float | None = None
    floats: bool = False

    @property
    def maturity(self) -> dt.date:
        """Day of the last payment, in the month `months` after the case date."""
        return add_months(CASE_DATE.replace(day=self.day), self.months)

    @property
    def start(self) -> dt.date:
        """First day of the contract, whole cycles before its maturity."""
        return add_months(self.maturity, -(self.age + self.months))

    @property
    def reference(self) -> str:
        """Reference rate of a floating loan, by its whole term."""
        return "LPR5Y" if self.age + self.months > LONG_LOAN_MONTHS else "LPR1Y"

    @property
    def first_reset(self) -> dt.date:
        """First anniversary of the start after the case date."""
        anniversary = self.start
        while anniversary <= CASE_DATE:
            anniversary = add_months(anniversary, 12)
        return anniversary

    @property
    def current_rate(self) -> float:
        """Rate a year at the case date."""
        if self.spread is None:
            return self.rate
        fixed_on = add_months(self.first_reset, -12) if self.floats else self.start
        return round(lpr_on(fixed_on, self.reference) + self.spread, 6)


def whole_cycles(months: int, cycle: int) -> int:
    """Round months up to whole cycles, so that a schedule has no stub.

    >>> whole_cycles(13, 3)
    15
    """
    return -(-months // cycle) * cycle


def lpr_on(date: dt.date, name: str) -> float:
    """Return the loan prime rate in force on a day; that of August 2019 before its first fixing.

    >>> lpr_on(dt.date(2024, 12, 31), "LPR5Y")
    0.036
    """
    known = [fixing for fixing in LPR if fixing[0] <= date] or [LPR[0]]
    _, one_year, five_years = known[-1]
    return one_year if name == "LPR1Y" else five_years


def principal_profile(terms: Terms) -> tuple[Floats, Floats]:
    """Return months from the case date and shares of principal paid then, both (payment,).

    Shares add up to one. Instalments of ANN follow the annuity formula; NAM pays a twentieth of the
    principal each time, interest included, and the rest at maturity.
    """
    due = np.arange(terms.months, 0, -terms.cycle)[::-1].astype(float)
    count, rate = due.size, terms.current_rate * terms.cycle / 12
    match terms.contract_type:
        case "LAM":
            return due, np.full(count, 1.0 / count)
        case "ANN":
            growth = np.power(1.0 + rate, np.arange(count, dtype=np.float64))
            return due, growth / growth.sum()
        case "NAM":
            first = NAM_INSTALMENT - rate
            paid = first * np.power(1.0 + rate, np.arange(count, dtype=np.float64))
            paid[-1] = 1.0 - paid[:-1].sum()
            return due, paid
        case _:
            return np.array([float(terms.months)]), np.ones(1)


NAM_INSTALMENT = 0.05


def due_within_year(terms: Terms) -> float:
    """Return the share of principal due in the twelve months after the case date."""
    months, shares = principal_profile(terms)
    return float(shares[months <= 12].sum())


def mean_life_y(terms: Terms) -> float:
    """Return the principal-weighted mean time to payment, in years."""
    months, shares = principal_profile(terms)
    return float(months @ shares) / 12


def contract_columns(terms: Terms, principal: float) -> Row:
    """Return the ACTUS columns of a contract with `principal` yuan outstanding."""
    amortises = terms.contract_type in ("LAM", "ANN", "NAM")
    first = add_months(terms.start, terms.cycle)
    cycle = f"P{terms.cycle}ML1" if terms.cycle < 12 else "P1YL1"
    instalment = round(principal * NAM_INSTALMENT, 2) if terms.contract_type == "NAM" else None
    return {
        "instrument": terms.instrument,
        "contract_type": terms.contract_type,
        "notional_principal": principal,
        "currency": "CNY",
        "initial_exchange_date": terms.start,
        "maturity_date": terms.maturity,
        "nominal_interest_rate": terms.current_rate,
        "day_count_convention": "A365",
        "cycle_anchor_date_of_interest_payment": first,
        "cycle_of_interest_payment": cycle,
        "cycle_anchor_date_of_principal_redemption": first if amortises else None,
        "cycle_of_principal_redemption": cycle if amortises else None,
        "next_principal_redemption_payment": instalment,
        **reset_columns(terms),
        "business_day_convention": "NOS",
        "end_of_month_convention": "SD",
        "calendar": "NC",
    }


def reset_columns(terms: Terms) -> Row:
    """Return the ACTUS columns of a floating rate; empty for a fixed one."""
    if not terms.floats:
        return {}
    return {
        "cycle_anchor_date_of_rate_reset": terms.first_reset,
        "cycle_of_rate_reset": "P1YL1",
        "market_object_code_of_rate_reset": terms.reference,
        "rate_spread": terms.spread,
    }
