"""Ctrl-C leaves the best answer with its gap; the same command goes on as if it had never been."""

import json
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import pytest
from rich.console import Console
from tests.system.pieces import wait_until

from ironpot.core.errors import FileRefusedError
from ironpot.system.checkpoint import CheckpointError
from ironpot.workbench.draws import Many
from ironpot.workbench.hands import Hands
from ironpot.workbench.run_store import UNFINISHED, open_run
from ironpot.workbench.system import Draw, run_system

HUNAN = Path(__file__).parents[2] / "examples" / "hunan"
MARK = {"seed": "1", "ironpot": "0.1.0"}
ASKED = Draw(counties=8, many=Many(seeds=5, hands=Hands(1)))
SAME = ("--counties", "8", "--seeds", "5", "--workers", "1", "--lang", "en")


def here(out):
    screen = Console(record=True, width=120, force_terminal=False)
    run_system(HUNAN, out, ASKED, lang="en", unit="hundred_million", screen=screen)


def files(out):
    kept = [path for path in out.rglob("*") if path.suffix in (".csv", ".json", ".svg")]
    return {str(path.relative_to(out)): path.read_bytes() for path in kept}


def test_ctrl_c_leaves_the_best_with_its_gap_and_the_same_run_ends_as_if_unbroken(tmp_path):
    unbroken, out = tmp_path / "unbroken", tmp_path / "broken"
    here(unbroken)
    parts, words = out / UNFINISHED, ["system", str(HUNAN), "--out", str(out), *SAME]
    with Popen([sys.executable, "-m", "ironpot", *words], stdout=PIPE, text=True) as running:  # noqa: S603
        wait_until(lambda: any(p.name != "run.part" for p in parts.glob("[a-z]*.part")), 240.0)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=240)
    assert running.returncode == 0
    assert "The same command goes on" in said
    best = json.loads((out / "system.json").read_text())
    assert best["bound"] <= best["cost"]["coordinated"]
    assert 0.0 <= best["gap_of_stake"] < 1.0
    assert files(out) != files(unbroken)
    here(out)
    assert files(out) == files(unbroken)
    assert not parts.exists()
    assert not (unbroken / UNFINISHED).exists()


def test_what_is_kept_is_found_by_the_same_run_and_refused_to_another(tmp_path):
    store = open_run(tmp_path, MARK)
    assert not store.resumed
    store.keep_now("coordinated", {"fees": np.arange(3.0)})
    again = open_run(tmp_path, MARK)
    assert again.resumed
    assert again.found("coordinated")["fees"].tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(CheckpointError, match="seed was 1, is now 2"):
        open_run(tmp_path, MARK | {"seed": "2"})
    fresh = open_run(tmp_path, MARK | {"seed": "2"}, fresh=True)
    assert fresh.found("coordinated") is None


@pytest.mark.parametrize("name", ["run", "coordinated"])
def test_a_truncated_part_is_refused_and_nothing_is_changed(tmp_path, name):
    store = open_run(tmp_path, MARK)
    store.keep_now("coordinated", {"fees": np.arange(300.0)})
    part = tmp_path / UNFINISHED / f"{name}.part"
    part.write_bytes(part.read_bytes()[:-7])
    before = part.read_bytes()
    with pytest.raises(CheckpointError, match="damaged or cut off"):
        open_run(tmp_path, MARK).found(name)
    assert part.read_bytes() == before


def test_all_damaged_parts_are_told_at_once_before_anything_goes_on(tmp_path):
    store, names = open_run(tmp_path, MARK), ("coordinated", "nash", "wish")
    for name in names:
        store.keep_now(name, {"fees": np.arange(300.0)})
    for name in names[:2]:
        part = tmp_path / UNFINISHED / f"{name}.part"
        part.write_bytes(part.read_bytes()[:-7])
    with pytest.raises(CheckpointError) as refused:
        open_run(tmp_path, MARK)
    for said in (refused.value.text.en, refused.value.text.zh):
        lines = said.splitlines()
        assert ["coordinated.part" in lines[0], "nash.part" in lines[1]] == [True, True]
        assert len(lines) == 2


def test_of_another_run_it_is_said_once_what_differs(tmp_path):
    store = open_run(tmp_path, MARK)
    store.keep_now("coordinated", {"fees": np.arange(300.0)})
    with pytest.raises(CheckpointError) as refused:
        open_run(tmp_path, MARK | {"seed": "2"})
    assert refused.value.text.en.count("seed was 1, is now 2") == 1


