"""Where does an unfinished run lie on disk? In OUT/unfinished, one file a part, each whole or not.

A run into the same folder goes on from there by itself, if it is the same run. What is written
survives a power cut; the folder goes when the run has ended as asked. One run at a time has it.
"""

import hashlib
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from ironpot.core.errors import FileRefusedError, said_together
from ironpot.core.lang import Lang, Text
from ironpot.system.checkpoint import Arrays, DamagedPartError, Mark, pack, unpack
from ironpot.workbench.run_lock import LOCK, lock_run, unlock_run
from ironpot.workbench.whole import whole_file

UNFINISHED = "unfinished"
PART = ".part"
RUN = "run"
# Standings of a search are written this often; those that end something, at once.
EVERY_S = 2.0


@dataclass(slots=True)
class RunStore:
    """The parts of one run below a folder; `mark` says which run it is.

    `latest` are standings that were too fresh to be written; `close` writes them. `cut_short` says
    that the user ended something before its time.
    """

    folder: Path
    mark: Mark
    resumed: bool
    cut_short: bool = False
    latest: dict[str, Arrays] = field(default_factory=dict[str, Arrays])
    written: float = field(default_factory=time.monotonic)
    short: Mark = field(init=False)

    def __post_init__(self) -> None:
        said = json.dumps(dict(self.mark), sort_keys=True)
        self.short = {RUN: hashlib.sha256(said.encode()).hexdigest()[:16]}

    def found(self, name: str) -> Arrays | None:
        """Return a kept part; CheckpointError if it is damaged or of another run."""
        path = self._path(name)
        if not path.is_file():
            return None
        return unpack(path.read_bytes(), self._mark_of(name), str(path))

    def keep(self, name: str, arrays: Arrays) -> None:
        """Keep where a search stands, on disk every `EVERY_S` seconds."""
        self.latest[name] = arrays
        if time.monotonic() - self.written >= EVERY_S:
            self.close()

    def stopped(self) -> None:
        """Note that something was ended before its time, and write where it stands."""
        self.cut_short = True
        self.close()

    def close(self) -> None:
        """Write what is kept and not on disk yet."""
        for name in list(self.latest):
            # Forgotten when it is on disk: Ctrl-C in between finds it here again.
            self.keep_now(name, self.latest[name])
            del self.latest[name]
        self.written = time.monotonic()

    def keep_now(self, name: str, arrays: Arrays) -> None:
        """Write a part, whole or not at all, and let it reach the disk."""
        with whole_file(self._path(name)) as draft, draft.open("wb") as file:
            file.write(pack(self._mark_of(name), arrays))
            file.flush()
            os.fsync(file.fileno())

    def forget(self, name: str) -> None:
        """Throw a part away, so that it is made again."""
        self._path(name).unlink(missing_ok=True)

    def end(self, screen: Console, lang: Lang) -> None:
        """Throw the parts away if the run has ended as asked; keep them and say so otherwise."""
        if not self.cut_short:
            self.latest.clear()
            shutil.rmtree(self.folder)
            return
        self.leave()
        screen.print(_GO_ON.say(lang))

    def leave(self) -> None:
        """Write what is not on disk yet, then let other runs have the folder.

        Whoever opened the run ends with this, come what may: an error too leaves all it had found,
        and nothing where it had found nothing.
        """
        try:
            self.close()
        finally:
            parts = [path.name for path in self.folder.glob(f"*{PART}")]
            if parts == [f"{RUN}{PART}"] and not self.cut_short:
                shutil.rmtree(self.folder)
            else:
                unlock_run(self.folder)

    def _mark_of(self, name: str) -> Mark:
        """Return what a part is marked with: `RUN`'s says all, the others' that they are its own.

        The mark of ten thousand counties is long, and so many parts would each hold all of it.
        """
        return self.mark if name == RUN else self.short

    def _path(self, name: str) -> Path:
        """A part's file: names that are no file names are written by their hash."""
        plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
        stem = name if plain and len(name) < 80 else hashlib.sha256(name.encode()).hexdigest()
        return self.folder / f"{stem}{PART}"


def open_run(out: Path, mark: Mark, *, fresh: bool = False) -> RunStore:
    """Open the store of a run in `out`: an unfinished one is gone on with if it is the same.

    `fresh` discards what is there. Raises CheckpointError where what is there is damaged or of
    another run, FileRefusedError where somebody else's folder stands in the way or another run
    writes here.
    """
    folder = out / UNFINISHED
    if folder.exists() and not _ours(folder):
        raise FileRefusedError(_in_the_way(folder))
    folder.mkdir(parents=True, exist_ok=True)
    lock_run(folder)
    try:
        return _opened(folder, mark, fresh=fresh)
    except BaseException:
        unlock_run(folder)
        raise


def _opened(folder: Path, mark: Mark, *, fresh: bool) -> RunStore:
    """Return the store of a folder that is this process's alone."""
    if fresh:
        for part in folder.glob(f"*{PART}"):
            part.unlink()
    # What a run that was killed was just writing: no part yet.
    for draft in folder.glob(f".*{PART}"):
        draft.unlink()
    store = RunStore(folder, dict(mark), (folder / f"{RUN}{PART}").is_file())
    _refuse_damaged(store)
    if store.found(RUN) is None:
        store.keep_now(RUN, {})
    return store


def _refuse_damaged(store: RunStore) -> None:
    """Say every part that cannot be gone on from, before hours are spent on what comes before it.

    One of another run ends it at once: all are.
    """
    damaged: list[DamagedPartError] = []
    parts = sorted(path.stem for path in store.folder.glob(f"*{PART}") if path.stem != RUN)
    # First the one that says all of which run it is.
    for part in (RUN, *parts):
        try:
            store.found(part)
        except DamagedPartError as error:
            damaged.append(error)
    if damaged:
        raise DamagedPartError(said_together(damaged))


def _ours(folder: Path) -> bool:
    return folder.is_dir() and all(_is_part(path) for path in folder.iterdir())


def _is_part(path: Path) -> bool:
    return path.name == LOCK or (path.is_file() and path.name.endswith(PART))


_GO_ON = Text(
    "Stopped before its time; the best so far is shown and kept. The same command goes on from "
    "here.",
    "运行提前停止,已保留当前最优结果;再次运行同一命令即可续算。",
)


def _in_the_way(folder: Path) -> Text:
    return Text(
        f"{folder} holds files that no run of ironpot wrote; checkpoints would lie among them. "
        "Move it away, or write to another --out.",
        f"{folder} 中有并非 ironpot 写入的文件,断点文件将与其混放。请移走该文件夹或换一个 --out。",
    )
