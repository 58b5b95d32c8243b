"""Write a made-up plan as its files: plan.json and tables/*.csv, amounts with two decimals."""

import json
from pathlib import Path

import polars as pl

from ironpot.core.money import plain
from ironpot.core.outputs import TABLES
from ironpot.report.plan_files import PlanFiles


def write_plan(plan: PlanFiles, out: Path) -> None:
    """Write the summary and the twelve tables under `out`."""
    folder = out / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    summary = json.dumps(plan.summary, ensure_ascii=False)
    (out / "plan.json").write_text(summary, encoding="utf-8")
    for table in TABLES:
        money = [column.name for column in table.columns if column.kind == "money"]
        frame = plan.tables[table.name]
        text = frame.with_columns(
            pl.Series(name, [None if fen is None else plain(fen) for fen in frame[name]], pl.String)
            for name in money
        )
        text.write_csv(folder / f"{table.name}.csv")
