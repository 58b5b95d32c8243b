"""How long does it take to read and check a workbook of 50,000 rows?

Writes a seeded case of 500 entities, 15,000 debts, 32,500 lots and 2,000 budget lines, all basic
columns filled, Chinese labels, ten thousand yuan; reads, checks and fills it, and makes
sure that nothing is found. `--quick` reads once instead of five times; the instance is the same.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from ironpot.case.case import Settings
from ironpot.case.packaged import DEFAULTS, packaged_tables
from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.case.template import write_workbook
from ironpot.core.lang import Text

ENTITIES, DEBTS, LOTS, LINES = 500, 15_000, 32_500, 2_000
SEED = 20241231
DATE = dt.date(2024, 12, 31)
TARGET_SECONDS = 3.0


def main() -> None:
    """Time the reading and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    tables = case_tables(np.random.default_rng(SEED))
    settings = Settings("benchmark", Text("Benchmark", "基准测试"), DATE, "E0")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.xlsx"
        write_workbook(path, settings, tables, lang="zh", unit="ten_thousand")
        seconds = [timed(path) for _ in range(1 if quick else 5)]
        megabytes = path.stat().st_size / 1e6
    report(seconds, tables, megabytes, quick=quick)


def timed(path: Path) -> float:
    """Return the seconds of one reading, which must find nothing."""
    start = time.perf_counter()
    reading = read_case(path)
    seconds = time.perf_counter() - start
    found = [issue.say("en") for issue in reading.issues if issue.severity != "note"]
    assert not found, found[:5]
    assert reading.case.debts.height + reading.case.assets.height == DEBTS + LOTS
    return seconds


