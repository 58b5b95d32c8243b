"""Laws of rules in the years to come: the budget's lines carry the facts, bands become limits."""

import pytest
from tests.support import government, tiny_case

from ironpot.core.errors import IronpotError
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import three_scenarios
from ironpot.risk.outlook import FACT_OF_LINE, limits_in_facts, planned_facts
from ironpot.risk.ratios import rule_inputs
from ironpot.risk.rule_files import parse_rule_set, rule_book
from ironpot.risk.rules import classify

CHINA = rule_book().rule_sets["cn-debt-ratio-2019"]
TRIGGER = rule_book().rule_sets["cn-88-fiscal-reorganisation"]


def line(account, name, amount, **cells):
    return {
        "entity_id": "gov",
        "account": account,
        "line": name,
        "year": 2025,
        "amount_y": amount,
        "recurrent": True,
    } | cells


def facts_of(*lines, quarters=8):
    case = tiny_case(entities=[government()], budget=list(lines))
    return planned_facts(budget_flows(case, three_scenarios(case, quarters=quarters)), "gov")


def test_budget_lines_carry_on_the_facts_that_rules_name():
    table = facts_of(
        line("general", "own_revenue", 50.0),
        line("general", "transfers_in", 30.0),
        line("general", "essential_spending", 60.0),
        line("general", "other_spending", 10.0),
        line("fund", "land_revenue", 40.0),
        line("fund", "own_revenue", 2.0),
    )
    facts = {
        (year, fact): amount
        for scenario, year, fact, amount in table.iter_rows()
        if scenario == "base"
    }
    assert facts[2025, "general_own_expenditure"] == pytest.approx(70.0)
    assert facts[2026, "fund_revenue"] == pytest.approx(42.0)
    assert {fact for _, fact in facts} <= set(FACT_OF_LINE.values())
    assert "capital_revenue" not in {fact for _, fact in facts}


def test_a_year_without_all_its_quarters_is_left_out():
    table = facts_of(line("general", "own_revenue", 50.0), quarters=6)
    assert table["year"].unique().to_list() == [2025]


def test_a_limit_in_facts_agrees_with_the_classification_from_facts():
    facts = {
        "debt_general": 80.0,
        "debt_special": 187.0,
        "debt_hidden": 110.0,
        "general_own_revenue": 51.32,
        "general_transfers_from_above": 25.30,
        "fund_revenue": 47.5,
    }
    (limit,) = limits_in_facts(CHINA, "orange")
    above = sum(weight * facts[name] for name, weight in limit.numerator)
    below = sum(weight * facts[name] for name, weight in limit.denominator)
    assert above > limit.bound * below
    assert classify(CHINA, rule_inputs(CHINA, facts)).level == "red"


def test_another_choice_of_definition_changes_the_limit():
    (limit,) = limits_in_facts(CHINA, "orange", {"hidden_debt": "without_hidden"})
    assert dict(limit.numerator) == {"debt_general": 100.0, "debt_special": 100.0}
    with pytest.raises(KeyError):
        limits_in_facts(CHINA, "orange", {"hidden_debt": "half"})


def test_both_shares_of_the_trigger_become_limits_on_interest():
    limits = limits_in_facts(TRIGGER, "clear")
    assert [dict(limit.numerator) for limit in limits] == [
        {"interest_general": 100.0},
        {"interest_special": 100.0},
    ]


def test_a_definition_that_is_no_sum_cannot_bind_a_plan():
    file = """
id = "x"
name = { en = "x", zh = "x" }
jurisdiction = { en = "x", zh = "x" }
status = "unchecked"
source = { document = "x" }
combine = { method = "worst" }
levels = [
  { id = "a", label = { en = "a", zh = "a" } },
  { id = "b", label = { en = "b", zh = "b" } },
]
[[indicators]]
id = "i"
label = { en = "i", zh = "i" }
unit = "ratio"
formula = "debt/base"
inputs = [
  { name = "debt", label = { en = "d", zh = "d" } },
  { name = "base", label = { en = "b", zh = "b" } },
]
bands = [ { level = "a", max = 1 }, { level = "b", min = 1 } ]
[[definitions]]
input = "base"
choice = "larger"
label = { en = "l", zh = "l" }
formula = "max(general_own_revenue, fund_revenue)"
"""
    rule_set, issues = parse_rule_set(file.encode(), "x.toml")
    assert issues == []
    with pytest.raises(IronpotError):
        limits_in_facts(rule_set, "a")
