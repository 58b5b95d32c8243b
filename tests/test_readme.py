"""What README and the pages tell a reader to type exists; what they quote is what is said."""

import re
import shlex
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.main import get_command

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.workbench.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = get_command(app).commands
BLOCK = re.compile(r"^```\w*$(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^ironpot .*$", re.MULTILINE)
QUOTED = re.compile(r"(?<!`)`(ironpot [a-z][^`\n]*)`")


def typed(page: Path) -> list[str]:
    """Commands that a page shows on a line of a block or between backquotes."""
    text = page.read_text("utf-8")
    lines = [line for block in BLOCK.findall(text) for line in LINE.findall(block)]
    return lines + QUOTED.findall(BLOCK.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_exists(page):
    for line in typed(page):
        _, command, *words = shlex.split(line, comments=True)
        if command.startswith("-"):
            continue
        assert command in COMMANDS, line
        known = {name for option in COMMANDS[command].params for name in option.opts}
        known |= {name for option in COMMANDS[command].params for name in option.secondary_opts}
        assert {word for word in words if word.startswith("-")} <= known | {"--help"}, line


def test_readme_names_every_command_that_it_should():
    named = {line.split()[1] for line in typed(ROOT / "README.md")}
    assert named >= {"doctor", "demo", "status", "pots", "template", "check", "plan", "why"}


def test_readme_quotes_the_checker_as_it_speaks(tmp_path):
    path = tmp_path / "my.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="ten_thousand")
    book = load_workbook(path)
    book["债务"]["H4"] = "一百万"
    book.save(path)
    (issue,) = read_case(path).issues
    assert f"错误 {issue.say('zh')}" in (ROOT / "README.md").read_text("utf-8").splitlines()


def test_make_knows_the_two_commands():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"demo", "test"} <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
