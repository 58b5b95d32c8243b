"""Plans and simple rules on fresh futures: the same world, the same cost; hindsight is best."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.town import budget, hall, town

from ironpot.core.errors import SolverError
from ironpot.plan.baselines import RULES, baselines, expected_case, expected_value_plan, sorted_lots
from ironpot.plan.inputs import MILLION
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import (
    first_stage,
    judge,
    judge_fresh,
    perfect_information,
    worst_mean,
)
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case
from ironpot.risk.futures import drawn_futures

POOR = [budget("own_revenue", 6.0), budget("essential_spending", 8.0)]
# With help shut nothing but arrears gives way, by the same rules in the plan and before the judge.
UNAIDED = PlanOptions(time_limit_s=6, gap_stake=1e-3, relief=False, scenarios=6)


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan_resolution(busy(1, budget=POOR), options=UNAIDED)


@pytest.fixture(scope="module")
def choices(planned):
    mine = first_stage(planned.model, planned.point, "plan")
    return [mine, *baselines(planned), expected_value_plan(planned)]


@pytest.mark.parametrize(
    "options",
    [
        UNAIDED,
        replace(UNAIDED, scenarios=0),
        # With luck of single lots a future would take help where the plan does without any.
        replace(UNAIDED, relief=True, lot_luck=False),
        replace(UNAIDED, relief=True, risk_weight=0.0, lot_luck=False),
    ],
    ids=["shut", "named", "helped", "careless"],
)
def test_judged_in_its_own_futures_a_plan_costs_what_it_said(options):
    plan = plan_resolution(busy(0, budget=POOR), options=options)
    (fate,) = judge(plan.model, [first_stage(plan.model, plan.point, "plan")])
    assert fate.objective == pytest.approx(plan.cost / MILLION, rel=1e-6, abs=1e-5)


def test_batches_of_the_same_seed_put_the_plans_own_futures_together_again(planned, choices):
    (whole,) = judge_fresh(
        planned.model.inputs, choices[:1], UNAIDED, futures=6, seed=UNAIDED.seed, batch=6
    )
    assert whole.objective == pytest.approx(planned.cost / MILLION, rel=1e-6, abs=1e-5)


def test_splitting_into_batches_loses_no_future_and_prices_each_alike(planned, choices):
    """Without a price on the tail futures do not touch one another: batches change nothing."""
    calm = replace(UNAIDED, risk_weight=0.0)
    joined = judge_fresh(planned.model.inputs, choices[:2], calm, futures=5, seed=9, batch=2)
    single = [
        judge_fresh(planned.model.inputs, choices[:2], calm, futures=n, seed=s, batch=2)
        for n, s in ((2, 9), (2, 10), (1, 11))
    ]
    for k in range(2):
        alone = np.concatenate([fates[k].cost for fates in single])
        assert joined[k].cost == pytest.approx(alone, rel=1e-7)
        assert joined[k].weights == pytest.approx(np.full(5, 0.2))


def test_no_rule_is_cheaper_than_the_proven_bound(planned, choices):
    for fate in judge(planned.model, choices):
        assert fate.objective >= planned.bound / MILLION - 1e-6, fate.label


def test_hold_all_holds_all_and_costs_no_more_than_doing_nothing(planned, choices):
    held = choices[1]
    assert held.label == "hold_all"
    assert not held.values["release"].any()
    (fate,) = judge(planned.model, [held])
    assert fate.objective <= planned.do_nothing / MILLION + 1e-6
    assert fate.destroyed == 0.0


def test_rules_keep_the_limits_of_the_first_stage(planned, choices):
    program = planned.model.program
    rows = np.concatenate(
        [
            program.rows[name].index.ravel()
            for name in ("leaves_once", "team", "service_floor", "pool_minimum", "one_option")
        ]
        + [program.rows["negotiations"].index.ravel()]
    )
    for choice in choices:
        point = np.zeros(program.cost.size)
        for name, value in choice.values.items():
            point[planned.model.column(name)] = value
        activity = program.activity(point)[rows]
        assert (activity <= program.row_upper[rows] + 1e-6).all(), choice.label
        assert (activity >= program.row_lower[rows] - 1e-6).all(), choice.label


def test_perfect_information_is_never_dearer_than_the_plan(planned, choices):
    found = perfect_information(planned.model.inputs, choices[0], UNAIDED, futures=3, seed=77)
    assert (found.bound <= found.cost + 1e-6).all()
    assert found.worth_at_most >= 0.0


def test_rules_sort_by_what_they_are_called():
    case = town(
        assets=[
            hall("small", 1.0, 0.5),
            hall("large", 9.0, 0.1, title="missing"),
            hall("middle", 5.0, 0.3),
        ]
    )
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=3))
    lots = plan.model.inputs.offers.frame.unique("lot_id", keep="first", maintain_order=True)
    names = lots["lot_id"].to_numpy()
    order = {rule: names[sorted_lots(plan.model, rule)].tolist() for rule in RULES}
    assert order["biggest_first"] == ["large", "middle", "small"]
    assert order["lowest_yield_first"] == ["large", "middle", "small"]
    assert order["title_first"] == ["small", "middle", "large"]


def test_the_expected_case_has_one_future_whatever_is_drawn():
    case = busy(0)
    certain = expected_case(case)
    futures = drawn_futures(certain, 3, seed=5)
    appraisals, _ = appraise_case(certain)
    for k, driver in enumerate(appraisals.offers.depth.driver):
        prices = futures.spread(appraisals.offers.prices[:, k], driver)
        assert prices == pytest.approx(np.broadcast_to(prices[0], prices.shape))
    weights = case.settings.weights
    row = case.drivers.row(0, named=True)
    mean = sum(row[name] * weight for name, weight in weights.items())
    assert certain.drivers["adverse"][0] == pytest.approx(mean)


def test_a_choice_of_another_case_is_refused(choices):
    other = plan_resolution(town(assets=[hall("x", 5.0)]), options=PlanOptions(time_limit_s=3))
    with pytest.raises(SolverError, match="another case"):
        judge(other.model, choices[:1])


def test_the_worst_mean_counts_whole_and_part_futures():
    losses, weights = np.array([0.0, 10.0, 4.0, 2.0]), np.full(4, 0.25)
    assert worst_mean(losses, weights, 0.25) == 10.0
    assert worst_mean(losses, weights, 0.375) == pytest.approx((10 * 0.25 + 4 * 0.125) / 0.375)
    assert worst_mean(losses, weights, 1.0) == pytest.approx(losses.mean())
