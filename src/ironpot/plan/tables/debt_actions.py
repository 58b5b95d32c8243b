"""Table debt_actions: what is done to each debt and loan, quarter by quarter, on expected amounts.

A new contract stands in a row of its own, whose `debt_id` is also its `new_debt_id`; the row of the
contract that it replaces has the principal reduced and names it. Interest or an index that is added
to the principal of an old contract stands in a row `scheduled` of its own, which names the contract
itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.core.lang import Lang
from ironpot.core.money import to_fen
from ironpot.core.outputs import DEBT_ACTIONS
from ironpot.plan.attribute import lent_again
from ironpot.plan.debt_ledger import Fen
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import loan_names, quarter_text
from ironpot.plan.program import Ints
from ironpot.plan.reasons import action_reason, forced_actions
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame
from ironpot.plan.ways_of_debt import option_cost

EXPECTED = -1
HAIRCUT = "haircut"
NEGOTIATED = ("extend", "rate_cut", HAIRCUT)
CHANGES = (*NEGOTIATED, "prepay", "swap")
WORD_OF_LOAN = {
    "rolled": "refinance",
    "swapped": "swap",
    "secured": "refinance",
    "help": "refinance",
}


# Loans that nobody lent before: the word of the file is `refinance`, the reason is their own.
FIRST_LENT = ("secured", "help")


@dataclass(frozen=True, slots=True)
class _Who:
    """Whose contract it is."""

    debt_id: str
    entity_id: str
    creditor_id: str
    primary_class: str


def debt_actions_table(inputs: Inputs, settled: Settlement, lang: Lang) -> pl.DataFrame:
    """Return one row for each action; see the module's first lines for new contracts."""
    lent = [lent_again(inputs, settled, quarter) for quarter in range(inputs.quarters)]
    rows = [
        *_old_debts(inputs, settled, lent),
        *_new_loans(inputs, settled, lent),
        *_inside_debts(inputs),
    ]
    forced = forced_actions(inputs)
    named = [_named(inputs, row, forced, lang) for row in rows]
    return out_frame(DEBT_ACTIONS, named)


def _old_debts(
    inputs: Inputs, settled: Settlement, lent: list[dict[str, int]]
) -> Iterator[dict[str, object]]:
    debts, ledger = inputs.debts, settled.debts
    rolled = _rolled_names(inputs, settled)
    bonds = _bonds_of_swaps(inputs, settled)
    for number, row in enumerate(debts.debts.iter_rows(named=True)):
        who = _Who(row["debt_id"], row["debtor_id"], row["creditor_id"], row["primary_class"])
        yield from _agreed(inputs, settled, number, who)
        for quarter in range(inputs.quarters):
            again = lent[quarter].get(who.debt_id, 0)
            scheduled = int(ledger.scheduled[number, EXPECTED, quarter]) - again
            interest = int(ledger.interest[number, EXPECTED, quarter])
            prepaid = int(ledger.prepaid[number, EXPECTED, quarter])
            forgiven = _forgiven_before(inputs, settled, number, quarter)
            added = int(ledger.added[number, EXPECTED, quarter])
            if added:
                yield _grown(who, quarter, added)
            if scheduled or interest:
                yield _row(who, quarter, "scheduled", reduced=scheduled, interest=interest)
            if forgiven:
                yield _row(who, quarter, "haircut", reduced=forgiven)
            if again:
                name = rolled[(int(debts.group[number]), quarter)]
                yield _row(who, quarter, "refinance", reduced=again, new_id=name)
            if prepaid:
                fee = int(ledger.penalty[number, EXPECTED, quarter])
                yield _row(who, quarter, "prepay", reduced=prepaid, fee=fee)
            for name, part in bonds[quarter].get(number, []):
                yield _row(who, quarter, "swap", reduced=part, new_id=name)


def _grown(who: _Who, quarter: int, added: int) -> dict[str, object]:
    """Interest or an index that raises the contract's own principal; no cash moves."""
    row = _row(who, quarter, "scheduled", new_id=who.debt_id)
    return row | {"principal_new": added, "why": "added"}


def _forgiven_before(inputs: Inputs, settled: Settlement, number: int, quarter: int) -> int:
    """Return principal that falls away by earlier agreement, in fen.

    What falls away with the plan's own haircut stands in that option's row.
    """
    if quarter == 0 and inputs.debts.actions[int(settled.debts.option[number])] == HAIRCUT:
        return 0
    return int(settled.debts.forgiven[number, EXPECTED, quarter])


def _agreed(
    inputs: Inputs, settled: Settlement, number: int, who: _Who
) -> Iterator[dict[str, object]]:
    """The option agreed for a debt, if it is not its contract."""
    debts, option = inputs.debts, int(settled.debts.option[number])
    action = debts.actions[option]
    if action not in NEGOTIATED:
        return
    yield _row(
        who,
        0,
        action,
        reduced=int(settled.debts.forgiven[number, EXPECTED, 0]) if action == HAIRCUT else 0,
        fee=int(settled.debts.fee[number, EXPECTED, 0]),
    ) | {
        "npv_effect": int(to_fen(option_gain(inputs, number, option))),
        "success_probability": float(debts.succeeds[option] @ inputs.weights),
    }


def option_gain(inputs: Inputs, debt: int, option: int) -> float:
    """Return the expected present value that an option saves the debtor against the contract."""
    return option_cost(inputs, int(inputs.debts.contract[debt])) - option_cost(inputs, option)


