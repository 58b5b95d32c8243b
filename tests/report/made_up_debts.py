"""Debt actions and resolution of the made-up plan; every debt closes to the fen."""

import polars as pl
from tests.report.made_up_tables import frame

from ironpot.case.case import Case

SHARES = {
    "general": {"new_debt": 0.85, "own_cash": 0.15},
    "special": {"new_debt": 0.8, "own_cash": 0.1, "relief": 0.1},
    "hidden": {"new_debt": 0.5, "outside_cash": 0.3, "rescheduled": 0.2},
    "vehicle_other": {
        "new_debt": 0.45,
        "outside_cash": 0.25,
        "own_cash": 0.12,
        "relief": 0.1,
        "circular": 0.03,
        "forgiven": 0.05,
    },
    "arrears": {"outside_cash": 1.0},
}
ACTION_OF = {
    "own_cash": "scheduled",
    "outside_cash": "prepay",
    "relief": "scheduled",
    "new_debt": "refinance",
    "rescheduled": "extend",
    "forgiven": "haircut",
    "circular": "scheduled",
}


def act(case: Case, decisions: pl.DataFrame, *, relief: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return actions and resolution; outside cash pays no more than four fifths of proceeds."""
    sold = decisions.filter(pl.col("kind") == "outside_cash")
    purse = int(sold["net_proceeds"].sum() * 0.8)
    lot = next(iter(sold["lot_id"]), "A-001")
    actions: list[dict] = []
    resolution: list[dict] = []
    for index, debt in enumerate(case.debts.iter_rows(named=True)):
        parts = _parts(case, debt, index, purse, relief=relief)
        purse -= parts.get("outside_cash", 0)
        made = [_action(debt, kind, fen, len(actions) + n) for n, (kind, fen) in _numbered(parts)]
        actions += made
        resolution += _resolved(debt, parts, made, lot)
    return frame("debt_actions", actions), frame("resolution", resolution)


def _numbered(parts: dict[str, int]) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(parts.items(), 1))


def _parts(case: Case, debt: dict, index: int, purse: int, *, relief: bool) -> dict[str, int]:
    """Split what falls due within the horizon over kinds of resolution."""
    if not case.horizon.first <= _due(debt) <= case.horizon.last:
        return {}
    opening = _opening(debt)
    dropped = {"circular", "forgiven"} if index % 4 else set()
    dropped |= set() if relief else {"relief"}
    shares = SHARES[debt["primary_class"]]
    parts = {kind: round(opening * part) for kind, part in shares.items() if kind not in dropped}
    over = max(parts.get("outside_cash", 0) - purse, 0)
    if over:
        parts["outside_cash"] -= over
        parts["own_cash"] = parts.get("own_cash", 0) + over
    return {kind: fen for kind, fen in parts.items() if fen}


def _due(debt: dict) -> str:
    return f"{debt['maturity_date'].year}Q{(debt['maturity_date'].month + 2) // 3}"


def _opening(debt: dict) -> int:
    return round(debt["notional_principal"] * 100)


def _base(debt: dict) -> dict:
    keys = {"debt_id": "debt_id", "entity_id": "debtor_id", "primary_class": "primary_class"}
    return {name: debt[source] for name, source in keys.items()}


def _new_id(debt: dict) -> str:
    return f"N-{debt['debt_id'][2:]}"


def _action(debt: dict, kind: str, fen: int, number: int) -> dict:
    fresh = kind == "new_debt"
    swap = fresh and debt["primary_class"] == "hidden"
    return _base(debt) | {
        "action_id": f"D{number:04d}",
        "creditor_id": debt["creditor_id"],
        "quarter": _due(debt),
        "action": "swap" if swap else ACTION_OF[kind],
        "principal_reduced": 0 if kind == "rescheduled" else fen,
        "principal_new": fen if fresh else 0,
        "new_debt_id": _new_id(debt) if fresh else None,
        "interest_paid": round(fen * 0.01),
        "fee_paid": 0,
        "npv_effect": round(fen * 0.02) if fresh else 0,
        "success_probability": 0.7 if kind in ("rescheduled", "forgiven") else None,
        "reason_code": "CASH_NEED",
        "reason_text": "到期资金不足,分项安排",
    }


def _resolved(debt: dict, parts: dict[str, int], actions: list[dict], lot: str) -> list[dict]:
    """Return resolution rows of a debt and, where it is rolled over, of its new contract."""
    opening = _opening(debt)
    closing = opening - sum(action["principal_reduced"] for action in actions)
    stock = _base(debt) | {"opening_principal": opening, "closing_principal": closing}
    if not parts:
        return [stock | {"amount": 0}]
    rows = [
        stock
        | {
            "kind": kind,
            "quarter": _due(debt),
            "amount": fen,
            "payer_id": {"relief": "CITY", "circular": "G2"}.get(kind, debt["debtor_id"]),
            "decision_id": lot if kind == "outside_cash" else action["action_id"],
        }
        for (kind, fen), action in zip(parts.items(), actions, strict=True)
    ]
    fresh = parts.get("new_debt", 0)
    new = {"debt_id": _new_id(debt), "opening_principal": 0, "closing_principal": fresh}
    return [*rows, _base(debt) | new | {"amount": 0}] if fresh else rows