WRITES = """
import sys, numpy as np
from pathlib import Path
from ironpot.workbench.run_store import open_run
store = open_run(Path(sys.argv[1]), {"seed": "1", "ironpot": "0.1.0"})
for count in range(1_000_000):
    store.keep_now("nash", {"learned": np.full(200_000, float(count))})
    print(count, flush=True)
"""


def test_a_run_killed_while_it_writes_leaves_a_whole_part_never_older_than_what_it_told(tmp_path):
    for kill in range(4):
        words = [sys.executable, "-c", WRITES, str(tmp_path)]
        with Popen(words, stdout=PIPE, text=True) as writing:  # noqa: S603
            told = [int(writing.stdout.readline()) for _ in range(3 + kill)][-1]
            writing.kill()
            last = [int(line) for line in writing.stdout.read().split()] or [told]
        store = open_run(tmp_path, MARK)
        kept = store.found("nash")["learned"]
        store.leave()
        assert kept.size == 200_000
        assert kept.min() == kept.max() >= last[-1]


def test_a_folder_of_somebody_else_is_not_written_into_nor_thrown_away(tmp_path):
    theirs = tmp_path / UNFINISHED / "novel.txt"
    theirs.parent.mkdir()
    theirs.write_text("Chapter 1")
    for fresh in (False, True):
        with pytest.raises(FileRefusedError, match="no run of ironpot wrote"):
            open_run(tmp_path, MARK, fresh=fresh)
    assert theirs.read_text() == "Chapter 1"


def test_standings_are_on_disk_once_the_run_is_stopped(tmp_path):
    store = open_run(tmp_path, MARK)
    store.keep("nash", {"learned": np.array(100)})
    assert not (tmp_path / UNFINISHED / "nash.part").exists()
    store.stopped()
    assert int(open_run(tmp_path, MARK).found("nash")["learned"]) == 100


def test_standings_are_on_disk_once_an_error_ended_the_run_and_while_one_cannot_be_written(
    tmp_path, monkeypatch
):
    store = open_run(tmp_path, MARK)
    store.keep("nash", {"learned": np.array(100)})
    with monkeypatch.context() as full:
        full.setattr("ironpot.workbench.run_store.pack", no_room)
        with pytest.raises(OSError, match="no room"):
            store.close()
    store.leave()
    assert int(open_run(tmp_path, MARK).found("nash")["learned"]) == 100


def no_room(_mark, _arrays):
    raise OSError("no room")


def test_parts_with_the_strangest_names_stay_inside_the_folder(tmp_path):
    store = open_run(tmp_path, MARK)
    for number, name in enumerate(("../escape", "县-1", "a/b", "x" * 300)):
        store.keep_now(name, {"n": np.array(number)})
        assert int(store.found(name)["n"]) == number
    assert sorted(path.name for path in tmp_path.iterdir()) == [UNFINISHED]


HOLDS = """
import sys, time
from pathlib import Path
from ironpot.workbench.run_store import open_run
open_run(Path(sys.argv[1]), {"seed": "1", "ironpot": "0.1.0"}).keep_now("nash", {})
print("open", flush=True)
time.sleep(600)
"""


def test_two_runs_never_write_into_one_folder_and_one_that_died_is_gone_on_with(tmp_path):
    with Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=PIPE, text=True) as other:  # noqa: S603
        assert other.stdout.readline() == "open\n"
        for fresh in (False, True):
            with pytest.raises(FileRefusedError, match=f"process {other.pid} on") as refused:
                open_run(tmp_path, MARK, fresh=fresh)
        assert f"进程{other.pid}" in refused.value.say("zh")
        assert (tmp_path / UNFINISHED / "nash.part").is_file()
        other.kill()
    assert open_run(tmp_path, MARK).found("nash") == {}


def test_a_run_of_another_machine_is_refused_until_its_file_is_deleted(tmp_path):
    lock = tmp_path / UNFINISHED / "run.lock"
    lock.parent.mkdir()
    lock.write_text("elsewhere 1", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="on elsewhere"):
        open_run(tmp_path, MARK)
    lock.unlink()
    assert not open_run(tmp_path, MARK).resumed


def test_a_stopped_or_refused_run_leaves_the_folder_to_the_next(tmp_path):
    store = open_run(tmp_path, MARK)
    lock = tmp_path / UNFINISHED / "run.lock"
    assert lock.is_file()
    store.stopped()
    store.end(Console(quiet=True), "en")
    assert not lock.exists()
    with pytest.raises(CheckpointError, match="seed was"):
        open_run(tmp_path, MARK | {"seed": "2"})
    assert not lock.exists()
