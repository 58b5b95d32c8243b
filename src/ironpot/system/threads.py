"""Threads of this process as workers: for compiled work that lets go of Python's lock."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TypeVar

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Threads:
    """See `fleet.Fleet`: nothing is sent or copied, and no worker can be lost.

    >>> dict(Threads(1).each(pow, 2, {"a": 3, "b": 4}))
    {'a': 8, 'b': 16}
    """

    workers: int

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `fleet.Fleet.each`. What is under way when the iteration is left ends by itself."""
        pool = ThreadPoolExecutor(self.workers)
        try:
            asked = {pool.submit(work, static, piece): key for key, piece in pieces.items()}
            for done in as_completed(asked):
                yield asked[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
