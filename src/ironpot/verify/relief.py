"""Is the help that the plan asks for the help that arrives in cash, and priced at the case's rate?

Grants and advances arrive in cash; a quota lets more be borrowed, but arrives as help where nobody
repays it; a waiver forgives, a guarantee pays nothing now. The present value counts them all, on
expected rows.
"""

from collections.abc import Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    FEN,
    NOTHING,
    Outcome,
    Rule,
    Unknown,
    at_most,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.periods import discount_factors

IN_CASH = ("grant", "advance")


def given(row: Row) -> bool:
    """Say whether a row of the table is handed over for good: a grant, a quota not repaid."""
    kept = row.text("kind") == "quota" and not row.text("repay_by")
    return kept or row.text("kind") == "grant"


def _amounts(out: Out) -> Iterator[Outcome]:
    for row in out.rows("relief"):
        yield from not_negative(row, ("amount", "amount_p05", "amount_p95", "price"))
        low, high = row.number("amount_p05"), row.number("amount_p95")
        if low is not None and high is not None:
            yield at_most(row, low, high, amount_p05=low, amount_p95=high)


def _repaid(out: Out) -> Iterator[Outcome]:
    for row in out.rows("relief"):
        due, quarter = row.text("repay_by"), row.text("quarter")
        repayable = row.text("kind") == "advance"
        met = due > quarter if repayable else not due or row.text("kind") != "grant"
        yield holds(row, met=met, kind=row.text("kind"), repay_by=due)


def _cash(out: Out) -> Iterator[Outcome]:
    rows = (row for row in out.rows("relief") if row.text("kind") in IN_CASH or given(row))
    granted = grouped(rows, "entity_id", "scenario", "quarter")
    received = {
        key: total(row.number("relief") for row in group)
        for key, group in out.cash_by_quarter.items()
        if key[0] != CONSOLIDATED
    }
    for key in sorted({*granted, *received}):
        amount = total(row.number("amount") for row in granted.get(key, []))
        yield tie(Spot("relief", None, " ".join(key)), amount, received.get(key, NOTHING))


def _present_value(out: Out) -> Iterator[Outcome]:
    spot = Spot(PLAN, key="relief_pv")
    expected = [row for row in out.rows("relief") if row.text("scenario") == EXPECTED]
    if out.rows("relief") and not expected:
        why = Text("relief has no expected rows", "支持表没有预期行")
        yield Unknown(spot, why)
        return
    value = _discounted(out, expected)
    yield tie(spot, out.figure("relief_pv"), value, within=FEN * (1 + len(expected)))


def _discounted(out: Out, rows: list[Row]) -> Decimal | None:
    """Present value at the case date of amounts at their quarters' ends; None if unknown."""
    rate = out.figure("discount_rate")
    if rate is None or rate <= -1 or out.horizon is None:
        return None
    factor = discount_factors(rate, out.horizon.first)
    return total(
        None if amount is None or not quarter else amount * factor(quarter)
        for amount, quarter in ((row.number("amount"), row.text("quarter")) for row in rows)
    )


def _status(out: Out) -> Iterator[Outcome]:
    status, value = out.value("status"), out.figure("relief_pv")
    helped = any((row.number("amount") or NOTHING) > 0 for row in out.rows("relief"))
    if status in ("optimal", "feasible", "least_relief"):
        met = None if value is None else (status == "least_relief") == helped
        yield holds(Spot(PLAN, key="status"), met=met, status=str(status), relief_pv=value)


RULES = (
    Rule(
        "relief.amounts",
        ("relief",),
        Text(
            "amounts and prices are not negative, the low one not above the high one",
            "金额和价格不为负,低值不高于高值",
        ),
        _amounts,
    ),
    Rule(
        "relief.repaid",
        ("relief",),
        Text(
            "an advance says by when it is repaid, later than it comes; a grant is not repaid",
            "上级借款注明归还季度且晚于到账季度,补助不需归还",
        ),
        _repaid,
    ),
    Rule(
        "relief.cash",
        ("relief", "cash"),
        Text(
            "grants, advances and quotas that are not repaid are, per entity, scenario and "
            "quarter, the relief in the cash table",
            "按主体、情景、季度,补助、上级借款和无需归还的额度之和等于现金表的上级支持",
        ),
        _cash,
    ),
    Rule(
        "relief.present_value",
        ("relief", PLAN),
        Text(
            "relief_pv is the expected relief discounted at the case's rate from quarters' ends",
            "relief_pv为预期支持按案例折现率自季末折现之和",
        ),
        _present_value,
    ),
    Rule(
        "relief.status",
        ("relief", PLAN),
        Text(
            "a plan asks for relief exactly when its status is least_relief",
            "状态为least_relief的计划才请求支持,且必有支持",
        ),
        _status,
    ),
)
