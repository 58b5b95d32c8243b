"""What may each table of a case hold? Writes the reference page from the schema itself.

`python -m ironpot.case.reference > docs/reference/case.md` writes it anew; a test compares them.
"""

import sys
from collections.abc import Iterator

from ironpot.case.check import DRAFT_CHECKS, PART_CHECKS
from ironpot.case.links import links
from ironpot.case.schema import TABLES
from ironpot.case.schema.labels import word_labels
from ironpot.case.schema.settings import SETTINGS, section_of
from ironpot.core.columns import Column, Kind, Table
from ironpot.core.lang import Text

_KINDS: dict[Kind, Text] = {
    "id": Text("key", "编号"),
    "text": Text("text", "文字"),
    "choice": Text("one of the words", "选项"),
    "many": Text("list joined by ;", "多项,用;分隔"),
    "bool": Text("yes or no", "是/否"),
    "money": Text("amount", "金额"),
    "rate": Text("rate a year", "年利率"),
    "share": Text("share", "比例"),
    "number": Text("number", "数字"),
    "count": Text("whole number", "整数"),
    "date": Text("date", "日期"),
    "quarter": Text("quarter", "季度"),
    "period": Text("quarter or all", "季度或全部"),
    "cycle": Text("cycle", "周期"),
}
_HEAD = """# The tables of a case

Written from the schema by `python -m ironpot.case.reference`; a test keeps it true.

A case is a folder with `case.toml` and a CSV or Parquet file per table, or one .xlsx workbook with
a sheet per table and the settings on its first sheet. Sheets, files and headers go by code name,
English or Chinese label; words by code word or label. A header may name its unit:
`本金余额(万元)`, `book value (10,000 yuan)`, `利率(%)`; a column ending `_pct` counts in percent.
**\\*** marks what is required, **(basic)** what a first-time user fills. An empty cell is unknown,
never zero.
"""


def case_reference() -> str:
    """Return the reference page as Markdown."""
    parts = [_HEAD, _settings(), *(_table(table) for table in TABLES), _checks()]
    return "\n".join(parts)


def _settings() -> str:
    rows = [_setting(column) for column in SETTINGS.columns]
    head = [
        "## Settings 案例设置",
        "",
        "| key | section | label | note | default |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def _setting(column: Column) -> str:
    cells = (
        f"`{column.name}`{_star(column)}",
        f"[{section_of(column.name)}]",
        _label(column.label),
        _label(column.note),
        _default(column),
    )
    return "| " + " | ".join(cells) + " |"


def _table(table: Table) -> str:
    basic = " (basic)" if table.basic else ""
    lines = [
        f"## {table.name}{basic} {table.label.zh}",
        "",
        f"{table.note.en} {table.note.zh}",
        "",
        f"Key: {', '.join(f'`{name}`' for name in table.key)}.",
        "",
        "| column | label | holds | limits | default | note |",
        "|---|---|---|---|---|---|",
    ]
    keys = {link.column: link.tables for link in links(table)}
    rows = [_row(column, keys.get(column.name, ())) for column in table.columns]
    return "\n".join([*lines, *rows, ""])


def _row(column: Column, tables: tuple[str, ...]) -> str:
    basic = " (basic)" if column.basic else ""
    cells = (
        f"`{column.name}`{_star(column)}{basic}",
        _label(column.label),
        _holds(column, tables),
        _limits(column),
        _default(column),
        _label(column.note),
    )
    return "| " + " | ".join(cells) + " |"


def _star(column: Column) -> str:
    return " **\\***" if column.required else ""


def _label(text: Text) -> str:
    parts = dict.fromkeys(part for part in text if part)
    return " / ".join(parts).replace("|", "\\|")


def _holds(column: Column, tables: tuple[str, ...]) -> str:
    held = _label(_KINDS[column.kind])
    if tables:
        held += f" of {', '.join(tables)}"
    words = [f"`{word}` {text.zh}" for word, text in word_labels(column).items()]
    return f"{held}: {', '.join(words)}" if words else held


def _limits(column: Column) -> str:
    low = "" if column.low is None else f"{column.low:g}"
    high = "" if column.high is None else f"{column.high:g}"
    return f"{low} to {high}" if low and high else f"from {low}" if low else ""


def _default(column: Column) -> str:
    return "" if column.default in (None, "") else f"`{column.default}`"


def _checks() -> str:
    return "\n".join(["## Checks", "", "In the order in which they run:", "", *_check_lines(), ""])


def _check_lines() -> Iterator[str]:
    for number, check in enumerate((*PART_CHECKS, *DRAFT_CHECKS), start=1):
        summary = (check.__doc__ or "").partition("\n")[0]
        yield f"{number}. `{check.__name__}`: {summary}"


if __name__ == "__main__":
    sys.stdout.write(case_reference())
