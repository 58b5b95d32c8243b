"""What flows through the small plan's accounts, by scenario, and what help comes?"""

from decimal import Decimal

from tests.verify.small.cells import QUARTERS, Rows, yuan

from ironpot.core.outputs import CASH_FLOWS

WEIGHTS = {"adverse": Decimal("0.4"), "base": Decimal("0.6")}
OPENING = {("co", "company"): 20_000, ("gov", "fund"): 5_000, ("gov", "general"): 30_000}
# Flows by account, quarter and column: one amount for both scenarios, or (adverse, base).
FLOWS: dict[tuple[str, str], dict[str, dict[str, int | tuple[int, int]]]] = {
    ("gov", "general"): {
        "2025Q1": {
            "own_revenue": (20_000, 30_000),
            "transfers_in": 7_000,
            "essential_spending": -15_000,
            "other_spending": -4_000,
            "transfers_out": -500,
            "intra_group_out": -2_000,
        },
        "2025Q2": {
            "own_revenue": (20_000, 30_000),
            "asset_proceeds_inside": 12_000,
            "essential_spending": -15_000,
            "procedure_cost": -300,
        },
        "2025Q3": {
            "own_revenue": (19_000, 29_000),
            "borrowing": 10_000,
            "relief": (5_500, 3_000),
            "interest": -900,
            "principal": -15_000,
            "essential_spending": -15_000,
        },
        "2025Q4": {
            "own_revenue": (18_005, 28_000),
            "relief": (9_000, 4_000),
            "essential_spending": -15_000,
            "interest": -800,
            "principal": -1_000,
        },
    },
    ("gov", "fund"): {
        "2025Q1": {"land_revenue": (1_000, 6_000), "interest": -200},
        "2025Q2": {"borrowing": 50_000, "intra_group_out": -50_000, "asset_income": 1_999},
        "2025Q3": {"land_revenue": (1_000, 6_000), "asset_income": 1_500},
        "2025Q4": {"land_revenue": (1_000, 6_000), "asset_income": 1_500},
    },
    ("co", "company"): {
        "2025Q1": {
            "asset_income": 3_000,
            "bridge_draw": (4_000, 1_000),
            "intra_group_in": 2_000,
            "interest": -300,
            "principal": -10_000,
        },
        "2025Q2": {
            "asset_proceeds_outside": (40_000, 60_000),
            "intra_group_in": 50_000,
            "intra_group_out": -12_000,
            "tax_and_fee": (-2_000, -3_000),
            "interest": -500,
            "principal": -80_003,
        },
        "2025Q3": {
            "bridge_repayment": (-4_000, -1_000),
            "asset_income": 3_000,
            "borrowing": (500, 0),  # arrears: a forced loan
        },
        "2025Q4": {"asset_income": 3_000, "penalties": (-250, 0), "principal": (-300, 0)},
    },
}


def flow(key: tuple[str, str], scenario: str, quarter: str, column: str) -> int:
    amount = FLOWS[key][quarter].get(column, 0)
    adverse, base = amount if isinstance(amount, tuple) else (amount, amount)
    mean = WEIGHTS["adverse"] * adverse + WEIGHTS["base"] * base
    assert mean == int(mean)
    return {"adverse": adverse, "base": base, "expected": int(mean)}[scenario]


def cash_rows() -> Rows:
    inside = ("asset_proceeds_inside", "intra_group_in", "intra_group_out")
    paths: dict[tuple[str, str], list[tuple[str, str]]] = {key: [key] for key in OPENING}
    for entity, account in OPENING:
        paths.setdefault(("_consolidated", account), []).append((entity, account))
    rows: Rows = []
    for (entity, account), members in sorted(paths.items()):
        for scenario in (*WEIGHTS, "expected"):
            running = sum(OPENING[key] for key in members)
            for quarter in QUARTERS:
                flows = {
                    name: 0
                    if entity == "_consolidated" and name in inside
                    else sum(flow(key, scenario, quarter, name) for key in members)
                    for name in CASH_FLOWS
                }
                row = {"entity_id": entity, "account": account, "scenario": scenario}
                row |= {"quarter": quarter, "opening": yuan(running)}
                running += sum(flows.values())
                row |= {name: yuan(amount) for name, amount in flows.items()}
                rows.append({**row, "closing": yuan(running)})
    return rows


def relief() -> Rows:
    rows: Rows = []
    for quarter, kind, name in (("2025Q3", "grant", "G1"), ("2025Q4", "advance", "B-gov")):
        for scenario in (*WEIGHTS, "expected"):
            amount = flow(("gov", "general"), scenario, quarter, "relief")
            row = {"entity_id": "gov", "giver_id": "city", "kind": kind, "quarter": quarter}
            row |= {"scenario": scenario, "amount": yuan(amount)}
            row |= {"repay_by": "2027Q4"} if kind == "advance" else {}
            row |= {"limit_id": name} if name == "B-gov" else {"price": "1.050000"}
            row |= {"amount_p05": "30.00", "amount_p95": "90.00"} if scenario == "expected" else {}
            rows.append(row)
    return rows
