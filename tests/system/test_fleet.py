"""Whoever works, however many and whoever is killed: every piece once, the same bits."""

import gc
import operator
import os
import signal
import sys
import time

import numpy as np
import polars as pl
import pytest
from tests.system.pieces import HARD, SALTS, expected, local_workers, slept, wait_until

from ironpot.core.errors import IronpotError
from ironpot.system.fleet import OneProcess, Processes
from ironpot.system.pieces import work_through
from ironpot.system.seeds import Nation, draws_of, run_draw
from ironpot.workbench.cluster import _started
from ironpot.workbench.hands import Hands, fleet_of

# Three to this power takes a second or so of one call into compiled code.
HUGE = 8_000_000
NOBODY = "tcp://127.0.0.1:9"

UNITS = pl.DataFrame(
    {
        "unit_id": [f"c{i}" for i in range(12)],
        "level": ["county"] * 12,
        "parent_id": ["p", "q"] * 6,
        "debt_balance": np.linspace(1e9, 9e9, 12),
    }
)
NATION = Nation(UNITS, "twelve", None, 100)
DRAWS = draws_of(1, 2, (1.0, 0.8))


@pytest.fixture(scope="module")
def undisturbed():
    results = work_through(OneProcess(), run_draw, NATION, DRAWS).results
    assert len({row["cost"] for rows in results.values() for row in rows}) > len(DRAWS)
    return results


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_results_are_the_same_bits_in_the_same_order_whatever_the_number_of_workers(workers):
    through = work_through(Processes(workers), HARD, b"static", SALTS)
    assert list(through.results.items()) == list(expected().items())
    assert not local_workers()


def test_workers_killed_at_any_moment_lose_no_county_and_none_comes_twice(monkeypatch):
    monkeypatch.setattr("ironpot.system.fleet.MOST_LOST", 1_000)
    chance, seen, killed = np.random.default_rng(7), [], 0
    for key, result in Processes(3).each(HARD, b"static", SALTS):
        seen.append((key, result))
        if len(seen) % 6 == 0 and len(seen) < len(SALTS):
            time.sleep(chance.uniform(0.0, 0.03))
            os.kill(int(chance.choice(local_workers())), signal.SIGKILL)
            killed += 1
    assert killed == 9
    assert len(seen) == len(SALTS)
    assert dict(seen) == expected()


def test_workers_killed_while_they_run_the_regimes_change_no_bit(undisturbed):
    killed = []

    def kill_all(_key, _rows, count):
        if count == 1:
            killed.extend(local_workers())
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    disturbed = work_through(Processes(2), run_draw, NATION, DRAWS, watch=kill_all).results
    assert len(killed) == 2
    assert list(disturbed) == list(DRAWS)
    assert repr(disturbed) == repr(undisturbed)


def test_workers_that_live_and_say_nothing_are_replaced_after_a_patience():
    """Pieces and answers larger than a pipe: one may stand still half sent, one half received."""
    pieces = {f"county{i}": bytes([i]) * 1_000_000 for i in range(8)}
    stopped, seen = [], {}
    for key, result in Processes(2, patience_s=2.0).each(operator.add, b"static", pieces):
        assert key not in seen
        seen[key] = result
        if not stopped:
            stopped = local_workers()
            for worker in stopped:
                os.kill(worker, signal.SIGSTOP)
    assert seen == {key: b"static" + piece for key, piece in pieces.items()}
    assert len(stopped) == 2
    assert not local_workers()


def test_a_piece_longer_than_the_patience_is_waited_for_while_its_worker_lives_or_works():
    assert dict(Processes(1, patience_s=1.0).each(slept, 4.0, {"a": 1})) == {"a": 1}
    # One call into compiled code that lets no sign of life through.
    assert dict(Processes(1, patience_s=0.3).each(pow, 3, {"a": HUGE})) == {"a": 3**HUGE}


def test_a_piece_that_takes_every_worker_with_it_is_named_and_ends_the_run():
    with pytest.raises(IronpotError, match="poison lost 3 workers"):
        dict(Processes(2).each(os.kill, 0, {"poison": 9}))
    assert not local_workers()


def test_an_error_on_a_worker_is_raised_here_with_the_piece_and_the_reason():
    with pytest.raises(IronpotError, match="nought failed on its worker: ZeroDivisionError"):
        dict(Processes(2).each(divmod, 7, {"one": 1, "nought": 0}))


def test_work_that_workers_cannot_import_is_an_error_and_no_waiting_without_end():
    def local(_static, piece):
        return piece

    with pytest.raises((AttributeError, IronpotError), match="local"):
        dict(Processes(1).each(local, None, {"a": 1}))


def test_leaving_early_ends_the_workers():
    for _ in Processes(2).each(HARD, b"static", SALTS):
        assert local_workers()
        break
    wait_until(lambda: not local_workers(), 5.0)


def test_a_killed_worker_of_a_dask_cluster_loses_no_draw_and_changes_no_bit(undisturbed):
    from ironpot.workbench.cluster import local_cluster

    with local_cluster(2) as cluster:
        pids = list(cluster.client.run(os.getpid).values())

        def kill_one(_key, _rows, count):
            if count == 1:
                os.kill(pids.pop(), signal.SIGKILL)

        disturbed = work_through(cluster, run_draw, NATION, DRAWS, watch=kill_one).results
        assert dict(cluster.each(HARD, b"static", SALTS)) == expected()
        with pytest.raises(IronpotError, match="nought failed on its worker: ZeroDivisionError"):
            dict(cluster.each(divmod, 7, {"nought": 0}))
    assert len(pids) == 1
    assert list(disturbed) == list(DRAWS)
    assert repr(disturbed) == repr(undisturbed)


def test_without_dask_a_cluster_is_refused_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(IronpotError, match=r"ironpot\[cluster\]"), fleet_of(Hands(2, "local")):
        pass


@pytest.mark.parametrize("address", [NOBODY, "nowhere.invalid"])
def test_an_address_where_nobody_answers_is_refused_at_once_and_without_a_trace(
    monkeypatch, address
):
    monkeypatch.setattr("ironpot.workbench.cluster.CONNECT_S", 0.3)
    with pytest.raises(IronpotError, match="No Dask scheduler"), fleet_of(Hands(2, address)):
        pass
    began = time.monotonic()
    gc.collect()  # a client of Dask that is forgotten waits 20 s, then prints a trace
    assert time.monotonic() - began < 10.0


def test_a_cluster_whose_worker_dies_as_it_starts_is_begun_again_and_given_up_in_words():
    begun = []

    class Dask:
        @staticmethod
        def LocalCluster(**_):  # noqa: N802 - Dask's own name
            begun.append(1)
            if len(begun) % 4 != 0:
                raise RuntimeError("Nanny failed to start.")
            return "started"

    with pytest.raises(IronpotError, match="fewer"):
        _started(Dask, 2)
    assert _started(Dask, 2) == "started"
    assert len(begun) == 4
