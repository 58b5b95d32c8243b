"""What does a cell say? Columns of cells to numbers, dates, words and keys; null if unreadable.

Full-width digits, Chinese dates, thousands separators and percent signs are read; nothing is
guessed: `1,5`, `3.2亿` and `31/12/2024` are not.
"""

from collections.abc import Mapping

import polars as pl

from ironpot.case.files.escape import unescape
from ironpot.case.files.sheet import EXACT_WHOLE, Raw
from ironpot.case.nearest import fold
from ironpot.core.columns import Column
from ironpot.core.lang import Text

RATE_PLACES = 12
_PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED_NUMBER = r"^[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?$"
_DATE = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?0?0:00(?::00(?:\.0+)?)?)?$"
_COMPACT_DATE = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_QUARTER = r"^(\d{4})(?:年|-)?(?:Q|第)?([1-4一二三四])(?:季度|季)?$"
_CYCLE = r"^P\d{1,3}[DWMQHY]L[01]$"
_SEPARATORS = r"[;\uff1b、,\uff0c\n]"
# Days from 1900 to 1970 as a spreadsheet counts them; serial numbers of 1954 to 2146.
_UNIX_EPOCH_SERIAL = 25_569
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 90_000
_EPOCH_1904_DAYS = 1_462
_TRUE = {"是", "yes", "y", "true", "1", "√", "✓", "对"}
_FALSE = {"否", "no", "n", "false", "0", "\u00d7", "✗", "错"}
_ALL_QUARTERS = {"all", "全部", "所有", "各季", "每季"}
_CHINESE_QUARTER = {"一": "1", "二": "2", "三": "3", "四": "4"}


def to_number(raw: Raw, *, percent: bool = False, percent_sign: bool = False) -> pl.Expr:
    """Return numbers; with `percent` the column counts in hundredths, so 4.5 is 0.045.

    `percent_sign` lets a text such as `4.5%` through, which is 0.045 in any column.

    >>> from ironpot.case.files.sheet import literal
    >>> pl.select(to_number(literal("1,234.50"))).item()
    1234.5
    >>> pl.select(to_number(literal("4.5%"), percent_sign=True)).item()
    0.045
    >>> pl.select(to_number(literal("1,5"))).item() is None
    True
    """
    text = tidy(raw.text).str.replace(r"^\((.+)\)$", "-$1")
    whole = pl.coalesce(_parsed(text), raw.number)
    whole = (whole / 100).round(RATE_PLACES) if percent else whole
    if percent_sign:
        signed = (_parsed(text.str.strip_suffix("%")) / 100).round(RATE_PLACES)
        whole = pl.when(text.str.ends_with("%")).then(signed).otherwise(whole)
    return pl.when(whole.is_finite()).then(whole)


def tidy(text: pl.Expr) -> pl.Expr:
    """Write wide letters narrow and strip blanks."""
    return text.str.normalize("NFKC").str.strip_chars()


def _parsed(text: pl.Expr) -> pl.Expr:
    """Parse plain and properly grouped numbers; anything else is null."""
    plain = (
        pl.when(text.str.contains(_GROUPED_NUMBER))
        .then(text.str.replace_all("[, ]", ""))
        .otherwise(text)
    )
    return pl.when(plain.str.contains(_PLAIN_NUMBER)).then(plain).cast(pl.Float64, strict=False)


def to_count(raw: Raw) -> pl.Expr:
    """Return whole numbers from 0 on; anything else is null."""
    number = to_number(raw)
    whole = (number == number.floor()) & number.is_between(0, EXACT_WHOLE)
    return pl.when(whole).then(number).cast(pl.Int64)


def to_date(raw: Raw, *, date1904: bool = False) -> pl.Expr:
    """Return dates of date cells, of serial numbers in the workbook's epoch, of written dates.

    >>> from ironpot.case.files.sheet import literal
    >>> pl.select(to_date(literal("2024年12月31日"))).item()
    datetime.date(2024, 12, 31)
    """
    text = tidy(raw.text).str.replace_all(r"\s*([年月日/.-])\s*", "$1")
    return pl.coalesce(
        raw.date,
        _serial_date(raw.number, date1904=date1904),
        _written_date(text, _DATE),
        _written_date(text, _COMPACT_DATE),
    )


