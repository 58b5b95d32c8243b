"""Quarters and months: how periods are written, counted and cut out of dates."""

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

QUARTER = re.compile(r"(\d{4})Q([1-4])")
MONTHS_PER_QUARTER = 3
QUARTERS_PER_YEAR = 4
DAYS_PER_YEAR = 365.25

Dates = npt.NDArray[np.datetime64]


def quarter_of(date: dt.date) -> str:
    """Name the quarter that holds `date`.

    >>> quarter_of(dt.date(2024, 12, 31))
    '2024Q4'
    """
    return quarter_name(date.year * QUARTERS_PER_YEAR + (date.month - 1) // MONTHS_PER_QUARTER)


def quarter_name(number: int) -> str:
    """Write a running quarter number (year x 4 + quarter - 1).

    >>> quarter_name(quarter_number("2025Q1") + 4)
    '2026Q1'
    """
    year, rest = divmod(number, QUARTERS_PER_YEAR)
    return f"{year}Q{rest + 1}"


def quarter_number(quarter: str) -> int:
    """Count a written quarter; ValueError if it is not one."""
    match = QUARTER.fullmatch(quarter)
    if match is None:
        raise ValueError(f"{quarter!r} is not a quarter such as 2025Q1.")
    return int(match[1]) * QUARTERS_PER_YEAR + int(match[2]) - 1


def quarter_start(quarter: str) -> dt.date:
    """Return the first day of a quarter."""
    year, rest = divmod(quarter_number(quarter), QUARTERS_PER_YEAR)
    return dt.date(year, rest * MONTHS_PER_QUARTER + 1, 1)


def quarter_end(quarter: str) -> dt.date:
    """Return the last day of a quarter.

    >>> quarter_end("2024Q1")
    datetime.date(2024, 3, 31)
    """
    return quarter_start(quarter_name(quarter_number(quarter) + 1)) - dt.timedelta(days=1)


def month_index(dates: Dates, start: dt.date) -> npt.NDArray[np.int64]:
    """Count whole calendar months from the month of `start`; (n,) dates -> (n,) integers.

    >>> month_index(np.array(["2025-01-31", "2025-03-01"], "M8[D]"), dt.date(2025, 1, 15)).tolist()
    [0, 2]
    """
    origin = np.datetime64(start, "M").astype(np.int64)
    return dates.astype("datetime64[M]").astype(np.int64) - origin


def month_name(start: dt.date, index: int) -> str:
    """Write the month `index` months after that of `start`.

    >>> month_name(dt.date(2024, 12, 31), 1)
    '2025-01'
    """
    return str(np.datetime64(start, "M") + np.timedelta64(index, "M"))


def written_day(said: str, option: str) -> dt.date:
    """Read a day as a user types it at `option`; raise IronpotError, which says how, if it is none.

    >>> written_day("2025-05-20", "--date")
    datetime.date(2025, 5, 20)
    """
    try:
        return dt.date.fromisoformat(said.strip())
    except ValueError as error:
        raise IronpotError(
            Text(
                f"{option} {said}: there is no such day; write it as 2025-05-20.",
                f"{option} {said}:没有这一天;请写成 2025-05-20。",
            )
        ) from error


def next_day(date: dt.date) -> dt.date:
    """Return the day after `date`."""
    return date + dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Consecutive quarters that a plan covers, the first one starting after the case date.

    >>> horizon = Horizon.after(dt.date(2024, 12, 31), 20)
    >>> horizon.first, horizon.last, len(horizon.quarters)
    ('2025Q1', '2029Q4', 20)
    """

    first: str
    count: int

    @classmethod
    def after(cls, date: dt.date, count: int) -> "Horizon":
        """Return `count` quarters, the first being the one that holds the day after `date`."""
        return cls(quarter_of(next_day(date)), count)

    @property
    def last(self) -> str:
        """Name of the last quarter."""
        return quarter_name(quarter_number(self.first) + self.count - 1)

    @property
    def quarters(self) -> tuple[str, ...]:
        """Names of all quarters in order."""
        start = quarter_number(self.first)
        return tuple(quarter_name(start + index) for index in range(self.count))

    def index(self, quarter: str) -> int:
        """Return the position of a quarter; negative before the first, >= count after the last."""
        return quarter_number(quarter) - quarter_number(self.first)

    def index_of(self, dates: Dates) -> npt.NDArray[np.int64]:
        """Return the quarter position of each date; (n,) -> (n,), outside as in `index`."""
        months = month_index(dates, quarter_start(self.first))
        return np.floor_divide(months, MONTHS_PER_QUARTER)

    def discount(self, rate: float) -> npt.NDArray[np.float64]:
        """Return factors to the case date of money at each quarter's end, (count,).

        `rate` is a decimal a year, compounded quarterly: (1 + rate)^-(t/4), t = 1..count.
        """
        return (1.0 + rate) ** (-np.arange(1, self.count + 1) / QUARTERS_PER_YEAR)
