"""PAM, principal at maturity: interest in cycles, all principal at the end.

The other maturity types share most of this. Amounts are signed from the owner: a debt (RPL) has a
negative notional, and what it pays is negative. `base`, on which interest runs, is the notional.

Source: ACTUS technical specification 1.1, section PAM: schedule, POF_*_PAM and STF_*_PAM.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import (
    common,
    interest,
    interest_anchor,
    interest_dates,
    last_date,
)
from ironpot.cashflow.tape import (
    Maturity,
    Planned,
    Tape,
    at_maturity,
    at_once,
    derived,
    fee_share,
    years_at,
)

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
Changes = dict[str, Floats | float]

BY_AMOUNT = "A"
MARKETS = {
    Kind.RR: "market_object_code_of_rate_reset",
    Kind.SC: "market_object_code_of_scaling_index",
}


def maturity(block: Block) -> Maturity:
    """Return Md, as stated."""
    end = block.times("maturity_date")
    return derived(block, end, end)


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return the planned events of a block of PAM contracts."""
    return [
        at_once(block, Kind.IED, block.times("initial_exchange_date")),
        *interest(block, interest_dates(block, end), end),
        *common(block, end),
        at_maturity(Kind.MD, end),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return states at the status date, (scenario, contract); nothing is owed before the start."""
    running = ~(block.times("initial_exchange_date") > block.status)
    states = {
        "notional": block.sign() * block.numbers("notional_principal", 0.0) * running,
        "rate": block.numbers("nominal_interest_rate", 0.0) * running,
        "accrued": block.sign() * _accrued_at_status(block, end) * running,
        "notional_scaling": block.numbers("notional_scaling_multiplier", 1.0),
        "interest_scaling": block.numbers("interest_scaling_multiplier", 1.0),
    }
    if block.has("fee_rate"):
        states["fee"] = block.sign() * _fee_at_status(block, end) * running
    spread = {name: np.tile(column, (scenarios, 1)) for name, column in states.items()}
    return {**spread, "base": spread["notional"]}


def functions(_block: Block, _tape: Tape) -> Mapping[Kind, Function]:
    """Return the payoff and state transition of each kind of event."""
    return {
        Kind.IED: initial_exchange,
        Kind.IP: interest_payment,
        Kind.IPCI: interest_capitalisation,
        Kind.RR: rate_reset,
        Kind.RRF: rate_fixing,
        Kind.FP: fee_payment,
        Kind.PP: prepayment,
        Kind.SC: scaling,
        Kind.PRD: purchase,
        Kind.TD: termination,
        Kind.MD: redemption_at_maturity,
        Kind.AD: analysis,
    }


def observe(block: Block, tape: Tape, rates: RatePaths) -> Floats:
    """Return what the market says at resets and index revisions, (scenario, event), else NaN.

    A value is read on the scheduled date, not on the business day the event moves to.
    """
    seen = np.full((len(rates.scenarios), tape.row.size), np.nan)
    for kind, term in MARKETS.items():
        at = tape.of(kind)
        for code, rows in block.words(term).take(tape.row[at]).groups():
            seen[:, at[rows]] = rates.observe(code, tape.scheduled[at[rows]])
    return seen


def accrue(states: States, events: Events) -> Changes:
    """Return Ipac + Y Ipnr Ipcb, and the fee accrued likewise."""
    changes: Changes = {"accrued": interest_due(states, events)}
    if events.block.has("fee_rate"):
        changes["fee"] = fee_due(states, events)
    return changes


def interest_due(states: States, events: Events) -> Floats:
    """Return the interest accrued up to the event, (scenario, contract)."""
    return states.accrued + events.fraction * states.rate * states.base


def initial_exchange(_states: States, events: Events) -> Outcome:
    """IED: the owner pays out (a debtor receives) the notional with its premium or discount."""
    lent = events.sign * events.number("notional_principal", 0.0)
    rate = events.number("nominal_interest_rate", 0.0)
    premium = events.number("premium_discount_at_ied", 0.0)
    changes: Changes = {
        "notional": lent,
        "base": lent,
        "rate": rate,
        "accrued": _accrued_at_start(events, lent * rate),
    }
    return Outcome(-(lent + events.sign * premium), changes)


def interest_payment(states: States, events: Events) -> Outcome:
    """IP: what has accrued is paid, scaled by the index."""
    changes = accrue(states, events) | {"accrued": 0.0}
    return Outcome(states["interest_scaling"] * interest_due(states, events), changes)


def interest_capitalisation(states: States, events: Events) -> Outcome:
    """IPCI: what has accrued becomes principal."""
    grown = states.notional + interest_due(states, events)
    return Outcome(0.0, accrue(states, events) | {"accrued": 0.0, "notional": grown, "base": grown})


def rate_reset(states: States, events: Events) -> Outcome:
    """RR: market x multiplier + spread, moved by at most the period's caps, within life's caps.

    A step of the rate has a spread of its own.
    """
    target = events.observed * events.number("rate_multiplier", 1.0)
    spread = np.where(np.isnan(events.value), events.number("rate_spread", 0.0), events.value)
    step = target + spread - states.rate
    step = np.maximum(step, events.number("period_floor", -np.inf))
    step = np.minimum(step, events.number("period_cap", np.inf))
    rate = np.maximum(states.rate + step, events.number("life_floor", -np.inf))
    rate = np.minimum(rate, events.number("life_cap", np.inf))
    return Outcome(0.0, accrue(states, events) | {"rate": rate})


def rate_fixing(states: States, events: Events) -> Outcome:
    """RRF: the rate already agreed for the next period."""
    rate = np.where(np.isnan(events.value), events.number("next_reset_rate"), events.value)
    return Outcome(0.0, accrue(states, events) | {"rate": rate})


def fee_payment(states: States, events: Events) -> Outcome:
    """FP: an absolute fee, or one that has accrued on the notional."""
    return Outcome(fee_paid(states, events), accrue(states, events) | {"fee": 0.0})


def fee_paid(states: States, events: Events) -> Floats:
    """Return the fee of a fee date, (scenario, contract)."""
    absolute = events.block.words("fee_basis").where(BY_AMOUNT)[events.rows]
    return np.where(absolute, events.sign * events.number("fee_rate"), fee_due(states, events))


def prepayment(states: States, events: Events) -> Outcome:
    """PP: the observed amount, signed from the owner, is repaid early, at most what is owed."""
    paid = capped(events.value, states.notional)
    left = states.notional - paid
    return Outcome(paid, accrue(states, events) | {"notional": left, "base": left})


def capped(payment: Floats, notional: Floats) -> Floats:
    """Return a signed payment of principal cut to what is outstanding."""
    return np.sign(notional) * np.minimum(np.sign(notional) * payment, np.abs(notional))


def scaling(states: States, events: Events) -> Outcome:
    """SC: payments follow the index from now on: its value over its value at the deal.

    The specification prints (index - base) / base; the public suite pays index / base.
    """
    ratio = events.observed / events.number("scaling_index_at_contract_deal_date")
    effect = events.block.words("scaling_effect", "000").take(events.rows)
    on_interest = np.array(["I" in word for word in effect.values])[effect.code]
    on_notional = np.array(["N" in word for word in effect.values])[effect.code]
    changes: Changes = {
        "interest_scaling": np.where(on_interest, ratio, states["interest_scaling"]),
        "notional_scaling": np.where(on_notional, ratio, states["notional_scaling"]),
    }
    return Outcome(0.0, accrue(states, events) | changes)


def purchase(states: States, events: Events) -> Outcome:
    """PRD: the owner buys at a price plus accrued interest."""
    price = events.number("price_at_purchase_date", 0.0)
    return Outcome(-events.sign * (price + interest_due(states, events)), accrue(states, events))


def termination(states: States, events: Events) -> Outcome:
    """TD: the owner sells at a price plus accrued interest, and nothing is left."""
    price = events.number("price_at_termination_date", 0.0)
    return Outcome(events.sign * (price + interest_due(states, events)), nothing_left(events))


def redemption_at_maturity(states: States, events: Events) -> Outcome:
    """MD: the principal left, with interest and fees not paid before."""
    paid = states["notional_scaling"] * states.notional
    paid = paid + states["interest_scaling"] * interest_due(states, events)
    if events.block.has("fee_rate"):
        paid = paid + states["fee"]
    return Outcome(paid, nothing_left(events))


def analysis(states: States, events: Events) -> Outcome:
    """AD: nothing is paid; the states are shown as they are."""
    return Outcome(0.0, accrue(states, events))


def nothing_left(events: Events) -> Changes:
    """Return the states of a contract that has come to its end."""
    changes: Changes = {"notional": 0.0, "base": 0.0, "accrued": 0.0}
    return changes | ({"fee": 0.0} if events.block.has("fee_rate") else {})


def fee_due(states: States, events: Events) -> Floats:
    """Return Feac: on the notional it grows with time, an absolute fee evenly to its payment."""
    rate = events.number("fee_rate", 0.0)
    absolute = events.block.words("fee_basis").where(BY_AMOUNT)[events.rows]
    grown = states["fee"] + events.fraction * states.notional * rate
    even = events.sign * rate * events.tape.fee_share[events.at]
    return np.where(absolute, even, grown)


def _accrued_at_start(events: Events, a_year: Floats) -> Floats:
    """Return Ipac at the start: as stated, else since an interest anchor that lies before it."""
    stated_amount = events.sign * events.number("accrued_interest")
    anchor = events.block.times("cycle_anchor_date_of_interest_payment")[events.rows]
    start = events.tape.accrual[events.at]
    anchor = np.where(anchor < start, anchor, start)
    open_end = np.full(events.block.count, NEVER)
    ends = years_at(events.block, events.rows, start, open_end)
    starts = years_at(events.block, events.rows, anchor, open_end)
    since = (ends[0] - starts[0]) + (ends[1] - starts[1])
    return np.where(np.isnan(stated_amount), since * a_year, stated_amount)


def _accrued_at_status(block: Block, end: Maturity) -> Floats:
    """Return Ipac at the status date, unsigned: as stated, else since the last interest date.

    Where no interest date lies behind, nothing is taken to have accrued, as in the public suite.
    """
    amount = block.numbers("notional_principal", 0.0) * block.numbers("nominal_interest_rate", 0.0)
    known = block.numbers("accrued_interest")
    since = years_since(block, interest_anchor(block), "interest_payment", end)
    return np.where(np.isnan(known), since * amount, known)


def years_since(block: Block, anchor: Times, purpose: str, end: Maturity) -> Floats:
    """Return Y(t-, t0): from a cycle's last date to the status date, (contract,); 0 if none."""
    rows, status = np.arange(block.count), np.full(block.count, block.status)
    last = last_date(block, anchor, purpose)
    now = years_at(block, rows, status, end.accrual)
    then = years_at(block, rows, np.where(np.isnat(last), status, last), end.accrual)
    return (now[0] - then[0]) + (now[1] - then[1])


def _fee_at_status(block: Block, end: Maturity) -> Floats:
    """Return Feac at the status date, unsigned: as stated, else since the last fee date."""
    rows, status = np.arange(block.count), np.full(block.count, block.status)
    rate = block.numbers("fee_rate", 0.0)
    even = rate * fee_share(block, rows, status, end.accrual)
    since = years_since(block, block.times("cycle_anchor_date_of_fee"), "fee", end)
    grown = since * block.numbers("notional_principal", 0.0) * rate
    guess = np.where(block.words("fee_basis").where(BY_AMOUNT), even, grown)
    known = block.numbers("fee_accrued")
    return np.where(np.isnan(known), guess, known)
