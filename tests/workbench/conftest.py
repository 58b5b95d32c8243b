"""Run commands as a user types them, and one plan of the two pots for all tests of a file."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ironpot.workbench.cli import main

TWO_POTS = Path(__file__).parents[2] / "examples" / "two-pots"


@dataclass(frozen=True)
class Answer:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Terminal:
    """Types commands in a folder of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> Answer:
        self.monkeypatch.setattr(sys, "argv", ["ironpot", *map(str, words)])
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        said = self.capsys.readouterr()
        code = stop.value.code
        return Answer(code if isinstance(code, int) else 0, said.out, said.err)


@pytest.fixture
def ironpot(monkeypatch, capsys, tmp_path) -> Terminal:
    """The command line, in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IRONPOT_LANG", "en")
    return Terminal(monkeypatch, capsys)


@pytest.fixture(scope="session")
def planned(tmp_path_factory) -> Path:
    """The folder of a plan of the two pots. Tests read it and write elsewhere."""
    from ironpot import PlanOptions, plan_resolution, read_case, write_plan

    out = tmp_path_factory.mktemp("plans") / "two"
    plan = plan_resolution(read_case(TWO_POTS).case, options=PlanOptions())
    write_plan(plan, out, lang="en", unit="ten_thousand")
    return out
