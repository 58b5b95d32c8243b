"""How does the same work run on a Dask cluster? `distributed` behind the one `each` of a fleet.

Tasks carry their key, so that the scheduler knows a piece again when its worker is gone and has it
done elsewhere; a key is given out once. `distributed` is the optional extra `cluster`.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from logging import CRITICAL, getLogger
from typing import Any, Generic, TypeVar

import numpy as np

import ironpot
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.fleet import MOST_LOST, Hired, fatal, taken
from ironpot.system.worker import Told, heard

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

CONNECT_S = 10


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Dask client; leaving `each` early takes back what was not begun.

    `handing_s` is measured: `benchmarks/system.py` prints it.
    """

    client: Any
    handing_s: float = 1e-2
    sees_files: bool = False

    @property
    def workers(self) -> int:
        """How many threads the workers have together, at least one."""
        return max(sum(self.client.nthreads().values()), 1)

    def each(
        self, work: Callable[[S, A], R], static: S, pieces: Mapping[str, A]
    ) -> Iterator[tuple[str, R]]:
        """See `ironpot.system.fleet.Fleet.each`."""
        with self.hired(work, static) as crew:
            yield from crew.each(pieces)

    @contextmanager
    def hired(self, work: Callable[[S, A], R], static: S) -> Generator[Hired[A, R]]:
        """See `ironpot.system.fleet.Fleet.hired`."""
        # A task and no scattered data: what a lost worker held can be made again from the task.
        held = self.client.submit(_hold, static, pure=False)
        try:
            yield _Crew(self.client, work, held, self.workers)
        finally:
            held.release()


@dataclass(frozen=True, slots=True)
class _Crew(Generic[S, A, R]):
    """The cluster's workers with a static part that they hold."""

    client: Any
    work: Callable[[S, A], R]
    held: Any
    workers: int

    def each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        with _gone_if_silent():
            yield from self._each(pieces)

    def _each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        dask = _distributed()
        futures = {
            self.client.submit(_on_worker, _here(), self.work, self.held, piece, pure=False): key
            for key, piece in pieces.items()
        }
        waiting = dict.fromkeys(futures)
        try:
            for future in dask.as_completed(list(futures), loop=self.client.loop):
                key = futures[future]
                if future in waiting:
                    told = _result(key, future, dask)
                    del waiting[future]
                    yield key, taken(key, told)
                future.release()
        finally:
            if waiting:
                self.client.cancel(list(waiting))


def _result(key: str, future: Any, dask: Any) -> Told:
    try:
        return future.result()
    except dask.KilledWorker as error:
        raise IronpotError(fatal(key)) from error


@contextmanager
def _gone_if_silent() -> Generator[None]:
    """Say in words that the scheduler is gone, and with it all that workers held."""
    dask = _distributed()
    try:
        yield
    except (dask.CancelledError, OSError) as error:  # a broken connection is an OSError
        raise IronpotError(_SCHEDULER_GONE) from error


def _hold(static: S) -> S:
    return static


def _on_worker(versions: str, work: Callable[[S, A], object], static: S, piece: A) -> Told:
    """Work on a piece, unless this worker's versions could give other last digits."""
    if versions != _here():
        return "refused", _other_version(versions, _here())
    return heard(work, static, piece)


def _here() -> str:
    return f"ironpot {ironpot.__version__}, NumPy {np.__version__}"


@contextmanager
def cluster_at(address: str) -> Generator[Cluster]:
    """Connect to a scheduler that runs already; it is left running."""
    dask = _distributed()
    # Its log tells of lost connections line by line; what matters of it is raised in words.
    getLogger("distributed.client").setLevel(CRITICAL)
    try:
        client = dask.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise IronpotError(_nobody(address)) from error
    with client:
        if not client.nthreads():
            raise IronpotError(_no_workers(address))
        yield Cluster(client)


@contextmanager
def local_cluster(workers: int) -> Generator[Cluster]:
    """Start a scheduler and workers on this machine, one thread each, and end them afterwards."""
    dask = _distributed()
    dask_config = import_module("dask").config
    with (
        dask_config.set({"distributed.scheduler.allowed-failures": MOST_LOST - 1}),
        dask.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # any free port, seen from here only
            silence_logs="CRITICAL",
        ) as cluster,
        dask.Client(cluster, set_as_default=False) as client,
    ):
        yield Cluster(client)


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError as error:
        raise IronpotError(_NOT_INSTALLED) from error


_NOT_INSTALLED = Text(
    "A cluster needs Dask's package distributed, which is not installed here. Install it: "
    "python -m pip install 'ironpot[cluster]', here and on every worker; or leave out --cluster "
    "and use processes of this machine (--workers).",
    "使用集群需要 Dask 的 distributed 软件包,本机未安装。请在本机和各工作节点安装:"
    "python -m pip install 'ironpot[cluster]';或去掉 --cluster,改用本机进程(--workers)。",
)


_SCHEDULER_GONE = Text(
    "The scheduler of the cluster is gone or cannot be reached any more; nothing further can be "
    "worked on. What was finished before is kept: start a scheduler and workers again and repeat "
    "the same command, on any workers, to go on.",
    "集群调度器已中断或无法连接,任务无法继续。此前完成的结果已保留:请重新启动调度器和工作节点,"
    "再次运行同一命令即可续算(工作节点可不同)。",
)


def _nobody(address: str) -> Text:
    return Text(
        f"No Dask scheduler answers at {address} within {CONNECT_S} s. Start one (dask scheduler) "
        "and workers (dask worker ADDRESS), check the address, or write --cluster local.",
        f"{address} 在{CONNECT_S}秒内没有 Dask 调度器应答。请启动调度器(dask scheduler)和工作节点"
        "(dask worker 地址),核对地址,或使用 --cluster local。",
    )


def _no_workers(address: str) -> Text:
    return Text(
        f"The scheduler at {address} has no workers; nothing would ever be done. Start some: "
        f"dask worker {address}",
        f"{address} 的调度器没有工作节点,任务将无法执行。请启动:dask worker {address}",
    )


def _other_version(asked: str, here: str) -> Text:
    return Text(
        f"A worker has {here}, this machine has {asked}; figures could differ in the last digits. "
        "Install the same versions on every worker.",
        f"工作节点为 {here},本机为 {asked},结果末位可能不同。请在各节点安装相同版本。",
    )
