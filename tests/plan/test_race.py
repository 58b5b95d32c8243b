"""Futures judged one by one: the same as judged together, whoever solves them, however many."""

from dataclasses import replace

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.town import budget, hall, town, wish

from ironpot.core.errors import SolverError
from ironpot.plan.baselines import baselines
from ironpot.plan.fresh import Entrant, Strand, judge_alone, judge_strand
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import Fate, first_stage, judge, judge_fresh
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case
from ironpot.plan.race import RaceOptions, race, race_table

POOR = [budget("own_revenue", 6.0), budget("essential_spending", 8.0)]
UNAIDED = PlanOptions(time_limit_s=6, gap_stake=1e-3, relief=False, scenarios=6)
FIGURES = ("cost", "shortfall", "overdue", "relief", "missed")


@pytest.fixture(scope="module")
def planned() -> Plan:
    return plan_resolution(busy(1, budget=POOR), options=UNAIDED)


@pytest.fixture(scope="module")
def inside(planned) -> list[Fate]:
    return judge(planned.model, choices(planned))


def choices(plan: Plan):
    return [first_stage(plan.model, plan.point, "plan"), *baselines(plan)]


@pytest.fixture(scope="module")
def entrants(planned, inside) -> list[Entrant]:
    return [Entrant(c, f.level) for c, f in zip(choices(planned), inside, strict=True)]


def strand(plan: Plan, entrants: list[Entrant], options: PlanOptions) -> Strand:
    return Strand(plan.case, *appraise_case(plan.case), tuple(entrants), options)


def test_at_the_best_level_of_the_tail_futures_alone_cost_what_they_cost_together(
    planned, inside, entrants
):
    assert max(fate.level for fate in inside) > 0.1  # holding everything leaves much unpaid
    alone = judge_strand(strand(planned, entrants, UNAIDED))
    for one, whole in zip(alone, inside, strict=True):
        assert one.objective == pytest.approx(whole.objective, rel=1e-9), one.label
        assert one.destroyed == pytest.approx(whole.destroyed, rel=1e-9)


def test_another_level_of_the_tail_is_never_cheaper(planned, inside, entrants):
    for level in (0.0, 1.0, 5.0):
        moved = [replace(entrant, level=level) for entrant in entrants]
        for one, best in zip(judge_strand(strand(planned, moved, UNAIDED)), inside, strict=True):
            assert one.objective >= best.objective - 1e-7


def test_without_a_tail_each_future_costs_what_the_whole_model_says(planned, entrants):
    """The whole model lays out every release; futures alone only those that are chosen."""
    calm = replace(UNAIDED, risk_weight=0.0, relief=True)
    joint = judge_fresh(
        planned.model.inputs, [one.choice for one in entrants], calm, futures=9, seed=31, batch=9
    )
    alone = judge_strand(strand(planned, entrants, replace(calm, scenarios=9, seed=31)))
    for one, whole in zip(alone, joint, strict=True):
        assert one.cost == pytest.approx(whole.cost, rel=1e-7)


def test_the_number_of_processes_changes_no_figure_and_ctrl_c_keeps_what_is_done(planned, entrants):
    asked = {"futures": 17, "seed": 77, "strand": 6}
    one = judge_alone(planned.model.inputs, entrants[:2], UNAIDED, workers=1, **asked)
    two = judge_alone(planned.model.inputs, entrants[:2], UNAIDED, workers=2, **asked)
    assert (one.futures, one.stopped, two.futures) == (17, False, 17)
    for first, second in zip(one.fates, two.fates, strict=True):
        for name in FIGURES:
            assert (getattr(first, name) == getattr(second, name)).all()

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    cut = judge_alone(planned.model.inputs, entrants[:2], UNAIDED, workers=1, heard=stop, **asked)
    assert (cut.futures, cut.stopped) == (6, True)
    for first, second in zip(cut.fates, one.fates, strict=True):
        assert (first.cost == second.cost[:6]).all()
        assert first.weights == pytest.approx(np.full(6, 1 / 6))


def test_holding_everything_can_be_judged_alone(planned, inside, entrants):
    (fate,) = judge_strand(strand(planned, entrants[1:2], UNAIDED))
    assert fate.objective == pytest.approx(inside[1].objective, rel=1e-9)
    assert fate.destroyed == 0.0


def test_a_choice_of_another_case_is_refused(entrants):
    other = plan_resolution(town(assets=[hall("x", 5.0)]), options=PlanOptions(time_limit_s=3))
    with pytest.raises(SolverError, match="another case"):
        judge_strand(strand(other, entrants[:1], UNAIDED))


def test_a_race_says_what_each_costs_and_what_knowing_more_is_worth(planned):
    asked = RaceOptions(futures=8, seed=5, workers=1, foresight=1)
    stages: list[str] = []
    found = race(planned, asked, stage=stages.append)
    assert stages == ["rules", "expected_value", "futures", "foresight"]
    assert found.futures == 8
    table = race_table(found)
    assert table["choice"].to_list()[:2] == ["plan", "hold_all"]
    costs = dict(table.select("choice", "objective").iter_rows())
    inside = dict(table.select("choice", "in_sample").iter_rows())
    for row in table.iter_rows(named=True):
        assert row["optimism"] == pytest.approx(row["objective"] - row["in_sample"])
    assert inside["plan"] == pytest.approx(planned.cost, rel=1e-6)
    gain = costs["expected_value"] - costs["plan"]
    assert found.value_of_stochastic_solution == pytest.approx(gain / 1e6)
    assert found.best_rule.objective == pytest.approx(
        min(cost for name, cost in costs.items() if name not in ("plan", "expected_value")) / 1e6
    )
    assert found.value_of_perfect_information >= 0.0


def test_what_a_user_wants_sold_binds_the_plan_and_no_rule():
    plan = plan_resolution(busy(1, budget=POOR, wishes=[wish("sold1", "force")]), options=UNAIDED)
    own, hold, *others = choices(plan)
    releases = plan.model.inputs.releases
    lots = plan.model.inputs.offers.frame["lot_id"].gather(releases.row)
    wanted = np.unique(plan.model.release_of[(lots == "sold1").to_numpy()])
    place = np.searchsorted(plan.model.column("release"), wanted)
    assert own.values["release"].ravel()[place].max() == pytest.approx(1.0)
    assert hold.values["release"].max() == 0.0
    fates = judge(plan.model, [own, hold, *others])
    assert all(np.isfinite(fate.objective) for fate in fates)
