"""The front desk: every public name resolves, and none costs anything before it is used."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ironpot

ENGINES = [
    "polars",
    "numpy",
    "scipy",
    "highspy",
    "pydantic",
    "openpyxl",
    "xlsxwriter",
    "python_calamine",
    "rich",
    "typst",
    "py_mini_racer",
    "fontTools",
    "brotli",
]
SOURCE = Path(ironpot.__file__)


def engines_after(code: str) -> list[str]:
    """Engines that a fresh interpreter holds after running `code`."""
    script = f"{code}\nimport sys, json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout.splitlines()[-1])
    return [name for name in ENGINES if name in loaded]


def test_importing_ironpot_starts_no_engine():
    assert engines_after("import ironpot") == []


def test_looking_around_starts_no_engine():
    assert engines_after("import ironpot; dir(ironpot); hasattr(ironpot, 'no_such')") == []


def test_help_starts_no_engine_that_counts():
    code = (
        "import sys; sys.argv = ['ironpot', '--help']\n"
        "from ironpot.workbench.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    # The listing itself is drawn by rich.
    assert set(engines_after(code)) <= {"rich"}


@pytest.mark.parametrize("name", ironpot.__all__)
def test_every_public_name_resolves(name):
    assert getattr(ironpot, name).__name__ == name


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="no attribute 'sell_everything'"):
        _ = ironpot.sell_everything


def test_types_places_and_names_agree():
    """What a type checker is told, what is loaded, and what is listed are the same names."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in block.body for alias in node.names}
    assert told == {name: f"ironpot.{place}" for name, place in ironpot._PLACES.items()}
    assert sorted(told) == sorted(ironpot.__all__)
    assert set(ironpot.__all__) <= set(dir(ironpot))
