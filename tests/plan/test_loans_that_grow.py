"""Interest added to principal: by hand, beside the engine's flows, and in the plan's files."""

import datetime as dt
import shutil

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.check import written_and_verified
from tests.plan.town import MILLION, action, loan, town
from tests.support import account, government

from ironpot.cashflow.case_debts import project_debts
from ironpot.core.errors import IronpotError
from ironpot.plan.adjust import plan_adjustments
from ironpot.plan.cashless import Flows, cashless_moves
from ironpot.plan.debt_ledger import _principal
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.report.figures import Reader
from ironpot.report.findings import find
from ironpot.report.plan_changes import adjustments_of
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.report.view import view_of
from ironpot.risk.after import debt_facts_after
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.verify import verify_plan

FEN = 100
QUICK = PlanOptions(time_limit_s=10, seed=1)
# One percent a quarter, paid by quarters of 90 days.
BY_QUARTER = {
    "nominal_interest_rate": 0.04,
    "day_count_convention": "30E360",
    "cycle_of_interest_payment": "P3ML1",
    "cycle_anchor_date_of_interest_payment": dt.date(2025, 3, 31),
    "initial_exchange_date": dt.date(2024, 12, 31),
}
# Three quarters' interest of 0.9 million fall due with the first instalment of 0.4 million.
STUB = {
    "contract_type": "NAM",
    "nominal_interest_rate": 0.12,
    "day_count_convention": "30E360",
    "cycle_of_interest_payment": "P3ML1",
    "cycle_anchor_date_of_interest_payment": dt.date(2025, 9, 30),
    "cycle_of_principal_redemption": "P3ML1",
    "cycle_anchor_date_of_principal_redemption": dt.date(2025, 9, 30),
    "next_principal_redemption_payment": 0.4 * MILLION,
    "initial_exchange_date": dt.date(2024, 12, 31),
}


def planned(*debts, **tables):
    plenty = {"accounts": [account("gov", "general", 40 * MILLION)]}
    return plan_resolution(town(debts=list(debts), **(plenty | tables)), options=QUICK)


def engine_pays(case):
    """Return what the debts of a case pay by quarter of its horizon, all certain, yuan."""
    events = project_debts(case, rates=rate_paths(case)).events
    one = events.filter(pl.col("scenario") == events["scenario"][0])
    paid = np.zeros(case.horizon.count)
    for day, payoff in one.select("date", "payoff").iter_rows():
        at = case.horizon.index_of(np.array([day], dtype="datetime64[D]"))[0]
        if at < paid.size:
            paid[max(at, 0)] -= payoff
    return paid


def capitalising():
    """Return a loan of 10 million that adds its interest to principal for a year."""
    return (
        loan("grows", 10, dt.date(2026, 12, 31), **BY_QUARTER),
        [{"debt_id": "grows", "term": "capitalization_end_date", "value": "2025-12-31"}],
    )


def test_interest_added_for_a_year_compounds_and_is_then_paid(tmp_path):
    debt, terms = capitalising()
    plan = planned(debt, debt_terms=terms)
    ledger, cash = plan.settled.debts, plan.settled.cash
    grown = [10 * MILLION * 1.01**k for k in range(1, 5)]
    assert ledger.closing[0, -1, :4].tolist() == [round(owed * FEN) for owed in grown]
    assert ledger.closing[0, -1, 4:].tolist() == [round(grown[-1] * FEN)] * 3 + [0]
    paid = -(cash["interest"] + cash["principal"]).sum(axis=0)[-1] / FEN
    assert paid[4] == pytest.approx(0.01 * grown[-1], abs=0.01)
    assert paid == pytest.approx(engine_pays(plan.case), abs=0.02)
    tables = written_and_verified(plan, tmp_path)
    rows = tables["debt_actions"].filter(pl.col("principal_new") > 0)
    assert rows["new_debt_id"].to_list() == ["grows"] * 4
    assert rows["action"].unique().to_list() == ["scheduled"]
    assert rows["principal_new"].sum() == round(grown[-1] * FEN) - 10 * MILLION * FEN
    assert "added to principal" in rows["reason_text"][0]


@pytest.fixture(scope="module")
def growing(tmp_path_factory):
    debt, terms = capitalising()
    out = tmp_path_factory.mktemp("growing")
    written_and_verified(planned(debt, debt_terms=terms), out)
    return out


def test_the_report_tells_interest_added_from_what_is_borrowed(growing):
    debt, terms = capitalising()
    case = town(accounts=[account("gov", "general", 40 * MILLION)], debts=[debt], debt_terms=terms)
    found = find(view_of(case, read_plan(growing), Reader("en", "yuan")))
    assert found.added == round(10 * MILLION * (1.01**4 - 1) * FEN)
    assert found.borrowed_beyond == 0


