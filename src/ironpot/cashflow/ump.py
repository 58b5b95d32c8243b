"""UMP, undefined maturity: a balance that payments in and out move, interest capitalised.

A call (XD) ends it as a call ends a CLM.

Source: ACTUS technical specification 1.1, section UMP.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import clm, pam
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import common
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, on_days, stated

Floats = npt.NDArray[np.float64]


def maturity(block: Block) -> Maturity:
    """Return Md: the day of a call, else the end of the projection."""
    call = clm.called(block)
    return stated(block, np.where(np.isnat(call), block.until, call))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of UMP contracts."""
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        on_days(block, Kind.PR, *block.happened("PR")),
        on_days(block, Kind.PI, *block.happened("PI")),
        clm.capitalisations(block, end),
        *common(block, end),
        *clm.call_and_settlement(block, clm.called(block)),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states and what a call sets aside."""
    states = pam.initial(block, end, scenarios)
    return states | {"exercise": np.zeros((scenarios, block.count))}


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return CLM's functions with observed payments of principal."""
    return {**clm.functions(block, tape), Kind.PR: payment, Kind.PI: payment}


observe = pam.observe


def payment(states: States, events: Events) -> Outcome:
    """PR and PI: the observed amount, signed from the owner, leaves the balance."""
    left = states.notional - events.value
    return Outcome(events.value, pam.accrue(states, events) | {"notional": left, "base": left})
