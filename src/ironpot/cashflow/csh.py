"""CSH, cash: a balance that is only looked at.

Source: ACTUS technical specification 1.1, section CSH.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.tape import Maturity, Planned, Tape, on_days, stated

Floats = npt.NDArray[np.float64]


def maturity(block: Block) -> Maturity:
    """Return no maturity: cash has none."""
    return stated(block, np.full(block.count, NEVER))


def schedule(block: Block, _end: Maturity) -> list[Planned]:
    """Return the days on which the balance is looked at."""
    return [on_days(block, Kind.AD, *block.happened("AD"))]


def initial(block: Block, _end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return the signed balance."""
    balance = np.tile(block.sign() * block.numbers("notional_principal", 0.0), (scenarios, 1))
    nothing = np.zeros_like(balance)
    return {"notional": balance, "rate": nothing, "accrued": nothing}


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the one function there is."""
    return {Kind.AD: look}


def observe(_block: Block, _tape: Tape, _rates: RatePaths) -> Floats | None:
    """Return nothing: cash observes no market."""
    return None


def look(_states: States, _events: Events) -> Outcome:
    """AD: nothing is paid and nothing changes."""
    return Outcome(0.0, {})
