"""Which of our tables and columns does an unknown export hold? A proposal to correct and save.

Headers are matched to code names, labels and words that bureaus use; the sheet whose header row
matches most columns of a table is taken for it. A proposal is written to a file, never used unseen.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import polars as pl

from ironpot.case import values
from ironpot.case.column_map import ColumnEntry, ColumnMap, TableEntry, map_text
from ironpot.case.files.open import Opened, open_case
from ironpot.case.files.sheet import ROW, Sheet, raw
from ironpot.case.headers import is_about, is_aside, split_unit
from ironpot.case.locate import head_rows
from ironpot.case.nearest import fold, nearest
from ironpot.case.schema import BASIC, BY_NAME
from ironpot.case.schema.labels import word_labels
from ironpot.case.schema.settings import SETTINGS
from ironpot.case.synonyms import SYNONYMS
from ironpot.core.columns import Column, Table
from ironpot.core.money import UNIT_TEXT

LIKE = 0.66
LEAST_COLUMNS = 3
HEADER_ROWS = 10
MOST_WORDS = 30
_NEEDED_SETTINGS = [
    column for column in SETTINGS.columns if column.required or column.name in ("name_zh", "unit")
]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A map to correct by hand.

    `unmatched` has headers and words that found no place, as (sheet, text); `missing` the required
    columns that found no header, as (table, column); `needs_settings` says that the file has none.
    """

    column_map: ColumnMap
    unmatched: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    needs_settings: bool

    @property
    def text(self) -> str:
        """The map as TOML; what is left to do stands in comments above it."""
        lines = [f"# 未匹配 / not matched: {sheet}: {text}" for sheet, text in self.unmatched]
        lines += [f"# 缺列 / no header for: {table}.{column}" for table, column in self.missing]
        lines += _SETTINGS_TO_FILL if self.needs_settings else []
        return "\n".join([*lines, "", map_text(self.column_map)])


_SETTINGS_TO_FILL = [
    "# 请填写 / to fill in:",
    "# [case]",
    *(f'# {column.name} = "{column.note.zh} / {column.note.en}"' for column in _NEEDED_SETTINGS),
]


@dataclass(frozen=True, slots=True)
class _Match:
    """A table found in a sheet: its header row and the header of each column by name."""

    table: Table
    sheet: Sheet
    row: int
    headers: dict[str, str]
    score: float


def propose_map(path: Path) -> Proposal:
    """Propose a column map for the workbook or folder at `path`.

    Raises FileRefusedError if the file is not safe to read.
    """
    opened = open_case(path)
    sheets = [
        sheet
        for sheet in opened.sheets
        if not (is_about(sheet.name) or is_aside(sheet.name) or sheet.hidden)
    ]
    matches = [match for table in BASIC if (match := _best(table, sheets)) is not None]
    tables = {match.table.name: _entry(match) for match in matches}
    column_map = ColumnMap(tables=tables)
    missing = tuple(_missing(matches))
    return Proposal(column_map, tuple(_unmatched(matches)), missing, not _has_settings(opened))


def _has_settings(opened: Opened) -> bool:
    return bool(opened.settings) or any(is_about(sheet.name) for sheet in opened.sheets)


def _missing(matches: Sequence[_Match]) -> Iterator[tuple[str, str]]:
    for match in matches:
        for column in match.table.columns:
            if column.required and column.name not in match.headers:
                yield match.table.name, column.name


def save_proposal(proposal: Proposal, path: Path) -> None:
    """Write a proposal as a TOML file to correct and use with `read_case(column_map=...)`."""
    path.write_text(proposal.text, "utf-8")


def _best(table: Table, sheets: Sequence[Sheet]) -> _Match | None:
    matches = [match for sheet in sheets for match in _in_sheet(table, sheet)]
    best = max(matches, key=lambda match: match.score, default=None)
    return best if best is not None and len(best.headers) >= LEAST_COLUMNS else None


