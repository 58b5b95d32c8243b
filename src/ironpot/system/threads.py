"""Threads of this process as workers: for compiled work that lets go of Python's lock."""

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Threads(Generic[A, R]):
    """Threads that hold one work; see `fleet.Hired`. No worker can be lost."""

    work: Callable[[A], R]
    pool: ThreadPoolExecutor
    workers: int

    def each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        """Give every piece's key and result once, as they are ready."""
        asked = {self.pool.submit(self.work, piece): key for key, piece in pieces.items()}
        for done in as_completed(asked):
            yield asked[done], done.result()


@contextmanager
def threads(work: Callable[[S, A], R], static: S, workers: int) -> Generator[Threads[A, R]]:
    """Hold threads ready for `work(static, piece)`; what is under way at the end ends by itself.

    >>> with threads(pow, 2, 1) as hands:
    ...     dict(hands.each({"a": 3, "b": 4}))
    {'a': 8, 'b': 16}
    """
    pool = ThreadPoolExecutor(workers)
    try:
        yield Threads(lambda piece: work(static, piece), pool, workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
