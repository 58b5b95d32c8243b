"""How are many pieces worked through so that none is lost, none counted twice, and all can go on?

What a book has kept is not worked on again; what comes is kept at once; Ctrl-C ends with what is
there. Results are in the order in which pieces were given, whoever was first.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.checkpoint import Arrays, Book
from ironpot.system.fleet import Fleet

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")
N = TypeVar("N")

_NOTE = "note"


def _as_it_is(_key: str, found: Any) -> Any:
    return found


def _always(_found: Any) -> bool:
    return True


def _noted(result: Any) -> Arrays:
    return {_NOTE: np.array(json.dumps(result))}


def _read(kept: Arrays) -> Any:
    return json.loads(str(kept[_NOTE]))


@dataclass(frozen=True)
class Keeping(Generic[N]):
    """How a book keeps results: as arrays and back, and only those that `ended` by themselves.

    As JSON if not said otherwise: lists, dictionaries with text keys, text, numbers and None.
    """

    write: Callable[[N], Arrays] = _noted
    read: Callable[[Arrays], N] = _read
    ended: Callable[[N], bool] = _always


@dataclass(frozen=True, slots=True)
class Done(Generic[N]):
    """Results by key, in the order of the pieces; `stopped` says that some are missing."""

    results: dict[str, N]
    stopped: bool


def work_through(
    fleet: Fleet,
    work: Callable[[S, A], R],
    static: S,
    pieces: Mapping[str, A],
    *,
    take: Callable[[str, R], N] = _as_it_is,
    book: Book | None = None,
    watch: Callable[[str, N, int], None] | None = None,
    keeping: Keeping[N] | None = None,
) -> Done[N]:
    """Return what `take(key, work(static, piece))` makes of every piece; `take` runs here.

    `watch` hears key, result and how many are in. `keeping` says how results go into the book and
    come out of it.

    >>> from ironpot.system.fleet import OneProcess
    >>> work_through(OneProcess(), pow, 2, {"b": 3, "a": 4}).results
    {'b': 8, 'a': 16}
    """
    each = partial(fleet.each, work, static)
    return gather(each, pieces, take=take, book=book, watch=watch, keeping=keeping)


def gather(
    each: Callable[[Mapping[str, A]], Iterator[tuple[str, R]]],
    pieces: Mapping[str, A],
    *,
    take: Callable[[str, R], N] = _as_it_is,
    book: Book | None = None,
    watch: Callable[[str, N, int], None] | None = None,
    keeping: Keeping[N] | None = None,
) -> Done[N]:
    """Return as `work_through` does what workers that are hired already make of every piece.

    >>> from ironpot.system.fleet import OneProcess
    >>> with OneProcess().hired(pow, 2) as crew:
    ...     gather(crew.each, {"b": 3}).results
    {'b': 8}
    """
    keeping = keeping or Keeping[N]()
    results = _kept(book, pieces, keeping)
    left = _Left(pieces, dict.fromkeys(key for key in pieces if key not in results))
    stopped = False
    try:
        for key, found in each(left):
            if key in results or key not in left:
                raise IronpotError(_twice(key))
            results[key] = take(key, found)
            if book is not None and keeping.ended(results[key]):
                book.keep_now(key, keeping.write(results[key]))
            if watch is not None:
                watch(key, results[key], len(results))
    except KeyboardInterrupt:
        stopped = True
        if book is not None:
            book.stopped()
    return Done({key: results[key] for key in pieces if key in results}, stopped)


@dataclass(frozen=True, slots=True)
class _Left(Mapping[str, A]):
    """The pieces still to be worked on; each is fetched when somebody begins it."""

    pieces: Mapping[str, A]
    names: dict[str, None]

    def __getitem__(self, key: str) -> A:
        return self.pieces[key]

    def __contains__(self, key: object) -> bool:
        return key in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _kept(book: Book | None, pieces: Mapping[str, object], keeping: Keeping[N]) -> dict[str, N]:
    """Return the results of pieces that the book has."""
    if book is None:
        return {}
    found = {key: book.found(key) for key in pieces}
    return {key: keeping.read(kept) for key, kept in found.items() if kept is not None}


def kept_result(book: Book, key: str) -> Any:
    """Return the result that a book has of a piece as JSON, None if it has none."""
    kept = book.found(key)
    return None if kept is None else _read(kept)


def _twice(key: str) -> Text:
    return Text(
        f"{key} came back twice, or was never asked for; it would be counted twice. Nothing more "
        "was taken; please report this.",
        f"{key} 重复返回或并未请求,可能被重复计算,已停止。请反馈此问题。",
    )
