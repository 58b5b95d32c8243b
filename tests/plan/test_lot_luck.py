"""Lots that sell whole or not at all: one law of luck in the program, its prices and its files."""

import datetime as dt
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.check import written_and_verified
from tests.plan.reference import Reference
from tests.plan.test_reference import POOR, _without_cuts
from tests.plan.town import MILLION, budget, hall, ladder, limit, loan, rounds, sale, town, wish
from tests.support import account

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.plan import many, stalls
from ironpot.plan.certificate import certificate
from ironpot.plan.files import plan_files
from ironpot.plan.fresh import Entrant, Strand, judge_strand
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions, options_hash, read_options
from ironpot.plan.out_of_sample import first_stage, judge, judge_fresh
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.question import open_program
from ironpot.plan.solver import solve
from ironpot.risk.luck import draw_luck
from ironpot.verify.certificate import check_certificate

OPTIONS = PlanOptions(time_limit_s=6, gap_stake=1e-4, relief=False, scenarios=6, lot_luck=True)
# Cash is planned 100 yuan above its buffer.
MARGIN = 2e-3


def model_of(case: Case, **options) -> Model:
    return build_model(gather(case, *appraise_case(case), replace(OPTIONS, **options)))


def gamble(*lots: tuple[str, float], share: float = 0.5, owed: float = 9.0, **tables) -> Case:
    """Lots that each sell with a chance in one round; without two sales, or one, debt is missed."""
    more = {
        "accounts": [account("gov", "general", 1.0 * MILLION)],
        "assets": [hall(name, value) for name, value in lots],
        "listing": rounds([(name, (share,), (1.0,)) for name in SCENARIOS]),
        "debts": [loan("due", owed, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
    }
    return town(quarters=3, **(more | tables))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(2))
def test_with_own_luck_the_program_and_the_paper_have_the_same_relaxation(seed):
    model = model_of(busy(seed, budget=POOR), scenarios=5, help_weight=1.5)
    places = model.inputs.stalls
    assert {unit.bundle >= 0 for unit in places.units} == {True, False}
    assert places.alone.any()
    assert (
        ~places.alone[model.inputs.releases.stall[model.inputs.releases.market >= 0]]
    ).any() or (places.alone.sum() > 2)
    answer = solve(_without_cuts(open_program(model)).relaxed(), time_limit_s=20)
    paper = Reference(model.inputs).solve(whole=False)
    assert answer.objective == pytest.approx(paper, rel=1e-7, abs=1e-6)


def test_shares_and_single_sales_agree_on_average():
    """Over twenty futures of one share, proceeds, ended income and what is given up even out."""
    case = gamble(("a", 8.0), ("b", 5.0), share=0.6)
    own, shared = (model_of(case, scenarios=20, lot_luck=lot_luck) for lot_luck in (True, False))
    sold = own.inputs.stalls.sold[own.inputs.stalls.alone].mean(axis=1)
    assert sold == pytest.approx(0.6)
    for name in ("terminal_cost", "service_cost"):
        mine, theirs = (getattr(m.inputs.releases, name) for m in (own, shared))
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-6)


def test_without_luck_every_lot_takes_the_markets_share(monkeypatch):
    case = busy(1, budget=POOR)
    off = model_of(case, lot_luck=False)
    assert not off.inputs.stalls.alone.any()
    monkeypatch.setattr(stalls, "MOST", 0)
    nobody = model_of(case)
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "start", "index", "value"):
        assert (getattr(off.program, name) == getattr(nobody.program, name)).all(), name
    named = model_of(case, scenarios=0)
    assert not named.inputs.stalls.alone.any()


def test_plans_of_before_keep_the_hash_of_their_options():
    for scenarios in (0, 20):
        off, on = (PlanOptions(scenarios=scenarios, lot_luck=luck) for luck in (False, True))
        assert (options_hash(off) == options_hash(on)) == (scenarios == 0)
    assert not read_options({"scenarios": 20}).lot_luck
    assert read_options({"scenarios": 20, "lot_luck": True}).lot_luck


