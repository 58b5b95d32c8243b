"""Where a lot stands between a town and help, or Ctrl-C comes, what is said stays true."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.town import MILLION, giver, hall, loan, town
from tests.support import account

from ironpot.case.case import Case
from ironpot.core.errors import StoppedError
from ironpot.core.lang import Text
from ironpot.plan import check_reasons as checking
from ironpot.plan import many
from ironpot.plan.again import choices_table
from ironpot.plan.around import Around
from ironpot.plan.check_reasons import check_reasons
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.turned import TurnedPlan, turn_round
from ironpot.report.plan_files import PlanFiles
from ironpot.workbench import opposite

OPTIONS = PlanOptions(time_limit_s=3, scenarios=9)
SMALL = PlanOptions(time_limit_s=20, gap_stake=0.05)

WHAT = Text("keeping it", "保留")


def needy() -> Case:
    """A town whose one lot stands between a debt and help from above."""
    return town(
        assets=[hall("a", 9.0, 0.7)],
        accounts=[account("gov", "general", 4 * MILLION)],
        debts=[loan("due", 9.0, dt.date(2025, 12, 31))],
        relief_sources=[giver("province", 1)],
    )


@pytest.fixture
def plan(monkeypatch) -> Plan:
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(checking, "AROUND_S", 0.3)
    monkeypatch.setattr("ironpot.plan.turned.AROUND_S", 0.3)
    plan = plan_resolution(needy(), options=OPTIONS)
    assert not plan.question.help_open
    return plan


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_lot_kept_only_with_help_is_checked_and_the_text_says_so(plan):
    (one,) = check_reasons(plan, 1, seconds=3)
    assert (one.helped, one.sure) == (True, np.inf)
    said = one.reason.text
    assert "with help from above (by a short search; what is best then is not proven)" in said.en
    assert "且需上级支持(短时搜索所得,最优性未证明)" in said.zh


def test_why_claims_no_proof_of_a_plan_that_had_to_open_help(plan):
    choices = choices_table(plan.model, plan.point)
    turned = turn_round(plan.case, OPTIONS, choices, "a", released=True, costs=plan.cost)
    assert turned is not None
    assert (turned.helped, turned.bound) == (True, -np.inf)
    files = PlanFiles({"objective": plan.cost, "bound": plan.bound}, {}, {})
    said = opposite._said_around(files, turned, WHAT, "ten_thousand")
    assert "needs help from above, and what is best then is not proven" in said.en
    assert "需上级支持" in said.zh
    assert "within" not in said.en
    unhelped = opposite._said_around(files, replace(turned, helped=False), WHAT, "yuan")
    assert "both plans are proven to within" in unhelped.en


@pytest.mark.parametrize(("below", "proven"), [(3e6, True), (3e8, False), (2e19, False)])
def test_why_names_no_distance_that_only_the_widest_limits_give(below, proven):
    cost = 20e6
    files = PlanFiles({"objective": cost, "bound": cost - below, "constant_terms": 0.0}, {}, {})
    around = opposite._said_around(files, TurnedPlan(cost, cost + 1e6, -np.inf), WHAT, "yuan")
    again = SimpleNamespace(cost=cost + 1e6, bound=cost - below)
    for said in (around, opposite._said_anew(files, again, WHAT, "yuan")):
        assert ("both plans are proven to within" in said.en) is proven
        assert ("what is best then is not proven" in said.en) is not proven
        assert ("最优性未证明" in said.zh) is not proven


def test_without_a_proven_round_estimates_are_unknown_and_nothing_is_claimed(plan):
    relaxed = plan.question.relaxed
    unproven = replace(
        plan,
        question=replace(
            plan.question, relaxed=replace(relaxed, row_dual=np.zeros(relaxed.row_dual.size))
        ),
    )
    (one,) = check_reasons(unproven, 1, seconds=3)
    assert np.isnan(one.estimate)
    assert one.agrees
    assert "nan" not in one.reason.text.en


def test_ctrl_c_while_the_search_around_begins_leaves_reasons_unchecked(plan, monkeypatch):
    monkeypatch.setattr("ironpot.plan.left.Left.solve", stop)
    assert check_reasons(plan, 1, seconds=3) == []
    monkeypatch.setattr(Around, "__enter__", stop)
    assert check_reasons(plan, 1, seconds=3) == []


@pytest.mark.parametrize("found", [True, False], ids=["a plan", "no plan"])
def test_ctrl_c_in_a_small_case_starts_no_further_decision(monkeypatch, found):
    plan = plan_resolution(busy(1), options=SMALL)
    monkeypatch.setattr(checking, "SMALL", -1)
    asked: list[object] = []

    def stopped(case: Case, **_: object) -> Plan:
        asked.append(case)
        if found:
            return replace(plan, interrupted=True)
        raise StoppedError(Text("stopped", "已停止"))

    monkeypatch.setattr(checking, "plan_resolution", stopped)
    assert check_reasons(plan, 3, seconds=30) == []
    assert len(asked) == 1
