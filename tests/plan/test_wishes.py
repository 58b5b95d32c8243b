"""What a user wrote in the wishes is what a plan does: holding, quarters, debts, and refusals.

A pot pays four tenths of its worth a year and is better kept; steel pays next to nothing and is
better sold. A dear loan is better prepaid, a cheap one better kept.
"""

import datetime as dt

import polars as pl
import pytest
from tests.plan.check import written_and_verified
from tests.plan.town import MILLION, action, hall, loan, rounds, town, wish

from ironpot.case.schema.words import SCENARIOS
from ironpot.core.errors import IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.wishes import wish_costs, with_wish

LOTS = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
LATE = dt.date(2029, 6, 30)


def planned(**tables) -> Plan:
    return plan_resolution(town(**tables), options=PlanOptions(time_limit_s=10, gap_stake=1e-3))


def hold(subject: str, what: str, **cells) -> dict:
    return wish(subject, what, route="hold", origin="synthetic", **cells)


def costs(plan: Plan) -> dict[str, float]:
    return wish_costs(plan.question.program, plan.model.wishes, plan.model.unwished)


def test_holding_is_wished_in_the_words_of_the_user(tmp_path):
    asked = planned(assets=LOTS, wishes=[hold("steel", "force"), hold("pot", "forbid")])
    tables = written_and_verified(asked, tmp_path / "asked")
    rows = tables["decisions"].select("lot_id", "route", "reason_code", "reason_text").rows()
    said = {lot: (route, code, text) for lot, route, code, text in rows}
    assert said["steel"][:2] == ("hold", "USER")
    assert said["steel"][2].startswith("Kept by wish of the user.")
    assert said["pot"][:2] == ("exchange_sale", "USER")
    assert said["pot"][2].endswith("wanted by the user.")
    same = planned(assets=LOTS, wishes=[wish("steel", "forbid"), wish("pot", "force")])
    assert asked.cost == pytest.approx(same.cost)
    for subject, one, other in (("steel", "force", "forbid"), ("pot", "forbid", "force")):
        assert costs(asked)[f"{one}-{subject}"] == costs(same)[f"{other}-{subject}"] > MILLION


def starts(plan: Plan) -> dict[str, int]:
    settled, releases = plan.settled, plan.model.inputs.releases
    lots = plan.model.inputs.offers.frame["lot_id"].gather(releases.row[settled.chosen])
    return dict(zip(lots, releases.start[settled.chosen].tolist(), strict=True))


def test_held_in_a_quarter_a_lot_leaves_after_it_and_not_held_before_it_ends():
    free = planned(assets=LOTS)
    third = free.case.horizon.quarters[2]
    assert starts(free) == {"steel": 0}
    wishes = [hold("steel", "force", quarter=third), hold("pot", "forbid", quarter=third)]
    asked = starts(planned(assets=LOTS, wishes=wishes))
    assert asked["steel"] == 3
    assert asked["pot"] <= 2


def test_a_lot_of_which_one_way_is_barred_is_not_said_to_be_kept_by_wish(tmp_path):
    plan = planned(assets=LOTS, wishes=[wish("pot", "forbid", quarter="2025Q3")])
    tables = written_and_verified(plan, tmp_path)
    (code,) = tables["decisions"].filter(lot_id="pot")["reason_code"]
    assert code == "RETENTION"


DEBTS = [
    loan("dear", 6, LATE, prepayment_penalty_rate=0.0, nominal_interest_rate=0.09),
    loan("cheap", 4, LATE, prepayment_penalty_rate=0.0, nominal_interest_rate=0.01),
    loan("unstated", 3, LATE, prepayment_penalty_rate=None),
    loan("closed", 3, LATE, prepayment_penalty_rate=0.0, primary_class="hidden"),
]
FREE = [
    action("early", "prepay"),
    action("cut", "haircut", principal_share=0.5, success_probability=1.0),
]


def actions(plan: Plan, folder, debt: str) -> dict[str, tuple[int, str]]:
    """Return fen of principal and the reason by action that is more than the contract's."""
    table = written_and_verified(plan, folder)["debt_actions"].filter(debt_id=debt)
    more = table.filter(~pl.col("action").is_in(["scheduled", "refinance"]))
    return {
        row["action"]: (row["principal_reduced"], row["reason_code"])
        for row in more.iter_rows(named=True)
    }


