"""Names that a plan gives to what it adds: new loans, help, and where each stands."""

from ironpot.core.dates import quarter_name, quarter_number
from ironpot.core.outputs import EXPECTED
from ironpot.plan.debt_ledger import Loans
from ironpot.plan.inputs import Giver, Inputs


def quarter_text(inputs: Inputs, quarter: int) -> str:
    """Write a quarter of the horizon.

    Quarters after the last are written too: a loan may run beyond the plan.
    """
    return quarter_name(quarter_number(inputs.case.horizon.first) + quarter)


def giver_name(giver: Giver) -> str:
    """Name help by who gives it and how."""
    return f"{giver.giver_id}:{giver.kind}"


def loan_names(inputs: Inputs, loans: Loans) -> list[str]:
    """Name new loans: by group and quarter, by swap quarter, by lot."""
    lots = inputs.offers.frame["lot_id"]
    names: list[str] = []
    for kind, *where in zip(loans.kind, loans.node, loans.quarter, loans.owner, strict=True):
        node, quarter, owner = (int(number) for number in where)
        when = quarter_text(inputs, quarter)
        if kind == "rolled":
            _, creditor_class, primary_class = inputs.debts.groups[owner]
            entity, account = inputs.nodes.keys[node]
            names.append(f"new-{entity}-{account}-{creditor_class}-{primary_class}-{when}")
        elif kind == "swapped":
            names.append(f"new-{inputs.debts.swaps[owner].option_id}-{when}")
        elif kind == "help":
            giver = inputs.givers[owner]
            entity, account = inputs.nodes.keys[node]
            names.append(f"new-{giver.giver_id}-{giver.kind}-{entity}-{account}-{when}")
        else:
            names.append(f"new-{lots[int(inputs.releases.row[owner])]}-{when}")
    return names


def scenario_names(inputs: Inputs) -> tuple[str, ...]:
    """Return the scenarios as the tables name them, the expected one last."""
    return (*inputs.futures.names, EXPECTED)
