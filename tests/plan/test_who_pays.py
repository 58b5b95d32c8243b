"""Each payment of a plan names what paid it, and help is booked as what it is."""

import datetime as dt

import polars as pl
from tests.plan.check import written_and_verified
from tests.plan.town import (
    MILLION,
    action,
    driver,
    giver,
    hall,
    ladder,
    limit,
    loan,
    town,
    wish,
)
from tests.support import account

from ironpot.case.case import Case
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution

LIMIT_S = 20.0
LATER = dt.date(2029, 12, 31)


def written(case: Case, tmp_path, **options) -> dict[str, pl.DataFrame]:
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=LIMIT_S, **options))
    return written_and_verified(plan, tmp_path)


def test_own_cash_that_repays_a_debt_early_names_the_prepayment(tmp_path):
    bare = loan(
        "bare",
        9.0,
        LATER,
        nominal_interest_rate=0.0,
        cycle_of_interest_payment=None,
        prepayment_penalty_rate=0.0,
    )
    case = town(
        debts=[bare],
        class_actions=[action("early", "prepay")],
        wishes=[wish("bare", "force", route="prepay") | {"origin": "synthetic"}],
    )
    paid = written(case, tmp_path)["resolution"]
    assert paid.select("kind", "amount", "decision_id").rows() == [
        ("own_cash", int(9 * MILLION) * 100, "prepay")
    ]


def short_of_cash(**cells: object) -> Case:
    """A government that cannot pay a loan of nine million, and somebody with a bond quota."""
    return town(
        accounts=[account("gov", "general", 2.0 * MILLION)],
        debts=[loan("due", 9.0, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        limits=[limit("buffer", 1.0)],
        relief_sources=[giver("city", 1, kind="quota", **cells)],
    )


def test_a_quota_that_others_repay_is_help_and_no_debt(tmp_path):
    tables = written(short_of_cash(), tmp_path)
    cash = tables["cash"].filter(
        pl.col("scenario") == "expected", pl.col("entity_id") == "_consolidated"
    )
    assert cash["borrowing"].sum() == 0
    assert cash["relief"].sum() == tables["relief"].filter(scenario="expected")["amount"].sum() > 0
    assert "relief" in tables["resolution"]["kind"].to_list()


def test_a_quota_that_is_repaid_is_borrowed_and_a_contract(tmp_path):
    tables = written(short_of_cash(repayable=True, repay_after_quarters=3, rate=0.03), tmp_path)
    cash = tables["cash"].filter(
        pl.col("scenario") == "expected", pl.col("entity_id") == "_consolidated"
    )
    assert cash["relief"].sum() == 0
    assert cash["borrowing"].sum() > 0
    assert tables["debt_actions"]["principal_new"].sum() == cash["borrowing"].sum()


def test_a_waiver_is_no_money_to_plan_with(tmp_path):
    givers = [giver("city", 1), giver("bank", 0, kind="waiver")]
    case = town(
        accounts=[account("gov", "general", 2.0 * MILLION)],
        debts=[loan("due", 9.0, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        relief_sources=givers,
    )
    relief = written(case, tmp_path)["relief"]
    assert set(relief["giver_id"]) == {"city"}


def test_drawn_futures_reach_as_far_as_a_long_plan(tmp_path):
    case = town(quarters=60, debts=[loan("due", 9.0, dt.date(2039, 9, 30))])
    cash = written(case, tmp_path, scenarios=3)["cash"]
    assert cash["quarter"].n_unique() == 60


def test_a_rise_of_prices_is_paid_once(tmp_path):
    twice = driver("price", 8, {"base": 2.0, "adverse": 2.0, "favourable": 2.0})
    case = town(
        assets=[hall("a", 5.0)],
        debts=[loan("due", 9.0, LATER)],
        drivers=twice,
        markets=ladder((0.9, 5e6)),
        wishes=[wish("a", "force", route="exchange_sale") | {"origin": "synthetic"}],
    )
    cash = written(case, tmp_path)["cash"].filter(
        pl.col("scenario") == "expected", pl.col("entity_id") == "_consolidated"
    )
    assert cash["asset_proceeds_outside"].sum() == int(2 * 0.9 * 5 * MILLION) * 100