def test_a_plan_that_keeps_a_growing_debt_changes_no_debt_and_saves_no_interest():
    debt, terms = capitalising()
    stub = loan("stub", 10, dt.date(2031, 12, 31), **STUB)
    for plan in (planned(debt, debt_terms=terms), planned(stub)):
        written = plan_files(plan, "en")
        events = project_debts(plan.case, rates=rate_paths(plan.case)).events
        files = PlanFiles(written.summary, written.tables, extras=written.extras)
        found = adjustments_of(plan.case, files, events, three_scenarios(plan.case, quarters=8))
        for changes in (found, plan_adjustments(plan)):
            lines = changes.flows.filter(pl.col("line").is_in(["interest", "principal"]))
            assert all(abs(amount) < 1.0 for amount in [*changes.debt["amount"], *lines["amount"]])
            facts = debt_facts_after(plan.case, changes, events)
            left = plan.settled.debts.closing[0, -1, -1] / FEN
            kind = plan.case.debts["primary_class"][0]
            assert facts[f"debt_{kind}"] == pytest.approx(left, abs=1.0)


@pytest.mark.parametrize(
    ("row", "change", "code"),
    [
        (
            "grows:2025Q2:scheduled:grows",
            lambda cells: cells | {"principal_new": "101001.00"},
            "resolution.closing",
        ),
        (
            "grows:2025Q2:scheduled:grows",
            lambda cells: cells | {"interest_paid": "0.01"},
            "debt_actions.own_id",
        ),
        (
            "grows:2025Q2:scheduled:grows",
            lambda cells: cells | {"new_debt_id": ""},
            "debt_actions.own_id",
        ),
        (
            "grows:2025Q2:scheduled:grows",
            lambda cells: cells | {"action": "refinance"},
            "cash_debt.borrowing",
        ),
    ],
)
def test_what_is_added_otherwise_than_it_is_told_is_found(growing, tmp_path, row, change, code):
    copy = tmp_path / "plan"
    shutil.copytree(growing, copy)
    file = copy / "tables" / "debt_actions.csv"
    cells = pl.read_csv(file, infer_schema=False)
    rows = [change(r) if r["action_id"] == row else r for r in cells.iter_rows(named=True)]
    assert rows != cells.to_dicts()
    pl.DataFrame(rows, schema=cells.schema).write_csv(file)
    assert code in {finding.code for finding in verify_plan(copy).findings}


def test_a_first_period_longer_than_the_instalment_covers_adds_the_rest(tmp_path):
    # 0.9 million of interest, 0.4 paid: 0.5 are added, then 0.4 cover 0.315 and repay 0.085.
    plan = planned(loan("stub", 10, dt.date(2031, 12, 31), **STUB))
    ledger = plan.settled.debts
    assert ledger.added[0, -1].tolist() == [0, 0, 500_000 * FEN, *[0] * 5]
    assert ledger.interest[0, -1, 2:4].tolist() == [400_000 * FEN, 315_000 * FEN]
    assert ledger.scheduled[0, -1, :4].tolist() == [0, 0, 0, 85_000 * FEN]
    cash = plan.settled.cash
    paid = -(cash["interest"] + cash["principal"]).sum(axis=0)[-1] / FEN
    assert paid == pytest.approx(engine_pays(plan.case), abs=0.02)
    written_and_verified(plan, tmp_path)


def test_an_option_may_grow_where_its_contract_does_not(tmp_path):
    # An annuity of 2 million a quarter, at the end of three quarters: put off by ten years its
    # instalments no longer cover the interest of the long first period.
    debt = loan("long", 10, dt.date(2027, 3, 31), **STUB) | {
        "contract_type": "ANN",
        "next_principal_redemption_payment": None,
        "primary_class": "other",
    }
    extension = action("longer", "extend", term_months=120, success_probability=1.0)
    plan = planned(
        debt,
        class_actions=[extension],
        accounts=[account("gov", "general", 4 * MILLION)],
    )
    debts = plan.model.inputs.debts
    assert debts.actions == ("contract", "extend")
    assert not debts.added[0].any()
    assert debts.added[1, 0, 2] > 0.0
    assert plan.settled.debts.option[0] == 1
    tables = written_and_verified(plan, tmp_path)
    assert tables["debt_actions"]["principal_new"].sum() == plan.settled.debts.added[0, -1].sum()


