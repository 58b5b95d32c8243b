"""OVERDUE, what was due before the status date: principal and interest fall due the day after it.

Not an ACTUS type: ACTUS knows that a contract is delinquent, not what then falls due. Overdue
interest and principal bear penalty interest at the penalty rate until they are paid.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, stated

Floats = npt.NDArray[np.float64]

ONE_DAY = np.timedelta64(1, "D")


def maturity(block: Block) -> Maturity:
    """Return the day after the status date."""
    return stated(block, np.full(block.count, block.status + ONE_DAY))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return principal, penalty and interest, all on that day."""
    kinds = (Kind.OVERDUE_PRINCIPAL, Kind.OVERDUE_PENALTY, Kind.OVERDUE_INTEREST)
    return [at_once(block, kind, end.end) for kind in kinds]


def initial(block: Block, _end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return what is overdue, signed: principal as notional, interest as accrued."""
    states = {
        "notional": block.sign() * block.numbers("arrears_principal", 0.0),
        "accrued": block.sign() * block.numbers("arrears_interest", 0.0),
        "rate": block.numbers("penalty_rate", 0.0),
    }
    penalty = np.zeros((scenarios, block.count))
    return {name: np.tile(column, (scenarios, 1)) for name, column in states.items()} | {
        "penalty": penalty
    }


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff and state transition of each kind of event."""
    return {
        Kind.OVERDUE_PRINCIPAL: principal,
        Kind.OVERDUE_PENALTY: penalty,
        Kind.OVERDUE_INTEREST: interest,
    }


def observe(_block: Block, _tape: Tape, _rates: RatePaths) -> Floats | None:
    """Return nothing: what is overdue follows no market."""
    return None


def principal(states: States, events: Events) -> Outcome:
    """PR: the overdue principal; penalty interest has run on all that is overdue."""
    owed = states.notional + states.accrued
    return Outcome(
        states.notional, {"notional": 0.0, "penalty": events.fraction * states.rate * owed}
    )


def penalty(states: States, _events: Events) -> Outcome:
    """PY: penalty interest since the status date."""
    return Outcome(states["penalty"], {"penalty": 0.0})


def interest(states: States, _events: Events) -> Outcome:
    """IP: the overdue interest."""
    return Outcome(states.accrued, {"accrued": 0.0})
