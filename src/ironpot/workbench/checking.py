"""`ironpot check`: every problem at its cell, and the user's workbook with them marked."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer

from ironpot.case.mark import mark_workbook, marked_path
from ironpot.case.propose import propose_map, save_proposal
from ironpot.case.read import read_case
from ironpot.core.issues import Issue, Severity, has_errors
from ironpot.core.lang import Lang, Text
from ironpot.workbench.blank import WORKBOOK
from ironpot.workbench.whole import whole_file


def check_case(path: Path, column_map: Path | None, propose: Path | None, lang: Lang) -> bool:
    """Print every issue of a case, mark its workbook; return whether it can be planned on."""
    if propose is not None:
        save_proposal(propose_map(path), propose)
        said = Text(
            f"Proposed a map: {propose}. Correct it, then: ironpot check {path} --map {propose}",
            f"已推荐列映射:{propose}。核对后运行:ironpot check {path} --map {propose}",
        )
        typer.echo(said.say(lang))
        return True
    reading = read_case(path, column_map=column_map)
    for issue in reading.issues:
        typer.echo(_line(issue, lang))
    typer.echo(_count(reading.issues, lang))
    if reading.issues and path.suffix.lower() == WORKBOOK:
        marked = marked_path(path)
        with whole_file(marked) as draft:
            mark_workbook(path, reading.issues, draft, lang=lang)
        said = Text(f"{marked} has the cells marked.", f"{marked} 已标出有问题的单元格。")
        typer.echo(said.say(lang))
    fine = not has_errors(reading.issues)
    if fine:
        mapped = f" --map {column_map}" if column_map is not None else ""
        command = f"ironpot plan {path}{mapped} --out plan"
        typer.echo(Text(f"Next: {command}", f"下一步:{command}").say(lang))
    return fine


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
