"""Write a plan's report: HTML, Excel and PDF from one object, in the reader's language and unit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ironpot.case.case import Case
from ironpot.core.lang import Lang
from ironpot.core.money import Unit
from ironpot.report.build import build_report
from ironpot.report.charts.draw import draw
from ironpot.report.html import html
from ironpot.report.model import Report
from ironpot.report.pdf import pdf
from ironpot.report.plan_files import PlanFiles
from ironpot.report.xlsx import xlsx

Format = Literal["html", "xlsx", "pdf"]
FORMATS: tuple[Format, ...] = ("html", "xlsx", "pdf")


def write_report(
    case: Case,
    plan: PlanFiles,
    out: Path,
    *,
    lang: Lang,
    unit: Unit,
    formats: Sequence[Format] = FORMATS,
) -> list[Path]:
    """Write report.html, report.xlsx and report.pdf into `out` and return their paths.

    Each file is written whole or not at all. The same case and plan give the same bytes.

    >>> write_report(case, plan, Path("out"), lang="zh", unit="hundred_million")  # doctest: +SKIP
    [PosixPath('out/report.html'), PosixPath('out/report.xlsx'), PosixPath('out/report.pdf')]
    >>> FORMATS
    ('html', 'xlsx', 'pdf')
    """
    report = build_report(case, plan, lang=lang, unit=unit)
    faces = _faces(report, formats)
    out.mkdir(parents=True, exist_ok=True)
    return [_write(out / f"report.{name}", content) for name, content in faces.items()]


def _faces(report: Report, formats: Sequence[Format]) -> dict[Format, bytes]:
    """Draw the charts once and render each face asked for."""
    drawn = draw(report.charts) if {"html", "pdf"} & set(formats) else {}
    faces: dict[Format, bytes] = {}
    for name in formats:
        match name:
            case "html":
                faces[name] = html(report, drawn).encode("utf-8")
            case "xlsx":
                faces[name] = xlsx(report)
            case "pdf":
                faces[name] = pdf(report, drawn)
    return faces


def _write(path: Path, content: bytes) -> Path:
    """Write beside the target and move into place, so that no half file is left."""
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
    return path
