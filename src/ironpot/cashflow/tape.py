"""In what order do the events of many contracts happen, and how much time lies between them?

The tape is one row an event, sorted by contract, time and kind. Schedules do not depend on rates,
so one tape serves every scenario.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import Block
from ironpot.cashflow.business_days import EVERY_DAY, NO_SHIFT, Adjusted, adjust
from ironpot.cashflow.cycles import Dates, add_cycles, cycles_until
from ironpot.cashflow.daycount import place_in_periods, place_in_years
from ironpot.cashflow.kinds import Kind

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]
Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]

KIND_BITS = 5
TIME_BITS = 34
EPOCH = 2**33  # keeps seconds before 1970 positive
COUPON_PERIODS = "AAICMA"
SETTLED = (Kind.SETTLED_INTEREST, Kind.STD)


@dataclass(frozen=True, slots=True)
class Planned:
    """Events of one kind: contract `row`, when `paid`, up to when calculated, when `scheduled`.

    `value` is what the schedule itself says of an event: an amount, a rate, or NaN.
    """

    kind: Kind
    row: Rows
    paid: Times
    accrual: Times
    scheduled: Times
    value: Floats


@dataclass(frozen=True, slots=True)
class Tape:
    """All events of a block, (event,) each; those of contract c are start[c]..start[c + 1].

    `fraction` is the part of a year since the contract's event before (the status date for the
    first) in its own day count, `fee_share` the part of the fee period gone by (empty where nobody
    charges a fee); events that happen before a purchase are computed but not `shown`.
    """

    row: Rows
    kind: Small
    paid: Times
    accrual: Times
    scheduled: Times
    value: Floats
    fraction: Floats
    fee_share: Floats
    shown: Booleans
    start: Rows

    def of(self, kind: Kind) -> Rows:
        """Return the positions of the events of one kind."""
        return np.flatnonzero(self.kind == kind)


def at_once(block: Block, kind: Kind, times: Times) -> Planned:
    """Return one event a contract on the very day, none where the time is NaT."""
    rows = np.flatnonzero(~np.isnat(times))
    return on_days(block, kind, rows, times[rows])


def on_days(
    block: Block, kind: Kind, rows: Rows, times: Times, value: Floats | None = None
) -> Planned:
    """Return events on the very days given; SC* conventions still calculate on business days."""
    known = np.broadcast_to(np.nan, rows.shape) if value is None else value
    accrual = moved_to_business_days(block, rows, times).accrual
    return Planned(kind, rows, times, accrual, times, known)


@dataclass(frozen=True, slots=True)
class Maturity:
    """Md, (contract,) each: where schedules `end`, when it is `paid` and up to when calculated.

    Maturities move to business days like all that is scheduled; calls and horizons stay.
    """

    end: Times
    paid: Times
    accrual: Times


def stated(block: Block, end: Times) -> Maturity:
    """Return ends that stay on their day; SC* conventions still calculate on business days."""
    return Maturity(end, end, _moved_end(block, end).accrual)


def derived(block: Block, end: Times, given: Times) -> Maturity:
    """Return the given maturities, else the derived `end`, paid on business days as agreed."""
    last = np.where(np.isnat(given), end, given)
    moved = _moved_end(block, last)
    return Maturity(last, moved.paid, moved.accrual)


def _moved_end(block: Block, end: Times) -> Adjusted:
    return moved_to_business_days(block, np.arange(block.count), end)


def in_cycles(
    block: Block, kind: Kind, dates: Dates, maturity: Maturity, value: Floats | None = None
) -> Planned:
    """Return events on scheduled dates, moved to business days as each contract agrees."""
    moved = moved_to_business_days(block, dates.row, dates.time)
    known = np.broadcast_to(np.nan, dates.row.shape) if value is None else value
    if moved.paid is dates.time:
        return Planned(kind, dates.row, dates.time, dates.time, dates.time, known)
    return Planned(
        kind,
        dates.row,
        np.where(dates.closing, maturity.paid[dates.row], moved.paid),
        np.where(dates.closing, maturity.accrual[dates.row], moved.accrual),
        dates.time,
        known,
    )


def at_maturity(kind: Kind, maturity: Maturity) -> Planned:
    """Return one event a contract at its maturity."""
    rows = np.flatnonzero(~np.isnat(maturity.paid))
    return Planned(
        kind,
        rows,
        maturity.paid[rows],
        maturity.accrual[rows],
        maturity.end[rows],
        np.full(rows.size, np.nan),
    )


def moved_to_business_days(block: Block, rows: Rows, times: Times) -> Adjusted:
    """Return times of contracts `rows` shifted as each agrees; the very same where none does."""
    if not _moves(block):
        return Adjusted(times, times)
    conventions = block.words("business_day_convention", "NOS").take(rows)
    return adjust(times, conventions, block.words("calendar", "NC").take(rows))


def _moves(block: Block) -> bool:
    """Say whether any contract moves its payments to business days."""
    if not (block.has("business_day_convention") and block.has("calendar")):
        return False
    conventions, calendars = (block.words(name) for name in ("business_day_convention", "calendar"))
    return not (
        {NO_SHIFT}.issuperset(conventions.values) or {*EVERY_DAY}.issuperset(calendars.values)
    )


def build_tape(block: Block, planned: Sequence[Planned], end: Maturity) -> Tape:
    """Sort planned events into a tape: what lies in the contract's life, as of the status date."""
    maturity = end.accrual
    filled = [plan for plan in planned if plan.row.size] or list(planned[:1])
    row = np.concatenate([plan.row for plan in filled])
    kind = np.repeat(
        np.array([plan.kind for plan in filled], np.int8), [plan.row.size for plan in filled]
    )
    paid = np.concatenate([plan.paid for plan in filled])
    unmoved = all(plan.accrual is plan.paid is plan.scheduled for plan in filled)
    accrual = paid if unmoved else np.concatenate([plan.accrual for plan in filled])
    scheduled = paid if unmoved else np.concatenate([plan.scheduled for plan in filled])
    chosen = np.argsort(_key(row, paid, kind), kind="stable")
    kept = _alive(block, row, kind, paid, accrual)
    chosen = chosen if kept.all() else chosen[kept[chosen]]
    row, kind, paid = row[chosen], kind[chosen], paid[chosen]
    accrual = paid if unmoved else accrual[chosen]
    start = np.searchsorted(row, np.arange(block.count + 1))
    return Tape(
        row,
        kind,
        paid,
        accrual,
        paid if unmoved else scheduled[chosen],
        np.concatenate([plan.value for plan in filled])[chosen],
        _fractions(block, row, accrual, maturity, start),
        fee_share(block, row, accrual, maturity),
        _shown(block, row, kind, paid),
        start,
    )


