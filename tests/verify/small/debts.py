"""Which debts does the small plan hold, and what is done to each?"""

from tests.verify.small.cells import Rows, yuan

DEBTS = {  # debt: debtor, class, opening principal in fen
    "D1": ("co", "vehicle_other", 100_000),
    "D2": ("sub", "hidden", 50_000),
    "D3": ("gov", "general", 30_000),
    "D4": ("co", "arrears", 8_000),
    "D5": ("co", "other", 20_000),
    "D6": ("gov", "special", 40_000),
}
OPENED = {"N1": ("gov", "special"), "N2": ("gov", "general"), "N3": ("gov", "other")}


def debts() -> Rows:
    return [
        {
            "debt_id": debt,
            "entity_id": owner,
            "primary_class": primary,
            "opening_principal": yuan(opening),
            "origin": "synthetic",
        }
        for debt, (owner, primary, opening) in DEBTS.items()
    ]


ACTIONS = (  # action_id, debt, creditor, quarter, action, reduced, new, replaced by
    ("A01", "D1", "bank", "2025Q1", "scheduled", 10_000, 0, ""),
    ("A02", "D1", "bank", "2025Q2", "prepay", 30_003, 0, ""),
    ("A03", "D2", "trust", "2025Q2", "swap", 50_000, 0, "N1"),
    ("A04", "N1", "province", "2025Q2", "swap", 0, 50_000, "N1"),
    ("A05", "D3", "province", "2025Q3", "refinance", 10_000, 0, "N2"),
    ("A06", "N2", "province", "2025Q3", "refinance", 0, 10_000, "N2"),
    ("A07", "D3", "province", "2025Q3", "scheduled", 5_000, 0, ""),
    ("A08", "D4", "builder", "2025Q3", "haircut", 3_000, 0, ""),
    ("A09", "D4", "builder", "2025Q4", "transfer", 5_000, 0, ""),
    ("A10", "D5", "bank", "2025Q1", "extend", 0, 0, ""),
    ("A11", "N3", "city", "2025Q4", "refinance", 0, 6_000, "N3"),
    ("A12", "N1", "province", "2025Q4", "scheduled", 1_000, 0, ""),
)


def debtor_and_class(debt: str) -> tuple[str, str]:
    return OPENED[debt] if debt in OPENED else DEBTS[debt][:2]


def debt_actions() -> Rows:
    return [
        {
            "action_id": action_id,
            "debt_id": debt,
            "entity_id": debtor_and_class(debt)[0],
            "creditor_id": creditor,
            "primary_class": debtor_and_class(debt)[1],
            "quarter": quarter,
            "action": action,
            "principal_reduced": yuan(less),
            "principal_new": yuan(new),
            "new_debt_id": replaced_by,
            "interest_paid": yuan(100),
            "fee_paid": "0.00",
            "npv_effect": "-0.50",
            "success_probability": "1.000000",
            "reason_code": "CASH_NEED",
        }
        for action_id, debt, creditor, quarter, action, less, new, replaced_by in ACTIONS
    ]


RESOLVED = (  # debt, kind, quarter, amount, payer, decision
    ("D1", "own_cash", "2025Q1", 10_000, "co", "A01"),
    ("D1", "outside_cash", "2025Q2", 25_003, "", "L1"),
    ("D1", "circular", "2025Q2", 5_000, "co", "L3"),
    ("D2", "new_debt", "2025Q2", 50_000, "province", "A03"),
    ("D3", "new_debt", "2025Q3", 10_000, "province", "A05"),
    ("D3", "relief", "2025Q3", 4_000, "city", ""),
    ("D3", "own_cash", "2025Q3", 1_000, "gov", "A07"),
    ("D4", "forgiven", "2025Q3", 3_000, "builder", "A08"),
    ("D4", "rescheduled", "2025Q4", 5_000, "other_body", "A09"),
    ("D5", "rescheduled", "2025Q1", 20_000, "", "A10"),
    ("N1", "own_cash", "2025Q4", 1_000, "gov", "A12"),
)


def closing(debt: str) -> int:
    opening = DEBTS[debt][2] if debt in DEBTS else 0
    return opening + sum(new - less for _, d, _, _, _, less, new, _ in ACTIONS if d == debt)


def resolution() -> Rows:
    touched = {row[0] for row in RESOLVED}
    rest = tuple((debt, "", "", 0, "", "") for debt in (*DEBTS, *OPENED) if debt not in touched)
    return [
        {
            "debt_id": debt,
            "entity_id": debtor_and_class(debt)[0],
            "primary_class": debtor_and_class(debt)[1],
            "opening_principal": yuan(DEBTS[debt][2] if debt in DEBTS else 0),
            "kind": kind,
            "quarter": quarter,
            "amount": yuan(amount),
            "payer_id": payer,
            "decision_id": decision,
            "closing_principal": yuan(closing(debt)),
        }
        for debt, kind, quarter, amount, payer, decision in (*RESOLVED, *rest)
    ]


LEFT = (  # debt, creditor, day, principal, cashless, fixed, refixed on
    ("D1", "bank", "2026-06-30", 9_997, 0, "false", "2026-03-31"),
    ("D1", "bank", "2027-06-30", 50_000, 0, "false", "2026-03-31"),
    ("D3", "province", "2028-12-31", 14_000, 1_000, "true", ""),
    ("D5", "bank", "2030-03-31", 20_000, 0, "true", ""),
    ("D6", "province", "", 40_000, 0, "true", ""),
    ("N1", "province", "2031-05-15", 49_000, 0, "true", ""),
    ("N2", "province", "2029-09-30", 10_000, 0, "true", ""),
    ("N3", "city", "2027-12-31", 6_000, 0, "true", ""),
)


def left_to_pay() -> Rows:
    return [
        {
            "debt_id": debt,
            "entity_id": debtor_and_class(debt)[0],
            "creditor_id": creditor,
            "primary_class": debtor_and_class(debt)[1],
            "date": day,
            "principal": yuan(principal),
            "interest": yuan(200),
            "fees": "0.00",
            "cashless": yuan(cashless),
            "rate": "0.040000",
            "fixed": fixed,
            "refixed_on": refixed,
        }
        for debt, creditor, day, principal, cashless, fixed, refixed in LEFT
    ]
