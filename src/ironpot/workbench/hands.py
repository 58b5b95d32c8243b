"""Who does the work: this process, processes beside it, or a Dask cluster? As the user asked."""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ironpot.core.lang import Lang, Text
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


def waiting_for_workers(fleet: Fleet | None, lang: Lang) -> str:
    """Say since when a run has had nobody to work for it; empty while somebody does.

    >>> waiting_for_workers(Processes(2), "en")
    ''
    """
    absence = getattr(fleet, "absence", None)
    since = None if absence is None else absence.since
    if since is None:
        return ""
    spent = time.monotonic() - since
    return Text(
        f"WAITING FOR WORKERS: none for {spent:.0f} s. ",
        f"【等待工作节点】已{spent:.0f}秒没有任何节点。",
    ).say(lang)


def cores() -> int:
    """Cores that this process may use; a container often has fewer than the machine."""
    return len(os.sched_getaffinity(0))