def report(
    seconds: list[float], tables: dict[str, pl.DataFrame], megabytes: float, *, quick: bool
) -> None:
    """Print the figures for people, then for machines."""
    figures = {
        "rows": sum(frame.height for frame in tables.values()),
        "cells": sum(int(column.count()) for frame in tables.values() for column in frame),
        "workbook_mb": round(megabytes, 2),
        "seconds": round(statistics.median(seconds), 3),
        "slowest": round(max(seconds), 3),
        "target": TARGET_SECONDS,
    }
    for name, figure in figures.items():
        print(f"{name:<14}{figure:>12,}")
    digest = hashlib.sha256()
    for name, frame in tables.items():
        digest.update(name.encode() + frame.write_csv().encode())
    peak = max(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    machine = {"quick": quick, "cores": os.cpu_count(), "peak_mib": round(peak, 1)}
    print(json.dumps({**figures, "instance_hash": digest.hexdigest(), **machine}))


def case_tables(rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Return the four basic tables, amounts in yuan."""
    rows = {
        "entities": entities(),
        "debts": debts(rng),
        "assets": assets(rng),
        "budget": budget(rng),
    }
    return {name: BY_NAME[name].conform(pl.DataFrame(columns)) for name, columns in rows.items()}


def entities() -> dict[str, object]:
    """One government over 499 vehicles."""
    ids = [f"E{n}" for n in range(ENTITIES)]
    return {
        "entity_id": ids,
        "name": [f"主体{n}" for n in range(ENTITIES)],
        "kind": ["government", *["vehicle"] * (ENTITIES - 1)],
        "parent_id": [None, *["E0"] * (ENTITIES - 1)],
        "inside": [True] * ENTITIES,
    }


def debts(rng: np.random.Generator) -> dict[str, object]:
    """Loans, bonds and leases of the vehicles, a third of them redeemed in parts or floating."""
    kind = rng.integers(0, 3, DEBTS)
    start = np.datetime64("2018-01-01") + rng.integers(0, 2_500, DEBTS)
    floating = (kind == 0) & (rng.random(DEBTS) < 0.5)
    return {
        "debt_id": [f"D{n:05d}" for n in range(DEBTS)],
        "name": [f"借款合同{n}" for n in range(DEBTS)],
        "debtor_id": [f"E{n}" for n in rng.integers(1, ENTITIES, DEBTS)],
        "creditor_id": [f"债权人{n}" for n in rng.integers(0, 60, DEBTS)],
        "primary_class": np.where(rng.random(DEBTS) < 0.2, "hidden", "vehicle_other"),
        "instrument": np.array(["loan", "bond", "lease"])[kind],
        "contract_type": np.array(["PAM", "PAM", "ANN"])[kind],
        "notional_principal": amounts(rng, DEBTS),
        "initial_exchange_date": start,
        "maturity_date": np.datetime64("2025-01-31") + rng.integers(0, 3_000, DEBTS),
        "nominal_interest_rate": rng.integers(20, 80, DEBTS) / 1_000,
        "cycle_of_interest_payment": np.array(["P3ML1", "P1YL1", "P3ML1"])[kind],
        "cycle_of_principal_redemption": optional(np.full(DEBTS, "P3ML1"), kind == 2),
        "market_object_code_of_rate_reset": optional(np.full(DEBTS, "LPR1Y"), floating),
        "rate_spread": optional(rng.integers(0, 15, DEBTS) / 1_000, floating),
    }


def assets(rng: np.random.Generator) -> dict[str, object]:
    """Lots of all packaged kinds; nine in ten are appraised, one in ten is a public good."""
    kinds = packaged_tables(DEFAULTS)["asset_kinds"]["asset_kind"].to_list()
    book = amounts(rng, LOTS)
    appraised = rng.random(LOTS) < 0.9
    return {
        "asset_id": [f"A{n:05d}" for n in range(LOTS)],
        "name": [f"资产标的{n}" for n in range(LOTS)],
        "owner_id": [f"E{n}" for n in rng.integers(0, ENTITIES, LOTS)],
        "asset_kind": [kinds[n] for n in rng.integers(0, len(kinds), LOTS)],
        "book_value": book,
        "appraisal": optional(np.round(book * rng.uniform(0.7, 1.4, LOTS), -2), appraised),
        "appraisal_date": optional(
            np.datetime64("2023-06-01") + rng.integers(0, 550, LOTS), appraised
        ),
        "income_y": np.round(book * rng.uniform(0.0, 0.08, LOTS), -2),
        "cost_to_keep_y": np.round(book * rng.uniform(0.0, 0.03, LOTS), -2),
        "remaining_life_y": rng.integers(5, 50, LOTS).astype(float),
        "essential": rng.random(LOTS) < 0.1,
        "title": np.where(rng.random(LOTS) < 0.2, "defect", "clear"),
    }


def budget(rng: np.random.Generator) -> dict[str, object]:
    """The government's main lines, and income and cost of the vehicles for two years."""
    main = ("own_revenue", "transfers_in", "essential_spending", "other_spending")
    rest = LINES - len(main)
    number = np.arange(rest)
    return {
        "entity_id": ["E0"] * len(main) + [f"E{1 + n % 498}" for n in number],
        "account": ["general"] * len(main) + ["company"] * rest,
        "line": [*main, *(("own_revenue", "other_spending")[n // 498 % 2] for n in number)],
        "item": ["", "", "", "", *(f"项目{n // 996 // 2}" for n in number)],
        "year": [2025] * len(main) + [2025 + int(n // 996 % 2) for n in number],
        "amount_y": np.concatenate([np.full(len(main), 5e10), amounts(rng, rest)]),
        "recurrent": [True] * LINES,
    }


def amounts(rng: np.random.Generator, count: int) -> np.ndarray:
    """Lognormal amounts around 40 million yuan, in whole hundreds of yuan."""
    return np.round(np.exp(rng.normal(17.5, 0.8, count)), -2)


def optional(values: np.ndarray, there: np.ndarray) -> list[object]:
    """Return values where `there`, else nothing."""
    return [value if given else None for value, given in zip(values.tolist(), there, strict=True)]


if __name__ == "__main__":
    main()
