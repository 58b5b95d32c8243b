"""What a book kept is not computed again; a run that goes on ends where an unbroken one does."""

import numpy as np
import pytest
from tests.system.test_coordination import drawn

from ironpot.core.errors import IronpotError
from ironpot.system.checkpoint import FORMAT, CheckpointError, digest_of, pack, unpack
from ironpot.system.choices import choose
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.fleet import OneProcess, Processes
from ironpot.system.learned import plan_nash
from ironpot.system.pieces import work_through
from ironpot.system.wish import Wishes, carry_out

MARK = {"seed": "1", "counties": "40"}


class Memory:
    """A book that packs and unpacks like the one on disk; stops the run after some parts."""

    def __init__(self, stop_after=None):
        self.parts, self.stop_after, self.cut = {}, stop_after, False

    def found(self, name):
        raw = self.parts.get(name)
        return None if raw is None else unpack(raw, MARK, name)

    def keep(self, name, arrays):
        self.parts[name] = pack(MARK, arrays)
        if self.stop_after is not None:
            self.stop_after -= 1
            if self.stop_after == 0:
                raise KeyboardInterrupt

    keep_now = keep

    def stopped(self):
        self.cut, self.stop_after = True, None


def same(first, second):
    return all(
        np.asarray(getattr(first, name)).tobytes() == np.asarray(getattr(second, name)).tobytes()
        for name in first.__dataclass_fields__
    )


@pytest.mark.parametrize("stops", [1, 2, 5])
def test_a_joint_plan_stopped_anywhere_goes_on_to_the_same_bits(stops):
    crowd, options = drawn(80, 8, 6, 3, 0.6), CoordinationOptions(gap=1e-3, sweeps=42)
    unbroken = coordinate_plans(crowd, options=options)
    book = Memory(stop_after=stops)
    stopped = coordinate_plans(crowd, options=options, book=book)
    assert book.cut
    assert stopped.sweeps == 4 * stops < unbroken.sweeps
    assert stopped.cost >= unbroken.cost >= unbroken.bound >= stopped.bound
    assert same(coordinate_plans(crowd, options=options, book=book), unbroken)


def test_a_finished_joint_plan_is_not_sought_again():
    crowd, book = drawn(30, 5, 4, 2, 0.5), Memory()
    first = coordinate_plans(crowd, book=book)
    heard = []
    assert same(coordinate_plans(crowd, book=book, watch=heard.append), first)
    assert first.reached
    assert not heard


@pytest.mark.parametrize("stops", [1, 2])
def test_learning_stopped_anywhere_goes_on_to_the_same_bits(stops):
    crowd = drawn(40, 5, 4, 2, 0.5)
    unbroken = plan_nash(crowd, rounds=350, settled=0.0)
    book = Memory(stop_after=stops)
    assert not same(plan_nash(crowd, rounds=350, settled=0.0, book=book), unbroken)
    assert book.cut
    assert same(plan_nash(crowd, rounds=350, settled=0.0, book=book), unbroken)


@pytest.fixture(scope="module")
def settled():
    crowd = drawn(40, 5, 4, 3, 0.5)
    return crowd, coordinate_plans(crowd), plan_nash(crowd, rounds=100)


@pytest.mark.parametrize(
    ("wishes", "stops"),
    [
        (Wishes(fair=True), (1, 7, 21, 40)),
        (Wishes(bank_weight=0.2), (1, 2)),
        (Wishes(uniform=True), (1, 8)),
    ],
)
def test_a_wish_stopped_anywhere_goes_on_to_the_same_bits(settled, wishes, stops, monkeypatch):
    monkeypatch.setattr("ironpot.system.fair.SWEEPS", 40)
    more = {"nash_rounds": 100, "options": CoordinationOptions(gap=1e-3, sweeps=16)}
    unbroken = choose(*settled, wishes, **more)[-1]
    for stop in stops:
        book = Memory(stop_after=stop)
        (broken,) = choose(*settled, wishes, book=book, **more)
        assert book.cut == broken.cut
        kept = len(book.parts)
        again = choose(*settled, wishes, book=book, **more)[-1]
        assert choice_bits(again) == choice_bits(unbroken)
        assert len(book.parts) >= kept
        # Now it is finished, and not sought again.
        monkeypatch.setattr("ironpot.system.choices.carry_out", _interrupted)
        assert choice_bits(choose(*settled, wishes, book=book, **more)[-1]) == choice_bits(again)
        monkeypatch.setattr("ironpot.system.choices.carry_out", carry_out)


