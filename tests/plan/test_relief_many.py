"""Help of plans for many futures: future by future and by parts what one program says."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.test_least import OPTIONS, POOR, model_of, some_plan
from tests.plan.town import wish

from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan import many, relief
from ironpot.plan.exact import whole_bounds
from ironpot.plan.least import Least, a_few_need, prove_least
from ironpot.plan.model import Model, help_value
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import first_stage, fixed_bounds
from ironpot.plan.program import Bounds, Floats, dual_bound
from ironpot.plan.relief import Relief, least_relief
from ironpot.plan.relief_many import Kept, bound_changes, least_of_choice
from ironpot.plan.relief_order import Helped, aims, hold_everything, paid_in_full
from ironpot.plan.relief_prices import SCHEMA
from ironpot.plan.relief_prices_many import _Base, price_limits_by_parts
from ironpot.plan.relief_turns import Turn, lift_protection, protection_turns, turns_of
from ironpot.plan.search import GRACE
from ironpot.plan.solver import Session, solve

SIMPLEX = {"solver": "simplex", "threads": 1}


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of()


@pytest.fixture(scope="module")
def chosen(model: Model) -> Floats:
    """A whole plan that pays everything at exact prices, its shares of debts included."""
    rough = some_plan(model)
    bounds = whole_bounds(model, paid_in_full(model), rough.point)
    exact = solve(paid_in_full(model).with_bounds(bounds).relaxed(), time_limit_s=20)
    assert exact.point is not None
    return exact.point


@pytest.fixture(scope="module")
def helped(model: Model, chosen: Floats) -> Helped:
    found = least_of_choice(model, chosen)
    assert found is not None
    return found


def prove_by(model: Model, part: int) -> Least:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "PART", part)
        return prove_least(model, seconds=60)


@pytest.fixture(scope="module")
def in_parts(model: Model) -> Least:
    return prove_by(model, 4)


@pytest.fixture(scope="module")
def in_one(model: Model) -> Least:
    return prove_by(model, 12)


def test_future_by_future_a_plan_needs_what_one_program_says(model, chosen, helped):
    program = paid_in_full(model)
    bounds = fixed_bounds(model, program, first_stage(model, chosen, "plan"))
    whole = solve(program.with_bounds(bounds).relaxed(), time_limit_s=20, options=SIMPLEX)
    assert whole.objective > 1.0
    assert helped.value == pytest.approx(whole.objective, abs=1e-4)
    assert program.with_bounds(bounds).violation(helped.point) <= 1e-6
    late = aims(model)[1]
    assert late @ helped.point <= late @ whole.point + 1e-6


def test_the_choices_that_are_kept_need_at_a_turned_limit_what_one_program_says(model, helped):
    kept, own = Kept.of(model, helped), paid_in_full(model).own_bounds()
    lower = own.lower.copy()
    cash = model.column("cash")[0].ravel()
    lower[cash] = lower[cash] + 0.5
    turned = replace(own, lower=lower)
    program = paid_in_full(model).with_bounds(turned)
    fixed = fixed_bounds(model, program, kept.choice)
    whole = solve(program.with_bounds(fixed).relaxed(), time_limit_s=20, options=SIMPLEX)
    again = kept.help_at(turned)
    assert again == pytest.approx(whole.objective, abs=1e-4)
    assert again > kept.own + 0.01
    assert kept.own == pytest.approx(helped.value, abs=1e-6)


def test_choices_that_break_a_raised_floor_need_nobody_knows_what(model, helped):
    kept, own = Kept.of(model, helped), paid_in_full(model).own_bounds()
    row_upper = own.row_upper.copy()
    row_upper[model.program.rows["service_floor"].index] = -1.0
    assert kept.help_at(replace(own, row_upper=row_upper)) is None


def turns_at(model: Model, least: Least) -> tuple[_Base, list[Turn]]:
    assert least.relaxed is not None
    base = _Base(model, least.program.own_bounds(), least.relaxed)
    return base, list(turns_of(base))


def relaxed_at(least: Least, many_bounds: list[Bounds]) -> list[float]:
    """The relaxed whole program's optimum at each of some bounds."""
    with Session(least.program.relaxed()) as session:
        return [
            session.solve(time_limit_s=20, bounds=bounds, options=SIMPLEX).objective
            for bounds in many_bounds
        ]


