"""UMP, undefined maturity: a balance that payments in and out move, interest capitalised.

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
    """Return Md: the end of the projection."""
    return stated(block, np.full(block.count, block.until))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of UMP contracts."""
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        on_days(block, Kind.PR, *block.happened("PR")),
        on_days(block, Kind.PI, *block.happened("PI")),
        clm.capitalisations(block, end),
        *common(block, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states."""
    return pam.initial(block, end, scenarios)


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return PAM's functions with observed payments of principal."""
    return {**pam.functions(block, tape), Kind.PR: payment, Kind.PI: payment}


observe = pam.observe


def payment(states: States, events: Events) -> Outcome:
    """PR and PI: the observed amount, signed from the owner, leaves the balance."""
    left = states.notional - events.value
    return Outcome(events.value, pam.accrue(states, events) | {"notional": left, "base": left})
