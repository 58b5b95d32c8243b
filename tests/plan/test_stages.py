"""A plan in stages is the best of all policies, and never knows what it cannot know."""

import datetime as dt
from itertools import product

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.test_out_of_sample import POOR
from tests.plan.town import MILLION, budget, driver, hall, ladder, limit, loan, rounds, sale, town
from tests.support import account

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError, SolverError
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.solver import solve
from ironpot.plan.staged import StagedPlan, plan_stages, staged_certificate
from ironpot.plan.tree import MOST_LEAVES, draw_tree
from ironpot.verify.certificate import check_certificate

T, Q, NEVER = 3, 1.01, 3
OPTIONS = PlanOptions(time_limit_s=40, relief=False)
# Cash is planned 100 yuan above its buffer; over three quarters that can cost this much.
MARGIN = 2e-3
UNSURE = {"base": 1.0, "adverse": 0.5, "favourable": 1.5}
OWED, OPENING, SURPLUS, FRACTION = 9.0, 2.0, 0.3, 0.9


def market(*lots: tuple[str, float, float]) -> Case:
    """Lots (name, appraisal, income a year) in a market whose price nobody knows beforehand."""
    chances = [
        (name, (share,), (1.0,))
        for name, share in (("base", 0.8), ("adverse", 0.5), ("favourable", 1.0))
    ]
    return town(
        quarters=T,
        accounts=[account("gov", "general", OPENING * MILLION)],
        assets=[hall(name, value, income) for name, value, income in lots],
        markets=ladder((FRACTION, 1e9)),
        listing=rounds(chances),
        drivers=driver("price", T, UNSURE),
        routes=[sale()],
        debts=[loan("due", OWED, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        limits=[limit("buffer", 0.5)],
        budget=[budget("own_revenue", 4.0 * SURPLUS)],
    )


def asked_share(start: int) -> float:
    def annuity(quarters: int) -> float:
        return sum(Q**-t for t in range(1, quarters + 1))

    return annuity(40 - start) / annuity(40)


def play(
    plan: StagedPlan, lots: list[tuple[float, float]], starts: tuple[int, ...], leaf: int
) -> tuple[float, float]:
    """Cost of a leaf when lots (appraisal, income a quarter) start so, and its arrears-years."""
    offers = plan.leaves.inputs.offers
    price, sold = offers.prices[leaf, 0], float(offers.listing.sold[0, leaf, 0])
    cash, late, cost, years = OPENING, 0.0, 0.0, 0.0
    for t in range(T):
        flow = SURPLUS
        for (value, income), start in zip(lots, starts, strict=True):
            flow += income * (1.0 - (sold if t > start else 0.0))
            if t == start:
                flow += sold * value * asked_share(start) * FRACTION * float(price[t])
        if t == T - 1:
            days = (dt.date(2025, 9, 30) - dt.date(2022, 12, 31)).days
            flow -= OWED * (1.0 + 0.04 * days / 365)
        total = cash + flow - 1.03 * late
        now, late = max(total, 0.5), max(0.5 - total, 0.0)
        cost += Q ** -(t + 1) * (cash - now + 0.125 * late)
        years += Q ** -(t + 1) * late / 4.0
        cash = now
    after = sum(Q**-q for q in range(T + 1, 41))
    for (_, income), start in zip(lots, starts, strict=True):
        cost += income * after * sold * (start < NEVER)
    return cost + 1.5 * late * Q**-T, years


def worst_mean(losses: np.ndarray, tail: float) -> float:
    order, part = np.sort(losses)[::-1], tail * losses.size
    whole = int(part)
    return (order[:whole].sum() + (part - whole) * order[whole]) / part


@pytest.mark.parametrize("seed", range(3))
def test_of_27_leaves_no_policy_is_cheaper_tail_and_all(seed):
    """One lot, 730 policies: now; in the second stage; in the third; never; by what was seen."""
    options = PlanOptions(time_limit_s=40, relief=False, seed=seed)
    plan = plan_stages(market(("lot", 8.0, 0.8)), options=options)
    assert len(plan.leaves.models) == 27
    table = np.array(
        [[play(plan, [(8.0, 0.2)], (start,), leaf) for start in range(4)] for leaf in range(27)]
    )
    later = [(1,) * 9, *(tuple(np.repeat(third, 3)) for third in product((2, NEVER), repeat=3))]
    policies = [(0,) * 27, *(sum(parts, ()) for parts in product(later, repeat=3))]
    assert len(policies) == 730
    leaf = np.arange(27)
    costs = [
        table[leaf, policy, 0].mean() + 0.5 * worst_mean(table[leaf, policy, 1], 0.1)
        for policy in map(np.array, policies)
    ]
    assert plan.bound / MILLION <= min(costs) + 1e-6
    assert plan.cost / MILLION == pytest.approx(min(costs), abs=MARGIN)
    # Deciding everything today is dearer in at least one of the draws.
    today = [costs[0], *(c for c, p in zip(costs, policies, strict=True) if len(set(p)) == 1)]
    assert plan.cost / MILLION <= min(today) + MARGIN


def test_of_two_lots_the_best_policy_is_found_by_going_backwards():
    lots = [(6.0, 0.15), (5.0, 0.02)]
    calm = PlanOptions(time_limit_s=40, relief=False, risk_weight=0.0, seed=2)
    plan = plan_stages(market(("a", 6.0, 0.6), ("b", 5.0, 0.08)), options=calm)

    def best(depth: int, node: int, starts: tuple[int, ...]) -> float:
        """Least expected cost from a node on, in which stage `depth` is still to be decided."""
        if depth == T:
            return play(plan, lots, starts, node)[0]
        open_lots = [k for k, start in enumerate(starts) if start == NEVER]
        found = []
        for taken in product((False, True), repeat=len(open_lots)):
            own = list(starts)
            for k, take in zip(open_lots, taken, strict=True):
                own[k] = depth if take else NEVER
            found.append(np.mean([best(depth + 1, 3 * node + b, tuple(own)) for b in range(3)]))
        return min(found)

    assert plan.cost / MILLION == pytest.approx(best(0, 0, (NEVER, NEVER)), abs=MARGIN)


def test_one_stage_is_the_two_stage_model():
    case = busy(1, budget=POOR)
    tree = draw_tree(case, stages=1, branches=5, seed=3)
    plan = plan_stages(case, tree=tree, options=OPTIONS)
    inputs = gather(case, *appraise_case(case), OPTIONS, futures=tree.futures)
    program = build_model(inputs).program
    upper = program.upper.copy()
    upper[program.columns["relief"].index] = 0.0
    whole = program.with_columns(program.lower, upper)
    options = {"threads": 1, "mip_rel_gap": 1e-6}
    two = solve(whole, time_limit_s=40, options=options)
    three = solve(plan.program, time_limit_s=40, options=options)
    assert three.objective == pytest.approx(two.objective, rel=1e-5)


def test_nothing_is_decided_by_what_is_not_known_yet():
    """Leaves under one node share every decision and every balance of its stage."""
    plan = plan_stages(busy(1, budget=POOR), stages=2, branches=2, options=OPTIONS)
    leaves = plan.leaves
    ends = plan.tree.ends
    own = [leaves.point(plan.point, leaf) for leaf in range(4)]
    model = leaves.models[0]
    cash = np.array([leaves.models[k].take("cash", own[k])[:, 0] for k in range(4)])
    assert (cash[0, :, : ends[0]] == cash[1, :, : ends[0]]).all()
    assert (cash[2, :, : ends[0]] == cash[3, :, : ends[0]]).all()
    assert not np.allclose(cash[0, :, : ends[0]], cash[2, :, : ends[0]])
    releases = model.inputs.releases
    now = model.release_of[releases.start - releases.lead < ends[0]]
    later = model.release_of[releases.start - releases.lead >= ends[0]]
    for k in (1, 2, 3):
        assert (own[k][now] == own[0][now]).all()
    assert (own[0][later] == own[1][later]).all()
    assert (own[2][later] == own[3][later]).all()
    for k in range(4):
        assert leaves.models[k].program.columns["release"].size == model.column("release").size
    option = model.column("option")
    assert all((own[k][option] == own[0][option]).all() for k in range(4))


def test_the_certificate_is_added_up_by_strangers_and_a_spoilt_one_is_not():
    plan = plan_stages(market(("lot", 8.0, 0.8)), options=OPTIONS)
    written = staged_certificate(plan)
    checked = check_certificate(written)
    assert checked.ok, checked.wrong
    assert checked.gap_stake <= 1.0
    assert not check_certificate(written | {"cost": written["cost"] - 1e6}).ok


def test_cases_prove_what_the_solvers_tree_printed_and_strangers_add_them_up():
    plan = plan_stages(busy(1, budget=POOR), stages=2, branches=2, options=OPTIONS)
    written = staged_certificate(plan)
    assert written["claimed_bound"] < written["printed_bound"] - 1e5
    checked = check_certificate(written)
    assert checked.ok, checked.wrong
    assert checked.bound == pytest.approx(plan.bound, abs=100.0)
    assert not checked.notes
    spoilt = written | {"branch_dual": np.zeros_like(written["branch_dual"])}
    assert not check_certificate(spoilt).ok


def test_data_of_leaves_that_have_not_parted_are_the_same():
    tree = draw_tree(busy(0), stages=3, branches=2, seed=1)
    levels, ends = tree.futures.levels, tree.ends
    assert levels.shape[0] == 8
    assert (levels[0, : ends[1]] == levels[1, : ends[1]]).all()
    assert (levels[0, : ends[0]] == levels[3, : ends[0]]).all()
    assert (levels[0, ends[1] : ends[2]] != levels[1, ends[1] : ends[2]]).all()
    assert (levels[0, : ends[0]] != levels[4, : ends[0]]).all()
    assert [tree.name(5, depth) for depth in range(4)] == ["now", "2", "2.1", "2.1.2"]


@pytest.mark.parametrize(("stages", "branches"), [(0, 3), (7, 1), (3, 0), (3, 5)])
def test_a_tree_that_is_none_or_too_large_is_refused_at_once(stages, branches):
    with pytest.raises(IronpotError, match="No tree"):
        plan_stages(busy(0), stages=stages, branches=branches)
    assert MOST_LEAVES < 5**3


def test_a_program_too_large_is_refused_before_it_is_solved(monkeypatch):
    monkeypatch.setattr("ironpot.plan.staged.MOST_COLUMNS", 100)
    with pytest.raises(SolverError, match="fewer stages"):
        plan_stages(busy(0), stages=2, branches=2)


def test_decisions_are_listed_by_the_node_that_makes_them():
    plan = plan_stages(market(("lot", 8.0, 0.8)), options=OPTIONS)
    for row in plan.decisions.iter_rows(named=True):
        assert row["probability"] == pytest.approx(3.0 ** -row["depth"])
        assert len(row["node"].split(".")) == max(row["depth"], 1)
    share = plan.decisions.select((pl.col("probability")).sum()).item()
    released = [
        float(plan.leaves.point(plan.point, k)[plan.leaves.models[k].release_of].sum())
        for k in range(27)
    ]
    assert share == pytest.approx(np.mean(released))
