"""How long does it take to re-add a large plan: 700 lots, 300 debts, 20 quarters, 30,000 rows?

Builds a correct plan of that size in integer fen, writes it, verifies it from disk, and checks that
nothing is found. `--quick` repeats once instead of five times; the instance is the same.
"""

import argparse
import csv
import hashlib
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ironpot.core.outputs import CASH_FLOWS, SCHEMA_VERSION, TABLES
from ironpot.verify import Verification, verify_plan

LOTS, DEBTS, ENTITIES, QUARTERS = 700, 300, 20, 20
SCENARIOS = {"adverse": 0.25, "base": 0.5, "favourable": 0.25}
PRINCIPAL = 20_000 * QUARTERS
ROUTES = (
    *("exchange_sale", "auction", "concession", "lease", "pool"),
    *("pledge", "transfer_up", "share_reuse", "hold"),
)
COSTS = ("price_cut", "tax", "fee", "procedure_cost", "freed_debt", "delay_cost")
RANGES = (
    "retention_value",
    "retention_low",
    "retention_high",
    "net_proceeds",
    "net_low",
    "net_high",
)
QUARTER_NAMES = tuple(f"{2025 + n // 4}Q{n % 4 + 1}" for n in range(QUARTERS))


class Seal(NamedTuple):
    """Rows and hash of a table, as plan.json holds them."""

    rows: int
    sha256: str


def main() -> None:
    """Time the verification and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        seal = write_plan(out)
        seconds, verification = timed(out, 1 if quick else 5)
    assert verification.ok, verification.say("en")
    figures: dict[str, float] = {
        "rows": sum(entry.rows for entry in seal.values()),
        "comparisons": sum(item.comparisons for item in verification.checked),
        "seconds": round(statistics.median(seconds), 3),
    }
    report(figures, seal, quick=quick)


def timed(out: Path, repetitions: int) -> tuple[list[float], Verification]:
    """Return the seconds of each repetition, and the verification of the files."""
    seconds: list[float] = []
    for _ in range(repetitions):
        start = time.perf_counter()
        verify_plan(out)
        seconds.append(time.perf_counter() - start)
    return seconds, verify_plan(out)


def report(figures: dict[str, float], seal: dict[str, Seal], *, quick: bool) -> None:
    """Print the figures for people, then for machines."""
    for name, figure in figures.items():
        print(f"{name:<14}{figure:>12,}")
    digest = hashlib.sha256(repr(sorted(seal.items())).encode()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = {"quick": quick, "cores": os.cpu_count(), "peak_mib": round(peak, 1)}
    print(json.dumps({**figures, "instance_hash": digest, **machine}))


def write_plan(out: Path) -> dict[str, Seal]:
    """Write the tables and plan.json; return rows and hash of each table."""
    (out / "tables").mkdir()
    parts = {
        "balance_sheet": balance_sheet(),
        "pots": pots(),
        "decisions": decisions(),
        "debt_actions": debt_actions(),
        "cash": cash(),
        "ladder": ladder(),
        "resolution": resolution(),
        "limits": limits(),
        "sources": [{"source_id": "S", "document": "made up"}],
        "lots": lots(),
        "debts": debts(),
    }
    seal = {table.name: write_table(out, table.name, parts.get(table.name, ())) for table in TABLES}
    (out / "plan.json").write_text(
        json.dumps({**SUMMARY, "tables": {n: s._asdict() for n, s in seal.items()}})
    )
    return seal


def write_table(out: Path, name: str, rows: Iterable[dict[str, str]]) -> Seal:
    """Write one table; return its rows and hash."""
    names = next(table.names for table in TABLES if table.name == name)
    path = out / "tables" / f"{name}.csv"
    listed = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
    return Seal(len(listed), hashlib.sha256(path.read_bytes()).hexdigest())


def yuan(fen: int) -> str:
    """Write fen as yuan."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def entity(number: int) -> str:
    """Name of an entity."""
    return f"E{number % ENTITIES:02d}"


def lots() -> Iterator[dict[str, str]]:
    """Every lot, at 1,000 yuan and a fen per number."""
    for n in range(LOTS):
        yield {
            "lot_id": f"L{n:03d}",
            "entity_id": entity(n),
            "asset_kind": "office",
            "gfsm_code": "61112",
            "opening_amount": yuan(100_000 + n),
            "protected": "false",
            "origin": "synthetic",
        }


