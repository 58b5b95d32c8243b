"""A search for help alone finds choices that need less, in all futures, and never below a bound."""

import time
from dataclasses import replace

import numpy as np
import pytest
from tests.plan.test_least import model_of

from ironpot.plan import relief_search
from ironpot.plan.exact import whole_bounds
from ironpot.plan.model import Model, help_value
from ironpot.plan.program import Floats
from ironpot.plan.relief_order import Helped, hold_everything, paid_in_full
from ironpot.plan.relief_rounding import whole_groups
from ironpot.plan.relief_search import LessHelp
from ironpot.plan.solver import FIRST_SOLVE, NO_ANSWER, Answer, solve

TREE = {"threads": 1, "mip_rel_gap": 1e-4}


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of()


@pytest.fixture(scope="module")
def relaxed(model: Model) -> Floats:
    answer = solve(paid_in_full(model).relaxed(), time_limit_s=30, options=FIRST_SOLVE)
    assert answer.point is not None
    return answer.point


@pytest.fixture(scope="module")
def held(model: Model) -> Helped:
    found = hold_everything(model)
    assert found is not None
    return found


def searched(model: Model, helped: Helped, relaxed: Floats | None, *, bound: float) -> Helped:
    search = LessHelp(model, helped, bound, time.monotonic() + 60.0)
    search.run(relaxed)
    return search.best


@pytest.fixture(scope="module")
def least(model) -> Answer:
    return solve(paid_in_full(model), time_limit_s=60, options=TREE)


@pytest.fixture(scope="module")
def found(model, held, relaxed, least) -> Helped:
    return searched(model, held, relaxed, bound=1.04 * least.objective)


def test_it_comes_near_to_what_the_tree_of_the_whole_program_finds(least, found):
    assert least.bound - 1e-6 <= found.value <= 1.05 * least.objective


@pytest.mark.parametrize("fails", [False, True], ids=["a few", "nobody"])
def test_without_a_relaxed_answer_of_all_it_finds_less_too(monkeypatch, model, held, fails):
    if fails:
        monkeypatch.setattr(relief_search, "solve", lambda *_, **__: NO_ANSWER)
    assert searched(model, held, None, bound=0.3 * held.value).value < 0.4 * held.value


def test_what_it_finds_is_a_plan_in_all_futures_at_exact_prices(model, found):
    program = paid_in_full(model)
    exact = program.with_bounds(whole_bounds(model, program, found.point))
    assert exact.violation(found.point) == pytest.approx(0.0, abs=1e-6)
    assert help_value(model) @ found.point == pytest.approx(found.value)


def test_it_ends_where_nothing_is_left_to_be_found_or_no_time_is(model, held, relaxed):
    assert searched(model, held, relaxed, bound=held.value) is held
    late = LessHelp(model, held, 0.0, time.monotonic() - 1.0)
    late.run(relaxed)
    assert late.best is held


def test_ctrl_c_keeps_what_was_found_and_asks_all_futures_of_it(monkeypatch, model, held, relaxed):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(relief_search, "improve", stop)
    search = LessHelp(model, held, 0.0, time.monotonic() + 20.0)
    with pytest.raises(KeyboardInterrupt):
        search.run(relaxed)
    assert search.best.value < held.value


def test_a_future_without_help_joins_once_the_choices_need_it_there(
    monkeypatch, model, held, relaxed
):
    cores, take, needy = [], relief_search.take_part, relief_search._needy
    search = LessHelp(model, held, 0.0, time.monotonic() + 60.0)

    def taken(whole, futures):
        cores.append(futures.tolist())
        if len(cores) == 2:
            search.deadline = time.monotonic()
        return take(whole, futures)

    monkeypatch.setattr(relief_search, "take_part", taken)
    monkeypatch.setattr(relief_search, "TURN", 0.02)
    monkeypatch.setattr(relief_search, "_needy", lambda *of: needy(*of)[: 12 if cores else 1])
    search.run(relaxed)
    one, more = cores
    assert len(one) == 1
    assert set(more) > set(one)


def test_groups_are_whole_and_pools_have_their_size(model, relaxed):
    program = paid_in_full(model)
    point = whole_groups(model, program, relaxed, seconds=20)
    assert point is not None
    groups = np.concatenate(
        [model.column("pool").ravel(), model.release_of[model.inputs.releases.bundle >= 0]]
    )
    assert (point[groups] == np.rint(point[groups])).all()
    short = program.row_lower - program.activity(point)
    assert short[program.rows["pool_minimum"].index].max() <= 1e-6


def test_no_groups_are_named_where_the_relaxed_plan_has_no_answer_to_them(model, relaxed):
    program = paid_in_full(model)
    broke = replace(program, row_upper=program.row_upper.copy())
    broke.row_upper[program.rows["leaves_once"].index] = -1.0
    assert whole_groups(model, broke, relaxed, seconds=20) is None
