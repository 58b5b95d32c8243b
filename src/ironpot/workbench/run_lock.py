"""Is another run writing into this folder? A file holds the machine and process that do.

A run that is gone leaves its file behind; the next run on the same machine takes the place over.
"""

import os
import platform
import sys
import time
from pathlib import Path

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text

LOCK = "run.lock"
WRITTEN_S = 0.2


def lock_run(folder: Path) -> None:
    """Take `folder` for this process, as `folder`/run.lock; taking it again changes nothing.

    Raises FileRefusedError where another live process has it, or one of another machine, of which
    nobody here can tell whether it lives.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as made:
    ...     lock_run(Path(made))
    ...     (Path(made) / LOCK).read_text() == f"{platform.node()} {os.getpid()}"
    True
    """
    path = folder / LOCK
    while not _written(path):
        holder = _holder(path)
        if holder == _mine():
            return
        machine, _, process = holder.rpartition(" ")
        gone = machine == platform.node() and not lives(process)
        if holder and not gone:
            raise FileRefusedError(_taken(path, machine, process))
        path.unlink(missing_ok=True)


def unlock_run(folder: Path) -> None:
    """Leave `folder` to the next run; what another process has stays its own."""
    path = folder / LOCK
    if _holder(path) == _mine():
        path.unlink(missing_ok=True)


def _mine() -> str:
    return f"{platform.node()} {os.getpid()}"


def _written(path: Path) -> bool:
    """Write the file if there is none; say whether that was done."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_mine())
    except FileExistsError:
        return False
    return True


def _holder(path: Path) -> str:
    """Return machine and process; empty where the file is gone or says nothing that is known."""
    for _ in range(2):
        try:
            said = path.read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return ""
        if said.rpartition(" ")[2].isdecimal():
            return said
        # Somebody may have made the file and not written it yet.
        time.sleep(WRITTEN_S)
    return ""


def lives(process: str) -> bool:
    """Say whether a process of this machine runs; on Windows, where asking would end it, yes."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _taken(path: Path, machine: str, process: str) -> Text:
    return Text(
        f"Another run writes into {path.parent}: process {process} on {machine}. Two at once would "
        "throw each other's results away. Wait for it, or write to another --out. If that run is "
        f"gone, delete {path}.",
        f"另一运行正在写入 {path.parent}:{machine} 上的进程{process}。两者同时写入会互相丢失结果。"
        f"请等其结束,或换一个 --out。如该运行已不存在,请删除 {path}。",
    )
