"""On which days does a cycle fall?

A cycle rolls from its anchor, never from its last date: anchor + k cycles, k = 0, 1, 2, ... A day
that a month lacks becomes that month's last day. Times are datetime64[s]; most are midnights.

Source: ACTUS technical specification 1.1, sections Schedule and End Of Month Shift Convention.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.civil import Place, day_numbers, month_starts, place_of
from ironpot.cashflow.words import Words

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

CYCLE = re.compile(r"P(\d+)([DWMQHY])(?:L([01]))?")
MONTHS_OF = {"M": 1, "Q": 3, "H": 6, "Y": 12}
DAYS_OF = {"D": 1, "W": 7}
LONG_STUB = "0"
LONG_MONTH = 31


@dataclass(frozen=True, slots=True)
class Cycles:
    """One cycle a row: whole `months` or whole `days`, one of them zero; both zero is no cycle.

    `long_stub` drops the last regular date before an end that lies off the cycle.
    """

    months: Integers
    days: Integers
    long_stub: Booleans

    @property
    def given(self) -> Booleans:
        """Rows that have a cycle."""
        return (self.months > 0) | (self.days > 0)

    def take(self, rows: npt.NDArray[np.intp]) -> "Cycles":
        """Return the cycles of `rows`."""
        return Cycles(self.months[rows], self.days[rows], self.long_stub[rows])


def parse_cycle(text: str) -> tuple[int, int, bool]:
    """Return months, days and whether the last stub is long; ValueError if it is no cycle.

    >>> parse_cycle("P3ML1"), parse_cycle("P2WL0"), parse_cycle("P1Y")
    ((3, 0, False), (0, 14, True), (12, 0, False))
    """
    match = CYCLE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a cycle such as P3ML1.")
    count, unit = int(match[1]), match[2]
    return count * MONTHS_OF.get(unit, 0), count * DAYS_OF.get(unit, 0), match[3] == LONG_STUB


def cycles_of(words: Words) -> Cycles:
    """Return a cycle a row from written ones; an absent word is no cycle."""
    parsed = [*(parse_cycle(word) for word in words.values), (0, 0, False)]
    months, days, long_stub = (np.array(column)[words.code] for column in zip(*parsed, strict=True))
    return Cycles(months, days, long_stub)


def add_cycles(start: Times, count: Integers, cycles: Cycles, end_of_month: Booleans) -> Times:
    """Return start + count cycles, (n,); `end_of_month` says where the EOM convention is agreed."""
    day = day_numbers(start)
    place = place_of(day)
    first, length = month_starts(place.month + count * cycles.months)
    within = np.minimum(place.gone, length - 1)
    if end_of_month.any():
        within = np.where(end_of_month & _acts(place), length - 1, within)
    moved = first + within
    if cycles.days.any():
        moved = np.where(cycles.months > 0, moved, day + count * cycles.days)
    return start + (moved - day).view("timedelta64[D]")


def acts_on_month_end(anchor: Times) -> Booleans:
    """Say where EOM has an effect: the anchor ends a month of fewer than 31 days."""
    return _acts(place_of(day_numbers(anchor)))


def _acts(place: Place) -> Booleans:
    return (place.gone + 1 == place.length) & (place.length < LONG_MONTH)


def cycles_until(start: Times, end: Times, cycles: Cycles, end_of_month: Booleans) -> Integers:
    """Return the largest k with start + k cycles at or before `end`; -1 and below if none.

    >>> monthly = Cycles(np.array([1]), np.array([0]), np.array([False]))
    >>> days = np.array(["2024-01-31"], "M8[s]"), np.array(["2024-04-29"], "M8[s]")
    >>> cycles_until(*days, monthly, np.array([False])).tolist()
    [2]
    """
    first, last = day_numbers(start), day_numbers(end)
    steps = (place_of(last).month - place_of(first).month) // np.maximum(cycles.months, 1)
    if cycles.days.any():
        by_day = (last - first) // np.maximum(cycles.days, 1)
        steps = np.where(cycles.months > 0, steps, by_day)
    return steps - (add_cycles(start, steps, cycles, end_of_month) > end)


def first_number_after(
    anchor: Times, cycles: Cycles, end_of_month: Booleans, after: Times
) -> Integers:
    """Return the number k >= 0 of the first regular date that lies after `after`, (n,)."""
    usable = ~np.isnat(anchor)
    start = np.where(usable, anchor, after)
    steps = cycles_until(start, after, cycles, end_of_month) + 1
    return np.where(cycles.given, np.maximum(steps, 0), anchor <= after)


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of many rows end to end, by row and then time, (date,) each.

    `closing` marks a schedule's end, which belongs to the contract and not to the cycle.
    """

    row: npt.NDArray[np.intp]
    time: Times
    closing: Booleans

    def where(self, kept: Booleans) -> "Dates":
        """Return the dates for which `kept`, (date,), holds."""
        return Dates(self.row[kept], self.time[kept], self.closing[kept])


