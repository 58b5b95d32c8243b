"""Which terms may a contract have, and where does a case state them? Writes the reference page.

`python -m ironpot.cashflow.reference_page > docs/reference/contracts.md` writes it anew; a test
compares them.
"""

import sys

from ironpot.case.schema.debt import DEBTS
from ironpot.cashflow.further_terms import FURTHER
from ironpot.cashflow.terms import CONTRACTS
from ironpot.core.columns import Column

_HEAD = """# Terms of a contract

Written from the code by `python -m ironpot.cashflow.reference_page`; a test keeps it true.

Names are those of the ACTUS dictionary 1.4 in small letters, its short name beside each; a dash
marks a term of our own. A case states common terms as columns of `debts` and rare ones one a row in
`debt_terms` (debt, term, value); `project_cash_flows` takes all of them as columns. Steps are lists
joined by `;`. What is agreed to happen on a day stands in `debt_changes` (see case.md).

| term | ACTUS | label | words | in a case |
|---|---|---|---|---|
"""


def contract_reference() -> str:
    """Return the reference page as Markdown."""
    return _HEAD + "".join(_row(column) for column in CONTRACTS.columns)


def _row(column: Column) -> str:
    words = ", ".join(f"`{word}`" for word in column.allowed)
    label = f"{column.label.en} {column.label.zh}"
    short = column.note.en if column.note else ""
    return f"| `{column.name}` | {short} | {label} | {words or column.kind} | {_place(column)} |\n"


def _place(column: Column) -> str:
    if column.name in DEBTS.names:
        return "`debts`"
    return "`debt_terms`" if column.name in FURTHER else ""


if __name__ == "__main__":
    sys.stdout.write(contract_reference())
