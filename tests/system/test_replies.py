"""Replies of the crowd on workers: the same bits whoever answers, however many, whoever dies."""

import os
import signal

import numpy as np
import pytest
from tests.system.pieces import local_workers
from tests.system.test_coordination import drawn
from tests.system.test_pieces_kept import Memory, same

from ironpot.system import replies
from ironpot.system.crew import Worker
from ironpot.system.fleet import OneProcess, Processes
from ironpot.system.learned import plan_nash, plan_tolled
from ironpot.system.replies import least_counties, lot_rows

CROWD, ROUNDS = drawn(60, 6, 4, 3, 0.6), 12


def learn(fleet=None, **more):
    return plan_nash(CROWD, rounds=ROUNDS, settled=0.0, fleet=fleet, **more)


@pytest.fixture(scope="module")
def here():
    return learn()


@pytest.fixture
def blocks(monkeypatch):
    """Make blocks as small as they can be, and note what is handed out."""
    handed, give = [], Worker.give

    def noted(worker, key, piece):
        handed.append(piece.group.size)
        give(worker, key, piece)

    monkeypatch.setattr(replies, "REPLY_S", 1.0)
    monkeypatch.setattr(Worker, "give", noted)
    return handed


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_workers_that_answer_the_crowd_change_no_bit(here, blocks, workers):
    assert same(learn(Processes(workers)), here)
    assert not local_workers()
    if workers == 1:
        assert not blocks, "one worker is no help: this process answers by itself"
    else:
        assert len(blocks) >= ROUNDS * workers


def test_workers_killed_while_they_answer_lose_no_county(here, blocks, monkeypatch):
    chance, killed, believed = np.random.default_rng(3), [], replies.Beliefs

    def beliefs(*given):
        if len(blocks) > 50 * (len(killed) + 1) and len(killed) < 4:
            killed.append(int(chance.choice(local_workers())))
            os.kill(killed[-1], signal.SIGKILL)
        return believed(*given)

    monkeypatch.setattr("ironpot.system.learned.Beliefs", beliefs)
    assert same(learn(Processes(3)), here)
    assert len(set(killed)) == 4


def test_tolls_learned_on_workers_are_the_same_bits(blocks):
    alone = plan_tolled(CROWD, rounds=5)
    together = plan_tolled(CROWD, rounds=5, fleet=Processes(2))
    assert blocks
    assert same(together.regime, alone.regime)
    assert together.tolls.tobytes() == alone.tolls.tobytes()


def test_learning_stopped_on_workers_goes_on_here_to_the_same_bits(here, blocks):
    book = Memory(stop_after=1)
    stopped = learn(Processes(2), book=book)
    assert book.cut
    assert not local_workers()
    assert int(book.found("nash")["learned"]) == 10
    assert not same(stopped, here)
    handed = len(blocks)
    assert same(learn(book=book), here)
    assert len(blocks) == handed


def test_regret_is_told_while_counties_learn():
    heard = []
    plan_nash(CROWD, rounds=120, settled=0.0, watch=heard.append)
    assert [lesson.learned for lesson in heard] == [100, 120]
    assert all(lesson.crowd.regret.sum() > 0.0 for lesson in heard)


def test_blocks_are_no_smaller_than_pays():
    assert least_counties(OneProcess()) == 1
    slow = Processes(2, handing_s=0.01)
    counties = least_counties(slow)
    assert (counties - 1) * replies.REPLY_S < slow.handing_s <= (counties + 1) * replies.REPLY_S


def test_lot_rows_of_a_block_are_those_of_its_counties_in_their_order():
    chance = np.random.default_rng(1)
    first = np.concatenate([[0], np.cumsum(chance.integers(0, 4, 30))])
    group = chance.permutation(30)[:11]
    expected = [row for i in group for row in range(first[i], first[i + 1])]
    assert lot_rows(first, group).tolist() == expected