@pytest.mark.parametrize("proven", ["in_one", "in_parts"])
def test_turned_limits_move_the_bound_as_solving_again_does(model, request, proven):
    least = request.getfixturevalue(proven)
    base, turns = turns_at(model, least)
    found = bound_changes(least, base.own, turns, deadline=np.inf)
    before, *after = relaxed_at(least, [base.own, *(turn.bounds for turn in turns)])
    for turn, change, value in zip(turns, found, after, strict=True):
        again = value - before
        assert change is not None
        near = 1e-6 if proven == "in_one" else 0.15 * abs(again) + 0.005
        assert change == pytest.approx(again, abs=near), turn.limit_id
        sign = -1.0 if turn.eases else 1.0
        assert sign * change >= -1e-6


def test_whatever_is_turned_the_bound_holds_though_some_parts_were_not_reached(model, in_parts):
    least = in_parts
    base, turns = turns_at(model, least)
    assert least.relaxed is not None
    before = dual_bound(least.program, least.relaxed.row_dual)
    for turn, again in zip(turns, relaxed_at(least, [t.bounds for t in turns]), strict=True):
        kept = dual_bound(least.program.with_bounds(turn.bounds), least.relaxed.row_dual)
        assert kept <= again + 1e-6
        assert turn.estimate is not None
        assert kept - before <= turn.estimate + 1e-6
    assert bound_changes(least, base.own, turns, deadline=0.0) == [None] * len(turns)


def test_lifting_a_protection_moves_the_bound_as_solving_again_does(model, in_one):
    lifted, open_to = lift_protection(model) or pytest.fail("nothing is protected")
    least = prove_by(lifted, 12)
    assert least.bound == pytest.approx(in_one.bound, abs=1e-6)
    assert least.relaxed is not None
    base = _Base(lifted, least.program.own_bounds(), least.relaxed)
    (turn,) = protection_turns(base, open_to)
    (change,) = bound_changes(least, base.own, [turn], deadline=np.inf)
    (again,) = relaxed_at(least, [turn.bounds])
    assert change == pytest.approx(again - least.bound, abs=1e-5)
    assert change < -0.5


def test_where_no_time_is_left_prices_are_unknown_and_estimates_stay(model, helped, in_parts):
    kept = Kept.of(model, helped)
    prices = price_limits_by_parts(model, in_parts, kept, seconds=0.0)
    binding = prices.filter(prices["estimate"] != 0.0, prices["kind"] != "protected")
    assert binding.height >= 6
    assert binding["relaxed"].null_count() == binding.height
    # What is decided now and stands moves nothing: that is known without solving.
    known = prices.filter(prices["plan"].is_not_null())
    assert set(known["kind"]) == {"service_floor", "deadline"}
    assert known["plan"].abs().max() == 0.0
    assert prices["plan"].null_count() > 0
    assert "deadline" in set(binding["kind"])


@pytest.mark.parametrize("calls", [0, 2])
def test_ctrl_c_among_the_plans_own_prices_keeps_what_is_priced(
    model, helped, in_parts, monkeypatch, calls
):
    least, kept = replace(in_parts, relaxed=None), Kept.of(model, helped)
    asked: list[Bounds] = []

    def stopped(_: Kept, turn: Turn, *, deadline: float) -> float:
        assert deadline > 0.0
        asked.append(turn.bounds)
        if len(asked) > calls:
            raise KeyboardInterrupt
        return 1.0

    monkeypatch.setattr(Kept, "change_at", stopped)
    proofs: list[float] = []

    def proof(lifted: Model, *, seconds: float, few: float | None) -> Least:
        proofs.append(seconds)
        return prove_least(lifted, seconds=seconds, few=few)

    monkeypatch.setattr("ironpot.plan.relief_prices_many.prove_least", proof)
    prices = price_limits_by_parts(model, least, kept, seconds=30.0)
    assert prices.height > 3
    assert prices["plan"].drop_nulls().to_list() == pytest.approx([1e6] * calls)
    assert len(asked) == calls + 1
    assert proofs == [0.0]


