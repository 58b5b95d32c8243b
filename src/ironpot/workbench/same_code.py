"""Do two machines compute with the same code? Versions, and a hash over the package's own files.

Two checkouts bear one version and may compute differently; so may two releases of a library that
adds up or solves.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import ironpot
from ironpot.core.lang import Text
from ironpot.system.checkpoint import differences

# Code and tables: what figures can depend on. Fonts, styles and compiled leftovers move none.
_BEARING = (".py", ".csv", ".toml")
_LIBRARIES = ("numpy", "scipy", "numba", "polars", "highspy")
FILES = "ironpot files"

Code = Mapping[str, str]


@cache
def code_here() -> Code:
    """Return what this process computes with: versions by name, and the hash of ironpot's files.

    The files are read once: who asks later is told what was there at the first question, since a
    process goes on with the code that it has loaded.

    >>> code_here()["ironpot"] == ironpot.__version__
    True
    """
    return {
        "ironpot": ironpot.__version__,
        FILES: hash_of_files(Path(ironpot.__file__).parent),
        **{name: version(name) for name in _LIBRARIES},
    }


def hash_of_files(folder: Path) -> str:
    """Return twelve hex digits over the names and contents of code and tables below a folder."""
    digest = hashlib.sha256()
    paths = (path for path in folder.rglob("*") if path.suffix in _BEARING and path.is_file())
    for name, path in sorted((path.relative_to(folder).as_posix(), path) for path in paths):
        content = path.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def other_code(worker: str, theirs: Code, ours: Code) -> Text | None:
    """Say how a worker's code differs from ours, None if it does not.

    >>> other_code("tcp://a:1", {"ironpot": "0.1.0"}, {"ironpot": "0.1.0"}) is None
    True
    >>> other_code("tcp://a:1", {"numpy": "2.1"}, {"numpy": "2.2"}).en[:56]
    'Worker tcp://a:1 computes with other code than this mach'
    """
    found = differences(theirs, ours)
    if not found:
        return None
    english = "; ".join(f"{name} {there} there, {here} here" for name, there, here in found)
    chinese = ";".join(f"{name} 该节点为 {there},本机为 {here}" for name, there, here in found)
    return Text(
        f"Worker {worker} computes with other code than this machine ({english}): figures could "
        "differ, so its results are not taken. Install the same ironpot and libraries there, start "
        "the worker again and repeat the command; what was finished before is kept.",
        f"工作节点 {worker} 的程序与本机不同({chinese}),结果可能不一致,不予采用。请在该节点安装相同"
        "版本的 ironpot 和各软件包,重启该节点后再次运行同一命令;此前完成的结果已保留。",
    )


def no_code(worker: str, why: str) -> Text:
    """Say that a worker cannot say what it computes with: most often ironpot is missing there."""
    return Text(
        f"Worker {worker} cannot run ironpot ({why}). Install the same ironpot there "
        "(python -m pip install 'ironpot[cluster]'), start the worker again and repeat the "
        "command; what was finished before is kept.",
        f"工作节点 {worker} 无法运行 ironpot({why})。请在该节点安装相同版本"
        "(python -m pip install 'ironpot[cluster]'),重启该节点后再次运行同一命令;"
        "此前完成的结果已保留。",
    )
