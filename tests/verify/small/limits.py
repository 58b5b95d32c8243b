"""Which limits bind the small plan, and does its ladder stay above the buffer?"""

from tests.verify.small.cash import WEIGHTS
from tests.verify.small.cells import QUARTERS, Cells, Rows, fen, yuan


def _limit(
    name: str, kind: str, scope: str, when: str, scenario: str, value: int, bound: int
) -> Cells:
    least = kind in ("buffer", "service_floor", "pool_min")
    slack = value - bound if least else bound - value
    return {
        "limit_id": name,
        "kind": kind,
        "scope_id": scope,
        "period": when,
        "scenario": scenario,
        "operator": ">=" if least else "<=",
        "value": yuan(value),
        "bound": yuan(bound),
        "slack": yuan(slack),
        "unit": "yuan",
        "binding": str(slack <= 0).lower(),
        "penalty": "0.00",
        "source_id": "S2",
    }


def _measured(row: Cells, unit: str) -> Cells:
    six = {name: row[name] + "0000" for name in ("value", "bound", "slack")}
    return {**row, **six, "unit": unit}


def limits(cash: Rows) -> Rows:
    def closing(entity: str, account: str, scenario: str, quarter: str) -> int:
        key = (entity, account, scenario, quarter)
        names = ("entity_id", "account", "scenario", "quarter")
        row = next(row for row in cash if tuple(row[name] for name in names) == key)
        return fen(row["closing"])

    buffers = [
        _limit("B-gov", "buffer", "gov/general", quarter, scenario, value, 60_000)
        for scenario in WEIGHTS
        for quarter in QUARTERS
        for value in (closing("gov", "general", scenario, quarter),)
    ]
    bridges = [
        _limit("BR-co", "bridge", "co", "2025Q1", "adverse", 4_000, 4_000),
        _limit("BR-co", "bridge", "co", "2025Q3", "adverse", 0, 4_000),
    ]
    others = [
        _limit("T-gov", "transfer", "gov", "2025Q1", "expected", 2_000, 9_000),
        _limit("Q-swap", "quota", "swap", "2025", "", 50_000, 60_000),
        _limit("C-all", "debt_ceiling", "_consolidated", "2025Q4", "expected", 199_997, 300_000),
        _limit("C-spec", "debt_ceiling", "special", "2025Q2", "expected", 90_000, 90_000),
        _measured(_limit("K", "capacity", "team", "2025Q1", "", 12, 40), "person_weeks"),
        _measured(_limit("F", "service_floor", "school", "all", "", 100, 80), "share"),
        _measured(_limit("R", "rule_band", "gov", "2025", "expected", 250, 200), "ratio")
        | {"penalty": "12.00"},
        _limit("DP", "depth", "M_office", "2025Q1", "", 50_000, 80_000),
        _limit("AR", "arrears", "co/company", "2025Q3", "adverse", 500, 0) | {"penalty": "2.50"},
        _limit("AR", "arrears", "co/company", "2025Q4", "adverse", 200, 0) | {"penalty": "2.50"},
        _limit("AR", "arrears", "co/company", "2025Q3", "expected", 200, 0) | {"penalty": "1.00"},
        _limit("AR", "arrears", "co/company", "2025Q4", "expected", 80, 0) | {"penalty": "1.00"},
    ]
    return [*buffers, *bridges, *others]


def _periods() -> list[tuple[str, str]]:
    months = [("month", f"{2025 + n // 12}-{n % 12 + 1:02d}") for n in range(24)]
    quarters = [("quarter", f"{2027 + n // 4}Q{n % 4 + 1}") for n in range(32)]
    return months + quarters


def ladder() -> Rows:
    opening = {"co": 20_000, "gov": 35_000, "_consolidated": 55_000}
    rows: Rows = []
    for entity, start in opening.items():
        for phase in ("before", "after"):
            running = start
            for step, (kind, period) in enumerate(_periods()):
                parts = ("gov", "co") if entity == "_consolidated" else (entity,)
                flows = [_rung(part, phase, step) for part in parts]
                sources, uses = (sum(flow[side] for flow in flows) for side in (0, 1))
                rows.append(_ladder_row(entity, phase, kind, period, running, sources, uses))
                running += sources + uses
    return rows


def _rung(entity: str, phase: str, step: int) -> tuple[int, int]:
    income = 1_000 if entity == "gov" else 700
    return income + 7 * step, -1_500 - (90 * step if phase == "before" else 0)


def _ladder_row(
    entity: str, phase: str, kind: str, period: str, running: int, sources: int, uses: int
) -> Cells:
    end = running + sources + uses
    return {
        "entity_id": entity,
        "phase": phase,
        "scenario": "expected",
        "period_type": kind,
        "period": period,
        "opening_cash": yuan(running),
        "sources": yuan(sources),
        "uses": yuan(uses),
        "gap": yuan(sources + uses),
        "cumulative_gap": yuan(end),
        "buffer": yuan(15_000),
        "below_buffer": str(end < 15_000).lower(),
    }


def sources() -> Rows:
    return [
        {"source_id": "S1", "document": "Budget, 2024", "date": "2024-03-01", "basis": "published"},
        {"source_id": "S2", "document": "Limits", "basis": "assumed", "sha256": "ab" * 32},
    ]