def debts() -> Iterator[dict[str, str]]:
    """Every debt, paid off evenly over the horizon."""
    for n in range(DEBTS):
        yield {
            "debt_id": f"D{n:03d}",
            "entity_id": entity(n),
            "primary_class": "vehicle_other",
            "opening_principal": yuan(PRINCIPAL),
            "origin": "synthetic",
        }


def pots() -> Iterator[dict[str, str]]:
    """Every lot and route, all legal, all worth keeping."""
    for n in range(LOTS):
        for route in ROUTES:
            held = route == "hold"
            amounts = dict.fromkeys(RANGES, 0 if held else 50_000 + n)
            costs = dict.fromkeys(COSTS, 0 if held else 100)
            net = 0 if held else 40_000 - 600
            amounts |= costs | dict.fromkeys(RANGES[3:], net)
            yield {
                "lot_id": f"L{n:03d}",
                "route": route,
                "entity_id": entity(n),
                "legal": "true",
                **{name: yuan(amount) for name, amount in amounts.items()},
                "gross_price": yuan(0 if held else 40_000),
                "months_to_cash": "9",
                "sale_probability": "1.000000",
                "verdict": "keep",
            }


def decisions() -> Iterator[dict[str, str]]:
    """Every lot is kept."""
    for n in range(LOTS):
        yield {
            "lot_id": f"L{n:03d}",
            "entity_id": entity(n),
            "asset_kind": "office",
            "protected": "false",
            "route": "hold",
            "signed": "false",
            "retention_value": "0.00",
            "net_proceeds": "0.00",
            "value_destroyed": "0.00",
            "reason_code": "RETENTION",
            "reason_text": "worth more kept",
            "reason_basis": "rule",
        }


