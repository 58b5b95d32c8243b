"""Read an Excel workbook in a child process that may die without harm.

The child limits its own memory and processor time (see `parse`); this side only turns its lines
into sheets, or its silence into a refusal that says what to do.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ironpot.case.files.refusal import refused
from ironpot.case.files.scan import Flaw
from ironpot.case.files.sheet import Sheet, Span, block_cells, frame_of

WALL_SECONDS = 120


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of the workbook at `path` in its order.

    Raises FileRefusedError on a file that is not a plain .xlsx or .xlsm workbook, is protected,
    damaged, hostile or too large; within 2 s and 256 MiB.
    """
    sheets = _by_sheet(_lines(path))
    return [_sheet(path.name, head, blocks) for head, blocks in sheets]


def cells_in_workbook(path: Path) -> int:
    """Return how many cells the workbook at `path` holds; FileRefusedError if it is not safe."""
    return int(_lines(path, "--count")[0]["cells"])


def _lines(path: Path, *options: str) -> list[dict[str, Any]]:
    """Return what the child says of the workbook, its end mark left out."""
    lines = [json.loads(line) for line in _child_output(path, *options).splitlines()]
    if lines and "refused" in lines[-1]:
        raise refused(path, *lines[-1]["refused"])
    if not lines or "end" not in lines[-1]:
        raise refused(path, "too_much_memory")
    return lines[:-1]


def _child_output(path: Path, *options: str) -> bytes:
    module = ["-P", "-m", "ironpot.case.files.parse"]
    command = [sys.executable, *module, str(path.absolute()), *options]
    try:
        child = subprocess.run(  # noqa: S603  our own module, the path is one argument
            command, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise refused(path, "too_slow") from error
    if child.returncode != 0:
        raise refused(path, "too_much_memory")
    return child.stdout


def _by_sheet(lines: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Pair each sheet's head with the blocks of rows that follow it."""
    sheets: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for line in lines:
        if "sheet" in line:
            sheets.append((line, []))
        else:
            sheets[-1][1].append(line)
    return sheets


def _sheet(file: str, head: dict[str, Any], blocks: list[dict[str, Any]]) -> Sheet:
    flaws = tuple(Flaw(*flaw) for flaw in head["flaws"])
    blocks = [*blocks, _room_for(flaws, blocks)]
    width = max(len(block["columns"]) for block in blocks)
    height = sum(block["rows"] for block in blocks)
    return Sheet(
        file=file,
        title=head["sheet"],
        cells=frame_of(
            range(1, height + 1),
            [
                block_cells(key, [(block["rows"], _cells(block, key)) for block in blocks])
                for key in range(1, width + 1)
            ],
        ),
        width=width,
        hidden=head["hidden"],
        merged=tuple(Span(*area) for area in head["merged"]),
        flaws=flaws,
        date1904=head["date1904"],
    )


def _room_for(flaws: tuple[Flaw, ...], blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an empty block that reaches the last flaw: cells without values end no sheet."""
    height = sum(block["rows"] for block in blocks)
    last_row = max((flaw.row for flaw in flaws), default=0)
    last_column = max((flaw.column for flaw in flaws), default=0)
    return {"rows": max(0, last_row - height), "columns": [{}] * last_column}


def _cells(block: dict[str, Any], key: int) -> dict[str, Any]:
    return block["columns"][key - 1] if key <= len(block["columns"]) else {}
