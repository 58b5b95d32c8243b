"""What may be wrong with a plan's files? One planted fault each, and the codes that must be found.

A fault that breaks several laws names them all; no other code may appear.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.verify.small.plan import SmallPlan

Spoil = Callable[[SmallPlan], SmallPlan]


@dataclass(frozen=True)
class Fault:
    """A sentence, the codes found (blank-separated), and how to spoil the correct plan."""

    name: str
    codes: str
    spoil: Spoil


def change(table: str, where: str, **cells: str) -> Spoil:
    """Write cells into the rows that `where` ("column=text column=text") chooses."""
    chosen = dict(word.split("=") for word in where.split())
    return lambda plan: plan.changed(table, chosen, **cells)


def add(table: str, amount: str, where: str, *columns: str) -> Spoil:
    """Add yuan to columns of the rows that `where` chooses."""
    chosen = dict(word.split("=") for word in where.split())

    def spoil(plan: SmallPlan) -> SmallPlan:
        for row in plan.tables[table]:
            if all(row[name] == text for name, text in chosen.items()):
                cells = {name: f"{Decimal(row[name]) + Decimal(amount):.2f}" for name in columns}
                plan = plan.changed(table, row, **cells)
        return plan

    return spoil


def drop(table: str, where: str) -> Spoil:
    """Leave out the rows that `where` chooses."""
    chosen = dict(word.split("=") for word in where.split())
    return lambda plan: plan.without(table, chosen)


def say(**entries: object) -> Spoil:
    """Write entries into plan.json."""
    return lambda plan: plan.saying(**entries)


def both(*spoils: Spoil) -> Spoil:
    """Spoil in several steps."""

    def spoil(plan: SmallPlan) -> SmallPlan:
        for step in spoils:
            plan = step(plan)
        return plan

    return spoil
