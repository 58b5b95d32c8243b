"""Read a text table: comma, tab or semicolon; UTF-8, UTF-16 or GB18030; nothing else is guessed.

The first record is the header. Rows are the line on which a record begins, as an editor counts.
"""

import csv
import io
from pathlib import Path

from ironpot.case.files.refusal import refused
from ironpot.case.files.sheet import Sheet, frame_of, text_cells

MAX_BYTES = 64 << 20
MAX_LINE = 1 << 20
MAX_LINES = 500_000
MAX_CELLS = 8_000_000
MAX_COLUMNS = 512
_SEPARATORS = (",", "\t", ";")


def read_text_table(path: Path) -> Sheet:
    """Return the records of a CSV file as text cells.

    Short records are filled with empty cells; a cell beyond the last header goes into a column
    without a name, where the reader of headers finds it. Raises FileRefusedError on files that are
    too large, hold NUL bytes or lines over 1 MiB, or are in an unknown encoding.
    """
    text, _ = decoded(path)
    separator = separator_of(text)
    lines, records = _records(path, text, separator)
    width = max((len(record) for record in records), default=0)
    padded = [record + [""] * (width - len(record)) for record in records]
    header = tuple(padded[0]) if padded else ()
    columns = zip(*padded[1:], strict=True) if len(padded) > 1 else [()] * width
    return Sheet(
        file=path.name,
        title=None,
        cells=frame_of(
            lines[1:], [text_cells(key, cells) for key, cells in enumerate(columns, start=1)]
        ),
        width=width,
        names=header,
        names_row=lines[0] if lines else None,
    )


def separator_of(text: str) -> str:
    """Return what separates cells: comma, tab or semicolon, whichever the first line has most of.

    >>> separator_of("a;b;c,d")
    ';'
    """
    return max(_SEPARATORS, key=text.partition("\n")[0].count)


def decoded(path: Path) -> tuple[str, str]:
    """Return the text of a file and its encoding. Raises FileRefusedError as `read_text_table`."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise refused(path, "too_large", f"{size >> 20} MiB")
    data = path.read_bytes()
    _refuse_long_lines(path, data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(path, data, ("utf-16",))
    if b"\0" in data:
        raise refused(path, "nul", str(data.count(b"\n", 0, data.index(b"\0")) + 1))
    return _decode(path, data, ("utf-8-sig", "gb18030"))


def _refuse_long_lines(path: Path, data: bytes) -> None:
    """Refuse lines over MAX_LINE bytes, and more lines or cells than a table has."""
    lines, cells = data.count(b"\n"), max(data.count(mark.encode()) for mark in _SEPARATORS)
    if lines > MAX_LINES or cells > MAX_CELLS:
        raise refused(path, "too_large", f"{max(lines, cells):,}")
    start, number = 0, 1
    while (end := data.find(b"\n", start)) >= 0 and end - start <= MAX_LINE:
        start, number = end + 1, number + 1
    if (end if end >= 0 else len(data)) - start > MAX_LINE:
        raise refused(path, "long_line", str(number))


def _decode(path: Path, data: bytes, encodings: tuple[str, ...]) -> tuple[str, str]:
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise refused(path, "encoding")


def _records(path: Path, text: str, separator: str) -> tuple[list[int], list[list[str]]]:
    """Return each record with the line it begins on, blank records left out."""
    lines: list[int] = []
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for record in reader:
            if len(record) > MAX_COLUMNS:
                raise refused(path, "long_line", str(begins))
            if any(record):
                lines.append(begins)
                records.append(record)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise refused(path, "long_line", str(begins)) from error
    return lines, records
