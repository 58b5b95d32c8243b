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
        "extras",
        "plan.json",
        "tables",
        "report.html",
        "report.xlsx",
        "report.pdf",
    }


def test_what_zhuozi_called_resolved_against_what_was_paid():
    assert run("02_zhuozi_2023.py") == [
        "Published (Zhuozi County, as compiled), 100 million yuan",
        "  GDP of 2022 72.59, own revenue of 2022 2.16",
        # 13.37 / 2.16
        "  resolved in 2023 13.37, 6.19 times that revenue",
        "  cash: funds revived 0.149 (own cash)",
        "  cash: funds recovered 0.065 (from whom is unknown)",
        "  the other 13.156: kind unknown",
        "  known to be cash: 1.6% of what was called resolved",
        "  debt balance: unknown",
        "Assumption A: nobody lent again: all of it had to be paid",
        # 13.37 - 0.14896 - 0.065, at the end of 2023 and 3 % a year: / 1.03
        "  help needed 13.156; in present value 12.773, proven not below 12.773",
        "  kinds: cash 0.214, new debt 0.000, relief 13.156",
        "Assumption B: creditors lent half of it again for three years",
        "  help needed 6.471; in present value 6.283, proven not below 6.283",
        "  kinds: cash 0.214, new debt 6.685, relief 6.471",
        "Assumption C: creditors lent nine tenths of it again for three years",
        "  help needed 1.123; in present value 1.090, proven not below 1.090",
        "  kinds: cash 0.214, new debt 12.033, relief 1.123",
        "Which of these happened, and what else, is unknown.",
    ]


def test_every_numbered_script_is_run_here():
    scripts = {path.name for path in EXAMPLES.glob("[0-9][0-9]_*.py")}
    source = Path(__file__).read_text("utf-8")
    assert scripts
    assert all(f'run("{name}"' in source for name in scripts)
