"""What does the case say about itself? Reads `case.toml`, a workbook's first sheet, or a map.

Every key is validated with pydantic; what cannot be used is None in the draft and an issue at its
line or cell. Chinese dates, percent signs and unit words are accepted.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import polars as pl
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from ironpot.case import values
from ironpot.case.case import DEFAULT_QUARTERS, DEFAULT_WEIGHTS
from ironpot.case.draft import DraftSettings
from ironpot.case.files.sheet import ROW, Sheet, literal, raw
from ironpot.case.headers import unit_named
from ironpot.case.nearest import fold, nearest
from ironpot.case.schema.settings import SECTIONS, SETTING_WORDS, SETTINGS, section_of
from ironpot.core.columns import Column
from ironpot.core.issues import Issue, Place, Severity
from ironpot.core.lang import Text

MOST_ROWS = 200
_AFTER_LABEL = re.compile(r"[*:\uff1a\s]+$")
_WHY = Text("the case cannot be used without it", "没有它案例无法使用")


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting as written, and where; `value` None where its cell is empty."""

    key: str
    value: Any
    place: Place


def _date(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, str):
        return pl.select(values.to_date(literal(value))).item() or value
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str):
        number = pl.select(values.to_number(literal(value), percent_sign=True)).item()
        return value if number is None else number
    return value


def _unit(value: Any) -> Any:
    return unit_named(value) or value if isinstance(value, str) else value


def _imputed(value: Any) -> Any:
    labels = {
        fold(label): word for word, pair in SETTING_WORDS["appraisal"].items() for label in pair
    }
    return labels.get(fold(value), value) if isinstance(value, str) else value


