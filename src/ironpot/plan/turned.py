"""What does turning one decision round cost a plan for many futures that was read from its files?

The choices that the plan wrote are laid into the case again and priced in all futures; around them
a short search keeps the lot that was released, or releases the one that was kept. So both costs are
of plans in the same futures, and their difference is not lost in how far either is from the best.
"""

import math
import time
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.plan.again import chosen_point, price_choices
from ironpot.plan.around import Around
from ironpot.plan.check_reasons import AROUND_S, turned_change
from ironpot.plan.everywhere import everywhere
from ironpot.plan.inputs import MILLION
from ironpot.plan.many import core_size, is_large, parts_of
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.proof import Proof
from ironpot.plan.question import last_resort, open_program, shut
from ironpot.plan.stand import decided_bounds
from ironpot.plan.starts import Starts

# The core is corrected by one round of proof if it ends within this share of the time.
PROOF_SHARE = 0.6
# Pricing may be late by this share of the time: planning anew would take all of it once more.
LATE_SHARE = 0.2
# So far may a plan's cost be from what its files say: rounding to fen, shares to nine digits.
CLOSE, CLOSE_YUAN = 1e-5, 1e4


@dataclass(frozen=True, slots=True)
class TurnedPlan:
    """What the plan's choices cost, and the best plan found with one turned round; yuan.

    `bound` is what no such plan costs less than (-inf: not proven); `helped` says that none was
    found until help was opened, so what bounds plans without help says nothing of it.
    """

    cost: float
    turned: float
    bound: float
    helped: bool = False


def turn_round(
    case: Case,
    options: PlanOptions,
    choices: pl.DataFrame,
    lot: str,
    *,
    released: bool,
    costs: float,
    allotments: pl.DataFrame | None = None,
    under_way: Starts = frozenset(),
) -> TurnedPlan | None:
    """Turn one decision of a plan round and search around its choices within the time limit.

    `allotments` are the rows of a coordinated run that the plan was made with, `under_way` the
    starts that were prepared when it was made.

    None where futures are few, where the choices do not cost what the plan said (`costs`), or where
    no plan with the decision turned was found: the caller then plans anew.
    """
    deadline = time.monotonic() + options.time_limit_s
    latest = deadline + LATE_SHARE * options.time_limit_s
    inputs = gather(case, *appraise_case(case), options, allotments=allotments, under_way=under_way)
    model = build_model(inputs)
    columns = columns_of(model, lot)
    if not (is_large(model) and columns.size):
        return None
    point = chosen_point(model, choices)
    laid = _laid_out(model, point, latest)
    if laid is None:
        return None
    program, cost, exact = laid
    if not _is_close(cost, costs):
        return None
    dual = _duals(model, program, PROOF_SHARE * options.time_limit_s)
    with Around(model, program, dual, exact) as around:
        change = turned_change(program, model.wishes, columns, released=released)
        left = min(max(deadline - time.monotonic(), 1.0), AROUND_S)
        other = around.search(change, seconds=left, latest=latest)
    if other is None:
        return None
    bound = other.bound * MILLION if dual.any() else -np.inf
    return TurnedPlan(cost * MILLION, other.cost * MILLION, bound, other.helped)


def costs_as_written(model: Model, point: Floats, costs: float) -> bool | None:
    """Say whether a plan's choices cost in a model what its files say, yuan; None if unknown.

    A plan may have been found with help open though its choices do without: what fits one of the
    programs that are asked is what was written.
    """
    unsure = False
    for program in _asked(model):
        answer = price_choices(model, program, point)
        if answer.point is not None and _is_close(answer.objective, costs):
            return True
        unsure |= answer.point is None and answer.outcome != "infeasible"
    return None if unsure else False


def _is_close(million: float, costs: float) -> bool:
    return math.isclose(million * MILLION, costs, rel_tol=CLOSE, abs_tol=CLOSE_YUAN)


def columns_of(model: Model, lot: str) -> Ints:
    """Columns by which a lot may leave."""
    lots = model.inputs.offers.frame["lot_id"].to_numpy()[model.inputs.releases.row]
    mine = model.release_of[lots == lot]
    return np.unique(mine[model.program.upper[mine] > 0.0])


def _laid_out(model: Model, point: Floats, deadline: float) -> tuple[Program, float, Floats] | None:
    """Return the program that the choices were made for, what they cost in it, and their point.

    It is the first that has an answer for them: without help, with help, with something unpaid.
    None where none has one, or the time ends first.
    """
    for program in _asked(model):
        prices = everywhere(model, program)
        answer = prices.price(decided_bounds(model, program, point), deadline=deadline)
        if answer.point is not None:
            return program, answer.objective, answer.point
    return None


def _asked(model: Model) -> tuple[Program, ...]:
    """Return the programs that a plan is sought in, one after another."""
    opened = open_program(model)
    if not model.inputs.options.relief:
        return (shut(model, opened, "relief"),)
    paid = shut(model, opened, "arrears")
    return shut(model, paid, "relief"), paid, last_resort(model)


def _duals(model: Model, program: Program, seconds: float) -> Floats:
    """Return duals of one round of proof; nil where it does not end in time, or is not needed."""
    none = np.zeros(program.row_lower.size)
    if core_size(model) == model.inputs.weights.size:
        return none
    deadline = time.monotonic() + seconds
    with Proof(model, program, parts_of(model), seconds) as proof:
        while not (proof.rounds or proof.done) and time.monotonic() < deadline:
            proof.poll(wait_s=0.2)
    return none if proof.relaxed is None else proof.relaxed.row_dual
