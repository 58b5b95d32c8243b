"""What stands in each line of a printed table? Body, subtotals and total, as values and as text.

HTML and PDF print the text, Excel stores the values and writes the sums as formulas: all three take
their lines from here, so that no face can show another figure.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from ironpot.report import figures
from ironpot.report.figures import DASH, Reader
from ironpot.report.model import NUMERIC, Chart, Field, Report, Table

ROOM_FOR_A_NAME = 1.5
Role = Literal["body", "subtotal", "total"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its role, a value a field, and the body lines that a sum adds up.

    `first` and `last` count body and subtotal lines from 0, both inclusive.
    """

    role: Role
    values: tuple[Any, ...]
    first: int = 0
    last: int = 0


def page_fields(table: Table) -> tuple[Field, ...]:
    """Return the fields that a page shows."""
    return tuple(field for field in table.fields if not field.excel_only)


def lines(table: Table, fields: tuple[Field, ...], reader: Reader) -> list[Line]:
    """Return a table's lines in order: groups with their subtotals, then the total."""
    rows = list(table.frame.select(field.name for field in fields).iter_rows())
    made: list[Line] = []
    for start, stop, group in _runs(table):
        first = len(made)
        made += [Line("body", row) for row in rows[start:stop]]
        if table.group_by and table.adds_up:
            name = reader.say(f"subtotal, {group}", f"小计:{group}")
            sums = _sums(rows[start:stop], fields, name)
            made.append(Line("subtotal", sums, first, len(made) - 1))
    if table.adds_up:
        made.append(
            Line("total", _sums(rows, fields, reader.say("total", "合计")), 0, len(made) - 1)
        )
    return made


def _runs(table: Table) -> list[tuple[int, int, str]]:
    """Return start, stop and name of each run of equal group values."""
    if table.group_by is None:
        return [(0, table.frame.height, "")]
    ids = table.frame[table.group_by].rle_id()
    runs = (
        table.frame.select(pl.col(table.group_by).alias("group"))
        .with_columns(ids.alias("run"))
        .group_by("run", maintain_order=True)
        .agg(pl.col("group").first(), pl.len().alias("size"))
    )
    stops = runs["size"].cum_sum().to_list()
    starts = [stop - size for stop, size in zip(stops, runs["size"], strict=True)]
    return list(zip(starts, stops, runs["group"].to_list(), strict=True))


def _sums(rows: list[tuple[Any, ...]], fields: tuple[Field, ...], name: str) -> tuple[Any, ...]:
    """Add up the total columns; the first text column with room says what the line is."""
    texts = [spot for spot, field in enumerate(fields) if field.kind not in NUMERIC]
    roomy = [spot for spot in texts if fields[spot].width >= ROOM_FOR_A_NAME]
    named = next(iter(roomy or texts), None)
    summed: list[Any] = []
    for spot, field in enumerate(fields):
        if field.total:
            summed.append(sum(row[spot] for row in rows if row[spot] is not None))
        else:
            summed.append(name if spot == named else None)
    return tuple(summed)


def text(value: Any, field: Field, reader: Reader, *, role: Role = "body") -> str:
    """Write one cell as people read it; unknown is a dash, an empty cell of a sum is empty."""
    if value is None:
        return DASH if role == "body" else ""
    if role != "body" and not field.total:
        return str(value)
    match field.kind:
        case "money":
            return figures.amount(value, reader, fine=field.fine)
        case "percent":
            return figures.percent(value)
        case "number":
            return figures.number(value)
        case "count":
            return figures.count(value)
        case "period":
            return short_period(str(value), reader)
        case _:
            return _plain(value, reader)


def _plain(value: Any, reader: Reader) -> str:
    if isinstance(value, bool):
        return reader.say("yes", "是") if value else reader.say("no", "否")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def short_period(word: str, reader: Reader) -> str:
    """Write a period briefly, as table columns need it, in the order that sentences use.

    >>> short_period("2026Q1", Reader("zh", "yuan")), short_period("2025-03", Reader("en", "yuan"))
    ('2026年1季度', 'Mar 2025')
    """
    if "Q" in word and reader.lang == "zh":
        return f"{word[:4]}年{word[5]}季度"
    said = figures.period(word, reader)
    month = re.fullmatch(r"([A-Z][a-z]{2})[a-z]* (\d{4})", said)
    return f"{month[1]} {month[2]}" if month else said


def heading(table: Table, reader: Reader) -> str:
    """Return the table's title with the unit of its amounts."""
    if not table.has_money:
        return table.title
    return with_unit(table.title, reader)


def chart_title(chart: Chart, reader: Reader) -> str:
    """Return a chart's title with the unit that its axis counts; none where it counts nothing."""
    if chart.unit is None:
        return with_unit(chart.title, reader)
    return _with(chart.title, chart.unit, reader) if chart.unit else chart.title


def with_unit(title: str, reader: Reader) -> str:
    """Add the unit to a title, inside the brackets that it may end with.

    >>> with_unit("Cash", Reader("en", "yuan")), with_unit("Cash (expected)", Reader("en", "yuan"))
    ('Cash (yuan)', 'Cash (expected, yuan)')
    """
    return _with(title, figures.unit_label(reader), reader)


def _with(title: str, unit: str, reader: Reader) -> str:
    if title.endswith((")", "\uff09")):
        return reader.say(f"{title[:-1]}, {unit})", f"{title[:-1]},{unit}\uff09")
    return reader.say(f"{title} ({unit})", f"{title}({unit})")


def source_line(chart: Chart, report: Report) -> str:
    """Return where a chart's figures come from and as of when."""
    say = report.reader.say
    return say(
        f"Source: {chart.source}; case date {report.date}.",
        f"来源:{chart.source};基准日{report.date}。",
    )


def widths(fields: tuple[Field, ...], reader: Reader) -> list[float]:
    """Return each column's share of the table's width; long units get wider money columns."""
    stretch = {"yuan": 1.5, "ten_thousand": 1.05, "hundred_million": 1.0}[reader.unit]
    parts = [field.width * (stretch if field.kind == "money" else 1.0) for field in fields]
    return [part / sum(parts) for part in parts]
