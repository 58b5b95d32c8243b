"""How are processes of this machine hired, given pieces, and how is it noticed that one is gone?

Each worker is an interpreter of its own with one end of a pipe. The pipe breaks when it dies, at
whatever moment; an answer that was not sent whole is no answer. One that says nothing, not even
that it lives, and uses no processor is ended after one patience or two: its piece is begun again,
so that waiting changes no result.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from ironpot.system.worker import Told

# A worker is one core's: libraries that start threads of their own would crowd the others out, and
# sums split among another number of threads could differ in the last digit.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "POLARS_MAX_THREADS",
    ),
    "1",
)
# A worker says so often within one patience that it lives: a machine under load may delay a few.
SIGNS = 10


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the answer of a worker that is gone."""


class Worker:
    """A process that holds `work` and `static`; `key` names the piece it is at, empty if none."""

    def __init__(self, work: Any, static: Any, patience_s: float) -> None:
        ours, theirs = Pipe()
        self.link: Connection[Any, Any] = ours
        self.key, self.patience_s = "", patience_s
        self.heard, self.used = time.monotonic(), -1.0
        _wait_no_longer(ours, patience_s)
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", "ironpot.system.worker", repr(patience_s / SIGNS)],
            env={**os.environ, **ONE_THREAD},
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            # Ctrl-C goes to us alone: we decide what to keep, then end the workers.
            start_new_session=True,
        )
        theirs.close()
        try:
            self._send((work, static))
        except BaseException:  # what cannot be sent, or Ctrl-C: nobody else would end it
            self.end()
            raise

    def give(self, key: str, piece: object) -> None:
        """Hand over a piece; that the worker is gone shows when its answer is waited for."""
        self.key = key
        self._send(piece)

    def free(self) -> str:
        """Return the key of the piece that the worker is done with, one way or the other."""
        key, self.key = self.key, ""
        return key

    def answer(self) -> Told | Lost | None:
        """Return what the worker says, None for a sign of life; call it when its link is ready."""
        try:
            told = self.link.recv()
        except (EOFError, OSError):
            self.end()
            return Lost()
        self.heard = time.monotonic()
        return told

    def is_silent(self, now: float) -> bool:
        """Say whether it has neither spoken nor used the processor for a patience.

        A starved worker, or one in a compiled loop, cannot speak; the processor tells it from one
        that is stopped.
        """
        if now - self.heard <= self.patience_s:
            return False
        used = _processor_s(self.process.pid)
        if used > self.used:
            self.heard, self.used = now, used
            return False
        return True

    def end(self) -> None:
        """End the process, stopped or not."""
        self.link.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _send(self, message: object) -> None:
        try:
            self.link.send(message)
        except (BrokenPipeError, ConnectionResetError):
            return  # noticed as a lost answer
        except BlockingIOError:  # it took nothing for a whole patience
            os.killpg(self.process.pid, signal.SIGKILL)


def _processor_s(pid: int) -> float:
    """Return the processor seconds of a process by its clock on Linux; 0 where there is none."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _wait_no_longer(link: "Connection[Any, Any]", seconds: float) -> None:
    """Let a message that stands still half sent or half received fail instead of blocking us."""
    limit = struct.pack("ll", int(seconds), int(seconds % 1.0 * 1e6))
    with socket.socket(fileno=os.dup(link.fileno())) as end:
        for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            end.setsockopt(socket.SOL_SOCKET, option, limit)


def first_answers(
    crew: Sequence[Worker], patience_s: float
) -> Iterator[tuple[Worker, Told | Lost]]:
    """Wait until some workers have answered or are gone; give them with what they say.

    Gives nothing where there were signs of life only.
    """
    ready = wait([worker.link for worker in crew], patience_s / SIGNS)
    now = time.monotonic()  # before anything is given out: who takes it may take long over it
    silent = [one for one in crew if one.link not in ready and one.is_silent(now)]
    heard = [one for one in crew if one.link in ready]
    for worker in silent:
        worker.end()
        yield worker, Lost()
    for worker in heard:
        answer = worker.answer()
        if answer is not None:
            yield worker, answer
