"""How is a file or folder written whole or not at all? Beside its place first, then moved into it.

A full disk, Ctrl-C or a crash in between leaves what stood there before.
"""

import json
import os
import re
import shutil
from collections.abc import Container, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text
from ironpot.workbench.run_lock import lives

# What a plan writes into its folder; anything else found there is the user's own and is kept.
WRITTEN = ("plan.json", "tables", "extras", "run.log", "report.html", "report.xlsx", "report.pdf")
PLAN_SCHEMA = "ironpot-plan/"
# A draft, and an earlier plan until the new one stands in its place.
_LEFT = re.compile(r"\.(?P<name>.+)\.(?P<process>\d{1,9})\.(?P<end>part|old)(\.\w+)?")


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Give a draft beside `path`; it takes the place of `path` if the block ends well.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "a.txt") as draft:
    ...         size = draft.write_text("whole")
    ...     [one.name for one in Path(folder).iterdir()]
    ['a.txt']
    """
    draft = _draft_of(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def refuse_unwritable(*files: Path | None) -> None:
    """Refuse before the work begins what `whole_file` could not write at its end.

    Raises FileRefusedError that names every such file; None stands for one that nobody asked for.

    >>> refuse_unwritable(None, Path("result.csv"))
    """
    wrong = [(file, why) for file in files if file is not None and (why := _why_not(file))]
    if not wrong:
        return
    said = "; ".join(f"{file}: {why}" for file, why in wrong)
    raise FileRefusedError(
        Text(
            f"Nothing can be written there, so nothing was begun: {said}. Name a file in a folder "
            "that is there and in which you may write.",
            f"无法写入,未开始计算:{said}。请指定已存在且有写入权限的文件夹中的文件。",
        )
    )


def _why_not(file: Path) -> str:
    """Return what the system says against writing a file; nothing if it may be written."""
    if file.is_dir():
        return "is a folder"
    draft = _draft_of(file)
    try:
        draft.touch()
        draft.unlink()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")


@contextmanager
def whole_folder(out: Path) -> Generator[Path]:
    """Give an empty folder beside `out`; it takes the place of the plan in `out` if all ends well.

    Files in `out` that no plan writes are kept. Raises FileRefusedError if `out` is a file or holds
    something and no plan, OSError where nothing may be written; both before the block begins.
    """
    refuse_others(out)
    out.resolve().parent.mkdir(parents=True, exist_ok=True)
    draft = folder_draft(out)
    # A killed process of this number, the same after every start of a container, left it.
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir()
        yield draft
        move_in(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def folder_draft(out: Path) -> Path:
    """Return the folder beside `out` in which this process, or its workers, draft a plan for it."""
    return _beside(out, "part")


def move_in(draft: Path, out: Path) -> None:
    """Let a draft that is whole take the place of the plan in `out`; raises as `whole_folder`."""
    refuse_others(out)
    target, old = out.resolve(), _beside(out, "old")
    _put_back(old, target)
    if not target.exists():
        draft.rename(target)
        return
    target.rename(old)
    try:
        draft.rename(target)
    finally:
        _put_back(old, target)


def _beside(out: Path, end: str) -> Path:
    target = out.resolve()
    return target.with_name(f".{target.name}.{os.getpid()}.{end}")


def clear_drafts(folder: Path, names: Container[str], *, others: bool) -> None:
    """Clear away drafts of plans and files so called (no suffix) that lie in a folder.

    This process's, and with `others` those of processes that do not live on this machine: for whom
    no other machine may be writing there. An earlier plan that was just being replaced is put back,
    the user's own files with it.
    """
    for path in list(folder.iterdir()) if folder.is_dir() else ():
        match = _LEFT.fullmatch(path.name)
        if match is None or match["name"] not in names:
            continue
        if int(match["process"]) != os.getpid() and (not others or lives(match["process"])):
            continue
        if match["end"] == "old":
            _put_back(path, folder / match["name"])
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def plan_folder(out: Path) -> Path:
    """Return the folder if there is a plan in it, whole or damaged; FileRefusedError otherwise."""
    if (out / "plan.json").exists() or (out / "tables").is_dir():
        return out
    raise FileRefusedError(
        Text(
            f"{out} holds no plan: plan.json and tables/ are missing. Give the folder that --out "
            "named, or make a plan: ironpot plan CASE --out OUT",
            f"{out} 中没有方案:缺少 plan.json 和 tables/。请给出 --out 指定的文件夹,"
            "或先制定方案:ironpot plan 案例 --out 方案文件夹",
        )
    )


def refuse_others(out: Path) -> None:
    """Refuse a folder that a plan did not write: nobody's files are in the way of ours."""
    target = out.resolve()
    if not target.exists() or _holds_plan(target):
        return
    if target.is_dir() and not any(target.iterdir()):
        return
    raise FileRefusedError(
        Text(
            f"{out} is there already and holds no plan; nothing was written, so that nothing of "
            "yours is lost. Give --out a new folder, or the folder of an earlier plan to replace.",
            f"{out} 已存在且不是方案文件夹;为免覆盖您的文件,未写出任何内容。"
            "请用 --out 指定新文件夹,或要替换的旧方案文件夹。",
        )
    )


def _holds_plan(folder: Path) -> bool:
    try:
        summary: object = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and _is_plan(cast("dict[str, object]", summary))


def _is_plan(summary: dict[str, object]) -> bool:
    return str(summary.get("schema")).startswith(PLAN_SCHEMA)


def _put_back(old: Path, target: Path) -> None:
    """Let an earlier plan stand again if none took its place; else only the user's files of it."""
    if not old.exists():
        return
    if not target.exists():
        old.rename(target)
        return
    for kept in old.iterdir():
        if kept.name not in WRITTEN and not (target / kept.name).exists():
            kept.rename(target / kept.name)
    shutil.rmtree(old)
