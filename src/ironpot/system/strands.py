"""When is a batch of counties worth more than one thread, and how is it cut?

Each county answers by itself and writes what is its own, so the cut changes no bit; sums over
counties stay in one order. Compiled county programs let go of Python's lock: threads of this
process are enough, and nothing is sent anywhere.
"""

import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

# Batches of fewer counties a thread stay in one: handing out is not free. Chosen, not measured.
LEAST = 25


@dataclass(frozen=True, slots=True)
class Strands:
    """Threads that share a batch; `pool` None does all here."""

    count: int
    pool: ThreadPoolExecutor | None

    def share(self, work: Callable[[int, int], object], counties: int) -> None:
        """Call `work(first, last + 1)` so that every county of a batch is in one call.

        >>> seen = []
        >>> Strands(2, None).share(lambda first, end: seen.append((first, end)), 5)
        >>> seen
        [(0, 5)]
        """
        count = min(self.count, counties // LEAST)
        if self.pool is None or count < 2:
            work(0, counties)
            return
        cuts = [counties * part // count for part in range(count + 1)]
        # list: waits for all, and raises what one of them raised
        list(self.pool.map(work, cuts[:-1], cuts[1:]))


@contextmanager
def strands(count: int | None = None) -> Generator[Strands]:
    """Give `count` threads, one a core if not given; a worker of a fleet has one core."""
    count = count or _cores()
    if count < 2:
        yield Strands(1, None)
        return
    with ThreadPoolExecutor(count) as pool:
        yield Strands(count, pool)


def _cores() -> int:
    """Cores of this process, or as many as NUMBA_NUM_THREADS leaves it."""
    allowed = os.environ.get("NUMBA_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0))
    return min(cores, int(allowed)) if allowed.isdigit() else cores
