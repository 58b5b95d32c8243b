"""How are processes of this machine hired, given pieces, and how is it noticed that one is gone?

Each worker is an interpreter of its own with one end of a pipe. The pipe breaks when it dies, at
whatever moment; an answer that was not sent whole is no answer.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from ironpot.system.worker import Told

# A worker is one core's: libraries that start threads of their own would crowd the others out, and
# sums split among another number of threads could differ in the last digit.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the answer of a worker that is gone."""


class Worker:
    """A process that holds `work` and `static`; `key` names the piece it is at, empty if none."""

    def __init__(self, work: Any, static: Any) -> None:
        ours, theirs = Pipe()
        self.link: Connection[Any, Any] = ours
        self.key = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ironpot.system.worker"],
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

    def answer(self) -> Told | Lost:
        """Return what the worker says; call it when its link is ready."""
        try:
            return self.link.recv()
        except (EOFError, OSError):
            self.end()
            return Lost()

    def end(self) -> None:
        """End the process."""
        self.link.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _send(self, message: object) -> None:
        try:
            self.link.send(message)
        except (BrokenPipeError, ConnectionResetError):
            return  # noticed as a lost answer


def first_answers(crew: Sequence[Worker]) -> Iterator[tuple[Worker, Told | Lost]]:
    """Wait until some workers have answered or are gone; give them with what they say."""
    ready = wait([worker.link for worker in crew])
    for worker in crew:
        if worker.link in ready:
            yield worker, worker.answer()
