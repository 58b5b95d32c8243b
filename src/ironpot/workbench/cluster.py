"""How does the same work run on a Dask cluster? `distributed` behind the one `each` of a fleet.

Tasks carry their key, so that the scheduler knows a piece again when its worker is gone and has it
done elsewhere; a key is given out once. `distributed` is the optional extra `cluster`.
"""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from logging import CRITICAL, getLogger
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.fleet import MOST_LOST, Hired, fatal, taken
from ironpot.system.worker import Told, heard
from ironpot.workbench.same_code import Code, code_here, no_code, other_code

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

CONNECT_S = 10
# Without any worker for so long the run ends in words. Long against a worker that is started again
# or a machine that boots; short against a night in which nothing would be done.
ABSENT_S = 300.0
# While nothing arrives, the scheduler is asked so often whether it still has workers.
LOOK_S = 2.0
# Pieces at the workers at a time, over their number: the next lies there when one is done with.
AHEAD = 3


@dataclass(slots=True)
class Absence:
    """Since when nobody has been there to work, by the monotonic clock; None while somebody is."""

    since: float | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Dask client; leaving `each` early takes back what was not begun.

    Without workers for `absent_s` a round ends with an IronpotError; new ones that come before that
    go on with it. `absence` says while it waits for them. `handing_s` is measured:
    `benchmarks/system.py` prints it.
    """

    client: Any
    handing_s: float = 7e-3
    sees_files: bool = False
    absent_s: float = ABSENT_S
    absence: Absence = field(default_factory=Absence)

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
            watch = _Watch(self.client, self.absent_s, self.absence)
            yield _Crew(self.client, work, held, self.workers, watch)
        finally:
            held.release()


@dataclass(frozen=True, slots=True)
class _Crew(Generic[S, A, R]):
    """The cluster's workers with a static part that they hold."""

    client: Any
    work: Callable[[S, A], R]
    held: Any
    workers: int
    watch: "_Watch"

    def each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        with _gone_if_silent():
            yield from self._each(pieces)

    def _each(self, pieces: Mapping[str, A]) -> Iterator[tuple[str, R]]:
        left, waiting = iter(pieces), dict[Any, str]()
        # Not `as_completed`: it sleeps a tenth of a second where an answer comes between two looks.
        ready: SimpleQueue[Any] = SimpleQueue()
        self.watch.begin()
        try:
            while True:
                # As many as keep all workers busy: thousands of cases would not fit the scheduler,
                # and the first answer would be waited for until the last of them is sent.
                for key in islice(left, max(AHEAD * self.watch.workers - len(waiting), 0)):
                    waiting[self._sent(pieces[key], ready)] = key
                if not waiting:
                    return
                future = self.watch.first(ready)
                told = self.watch.result(future, waiting[future])
                key = waiting.pop(future)
                future.release()
                yield key, taken(key, told)
        finally:
            self.watch.absence.since = None
            if waiting:
                self.client.cancel(list(waiting))

    def _sent(self, piece: object, ready: "SimpleQueue[Any]") -> Any:
        future = self.client.submit(
            _on_worker, code_here(), self.work, self.held, piece, pure=False
        )
        future.add_done_callback(ready.put)
        return future