def test_interest_deferred_by_a_moratorium_is_settled(tmp_path):
    rests = {
        "change_id": "m",
        "debt_id": "rests",
        "date": dt.date(2025, 1, 31),
        "change": "moratorium",
        "until": dt.date(2026, 6, 30),
        "relieves": "both",
        "interest": "capitalise",
        "instalment": "extend",
    }
    plan = planned(loan("rests", 10, dt.date(2026, 12, 31)), debt_changes=[rests])
    assert plan.settled.debts.added[0, -1].sum() > 0
    written_and_verified(plan, tmp_path)


def test_a_debt_that_grows_may_be_paid_early(tmp_path):
    debt, terms = capitalising()
    dear = debt | {"nominal_interest_rate": 0.30, "prepayment_penalty_rate": 0.0}
    early = [action("early", "prepay")]
    plan = planned(dear, debt_terms=terms, class_actions=early)
    assert plan.settled.debts.prepaid[0, -1].sum() > 0
    written_and_verified(plan, tmp_path)


def test_what_one_inside_body_adds_to_its_debt_to_another_adds_up(tmp_path):
    debt, terms = capitalising()
    sub = {"entity_id": "co", "name": "co", "kind": "platform", "inside": True}
    bank = {"entity_id": "bank", "name": "bank", "kind": "bank", "inside": False}
    case = town(
        entities=[government("gov"), sub, bank],
        accounts=[
            account("gov", "general", 40 * MILLION),
            account("co", "company", 1 * MILLION),
        ],
        debts=[debt | {"creditor_id": "co"}],
        debt_terms=terms,
    )
    plan = plan_resolution(case, options=QUICK)
    (inside,) = plan.model.inputs.inside_debts
    assert inside.added[-1].sum() == round(10 * MILLION * (1.01**4 - 1) * FEN)
    written_and_verified(plan, tmp_path)


def test_every_debt_that_draws_cash_is_named_at_once():
    nil = np.zeros((3, 1, 2))
    drawn = nil.copy()
    drawn[[0, 2], 0, 1] = 7.0
    flows = Flows(nil, nil, drawn, nil, 100.0 + np.cumsum(drawn, axis=2))
    with pytest.raises(IronpotError, match=r"Debts A, C/extend draw up to 7\.00 yuan"):
        cashless_moves(np.full((3, 1), 100.0), flows, ["A", "B", "C/extend"])


def test_more_drawn_than_interest_due_is_a_draw():
    nil = np.zeros((1, 1, 1))
    with pytest.raises(IronpotError, match=r"draw up to 4\.00 yuan"):
        cashless_moves(np.full((1, 1), 100.0), Flows(nil - 9, nil + 5, nil, nil, nil + 109), ["A"])


def test_a_haircut_and_interest_added_in_one_quarter_stand_apart():
    # 100 of which 20 are forgiven when agreed; then 3 of interest are added.
    nil = np.zeros((1, 1, 1))
    moves = cashless_moves(np.array([[80.0]]), Flows(nil, nil, nil, nil, nil + 83.0), ["A"])
    assert (moves.added.item(), moves.fallen.item()) == (3.0, 0.0)


def test_a_haircut_agreed_before_and_interest_added_in_one_quarter_stand_apart(tmp_path):
    # On the last of June 10.201 million are owed, of which a fifth is forgiven the same day.
    debt, terms = capitalising()
    cut = {
        "change_id": "c",
        "debt_id": "grows",
        "date": dt.date(2025, 6, 30),
        "change": "haircut",
        "share": 0.2,
    }
    plan = planned(debt, debt_terms=terms, debt_changes=[cut])
    ledger = plan.settled.debts
    assert ledger.added[0, -1, :2].tolist() == [100_000 * FEN, 101_000 * FEN]
    assert ledger.forgiven[0, -1, :3].tolist() == [0, 2_040_200 * FEN, 0]
    written_and_verified(plan, tmp_path)


PARTS = st.lists(st.integers(0, 10**6), min_size=5, max_size=5)


@given(st.integers(-(10**6), 10**6), PARTS)
def test_the_parts_of_a_debt_add_up_and_none_is_negative(rise, parts):
    fen = [np.array([part], dtype=np.int64) for part in parts]
    added, swapped, forgiven, prepaid, due = fen
    found = _principal(
        np.array([rise], dtype=np.int64),
        added=added,
        swapped=swapped,
        forgiven=forgiven,
        prepaid=prepaid,
        due=due,
    )
    falls = found.swapped + found.forgiven + found.prepaid + found.scheduled
    assert found.added - falls == rise
    assert min(part.item() for part in found) >= 0
    if due == 0:
        assert found.scheduled == 0 or found.added == 0
