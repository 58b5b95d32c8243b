"""How does a figure read? Amounts, shares, periods and lists in the reader's language and unit.

Amounts come in as integer fen and are rounded half up for display (as spreadsheets display them);
the figure behind is never changed. An unknown figure is a dash in tables and a word in sentences.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ironpot.core.lang import Lang, Text
from ironpot.core.money import FEN_PER_YUAN, PROSE_UNIT, UNIT_TEXT, YUAN_PER_UNIT, Unit

DASH = "—"
UNKNOWN = Text("unknown", "未知")
PLACES: dict[Unit, int] = {"yuan": 0, "ten_thousand": 0, "hundred_million": 2}
FINE_PLACES: dict[Unit, int] = {"yuan": 0, "ten_thousand": 1, "hundred_million": 4}
MOST_PLACES: dict[Unit, int] = {"yuan": 2, "ten_thousand": 4, "hundred_million": 6}
MONTHS = "January February March April May June July August September October November December"
CURRENCY_TEXT: dict[str, Text] = {
    "USD": Text("US dollars", "美元"),
    "EUR": Text("euros", "欧元"),
    "GBP": Text("pounds", "英镑"),
    "JPY": Text("yen", "日元"),
    "HKD": Text("Hong Kong dollars", "港元"),
}
COUNTED: dict[Unit, str] = {
    "yuan": "",
    "ten_thousand": "10,000 ",
    "hundred_million": "100 million ",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: language, unit of amounts, currency of the case."""

    lang: Lang
    unit: Unit
    currency: str = "CNY"

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language, Chinese with full-width marks."""
        return full_width(zh) if self.lang == "zh" else en

    def read(self, text: Text) -> str:
        """Return a label or sentence in the reader's language."""
        return self.say(text.en, text.zh)


WIDE = dict(zip(",;:?!", "，；：？！", strict=True))  # noqa: RUF001
CHINESE = "、-〿一-鿿\uff00-\uffef“”"
BETWEEN = re.compile(rf"(?<=[{CHINESE}])[,;:?!](?! )|[,;:?!](?=[{CHINESE}])")
BRACKETS = re.compile(rf"\(([^()]*[{CHINESE}][^()]*)\)|(?<=[{CHINESE}])\(([^()]*)\)")


def full_width(text: str) -> str:
    """Write marks beside Chinese characters in full width, as print does; numbers stay as they are.

    >>> full_width("缺口1,234万元,最低(5%)为零")
    '缺口1,234万元，最低（5%）为零'
    """  # noqa: RUF002
    bracketed = BRACKETS.sub(lambda found: f"（{found[1] or found[2]}）", text)  # noqa: RUF001
    return BETWEEN.sub(lambda found: WIDE[found[0]], bracketed)


def unit_label(reader: Reader) -> str:
    """Name the unit for a table's heading.

    >>> unit_label(Reader("zh", "hundred_million")), unit_label(Reader("en", "ten_thousand"))
    ('亿元', '10,000 yuan')
    >>> unit_label(Reader("en", "hundred_million", "USD"))
    '100 million US dollars'
    """
    if reader.currency == "CNY":
        return UNIT_TEXT[reader.unit].say(reader.lang)
    if reader.lang == "zh":
        return f"{PROSE_UNIT[reader.unit].zh}{_currency(reader)}"
    return f"{COUNTED[reader.unit]}{_currency(reader)}"


def _currency(reader: Reader) -> str:
    if reader.currency == "CNY":
        return reader.say("yuan", "元")
    known = CURRENCY_TEXT.get(reader.currency)
    return known.say(reader.lang) if known else reader.currency


def unit_words(reader: Reader) -> str:
    """Name the unit as a sentence does, after the number.

    >>> unit_words(Reader("en", "hundred_million")), unit_words(Reader("zh", "ten_thousand"))
    ('hundred million yuan', '万元')
    """
    return PROSE_UNIT[reader.unit].say(reader.lang) + _currency(reader)


def amount(fen: int | None, reader: Reader, *, fine: bool = False) -> str:
    """Write an amount without its unit, as tables show it; unknown is a dash.

    >>> amount(4_530_000_000_00, Reader("zh", "hundred_million"))
    '45.30'
    >>> amount(-1_250_000, Reader("zh", "ten_thousand"), fine=True)
    '-1.3'
    >>> amount(None, Reader("en", "yuan"))
    '—'
    """
    if fen is None:
        return DASH
    return _rounded(fen, reader.unit, places(reader, fine=fine))


