"""What has happened to lots, and what wishes say, is given when cases are planned together."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.plan.test_plan_again import HALFWAY, done, plan, poor, since
from tests.plan.town import ladder, rounds

from ironpot.case.schema import BY_NAME
from ironpot.plan.files import listed_volumes
from ironpot.plan.prepare import appraise_case
from ironpot.system.case_decided import begun_in, open_ways
from ironpot.system.from_cases import cases_together
from ironpot.valuation.depth import fill

ON = dt.date(2025, 5, 20)
LINES = ("asset_proceeds_outside", "asset_proceeds_inside", "tax_and_fee", "procedure_cost")


def together(case, **options):
    """The case beside a twin, which has done and wished nothing."""
    twin = replace(
        case,
        settings=replace(case.settings, case_id="twin"),
        realised=case.realised.clear(),
        wishes=case.wishes.clear(),
    )
    return cases_together((case, twin), whole=True, **options)


def begun(case):
    return begun_in(case, *appraise_case(case))


def wished(case, *wishes):
    rows = [
        {
            "wish_id": f"w{n}",
            "subject_id": lot,
            "action": action,
            "route": route,
            "quarter": when,
            "by": "council",
        }
        for n, (lot, action, route, when) in enumerate(wishes)
    ]
    return replace(case, wishes=BY_NAME["wishes"].frame(rows))


def opens(case):
    """First quarter of every lot of the first county, by lot."""
    both = together(case)
    mine = slice(*both.markets.first_lot[:2])
    named = zip(both.lot_ids[mine], both.markets.first_quarter[mine].tolist(), strict=True)
    return {lot: first for lot, first in named if lot is not None}


def holding(case):
    """The case with wishes that nothing more is sold."""
    lots = case.assets["asset_id"].to_list()
    gone = case.realised["asset_id"].to_list()
    return wished(case, *((lot, "force", "hold", None) for lot in lots if lot not in gone))


def held(case):
    """Cash from lots, expected, of the planner's plan in which nothing more is sold, (quarter,)."""
    cash = plan(holding(case)).settled.cash
    income = cash["asset_income"] + cash["other_spending"]
    return sum((cash[name] for name in LINES), income)[:, -1].sum(axis=0) / 100


@pytest.mark.parametrize(
    ("event", "amount", "shares"),
    [("signed", 3.0, HALFWAY), ("listed", None, HALFWAY), ("listed", None, None)],
)
def test_cash_of_what_has_begun_is_what_the_planner_settles(event, amount, shares):
    case = poor() if shares is None else poor(listing=rounds(shares))
    after = since(case, done("rich", event, ON, amount))
    expected = held(after) - held(case)
    assert begun(after).cash == pytest.approx(expected, abs=0.02)
    assert abs(expected).max() > 1e6
    quarters = len(together(case).quarters)
    change = together(case).markets.need[0] - together(after).markets.need[0]
    assert change == pytest.approx(expected[:quarters], abs=0.02)
    assert together(after).markets.need[1] == pytest.approx(together(case).markets.need[1])


def test_a_standing_listing_takes_its_room_first_and_a_contract_takes_none():
    case = poor(markets=ladder((0.9, 3e6), (0.7, 60e6)))
    before = together(case).markets.room[0]
    signed = since(case, done("rich", "signed", ON, 3.0))
    listed = since(case, done("rich", "listed", ON))
    assert together(signed).markets.room[0] == pytest.approx(before)
    after = together(listed).markets.room[0]
    (taken,) = listed_volumes(plan(holding(listed)))["volume"]
    assert taken == pytest.approx(4e6, rel=0.05)
    volume = np.zeros(before.shape[0])
    volume[1] = taken
    assert after == pytest.approx(before - fill(volume, before), abs=0.01)
    assert after[1, 0] == 0.0


def test_nothing_is_listed_whose_rounds_a_plan_does_not_see_to_their_end():
    twice = tuple((name, (0.5, 0.5), (1.0, 0.9)) for name, *_ in HALFWAY)
    case = poor(listing=rounds(twice))
    count = case.horizon.count
    room = together(case, most_quarters=count).markets.room[0].sum(axis=1)
    assert (room[: count - 1] > 0.0).all()
    assert room[count - 1] == 0.0


def test_lots_that_have_begun_are_no_choice_and_others_begin_today():
    case = poor()
    assert set(opens(case)) == {"a", "b", "rich"}
    later = since(case, done("rich", "listed", ON))
    assert set(opens(later)) == {"a", "b"}
    assert {lot: first - opens(case)[lot] for lot, first in opens(later).items()} == {
        "a": 1,
        "b": 1,
    }


def test_a_failed_listing_frees_the_lot_again():
    case = since(poor(), done("rich", "listed", ON), done("rich", "failed", dt.date(2025, 8, 1)))
    assert opens(case)["rich"] == opens(poor())["rich"] + 2


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        (("rich", "force", "hold", None), None),
        (("rich", "force", "hold", "2025Q3"), 3),
        (("rich", "forbid", "lease", None), 0),
        (("rich", "force", "lease", None), None),
        (("rich", "forbid", None, None), None),
        (("rich", "force", "exchange_sale", "2025Q4"), 0),
    ],
)
def test_wishes_close_a_lot_or_put_it_off(wish, first):
    assert opens(wished(poor(), wish)).get("rich") == first
    assert set(opens(wished(poor(), wish))) >= {"a", "b"}


def test_what_is_not_asked_of_the_joint_plan_is_said():
    case = wished(
        poor(), ("rich", "force", "exchange_sale", "2025Q4"), ("due", "force", None, None)
    )
    said = " ".join(loss.en for loss in together(case).losses)
    assert "1 wishes that a lot must leave and 1 about debts" in said
    assert "listed or signed away" not in said


def test_ways_keep_their_order_and_gain_no_row():
    case = poor()
    table = appraise_case(case)[0].table
    left = open_ways(case, table, begun(case))
    assert left.drop("opens", "ready").equals(table.filter(pl.col("legal")))
