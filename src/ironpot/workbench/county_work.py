"""What does a worker do with counties' files? It checks them, or plans one and sends its plan back.

A worker that sees the run's disk writes the plan as a draft, and the main process moves it to its
place when it hears of it; from one that does not, the bytes of the files come back. A worker that
dies, or outlives its run, therefore leaves nothing that could be taken for finished.
"""

import hashlib
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ironpot.case.files.open import case_files
from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.files import Written
from ironpot.report.plan_out import SUMMARY, plan_bytes, write_bytes
from ironpot.system.county_plans import County, CountyOptions, plan_county
from ironpot.workbench.allotment_file import read_allotments

Row = dict[str, Any]
NO_PLAN = "no_plan"


@dataclass(frozen=True, slots=True)
class Sent:
    """A case or table as it goes to a worker: where it lies, and what it holds.

    `files` are bytes by name, seen from the folder that holds `path`; None stands for a worker
    that finds `path` itself.
    """

    path: Path
    files: Mapping[str, bytes] | None = None

    @contextmanager
    def laid_out(self) -> Generator[Path]:
        """Give the path at which the worker reads it: a folder of its own for what was sent."""
        if self.files is None:
            yield self.path
            return
        with TemporaryDirectory(prefix="ironpot-") as made:
            for name, body in self.files.items():
                (Path(made) / name).parent.mkdir(exist_ok=True)
                (Path(made) / name).write_bytes(body)
            yield Path(made) / self.path.name


def sent(path: Path, *, seen: bool) -> Sent:
    """Return what goes to a worker of the case or table at `path`; its path alone where `seen`.

    A file that cannot be read is not sent; the worker then says that the case lacks it.
    """
    if seen:
        return Sent(path)
    try:
        files = {one.relative_to(path.parent): one.read_bytes() for one in case_files(path)}
        return Sent(path, {name.as_posix(): body for name, body in files.items()})
    except OSError:
        return Sent(path, {})


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a case found: its id and hash, both empty where it cannot be planned."""

    case_id: str = ""
    input_hash: str = ""


@dataclass(frozen=True, slots=True)
class ToCheck:
    """Cases by county, to be read and checked."""

    cases: Mapping[str, Sent]


@dataclass(frozen=True, slots=True)
class ToPlan:
    """One county's case, checked before as `input_hash`, and its allotment file if it has one.

    `draft` is the folder that its plan is written to, None where the worker does not see the disk.
    """

    case: Sent
    input_hash: str
    draft: Path | None = None
    allotments: Sent | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A county's figures for the table, and its plan's files by name.

    There are none if it has no plan or the plan stands in the draft; `refused` is what the system
    said against writing that.
    """

    row: Row
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    refused: OSError | None = None


def work_on(asked: CountyOptions, piece: ToCheck | ToPlan) -> Any:
    """Check counties (a `Checked` each, by name) or plan one (a `Made`).

    >>> from ironpot.plan.options import PlanOptions
    >>> two_pots = Sent(Path("examples/two-pots"))
    >>> work_on(CountyOptions(PlanOptions()), ToCheck({"here": two_pots}))["here"].case_id
    'two-pots'
    """
    if isinstance(piece, ToCheck):
        return {name: _check(case) for name, case in piece.cases.items()}
    return _plan(asked, piece)


def _check(case: Sent) -> Checked:
    try:
        with case.laid_out() as path:
            read = read_case(path).case
    except (IronpotError, OSError):
        return Checked()
    return Checked(read.settings.case_id, read.input_hash)


def _plan(asked: CountyOptions, piece: ToPlan) -> Made:
    """Plan a county; whatever is wrong with it alone is its answer and stops no other."""
    try:
        county = _county(piece)
    except (IronpotError, OSError):
        return _none(_CHANGED.say(asked.lang))
    if county.case.input_hash != piece.input_hash:
        return _none(_CHANGED.say(asked.lang))
    try:
        made = plan_county(asked, county)
    except (MemoryError, OSError):  # the machine's fault, not the county's
        raise
    except Exception as error:  # noqa: BLE001 - thousands of others are still to be planned
        return _none(_failed(f"{type(error).__name__}: {error}").say(asked.lang))
    if made.written is None:
        return _none("" if made.refused is None else made.refused.say(asked.lang))
    answer = _made(made.written, by_clock=made.by_clock)
    return answer if piece.draft is None else drafted(answer, piece.draft)


def _county(piece: ToPlan) -> County:
    with piece.case.laid_out() as path:
        case = read_case(path).case
    if piece.allotments is None:
        return County(case)
    with piece.allotments.laid_out() as path:
        return County(case, read_allotments(path))


def _made(written: Written, *, by_clock: bool) -> Made:
    told = written.summary
    files = plan_bytes(written.tables, told, extras=written.extras)
    same = ("status", "bound", "do_nothing", "relief_pv", "gap_stake")
    row: Row = {name: told[name] for name in same}
    row |= {"cost": told["objective"], "by_clock": by_clock, "listed": told["listed"]}
    part = told.get("announced", {})
    row |= {"announced": part.get("status"), "announced_cost": part.get("cost")}
    return Made(row | {"plan_hash": hashlib.sha256(files[SUMMARY]).hexdigest()}, files)


def drafted(made: Made, draft: Path) -> Made:
    """Write the plan's files to a draft; what a worker before had begun there goes."""
    try:
        shutil.rmtree(draft, ignore_errors=True)
        write_bytes(made.files, draft)
    except OSError as error:
        return Made(made.row, refused=error)
    return Made(made.row)


def _none(why: str) -> Made:
    return Made({"status": NO_PLAN, "why": why, "plan_hash": None})


_CHANGED = Text(
    "Its files were changed or taken away after they had been checked. Plan it with: ironpot plan",
    "其文件在检查之后被更改或移走。可单独测算:ironpot plan",
)


def _failed(why: str) -> Text:
    return Text(
        f"Planning it failed: {why}. The others are not touched; please report this.",
        f"测算出错:{why}。其他县不受影响,请反馈此问题。",
    )
