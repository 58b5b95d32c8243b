"""How does the report look in a browser and printed from it? One self-contained page, no scripts.

Nothing is fetched: style, font and pictures stand in the file, and the page's own policy forbids
any request. Every text is escaped; charts are SVG drawn beforehand.
"""

from collections.abc import Iterable, Mapping
from html import escape
from importlib import resources

from ironpot.report import cells
from ironpot.report.fit import leader_size
from ironpot.report.fonts import embedded_faces
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

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"


def html(report: Report, pictures: Mapping[str, str]) -> str:
    """Return the report as one HTML page; `pictures` holds the SVG of each chart by its id."""
    body = "\n".join(
        (
            _leader(report, pictures),
            _contents(report),
            *(_section(section, report, pictures) for section in report.sections),
        )
    )
    faces = embedded_faces(body + report.title + report.footer)
    lang = report.reader.say("en", "zh-CN")
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{_properties(report)}<title>{escape(report.title)}</title>\n"
        f"<style>\n{faces}\n{_style(report)}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _properties(report: Report) -> str:
    return "".join(
        f'<meta name="{escape(name)}" content="{escape(value)}">\n'
        for name, value in report.details
    )


def _style(report: Report) -> str:
    style = (resources.files("ironpot.report") / "page.css").read_text(encoding="utf-8")
    quoted = report.footer.replace("\\", "").replace('"', "").replace("<", "")
    return style.replace("FOOTER", quoted)


def _leader(report: Report, pictures: Mapping[str, str]) -> str:
    blocks = _blocks(report.leader.blocks, report, pictures)
    return (
        f'<section class="leader" id="{report.leader.section_id}" '
        f'style="font-size:{leader_size(report)}pt">\n'
        f"<header><h1>{escape(report.title)}</h1><p>{escape(report.subtitle)}</p></header>\n"
        f"{blocks}\n</section>"
    )


def _contents(report: Report) -> str:
    items = "".join(
        f'<li><a href="#{section.section_id}">{escape(section.heading)}</a></li>'
        for section in report.sections
    )
    title = report.reader.say("Contents", "目录")
    return f"<nav><h2>{title}</h2><ul>{items}</ul></nav>"


def _section(section: Section, report: Report, pictures: Mapping[str, str]) -> str:
    wide = ' class="wide"' if section.wide else ""
    blocks = _blocks(section.blocks, report, pictures)
    return (
        f'<section id="{section.section_id}"{wide}>\n<h2>{escape(section.heading)}</h2>\n'
        f"{blocks}\n</section>"
    )


def _blocks(blocks: Iterable[Block], report: Report, pictures: Mapping[str, str]) -> str:
    return "\n".join(_block(block, report, pictures) for block in blocks)


def _block(block: Block, report: Report, pictures: Mapping[str, str]) -> str:
    match block:
        case Paragraph():
            return _paragraph(block)
        case Bullets():
            return _bullets(block)
        case Tiles():
            return _tiles(block)
        case Heading():
            return f"<h3>{escape(block.text)}</h3>"
        case Table():
            return "" if block.excel_only else _table(block, report)
        case Chart():
            return _chart(block, report, pictures)
        case Pair():
            return _pair(block, report, pictures)


def _paragraph(block: Paragraph) -> str:
    head = f"<b>{escape(block.head)}</b>" if block.head else ""
    return f'<p class="{block.tone}">{head}{escape(block.text)}</p>'


def _bullets(block: Bullets) -> str:
    tag = "ol" if block.numbered else "ul"
    return f"<{tag}>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + f"</{tag}>"


def _tiles(block: Tiles) -> str:
    return f'<div class="tiles">{"".join(_tile(tile) for tile in block.items)}</div>'


def _tile(tile: Tile) -> str:
    value, unit = escape(tile.value), escape(tile.unit)
    return (
        f'<div><span class="label">{escape(tile.label)}</span>'
        f'<span class="value{_long(tile.value + tile.unit)}">{value}<small> {unit}</small></span>'
        f'<span class="note">{escape(tile.note)}</span></div>'
    )


def _long(value: str) -> str:
    return " long" if len(value) > 14 else ""


def _pair(block: Pair, report: Report, pictures: Mapping[str, str]) -> str:
    left, right = (_blocks(side, report, pictures) for side in (block.left, block.right))
    share = f"{block.share:.2f}fr {1 - block.share:.2f}fr"
    return (
        f'<div class="pair" style="grid-template-columns:{share}">'
        f"<div>{left}</div><div>{right}</div></div>"
    )


def _chart(block: Chart, report: Report, pictures: Mapping[str, str]) -> str:
    title = cells.chart_title(block, report.reader)
    source = cells.source_line(block, report)
    return (
        f'<figure id="{block.chart_id}"><figcaption><b>{escape(title)}</b> '
        f"{escape(block.takeaway)}</figcaption>"
        f'<div role="img" aria-label="{escape(block.takeaway)}">{pictures[block.chart_id]}</div>'
        f'<p class="source">{escape(source)}</p></figure>'
    )


def _table(table: Table, report: Report) -> str:
    fields = cells.page_fields(table)
    size = (" dense" if len(fields) > 8 else "") + (" short" if table.frame.height < 14 else "")
    note = f'<p class="source">{escape(table.note)}</p>' if table.note else ""
    rows = "".join(
        _line(line, fields, report) for line in cells.lines(table, fields, report.reader)
    )
    return (
        f'<div class="table{size}" id="t-{table.table_id}"><table>'
        f"<caption>{escape(cells.heading(table, report.reader))}</caption>"
        f"{_columns(fields, report)}<thead><tr>{_heads(fields)}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{note}</div>"
    )


def _columns(fields: tuple[Field, ...], report: Report) -> str:
    shares = cells.widths(fields, report.reader)
    return "<colgroup>" + "".join(f'<col style="width:{x:.2%}">' for x in shares) + "</colgroup>"


def _heads(fields: tuple[Field, ...]) -> str:
    return "".join(f'<th scope="col"{_align(field)}>{escape(field.label)}</th>' for field in fields)


def _align(field: Field) -> str:
    return ' class="n"' if field.kind in NUMERIC else ""


def _line(line: cells.Line, fields: tuple[Field, ...], report: Report) -> str:
    shown = "".join(
        f"<td{_align(field)}>{escape(cells.text(value, field, report.reader, role=line.role))}</td>"
        for value, field in zip(line.values, fields, strict=True)
    )
    return f'<tr class="{line.role}">{shown}</tr>' if line.role != "body" else f"<tr>{shown}</tr>"
