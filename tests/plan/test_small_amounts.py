"""Amounts of a few yuan, which a solver's tolerance reaches: what the files say is still held."""

import functools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.check import written_and_verified
from tests.plan.town import MILLION, hall, limit, rounds, service, town
from tests.support import account, government, vehicle

from ironpot.core.errors import IronpotError
from ironpot.plan import settle
from ironpot.plan.inputs import Inputs
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case, gather

YUAN = 1.0 / MILLION
THIRDS = (("base", (0.3,), (1.0,)), ("adverse", (0.1,), (1.0,)), ("favourable", (0.7,), (1.0,)))


def test_a_case_without_any_budget_line_is_told_to_state_one():
    case = town(assets=[hall("x", 5.0)], budget=[])
    with pytest.raises(IronpotError, match="one line with amount 0"):
        plan_resolution(case, options=PlanOptions(time_limit_s=5))


@pytest.mark.parametrize("worth", [0.05, 1.0, 3e6])
def test_a_service_floor_holds_however_little_the_service_is_worth(tmp_path, worth):
    """Three lots that are better sold give a class all it has: a floor of half keeps two."""
    given_up = {"service_class": "offices", "service_value_y": worth}
    lots = [hall(name, 400.0, 0.1, **given_up) for name in ("a", "b", "c")]
    case = town(assets=lots, service_classes=[service("offices", 0.5)])
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=5))
    tables = written_and_verified(plan, tmp_path / "out")
    assert (tables["decisions"]["route"] != "hold").sum() == 1
    kept = tables["limits"].filter(pl.col("kind") == "service_floor")["value"].item()
    assert kept == pytest.approx(2.0 / 3.0, abs=1e-6)
    program, releases = plan.model.program, plan.model.inputs.releases
    broken = np.zeros(program.lower.size)
    for lot in np.unique(releases.lot):
        broken[plan.model.release_of[np.argmax(releases.lot == lot)]] = 1.0
    row = program.rows["service_floor"].index
    over = program.activity(broken)[row] - program.row_upper[row]
    assert over.item() >= 0.1  # a million times a solver's tolerance


@functools.cache
def small_inputs() -> Inputs:
    case = town(
        entities=[government("gov"), vehicle("firm", "gov")],
        accounts=[account("gov", "general", 9.0), account("firm", "company", 9.0)],
        assets=[hall("x", 5.0 * YUAN)],
        listing=rounds(THIRDS),
        limits=[limit("bridge", 7.77 * YUAN, rate=0.07)],
    )
    options = PlanOptions()
    appraisals, debts = appraise_case(case)
    return gather(case, appraisals, debts, options)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), over=st.floats(0.0, 0.1))
def test_a_bridge_in_fen_never_stands_above_its_limit(seed, over):
    inputs = small_inputs()
    rng = np.random.default_rng(seed)
    most = np.round(rng.uniform(0.0, 12.0, inputs.nodes.bridge.shape), 2)
    at_most = np.broadcast_to(most[:, None, :], (2, inputs.weights.size, inputs.quarters))
    share = rng.choice([0.0, 0.31, 1.0], size=at_most.shape)
    held = (at_most * share + over * (share == 1.0)) / MILLION
    drawn, repaid, _ = settle._changes(inputs, held, inputs.nodes.bridge_rate, most=most)
    stock = np.cumsum(drawn + repaid, axis=2)
    assert (stock <= np.rint(most * 100)[:, None, :]).all()
    assert (stock >= 0).all()
    assert (drawn >= 0).all()
    assert (repaid <= 0).all()
    kept = np.where(held < settle.DUST, 0.0, held) * MILLION
    assert np.abs(stock[:, :-1] / 100 - kept).max() <= over + 0.0201


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_transfers_keep_within_what_a_giver_may_pass_on_and_lose_only_what_is_over(seed):
    rng = np.random.default_rng(seed)
    moved, giver = rng.integers(0, 900, (5, 3, 4)), np.array([0, 1, 0, 2, 0])
    most = rng.integers(0, 1500, (3, 1, 4))
    before = np.array([moved[giver == node].sum(axis=0) for node in range(3)])
    cut = moved.copy()
    settle._keep_within(cut, giver, most)
    after = np.array([cut[giver == node].sum(axis=0) for node in range(3)])
    assert (after == np.minimum(before, most)).all()
    assert ((cut >= 0) & (cut <= moved)).all()
