"""What does a bureau fill in? A workbook that explains itself, with drop-downs and filled examples.

`write_template` writes it empty, `write_workbook` with the rows of a case; both read back the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal

import polars as pl
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ironpot.case.case import Settings
from ironpot.case.example import example_tables, further_tables
from ironpot.case.files.escape import escape_text
from ironpot.case.headers import ABOUT_SHEET, EXAMPLE_PREFIX, LISTS_SHEET
from ironpot.case.links import links
from ironpot.case.packaged import DEFAULTS, packaged_tables
from ironpot.case.schema import BASIC, BY_NAME, TABLES
from ironpot.case.schema.labels import word_labels
from ironpot.case.schema.settings import SETTINGS
from ironpot.case.template_about import write_about
from ironpot.case.template_look import look
from ironpot.case.template_sheet import (
    CHECKED_ROWS,
    Paper,
    columns_in_order,
    write_example_sheet,
    write_sheet,
)
from ironpot.core.columns import Table
from ironpot.core.issues import column_letters
from ironpot.core.lang import Lang
from ironpot.core.money import Unit

Scope = Literal["basic", "all"]
_EXAMPLE_ROWS = 8
# A fixed moment inside the file, so that the same template has the same bytes.
_MADE = {"created": None}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_template(
    path: Path, *, lang: Lang = "zh", unit: Unit = "ten_thousand", scope: Scope = "basic"
) -> None:
    """Write an empty workbook for a case, labels in `lang`, amounts in `unit`.

    It explains itself on its first sheet; every sheet to fill in has a filled example beside it.
    `scope` "all" adds a sheet for each table that otherwise takes its default.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(Path(folder) / "my.xlsx", lang="en")
    ...     [path.name for path in Path(folder).iterdir()]
    ['my.xlsx']
    """
    tables = BASIC if scope == "basic" else (*BASIC, *(t for t in TABLES if not t.basic))
    write_workbook(
        path, None, {table.name: table.empty() for table in tables}, lang=lang, unit=unit
    )


def write_workbook(
    path: Path,
    settings: Settings | None,
    tables: Mapping[str, pl.DataFrame],
    *,
    lang: Lang = "zh",
    unit: Unit = "ten_thousand",
) -> None:
    """Write a workbook that holds `settings` and the rows of `tables`, frames in the schema.

    Basic tables come first; reading the workbook gives the same rows, amounts to the fen.
    """
    listed = sorted((BY_NAME[name] for name in tables), key=lambda table: not table.basic)
    # Built in memory: a folder that may not be written to is then an OSError like any other.
    content = BytesIO()
    with Workbook(content, _OPTIONS) as book:
        sheets = _sheets(book, listed, lang)
        names = _names_of_kinds(tables, lang)
        lists = _Lists(book.add_worksheet(LISTS_SHEET.say(lang)), lang)
        paper = Paper(
            lang, unit, look(book), _drop_downs(lists, (*listed, SETTINGS), names, lang), names
        )
        write_about(sheets[ABOUT_SHEET.say(lang)], settings, listed, paper)
        examples = _examples(lang)
        for table in listed:
            label = table.label.say(lang)
            write_sheet(sheets[label], table, tables[table.name], paper)
            write_example_sheet(sheets[_example(table, lang)], table, examples[table.name], paper)
    path.write_bytes(content.getvalue())


def _sheets(book: Workbook, tables: Sequence[Table], lang: Lang) -> dict[str, Worksheet]:
    """Add all sheets in their order: about, then each table with its example beside it."""
    titles = [ABOUT_SHEET.say(lang)]
    for table in tables:
        titles += [table.label.say(lang), _example(table, lang)]
    return {title: book.add_worksheet(title) for title in titles}


def _example(table: Table, lang: Lang) -> str:
    return EXAMPLE_PREFIX.say(lang) + table.label.say(lang)


def _names_of_kinds(tables: Mapping[str, pl.DataFrame], lang: Lang) -> dict[str, dict[str, str]]:
    """Return names in `lang` of the kinds of assets and classes of service, by table and key."""
    names: dict[str, dict[str, str]] = {}
    for name in ("asset_kinds", "service_classes"):
        key = BY_NAME[name].key[0]
        frames = [
            frame
            for frame in (packaged_tables(DEFAULTS).get(name), tables.get(name))
            if frame is not None
        ]
        pairs = [
            pair
            for frame in frames
            for pair in frame.select(key, f"name_{lang}").drop_nulls().iter_rows()
        ]
        names[name] = dict(pairs)
    return names


class _Lists:
    """The hidden sheet of words: each list once, a column each, named by its formula."""

    def __init__(self, sheet: Worksheet, lang: Lang) -> None:
        sheet.hide()
        self._sheet = sheet
        self._title = LISTS_SHEET.say(lang)
        self._formulas: dict[tuple[str, ...], str] = {}

    def formula(self, words: Sequence[str]) -> str:
        """Return the formula of a list, which is written if it is new."""
        key = tuple(words)
        if key not in self._formulas:
            column = len(self._formulas)
            for row, word in enumerate(key):
                self._sheet.write_string(row, column, escape_text(word))
            letters = column_letters(column + 1)
            self._formulas[key] = f"='{self._title}'!${letters}$1:${letters}${len(key)}"
        return self._formulas[key]


def _drop_downs(
    lists: _Lists, tables: Sequence[Table], names: Mapping[str, Mapping[str, str]], lang: Lang
) -> dict[tuple[str, str], str]:
    """Return the formula of the drop-down of each column that has one."""
    return {
        (table.name, column): formula
        for table in tables
        for column, formula in (
            *_of_words(lists, table, lang),
            *_of_keys(lists, table, tables, names, lang),
        )
    }


def _of_words(lists: _Lists, table: Table, lang: Lang) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        words = [label.say(lang) for label in word_labels(column).values()]
        if words and column.kind != "many":
            yield column.name, lists.formula(words)


def _of_keys(
    lists: _Lists,
    table: Table,
    tables: Sequence[Table],
    names: Mapping[str, Mapping[str, str]],
    lang: Lang,
) -> Iterator[tuple[str, str]]:
    """Yield drop-downs of keys: names of kinds, or the key column of the table's own sheet."""
    present = {one.name: one for one in tables}
    for link in links(table):
        target = link.tables[0] if len(link.tables) == 1 else ""
        if table.column(link.column).kind == "many":
            continue
        if target in names:
            yield link.column, lists.formula(list(names[target].values()))
        elif target in present:
            other = present[target]
            keys = [column.name for column in columns_in_order(other)]
            letters = column_letters(keys.index(other.key[0]) + 1)
            title = other.label.say(lang)
            yield link.column, f"='{title}'!${letters}$2:${letters}${CHECKED_ROWS + 1}"


def _examples(lang: Lang) -> dict[str, pl.DataFrame]:
    """Return a few filled rows of every table: the sample district's, else the packaged ones."""
    packaged = {
        name: frame.head(_EXAMPLE_ROWS) for name, frame in packaged_tables(DEFAULTS).items()
    }
    return packaged | further_tables(lang) | example_tables(lang)
