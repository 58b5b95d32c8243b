"""How long does it take to refuse a hostile file, and how much memory?

Writes bombs, far cells, entity bombs, giant lines and the like, reads each in a fresh process, and
prints seconds and peak memory of the reading process and of its child, start of Python included.
Each must be refused within 2 s and 256 MiB, or read right. `--quick` reads each once instead of
three times; the files are the same. Needs Linux for the memory of the reading process.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

SECONDS, MEBIBYTES = 2.0, 256.0
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

# Reads one case in a process of its own; says what came of it and how much memory each side took.
READER = """
import json, re, resource, sys
from pathlib import Path
from ironpot.case.read import read_case
from ironpot.core.errors import FileRefusedError
try:
    read_case(Path(sys.argv[1])); said = "read"
except FileRefusedError:
    said = "refused"
mine = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([said, mine / 1024, child / 1024]))
"""


def main() -> None:
    """Read every file and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    digest = hashlib.sha256()
    worst_seconds, worst_memory = 0.0, 0.0
    print(f"{'file':<30}{'outcome':<10}{'seconds':>9}{'MiB':>8}{'child MiB':>11}")
    for name, write in FILES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder))
            digest.update(name.encode() + str(path.stat().st_size).encode())
            outcome, seconds, memory, child = measured(path, 1 if quick else 3)
        print(f"{name:<30}{outcome:<10}{seconds:>9.2f}{memory:>8.0f}{child:>11.0f}")
        worst_seconds, worst_memory = max(worst_seconds, seconds), max(worst_memory, memory, child)
    figures = {
        "files": len(FILES),
        "slowest_s": round(worst_seconds, 2),
        "target_s": SECONDS,
        "target_mib": MEBIBYTES,
        "instance_hash": digest.hexdigest(),
        "quick": quick,
        "cores": os.cpu_count(),
        "peak_mib": round(worst_memory, 1),
    }
    print(json.dumps(figures))


def measured(path: Path, repetitions: int) -> tuple[str, float, float, float]:
    """Return outcome, seconds and peak memory of both processes, the best of all repetitions."""
    runs: list[tuple[float, str, float, float]] = []
    for _ in range(repetitions):
        start = time.perf_counter()
        said = subprocess.run(  # noqa: S603  our own code, the path is one argument
            [sys.executable, "-c", READER, str(path)], capture_output=True, check=True
        )
        outcome, memory, child = json.loads(said.stdout)
        runs.append((time.perf_counter() - start, outcome, memory, child))
    seconds, outcome, memory, child = min(runs)
    return outcome, seconds, memory, child


def workbook(rows: str, parts: dict[str, str] | None = None) -> Callable[[Path], Path]:
    """Return a writer of a workbook of one sheet with `rows` as its data and further `parts`."""
    texts = SKELETON | {SHEET: sheet(rows)} | (parts or {})

    def write(folder: Path) -> Path:
        path = folder / "hostile.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in texts.items():
                entry = zipfile.ZipInfo(name, (2024, 12, 31, 0, 0, 0))
                archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
        return path

    return write


def sheet(rows: str) -> str:
    """Return the text of a sheet with `rows` as its data."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def cell(address: str) -> str:
    """Return a row with one number at `address`."""
    number = "".join(filter(str.isdigit, address))
    return f'<row r="{number}"><c r="{address}"><v>1</v></c></row>'


def text_file(content: bytes, size: int = 0) -> Callable[[Path], Path]:
    """Return a writer of a case folder whose debts.csv has `content`, padded to `size` bytes."""

    def write(folder: Path) -> Path:
        with (folder / "debts.csv").open("wb") as stream:
            stream.write(content)
            if size:
                stream.truncate(size)
        return folder

    return write


def raw_file(content: bytes, size: int = 0) -> Callable[[Path], Path]:
    """Return a writer of a file named as a workbook that is none."""

    def write(folder: Path) -> Path:
        path = folder / "hostile.xlsx"
        with path.open("wb") as stream:
            stream.write(content)
            if size:
                stream.truncate(size)
        return path

    return write


SHEET = "xl/worksheets/sheet1.xml"
BOOK = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
FORMAT = "application/vnd.openxmlformats-"
SKELETON = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{FORMAT}'
        'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{FORMAT}officedocument.spreadsheetml.'
        'sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{BOOK}</workbook>',
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
NESTED = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
ENTITY_BOMB = f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{NESTED}]>' + sheet(
    '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row>'
)
LONG_CELL = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"a" * (100 << 20)}</t></is></c></row>'
FORMATTED = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(2, 1_000_000))
STRINGS = f'<sst xmlns="{MAIN}">{"<si><t>text</t></si>" * 1_000_000}</sst>'
SHEETS = f'<workbook xmlns="{MAIN}">{"<sheet/>" * 1_000_000}</workbook>'

FILES: dict[str, Callable[[Path], Path]] = {
    "bomb of 200 MiB": workbook(" " * (200 << 20)),
    "bomb under the limit": workbook(" " * (125 << 20)),
    "one cell of 100 MiB": workbook(LONG_CELL),
    "cell at XFD1048576": workbook(cell("A1") + cell("XFD1048576")),
    "cell at IU299999": workbook(cell("A1") + cell("IU299999")),
    "entity bomb": workbook("", {SHEET: ENTITY_BOMB}),
    "a million empty rows": workbook(cell("A1") + "<row/>" * 1_000_000),
    "a million formatted rows": workbook(cell("A1") + FORMATTED),
    "a million shared strings": workbook(cell("A1"), {"xl/sharedStrings.xml": STRINGS}),
    "two million open cells": workbook('<row r="1">' + "<c><f>" * 2_000_000),
    "a million error cells": workbook('<row r="1">' + '<c t="e" ' * 1_000_000),
    "a million sheets": workbook("", {"xl/workbook.xml": SHEETS}),
    "ten thousand parts": workbook("", {f"xl/p{n}.xml": "" for n in range(10_000)}),
    "a file of 4 GiB": raw_file(b"PK\x03\x04", 4 << 30),
    "no workbook at all": raw_file(b"MZ" * 1_000),
    "an encrypted workbook": raw_file(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
    "CSV of 1 GiB": text_file(b"debt_id,name\n", 1 << 30),
    "CSV line of 100 MiB": text_file(b"debt_id,name\n" + b"x" * (100 << 20)),
    "CSV of thirty million lines": text_file(b"a\n" * 30_000_000),
    "CSV row of a million cells": text_file(b"a,b\n" * 100_000 + b"," * 1_000_000),
    "CSV with NUL bytes": text_file(b"debt_id,name\n1,\0\n"),
    "CSV of commas": text_file(b"a,b\n" + b"," * (60 << 20)),
}

if __name__ == "__main__":
    main()
