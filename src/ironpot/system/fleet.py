"""Who works through many pieces? This process, processes beside it, or a cluster: one `each`.

A piece is a key and an argument; what comes of it depends on nothing but the piece and the static
part. A lost worker therefore loses nothing: its piece is begun again elsewhere, and a key is given
out once however often it was begun. Whoever adds up does so in the order of keys, not of arrival.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.crew import Lost, Worker, first_answers
from ironpot.system.worker import Told

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")
A_contra = TypeVar("A_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

# A piece that takes so many workers with it is itself the fault.
MOST_LOST = 3
# A worker that gives no sign of life for so long is taken for lost. Long against all that keeps a
# live one from speaking (a loaded machine, a compiled loop); short against a night.
PATIENCE_S = 120.0


class Hired(Protocol[A_contra, R_co]):
    """Workers that hold one work and its static part, for any number of rounds of pieces."""

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once."""
        ...

    def each(self, pieces: Mapping[str, A_contra]) -> Iterator[tuple[str, R_co]]:
        """Give every piece's key and result once, as in `Fleet.each`."""
        ...


class Fleet(Protocol):
    """Workers, however many and wherever they are."""

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once."""
        ...

    @property
    def handing_s(self) -> float:
        """Seconds of work that a piece should hold at least, so that handing it out pays."""
        ...

    @property
    def sees_files(self) -> bool:
        """Whether workers find this machine's files under the same names."""
        ...

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """Give (key, `work(static, piece)`) for every piece once, as they are ready.

        `work` is a function of a module that workers can import. Raises IronpotError where a piece
        is refused or fails, or loses its worker `MOST_LOST` times. Leaving the iteration early,
        also by Ctrl-C, ends what is under way; what was given out stands.
        """
        ...

    def hired(self, work: Callable[[S, A], R], static: S) -> AbstractContextManager[Hired[A, R]]:
        """Hold workers ready for many rounds of short pieces; leaving ends them."""
        ...


@dataclass(frozen=True, slots=True)
class OneProcess:
    """Everything here, one piece after the other.

    >>> dict(OneProcess().each(pow, 2, {"a": 3, "b": 4}))
    {'a': 8, 'b': 16}
    """

    workers: int = 1
    handing_s: float = 0.0
    sees_files: bool = True

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `Fleet.each`."""
        for key, piece in pieces.items():
            yield key, work(static, piece)

    @contextmanager
    def hired(self, work: Callable[[S, A], R], static: S) -> Generator[Hired[A, R]]:
        """See `Fleet.hired`."""
        yield _Here(work, static)


@dataclass(frozen=True, slots=True)
class _Here(Generic[S, A, R]):
    work: Callable[[S, A], R]
    static: S
    workers: int = 1

    def each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        return OneProcess().each(self.work, self.static, pieces)


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes of this machine; each holds the static part, gets a piece, answers, gets another.

    They live as long as one `each`, or as they are hired for. One that is killed, or silent for
    `patience_s`, is replaced. `handing_s` is measured: `benchmarks/system.py` prints it.
    """

    workers: int
    patience_s: float = PATIENCE_S
    handing_s: float = 1e-3
    sees_files: bool = True

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `Fleet.each`."""
        with self.hired(work, static) as crew:
            yield from crew.each(pieces)

    @contextmanager
    def hired(self, work: Callable[[S, A], R], static: S) -> Generator[Hired[A, R]]:
        """See `Fleet.hired`."""
        team = _Team(work, static, self.workers, self.patience_s)
        try:
            yield team
        finally:
            team.end()


class _Team(Generic[S, A, R]):
    """Processes that are hired when there is work for them, and kept for the next round."""

    def __init__(
        self, work: Callable[[S, A], R], static: S, workers: int, patience_s: float
    ) -> None:
        self.work, self.static = work, static
        self.workers, self.patience_s = workers, patience_s
        self.crew: list[Worker] = []

    def each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        waiting, lost = deque(pieces), dict.fromkeys(pieces, 0)
        try:
            while waiting or self._busy():
                self._hire(len(waiting) + self._busy())
                _hand_out(self.crew, waiting, pieces)
                for worker, answer in first_answers(tuple(self.crew), self.patience_s):
                    key = worker.free()
                    if not isinstance(answer, Lost):
                        yield key, taken(key, answer)
                        continue
                    self.crew.remove(worker)
                    _begin_again(key, waiting, lost)
        finally:
            # Left early: what is under way belongs to no later round.
            self.end(only_busy=True)

    def end(self, *, only_busy: bool = False) -> None:
        for worker in tuple(self.crew):
            if worker.key or not only_busy:
                self.crew.remove(worker)
                worker.end()

    def _busy(self) -> int:
        return sum(bool(worker.key) for worker in self.crew)

    def _hire(self, pieces: int) -> None:
        while len(self.crew) < min(self.workers, pieces):
            self.crew.append(Worker(self.work, self.static, self.patience_s))


def _hand_out(crew: list[Worker], waiting: deque[str], pieces: Mapping[str, object]) -> None:
    for worker in crew:
        if waiting and not worker.key:
            key = waiting.popleft()
            worker.give(key, pieces[key])


def _begin_again(key: str, waiting: deque[str], lost: dict[str, int]) -> None:
    """Put the piece of a lost worker first in the queue."""
    if key:
        lost[key] += 1
        if lost[key] >= MOST_LOST:
            raise IronpotError(fatal(key))
        waiting.appendleft(key)


def taken(key: str, told: Told) -> Any:
    """Return what a worker found; raise what it was refused or failed with."""
    kind, found = told
    if kind == "found":
        return found
    raise IronpotError(found if isinstance(found, Text) else _failed(key, str(found)))


def fatal(key: str) -> Text:
    """Say that a piece lost one worker after the other."""
    return Text(
        f"{key} lost {MOST_LOST} workers, one after the other: most often for want of memory. Use "
        "fewer workers, or workers with more memory; what was finished before is kept.",
        f"{key} 连续使{MOST_LOST}个工作进程中断,多因内存不足。请减少工作进程数或增加内存;"
        "此前完成的结果已保留。",
    )


def _failed(key: str, why: str) -> Text:
    return Text(
        f"{key} failed on its worker: {why}. What was finished before is kept; please report this.",
        f"{key} 在工作进程中出错:{why}。此前完成的结果已保留,请反馈此问题。",
    )
