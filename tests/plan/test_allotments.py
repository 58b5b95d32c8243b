"""A county's allotment: its fee is charged on the deviation, exactly, and on nothing else."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.plan.allotments import with_allotments
from ironpot.plan.exact import chosen_releases, price_sales
from ironpot.plan.fresh import Entrant, Strand, judge_strand
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import first_stage, judge
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case
from ironpot.valuation.depth import fill
from ironpot.workbench.allotment_file import read_allotments

CASE = read_case("examples/two-pots").case
QUICK = PlanOptions(time_limit_s=20)
FEN = 0.05


@pytest.fixture(scope="module")
def alone():
    return plan_resolution(CASE, options=QUICK)


def use_of(plan):
    inputs = plan.model.inputs
    sales = price_sales(inputs, chosen_releases(plan.model, plan.point))
    return fill(sales.volume, inputs.offers.depth.capacity)


def rows(plan, *, fee, allotted, fall=0.0):
    depth = plan.model.inputs.offers.depth
    return ALLOTMENTS.frame(
        {
            "entity_id": "county",
            "market_id": market,
            "quarter": quarter,
            "tranche": tranche + 1,
            "price_fraction": float(depth.fraction[m, q, tranche]) - fall,
            "fee": fee,
            "allotment": float(allotted[m, q, tranche]),
        }
        for m, market in enumerate(depth.markets)
        for q, quarter in enumerate(CASE.horizon.quarters)
        for tranche in range(depth.fraction.shape[2])
    )


@pytest.mark.parametrize(("fee", "share"), [(0.0, 0.0), (0.1, 0.5)])
def test_the_fee_is_charged_on_the_deviation_and_on_nothing_else(alone, fee, share):
    given = use_of(alone) * share
    plan = plan_resolution(CASE, options=QUICK, allotments=rows(alone, fee=fee, allotted=given))
    deviation = use_of(plan).sum() - given.sum()
    assert plan.cost == pytest.approx(alone.cost + fee * deviation, abs=FEN)
    assert plan.bound <= plan.cost


def test_a_race_charges_the_fee_on_what_a_choice_lists_in_every_future(alone):
    given = use_of(alone) * 0.5
    tables = [rows(alone, fee=fee, allotted=given) for fee in (0.1, 0.0)]
    plan = plan_resolution(CASE, options=QUICK, allotments=tables[0])
    choice = first_stage(plan.model, plan.point, "plan")
    (inside,) = judge(plan.model, [choice])
    assert inside.objective * 1e6 == pytest.approx(plan.cost, abs=FEN)
    entrants, drawn = (Entrant(choice, inside.level),), replace(QUICK, scenarios=6)
    with_fee, without = (
        judge_strand(Strand(CASE, *appraise_case(CASE), entrants, drawn, allotments=table))[0]
        for table in tables
    )
    fee = 0.1 * (use_of(plan).sum() - given.sum()) / 1e6
    assert abs(fee) > 0.1
    assert with_fee.cost - without.cost == pytest.approx(np.full(6, fee), abs=1e-7)


def test_with_its_allotment_a_county_pays_no_more_than_its_part_of_the_plan(alone):
    """Keeping to the allotment costs what it did, so the best answer costs no more."""
    given = rows(alone, fee=0.3, allotted=use_of(alone))
    assert plan_resolution(CASE, options=QUICK, allotments=given).cost <= alone.cost + FEN


def test_what_is_left_of_an_allotment_is_credited_to_doing_nothing(alone):
    given = use_of(alone)
    plan = plan_resolution(CASE, options=QUICK, allotments=rows(alone, fee=0.1, allotted=given))
    assert plan.do_nothing == pytest.approx(alone.do_nothing - 0.1 * given.sum(), abs=FEN)


def test_prices_are_those_of_the_file(alone):
    lower = rows(alone, fee=0.0, allotted=use_of(alone), fall=0.1)
    plan = plan_resolution(CASE, options=QUICK, allotments=lower)
    depth = alone.model.inputs.offers.depth
    np.testing.assert_allclose(
        plan.model.inputs.offers.depth.fraction, depth.fraction - 0.1, atol=1e-12
    )
    assert plan.cost > alone.cost


def test_within_its_allotment_a_longer_case_sells_nothing_beyond_the_quarters_of_the_file(alone):
    """The file names the first quarter alone, with too little room for any lot."""
    assert use_of(alone).sum() > 0.0
    full = alone.model.inputs.offers.depth.capacity
    first = pl.col("quarter") == CASE.horizon.quarters[0]
    given = rows(alone, fee=0.1, allotted=full * 0.01).filter(first)
    plan = plan_resolution(CASE, options=replace(QUICK, within=True), allotments=given)
    capacity = plan.model.inputs.offers.depth.capacity
    np.testing.assert_allclose(capacity[:, 0], full[:, 0] * 0.01)
    assert not capacity[:, 1:].any()
    assert not price_sales(plan.model.inputs, chosen_releases(plan.model, plan.point)).volume.any()


def test_within_an_allotment_markets_that_the_file_does_not_name_stay_as_they_are(alone):
    depth = alone.model.inputs.offers.depth
    two = replace(
        alone.model.inputs.offers,
        depth=replace(
            depth,
            markets=(*depth.markets, *(f"other {name}" for name in depth.markets)),
            **{
                name: np.concatenate([getattr(depth, name), getattr(depth, name)])
                for name in ("fraction", "capacity")
            },
        ),
    )
    given = rows(alone, fee=0.1, allotted=depth.capacity)
    first = given.filter(pl.col("quarter") == CASE.horizon.quarters[0])
    left, _ = with_allotments(two, first, tuple(CASE.horizon.quarters), within=True)
    named = len(depth.markets)
    assert not left.depth.capacity[:named, 1:].any()
    np.testing.assert_array_equal(left.depth.capacity[named:], depth.capacity)


def test_an_allotment_that_the_case_cannot_use_is_refused(alone):
    given = rows(alone, fee=0.1, allotted=use_of(alone))
    elsewhere = given.with_columns(market_id=pl.lit("moon"))
    with pytest.raises(IronpotError, match="moon"):
        plan_resolution(CASE, options=QUICK, allotments=elsewhere)
    two = pl.concat([given, given.with_columns(entity_id=pl.lit("other"))])
    with pytest.raises(IronpotError, match="one county"):
        plan_resolution(CASE, options=QUICK, allotments=two)


def test_a_file_reads_back_as_it_was_written_and_gaps_are_refused(alone, tmp_path):
    given = rows(alone, fee=0.1, allotted=use_of(alone))
    path = tmp_path / "county.csv"
    given.write_csv(path)
    assert read_allotments(path).equals(given)
    given.with_columns(fee=pl.lit(None, pl.Float64)).write_csv(path)
    with pytest.raises(FileRefusedError, match="fee"):
        read_allotments(path)
    pl.concat([given, given]).write_csv(path)
    with pytest.raises(FileRefusedError, match="two rows"):
        read_allotments(path)


def with_rows(frame):
    return replace(CASE, allotments=ALLOTMENTS.conform(frame))


def test_allotments_in_the_case_do_what_the_file_does_and_the_file_goes_before_them(alone):
    given = rows(alone, fee=0.1, allotted=use_of(alone) * 0.5)
    by_file = plan_resolution(CASE, options=QUICK, allotments=given)
    in_case = plan_resolution(with_rows(given), options=QUICK)
    assert in_case.cost == pytest.approx(by_file.cost, abs=FEN)
    assert in_case.do_nothing == pytest.approx(by_file.do_nothing, abs=FEN)
    other = rows(alone, fee=0.0, allotted=use_of(alone) * 0.0)
    over = plan_resolution(with_rows(given), options=QUICK, allotments=other)
    assert over.cost == pytest.approx(alone.cost, abs=FEN)


def test_a_case_without_allotments_plans_as_ever(alone):
    assert CASE.allotments.is_empty()
    assert alone.model.inputs.market_fees is None


def test_within_an_allotment_a_standing_listing_has_its_own_room_beside_it():
    """Runs take standing listings off the rooms that they allot: nothing allotted changes none."""
    listed = BY_NAME["realised"].frame(
        [
            {
                "event_id": "v",
                "asset_id": "depot",
                "event": "listed",
                "route": "exchange_sale",
                "date": dt.date(2025, 5, 1),
            }
        ]
    )
    case = replace(CASE, realised=listed)
    alone = plan_resolution(case, options=QUICK)
    nothing = np.zeros_like(use_of(alone))
    hall = BY_NAME["wishes"].frame(
        [{"wish_id": "w", "subject_id": "hall", "action": "force", "route": "hold", "by": "us"}]
    )
    held = plan_resolution(replace(case, wishes=hall), options=QUICK)
    for within in (True, False):
        plan = plan_resolution(
            replace(case, wishes=hall),
            options=replace(QUICK, within=within),
            allotments=rows(alone, fee=0.1, allotted=nothing),
        )
        assert plan.cost == pytest.approx(held.cost, abs=FEN)
    assert use_of(held).sum() == pytest.approx(20e6, rel=0.05)
