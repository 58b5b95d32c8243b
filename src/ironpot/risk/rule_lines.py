"""On which line of a rule file does a field stand? So that an error can name it."""

import re
from collections.abc import Sequence

_SECTION = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+)\s*=\s*(.*)")
_ID = re.compile(r"[\"']([^\"']+)")

_Where = tuple[str, int, str]


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    r"""Return the line, counted from 1, of a field in TOML text; None if it is not found.

    `path` is the field's way down, for example ("indicators", 0, "unit"), where a number may also
    be the id or name that stands in that part. Of a field that is absent the part's line is given.

    >>> text = 'id = "r"\n[[indicators]]\nid = "share"\nunit = "percent"'
    >>> line_of(text, ("indicators", 0, "unit")), line_of(text, ("indicators", "share", "bands"))
    (4, 2)
    """
    lines, ids = _mapped(text)
    first, *rest = path
    section = str(first)
    if not rest:
        return lines.get(("", 0, section)) or lines.get((section, 0, ""))
    number = rest[0] if isinstance(rest[0], int) else ids.get((section, rest[0]), 0)
    key = str(rest[1]) if len(rest) > 1 else ""
    return (
        lines.get((section, number, key))
        or lines.get((section, number, ""))
        or lines.get(("", 0, section))
    )


def _mapped(text: str) -> tuple[dict[_Where, int], dict[tuple[str, str], int]]:
    """Return lines by (part, number of the part, key), and the parts' numbers by id."""
    lines: dict[_Where, int] = {}
    ids: dict[tuple[str, str], int] = {}
    section, number = "", 0
    for row, line in enumerate(text.splitlines(), start=1):
        if header := _SECTION.fullmatch(line.split("#")[0].rstrip()):
            section = header[1]
            number = sum(part == section and not key for part, _, key in lines)
            lines[(section, number, "")] = row
        elif entry := _KEY.match(line):
            lines.setdefault((section, number, entry[1]), row)
            if entry[1] in ("id", "input", "level") and (name := _ID.match(entry[2])):
                ids.setdefault((section, name[1]), number)
    return lines, ids