def _new_loans(
    inputs: Inputs, settled: Settlement, lent: list[dict[str, int]]
) -> Iterator[dict[str, object]]:
    loans = settled.loans
    rolled = _rolled_names(inputs, settled)
    for number, name in enumerate(loan_names(inputs, loans)):
        entity = inputs.nodes.keys[int(loans.node[number])][0]
        who = _Who(name, entity, lender(inputs, settled, number), loans.primary_class[number])
        drawn = int(loans.drawn[number, EXPECTED])
        word = WORD_OF_LOAN[loans.kind[number]]
        yield _row(who, int(loans.quarter[number]), word, new_id=name) | {
            "principal_new": drawn,
            "why": loans.kind[number] if loans.kind[number] in FIRST_LENT else word,
        }
        for quarter in range(inputs.quarters):
            again = lent[quarter].get(name, 0)
            repaid = int(loans.repaid[number, EXPECTED, quarter]) - again
            interest = int(loans.interest[number, EXPECTED, quarter])
            if repaid or interest:
                yield _row(who, quarter, "scheduled", reduced=repaid, interest=interest)
            if again:
                new_id = rolled[(int(loans.owner[number]), quarter)]
                yield _row(who, quarter, "refinance", reduced=again, new_id=new_id)


def lender(inputs: Inputs, settled: Settlement, number: int) -> str:
    """Who lends: a giver by name, a class of creditors otherwise."""
    if settled.loans.kind[number] == "help":
        return inputs.givers[int(settled.loans.owner[number])].giver_id
    return settled.loans.creditor_class[number]


def _rolled_names(inputs: Inputs, settled: Settlement) -> dict[tuple[int, int], str]:
    """Name of the loan that each group's roll-over of a quarter opens."""
    loans = settled.loans
    names = loan_names(inputs, loans)
    return {
        (int(loans.owner[k]), int(loans.quarter[k])): name
        for k, name in enumerate(names)
        if loans.kind[k] == "rolled"
    }


def _bonds_of_swaps(inputs: Inputs, settled: Settlement) -> list[dict[int, list[tuple[str, int]]]]:
    """By quarter, the bonds that take over each debt's swapped principal, with their parts."""
    loans = settled.loans
    names = loan_names(inputs, loans)
    parts: list[dict[int, list[tuple[str, int]]]] = []
    for quarter in range(inputs.quarters):
        swapped = settled.debts.swapped[:, EXPECTED, quarter]
        room = [
            (names[k], int(loans.drawn[k, EXPECTED]))
            for k in range(len(names))
            if loans.kind[k] == "swapped" and loans.quarter[k] == quarter
        ]
        parts.append(_fill(np.flatnonzero(swapped), swapped, room))
    return parts


def _fill(
    debts: Ints, swapped: Fen, bonds: list[tuple[str, int]]
) -> dict[int, list[tuple[str, int]]]:
    """Fill bonds one after the other with the debts' swapped principal."""
    taken: dict[int, list[tuple[str, int]]] = {}
    for debt in debts.tolist():
        left = int(swapped[debt])
        while left > 0:
            name, size = bonds[0]
            part = min(left, size)
            taken.setdefault(debt, []).append((name, part))
            left -= part
            bonds = [(name, size - part), *bonds[1:]] if size > part else bonds[1:]
    return taken


def _inside_debts(inputs: Inputs) -> Iterator[dict[str, object]]:
    """Service of debts owed inside the perimeter, which moves money between its accounts."""
    for loan in inputs.inside_debts:
        who = _Who(loan.debt_id, loan.debtor_id, loan.creditor_id, loan.primary_class)
        for quarter in range(inputs.quarters):
            principal = int(loan.principal[EXPECTED, quarter])
            interest = int(loan.interest[EXPECTED, quarter])
            added = int(loan.added[EXPECTED, quarter])
            if added:
                yield _grown(who, quarter, added)
            if principal or interest:
                yield _row(who, quarter, "scheduled", reduced=principal, interest=interest)


def _row(
    who: _Who,
    quarter: int,
    action: str,
    *,
    reduced: int = 0,
    interest: int = 0,
    fee: int = 0,
    new_id: str | None = None,
) -> dict[str, object]:
    return {
        "debt_id": who.debt_id,
        "entity_id": who.entity_id,
        "creditor_id": who.creditor_id,
        "primary_class": who.primary_class,
        "quarter": quarter,
        "action": action,
        "why": action,
        "principal_reduced": reduced,
        "principal_new": 0,
        "new_debt_id": new_id,
        "interest_paid": interest,
        "fee_paid": fee,
        "npv_effect": 0,
        "success_probability": 1.0,
    }


def _named(
    inputs: Inputs, row: dict[str, object], forced: set[tuple[str, str | None]], lang: Lang
) -> dict[str, object]:
    """Name the action and give its reason."""
    when, debt, why = (
        quarter_text(inputs, int(str(row["quarter"]))),
        str(row["debt_id"]),
        row["why"],
    )
    wanted = why in CHANGES and bool(forced & {(debt, str(why)), (debt, None)})
    reason = action_reason(str(why), forced=wanted)
    told = {name: value for name, value in row.items() if name != "why"}
    return told | {
        "action_id": f"{row['debt_id']}:{when}:{row['action']}:{row['new_debt_id'] or ''}",
        "quarter": when,
        "reason_code": reason.code,
        "reason_text": reason.text.say(lang),
    }
