"""Laws of flows without a plan: each debt has its account, a lender gets what its debtor pays."""

import datetime as dt

import polars as pl
import pytest
from tests.support import account, creditor, debt, government, lot, tiny_case, vehicle

from ironpot.core.errors import CaseError
from ironpot.risk.drivers import three_scenarios
from ironpot.risk.flows import FLOWS, contract_flows, do_nothing_flows, lot_flows, monthly
from ironpot.risk.maturity import maturity_wall


def event(contract, date, payoff, kind="IP"):
    return {
        "scenario": "base",
        "contract_id": contract,
        "date": dt.date.fromisoformat(date),
        "event_type": kind,
        "payoff": payoff,
    }


def indebted(**tables):
    return tiny_case(
        entities=[government("gov"), vehicle("big"), vehicle("child", "big")],
        debts=[
            debt("loan", "child", 9.0, primary_class="hidden"),
            debt("inner", "child", 2.0, creditor_id="gov"),
            debt("bond", "gov", 5.0, primary_class="special", creditor_id="province"),
        ],
        creditors=[creditor("bank", "large_bank"), creditor("province", "province")],
        accounts=[
            account("gov", "general", 1.0, pays="general"),
            account("gov", "fund", 1.0, pays="special"),
            account("big", "company", 1.0),
        ],
        **tables,
    )


def test_each_class_of_debt_is_paid_from_the_first_account_that_may_pay_it():
    events = pl.DataFrame([event("bond", "2025-03-01", -1.0), event("loan", "2025-03-01", -2.0)])
    flows = contract_flows(indebted(), events)
    assert set(flows.select("entity_id", "account", "amount").rows()) == {
        ("gov", "fund", -1.0),
        ("child", "company", -2.0),
    }


def test_an_inside_lender_gets_what_its_debtor_pays():
    flows = contract_flows(indebted(), pl.DataFrame([event("inner", "2025-03-01", -0.5)]))
    assert set(flows.select("entity_id", "account", "amount", "counterparty_id").rows()) == {
        ("child", "company", -0.5, "gov"),
        ("gov", "general", 0.5, "child"),
    }


def test_a_debt_that_no_account_may_pay_is_said_and_not_dropped():
    case = indebted()
    case = type(case)(
        **{name: getattr(case, name) for name in case.__dataclass_fields__ if name != "accounts"},
        accounts=case.accounts.with_columns(pays=pl.lit("general")),
    )
    events = pl.DataFrame([event("bond", "2025-03-01", -1.0)])
    with pytest.raises(CaseError) as caught:
        do_nothing_flows(case, events, three_scenarios(case, quarters=4))
    assert [issue.value for issue in caught.value.issues] == ["gov"]


def test_a_quarter_already_begun_keeps_only_its_months_to_come():
    quarterly = pl.DataFrame(
        {
            "entity_id": ["gov"],
            "account": ["general"],
            "scenario": ["base"],
            "quarter": ["2024Q4"],
            "amount": [9.0],
        }
    )
    months = monthly(quarterly, dt.date(2024, 10, 31))
    assert months["date"].to_list() == [dt.date(2024, 11, 30), dt.date(2024, 12, 31)]
    assert months["amount"].to_list() == [3.0, 3.0]


def test_a_lot_earns_by_the_month_until_its_life_ends():
    case = indebted(
        assets=[
            lot(
                "pool",
                "child",
                1.0,
                income_y=24.0,
                cost_to_keep_y=12.0,
                remaining_life_y=1.5,
                income_growth_rate=0.5,
            )
        ]
    )
    flows = lot_flows(case, three_scenarios(case, quarters=12)).filter(pl.col("scenario") == "base")
    assert flows.height == 18
    assert flows.sort("date")["amount"].to_list() == [1.0] * 12 + [2.0] * 6
    assert flows["account"].unique().to_list() == ["company"]


def test_doing_nothing_adds_up_debts_budget_and_lots():
    case = indebted(
        budget=[
            {
                "entity_id": "gov",
                "account": "general",
                "line": "own_revenue",
                "year": 2025,
                "amount_y": 12.0,
                "recurrent": True,
            }
        ],
        assets=[lot("shop", "gov", 1.0, income_y=1.2)],
    )
    events = pl.DataFrame([event("bond", "2025-03-01", -4.0)])
    flows = do_nothing_flows(case, events, three_scenarios(case, quarters=4))
    assert flows.filter(pl.col("scenario") == "base")["amount"].sum() == pytest.approx(9.2)
    assert flows.columns == FLOWS.names()


def test_the_maturity_wall_adds_up_to_what_the_contracts_pay():
    case = indebted()
    events = pl.DataFrame(
        [
            event("bond", "2025-03-01", -4.0, "MD"),
            event("bond", "2025-03-01", -1.0, "IP"),
            event("loan", "2025-04-01", -2.0, "PR"),
            event("loan", "2024-06-01", -0.5, "PY"),
        ]
    )
    for by in ("creditor_id", "creditor_class", "primary_class", "debtor_id"):
        for period in ("quarter", "year"):
            wall = maturity_wall(
                events, case.debts, case.creditors, date=case.date, by=by, period=period
            )
            assert wall["principal"].sum() == 6.0
            assert wall["interest"].sum() == 1.0
            assert wall["other"].sum() == 0.5
    wall = maturity_wall(events, case.debts, case.creditors, date=case.date)
    assert wall.filter(pl.col("creditor_class") == "large_bank")["period"].to_list() == [
        "2025Q1",
        "2025Q2",
    ]
