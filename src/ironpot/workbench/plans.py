"""`ironpot plans`: the full plan of every county of a folder, on as many workers as there are.

Workers read, check and plan; this process hands out, writes what comes back and keeps the record.
OUT gets one plan folder a county, each whole or not at all, plans.csv, and markets.csv: whether all
plans fit the markets that they share. Counties that were finished before a stop are not planned
again.
"""

import math
from collections.abc import Container, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, amount_text, in_unit
from ironpot.core.outputs import IMPOSSIBLE, NEEDS_HELP, NOT_JUDGED, WORKS
from ironpot.plan.options import PlanOptions
from ironpot.report.figures import percent
from ironpot.system.county_plans import CountyOptions
from ironpot.system.fleet import Fleet, Hired
from ironpot.system.pieces import gather, kept_result
from ironpot.workbench.county_folder import CaseFolder, check_counties, counties_below
from ironpot.workbench.county_work import NO_PLAN, Made, Row, work_on
from ironpot.workbench.hands import Hands, fleet_of, waiting_for_workers
from ironpot.workbench.plan_folder import put_plan, stands
from ironpot.workbench.rooms import TABLE as ROOMS
from ironpot.workbench.rooms import rooms_together, said_together
from ironpot.workbench.run_store import RunStore, open_run
from ironpot.workbench.same_code import code_here
from ironpot.workbench.screen import Bar, show_table, unit_words
from ironpot.workbench.whole import (
    clear_drafts,
    folder_draft,
    move_in,
    refuse_others,
    whole_file,
)

