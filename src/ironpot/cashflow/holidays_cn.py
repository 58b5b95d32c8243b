"""On which days are offices and the interbank market closed in mainland China?

2019 to 2026 as the General Office of the State Council announced them, working weekends included.
Other years follow a rule until they are announced: weekends, and the statutory holidays with a date
in the solar calendar (1 January, Qingming, 1 and 2 May, 1 to 3 October). Holidays by the lunar
calendar are left out of those years: a payment may then move by some days once a year is announced.

Source: yearly notices on the arrangement of public holidays; Regulation on Public Holidays for
National Annual Festivals and Memorial Days as amended from 1 January 2025.
"""

import datetime as dt
from functools import cache

import numpy as np
import numpy.typing as npt

Booleans = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]

# year: (closed from-to month.day, working weekend days)
ANNOUNCED: dict[int, tuple[str, str]] = {
    2019: (
        "01.01 02.04-02.10 04.05 05.01-05.04 06.07 09.13 10.01-10.07",
        "02.02 02.03 04.28 05.05 09.29 10.12",
    ),
    2020: (
        "01.01 01.24-02.02 04.04-04.06 05.01-05.05 06.25-06.27 10.01-10.08",
        "01.19 04.26 05.09 06.28 09.27 10.10",
    ),
    2021: (
        "01.01-01.03 02.11-02.17 04.03-04.05 05.01-05.05 06.12-06.14 09.19-09.21 10.01-10.07",
        "02.07 02.20 04.25 05.08 09.18 09.26 10.09",
    ),
    2022: (
        "01.01-01.03 01.31-02.06 04.03-04.05 04.30-05.04 06.03-06.05 09.10-09.12 10.01-10.07",
        "01.29 01.30 04.02 04.24 05.07 10.08 10.09",
    ),
    2023: (
        "01.01-01.02 01.21-01.27 04.05 04.29-05.03 06.22-06.24 09.29-10.06",
        "01.28 01.29 04.23 05.06 06.25 10.07 10.08",
    ),
    2024: (
        "01.01 02.10-02.17 04.04-04.06 05.01-05.05 06.10 09.15-09.17 10.01-10.07",
        "02.04 02.18 04.07 04.28 05.11 09.14 09.29 10.12",
    ),
    2025: (
        "01.01 01.28-02.04 04.04-04.06 05.01-05.05 05.31-06.02 10.01-10.08",
        "01.26 02.08 04.27 09.28 10.11",
    ),
    2026: (
        "01.01-01.03 02.15-02.23 04.04-04.06 05.01-05.05 06.19-06.21 09.25-09.27 10.01-10.07",
        "01.04 02.14 02.28 05.09 09.20 10.10",
    ),
}
FIXED = ("01.01", "05.01", "05.02", "10.01", "10.02", "10.03")
APRIL = 4


def is_closed_in_china(days: Times, weekend: Booleans) -> Booleans:
    """Say which days are closed; `weekend` says which are Saturdays or Sundays, (n,) each."""
    whole = days.astype("datetime64[D]")
    closed = weekend & ~np.isin(whole, _working_weekends())
    return closed | np.isin(whole, _announced_days()) | _closed_by_rule(whole)


@cache
def _announced_days() -> Times:
    return np.array(
        [day for year, (spans, _) in ANNOUNCED.items() for day in _days(year, spans)],
        dtype="datetime64[D]",
    )


@cache
def _working_weekends() -> Times:
    return np.array(
        [day for year, (_, working) in ANNOUNCED.items() for day in _days(year, working)],
        dtype="datetime64[D]",
    )


def _days(year: int, spans: str) -> list[dt.date]:
    """Return the days of words such as 02.04-02.10, both ends included."""
    found: list[dt.date] = []
    for span in spans.split():
        first, _, last = span.partition("-")
        start, stop = _day(year, first), _day(year, last or first)
        found += [start + dt.timedelta(days=step) for step in range((stop - start).days + 1)]
    return found


def _day(year: int, text: str) -> dt.date:
    return dt.date(year, int(text[:2]), int(text[3:]))


def _closed_by_rule(days: Times) -> Booleans:
    """Say which days of years not announced are statutory holidays with a solar date."""
    years = days[~np.isnat(days)].astype("datetime64[Y]").astype(np.int64) + 1970
    others = np.unique(years[~np.isin(years, list(ANNOUNCED))])
    holidays = [_day(int(year), text) for year in others for text in FIXED]
    holidays += [qingming(int(year)) for year in others]
    return np.isin(days, np.array(holidays, dtype="datetime64[D]"))


def qingming(year: int) -> dt.date:
    """Return Tomb-sweeping Day of a year of the 21st century, 4 or 5 April.

    Source: the usual approximation of the solar term, day = floor(0.2422 y + 4.81) - floor(y / 4)
    with y the year's last two digits.

    >>> qingming(2025), qingming(2027)
    (datetime.date(2025, 4, 4), datetime.date(2027, 4, 5))
    """
    short = year % 100
    return dt.date(year, APRIL, int(0.2422 * short + 4.81) - short // 4)
