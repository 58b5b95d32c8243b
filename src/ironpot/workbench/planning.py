"""Run a plan and write what it leaves: plan.json, tables, the report's faces, run.log."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.certificate import certificate, seconds_of_cases
from ironpot.plan.check_reasons import Checked, check_reasons, reasons_of
from ironpot.plan.extras import plan_extras
from ironpot.plan.files import Written, plan_files
from ironpot.plan.least import needs_proof, seconds_afterwards, seconds_for_help, with_least_help
from ironpot.plan.many import is_large
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.reasons import Reason
from ironpot.plan.search import Progress
from ironpot.report.plan_files import PlanFiles
from ironpot.report.plan_out import write_plan_files
from ironpot.report.write import write_report
from ironpot.verify import Verification, verify_plan
from ironpot.workbench.again import Earlier, what_changed
from ironpot.workbench.allotment_file import uncounted
from ironpot.workbench.screen import Bar, unit_words
from ironpot.workbench.whole import whole_file, whole_folder


@dataclass(frozen=True)
class Done:
    """A plan that was written, and what re-adding its files said."""

    plan: Plan
    written: Written
    verification: Verification
    seconds: dict[str, float]


def run_plan(
    case: Case,
    options: PlanOptions,
    out: Path,
    *,
    lang: Lang,
    unit: Unit,
    screen: Console,
    check: int = 0,
    allotments: pl.DataFrame | None = None,
    earlier: Earlier | None = None,
) -> Done:
    """Plan a case, write its files and report to `out`, and re-add the files.

    The `check` most valuable decisions are solved again turned round, each within the time limit.

    `out` is written whole or not at all, and refused before the search if it cannot be.
    """
    with whole_folder(out) as draft:
        clock = _Clock()
        _say_uncounted(allotments, screen, lang)
        plan = _search(case, options, lang, unit, screen, allotments, earlier)
        clock.lap("plan")
        plan = _with_least_help(plan, lang, unit, screen)
        clock.lap("least")
        checked = _check_reasons(plan, check, lang, screen) if check else {}
        clock.lap("check")
        _tell(screen, lang, "Settling in fen and writing tables ...", "正在按分结算并写出表格……")
        written = _write_tables(plan, draft, lang, checked, earlier)
        clock.lap("tables")
        seconds = seconds_afterwards(plan) - clock.laps["least"]
        extras = _extras(plan, seconds, lang, screen)
        clock.lap("wishes")
        _tell(screen, lang, "Writing the report ...", "正在生成报告……")
        _write_faces(plan, written, extras, draft, lang, unit)
        clock.lap("report")
        verification = verify_plan(draft)
        clock.lap("verify")
        _log(draft, plan, options, clock.laps)
    return Done(plan, written, verification, clock.laps)


def _say_uncounted(allotments: pl.DataFrame | None, screen: Console, lang: Lang) -> None:
    """Say that a file of allotments may not be whole: it does not say how many rows it has."""
    said = None if allotments is None else uncounted(allotments)
    if said is not None:
        screen.print(said.say(lang))


def write_plan(
    plan: Plan, out: Path | str, *, lang: Lang = "en", unit: Unit = "hundred_million"
) -> Written:
    """Write a plan to `out`, whole or not at all: plan.json, tables, the report's three faces.

    Amounts of the report are in `unit`, text in `lang`; the tables are in yuan. Raises
    FileRefusedError if `out` holds something that is no plan.

    >>> from ironpot import plan_resolution, read_case
    >>> plan = plan_resolution(read_case("examples/two-pots").case)  # doctest: +SKIP
    >>> sorted(write_plan(plan, Path("out")).tables)[:3]  # doctest: +SKIP
    ['balance_sheet', 'cash', 'debt_actions']
    """
    began = time.monotonic()
    plan = with_least_help(plan, seconds=seconds_for_help(plan))
    left = seconds_afterwards(plan) - (time.monotonic() - began)
    with whole_folder(Path(out)) as draft:
        written = _write_tables(plan, draft, lang)
        _write_faces(plan, written, plan_extras(plan, seconds=left), draft, lang, unit)
    return written


def write_certificate(
    plan: Plan, file: Path, *, lang: Lang = "en", screen: Console | None = None
) -> None:
    """Write what proves a plan's bound and gaps to a NumPy archive, whole or not at all."""
    seconds = seconds_of_cases(plan)
    if seconds and screen is not None:
        _tell(
            screen,
            lang,
            f"Proving the bound by cases for at most {seconds:.0f} s; Ctrl-C keeps what is proven.",
            f"正在分情形证明下界,最多{seconds:.0f}秒;按Ctrl-C保留已证明的结果。",
        )
    with whole_file(file) as draft, draft.open("wb") as archive:
        np.savez_compressed(archive, **certificate(plan))


def _with_least_help(plan: Plan, lang: Lang, unit: Unit, screen: Console) -> Plan:
    """Prove over all futures how little help any plan needs, where the search did not."""
    if not needs_proof(plan):
        return plan
    limit = seconds_for_help(plan)
    _tell(
        screen,
        lang,
        f"Proving the least help for at most {limit:.0f} s; Ctrl-C keeps what is proven.",
        f"最长用{limit:.0f}秒证明最小支持;按 Ctrl-C 保留已证明的部分。",
    )
    words = Text("least help not below {b}", "最小支持不低于{b}").say(lang)
    with Bar(limit) as bar:
        bar.show(Text("proving the least help", "证明最小支持").say(lang))
        return with_least_help(
            plan, seconds=limit, watch=lambda b: bar.show(words.format(b=in_unit(b * 1e6, unit)))
        )


