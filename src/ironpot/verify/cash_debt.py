"""Is the cash that leaves for debts what the debts lose, and what is borrowed what they gain?

The identities, per quarter, on expected rows. A refinancing or swap flows gross: the new contract's
principal comes in through borrowing, the old one's goes out through principal. What cannot be paid
stays as arrears: a forced loan that comes in through borrowing and is cleared through principal;
its stock stands in the limits table (kind arrears; an account without a row has none).

    paid     = -cash.principal = principal_reduced, except haircut and transfer, + arrears cleared
    received = cash.borrowing + relief of kind advance = principal_new, not added, + arrears added

with 0 <= cleared <= arrears before, and added - cleared = change of the stock. Without arrears
both are exact one by one. An advance is repayable, so it is a debt: it comes in through the relief
column and is booked as a contract. New principal in rows `scheduled` is interest or an index that
is added to a contract, and brings no cash. Debts whose creditor is inside the perimeter are paid
through the intra-group columns and left out.

They hold for the consolidated rows; entity by entity where every debtor has cash rows of its own,
else a debtor's payments stand in the rows of the entity that it banks with.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.contracts import ADDS, CASHLESS
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import NOTHING, Outcome, Rule, Unknown, at_most, tie
from ironpot.verify.periods import quarter_name, quarter_number


@dataclass(frozen=True, slots=True)
class Moves:
    """What an entity pays and receives for debts in one quarter, yuan >= 0.

    `exact` says that all debts paid from its cash are its own: all entities together, or one of
    them where every debtor has cash rows.
    """

    spot: Spot
    exact: bool
    paid: Decimal
    reduced: Decimal
    received: Decimal
    new: Decimal
    arrears_before: Decimal
    arrears_after: Decimal


def _principal(out: Out) -> Iterator[Outcome]:
    for moves in _moves(out):
        if isinstance(moves, Unknown):
            yield moves
        elif moves.exact and moves.arrears_before == 0:
            yield tie(moves.spot, moves.paid, moves.reduced)
        else:
            yield at_most(
                moves.spot, moves.reduced, moves.paid, debts=moves.reduced, cash=moves.paid
            )
            if moves.exact:
                most = moves.reduced + moves.arrears_before
                yield at_most(moves.spot, moves.paid, most, cash=moves.paid, debts_and_arrears=most)
            else:
                yield Unknown(moves.spot, BANKS_ELSEWHERE)


def _borrowing(out: Out) -> Iterator[Outcome]:
    for moves in _moves(out):
        if isinstance(moves, Unknown):
            yield moves
        elif moves.exact:
            cleared = min(max(moves.paid - moves.reduced, NOTHING), moves.arrears_before)
            added = moves.arrears_after - moves.arrears_before + cleared
            yield tie(moves.spot, moves.received, moves.new + added)
        else:
            yield at_most(
                moves.spot, moves.new, moves.received, debts=moves.new, cash=moves.received
            )
            yield Unknown(moves.spot, BANKS_ELSEWHERE)


BANKS_ELSEWHERE = Text(
    "some debtors bank with another entity: checked for all entities together, for each only as a "
    "bound",
    "部分债务人由其他主体开户:合计已核对,单个主体只核对上限",
)


def _moves(out: Out) -> Iterator[Moves | Unknown]:
    """Every entity's and the consolidated expected moves, quarter by quarter."""
    tables = (
        grouped(_outside_contracts(out), "quarter"),
        grouped(_expected(out, "relief", "advance"), "quarter"),
        grouped(_expected(out, "limits", "arrears"), "period"),
    )
    debtors = {row.text("entity_id") for row in _outside_contracts(out)}
    all_hold = debtors <= {entity for entity, _, _ in out.cash_by_quarter}
    for (entity, scenario, quarter), cash in out.cash_by_quarter.items():
        if scenario == EXPECTED and quarter:
            spot = Spot("cash", None, f"{entity} {quarter}")
            figures = _figures(entity, quarter, cash, *tables)
            known = [figure for figure in figures if figure is not None]
            exact = all_hold or entity == CONSOLIDATED
            yield Moves(spot, exact, *known) if len(known) == len(figures) else Unknown(spot)


ByPeriod = dict[tuple[str, ...], list[Row]]


def _figures(
    entity: str,
    quarter: str,
    cash: list[Row],
    actions: ByPeriod,
    advances: ByPeriod,
    arrears: ByPeriod,
) -> tuple[Decimal | None, ...]:
    """Amounts of `Moves` in its order; None where a cell is unknown."""
    before = quarter_name(quarter_number(quarter) - 1)
    booked = _of(entity, actions.get((quarter,), []), "entity_id")
    in_cash = [row for row in booked if row.text("action") not in CASHLESS]
    lent = [row for row in booked if row.text("action") != ADDS]
    advanced = _of(entity, advances.get((quarter,), []), "entity_id")
    paid = _sum(cash, "principal")
    return (
        None if paid is None else -paid,
        _sum(in_cash, "principal_reduced"),
        total((_sum(cash, "borrowing"), _sum(advanced, "amount"))),
        _sum(lent, "principal_new"),
        _sum(_of(entity, arrears.get((before,), []), "scope_id"), "value"),
        _sum(_of(entity, arrears.get((quarter,), []), "scope_id"), "value"),
    )


def _outside_contracts(out: Out) -> Iterator[Row]:
    rows = out.rows("debt_actions")
    return (row for row in rows if row.text("creditor_id") not in out.perimeter)


def _expected(out: Out, table: str, kind: str) -> Iterator[Row]:
    rows = (row for row in out.rows(table) if row.text("kind") == kind)
    return (row for row in rows if row.text("scenario") == EXPECTED)


def _of(entity: str, rows: Iterable[Row], column: str) -> list[Row]:
    """Rows of an entity or of one of its accounts (`entity/account`); all for the consolidated."""
    owners = ((row, row.text(column).partition("/")[0]) for row in rows)
    every = entity == CONSOLIDATED
    return [row for row, owner in owners if owner == entity or (every and owner != CONSOLIDATED)]


def _sum(rows: Iterable[Row], column: str) -> Decimal | None:
    return total(row.number(column) for row in rows)


def _interest(out: Out) -> Iterator[Outcome]:
    """Interest on arrears and bridge loans is in the cash column too, so it is a bound."""
    actions = grouped(_outside_contracts(out), "quarter")
    for (entity, scenario, quarter), rows in out.cash_by_quarter.items():
        if (entity, scenario) == (CONSOLIDATED, EXPECTED):
            due, paid = _sum(actions.get((quarter,), []), "interest_paid"), _sum(rows, "interest")
            spent = None if paid is None else -paid
            spot = Spot("cash", None, f"{entity} {quarter}")
            yield at_most(spot, due, spent, interest_paid=due, cash=spent)


RULES = (
    Rule(
        "cash_debt.principal",
        ("cash", "debt_actions", "limits", "relief", PLAN),
        Text(
            "expected principal paid in cash is the principal that debt actions reduce, haircuts "
            "and transfers apart, and arrears cleared",
            "预期现金还本等于各项债务措施减少的本金(减免和划转除外)加清偿的欠款",
        ),
        _principal,
    ),
    Rule(
        "cash_debt.borrowing",
        ("cash", "debt_actions", "limits", "relief", PLAN),
        Text(
            "expected borrowing and advances are the new principal booked on contracts and "
            "arrears added",
            "预期借入资金与上级借款之和等于登记在合同上的新增本金加新增欠款",
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
