"""What a county may sell in the joint problem fits the planner's own rows of services and team."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from ironpot.case.read import read_case
from ironpot.plan.now import add_releases
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Builder
from ironpot.system import case_lots
from ironpot.system.case_limits import (
    Demands,
    lots_within_floors,
    shares_within_floors,
)
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.from_cases import cases_together
from ironpot.system.whole_block import quarter_of
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions
from ironpot.valuation.routes import LISTED


def drawn(seed, lots=40):
    chance = np.random.default_rng(seed)
    return Demands(
        chance.uniform(0.0, 9.0, lots) * (chance.random(lots) < 0.8),
        chance.integers(-1, 3, lots),
        chance.uniform(0.0, 9.0, lots) * (chance.random(lots) < 0.8),
        chance.integers(0, 4, lots),
        chance.normal(2.0, 4.0, lots),
    )


@pytest.mark.parametrize("seed", range(5))
def test_floors_hold_when_all_is_sold_and_no_other_cut_lets_more_gain(seed):
    """The same lots as one linear program by HiGHS: the most gain within every class."""
    demands = drawn(seed)
    demands = replace(demands, gain=np.abs(demands.gain))
    allowed = np.array([20.0, 5.0, -1.0])
    share = shares_within_floors(demands, allowed)
    rows = np.array([np.where(demands.kind == k, demands.service, 0.0) for k in range(3)])
    most = np.maximum(allowed, 0.0)
    assert (rows @ share <= most + 1e-9).all()
    best = linprog(-demands.gain, A_ub=rows, b_ub=most, bounds=(0.0, 1.0))
    assert demands.gain @ share == pytest.approx(-best.fun)


@pytest.mark.parametrize("seed", range(5))
def test_floors_hold_when_all_whole_lots_are_sold_and_none_that_still_fits_stays_out(seed):
    demands = drawn(seed)
    allowed = np.array([20.0, 5.0, -1.0])
    inside = lots_within_floors(demands, allowed)
    assert inside[(demands.kind < 0) | (demands.service == 0.0)].all()
    assert 0 < (~inside).sum() < inside.size
    share = shares_within_floors(demands, allowed)
    for kind, most in enumerate(np.maximum(allowed, 0.0).tolist()):
        mine = (demands.kind == kind) & (demands.service > 0.0)
        assert demands.service[mine & inside].sum() <= most + 1e-9
        assert inside[mine & (share == 1.0)].all()  # the smaller ones come after those that fit
        worth = np.divide(demands.gain, demands.service, out=np.zeros(40), where=mine)
        for lot in np.flatnonzero(mine & ~inside):
            before = mine & inside & (worth >= worth[lot])
            assert demands.service[before].sum() + demands.service[lot] > most


def test_a_smaller_lot_goes_in_after_one_that_does_not_fit():
    found = [lots_within_floors(drawn(seed), np.array([9.0, 5.0, 3.0])) for seed in range(5)]
    parts = [shares_within_floors(drawn(seed), np.array([9.0, 5.0, 3.0])) for seed in range(5)]
    assert any((inside & (share == 0.0)).any() for inside, share in zip(found, parts, strict=True))


@pytest.fixture(scope="module")
def case():
    return read_case("examples/bishan-scale").case


def test_whole_lots_sold_as_planned_fit_the_planners_rows_of_team_and_services(case, monkeypatch):
    """A joint plan of whole lots, each started when its team is ready, in the planner's program."""
    monkeypatch.setattr(case_lots, "_MOST_WHOLE", 40 * 4)
    case = replace(case, team=case.team.with_columns(pl.col("capacity_pw") * 0.15))
    pair = case, replace(case, settings=replace(case.settings, case_id="twin"))
    together = cases_together(pair, most_quarters=4, whole=True)
    short = WholeOptions(rounds=1, trials=500, blocks=1)
    plan = coordinate_whole_heaps(together.markets, 1, options=short)
    appraisals, debts = appraise_case(case)
    inputs = gather(case, appraisals, debts, PlanOptions())
    build = Builder()
    release_of = add_releases(build, inputs)
    program = build.build()
    point, markets, mine = np.zeros(program.cost.size), together.markets, together.markets.first_lot
    known = releases_of(inputs, release_of, appraisals)
    sales = quarter_of(markets, plan.sold)
    for row in np.flatnonzero((sales >= 0) & markets.on_sale):
        if row < mine[1]:
            point[known[together.lot_ids[row], sales[row] - markets.team.ready[row]]] = 1.0
    assert point.sum() > 5
    used, upper = activity(program, point), program.row_upper
    for name in ("team", "service_floor"):
        index = program.rows[name].index
        assert (used[index] <= upper[index] * (1.0 + 1e-9) + 1e-9).all(), name
    team = program.rows["team"].index
    assert used[team].max() > 0.6 * upper[team].max()


def releases_of(inputs, release_of, appraisals):
    """Name each lone listed candidate that leaves most by its lot and the begin of its work."""
    pairs = appraisals.offers.frame["lot_id", "route"].rows()
    best = best_routes(appraisals.table)
    found = {}
    releases = inputs.releases
    for number, (row, start, bundle) in enumerate(
        zip(releases.row, releases.start, releases.bundle, strict=True)
    ):
        lot, route = pairs[row]
        if bundle < 0 and best.get(lot) == route:
            found[lot, start - releases.lead[number]] = release_of[number]
    return found


def best_routes(table):
    open_ = table.filter(pl.col("legal") & pl.col("route").is_in(LISTED))
    best = open_.sort("net_proceeds", descending=True, nulls_last=True).unique(
        "lot_id", keep="first", maintain_order=True
    )
    return dict(best["lot_id", "route"].iter_rows())


def activity(program, point):
    rows = csr_array((program.value, program.index, program.start), shape=program.shape)
    return rows @ point


@pytest.fixture(scope="module")
def costs(case):
    """Two such counties: with both limits, without a team, without both."""

    def solved(one):
        pair = one, replace(one, settings=replace(one.settings, case_id="twin"))
        return coordinate_plans(cases_together(pair).markets)

    free = replace(case, team=case.team.clear())
    floorless = replace(free, service_classes=free.service_classes.clear())
    return [solved(one) for one in (case, free, floorless)]


def test_what_ties_a_county_down_costs_it_something(costs):
    tied, teamless, free = costs
    assert tied.cost >= teamless.bound
    assert teamless.bound > free.cost


def test_what_floors_keep_back_is_said_with_its_amount(case):
    pair = case, replace(case, settings=replace(case.settings, case_id="twin"))
    together = cases_together(pair, whole=True)
    said = [loss.en for loss in together.losses if loss.en.startswith("twin:")]
    assert any("stay with their services" in loss for loss in said)
    assert any("not planned whole" in loss for loss in said)
    free = [
        replace(one, team=one.team.clear(), service_classes=one.service_classes.clear())
        for one in pair
    ]
    told = " ".join(loss.en for loss in cases_together(free).losses[2:])
    assert "services" not in told
    assert "team" not in told
