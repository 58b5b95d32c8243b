"""One cent more or less in an amount is found, but in columns that verification names as unproven.

The seal is not asked: a forger seals again.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verify.small.plan import small_plan

from ironpot.core.outputs import TABLES
from ironpot.verify.beyond import BEYOND
from ironpot.verify.files import Out
from ironpot.verify.rules import RULES
from ironpot.verify.verification import verify_out

CENT = Decimal("0.01")
# Of a long column this many cells are tried, evenly spread; of a short one all.
SAMPLED_CELLS = 5
SHORT = 14
MONEY = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if column.kind in ("money", "measure")
]
UNPROVEN = {tuple(name.split(".")) for item in BEYOND for name in item.columns}
OUT = small_plan().out()
UNSEALED = tuple(rule for rule in RULES if rule.code != "form.seal")


def filled_rows(table: str, column: str) -> list[int]:
    """Places of the rows whose cell holds an amount."""
    rows = OUT.sheets[table].rows
    return [place for place, row in enumerate(rows) if row.cells[column] is not None]


def is_found(table: str, column: str, place: int, change: Decimal) -> bool:
    """Say whether changing one amount is found by a rule other than the seal."""
    sheet = OUT.sheets[table]
    row = sheet.rows[place]
    spoiled = replace(row, cells={**row.cells, column: (row.number(column) or 0) + change})
    rows = (*sheet.rows[:place], spoiled, *sheet.rows[place + 1 :])
    sheets = {**OUT.sheets, table: replace(sheet, rows=rows)}
    return not verify_out(Out(sheets, OUT.summary), UNSEALED).ok


@pytest.mark.parametrize(("table", "column"), MONEY, ids=[".".join(name) for name in MONEY])
def test_a_cent_is_found_unless_the_column_is_named_as_unproven(table, column):
    places = filled_rows(table, column)
    sample = places[:: 1 if len(places) <= SHORT else len(places) // SAMPLED_CELLS]
    missed = [
        (place, change)
        for place in sample
        for change in (CENT, -CENT)
        if not is_found(table, column, place, change)
    ]
    assert bool(missed) == ((table, column) in UNPROVEN)


PROVEN = [name for name in MONEY if name not in UNPROVEN]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.data())
def test_a_change_anywhere_in_a_proven_column_is_found(data):
    table, column = data.draw(st.sampled_from(PROVEN))
    place = data.draw(st.sampled_from(filled_rows(table, column)))
    change = data.draw(st.decimals("-1000", "1000", places=2).filter(bool))
    assert is_found(table, column, place, change)


def test_columns_named_as_unproven_exist():
    assert set(MONEY) >= UNPROVEN