class _Watch:
    """Waits for what workers say as long as there are workers, or have been a patience ago."""

    def __init__(self, client: Any, absent_s: float, absence: Absence) -> None:
        self.client, self.absent_s, self.absence = client, absent_s, absence
        self.counted, self.there = time.monotonic(), sum(client.nthreads().values())
        self.begin()

    def begin(self) -> None:
        """Be patient anew: a round begins."""
        self.seen = time.monotonic()

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once, counted anew now and then; at least one."""
        if time.monotonic() - self.counted >= LOOK_S:
            self.counted, self.there = time.monotonic(), sum(self.client.nthreads().values())
        return max(self.there, 1)

    def first(self, ready: "SimpleQueue[Any]") -> Any:
        """Return the next piece that is done with, one way or the other."""
        while True:
            try:
                future = ready.get(timeout=LOOK_S)
            except Empty:
                self._look()
            else:
                self.absence.since = None
                return future

    def result(self, future: Any, key: str) -> Told:
        """Fetch what a worker found; it is worked out again if that worker is gone meanwhile."""
        dask, patience_s = _distributed(), max(self.absent_s, LOOK_S)
        while True:
            try:
                return future.result(timeout=patience_s)
            except TimeoutError:
                self._look()
                patience_s *= 2.0  # a large result on a slow line must come through in the end
            except dask.KilledWorker as error:
                raise IronpotError(fatal(key)) from error
            except (dask.CancelledError, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - a worker that cannot even read the piece
                return "failed", f"{type(error).__name__}: {error}"

    def _look(self) -> None:
        now = time.monotonic()
        there = bool(self.client.nthreads())
        self.seen = now if there else self.seen
        self.absence.since = None if there else self.seen
        if there:
            return
        if now - self.seen >= self.absent_s:
            raise IronpotError(_all_gone(self.client.scheduler.address, self.absent_s))


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


def _on_worker(ours: Code, work: Callable[[S, A], object], static: S, piece: A) -> Told:
    """Work on a piece, unless this worker, come late perhaps, could give other figures."""
    other = other_code(_distributed().get_worker().address, code_here(), ours)
    return heard(work, static, piece) if other is None else ("refused", other)


def _code_of_worker() -> Code:
    """Return what a worker itself computes with: sent by name, so that its own code answers."""
    return code_here()


def refuse_other_code(client: Any) -> None:
    """Raise IronpotError if a worker that is there computes with other code than this process.

    One that does not answer is passed over: each piece asks again.
    """

    async def ask() -> dict[str, object]:
        return await client.run(_code_of_worker, on_error="return")

    try:
        found: dict[str, object] = client.sync(ask, callback_timeout=CONNECT_S)
    except TimeoutError:
        return
    for worker, theirs in sorted(found.items()):
        if isinstance(theirs, Exception):
            raise IronpotError(no_code(worker, f"{type(theirs).__name__}: {theirs}"))
        other = other_code(worker, cast("Code", theirs), code_here())
        if other is not None:
            raise IronpotError(other)


@contextmanager
def cluster_at(address: str) -> Generator[Cluster]:
    """Connect to a scheduler that runs already; it is left running."""
    dask = _distributed()
    # Its log tells of lost connections line by line; what matters of it is raised in words.
    getLogger("distributed.client").setLevel(CRITICAL)
    try:
        client = _client(dask)(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise IronpotError(_nobody(address)) from error
    with client:
        if not client.nthreads():
            raise IronpotError(_no_workers(address))
        refuse_other_code(client)
        yield Cluster(client)


def _client(dask: Any) -> Any:
    """Return the class of clients that wait for nobody when they are forgotten.

    They are closed by `with`; one that found no scheduler would wait 20 s and print a trace.
    """

    def forgotten(_client: object) -> None:
        pass

    return type("Client", (dask.Client,), {"__del__": forgotten})


@contextmanager
def local_cluster(workers: int) -> Generator[Cluster]:
    """Start a scheduler and workers on this machine, one thread each, and end them afterwards."""
    dask = _distributed()
    dask_config = import_module("dask").config
    with (
        dask_config.set({"distributed.scheduler.allowed-failures": MOST_LOST - 1}),
        _started(dask, workers) as cluster,
        dask.Client(cluster, set_as_default=False) as client,
    ):
        yield Cluster(client)


def _started(dask: Any, workers: int) -> Any:
    """Return a cluster of this machine; one whose worker dies as it starts is begun again."""
    last: RuntimeError | None = None
    for _ in range(MOST_LOST):
        try:
            return dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # any free port, seen from here only
                silence_logs="CRITICAL",
            )
        except RuntimeError as error:  # "Nanny failed to start": killed, or out of memory
            last = error
    raise IronpotError(_NOT_STARTED) from last


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


_NOT_STARTED = Text(
    f"Workers of a Dask cluster on this machine died {MOST_LOST} times while they started, out of "
    "memory perhaps. Ask for fewer (--workers), or leave out --cluster and use processes.",
    f"本机 Dask 集群的工作进程在启动时中断{MOST_LOST}次,可能内存不足。请减少 --workers,"
    "或去掉 --cluster 改用本机进程。",
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


def _all_gone(address: str, absent_s: float) -> Text:
    return Text(
        f"The scheduler at {address} has had no workers for {absent_s:.0f} s: all were ended or "
        "cannot be reached, so nothing further is worked on. What was finished before is kept: "
        f"start workers (dask worker {address} --nthreads 1) and repeat the same command to go on.",
        f"{address} 的调度器已有{absent_s:.0f}秒没有任何工作节点:节点均已结束或无法连接,"
        f"任务无法继续。此前完成的结果已保留:请启动工作节点(dask worker {address} --nthreads 1),"
        "再次运行同一命令即可续算。",
    )