def debt_actions() -> Iterator[dict[str, str]]:
    """One instalment a debt and quarter."""
    for n in range(DEBTS):
        for quarter in QUARTER_NAMES:
            yield {
                "action_id": f"A{n:03d}-{quarter}",
                "debt_id": f"D{n:03d}",
                "entity_id": entity(n),
                "creditor_id": "bank",
                "quarter": quarter,
                "primary_class": "vehicle_other",
                "action": "scheduled",
                "principal_reduced": yuan(PRINCIPAL // QUARTERS),
                "principal_new": "0.00",
                "interest_paid": "1.00",
                "fee_paid": "0.00",
            }


def resolution() -> Iterator[dict[str, str]]:
    """Every instalment is own cash."""
    for action in debt_actions():
        yield {
            **{name: action[name] for name in ("debt_id", "entity_id", "primary_class", "quarter")},
            "opening_principal": yuan(PRINCIPAL),
            "closing_principal": "0.00",
            "kind": "own_cash",
            "amount": action["principal_reduced"],
            "payer_id": action["entity_id"],
            "decision_id": action["action_id"],
        }


def cash() -> Iterator[dict[str, str]]:
    """One company account an entity, the same flows in every scenario."""
    owed = {
        entity(n): sum(1 for m in range(DEBTS) if entity(m) == entity(n)) for n in range(ENTITIES)
    }
    for holder, count in sorted({**owed, "_consolidated": DEBTS}.items()):
        flows = dict.fromkeys(CASH_FLOWS, 0)
        flows |= {"principal": -count * PRINCIPAL // QUARTERS, "interest": -200 * count}
        flows |= {"own_revenue": 300 * count - flows["principal"]}
        for scenario in sorted((*SCENARIOS, "expected")):
            running = 1_000 * count
            for quarter in QUARTER_NAMES:
                row = {"entity_id": holder, "account": "company", "scenario": scenario}
                row |= {"quarter": quarter, "opening": yuan(running)}
                row |= {name: yuan(amount) for name, amount in flows.items()}
                running += sum(flows.values())
                yield {**row, "closing": yuan(running)}


def ladder() -> Iterator[dict[str, str]]:
    """Two years by month and eight by quarter, both phases, all scenarios."""
    months = [("month", f"{2025 + n // 12}-{n % 12 + 1:02d}") for n in range(24)]
    quarters = [("quarter", f"{2027 + n // 4}Q{n % 4 + 1}") for n in range(32)]
    start = {row["entity_id"]: row["opening"] for row in reversed(list(cash()))}
    for holder, opening in start.items():
        size = ENTITIES if holder == "_consolidated" else 1
        for phase in ("before", "after"):
            for scenario in sorted((*SCENARIOS, "expected")):
                running = int(opening.replace(".", ""))
                for kind, period in months + quarters:
                    row = {"entity_id": holder, "phase": phase, "scenario": scenario}
                    row |= {"period_type": kind, "period": period, "opening_cash": yuan(running)}
                    running += 20 * size
                    yield {
                        **row,
                        "sources": yuan(50 * size),
                        "uses": yuan(-30 * size),
                        "gap": yuan(20 * size),
                        "cumulative_gap": yuan(running),
                        "buffer": "0.00",
                        "below_buffer": "false",
                    }


def limits() -> Iterator[dict[str, str]]:
    """A buffer of nothing for every account, scenario and quarter."""
    for row in cash():
        yield {
            "limit_id": "B",
            "kind": "buffer",
            "scope_id": f"{row['entity_id']}/company",
            "period": row["quarter"],
            "scenario": row["scenario"],
            "operator": ">=",
            "value": row["closing"],
            "bound": "0.00",
            "slack": row["closing"],
            "unit": "yuan",
            "binding": "false",
            "penalty": "0.00",
            "source_id": "S",
        }


def balance_sheet() -> Iterator[dict[str, str]]:
    """Lots, cash and debts of every entity, and their sum; nothing to eliminate."""
    rows = list(cash())
    for phase, column, quarter in (("before", "opening", 0), ("after", "closing", -1)):
        held = {
            row["entity_id"]: int(row[column].replace(".", ""))
            for row in rows
            if (row["scenario"], row["quarter"]) == ("expected", QUARTER_NAMES[quarter])
        }
        for holder, deposits in held.items():
            whole = holder == "_consolidated"
            book = sum(100_000 + n for n in range(LOTS) if whole or entity(n) == holder)
            own = sum(1 for n in range(DEBTS) if whole or entity(n) == holder)
            owed = own * PRINCIPAL if phase == "before" else 0
            stocks = {"61112": book, "6202": deposits, "6304": owed, "6": book + deposits - owed}
            for code, amount in stocks.items():
                side = {"61": "asset", "62": "asset", "63": "liability"}.get(code[:2], "memo")
                yield {
                    "entity_id": holder,
                    "phase": phase,
                    "gfsm_code": code,
                    "side": side,
                    "date": "2024-12-31" if phase == "before" else "2029-12-31",
                    "gross": yuan(amount),
                    "eliminated": "0.00",
                    "amount": yuan(amount),
                    "basis": "book",
                    "origin": "synthetic",
                }


SUMMARY: dict[str, object] = {
    "schema": SCHEMA_VERSION,
    "version": "0",
    "created": "2024-12-31",
    "case_id": "large",
    "case_date": "2024-12-31",
    "input_hash": "0" * 64,
    "options_hash": "0" * 64,
    "seed": 1,
    "currency": "CNY",
    "unit": 1,
    "perimeter": [entity(n) for n in range(ENTITIES)],
    "origin": {"reported": 0, "estimated": 0, "imputed": 0, "synthetic": 1},
    "horizon": {"first": QUARTER_NAMES[0], "last": QUARTER_NAMES[-1], "quarters": QUARTERS},
    "scenarios": len(SCENARIOS),
    "weights": SCENARIOS,
    "discount_rate": 0.04,
    "status": "optimal",
    "objective": 100.0,
    "bound": 99.0,
    "gap_objective": 0.01,
    "gap_stake": 0.01,
    "do_nothing": 199.0,
    "constant_terms": 0.0,
    "time_limit_s": 60,
    "solve_s": 1,
    "solver": "none",
    "solver_version": "0",
    "max_violation": 0,
    "relief_pv": 0,
    "rules": [],
    "assumptions": [],
    "unknown": [],
}


if __name__ == "__main__":
    main()
