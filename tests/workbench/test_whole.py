"""Files and folders are written whole or not at all; what is not ours stays."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.core.errors import FileRefusedError
from ironpot.verify.verification import verify_plan
from ironpot.workbench.whole import whole_file, whole_folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old", "utf-8")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as draft:
        draft.write_text("half \udc00", "utf-8")
    assert path.read_text("utf-8") == "old"
    assert names(tmp_path) == {"a.txt"}


def test_a_failure_leaves_the_old_plan_and_no_draft(tmp_path, planned):
    out = tmp_path / "plan"
    shutil.copytree(planned, out)
    with pytest.raises(UnicodeEncodeError), whole_folder(out) as draft:
        (draft / "plan.json").write_text("half \udc00", "utf-8")
    assert verify_plan(out).ok
    assert names(tmp_path) == {"plan"}


def test_a_failed_move_puts_the_old_plan_back(tmp_path, planned, monkeypatch):
    out = tmp_path / "plan"
    shutil.copytree(planned, out)
    honest = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return honest(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="No space"), whole_folder(out):
        pass
    assert verify_plan(out).ok
    assert names(tmp_path) == {"plan"}


def test_a_new_plan_replaces_the_old_one_and_keeps_what_is_the_users(tmp_path, planned):
    out = tmp_path / "plan"
    shutil.copytree(planned, out)
    (out / "minutes.docx").write_bytes(b"mine")
    (out / "extras").mkdir(exist_ok=True)
    with whole_folder(out) as draft:
        (draft / "plan.json").write_text("{}", "utf-8")
    assert names(out) == {"plan.json", "minutes.docx"}
    assert names(tmp_path) == {"plan"}


@pytest.mark.parametrize("holds", ["{}", "[1]", "half {", '{"schema": "other/1"}'])
def test_a_json_file_alone_makes_no_plan(tmp_path, holds):
    (tmp_path / "plan.json").write_text(holds, "utf-8")
    with pytest.raises(FileRefusedError), whole_folder(tmp_path):
        pass
    assert (tmp_path / "plan.json").read_text("utf-8") == holds


def test_an_empty_folder_is_taken(tmp_path):
    out = tmp_path / "plan"
    out.mkdir()
    with whole_folder(out) as draft:
        (draft / "plan.json").write_text("{}", "utf-8")
    assert names(out) == {"plan.json"}


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's file size as Linux does")
def test_a_full_disk_leaves_the_earlier_plan(tmp_path, planned):
    """A file may not grow beyond what the tables need: writing the report fails half way."""
    out = tmp_path / "plan"
    shutil.copytree(planned, out)
    limit = 100_000
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "ironpot", "plan", str(TWO_POTS), "--out", str(out)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "The system refused: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert verify_plan(out).ok
    assert names(tmp_path) == {"plan"}
