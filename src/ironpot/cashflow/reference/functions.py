"""Payoff and state transition functions of the maturity types, as the standard tabulates them.

States: notional Nt, rate Ipnr, accrued Ipac, fee Feac, nsc Nsc, isc Isc, base Ipcb, payment Prnxt,
exercise Xa. `year` is Y(Sd, t).
"""

import datetime as dt

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.reference import days
from ironpot.cashflow.reference.contract import Contract, Due

State = dict[str, float]

REDEMPTION = "principal_redemption"
INSTALMENT = "next_principal_redemption_payment"


def initial(c: Contract, end: dt.datetime | None) -> State:
    """Return the states at the status date."""
    start = c["initial_exchange_date"]
    runs = 0.0 if start is not None and start > c.status else 1.0
    s = {
        "notional": runs * c.sign * c.number("notional_principal"),
        "rate": runs * c.number("nominal_interest_rate"),
        "nsc": c.number("notional_scaling_multiplier", 1.0),
        "isc": c.number("interest_scaling_multiplier", 1.0),
        "accrued": 0.0,
        "fee": 0.0,
        "payment": 0.0,
        "exercise": 0.0,
    }
    s["base"] = runs * c.sign * _stated_base(c)
    s["accrued"] = runs * _accrued_at_status(c, end)
    s["fee"] = runs * _fee_at_status(c, end)
    s["payment"] = _first_payment(c, s, end)
    return s


def transition(c: Contract, s: State, due: Due, year: float, end: dt.datetime | None) -> float:
    """Change the states as the event does and return its payoff."""
    before = dict(s)
    interest = s["accrued"] + year * s["rate"] * s["base"]
    fee = _fee_due(c, s, due.calculated, year, end)
    s["accrued"], s["fee"] = interest, fee
    match due.kind:
        case Kind.IED:
            return _start(c, s, due, end)
        case Kind.IP:
            s["accrued"] = 0.0
            return s["isc"] * interest
        case Kind.IPCI:
            s["notional"] += interest
            s["accrued"] = 0.0
            _follow(c, s)
        case Kind.PR | Kind.PI | Kind.PP:
            return _principal(c, s, due, interest)
        case Kind.IPCB:
            s["base"] = s["notional"]
        case Kind.RR | Kind.RRF:
            s["rate"] = _new_rate(c, s, due)
        case Kind.PRF:
            s["payment"] = annuity(c, s, due.calculated, end)
        case Kind.SC:
            _scale(c, s, due)
        case Kind.FP:
            s["fee"] = 0.0
            return c.sign * c.number("fee_rate") if c["fee_basis"] == "A" else fee
        case Kind.PRD:
            return -c.sign * (c.number("price_at_purchase_date") + interest)
        case Kind.TD:
            _nothing_left(s)
            return c.sign * (c.number("price_at_termination_date") + interest)
        case Kind.MD:
            _nothing_left(s)
            return before["nsc"] * before["notional"] + before["isc"] * interest + before["fee"]
        case Kind.XD | Kind.SETTLED_INTEREST | Kind.STD:
            return _call(c, s, due, before)
        case _:
            pass
    return 0.0


def _start(c: Contract, s: State, due: Due, end: dt.datetime | None) -> float:
    lent = c.sign * c.number("notional_principal")
    s["notional"], s["rate"] = lent, c.number("nominal_interest_rate")
    s["base"] = c.sign * _stated_base(c)
    anchor = c["cycle_anchor_date_of_interest_payment"]
    since = c.years(anchor, due.calculated, None) if anchor and anchor < due.calculated else 0.0
    stated = c["accrued_interest"]
    s["accrued"] = since * lent * s["rate"] if stated is None else c.sign * float(stated)
    s["fee"] = 0.0
    if c["contract_type"] == "ANN" and c[INSTALMENT] is None:
        s["payment"] = annuity(c, s, due.calculated, end, inclusive=True)
    return -(lent + c.sign * c.number("premium_discount_at_ied"))


def _principal(c: Contract, s: State, due: Due, interest: float) -> float:
    """PR, PI and PP: redeemed is cut to what is outstanding, and the base follows."""
    if c["contract_type"] == "UMP" and due.kind != Kind.PP:
        paid = due.value or 0.0
        s["notional"] -= paid
        _follow(c, s)
        return paid
    if due.kind == Kind.PP:
        amount = due.value or 0.0
    elif c["contract_type"] == "LAX":
        amount = c.sign * (due.value or 0.0)
    else:
        amount = s["payment"] - (interest if c["contract_type"] in ("NAM", "ANN") else 0.0)
    if due.kind == Kind.PI:
        amount = -amount
    else:
        side = (s["notional"] > 0) - (s["notional"] < 0)
        amount = side * min(side * amount, abs(s["notional"]))
    s["notional"] -= amount
    _follow(c, s)
    return amount if due.kind == Kind.PP else s["nsc"] * amount


def _follow(c: Contract, s: State) -> None:
    if c["interest_calculation_base"] != "NTL" or c["contract_type"] in ("PAM", "CLM", "UMP"):
        s["base"] = s["notional"]


def _new_rate(c: Contract, s: State, due: Due) -> float:
    if due.kind == Kind.RRF:
        return c.number("next_reset_rate") if due.value is None else due.value
    market = c.observe(c["market_object_code_of_rate_reset"], due.scheduled)
    spread = c.number("rate_spread") if due.value is None else due.value
    step = market * c.number("rate_multiplier", 1.0) + spread - s["rate"]
    infinite = float("inf")
    step = min(max(step, c.number("period_floor", -infinite)), c.number("period_cap", infinite))
    return min(
        max(s["rate"] + step, c.number("life_floor", -infinite)), c.number("life_cap", infinite)
    )


