"""`ironpot check`: every problem at its cell, and the user's workbook with them marked."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer

from ironpot.case.mark import mark_workbook
from ironpot.case.propose import propose_map, save_proposal
from ironpot.case.read import read_case
from ironpot.core.issues import Issue, has_errors
from ironpot.core.lang import Lang, Text

WORKBOOK = ".xlsx"


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
        marked = mark_workbook(path, reading.issues, lang=lang)
        said = Text(f"{marked} has the cells marked.", f"{marked} 已标出有问题的单元格。")
        typer.echo(said.say(lang))
    return not has_errors(reading.issues)


_SEVERITY = {
    "error": Text("error  ", "错误"),
    "warning": Text("warning", "警告"),
    "note": Text("note   ", "提示"),
}


def _line(issue: Issue, lang: Lang) -> str:
    return f"{_SEVERITY[issue.severity].say(lang)} {issue.say(lang)}"


def _count(issues: Sequence[Issue], lang: Lang) -> str:
    counts = Counter(issue.severity for issue in issues)
    return Text(
        f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes",
        f"错误{counts['error']}处,警告{counts['warning']}处,提示{counts['note']}处",
    ).say(lang)
