"""Who works through many pieces? This process, processes beside it, or a cluster: one `each`.

A piece is a key and an argument; what comes of it depends on nothing but the piece and the static
part. A lost worker therefore loses nothing: its piece is begun again elsewhere, and a key is given
out once however often it was begun. Whoever adds up does so in the order of keys, not of arrival.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.crew import Lost, Worker, first_answers
from ironpot.system.worker import Told

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

# A piece that takes so many workers with it is itself the fault.
MOST_LOST = 3


class Fleet(Protocol):
    """Workers, however many and wherever they are."""

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once."""
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


@dataclass(frozen=True, slots=True)
class OneProcess:
    """Everything here, one piece after the other.

    >>> dict(OneProcess().each(pow, 2, {"a": 3, "b": 4}))
    {'a': 8, 'b': 16}
    """

    workers: int = 1

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `Fleet.each`."""
        for key, piece in pieces.items():
            yield key, work(static, piece)


@dataclass(frozen=True, slots=True)
class Processes:
    """Processes of this machine; each holds the static part, gets a piece, answers, gets another.

    They live as long as one `each`. A killed one is replaced.
    """

    workers: int

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `Fleet.each`."""
        waiting, lost = deque(pieces), dict.fromkeys(pieces, 0)
        crew: list[Worker] = []
        try:
            crew += [Worker(work, static) for _ in range(min(self.workers, len(pieces)))]
            while waiting or any(worker.key for worker in crew):
                _hand_out(crew, waiting, pieces)
                for worker, answer in first_answers(tuple(crew)):
                    key = worker.free()
                    if not isinstance(answer, Lost):
                        yield key, taken(key, answer)
                        continue
                    crew.remove(worker)
                    if _begin_again(key, waiting, lost):
                        crew.append(Worker(work, static))
        finally:
            for worker in crew:
                worker.end()


def _hand_out(crew: list[Worker], waiting: deque[str], pieces: Mapping[str, object]) -> None:
    for worker in crew:
        if waiting and not worker.key:
            key = waiting.popleft()
            worker.give(key, pieces[key])


def _begin_again(key: str, waiting: deque[str], lost: dict[str, int]) -> bool:
    """Put the piece of a lost worker first in the queue; say whether anything waits."""
    if key:
        lost[key] += 1
        if lost[key] >= MOST_LOST:
            raise IronpotError(fatal(key))
        waiting.appendleft(key)
    return bool(waiting)


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
