"""A small correct plan, built by hand in integer fen, and the means to spoil it one cell at a time.

Three entities (gov, co, and sub, which banks with co), two scenarios, four quarters: a sale to an
outside buyer, a sale inside the perimeter, a leased bundle, a swap, a refinancing, an extension, a
haircut, a transfer, a grant and a repayable advance.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.verify.small.cash import WEIGHTS, cash_rows, relief
from tests.verify.small.cells import Cells, Rows
from tests.verify.small.debts import debt_actions, debts, left_to_pay, resolution
from tests.verify.small.limits import ladder, limits, sources
from tests.verify.small.lots import LOTS, decisions, lot_sales, lots, pots
from tests.verify.small.sheet import balance_sheet

from ironpot.core.outputs import BY_NAME, EXTRA_TABLES, SCHEMA_VERSION
from ironpot.verify.files import Out, read_sheet, read_summary
from ironpot.verify.verification import Verification, verify_out

BESIDE = {table.name: table for table in EXTRA_TABLES}
EVERY = BY_NAME | BESIDE


@dataclass(frozen=True)
class SmallPlan:
    """Tables as rows of text, and plan.json without its seal."""

    tables: Mapping[str, Rows]
    summary: Mapping[str, object]

    def contents(self) -> dict[str, bytes]:
        """Bytes of each table file."""
        return {name: _bytes(name, rows) for name, rows in self.tables.items()}

    def sealed(self, contents: Mapping[str, bytes]) -> bytes:
        """Bytes of plan.json with rows and hashes of `contents`."""
        seal = {
            name: {
                "rows": len(self.tables[name]),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in contents.items()
        }
        tables, extras = (
            {name: entry for name, entry in seal.items() if name in part}
            for part in (BY_NAME, BESIDE)
        )
        return json.dumps({**self.summary, "tables": tables, "extras": extras}).encode()

    def out(self) -> Out:
        """The files as read, without a disk."""
        contents = self.contents()
        sheets = {name: read_sheet(EVERY[name], content) for name, content in contents.items()}
        summary, repeated = read_summary(self.sealed(contents))
        return Out(sheets, summary, (), repeated)

    def verify(self) -> Verification:
        """Re-add the files."""
        return verify_out(self.out())

    def write(self, folder: Path) -> Path:
        """Write plan.json and the tables into `folder`."""
        contents = self.contents()
        for part in ("tables", "extras"):
            (folder / part).mkdir(parents=True)
        for name, content in contents.items():
            part = "extras" if name in BESIDE else "tables"
            (folder / part / f"{name}.csv").write_bytes(content)
        (folder / "plan.json").write_bytes(self.sealed(contents))
        return folder

    def changed(self, table: str, where: Mapping[str, str], **cells: str) -> "SmallPlan":
        """A copy in which the rows matching `where` hold `cells`; at least one must match."""
        rows = [dict(row) for row in self.tables[table]]
        chosen = [row for row in rows if all(row[name] == text for name, text in where.items())]
        assert chosen, f"no row of {table} has {where}"
        for row in chosen:
            assert cells.keys() <= row.keys()
            row.update(cells)
        return SmallPlan({**self.tables, table: rows}, self.summary)

    def added(self, table: str, **cells: str) -> "SmallPlan":
        """A copy with one more row; cells not named are empty."""
        row = {name: cells.pop(name, "") for name in EVERY[table].names}
        assert not cells
        return SmallPlan({**self.tables, table: [*self.tables[table], row]}, self.summary)

    def without(self, table: str, where: Mapping[str, str]) -> "SmallPlan":
        """A copy without the rows matching `where`."""
        rows = [
            row
            for row in self.tables[table]
            if not all(row[name] == text for name, text in where.items())
        ]
        assert len(rows) < len(self.tables[table])
        return SmallPlan({**self.tables, table: rows}, self.summary)

    def reordered(self, table: str) -> "SmallPlan":
        """A copy with the last row of a table first."""
        *rest, last = self.tables[table]
        return SmallPlan({**self.tables, table: [last, *rest]}, self.summary)

    def saying(self, **entries: object) -> "SmallPlan":
        """A copy whose plan.json says something else."""
        return SmallPlan(self.tables, {**self.summary, **entries})


def _bytes(name: str, rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, EVERY[name].names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def codes(plan: SmallPlan) -> set[str]:
    """The codes that a verification of a plan finds."""
    return {finding.code for finding in plan.verify().findings}


@cache
def small_plan() -> SmallPlan:
    """Build the correct plan; it is never changed in place."""
    cash = cash_rows()
    rows = {
        "balance_sheet": balance_sheet(cash),
        "pots": pots(),
        "decisions": decisions(),
        "debt_actions": debt_actions(),
        "cash": cash,
        "ladder": ladder(),
        "resolution": resolution(),
        "relief": relief(),
        "limits": limits(cash),
        "sources": sources(),
        "lots": lots(),
        "debts": debts(),
        "left_to_pay": left_to_pay(),
        "lot_sales": lot_sales(),
    }
    tables = {name: [filled(name, row) for row in rows[name]] for name in EVERY}
    return SmallPlan(tables, summary())


def filled(table: str, row: Cells) -> Cells:
    assert row.keys() <= set(EVERY[table].names), row.keys() - set(BY_NAME[table].names)
    return {name: row.get(name, "") for name in EVERY[table].names}


def summary() -> dict[str, object]:
    book = sum(lot[3] for lot in LOTS.values())
    reported = LOTS["L1"][3] / book
    grant, advance = 40.00 / 1.04**0.75, 60.00 / 1.04
    return {
        "schema": SCHEMA_VERSION,
        "version": "0.1.0",
        "created": "2024-12-31",
        "case_id": "small",
        "case_date": "2024-12-31",
        "input_hash": "0" * 64,
        "options_hash": "f" * 64,
        "seed": 1,
        "currency": "CNY",
        "unit": 1,
        "perimeter": ["gov", "co", "sub"],
        "origin": {
            "reported": reported,
            "estimated": 0,
            "imputed": 0.0,
            "synthetic": 1 - reported,
        },
        "horizon": {"first": "2025Q1", "last": "2025Q4", "quarters": 4},
        "scenarios": 2,
        "weights": {name: float(weight) for name, weight in WEIGHTS.items()},
        "discount_rate": 0.04,
        "status": "least_relief",
        "objective": 1010.0,
        "bound": 1000.0,
        "gap_objective": 0.0125,
        "gap_stake": 0.02,
        "do_nothing": 1500.0,
        "constant_terms": 210.0,
        "time_limit_s": 60,
        "solve_s": 1.5,
        "solver": "HiGHS",
        "solver_version": "1.16.0",
        "max_violation": 0.0,
        "relief_pv": grant + advance,
        "rules": [{"id": "bands", "before": "red", "after": "orange"}],
        "assumptions": ["prices are as assumed"],
        "unknown": [],
    }
