"""Compiled code is taken from disk only while all that it was made of is as it was."""

import re
import subprocess
import sys
from pathlib import Path

import numba

import ironpot
from ironpot.system import compiled

CALLEE = """from ironpot.system.compiled import njit

@njit(cache=True, nogil=True)
def rate(base):
    return base * {factor}
"""
CALLER = """from ironpot.callee import rate
from ironpot.system.compiled import njit

@njit(cache=True, nogil=True)
def due(base):
    return 1.0 + rate(base)
"""
ASK = """import sys
sys.path.insert(0, {here!r})
from ironpot.caller import due
print(due(1.0), sum(due.stats.cache_hits.values()))
"""


def test_code_that_calls_a_changed_function_of_another_file_is_compiled_anew(tmp_path):
    package = tmp_path / "ironpot"
    package.mkdir()
    ours = Path(ironpot.__file__).parent
    for name in ("__init__.py", "core", "system"):
        (package / name).symlink_to(ours / name)
    (package / "caller.py").write_text(CALLER)

    def found(factor):
        (package / "callee.py").write_text(CALLEE.format(factor=factor))
        words = [sys.executable, "-c", ASK.format(here=str(tmp_path))]
        done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.split()

    assert found(2.0) == ["3.0", "0"]
    assert found(2.0) == ["3.0", "1"]
    assert found(5.0) == ["6.0", "0"]


def test_no_file_of_ironpot_is_compiled_past_that_key():
    importing = re.compile(r"^\s*(from|import) numba\b", re.MULTILINE)
    package = Path(ironpot.__file__).parent
    found = [path.name for path in package.rglob("*.py") if importing.search(path.read_text())]
    assert found == ["compiled.py"]


def test_the_key_follows_imports_through_other_files_and_numbas_own_settings_stay():
    kernels = Path(compiled.__file__).parent / "whole_moves.py"
    held = numba.config.CACHE_DIR
    asked = compiled.cache_folder(kernels, "/asked")
    assert Path(asked).parent == Path("/asked")
    assert Path(asked).name == f"ironpot-whole_moves-{compiled.content_of(kernels)}"
    assert held == numba.config.CACHE_DIR
