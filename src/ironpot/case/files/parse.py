"""The reading child: one workbook in, one line of JSON per block of rows out.

`python -m ironpot.case.files.parse FILE` limits its own memory and time, refuses what is not safe
and prints the cells; with `--count` only how many cells there are, empty formatted ones included.
It imports nothing heavy, so that it starts in a few hundredths of a second.

Lines: `{"refused": [code, detail]}`, or for each sheet a head
`{"sheet", "hidden", "merged": [[row, column, last row, last column]], "flaws": [[row, column, code,
text]], "date1904"}` followed by blocks `{"rows", "columns": [{"text", "number", "date"}]}` whose
lists are as long as the block and absent where no cell of the kind stands; last `{"end": true}`.
With `--count` one line `{"cells": n}` stands before the end.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from ironpot.case.files.container import (
    MAX_SMALL_PART,
    MEBIBYTE,
    RELATIONS,
    SHEETS,
    WORKBOOK,
    RefusedError,
    check_container,
    read_directory,
    read_markup,
)
from ironpot.case.files.scan import Flaw, count_cells, scan_sheet, sheet_parts

MEMORY_LIMIT = 256 * MEBIBYTE
BLOCK_ROWS = 5_000
_EPOCH_1904 = (b'date1904="1"', b'date1904="true"', b"date1904='1'", b"date1904='true'")

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def main(path: Path, *, count: bool) -> None:
    """Print the cells of the workbook at `path`, or their number, or why it is refused."""
    limit_resources(path.stat().st_size)
    try:
        for line in count_lines(path) if count else workbook_lines(path):
            _print(line)
    except RefusedError as refusal:
        _print({"refused": [refusal.code, refusal.detail]})
    except (CalamineError, MemoryError) as error:
        code = "too_much_memory" if isinstance(error, MemoryError) else "damaged"
        _print({"refused": [code, ""]})


def limit_resources(size: int) -> None:
    """Let the kernel stop this process at MEMORY_LIMIT and at a processor time that fits `size`."""
    try:
        import resource
    except ImportError:  # not a POSIX system: the parent's time limit alone holds
        return
    seconds = 1 + int(1.5 * size / MEBIBYTE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def count_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield how many cells the workbook's parts hold, then the end mark."""
    check_container(path)
    _inspect(path)
    with path.open("rb") as stream:
        parts = read_directory(stream)
        sheets = [part for name, part in parts.items() if name.lower().startswith(SHEETS)]
        yield {"cells": sum(count_cells(read_markup(stream, part)) for part in sheets)}
    yield {"end": True}


def workbook_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield a head and its blocks of rows for every sheet, then the end mark."""
    check_container(path)
    flaws, date1904 = _inspect(path)
    with CalamineWorkbook.from_path(path) as workbook:
        for meta in workbook.sheets_metadata:
            if meta.name in flaws:
                sheet = workbook.get_sheet_by_name(meta.name)
                yield {
                    "sheet": meta.name,
                    "hidden": meta.visible != SheetVisibleEnum.Visible,
                    "merged": [_span(*area) for area in sheet.merged_cell_ranges or []],
                    "flaws": [astuple(flaw) for flaw in flaws[meta.name]],
                    "date1904": date1904,
                }
                yield from _blocks(sheet)
    yield {"end": True}


def _inspect(path: Path) -> tuple[dict[str, list[Flaw]], bool]:
    """Scan every part that holds text; return the flaws of each sheet and the epoch of dates."""
    with path.open("rb") as stream:
        parts = read_directory(stream)
        book = read_markup(stream, parts[WORKBOOK], MAX_SMALL_PART)
        if RELATIONS not in parts:
            raise RefusedError("damaged")
        titles = sheet_parts(book, read_markup(stream, parts[RELATIONS], MAX_SMALL_PART))
        flaws: dict[str, list[Flaw]] = {}
        for name, part in parts.items():
            if name.lower().endswith((".xml", ".rels", ".vml")):
                data = read_markup(stream, part)
                for title in (title for title, home in titles.items() if home == name.lower()):
                    flaws[title] = scan_sheet(title, data)
    return flaws, any(mark in book for mark in _EPOCH_1904)


def _span(first: tuple[int, int], last: tuple[int, int]) -> list[int]:
    return [first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1]


def _blocks(sheet: CalamineSheet) -> Iterator[dict[str, Any]]:
    """Yield all cells from A1 on: the reader gives leading empty rows, but not leading columns."""
    if sheet.start is None:
        return
    lead_columns = sheet.start[1]
    rows = iter(sheet.iter_rows())
    while block := list(islice(rows, BLOCK_ROWS)):
        columns = [_column(cells) for cells in zip(*block, strict=True)]
        yield {"rows": len(block), "columns": [{}] * lead_columns + columns}


def _column(cells: Sequence[Cell]) -> dict[str, list[Any]]:
    """Split a column of mixed cells into one list a kind, None where the cell is of another."""
    kinds = {type(cell) for cell in cells}
    parts: dict[str, list[Any]] = {}
    if kinds & {float, int}:
        parts["number"] = [cell if type(cell) in (float, int) else None for cell in cells]
    if kinds & {dt.date, dt.datetime}:
        parts["date"] = [
            cell.isoformat()[:10] if isinstance(cell, dt.date) else None for cell in cells
        ]
    if kinds & {str, bool, dt.time, dt.timedelta}:
        text = [_text(cell) for cell in cells]
        if any(text):
            parts["text"] = text
    return parts


def _text(cell: Cell) -> str | None:
    if type(cell) is str:
        return cell or None
    if type(cell) is bool:
        return "true" if cell else "false"
    return str(cell) if isinstance(cell, (dt.time, dt.timedelta)) else None


def _print(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), count="--count" in sys.argv[2:])
