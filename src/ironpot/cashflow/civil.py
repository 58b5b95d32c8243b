"""In which month does a day lie, and where in it? By look-up, as calendars are slow to compute.

Days are whole numbers from 1970-01-01 on, months from 1970-01 on, both int64 and negative before.
The tables span 1900 to 2199; arrays with any day outside are computed by NumPy's own calendar.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

DAY_SECONDS = 86_400
_MONTHS = np.arange("1900-01", "2200-02", dtype="datetime64[M]")
_STARTS: Integers = _MONTHS.astype("datetime64[D]").astype(np.int64)
_LENGTHS: Integers = np.diff(_STARTS)
FIRST_MONTH, MONTHS = int(_MONTHS[0].astype(np.int64)), _LENGTHS.size
FIRST_DAY, END_DAY = int(_STARTS[0]), int(_STARTS[-1])
_MONTH_OF: Integers = np.repeat(np.arange(MONTHS), _LENGTHS)


class Place(NamedTuple):
    """Where days lie, (n,) each: the month, days gone since its first, and its length."""

    month: Integers
    gone: Integers
    length: Integers


def day_numbers(times: Times) -> Integers:
    """Return the number of the day of each time; a missing one (NaT) counts as day 0.

    >>> day_numbers(np.array(["1970-01-02T23:59:59", "NaT"], "M8[s]")).tolist()
    [1, 0]
    """
    if times.dtype == np.dtype("datetime64[D]"):
        number = times.astype(np.int64)
    else:
        number = times.astype("datetime64[s]", copy=False).view(np.int64) // DAY_SECONDS
    missing = np.isnat(times)
    return np.where(missing, 0, number) if missing.any() else number


def dates_of(days: Integers) -> Times:
    """Return day numbers as datetime64[D]."""
    return days.view("datetime64[D]")


def tabled(days: Integers) -> bool:
    """Say whether all days lie in the span of the tables."""
    return not days.size or bool(days.min() >= FIRST_DAY and days.max() < END_DAY)


def place_of(days: Integers) -> Place:
    """Return where days lie.

    >>> [int(part[0]) for part in place_of(np.array([31 + 28]))]
    [2, 0, 31]
    """
    if not tabled(days):
        months = dates_of(days).astype("datetime64[M]")
        first = months.astype("datetime64[D]").astype(np.int64)
        return Place(months.astype(np.int64), days - first, _length(months))
    at = _MONTH_OF[days - FIRST_DAY]
    return Place(at + FIRST_MONTH, days - _STARTS[at], _LENGTHS[at])


def month_starts(months: Integers) -> tuple[Integers, Integers]:
    """Return the first day and the length of months, (n,) each.

    >>> [part.tolist() for part in month_starts(np.array([0, 1]))]
    [[0, 31], [31, 28]]
    """
    at = months - FIRST_MONTH
    if at.size and (at.min() < 0 or at.max() >= MONTHS):
        calendar = months.view("datetime64[M]")
        return calendar.astype("datetime64[D]").astype(np.int64), _length(calendar)
    return _STARTS[at], _LENGTHS[at]


def _length(months: Times) -> Integers:
    return ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
