"""The hash of the package's files: what moves it, what does not, and what is said of a worker."""

import shutil
from pathlib import Path

import pytest

import ironpot
from ironpot.workbench.same_code import code_here, hash_of_files, no_code, other_code

OURS = {"ironpot": "0.1.0", "ironpot files": "abc", "numpy": "2.3.0"}


@pytest.fixture
def package(tmp_path):
    """Two modules and a table of the package, copied."""
    ours, copy = Path(ironpot.__file__).parent, tmp_path / "copy"
    for name in ("__init__.py", "core/money.py", "case/defaults/routes.csv"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ours / name, copy / name)
    return copy


def test_the_same_files_elsewhere_and_compiled_leftovers_have_the_same_hash(package, tmp_path):
    was = hash_of_files(package)
    left = package / "core" / "__pycache__"
    left.mkdir()
    (left / "money.cpython-312.pyc").write_bytes(b"compiled")
    (package / "report.otf").write_bytes(b"font")
    shutil.copytree(package, tmp_path / "elsewhere")
    assert hash_of_files(package) == hash_of_files(tmp_path / "elsewhere") == was


@pytest.mark.parametrize("name", ["core/money.py", "case/defaults/routes.csv"])
def test_one_more_character_in_code_or_a_table_is_another_hash(package, name):
    was = hash_of_files(package)
    with (package / name).open("a") as file:
        file.write(" ")
    assert hash_of_files(package) != was


def test_a_file_more_fewer_or_under_another_name_is_another_hash(package):
    found = [hash_of_files(package)]
    (package / "more.py").write_text("")
    found.append(hash_of_files(package))
    (package / "more.py").rename(package / "other.py")
    found.append(hash_of_files(package))
    (package / "other.py").unlink()
    (package / "core" / "money.py").unlink()
    found.append(hash_of_files(package))
    assert len(set(found)) == len(found)


def test_this_process_is_no_other_than_itself_and_names_all_that_figures_depend_on():
    assert other_code("tcp://a:1", code_here(), code_here()) is None
    assert set(code_here()) > {"ironpot", "ironpot files", "numpy", "numba", "polars", "highspy"}


def test_what_is_said_of_a_worker_names_it_what_differs_and_the_mend_in_both_languages():
    said = other_code("tcp://a:1", {**OURS, "ironpot files": "def"}, OURS)
    for words in (said.en, said.zh):
        assert "tcp://a:1" in words
        assert "ironpot files" in words
        assert "numpy" not in words
    assert "ironpot files def there, abc here" in said.en
    for words in (no_code("tcp://a:1", "missing").en, no_code("tcp://a:1", "missing").zh):
        assert "tcp://a:1" in words
        assert "pip install" in words
