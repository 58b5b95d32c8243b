"""A scheduler and workers that run by themselves: killed, other code, Ctrl-C, all of them gone."""

import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest
from tests.system.pieces import HARD, SALTS, expected, wait_until
from tests.system.test_coordination import drawn
from tests.system.test_pieces_kept import Memory, same
from tests.system.test_whole_groups import OPTIONS, START, TWO

from ironpot.core.errors import IronpotError
from ironpot.system import replies
from ironpot.system.learned import plan_nash
from ironpot.system.pieces import work_through
from ironpot.system.whole_lots import coordinate_whole_lots
from ironpot.workbench import cluster as driver
from ironpot.workbench.hands import Hands, fleet_of
from ironpot.workbench.same_code import FILES, code_here

distributed = pytest.importorskip(
    "distributed", reason="Dask's distributed is missing: no cluster was tested"
)
ROOT = Path(__file__).parents[2]
QUIET = {
    "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
}


@dataclass
class Live:
    """A scheduler's address and process, and the process that started two workers."""

    address: str
    scheduler: Popen
    folder: Path
    workers: Popen | None = None

    def start_workers(self):
        words = [self.address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
        self.workers = dask("worker", *words, folder=self.folder, stderr=DEVNULL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    words = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
    with dask("scheduler", *words, folder=folder, stderr=PIPE) as scheduler:
        address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
        live = Live(address, scheduler, folder)
        try:
            live.start_workers()
            # One connection that waits: asking again and again would starve who starts.
            with distributed.Client(address, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=240.0)
            yield live
        finally:
            end(live.workers)
            end(scheduler)


def dask(*words, folder, stderr):
    return Popen(  # noqa: S603
        [sys.executable, "-m", "dask", *words],
        stdout=DEVNULL,
        stderr=stderr,
        text=True,
        cwd=folder,
        env={**os.environ, **QUIET},
        start_new_session=True,
    )


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def pids(fleet):
    return list(fleet.client.run(os.getpid).values())


def test_a_killed_worker_loses_no_piece_and_the_cluster_serves_the_next_run(cluster):
    address = cluster.address
    with fleet_of(Hands(cluster=address)) as fleet:
        victim = pids(fleet)[0]

        def kill(_key, _found, count):
            if count == 10:
                os.kill(victim, signal.SIGKILL)

        through = work_through(fleet, HARD, b"static", SALTS, watch=kill)
    assert list(through.results.items()) == list(expected().items())
    with fleet_of(Hands(cluster=address)) as fleet:
        assert dict(fleet.each(HARD, b"static", SALTS)) == expected()


class Noting(dict):
    """Pieces that note how many of them were fetched."""

    fetched = 0

    def __getitem__(self, key):
        self.fetched += 1
        return super().__getitem__(key)


def test_the_cluster_holds_a_few_pieces_a_worker_and_not_all_of_thousands(cluster):
    pieces = Noting(SALTS)
    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        fleet.client.wait_for_workers(2, timeout=240.0)
        fetched = [pieces.fetched for _ in fleet.each(HARD, b"static", pieces)]
    assert fetched[0] <= 2 * driver.AHEAD < len(SALTS)
    assert fetched[-1] == len(SALTS)


def test_the_crowd_answered_on_the_cluster_is_the_same_bits_though_a_worker_is_killed(
    cluster, monkeypatch
):
    crowd, asked = drawn(40, 5, 4, 3, 0.6), []
    here = plan_nash(crowd, rounds=3, settled=0.0)
    monkeypatch.setattr(replies, "REPLY_S", 1.0)
    believed = replies.Beliefs
    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        fleet.client.wait_for_workers(2, timeout=240.0)

        def beliefs(*given):
            asked.append(len(asked))
            if len(asked) == 12:
                os.kill(pids(fleet)[0], signal.SIGKILL)
            return believed(*given)

        monkeypatch.setattr("ironpot.system.learned.Beliefs", beliefs)
        assert same(plan_nash(crowd, rounds=3, settled=0.0, fleet=fleet), here)
    assert len(asked) > 12


def test_ctrl_c_on_a_cluster_keeps_what_is_finished_and_takes_back_the_rest(cluster):
    book = Memory()

    def stop(_key, _found, count):
        if count == 5:
            raise KeyboardInterrupt

    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        broken = work_through(fleet, lengths, 2, SALTS, book=book, watch=stop)
        assert broken.stopped
        assert book.cut
        assert len(broken.results) == len(book.parts) == 5
        wait_until(
            lambda: not fleet.client.processing() or not any(fleet.client.processing().values()),
            60.0,
        )
        seen = []
        through = work_through(
            fleet, lengths, 2, SALTS, book=book, watch=lambda key, *_: seen.append(key)
        )
    assert list(through.results) == list(SALTS)
    assert not set(seen) & set(broken.results)


def lengths(static, salt):
    """Return a number that is a piece of some milliseconds."""
    return len(HARD(b"static", salt)) * static


def test_whole_lots_sought_on_the_cluster_are_the_same_bits_though_a_worker_is_killed(cluster):
    here, killed = coordinate_whole_lots(TWO, options=OPTIONS, start=START), []
    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        fleet.client.wait_for_workers(2, timeout=240.0)

        def kill(_best):
            if not killed:
                killed.append(pids(fleet)[0])
                os.kill(killed[0], signal.SIGKILL)

        there = coordinate_whole_lots(TWO, options=OPTIONS, start=START, fleet=fleet, watch=kill)
    assert killed
    assert there.sold.tobytes() == here.sold.tobytes()
    assert there.fees.tobytes() == here.fees.tobytes()
    assert (there.cost, there.bound, there.sweeps) == (here.cost, here.bound, here.sweeps)


def test_workers_with_other_files_under_the_same_version_are_refused_by_name(cluster, monkeypatch):
    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        monkeypatch.setattr(driver, "code_here", lambda: {**code_here(), FILES: "0" * 12})
        with pytest.raises(IronpotError, match=f"{FILES} {code_here()[FILES]} there, 0{{12}} here"):
            dict(fleet.each(HARD, b"static", {"one": b"1"}))
        with (
            pytest.raises(IronpotError, match=r"Worker tcp://127.0.0.1:\d+ computes with other"),
            fleet_of(Hands(cluster=cluster.address)),
        ):
            pass


def test_a_cluster_without_workers_is_given_up_in_words_and_goes_on_when_new_ones_come(
    cluster, monkeypatch
):
    monkeypatch.setattr(driver, "LOOK_S", 0.1)
    book = Memory()

    def end_all(_key, _found, count):
        if count == 5:
            end(cluster.workers)

    with fleet_of(Hands(cluster=cluster.address)) as fleet:
        with pytest.raises(IronpotError, match="no workers for 1 s") as given_up:
            work_through(replace(fleet, absent_s=1.0), lengths, 2, SALTS, book=book, watch=end_all)
        assert 5 <= len(book.parts) < len(SALTS)
        assert "工作节点" in given_up.value.say("zh")
        kept, seen = set(book.parts), []
        cluster.start_workers()
        assert not fleet.client.nthreads()
        through = work_through(
            replace(fleet, absent_s=60.0),
            *(lengths, 2, SALTS),
            book=book,
            watch=lambda key, *_: seen.append(key),
        )
    assert list(through.results) == list(SALTS)
    assert sorted(kept | set(seen)) == sorted(SALTS)
    assert not kept & set(seen)


def test_a_scheduler_that_dies_ends_the_run_in_words_and_what_was_finished_is_kept(cluster):
    book = Memory()

    def kill(_key, _found, count):
        if count == 5:
            os.kill(cluster.scheduler.pid, signal.SIGKILL)

    with (
        pytest.raises(IronpotError, match="scheduler of the cluster is gone"),
        fleet_of(Hands(cluster=cluster.address)) as fleet,
    ):
        work_through(fleet, lengths, 2, SALTS, book=book, watch=kill)
    assert len(book.parts) >= 5
