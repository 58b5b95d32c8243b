"""Debt ratios under named formulas: the example's published ones, the unknown named."""

from pathlib import Path

import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.risk.debt_ratios import DEBTS, debt_ratios
from ironpot.risk.resources import DENOMINATORS

EXAMPLE = Path(__file__).parents[2] / "examples" / "bishan-scale"


@pytest.fixture(scope="module")
def table():
    return debt_ratios(read_case(EXAMPLE).case)


def value(table, year, debt, denominator):
    return table.filter(
        pl.col("year") == year,
        pl.col("debt_count") == debt,
        pl.col("denominator") == denominator,
    )["value"].item()


def test_every_count_of_debt_meets_every_denominator_in_every_year(table):
    assert table.height == 3 * len(DEBTS) * len(DENOMINATORS)


def test_the_ratio_moves_with_year_and_hidden_debt_as_the_scale_says(table):
    assert round(value(table, 2023, "statutory", "resources")) == 196
    assert round(value(table, 2023, "with_hidden", "resources")) in (276, 277)
    assert round(value(table, 2025, "statutory", "resources")) == 215
    assert round(value(table, 2025, "with_hidden", "resources")) == 304


def test_a_hand_computed_ratio(table):
    assert value(table, 2024, "with_hidden", "own_revenue") == pytest.approx(100 * 377 / 50.06)
    assert value(table, 2023, "broad", "gdp") == pytest.approx(100 * 727 / 983)


def test_what_is_not_published_is_unknown_and_named(table):
    row = table.filter(pl.col("year") == 2024, pl.col("denominator") == "resources").row(
        0, named=True
    )
    assert row["value"] is None
    assert row["missing"] == "general_transfers_from_above"


def test_a_broader_count_is_never_lighter(table):
    wide = table.drop_nulls("value").pivot(
        "debt_count", index=["year", "denominator"], values="value"
    )
    assert (wide["statutory"] <= wide["with_hidden"]).all()
    assert (wide["with_hidden"] <= wide["broad"]).all()