def _check_reasons(plan: Plan, count: int, lang: Lang, screen: Console) -> dict[str, Reason]:
    """Turn decisions round one by one and say how many reasons stood."""
    limit = plan.options.time_limit_s
    _tell(
        screen,
        lang,
        f"Solving again with {count} decisions turned round, at most {limit:.0f} s each ...",
        f"正在对{count}项决策逐一反向重新求解,每项最长{limit:.0f}秒……",
    )
    checked = check_reasons(plan, count, seconds=count * limit)
    said = _stood(checked)
    _tell(screen, lang, said.en, said.zh)
    return dict(reasons_of(checked))


def _stood(checked: list[Checked]) -> Text:
    """Say how many reasons were checked, and which did not stand."""
    if not checked:
        return Text(
            "No reason was checked: none could be turned round, or the time did not reach; all "
            "stay as they were.",
            "未复核任何理由(没有可反向的决策,或时间不足),理由均未变动。",
        )
    fallen = [one.lot_id for one in checked if not one.holds]
    if fallen:
        return Text(
            f"{len(checked)} reasons checked; a cheaper plan exists without: {', '.join(fallen)}",
            f"已复核{len(checked)}项理由;下列决策反向后成本更低:{'、'.join(fallen)}",
        )
    return Text(
        f"{len(checked)} reasons checked; all of them hold.",
        f"已复核{len(checked)}项理由;全部成立。",
    )


def _write_tables(
    plan: Plan,
    folder: Path,
    lang: Lang,
    checked: dict[str, Reason] | None = None,
    earlier: Earlier | None = None,
) -> Written:
    """Write tables and plan.json, with what differs from an earlier plan if there was one."""
    written = plan_files(plan, lang, checked=checked)
    if earlier is not None:
        changed = what_changed(plan, written.tables, earlier)
        written = replace(written, summary=written.summary | changed)
    write_plan_files(written.tables, written.summary, folder, extras=written.extras)
    return written


def _extras(plan: Plan, seconds: float, lang: Lang, screen: Console) -> dict[str, pl.DataFrame]:
    """Work out the report's extras; what takes long, wishes of many futures, is said and shown."""
    if not (plan.model.wishes and is_large(plan.model) and seconds > 0.0):
        return plan_extras(plan, seconds=seconds)
    _tell(
        screen,
        lang,
        f"Pricing wishes for at most {seconds:.0f} s; Ctrl-C leaves the rest unpriced.",
        f"最长用{seconds:.0f}秒测算意愿的代价;按 Ctrl-C 则其余不再测算。",
    )
    with Bar(seconds) as bar:
        bar.show(Text("pricing wishes", "测算意愿的代价").say(lang))
        return plan_extras(plan, seconds=seconds)


def _write_faces(
    plan: Plan,
    written: Written,
    extras: dict[str, pl.DataFrame],
    folder: Path,
    lang: Lang,
    unit: Unit,
) -> None:
    files = PlanFiles(written.summary, written.tables, extras)
    write_report(plan.case, files, folder, lang=lang, unit=unit)


def _tell(screen: Console, lang: Lang, english: str, chinese: str) -> None:
    screen.print(Text(english, chinese).say(lang))


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self._last
        self._last = now


def _search(
    case: Case,
    options: PlanOptions,
    lang: Lang,
    unit: Unit,
    screen: Console,
    allotments: pl.DataFrame | None,
    earlier: Earlier | None,
) -> Plan:
    _tell(
        screen,
        lang,
        f"Searching for at most {options.time_limit_s:.0f} s; Ctrl-C keeps the best so far.",
        f"最长计算{options.time_limit_s:.0f}秒;按 Ctrl-C 保留当前最优方案。",
    )
    words = Text("cost {c}, not below {b}", "成本{c},不低于{b}").say(lang)
    unproven = Text("cost {c}, nothing proven yet", "成本{c},尚未证明下界").say(lang)
    none = Text("weighing lots and debts", "测算资产与债务").say(lang)

    def note(progress: Progress) -> str:
        if progress.objective is None:
            return none
        if progress.bound is None:
            cost = in_unit(progress.objective * 1e6, unit)
            return unproven.format(c=cost) + f" ({unit_words(unit, lang)})"
        cost, bound = (in_unit(v * 1e6, unit) for v in (progress.objective, progress.bound))
        return words.format(c=cost, b=bound) + f" ({unit_words(unit, lang)})"

    with Bar(options.time_limit_s) as bar:
        bar.show(none)
        return plan_resolution(
            case,
            options=options,
            watch=lambda p: bar.show(note(p)),
            allotments=allotments,
            earlier=None if earlier is None else earlier.choices,
        )


def _log(out: Path, plan: Plan, options: PlanOptions, laps: dict[str, float]) -> None:
    """Write run.log: options, seconds by stage, every improvement."""
    lines = [
        f"case {plan.case.settings.case_id}  input {plan.case.input_hash}",
        f"options {options}",
        f"status {plan.status}  interrupted {plan.interrupted}",
        *(f"seconds {name} {spent:.2f}" for name, spent in laps.items()),
        "search seconds, cost, bound (million yuan)",
        *(f"  {seconds:8.2f} {cost:16.4f} {bound:16.4f}" for seconds, cost, bound in plan.history),
    ]
    (out / "run.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
