"""Pieces of work for fleets, and how to find who works on them."""

import hashlib
import os
import time
from functools import partial
from pathlib import Path

# Some milliseconds of one core that end in bytes nobody can guess: work(static, piece).
HARD = partial(hashlib.pbkdf2_hmac, "sha256", iterations=20_000)
SALTS = {f"county{i}": f"{i}".encode() for i in range(60)}


def slept(seconds, piece):
    """Return the piece after so many seconds."""
    time.sleep(seconds)
    return piece


def expected():
    return {key: HARD(b"static", salt) for key, salt in SALTS.items()}


def local_workers():
    """Return the processes that this one has hired as workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if b"ironpot.system.worker" in command and int(parent) == os.getpid():
                found.append(int(entry.name))
    return found


def wait_until(true, seconds):
    """Wait until something is true; fail if it never is."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
