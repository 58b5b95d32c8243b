"""`ironpot risk`: one screen, files, a plan before and after, and what a case may lack."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.plan.files import plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.report.plan_out import write_plan_files
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import three_scenarios
from ironpot.workbench.cli import app
from ironpot.workbench.risk import measured_by

EXAMPLES = Path(__file__).parents[2] / "examples"
TWO_POTS = EXAMPLES / "two-pots"
FEW = ("--draws", "200", "--years", "2")


def run(*words):
    return CliRunner().invoke(app, [*words, "--lang", "en"], catch_exceptions=True)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    out = tmp_path_factory.mktemp("plan")
    written = plan_files(
        plan_resolution(read_case(TWO_POTS).case, options=PlanOptions(time_limit_s=20.0)), "en"
    )
    write_plan_files(written.tables, written.summary, out)
    return out


def test_the_screen_says_when_how_sure_and_what_helps(tmp_path):
    done = run("risk", str(TWO_POTS), "-o", str(tmp_path / "risk"), *FEW)
    assert done.exit_code == 0, done.output
    for part in (
        "When does it run out?",
        "December 2025",
        "How sure is that?",
        "200 drawn scenarios",
        "What helps most?",
        "Indicative",
    ):
        assert part in done.output
    summary = json.loads((tmp_path / "risk" / "risk.json").read_text("utf-8"))
    assert any("own revenue" in note for note in summary["notes"])


def test_with_a_plan_every_table_that_can_has_both_phases(tmp_path, planned):
    out = tmp_path / "risk"
    done = run("risk", str(TWO_POTS), "-o", str(out), "--plan", str(planned), *FEW)
    assert done.exit_code == 0, done.output
    assert "With the plan" in done.output
    for name in ("ladder", "path", "decomposition", "fan", "probabilities", "stresses"):
        phases = pl.read_csv(out / "tables" / f"{name}.csv")["phase"].unique().sort().to_list()
        assert phases == ["after", "before"], name


def test_a_plan_of_another_case_is_refused(tmp_path, planned):
    done = run("risk", str(EXAMPLES / "bishan-scale"), "-o", str(tmp_path), "--plan", str(planned))
    assert isinstance(done.exception, IronpotError)
    assert "another case" in done.exception.say("en")


def test_debt_is_measured_by_what_the_budget_carries_and_the_change_is_said():
    for name, taken, notes in (("two-pots", "own_revenue", 1), ("bishan-scale", "resources", 0)):
        case = read_case(EXAMPLES / name).case
        options, said = measured_by(case, three_scenarios(case, quarters=40), RiskOptions())
        assert (options.denominator, len(said)) == (taken, notes)


def test_a_rule_file_of_ones_own_shows_its_light_by_year(tmp_path):
    case = tmp_path / "bishan"
    shutil.copytree(EXAMPLES / "bishan-scale", case)
    guide = EXAMPLES.parent / "docs" / "how-to" / "add-a-rule-set.md"
    file = tmp_path / "own.toml"
    file.write_text(guide.read_text("utf-8").split("```toml")[1].split("```")[0], "utf-8")
    rules = case / "rules.csv"
    row = "our-province-debt,ironbridge,false,,bs_assumption,synthetic\n"
    rules.write_text(rules.read_text("utf-8") + row, "utf-8")
    done = run("risk", str(case), "-o", str(tmp_path / "risk"), "--rules", str(file), *FEW)
    assert done.exit_code == 0, done.output
    lights = pl.read_csv(tmp_path / "risk" / "tables" / "lights.csv").filter(
        pl.col("rule_set_id") == "our-province-debt"
    )
    # Statutory debt 267 over own revenue 53.19, 50.06 and 51.32, the threshold at 500 per cent.
    assert dict(lights.select("year", "level").iter_rows()) == {
        2023: "alarm",
        2024: "alarm",
        2025: "alarm",
    }


@pytest.mark.parametrize(
    ("lang", "heads"),
    [("en", ("How sure?", "What helps most?")), ("zh", ("把握多大?", "什么最有效?"))],
)
def test_status_answers_when_how_sure_and_what_helps_before_any_table(lang, heads):
    words = ["status", str(TWO_POTS), "--lang", lang]
    told = CliRunner().invoke(app, words, catch_exceptions=True).output
    first = told[: told.index("┏")]
    assert ("December 2025" if lang == "en" else "2025年12月") in first
    assert all(head in first for head in heads)
    # The depot's sale alone closes the gap of 4 million.
    assert ("cash no longer runs out" if lang == "en" else "十年内不再断流") in first


def test_status_answers_when_in_a_sentence():
    done = run("status", str(TWO_POTS))
    assert "runs out of cash in December 2025" in done.output


CALL = (
    "call,Loan on call,county,bank,other,loan,CLM,2000000.00,2023-12-31,,0.05,A365,P1YL1,"
    "made_up,synthetic\n"
)


@pytest.fixture
def on_call(tmp_path):
    """Two pots that also owe two million on call, without an end."""
    folder = tmp_path / "case"
    shutil.copytree(TWO_POTS, folder)
    with (folder / "debts.csv").open("a", encoding="utf-8") as file:
        file.write(CALL)
    return folder


def test_a_loan_on_call_is_taken_as_not_called_and_that_is_said(tmp_path, on_call):
    out, plain = tmp_path / "risk", tmp_path / "plain"
    for folder, case in ((out, on_call), (plain, TWO_POTS)):
        done = run("risk", str(case), "-o", str(folder), *FEW)
        assert done.exit_code == 0, done.output
    notes = json.loads((out / "risk.json").read_text("utf-8"))["notes"]
    assert any("Debts on call that state no end (1: call; 0.02 in all" in note for note in notes)
    ladders = [pl.read_csv(folder / "tables" / "ladder.csv") for folder in (out, plain)]
    assert ladders[0].equals(ladders[1])  # nothing of it is due
    whole = pl.read_csv(out / "tables" / "indicators.csv").row(0, named=True)
    assert whole["principal"] == 12e6
    assert whole["unscheduled_share"] == pytest.approx(2 / 12, abs=1e-6)


def test_before_and_after_a_plan_a_loan_on_call_has_no_day(tmp_path, on_call):
    plan, out = tmp_path / "plan", tmp_path / "risk"
    assert run("plan", str(on_call), "-o", str(plan), "--time-limit", "10").exit_code == 0
    done = run("risk", str(on_call), "-o", str(out), "--plan", str(plan), *FEW)
    assert done.exit_code == 0, done.output
    rows = pl.read_csv(out / "tables" / "indicators.csv").filter(primary_class="all")
    ends = rows.filter(pl.col("phase") != "before")
    assert ends["phase"].to_list() == ["unplanned", "after"]
    assert ends["unscheduled_share"].to_list() == [1.0, 1.0]
    assert ends["principal"].to_list() == [2_205_000.0] * 2
