"""`ironpot plans`: the full plan of every county of a folder, on as many workers as there are.

OUT gets one plan folder a county, each whole or not at all, plans.csv, and markets.csv: whether all
plans fit the markets that they share. Counties that were finished before a stop are not planned
again.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.core.errors import CaseError, FileRefusedError, IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, amount_text, in_unit
from ironpot.core.outputs import IMPOSSIBLE, NEEDS_HELP, NOT_JUDGED, WORKS
from ironpot.plan.options import PlanOptions
from ironpot.report.figures import percent
from ironpot.report.plan_out import write_plan_files
from ironpot.system.county_plans import County, CountyOptions, CountyPlan, plan_county
from ironpot.system.pieces import kept_result, work_through
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.case_folder import cases_in
from ironpot.workbench.hands import Hands, fleet_of, waiting_for_workers
from ironpot.workbench.rooms import TABLE as ROOMS
from ironpot.workbench.rooms import rooms_together, said_together
from ironpot.workbench.run_store import UNFINISHED, RunStore, open_run
from ironpot.workbench.same_code import code_here
from ironpot.workbench.screen import Bar, show_table, unit_words
from ironpot.workbench.whole import whole_file, whole_folder

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
NO_PLAN = "no_plan"
# So many cases stay in memory once they are checked; the others are read again when begun.
HELD = 64
_SAID = 10
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """How all counties are planned, within which allotments, by whom."""

    options: PlanOptions
    allotments: Path | None = None
    hands: Hands = field(default_factory=Hands)
    fresh: bool = False


@dataclass(frozen=True)
class CaseFolder(Mapping[str, County]):
    """Counties by name; thousands are read when somebody begins them, not held all at once."""

    cases: dict[str, Path]
    files: dict[str, Path]
    held: dict[str, Case] = field(default_factory=dict[str, Case])

    def __getitem__(self, key: str) -> County:
        file = self.files.get(key)
        shares = None if file is None else read_allotments(file)
        case = self.held.get(key)
        return County(read_case(self.cases[key]).case if case is None else case, shares)

    def __iter__(self) -> Iterator[str]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)


def run_plans(
    path: Path, out: Path, asked: Asked, *, lang: Lang, unit: Unit, screen: Console
) -> pl.DataFrame:
    """Plan every case below `path` and write OUT/COUNTY and OUT/plans.csv; return the latter.

    Raises IronpotError before anything is planned where a case has errors or an allotment file is
    missing. Ctrl-C keeps the counties that are finished.
    """
    folder, hashes = cases_below(path, asked.allotments)
    store = open_run(out, _mark(folder, hashes, asked, lang), fresh=asked.fresh)
    try:
        _forget_lost(store, folder, out)
        table, rooms = _planned(folder, hashes, store, out, asked, lang=lang, unit=unit)
        _show(table, len(folder), screen, lang, unit)
        _say_together(table, rooms, out, screen, lang, unit)
        store.end(screen, lang)
    finally:
        store.leave()
    return table


def _planned(
    folder: CaseFolder,
    hashes: dict[str, str],
    store: RunStore,
    out: Path,
    asked: Asked,
    *,
    lang: Lang,
    unit: Unit,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Plan all cases on the workers asked for; write what is finished, and how it fits together."""
    rows: list[Row] = []
    with (
        fleet_of(asked.hands) as fleet,
        Bar(
            _seconds(asked.options, len(folder), fleet.workers),
            lambda: waiting_for_workers(fleet, lang),
        ) as bar,
    ):

        def hear(_key: str, row: Row, count: int) -> None:
            rows.append(row)
            bar.show(_note(rows, count, len(folder), lang, unit))

        done = work_through(
            *(fleet, plan_county, CountyOptions(asked.options, lang), folder),
            take=lambda key, made: _taken(key, made, hashes[key], out),
            book=store,
            watch=hear,
        )
    table = _table(done.results.values())
    listed = {key: row["listed"] for key, row in done.results.items() if "listed" in row}
    rooms = rooms_together(listed)
    for name, frame in ((TABLE, table), (ROOMS, rooms)):
        with whole_file(out / name) as draft:
            frame.write_csv(draft, line_terminator="\n")
    return table, rooms


def cases_below(path: Path, allotments: Path | None) -> tuple[CaseFolder, dict[str, str]]:
    """Read case folders and workbooks right below `path`; return them with their input hashes.

    An allotment file is called like its case's id, as `ironpot system` writes it. Raises
    IronpotError where there is no case, two have one name, some have errors, or a case has no file
    that can be used though a folder of files is given; all such cases at once.
    """
    paths = cases_in(path)
    names = [one.stem if one.is_file() else one.name for one in paths]
    if not names:
        raise FileRefusedError(_no_cases(path))
    if len(set(names)) < len(names) or UNFINISHED in names:
        raise FileRefusedError(_two_names(path))
    folder, hashes = CaseFolder(dict(zip(names, paths, strict=True)), {}), dict[str, str]()
    bad = [one for name, one in folder.cases.items() if not _read(folder, name, hashes, allotments)]
    if bad:
        raise IronpotError(_bad_cases(bad))
    missing = [file.name for file in folder.files.values() if not file.is_file()]
    if allotments is not None and missing:
        raise FileRefusedError(_no_files(allotments, missing))
    refused = [said for file in folder.files.values() if (said := _not_read(file)) is not None]
    if refused:
        raise FileRefusedError(_lines(refused))
    return folder, hashes


def _not_read(file: Path) -> Text | None:
    """Say why a file of allotments cannot be used, before hours are spent on the others."""
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


