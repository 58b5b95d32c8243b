"""SWAPS, CAPFL, CEG and CEC: contracts made of contracts.

Source: ACTUS technical specification 1.1, sections 7.13, 7.14, 7.17 and 7.18; the public suite
where it prints something else, as the engine's modules say.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.reference import maturities, others
from ironpot.cashflow.reference.contract import Contract, Due, Event, Happened
from ironpot.cashflow.reference.functions import fee_share, initial

NETTABLE = (Kind.IED, Kind.IP, Kind.PR, Kind.MD)


def events_of(c: Contract) -> list[Event]:
    """Return the events of any contract after its status date."""
    match c["contract_type"]:
        case "SWAPS":
            return _swap(c)
        case "CAPFL":
            return _cap(c)
        case "CEG" | "CEC":
            return list(_cover(c))
        case "CSH" | "STK" | "COM" | "FXOUT" | "SWPPV" | "OPTNS" | "FUTUR":
            return others.events_of(c)
        case _:
            return maturities.events_of(c)


def _parts(c: Contract, role: str) -> list[str]:
    """Return the ids of the contracts in a role."""
    listed = (c["contract_structure"] or "").split(";")
    return [item.partition("=")[2] for item in listed if item.partition("=")[0] == role]


def _part(c: Contract, contract_id: str, **terms: Any) -> Contract:
    """Return a part as a contract of its own, with terms changed."""
    own: Mapping[str, Any] = {**c.others[contract_id], **terms}
    return replace(c, terms=own)


def _swap(c: Contract) -> list[Event]:
    first, second = ("RPL", "RPA") if c.sign < 0 else ("RPA", "RPL")
    legs = [
        (event, leg)
        for leg, (role, side) in enumerate((("FIL", first), ("SEL", second)))
        for event in events_of(_part(c, _parts(c, role)[0], contract_role=side))
    ]
    legs.sort(key=lambda pair: (pair[0].time, pair[0].kind, pair[1]))
    events = [event for event, _ in legs]
    if c["delivery_settlement"] == "S":
        events = _netted(events)
    return _with_trades(c, events, buyer_pays=False)


def _netted(events: list[Event]) -> list[Event]:
    """Return events with congruent ones of both legs, in one currency, as one."""
    netted: list[Event] = []
    for event in events:
        last = netted[-1] if netted else None
        if last and event.kind in NETTABLE and _what(last) == _what(event):
            both = Event(event.time, event.kind, last.payoff + event.payoff, event.currency)
            netted[-1] = replace(both, accrued=last.accrued + event.accrued)
        else:
            netted.append(event)
    return netted


def _what(event: Event) -> tuple[dt.datetime, Kind, str]:
    return event.time, event.kind, event.currency


def _with_trades(c: Contract, events: list[Event], *, buyer_pays: bool) -> list[Event]:
    """Return events after the purchase and before the sale, with both."""
    kept = [
        event for event in events if others.owned(replace(c, until=None), event.time, event.kind)
    ]
    for time, kind, price, currency in others.trades(c):
        bought = kind == Kind.PRD
        paid = price if buyer_pays or not bought else -price
        if time > c.status and (c.until is None or time <= c.until):
            kept.append(Event(time, kind, paid, currency))
    return sorted(kept, key=lambda event: (event.time, event.kind))


def _cap(c: Contract) -> list[Event]:
    under = _parts(c, "UDL")[0]
    limits = {"life_cap": c["life_cap"], "life_floor": c["life_floor"]}
    free = _part(c, under, contract_role="RPA", life_cap=None, life_floor=None)
    limited = _part(c, under, contract_role="RPA", **limits)
    pairs = zip(events_of(free), events_of(limited), strict=True)
    events = [
        Event(one.time, one.kind, c.sign * abs(one.payoff - two.payoff), one.currency)
        for one, two in pairs
        if one.kind == Kind.IP
    ]
    return _with_trades(c, events, buyer_pays=True)


def _cover(c: Contract) -> Iterator[Event]:
    """Guarantee or collateral: called by the first covered default up to maturity."""
    end = _end(c)
    call = c["exercise_date"] or _call(c, end)
    dues = [c.at(kind, time) for time, kind, _, _ in others.trades(c)]
    if c.number("fee_rate"):
        dates = c.dates("fee", end, include_end=True)
        dues += [c.on(Kind.FP, t, end) for t in dates if not call or t <= call]
    if call:
        settled = Due(others.settled(c, call), Kind.STD, call, call)
        dues += [c.at(Kind.XD, call), settled]
    else:
        dues.append(c.at(Kind.MD, end))
    prices = {kind: price for _, kind, price, _ in others.trades(c)}
    s = {
        "notional": _covered(c, c.status),
        "fee": c.sign * c.number("fee_accrued"),
        "amount": c.sign * abs(c.number("exercise_amount")),
    }
    last = c.calculated(c.status)
    for due in sorted(dues, key=lambda due: (due.time, due.kind)):
        if due.time <= c.status or (c.until is not None and due.belongs > c.until):
            continue
        year = c.years(last, due.calculated, c.calculated(end))
        payoff = _cover_event(c, s, due, year, end) + prices.get(due.kind, 0.0)
        last = due.calculated
        if others.owned(replace(c, until=None), due.time, due.kind):
            yield Event(
                due.time,
                due.kind,
                payoff,
                c["currency"] or "CNY",
                s["notional"],
                exercise=s["amount"],
            )


def _cover_event(
    c: Contract, s: dict[str, float], due: Due, year: float, end: dt.datetime
) -> float:
    fee = s["fee"] + year * s["notional"] * c.number("fee_rate")
    if c["fee_basis"] == "A" and c.number("fee_rate"):
        fee = c.sign * c.number("fee_rate") * fee_share(c, due.calculated, end)
    time = due.time
    match due.kind:
        case Kind.FP:
            s["fee"], s["notional"] = 0.0, _covered(c, time)
            return c.sign * c.number("fee_rate") if c["fee_basis"] == "A" else fee
        case Kind.PRD:
            s["notional"] = _covered(c, time)
        case Kind.XD:
            s["fee"], s["notional"] = fee, _covered(c, time)
            s["amount"] = s["notional"]
            if c["contract_type"] == "CEC":
                s["amount"] = c.sign * min(abs(s["notional"]), _worth(c, "COVI", time))
        case Kind.STD:
            paid = s["amount"] + s["fee"]
            s["notional"] = s["fee"] = 0.0
            return paid
        case _:
            s["notional"] = s["fee"] = 0.0
    return 0.0


def _end(c: Contract) -> dt.datetime:
    if c["maturity_date"] is not None:
        return c["maturity_date"]
    parts = [_part(c, part) for part in _parts(c, "COVE")]
    ends = [(part, *maturities.maturity_of(part)) for part in parts]
    paid = [part.shifted(end) if moves and end else end for part, end, moves in ends]
    return max(end for end in paid if end is not None)


def _call(c: Contract, end: dt.datetime) -> dt.datetime | None:
    covered, kinds = _parts(c, "COVE"), (c["credit_event_type_covered"] or "DF").split(";")
    calls = [
        e.time
        for e in c.happened
        if e.event_type == "CE"
        and e.contract_id in covered
        and e.performance in kinds
        and e.time <= end
    ]
    return min(calls, default=None)


def _covered(c: Contract, time: dt.datetime) -> float:
    """Return coverage x what is covered at a time, signed."""
    share = c.sign * c.number("coverage_of_credit_enhancement", 1.0)
    if c["notional_principal"] is not None:
        return share * c.number("notional_principal")
    total = 0.0
    if c["guaranteed_exposure"] == "MV":
        return share * _worth(c, "COVE", time)
    for part in _parts(c, "COVE"):
        principal, accrued = _owed(c, part, time)
        total += abs(principal) + (abs(accrued) if c["guaranteed_exposure"] == "NI" else 0.0)
    return share * total


def _owed(c: Contract, part: str, time: dt.datetime) -> tuple[float, float]:
    """Return principal and accrued interest of a part: as its terms say, later as it plays."""
    look = Happened(part, time, "AD", 0.0, None)
    child = replace(_part(c, part), happened=[*c.happened, look], until=None)
    if time <= c.status:
        s = initial(child, maturities.maturity_of(child)[0])
        return s["notional"], s["accrued"]
    states = [e for e in events_of(child) if e.kind == Kind.AD and e.time == time]
    return (states[-1].notional, states[-1].accrued) if states else (0.0, 0.0)


def _worth(c: Contract, role: str, time: dt.datetime) -> float:
    parts = [c.others[part] for part in _parts(c, role)]
    return sum(
        c.observe(part["market_object_code"], time) * float(part.get("quantity") or 1.0)
        for part in parts
    )
