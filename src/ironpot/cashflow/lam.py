"""LAM, linear amortiser: equal parts of principal, interest on what is left.

Source: ACTUS technical specification 1.1, section LAM; where it and the public suite differ, the
suite: the part is the principal over the number of payments left, a part never exceeds what is
outstanding, and only the NTL base stays behind when principal is paid.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import pam
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import Dates, add_cycles, cyclic_dates, first_number_after
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import common, in_term, interest, interest_dates, one_cycle_on
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_maturity, at_once, derived, in_cycles

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]
Changes = dict[str, Floats | float]

LAGGING = "NTL"
ROUNDING = 1e-9  # of a payment
PURPOSE = "principal_redemption"


def maturity(block: Block) -> Maturity:
    """Return Md: as stated, else the date on which equal parts have paid everything."""
    part = block.numbers("next_principal_redemption_payment")
    payments = payments_needed(block.numbers("notional_principal", 0.0), part)
    return derived(block, nth_redemption(block, payments), block.times("maturity_date"))


def payments_needed(owed: Floats, part: Floats) -> Floats:
    """Return how many payments of `part` repay what is owed; rounding makes no further one.

    >>> payments_needed(np.array([1.1, 1.15]), np.array([0.1, 0.1])).tolist()
    [11.0, 12.0]
    """
    return np.ceil(owed / part - ROUNDING)


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of LAM contracts."""
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        in_cycles(block, Kind.PR, redemption_dates(block, end.end), end),
        *interest(block, interest_dates(block, end), end),
        *calculation_base(block, end),
        *common(block, end),
        at_maturity(Kind.MD, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states with the base of interest and the signed part of principal."""
    states = pam.initial(block, end, scenarios) | {"base": initial_base(block, scenarios)}
    part = block.numbers("next_principal_redemption_payment")
    owed = (block.sign() * block.numbers("notional_principal", 0.0))[None, :]
    equal = instalment(block, end, {"notional": owed})
    signed = np.where(np.isnan(part), equal, block.sign() * part)
    return states | {"next_payment": np.tile(signed, (scenarios, 1))}


def instalment(block: Block, end: Maturity, states: Mapping[str, Floats]) -> Floats:
    """Return equal parts of what is outstanding, (scenario, contract), for the payments left."""
    return states["notional"] / np.maximum(payments_left(block, end.end), 1)


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return PAM's functions with the redemption of principal and the base of interest."""
    return {
        **pam.functions(block, tape),
        Kind.IED: initial_exchange,
        Kind.PR: redemption,
        Kind.PP: prepayment,
        Kind.IPCI: capitalisation,
        Kind.IPCB: base_revision,
    }


observe = pam.observe
capped = pam.capped


def redemption_dates(block: Block, end: Times) -> Dates:
    """Return redemption dates before `end`."""
    return in_term(block, PURPOSE, end)


def nth_redemption(block: Block, number: Floats) -> Times:
    """Return the date of the n-th redemption after the status date, (contract,); NaT for NaN."""
    anchor, cycles = one_cycle_on(block, PURPOSE), block.cycles(f"cycle_of_{PURPOSE}")
    sticky, status = block.end_of_month(), np.full(block.count, block.status)
    known = np.isfinite(number) & (number >= 1.0)
    steps = np.where(known, number, 1.0).astype(np.int64) - 1
    first = first_number_after(anchor, cycles, sticky, status)
    return np.where(known, add_cycles(anchor, first + steps, cycles, sticky), NEVER)


def payments_left(block: Block, end: Times) -> Integers:
    """Return how many payments of principal lie after the status date, maturity included."""
    dates = cyclic_dates(
        one_cycle_on(block, PURPOSE),
        block.cycles(f"cycle_of_{PURPOSE}"),
        end,
        block.end_of_month(),
        after=np.full(block.count, block.status),
        include_end=True,
    )
    return np.bincount(dates.row, minlength=block.count)


def calculation_base(block: Block, end: Maturity) -> list[Planned]:
    """Return revisions of a base of interest that lags behind the notional."""
    lagging = block.words("interest_calculation_base").where(LAGGING)
    if not lagging.any():
        return []
    last = np.where(lagging, end.end, NEVER)
    return [in_cycles(block, Kind.IPCB, in_term(block, "interest_calculation_base", last), end)]


def initial_base(block: Block, scenarios: int) -> Floats:
    """Return Ipcb at the status date, (scenario, contract)."""
    running = ~(block.times("initial_exchange_date") > block.status)
    return np.tile(block.sign() * stated_base(block) * running, (scenarios, 1))


def stated_base(block: Block) -> Floats:
    """Return the base of interest as stated, unsigned; the notional where none is."""
    amount = block.numbers("interest_calculation_base_amount")
    notional = block.numbers("notional_principal", 0.0)
    own = ~block.words("interest_calculation_base", "NT").where("NT") & ~np.isnan(amount)
    return np.where(own, amount, notional)


def initial_exchange(states: States, events: Events) -> Outcome:
    """IED: as PAM, with the base of interest as stated."""
    outcome = pam.initial_exchange(states, events)
    base = events.sign * stated_base(events.block)[events.rows]
    return Outcome(outcome.payoff, {**outcome.changes, "base": base})


def redemption(states: States, events: Events) -> Outcome:
    """PR: the agreed part of principal, but not more than is outstanding."""
    paid = capped(states.next_payment, states.notional)
    return Outcome(
        states["notional_scaling"] * paid, pam.accrue(states, events) | less(states, events, paid)
    )


def capitalisation(states: States, events: Events) -> Outcome:
    """IPCI: interest becomes principal; a lagging base stays where it is."""
    grown = states.notional + pam.interest_due(states, events)
    changes = {"accrued": 0.0, "notional": grown, "base": followed(states, events, grown)}
    return Outcome(0.0, pam.accrue(states, events) | changes)


def base_revision(states: States, events: Events) -> Outcome:
    """IPCB: the base of interest catches up with the notional."""
    return Outcome(0.0, pam.accrue(states, events) | {"base": states.notional})


def prepayment(states: States, events: Events) -> Outcome:
    """PP: as PAM; a lagging base stays where it is."""
    paid = capped(events.value, states.notional)
    return Outcome(paid, pam.accrue(states, events) | less(states, events, paid))


def less(states: States, events: Events, paid: Floats) -> Changes:
    """Return notional and base after `paid` principal."""
    left = states.notional - paid
    return {"notional": left, "base": followed(states, events, left)}


def followed(states: States, events: Events, notional: Floats) -> Floats:
    """Return the base after a change of notional: it follows, unless it lags (NTL)."""
    words = events.block.words("interest_calculation_base")
    if LAGGING not in words.values:
        return notional
    return np.where(words.where(LAGGING)[events.rows], states.base, notional)
