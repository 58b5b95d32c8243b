"""The program built from arrays has the same optimum as the model written as on paper."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.reference import Reference
from tests.plan.town import budget

from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Program
from ironpot.plan.question import open_program
from ironpot.plan.solver import solve

POOR = [budget("own_revenue", 6.0), budget("essential_spending", 8.0)]


def model_of(case, **options) -> Model:
    appraisals, debts = appraise_case(case)
    return build_model(gather(case, appraisals, debts, PlanOptions(**options)))


pytestmark = pytest.mark.filterwarnings("ignore")  # linopy and xarray warn of each other


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rows", [None, POOR], ids=["drawn", "poor"])
def test_the_program_and_the_paper_have_the_same_relaxation(seed, rows):
    case = busy(seed, **({"budget": rows} if rows else {}))
    model = model_of(case, help_weight=1.5)
    answer = solve(_without_cuts(open_program(model)).relaxed(), time_limit_s=20)
    assert answer.outcome == "optimal"
    paper = Reference(model.inputs).solve(whole=False)
    assert answer.objective == pytest.approx(paper, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("seed", range(2))
def test_the_program_and_the_paper_have_the_same_best_plan(seed):
    case = busy(seed, budget=POOR)
    few = case.assets.filter(pl.col("asset_id").is_in(["sold1", "shop"]))
    debts = case.debts.filter(pl.col("debt_id").is_in(["bank_loan", "trust_loan"]))
    model = model_of(replace(case, assets=few, debts=debts))
    options = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9}
    answer = solve(open_program(model), time_limit_s=20, options=options)
    assert answer.outcome == "optimal"
    assert answer.objective == pytest.approx(Reference(model.inputs).solve(), rel=1e-6, abs=1e-5)


def _without_cuts(program: Program) -> Program:
    """The program without the cuts that tighten its relaxation."""
    row_lower = program.row_lower.copy()
    row_lower[program.rows["impact"].index] = -np.inf
    return replace(program, row_lower=row_lower)
