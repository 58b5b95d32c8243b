"""Table resolution: whose money paid which principal, kind by kind, debt by debt."""

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from ironpot.core.outputs import RESOLUTION
from ironpot.plan.attribute import Paid
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import loan_names, quarter_text
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame

EXPECTED = -1


def resolution_table(inputs: Inputs, settled: Settlement, paid: list[Paid]) -> pl.DataFrame:
    """Return a row for each debt, kind, quarter, payer and decision; one empty if untouched."""
    sums: dict[tuple[str, int, str, str, str], int] = defaultdict(int)
    for part in [*paid, *_put_off(inputs, settled), *_paid_inside(inputs)]:
        key = (part.debt, part.quarter, part.kind, part.payer_id, part.decision_id)
        sums[key] += part.amount
    by_debt: dict[str, list[dict[str, object]]] = defaultdict(list)
    for (debt, quarter, kind, payer, decision), amount in sums.items():
        by_debt[debt].append(
            {
                "kind": kind,
                "quarter": quarter_text(inputs, quarter),
                "amount": amount,
                "payer_id": payer or None,
                "decision_id": decision or None,
            }
        )
    untouched: list[dict[str, object]] = [{"amount": 0}]
    rows = [
        head | part
        for head in _heads(inputs, settled)
        for part in by_debt.get(str(head["debt_id"]), untouched)
    ]
    return out_frame(RESOLUTION, rows)


def _heads(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Every debt and loan with its opening and closing principal."""
    debts, loans = inputs.debts, settled.loans
    for number, row in enumerate(debts.debts.iter_rows(named=True)):
        yield {
            "debt_id": row["debt_id"],
            "entity_id": row["debtor_id"],
            "primary_class": row["primary_class"],
            "opening_principal": int(settled.debts.opening[number]),
            "closing_principal": int(settled.debts.closing[number, EXPECTED, -1]),
        }
    for number, name in enumerate(loan_names(inputs, loans)):
        drawn = int(loans.drawn[number, EXPECTED])
        yield {
            "debt_id": name,
            "entity_id": inputs.nodes.keys[int(loans.node[number])][0],
            "primary_class": loans.primary_class[number],
            "opening_principal": 0,
            "closing_principal": drawn - int(loans.repaid[number, EXPECTED].sum()),
        }
    for loan in inputs.inside_debts:
        yield {
            "debt_id": loan.debt_id,
            "entity_id": loan.debtor_id,
            "primary_class": loan.primary_class,
            "opening_principal": loan.opening,
            "closing_principal": loan.closing,
        }


def _put_off(inputs: Inputs, settled: Settlement) -> Iterator[Paid]:
    """Principal that an extension moves beyond the horizon; it reduces nothing."""
    debts = inputs.debts
    for number, name in enumerate(debts.debt_ids):
        option = int(settled.debts.option[number])
        if debts.actions[option] != "extend":
            continue
        contract = debts.principal[int(debts.contract[number])].sum(axis=1)
        later = (contract - debts.principal[option].sum(axis=1)) @ inputs.weights
        grown = int(settled.debts.opening[number] + settled.debts.added[number, EXPECTED].sum())
        amount = min(round(float(later) * 100), grown)
        if amount > 0:
            creditor = debts.debts["creditor_id"][number]
            yield Paid(name, 0, "rescheduled", amount, creditor, "extend")


def _paid_inside(inputs: Inputs) -> Iterator[Paid]:
    """Principal of debts owed inside the perimeter: one body's money to another."""
    for loan in inputs.inside_debts:
        for quarter in range(inputs.quarters):
            amount = int(loan.principal[EXPECTED, quarter])
            if amount > 0:
                yield Paid(loan.debt_id, quarter, "circular", amount, loan.debtor_id, "scheduled")
