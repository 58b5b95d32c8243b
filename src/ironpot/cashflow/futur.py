"""FUTUR, future on a market price: the difference to the agreed price is settled once.

Source: ACTUS technical specification 1.1, section FUTUR.
"""

from collections.abc import Mapping

from ironpot.cashflow import optns
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.tape import Tape

maturity = optns.maturity
schedule = optns.schedule
initial = optns.initial
observe = optns.observe


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return the option's functions with what a future is worth."""
    return {**optns.functions(block, tape), Kind.XD: exercise}


def exercise(_states: States, events: Events) -> Outcome:
    """XD: the price less the agreed one, gain or loss."""
    return Outcome(0.0, {"exercise": events.observed - events.number("futures_price")})
