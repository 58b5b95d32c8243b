"""`why` answers in one sentence with the numbers in it, in the reader's language and unit."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot import PlanOptions, plan_resolution, read_case, write_plan
from ironpot.core.outputs import REASONS
from ironpot.plan import many
from ironpot.report.plan_files import PlanFiles, settled
from ironpot.workbench.why import sentence

HALL = (
    "hall is kept: its best open route (sell by listing) would bring 2,483.17 against 3,184.46 "
    "given up (10,000 yuan), and the pot is worth 701.29 more than its steel (by rule).\n"
)
DEPOT = (
    "depot自2025Q1起挂牌出售,净得16,554,455.45,放弃价值3,184,458.71(元):"
    "处置比保留多得13,369,996.74(按方案影子价格估计)。\n"
)


def test_a_kept_lot(ironpot, planned):
    said = ironpot("why", planned, "hall")
    assert (said.code, said.out) == (0, HALL)


def test_a_released_lot_of_an_english_plan_in_chinese(ironpot, planned):
    said = ironpot("why", planned, "depot", "--lang", "zh", "--unit", "元")
    assert (said.code, said.out) == (0, DEPOT)


@pytest.mark.parametrize(
    ("lot", "costs"), [("hall", "releasing it costs 562.98"), ("depot", "keeping it costs ")]
)
def test_solving_again_says_what_the_opposite_costs(ironpot, planned, lot, costs):
    said = ironpot("why", planned, lot, "--case", TWO_POTS)
    assert said.code == 0
    assert costs in said.out.splitlines()[-1]


def test_what_a_user_wished_held_is_planned_and_said_so(ironpot, tmp_path):
    shutil.copytree(TWO_POTS, tmp_path / "case")
    rows = "w1,depot,force,hold,mayor,made_up\nw2,hall,forbid,hold,mayor,made_up\n"
    head = "wish_id,subject_id,action,route,by,source_id\n"
    (tmp_path / "case" / "wishes.csv").write_text(head + rows, "utf-8")
    out = tmp_path / "out"
    assert ironpot("plan", tmp_path / "case", "--out", out).code == 0
    kept, sold = (ironpot("why", out, lot) for lot in ("depot", "hall"))
    assert kept.out.startswith("depot is kept: ")
    assert sold.out.startswith("hall (sell by listing, ")
    assert all(said.out.endswith("it was wished so (by rule).\n") for said in (kept, sold))
    again = ironpot("why", out, "depot", "--case", tmp_path / "case")
    assert "Solved again: releasing it saves " in again.out


def test_a_plan_made_in_python_is_solved_again_with_its_own_options(ironpot, tmp_path):
    options = PlanOptions(time_limit_s=20, help_weight=3.0, arrears_weight=0.7)
    plan = plan_resolution(read_case(TWO_POTS).case, options=options)
    write_plan(plan, tmp_path / "own", lang="en", unit="ten_thousand")
    said = ironpot("why", tmp_path / "own", "hall", "--case", TWO_POTS)
    assert (said.code, said.err) == (0, "")
    assert "Solved again: releasing it costs " in said.out


Change = Callable[[dict[str, Any]], object]


def changed(planned: Path, folder: Path, change: Change) -> Path:
    """A copy of a plan whose plan.json somebody has changed."""
    shutil.copytree(planned, folder)
    summary = json.loads((folder / "plan.json").read_text("utf-8"))
    change(summary)
    (folder / "plan.json").write_text(json.dumps(summary), "utf-8")
    return folder


def test_an_older_plan_that_does_not_name_its_options_is_still_solved_again(
    ironpot, planned, tmp_path
):
    old = changed(planned, tmp_path / "old", lambda summary: summary.pop("options"))
    said = ironpot("why", old, "hall", "--case", TWO_POTS)
    assert said.code == 0
    assert "releasing it costs 562.98" in said.out
    assert ironpot("verify", old).code == 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda summary: summary["options"].update(courage=3), "courage"),
        (lambda summary: summary["options"].update(seed="three"), "seed"),
        (lambda summary: summary.update(allotted=True), "allotment"),
    ],
    ids=["unknown", "text for a number", "allotted"],
)
def test_options_that_cannot_be_used_are_refused_by_name(ironpot, planned, tmp_path, change, word):
    other = changed(planned, tmp_path / "other", change)
    said = ironpot("why", other, "hall", "--case", TWO_POTS)
    assert said.code == 1
    assert word in said.err


# Fen: given up 3 and brings 5 or 1, in ten thousand yuan.
GIVEN_UP, GOOD, BAD = 3_000_000, 5_000_000, 1_000_000


def made_up(code: str, *, route: str, net: int, kind: str = "outside_cash") -> PlanFiles:
    """A plan of one lot with one open route, in which `code` is the reason."""
    decision = {
        "lot_id": "a",
        "route": route,
        "start_quarter": None if route == "hold" else "2025Q1",
        "kind": kind,
        "retention_value": GIVEN_UP,
        "net_proceeds": net,
        "reason_code": code,
        "reason_basis": "rule",
    }
    amounts = {"retention_value": GIVEN_UP, "net_proceeds": net}
    pots = [
        {"lot_id": "a", "route": "exchange_sale", "legal": True, "blocked_code": None} | amounts,
        {"lot_id": "a", "route": "auction", "legal": False, "blocked_code": "TENDER_ONLY"}
        | dict.fromkeys(amounts),
        {"lot_id": "a", "route": "hold", "legal": True, "blocked_code": None}
        | dict.fromkeys(amounts, 0),
    ]
    tables = {"decisions": pl.DataFrame([decision]), "pots": pl.DataFrame(pots)}
    return settled(PlanFiles({}, tables))


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("route", ["hold", "exchange_sale"])
def test_every_reason_is_one_sentence_with_both_figures(code, route):
    net = BAD if code == "RETENTION" and route == "hold" else GOOD
    said = sentence(made_up(code, route=route, net=net), "a", "ten_thousand")
    for text in (said.en, said.zh):
        assert "3.00" in text
        assert f"{net / 1_000_000:.2f}" in text
    assert said.en.count(".") - said.en.count(".0") == 1
    assert said.en.endswith(").")
    assert said.zh.count("。") == 1


@pytest.mark.parametrize(
    ("net", "kind", "english"),
    [
        (BAD, "outside_cash", "it loses 2.00, less than the help from above that it saves"),
        (GOOD, "new_debt", "it borrows the cash that is needed"),
        (GOOD, "outside_cash", "cash is needed"),
    ],
)
def test_a_need_for_cash_says_what_it_costs(net, kind, english):
    plan = made_up("CASH_NEED", route="exchange_sale", net=net, kind=kind)
    assert english in sentence(plan, "a", "ten_thousand").en


def test_a_kept_lot_whose_sale_would_gain_by_itself_is_told_no_negative_more():
    said = sentence(made_up("RETENTION", route="hold", net=GOOD), "a", "ten_thousand")
    assert "by itself that gains 2.00, but in no quarter with room" in said.en
    assert "单看可多得2.00" in said.zh
    assert not re.search(r"-\d", said.en + said.zh)


def test_a_lot_without_an_open_route_says_what_closes_each():
    plan = made_up("LAW", route="hold", net=BAD)
    closed = plan.tables["pots"].with_columns(legal=pl.col("route") == "hold")
    said = sentence(PlanFiles({}, plan.tables | {"pots": closed}), "a", "yuan")
    assert "all 2 routes are closed" in said.en
    assert "the right is granted by auction only" in said.en
    assert "只能以拍卖方式出让" in said.zh


def test_a_plan_for_many_futures_is_searched_around_in_the_same_futures(ironpot, monkeypatch):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr("ironpot.plan.turned.AROUND_S", 0.5)
    planned = ironpot("plan", TWO_POTS, "--out", "wide", "--scenarios", 8, "--time-limit", 6)
    assert planned.code == 0
    said = ironpot("why", "wide", "hall", "--case", TWO_POTS, "--time-limit", 10)
    assert "Searched again around the plan" in said.out
    assert "costs" in said.out
    said = ironpot("why", "wide", "hall", "--case", TWO_POTS, "--time-limit", 10, "--lang", "zh")
    assert "在方案附近重新搜索" in said.out
