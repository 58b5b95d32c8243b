"""Which table is this sheet, and which column is this header? By code name or by either label.

A header may carry its unit: `本金余额(万元)`, `book value [100 million yuan]`, `利率(%)`,
`nominal_interest_rate_pct`. The unit beside a header holds for its column, whatever the case says.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ironpot.case.nearest import fold
from ironpot.case.schema import TABLES
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text
from ironpot.core.money import UNIT_TEXT, Unit

_UNIT_WORDS: dict[Unit, tuple[str, ...]] = {
    "yuan": ("元", "人民币元", "cny", "rmb"),
    "ten_thousand": ("万元", "万", "人民币万元", "ten thousand yuan", "10k yuan", "ten thousand"),
    "hundred_million": ("亿元", "亿", "人民币亿元", "hundred million yuan", "hundred million"),
}
_UNITS: dict[str, Unit] = {
    fold(word): unit
    for unit, words in _UNIT_WORDS.items()
    for word in (unit, *UNIT_TEXT[unit], *words)
}
_PERCENT = {"%", "pct", "percent", "百分比", "百分数"}
# What people write beside a header without meaning a unit.
_ASIDES = {
    fold(word) for word in ("必填", "选填", "required", "optional", "如有", "*", "含税", "下拉")
}
_BRACKETED = re.compile(r"(.+?)[(\[](.+)[)\]]\*?")
ABOUT_SHEET = Text("about", "说明")
ISSUES_SHEET = Text("issues", "检查结果")
LISTS_SHEET = Text("lists", "选项")
EXAMPLE_PREFIX = Text("Example ", "示例-")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says: its column, the unit beside it, whether it counts in percent.

    `odd` holds a bracket beside an amount that names no known unit.
    """

    column: Column
    unit: Unit | None = None
    percent: bool = False
    odd: str | None = None


def table_named(title: str) -> Table | None:
    """Return the table that a sheet's or file's name stands for, None if it is none.

    >>> table_named("债务").name, table_named("Debts").name, table_named("备注")
    ('debts', 'debts', None)
    """
    return _tables().get(fold(title).removesuffix("表"))


@cache
def _tables() -> dict[str, Table]:
    names = {fold(label): table for table in TABLES for label in table.label}
    return names | {fold(table.name): table for table in TABLES}


def is_about(title: str) -> bool:
    """Say whether a sheet holds the settings of the case."""
    return fold(title) in {*map(fold, ABOUT_SHEET), "settings", "设置"}


def is_aside(title: str) -> bool:
    """Say whether a sheet is ours and never read: examples, lists of words, issues found before.

    >>> is_aside("示例-债务"), is_aside("Example debts"), is_aside("债务")
    (True, True, False)
    """
    name = fold(title)
    asides = map(fold, (*ISSUES_SHEET, *LISTS_SHEET))
    return name in asides or name.startswith(tuple(map(fold, EXAMPLE_PREFIX)))


def unit_named(word: str) -> Unit | None:
    """Return the unit that a word stands for, None if it is none.

    >>> unit_named("万元"), unit_named("100 million yuan"), unit_named("千元")
    ('ten_thousand', 'hundred_million', None)
    """
    return _UNITS.get(fold(word))


def read_header(table: Table, text: str) -> Header | None:
    """Return what the header `text` says in `table`, None if it names no column of it.

    >>> from ironpot.case.schema import BY_NAME
    >>> header = read_header(BY_NAME["debts"], "本金余额(亿元)")
    >>> header.column.name, header.unit
    ('notional_principal', 'hundred_million')
    >>> read_header(BY_NAME["debts"], "nominal_interest_rate_pct").percent
    True
    """
    names = _columns(table.name)
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("*")
    column = names.get(fold(plain))
    if column is not None:
        return Header(column)
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed and (column := names.get(fold(bracketed[1]))):
        return _with_unit(column, bracketed[2])
    for length in range(1, 8):
        head, tail = plain[:-length], plain[-length:]
        if (column := names.get(fold(head.rstrip(":- ")))) and _known_tail(column, tail):
            return _with_unit(column, tail)
    return None


def split_unit(text: str) -> tuple[str, Unit | None]:
    """Return a header without what stands in brackets or as a unit at its end, and the unit.

    >>> split_unit("借款余额(万元)"), split_unit("余额亿元"), split_unit("期限(月)")
    (('借款余额', 'ten_thousand'), ('余额', 'hundred_million'), ('期限', None))
    """
    plain = unicodedata.normalize("NFKC", text).strip().rstrip("*")
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed:
        return bracketed[1].strip(), unit_named(bracketed[2])
    tail = next((plain[-length:] for length in (2, 1) if unit_named(plain[-length:])), "")
    return plain.removesuffix(tail).rstrip(":- "), unit_named(tail)


def _known_tail(column: Column, tail: str) -> bool:
    if column.kind == "money":
        return unit_named(tail.strip()) is not None
    return column.kind in ("rate", "share") and fold(tail) in _PERCENT


def _with_unit(column: Column, word: str) -> Header:
    word = word.strip()
    if column.kind in ("rate", "share") and fold(word) in _PERCENT:
        return Header(column, percent=True)
    if column.kind == "money":
        unit = unit_named(word)
        odd = word if unit is None and fold(word) not in _ASIDES else None
        return Header(column, unit=unit, odd=odd)
    return Header(column)


@cache
def _columns(table_name: str) -> dict[str, Column]:
    """Columns of a table by every spelling; a code name goes before a label."""
    table = next(table for table in TABLES if table.name == table_name)
    names = {fold(label): column for column in table.columns for label in column.label}
    return names | {fold(column.name): column for column in table.columns}


def header_row(table: Table, rows: Sequence[Sequence[str]]) -> int | None:
    """Return the position of the row that names most columns of `table`, None if none names two.

    `rows` are the first rows of a sheet as text, merged cells filled; titles may stand above.
    """
    scores = [len({found.column.name for found in _found(table, row)}) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best >= min(2, len(table.columns)) else None


def _found(table: Table, row: Sequence[str]) -> list[Header]:
    return [header for text in row if text and (header := read_header(table, text)) is not None]
