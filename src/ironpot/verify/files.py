"""What do a plan's files hold? Reads plan.json and its tables exactly, refusing nothing silently.

Amounts become `Decimal` yuan, empty cells None; a cell that cannot be read is kept aside in `bad`
and counts as unknown. Only the standard library reads here, so that nothing is shared with the
code that wrote the files.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeAlias, cast

from ironpot.core.outputs import (
    CONSOLIDATED,
    ELIMINATION,
    EXTRA_TABLES,
    TABLES,
    OutKind,
    OutTable,
)
from ironpot.verify.periods import is_quarter

Cell = str | int | bool | Decimal | None
Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

PLAN = "plan.json"
RESERVED = (CONSOLIDATED, ELIMINATION)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: the table, its line in the file (header = 1) and the row's key."""

    table: str
    line: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: cells by column name."""

    table: OutTable
    line: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return a text cell; "" if it is empty."""
        value = self.cells[column]
        return value if isinstance(value, str) else ""

    def number(self, column: str) -> Decimal | None:
        """Return an amount, share, measure or count; None if it is empty or unreadable."""
        return cast("Decimal | None", self.cells[column])

    def flag(self, column: str) -> bool | None:
        """Return a boolean cell; None if it is empty or unreadable."""
        value = self.cells[column]
        return value if isinstance(value, bool) else None

    @property
    def spot(self) -> Spot:
        """Table, line and key of the row."""
        key = " ".join(str(self.cells[name] or "-") for name in self.table.key)
        return Spot(self.table.name, self.line, key)


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that its column's kind cannot read."""

    spot: Spot
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table file as found: bytes, header, records and what of them could be read as rows.

    `readable` is False where encoding or header is so wrong that no row was read; `ragged` are the
    lines with too many or too few cells, which are no rows.
    """

    table: OutTable
    content: bytes
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    bad: tuple[BadCell, ...] = ()
    ragged: tuple[int, ...] = ()
    records: int = 0
    readable: bool = False

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


class Horizon(NamedTuple):
    """First and last quarter of a plan, and their number as stated."""

    first: str
    last: str
    quarters: int


@dataclass(frozen=True)
class Out:
    """All files of one plan; `summary` is plan.json, None if it cannot be read."""

    sheets: Mapping[str, Sheet]
    summary: Mapping[str, Json] | None
    extra: tuple[str, ...] = ()
    repeated_keys: tuple[str, ...] = ()

    def rows(self, table: str) -> tuple[Row, ...]:
        """Return the rows of a table in file order."""
        return self.sheets[table].rows

    def has(self, name: str) -> bool:
        """Say whether a table, or plan.json, could be read."""
        if name == PLAN:
            return self.summary is not None
        return name in self.sheets and self.sheets[name].readable

    def value(self, key: str) -> Json:
        """Return an entry of plan.json; None if it is absent."""
        return None if self.summary is None else self.summary.get(key)

    def figure(self, key: str) -> Decimal | None:
        """Return a number of plan.json; None if it is absent, null or no number."""
        return decimal_of(self.value(key))

    @cached_property
    def perimeter(self) -> frozenset[str]:
        """Ids of the entities inside the perimeter."""
        listed = self.value("perimeter")
        return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()

    @cached_property
    def horizon(self) -> Horizon | None:
        """The quarters of the plan; None if plan.json does not say them."""
        return horizon_of(self.value("horizon"))

    @cached_property
    def cash_by_quarter(self) -> dict[tuple[str, ...], list[Row]]:
        """Rows of `cash`, one per account, by entity, scenario and quarter."""
        return grouped(self.rows("cash"), "entity_id", "scenario", "quarter")


def decimal_of(value: Json) -> Decimal | None:
    """Return a JSON number as Decimal; None for anything else, booleans included."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value)


def horizon_of(value: Json) -> Horizon | None:
    """Return the horizon that an entry of plan.json describes; None if it describes none."""
    if not isinstance(value, dict) or set(value) != set(Horizon._fields):
        return None
    first, last, quarters = (value[name] for name in Horizon._fields)
    if isinstance(quarters, bool) or not isinstance(quarters, int):
        return None
    if not (is_quarter(str(first)) and is_quarter(str(last))):
        return None
    return Horizon(str(first), str(last), quarters)


def grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    """Sort rows into lists by the text of `columns`, keeping file order."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.text(name) for name in columns), []).append(row)
    return groups


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add up amounts; None if one of them is unknown.

    >>> total([Decimal("0.10"), Decimal("0.20")])
    Decimal('0.30')
    >>> total([Decimal("0.10"), None]) is None
    True
    """
    result = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        result += amount
    return result


