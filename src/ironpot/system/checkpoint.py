"""What is kept of a run under way, and is a kept part whole and of this very run?

A part is a NumPy archive behind a line that names the format and one with the hash of all that
follows. Inside lies the run's mark: what was asked, of which case, by which version. Workers and
their number are no part of it, since results do not depend on them.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, cast

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

FORMAT = b"ironpot checkpoint 1\n"
_HASH = 64
_MARK = "run.mark"

Arrays = Mapping[str, Any]
Mark = Mapping[str, str]


class CheckpointError(IronpotError):
    """A kept part that cannot be gone on from; nothing was changed."""


class DamagedPartError(CheckpointError):
    """A kept part that is not as it was written, or not of this format."""


class Book(Protocol):
    """Where a run notes down how far it is, by name, and finds it again."""

    def found(self, name: str) -> Arrays | None:
        """Return what was kept under a name, None if nothing was."""
        ...

    def keep(self, name: str, arrays: Arrays) -> None:
        """Keep where a search stands, in place of where it stood before."""
        ...

    def keep_now(self, name: str, arrays: Arrays) -> None:
        """Keep a result for good before anything else is done."""
        ...

    def stopped(self) -> None:
        """Note that the user ended a search before its time: there is something to go on with."""
        ...


class Chapter:
    """A part of a book with names of its own; `cut` says that its search was stopped.

    Without a book it keeps nothing and still knows of the stop.

    >>> one = Chapter(None, "wish-fair")
    >>> one.keep("fair", {"number": np.array(3)})
    >>> one.found("fair"), one.cut
    (None, False)
    """

    def __init__(self, book: Book | None, name: str) -> None:
        self.book, self.name, self.cut = book, name, False

    def found(self, name: str) -> Arrays | None:
        """Return what was kept under a name in this chapter."""
        return None if self.book is None else self.book.found(f"{self.name}-{name}")

    def keep(self, name: str, arrays: Arrays) -> None:
        """Keep where a search stands."""
        if self.book is not None:
            self.book.keep(f"{self.name}-{name}", arrays)

    def keep_now(self, name: str, arrays: Arrays) -> None:
        """Keep a result for good."""
        if self.book is not None:
            self.book.keep_now(f"{self.name}-{name}", arrays)

    def stopped(self) -> None:
        """Note that there is something to go on with."""
        self.cut = True
        if self.book is not None:
            self.book.stopped()


def pack(mark: Mark, arrays: Arrays) -> bytes:
    """Return a part as bytes: the same arrays give the same bytes.

    >>> packed = pack({"seed": "1"}, {"fees": np.array([0.5])})
    >>> unpack(packed, {"seed": "1"}, "here")["fees"].tolist()
    [0.5]
    """
    buffer = io.BytesIO()
    named = {_MARK: np.array(json.dumps(dict(mark), sort_keys=True)), **arrays}
    np.savez(buffer, allow_pickle=False, **{k: np.asarray(v) for k, v in named.items()})
    body = buffer.getvalue()
    return FORMAT + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def unpack(raw: bytes, mark: Mark, where: str) -> dict[str, Any]:
    """Return the arrays of a part of the run that `mark` describes.

    Raises DamagedPartError if `raw` is of another format, damaged or cut off, CheckpointError if it
    is of another run; that says what differs.

    >>> unpack(pack({"seed": "1"}, {}), {"seed": "2"}, "run.part")
    Traceback (most recent call last):
    ironpot.system.checkpoint.CheckpointError: run.part is of another run: seed was 1, is now 2. ...
    """
    if not raw.startswith(FORMAT):
        raise DamagedPartError(_strange(where))
    head = len(FORMAT) + _HASH + 1
    body = raw[head:]
    if raw[len(FORMAT) : head] != hashlib.sha256(body).hexdigest().encode() + b"\n":
        raise DamagedPartError(_damaged(where))
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    differs = differences(json.loads(str(arrays.pop(_MARK))), mark)
    if differs:
        raise CheckpointError(_other(where, differs))
    return arrays


def digest_of(said: str, *arrays: Any) -> str:
    """Return twelve hex digits that differ where anything of these differs: a part of a name.

    Each of `arrays` is numbers, None or a tuple of such. Raises TypeError on an array of Python
    objects: its bytes are addresses, so that no other process would find the name again.

    >>> digest_of("", np.zeros(2)) == digest_of("", np.zeros(3))
    False
    >>> digest_of("", None)
    'dc937b598926'
    >>> digest_of("", (np.zeros(2), None)) == digest_of("", np.zeros(2), None)
    True
    """
    digest = hashlib.sha256(said.encode())
    for array in _flat(arrays):
        digest.update(b"None" if array is None else _bytes_of(array))
    return digest.hexdigest()[:12]


def _flat(arrays: tuple[Any, ...]) -> Iterator[Any]:
    for array in arrays:
        if isinstance(array, tuple):
            yield from _flat(cast("tuple[Any, ...]", array))
        else:
            yield array


def _bytes_of(array: Any) -> bytes:
    whole = np.ascontiguousarray(array)
    if whole.dtype.hasobject:
        raise TypeError(f"digest_of: {whole.dtype} holds addresses, which no other process has")
    return repr((whole.shape, whole.dtype.str)).encode() + whole.tobytes()


def differences(was: Mark, now: Mark) -> list[tuple[str, str, str]]:
    """Return (name, value then, value now) of what differs; `-` stands for not given.

    >>> differences({"seed": "1", "counties": "40"}, {"seed": "2"})
    [('seed', '1', '2'), ('counties', '40', '-')]
    """
    names = [*now, *(name for name in was if name not in now)]
    pairs = [(name, was.get(name, "-"), now.get(name, "-")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


_MEND = Text(
    "Start anew with --fresh, which discards what was kept, or write to another --out.",
    "可用 --fresh 放弃已保存的进度重新开始,或用 --out 写入其他文件夹。",
)


def _strange(where: str) -> Text:
    return Text(
        f"{where} is no checkpoint that this version of ironpot can read. {_MEND.en}",
        f"{where} 不是本版本可读取的断点文件。{_MEND.zh}",
    )


def _damaged(where: str) -> Text:
    return Text(
        f"{where} is damaged or cut off: its content does not match its hash, so nothing in it is "
        f"trusted. {_MEND.en}",
        f"{where} 已损坏或不完整:内容与校验值不符,不予采用。{_MEND.zh}",
    )


def _other(where: str, differs: list[tuple[str, str, str]]) -> Text:
    english = "; ".join(f"{name} was {was}, is now {now}" for name, was, now in differs)
    chinese = ";".join(f"{name} 原为 {was},现为 {now}" for name, was, now in differs)
    return Text(
        f"{where} is of another run: {english}. Ask for the same to go on. {_MEND.en}",
        f"{where} 属于另一次运行:{chinese}。如需续算,请使用相同参数。{_MEND.zh}",
    )
