"""Is what a plan leaves to pay after its last quarter the debt that it leaves owing?

The table stands in extras/; a plan of an older version has none, and nothing is compared.
"""

from collections.abc import Iterator

from ironpot.core.lang import Text
from ironpot.verify.contracts import owners
from ironpot.verify.files import PLAN, Out, Row, grouped, total
from ironpot.verify.finding import FEN, Outcome, Rule, Unknown, holds, not_negative, tie
from ironpot.verify.periods import first_month, month_number, quarter_number

TABLE = "left_to_pay"
_NOBODYS = Text("no such debt", "没有这笔债务")


def _rows(out: Out) -> tuple[Row, ...]:
    return out.rows(TABLE) if out.has(TABLE) else ()


def _principal(out: Out) -> Iterator[Outcome]:
    """By debt; what a debt inside the perimeter owes is not in the table."""
    if not out.has(TABLE):
        return
    left = grouped(_rows(out), "debt_id")
    closing: dict[tuple[str, ...], Row] = {
        (row.text("debt_id"),): row for row in out.rows("resolution")
    }
    inside = {
        row.text("debt_id")
        for row in out.rows("debt_actions")
        if row.text("creditor_id") in out.perimeter
    }
    for key in sorted(closing.keys() | left.keys()):
        if key[0] in inside:
            continue
        if key not in closing:
            yield Unknown(left[key][0].spot, _NOBODYS)
            continue
        parts = [
            row.number(name) for row in left.get(key, ()) for name in ("principal", "cashless")
        ]
        yield tie(closing[key], closing[key].number("closing_principal"), total(parts), within=FEN)


def _days(out: Out) -> Iterator[Outcome]:
    after = None if out.horizon is None else first_month(quarter_number(out.horizon.last) + 1)
    for row in _rows(out):
        if row.text("date"):
            late = None if after is None else month_number(row.text("date")) >= after
            yield holds(row, met=late, date=row.text("date"))


def _terms(out: Out) -> Iterator[Outcome]:
    for row in _rows(out):
        resets = row.text("refixed_on")
        yield holds(row, met=not (row.flag("fixed") and resets), refixed_on=resets)
        yield from not_negative(row, ("interest", "rate"))


def _owners(out: Out) -> Iterator[Outcome]:
    known = owners(out)
    for row in _rows(out):
        owner = known.get(row.text("debt_id"))
        if owner is None:
            yield Unknown(row.spot, _NOBODYS)
            continue
        stated = (row.text("entity_id"), row.text("primary_class"))
        recorded = (owner.entity_id, owner.primary_class)
        yield holds(row, met=stated == recorded, recomputed=" ".join(recorded))


def _one_contract(out: Out) -> Iterator[Outcome]:
    """A debt's rows describe one contract: lender, rate, whether and when it is fixed again."""
    for rows in grouped(_rows(out), "debt_id").values():
        first = rows[0]
        for row in rows[1:]:
            same = all(
                row.cells[name] == first.cells[name]
                for name in ("creditor_id", "rate", "fixed", "refixed_on")
            )
            yield holds(row, met=same, rate=row.number("rate"))


RULES = (
    Rule(
        "left.principal",
        ("resolution", "debt_actions"),
        Text(
            "principal left to pay, with what falls away without payment, is the debt's closing "
            "principal",
            "计划期后应付本金(含无需支付而核减的部分)等于该债务期末本金",
        ),
        _principal,
    ),
    Rule(
        "left.days",
        (PLAN,),
        Text(
            "what is left to pay falls due after the last quarter", "计划期后应付款的日期晚于末季"
        ),
        _days,
    ),
    Rule(
        "left.terms",
        (),
        Text(
            "interest and rate left to pay are not negative, and a fixed rate is not fixed again",
            "计划期后的利息和利率不为负,固定利率不再重定价",
        ),
        _terms,
    ),
    Rule(
        "left.owners",
        ("debt_actions", "debts"),
        Text(
            "debtor and class of what is left to pay are those of the debt",
            "计划期后应付款的债务人和类别与该债务一致",
        ),
        _owners,
    ),
    Rule(
        "left.contract",
        (),
        Text(
            "all days of a debt show the same lender, rate and refixing",
            "同一债务各行的债权人、利率和重定价日一致",
        ),
        _one_contract,
    ),
)
