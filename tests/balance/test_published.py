"""Published budgets either balance, or say what is missing; they are never made to balance."""

import polars as pl
import pytest
from tests.support import government, tiny_case

from ironpot.balance.published import published_balance

# Bishan District, general public budget, 100 million yuan, re-typed from the district's published
# budget reports (bishan.gov.cn): 2023 and 2025 in full, of 2024 the main lines.
SOURCES = (
    "own_revenue",
    "transfers_from_above",
    "stabilisation_fund_used",
    "transferred_in",
    "debt_onlending",
    "carry_over_in",
)
USES = (
    "own_expenditure",
    "remitted_up",
    "debt_principal_repaid",
    "to_stabilisation_fund",
    "carry_over_out",
)
YEARS = {
    2023: ((53.19, 29.71, 1.97, 3.29, 5.11, 8.79), (75.8, 3.37, 3.2, 13.3, 6.39), 102.06),
    2025: ((51.32, 25.3, 5.14, 3.06, 22.83, 12.75), (74.18, 2.96, 22.65, 3.95, 16.66), 120.40),
}
HUNDRED_MILLION = 1e8


def item(year, name, side, amount):
    return {
        "entity_id": "gov",
        "account": "general",
        "year": year,
        "item": name,
        "side": side,
        "amount": None if amount is None else amount * HUNDRED_MILLION,
        "status": "outturn",
    }


def published():
    """Return the three years as rows of fiscal_history."""
    rows = []
    for year, (sources, uses, total) in YEARS.items():
        rows += [
            item(year, name, "source", value) for name, value in zip(SOURCES, sources, strict=True)
        ]
        rows += [item(year, name, "use", value) for name, value in zip(USES, uses, strict=True)]
        rows.append(item(year, "total", "total", total))
    rows += [
        item(2024, "own_revenue", "source", 50.06),
        item(2024, "tax", "of_which", 31.21),
        item(2024, "non_tax", "of_which", 18.85),
        item(2024, "own_expenditure", "use", 79.6),
        item(2024, "total", "total", 107.64),
        item(2024, "gdp", "memo", 1039.9),
    ]
    return rows


def balance_of(rows):
    return published_balance(tiny_case(entities=[government()], fiscal_history=rows).fiscal_history)


@pytest.mark.parametrize("year", [2023, 2025])
def test_bishan_budgets_of_2023_and_2025_add_up_to_nought_on_both_sides(year):
    row = balance_of(published()).row(by_predicate=pl.col("year") == year, named=True)
    assert (row["source_difference"], row["use_difference"]) == (0, 0)
    assert row["sources"] == row["uses"] == row["total"]
    assert row["verdict"] == "balances"


def test_bishan_budget_of_2024_says_which_items_are_missing_and_claims_no_difference():
    row = balance_of(published()).row(by_predicate=pl.col("year") == 2024, named=True)
    assert row["verdict"] == "incomplete"
    assert row["missing_sources"].split(";") == sorted(SOURCES[1:])
    assert row["missing_uses"].split(";") == sorted(USES[1:])
    assert row["source_difference"] is None
    assert row["use_difference"] is None


def test_an_empty_amount_is_missing_and_not_nought():
    rows = [
        item(2023, "a", "source", 5.0),
        item(2023, "b", "source", None),
        item(2023, "c", "use", 5.0),
        item(2023, "all", "total", 5.0),
    ]
    row = balance_of(rows).row(0, named=True)
    assert row["verdict"] == "incomplete"
    assert row["missing_sources"] == "b"


def test_one_fen_of_difference_is_found():
    rows = [
        item(2023, "a", "source", 5.0),
        item(2023, "c", "use", 5.0 - 1e-10),
        item(2023, "all", "total", 5.0),
    ]
    row = balance_of(rows).row(0, named=True)
    assert row["use_difference"] == 1
    assert row["verdict"] == "differs"


def test_a_year_without_a_printed_total_cannot_be_compared():
    assert balance_of([item(2023, "a", "source", 5.0)])["verdict"].to_list() == ["no_total"]


def test_accounts_and_years_are_added_up_apart():
    fund = [row | {"account": "fund", "year": 2024} for row in published() if row["year"] == 2023]
    verdicts = balance_of(published() + fund)
    assert verdicts.select("account", "year", "verdict").rows() == [
        ("fund", 2024, "balances"),
        ("general", 2023, "balances"),
        ("general", 2024, "incomplete"),
        ("general", 2025, "balances"),
    ]
