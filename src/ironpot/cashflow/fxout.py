"""FXOUT, foreign exchange outright: two currencies change hands once, or their difference is paid.

Source: ACTUS technical specification 1.1, section FXOUT; the public suite prints the delivery of
two currencies as two MD events and does not sign the price at termination.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow import stk
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.settle import settled_after
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, on_days, stated
from ironpot.cashflow.words import words_of

Floats = npt.NDArray[np.float64]

FIRST, SECOND = 1.0, 2.0
CASH = "S"

initial = stk.initial


def maturity(block: Block) -> Maturity:
    """Return Md, as stated."""
    return stated(block, block.times("maturity_date"))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return purchase, sale, and at maturity the delivery or the settlement in cash."""
    in_cash = block.words("delivery_settlement", "D").where(CASH)
    delivered = np.flatnonzero(~in_cash)
    return [
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        *(
            on_days(block, Kind.MD, delivered, end.end[delivered], np.full(delivered.size, leg))
            for leg in (FIRST, SECOND)
        ),
        settled_after(block, np.flatnonzero(in_cash), end.end[in_cash]),
    ]


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff of each kind of event."""
    return {
        Kind.PRD: stk.purchase,
        Kind.TD: termination,
        Kind.MD: delivery,
        Kind.STD: settlement,
    }


def second_currency(tape: Tape) -> npt.NDArray[np.bool_]:
    """Say which events are paid in the contract's second currency."""
    return (tape.kind == Kind.MD) & (tape.value == SECOND)


def observe(block: Block, tape: Tape, rates: RatePaths) -> Floats:
    """Return the price of the second currency in the first at maturity, (scenario, event)."""
    seen = np.full((len(rates.scenarios), tape.row.size), np.nan)
    at = tape.of(Kind.STD)
    pairs = words_of(
        block.frame.select(pl.concat_str("currency_2", pl.lit("/"), "currency")).to_series()
    )
    for pair, rows in pairs.take(tape.row[at]).groups():
        seen[:, at[rows]] = rates.observe(pair, tape.scheduled[at[rows]])
    return seen


def termination(_states: States, events: Events) -> Outcome:
    """TD: the price, whichever the role."""
    return Outcome(events.number("price_at_termination_date"), {})


def delivery(_states: States, events: Events) -> Outcome:
    """MD: the first amount comes in, the second goes out."""
    received = events.number("notional_principal")
    given = -events.number("notional_principal_2")
    return Outcome(events.sign * np.where(events.value == FIRST, received, given), {})


def settlement(_states: States, events: Events) -> Outcome:
    """STD: the difference of the two amounts, in the first currency."""
    given = events.observed * events.number("notional_principal_2")
    return Outcome(events.sign * (events.number("notional_principal") - given), {})
