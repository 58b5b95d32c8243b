"""Workers do the same wherever counties' files lie; what is half there is no plan."""

import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from tests.workbench.conftest import TWO_POTS

from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.system.checkpoint import CheckpointError
from ironpot.system.county_plans import CountyOptions
from ironpot.system.fleet import OneProcess
from ironpot.workbench import county_work, plans
from ironpot.workbench.county_folder import counties_below
from ironpot.workbench.county_work import (
    NO_PLAN,
    Checked,
    Made,
    ToCheck,
    ToPlan,
    sent,
    work_on,
)
from ironpot.workbench.plan_folder import put_plan, stands
from ironpot.workbench.plans import Asked, run_plans
from ironpot.workbench.run_store import UNFINISHED, RunStore, open_run
from ironpot.workbench.whole import clear_drafts, folder_draft, move_in, whole_folder

ASKED = CountyOptions(PlanOptions(steps=1))


def checked(*cases):
    names = [f"county{number}" for number in range(len(cases))]
    found = work_on(ASKED, ToCheck(dict(zip(names, cases, strict=True))))
    return [found[name] for name in names]


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_case_whose_bytes_were_sent_is_the_same_case_and_one_that_cannot_be_read_is_none():
    away = sent(TWO_POTS, seen=False)
    here, there, gone = checked(
        sent(TWO_POTS, seen=True),
        replace(away, path=Path("nowhere/two-pots")),
        sent(Path("no"), seen=False),
    )
    assert here == there
    assert here.case_id == "two-pots"
    assert gone == Checked()


def test_a_draft_holds_the_bytes_that_a_worker_without_our_disk_sends_back(tmp_path):
    case = sent(TWO_POTS, seen=True)
    one = ToPlan(case, checked(case)[0].input_hash)
    back = work_on(ASKED, one)
    draft = tmp_path / "draft"
    (draft / "tables.new").mkdir(parents=True)
    (draft / "tables.new" / "half.csv").write_text("a worker that was killed")
    told = work_on(ASKED, replace(one, draft=draft))
    assert not told.files
    found = files_below(draft)
    assert found.keys() == back.files.keys()
    # Only the seconds of the search differ.
    assert {name for name in found if found[name] != back.files[name]} <= {"plan.json"}
    assert told.row["cost"] == back.row["cost"]
    assert stands(draft, told.row["plan_hash"])


