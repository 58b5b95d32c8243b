"""CLM, call money: interest is capitalised until the loan is called or matures.

A call (XD) ends the accrual of interest; interest and principal are settled after the notice.

Source: ACTUS technical specification 1.1, section CLM; the public suite for what a call prints.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import pam
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import add_cycles
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import common, in_term, interest_anchor
from ironpot.cashflow.settle import first_of
from ironpot.cashflow.tape import (
    SETTLED,
    Maturity,
    Planned,
    Tape,
    at_maturity,
    at_once,
    in_cycles,
    stated,
)

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]


def maturity(block: Block) -> Maturity:
    """Return Md: the day of a call, else as stated, else the end of the projection."""
    end = np.fmin(called(block), block.times("maturity_date"))
    return stated(block, np.where(np.isnat(end), block.until, end))


def called(block: Block) -> Times:
    """Return the day of each contract's first call before a stated maturity, NaT if none."""
    ends = block.times("maturity_date")
    rows, times, _ = block.happened("XD")
    early = (times > block.status) & ~(times >= ends[rows])
    return first_of(block, rows[early], times[early])


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of CLM contracts."""
    calls = called(block)
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        capitalisations(block, end),
        *common(block, end),
        *call_and_settlement(block, calls),
        *_redemption(block, end, calls),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states; interest not stated is taken to accrue from the status date on."""
    states = pam.initial(block, end, scenarios)
    accrued = block.sign() * block.numbers("accrued_interest", 0.0)
    return states | {
        "accrued": np.tile(accrued, (scenarios, 1)),
        "exercise": np.zeros((scenarios, block.count)),
    }


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return PAM's functions with those of a call."""
    return {
        **pam.functions(block, tape),
        Kind.XD: call,
        Kind.SETTLED_INTEREST: settled_interest,
        Kind.STD: settlement,
    }


observe = pam.observe


def capitalisations(block: Block, end: Maturity) -> Planned:
    """Return capitalisations of interest strictly before the end."""
    bearing = ~np.isnan(block.numbers("nominal_interest_rate"))
    last = np.where(bearing, end.end, NEVER)
    dates = in_term(block, "interest_payment", last, anchor=interest_anchor(block))
    return in_cycles(block, Kind.IPCI, dates, end)


def call(states: States, events: Events) -> Outcome:
    """XD: interest stops. With a notice still to run, what has accrued waits as exercise amount."""
    due = pam.interest_due(states, events)
    waiting = events.block.cycles("x_day_notice").take(events.rows).given
    held = np.where(waiting, due, 0.0)
    return Outcome(0.0, {"accrued": due - held, "exercise": held, "rate": states.rate})


def settled_interest(states: States, _events: Events) -> Outcome:
    """IP after a call: the interest accrued up to it."""
    return Outcome(states.accrued + states["exercise"], {"accrued": 0.0, "exercise": 0.0})


def settlement(states: States, _events: Events) -> Outcome:
    """STD: the principal."""
    return Outcome(states.notional, {"notional": 0.0, "base": 0.0})


def call_and_settlement(block: Block, calls: Times) -> list[Planned]:
    """Return calls, and interest and principal settled after the notice, as of the call."""
    rows = np.flatnonzero(~np.isnat(calls))
    notice = block.cycles("x_day_notice").take(rows)
    one = np.ones(rows.size, np.int64)
    paid = add_cycles(calls[rows], one, notice, np.zeros(rows.size, bool))
    value = np.full(rows.size, np.nan)
    return [
        at_once(block, Kind.XD, calls),
        *(Planned(kind, rows, paid, calls[rows], calls[rows], value) for kind in SETTLED),
    ]


def _redemption(block: Block, end: Maturity, calls: Times) -> list[Planned]:
    """Return interest and principal at a stated maturity; an open end pays nothing."""
    matures = ~np.isnat(block.times("maturity_date")) & np.isnat(calls)
    last = stated(block, np.where(matures, end.end, NEVER))
    bearing = ~np.isnan(block.numbers("nominal_interest_rate"))
    return [
        at_once(block, Kind.IP, np.where(bearing, last.end, NEVER)),
        at_maturity(Kind.MD, last),
    ]
