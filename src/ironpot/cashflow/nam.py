"""NAM, negative amortiser: a fixed instalment pays interest first, principal with the rest.

Where interest exceeds the instalment, principal grows. Interest is paid with every instalment.

Source: ACTUS technical specification 1.1, section NAM.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import lam, pam
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import Dates, add_cycles, no_closing
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import (
    closed,
    common,
    in_term,
    interest,
    interest_anchor,
    last_date,
    one_cycle_on,
)
from ironpot.cashflow.tape import (
    Maturity,
    Planned,
    Tape,
    at_maturity,
    at_once,
    derived,
    in_cycles,
    years_at,
)

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]


def maturity(block: Block) -> Maturity:
    """Return Md: as stated, else when instalments less the first interest have paid everything.

    n = ceil(NT / (PRNXT - NT Y(t, t + PRCL) IPNR)); no date where that never pays (NaT).
    """
    return derived(block, paid_off(block), block.times("maturity_date"))


def paid_off(block: Block) -> Times:
    """Return the date of the n-th instalment, n as in `maturity`."""
    anchor, cycles = one_cycle_on(block, lam.PURPOSE), block.cycles(f"cycle_of_{lam.PURPOSE}")
    last = last_date(block, anchor, lam.PURPOSE)
    start = np.where(np.isnat(last), anchor, last)
    one = np.ones(block.count, np.int64)
    following = add_cycles(start, one, cycles, block.end_of_month())
    rows = np.arange(block.count)
    open_end = np.full(block.count, NEVER)
    ends, starts = (years_at(block, rows, times, open_end) for times in (following, start))
    year = (ends[0] - starts[0]) + (ends[1] - starts[1])
    owed = block.numbers("notional_principal", 0.0)
    interest_part = owed * year * block.numbers("nominal_interest_rate", 0.0)
    part = block.numbers("next_principal_redemption_payment") - interest_part
    return lam.nth_redemption(block, lam.payments_needed(owed, np.where(part > 0.0, part, np.nan)))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of NAM contracts."""
    redemption = lam.redemption_dates(block, end.end)
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        in_cycles(block, Kind.PR, redemption, end),
        *interest(block, interest_dates(block, end, redemption), end),
        *lam.calculation_base(block, end),
        *common(block, end),
        at_maturity(Kind.MD, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states with the base of interest and the signed instalment."""
    base = lam.initial_base(block, scenarios)
    instalment = block.sign() * block.numbers("next_principal_redemption_payment", 0.0)
    states = pam.initial(block, end, scenarios) | {"base": base}
    return states | {"next_payment": np.tile(instalment, (scenarios, 1))}


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return LAM's functions with an instalment that pays interest first."""
    return {**lam.functions(block, tape), Kind.PR: redemption}


observe = pam.observe


def redemption(states: States, events: Events) -> Outcome:
    """PR: what the instalment leaves after interest; below zero it adds to the principal."""
    part = states.next_payment - pam.interest_due(states, events)
    paid = lam.capped(part, states.notional)
    changes = pam.accrue(states, events) | lam.less(states, events, paid)
    return Outcome(states["notional_scaling"] * paid, changes)


def interest_dates(block: Block, end: Maturity, redemption: Dates) -> Dates:
    """Return interest dates: first their own, then those of `redemption`, with maturity.

    Their own cycle runs up to one instalment cycle before the first instalment.
    """
    first = one_cycle_on(block, lam.PURPOSE)
    cycles = block.cycles(f"cycle_of_{lam.PURPOSE}")
    before = add_cycles(first, np.full(block.count, -1), cycles, block.end_of_month())
    anchor = interest_anchor(block)
    early = in_term(
        block,
        "interest_payment",
        np.where(anchor <= before, before, NEVER),
        anchor=anchor,
        include_end=True,
    )
    late = closed(block, redemption, end.end)
    if not early.row.size:
        return late
    return _joined(no_closing(early.row, early.time), late)


def _joined(early: Dates, late: Dates) -> Dates:
    row = np.concatenate([early.row, late.row])
    order = np.argsort(row, kind="stable")
    return Dates(
        row[order],
        np.concatenate([early.time, late.time])[order],
        np.concatenate([early.closing, late.closing])[order],
    )
