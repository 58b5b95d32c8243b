"""What a county may sell in the joint problem fits the planner's own rows of services and team."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from ironpot.case.read import read_case
from ironpot.plan.now import add_releases, team_by_quarter
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Builder
from ironpot.system.case_limits import (
    NEVER,
    Demands,
    demands_of,
    lots_within_floors,
    shares_within_floors,
    team_delays,
)
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.from_cases import cases_together
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


@pytest.mark.parametrize("seed", range(5))
def test_no_quarter_of_the_team_is_promised_twice_and_no_lot_waits_for_nothing(seed):
    demands, capacity = drawn(seed), np.random.default_rng(seed).uniform(5.0, 15.0, 10)
    delay = team_delays(demands, capacity)
    assert 0 < (delay == NEVER).sum() < delay.size
    left = capacity - spent(demands, delay, capacity.size)
    assert left.min() >= -1e-9
    for lot in np.flatnonzero((delay > 0) & (delay < NEVER)):
        moved = delay.copy()
        for sooner in range(int(delay[lot])):
            moved[lot] = sooner
            assert (capacity - spent(demands, moved, capacity.size)).min() < 1e-9
    assert not team_delays(demands, np.full(10, np.inf)).any()


def spent(demands, delay, quarters):
    """Add up person-weeks a quarter, term by term as the planner's row says."""
    used = np.zeros(quarters)
    for effort, lead, late in zip(demands.effort, demands.lead, delay, strict=True):
        if late < NEVER:
            start = late + lead
            busy = range(start - lead, start) if lead else [start]
            for quarter in busy:
                used[quarter] += effort / max(lead, 1)
    return used


@pytest.fixture(scope="module")
def case():
    return read_case("examples/bishan-scale").case


def test_lots_prepared_and_cut_as_said_fit_the_planners_rows_of_team_and_services(case):
    """All lots at once, each started when the team has it ready, in the program of the planner."""
    appraisals, debts = appraise_case(case)
    table = appraisals.table
    lots = (
        table.filter(pl.col("legal") & pl.col("route").is_in(LISTED))
        .sort("net_proceeds", descending=True, nulls_last=True)
        .unique("lot_id", keep="first", maintain_order=True)
    )
    demands = demands_of(case, appraisals.offers, lots, lots["net_proceeds"].to_numpy())
    inputs = gather(case, appraisals, debts, PlanOptions())
    build = Builder()
    release_of = add_releases(build, inputs)
    program = build.build()
    upper = program.row_upper
    rows = {name: program.rows[name].index for name in ("team", "service_floor")}
    floors = case.service_classes["floor_share"].to_numpy()
    classes = tuple(case.service_classes["service_class"])
    frame = appraisals.offers.frame.unique("lot_id", keep="first")
    value = pl.coalesce("service_value_y", "book_value")
    total = dict(frame.group_by("service_class").agg(value.sum()).iter_rows())
    allowed = (1.0 - floors) * np.array([total.get(name) or 0.0 for name in classes])
    share = shares_within_floors(demands, allowed)
    delay = team_delays(demands, team_by_quarter(case, "capacity_pw", np.inf))
    assert (share < 1.0).any()
    assert (delay > 0).any()
    point = np.zeros(program.cost.size)
    known = {
        (int(row), int(start)): int(column)
        for row, start, bundle, column in zip(
            *(inputs.releases.row, inputs.releases.start, inputs.releases.bundle),
            release_of,
            strict=True,
        )
        if bundle < 0
    }
    at = {pair: row for row, pair in enumerate(appraisals.offers.frame["lot_id", "route"].rows())}
    for number, pair in enumerate(lots["lot_id", "route"].rows()):
        key = at[pair], int(demands.lead[number] + delay[number])
        if key in known:
            point[known[key]] = share[number]
    assert point.sum() > 100
    used = activity(program, point)
    for name, index in rows.items():
        assert (used[index] <= upper[index] * (1.0 + 1e-9) + 1e-9).all(), name
    assert used[rows["team"]].max() > 0.8 * upper[rows["team"]].max()


def activity(program, point):
    rows = csr_array((program.value, program.index, program.start), shape=program.shape)
    return rows @ point


@pytest.fixture(scope="module")
def costs(case):
    """Two such counties: team lot by lot, as rows, without a team, without both limits."""

    def solved(one, *, whole=False):
        pair = one, replace(one, settings=replace(one.settings, case_id="twin"))
        return coordinate_plans(cases_together(pair, whole=whole).markets)

    free = replace(case, team=case.team.clear())
    floorless = replace(free, service_classes=free.service_classes.clear())
    return [solved(case, whole=True), *(solved(one) for one in (case, free, floorless))]


def test_what_ties_a_county_down_costs_it_something(costs):
    one_by_one, tied, teamless, free = costs
    assert one_by_one.bound > max(tied.cost, teamless.cost)
    assert tied.cost >= teamless.bound
    assert teamless.bound > free.cost


def test_what_floors_and_team_keep_back_is_said_with_its_amount(case):
    pair = case, replace(case, settings=replace(case.settings, case_id="twin"))
    together = cases_together(pair, whole=True)
    said = [loss.en for loss in together.losses if loss.en.startswith("twin:")]
    assert any("stay with their services" in loss for loss in said)
    assert any("held up by the team" in loss for loss in said)
    assert any("later than their route needs" in loss for loss in said)
    free = [
        replace(one, team=one.team.clear(), service_classes=one.service_classes.clear())
        for one in pair
    ]
    told = " ".join(loss.en for loss in cases_together(free).losses[2:])
    assert "services" not in told
    assert "team" not in told
