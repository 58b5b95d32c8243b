"""Is each table whole in itself? Required cells, limits of columns, keys that name one row only."""

import polars as pl

from ironpot.case.draft import ROW, Message, Part
from ironpot.case.files import sheet as files
from ironpot.case.files.sheet import raw
from ironpot.core.columns import Column
from ironpot.core.issues import Issue
from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION, EXPECTED

RESERVED = (CONSOLIDATED, ELIMINATION, EXPECTED)
_ODD_KEY = r"[\s;\uff1b\x00-\x1f\x7f]"
_EXACT_DIGITS = 2.0**53


def required_cells_are_filled(part: Part) -> list[Issue]:
    """Find empty cells of required columns; a cell that could not be read is not empty."""
    issues: list[Issue] = []
    for column in part.table.columns:
        if column.required and column.name in part.origins:
            issues += part.find(part.empty(column.name), column.name, _empty(column))
    return issues


def _empty(column: Column) -> Message:
    return Message(
        "cell.required",
        Text(f'"{column.label.en}" is empty', f"“{column.label.zh}”未填"),
        Text("empty means unknown, and this is needed", "留空即为未知,而该项必需"),
        Text("fill in the cell", "请填写该单元格"),
    )


def values_are_within_limits(part: Part) -> list[Issue]:
    """Find amounts, rates and counts beyond the limits of their columns."""
    issues: list[Issue] = []
    for column in part.table.columns:
        if column.low is not None and column.name in part.origins:
            issues += part.find(pl.col(column.name) < column.low, column.name, _low(column))
        if column.high is not None and column.name in part.origins:
            issues += part.find(pl.col(column.name) > column.high, column.name, _high(column))
    return issues


def _low(column: Column) -> Message:
    return Message(
        "number.too_low",
        Text(f"is below {_limit(column, column.low)}", f"小于{_limit(column, column.low)}"),
        Text(
            "amounts are positive, the column says the direction"
            if column.kind == "money"
            else "no such value can be meant",
            "金额填正数,方向由列决定" if column.kind == "money" else "该值不合理",
        ),
        Text("correct the number", "请更正数值"),
    )


def _high(column: Column) -> Message:
    percent = column.kind in ("rate", "share")
    return Message(
        "number.too_high",
        Text(f"is above {_limit(column, column.high)}", f"大于{_limit(column, column.high)}"),
        Text("no such value can be meant", "该值不合理"),
        Text(
            "write four and a half percent as 4.5% or 0.045" if percent else "correct the number",
            "百分之四点五请填4.5%或0.045" if percent else "请更正数值",
        ),
    )


def _limit(column: Column, limit: float | None) -> str:
    value = limit or 0.0
    return f"{value * 100:g}%" if column.kind in ("rate", "share") else f"{value:g}"


def keys_can_be_used(part: Part) -> list[Issue]:
    """Find keys with blanks or separators, reserved keys, and long numbers that lost digits."""
    issues: list[Issue] = []
    for name in part.table.key:
        column = part.table.column(name)
        if column.kind == "id" and name in part.origins:
            issues += part.find(pl.col(name).str.contains(_ODD_KEY), name, _BLANK)
            issues += part.find(pl.col(name).is_in(RESERVED), name, _RESERVED)
            issues += part.flag(_lost_digits(part, name), name, _LOST_DIGITS)
    return issues


def _lost_digits(part: Part, name: str) -> pl.DataFrame:
    """Return rows whose key was stored as a number too long to be exact."""
    position = part.origins[name].position
    if part.sheet is None or position is None:
        return part.frame.clear()
    long = part.sheet.cells.filter(raw(position).number.abs() >= _EXACT_DIGITS)
    return part.frame.filter(pl.col(ROW).is_in(long[files.ROW].implode()))


_BLANK = Message(
    "id.blank",
    Text("is a key with a blank or a semicolon in it", "编号中含有空格或分号"),
    Text("keys are written into lists and file names", "编号会用于列表和文件"),
    Text("take the blank out, here and where the key is used", "请去掉空格,引用处一并修改"),
)
_RESERVED = Message(
    "id.reserved",
    Text("is a reserved key", "是系统保留编号"),
    Text("result tables use it", "结果表使用该编号"),
    Text("choose another key", "请换一个编号"),
)
_LOST_DIGITS = Message(
    "id.number",
    Text("is a number with more than 15 digits", "为超过15位的数字"),
    Text("a spreadsheet keeps only 15, the rest are lost", "表格软件只保留15位,其余丢失"),
    Text("format the column as text and enter the key again", "请将该列设为文本格式后重新输入"),
)


def keys_name_one_row(part: Part) -> list[Issue]:
    """Find rows whose key stands in an earlier row already."""
    key = list(part.table.key)
    if not set(key) <= set(part.origins) | {name for name in key if _may_be_absent(part, name)}:
        return []
    names = [pl.col(name).fill_null("") if _may_be_absent(part, name) else name for name in key]
    whole = part.frame.with_columns(names).drop_nulls(key)
    first = whole.with_columns(pl.col(ROW).first().over(key).alias("first"))
    at = key[-1] if key[-1] in part.origins else key[0]
    return part.flag(first.filter(pl.col(ROW) != pl.col("first")), at, _TWICE)


def _may_be_absent(part: Part, name: str) -> bool:
    return part.table.column(name).default is not None


_TWICE = Message(
    "key.twice",
    Text("stands in row {first} already", "与第{first}行重复"),
    Text("one row would count twice or hide the other", "会重复计算或互相覆盖"),
    Text("delete one of the rows or correct its key", "请删除其中一行或更正编号"),
)
