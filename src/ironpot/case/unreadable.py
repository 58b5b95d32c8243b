"""Why can this cell not be read, and what should stand there? A sentence for each kind."""

import calendar
import re
import unicodedata
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from ironpot.case.draft import Message, Part
from ironpot.case.files.scan import Flaw
from ironpot.case.nearest import nearest
from ironpot.case.schema.labels import word_labels
from ironpot.case.spoken import spoken_number
from ironpot.core.columns import Column
from ironpot.core.issues import Issue
from ironpot.core.lang import Text
from ironpot.core.money import UNIT_TEXT, YUAN_PER_UNIT, Unit

_DATE_LIKE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)\.?\d*(?:[eE][+-]?\d+)?")
_RECKONED = Text("it is reckoned with", "该数要参与计算")
_DATED = Text("payments are placed in time by it", "收付款按它排列时间")
_SORTED = Text("rows are sorted by it", "数据按它归类")


class _Reason(NamedTuple):
    message: Message
    fills: dict[str, Text]
    near: str | None = None


def unreadable(part: Part, name: str, rows: pl.Series) -> list[Issue]:
    """Return an issue for the cell of column `name` in each of the user's rows `rows`."""
    column, unit = part.table.column(name), part.origins[name].unit
    texts = part.typed_texts(name, rows)
    reasons = {text: _reason(column, text, unit) for text in dict.fromkeys(texts)}
    return [
        part.issue(row, name, reason.message, reason.fills, reason.near, text)
        for row, text in zip(rows, texts, strict=True)
        for reason in (reasons[text],)
    ]


def flawed(part: Part, name: str, flaw: Flaw) -> Issue:
    """Return the issue of a formula that was never computed, or of an error in a cell."""
    message = _UNCOMPUTED if flaw.code == "formula" else _ERROR
    return part.issue(flaw.row, name, message, value=flaw.text)


_UNCOMPUTED = Message(
    "cell.formula_without_value",
    Text("is a formula whose value was never stored", "公式没有保存计算结果"),
    Text("it would read as empty, that is unknown", "会被当作空白,即未知"),
    Text(
        "open the workbook in Excel or WPS, let it compute, and save",
        "请用Excel或WPS打开,计算后保存",
    ),
)
_ERROR = Message(
    "cell.error",
    Text("is an error value", "是错误值"),
    Text("it would read as empty, that is unknown", "会被当作空白,即未知"),
    Text("correct the formula, or write the value", "请更正公式,或直接填写数值"),
)


def _reason(column: Column, text: str, unit: Unit | None) -> _Reason:
    match column.kind:
        case "money" | "number" | "rate" | "share" | "count":
            return _number(column, text, unit)
        case "date":
            return _date(text)
        case "bool":
            return _Reason(_NOT_BOOL, {})
        case "choice" | "many" | "cycle":
            return _word(column, text)
        case _:
            return _Reason(_NOT_QUARTER, {})


_NOT_NUMBER = Message(
    "number.unreadable",
    Text("is not a number", "不是数字"),
    _RECKONED,
    Text("write {suggestion}", "请填{suggestion}"),
)
_NOT_COUNT = Message(
    "number.not_whole",
    Text("is not a whole number", "不是非负整数"),
    _RECKONED,
    Text("write {suggestion}", "请填{suggestion}"),
)
_TOO_LARGE = Message(
    "number.too_large",
    Text("is more money than can be held to the fen", "金额过大,无法精确到分"),
    Text("amounts beyond 9e13 yuan are slips of the unit", "超过90万亿元多为单位错误"),
    Text("check the unit of the column", "请核对该列单位"),
)


_BY_KIND = {
    "money": Text("digits such as 1234.56", "数字,如1234.56"),
    "rate": Text("4.5% or 0.045", "4.5%或0.045"),
    "share": Text("60% or 0.6", "60%或0.6"),
    "count": Text("a whole number", "整数"),
    "number": Text("digits only", "纯数字"),
}


def _number(column: Column, text: str, unit: Unit | None) -> _Reason:
    if _PLAIN_NUMBER.fullmatch(text) and column.kind == "count":
        return _Reason(_NOT_COUNT, {"suggestion": _BY_KIND["count"]})
    if _PLAIN_NUMBER.fullmatch(text) and column.kind == "money":
        return _Reason(_TOO_LARGE, {})
    meant = spoken_number(text)
    if meant is None:
        return _Reason(_NOT_NUMBER, {"suggestion": _BY_KIND[column.kind]})
    return _Reason(_NOT_NUMBER, {"suggestion": _suggested(meant, unit)})


def _suggested(meant: float, unit: Unit | None) -> Text:
    """Write the number meant as it should stand in a column of `unit`."""
    if unit is None:
        return Text(f"{meant:g}", f"{meant:g}")
    digits = f"{meant / YUAN_PER_UNIT[unit]:.10g}"
    return Text(f"{digits} (unit: {UNIT_TEXT[unit].en})", f"{digits}(单位:{UNIT_TEXT[unit].zh})")


_NO_SUCH_DAY = Message(
    "date.no_such_day",
    Text("{detail}", "{detail}"),
    _DATED,
    Text("correct the date; write it as 2024-12-31", "请更正,按2024-12-31格式填写"),
)
_NOT_DATE = Message(
    "date.unreadable",
    Text("is not a date that can be read for certain", "不是可确定的日期"),
    _DATED,
    Text("write year, month, day: 2024-12-31", "请按年月日填写,如2024-12-31"),
)


def _date(text: str) -> _Reason:
    match = _DATE_LIKE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return _Reason(_NOT_DATE, {})
    year, month, day = (int(part) for part in match.groups())
    if not 1 <= month <= 12:
        detail = Text(f"there is no month {month}", f"没有第{month}个月")
    elif year >= 1 and not 1 <= day <= calendar.monthrange(year, month)[1]:
        detail = Text(f"{year}-{month:02d} has no day {day}", f"{year}年{month}月没有{day}日")
    else:
        return _Reason(_NOT_DATE, {})
    return _Reason(_NO_SUCH_DAY, {"detail": detail})


_NOT_BOOL = Message(
    "bool.unreadable",
    Text("is neither yes nor no", "不是“是”或“否”"),
    _SORTED,
    Text("write yes or no", "请填“是”或“否”"),
)
_NOT_QUARTER = Message(
    "quarter.unreadable",
    Text("is not a quarter", "不是季度"),
    _DATED,
    Text("write it as 2025Q1", "请按2025Q1格式填写"),
)
_NOT_ALLOWED = Message(
    "word.unknown",
    Text("is not a word of this column", "不是该列可用的选项"),
    _SORTED,
    Text("write one of: {words}", "请从中选择:{words}"),
)
_NEARLY_ALLOWED = replace(
    _NOT_ALLOWED,
    mend=Text(
        'write "{near}" if that is meant, or one of: {words}', "如指“{near}”请更正,可选:{words}"
    ),
)


def _word(column: Column, text: str) -> _Reason:
    labels = word_labels(column)
    known = {label: word for word, pair in labels.items() for label in (word, *pair)}
    near = nearest(text, known)
    listed = Text(
        ", ".join(f"{word} ({pair.en})" for word, pair in labels.items()),
        "、".join(pair.zh for pair in labels.values()),
    )
    if near is None:
        return _Reason(_NOT_ALLOWED, {"words": listed})
    return _Reason(_NEARLY_ALLOWED, {"words": listed, "near": Text(near, near)}, near)
