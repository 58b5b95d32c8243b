"""Something otherwise in a plan for many futures: a short search finds what solving whole finds."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.check import in_words
from tests.plan.town import hall, town, wish

from ironpot.case.schema import BY_NAME
from ironpot.core.lang import Text
from ironpot.plan import check_reasons as checking
from ironpot.plan import many
from ironpot.plan.again import choices_table
from ironpot.plan.around import Around, Change, Other
from ironpot.plan.check_reasons import Checked, around_plan, check_reasons
from ironpot.plan.everywhere import everywhere
from ironpot.plan.extras import plan_extras
from ironpot.plan.many import is_large
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.reasons import Reason
from ironpot.plan.stand import decided_bounds
from ironpot.plan.turned import turn_round
from ironpot.plan.wish_costs import _proven, _without, wish_costs_around

OPTIONS = PlanOptions(time_limit_s=4, gap_stake=1e-3, scenarios=9, relief=False)
SEEDS = (1, 3)
# So small a task force that some lots find no room: others must make it for them.
TIRED = [{"quarter": "all", "capacity_pw": 2.0, "negotiations": 1}]


def apart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(many, "LARGE", 0)
    patch.setattr(many, "PART", 4)
    patch.setattr(many, "CORE_MOST", 4)
    patch.setattr("ironpot.plan.wish_costs.AROUND_S", 0.3)


def turned_round(seed: int) -> tuple[Plan, list[Checked]]:
    with pytest.MonkeyPatch.context() as patch:
        apart(patch)
        patch.setattr("ironpot.plan.check_reasons.AROUND_S", 0.2)
        plan = plan_resolution(busy(seed, team=TIRED), options=OPTIONS)
        assert is_large(plan.model)
        return plan, check_reasons(plan, 100, seconds=100)


@pytest.fixture(scope="module")
def plans() -> list[tuple[Plan, list[Checked]]]:
    return [turned_round(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def sample(plans) -> list[Checked]:
    return [one for _, checked in plans for one in checked]


def whole_cost(plan: Plan, one: Checked) -> Plan:
    """The whole program planned with the decision turned round."""
    row = wish(one.lot_id, "forbid" if one.released else "force") | {"origin": "synthetic"}
    case = replace(plan.case, wishes=BY_NAME["wishes"].frame([row]))
    return plan_resolution(case, options=OPTIONS)


def test_turned_round_a_decision_costs_what_the_whole_program_with_that_wish_does(plans):
    for plan, checked in plans:
        kept = [one for one in checked if not one.released][:1]
        assert kept
        stake = abs(plan.do_nothing - plan.bound)
        for one in [*[one for one in checked if one.released][:1], *kept]:
            whole, cost = whole_cost(plan, one), plan.cost + one.change
            assert cost >= whole.bound - 1.0
            assert cost == pytest.approx(whole.cost, abs=0.005 * stake)
            sign = np.sign(whole.cost - plan.cost)
            assert np.sign(one.change) == sign or abs(one.change) <= 0.005 * stake


def test_lots_kept_and_released_are_turned_round_and_nothing_proven_is_broken(plans):
    for plan, checked in plans:
        assert len(checked) == 8
        for one in checked:
            assert one.searched
            assert plan.cost + one.change >= plan.bound - 1.0
            assert one.sure >= plan.cost - plan.bound - 1.0


def test_from_its_written_choices_a_plan_is_turned_round_at_the_same_cost(monkeypatch, plans):
    apart(monkeypatch)
    monkeypatch.setattr("ironpot.plan.turned.AROUND_S", 0.2)
    plan, checked = plans[0]
    choices = choices_table(plan.model, plan.point)
    kept = next(one for one in checked if not one.released)
    stake = abs(plan.do_nothing - plan.bound)
    for one in (kept, next(one for one in checked if one.released)):
        asked = {"released": one.released, "costs": plan.cost}
        again = turn_round(
            plan.case, replace(OPTIONS, time_limit_s=20), choices, one.lot_id, **asked
        )
        assert again is not None
        assert again.cost == pytest.approx(plan.cost, rel=1e-5)
        assert again.turned - again.cost == pytest.approx(one.change, abs=0.005 * stake)
        assert again.bound <= again.turned
    assert turn_round(plan.case, OPTIONS, choices, kept.lot_id, released=False, costs=0.0) is None


def test_the_text_has_the_sign_and_size_of_what_was_found(sample):
    for one in sample:
        found = one.reason.text.en.partition("olved again:")[2]
        size = in_words(abs(one.change))
        assert "short search" in found
        if one.change > 100.0:
            assert f"costs {size} more" in found
        elif one.change < -100.0:
            assert f"saves {size}" in found
            assert "does not hold" in one.reason.text.en


def test_a_wish_costs_what_the_whole_program_saves_without_it(monkeypatch):
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    wishes = [wish("pot", "force"), wish("steel", "forbid")]
    with monkeypatch.context() as patch:
        apart(patch)
        plan = plan_resolution(town(assets=lots, wishes=wishes), options=OPTIONS)
        rows = plan_extras(plan)["wishes"]
    costs = dict(rows.select("wish_id", pl.col("cost") / 100).iter_rows())
    for row in wishes:
        others = [other for other in wishes if other is not row]
        whole = plan_resolution(town(assets=lots, wishes=others), options=OPTIONS)
        assert costs[row["wish_id"]] == pytest.approx(plan.cost - whole.cost, abs=1e3)
    assert costs[wishes[0]["wish_id"]] > 1e6
    assert rows["cost"].null_count() == 0
    assert (rows["cost"] <= rows["at_most"]).all()


def test_a_forbidden_lot_costs_nothing_where_nobody_would_release_it(monkeypatch):
    apart(monkeypatch)
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    plan = plan_resolution(town(assets=lots, wishes=[wish("pot", "forbid")]), options=OPTIONS)
    (cost,) = wish_costs_around(plan, seconds=10).values()
    assert cost.cost == pytest.approx(0.0, abs=1.0)


@pytest.fixture(scope="module")
def wished() -> Plan:
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    wishes = [wish("pot", "force"), wish("steel", "forbid")]
    with pytest.MonkeyPatch.context() as patch:
        apart(patch)
        return plan_resolution(town(assets=lots, wishes=wishes), options=OPTIONS)


def test_a_forbidden_lot_saves_once_what_the_best_of_its_starts_does(monkeypatch, wished):
    apart(monkeypatch)
    steel = wished.model.wishes[1]
    bounds = _without(wished, steel)
    with around_plan(wished) as around:
        proven = _proven(around, bounds, steel)
        start_by_start = around.proven(bounds, np.zeros(0, dtype=np.int64)) * 1e6
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    whole = plan_resolution(town(assets=lots, wishes=[wish("pot", "force")]), options=OPTIONS)
    assert start_by_start + 1e6 < proven <= whole.cost + 1.0


@pytest.mark.parametrize(("proven", "known"), [(-1e6, True), (-1e12, False), (-2e19, False)])
def test_what_only_the_widest_limits_prove_of_a_wish_is_no_limit(
    monkeypatch, wished, proven, known
):
    apart(monkeypatch)
    monkeypatch.setattr("ironpot.plan.wish_costs._proven", lambda *_: proven)
    monkeypatch.setattr(Around, "search", lambda *_, **__: None)
    for cost in wish_costs_around(wished, seconds=10).values():
        assert np.isfinite(cost.at_most) == known


def test_reasons_name_no_distance_that_is_many_times_the_cost(wished):
    turn = checking._Turn("pot", released=True, columns=wished.model.wishes[0].columns, value=1.0)
    kept = Reason("CASH_NEED", Text("Kept.", "保留。"), "dual_estimate")
    again = checking._Again(wished.cost, wished.bound)
    for bound, known in ((wished.bound, True), (-1e12, False)):
        checked = checking._checked(replace(wished, bound=bound), turn, again, kept)
        assert np.isfinite(checked.sure) == known


def test_a_wish_whose_plan_is_not_priced_in_time_has_no_cost_but_a_limit(monkeypatch, wished):
    apart(monkeypatch)
    monkeypatch.setattr(Around, "search", lambda *_, **__: None)
    for cost in wish_costs_around(wished, seconds=10).values():
        assert np.isnan(cost.cost)
        assert np.isfinite(cost.at_most)


def test_a_price_that_is_cut_off_keeps_what_was_priced_before(plans):
    plan, _ = plans[0]
    prices = everywhere(plan.model, plan.question.program)
    bounds = decided_bounds(plan.model, plan.question.program, plan.point)
    late = prices.price(bounds, deadline=0.0)
    assert (late.point is None, late.outcome) == (True, "unknown")
    whole = prices.price(bounds)
    clock = iter([0.0] * (plan.model.inputs.weights.size + 1) + [10.0] * 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ironpot.plan.apart.time", SimpleNamespace(monotonic=lambda: next(clock)))
        prices.level = 0.0
        once = prices.price(bounds, deadline=5.0)
    assert once.point is not None
    assert once.objective >= whole.objective - 1e-9


@pytest.mark.parametrize("where", ["__enter__", "search"])
def test_ctrl_c_leaves_wishes_unpriced_and_the_report_its_tables(monkeypatch, wished, where):
    apart(monkeypatch)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Around, where, stop)
    extras = plan_extras(wished)
    assert extras["wishes"]["cost"].to_list() == [None, None]
    assert extras["wishes"]["at_most"].to_list() == [None, None]
    assert extras["frontier"].height >= 2


def test_wishes_that_the_time_does_not_reach_have_no_cost(monkeypatch, wished):
    apart(monkeypatch)
    assert plan_extras(wished, seconds=0.0)["wishes"]["cost"].null_count() == 2
    assert plan_extras(replace(wished, interrupted=True))["wishes"]["cost"].null_count() == 2
    searched = Around.search

    def slow(self: Around, change: Change, *, seconds: float, latest: float) -> Other | None:
        found = searched(self, change, seconds=seconds, latest=latest)
        late = SimpleNamespace(monotonic=lambda: np.inf)
        monkeypatch.setattr("ironpot.plan.wish_costs.time", late)
        return found

    monkeypatch.setattr(Around, "search", slow)
    costs = wish_costs_around(wished, seconds=5.0)
    assert [bool(np.isnan(cost.cost)) for cost in costs.values()] == [False, True]
