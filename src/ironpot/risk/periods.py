"""Which month or quarter of the ladder holds a date? Months to two years, then quarters to ten.

Where the case date does not end a quarter, months run on to the end of the quarter that holds the
24th, so that no quarter overlaps a month.
"""

import datetime as dt

import polars as pl

from ironpot.core.dates import (
    MONTHS_PER_QUARTER,
    month_name,
    next_day,
    quarter_name,
    quarter_number,
    quarter_of,
)

MONTHS = 24
QUARTERS = 40


def ladder_periods(case_date: dt.date) -> pl.DataFrame:
    """Return (index, period, period_type, quarter): the ladder's periods after the case date.

    >>> ladder_periods(dt.date(2024, 12, 31))["period"].gather([0, 23, 24, -1]).to_list()
    ['2025-01', '2026-12', '2027Q1', '2034Q4']
    >>> ladder_periods(dt.date(2024, 11, 15))["period"].gather([0, 25, 26, -1]).to_list()
    ['2024-11', '2026-12', '2027Q1', '2034Q3']
    """
    first = next_day(case_date)
    start = quarter_number(quarter_of(first))
    into, months = _months_in(case_date)
    names = [month_name(first, index) for index in range(months)]
    held_by = [
        quarter_name(start + (into + index) // MONTHS_PER_QUARTER) for index in range(months)
    ]
    later = [
        quarter_name(start + index) for index in range(_quarters_covered(into, months), QUARTERS)
    ]
    return (
        pl.DataFrame(
            {
                "period": [*names, *later],
                "period_type": ["month"] * len(names) + ["quarter"] * len(later),
                "quarter": [*held_by, *later],
            }
        )
        .with_row_index("index")
        .cast({"index": pl.Int64})
    )


def period_index(date: pl.Expr, case_date: dt.date) -> pl.Expr:
    """Return the index of the period that holds `date`; 0 for dates up to the first period.

    Dates beyond ten years give indices beyond the table.
    """
    first = next_day(case_date)
    into, months = _months_in(case_date)
    count = (date.dt.year().cast(pl.Int64) - first.year) * 12 + date.dt.month() - first.month
    quarter = (count + into) // MONTHS_PER_QUARTER - _quarters_covered(into, months)
    return pl.when(count < months).then(count.clip(lower_bound=0)).otherwise(months + quarter)


def _months_in(case_date: dt.date) -> tuple[int, int]:
    """Return how many months of its quarter precede the first, and how many months there are."""
    into = (next_day(case_date).month - 1) % MONTHS_PER_QUARTER
    return into, MONTHS + (-into) % MONTHS_PER_QUARTER


def _quarters_covered(into: int, months: int) -> int:
    return (into + months) // MONTHS_PER_QUARTER
