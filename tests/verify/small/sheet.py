"""What does the small plan's balance sheet show, before and after?"""

from tests.verify.small.cells import Rows, fen, yuan
from tests.verify.small.debts import DEBTS, OPENED, closing, debtor_and_class
from tests.verify.small.lots import LOTS, SALES

GFSM_PARENTS = ("61", "62", "63")


def balance_sheet(cash: Rows) -> Rows:
    rows: Rows = []
    for phase in ("before", "after"):
        sheets = {entity: _leaves(entity, phase, cash) for entity in ("gov", "co", "sub")}
        eliminated = {"62082": 2_500, "63082": 2_500}
        merged: dict[str, int] = {}
        for sheet in sheets.values():
            for code, amount in sheet.items():
                merged[code] = merged.get(code, 0) + amount
        for entity, sheet in sheets.items():
            rows += _sheet(entity, phase, sheet, {})
        rows += _sheet("_consolidated", phase, merged, eliminated)
        rows += _sheet("_elimination", phase, eliminated, {})
    return rows


def _leaves(entity: str, phase: str, cash: Rows) -> dict[str, int]:
    sold = SALES if phase == "after" else {}
    leaves: dict[str, int] = {}
    for lot, (owner, _, code, book, _) in LOTS.items():
        if owner == entity:
            kept = lot not in sold or sold[lot][0] == "lease"
            leaves[code] = leaves.get(code, 0) + (book if kept else 0)
    quarter, column = ("2025Q1", "opening") if phase == "before" else ("2025Q4", "closing")
    leaves["6202"] = sum(
        fen(row[column])
        for row in cash
        if (row["entity_id"], row["scenario"], row["quarter"]) == (entity, "expected", quarter)
    )
    leaves["6304"] = sum(
        (DEBTS[debt][2] if debt in DEBTS else 0) if phase == "before" else closing(debt)
        for debt in (*DEBTS, *OPENED)
        if debtor_and_class(debt)[0] == entity
    )
    claims = {"gov": {"62082": 2_500}, "co": {"63082": 2_500, "6M6": 7_700}, "sub": {}}
    return leaves | claims[entity]


def _sheet(entity: str, phase: str, leaves: dict[str, int], eliminated: dict[str, int]) -> Rows:
    def parents(amounts: dict[str, int]) -> dict[str, int]:
        sums = {
            parent: sum(amount for code, amount in amounts.items() if code.startswith(parent))
            for parent in GFSM_PARENTS
        }
        return {**amounts, **sums, "6": sums["61"] + sums["62"] - sums["63"]}

    gross, taken = parents(leaves), parents(eliminated)
    return [
        {
            "entity_id": entity,
            "phase": phase,
            "date": "2024-12-31" if phase == "before" else "2025-12-31",
            "gfsm_code": code,
            "side": {"61": "asset", "62": "asset", "63": "liability"}.get(code[:2], "memo"),
            "gross": yuan(amount),
            "eliminated": yuan(taken.get(code, 0)),
            "amount": yuan(amount - taken.get(code, 0)),
            "basis": "book",
            "origin": "synthetic",
        }
        for code, amount in sorted(gross.items())
    ]
