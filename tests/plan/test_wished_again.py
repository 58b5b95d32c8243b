"""A wish goes before what an earlier plan chose, in few futures and in many."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.town import wish

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.plan import many
from ironpot.plan.again import OPTION, SCHEMA, choices_table, chosen_point, price_choices
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.stand import decided_bounds
from ironpot.plan.tolerance import exact_violation

# The loan whose principal the plan cuts.
DEBT, CUT = "bank_loan", "haircut"


def wished(case: Case, what: str, route: str) -> Case:
    row = wish(DEBT, what, route=route) | {"origin": "estimated"}
    return replace(case, wishes=pl.concat([case.wishes, BY_NAME["wishes"].frame([row])]))


def option_of(plan: Plan) -> list[str]:
    chosen = choices_table(plan.model, plan.point)
    mine = (pl.col("block") == OPTION) & (pl.col("subject_id") == DEBT)
    return chosen.filter(mine)["choice"].to_list()


@pytest.fixture(scope="module", params=[0, 6], ids=["few", "many"])
def options(request) -> Iterator[PlanOptions]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setattr(many, "LARGE", 0)
        yield PlanOptions(time_limit_s=2, gap_stake=1e-3, scenarios=request.param)


@pytest.fixture(scope="module")
def first(options) -> Plan:
    return plan_resolution(busy(1), options=options)


@pytest.fixture(scope="module")
def fresh(options) -> Plan:
    """The plan of the same town in which the wish forbids what the first plan chose."""
    return plan_resolution(wished(busy(1), "forbid", CUT), options=options)


def test_what_a_wish_forbids_now_is_not_taken_from_the_earlier_plan(options, first, fresh):
    assert option_of(first) == ["other_cut"]
    earlier = choices_table(first.model, first.point)
    again = plan_resolution(fresh.case, options=options, earlier=earlier)
    assert option_of(again) == []
    assert again.earlier.cost >= again.cost - 0.02
    assert again.cost > first.cost + 1e5
    assert again.cost <= max(fresh.cost, again.earlier.cost) + 0.02
    assert again.violation < 1e-5


def test_what_a_wish_forces_now_is_where_the_earlier_choices_start():
    case = wished(busy(1), "force", CUT)
    model = build_model(gather(case, *appraise_case(case), PlanOptions()))
    nothing = pl.DataFrame(schema=SCHEMA)
    chosen = choices_table(model, chosen_point(model, nothing))
    assert chosen.select("subject_id", "choice").rows() == [(DEBT, "other_cut")]


def test_no_price_is_given_for_what_the_program_forbids(first, fresh):
    model, program = fresh.model, fresh.question.program
    answer = price_choices(model, program, first.point)
    assert (answer.outcome, answer.point) == ("infeasible", None)
    with pytest.raises(ValueError, match="own bounds"):
        decided_bounds(model, program, first.point)
    assert exact_violation(model, program, first.point) == pytest.approx(1.0)
    point = chosen_point(model, choices_table(first.model, first.point))
    assert price_choices(model, program, point).point is not None
