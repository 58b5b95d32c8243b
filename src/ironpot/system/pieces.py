"""How are many pieces worked through so that none is lost, none counted twice, and all can go on?

What a book has kept is not worked on again; what comes is kept at once; Ctrl-C ends with what is
there. Results are in the order in which pieces were given, whoever was first.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.checkpoint import Book
from ironpot.system.fleet import Fleet

S = TypeVar("S")
A = TypeVar("A")
R = TypeVar("R")

_NOTE = "note"


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """Results by key, in the order of the pieces; `stopped` says that some are missing."""

    results: dict[str, R]
    stopped: bool


def work_through(
    fleet: Fleet,
    work: Callable[[S, A], R],
    static: S,
    pieces: Mapping[str, A],
    *,
    book: Book | None = None,
    watch: Callable[[str, R, int], None] | None = None,
) -> Done[R]:
    """Return `work(static, piece)` for every piece; `watch` hears key, result and how many are in.

    Results go into the book and come out of it as JSON, so they are made of lists, dictionaries
    with text keys, text, numbers and None.

    >>> from ironpot.system.fleet import OneProcess
    >>> work_through(OneProcess(), pow, 2, {"b": 3, "a": 4}).results
    {'b': 8, 'a': 16}
    """
    results = _kept(book, pieces)
    left = {key: piece for key, piece in pieces.items() if key not in results}
    stopped = False
    try:
        for key, result in fleet.each(work, static, left):
            if key in results or key not in left:
                raise IronpotError(_twice(key))
            if book is not None:
                book.keep_now(key, {_NOTE: np.array(json.dumps(result))})
            results[key] = result
            if watch is not None:
                watch(key, result, len(results))
    except KeyboardInterrupt:
        stopped = True
        if book is not None:
            book.stopped()
    return Done({key: results[key] for key in pieces if key in results}, stopped)


def _kept(book: Book | None, pieces: Mapping[str, object]) -> dict[str, Any]:
    """Return the results of pieces that the book has."""
    if book is None:
        return {}
    found = {key: book.found(key) for key in pieces}
    return {key: json.loads(str(kept[_NOTE])) for key, kept in found.items() if kept is not None}


def _twice(key: str) -> Text:
    return Text(
        f"{key} came back twice, or was never asked for; it would be counted twice. Nothing more "
        "was taken; please report this.",
        f"{key} 重复返回或并未请求,可能被重复计算,已停止。请反馈此问题。",
    )
