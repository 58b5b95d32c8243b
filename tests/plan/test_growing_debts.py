"""Debts that grow: what a plan settles is what the engine pays, and the risk room sees the same."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.plan.check import written_and_verified
from tests.plan.town import MILLION, loan, town

from ironpot.case.case import Case
from ironpot.case.schema.agreed import DEBT_CHANGES, DEBT_TERMS
from ironpot.case.schema.debt import DEBTS
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.cashflow.case_debts import project_debts
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.totals import quarterly_service
from ironpot.plan.adjust import plan_adjustments
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.report.plan_changes import adjustments_of
from ironpot.report.plan_files import read_plan
from ironpot.risk.after import debt_facts_after, principal_fall
from ironpot.risk.drivers import rate_paths, three_scenarios

THIRTY = {"day_count_convention": "30E360"}
QUARTERLY = {"cycle_of_interest_payment": "P3ML1"}


def quarterly(contract_type: str, **cells: object) -> dict[str, object]:
    """Terms of a loan that pays interest each quarter, and principal each quarter from `first`."""
    first = cells.pop("first", dt.date(2025, 3, 31))
    terms = {"contract_type": contract_type, "cycle_of_principal_redemption": "P3ML1"}
    return terms | QUARTERLY | {"cycle_anchor_date_of_principal_redemption": first} | cells


def growing(**tables: object) -> Case:
    """A bullet, equal parts after a grace, instalments below the interest, and a moratorium."""
    grace = quarterly("LAM", first=dt.date(2026, 9, 30))
    short = quarterly("NAM", next_principal_redemption_payment=0.02 * MILLION)
    short |= {"initial_exchange_date": dt.date(2024, 12, 31), "nominal_interest_rate": 0.08}
    short |= {"cycle_anchor_date_of_interest_payment": dt.date(2025, 3, 31)}
    rows: dict[str, object] = {
        "debts": [
            loan("bullet", 10, dt.date(2026, 12, 31), **THIRTY, **FREE),
            loan("railway", 20, dt.date(2029, 9, 30), **grace, **THIRTY, **FREE),
            loan("short", 5, dt.date(2029, 12, 31), **short, **THIRTY, **FREE),
            loan("rests", 8, dt.date(2028, 12, 31), **QUARTERLY, **THIRTY, **FREE),
        ]
    }
    case = town(**(rows | tables))
    ends = (("bullet", "2025-12-31"), ("railway", "2026-06-30"))
    terms = [{"debt_id": d, "term": "capitalization_end_date", "value": v} for d, v in ends]
    rest = {"change_id": "m", "debt_id": "rests", "date": dt.date(2025, 4, 1)}
    rest |= {"change": "moratorium", "until": dt.date(2025, 12, 31)}
    rest |= {"relieves": "interest", "interest": "capitalise"}
    frames = DEBT_TERMS.frame(terms), DEBT_CHANGES.frame([rest])
    return replace(case, debt_terms=frames[0], debt_changes=frames[1])


FREE = {"prepayment_penalty_rate": 0.0}


def plan(case: Case) -> Plan:
    return plan_resolution(case, options=PlanOptions(time_limit_s=5))


@pytest.fixture(scope="module")
def as_it_stands(tmp_path_factory):
    """A plan that can change nothing about the debts, and its folder."""
    made, out = plan(growing()), tmp_path_factory.mktemp("plan") / "out"
    return made, written_and_verified(made, out), out


def test_what_is_settled_is_what_the_engine_pays_and_leaves(as_it_stands):
    """Closing, principal and interest, in every scenario, to a fen and a half."""
    made = as_it_stands[0]
    case, ledger = made.case, made.settled.debts
    flows = project_debts(case, rates=rate_paths(case))
    engine = quarterly_service(flows, case.horizon, case.debts["debt_id"].to_list())
    short = np.minimum(engine.principal, 0.0)
    for settled, paid in (
        (ledger.closing, engine.outstanding),
        (ledger.scheduled, engine.principal - short),
        (ledger.interest, engine.interest + short),
    ):
        assert settled[:, :-1] == pytest.approx(paid.transpose(1, 0, 2) * 100, abs=1.5)
    assert (ledger.added.sum(axis=(1, 2)) > 0).all()


def test_a_plan_that_changes_no_debt_changes_nothing_of_it_for_the_risk(as_it_stands):
    made, tables, out = as_it_stands
    case = made.case
    events = project_debts(case, rates=rate_paths(case)).events
    for changes in (
        plan_adjustments(made),
        adjustments_of(case, read_plan(out), events, three_scenarios(case, quarters=40)),
    ):
        debt = changes.debt.filter(pl.col("quarter") <= case.horizon.last)
        assert debt["amount"].abs().max() == pytest.approx(0.0, abs=0.05)
        moved = changes.flows.filter(pl.col("line").is_in(["interest", "principal"]))
        assert moved["amount"].abs().max() == pytest.approx(0.0, abs=0.05)
        facts = debt_facts_after(case, changes, events)
        left = tables["resolution"].unique("debt_id")["closing_principal"].sum() / 100
        assert sum(facts[f"debt_{n}"] for n in PRIMARY_CLASSES) == pytest.approx(left, abs=0.1)


def test_what_is_overdue_is_no_fall_of_what_is_not():
    """100 owed, 20 of it overdue: the other 80 grow by 5 % twice, and are then paid."""
    terms = {"contract_type": "PAM", "day_count_convention": "30E360", "penalty_rate": 0.1}
    row = terms | {"debt_id": "D", "notional_principal": 100.0, "arrears_principal": 20.0}
    row |= {"initial_exchange_date": dt.date(2024, 1, 1), "maturity_date": dt.date(2028, 1, 1)}
    row |= {"nominal_interest_rate": 0.05, "cycle_of_interest_payment": "P1YL1"}
    debts = DEBTS.frame([row]).with_columns(capitalization_end_date=dt.date(2026, 1, 1))
    day = dt.date(2024, 12, 30)
    events = project_cash_flows(contracts_of_debts(debts, case_date=day), status_date=day).events
    falls = events.with_columns(notional_principal=100.0).with_columns(fall=principal_fall())
    moved = falls.filter(pl.col("fall").abs() > 1e-9).select("event_type", "fall").rows()
    assert moved == [
        ("IPCI", pytest.approx(-4.0)),
        ("IPCI", pytest.approx(-4.2)),
        ("MD", pytest.approx(88.2)),
    ]
