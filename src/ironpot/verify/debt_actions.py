"""Is every action on a debt booked on a known contract, allowed, and no more than is owed?

What is refinanced or swapped flows gross: the old contract falls, a new one with its own id,
creditor and class stands in its place, both in the same quarter.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from ironpot.core.lang import Text
from ironpot.verify.contracts import (
    ADDS,
    REDUCE_NOTHING,
    REPLACE,
    booked_on,
    borrowed,
    is_positive,
    opened_debts,
    opening_debts,
    owners,
    reduced,
)
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    at_most,
    holds,
    not_negative,
)
from ironpot.verify.words import STATUTORY

STATUTORY_ACTIONS = ("scheduled", "prepay", "refinance", "call", "default")


def _amounts(out: Out) -> Iterator[Outcome]:
    for row in out.rows("debt_actions"):
        columns = ("principal_reduced", "principal_new", "interest_paid", "fee_paid")
        yield from not_negative(row, (*columns, "success_probability"))
        chance = row.number("success_probability")
        if chance is not None:
            yield holds(row, met=chance <= 1, success_probability=chance)


def _known_debt(out: Out) -> Iterator[Outcome]:
    known = owners(out)
    for row in out.rows("debt_actions"):
        for column in ("debt_id", "new_debt_id"):
            debt = row.text(column)
            yield holds(row, met=not debt or debt in known, **{column: debt})


def _describes(out: Out) -> Iterator[Outcome]:
    known = owners(out)
    for row in out.rows("debt_actions"):
        owner = known.get(row.text("debt_id"))
        if owner is None:
            yield Unknown(row.spot, Text("no such debt", "没有这笔债务"))
            continue
        yield holds(row, met=row.text("entity_id") == owner.entity_id, entity_id=owner.entity_id)
        met = row.text("primary_class") == owner.primary_class
        yield holds(row, met=met, primary_class=owner.primary_class)


def _horizon(out: Out) -> Iterator[Outcome]:
    if out.horizon is None:
        yield Unknown(Spot("debt_actions"))
        return
    for row in out.rows("debt_actions"):
        quarter = row.text("quarter")
        met = out.horizon.first <= quarter <= out.horizon.last
        yield holds(row, met=met if quarter else None, quarter=quarter)


def _reduce_nothing(out: Out) -> Iterator[Outcome]:
    for row in out.rows("debt_actions"):
        if row.text("action") in REDUCE_NOTHING:
            moved = total((row.number("principal_reduced"), row.number("principal_new")))
            yield holds(row, met=None if moved is None else moved == 0, action=row.text("action"))


def _statutory(out: Out) -> Iterator[Outcome]:
    """A swap may open statutory debt, never close it."""
    for row in out.rows("debt_actions"):
        if row.text("primary_class") in STATUTORY:
            opens = row.text("action") == "swap" and not is_positive(
                row.number("principal_reduced")
            )
            yield holds(row, met=opens or row.text("action") in STATUTORY_ACTIONS)


def _own_id(out: Out) -> Iterator[Outcome]:
    """New principal is lent, on a new contract, or added to an old one without any payment."""
    opening = opening_debts(out)
    for row in out.rows("debt_actions"):
        if is_positive(row.number("principal_new")):
            debt, adds = row.text("debt_id"), row.text("action") == ADDS
            old = opening.get(debt)
            fresh = old is None or old.number("opening_principal") == 0
            moved = ("principal_reduced", "interest_paid", "fee_paid")
            alone = not any(is_positive(row.number(name)) for name in moved[: 3 if adds else 1])
            named = old is not None if adds else fresh
            met = named and alone and row.text("new_debt_id") == debt
            yield holds(row, met=met, debt_id=debt, new_debt_id=row.text("new_debt_id"))


def _replaced(out: Out) -> Iterator[Outcome]:
    """Principal given up for a new contract is at most that contract's principal, by quarter."""
    replacing = [
        row
        for row in out.rows("debt_actions")
        if row.text("action") in REPLACE and is_positive(row.number("principal_reduced"))
    ]
    new = borrowed(out.rows("debt_actions"))
    for (debt, quarter), rows in grouped(replacing, "new_debt_id", "quarter").items():
        if not debt:
            yield from (Broken(row.spot, {"new_debt_id": None}) for row in rows)
            continue
        old = total(row.number("principal_reduced") for row in rows)
        spot = Spot("debt_actions", rows[0].line, f"{debt} {quarter}")
        drawn = new.get((debt, quarter), NOTHING)
        yield at_most(spot, old, drawn, principal_reduced=old, principal_new=drawn)