def test_ctrl_c_while_parts_are_solved_again_prices_nothing_more(
    model, helped, in_parts, monkeypatch
):
    kept = Kept.of(model, helped)
    asked: list[Turn] = []
    monkeypatch.setattr(Kept, "change_at", lambda _, turn, **__: asked.append(turn))

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    prices = price_limits_by_parts(model, in_parts, kept, seconds=30.0, told=stop)
    binding = prices.filter(prices["estimate"] != 0.0)
    assert binding["relaxed"].null_count() == binding.height
    assert asked == []


@pytest.fixture(scope="module")
def turned(
    model: Model, helped: Helped, in_one: Least
) -> tuple[Kept, list[Turn], list[float | None]]:
    """Choices kept, all turns, and what one program says of each: None where they are broken."""
    kept = Kept.of(model, helped)
    _, turns = turns_at(model, in_one)
    with Session(paid_in_full(model).relaxed()) as session:
        return kept, turns, [_by_one_program(session, model, kept, turn) for turn in turns]


def _by_one_program(session: Session, model: Model, kept: Kept, turn: Turn) -> float | None:
    program = paid_in_full(model)
    rows = program.row_lower.size
    bounds = replace(
        turn.bounds,
        row_lower=turn.bounds.row_lower[:rows],
        row_upper=turn.bounds.row_upper[:rows],
    )
    floors = program.rows["service_floor"].index
    if (program.activity(kept.point)[floors] > bounds.row_upper[floors] + 1e-6).any():
        return None
    fixed = fixed_bounds(model, program.with_bounds(bounds), kept.choice)
    whole = session.solve(time_limit_s=20, bounds=fixed, options=SIMPLEX)
    return None if whole.point is None else whole.objective - kept.own


def test_with_choices_kept_every_turn_changes_what_one_program_says(turned):
    kept, turns, whole = turned
    assert {turn.kind for turn in turns} > {"service_floor", "buffer", "deadline"}
    for turn, again in zip(turns, whole, strict=True):
        assert kept.change_at(turn) == pytest.approx(again, abs=1e-4), turn.limit_id


def test_what_cannot_move_the_help_of_kept_choices_is_not_solved(turned, monkeypatch):
    kept, turns, whole = turned
    asked: list[Bounds] = []
    monkeypatch.setattr(Kept, "help_at", lambda _, bounds, **__: asked.append(bounds))
    still = [t for t, again in zip(turns, whole, strict=True) if again and abs(again) < 1e-7]
    spared = [turn for turn in still if turn.eases or turn.kind == "service_floor"]
    assert {turn.kind for turn in spared} >= {"service_floor", "deadline"}
    for turn in spared:
        assert kept.change_at(turn) == 0.0
    assert asked == []


def test_a_payment_that_may_wait_saves_what_a_case_with_that_arrears_open_says(model, turned):
    _, turns, _ = turned
    late = [turn for turn in turns if turn.kind == "deadline"]
    quarters = model.inputs.quarters
    owed = model.inputs.debts
    service = (owed.principal + owed.interest)[owed.contract]
    for turn in late:
        opened = np.flatnonzero(turn.bounds.upper != turn.own.upper)
        assert np.isin(opened, model.column("arrears")[:, :, : quarters - 1]).all()
        node, quarter = (int(k[0]) for k in np.nonzero(model.column("arrears") == opened[0])[::2])
        due = service[owed.node == node, :, quarter].sum(axis=0)
        assert turn.to == pytest.approx(due / 1e6)
        assert turn.unit == pytest.approx(float(model.inputs.weights @ due))
    assert len({turn.limit_id for turn in late}) == len(late) >= 4


