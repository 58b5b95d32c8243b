"""Which debts are there, and how does the principal of each move? One view for several rules.

Principal is booked on the contract that carries it: `principal_reduced` lowers the row's debt_id,
`principal_new` raises the row's debt_id, which is also its new_debt_id: a new contract or, in a row
`scheduled`, an old one to whose principal interest or an index is added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ironpot.verify.files import Out, Row
from ironpot.verify.finding import NOTHING

# Actions that lower principal without money changing hands.
CASHLESS = ("haircut", "transfer")
# Actions that lower no principal at all.
REDUCE_NOTHING = ("extend", "rate_cut", "default")
REPLACE = ("refinance", "swap")
# The action of rows that add interest or an index to an old contract: no cash comes in.
ADDS = "scheduled"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owes a debt, and in which class."""

    entity_id: str
    primary_class: str


def opening_debts(out: Out) -> dict[str, Row]:
    """Contracts of the case, by debt_id."""
    return {row.text("debt_id"): row for row in out.rows("debts")}


def opened_debts(out: Out) -> dict[str, Row]:
    """First row that books each new contract of the plan, by debt_id."""
    opening = opening_debts(out)
    booked: dict[str, Row] = {}
    for row in out.rows("debt_actions"):
        if is_positive(row.number("principal_new")) and booked_on(row) not in opening:
            booked.setdefault(booked_on(row), row)
    return booked


def booked_on(row: Row) -> str:
    """Return the contract that a row's new principal is booked on."""
    return row.text("new_debt_id") or row.text("debt_id")


def owners(out: Out) -> dict[str, Owner]:
    """Debtor and class of every contract, old or new."""
    rows = {**opened_debts(out), **opening_debts(out)}
    return {
        debt: Owner(row.text("entity_id"), row.text("primary_class")) for debt, row in rows.items()
    }


def is_positive(amount: Decimal | None) -> bool:
    """Say whether an amount is known and above zero."""
    return amount is not None and amount > 0


def reduced(rows: Iterable[Row]) -> dict[tuple[str, str], Decimal | None]:
    """Principal reduced by debt and quarter; None where an amount is unknown."""
    return _sums((row.text("debt_id"), row, "principal_reduced") for row in rows)


def borrowed(rows: Iterable[Row]) -> dict[tuple[str, str], Decimal | None]:
    """New principal by the debt it is booked on and quarter; None where an amount is unknown."""
    return _sums((booked_on(row), row, "principal_new") for row in rows)


def _sums(parts: Iterable[tuple[str, Row, str]]) -> dict[tuple[str, str], Decimal | None]:
    sums: dict[tuple[str, str], Decimal | None] = {}
    for debt, row, column in parts:
        key, amount = (debt, row.text("quarter")), row.number(column)
        so_far = sums.get(key, NOTHING)
        sums[key] = None if so_far is None or amount is None else so_far + amount
    return sums


def by_debt(sums: dict[tuple[str, str], Decimal | None]) -> dict[str, Decimal | None]:
    """Add up sums by debt and quarter over all quarters."""
    totals: dict[str, Decimal | None] = {}
    for (debt, _), amount in sums.items():
        so_far = totals.get(debt, NOTHING)
        totals[debt] = None if so_far is None or amount is None else so_far + amount
    return totals