def test_a_debt_is_prepaid_whole_where_that_is_forced_and_not_where_it_is_forbidden(tmp_path):
    early = FREE[:1]
    free = planned(debts=DEBTS, class_actions=early)
    assert actions(free, tmp_path / "free", "dear") == {"prepay": (6e8, "CASH_NEED")}
    assert actions(free, tmp_path / "free", "cheap") == {}
    wishes = [wish("dear", "forbid", route="prepay"), wish("cheap", "force", route="prepay")]
    asked = planned(debts=DEBTS, class_actions=early, wishes=wishes)
    assert actions(asked, tmp_path / "asked", "dear") == {}
    assert actions(asked, tmp_path / "asked", "cheap") == {"prepay": (4e8, "USER")}
    assert sum(costs(asked).values()) == pytest.approx(asked.cost - free.cost, rel=1e-4)
    assert min(costs(asked).values()) > 1e5


def test_a_held_debt_keeps_its_contract_and_one_not_to_be_held_changes(tmp_path):
    free = planned(debts=DEBTS, class_actions=FREE)
    assert set(actions(free, tmp_path / "free", "dear")) == {"haircut"}
    asked = planned(debts=DEBTS, class_actions=FREE, wishes=[hold("dear", "force")])
    assert actions(asked, tmp_path / "held", "dear") == {}
    early = FREE[:1]
    asked = planned(debts=DEBTS, class_actions=early, wishes=[hold("cheap", "forbid")])
    assert actions(asked, tmp_path / "changed", "cheap") == {"prepay": (4e8, "USER")}


@pytest.mark.parametrize(
    ("subject", "cells", "why"),
    [
        ("closed", {"route": "prepay"}, "does not open prepay to debt of class hidden"),
        ("unstated", {"route": "prepay"}, "states no prepayment_penalty_rate"),
        ("dear", {"route": "prepay", "quarter": "2025Q2"}, "every second quarter"),
        ("dear", {"route": "swap"}, "does not open swap to debt of class other"),
        ("closed", {"route": None}, "no action in the table class_actions is open"),
        ("inside", {"route": "prepay"}, "no plan changes that"),
    ],
)
def test_a_forced_action_that_is_closed_is_refused_with_the_term_that_closes_it(
    subject, cells, why
):
    with pytest.raises(IronpotError, match=f"Wish force-{subject} cannot be met") as refused:
        planned(debts=DEBTS, class_actions=FREE, wishes=[wish(subject, "force", **cells)])
    assert why in str(refused.value)


def test_what_a_wish_holds_can_be_asked_the_other_way_round():
    case = town(assets=LOTS, wishes=[hold("steel", "force"), hold("pot", "forbid")])
    turned = with_wish(with_wish(case, "steel", force=True), "pot", force=False)
    assert turned.wishes["action"].to_list() == ["forbid", "force"]
    plan = plan_resolution(turned, options=PlanOptions(time_limit_s=10))
    assert set(starts(plan)) == {"steel"}


def test_all_wishes_that_cannot_be_met_are_named_at_once_each_with_what_closes_it():
    lots = [
        hall("kept", 5.0, essential=True),
        hall("barred", 5.0, routes_barred="exchange_sale"),
        hall("bare", 5.0, title="missing", title_cure_months=None),
        hall("slow", 5.0, title="missing", title_cure_months=36),
        hall("late", 5.0),
        hall("fine", 5.0),
    ]
    wishes = [wish(row["asset_id"], "force", route="exchange_sale") for row in lots]
    wishes[4] |= {"quarter": "2026Q4"}
    wishes.append(wish("fine", "force", route="lease") | {"wish_id": "let"})
    failing = rounds([(name, (0.5, 0.5), (1.0, 0.9)) for name in SCENARIOS])
    with pytest.raises(IronpotError) as refused:
        planned(assets=lots, wishes=wishes, listing=failing)
    said = refused.value.text.en.splitlines()
    why = [
        ("force-kept", "essential"),
        ("force-barred", "routes_barred bars it"),
        ("force-bare", "title_cure_months does not say"),
        ("force-slow", "takes 12 quarters to prepare and cannot begin after 2026Q3"),
        ("force-late", "can begin from 2025Q1 to 2026Q3"),
        ("let", "does not open it to assets of kind hall"),
    ]
    assert len(said) == len(refused.value.text.zh.splitlines()) == len(why)
    for line, (name, words) in zip(said, why, strict=True):
        assert line.startswith(f"Wish {name} cannot be met")
        assert words in line
