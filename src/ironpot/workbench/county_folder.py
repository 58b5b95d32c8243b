"""Which counties lie below a folder, can all be planned, and what goes to a worker of each?

Cases are read by the workers: once to be checked before any is planned, once to be planned.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.core.lang import Text
from ironpot.system.fleet import Hired
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.case_folder import cases_in
from ironpot.workbench.county_work import Checked, ToCheck, ToPlan, sent
from ironpot.workbench.run_store import RUN, UNFINISHED
from ironpot.workbench.whole import folder_draft

# Cases that are checked at a time: on a cluster each piece has its price; on a few cores the last
# pieces should not be waited for.
BLOCK, BLOCKS_A_WORKER = 16, 4
_SAID = 10


@dataclass(frozen=True)
class CaseFolder(Mapping[str, ToPlan]):
    """Checked counties by name; what goes to a worker is put together when somebody begins one.

    `seen` says that workers find the files themselves, so that paths are enough and plans are
    drafted beside their places below `out`.
    """

    cases: Mapping[str, Path]
    hashes: Mapping[str, str]
    files: Mapping[str, Path]
    out: Path
    seen: bool

    def __getitem__(self, key: str) -> ToPlan:
        file = self.files.get(key)
        shares = None if file is None else sent(file, seen=self.seen)
        draft = folder_draft(self.out / key) if self.seen else None
        return ToPlan(sent(self.cases[key], seen=self.seen), self.hashes[key], draft, shares)

    def __iter__(self) -> Iterator[str]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)

    def mark(self) -> dict[str, str]:
        """Return what tells these cases and allotments from others."""
        cases = {f"case {name}": digest[:16] for name, digest in self.hashes.items()}
        return cases | {
            f"allotment of {name}": hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            for name, file in self.files.items()
        }


def counties_below(path: Path) -> dict[str, Path]:
    """Return case folders and workbooks right below `path` by the name of each.

    Raises FileRefusedError where there is no case, or two have one name.
    """
    paths = cases_in(path)
    names = [one.stem if one.is_file() else one.name for one in paths]
    if not names:
        raise FileRefusedError(_no_cases(path))
    if len(set(names)) < len(names) or not {UNFINISHED, RUN}.isdisjoint(names):
        raise FileRefusedError(_two_names(path))
    return dict(zip(names, paths, strict=True))


def check_counties(
    cases: Mapping[str, Path],
    allotments: Path | None,
    crew: Hired[Any, Any],
    out: Path,
    *,
    seen: bool,
    watch: Callable[[int], None],
) -> CaseFolder:
    """Let workers read all cases; return them with their input hashes and allotment files.

    An allotment file is called like its case's id, as `ironpot system` writes it. `watch` hears how
    many are checked. Raises IronpotError where some cases have errors, or no allotment file that
    can be used though a folder of them is given; all such at once.
    """
    checked: dict[str, Checked] = {}
    for _, found in crew.each(_Blocks(cases, _block(len(cases), crew.workers), seen)):
        checked |= found
        watch(len(checked))
    bad = [file for name, file in cases.items() if not checked[name].input_hash]
    if bad:
        raise IronpotError(_bad_cases(bad))
    hashes = {name: checked[name].input_hash for name in cases}
    if allotments is None:
        return CaseFolder(cases, hashes, {}, out, seen)
    files = {name: allotments / f"{checked[name].case_id}.csv" for name in cases}
    _refuse_bad_files(allotments, files.values())
    return CaseFolder(cases, hashes, files, out, seen)


def _block(counties: int, workers: int) -> int:
    return max(1, min(BLOCK, counties // (BLOCKS_A_WORKER * workers)))


@dataclass(frozen=True)
class _Blocks(Mapping[str, ToCheck]):
    """Counties to be checked, so many at a time, each block under the name of its first."""

    cases: Mapping[str, Path]
    size: int
    seen: bool

    def __getitem__(self, key: str) -> ToCheck:
        names = list(self.cases)
        first = names.index(key)
        block = names[first : first + self.size]
        return ToCheck({name: sent(self.cases[name], seen=self.seen) for name in block})

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.cases)[:: self.size])

    def __len__(self) -> int:
        return len(list(self.cases)[:: self.size])


def _refuse_bad_files(allotments: Path, files: Iterable[Path]) -> None:
    """Say what is wrong with allotment files before hours are spent."""
    there = list(files)
    missing = [file.name for file in there if not file.is_file()]
    if missing:
        raise FileRefusedError(_no_files(allotments, missing))
    refused = [said for file in there if (said := _not_read(file)) is not None]
    if refused:
        raise FileRefusedError(_lines(refused))


def _not_read(file: Path) -> Text | None:
    try:
        read_allotments(file)
    except FileRefusedError as error:
        return error.text
    return None


def _lines(said: list[Text]) -> Text:
    """Put sentences below one another, the first ten."""
    more = len(said) - _SAID
    rest = Text(f"and {more} more files", f"另有{more}个文件")
    shown = [*said[:_SAID], *([rest] if more > 0 else [])]
    return Text("\n".join(one.en for one in shown), "\n".join(one.zh for one in shown))


def _no_cases(path: Path) -> Text:
    return Text(
        f"{path} holds no cases right below it: folders with case.toml, or workbooks ending "
        ".xlsx. A table of governments goes to: ironpot system",
        f"{path} 下没有案例(含 case.toml 的文件夹或 .xlsx 工作簿)。政府债务表请用 ironpot system。",
    )


def _two_names(path: Path) -> Text:
    return Text(
        f"Two cases in {path} have one name, or one is called {UNFINISHED} or {RUN}; what is "
        "written of them would lie in one place. Rename one.",
        f"{path} 中有同名案例,或名为 {UNFINISHED}、{RUN};写出内容会在同一处。请改名。",
    )


def _no_files(allotments: Path, missing: list[str]) -> Text:
    named = ", ".join(missing[:_SAID])
    return Text(
        f"{allotments} lacks {len(missing)} files: {named}. Who plans without an allotment takes "
        "room that others were given. Each file is called like the id of its case.",
        f"{allotments} 缺少{len(missing)}个配额文件:{named}。无配额的县会占用他县容量。"
        "文件应以案例编号命名。",
    )


def _bad_cases(bad: list[Path]) -> Text:
    named = ", ".join(map(str, bad[:_SAID]))
    return Text(
        f"{len(bad)} cases have errors and nothing was planned: {named}. See each with: ironpot "
        "check CASE; mend them or move them out of the folder.",
        f"{len(bad)}个案例有错误,未开始测算:{named}。"
        "请用 ironpot check 案例 查看并更正,或移出文件夹。",
    )
