"""LAX, exotic linear amortiser: principal drawn and repaid, and rates set, by steps.

Source: ACTUS technical specification 1.1, section LAX; the public suite shows no PRF rows.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import lam, pam
from ironpot.cashflow.arrays import Steps, step_numbers, step_words, steps_of, unfold
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import Dates, add_cycles, first_number_after, regular_count
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import common, interest, interest_dates
from ironpot.cashflow.tape import (
    Maturity,
    Planned,
    Tape,
    at_maturity,
    at_once,
    derived,
    in_cycles,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

PURPOSE = "principal_redemption"
AMOUNTS = "array_next_principal_redemption_payment"
DIRECTIONS = "array_increase_decrease"
DRAWN = "INC"


def maturity(block: Block) -> Maturity:
    """Return Md: as stated, else the first date on which the steps leave nothing outstanding."""
    return derived(block, _paid_off(block), block.times("maturity_date"))


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of LAX contracts."""
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        *_principal(block, end),
        *interest(block, _interest_dates(block, end), end),
        *lam.calculation_base(block, end),
        *common(block, end),
        at_maturity(Kind.MD, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return PAM's states with the base of interest and the `scale` of all steps' amounts."""
    base = lam.initial_base(block, scenarios)
    scale = np.ones((scenarios, block.count))
    return pam.initial(block, end, scenarios) | {"base": base, "scale": scale}


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return LAM's functions with amounts of principal by step."""
    return {**lam.functions(block, tape), Kind.PR: redemption, Kind.PI: increase}


observe = pam.observe


def redemption(states: States, events: Events) -> Outcome:
    """PR: the step's amount, but not more than is outstanding."""
    paid = lam.capped(states["scale"] * events.sign * events.value, states.notional)
    changes = pam.accrue(states, events) | lam.less(states, events, paid)
    return Outcome(states["notional_scaling"] * paid, changes)


def increase(states: States, events: Events) -> Outcome:
    """PI: the step's amount is lent in addition."""
    lent = events.sign * events.value
    changes = pam.accrue(states, events) | lam.less(states, events, -lent)
    return Outcome(-states["notional_scaling"] * lent, changes)


def _principal(block: Block, end: Maturity) -> list[Planned]:
    """Return redemptions and increases with their amounts, before maturity."""
    steps = steps_of(block, PURPOSE)
    dates, step = unfold(steps, end.end, block.end_of_month(), include_end=False)
    amount = step_numbers(block, AMOUNTS, steps.row, steps.number)[step]
    drawn = step_words(block, DIRECTIONS, steps.row, steps.number).where(DRAWN)[step]
    return [
        in_cycles(block, kind, dates.where(chosen), end, amount[chosen])
        for kind, chosen in ((Kind.PR, ~drawn), (Kind.PI, drawn))
    ]


def _interest_dates(block: Block, end: Maturity) -> Dates:
    """Return interest dates by steps; as PAM where none are stated."""
    steps = steps_of(block, "interest_payment")
    stepped, _ = unfold(steps, end.end, block.end_of_month(), include_end=True)
    plain = interest_dates(block, end)
    plain = plain.where(~np.isin(plain.row, steps.row))
    row = np.concatenate([stepped.row, plain.row])
    order = np.argsort(row, kind="stable")
    return Dates(
        row[order],
        np.concatenate([stepped.time, plain.time])[order],
        np.concatenate([stepped.closing, plain.closing])[order],
    )


def _paid_off(block: Block) -> Times:
    """Return when the steps after the status date have repaid everything, (contract,).

    Step after step: what is outstanding at its start, over its amount, is the number of payments it
    would need; the first step that has as many dates ends the contract.
    """
    steps, sticky = steps_of(block, PURPOSE), block.end_of_month()
    amount = step_numbers(block, AMOUNTS, steps.row, steps.number)
    drawn = step_words(block, DIRECTIONS, steps.row, steps.number).where(DRAWN)
    first, count = _dates_ahead(block, steps)
    outstanding = block.numbers("notional_principal", 0.0)
    found = np.full(block.count, NEVER)
    for number in range(int(steps.number.max(initial=-1)) + 1):
        at = np.flatnonzero(steps.number == number)
        row = steps.row[at]
        needed = np.where(drawn[at], np.inf, lam.payments_needed(outstanding[row], amount[at]))
        enough = (needed <= count[at]) & np.isnat(found[row])
        last = add_cycles(
            steps.anchor[at],
            first[at] + np.where(enough, needed, 1).astype(np.int64) - 1,
            steps.cycle.take(at),
            sticky[row],
        )
        found[row[enough]] = last[enough]
        moved = np.where(np.isfinite(count[at]), count[at], 0.0) * amount[at]
        outstanding = outstanding.copy()
        outstanding[row] += np.where(drawn[at], moved, -moved)
    return found


def _dates_ahead(block: Block, steps: Steps) -> tuple[Integers, Floats]:
    """Return each step's first date number after the status date and its count of dates ahead.

    The last step goes on without end.
    """
    sticky = block.end_of_month()[steps.row]
    status = np.full(steps.row.size, block.status)
    first = first_number_after(steps.anchor, steps.cycle, sticky, status).astype(np.int64)
    stop = regular_count(steps.anchor, steps.cycle, steps.following, sticky)
    stop = np.where(steps.cycle.given, stop, 1)
    endless = steps.last & steps.cycle.given
    return first, np.where(endless, np.inf, np.maximum(stop - first, 0))
