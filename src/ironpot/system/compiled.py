"""Which compiled code on disk may be taken, so that none outlives what it was made of?

Numba keeps the machine code of a function and takes it again while the function's own file is
unchanged. The functions it calls are part of that code, though, and where they stand in other files
a new ironpot in place of an old one would compute with their old code. Here the code of each file
lies in a folder named after its content and that of all files of ironpot that it imports.
"""

import ast
import hashlib
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config

F = TypeVar("F", bound=Callable[..., Any])
_ROOT = Path(__file__).parents[1]


def njit(**options: Any) -> Callable[[F], F]:
    """Compile as Numba's `njit` does, kept on disk under what the function is made of.

    >>> @njit(nogil=True)
    ... def twice(number: float) -> float:
    ...     return 2.0 * number
    >>> twice(1.5)
    3.0
    """

    def compiled(function: F) -> F:
        # Numba chooses the folder here and now; whatever else is compiled keeps its own.
        settings = cast("Any", config)
        held = settings.CACHE_DIR
        settings.CACHE_DIR = cache_folder(Path(function.__code__.co_filename), held)
        try:
            return cast("F", numba.njit(**options)(function))
        finally:
            settings.CACHE_DIR = held

    return compiled


@cache
def cache_folder(file: Path, asked: str) -> str:
    """Return the folder for compiled code of a file: below `asked` (NUMBA_CACHE_DIR) if given.

    Else beside the file, or in the user's own cache where nothing may be written there. Empty,
    which leaves it to Numba, where there is no such file: code typed at a prompt.

    >>> cache_folder(Path("typed"), "")
    ''
    """
    try:
        name = f"ironpot-{file.stem}-{content_of(file)}"
    except OSError:
        return asked
    if asked:
        return str(Path(asked) / name)
    beside = file.parent / "__pycache__"
    if not os.access(beside if beside.exists() else file.parent, os.W_OK):
        beside = Path("~/.cache/numba").expanduser()
    return str(beside / name)


def content_of(file: Path) -> str:
    """Return twelve hex digits over a file and all files of ironpot that it imports, and so on."""
    found, left = set[Path](), [file]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += _imported(one)
    digest = hashlib.sha256()
    for one in sorted(found):
        content = one.read_bytes()
        digest.update(f"{one.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


@cache
def _imported(file: Path) -> tuple[Path, ...]:
    """Return the files of ironpot that a file names in its imports."""
    names = _names(ast.parse(file.read_bytes()))
    paths = (_ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in names)
    return tuple(path for path in paths if path.is_file())


def _names(tree: ast.Module) -> Iterator[str]:
    """Give what may be modules of ironpot among the names in a file's imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("ironpot."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ironpot."):
            yield f"{node.module}"
            yield from (f"{node.module}.{name.name}" for name in node.names)
