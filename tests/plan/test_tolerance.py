"""A point that keeps its rows only roughly is not what a plan is written from."""

import datetime as dt

import numpy as np
import pytest
from tests.plan.town import MILLION, giver, hall, ladder, limit, loan, town
from tests.support import account

from ironpot.plan import tolerance
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.program import TOLERANCE
from ironpot.plan.search import Found
from ironpot.plan.tolerance import exact_violation, within_tolerance

ROUGH = 5e-5


@pytest.fixture(scope="module")
def plan():
    case = town(
        accounts=[account("gov", "general", 2.0 * MILLION)],
        assets=[hall("a", 5.0, 0.4), hall("b", 6.0, 0.2)],
        markets=ladder((0.9, 6e6), (0.7, 60e6)),
        debts=[loan("due", 9.0, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        limits=[limit("buffer", 1.0)],
        relief_sources=[giver("city", 1)],
    )
    return plan_resolution(case, options=PlanOptions(time_limit_s=20))


@pytest.mark.parametrize("large", [False, True], ids=["as a whole", "future by future"])
def test_what_was_solved_roughly_is_solved_again(plan, large, monkeypatch):
    monkeypatch.setattr(tolerance, "is_large", lambda _: large)
    model, program = plan.model, plan.question.program
    point = plan.point.copy()
    point[model.column("cash")] += ROUGH * np.resize([1.0, -1.0], model.column("cash").shape)
    rough = Found(
        point, plan.cost / MILLION + ROUGH, plan.bound / MILLION, interrupted=False, history=()
    )
    assert exact_violation(model, program, point) > TOLERANCE
    mended = within_tolerance(model, program, rough)
    assert mended.point is not None
    assert exact_violation(model, program, mended.point) <= TOLERANCE
    assert mended.objective * MILLION == pytest.approx(plan.cost, abs=1.0)


def test_a_point_that_keeps_its_rows_comes_back_as_it_is(plan):
    kept = Found(
        plan.point, plan.cost / MILLION, plan.bound / MILLION, interrupted=False, history=()
    )
    assert within_tolerance(plan.model, plan.question.program, kept) is kept
