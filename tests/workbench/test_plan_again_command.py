"""`ironpot plan --from` keeps what is signed and says what changed and why, in both languages."""

import json
import shutil
from pathlib import Path

import pytest
from tests.workbench.conftest import TWO_POTS

CONTRACT = "event_id,asset_id,event,route,date,amount\nV1,depot,signed,exchange_sale,2025-05-20,"


@pytest.fixture
def sold(tmp_path) -> Path:
    """The two pots, of which the depot was sold in May for 12 million instead of 20."""
    folder = tmp_path / "sold"
    shutil.copytree(TWO_POTS, folder)
    (folder / "realised.csv").write_text(CONTRACT + "12000000\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("1 decisions differ", "signed on 2025-05-20 for 12,000,000.00", "costs 0.00 less")),
        ("zh", ("1项决策不同", "2025-05-20已签约", "新方案低0.00")),
    ],
)
def test_a_contract_is_kept_and_told(ironpot, planned, sold, lang, words):
    said = ironpot("plan", sold, "--out", "new", "--from", planned, "--lang", lang)
    assert (said.code, said.err) == (0, "")
    for word in words:
        assert word in said.out.replace("\n", "")
    summary = json.loads(Path("new/plan.json").read_text("utf-8"))
    (change,) = summary["changes"]
    assert (change["subject_id"], change["why_code"]) == ("depot", "SIGNED")
    assert {row["subject_id"]: row["quarter"] for row in summary["choices"]}["depot"] == "2025Q2"
    assert ("Decided otherwise" if lang == "en" else "与原方案不同") in Path(
        "new/report.html"
    ).read_text("utf-8")


def test_what_was_not_done_in_time_is_said_and_planned_anew(ironpot, planned):
    said = ironpot("plan", TWO_POTS, "--out", "late", "--from", planned, "--as-of", "2025-08-15")
    assert said.code == 0
    (change,) = json.loads(Path("late/plan.json").read_text("utf-8"))["changes"]
    assert (change["subject_id"], change["why_code"]) == ("depot", "NOT_DONE")
    assert "2025Q1" in change["why"]
    assert change["after"][-6:] >= "2025Q3"


def test_a_plan_of_before_choices_were_written_is_compared_only(ironpot, planned, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(planned, old)
    summary = json.loads((old / "plan.json").read_text("utf-8"))
    del summary["choices"]
    (old / "plan.json").write_text(json.dumps(summary), "utf-8")
    said = ironpot("plan", TWO_POTS, "--out", "new", "--from", old)
    assert said.code == 0
    assert "0 decisions differ" in said.out
    assert "did not write its choices" in said.out


def test_impossible_records_are_refused_with_their_place(ironpot, sold):
    (sold / "realised.csv").write_text(
        CONTRACT.replace("2025-05-20", "2024-05-20") + "5\n"
        "V2,nothing,listed,exchange_sale,2025-06-01,\nV3,depot,signed,lease,2025-06-01,3\n",
        "utf-8",
    )
    said = ironpot("plan", sold, "--out", "new")
    assert said.code == 1
    for word in ("realised.csv", "2024-05-20", "nothing", "twice"):
        assert word in said.err
    assert not Path("new").exists()
