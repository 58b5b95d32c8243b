"""What a coordinated run announced by lot is priced as a plan; the plan kept costs no more."""

from dataclasses import replace

import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import IronpotError
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution

CASE = read_case("examples/two-pots").case
WITHIN = PlanOptions(time_limit_s=20, within=True)
ROOM = 20e6
FEN = 0.05


def rows(lots, room=ROOM, planned_cost=None):
    """Room in the first tranche of every quarter, `lots` announced by quarter."""
    return ALLOTMENTS.frame(
        {
            "entity_id": "county",
            "market_id": "town",
            "quarter": quarter,
            "tranche": 1,
            "price_fraction": 0.9,
            "fee": 0.0,
            "allotment": room if isinstance(room, float) else room.get(quarter, 0.0),
            "announced_lots": lots.get(quarter),
            "planned_cost": planned_cost,
            "run_id": "run",
        }
        for quarter in CASE.horizon.quarters
    )


def planned(case=CASE, **given):
    return plan_resolution(case, options=WITHIN, allotments=rows(**given))


def sold(plan):
    choices = pl.DataFrame(plan_files(plan, "en").summary["choices"])
    return choices.filter(pl.col("block") == "release").select("subject_id", "quarter").rows()


@pytest.fixture(scope="module")
def alone():
    return planned(lots={})


def test_without_lots_named_nothing_is_announced(alone):
    assert alone.announced is None
    assert "announced" not in plan_files(alone, "en").summary


def test_what_the_plan_sells_anyway_costs_what_the_plan_costs(alone):
    announced = {quarter: lot for lot, quarter in sold(alone)}
    assert announced
    again = planned(lots=announced, planned_cost=-5.0)
    assert again.announced.status == "works"
    assert again.announced.cost == pytest.approx(again.cost, abs=FEN)
    told = plan_files(again, "en").summary["announced"]
    assert told["cost"] == pytest.approx(again.cost, abs=FEN)
    assert (told["planned_cost"], told["run_id"]) == (-5.0, "run")


def test_sales_at_another_time_cost_what_a_plan_costs_that_has_room_then_alone(alone):
    """The independent figure: one lot, one quarter with room, the other lot cannot be sold."""
    (lot, best), *_ = sold(alone)
    quarters = list(CASE.horizon.quarters)
    later = quarters[quarters.index(best) + 2]
    plan = planned(lots={later: lot})
    only = planned(case=held_but(lot), lots={}, room={later: ROOM})
    assert sold(only) == [(lot, later)]
    assert plan.announced.cost == pytest.approx(only.cost, abs=FEN)
    assert plan.cost < plan.announced.cost - 1e3
    assert plan.cost == pytest.approx(alone.cost, abs=FEN)


def held_but(lot):
    """The case with wishes that hold every other lot."""
    others = [one for one in CASE.assets["asset_id"] if one != lot]
    table = CASE.wishes.clear()
    wished = {
        "wish_id": [f"hold_{one}" for one in others],
        "action": ["forbid"] * len(others),
        "subject_id": others,
    }
    frame = pl.DataFrame({name: wished.get(name, [None] * len(others)) for name in table.columns})
    return replace(CASE, wishes=frame.cast(dict(table.schema)))


def test_a_sale_that_no_listing_makes_is_said_and_the_plan_stands(alone):
    (lot, best), *_ = sold(alone)
    (other,) = [one for one in CASE.assets["asset_id"] if one != lot]
    plan = planned(case=held_but(other), lots={best: lot})
    assert plan.announced.status == "impossible"
    assert plan_files(plan, "en").summary["announced"]["cost"] is None
    assert plan.cost == pytest.approx(planned(case=held_but(other), lots={}).cost, abs=FEN)


def test_lots_that_the_case_does_not_have_are_refused_by_name():
    with pytest.raises(IronpotError, match="nowhere"):
        planned(lots={CASE.horizon.quarters[3]: "nowhere;depot"})


def test_many_futures_price_the_announced_sales_too(alone):
    announced = {quarter: lot for lot, quarter in sold(alone)}
    drawn = replace(WITHIN, scenarios=6)
    plan = plan_resolution(CASE, options=drawn, allotments=rows(lots=announced))
    assert plan.announced.status == "works"
    assert plan.cost <= plan.announced.cost + FEN
