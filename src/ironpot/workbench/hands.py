"""Who does the work: this process, processes beside it, or a Dask cluster? As the user asked."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ironpot.system.fleet import Fleet, Processes

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Hands:
    """`workers` None is one a core; `cluster` None stays on this machine without Dask.

    `cluster` is a scheduler's address, or `local` for one that is started and ended with the run.
    """

    workers: int | None = None
    cluster: str | None = None


@contextmanager
def fleet_if_asked(hands: Hands) -> Generator[Fleet | None]:
    """Give the workers that the user asked for; None where everything stays in this process."""
    if hands == Hands():
        yield None
        return
    with fleet_of(hands) as fleet:
        yield fleet


@contextmanager
def fleet_of(hands: Hands) -> Generator[Fleet]:
    """Give the workers asked for; a cluster that was started for this is ended again."""
    if hands.cluster is None:
        yield Processes(hands.workers or cores())
        return
    from ironpot.workbench.cluster import cluster_at, local_cluster

    if hands.cluster != LOCAL:
        with cluster_at(hands.cluster) as cluster:
            yield cluster
    else:
        with local_cluster(hands.workers or cores()) as cluster:
            yield cluster


def cores() -> int:
    """Cores that this process may use; a container often has fewer than the machine."""
    return len(os.sched_getaffinity(0))
