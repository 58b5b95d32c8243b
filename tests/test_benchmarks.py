"""Every benchmark takes --quick and ends with the line of JSON that machines read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(path.name for path in BENCHMARKS.glob("*.py"))
FIGURES = {"instance_hash", "quick", "cores", "peak_mib"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_takes_quick(name):
    done = subprocess.run(  # noqa: S603 - our own scripts
        [sys.executable, BENCHMARKS / name, "--help"], capture_output=True, text=True, check=True
    )
    assert "--quick" in done.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_names_the_agreed_figures(name):
    source = (BENCHMARKS / name).read_text("utf-8")
    assert {figure for figure in FIGURES if f'"{figure}"' not in source} == set()


def test_the_last_line_is_json():
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, BENCHMARKS / "start.py", "--quick"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.keys() >= FIGURES
    assert found["quick"] is True
    assert found["engines"] == []
