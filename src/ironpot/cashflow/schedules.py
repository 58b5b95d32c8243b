"""On which dates do the events of maturity types fall?

`end` is the contract's maturity; anchors and cycles are terms named after a purpose, such as
`cycle_of_interest_payment`. Source: ACTUS technical specification 1.1, schedule of PAM.
"""

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.arrays import step_numbers, step_words, steps_of, unfold
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import (
    Dates,
    add_cycles,
    cycles_until,
    cyclic_dates,
    no_closing,
    with_ends,
)
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.tape import Maturity, Planned, at_once, in_cycles, on_days

Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

FIXED_RESET = "fixed_reset_date"
LONGEST_SHIFT = np.timedelta64(31, "D")


def interest(block: Block, dates: Dates, end: Maturity) -> list[Planned]:
    """Return interest events: capitalised up to the capitalisation end date, paid after it.

    Interest is capitalised on the end date itself even where the cycle does not fall on it.
    """
    if not block.has("capitalization_end_date"):
        return [in_cycles(block, Kind.IP, dates, end)]
    last = block.times("capitalization_end_date")
    on_last = np.unique(dates.row[dates.time == last[dates.row]])
    extra = np.setdiff1d(np.flatnonzero(~np.isnat(last)), on_last)
    capitalised = dates.time <= last[dates.row]
    return [
        in_cycles(block, Kind.IP, dates.where(~capitalised), end),
        in_cycles(block, Kind.IPCI, dates.where(capitalised), end),
        in_cycles(block, Kind.IPCI, no_closing(extra, last[extra]), end),
    ]


def interest_dates(block: Block, end: Maturity) -> Dates:
    """Return interest dates up to and with maturity; none where a contract bears no interest."""
    bearing = ~np.isnan(block.numbers("nominal_interest_rate"))
    return in_term(
        block,
        "interest_payment",
        np.where(bearing, end.end, NEVER),
        anchor=interest_anchor(block),
        include_end=True,
    )


def common(block: Block, end: Maturity) -> list[Planned]:
    """Return what maturity types schedule alike: resets, fees, scaling, purchase and sale, looks.

    What is prepaid was observed; it carries its amount.
    """
    return [
        *rate_resets(block, end),
        in_cycles(block, Kind.FP, fee_dates(block, end), end),
        in_cycles(block, Kind.SC, in_term(block, "scaling_index", end.end), end),
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        on_days(block, Kind.PP, *block.happened("PP")),
        on_days(block, Kind.AD, *block.happened("AD")),
    ]


def rate_resets(block: Block, end: Maturity) -> list[Planned]:
    """Return rate resets; the first one after the status date is fixed where its rate is known."""
    if block.has("array_cycle_anchor_date_of_rate_reset"):
        return [*_cyclic_resets(block, end), *_stepped_resets(block, end)]
    return _cyclic_resets(block, end)


def _cyclic_resets(block: Block, end: Maturity) -> list[Planned]:
    dates = in_term(block, "rate_reset", end.end)
    if not block.has("next_reset_rate"):
        return [in_cycles(block, Kind.RR, dates, end)]
    known = ~np.isnan(block.numbers("next_reset_rate"))
    fixed = known[dates.row] & (dates.time == _first_reset(block, dates)[dates.row])
    return [
        in_cycles(block, Kind.RRF, dates.where(fixed), end),
        in_cycles(block, Kind.RR, dates.where(~fixed), end),
    ]


def _stepped_resets(block: Block, end: Maturity) -> list[Planned]:
    """Return the steps of a rate: fixed ones state it, variable ones the spread from then on."""
    steps = steps_of(block, "rate_reset")
    dates, step = unfold(steps, end.end, block.end_of_month(), include_end=False)
    rate = step_numbers(block, "array_rate", steps.row, steps.number)[step]
    words = step_words(block, "array_fixed_variable", steps.row, steps.number).take(step)
    variable = np.array([*(word.startswith("V") for word in words.values), False])[words.code]
    return [
        in_cycles(block, kind, dates.where(chosen), end, rate[chosen])
        for kind, chosen in ((Kind.RRF, ~variable), (Kind.RR, variable))
    ]


def in_term(
    block: Block,
    purpose: str,
    end: Times,
    *,
    anchor: Times | None = None,
    include_end: bool = False,
) -> Dates:
    """Return S(anchor, cycle, end) of a purpose, from shortly before the status date on.

    Without anchor and cycle there is no date but the end, and that only if it is included.
    """
    return cyclic_dates(
        one_cycle_on(block, purpose) if anchor is None else anchor,
        block.cycles(f"cycle_of_{purpose}"),
        end,
        block.end_of_month(),
        after=np.full(block.count, block.status - LONGEST_SHIFT),
        include_end=include_end,
    )


def closed(block: Block, dates: Dates, end: Times) -> Dates:
    """Return dates of `in_term` with the end, as if it had been included."""
    return with_ends(dates, end, end > block.status - LONGEST_SHIFT)


def one_cycle_on(block: Block, purpose: str) -> Times:
    """Return a purpose's anchor; where absent, one cycle after the start."""
    cycles = block.cycles(f"cycle_of_{purpose}")
    start = block.times("initial_exchange_date")
    later = add_cycles(start, np.ones(block.count, np.int64), cycles, block.end_of_month())
    anchor = block.times(f"cycle_anchor_date_of_{purpose}")
    return np.where(np.isnat(anchor) & cycles.given, later, anchor)


def interest_anchor(block: Block) -> Times:
    """Return the anchor of interest; where absent, the start.

    The specification rolls from one cycle after the start; the public suite prints a first, empty
    interest event on the start itself, which changes no amount.
    """
    anchor = block.times("cycle_anchor_date_of_interest_payment")
    given = block.cycles("cycle_of_interest_payment").given
    return np.where(np.isnat(anchor) & given, block.times("initial_exchange_date"), anchor)


def last_date(block: Block, anchor: Times, purpose: str) -> Times:
    """Return the last date of a cycle on or before the status date, (contract,); NaT if none."""
    cycles = block.cycles(f"cycle_of_{purpose}")
    status = np.full(block.count, block.status)
    usable = ~np.isnat(anchor) & (anchor <= status)
    start = np.where(usable, anchor, status)
    steps = np.where(cycles.given, cycles_until(start, status, cycles, block.end_of_month()), 0)
    return np.where(usable, add_cycles(start, steps, cycles, block.end_of_month()), NEVER)


def first_reset(block: Block, end: Maturity) -> Times:
    """Return the date of each contract's first cyclic reset after the status date, NaT if none."""
    return _first_reset(block, in_term(block, "rate_reset", end.end))


def _first_reset(block: Block, dates: Dates) -> Times:
    """Return the reset that fixes the next rate: the first, or that of an earlier chapter."""
    positions = np.flatnonzero(dates.time > block.status)
    rows, heads = np.unique(dates.row[positions], return_index=True)
    first = np.full(block.count, NEVER)
    first[rows] = dates.time[positions[heads]]
    return np.where(np.isnat(block.times(FIXED_RESET)), first, block.times(FIXED_RESET))


def fee_dates(block: Block, end: Maturity) -> Dates:
    """Return fee dates up to and with maturity; none where no fee is charged."""
    charged = block.numbers("fee_rate", 0.0) != 0.0
    return in_term(block, "fee", np.where(charged, end.end, NEVER), include_end=True)
