"""On which day is a payment made if its date is no business day?

Calendars: NC every day, MF Monday to Friday, CN mainland China (see `holidays_cn`).
Source: ACTUS technical specification 1.1, section Business Day Shift Convention.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.holidays_cn import is_closed_in_china
from ironpot.cashflow.words import Words

Booleans = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

EVERY_DAY = ("NC", "NOCALENDAR")
NO_SHIFT = "NOS"
SATURDAY = 5
THURSDAY = 3  # 1970-01-01, day zero, was one
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Adjusted:
    """When an event is paid and up to when it is calculated, (n,) each."""

    paid: Times
    accrual: Times


def adjust(times: Times, conventions: Words, calendars: Words) -> Adjusted:
    """Shift times that fall on a closed day, row by row's convention and calendar.

    SC* shifts and then calculates, CS* calculates on the unshifted date; F and P move to the next
    and to the last business day, MF and MP turn round where that would leave the month.

    >>> from ironpot.cashflow.words import repeated
    >>> sunday = np.array(["2013-03-31"], "M8[s]")
    >>> found = adjust(sunday, repeated("CSF", 1), repeated("MF", 1))
    >>> str(found.paid[0])[:10], str(found.accrual[0])[:10]
    ('2013-04-01', '2013-03-31')
    """
    paid, accrual = times.copy(), times.copy()
    for convention, rows in conventions.groups():
        if convention == NO_SHIFT:
            continue
        paid[rows] = _on_calendars(times[rows], convention, calendars.code[rows], calendars.values)
        if convention.startswith("SC"):
            accrual[rows] = paid[rows]
    return Adjusted(paid, accrual)


def is_business_day(days: Times, calendar: str) -> Booleans:
    """Say which days are open for business; a missing day (NaT) counts as open.

    >>> weekend = np.array(["2025-01-25", "2025-01-26"], "M8[D]")
    >>> is_business_day(weekend, "MF").tolist(), is_business_day(weekend, "CN").tolist()
    ([False, False], [False, True])
    """
    if calendar in EVERY_DAY:
        return np.ones(days.shape, bool)
    weekend = (days.astype("datetime64[D]").astype(np.int64) + THURSDAY) % DAYS_A_WEEK >= SATURDAY
    closed = is_closed_in_china(days, weekend) if calendar == "CN" else weekend
    return ~closed | np.isnat(days)


def _on_calendars(
    times: Times, convention: str, codes: npt.NDArray[np.int64], calendars: tuple[str, ...]
) -> Times:
    """Return the times of one convention, each shifted by its own calendar."""
    moved = times.copy()
    for code, calendar in enumerate(calendars):
        rows = codes == code
        if calendar not in EVERY_DAY and rows.any():
            moved[rows] = _shift(times[rows], convention, calendar)
    return moved


def _shift(times: Times, convention: str, calendar: str) -> Times:
    """Return the times of one convention and calendar on their business days, hours kept."""
    day = times.astype("datetime64[D]")
    direction = -1 if convention.endswith("P") else 1
    moved = _nearest_open(day, direction, calendar)
    if "M" in convention:
        left = moved.astype("datetime64[M]") != day.astype("datetime64[M]")
        moved = np.where(left, _nearest_open(day, -direction, calendar), moved)
    return moved.astype(times.dtype) + (times - day.astype(times.dtype))


def _nearest_open(days: Times, direction: int, calendar: str) -> Times:
    """Return the first business day at or beyond each day, going one way."""
    moved = days.copy()
    while (closed := ~is_business_day(moved, calendar)).any():
        moved[closed] += direction
    return moved
