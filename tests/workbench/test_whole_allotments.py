"""Counties that plan alone within allotments of whole lots carry out the joint plan, by file."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.plan.exact import chosen_releases, price_sales
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.system.allotments import allotment_table
from ironpot.system.from_cases import cases_together
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots
from ironpot.valuation.depth import fill
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.rooms import rooms_together

OPTIONS = PlanOptions(steps=3, time_limit_s=60.0, relief=False)


def example():
    spec = importlib.util.spec_from_file_location("neighbours", "examples/neighbours.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    neighbours = example()
    neighbours.DEPTH = 1.2  # a lot or two a quarter
    paths = neighbours.write_neighbours(tmp_path_factory.mktemp("cases"))
    return [read_case(path).case for path in paths]


@pytest.fixture(scope="module")
def joint(cases):
    """The joint problem of the cases' own lots (none shares its heap), and a plan of whole ones."""
    together = cases_together(cases, whole=True)
    plan = coordinate_whole_lots(together.markets, options=WholeOptions(rounds=2, trials=200))
    return together, plan


@pytest.fixture(scope="module")
def files(joint, tmp_path_factory):
    """One file a county, as `ironpot system` writes it: prices before taxes."""
    together, plan = joint
    folder: Path = tmp_path_factory.mktemp("allotments")
    priced = together.markets.price / together.after_tax[:, None, None]
    rows = allotment_table(
        replace(together.markets, price=priced),
        plan,
        names=together.market_ids,
        quarters=together.quarters,
        lot_ids=together.lot_ids,
    )
    for (name,), part in rows.group_by("entity_id"):
        part.write_csv(folder / f"{name}.csv")
    return folder


def planned(case, files, **options):
    rows = read_allotments(files / f"{case.settings.case_id}.csv")
    return plan_resolution(case, options=replace(OPTIONS, **options), allotments=rows)


@pytest.fixture(scope="module")
def within(cases, files):
    return [planned(case, files, within=True) for case in cases]


@pytest.fixture(scope="module")
def at_fees(cases, files):
    return [planned(case, files) for case in cases]


def volume_of(plan, quarters):
    """Listed yuan by market and quarter, over the quarters of the joint problem."""
    chosen = chosen_releases(plan.model, plan.point)
    return price_sales(plan.model.inputs, chosen).volume[:, :quarters]


def overshoot(together, plans):
    quarters, shared = len(together.quarters), len(together.market_ids)
    volume = sum(volume_of(plan, quarters) for plan in plans)[:shared]
    return volume.sum() - fill(volume, together.markets.room[:shared]).sum()


def test_within_their_allotments_all_together_overshoot_no_row(joint, within):
    assert overshoot(joint[0], within) == pytest.approx(0.0, abs=1.0)


def test_at_the_fees_alone_the_same_counties_overshoot(joint, at_fees):
    assert overshoot(joint[0], at_fees) > 1e6


def test_what_plans_say_they_list_adds_up_to_the_same_overshoot(joint, within, at_fees):
    for plans in (within, at_fees):
        listed = {str(n): plan_files(own, "en").summary["listed"] for n, own in enumerate(plans)}
        beyond = rooms_together(listed)["beyond"].sum()
        assert beyond == pytest.approx(overshoot(joint[0], plans), abs=2.0)


def test_within_its_allotment_each_county_sells_its_part_and_its_plan_is_the_best_there(
    cases, joint, within
):
    """The best plan within the cap costs no more than the part does, which lies within it."""
    together, plan = joint
    markets, quarters = together.markets, len(together.quarters)
    for number, own in enumerate(within):
        lots = np.arange(*markets.first_lot[number : number + 2])
        sold = plan.sold[lots[markets.on_sale[lots]]]
        parts = sold.reshape(-1, quarters, markets.price.shape[2]).sum(axis=(0, 2))
        used = volume_of(own, quarters)[0]
        assert parts.sum() > 0.0, cases[number].settings.case_id
        assert (used <= parts + 1.0).all()
        assert ((used > 0.0) == (parts > 0.0)).all()
        assert own.cost <= own.do_nothing
        assert own.cost - own.bound <= 0.005 * (own.do_nothing - own.bound) + 1.0


def test_within_its_allotment_no_county_pays_more_than_its_part_by_its_own_reckoning(within):
    """The part is the announced lots sold in their quarters, priced as a plan of the county's."""
    for own in within:
        assert own.announced.status in ("works", "needs_help")
        assert own.announced.status == "needs_help" or own.cost <= own.announced.cost + 0.1


def test_the_file_names_the_lots_that_use_each_row(cases, files):
    for case in cases:
        rows = read_allotments(files / f"{case.settings.case_id}.csv")
        used = rows.filter(pl.col("announced_use") > 0.0)
        assert used["announced_lots"].null_count() == 0
        assert rows.filter(pl.col("announced_use") == 0.0)["announced_lots"].is_null().all()
        sold = used.group_by("announced_lots").agg(pl.col("announced_use").sum())
        size = dict(case.assets.select("asset_id", "appraisal").iter_rows())
        for named, volume in sold.iter_rows():
            assert volume == pytest.approx(sum(size[lot] for lot in named.split(";")), abs=1.0)


def test_less_room_is_never_cheaper(cases, within):
    for case, own in zip(cases, within, strict=True):
        assert plan_resolution(case, options=OPTIONS).bound <= own.cost + 1.0


def test_within_without_an_allotment_is_refused(cases):
    with pytest.raises(IronpotError, match="--allotment"):
        plan_resolution(cases[0], options=replace(OPTIONS, within=True))


def test_rows_of_the_file_that_allot_nothing_have_no_room(cases, within, files):
    rows = read_allotments(files / f"{cases[0].settings.case_id}.csv")
    assert (rows["allotment"] == 0.0).any()
    depth = within[0].model.inputs.offers.depth
    held = depth.capacity[depth.index(rows["market_id"][0]), : rows["quarter"].n_unique()].sum()
    assert held == pytest.approx(rows["allotment"].sum())
    assert within[0].model.inputs.market_fees.fee.sum() == pytest.approx(0.0)
