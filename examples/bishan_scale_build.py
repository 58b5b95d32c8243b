"""How was `examples/bishan-scale` made? Run this to make it again, byte for byte.

The district is invented (Ironbridge) on the scale of published figures of Bishan District,
Chongqing; every row of its register is synthetic. `docs/explanation/example.md` compares what is
built with what was aimed at.

    python examples/bishan_scale_build.py [FOLDER]
"""

import csv
import datetime as dt
import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl
from bishan_scale_parts import budget, bundles, debts, lots, people, published, terms
from bishan_scale_parts.scale import SEED, Row

import ironpot.case
from ironpot.case.schema import BY_NAME
from ironpot.core.columns import Column

HOME = Path(__file__).parent / "bishan-scale"
DEFAULTS = Path(ironpot.case.__file__).parent / "defaults"
SETTINGS = Path(__file__).parent / "bishan_scale_parts" / "case.toml"


def main() -> None:
    """Write the case folder, by default in place."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, folder / "case.toml")
    for name, rows in build_tables(SEED).items():
        write_table(folder / f"{name}.csv", name, rows)


def build_tables(seed: int) -> dict[str, list[Row]]:
    """Return the rows of every table of the case; the same seed gives the same rows."""
    for_debts, for_lots, for_pledges = np.random.default_rng(seed).spawn(3)
    vehicle = debts.vehicle_rows(for_debts)
    debts.mark_overdue(vehicle)
    statutory = debts.statutory_rows(for_debts)
    payables = debts.arrears_rows(for_debts)
    register = lots.lot_rows(for_lots)
    lots.pledge_lots(for_pledges, register, vehicle)
    groups = {str(row["debtor_id"]): lots.group_of(str(row["debtor_id"])) for row in vehicle}
    return {
        "entities": people.entity_rows(),
        "creditors": people.creditor_rows(),
        "claims": budget.claim_rows(),
        "guarantees": debts.guarantee_rows(vehicle, groups),
        "debts": [*statutory, *vehicle, *payables],
        "assets": register,
        "bundles": bundles.bundle_rows(register),
        **money_tables(register, vehicle),
        **choice_tables(register),
    }


def money_tables(register: list[Row], vehicle: list[Row]) -> dict[str, list[Row]]:
    """Return accounts, budget, published accounts, limits and who may help."""
    lines = budget.budget_rows(register)
    return {
        "accounts": budget.account_rows(),
        "budget": lines,
        "fiscal_history": published.fiscal_history_rows(),
        "limits": terms.limit_rows(lines, vehicle),
        "relief_sources": terms.relief_rows(),
    }


def choice_tables(register: list[Row]) -> dict[str, list[Row]]:
    """Return what may be done, what markets take, what leaders wish, and the sources."""
    return {
        "class_actions": terms.class_action_rows(default("class_actions")),
        "markets": terms.market_rows(default("markets"), register, default("asset_kinds")),
        "team": terms.team_rows(),
        "wishes": terms.wish_rows(register),
        "rules": terms.rule_rows(),
        "sources": terms.source_rows(published.SOURCES, terms.SOURCES),
    }


def default(name: str) -> pl.DataFrame:
    """Read a packaged default table as text."""
    return pl.read_csv(DEFAULTS / f"{name}.csv", infer_schema=False)


def write_table(path: Path, name: str, rows: list[Row]) -> None:
    """Write rows as CSV in the schema's column order, without columns that are empty throughout."""
    unknown = {key for row in rows for key in row} - set(BY_NAME[name].names)
    if unknown:
        raise KeyError(f"{name} has no columns {sorted(unknown)}")
    columns = [c for c in BY_NAME[name].columns if any(row.get(c.name) is not None for row in rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows([written(row.get(c.name), c) for c in columns] for row in rows)


def written(value: object, column: Column) -> str:
    """Write one value as a case file holds it: yuan with two decimals, dates ISO, true or false."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dt.date():
            return value.isoformat()
        case int() | float() if column.kind == "money":
            return f"{value:.2f}"
        case float():
            return f"{value:.6f}".rstrip("0").rstrip(".")
        case _:
            return str(value)


if __name__ == "__main__":
    main()