def _written_date(text: pl.Expr, pattern: str) -> pl.Expr:
    year, month, day = (text.str.extract(pattern, group) for group in (1, 2, 3))
    return (year + "-" + month + "-" + day).str.to_date("%Y-%m-%d", strict=False)


def _serial_date(number: pl.Expr, *, date1904: bool) -> pl.Expr:
    """Return days of serial numbers of our time, and of numbers like 20241231."""
    days = number.floor() + (_EPOCH_1904_DAYS if date1904 else 0) - _UNIX_EPOCH_SERIAL
    serial = pl.when(number.is_between(_FIRST_SERIAL, _LAST_SERIAL)).then(days)
    whole = number.is_between(19_000_101, 20_991_231) & (number == number.floor())
    compact = pl.when(whole).then(number).cast(pl.Int64).cast(pl.String)
    return pl.coalesce(serial.cast(pl.Int32).cast(pl.Date), _written_date(compact, _COMPACT_DATE))


def to_bool(raw: Raw) -> pl.Expr:
    """Return truth of 是/否, yes/no, true/false, 1/0."""
    truth = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    return folded(raw.shown).replace_strict(truth, default=None, return_dtype=pl.Boolean)


def folded(text: pl.Expr) -> pl.Expr:
    """Write alike what reads alike, as `nearest.fold` does for one text."""
    return text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s_]", "")


def to_choice(raw: Raw, column: Column, labels: Mapping[str, Text]) -> pl.Expr:
    """Return the code word of each word or label; null if the column does not allow it."""
    return folded(raw.shown).replace_strict(
        words(column, labels), default=None, return_dtype=pl.String
    )


def words(column: Column, labels: Mapping[str, Text]) -> dict[str, str]:
    """Return the code word behind every accepted spelling, folded."""
    spelt = {fold(label): word for word, text in labels.items() for label in text}
    return spelt | {fold(word): word for word in column.allowed}


def to_many(raw: Raw, column: Column, labels: Mapping[str, Text]) -> pl.Expr:
    """Return keys or words joined by ';'; null if one of the words is not allowed.

    >>> from ironpot.case.files.sheet import literal
    >>> from ironpot.core.columns import Column
    >>> pl.select(to_many(literal("A1、A2;A3"), Column("a", "many", Text("a", "a")), {})).item()
    'A1;A2;A3'
    """
    parts = unescape(raw.shown).str.replace_all(_SEPARATORS, ";").str.split(";")
    keys = parts.list.eval(pl.element().str.strip_chars())
    keys = keys.list.eval(pl.element().filter(pl.element() != ""))
    if not column.allowed:
        return keys.list.join(";")
    known = words(column, labels)
    coded = keys.list.eval(
        folded(pl.element()).replace_strict(known, default=None, return_dtype=pl.String)
    )
    return coded.list.join(";", ignore_nulls=False)


def to_quarter(raw: Raw, *, or_all: bool) -> pl.Expr:
    """Return quarters as 2025Q1; with `or_all` also the word for every quarter."""
    text = tidy(raw.shown).str.to_uppercase().str.replace_all(r"\s", "")
    quarter = (
        text.str.extract(_QUARTER, 1)
        + "Q"
        + text.str.extract(_QUARTER, 2).replace(_CHINESE_QUARTER)
    )
    every = pl.when(folded(raw.shown).is_in(list(_ALL_QUARTERS))).then(pl.lit("all"))
    return pl.coalesce(quarter, every) if or_all else quarter


def to_cycle(raw: Raw, labels: Mapping[str, Text]) -> pl.Expr:
    """Return ACTUS cycles, written as such or by the label of a common one (每季, 按季, 季)."""
    text = tidy(raw.shown).str.to_uppercase()
    spelt = {fold(label): word for word, pair in labels.items() for label in pair}
    bare = {label.removeprefix("每"): word for label, word in spelt.items()}
    spelt |= bare | {f"按{label}": word for label, word in bare.items()}
    named = folded(raw.shown).replace_strict(spelt, default=None, return_dtype=pl.String)
    return pl.coalesce(pl.when(text.str.contains(_CYCLE)).then(text), named)


def to_key(raw: Raw) -> pl.Expr:
    """Return keys and texts as they stand, blanks at the ends and an escape stripped."""
    return unescape(raw.shown.str.strip_chars())
