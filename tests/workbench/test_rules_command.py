"""`ironpot rules`: lists, shows, classifies and checks, in either language."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ironpot.core.errors import IronpotError
from ironpot.workbench.cli import app
from ironpot.workbench.rules import rules_for

EXAMPLES = Path(__file__).parents[2] / "examples"
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-rule-set.md"


def run(*words):
    return CliRunner().invoke(app, ["rules", *words, "--lang", "en"], catch_exceptions=True)


def own_rule():
    return GUIDE.read_text("utf-8").split("```toml")[1].split("```")[0]


def test_a_date_lists_only_what_is_in_force():
    shown = run("--date", "2002-01-01").output
    assert "co-ley358-1997" in shown
    assert "cn-debt-ratio-2019" not in shown


def test_published_values_are_classified_with_formula_band_consequence_and_source():
    shown = run("mx-sistema-alertas-estados", "ind1=110.5", "ind2=5", "ind3=3").output
    for part in (
        "under observation",
        "110.5",
        "(100, 200]",
        "5 %",
        "Ley de Disciplina",
        "Indicative",
    ):
        assert part in shown


def test_figures_are_classified_through_the_formula():
    shown = run(
        "cn-debt-ratio-2019",
        "lg_bond_balance=267",
        "hidden_debt=110",
        "comprehensive_fiscal_resources=136.36",
    ).output
    assert "orange" in shown
    assert "276.4" in shown


def test_a_missing_figure_leaves_the_level_open_and_is_named():
    shown = run("cn-debt-ratio-2019", "lg_bond_balance=267").output
    assert "unknown, between green and red" in shown
    assert "comprehensive_fiscal_resources" in shown


def test_a_rule_set_not_in_force_is_said_to_be_so():
    shown = run("co-ley358-1997", "debt=1", "--date", "2010-01-01").output
    assert "not in force on 2010-01-01" in shown


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (("cn-debt-ratio-2091",), "cn-debt-ratio-2019"),
        (("us-ny-fsms", "score=3"), "score_pct"),
        (("us-ny-fsms", "score_pct=high"), "NAME=VALUE"),
        (("--date", "yesterday"), "2025-05-20"),
    ],
)
def test_a_slip_is_answered_with_its_mend(words, mend):
    error = run(*words).exception
    assert isinstance(error, IronpotError)
    assert mend in error.say("en")


def test_a_sound_file_is_told_where_to_go_and_a_faulty_one_what_to_mend(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(own_rule(), "utf-8")
    assert run("--check", str(file)).exit_code == 0
    file.write_text(own_rule().replace('"100*debt/revenue"', '"debt/revenue"'), "utf-8")
    done = run("--check", str(file))
    assert done.exit_code == 1
    assert "100*" in done.output


def test_rules_beside_the_case_count_without_being_named(tmp_path):
    case = tmp_path / "two-pots"
    shutil.copytree(EXAMPLES / "two-pots", case)
    (case / "rules").mkdir()
    (case / "rules" / "own.toml").write_text(own_rule(), "utf-8")
    assert "our-province-debt" in rules_for(case, []).rule_sets
    (case / "rules" / "own.toml").write_text("id = ", "utf-8")
    with pytest.raises(IronpotError, match=r"own\.toml"):
        rules_for(case, [])
