"""How does the report become a PDF? The report as JSON, set by a Typst template on A4.

The template is code, the report is data: no text of a case is ever read as code. Only the shipped
fonts are used, so that the same report gives the same pages on every machine.
"""

import json
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import typst

from ironpot.report import cells
from ironpot.report.figures import Reader
from ironpot.report.fonts import FAMILY
from ironpot.report.model import (
    NUMERIC,
    Block,
    Bullets,
    Chart,
    Field,
    Heading,
    Pair,
    Paragraph,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
)

Json = dict[str, Any]
ZERO_WIDTH = "\u200b"
LONG_WORD = re.compile(r"[!-~]{11,}")
AFTER_MARK = re.compile(r"(?<=[_;/.:&?=-])(?=[!-~])")


def pdf(report: Report, pictures: Mapping[str, str]) -> bytes:
    """Return the report as PDF bytes; `pictures` holds the SVG of each chart by its id."""
    data = json.dumps(document(report, pictures), ensure_ascii=False)
    template = resources.files("ironpot.report")
    with resources.as_file(template) as folder:
        return typst.compile(
            folder / "report.typ",
            root=folder,
            font_paths=[folder / "fonts"],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"report": data},
        )


def document(report: Report, pictures: Mapping[str, str]) -> Json:
    """Return what the template reads: texts, tables as text, charts as SVG."""
    zh = report.reader.lang == "zh"
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "footer": report.footer,
        "date": [int(part) for part in report.date.split("-")],
        "font": FAMILY,
        "lang": report.reader.lang,
        "region": "cn" if zh else "gb",
        "contents": report.reader.say("Contents", "目录"),
        "leader": _blocks(report.leader.blocks, report, pictures, pad=0.5),
        "sections": [_section(section, report, pictures) for section in report.sections],
    }


def _section(section: Section, report: Report, pictures: Mapping[str, str]) -> Json:
    return {
        "heading": section.heading,
        "wide": section.wide,
        "blocks": _blocks(section.blocks, report, pictures, pad=0.85),
    }


def _blocks(
    blocks: Iterable[Block], report: Report, pictures: Mapping[str, str], *, pad: float
) -> list[Json]:
    shown = (block for block in blocks if not (isinstance(block, Table) and block.excel_only))
    return [_block(block, report, pictures, pad) for block in shown]


def _block(block: Block, report: Report, pictures: Mapping[str, str], pad: float) -> Json:
    match block:
        case Paragraph():
            return {
                "kind": "paragraph",
                "text": block.text,
                "head": block.head,
                "tone": block.tone,
            }
        case Bullets():
            return {"kind": "bullets", "items": list(block.items), "numbered": block.numbered}
        case Tiles():
            return {"kind": "tiles", "items": [_tile(tile) for tile in block.items]}
        case Heading():
            return {"kind": "heading", "text": block.text}
        case Table():
            return _table(block, report, pad)
        case Chart():
            return _chart(block, report, pictures)
        case Pair():
            left, right = (
                _blocks(side, report, pictures, pad=pad) for side in (block.left, block.right)
            )
            return {"kind": "pair", "left": left, "right": right, "share": block.share}


def _tile(tile: Tile) -> Json:
    return {
        "label": tile.label,
        "value": tile.value,
        "unit": tile.unit,
        "note": tile.note,
        "long": len(tile.value + tile.unit) > 14,
    }


def _chart(chart: Chart, report: Report, pictures: Mapping[str, str]) -> Json:
    return {
        "kind": "chart",
        "title": cells.chart_title(chart, report.reader),
        "takeaway": chart.takeaway,
        "alt": chart.takeaway,
        "svg": pictures[chart.chart_id],
        "source": cells.source_line(chart, report),
    }


def _table(table: Table, report: Report, pad: float) -> Json:
    fields = cells.page_fields(table)
    return {
        "kind": "table",
        "title": cells.heading(table, report.reader),
        "note": table.note,
        "heads": [field.label for field in fields],
        "numeric": [field.kind in NUMERIC for field in fields],
        "widths": cells.widths(fields, report.reader),
        "short": table.frame.height < 14,
        "dense": len(fields) > 8,
        "pad": pad,
        "rows": [
            {
                "role": line.role,
                "cells": [
                    _cell(value, field, line.role, report.reader)
                    for value, field in zip(line.values, fields, strict=True)
                ],
            }
            for line in cells.lines(table, fields, report.reader)
        ],
    }


def _cell(value: Any, field: Field, role: cells.Role, reader: Reader) -> str:
    shown = cells.text(value, field, reader, role=role)
    return shown if field.kind in NUMERIC else breakable(shown)


def breakable(shown: str) -> str:
    """Let long words break after their marks: Typst moves a word on, but never cuts it.

    >>> breakable("short-id"), breakable("default_public_good_rules").count(ZERO_WIDTH)
    ('short-id', 3)
    """
    return LONG_WORD.sub(lambda word: AFTER_MARK.sub(ZERO_WIDTH, word[0]), shown)
