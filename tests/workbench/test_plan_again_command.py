"""`ironpot plan --from` keeps what is signed and says what changed and why, in both languages."""

import json
import shutil
from pathlib import Path

import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.report.figures import full_width

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
        (
            "en",
            ("1 decision differs", "signed on 2025-05-20 for 12,000,000.00", "nothing cheaper"),
        ),
        ("zh", ("1项决策不同", "2025-05-20已签约", "未找到成本更低的方案")),
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
    assert set(change["why"]) == {"en", "zh"}
    assert summary["keeping_on"]["status"] == "works"
    assert summary["keeping_on"]["cost"] == pytest.approx(summary["objective"], abs=0.02)
    assert Path("new/extras/left_to_pay.csv").is_file()
    first = Path("new/report.html").read_text("utf-8")
    other = "zh" if lang == "en" else "en"
    assert ironpot("report", "new", "--case", sold, "-o", "b.html", "--lang", other).code == 0
    again = Path("b.html").read_text("utf-8")
    for page, told in ((first, lang), (again, other)):
        title = "Decided otherwise" if told == "en" else "与原方案不同"
        assert title in page
        words = change["why"][told]
        assert (full_width(words) if told == "zh" else words) in page
    why = ironpot("why", "new", "depot", "--case", sold, "--lang", lang)
    assert why.code == 0
    assert ("signed already" if lang == "en" else "已签约") in why.out
    assert ("no choice any more" if lang == "en" else "不再可选") in why.out


def test_what_was_not_done_in_time_is_said_and_planned_anew(ironpot, planned):
    said = ironpot("plan", TWO_POTS, "--out", "late", "--from", planned, "--as-of", "2025-08-15")
    assert said.code == 0
    (change,) = json.loads(Path("late/plan.json").read_text("utf-8"))["changes"]
    assert (change["subject_id"], change["why_code"]) == ("depot", "NOT_DONE")
    assert "2025Q1" in change["why"]["en"]
    assert change["after"]["en"][-6:] >= "2025Q3"
    why = ironpot("why", "late", "depot", "--case", TWO_POTS)
    assert why.code == 0
    assert "keeping it costs" in why.out
    both = ironpot("compare", planned, "late")
    assert both.code == 0
    assert "1 lot is decided otherwise" in both.out


def test_a_plan_of_before_choices_were_written_is_compared_only(ironpot, planned, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(planned, old)
    summary = json.loads((old / "plan.json").read_text("utf-8"))
    del summary["choices"]
    (old / "plan.json").write_text(json.dumps(summary), "utf-8")
    said = ironpot("plan", TWO_POTS, "--out", "new", "--from", old)
    assert said.code == 0
    assert "Nothing is decided otherwise" in said.out
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


def test_a_debt_whose_terms_were_agreed_meanwhile_says_when(ironpot, tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    shutil.copytree(TWO_POTS, before)
    with (before / "class_actions.csv").open("a", encoding="utf-8") as file:
        file.write("longer,other,extend,made_up,synthetic\n")
    rows = (before / "class_actions.csv").read_text("utf-8").splitlines()
    terms = ["term_months,rate_change,success_probability", ",,", "24,-0.03,1"]
    together = "\n".join(f"{row},{more}" for row, more in zip(rows, terms, strict=True))
    (before / "class_actions.csv").write_text(together + "\n", "utf-8")
    assert ironpot("plan", before, "--out", "old").code == 0
    assert "extend" in Path("old/tables/debt_actions.csv").read_text("utf-8")
    shutil.copytree(TWO_POTS, after)
    (after / "debt_changes.csv").write_text(
        "change_id,debt_id,date,change,until\nC1,loan,2025-03-31,extend,2027-12-31\n", "utf-8"
    )
    said = ironpot("plan", after, "--out", "new", "--from", "old", "--lang", "en")
    assert (said.code, said.err) == (0, "")
    changes = json.loads(Path("new/plan.json").read_text("utf-8"))["changes"]
    (change,) = [row for row in changes if row["subject_id"] == "loan"]
    assert change["why_code"] == "AGREED"
    assert "2025-03-31" in change["why"]["en"]
    assert "2025-03-31" in change["why"]["zh"]
