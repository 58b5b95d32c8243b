"""Is the cash that leaves for debts what the debts lose, and what is borrowed what they gain?

The identity, per quarter, on expected rows. A refinancing or swap flows gross: the new contract's
principal comes in through borrowing, the old one's goes out through principal.

    -cash.principal = sum of principal_reduced, except haircut and transfer
    cash.borrowing + relief of kind advance = sum of principal_new

An advance is repayable, so it is a debt: it comes in through the relief column and is booked as a
contract. Debts whose creditor is inside the perimeter are paid through the intra-group columns and
left out. It holds for the consolidated rows; entity by entity it holds where every debtor has cash
rows of its own, else a debtor's payments stand in the rows of the entity that it banks with.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.contracts import CASHLESS, is_positive
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import Outcome, Rule, Unknown, at_most, tie

Booked = dict[tuple[str, ...], list[Row]]


def _principal(out: Out) -> Iterator[Outcome]:
    booked = grouped(_paid_in_cash(out), "entity_id", "quarter")
    for entity, quarter, paid in _flows(out, "principal"):
        reduced = _booked(booked, entity, quarter, "principal_reduced")
        yield from _compare(out, booked, Spot("cash", None, f"{entity} {quarter}"), paid, reduced)


def _borrowing(out: Out) -> Iterator[Outcome]:
    lent = (row for row in _outside_contracts(out) if is_positive(row.number("principal_new")))
    booked = grouped(lent, "entity_id", "quarter")
    advances = [row for row in out.rows("relief") if row.text("kind") == "advance"]
    for entity, quarter, borrowed in _flows(out, "borrowing"):
        helped = total(
            row.number("amount")
            for row in advances
            if row.text("scenario") == EXPECTED
            and row.text("quarter") == quarter
            and entity in (CONSOLIDATED, row.text("entity_id"))
        )
        received = total((borrowed, helped))
        new = _booked(booked, entity, quarter, "principal_new")
        yield from _compare(out, booked, Spot("cash", None, f"{entity} {quarter}"), received, new)


def _interest(out: Out) -> Iterator[Outcome]:
    """Interest on arrears and bridge loans is in the cash column too, so it is a bound."""
    booked = grouped(_outside_contracts(out), "entity_id", "quarter")
    for entity, quarter, paid in _flows(out, "interest"):
        if entity == CONSOLIDATED:
            due = _booked(booked, entity, quarter, "interest_paid")
            spot = Spot("cash", None, f"{entity} {quarter}")
            yield at_most(spot, due, paid, interest_paid=due, cash=paid)


def _outside_contracts(out: Out) -> Iterator[Row]:
    rows = out.rows("debt_actions")
    return (row for row in rows if row.text("creditor_id") not in out.perimeter)


def _paid_in_cash(out: Out) -> Iterator[Row]:
    return (row for row in _outside_contracts(out) if row.text("action") not in CASHLESS)


def _flows(out: Out, column: str) -> Iterator[tuple[str, str, Decimal | None]]:
    """Expected amount of a cash column over all accounts, by entity and quarter, as >= 0."""
    for (entity, scenario, quarter), rows in out.cash_by_quarter.items():
        if scenario == EXPECTED:
            amount = total(row.number(column) for row in rows)
            yield entity, quarter, None if amount is None else abs(amount)


def _booked(booked: Booked, entity: str, quarter: str, column: str) -> Decimal | None:
    """Sum of `column` over the entity's own actions, over all for the consolidated row."""
    if entity != CONSOLIDATED:
        return _sum(booked.get((entity, quarter), []), column)
    return total(_sum(rows, column) for (_, when), rows in booked.items() if when == quarter)


def _sum(rows: Iterable[Row], column: str) -> Decimal | None:
    return total(row.number(column) for row in rows)


def _compare(
    out: Out, booked: Booked, spot: Spot, flow: Decimal | None, moved: Decimal | None
) -> Iterator[Outcome]:
    holders = {entity for entity, _, _ in out.cash_by_quarter}
    debtors = {entity for entity, _ in booked}
    if spot.key.startswith(CONSOLIDATED) or debtors <= holders:
        yield tie(spot, flow, moved)
        return
    yield at_most(spot, moved, flow, debts=moved, cash=flow)
    yield Unknown(
        spot,
        Text(
            "some debtors bank with another entity: checked for all entities together, for each "
            "only as a bound",
            "部分债务人由其他主体开户:合计已核对,单个主体只核对上限",
        ),
    )


RULES = (
    Rule(
        "cash_debt.principal",
        ("cash", "debt_actions", PLAN),
        Text(
            "expected principal paid in cash is the principal that debt actions reduce, haircuts "
            "and transfers apart",
            "预期现金还本等于各项债务措施减少的本金(减免和划转除外)",
        ),
        _principal,
    ),
    Rule(
        "cash_debt.borrowing",
        ("cash", "debt_actions", "relief", PLAN),
        Text(
            "expected borrowing and advances are the new principal booked on contracts",
            "预期借入资金与上级垫借之和等于登记在合同上的新增本金",
        ),
        _borrowing,
    ),
    Rule(
        "cash_debt.interest",
        ("cash", "debt_actions", PLAN),
        Text(
            "interest paid by debt actions is at most the interest in the consolidated cash table",
            "各项债务措施支付的利息不超过合并现金表的利息支出",
        ),
        _interest,
    ),
)
