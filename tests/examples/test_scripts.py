"""The numbered scripts run as they stand, and print what a pocket calculator says."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name: str, *words: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own scripts
        [sys.executable, EXAMPLES / name, *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_plan_in_python(tmp_path):
    out = tmp_path / "plan"
    assert run("01_plan_in_python.py", str(out)) == [
        "Net worth: 32.00 million yuan",
        "hall: pot 31.84, steel 24.83: keep",
        "depot: pot 3.18, steel 16.55: release",
        "Plan: optimal, cost -11.79, help 0.00",
        "The files add up: True",
    ]
    assert {path.name for path in out.iterdir()} == {
        "plan.json",
        "tables",
        "report.html",
        "report.xlsx",
        "report.pdf",
    }


def test_every_numbered_script_is_run_here():
    scripts = {path.name for path in EXAMPLES.glob("[0-9][0-9]_*.py")}
    source = Path(__file__).read_text("utf-8")
    assert scripts
    assert all(f'run("{name}"' in source for name in scripts)
