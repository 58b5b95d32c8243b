"""Lights on the shipped example: year and hidden debt move them, the unknown is never green."""

from pathlib import Path

import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.core.formula import evaluate
from ironpot.risk.lights import rule_lights
from ironpot.risk.ratios import debt_facts, rule_table
from ironpot.risk.rule_files import rule_book
from ironpot.risk.ruleset import UNKNOWN

EXAMPLE = Path(__file__).parents[2] / "examples" / "bishan-scale"
RULES = rule_book().rule_sets


@pytest.fixture(scope="module")
def case():
    return read_case(EXAMPLE).case


def lights(case, rule_set_id, **more):
    frame = rule_lights(case, RULES, **more).filter(pl.col("rule_set_id") == rule_set_id)
    return {row["year"]: row for row in frame.iter_rows(named=True)}


def test_the_debt_ratio_light_moves_with_the_year_and_with_hidden_debt(case):
    shown = lights(case, "cn-debt-ratio-2019")
    assert {
        year: (row["level"], row["at_best"], row["at_worst"]) for year, row in shown.items()
    } == {
        2023: ("orange", "yellow", "orange"),
        2024: (UNKNOWN, "green", "red"),
        2025: ("red", "orange", "red"),
    }
    assert shown[2024]["consequence_code"] is None
    assert "comprehensive_fiscal_resources" in shown[2024]["missing"]


def test_the_trigger_of_reorganisation_is_unknown_and_its_proxy_moves_with_the_year(case):
    shown = lights(case, "cn-88-fiscal-reorganisation")
    assert {row["level"] for row in shown.values()} == {UNKNOWN}
    assert {year: row["by_proxy"] for year, row in shown.items()} == {
        2023: "clear",
        2024: "trigger",
        2025: "trigger",
    }


def test_less_debt_never_gives_a_worse_light(case):
    lighter = {name: 0.5 * amount for name, amount in debt_facts(case).items()}
    before = rule_lights(case, RULES)
    after = rule_lights(case, RULES, debts=lighter, phase="after")
    both = before.join(after, on=["rule_set_id", "entity_id", "year"], suffix="_after")
    assert both.filter(pl.col("severity_after") > pl.col("severity")).is_empty()
    assert after["phase"].unique().to_list() == ["after"]


def test_every_row_of_the_rule_table_shows_formula_numbers_band_and_source(case):
    table = rule_table(case, RULES)
    known = table.filter(pl.col("band") != UNKNOWN)
    assert known.height
    assert known["formula"].null_count() == known["source"].null_count() == 0
    for row in known.iter_rows(named=True):
        numbers = dict(entry.split("=") for entry in row["numbers"].split(";"))
        value = evaluate(row["formula"], {name: float(x) for name, x in numbers.items()})
        assert row["value"] == pytest.approx(value)
        assert row["band_from"] is None or row["band_from"] <= row["value"]
        assert row["band_to"] is None or row["value"] <= row["band_to"]
