"""Many futures taken apart: the parts together are the whole, and prove as much."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.busy import busy
from tests.plan.check import written_and_verified
from tests.plan.town import action, budget, driver, giver, hall, limit, loan, town, wish
from tests.support import account

from ironpot.plan import agree, many
from ironpot.plan.exact import exact_bounds
from ironpot.plan.hunt import Hunt
from ironpot.plan.inputs import MILLION
from ironpot.plan.left import leave
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.parts import COLUMN_AXIS, ROW_AXIS, deal, pull, take_part, whole_point
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Builder, dual_bound
from ironpot.plan.proof import Proof
from ironpot.plan.question import FIRST_SOLVE, hold_bounds
from ironpot.plan.sample import Sample
from ironpot.plan.shared import Shared
from ironpot.plan.solver import solve

POOR = [budget("own_revenue", 6.0), budget("essential_spending", 8.0)]
OPTIONS = PlanOptions(time_limit_s=4, gap_stake=1e-4, relief=False, lot_luck=True)


def model_of(futures: int) -> Model:
    case = busy(1, budget=POOR)
    appraisals, debts = appraise_case(case)
    return build_model(gather(case, appraisals, debts, replace(OPTIONS, scenarios=futures)))


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(12)


def test_a_part_of_all_futures_is_the_whole(model):
    part = take_part(model, np.arange(12))
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "start", "index", "value"):
        mine, whole = getattr(part.model().program, name), getattr(model.program, name)
        assert np.allclose(mine, whole, rtol=1e-12, atol=0.0), name
    assert part.weight == pytest.approx(1.0)


def test_every_block_that_grows_with_the_futures_is_known_to_do_so(model):
    fewer = model_of(11)
    for blocks, more, axes in (
        (fewer.program.columns, model.program.columns, COLUMN_AXIS),
        (fewer.program.rows, model.program.rows, ROW_AXIS),
    ):
        for name, block in blocks.items():
            axis = axes.get(name.partition(":")[0])
            if name in ("served", "repaid"):  # as many as there are reference futures
                continue
            shape = list(block.index.shape)
            if axis is not None:
                shape[axis] += 1
            assert list(more[name].index.shape) == shape, name


def test_parts_share_no_row_of_what_follows(model):
    whole = model.program
    owner = np.repeat(np.arange(whole.shape[0]), np.diff(whole.start))
    future = np.full(whole.shape[1], -1)
    for name, axis in COLUMN_AXIS.items():
        index = whole.columns[name].index
        places = np.arange(12).reshape([-1 if k == axis else 1 for k in range(index.ndim)])
        future[index] = np.broadcast_to(places, index.shape)
    for row in range(whole.shape[0]):
        known = future[whole.index[owner == row]]
        assert np.unique(known[known >= 0]).size <= 1


def test_costs_of_parts_add_up_to_that_of_the_whole(model):
    program = model.program
    with leave(program) as left:
        whole = left.solve(
            exact_bounds(model, program, *hold_bounds(model, program)), time_limit_s=20.0
        )
    parts = [take_part(model, futures) for futures in deal(model, 5)]
    answers = []
    for part in parts:
        mine, _ = part.cut(program)
        with leave(mine) as left:
            own = part.model()
            bounds = exact_bounds(own, mine, *hold_bounds(own, mine))
            answers.append(left.solve(bounds, time_limit_s=20.0))
    total = sum(p.weight * a.objective for p, a in zip(parts, answers, strict=True))
    assert len(parts) == 3
    # each part prices a tail of its own, which is never less than that of the whole
    assert total >= whole.objective - 1e-6
    assert total == pytest.approx(whole.objective, rel=0.05)
    point = whole_point(parts, [a.point for a in answers], program)
    assert program.violation(point) <= 1e-6


def test_duals_of_parts_prove_a_bound_below_the_optimum_and_rounds_lift_it(model):
    program = model.program.relaxed()
    best = solve(program, time_limit_s=30.0, options=FIRST_SOLVE)
    parts = [take_part(model, futures) for futures in deal(model, 4)]
    bounds = []
    with Proof(model, model.program, parts, 30.0) as proof:
        while not proof.done:
            if proof.poll(wait_s=1.0):
                bounds.append(proof.bound)
    plain = dual_bound(program, proof.relaxed.row_dual[: program.row_lower.size])
    assert plain <= best.objective + 1e-6
    assert len(bounds) >= 2
    assert bounds == sorted(bounds)
    first_gap, last_gap = (abs(best.objective - b) for b in (bounds[0], bounds[-1]))
    assert last_gap < first_gap or first_gap < 1e-6
    assert last_gap <= 0.01 * abs(best.objective)


@pytest.mark.parametrize("beyond", [-3.0, 0.0, 1.0, 20.0])
def test_whatever_prices_parts_are_charged_what_they_prove_holds(monkeypatch, model, beyond):
    monkeypatch.setattr(agree, "BEYOND", beyond)
    best = solve(model.program.relaxed(), time_limit_s=30.0, options=FIRST_SOLVE)
    parts = [take_part(model, futures) for futures in deal(model, 4)]
    with Proof(model, model.program, parts, 30.0) as proof:
        while not proof.done and proof.rounds < 4:
            proof.poll(wait_s=1.0)
    plain = dual_bound(model.program, proof.relaxed.row_dual[: model.program.row_lower.size])
    assert plain <= best.objective + 1e-6


def test_at_the_relaxed_optimum_the_parts_pull_together_is_that_of_the_whole(model):
    whole = solve(model.program.relaxed(), time_limit_s=30.0, options=FIRST_SOLVE)
    parts = [take_part(model, futures) for futures in deal(model, 4)]
    mine = []
    for part in parts:
        program, rows = part.cut(model.program)
        mine.append(pull(program, whole.row_dual[rows] / part.weight)[part.now])
    together = sum(p.weight * m for p, m in zip(parts, mine, strict=True))
    later = pull(model.program, whole.row_dual)[parts[0].columns[parts[0].now]]
    assert np.allclose(together, later, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rank=st.integers(1, 4),
    columns=st.integers(1, 30),
    scenarios=st.integers(1, 12),
)
def test_mixing_changes_no_coefficient(seed, rank, columns, scenarios):
    rng = np.random.default_rng(seed)
    places, quarters = 2, 3
    value = np.einsum(
        "crq,rs->csq",
        rng.standard_normal((columns, rank, quarters))
        * 10.0 ** rng.integers(-3, 4, (columns, 1, 1)),
        rng.standard_normal((rank, scenarios)),
    )
    place = rng.integers(places, size=columns)
    build = Builder()
    x = build.add_columns("x", columns)
    rows = build.add_rows("cash", (places, scenarios, quarters), lower=0.0)
    shared = Shared(rows)
    shared.add(place, x, value)
    shared.add(place, x, value)
    shared.write(build, "served")
    program = build.build()
    point = np.zeros(program.shape[1])
    point[x] = rng.random(columns)
    links = program.columns["served"].index
    point[links] = program.activity(point)[program.rows["served"].index]
    expected = np.zeros(rows.shape)
    np.add.at(expected, place, 2.0 * point[x][:, None, None] * value)
    size = np.abs(value).max() * columns
    assert np.allclose(program.activity(point)[rows], expected, atol=1e-9 * size)


def test_a_search_by_parts_ends_where_the_whole_program_does(monkeypatch):
    case = busy(1, budget=POOR)
    options = replace(OPTIONS, scenarios=9, time_limit_s=30.0, gap_stake=0.02)
    whole = plan_resolution(case, options=options)
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "PART", 4)
    monkeypatch.setattr(many, "CORE_MOST", 4)
    apart = plan_resolution(case, options=options)
    assert apart.bound <= whole.cost + 1.0
    assert whole.bound <= apart.cost + 1.0
    assert abs(apart.cost - whole.cost) <= 0.02 * abs(whole.do_nothing - whole.bound)
    assert apart.do_nothing == pytest.approx(whole.do_nothing, rel=1e-6)
    assert apart.violation <= 1e-6


@pytest.mark.parametrize("part", [4, 20], ids=["core", "alone"])
def test_taken_apart_a_forced_wish_is_kept_though_holding_is_cheaper(monkeypatch, part):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "PART", part)
    monkeypatch.setattr(many, "CORE_MOST", part)
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    case = town(assets=lots, wishes=[wish("pot", "force"), wish("steel", "forbid")])
    plan = plan_resolution(case, options=replace(OPTIONS, scenarios=9))
    left = plan.model.release_of[plan.point[plan.model.release_of] > 0.5]
    assert left.size > 0
    assert plan.violation <= 1e-6
    assert plan.cost > plan.do_nothing


@pytest.mark.parametrize("large", [0, 10**9], ids=["apart", "whole"])
def test_where_holding_breaks_a_ceiling_the_stake_is_unknown_and_nothing_is_optimal_by_that(
    monkeypatch, large, tmp_path
):
    monkeypatch.setattr(many, "LARGE", large)
    special = {"primary_class": "special", "prepayment_penalty_rate": 0.3}
    case = town(
        assets=[hall("a", 4.1, 0.6), hall("b", 3.7, 0.55), hall("c", 5.3, 0.8)],
        debts=[loan("bond", 9.0, dt.date(2030, 12, 31), **special)],
        class_actions=[action("early", "prepay", "special")],
        accounts=[account("gov", "general", 1 * MILLION)],
        limits=[limit("debt_ceiling", 4.0)],
    )
    # Without a stake the search goes on until its time ends: let that be soon.
    plan = plan_resolution(case, options=replace(OPTIONS, scenarios=9, time_limit_s=2))
    assert not np.isfinite(plan.do_nothing)
    assert np.isnan(plan.gap_stake)
    if plan.status == "optimal":
        assert plan.cost - plan.bound <= 1e-4 * abs(plan.cost)
    written_and_verified(plan, tmp_path)


def test_a_future_in_which_the_plan_of_the_core_fails_joins_it_before_help_is_asked(monkeypatch):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "CORE_MOST", 2)
    monkeypatch.setattr(many, "CORE_LEAST", 2)
    # The core begins with the two best futures, in which nothing need be sold.
    monkeypatch.setattr(
        many, "deal", lambda model, most: [model.inputs.futures.best_first()[:most]]
    )
    monkeypatch.setattr(many, "PART", 12)
    # What the proof says of the futures left out comes sooner or later: here it never does.
    monkeypatch.setattr(Sample, "corrected", Sample.program)
    taken, take_in = [], Hunt.take_in
    monkeypatch.setattr(Hunt, "take_in", lambda hunt: (taken.append(hunt.stuck), take_in(hunt)))
    case = town(
        assets=[hall("a", 5.0, 0.7), hall("b", 9.0, 1.2), hall("c", 9.5, 1.4)],
        accounts=[account("gov", "general", 4 * MILLION)],
        budget=[budget("own_revenue", 9.0, driver="revenue")],
        drivers=[
            *driver("price", 8),
            *driver("revenue", 8, {"base": 1.0, "adverse": 0.2, "favourable": 1.6}),
        ],
        debts=[loan("due", 11.0, dt.date(2025, 12, 31))],
        relief_sources=[giver("province", 1)],
    )
    options = PlanOptions(time_limit_s=4.0, gap_stake=1e-3, scenarios=12)
    plan = plan_resolution(case, options=options)
    assert taken
    assert plan.relief_pv == 0.0
    assert plan.status in ("optimal", "feasible")
    monkeypatch.setattr(many, "LARGE", 10**9)
    whole = plan_resolution(case, options=options)
    assert plan.cost == pytest.approx(whole.cost, abs=2e-3 * abs(whole.do_nothing - whole.bound))


@pytest.mark.parametrize("poor", [True, False], ids=["helped", "unaided"])
def test_who_stops_before_anything_is_asked_keeps_the_first_plan(monkeypatch, poor, tmp_path):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "ask", stop)
    case = town(
        assets=[hall("a", 5.0, 0.7)],
        accounts=[account("gov", "general", 4 * MILLION)],
        debts=[loan("due", 11.0 if poor else 3.0, dt.date(2025, 12, 31))],
        relief_sources=[giver("province", 1)],
    )
    plan = plan_resolution(case, options=PlanOptions(scenarios=9))
    assert plan.interrupted
    assert plan.status == ("least_relief" if poor else "feasible")
    assert (plan.relief_pv > 0.0) == poor
    assert plan.bound <= plan.cost
    assert plan.solver_version
    written_and_verified(plan, tmp_path)