def _in_sheet(table: Table, sheet: Sheet) -> Iterator[_Match]:
    rows = [list(sheet.names)] if sheet.names is not None else head_rows(sheet)
    for position, row in enumerate(rows[:HEADER_ROWS], start=1):
        found = _matched(table, dict.fromkeys(text for text in row if text))
        score = sum(likeness for _, likeness in found.values())
        headers = {name: header for name, (header, _) in found.items()}
        yield _Match(table, sheet, position, headers, score)


def _matched(table: Table, headers: Iterable[str]) -> dict[str, tuple[str, float]]:
    """Pair columns with headers, the most alike first, each once."""
    pairs = [
        (max(_alike(_plain(header), word) for word in words), name, header)
        for header in headers
        for name, words in _words(table.name).items()
    ]
    found: dict[str, tuple[str, float]] = {}
    for likeness, name, header in sorted(pairs, reverse=True):
        taken = {used for used, _ in found.values()}
        if likeness >= LIKE and name not in found and header not in taken:
            found[name] = (header, likeness)
    return found


@cache
def _words(table_name: str) -> dict[str, tuple[str, ...]]:
    """Return every name of each column of a table, folded."""
    table = BY_NAME[table_name]
    names = {
        column.name: (column.name, *column.label, *SYNONYMS.get((table_name, column.name), ()))
        for column in table.columns
    }
    return {name: tuple(map(fold, words)) for name, words in names.items()}


@cache
def _plain(header: str) -> str:
    return fold(split_unit(header)[0])


@cache
def _alike(header: str, word: str) -> float:
    """Return how alike two texts are, 0 where a quick look shows that they are not."""
    if not set(header) & set(word):
        return 0.0
    match = SequenceMatcher(None, header, word)
    quick = match.real_quick_ratio() >= LIKE and match.quick_ratio() >= LIKE
    return match.ratio() if quick else 0.0


def _entry(match: _Match) -> TableEntry:
    ordered = [name for name in match.table.names if name in match.headers]
    columns = {name: _column(match, name, match.headers[name]) for name in ordered}
    row = match.row if match.sheet.names is None else None
    return TableEntry(sheet=match.sheet.name, header_row=row, columns=columns)


def _column(match: _Match, name: str, header: str) -> ColumnEntry:
    column, beside = match.table.column(name), split_unit(header)[1]
    unit = UNIT_TEXT[beside].zh if beside is not None and column.kind == "money" else None
    percent = column.kind in ("rate", "share") and "%" in header
    near = {word: nearest(word, _known(column)) for word in _odd_words(match, name, header)}
    known = values.words(column, word_labels(column))
    words = {word: known[fold(label)] for word, label in near.items() if label is not None}
    return ColumnEntry(header=header, unit=unit, percent=percent, words=words)


def _known(column: Column) -> list[str]:
    return [label for pair in word_labels(column).values() for label in pair]


def _odd_words(match: _Match, name: str, header: str) -> list[str]:
    """Return the words of a choice column that are none of ours."""
    column = match.table.column(name)
    if column.kind != "choice":
        return []
    position = _position(match, header)
    below = match.sheet.cells.filter(pl.col(ROW) > match.row)
    shown = below.select(raw(position).shown.alias("word")).drop_nulls().unique(maintain_order=True)
    known = values.words(column, word_labels(column))
    return [word for word in shown["word"] if fold(word) not in known][:MOST_WORDS]


def _position(match: _Match, header: str) -> int:
    names = match.sheet.names
    row = list(names) if names is not None else head_rows(match.sheet)[match.row - 1]
    return row.index(header) + 1


def _unmatched(matches: Sequence[_Match]) -> Iterator[tuple[str, str]]:
    """Yield headers and words of the matched sheets that found no place."""
    for match in matches:
        names = match.sheet.names
        row = list(names) if names is not None else head_rows(match.sheet)[match.row - 1]
        for header in row:
            if header and header not in match.headers.values():
                yield match.sheet.name, header
        for name, header in match.headers.items():
            given = _column(match, name, header).words
            for word in _odd_words(match, name, header):
                if word not in given:
                    yield match.sheet.name, f"{header} = {word}"