TABLE = "plans.csv"
# No seconds: rows are the same whoever planned, and when.
_FIGURES = ("cost", "bound", "do_nothing", "relief_pv", "gap_stake")
SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("county", "status", "input_hash"), pl.String),
    **dict.fromkeys(_FIGURES, pl.Float64),
    "announced": pl.String,
    "announced_cost": pl.Float64,
    "by_clock": pl.Boolean,
    "why": pl.String,
}
# For the bar alone: a worker's seconds to read and check a case.
CHECK_S = 0.5
Crew = Hired[Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """How all counties are planned, within which allotments, by whom."""

    options: PlanOptions
    allotments: Path | None = None
    hands: Hands = field(default_factory=Hands)
    fresh: bool = False


@dataclass(slots=True)
class _Sums:
    """Counties that are in, and what those with a plan cost together."""

    count: int = 0
    cost: float = 0.0
    bound: float = 0.0
    nothing: float = 0.0

    def add(self, row: Row) -> None:
        self.count += 1
        if row["status"] != NO_PLAN:
            self.cost += row["cost"]
            self.bound += row["bound"]
            self.nothing += row["do_nothing"]


def run_plans(
    path: Path, out: Path, asked: Asked, *, lang: Lang, unit: Unit, screen: Console
) -> pl.DataFrame:
    """Plan every case below `path` and write OUT/COUNTY and OUT/plans.csv; return the latter.

    Raises IronpotError before anything is planned where a case has errors or an allotment file is
    missing. Ctrl-C keeps the counties that are finished; so does a disk that is full.
    """
    cases = counties_below(path)
    for name in cases:
        refuse_others(out / name)
    drafted = {*cases, Path(TABLE).stem, Path(ROOMS).stem}
    with (
        _no_drafts_after(out, drafted),
        fleet_of(asked.hands) as fleet,
        fleet.hired(work_on, CountyOptions(asked.options, lang)) as crew,
    ):
        folder = _checked(cases, out, asked, fleet, crew, lang)
        store = open_run(out, _mark(folder, asked, lang), fresh=asked.fresh)
        try:
            clear_drafts(out, drafted, others=True)
            saying = _Saying(asked.options, lang, unit)
            table, rooms = _planned(folder, store, fleet, crew, saying)
            clear_drafts(out, drafted, others=True)
            _show(table, len(folder), screen, lang, unit)
            allotted = asked.allotments is not None
            _say_together(table, rooms, out, screen, lang, unit, allotted=allotted)
            store.end(screen, lang)
        except OSError as error:
            raise IronpotError(_refused(error, out)) from error
        finally:
            store.leave()
    return table


@contextmanager
def _no_drafts_after(out: Path, names: Container[str]) -> Generator[None]:
    """Clear away, when the workers are gone, what they were at."""
    try:
        yield
    finally:
        clear_drafts(out, names, others=False)


def _checked(
    cases: Mapping[str, Path], out: Path, asked: Asked, fleet: Fleet, crew: Crew, lang: Lang
) -> CaseFolder:
    """Let the workers check all cases, with a bar of its own."""
    seconds = 1.0 + len(cases) * CHECK_S / fleet.workers
    with Bar(seconds, lambda: waiting_for_workers(fleet, lang)) as bar:

        def hear(count: int) -> None:
            bar.show(
                Text(
                    f"{count} of {len(cases)} cases checked", f"已检查{count}/{len(cases)}个案例"
                ).say(lang)
            )

        return check_counties(cases, asked.allotments, crew, out, seen=fleet.sees_files, watch=hear)


@dataclass(frozen=True, slots=True)
class _Saying:
    """How the bar speaks of counties that were planned so."""

    options: PlanOptions
    lang: Lang
    unit: Unit


def _planned(
    folder: CaseFolder, store: RunStore, fleet: Fleet, crew: Crew, saying: _Saying
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let the crew plan all cases; write what is finished, and how it fits together."""
    sums = _kept_sums(store, folder)
    seconds = _seconds(saying.options, len(folder), fleet.workers)
    with Bar(seconds, lambda: waiting_for_workers(fleet, saying.lang)) as bar:

        def hear(_key: str, row: Row, _count: int) -> None:
            sums.add(row)
            bar.show(_note(sums, len(folder), saying.lang, saying.unit))

        done = gather(
            crew.each,
            folder,
            take=lambda key, made: take_plan(key, made, folder.hashes[key], folder.out),
            book=store,
            watch=hear,
        )
    table = _table(done.results.values())
    listed = {key: row["listed"] for key, row in done.results.items() if "listed" in row}
    rooms = rooms_together(listed)
    for name, frame in ((TABLE, table), (ROOMS, rooms)):
        with whole_file(folder.out / name) as draft:
            frame.write_csv(draft, line_terminator="\n")
    return table, rooms


def _mark(folder: CaseFolder, asked: Asked, lang: Lang) -> dict[str, str]:
    """Say which run this is; `threads` and workers change no figure."""
    options = {name: str(value) for name, value in asdict(asked.options).items()}
    return {**code_here(), "language": lang} | options | folder.mark()


def _kept_sums(store: RunStore, folder: CaseFolder) -> _Sums:
    """Add up the counties that are kept; one whose plan is gone or changed is planned again."""
    sums = _Sums()
    for name in folder:
        row: Row | None = kept_result(store, name)
        if row is None:
            continue
        plan_hash = row["plan_hash"]
        if plan_hash is None or stands(folder.out / name, str(plan_hash)):
            sums.add(row)
        else:
            store.forget(name)
    return sums


def take_plan(key: str, made: Made, input_hash: str, out: Path) -> Row:
    """Put a county's plan in its place, whole or not at all, and return its row.

    Raises OSError where the system refused to write it, here or on the worker.
    """
    if made.refused is not None:
        raise made.refused
    if made.files:
        put_plan(made.files, out / key)
    elif made.row["plan_hash"] is not None:
        move_in(folder_draft(out / key), out / key)
    return {"county": key, "input_hash": input_hash} | made.row


def _table(rows: Iterable[Row]) -> pl.DataFrame:
    plain = [{name: row.get(name) for name in SCHEMA} for row in rows]
    return pl.DataFrame(plain, schema=SCHEMA, orient="row")


def _seconds(options: PlanOptions, counties: int, workers: int) -> float:
    """Guess how long it takes, for the bar: a step is a fifth of a second, about."""
    return counties * min(options.time_limit_s, 5.0 + options.steps / 5.0) / workers


def _note(sums: _Sums, whole: int, lang: Lang, unit: Unit) -> str:
    """Say how many counties are in, and how far their plans together may be from the best."""
    cost, bound = (in_unit(amount, unit) for amount in (sums.cost, sums.bound))
    gap = percent(_gap_of(sums.cost, sums.bound, sums.nothing), 2)
    return Text(
        f"{sums.count} of {whole} counties: cost {cost}, not below {bound} "
        f"{unit_words(unit, 'en')}, gap {gap} (Ctrl-C keeps them)",
        f"已完成{sums.count}/{whole}个县:成本{cost},不低于{bound}{unit_words(unit, 'zh')},"
        f"差距{gap}(Ctrl-C 保留)",
    ).say(lang)


def _gap(planned: pl.DataFrame) -> float | None:
    """Return the gap of all plans together, over what planning wins against doing nothing."""
    cost, bound, nothing = (_sum(planned, name) for name in ("cost", "bound", "do_nothing"))
    return _gap_of(cost, bound, nothing)


def _gap_of(cost: float, bound: float, nothing: float) -> float | None:
    stake = abs(nothing - bound)
    return max(cost - bound, 0.0) / stake if stake > 0.0 else None


def _sum(frame: pl.DataFrame, name: str) -> float:
    return math.fsum(frame[name])


def _show(table: pl.DataFrame, whole: int, screen: Console, lang: Lang, unit: Unit) -> None:
    planned = table.drop_nulls("cost")
    words = unit_words(unit, lang)
    rows = [
        (_HEADS[name].say(lang), in_unit(_sum(planned, name), unit))
        for name in ("cost", "bound", "do_nothing", "relief_pv")
    ]
    rows.append((_HEADS["gap_stake"].say(lang), percent(_gap(planned), 2)))
    title = Text(
        f"{planned.height} of {whole} counties planned", f"{planned.height}/{whole}个县已有方案"
    )
    show_table(screen, f"{title.say(lang)} ({words})", ["", ""], rows, right=(1,))
    for row in table.filter(pl.col("status") == NO_PLAN).iter_rows(named=True):
        screen.print(f"{row['county']}: {row['why']}", markup=False)
    if table["by_clock"].any():
        screen.print(_CUT.say(lang))


def _say_together(
    table: pl.DataFrame,
    rooms: pl.DataFrame,
    out: Path,
    screen: Console,
    lang: Lang,
    unit: Unit,
    *,
    allotted: bool,
) -> None:
    """Say what selling as announced would cost, and whether all plans fit their markets."""
    wrote = Text(
        f"Wrote {out}: {TABLE}, {ROOMS}, one folder a county",
        f"已写出 {out}:{TABLE}、{ROOMS},每县一个文件夹",
    )
    in_parts = IN_PARTS if allotted and not table["announced"].drop_nulls().len() else None
    for said in (_parts(table, unit), in_parts, said_together(rooms, out, unit), wrote):
        if said is not None:
            screen.print(said.say(lang), markup=False, soft_wrap=True)


def _parts(table: pl.DataFrame, unit: Unit) -> Text | None:
    """Say how plans compare with selling as a coordinated run announced; None where none did."""
    told = table.drop_nulls("announced")
    if told.is_empty():
        return None
    works = told.filter(pl.col("announced") == WORKS)
    saved = _sum(works, "announced_cost") - _sum(works, "cost")
    less = amount_text(saved, unit)
    than, than_zh = f"{less.en} less than", f"低{less.zh}"
    if saved < 1.0:
        than, than_zh = "as much as", "与之相同"
    said = [
        (
            f"{works.height} of {told.height} counties can sell just as the coordinated run "
            f"announced; together their plans cost {than} that, and none costs more.",
            f"{told.height}个县中{works.height}个可按统筹测算的申报出售;其方案成本合计{than_zh},无一更高。",
        )
    ]
    for status, why in _OTHERWISE.items():
        count = told.filter(pl.col("announced") == status).height
        if count:
            said.append((f"{count}: {why.en}", f"{count}个县:{why.zh}"))
    return Text(" ".join(en for en, _ in said), "".join(zh for _, zh in said))


_HEADS = {
    "cost": Text("cost", "成本"),
    "bound": Text("no plans cost less", "成本下界"),
    "do_nothing": Text("doing nothing", "不处置成本"),
    "relief_pv": Text("help from above", "上级支持"),
    "gap_stake": Text("gap of the stake", "与下界的差距"),
}
IN_PARTS = Text(
    "The allotments are parts of lots, which whole lots may not fit: plans within them may ask for "
    "help that they would not need otherwise. For whole ones: ironpot system CASES --whole-lots 1",
    "配额按标的的部分计,整宗出售可能放不下,方案可能因此多申请支持;"
    "如需整宗配额:ironpot system 案例 --whole-lots 1",
)
_OTHERWISE = {
    NEEDS_HELP: Text(
        "selling so needs help from above that the plan does without.",
        "按申报出售须上级支持,方案则无需。",
    ),
    IMPOSSIBLE: Text(
        "a sale is not open to the county, or its team, floors or rules do not allow all of them.",
        "有的出售已不可行,或人力、服务底线、规则不允许全部出售。",
    ),
    NOT_JUDGED: Text("what it costs was not known in time.", "其成本未能在时限内确定。"),
}
_CUT = Text(
    "The time limit cut some searches (by_clock in plans.csv): other machines may find other "
    "plans there. A longer --time-limit or fewer --steps avoids it.",
    "部分搜索被时限中止(见 plans.csv 的 by_clock),换机器结果可能不同;"
    "可延长 --time-limit 或减少 --steps。",
)


def _refused(error: OSError, out: Path) -> Text:
    """Say that the system refused in the middle, and that what is finished goes on from here."""
    what = error.strerror or str(error)
    return Text(
        f"The system refused to write below {out}: {what}. What was finished before is kept and "
        "nothing is half written. Make room, or allow writing there; the same command goes on.",
        f"系统拒绝写入 {out}:{what}。此前完成的结果已保留,没有写到一半的文件。"
        "请腾出空间或开放写入权限,再次运行同一命令即可续算。",
    )
