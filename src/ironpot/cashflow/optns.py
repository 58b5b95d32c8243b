"""OPTNS, option on a market price: exercised at maturity, or before if it may be and was.

Source: ACTUS technical specification 1.1, section OPTNS; the public suite prints exercise and
settlement of options that end worthless, too.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import stk
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.settle import first_exercise, settled_after
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, stated

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

EUROPEAN = "E"
CALL, PUT = "C", "P"


def maturity(block: Block) -> Maturity:
    """Return Md, as stated."""
    return stated(block, block.times("maturity_date"))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return purchase, sale, maturity, exercise and settlement."""
    exercised = exercises(block, end)
    every = np.arange(block.count)
    return [
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        at_once(block, Kind.MD, np.where(exercised < end.end, np.datetime64("NaT", "s"), end.end)),
        at_once(block, Kind.XD, exercised),
        settled_after(block, every, exercised),
    ]


def exercises(block: Block, end: Maturity) -> Times:
    """Return Xd, (contract,): as stated, as observed where that is allowed, else maturity."""
    known = block.times("exercise_date")
    early = ~block.words("option_exercise_type", EUROPEAN).where(EUROPEAN)
    rows, times, _ = block.happened("XD")
    seen = first_exercise(block, rows[early[rows]], times[early[rows]], end.end)
    found = np.where(np.isnat(known), seen, known)
    return np.where(np.isnat(found), end.end, found)


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return the exercise amount as stated; nothing else is owed."""
    amount = np.tile(block.numbers("exercise_amount", 0.0), (scenarios, 1))
    return stk.initial(block, end, scenarios) | {"exercise": amount}


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff and state transition of each kind of event."""
    return {
        Kind.PRD: stk.purchase,
        Kind.TD: stk.termination,
        Kind.MD: expiry,
        Kind.XD: exercise,
        Kind.STD: settlement,
    }


def observe(block: Block, tape: Tape, rates: RatePaths) -> Floats:
    """Return the price of the underlying at exercise, (scenario, event), else NaN."""
    seen = np.full((len(rates.scenarios), tape.row.size), np.nan)
    at = tape.of(Kind.XD)
    for code, rows in block.words("market_object_code").take(tape.row[at]).groups():
        seen[:, at[rows]] = rates.observe(code, tape.scheduled[at[rows]])
    return seen


def expiry(_states: States, _events: Events) -> Outcome:
    """MD: nothing is paid; what the option is worth is settled by its exercise."""
    return Outcome(0.0, {})


def exercise(_states: States, events: Events) -> Outcome:
    """XD: what the option is worth: a call, a put, or both (a straddle)."""
    kinds = events.block.words("option_type", CALL).take(events.rows)
    strike = events.number("option_strike_1")
    call = np.maximum(events.observed - strike, 0.0)
    put = np.maximum(strike - events.observed, 0.0)
    second = np.maximum(events.number("option_strike_2", 0.0) - events.observed, 0.0)
    either = np.where(kinds.where(PUT), put, call + second)
    return Outcome(0.0, {"exercise": np.where(kinds.where(CALL), call, either)})


def settlement(states: States, events: Events) -> Outcome:
    """STD: the exercise amount."""
    return Outcome(events.sign * states["exercise"], {"exercise": 0.0})