def test_a_case_that_changed_after_its_check_and_one_that_fails_are_answers_of_their_own(
    monkeypatch,
):
    case = sent(TWO_POTS, seen=True)
    assert "changed" in work_on(ASKED, ToPlan(case, "0" * 64)).row["why"]
    one = ToPlan(case, checked(case)[0].input_hash)

    def failing(error):
        def fail(*_):
            raise error

        monkeypatch.setattr(county_work, "plan_county", fail)

    failing(TypeError("a bug"))
    row = work_on(ASKED, one).row
    assert row["status"] == NO_PLAN
    assert "TypeError: a bug" in row["why"]
    failing(OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        work_on(ASKED, one)


def test_a_plan_with_a_table_cut_off_or_taken_away_does_not_stand(tmp_path, planned):
    plan = tmp_path / "plan"
    put_plan(files_below(planned), plan)
    plan_hash = hashlib.sha256((plan / "plan.json").read_bytes()).hexdigest()
    assert stands(plan, plan_hash)
    table = plan / "tables" / "cash.csv"
    whole = table.read_bytes()
    table.write_bytes(whole[:-1])
    assert not stands(plan, plan_hash)
    table.unlink()
    assert not stands(plan, plan_hash)
    table.write_bytes(whole)
    assert stands(plan, plan_hash)
    assert not stands(plan, "0" * 64)


def dead():
    """Return the number of a process that was."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def test_what_killed_runs_left_is_cleared_away_and_an_earlier_plan_put_back(tmp_path, planned):
    pid = dead()
    for name in (
        f".east.{pid}.part",
        f".west.{os.getpid()}.part",
        f".mine.{pid}.part",
        ".east.1.part",
    ):
        (tmp_path / name / "tables").mkdir(parents=True)
    (tmp_path / f".plans.{pid}.part.csv").write_text("half")
    for name in (f".north.{pid}.old", f".south.{pid}.old", "south"):
        shutil.copytree(planned, tmp_path / name)
    (tmp_path / f".south.{pid}.old" / "minutes.docx").write_bytes(b"mine")
    clear_drafts(tmp_path, {"east", "west", "north", "south", "plans"}, others=False)
    assert (tmp_path / f".east.{pid}.part").exists()
    clear_drafts(tmp_path, {"east", "west", "north", "south", "plans"}, others=True)
    # Process 1 lives; nobody asked for `mine`.
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f".mine.{pid}.part", ".east.1.part", "north", "south"}
    assert files_below(tmp_path / "north") == files_below(planned)
    assert (tmp_path / "south" / "minutes.docx").read_bytes() == b"mine"


def test_a_draft_left_by_a_process_of_our_number_is_no_part_of_the_next_plan(tmp_path, planned):
    out = tmp_path / "plan"
    (folder_draft(out) / "tables").mkdir(parents=True)
    (folder_draft(out) / "tables" / "stale.csv").write_text("of a killed run")
    with whole_folder(out) as draft:
        (draft / "plan.json").write_text('{"schema": "ironpot-plan/1"}')
    assert files_below(tmp_path).keys() == {"plan/plan.json"}
    shutil.copytree(planned, folder_draft(out))
    (out / "minutes.docx").write_bytes(b"mine")
    move_in(folder_draft(out), out)
    assert files_below(tmp_path).keys() == {f"plan/{name}" for name in files_below(planned)} | {
        "plan/minutes.docx"
    }


def test_parts_of_a_run_of_thousands_of_cases_stay_small_and_know_their_run(tmp_path):
    mark = {f"case county{number}": "0" * 16 for number in range(10_000)}
    RunStore(tmp_path, mark, resumed=False).keep_now("county1", {"note": np.array("a row")})
    part = tmp_path / "county1.part"
    assert part.stat().st_size < 4_000
    assert str(RunStore(tmp_path, mark, resumed=True).found("county1")["note"]) == "a row"
    other = RunStore(tmp_path, mark | {"case county7": "1" * 16}, resumed=True)
    with pytest.raises(CheckpointError, match="of another run"):
        other.found("county1")


def test_a_part_that_a_killed_run_was_just_writing_is_no_damaged_part(tmp_path):
    open_run(tmp_path, {"seed": "1"}).keep_now("county1", {"note": np.array("a row")})
    parts = tmp_path / UNFINISHED
    (parts / f".county2.{dead()}.part.part").write_bytes(b"half")
    store = open_run(tmp_path, {"seed": "1"})
    assert str(store.found("county1")["note"]) == "a row"
    assert {path.name for path in parts.glob("*.part")} == {"run.part", "county1.part"}


@pytest.mark.parametrize("name", ["unfinished", "run"])
def test_a_case_called_like_what_a_run_keeps_is_refused(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "case.toml").write_text("")
    with pytest.raises(FileRefusedError, match=f"called .*{name}"):
        counties_below(tmp_path)


def test_a_full_disk_ends_the_run_in_words_and_the_same_command_ends_it_as_if_undisturbed(
    tmp_path, monkeypatch
):
    cases, out = tmp_path / "cases", tmp_path / "out"
    for name in ("east", "west"):
        shutil.copytree(TWO_POTS, cases / name)

    @contextmanager
    def here(_hands):
        yield OneProcess()

    monkeypatch.setattr(plans, "fleet_of", here)
    taken, take = [], plans.take_plan

    def full(key, made, *more):
        taken.append(key)
        refused = OSError(28, "No space left on device")
        return take(key, Made(made.row, refused=refused) if key == "west" else made, *more)

    screen = Console(record=True, width=120, force_terminal=False)
    with monkeypatch.context() as patch:
        patch.setattr(plans, "take_plan", full)
        with pytest.raises(IronpotError, match=r"No space.*same command goes on"):
            run_plans(cases, out, Asked(ASKED.options), lang="en", unit="yuan", screen=screen)
    assert {path.name for path in out.iterdir()} == {"east", UNFINISHED}
    table = run_plans(cases, out, Asked(ASKED.options), lang="en", unit="yuan", screen=screen)
    assert {path.name for path in out.iterdir()} == {*("east", "west", "plans.csv", "markets.csv")}
    assert table["cost"].n_unique() == 1
