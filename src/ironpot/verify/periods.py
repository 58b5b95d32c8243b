"""How are quarters and months counted? Running numbers from the words in the files.

Written again here, in a few lines, so that a fault in the planner's calendar is not repeated.
"""

import calendar
from collections.abc import Callable
from decimal import Decimal

MONTHS_PER_QUARTER = 3
QUARTERS_PER_YEAR = 4
MONTHS_PER_YEAR = 12


def quarter_number(quarter: str) -> int:
    """Count quarters since year 0.

    >>> quarter_number("2025Q1") - quarter_number("2024Q4")
    1
    """
    return int(quarter[:4]) * QUARTERS_PER_YEAR + int(quarter[5]) - 1


def quarter_name(number: int) -> str:
    """Write a running quarter number.

    >>> quarter_name(quarter_number("2025Q4") + 1)
    '2026Q1'
    """
    year, rest = divmod(number, QUARTERS_PER_YEAR)
    return f"{year:04d}Q{rest + 1}"


def month_number(month: str) -> int:
    """Count months since year 0; takes `2025-01` and any ISO date.

    >>> month_number("2025-01") - month_number("2024-12-31")
    1
    """
    return int(month[:4]) * MONTHS_PER_YEAR + int(month[5:7]) - 1


def month_after(date: str) -> int:
    """Count the month that holds the day after an ISO date.

    >>> month_after("2024-12-31") == month_number("2025-01")
    True
    >>> month_after("2024-11-15") == month_number("2024-11")
    True
    """
    _, last_day = calendar.monthrange(int(date[:4]), int(date[5:7]))
    return month_number(date) + int(int(date[8:10]) == last_day)


def first_month(quarter: int) -> int:
    """Return the running number of a quarter's first month."""
    return quarter * MONTHS_PER_QUARTER


def is_month(text: str) -> bool:
    """Say whether a text is a month such as 2025-01.

    >>> is_month("2025-12"), is_month("2025-13"), is_month("2025Q1")
    (True, False, False)
    """
    digits = (text[:4] + text[5:]) if len(text) == len("2025-01") and text[4] == "-" else ""
    return _is_number(digits) and 1 <= int(digits[4:]) <= MONTHS_PER_YEAR


def is_quarter(text: str) -> bool:
    """Say whether a text is a quarter such as 2025Q1.

    >>> is_quarter("2025Q4"), is_quarter("2025Q5"), is_quarter("2025")
    (True, False, False)
    """
    well_formed = len(text) == len("2025Q1") and text[4] == "Q" and text[5] in "1234"
    return well_formed and _is_number(text[:4])


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit()


def discount_factors(rate: Decimal, first: str) -> Callable[[str], Decimal]:
    """Return the factor of a quarter: (1 + rate)^-(t/4), t = 1 for `first`; rate a year.

    >>> round(discount_factors(Decimal("0.04"), "2025Q1")("2025Q4"), 6)
    Decimal('0.961538')
    """
    start = quarter_number(first) - 1

    def factor(quarter: str) -> Decimal:
        periods = Decimal(quarter_number(quarter) - start)
        return (1 + rate) ** (-periods / QUARTERS_PER_YEAR)

    return factor
