"""Allotments reproduce the joint plan where fees alone do not."""

import numpy as np
from hypothesis import given
from tests.system.networks import LAWS
from tests.system.test_coordination import drawn, problems

from ironpot.system.allotments import (
    allotment_table,
    answer_fees,
    answer_within,
    bids_and_releases,
    run_id,
    ways_table,
)
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans


def room_of(markets):
    return markets.room.reshape(len(markets.room), -1)


@LAWS
@given(problems)
def test_alone_with_its_allotment_no_county_pays_more_than_its_part(problem):
    plan = coordinate_plans(problem, options=CoordinationOptions(sweeps=12))
    within = answer_within(problem, plan)
    assert (within.costs <= plan.costs + 1e-9 * (1.0 + np.abs(plan.costs))).all()


@LAWS
@given(problems)
def test_all_together_within_allotments_overshoot_no_row(problem):
    plan = coordinate_plans(problem, options=CoordinationOptions(sweeps=12))
    load = problem.load(answer_within(problem, plan).sold)
    assert (load <= room_of(problem) * (1.0 + 1e-9) + 1e-12).all()


def test_fees_alone_overshoot_tight_rows_and_lose_part_of_the_stake():
    crowd = drawn(80, 8, 6, 3, 0.6)
    plan = coordinate_plans(crowd)
    alone = answer_fees(crowd, plan)
    assert alone.overshot_rows > 0
    assert alone.overshoot.sum() > 0.01 * room_of(crowd).sum()
    cut = float(crowd.costs(crowd.within_room(alone.sold)).sum())
    assert cut > plan.cost


def test_carried_out_by_allotments_the_plan_costs_what_it_says_and_no_way_beats_the_bound():
    crowd = drawn(80, 8, 6, 3, 0.6)
    plan = coordinate_plans(crowd)
    ways = {row["way"]: row for row in ways_table(crowd, plan).iter_rows(named=True)}
    assert ways["allotments"]["cost"] <= plan.cost + 1e-9 * abs(plan.cost)
    assert ways["allotments"]["overshot_rows"] == ways["pro_rata"]["overshot_rows"] == 0
    assert ways["fees"]["overshot_rows"] > 0
    assert min(way["cost"] for way in ways.values()) >= plan.bound


def test_bids_less_releases_are_the_answer_to_fees_less_the_allotments():
    crowd = drawn(20, 4, 4, 7, 0.6)
    plan = coordinate_plans(crowd)
    bids, releases = bids_and_releases(crowd, plan)
    assert (bids >= 0.0).all()
    assert not (bids * releases).any()
    np.testing.assert_allclose(plan.sold + bids - releases, answer_fees(crowd, plan).sold)


def test_the_table_holds_every_row_of_every_market_a_county_has_lots_in():
    crowd = drawn(5, 4, 3, 7, 0.6)
    plan = coordinate_plans(crowd)
    table = allotment_table(
        crowd, plan, names=("a", "b", "c", "d"), quarters=("2025Q1", "2025Q2", "2025Q3")
    )
    assert table.height == len(crowd.lots) * crowd.slots
    assert not table.select("entity_id", "market_id", "quarter", "tranche").is_duplicated().any()
    assert table["run_id"].unique().to_list() == [run_id(crowd, plan)]
    for _, rows in table.group_by("entity_id"):
        assert rows["rows"].unique().to_list() == [rows.height]