def _scale(c: Contract, s: State, due: Due) -> None:
    effect = c["scaling_effect"] or "000"
    index = c.observe(c["market_object_code_of_scaling_index"], due.scheduled)
    ratio = index / c.number("scaling_index_at_contract_deal_date")
    if "I" in effect:
        s["isc"] = ratio
    if "N" in effect:
        s["nsc"] = ratio


def _call(c: Contract, s: State, due: Due, before: State) -> float:
    """XD stops interest, which waits for the notice to end: then it and the principal are paid."""
    if due.kind == Kind.XD:
        notice = c["x_day_notice"]
        waits = bool(notice) and days.plus(due.time, notice, 1, end_of_month=False) > due.time
        s["exercise"] = s["accrued"] if waits else 0.0
        s["accrued"] -= s["exercise"]
        return 0.0
    if due.kind == Kind.SETTLED_INTEREST:
        s["accrued"] = s["exercise"] = 0.0
        return before["accrued"] + before["exercise"]
    s["notional"] = s["base"] = 0.0
    s["accrued"] = before["accrued"]
    return before["notional"]


def _nothing_left(s: State) -> None:
    s["notional"] = s["base"] = s["accrued"] = s["fee"] = 0.0


def _stated_base(c: Contract) -> float:
    amount = c["interest_calculation_base_amount"]
    amortises = c["contract_type"] not in ("PAM", "CLM", "UMP")
    if amortises and c["interest_calculation_base"] in ("NTIED", "NTL") and amount is not None:
        return float(amount)
    return c.number("notional_principal")


def _accrued_at_status(c: Contract, end: dt.datetime | None) -> float:
    if c["accrued_interest"] is not None:
        return c.sign * c.number("accrued_interest")
    last = last_date(c, c.anchor("interest_payment"), c["cycle_of_interest_payment"])
    if c["contract_type"] == "CLM" or last is None:
        return 0.0
    amount = c.sign * c.number("notional_principal") * c.number("nominal_interest_rate")
    return c.years(last, c.status, end and c.calculated(end)) * amount


def last_date(c: Contract, anchor: dt.datetime | None, cycle: str | None) -> dt.datetime | None:
    """Return the last date of a cycle on or before the status date."""
    if anchor is None or anchor > c.status:
        return None
    count = 0
    while cycle and days.plus(anchor, cycle, count + 1, end_of_month=c.end_of_month) <= c.status:
        count += 1
    return days.plus(anchor, cycle, count, end_of_month=c.end_of_month) if cycle else anchor


def _fee_at_status(c: Contract, end: dt.datetime | None) -> float:
    rate = c.number("fee_rate")
    if not rate or c["fee_accrued"] is not None:
        return c.sign * c.number("fee_accrued")
    if c["fee_basis"] == "A":
        return c.sign * rate * fee_share(c, c.status, end)
    last = last_date(c, c["cycle_anchor_date_of_fee"], c["cycle_of_fee"])
    year = 0.0 if last is None else c.years(last, c.status, end)
    return year * c.sign * c.number("notional_principal") * rate


def _fee_due(
    c: Contract, s: State, time: dt.datetime, year: float, end: dt.datetime | None
) -> float:
    if not c.number("fee_rate"):
        return 0.0
    if c["fee_basis"] == "A":
        return c.sign * c.number("fee_rate") * fee_share(c, time, end)
    return s["fee"] + year * s["notional"] * c.number("fee_rate")


def fee_share(c: Contract, time: dt.datetime, end: dt.datetime | None) -> float:
    """Return Y(FP-, t) / Y(FP-, FP+), the part of the fee period gone by."""
    start = c["cycle_anchor_date_of_fee"] or c["initial_exchange_date"] or c["purchase_date"]
    cycle, count = c["cycle_of_fee"], 0
    while days.plus(start, cycle, count + 1, end_of_month=c.end_of_month) <= time:
        count += 1
    while days.plus(start, cycle, count, end_of_month=c.end_of_month) > time:
        count -= 1
    low, high = (
        days.plus(start, cycle, count + step, end_of_month=c.end_of_month) for step in (0, 1)
    )
    return c.years(low, time, end) / c.years(low, high, end)


def _first_payment(c: Contract, s: State, end: dt.datetime | None) -> float:
    stated, kind = c[INSTALMENT], c["contract_type"]
    if stated is not None or kind not in ("LAM", "ANN"):
        return c.sign * c.number(INSTALMENT)
    if kind == "ANN":
        return annuity(c, s, c.status, end)
    ahead = [t for t in c.dates(REDEMPTION, end, include_end=True) if t > c.status]
    return c.sign * c.number("notional_principal") / max(len(ahead), 1)


def annuity(
    c: Contract, s: State, time: dt.datetime, end: dt.datetime | None, *, inclusive: bool = False
) -> float:
    """Return A(t, T, n, a, r): what repays everything by T, instalment after instalment.

    What is left at T is linear in the instalment: what the debt grows to if nothing is paid, over
    what instalments of one grow to.
    """
    last = c["amortization_date"] or end
    dates = [c.calculated(t) for t in c.dates(REDEMPTION, last, include_end=True) if t > c.status]
    ahead = [t for t in dates if t > time or (inclusive and t == time)]
    maturity = c.calculated(last) if last else None
    owed, accrued, paid, since = s["notional"], s["accrued"], 0.0, time
    for date in ahead:
        year = c.years(since, date, maturity)
        owed += accrued + owed * s["rate"] * year
        paid += paid * s["rate"] * year + 1.0
        accrued, since = 0.0, date
    return owed / paid if ahead else s["notional"] + s["accrued"]
