"""Schedules, day counts and business days, by counting.

Source: ACTUS technical specification 1.1, sections Schedule to Year Fraction Convention; ISDA 2006
definitions 4.16; ICMA rule 251.
"""

import calendar
import datetime as dt
import re

import numpy as np

from ironpot.cashflow.holidays_cn import is_closed_in_china

CYCLE = re.compile(r"P(\d+)([DWMQHY])(?:L([01]))?")
MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12}
MIDNIGHT = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
Coupon = tuple[dt.datetime, str, bool]


def plus(start: dt.datetime, cycle: str, count: int, *, end_of_month: bool) -> dt.datetime:
    """Return start + count cycles; a day that the month lacks becomes its last."""
    match = CYCLE.fullmatch(cycle)
    if match is None:
        raise ValueError(cycle)
    number, unit = int(match[1]) * count, match[2]
    if unit in "DW":
        return start + dt.timedelta(days=number * (7 if unit == "W" else 1))
    year, month = divmod(start.year * 12 + start.month - 1 + number * MONTHS[unit], 12)
    last = calendar.monthrange(year, month + 1)[1]
    month_length = calendar.monthrange(start.year, start.month)[1]
    keeps_end = end_of_month and start.day == month_length < 31
    return start.replace(
        year=year, month=month + 1, day=last if keeps_end else min(start.day, last)
    )


def schedule(
    anchor: dt.datetime | None,
    cycle: str | None,
    end: dt.datetime | None,
    *,
    end_of_month: bool,
    include_end: bool,
) -> list[dt.datetime]:
    """Return S(anchor, cycle, end): the dates before the end, the stub, the end if included."""
    if end is None:
        return []
    dates: list[dt.datetime] = []
    if anchor is not None and anchor < end:
        dates.append(anchor)
        while cycle is not None:
            following = plus(anchor, cycle, len(dates), end_of_month=end_of_month)
            if following >= end:
                if cycle.endswith("L0") and following != end and len(dates) > 1:
                    dates.pop()
                break
            dates.append(following)
    return [*dates, end] if include_end else dates


def midnight(time: dt.datetime) -> dt.date:
    """Return the day to which interest runs: a second before midnight is midnight."""
    return (time + MIDNIGHT).date()


def years(
    start: dt.datetime,
    end: dt.datetime,
    convention: str,
    *,
    maturity: dt.datetime | None = None,
    coupon: Coupon | None = None,
) -> float:
    """Return Y(start, end); `coupon` is anchor, cycle and whether month ends stay, for AAICMA."""
    if end < start:
        return -years(end, start, convention, maturity=maturity, coupon=coupon)
    one, two = midnight(start), midnight(end)
    if one == two:
        return 0.0
    match convention:
        case "A360" | "A365":
            return (two - one).days / int(convention[1:])
        case "AA":
            return _actual_actual(one, two)
        case "AAICMA" if coupon is not None:
            return _icma(one, two, coupon)
        case "28E336":
            return _by_months(one, two, 28, min(one.day, 28), min(two.day, 28))
        case "30E360":
            return _by_months(one, two, 30, min(one.day, 30), min(two.day, 30))
        case _:
            ends = maturity is not None and two == midnight(maturity)
            return _by_months(one, two, 30, _isda(one), _isda(two, at_maturity=ends))


def _by_months(one: dt.date, two: dt.date, month: int, first: int, last: int) -> float:
    months = 12 * (two.year - one.year) + two.month - one.month
    return (month * months + last - first) / (12 * month)


def _isda(day: dt.date, *, at_maturity: bool = False) -> int:
    """Return the 30E/360 ISDA day: month ends count as the 30th, February's not at maturity."""
    is_last = (day + DAY).month != day.month
    return day.day if at_maturity and day.month == 2 else 30 if is_last else min(day.day, 30)


def _actual_actual(one: dt.date, two: dt.date) -> float:
    """Return days over the days of their year, year by year."""
    total = 0.0
    for year in range(one.year, two.year + 1):
        first, following = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        inside = min(two, following) - max(one, first)
        total += inside.days / (following - first).days
    return total


def _icma(one: dt.date, two: dt.date, coupon: Coupon) -> float:
    """Return regular periods that lie between, each the cycle's part of a year."""
    anchor, cycle, end_of_month = coupon
    match = CYCLE.fullmatch(cycle)
    length = int(match[1]) * MONTHS[match[2]] / 12 if match else 0.0
    start = dt.datetime.combine(midnight(anchor), dt.time())

    def edge(number: int) -> dt.date:
        return plus(start, cycle, number, end_of_month=end_of_month).date()

    number, total = 0, 0.0
    while edge(number) > one:
        number -= 1
    while edge(number) < two:
        low, high = edge(number), edge(number + 1)
        inside = (min(two, high) - max(one, low)).days
        total += max(inside, 0) / (high - low).days * length
        number += 1
    return total


def is_open(day: dt.date, name: str) -> bool:
    """Say whether a day is open for business in the calendar `name`."""
    weekend = day.weekday() >= 5
    if name == "CN":
        closed = is_closed_in_china(np.array([day], "M8[D]"), np.array([weekend]))
        return not bool(closed[0])
    return not (weekend and name == "MF")


def shifted(time: dt.datetime, convention: str, name: str) -> dt.datetime:
    """Return the time on a business day, as the convention agrees."""
    if convention == "NOS":
        return time
    step = -DAY if convention[2:].endswith("P") else DAY
    moved = _go(time, step, name)
    if "M" in convention and moved.month != time.month:
        moved = _go(time, -step, name)
    return moved


def _go(time: dt.datetime, step: dt.timedelta, name: str) -> dt.datetime:
    while not is_open(time.date(), name):
        time += step
    return time