def _read(folder: CaseFolder, name: str, hashes: dict[str, str], allotments: Path | None) -> bool:
    """Read a case to know its hash and its allotment file; say whether it can be planned."""
    try:
        case = read_case(folder.cases[name]).case
    except CaseError:
        return False
    hashes[name] = case.input_hash
    if allotments is not None:
        folder.files[name] = allotments / f"{case.settings.case_id}.csv"
    if len(folder.held) < HELD:
        folder.held[name] = case
    return True


def _mark(folder: CaseFolder, hashes: dict[str, str], asked: Asked, lang: Lang) -> dict[str, str]:
    """Say which run this is; `threads` and workers change no figure."""
    options = {name: str(value) for name, value in asdict(asked.options).items()}
    shares = {
        f"allotment of {name}": hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for name, file in folder.files.items()
    }
    cases = {f"case {name}": digest[:16] for name, digest in hashes.items()}
    head = {**code_here(), "language": lang}
    return head | options | cases | shares


def _forget_lost(store: RunStore, folder: CaseFolder, out: Path) -> None:
    """Plan a county again whose folder is gone or was changed since."""
    for name in folder:
        row = kept_result(store, name)
        if row is not None and row["plan_hash"] != _plan_hash(out / name):
            store.forget(name)


def _plan_hash(plan: Path) -> str | None:
    file = plan / "plan.json"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def _taken(key: str, made: CountyPlan, input_hash: str, out: Path) -> Row:
    """Write a county's plan, whole or not at all, and return its row."""
    head: Row = {"county": key, "input_hash": input_hash}
    if made.written is None:
        why = "" if made.refused is None else made.refused.en
        return head | {"status": NO_PLAN, "why": why, "plan_hash": _plan_hash(out / key)}
    written, told = made.written, made.written.summary
    with whole_folder(out / key) as draft:
        write_plan_files(written.tables, told, draft, extras=written.extras)
    head |= {"cost": told["objective"], "by_clock": made.by_clock, "listed": told["listed"]}
    part = told.get("announced", {})
    head |= {"announced": part.get("status"), "announced_cost": part.get("cost")}
    same = ("status", "bound", "do_nothing", "relief_pv", "gap_stake")
    return head | {name: told[name] for name in same} | {"plan_hash": _plan_hash(out / key)}


def _table(rows: Iterable[Row]) -> pl.DataFrame:
    plain = [{name: row.get(name) for name in SCHEMA} for row in rows]
    return pl.DataFrame(plain, schema=SCHEMA, orient="row")


def _seconds(options: PlanOptions, counties: int, workers: int) -> float:
    """Guess how long it takes, for the bar: a step is a fifth of a second, about."""
    return counties * min(options.time_limit_s, 5.0 + options.steps / 5.0) / workers


def _note(rows: list[Row], count: int, whole: int, lang: Lang, unit: Unit) -> str:
    """Say how many counties are in, and how far their plans together may be from the best."""
    planned = _table(rows).drop_nulls("cost")
    cost, bound = (in_unit(_sum(planned, name), unit) for name in ("cost", "bound"))
    gap = percent(_gap(planned), 2)
    return Text(
        f"{count} of {whole} counties: cost {cost}, not below {bound} {unit_words(unit, 'en')}, "
        f"gap {gap} (Ctrl-C keeps them)",
        f"已完成{count}/{whole}个县:成本{cost},不低于{bound}{unit_words(unit, 'zh')},"
        f"差距{gap}(Ctrl-C 保留)",
    ).say(lang)


def _gap(planned: pl.DataFrame) -> float | None:
    """Return the gap of all plans together, over what planning wins against doing nothing."""
    cost, bound, nothing = (_sum(planned, name) for name in ("cost", "bound", "do_nothing"))
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
    table: pl.DataFrame, rooms: pl.DataFrame, out: Path, screen: Console, lang: Lang, unit: Unit
) -> None:
    """Say what selling as announced would cost, and whether all plans fit their markets."""
    wrote = Text(
        f"Wrote {out}: {TABLE}, {ROOMS}, one folder a county",
        f"已写出 {out}:{TABLE}、{ROOMS},每县一个文件夹",
    )
    for said in (_parts(table, unit), said_together(rooms, out, unit), wrote):
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


def _no_cases(path: Path) -> Text:
    return Text(
        f"{path} holds no cases right below it: folders with case.toml, or workbooks ending "
        ".xlsx. A table of governments goes to: ironpot system",
        f"{path} 下没有案例(含 case.toml 的文件夹或 .xlsx 工作簿)。政府债务表请用 ironpot system。",
    )


def _two_names(path: Path) -> Text:
    return Text(
        f"Two cases in {path} have one name, or one is called {UNFINISHED}; their plans would lie "
        "in one folder. Rename one.",
        f"{path} 中有同名案例,或名为 {UNFINISHED};方案会写入同一文件夹。请改名。",
    )


def _no_files(allotments: Path, missing: list[str]) -> Text:
    named = ", ".join(missing[:10])
    return Text(
        f"{allotments} lacks {len(missing)} files: {named}. Who plans without an allotment takes "
        "room that others were given. Each file is called like the id of its case.",
        f"{allotments} 缺少{len(missing)}个配额文件:{named}。无配额的县会占用他县容量。"
        "文件应以案例编号命名。",
    )


def _bad_cases(bad: list[Path]) -> Text:
    named = ", ".join(map(str, bad[:10]))
    return Text(
        f"{len(bad)} cases have errors and nothing was planned: {named}. See each with: ironpot "
        "check CASE; mend them or move them out of the folder.",
        f"{len(bad)}个案例有错误,未开始测算:{named}。"
        "请用 ironpot check 案例 查看并更正,或移出文件夹。",
    )
