"""A scheduler and workers that run by themselves: killed workers, Ctrl-C, a scheduler that dies."""

import os
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest
from tests.system.pieces import HARD, SALTS, expected, wait_until
from tests.system.test_coordination import drawn
from tests.system.test_pieces_kept import Memory, same

from ironpot.core.errors import IronpotError
from ironpot.system import replies
from ironpot.system.learned import plan_nash
from ironpot.system.pieces import work_through
from ironpot.workbench.hands import Hands, fleet_of

pytest.importorskip("distributed", reason="Dask's distributed is missing: no cluster was tested")
ROOT = Path(__file__).parents[2]
QUIET = {
    "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Give the address of a scheduler with two workers, and the scheduler's process."""
    folder = tmp_path_factory.mktemp("dask")
    words = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"]
    with dask("scheduler", *words, folder=folder, stderr=PIPE) as scheduler:
        address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
        words = [address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
        with dask("worker", *words, folder=folder, stderr=DEVNULL) as workers:
            wait_until(lambda: has_two(address), 60.0)
            yield address, scheduler
            end(workers)
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


def has_two(address):
    try:
        with fleet_of(Hands(cluster=address)) as fleet:
            return fleet.workers == 2
    except IronpotError:  # no workers yet
        return False


def pids(fleet):
    return list(fleet.client.run(os.getpid).values())


def test_a_killed_worker_loses_no_piece_and_the_cluster_serves_the_next_run(cluster):
    address, _ = cluster
    with fleet_of(Hands(cluster=address)) as fleet:
        victim = pids(fleet)[0]

        def kill(_key, _found, count):
            if count == 10:
                os.kill(victim, signal.SIGKILL)

        through = work_through(fleet, HARD, b"static", SALTS, watch=kill)
    assert list(through.results.items()) == list(expected().items())
    with fleet_of(Hands(cluster=address)) as fleet:
        assert dict(fleet.each(HARD, b"static", SALTS)) == expected()


def test_the_crowd_answered_on_the_cluster_is_the_same_bits_though_a_worker_is_killed(
    cluster, monkeypatch
):
    crowd, asked = drawn(40, 5, 4, 3, 0.6), []
    here = plan_nash(crowd, rounds=3, settled=0.0)
    monkeypatch.setattr(replies, "REPLY_S", 1.0)
    believed = replies.Beliefs
    address, _ = cluster
    with fleet_of(Hands(cluster=address)) as fleet:
        wait_until(lambda: len(pids(fleet)) == 2, 60.0)

        def beliefs(*given):
            asked.append(len(asked))
            if len(asked) == 12:
                os.kill(pids(fleet)[0], signal.SIGKILL)
            return believed(*given)

        monkeypatch.setattr("ironpot.system.learned.Beliefs", beliefs)
        assert same(plan_nash(crowd, rounds=3, settled=0.0, fleet=fleet), here)
    assert len(asked) > 12


def test_ctrl_c_on_a_cluster_keeps_what_is_finished_and_takes_back_the_rest(cluster):
    address, _ = cluster
    book = Memory()

    def stop(_key, _found, count):
        if count == 5:
            raise KeyboardInterrupt

    with fleet_of(Hands(cluster=address)) as fleet:
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


def test_a_scheduler_that_dies_ends_the_run_in_words_and_what_was_finished_is_kept(cluster):
    address, scheduler = cluster
    book = Memory()

    def kill(_key, _found, count):
        if count == 5:
            os.kill(scheduler.pid, signal.SIGKILL)

    with (
        pytest.raises(IronpotError, match="scheduler of the cluster is gone"),
        fleet_of(Hands(cluster=address)) as fleet,
    ):
        work_through(fleet, lengths, 2, SALTS, book=book, watch=kill)
    assert len(book.parts) >= 5