def test_who_matters_is_a_matter_of_the_case_and_not_of_the_draw():
    case = busy(0)
    units = [model_of(case, scenarios=n, seed=s).inputs.stalls.units for n, s in ((3, 1), (8, 7))]
    assert units[0] == units[1]
    rich = busy(0, budget=[budget("own_revenue", 900.0), budget("essential_spending", 800.0)])
    names = {unit.name for unit in model_of(rich).inputs.stalls.units}
    assert names < {unit.name for unit in units[0]}
    assert "lot:sold1" not in names


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_two_lots_of_which_one_would_do_miss_a_payment_when_both_fail(share):
    case = gamble(
        ("a", 12.0), ("b", 12.0), share=share, wishes=[wish("a", "force"), wish("b", "force")]
    )
    plan = plan_resolution(case, options=replace(OPTIONS, scenarios=40))
    (fate,) = judge(plan.model, [first_stage(plan.model, plan.point, "plan")])
    luck = [draw_luck(f"lot:{name}", 40, seed=OPTIONS.seed) for name in ("a", "b")]
    assert (fate.missed == ((luck[0] >= share) & (luck[1] >= share))).all()
    (fresh,) = judge_fresh(
        plan.model.inputs,
        [first_stage(plan.model, plan.point, "plan")],
        replace(OPTIONS, scenarios=40),
        futures=600,
        seed=100,
        batch=200,
    )
    assert fresh.missed.mean() == pytest.approx((1.0 - share) ** 2, abs=0.05)
    smooth = plan_resolution(case, options=replace(OPTIONS, scenarios=40, lot_luck=False))
    (fate,) = judge(smooth.model, [first_stage(smooth.model, smooth.point, "plan")])
    assert not fate.missed.any()


def test_what_every_lot_brings_is_written_and_adds_up(tmp_path):
    case = gamble(("a", 12.0), ("b", 12.0), wishes=[wish("a", "force"), wish("b", "force")])
    plan = plan_resolution(case, options=replace(OPTIONS, scenarios=8))
    written_and_verified(plan, tmp_path)
    sales = plan_files(plan, "en").extras["lot_sales"].sort("lot_id", "scenario")
    luck = np.concatenate([draw_luck(f"lot:{name}", 8, seed=OPTIONS.seed) for name in ("a", "b")])
    assert sales["drawn"].all()
    assert (sales["round"].to_numpy() == (luck < 0.5)).all()
    assert ((sales["proceeds"].to_numpy() > 0) == (luck < 0.5)).all()
    assert "scenario: 2, and 0 of the bundles" in plan_files(plan, "en").summary["assumptions"][-1]


@pytest.mark.parametrize("large", [0, 10**9], ids=["apart", "whole"])
def test_judged_in_its_own_futures_a_plan_costs_what_it_said(monkeypatch, large):
    monkeypatch.setattr(many, "LARGE", large)
    monkeypatch.setattr(many, "PART", 4)
    plan = plan_resolution(busy(1, budget=POOR), options=replace(OPTIONS, scenarios=9))
    assert plan.model.inputs.stalls.alone.any()
    assert plan.violation <= 1e-6
    assert plan.bound <= plan.cost
    choice = first_stage(plan.model, plan.point, "plan")
    (fate,) = judge(plan.model, [choice])
    assert fate.objective == pytest.approx(plan.cost / MILLION, rel=1e-6, abs=1e-5)
    strand = Strand(
        plan.case, *appraise_case(plan.case), (Entrant(choice, fate.level),), plan.options
    )
    (alone,) = judge_strand(strand)
    assert alone.cost == pytest.approx(fate.cost, rel=1e-7, abs=1e-6)
    proven = check_certificate(certificate(plan))
    assert proven.ok, proven.wrong


# The smallest world that can be played by hand: T quarters, one percent each, two rounds.
T, Q, ROUNDS, FUTURES = 4, 1.01, 2, 6
SHARES, RESERVE = (0.4, 0.3), (1.0, 0.8)
TRANCHES = ((0.9, 8.0), (0.6, 60.0))


