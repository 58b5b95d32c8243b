"""CSH, STK, COM, FXOUT, SWPPV, OPTNS and FUTUR, event by event.

Source: ACTUS technical specification 1.1, sections 7.8 to 7.12, 7.15 and 7.16; the public suite
where it prints something else, as the engine's modules say.
"""

import datetime as dt
from collections.abc import Iterator

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.reference.contract import Contract, Due, Event
from ironpot.cashflow.reference.days import plus, schedule
from ironpot.cashflow.reference.functions import last_date

Rows = list[tuple[dt.datetime, Kind, float, str]]

ONE_SECOND = dt.timedelta(seconds=1)


def events_of(c: Contract) -> list[Event]:
    """Return the events of a contract after its status date."""
    match c["contract_type"]:
        case "CSH":
            balance = c.sign * c.number("notional_principal")
            looks = [e.time for e in c.known("AD") if e.time > c.status]
            return [Event(t, Kind.AD, 0.0, _currency(c), notional=balance) for t in looks]
        case "SWPPV":
            return list(_swap(c))
        case "OPTNS" | "FUTUR":
            return list(_exercised(c))
        case "FXOUT":
            return _events(c, _exchange(c))
        case _:
            return _events(c, _held(c))


def _currency(c: Contract) -> str:
    return c["currency"] or "CNY"


def trades(c: Contract) -> Rows:
    """Return purchase and sale at their prices."""
    rows: Rows = []
    units = c.number("quantity", 1.0) if c["contract_type"] == "COM" else 1.0
    if c["purchase_date"]:
        price = -c.sign * c.number("price_at_purchase_date") * units
        rows.append((c["purchase_date"], Kind.PRD, price, _currency(c)))
    if c["termination_date"]:
        sign = 1.0 if c["contract_type"] == "FXOUT" else c.sign
        price = sign * c.number("price_at_termination_date") * units
        rows.append((c["termination_date"], Kind.TD, price, _currency(c)))
    return rows


def _events(c: Contract, rows: Rows) -> list[Event]:
    kept = [Event(*row) for row in sorted(rows, key=lambda row: row[:2])]
    return [event for event in kept if owned(c, event.time, event.kind)]


def owned(c: Contract, time: dt.datetime, kind: Kind) -> bool:
    """Say whether an event lies after status and purchase, not after sale or the horizon."""
    bought, sold = c["purchase_date"], c["termination_date"]
    if time <= c.status or (c.until is not None and time > c.until and kind != Kind.STD):
        return False
    if bought and bought > c.status and (time, kind) < (bought, Kind.PRD):
        return False
    return not (sold and (time, kind) > (sold, Kind.TD))


def _held(c: Contract) -> Rows:
    rows = trades(c)
    anchor, cycle = c["cycle_anchor_date_of_dividend_payment"], c["cycle_of_dividend_payment"]
    if c["contract_type"] != "STK" or anchor is None or c.until is None:
        return rows
    whole = cycle.split("L")[0] if cycle else None
    dates = schedule(
        anchor, whole, c.until + ONE_SECOND, end_of_month=c.end_of_month, include_end=False
    )
    for date in dates:
        announced = c["next_dividend_payment_amount"] if date == anchor else None
        paid = (
            c.observe(c["market_object_code_of_dividends"], date)
            if announced is None
            else announced
        )
        rows.append((c.shifted(date), Kind.DV, c.sign * paid, _currency(c)))
    return rows


def settled(c: Contract, time: dt.datetime) -> dt.datetime:
    """Return the business day a settlement period later."""
    period = c["settlement_period"]
    return c.shifted(plus(time, period, 1, end_of_month=False) if period else time)


def _exchange(c: Contract) -> Rows:
    end, first, second = c["maturity_date"], _currency(c), c["currency_2"]
    received, given = c.number("notional_principal"), c.number("notional_principal_2")
    if c["delivery_settlement"] != "S":
        return [
            *trades(c),
            (end, Kind.MD, c.sign * received, first),
            (end, Kind.MD, -c.sign * given, second),
        ]
    if c.until is not None and end > c.until:
        return trades(c)
    price = c.observe(f"{second}/{first}", end)
    return [*trades(c), (settled(c, end), Kind.STD, c.sign * (received - price * given), first)]