_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Id = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s;]+$")]
_Share = Annotated[float, BeforeValidator(_number), Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class _Keys(BaseModel):
    """The keys of a case, all optional here: what is missing is said in our own words."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: _Id | None = None
    name_en: _Word | None = None
    name_zh: _Word | None = None
    date: Annotated[dt.date, BeforeValidator(_date)] | None = None
    top_entity: _Word | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "CNY"
    unit: (
        Annotated[Literal["yuan", "ten_thousand", "hundred_million"], BeforeValidator(_unit)] | None
    ) = None
    horizon_quarters: Annotated[int, Field(ge=4, le=60)] = DEFAULT_QUARTERS
    discount_rate: Annotated[float, BeforeValidator(_number), Field(ge=0.0, le=0.3)] | None = None
    notice_en: _Word | None = None
    notice_zh: _Word | None = None
    base: _Share | None = None
    adverse: _Share | None = None
    favourable: _Share | None = None
    appraisal: Annotated[Literal["book_value"], BeforeValidator(_imputed)] | None = None


def toml_entries(file: str, text: str) -> tuple[list[Entry], list[Issue]]:
    """Return the settings in the text of a `case.toml`, and an issue for what is not one."""
    try:
        sections = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [], [_unreadable_file(file, str(error))]
    return section_entries(file, sections, text)


def section_entries(
    file: str, sections: Mapping[str, Any], text: str = ""
) -> tuple[list[Entry], list[Issue]]:
    """Return the settings in sections read from TOML; `text` finds their lines."""
    entries: list[Entry] = []
    issues: list[Issue] = []
    for section, keys in sections.items():
        pairs = cast("dict[str, Any]", keys) if isinstance(keys, dict) else {section: keys}
        for key, value in pairs.items():
            place = Place(file, row=_line(text, key), header=key)
            if key in SETTINGS.names and section_of(key) == section:
                entries.append(Entry(key, value, place))
            else:
                issues.append(_unknown_key(place, key))
    return entries, issues


def _line(text: str, key: str) -> int | None:
    found = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None


def sheet_entries(sheet: Sheet) -> list[Entry]:
    """Return the settings in a workbook's first sheet: a label, and the value right of it."""
    keys = {fold(name): column.name for column in SETTINGS.columns for name in _spellings(column)}
    entries: list[Entry] = []
    sheet = sheet.with_flaws_shown()
    rows = sheet.cells.head(MOST_ROWS)
    for position in range(1, sheet.width):
        for row, label, *cells in rows.select(ROW, raw(position).text, *raw(position + 1)).rows():
            key = keys.get(fold(_AFTER_LABEL.sub("", label or "")))
            if key is not None:
                place = sheet.place(row, position + 1, key)
                entries.append(Entry(key, _one_of(*cells), place))
    return entries


def _spellings(column: Column) -> tuple[str, ...]:
    return (column.name, *column.label)


def _one_of(text: str | None, number: float | None, date: dt.date | None) -> Any:
    """Return a cell as date, number or text, whichever it is; None if it is empty."""
    if number is not None and number.is_integer():
        return int(number)
    return date or number or ((text or "").strip() or None)


def read_settings(entries: Sequence[Entry], whole: Place) -> tuple[DraftSettings, list[Issue]]:
    """Return the settings as far as they can be used, and an issue for each that cannot.

    `whole` is the file or sheet where a missing one should stand.
    """
    places = {entry.key: entry.place for entry in entries} | {"": whole}
    written = {entry.key: entry for entry in entries if entry.value is not None}
    keys, issues = _validated(written)
    weights = {name: getattr(keys, name) for name in DEFAULT_WEIGHTS}
    given = {name: value for name, value in weights.items() if value is not None}
    english, chinese = keys.name_en or keys.name_zh, keys.name_zh or keys.name_en
    notice = (keys.notice_en or keys.notice_zh, keys.notice_zh or keys.notice_en)
    draft = DraftSettings(
        case_id=keys.id,
        name=Text(english, chinese) if english and chinese else None,
        date=keys.date,
        top_entity=keys.top_entity,
        currency=keys.currency,
        unit=keys.unit,
        horizon_quarters=keys.horizon_quarters,
        discount_rate=keys.discount_rate,
        weights=given or dict(DEFAULT_WEIGHTS),
        notice=Text(notice[0], notice[1]) if notice[0] and notice[1] else None,
        impute_appraisal=keys.appraisal,
        places=places,
    )
    return draft, [*issues, *_missing(written, places)]


def _validated(written: Mapping[str, Entry]) -> tuple[_Keys, list[Issue]]:
    """Validate all keys; those that fail are issues and fall back to nothing."""
    try:
        return _Keys.model_validate({key: entry.value for key, entry in written.items()}), []
    except ValidationError as error:
        failed = dict.fromkeys(str(found["loc"][0]) for found in error.errors(include_url=False))
        issues = [_invalid(written[key]) for key in failed]
        rest = {key: entry.value for key, entry in written.items() if key not in failed}
        return _Keys.model_validate(rest), issues


def _missing(written: Mapping[str, Entry], places: Mapping[str, Place]) -> list[Issue]:
    needed = [column.name for column in SETTINGS.columns if column.required]
    absent = [SETTINGS.column(key) for key in needed if key not in written]
    if not {"name_en", "name_zh"} & written.keys():
        absent.append(SETTINGS.column("name_zh"))
    return [_absent(column, places.get(column.name, places[""])) for column in absent]


_EXPECTED: dict[str, Text] = {
    "id": Text("a key without blanks", "不含空格的编号"),
    "date": Text("a date such as 2024-12-31", "日期,如2024-12-31"),
    "currency": Text("three capital letters such as CNY", "三位大写字母,如CNY"),
    "unit": Text("yuan, ten_thousand or hundred_million", "元、万元或亿元"),
    "horizon_quarters": Text("a whole number from 4 to 60", "4至60的整数"),
    "discount_rate": Text("a rate between 0 and 30 %, as 0.04 or 4%", "0至30%的利率,如0.04或4%"),
    "appraisal": Text('"book_value", or nothing', "“账面价值”或留空"),
}
_SHARE = Text("a share between 0 and 1", "0至1之间的比例")
_WORDS = Text("text", "文字")
_FILL_CELL = Text("fill in the cell", "请填写该单元格")


def _invalid(entry: Entry) -> Issue:
    default = _SHARE if entry.key in DEFAULT_WEIGHTS else _WORDS
    expected = _EXPECTED.get(entry.key, default)
    label = SETTINGS.column(entry.key).label
    return Issue(
        "error",
        "settings.invalid",
        entry.place,
        str(entry.value),
        Text(f'"{label.en}" is not {expected.en}', f"“{label.zh}”不是{expected.zh}"),
        _WHY,
        Text(f"write {expected.en}", f"请填{expected.zh}"),
    )


def _absent(column: Column, place: Place) -> Issue:
    return Issue(
        "error",
        "settings.missing",
        place,
        "",
        Text(f'"{column.label.en}" ({column.name}) is not set', f"未填写“{column.label.zh}”"),
        _WHY,
        _FILL_CELL
        if place.column is not None
        else Text(
            f"write {column.name} under [{section_of(column.name)}], or on the first sheet",
            f"请在case.toml的[{section_of(column.name)}]或“说明”表中填写",
        ),
    )


def _unknown_key(place: Place, key: str) -> Issue:
    near = nearest(key, [*SETTINGS.names, *SECTIONS])
    severity: Severity = "warning"
    home = f"{near} under [{section_of(near)}]" if near else "a key of the reference"
    return Issue(
        severity,
        "settings.unknown",
        place,
        key,
        Text("is not a setting of this section", "不是该节的设置项"),
        Text("it has no effect", "不起作用"),
        Text(
            f"write {home}",
            f"请改为{f'[{section_of(near)}]下的{near}' if near else '手册所列的键'}",
        ),
        near,
    )


def _unreadable_file(file: str, reason: str) -> Issue:
    line = re.search(r"line (\d+)", reason)
    return Issue(
        "error",
        "settings.unreadable",
        Place(file, row=int(line[1]) if line else None),
        "",
        Text(f"is not TOML: {reason}", f"不是有效的TOML:{reason}"),
        _WHY,
        Text("correct the line; text stands in quotation marks", "请更正该行,文字须加引号"),
    )