def world(lots: list[tuple[float, float]], owed: float) -> Case:
    return town(
        quarters=T,
        accounts=[account("gov", "general", 1.5 * MILLION)],
        assets=[hall(f"lot{n}", value, 4.0 * income) for n, (value, income) in enumerate(lots)],
        markets=ladder(*((fraction, size * MILLION) for fraction, size in TRANCHES)),
        listing=rounds([(name, SHARES, RESERVE) for name in SCENARIOS]),
        routes=[sale()],
        debts=[loan("loan", owed, dt.date(2025, 6, 30), cycle_of_interest_payment=None)],
        limits=[limit("buffer", 0.5)],
        budget=[budget("own_revenue", 0.4)],
    )


def annuity(quarters: int) -> float:
    return sum(Q**-t for t in range(1, quarters + 1))


def play(lots: list[tuple[float, float]], owed: float, starts: tuple[int, ...]) -> float:
    """Cost of listing each lot from its start (T = never), each future by its own luck."""
    costs, late = np.zeros(FUTURES), np.zeros(FUTURES)
    luck = [draw_luck(f"lot:lot{n}", FUTURES, seed=OPTIONS.seed) for n in range(len(lots))]
    for s in range(FUTURES):
        sold = [
            next((k for k in range(ROUNDS) if luck[n][s] < sum(SHARES[: k + 1])), None)
            for n in range(len(lots))
        ]
        costs[s], late[s] = _future(lots, owed, starts, sold)
    # with six equal futures the worst tenth lies within the worst one
    return costs.mean() + 0.5 * late.max()


def _future(lots, owed, starts, sold) -> tuple[float, float]:
    cash, late, cost, years = 1.5, 0.0, 0.0, 0.0
    for t in range(T):
        flow = 0.1 + sum(income for _, income in lots)
        if t == 1:
            flow -= owed * (1.0 + 0.04 * (dt.date(2025, 6, 30) - dt.date(2022, 12, 31)).days / 365)
        for (value, income), start, k in zip(lots, starts, sold, strict=True):
            if start < T and k is not None:
                flow += (
                    (t == start + k)
                    * value
                    * _asked(start)
                    * RESERVE[k]
                    * _price(lots, starts, start)
                )
                flow -= (t > start + k) * income
        total = cash + flow - 1.03 * late
        now, late = max(total, 0.5), max(0.5 - total, 0.0)
        cost += Q ** -(t + 1) * (cash - now + 0.125 * late)
        years += Q ** -(t + 1) * late / 4.0
        cash = now
    after = sum(Q**-q for q in range(T + 1, 41))
    gone = sum(
        i * after
        for (_, i), start, k in zip(lots, starts, sold, strict=True)
        if start < T and k is not None
    )
    return cost + gone + 1.5 * late * Q**-T, years


def _asked(start: int) -> float:
    return annuity(40 - start) / annuity(40)


def _price(lots, starts, at: int) -> float:
    volume = sum(v * _asked(at) for (v, _), start in zip(lots, starts, strict=True) if start == at)
    first = min(volume, TRANCHES[0][1])
    return (first * TRANCHES[0][0] + (volume - first) * TRANCHES[1][0]) / volume


@pytest.mark.parametrize("seed", range(4))
def test_no_choice_of_starts_is_cheaper_than_the_plan(seed):
    rng = np.random.default_rng(seed)
    lots = [(rng.uniform(4, 12), rng.uniform(0.05, 0.3)) for _ in range(3)]
    owed = rng.uniform(6.0, 14.0)
    choices = [*range(T - ROUNDS + 1), T]
    costs = {starts: play(lots, owed, starts) for starts in product(choices, repeat=3)}
    plan = plan_resolution(world(lots, owed), options=replace(OPTIONS, scenarios=FUTURES))
    assert plan.model.inputs.stalls.alone.sum() == 3
    assert plan.do_nothing / MILLION == pytest.approx(costs[T, T, T], abs=MARGIN)
    assert plan.bound / MILLION <= min(costs.values()) + 1e-6
    assert plan.cost / MILLION == pytest.approx(min(costs.values()), rel=2e-4, abs=MARGIN)
