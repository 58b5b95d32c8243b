"""How does the workbook look? Colours, number formats and widths in one place."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from ironpot.core.columns import Column, Kind

INK = "#1F2A37"
TEAL = "#0F5C5C"
TEAL_PALE = "#DCEBEA"
GREY = "#6B7280"
GREY_PALE = "#F1F3F5"
SAND = "#FFF8E6"
SAND_DARK = "#B7791F"
RULE = "#C9D1D9"
FONT = "Microsoft YaHei"

_NUMBER_FORMATS: dict[Kind, str] = {
    "money": "#,##0.00",
    "rate": "0.00%",
    "share": "0.00%",
    "number": "General",
    "count": "0",
    "date": "yyyy-mm-dd",
    "id": "@",
    "text": "@",
    "many": "@",
}
_WIDTHS: dict[Kind, float] = {
    "id": 11,
    "text": 24,
    "choice": 13,
    "many": 20,
    "bool": 8,
    "money": 14,
    "rate": 9,
    "share": 9,
    "number": 9,
    "count": 8,
    "date": 11.5,
    "quarter": 9,
    "period": 9,
    "cycle": 9,
}


_SETTING_KINDS: tuple[Kind, ...] = ("text", "date", "rate", "share", "count")
_CENTRED = ("choice", "bool", "date", "quarter", "period", "cycle")


@dataclass(frozen=True, slots=True)
class Look:
    """The formats of one workbook."""

    title: Format
    lead: Format
    label: Format
    entry: dict[Kind, Format]
    note: Format
    step: Format
    section: Format
    link: Format
    needed: Format
    optional: Format
    banner: Format
    by_kind: dict[Kind, Format]
    sample: dict[Kind, Format]


def look(workbook: Workbook) -> Look:
    """Make the formats of a workbook."""

    def new(**properties: object) -> Format:
        base: dict[str, object] = {"font_name": FONT, "font_size": 10, "font_color": INK}
        return workbook.add_format({**base, "valign": "vcenter", **properties})

    boxed = {"border": 1, "border_color": RULE}
    filled = {"bg_color": SAND, "align": "left"}
    header = {"bold": True, "text_wrap": True, "align": "center", **boxed}
    kinds: list[Kind] = list(_WIDTHS)
    numbers = {kind: _number_format(kind) for kind in kinds}
    return Look(
        title=new(bold=True, font_size=18, font_color=TEAL),
        lead=new(text_wrap=True, font_color=GREY),
        label=new(bold=True, bg_color=GREY_PALE, **boxed),
        entry={kind: new(**numbers[kind] | boxed | filled) for kind in _SETTING_KINDS},
        note=new(text_wrap=True, **{**boxed, "font_color": GREY}),
        step=new(text_wrap=True),
        section=new(bold=True, font_size=12, font_color=TEAL, bottom=2, bottom_color=TEAL),
        link=new(font_color=TEAL, underline=1, **boxed),
        needed=new(bg_color=TEAL, **{**header, "font_color": "#FFFFFF"}),
        optional=new(bg_color=TEAL_PALE, **header),
        banner=new(bold=True, bg_color=SAND, font_color=SAND_DARK, text_wrap=True),
        by_kind={kind: new(**numbers[kind]) for kind in kinds},
        sample={kind: new(bg_color=GREY_PALE, **numbers[kind], **boxed) for kind in kinds},
    )


def _number_format(kind: Kind) -> dict[str, object]:
    """Return how cells of a kind are written: words and dates centred, numbers to the right."""
    written: dict[str, object] = {"num_format": _NUMBER_FORMATS.get(kind, "@")}
    if kind in _CENTRED:
        return written | {"align": "center"}
    return written | {"indent": 1} if kind in ("id", "text", "many") else written


def width(column: Column, header: str, words: Sequence[str]) -> float:
    """Return a column's width in characters: fit for its words and for a header on two lines."""
    widest = max((display_width(word) for word in words), default=0)
    return max(_WIDTHS[column.kind], display_width(header) / 2 + 3, min(widest, 32) + 2)


def display_width(text: str) -> int:
    """Count the character cells that a text takes; Chinese characters take two.

    >>> display_width("本金a")
    5
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
