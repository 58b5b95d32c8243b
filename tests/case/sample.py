"""The sample district as a folder whose cells a test can change, and what a reading found in it."""

import csv
import io
from pathlib import Path

from ironpot.case.example import write_example
from ironpot.case.read import Reading


def sample(folder: Path, *edits: tuple[str, int, str, str]) -> Path:
    """Write the sample district and change cells: (table, line in the file, column, text)."""
    write_example(folder, "en")
    for table, line, column, value in edits:
        change(folder / f"{table}.csv", line, column, value)
    return folder


def change(path: Path, line: int, column: str, value: str) -> None:
    """Put `value` in a cell of a CSV file; a column that is not there is added."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    if column not in rows[0]:
        rows = [[*row, column if n == 0 else ""] for n, row in enumerate(rows)]
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def add(path: Path, text: str) -> None:
    """Add lines to a file, which is made if need be."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def findings(reading: Reading) -> set[tuple[str, str]]:
    """Return place and code of every error and warning."""
    found = [issue for issue in reading.issues if issue.severity != "note"]
    return {(str(issue.place), issue.code) for issue in found}