def no_closing(row: npt.NDArray[np.intp], time: Times) -> Dates:
    """Return dates none of which ends a schedule."""
    return Dates(row, time, np.zeros(row.shape, bool))


def cyclic_dates(
    anchor: Times,
    cycles: Cycles,
    end: Times,
    end_of_month: Booleans,
    *,
    after: Times | None = None,
    include_end: bool,
) -> Dates:
    """Return S(anchor, cycle, end): regular dates before `end`, then `end` itself if included.

    Rows without an anchor (NaT) have only the end; rows without a cycle the anchor and the end.
    Only dates after `after` are kept; what was dropped still counts for the stub.

    >>> from ironpot.cashflow.words import repeated
    >>> quarterly = cycles_of(repeated("P3ML0", 1))
    >>> days = (np.array([day], "M8[s]") for day in ("2024-01-15", "2024-12-31"))
    >>> start, stop = days
    >>> found = cyclic_dates(start, quarterly, stop, np.array([False]), include_end=True)
    >>> [str(day)[:10] for day in found.time]
    ['2024-01-15', '2024-04-15', '2024-07-15', '2024-12-31']
    """
    count = regular_count(anchor, cycles, end, end_of_month)
    first = np.zeros_like(count)
    if after is not None:
        first = np.minimum(first_number_after(anchor, cycles, end_of_month, after), count)
    row, number = _ragged(first, count)
    regular = add_cycles(anchor[row], number, cycles.take(row), end_of_month[row])
    if not include_end:
        return no_closing(row, regular)
    ends = ~np.isnat(end) if after is None else end > after
    return with_ends(no_closing(row, regular), end, ends)


def regular_count(anchor: Times, cycles: Cycles, end: Times, end_of_month: Booleans) -> Integers:
    """Return how many regular dates lie before the end, (n,), the stub taken into account."""
    usable = ~np.isnat(anchor) & ~np.isnat(end) & (anchor < end)
    safe_anchor, safe_end = np.where(usable, anchor, end), end
    last = cycles_until(safe_anchor, safe_end, cycles, end_of_month)
    on_cycle = add_cycles(safe_anchor, last, cycles, end_of_month) == safe_end
    count = last + 1 - on_cycle
    dropped = cycles.long_stub & ~on_cycle & (count > 1)
    count = np.where(cycles.given, count - dropped, 1)
    return np.where(usable, count, 0)


def _ragged(first: Integers, stop: Integers) -> tuple[npt.NDArray[np.intp], Integers]:
    """Return row numbers and, within each row, the numbers first..stop-1, end to end."""
    length = np.maximum(stop - first, 0)
    row = np.repeat(np.arange(len(length)), length)
    offset = np.cumsum(length) - length
    return row, np.arange(len(row)) - offset[row] + first[row]


def with_ends(dates: Dates, end: Times, ends: Booleans) -> Dates:
    """Return dates and ends in one, by row; an end follows its row's regular dates."""
    rows = np.flatnonzero(ends)
    place = np.searchsorted(dates.row, rows, side="right") + np.arange(rows.size)
    closing = np.zeros(dates.row.size + rows.size, bool)
    closing[place] = True
    row, time = np.empty(closing.size, np.intp), np.empty(closing.size, end.dtype)
    row[place], time[place] = rows, end[rows]
    row[~closing], time[~closing] = dates.row, dates.time
    return Dates(row, time, closing)
