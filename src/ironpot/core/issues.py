"""Findings about a user's data: where, what, why, how to mend it; collected, raised once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ironpot.core.lang import Lang, Text

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: a workbook cell, or a row and column of a text file.

    Rows and columns count from 1 as the user sees them; `header` is the column's name in the file.

    >>> str(Place("my.xlsx", sheet="债务", row=11, column=4))
    '债务!D11'
    >>> str(Place("debts.csv", row=11, header="maturity_date"))
    'debts.csv:11 maturity_date'
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    header: str | None = None

    def __str__(self) -> str:
        if self.sheet is not None:
            return f"{self.sheet}!{self._address()}" if self._address() else self.sheet
        row = f":{self.row}" if self.row is not None else ""
        return f"{self.file}{row}" + (f" {self.header}" if self.header else "")

    def _address(self) -> str:
        column = column_letters(self.column) if self.column is not None else ""
        return column + (str(self.row) if self.row is not None else "")


def column_letters(number: int) -> str:
    """Name a spreadsheet column, counted from 1.

    >>> column_letters(1), column_letters(27), column_letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding about one place; `code` is stable, the sentences are for people.

    `nearest` is the closest known name where a key or word was misspelt.
    """

    severity: Severity
    code: str
    place: Place
    value: str
    what: Text
    why: Text
    mend: Text
    nearest: str | None = None

    def say(self, lang: Lang) -> str:
        """Return place, value, what, why and mend on one line.

        >>> issue = Issue("error", "number.unreadable", Place("my.xlsx", "债务", 11, 4), "一百万",
        ...               Text("not a number", "不是数字"), Text("it is summed", "要加总"),
        ...               Text("write 100", "请填 100"))
        >>> issue.say("zh")
        '债务!D11 “一百万” 不是数字;要加总 → 请填 100'
        """
        found = f" “{self.value}”" if self.value else ""
        comma = ";" if lang == "zh" else "; "
        return (
            f"{self.place}{found} {self.what.say(lang)}{comma}{self.why.say(lang)}"
            f" → {self.mend.say(lang)}"
        )


ISSUE_COLUMNS = (
    "severity",
    "code",
    "place",
    "file",
    "sheet",
    "row",
    "column",
    "value",
    "what",
    "why",
    "mend",
    "nearest",
)


def has_errors(issues: Iterable[Issue]) -> bool:
    """Say whether any finding is an error."""
    return any(issue.severity == "error" for issue in issues)


def issue_frame(issues: Sequence[Issue], lang: Lang) -> pl.DataFrame:
    """Return the findings as a frame, one row each, sentences in `lang`.

    >>> issue_frame([], "en").columns == list(ISSUE_COLUMNS)
    True
    """
    rows = [
        {
            "severity": issue.severity,
            "code": issue.code,
            "place": str(issue.place),
            "file": issue.place.file,
            "sheet": issue.place.sheet,
            "row": issue.place.row,
            "column": issue.place.header,
            "value": issue.value,
            "what": issue.what.say(lang),
            "why": issue.why.say(lang),
            "mend": issue.mend.say(lang),
            "nearest": issue.nearest,
        }
        for issue in issues
    ]
    schema = {name: pl.Int64 if name == "row" else pl.String for name in ISSUE_COLUMNS}
    return pl.DataFrame(rows, schema=schema)