def _outstanding(out: Out) -> Iterator[Outcome]:
    """Walk through the quarters of each debt: never more is reduced than is owed."""
    opening, rows = opening_debts(out), out.rows("debt_actions")
    falls, rises = reduced(rows), borrowed(rows)
    for debt, keys in groupby(sorted({*falls, *rises}), key=lambda key: key[0]):
        owed: Decimal | None = NOTHING
        if debt in opening:
            owed = opening[debt].number("opening_principal")
        for key in keys:
            fall = falls.get(key, NOTHING)
            owed = None if fall is None else total((owed, rises.get(key, NOTHING), -fall))
            met = None if owed is None else owed >= 0
            yield holds(Spot("debt_actions", None, " ".join(key)), met=met, outstanding=owed)


def _opened_once(out: Out) -> Iterator[Outcome]:
    """A new contract has one debtor and one class in all rows that book it."""
    opened = opened_debts(out)
    for row in out.rows("debt_actions"):
        first = opened.get(booked_on(row))
        if first is not None and is_positive(row.number("principal_new")):
            yield holds(row, met=_terms(row) == _terms(first), first=" ".join(_terms(first)))


def _terms(row: Row) -> tuple[str, ...]:
    return tuple(row.text(name) for name in ("entity_id", "creditor_id", "primary_class"))


RULES = (
    Rule(
        "debt_actions.amounts",
        ("debt_actions",),
        Text(
            "principal, interest and fees are not negative, a probability lies between 0 and 1",
            "本金、利息、费用不为负,概率在0与1之间",
        ),
        _amounts,
    ),
    Rule(
        "debt_actions.known_debt",
        ("debt_actions", "debts"),
        Text(
            "a debt is one of the case or opened by the plan",
            "所涉债务为案例已有或计划新增",
        ),
        _known_debt,
    ),
    Rule(
        "debt_actions.describes",
        ("debt_actions", "debts"),
        Text("debtor and class are those of the contract", "债务人和类别与合同一致"),
        _describes,
    ),
    Rule(
        "debt_actions.horizon",
        ("debt_actions", PLAN),
        Text("every action lies within the horizon", "各项措施均在规划期内"),
        _horizon,
    ),
    Rule(
        "debt_actions.reduce_nothing",
        ("debt_actions",),
        Text(
            "an extension, a rate cut or a default neither reduces nor adds principal",
            "展期、降息、违约均不减少也不增加本金",
        ),
        _reduce_nothing,
    ),
    Rule(
        "debt_actions.statutory",
        ("debt_actions",),
        Text(
            "statutory debt is paid, prepaid or refinanced by quota, never extended, cut, "
            "transferred or swapped away",
            "法定债务只能按期偿还、提前偿还或在额度内再融资,不得展期、降息、减免、划转或被置换",
        ),
        _statutory,
    ),
    Rule(
        "debt_actions.own_id",
        ("debt_actions", "debts"),
        Text(
            "new principal is booked on a row of its own with new_debt_id = debt_id: on a contract "
            "that is not in the case, or scheduled on a debt of the case where nothing is paid "
            "(interest or an index is added)",
            "新增本金单独成行,new_debt_id与debt_id相同:或登记在案例中没有的新合同上,或以按期"
            "(scheduled)登记在案例已有债务上且不支付任何款项(利息或指数转入本金)",
        ),
        _own_id,
    ),
    Rule(
        "debt_actions.opened_once",
        ("debt_actions", "debts"),
        Text(
            "a new contract keeps debtor, creditor and class",
            "新合同的债务人、债权人和类别前后一致",
        ),
        _opened_once,
    ),
    Rule(
        "debt_actions.replaced",
        ("debt_actions",),
        Text(
            "what is refinanced or swapped names its new contract and is covered by that "
            "contract's new principal in the quarter",
            "再融资或置换须注明新合同,且当季新合同本金不小于被替换的本金",
        ),
        _replaced,
    ),
    Rule(
        "debt_actions.outstanding",
        ("debt_actions", "debts"),
        Text("no more principal is reduced than is owed", "减少的本金不超过当时余额"),
        _outstanding,
    ),
)
