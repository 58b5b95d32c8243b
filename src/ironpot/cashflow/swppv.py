"""SWPPV, plain vanilla swap: one fixed and one floating leg on the same notional.

`nominal_interest_rate` is the fixed rate, `nominal_interest_rate_2` the first floating one; the
state `rate` is the floating rate, `accrued` what the fixed leg has accrued, as the public suite
prints it.

Source: ACTUS technical specification 1.1, section SWPPV; event types IPFX and IPFL of the suite.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import pam, stk
from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import interest_anchor, interest_dates, rate_resets
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_maturity, at_once, in_cycles

Floats = npt.NDArray[np.float64]
Changes = dict[str, Floats | float]

NETTED = "S"

maturity = pam.maturity
observe = pam.observe


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return start, interest of both legs (or their difference), resets, purchase and sale."""
    dates = interest_dates(block, end)
    netted = block.words("delivery_settlement", "D").where(NETTED)[dates.row]
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        in_cycles(block, Kind.IP, dates.where(netted), end),
        in_cycles(block, Kind.IPFX, dates.where(~netted), end),
        in_cycles(block, Kind.IPFL, dates.where(~netted), end),
        *rate_resets(block, end),
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        at_maturity(Kind.MD, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return states at the status date; the rate is the floating leg's."""
    running = ~(block.times("initial_exchange_date") > block.status)
    floating = block.numbers("nominal_interest_rate_2", 0.0) * running
    since = pam.years_since(block, interest_anchor(block), "interest_payment", end)
    owed = -block.sign() * block.numbers("notional_principal", 0.0) * since * floating
    own = {"rate": floating, "accrued_2": owed}
    spread = {name: np.tile(column, (scenarios, 1)) for name, column in own.items()}
    return pam.initial(block, end, scenarios) | spread


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff and state transition of each kind of event."""
    return {
        Kind.IED: start,
        Kind.IP: net_interest,
        Kind.IPFX: fixed_interest,
        Kind.IPFL: floating_interest,
        Kind.RR: rate_reset,
        Kind.RRF: rate_fixing,
        Kind.PRD: purchase,
        Kind.TD: termination,
        Kind.MD: expiry,
    }


def accrue(states: States, events: Events) -> Changes:
    """Return what both legs have accrued: Y IPNR Nt and - Y Ipnr Nt."""
    notional = events.fraction * states.notional
    return {
        "accrued": states.accrued + notional * events.number("nominal_interest_rate"),
        "accrued_2": states["accrued_2"] - notional * states.rate,
    }


def start(_states: States, events: Events) -> Outcome:
    """IED: no notional changes hands."""
    notional = events.sign * events.number("notional_principal")
    rate = events.number("nominal_interest_rate_2")
    return Outcome(0.0, {"notional": notional, "rate": rate, "accrued": 0.0, "accrued_2": 0.0})


def net_interest(states: States, events: Events) -> Outcome:
    """IP: the difference of the legs."""
    legs = accrue(states, events)
    return Outcome(legs["accrued"] + legs["accrued_2"], {"accrued": 0.0, "accrued_2": 0.0})


def fixed_interest(states: States, events: Events) -> Outcome:
    """IPFX: the fixed leg's interest."""
    legs = accrue(states, events)
    return Outcome(legs["accrued"], legs | {"accrued": 0.0})


def floating_interest(states: States, events: Events) -> Outcome:
    """IPFL: the floating leg's interest."""
    legs = accrue(states, events)
    return Outcome(legs["accrued_2"], legs | {"accrued_2": 0.0})


def rate_reset(states: States, events: Events) -> Outcome:
    """RR: market x multiplier + spread for the floating leg."""
    rate = events.observed * events.number("rate_multiplier", 1.0)
    return Outcome(0.0, accrue(states, events) | {"rate": rate + events.number("rate_spread", 0.0)})


def rate_fixing(states: States, events: Events) -> Outcome:
    """RRF: the floating rate already agreed."""
    return Outcome(0.0, accrue(states, events) | {"rate": events.number("next_reset_rate")})


def purchase(states: States, events: Events) -> Outcome:
    """PRD: the price; both legs go on accruing."""
    return Outcome(stk.purchase(states, events).payoff, accrue(states, events))


def termination(states: States, events: Events) -> Outcome:
    """TD: the price, and nothing is left."""
    left = {"notional": 0.0, "base": 0.0, "accrued": 0.0, "accrued_2": 0.0}
    return Outcome(stk.termination(states, events).payoff, left)


def expiry(_states: States, _events: Events) -> Outcome:
    """MD: nothing is paid."""
    return Outcome(0.0, {"notional": 0.0, "base": 0.0, "accrued": 0.0, "accrued_2": 0.0})
