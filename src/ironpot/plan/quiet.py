"""Processes for small solves: they leave Ctrl-C to the one who asked, and the screen too."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor


def quiet_processes(workers: int) -> ProcessPoolExecutor:
    """Return a pool of so many processes, at least one."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max(workers, 1), mp_context=context, initializer=_begin)


def _begin() -> None:
    """Begin a process; the solver writes its name to descriptor 1, whatever it is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
