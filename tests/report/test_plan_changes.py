"""A plan's files as adjustments: what is owed before, what contracts pay, what the plan changes."""

from pathlib import Path

import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.report.plan_changes import adjustments_of
from ironpot.report.plan_files import PlanFiles, settled
from ironpot.risk.after import debt_facts_after
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.maturity import PRINCIPAL_EVENTS

EXAMPLE = Path(__file__).parents[2] / "examples" / "two-pots"


@pytest.fixture(scope="module")
def planned():
    case = read_case(EXAMPLE).case
    written = plan_files(plan_resolution(case, options=PlanOptions(time_limit_s=20.0)), "en")
    events = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        rates=rate_paths(case),
    ).events
    files = settled(PlanFiles(written.summary, written.tables))
    made = adjustments_of(case, files, events, three_scenarios(case, quarters=40))
    return case, files, events, made


def test_debt_by_contract_and_the_plans_changes_is_what_the_plan_leaves(planned):
    case, files, events, made = planned
    last = case.horizon.quarters[-1]
    due = events.filter(
        pl.col("event_type").is_in(PRINCIPAL_EVENTS), pl.col("date").dt.year() <= int(last[:4])
    )
    weights = case.settings.weights
    paid = -sum(row["payoff"] * weights[row["scenario"]] for row in due.iter_rows(named=True))
    change = made.debt.filter(pl.col("quarter") == made.through)["amount"].sum()
    debts = files.tables["resolution"].unique("debt_id")
    opening, closing = (
        debts[name].sum() / 100 for name in ("opening_principal", "closing_principal")
    )
    assert opening - paid + change == pytest.approx(closing, abs=0.01)


def test_rules_after_the_plan_measure_the_debt_that_it_leaves(planned):
    case, files, events, made = planned
    facts = debt_facts_after(case, made, events)
    debts = files.tables["resolution"].unique("debt_id")
    for name in PRIMARY_CLASSES:
        left = debts.filter(pl.col("primary_class") == name)["closing_principal"].sum() / 100
        assert facts[f"debt_{name}"] == pytest.approx(left, abs=0.01), name


def test_interest_after_the_plan_is_that_of_its_last_year(planned):
    case, files, events, made = planned
    facts = debt_facts_after(case, made, events)
    last = case.horizon.quarters[-4:]
    paid = files.tables["debt_actions"].filter(pl.col("quarter").is_in(last))["interest_paid"].sum()
    interest = sum(facts[f"interest_{name}"] for name in PRIMARY_CLASSES)
    assert interest == pytest.approx(paid / 100, abs=0.01)


def test_what_only_a_plan_has_comes_whole_from_its_cash_table(planned):
    _, files, _, made = planned
    cash = files.tables["cash"].filter(
        pl.col("entity_id") == CONSOLIDATED, pl.col("scenario") == EXPECTED
    )
    for line in ("asset_proceeds_outside", "tax_and_fee", "borrowing", "relief"):
        found = made.flows.filter(pl.col("line") == line, pl.col("scenario") == EXPECTED)
        assert found["amount"].sum() == pytest.approx(cash[line].sum() / 100, abs=0.01)


def test_the_plans_own_ladder_stands_after(planned):
    assert planned[3].ladder["phase"].unique().to_list() == ["after"]
