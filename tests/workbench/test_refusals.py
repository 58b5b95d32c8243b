"""What a new user runs into: each is one sentence in the user's language, exit 1, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.case.template import write_template

LANGS = ("en", "zh")


def refused(said, *parts: str) -> None:
    """The command was refused in a sentence that holds all of `parts`; nothing was printed."""
    assert said.code == 1
    assert said.out == ""
    assert "Traceback" not in said.err
    for part in parts:
        assert part in said.err


@pytest.mark.parametrize("command", ["check", "status", "pots"])
@pytest.mark.parametrize(("lang", "what"), [("en", "does not exist"), ("zh", "不存在")])
def test_a_missing_file(ironpot, command, lang, what):
    refused(ironpot(command, "nowhere.xlsx", "--lang", lang), "nowhere.xlsx", what)


@pytest.mark.parametrize("lang", LANGS)
def test_a_folder_without_a_case(ironpot, lang):
    Path("empty").mkdir()
    refused(ironpot("check", "empty", "--lang", lang), "empty", "case.toml")


@pytest.mark.parametrize("command", [("status", TWO_POTS), ("template", "my.xlsx")])
@pytest.mark.parametrize(("lang", "what"), [("en", "is no unit"), ("zh", "不是金额单位")])
def test_a_wrong_unit_word(ironpot, command, lang, what):
    refused(ironpot(*command, "--unit", "furlong", "--lang", lang), "furlong", "万元", what)
    assert not Path("my.xlsx").exists()


def test_a_wrong_language(ironpot):
    refused(ironpot("template", "my.xlsx", "--lang", "fr"), "'fr'", "--lang zh", "--lang en")


@pytest.mark.parametrize(("lang", "what"), [("en", "no horizon"), ("zh", "不是规划期")])
def test_a_wrong_horizon(ironpot, lang, what):
    words = ("plan", TWO_POTS, "--out", "plan", "--horizon", "fortnight", "--lang", lang)
    refused(ironpot(*words), "fortnight", "5y", what)
    assert not Path("plan").exists()


@pytest.mark.parametrize("name", ["my", "my.xls", "my.csv"])
def test_a_template_that_would_not_open_as_a_workbook(ironpot, name):
    refused(ironpot("template", name), f"{name}.xlsx")


@pytest.mark.parametrize(("lang", "what"), [("en", "was not touched"), ("zh", "未作改动")])
def test_a_template_never_goes_over_a_workbook(ironpot, lang, what):
    Path("my.xlsx").write_bytes(b"a week of work")
    refused(ironpot("template", "my.xlsx", "--lang", lang), "my.xlsx", what)
    assert Path("my.xlsx").read_bytes() == b"a week of work"


def test_a_demo_never_goes_over_a_folder(ironpot):
    Path("demo").mkdir()
    refused(ironpot("demo"), "demo", "not touched")


def test_an_installation_without_the_example_says_so(tmp_path):
    from ironpot.core.errors import FileRefusedError
    from ironpot.workbench.demo import put_example

    with pytest.raises(FileRefusedError, match="only a checkout holds it"):
        put_example(tmp_path / "demo", "en", example=tmp_path / "gone")


@pytest.mark.parametrize(("lang", "way"), [("en", "To see all of them"), ("zh", "查看全部问题")])
def test_a_case_with_errors_is_not_used_and_check_is_named(ironpot, lang, way):
    write_template(Path("my.xlsx"))
    said = ironpot("plan", "my.xlsx", "--out", "plan", "--lang", lang)
    refused(said, way, "ironpot check my.xlsx")
    assert not Path("plan").exists()


@pytest.mark.parametrize(("lang", "what"), [("en", "holds no plan"), ("zh", "不是方案文件夹")])
def test_an_out_folder_that_is_no_plan_is_left_alone(ironpot, lang, what):
    Path("mine/tables").mkdir(parents=True)
    Path("mine/tables/a.csv").write_text("mine", "utf-8")
    refused(ironpot("plan", TWO_POTS, "--out", "mine", "--lang", lang), "mine", what)
    assert Path("mine/tables/a.csv").read_text("utf-8") == "mine"


def test_an_out_that_is_a_file_is_left_alone(ironpot):
    Path("plan").write_text("mine", "utf-8")
    refused(ironpot("plan", TWO_POTS, "--out", "plan"), "plan", "holds no plan")
    assert Path("plan").read_text("utf-8") == "mine"


@pytest.mark.parametrize(("lang", "what"), [("en", "The system refused"), ("zh", "系统拒绝")])
def test_an_out_that_cannot_be_made_is_refused_before_the_search(ironpot, lang, what):
    Path("file").write_text("", "utf-8")
    said = ironpot("plan", TWO_POTS, "--out", "file/plan", "--lang", lang)
    refused(said, "file", what)


@pytest.mark.parametrize(
    "words", [("template", "file/my.xlsx"), ("pots", TWO_POTS, "--csv", "file/a")]
)
def test_a_file_that_cannot_be_written(ironpot, words):
    Path("file").write_text("", "utf-8")
    said = ironpot(*words)
    assert said.code == 1
    assert "The system refused" in said.err
    assert "file" in said.err


@pytest.mark.parametrize("command", [("why", "plan", "A"), ("compare", "plan", "plan")])
@pytest.mark.parametrize(("lang", "what"), [("en", "holds no plan"), ("zh", "没有方案")])
def test_a_folder_without_a_plan(ironpot, command, lang, what):
    Path("plan").mkdir()
    refused(ironpot(*command, "--lang", lang), "plan", what)


@pytest.mark.parametrize(("lang", "what"), [("en", "holds no plan"), ("zh", "没有方案")])
def test_verifying_a_folder_without_a_plan_is_one_sentence(ironpot, lang, what):
    refused(ironpot("verify", "nowhere", "--lang", lang), "nowhere", what)


@pytest.mark.parametrize(("lang", "what"), [("en", "Did you mean depot?"), ("zh", "是否为 depot")])
def test_an_unknown_lot_names_the_nearest(ironpot, planned, lang, what):
    refused(ironpot("why", planned, "dept", "--lang", lang), "dept", what)


@pytest.mark.parametrize("command", ["why", "report"])
def test_another_case_than_the_plans(ironpot, planned, command):
    lot = ["hall"] if command == "why" else []
    assert ironpot("demo").code == 0
    said = ironpot(command, planned, *lot, "--case", "demo")
    assert said.code == 1
    assert "not the one that the plan was made from" in said.err


def test_ctrl_c_says_that_nothing_was_written(ironpot, monkeypatch):
    from ironpot.workbench import planning

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(planning, "plan_resolution", interrupted)
    said = ironpot("plan", TWO_POTS, "--out", "plan", "--lang", "zh")
    assert said.code == 130
    assert "未写出任何文件" in said.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_a_console_that_lacks_letters_gets_question_marks(tmp_path, encoding):
    write_template(tmp_path / "我的.xlsx")
    done = subprocess.run(
        [sys.executable, "-m", "ironpot", "check", "我的.xlsx", "--lang", "zh"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""
    assert b"B13" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("plan", TWO_POTS, "--out", "plan", "--certificate"),
        ("relief", TWO_POTS, "--csv"),
        ("race", TWO_POTS, "--csv"),
        ("stages", TWO_POTS, "--csv"),
        ("stages", TWO_POTS, "--certificate"),
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_a_result_that_could_not_be_written_at_the_end_is_refused_at_the_start(ironpot, words):
    refused(ironpot(*words, "nowhere/result", "--lang", "zh"), "nowhere/result", "未开始计算")
    refused(ironpot(*words, ".", "--lang", "en"), ".: is a folder", "nothing was begun")
    assert not Path("plan").exists()


def test_a_search_without_an_end_is_refused(ironpot):
    words = ("plan", TWO_POTS, "--out", "plan", "--time-limit", "inf", "--lang", "en")
    refused(ironpot(*words), "time_limit_s is inf")
    assert not Path("plan").exists()


def test_a_table_that_is_no_allotment_file_is_refused_in_a_whole_sentence(ironpot):
    words = ("plan", TWO_POTS, "--out", "plan", "--allotment", f"{TWO_POTS}/assets.csv")
    said = ironpot(*words, "--lang", "en")
    refused(said, "is not an allotment file: Table allotments has no column")
    assert '"' not in said.err
    assert ".." not in said.err.replace("../", "").replace("...", "")
