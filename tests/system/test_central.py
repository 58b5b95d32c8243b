"""A joint problem that one program can hold is solved exactly where sweeps have not settled."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from tests.system.test_coordination import LAWS, central, problems
from tests.system.test_rights import central as central_with_rights
from tests.system.test_rights import drawn

from ironpot.system import coordinate
from ironpot.system.central import MOST, can_be_held, solve_centrally
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.ties import Team

EXACT = CoordinationOptions(gap=1e-9)


@LAWS
@given(problems)
def test_the_plan_is_the_oracles_and_its_fees_prove_it(problem):
    plan = coordinate_plans(problem, options=EXACT)
    best, hair = central(problem), 1e-6 * max(plan.do_nothing, 1.0)
    assert plan.cost == pytest.approx(best, abs=hair)
    assert plan.bound == pytest.approx(best, abs=hair)


@pytest.mark.parametrize("seed", range(4))
def test_rights_of_counties_are_used_as_the_oracle_uses_them(seed):
    markets, rights = drawn(seed)
    plan = coordinate_plans(markets, options=EXACT)
    best = central_with_rights(markets, rights)
    assert plan.cost == pytest.approx(best, abs=1e-6 * plan.do_nothing)
    assert plan.bound == pytest.approx(best, abs=1e-6 * plan.do_nothing)


def test_teams_are_kept_and_priced():
    """The certificate is the county programs', which know nothing of this one."""
    markets, _ = drawn(1, rights=False)
    lots, (counties, quarters) = len(markets.lots), markets.need.shape
    ready = np.zeros(lots, dtype=np.int64)
    team = Team(np.ones(lots), np.full(lots, 2), ready, np.full((counties, quarters), 2.0))
    tied = replace(markets, team=team)
    plan = coordinate_plans(tied, options=EXACT)
    assert (tied.worked(plan.sold) <= 2.0 + 1e-6).all()
    assert plan.cost - plan.bound <= 1e-6 * plan.do_nothing
    assert plan.cost > coordinate_plans(markets, options=EXACT).bound + 1e-3


def test_large_problems_are_left_to_the_sweeps(monkeypatch):
    markets, _ = drawn(2)
    assert can_be_held(markets)
    monkeypatch.setattr("ironpot.system.central.MOST", 1)
    assert solve_centrally(markets) is None
    few = CoordinationOptions(gap=1e-9, sweeps=4)
    assert coordinate_plans(markets, options=few).sweeps == 4
    assert MOST > 1
    assert coordinate._PATIENCE > 4