def test_after_its_deadline_a_kept_plan_says_nothing_of_what_must_be_solved(turned):
    kept, turns, whole = turned
    moved = [t for t, again in zip(turns, whole, strict=True) if again is not None and again > 0.01]
    assert moved
    for turn in moved:
        assert kept.change_at(turn, deadline=0.0) is None


@pytest.fixture(scope="module")
def apart() -> Relief:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "LARGE", 0)
        patch.setattr(many, "PART", 4)
        return least_relief(busy(1, budget=POOR), options=replace(OPTIONS, time_limit_s=4))


def test_by_parts_the_least_help_is_bounded_found_priced_and_spread(apart, model):
    whole = some_plan(model)
    assert (apart.source, apart.by_parts, apart.proven) == ("named", True, False)
    assert apart.bound <= whole.objective * 1e6 + 1.0
    # However little time there was, a few futures' need is proven.
    assert apart.bound >= 0.99e6 * a_few_need(model, seconds=20)
    assert apart.bound <= apart.found <= apart.nothing
    kinds = {"service_floor", "buffer", "debt_ceiling", "protected", "deadline"}
    assert set(apart.prices["kind"]) == kinds
    assert apart.prices["plan"].null_count() < apart.prices.height
    total = apart.ranges.row(-1, named=True)
    assert total["p05"] < total["expected"] < total["p95"]


def test_the_help_of_the_table_by_parts_is_worth_what_is_said(apart, model):
    rows = apart.help.filter(apart.help["scenario"] == "expected")
    quarters = {name: t for t, name in enumerate(apart.case.horizon.quarters)}
    discount = model.inputs.discount
    worth = sum(fen * discount[quarters[q]] for q, fen in rows.select("quarter", "amount").rows())
    # The city's advances are repaid: they count less than what is handed over.
    assert apart.found <= worth / 100 + 1.0
    assert help_value(model).max() > 0.0


def test_holding_everything_releases_what_a_wish_forces_and_nothing_else():
    forced = wish("shop", "force") | {"origin": "synthetic"}
    model = model_of(wishes=[forced])
    held = hold_everything(model)
    assert held is not None
    (wished,) = model.wishes
    assert held.point[wished.columns].sum() == 1.0
    assert held.point[model.column("release")].sum() == 1.0
    program = paid_in_full(model)
    assert (
        program.with_bounds(whole_bounds(model, program, held.point)).violation(held.point) < 1e-6
    )


@pytest.mark.parametrize(("search", "proof"), [(0.1, 0.1), (0.6, 0.1), (0.6, 0.5), (2.0, 0.0)])
def test_whatever_a_step_overruns_the_others_end_by_the_one_limit(monkeypatch, search, proof):
    limit, clock = 100.0, SimpleNamespace(now=0.0, given={})
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(relief, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def searched(*_: object, options: PlanOptions, **__: object) -> None:
        clock.given["search"] = options.time_limit_s
        clock.now += search * limit
        raise SolverError(Text("none", "无"))

    def proven(model: Model, *, seconds: float, **__: object) -> Least:
        clock.given["proof"] = seconds
        clock.now += proof * limit
        return prove_least(model, seconds=0.0)

    def prices(*_: object, seconds: float, **__: object) -> pl.DataFrame:
        clock.given["prices"] = seconds
        return pl.DataFrame(schema=SCHEMA)

    monkeypatch.setattr(relief, "plan_resolution", searched)
    monkeypatch.setattr(relief, "prove_least", proven)
    monkeypatch.setattr(relief, "price_limits_by_parts", prices)
    least_relief(busy(1, budget=POOR), options=replace(OPTIONS, time_limit_s=limit))
    assert 0.0 < clock.given["search"] * (1.0 + GRACE) <= 0.35 * limit
    assert clock.given["proof"] == pytest.approx(max(0.6 - search, 0.0) * limit)
    assert clock.given["prices"] == pytest.approx(max(1.0 - search - proof, 0.0) * limit)
