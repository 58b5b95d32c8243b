"""Write an assessment so that others can read it: documented CSV tables, charts, report, answers.

Amounts are yuan, shares and rates decimals, ratios in the unit that their row names; a cell that
is unknown is empty. `columns.csv` says what every column of every table is.
"""

import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

from ironpot.core.money import FEN_PER_YUAN
from ironpot.report.cells import source_line
from ironpot.report.charts.draw import draw
from ironpot.report.html import html
from ironpot.report.model import Report
from ironpot.report.pdf import pdf
from ironpot.report.risk_answer import answer
from ironpot.report.risk_build import build_risk_report
from ironpot.report.risk_columns import COLUMNS, FEN_COLUMNS, UNKNOWN_COLUMN
from ironpot.report.risk_view import RiskView
from ironpot.report.xlsx import xlsx

PLACES = 6
SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
HEAD_PX, FOOT_PX = 34, 26
MONEY_PLACES = 2


def write_risk(view: RiskView, out: Path) -> list[Path]:
    """Write tables, charts, report and risk.json into `out`; return the paths.

    tables/*.csv with tables/columns.csv; charts/*.svg; report.html, .xlsx and .pdf. Each file is
    written whole or not at all.
    """
    report = build_risk_report(view)
    pictures = draw(report.charts)
    files: dict[str, bytes] = {"risk.json": _summary(view)}
    for name, frame in risk_tables(view).items():
        files[f"tables/{name}.csv"] = _csv(frame)
    files["tables/columns.csv"] = _csv(column_guide(view))
    for chart_id, picture in pictures.items():
        files[f"charts/{chart_id}.svg"] = _titled(report, chart_id, picture)
    files["report.html"] = html(report, pictures).encode()
    files["report.xlsx"] = xlsx(report)
    files["report.pdf"] = pdf(report, pictures)
    return [write_whole(out / name, content) for name, content in files.items()]


def risk_tables(view: RiskView) -> dict[str, pl.DataFrame]:
    """Return the tables by name, amounts in yuan."""
    whole = view.assessment
    frames = {
        "ladder": whole.ladder,
        "breaches": whole.breaches,
        "indicators": whole.indicators,
        "capacity": view.capacity,
        "debt_ratios": view.measured,
        "rules": whole.ratios,
        "lights": whole.lights,
        "path": whole.path,
        "decomposition": whole.decomposition,
        "financing_need": whole.financing_need,
        "fan": whole.fan,
        "probabilities": whole.probabilities,
        "at_risk": whole.at_risk,
        "stresses": whole.stresses,
        "reverse_stress": whole.reverse_stress,
        "levers": view.levers,
        "fit": whole.fit,
    }
    return {name: _in_yuan(frame, FEN_COLUMNS.get(name, ())) for name, frame in frames.items()}


def column_guide(view: RiskView) -> pl.DataFrame:
    """Return (table, column, unit, meaning_en, meaning_zh): what every column of a table is."""
    rows = [
        (table, column, *COLUMNS.get(column, UNKNOWN_COLUMN))
        for table, frame in risk_tables(view).items()
        for column in frame.columns
    ]
    names = ("table", "column", "unit", "meaning_en", "meaning_zh")
    flat = [(table, column, unit, text.en, text.zh) for table, column, unit, text in rows]
    return pl.DataFrame(flat, schema=dict.fromkeys(names, pl.String), orient="row")


def _in_yuan(frame: pl.DataFrame, fen: tuple[str, ...]) -> pl.DataFrame:
    return frame.with_columns(pl.col(name) / FEN_PER_YUAN for name in fen if name in frame.columns)


def _csv(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV, amounts with two decimals and other figures with six."""
    money = [name for name in frame.columns if COLUMNS.get(name, ("",))[0] == "yuan"]
    shown = frame.with_columns(
        pl.col(name).round(MONEY_PLACES if name in money else PLACES)
        for name, kind in frame.schema.items()
        if kind.is_float()
    )
    return shown.write_csv(line_terminator="\n").encode()


def _titled(report: Report, chart_id: str, picture: str) -> bytes:
    """Return a chart's SVG with title, unit, source and date, for readers of the file alone."""
    chart = next(item for item in report.charts if item.chart_id == chart_id)
    found = SIZE.search(picture)
    if found is None:
        return picture.encode()
    width, height = (int(part) for part in found.groups())
    whole = height + HEAD_PX + FOOT_PX
    unit = f" ({chart.unit})" if chart.unit and chart.unit not in chart.title else ""
    return (
        f'<svg width="{width}" height="{whole}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {whole}" font-family="sans-serif">'
        f"<title>{escape(chart.title)}: {escape(chart.takeaway)}</title>"
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<text x="8" y="22" font-size="14" font-weight="bold">{escape(chart.title + unit)}</text>'
        + picture.replace("<svg", f'<svg y="{HEAD_PX}"', 1)
        + f'<text x="8" y="{whole - 10}" font-size="10">{escape(source_line(chart, report))}</text>'
        + "</svg>"
    ).encode()


def _summary(view: RiskView) -> bytes:
    said = answer(view)
    summary = {
        "case_id": view.case.settings.case_id,
        "case_date": view.case.date.isoformat(),
        "when": said.when,
        "how_sure": said.sure,
        "what_helps": said.helps,
        "with_plan": said.planned or None,
        "notes": [view.reader.read(note) for note in view.assessment.notes],
        **dict(view.assessment.fingerprint),
    }
    return (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode()


def write_whole(path: Path, content: bytes) -> Path:
    """Write beside the target and move into place, so that no half file is left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)
    return path
