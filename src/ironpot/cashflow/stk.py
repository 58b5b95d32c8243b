"""STK, stock: bought, sold, and dividends between.

Source: ACTUS technical specification 1.1, section STK.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import Cycles, cyclic_dates
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, in_cycles, stated

Floats = npt.NDArray[np.float64]

ONE_SECOND = np.timedelta64(1, "s")


def maturity(block: Block) -> Maturity:
    """Return no maturity: a stock has none."""
    return stated(block, np.full(block.count, NEVER))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return purchase, sale and dividends up to and with the end of the projection."""
    return [
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        *_dividends(block, end),
    ]


def initial(block: Block, _end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return states that stay nil: a stock has no notional."""
    nothing = np.zeros((scenarios, block.count))
    return {"notional": nothing, "rate": nothing, "accrued": nothing}


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff of each kind of event."""
    return {Kind.PRD: purchase, Kind.TD: termination, Kind.DV: dividend}


def observe(block: Block, tape: Tape, rates: RatePaths) -> Floats:
    """Return dividends as observed on their scheduled dates, (scenario, event), else NaN."""
    seen = np.full((len(rates.scenarios), tape.row.size), np.nan)
    at = tape.of(Kind.DV)
    at = at[np.isnan(tape.value[at])]
    for code, rows in block.words("market_object_code_of_dividends").take(tape.row[at]).groups():
        seen[:, at[rows]] = rates.observe(code, tape.scheduled[at[rows]])
    return seen


def purchase(_states: States, events: Events) -> Outcome:
    """PRD: the owner pays the price."""
    return Outcome(-events.sign * events.number("price_at_purchase_date"), {})


def termination(_states: States, events: Events) -> Outcome:
    """TD: the owner receives the price."""
    return Outcome(events.sign * events.number("price_at_termination_date"), {})


def dividend(_states: States, events: Events) -> Outcome:
    """DV: the announced dividend, else what is observed."""
    announced = events.value
    seen = announced if np.isfinite(announced).all() else events.observed
    return Outcome(events.sign * np.where(np.isnan(announced), seen, announced), {})


def _dividends(block: Block, end: Maturity) -> list[Planned]:
    """Return dividend dates; the first is paid as announced where its amount is stated."""
    anchor = block.times("cycle_anchor_date_of_dividend_payment")
    cycles = block.cycles("cycle_of_dividend_payment")
    dates = cyclic_dates(
        anchor,
        Cycles(cycles.months, cycles.days, np.zeros(block.count, bool)),
        np.full(block.count, block.until + ONE_SECOND),
        block.end_of_month(),
        include_end=False,
    )
    first = dates.time == anchor[dates.row]
    known = block.numbers("next_dividend_payment_amount")[dates.row]
    return [in_cycles(block, Kind.DV, dates, end, np.where(first, known, np.nan))]
