"""Write what selling together costs so that others can read it: CSV tables, allotments, charts.

Amounts are yuan, volumes appraised yuan, shares decimals; a cell that is unknown is empty.
`columns.csv` says what every column of every table is.
"""

import json
from pathlib import Path

import polars as pl

from ironpot.case.schema.share import ALLOTMENTS
from ironpot.report.charts.draw import draw
from ironpot.report.html import html
from ironpot.report.pdf import pdf
from ironpot.report.risk_out import write_whole
from ironpot.report.system_answer import answers_of
from ironpot.report.system_build import build_system_report
from ironpot.report.system_columns import COLUMNS, MEANT
from ironpot.report.system_view import SystemView
from ironpot.report.xlsx import xlsx


def write_system(view: SystemView, out: Path) -> list[Path]:
    """Write tables, one allotment file a county, charts, reports and system.json into `out`."""
    report = build_system_report(view)
    pictures = draw(report.charts)
    files: dict[str, bytes] = {"system.json": _summary(view)}
    for name, frame in view.tables.items():
        files[f"tables/{name}.csv"] = _csv(frame)
    files["tables/columns.csv"] = _guide(view).write_csv(line_terminator="\n").encode()
    allotted = view.allotments if view.allotments.height else ALLOTMENTS.empty()
    for (county,), rows in allotted.group_by("entity_id", maintain_order=True):
        files[f"allotments/{county}.csv"] = rows.write_csv(line_terminator="\n").encode()
    for chart_id, picture in pictures.items():
        files[f"charts/{chart_id}.svg"] = picture.encode()
    files["report.html"] = html(report, pictures).encode()
    files["report.xlsx"] = xlsx(report)
    files["report.pdf"] = pdf(report, pictures)
    return [write_whole(out / name, content) for name, content in files.items()]


def _guide(view: SystemView) -> pl.DataFrame:
    """Return (table, column, unit, meaning_en, meaning_zh)."""
    tables = view.tables | {"../allotments/*": ALLOTMENTS.empty()}
    rows = [
        (table, column, unit, meaning.en, meaning.zh)
        for table, frame in tables.items()
        for column in frame.columns
        for unit, meaning in (MEANT.get((table, column), COLUMNS[column]),)
    ]
    names = ("table", "column", "unit", "meaning_en", "meaning_zh")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _csv(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV, amounts with two decimals and other figures with six."""
    shown = frame.with_columns(
        pl.col(name).round(2 if "yuan" in COLUMNS[name][0] else 6)
        for name, kind in frame.schema.items()
        if kind.is_float()
    )
    return shown.write_csv(line_terminator="\n").encode()


def _summary(view: SystemView) -> bytes:
    plan = view.crowd.plan
    summary = {
        "name": view.name,
        "synthetic": view.synthetic,
        "seed": view.seed,
        "counties": len(view.crowd.markets.counties),
        "quarters": list(view.quarters),
        "announced": view.crowd.announced.name,
        "announced_cost": round(view.crowd.announced.cost, 2),
        "source": view.source,
        "left_out": list(view.losses),
        "cost": {regime.name: round(regime.cost, 2) for regime in view.crowd.regimes},
        "bound": round(plan.bound, 2),
        "do_nothing": round(plan.do_nothing, 2),
        "gap_of_stake": plan.gap_of_stake,
        "gap_of_cost": plan.gap_of_cost,
        "gap_reached": plan.reached,
        "answer": {answer.question: answer.text for answer in answers_of(view)},
    }
    return (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode()
