"""COM, commodity: bought and sold by quantity.

Source: ACTUS technical specification 1.1, section COM; the public suite multiplies by quantity.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import stk
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once

Floats = npt.NDArray[np.float64]

maturity = stk.maturity
initial = stk.initial


def schedule(block: Block, _end: Maturity) -> list[Planned]:
    """Return purchase and sale."""
    return [
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
    ]


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff of each kind of event."""
    return {Kind.PRD: purchase, Kind.TD: termination}


def observe(_block: Block, _tape: Tape, _rates: RatePaths) -> Floats | None:
    """Return nothing: prices are stated."""
    return None


def purchase(states: States, events: Events) -> Outcome:
    """PRD: the owner pays the price of each unit."""
    return Outcome(stk.purchase(states, events).payoff * _quantity(events), {})


def termination(states: States, events: Events) -> Outcome:
    """TD: the owner receives the price of each unit."""
    return Outcome(stk.termination(states, events).payoff * _quantity(events), {})


def _quantity(events: Events) -> Floats:
    return events.number("quantity", 1.0)