def read_out(out_dir: Path) -> Out:
    """Read plan.json and the tables under `out_dir`; what is missing or broken is left unread."""
    folder = out_dir / "tables"
    places = [(table, folder) for table in TABLES]
    places += [(table, out_dir / "extras") for table in EXTRA_TABLES]
    sheets = {
        table.name: read_sheet(table, content)
        for table, place in places
        if (content := _bytes(place / f"{table.name}.csv")) is not None
    }
    known = {f"{table.name}.csv" for table in TABLES}
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    summary, repeated = read_summary(_bytes(out_dir / PLAN) or b"")
    return Out(sheets, summary, tuple(name for name in found if name not in known), repeated)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def read_summary(content: bytes) -> tuple[Mapping[str, Json] | None, tuple[str, ...]]:
    """Parse plan.json exactly: numbers as Decimal, no NaN; also list keys that stand twice."""
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return dict(pairs)

    def refuse(word: str) -> Json:
        raise ValueError(word)

    try:
        parsed = json.loads(
            content.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=refuse,
            object_pairs_hook=unique,
        )
    except (ValueError, ArithmeticError, RecursionError):
        return None, ()
    if not isinstance(parsed, dict):
        return None, ()
    return cast("dict[str, Json]", parsed), tuple(repeated)


def read_sheet(table: OutTable, content: bytes) -> Sheet:
    """Read one table file; without the exact header no row is read."""
    try:
        text = content.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = tuple(next(reader, ()))
        numbered = [(reader.line_num, record) for record in reader]
    except (UnicodeDecodeError, csv.Error):
        return Sheet(table, content)
    if header != table.names:
        return Sheet(table, content, header)
    whole = [(line, record) for line, record in numbered if len(record) == len(header)]
    ragged = tuple(line for line, record in numbered if len(record) != len(header))
    rows, bad = _rows(table, whole)
    return Sheet(table, content, header, rows, bad, ragged, len(numbered), readable=True)


def _rows(
    table: OutTable, numbered: list[tuple[int, list[str]]]
) -> tuple[tuple[Row, ...], tuple[BadCell, ...]]:
    """Parse column by column, each distinct text once; unreadable cells become None and `bad`."""
    columns: list[list[Cell]] = []
    wrong: list[tuple[int, str, str]] = []
    for place, column in enumerate(table.columns):
        texts = [record[place] for _, record in numbered]
        parsed = {text: _parse(column.name, column.kind, text) for text in set(texts)}
        cells = {text: value for text, value in parsed.items() if not isinstance(value, _Bad)}
        columns.append([cells.get(text) for text in texts])
        if len(cells) < len(parsed):
            wrong += [(n, column.name, text) for n, text in enumerate(texts) if text not in cells]
    names = table.names
    rows = tuple(
        Row(table, line, dict(zip(names, cells, strict=True)))
        for (line, _), *cells in zip(numbered, *columns, strict=True)
    )
    return rows, tuple(BadCell(rows[place].spot, name, text) for place, name, text in wrong)


class _Bad:
    """Mark of a text that its column's kind cannot read."""


_BAD = _Bad()
_WHOLE = "-?(?:0|[1-9][0-9]{0,19})"
_PATTERNS: dict[OutKind, re.Pattern[str]] = {
    "money": re.compile(rf"(?!-0\.00$){_WHOLE}\.[0-9]{{2}}"),
    "share": re.compile(rf"(?!-0\.000000$){_WHOLE}\.[0-9]{{6}}"),
    "measure": re.compile(rf"(?!-0\.0+$){_WHOLE}\.(?:[0-9]{{2}}|[0-9]{{6}})"),
    "integer": re.compile(rf"(?!-0$){_WHOLE}"),
    "quarter": re.compile(r"[0-9]{4}Q[1-4]"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "bool": re.compile(r"true|false"),
    "text": re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]*"),
}
_VALUES: dict[OutKind, Callable[[str], Cell]] = {
    "money": Decimal,
    "share": Decimal,
    "measure": Decimal,
    "integer": Decimal,
    "bool": lambda text: text == "true",
}


def _parse(name: str, kind: OutKind, text: str) -> Cell | _Bad:
    if text == "":
        return None
    blank_in_id = name.endswith("_id") and any(character.isspace() for character in text)
    if not _PATTERNS[kind].fullmatch(text) or blank_in_id:
        return _BAD
    if kind == "date" and not is_date(text):
        return _BAD
    return _VALUES.get(kind, str)(text)


def is_date(text: str) -> bool:
    """Say whether an ISO date exists in the calendar.

    >>> is_date("2024-02-29"), is_date("2023-02-29")
    (True, False)
    """
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
