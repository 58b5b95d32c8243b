"""Which cells show something and store nothing, and which stand so far out that they would bury us?

A reader of Excel files gives an empty cell for a formula that was never computed and for an error
such as #REF!; both are found here, in the sheet's own text, so that neither reads as "unknown".
Runs in the reading child with the standard library alone. Rows and columns count from 1.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree

from ironpot.case.files.container import RefusedError

LAST_COLUMN = "IZ"
LAST_ROW = 299_999

_ROOT = 4_096
_SHEET_NAMESPACES = (
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_NAMESPACE = r"(?:[\w.-]+:)?"
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
# A cell beyond LAST_COLUMN or LAST_ROW; the second group is there if it holds nothing but a style.
_FAR_CELL = (
    r"r=QUOTE((?:[A-Z]{3}|[J-Z][A-Z])[0-9]+|[A-Z]{1,3}(?:[3-9][0-9]{5}|[0-9]{7,}))QUOTE"
    rf"([^<>]*(?:/>|>\s*</{_NAMESPACE}c>))?"
)
_FAR_CELLS = [re.compile(_FAR_CELL.replace("QUOTE", quote).encode()) for quote in ('"', "'")]
_FORMULA = re.compile(
    rf"<{_NAMESPACE}c\b([^>]*)>\s*<{_NAMESPACE}f\b[^>]*?(?:/>|>([^<]*)</{_NAMESPACE}f>)\s*"
    rf"(<{_NAMESPACE}v\b[^>]*?(?:/>|>([^<]*)<))?".encode()
)
_ERROR = re.compile(
    rf"<{_NAMESPACE}c\b([^>]*\bt=[\"']e[\"'][^>]*)>"
    rf"(?:\s*<{_NAMESPACE}f\b[^>]*?(?:/>|>[^<]*</{_NAMESPACE}f>))?"
    rf"(?:\s*<{_NAMESPACE}v\b[^>]*>([^<]*)<)?".encode()
)
_CELL = re.compile(rf"<{_NAMESPACE}c[\s/>]".encode())
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell that shows something and stores nothing: `formula` never computed, or `error`."""

    row: int
    column: int
    code: str
    text: str


def sheet_parts(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Return the part that holds each sheet's cells in lower case, by sheet title."""
    try:
        links = ElementTree.fromstring(relations)  # noqa: S314  entities are refused before
        book = ElementTree.fromstring(workbook)  # noqa: S314
    except ElementTree.ParseError as error:
        raise RefusedError("damaged") from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
    return {sheet.get("name", ""): _part_name(targets.get(_link(sheet), "")) for sheet in sheets}


def _link(sheet: ElementTree.Element) -> str | None:
    return next((value for name, value in sheet.items() if name.endswith("}id")), None)


def _part_name(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").lower()


def scan_sheet(title: str, data: bytes) -> list[Flaw]:
    """Return the flaws of one sheet; RefusedError on a filled cell far from any real table.

    A sheet in a foreign namespace, which some programs read as empty and some do not, is refused.
    """
    if not any(name in data[:_ROOT] for name in _SHEET_NAMESPACES):
        raise RefusedError("damaged")
    for pattern in _FAR_CELLS:
        for match in pattern.finditer(data):
            if match[2] is None:
                raise RefusedError("far_cell", f"{title}!{match[1].decode()}")
    return [
        *(_uncomputed(title, data) if b"<f" in data or b":f" in data else ()),
        *(_errors(title, data) if b't="e"' in data or b"t='e'" in data else ()),
    ]


def count_cells(data: bytes) -> int:
    """Return the number of cells in a sheet's text, formatted empty ones included.

    >>> count_cells(b'<row><c r="A1"/><c r="B1"><v>1</v></c></row>')
    2
    """
    return len(_CELL.findall(data))


def _uncomputed(title: str, data: bytes) -> Iterator[Flaw]:
    for attributes, formula, value, text in _FORMULA.findall(data):
        stored = text.strip() or (value and _TEXT_RESULT.search(attributes))
        if not stored:
            yield _flaw(title, attributes, "formula", "=" + _plain(formula))


def _errors(title: str, data: bytes) -> Iterator[Flaw]:
    for attributes, text in _ERROR.findall(data):
        yield _flaw(title, attributes, "error", _plain(text) or "#N/A")


def _plain(markup: bytes) -> str:
    return unescape(markup.decode(errors="replace"))


def _flaw(title: str, attributes: bytes, code: str, text: str) -> Flaw:
    address = _ADDRESS.search(attributes)
    if address is None:
        raise RefusedError("no_addresses", title)
    column = 0
    for letter in address[1]:
        column = column * 26 + letter - ord("A") + 1
    return Flaw(int(address[2]), column, code, text)
