"""PAM, LAM, LAX, NAM, ANN, CLM and UMP, event by event.

Source: ACTUS technical specification 1.1, sections 7.1 to 7.7; the public suite where it prints
something else, as the engine's modules say.
"""

import datetime as dt
import math
from collections.abc import Iterator

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.reference.contract import SETTLED, Contract, Due, Event
from ironpot.cashflow.reference.days import plus
from ironpot.cashflow.reference.functions import initial, transition
from ironpot.cashflow.reference.steps import step_dates, steps_of

REDEMPTION = "principal_redemption"
ONE_DAY = dt.timedelta(days=1)
CALLABLE = ("CLM", "UMP")
ROUNDING = 1e-9  # of a payment


def maturity_of(c: Contract) -> tuple[dt.datetime | None, bool]:
    """Return Md and whether it moves to a business day: not where it is open to a call."""
    if c["contract_type"] in CALLABLE and (call := call_of(c)):
        return call, False
    if c["maturity_date"] is not None and c["contract_type"] != "UMP":
        return c["maturity_date"], c["contract_type"] != "CLM"
    match c["contract_type"]:
        case "ANN" if c["amortization_date"] is not None:
            return c["amortization_date"], True
        case "LAM":
            return _nth(c, _payments(c.number("notional_principal"), c.number(INSTALMENT))), True
        case "NAM" | "ANN":
            return _nth(c, _instalments_needed(c)), True
        case "LAX":
            return _stepped_end(c), True
        case _:
            return c.until, False


INSTALMENT = "next_principal_redemption_payment"


def call_of(c: Contract) -> dt.datetime | None:
    """Return the first call after the status date and before a stated maturity."""
    end = None if c["contract_type"] == "UMP" else c["maturity_date"]
    calls = [e.time for e in c.known("XD") if e.time > c.status and (not end or e.time < end)]
    return min(calls, default=None)


def events_of(c: Contract) -> list[Event]:
    """Return the events of a contract after its status date, payoffs and states."""
    end, moves = maturity_of(c)
    paid_end = c.shifted(end) if moves and end else end
    dues = [
        due._replace(time=paid_end) if paid_end and due.scheduled == end and _closes(due) else due
        for due in schedule(c, end)
    ]
    return list(play(c, sorted(_alive(c, dues), key=lambda due: (due.time, due.kind)), end))


def _closes(due: Due) -> bool:
    return due.kind in (Kind.MD, Kind.IP, Kind.IPCI, Kind.FP)


def _alive(c: Contract, dues: list[Due]) -> Iterator[Due]:
    start, sold = c["initial_exchange_date"], c["termination_date"]
    for due in dues:
        if due.time <= c.status or (start is not None and due.time < start):
            continue
        if c.until is not None and due.belongs > c.until:
            continue
        if sold is not None and (due.time, due.kind) > (sold, Kind.TD):
            continue
        yield due


def schedule(c: Contract, end: dt.datetime | None) -> list[Due]:
    """Return every planned event, in no order."""
    dues = [c.at(Kind.IED, c["initial_exchange_date"])]
    dues += [c.at(Kind.AD, look.time) for look in c.known("AD")]
    dues += [c.at(Kind.PP, early.time, early.value) for early in c.known("PP")]
    if c["purchase_date"]:
        dues.append(c.at(Kind.PRD, c["purchase_date"]))
    if c["termination_date"]:
        dues.append(c.at(Kind.TD, c["termination_date"]))
    dues += _resets(c, end)
    if c.number("fee_rate"):
        dues += [c.on(Kind.FP, t, end) for t in c.dates("fee", end, include_end=True)]
    dues += [c.on(Kind.SC, t, None) for t in c.dates("scaling_index", end)]
    if c["contract_type"] in CALLABLE:
        return dues + _capitalised(c, end) + _settled(c)
    if c["interest_calculation_base"] == "NTL" and c["contract_type"] != "PAM":
        dues += [c.on(Kind.IPCB, t, None) for t in c.dates("interest_calculation_base", end)]
    dues += _principal(c, end) + _interest(c, end)
    return [*dues, c.at(Kind.MD, end)] if end else dues


def _interest(c: Contract, end: dt.datetime | None) -> list[Due]:
    if c["nominal_interest_rate"] is None:
        return []
    last = c["capitalization_end_date"]
    dues = [
        c.on(Kind.IPCI if last and t <= last else Kind.IP, t, end) for t in _interest_dates(c, end)
    ]
    if last and all(due.scheduled != last for due in dues):
        dues.append(c.on(Kind.IPCI, last, None))
    return dues


def _interest_dates(c: Contract, end: dt.datetime | None) -> list[dt.datetime]:
    steps = steps_of(c, "interest_payment") if c["contract_type"] == "LAX" else []
    if steps and end:
        return [t for t, _ in step_dates(c, steps, end)] + [end]
    if c["contract_type"] not in ("NAM", "ANN"):
        return c.dates("interest_payment", end, include_end=True)
    first, anchor = c.anchor(REDEMPTION), c.anchor("interest_payment")
    before = first and plus(first, c[f"cycle_of_{REDEMPTION}"], -1, end_of_month=c.end_of_month)
    early: list[dt.datetime] = []
    if anchor and before and anchor <= before:
        early = c.dates("interest_payment", before, include_end=True)
    return early + c.dates(REDEMPTION, end, include_end=True)


