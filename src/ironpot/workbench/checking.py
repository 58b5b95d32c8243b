"""`ironpot check`: every problem at its cell, and the user's workbook with them marked."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import typer

from ironpot.case.case import Case
from ironpot.case.mark import mark_workbook, marked_path
from ironpot.case.propose import propose_map, save_proposal
from ironpot.case.read import read_case
from ironpot.core.errors import FileRefusedError
from ironpot.core.issues import Issue, Severity, has_errors
from ironpot.core.lang import Lang, Text
from ironpot.workbench.blank import WORKBOOK
from ironpot.workbench.whole import whole_file


def check_case(path: Path, column_map: Path | None, lang: Lang) -> bool:
    """Print every issue of a case, mark its workbook; return whether it can be planned on."""
    reading = read_case(path, column_map=column_map)
    for issue in reading.issues:
        typer.echo(_line(issue, lang))
    typer.echo(_count(reading.issues, lang))
    if reading.issues and path.suffix.lower() == WORKBOOK:
        _mark(path, reading.issues, lang)
    if column_map is None and any(issue.code == "table.missing" for issue in reading.issues):
        command = f"ironpot check {path} --propose-map map.toml"
        _tell(lang, f"For a bureau's own export: {command}", f"如为本单位台账导出:{command}")
    if reading.checked is not None:
        _say_defaults(reading.checked, lang)
        mapped = f" --map {column_map}" if column_map is not None else ""
        command = f"ironpot plan {path}{mapped} --out plan"
        _tell(lang, f"Next: {command}", f"下一步:{command}")
    return not has_errors(reading.issues)


def propose(path: Path, target: Path, lang: Lang) -> None:
    """Save a proposed column map of a bureau's own export.

    Raises FileRefusedError if the map is there already: somebody may have corrected it.
    """
    if target.exists():
        raise FileRefusedError(
            Text(
                f"{target} is there already and may be corrected; it was not touched. Use it: "
                f"ironpot check {path} --map {target}, or propose to another name.",
                f"{target} 已存在,可能已核对,未作改动。可直接使用:ironpot check {path} "
                f"--map {target},或另取文件名。",
            )
        )
    with whole_file(target) as draft:
        save_proposal(propose_map(path), draft)
    command = f"ironpot check {path} --map {target}"
    _tell(
        lang,
        f"Proposed a map: {target}. Correct it, then: {command}",
        f"已推荐列映射:{target}。核对后运行:{command}",
    )


def _mark(path: Path, issues: Sequence[Issue], lang: Lang) -> None:
    marked = marked_path(path)
    with whole_file(marked) as draft:
        mark_workbook(path, issues, draft, lang=lang)
    _tell(lang, f"{marked} has the cells marked.", f"{marked} 已标出有问题的单元格。")


def _say_defaults(case: Case, lang: Lang) -> None:
    """Say how much was filled, and of cash that it was: nothing moves a plan like its first day."""
    count = case.acts.height
    if count:
        _tell(
            lang,
            f"{count} defaults fill what was left out; the report lists each with its source.",
            f"未填内容采用{count}项默认值,报告逐项列明来源。",
        )
    if case.acts.filter(pl.col("table") == "accounts", pl.col("column") == "opening_cash").height:
        _tell(
            lang,
            "Opening cash was not given and is taken as 0: add the sheet accounts, which "
            "`ironpot template FILE.xlsx --all` holds.",
            "未填期初资金,按0计算:请补充“账户”表(ironpot template 文件.xlsx --all 含此表)。",
        )


def _tell(lang: Lang, english: str, chinese: str) -> None:
    typer.echo(Text(english, chinese).say(lang))


_SEVERITY: dict[Severity, Text] = {
    "error": Text("error  ", "错误"),
    "warning": Text("warning", "警告"),
    "note": Text("note   ", "提示"),
}


def _line(issue: Issue, lang: Lang) -> str:
    return f"{_SEVERITY[issue.severity].say(lang)} {issue.say(lang)}"


def _count(issues: Sequence[Issue], lang: Lang) -> str:
    counts = Counter(issue.severity for issue in issues)
    english = ", ".join(
        f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}" for name in _SEVERITY
    )
    return Text(
        english,
        f"错误{counts['error']}处,警告{counts['warning']}处,提示{counts['note']}处",
    ).say(lang)