def _exercised(c: Contract) -> Iterator[Event]:
    """Options and futures: purchase, sale, maturity, exercise, settlement."""
    end, day, amount = c["maturity_date"], c["exercise_date"], c.number("exercise_amount")
    if day is None:
        early = c["option_exercise_type"] in ("A", "B")
        calls = sorted(e.time for e in c.known("XD") if e.time <= end) if early else []
        day = calls[0] if calls else end
    rows = [*trades(c), (day, Kind.XD, 0.0, _currency(c))]
    rows += [(end, Kind.MD, 0.0, _currency(c))] if day >= end else []
    if c.until is None or day <= c.until:
        rows.append((settled(c, day), Kind.STD, 0.0, _currency(c)))
    for time, kind, payoff, currency in sorted(rows, key=lambda row: row[:2]):
        if time <= c.status or (c.until is not None and time > c.until and kind != Kind.STD):
            continue
        if kind == Kind.XD:
            amount = _worth(c, c.observe(c["market_object_code"], day))
        paid = c.sign * amount if kind == Kind.STD else payoff
        amount = 0.0 if kind == Kind.STD else amount
        if owned(c, time, kind):
            yield Event(time, kind, paid, currency, exercise=amount)


def _worth(c: Contract, price: float) -> float:
    if c["contract_type"] == "FUTUR":
        return price - c.number("futures_price")
    strike = c.number("option_strike_1")
    match c["option_type"]:
        case "P":
            return max(strike - price, 0.0)
        case "CP":
            return max(price - strike, 0.0) + max(c.number("option_strike_2") - price, 0.0)
        case _:
            return max(price - strike, 0.0)


def _swap(c: Contract) -> Iterator[Event]:
    """SWPPV: two legs accrue; the fixed leg's accrual is what is shown."""
    end, netted = c["maturity_date"], c["delivery_settlement"] == "S"
    kinds = (Kind.IP,) if netted else (Kind.IPFX, Kind.IPFL)
    dates = c.dates("interest_payment", end, include_end=True)
    dues = [c.on(kind, t, None) for t in dates for kind in kinds]
    dues += [c.at(Kind.IED, c["initial_exchange_date"]), c.on(Kind.MD, end, None)]
    dues += [c.on(Kind.RR, t, None) for t in c.dates("rate_reset", end)]
    dues += [c.at(kind, time) for time, kind, _, _ in trades(c)]
    prices = {kind: price for _, kind, price, _ in trades(c)}
    s = _swap_states(c)
    last = c.calculated(c.status)
    start = c["initial_exchange_date"]
    for due in sorted(dues, key=lambda due: (due.time, due.kind)):
        too_early = due.time <= c.status or due.time < start
        if too_early or (c.until is not None and due.belongs > c.until):
            continue
        year = c.years(last, due.calculated, c.calculated(end))
        payoff = _swap_event(c, s, due, year) + prices.get(due.kind, 0.0)
        last = due.calculated
        if owned(c, due.time, due.kind):
            yield Event(
                due.time, due.kind, payoff, _currency(c), s["notional"], s["rate"], s["fixed"]
            )


def _swap_states(c: Contract) -> dict[str, float]:
    """Return notional, floating rate and both legs' accruals at the status date."""
    if c["initial_exchange_date"] > c.status:
        return {"notional": 0.0, "rate": 0.0, "fixed": 0.0, "floating": 0.0}
    notional = c.sign * c.number("notional_principal")
    last = last_date(c, c.anchor("interest_payment"), c["cycle_of_interest_payment"])
    year = 0.0 if last is None else c.years(last, c.status, None)
    fixed, floating = c.number("nominal_interest_rate"), c.number("nominal_interest_rate_2")
    stated = c["accrued_interest"]
    return {
        "notional": notional,
        "rate": floating,
        "fixed": year * notional * fixed if stated is None else c.sign * float(stated),
        "floating": -year * notional * floating,
    }


def _swap_event(c: Contract, s: dict[str, float], due: Due, year: float) -> float:
    s["fixed"] += year * c.number("nominal_interest_rate") * s["notional"]
    s["floating"] -= year * s["rate"] * s["notional"]
    fixed, floating = s["fixed"], s["floating"]
    match due.kind:
        case Kind.IED:
            s["notional"] = c.sign * c.number("notional_principal")
            s["rate"] = c.number("nominal_interest_rate_2")
        case Kind.IP:
            s["fixed"] = s["floating"] = 0.0
            return fixed + floating
        case Kind.IPFX:
            s["fixed"] = 0.0
            return fixed
        case Kind.IPFL:
            s["floating"] = 0.0
            return floating
        case Kind.RR:
            market = c.observe(c["market_object_code_of_rate_reset"], due.scheduled)
            s["rate"] = market * c.number("rate_multiplier", 1.0) + c.number("rate_spread")
        case Kind.MD | Kind.TD:
            s["notional"] = s["fixed"] = s["floating"] = 0.0
        case _:
            pass
    return 0.0