def places(reader: Reader, *, fine: bool = False) -> int:
    """Decimals of a table's amounts; fine ones are for single lots and debts."""
    return (FINE_PLACES if fine else PLACES)[reader.unit]


def _rounded(fen: int, unit: Unit, decimals: int) -> str:
    exact = Decimal(fen) / (FEN_PER_YUAN * YUAN_PER_UNIT[unit])
    shown = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):,}"


def money(fen: int | None, reader: Reader) -> str:
    """Write an amount with its unit, as sentences say it; small amounts keep two figures.

    >>> money(4_530_000_000_00, Reader("zh", "hundred_million"))
    '45.30亿元'
    >>> money(1_230_000_00, Reader("en", "hundred_million"))
    '0.012 hundred million yuan'
    """
    if fen is None:
        return reader.read(UNKNOWN)
    decimals = PLACES[reader.unit]
    while decimals < MOST_PLACES[reader.unit] and _too_coarse(fen, reader.unit, decimals):
        decimals += 1
    number = _rounded(fen, reader.unit, decimals)
    return number + reader.say(" ", "") + unit_words(reader)


def _too_coarse(fen: int, unit: Unit, decimals: int) -> bool:
    """Whether fewer than two figures of a non-zero amount would be left."""
    return 0 < abs(fen) * 10**decimals < 10 * FEN_PER_YUAN * YUAN_PER_UNIT[unit]


def in_unit_float(fen: int, reader: Reader) -> float:
    """Return the amount as a number in the reader's unit, as Excel stores it."""
    return fen / (FEN_PER_YUAN * YUAN_PER_UNIT[reader.unit])


def percent(share: float | None, decimals: int = 1) -> str:
    """Write a decimal share as percent.

    >>> percent(0.1234), percent(None)
    ('12.3%', '—')
    """
    if share is None:
        return DASH
    shown = Decimal(repr(share * 100)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):,}%"


def number(value: float | None, decimals: int = 2) -> str:
    """Write a plain number; unknown is a dash.

    >>> number(1234.5), number(3.0)
    ('1,234.5', '3')
    """
    if value is None:
        return DASH
    shown = f"{value:,.{decimals}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def count(value: int | None) -> str:
    """Write a count; unknown is a dash."""
    return DASH if value is None else f"{value:,}"


def period(word: str | None, reader: Reader) -> str:
    """Write a quarter, month, date or year as people say it.

    >>> period("2026Q1", Reader("zh", "yuan")), period("2025-03", Reader("en", "yuan"))
    ('2026年第1季度', 'March 2025')
    >>> period("2025-04-01", Reader("en", "yuan"))
    '1 April 2025'
    """
    if not word:
        return DASH
    quarter = re.fullmatch(r"(\d{4})Q(\d)", word)
    if quarter:
        return reader.say(f"Q{quarter[2]} {quarter[1]}", f"{quarter[1]}年第{quarter[2]}季度")
    month = re.fullmatch(r"(\d{4})-(\d{2})", word)
    if month:
        name = MONTHS.split()[int(month[2]) - 1]
        return reader.say(f"{name} {month[1]}", f"{month[1]}年{int(month[2])}月")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        return day(dt.date.fromisoformat(word), reader)
    return reader.say(word, f"{word}年") if re.fullmatch(r"\d{4}", word) else word


def day(date: dt.date | None, reader: Reader) -> str:
    """Write a date.

    >>> day(dt.date(2024, 12, 31), Reader("zh", "yuan"))
    '2024年12月31日'
    """
    if date is None:
        return DASH
    name = MONTHS.split()[date.month - 1]
    return reader.say(f"{date.day} {name} {date.year}", f"{date.year}年{date.month}月{date.day}日")


def listing(words: Sequence[str], reader: Reader) -> str:
    """Join words as a sentence does.

    >>> listing(["a", "b", "c"], Reader("en", "yuan")), listing(["甲", "乙"], Reader("zh", "yuan"))
    ('a, b and c', '甲、乙')
    """
    if reader.lang == "zh":
        return "、".join(words)
    return " and ".join((", ".join(words[:-1]), words[-1]) if len(words) > 1 else words)


def plural(amount_of: int, one: str, many: str) -> str:
    """Return the count with its English noun.

    >>> plural(1, "lot", "lots"), plural(2, "lot", "lots")
    ('1 lot', '2 lots')
    """
    return f"{amount_of:,} {one if amount_of == 1 else many}"
