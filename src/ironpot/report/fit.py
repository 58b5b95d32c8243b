"""How large may the leader's page be set so that it fits on one sheet of A4?

A browser without scripts cannot measure and set again, so the height of each block is estimated
here, on the high side, in the sizes that page.css gives them; the largest type that fits is taken.
"""

import math
from collections.abc import Iterable

from ironpot.report import cells
from ironpot.report.figures import Reader
from ironpot.report.model import (
    Block,
    Bullets,
    Chart,
    Heading,
    Pair,
    Paragraph,
    Report,
    Table,
    Tile,
    Tiles,
    letters,
)

SIZES = (9.4, 9.0, 8.6, 8.2, 7.8, 7.4, 7.0, 6.6, 6.2, 5.8)  # points
SHEET_WIDTH, SHEET_HEIGHT = 182.0, 264.0  # millimetres inside the margins, two in reserve
MM_PER_POINT = 0.3528
LETTER = 0.54  # em of an average Latin letter, a little more than the font's own
SMALL, SOURCE = 0.87, 0.77  # em, as in page.css
GAP = 5.0  # millimetres between the sides of a pair


def leader_size(report: Report) -> float:
    """Return the type size in points at which the leader's page fits on one sheet."""
    return next((size for size in SIZES if _page(report, size) <= SHEET_HEIGHT), SIZES[-1])


def _page(report: Report, size: float) -> float:
    """Return the estimated height of the leader's page in millimetres."""
    title = _text(report.title, SHEET_WIDTH, 1.9 * size, 1.25)
    beside = letters(report.title) * 1.9 + letters(report.subtitle) * SMALL
    second = beside * LETTER * size * MM_PER_POINT > SHEET_WIDTH - 4
    head = title + 4.2 + (SMALL * size * 1.45 * MM_PER_POINT if second else 0.0)
    return head + _stack(report.leader.blocks, SHEET_WIDTH, size, report.reader)


def _stack(blocks: Iterable[Block], width: float, size: float, reader: Reader) -> float:
    return sum(_height(block, width, size, reader) for block in blocks)


def _height(block: Block, width: float, size: float, reader: Reader) -> float:
    """Return the estimated height of one block in millimetres."""
    match block:
        case Paragraph() if block.tone == "notice":
            return _text(block.text, width - 6, SMALL * size * 1.06, 1.45) + 3.8
        case Paragraph():
            return _text(block.head + block.text, width, size, 1.45) + 1.6
        case Bullets():
            items = (_text(item, width - 6, SMALL * size, 1.35) + 0.5 for item in block.items)
            return sum(items)
        case Tiles():
            room = (width - 2.5 * (len(block.items) - 1)) / len(block.items) - 5.0
            return max(_tile(tile, room, size) for tile in block.items) + 7.2
        case Heading():
            return _text(block.text, width, 1.2 * size, 1.45) + 8.0
        case Table():
            return _table(block, width, SMALL * size, reader)
        case Chart():
            return _chart(block, width, size)
        case Pair():
            sides = ((block.left, block.share), (block.right, 1 - block.share))
            return max(_stack(side, (width - GAP) * share, size, reader) for side, share in sides)


def _text(text: str, width: float, size: float, leading: float) -> float:
    """Return the height of a wrapped text: `width` in millimetres, `size` in points."""
    wide = letters(text) * LETTER * size * MM_PER_POINT
    return max(math.ceil(wide / width), 1) * size * leading * MM_PER_POINT


def _tile(tile: Tile, width: float, size: float) -> float:
    label = _text(tile.label, width, SMALL * size, 1.3)
    note = _text(tile.note, width, SMALL * size, 1.3)
    return label + 1.6 * size * 1.35 * MM_PER_POINT + note


def _chart(chart: Chart, width: float, size: float) -> float:
    captions = _text(chart.title, width, SMALL * size, 1.3)
    captions += _text(chart.takeaway, width, SMALL * size, 1.3)
    source = _text(chart.source, width - 20, SOURCE * size, 1.45)
    return captions + 1.5 + width * chart.height / chart.width + source


def _table(table: Table, width: float, size: float, reader: Reader) -> float:
    """Return the height of a table: each line as high as its tallest cell."""
    fields = cells.page_fields(table)
    room = [share * width - 3.0 for share in cells.widths(fields, reader)]
    heads = (_text(field.label, wide, size, 1.3) for field, wide in zip(fields, room, strict=True))
    height = max(heads) + 1.3 + _text(table.title, width, 0.95 * size, 1.3) + 2.5
    height += _text(table.note, width, SOURCE / SMALL * size, 1.45) if table.note else 0.0
    for line in cells.lines(table, fields, reader):
        shown = [
            cells.text(value, field, reader, role=line.role)
            for value, field in zip(line.values, fields, strict=True)
        ]
        tallest = max(_text(said, wide, size, 1.3) for said, wide in zip(shown, room, strict=True))
        height += tallest + 1.1
    return height
