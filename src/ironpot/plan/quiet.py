"""Processes for small solves: they leave Ctrl-C to the one who asked, and the screen too."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager


def quiet_processes(workers: int) -> ProcessPoolExecutor:
    """Return a pool of so many processes, at least one."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max(workers, 1), mp_context=context, initializer=_begin)


@contextmanager
def silence() -> Generator[None]:
    """Keep off the screen what the solver writes to descriptor 1 when it is made."""
    sys.stdout.flush()
    screen, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(screen, 1)
        os.close(screen)
        os.close(nowhere)


def _begin() -> None:
    """Begin a process; the solver writes its name to descriptor 1, whatever it is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
