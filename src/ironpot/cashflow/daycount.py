"""Which part of a year lies between two days?

Every convention here is additive, so each day gets a place on a scale of years: a whole number and
a fraction below one. The year fraction between two days is the difference of their places, taken
apart by whole and fraction so that nothing is lost to rounding.

Source: ACTUS dictionary 1.4, dayCountConvention; ISDA 2006 definitions 4.16; ICMA rule 251.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.civil import END_DAY, FIRST_DAY, dates_of, day_numbers, place_of, tabled
from ironpot.cashflow.cycles import Cycles, add_cycles, cycles_until
from ironpot.cashflow.words import Words, repeated

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

OF_MATURITY = "30E360ISDA"
CONVENTIONS = ("AA", "A360", "A365", "30E360", "30E360ISDA", "28E336", "AAICMA")
MONTHS_A_YEAR = 12
FEBRUARY = 2


def accrual_day(times: Times) -> Times:
    """Return the day to which interest runs: one second before midnight counts as midnight.

    >>> accrual_day(np.array(["2013-12-31T23:59:59"], "M8[s]")).tolist()
    [datetime.date(2014, 1, 1)]
    """
    days = dates_of(_accrual_number(times))
    missing = np.isnat(times)
    return np.where(missing, np.datetime64("NaT", "D"), days) if missing.any() else days


def _accrual_number(times: Times) -> Integers:
    """Return the number of the accrual day; a missing one (NaT) counts as day 0."""
    if times.dtype == np.dtype("datetime64[D]"):
        return day_numbers(times)
    return day_numbers(times + np.timedelta64(1, "s"))


def year_fraction(start: Times, end: Times, convention: str) -> Floats:
    """Return the years from `start` to `end`, (n,) each, negative where end lies before start.

    >>> year = np.array(["2024-01-31"], "M8[D]"), np.array(["2024-02-29"], "M8[D]")
    >>> [round(float(year_fraction(*year, name)[0]), 6) for name in ("AA", "A365", "30E360")]
    [0.079235, 0.079452, 0.080556]
    """
    words = repeated(convention, len(start))
    whole_start, part_start = place_in_years(start, words)
    whole_end, part_end = place_in_years(end, words)
    return (whole_end - whole_start) + (part_end - part_start)


def place_in_years(
    times: Times, conventions: Words, maturity: Times | None = None
) -> tuple[Integers, Floats]:
    """Return each time's place on its convention's scale: whole years and the rest, (n,) each.

    `maturity` matters to 30E360ISDA alone: its last February day is not moved to the 30th there.
    AAICMA needs coupon periods and is placed by `place_in_periods`.
    """
    number = _accrual_number(times)
    known = tabled(number)
    whole, part = np.zeros(number.shape, np.int64), np.zeros(number.shape)
    for convention, rows in conventions.groups():
        if known and convention != OF_MATURITY:
            scale = _tabled_scale(convention)
            at = number[rows] - FIRST_DAY
            whole[rows], part[rows] = scale[0][at], scale[1][at]
            continue
        inside = dates_of(number[rows])
        ends = np.zeros(inside.shape, bool)
        if maturity is not None:
            ends = inside == accrual_day(maturity[rows])
        whole[rows], part[rows] = _SCALES[convention](inside, ends)
    return whole, part


@cache
def _tabled_scale(convention: str) -> tuple[Integers, Floats]:
    """Return the place of every day of the calendar's tables on a convention's scale."""
    days = dates_of(np.arange(FIRST_DAY, END_DAY))
    return _SCALES[convention](days, np.zeros(days.shape, bool))


def place_in_periods(
    times: Times, anchor: Times, cycles: Cycles, end_of_month: Booleans
) -> tuple[Integers, Floats]:
    """Return places on the AAICMA scale: a coupon period is cycle/12 of a year, whatever its days.

    The periods run both ways from `anchor` by `cycles` (whole months), so that a long or short
    first or last period is measured in regular ones. Source: ICMA rule 251.

    >>> half_yearly = Cycles(np.array([6]), np.array([0]), np.array([False]))
    >>> place_in_periods(np.array(["2025-04-01"], "M8[s]"), np.array(["2025-01-01"], "M8[s]"),
    ...                  half_yearly, np.array([False]))[1].round(6).tolist()
    [0.248619]
    """
    days, start = accrual_day(times), accrual_day(anchor)
    count = cycles_until(start, days, cycles, end_of_month)
    low = add_cycles(start, count, cycles, end_of_month)
    high = add_cycles(start, count + 1, cycles, end_of_month)
    inside = (days - low) / (high - low)
    whole, months = np.divmod(count * cycles.months, MONTHS_A_YEAR)
    return whole, (months + inside * cycles.months) / MONTHS_A_YEAR


def _parts(days: Times) -> tuple[Integers, Integers, Integers]:
    """Return year, month 1..12 and day 1..31 of each day."""
    place = place_of(day_numbers(days))
    years, month = np.divmod(place.month, MONTHS_A_YEAR)
    return years + 1970, month + 1, place.gone + 1


def _actual_actual(days: Times, _: Booleans) -> tuple[Integers, Floats]:
    """AA: days over the days of their calendar year, year by year (ISDA)."""
    years = days.astype("datetime64[Y]")
    first = years.astype("datetime64[D]")
    length = (years + 1).astype("datetime64[D]") - first
    return years.astype(np.int64), (days - first) / length


def _actual_360(days: Times, _: Booleans) -> tuple[Integers, Floats]:
    whole, rest = np.divmod(days.astype(np.int64), 360)
    return whole, rest / 360


def _actual_365(days: Times, _: Booleans) -> tuple[Integers, Floats]:
    whole, rest = np.divmod(days.astype(np.int64), 365)
    return whole, rest / 365


def _thirty_360(days: Times, _: Booleans) -> tuple[Integers, Floats]:
    """30E360: the 31st counts as the 30th."""
    year, month, day = _parts(days)
    return year, (30 * (month - 1) + np.minimum(day, 30)) / 360


def _thirty_360_isda(days: Times, at_maturity: Booleans) -> tuple[Integers, Floats]:
    """30E360ISDA: February's last day counts as the 30th too, unless the contract ends there."""
    year, month, day = _parts(days)
    last = _parts(days + 1)[2] == 1
    day = np.where(last & ~(at_maturity & (month == FEBRUARY)), 30, np.minimum(day, 30))
    return year, (30 * (month - 1) + day) / 360


def _twenty_eight_336(days: Times, _: Booleans) -> tuple[Integers, Floats]:
    """28E336: the 29th, 30th and 31st count as the 28th."""
    year, month, day = _parts(days)
    return year, (28 * (month - 1) + np.minimum(day, 28)) / 336


_SCALES = {
    "AA": _actual_actual,
    "A360": _actual_360,
    "A365": _actual_365,
    "30E360": _thirty_360,
    "30E360ISDA": _thirty_360_isda,
    "28E336": _twenty_eight_336,
}
