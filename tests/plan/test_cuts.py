"""Cuts lift the relaxation and cut off no choice of whole lots, by enumeration of all of them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_brute_force import case_of, draw

from ironpot.plan import question
from ironpot.plan.cuts import Cell, violated_cuts
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Rows
from ironpot.plan.question import ask, open_program
from ironpot.plan.solver import Session, solve

sizes = st.lists(st.floats(0.5, 60.0), min_size=2, max_size=5)
rooms = st.lists(st.floats(2.0, 60.0), min_size=1, max_size=3)


def filled(volume: float, capacity: np.ndarray) -> np.ndarray:
    """What a volume takes of each tranche, the first ones first."""
    before = np.concatenate([[0.0], np.cumsum(capacity)[:-1]])
    return np.clip(volume - before, 0.0, capacity)


def point_of(share: np.ndarray, volume: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    return np.concatenate([share, filled(float(share @ volume), capacity)])


def cell_of(volume: np.ndarray, capacity: np.ndarray) -> Cell:
    lots = volume.size
    return Cell(np.arange(lots), volume, np.arange(lots, lots + capacity.size)[None], capacity)


@settings(max_examples=150)
@given(volumes=sizes, tranches=rooms, seed=st.integers(0, 1000))
def test_no_choice_of_whole_lots_breaks_a_rounding_cut(volumes, tranches, seed):
    volume, capacity = np.array(volumes), np.array(tranches)
    share = np.random.default_rng(seed).random(volume.size)
    share *= min(1.0, capacity.sum() / float(share @ volume))
    broken = point_of(share, volume, capacity)
    cuts = violated_cuts([cell_of(volume, capacity)], broken)
    for columns, values, upper in zip(cuts.columns, cuts.values, cuts.upper, strict=True):
        assert values @ broken[columns] > upper
        for taken in product((0.0, 1.0), repeat=volume.size):
            whole = np.array(taken)
            if whole @ volume <= capacity.sum():
                assert values @ point_of(whole, volume, capacity)[columns] <= upper + 1e-7


def test_parts_of_lots_that_just_fill_a_tranche_are_cut_off():
    volume, capacity = np.array([9.0, 9.0]), np.array([10.0, 40.0])
    parts = point_of(np.array([10.0 / 18.0, 10.0 / 18.0]), volume, capacity)
    assert violated_cuts([cell_of(volume, capacity)], parts).upper


@pytest.mark.parametrize("seed", range(3))
def test_impact_cuts_lift_the_relaxation(seed):
    appraisals, debts = appraise_case(case := case_of(draw(seed)))
    model = build_model(gather(case, appraisals, debts, PlanOptions(relief=False)))
    program = open_program(model)
    row_lower = program.row_lower.copy()
    row_lower[program.rows["impact"].index] = -np.inf
    loose = replace(program, row_lower=row_lower)
    tight, without = (solve(one.relaxed(), time_limit_s=20) for one in (program, loose))
    assert tight.objective > without.objective + 1e-3


def test_cuts_that_time_did_not_allow_to_solve_leave_a_question_whole(monkeypatch):
    case = case_of(draw(0))
    model = build_model(gather(case, *appraise_case(case), PlanOptions()))
    plain, solve_well, add_well = ask(model), Session.solve, Session.add_rows
    late: set[int] = set()

    def harmless(*_):
        rows = Rows()
        rows.add(np.array([0]), np.array([1.0]), upper=1e9)
        return rows

    def add_rows(session, name, more):
        late.add(id(session))
        add_well(session, name, more)

    def solve_late(session, **asked):
        answer = solve_well(session, **asked)
        return replace(answer, outcome="unknown") if id(session) in late else answer

    monkeypatch.setattr(question, "violated_cuts", harmless)
    monkeypatch.setattr(Session, "add_rows", add_rows)
    monkeypatch.setattr(Session, "solve", solve_late)
    found = ask(model)
    assert late
    assert found.program.row_lower.size == found.relaxed.row_dual.size
    assert found.hold.objective == pytest.approx(plain.hold.objective, rel=1e-6)
