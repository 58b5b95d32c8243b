"""What does a worker do? It holds the static part, works on a piece at a time, says what came.

Run as ``python -m ironpot.system.worker SECONDS``, standard input being the pipe; `crew` is the
other side and hears every so many seconds that the worker lives. On a cluster only `heard` is used.
Ends when the other side is gone: no worker outlives its run.
"""

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeVar

from ironpot.core.errors import IronpotError

S = TypeVar("S")
A = TypeVar("A")

# found: what came of it; refused: a Text; failed: an unforeseen error as a line.
Told = tuple[Literal["found", "refused", "failed"], object]


def heard(work: Callable[[S, A], object], static: S, piece: A) -> Told:
    """Work on a piece and say what came of it; no error goes further.

    >>> heard(divmod, 7, 2)
    ('found', (3, 1))
    >>> heard(divmod, 7, 0)[0]
    'failed'
    """
    try:
        return "found", work(static, piece)
    except IronpotError as error:
        return "refused", error.text
    except Exception as error:  # noqa: BLE001 - the other side raises it again
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119
        return "failed", f"{type(error).__name__}: {error} ({place})"


def main() -> None:
    """Take (work, static), then pieces, until the other side is gone; answer every piece."""
    link: Connection[Any, Any] = Connection(sys.stdin.fileno())
    given: queue.SimpleQueue[Any] = queue.SimpleQueue()
    alone = threading.Lock()  # one message at a time
    threading.Thread(target=_listen, args=(link, given), daemon=True).start()
    threading.Thread(target=_live, args=(link, alone, float(sys.argv[1])), daemon=True).start()
    first = given.get()
    while True:
        piece = given.get()
        told = _answer(first, piece)
        with alone:
            _say(link, told)


def _answer(first: Any, piece: Any) -> Told:
    for message in (first, piece):
        if isinstance(message, _Unreadable):
            return "failed", message.why
    work, static = first
    return heard(work, static, piece)


class _Unreadable:
    """Stands for a message that this interpreter cannot read: another one's own module, say."""

    def __init__(self, error: Exception) -> None:
        self.why = f"{type(error).__name__}: {error}"


def _say(link: "Connection[Any, Any]", told: Told | None) -> None:
    try:
        link.send(told)
    except OSError:  # nobody is there to hear it
        os._exit(0)
    except Exception as error:  # noqa: BLE001 - what cannot be sent must not be waited for
        link.send(("failed", _Unreadable(error).why))


def _live(link: "Connection[Any, Any]", alone: threading.Lock, every_s: float) -> None:
    while True:
        time.sleep(every_s)
        with alone:
            _say(link, None)


def _listen(link: "Connection[Any, Any]", given: "queue.SimpleQueue[Any]") -> None:
    while True:
        try:
            given.put(link.recv())
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:  # noqa: BLE001 - said in answer to every piece
            given.put(_Unreadable(error))


if __name__ == "__main__":
    main()