def _alive(block: Block, row: Rows, kind: Small, paid: Times, accrual: Times) -> Booleans:
    """Say which events lie after status and start, not after the horizon or a termination.

    What is settled after an exercise belongs to the exercise, even if it is paid past the horizon.
    """
    kept = (paid > block.status) & ~(paid < block.times("initial_exchange_date")[row])
    if not np.isnat(block.until):
        late = np.flatnonzero(paid > block.until)
        kept[late] &= np.isin(kind[late], SETTLED) & (accrual[late] <= block.until)
    if not np.isnat(block.closes):
        kept &= paid <= block.closes
    if block.has("termination_date"):
        ends = block.times("termination_date")[row]
        kept &= ~(paid > ends) & ~((paid == ends) & (kind > Kind.TD))
    return kept


def _shown(block: Block, row: Rows, kind: Small, paid: Times) -> Booleans:
    """Say which events come after the purchase of their contract, if it is yet to be purchased."""
    if not block.has("purchase_date"):
        return np.ones(row.shape, bool)
    bought = block.times("purchase_date")[row]
    before = (paid < bought) | ((paid == bought) & (kind < Kind.PRD))
    return ~(before & (bought > block.status))


def _key(row: Rows, time: Times, kind: Small) -> Integers:
    """Return one integer an event that sorts by contract, time and kind."""
    key = (time.view(np.int64) + EPOCH) << KIND_BITS
    key |= row << (TIME_BITS + KIND_BITS)
    key |= kind
    return key


def _fractions(block: Block, row: Rows, accrual: Times, maturity: Times, start: Rows) -> Floats:
    """Return Y(Sd, t): the time from each event's predecessor in its contract, (event,)."""
    whole, part = years_at(block, row, accrual, maturity)
    every = np.arange(block.count)
    status = moved_to_business_days(block, every, np.full(block.count, block.status)).accrual
    first_whole, first_part = years_at(block, every, status, maturity)
    whole_before, part_before = np.roll(whole, 1), np.roll(part, 1)
    heads = start[:-1][np.diff(start) > 0]
    whole_before[heads], part_before[heads] = first_whole[row[heads]], first_part[row[heads]]
    return (whole - whole_before) + (part - part_before)


def years_at(block: Block, row: Rows, times: Times, maturity: Times) -> tuple[Integers, Floats]:
    """Return times of contracts `row` on the scale of their day counts: whole years and rest."""
    counts = block.words("day_count_convention", "A365").take(row)
    periodic = counts.where(COUPON_PERIODS)
    if not periodic.any():
        return place_in_years(times, counts, maturity[row])
    whole, part = np.zeros(row.shape, np.int64), np.zeros(row.shape)
    others = np.flatnonzero(~periodic)
    whole[others], part[others] = place_in_years(
        times[others], counts.take(others), maturity[row[others]]
    )
    inside, rows = np.flatnonzero(periodic), row[periodic]
    whole[inside], part[inside] = place_in_periods(
        times[inside],
        _coupon_anchor(block)[rows],
        block.cycles("cycle_of_interest_payment").take(rows),
        block.end_of_month()[rows],
    )
    return whole, part


def fee_share(block: Block, row: Rows, times: Times, maturity: Times) -> Floats:
    """Return Y(FP-, t) / Y(FP-, FP+): the part of the fee period gone by, (time,); else empty."""
    if not block.has("fee_rate"):
        return np.zeros(0)
    cycles, sticky = block.cycles("cycle_of_fee").take(row), block.end_of_month()[row]
    start = block.times("initial_exchange_date")
    start = np.where(np.isnat(start), block.times("purchase_date"), start)
    anchor = block.times("cycle_anchor_date_of_fee")
    anchor = np.where(np.isnat(anchor), start, anchor)[row]
    steps = cycles_until(anchor, times, cycles, sticky)
    places = [
        years_at(block, row, moment, maturity)
        for moment in (
            times,
            add_cycles(anchor, steps, cycles, sticky),
            add_cycles(anchor, steps + 1, cycles, sticky),
        )
    ]
    now, last, following = (whole + part for whole, part in places)
    period = following - last
    return np.where(period > 0.0, (now - last) / np.where(period > 0.0, period, 1.0), 0.0)


def _coupon_anchor(block: Block) -> Times:
    anchor = block.times("cycle_anchor_date_of_interest_payment")
    return np.where(np.isnat(anchor), block.times("initial_exchange_date"), anchor)