def test_a_wish_of_another_weight_is_not_taken_from_what_was_kept(settled):
    book = Memory()
    light, heavy = Wishes(bank_weight=0.1), Wishes(bank_weight=2.0)
    first, second = (choose(*settled, wishes, book=book)[0] for wishes in (light, heavy))
    assert choice_bits(second) == choice_bits(choose(*settled, heavy)[0])
    assert choice_bits(second) != choice_bits(first)


@pytest.mark.parametrize("workers", [2, 3])
def test_wishes_on_workers_are_the_same_bits_as_here(settled, workers):
    wishes, more = Wishes(fair=True, bank_weight=0.2), {"nash_rounds": 100}
    here = choose(*settled, wishes, **more)
    there = choose(*settled, wishes, fleet=Processes(workers), **more)
    assert [choice.regime.name for choice in there] == list(wishes.names)
    assert [choice_bits(one) for one in there] == [choice_bits(one) for one in here]


def choice_bits(choice):
    """Return all figures of a choice as bytes, by name."""
    parts = {"": choice, "regime.": choice.regime, "plan.": choice.plan}
    return {
        head + name: np.asarray(getattr(part, name)).tobytes()
        for head, part in parts.items()
        if part is not None
        for name in part.__dataclass_fields__
        if name not in ("regime", "plan")
    }


def _interrupted(*_):
    raise KeyboardInterrupt


def test_pieces_that_are_kept_are_not_worked_on_again():
    pieces = {f"p{i}": i for i in range(6)}
    book, worked = Memory(stop_after=3), []

    def work(static, piece):
        worked.append(piece)
        return [static * piece, None, 0.1 * piece]

    broken = work_through(OneProcess(), work, 2, pieces, book=book)
    assert broken.stopped
    assert list(broken.results) == ["p0", "p1", "p2"]
    whole = work_through(OneProcess(), work, 2, pieces, book=book)
    assert whole.results == {key: [2 * i, None, 0.1 * i] for key, i in pieces.items()}
    assert worked == [0, 1, 2, 3, 4, 5]


def test_a_fleet_that_gives_a_county_twice_is_caught():
    class Stutters(OneProcess):
        def each(self, work, static, pieces):
            for key, piece in pieces.items():
                yield key, work(static, piece)
                yield key, work(static, piece)

    with pytest.raises(IronpotError, match="a came back twice"):
        work_through(Stutters(), pow, 2, {"a": 1, "b": 2})


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_that_share_a_batch_change_no_bit(monkeypatch, threads):
    monkeypatch.setattr("ironpot.system.strands.LEAST", 2)
    crowd, options = drawn(120, 8, 6, 3, 0.6), CoordinationOptions(gap=1e-3, sweeps=12)
    together = [coordinate_plans(crowd, options=options, threads=n) for n in (1, threads)]
    assert same(*together)
    assert same(*(plan_nash(crowd, rounds=100, threads=n) for n in (1, threads)))


PACKED = pack(MARK, {"fees": np.linspace(0.0, 1.0, 7), "count": np.array(3)})


def test_the_same_arrays_give_the_same_bytes_and_come_back_to_the_bit():
    assert (
        pack(dict(reversed(MARK.items())), {"fees": np.linspace(0.0, 1.0, 7), "count": 3}) == PACKED
    )
    assert unpack(PACKED, MARK, "x")["fees"].tobytes() == np.linspace(0.0, 1.0, 7).tobytes()


@pytest.mark.parametrize("length", [0, 5, len(FORMAT), len(FORMAT) + 40, 200, len(PACKED) - 1])
def test_a_checkpoint_that_was_cut_off_is_refused(length):
    with pytest.raises(CheckpointError, match=r"--fresh"):
        unpack(PACKED[:length], MARK, "OUT/unfinished/x.part")


def test_any_flipped_bit_is_noticed():
    chance = np.random.default_rng(5)
    for at in chance.integers(len(PACKED), size=150).tolist():
        raw = bytearray(PACKED)
        raw[at] ^= 1 << int(chance.integers(8))
        with pytest.raises(CheckpointError):
            unpack(bytes(raw), MARK, "x")


def test_a_checkpoint_of_another_run_is_refused_and_says_what_differs():
    other = {"seed": "2", "ironpot": "0.1.0"}
    with pytest.raises(CheckpointError) as error:
        unpack(PACKED, other, "OUT/x.part")
    assert "seed was 1, is now 2" in error.value.text.en
    assert "counties was 40, is now -" in error.value.text.en
    assert "ironpot was -, is now 0.1.0" in error.value.text.en
    assert "seed 原为 1,现为 2" in error.value.text.zh


def test_a_name_holds_no_address_of_this_process():
    assert digest_of("", None) != digest_of("", np.zeros(0))
    with pytest.raises(TypeError, match="addresses"):
        digest_of("", np.array([None]))