def _principal(c: Contract, end: dt.datetime | None) -> list[Due]:
    match c["contract_type"]:
        case "LAM" | "NAM" | "ANN":
            dues = [c.on(Kind.PR, t, None) for t in c.dates(REDEMPTION, end)]
        case "LAX" if end:
            dues = [
                c.on(Kind.PI if step.drawn else Kind.PR, t, None, step.amount)
                for t, step in step_dates(c, steps_of(c, REDEMPTION), end)
            ]
        case _:
            dues = []
    if c["contract_type"] == "ANN":
        dues += [Due(d.time, Kind.PRF, d.calculated, d.scheduled) for d in _resets(c, end)]
        first = c.anchor(REDEMPTION)
        if c[INSTALMENT] is None and first and c.status < first and end and first <= end:
            dues.append(c.at(Kind.PRF, first - ONE_DAY))
    return dues


def _resets(c: Contract, end: dt.datetime | None) -> list[Due]:
    dates = c.dates("rate_reset", end)
    ahead = [t for t in dates if t > c.status]
    fixed = ahead[0] if ahead and c["next_reset_rate"] is not None else None
    dues = [c.on(Kind.RRF if t == fixed else Kind.RR, t, None) for t in dates]
    steps = steps_of(c, "rate_reset")
    stepped = list(step_dates(c, steps, end)) if end else []
    return dues + [
        c.on(Kind.RR if step.variable else Kind.RRF, t, None, step.rate) for t, step in stepped
    ]


def _capitalised(c: Contract, end: dt.datetime | None) -> list[Due]:
    if c["nominal_interest_rate"] is None:
        return []
    return [c.on(Kind.IPCI, t, None) for t in c.dates("interest_payment", end)]


def _settled(c: Contract) -> list[Due]:
    """Return a call with its settlement after the notice, or a stated maturity; UMP's payments."""
    dues: list[Due] = []
    if c["contract_type"] == "UMP":
        paid = (*c.known("PR"), *c.known("PI"))
        dues = [c.at(Kind[e.event_type], e.time, e.value) for e in paid]
    if call := call_of(c):
        notice = c["x_day_notice"]
        paid_on = plus(call, notice, 1, end_of_month=False) if notice else call
        at_call = [Due(paid_on, kind, call, call) for kind in SETTLED]
        return [*dues, c.at(Kind.XD, call), *at_call]
    if c["contract_type"] == "CLM" and (end := c["maturity_date"]):
        interest = [] if c["nominal_interest_rate"] is None else [c.at(Kind.IP, end)]
        return [*dues, *interest, c.at(Kind.MD, end)]
    return dues


def _nth(c: Contract, number: int) -> dt.datetime:
    """Return the date of the n-th redemption after the status date."""
    anchor, cycle, count = c.anchor(REDEMPTION), c[f"cycle_of_{REDEMPTION}"], 0
    if anchor is None:
        raise ValueError("No redemption dates.")
    while plus(anchor, cycle, count, end_of_month=c.end_of_month) <= c.status:
        count += 1
    return plus(anchor, cycle, count + number - 1, end_of_month=c.end_of_month)


def _instalments_needed(c: Contract) -> int:
    anchor, cycle, count = c.anchor(REDEMPTION), c[f"cycle_of_{REDEMPTION}"], 0
    if anchor is None:
        raise ValueError("No redemption dates.")
    while plus(anchor, cycle, count + 1, end_of_month=c.end_of_month) <= c.status:
        count += 1
    start = (
        plus(anchor, cycle, count, end_of_month=c.end_of_month) if anchor <= c.status else anchor
    )
    following = plus(start, cycle, 1, end_of_month=c.end_of_month)
    owed = c.number("notional_principal")
    interest = owed * c.years(start, following, None) * c.number("nominal_interest_rate")
    return _payments(owed, c.number(INSTALMENT) - interest)


def _payments(owed: float, part: float) -> int:
    """Return how many payments repay what is owed; rounding makes no further one."""
    return math.ceil(owed / part - ROUNDING)


def _stepped_end(c: Contract) -> dt.datetime | None:
    """Return the first date on which the steps have repaid everything."""
    owed = c.number("notional_principal")
    far = c.status.replace(year=c.status.year + 200)
    for time, step in step_dates(c, steps_of(c, REDEMPTION), far):
        if time <= c.status:
            continue
        owed += step.amount if step.drawn else -step.amount
        if owed <= ROUNDING * step.amount:
            return time
    return None


def play(c: Contract, dues: list[Due], end: dt.datetime | None) -> Iterator[Event]:
    """Yield the events in order, each with its payoff and the states it leaves."""
    s = initial(c, end)
    last = c.calculated(c.status)
    bought = c["purchase_date"]
    for due in dues:
        year = c.years(last, due.calculated, end and c.calculated(end))
        payoff = transition(c, s, due, year, end)
        last = due.calculated
        if bought and bought > c.status and (due.time, due.kind) < (bought, Kind.PRD):
            continue
        yield Event(
            due.time,
            due.kind,
            payoff,
            c["currency"] or "CNY",
            s["notional"],
            s["rate"],
            s["accrued"],
            s["exercise"],
        )
