"""Decisions and pot tests of the made-up plan: drawn values, routes that follow from them."""

import numpy as np
import polars as pl
from tests.report.made_up_case import KIND_ROWS
from tests.report.made_up_tables import WAN, frame

from ironpot.case.case import Case

BEST_ROUTE = {key: route for key, _, _, _, route, _ in KIND_ROWS}


def decide(case: Case, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return decisions and pots; a lot leaves where its steel beats most of its pot."""
    pots = [_pot(lot, rng) for lot in case.assets.iter_rows(named=True)]
    decisions = [
        _decision(case, index, lot, pot, rng)
        for index, (lot, pot) in enumerate(
            zip(case.assets.iter_rows(named=True), pots, strict=True)
        )
    ]
    return frame("decisions", decisions), frame("pots", pots)


def _pot(lot: dict, rng: np.random.Generator) -> dict:
    book = round(lot["book_value"] * 100)
    retention = round(book * float(rng.uniform(0.35, 1.3)))
    price = round(book * float(rng.uniform(0.75, 1.1)))
    cut, tax, fee, cost = round(price * 0.12), round(price * 0.05), round(price * 0.01), 2 * WAN
    net = price - cut - tax - fee - cost
    verdict = "release" if net > 1.15 * retention else "keep"
    return {
        "lot_id": lot["asset_id"],
        "route": BEST_ROUTE[lot["asset_kind"]],
        "entity_id": lot["owner_id"],
        "legal": not lot["essential"],
        "retention_value": retention,
        "retention_low": round(retention * 0.8),
        "retention_high": round(retention * 1.25),
        "gross_price": price,
        "price_cut": cut,
        "tax": tax,
        "fee": fee,
        "procedure_cost": cost,
        "freed_debt": 0,
        "delay_cost": 0,
        "net_proceeds": net,
        "net_low": round(net * 0.75),
        "net_high": round(net * 1.1),
        "months_to_cash": 6,
        "sale_probability": 0.6,
        "verdict": "unclear" if 0.85 < net / retention < 1.15 else verdict,
    }


def _decision(case: Case, index: int, lot: dict, pot: dict, rng: np.random.Generator) -> dict:
    net, retention = pot["net_proceeds"], pot["retention_value"]
    blocked = lot["title"] == "defect"
    sells = not lot["essential"] and not blocked and net > retention * 0.95
    opens = int(rng.integers(0, 14))
    quarters = case.horizon.quarters
    inside = sells and index % 9 == 4
    base = {
        "lot_id": lot["asset_id"],
        "entity_id": lot["owner_id"],
        "asset_kind": lot["asset_kind"],
        "protected": lot["essential"],
        "buyer_scope": "inside" if inside else "outside",
        "kind": "circular" if inside else "outside_cash",
        "signed": index == 8,
    }
    if not sells:
        return base | _kept(lot, blocked=blocked)
    return base | {
        "route": pot["route"],
        "start_quarter": quarters[opens],
        "cash_quarter": quarters[opens + 1 + opens % 3],
        "retention_value": retention,
        "net_proceeds": net,
        "value_destroyed": max(retention - net, 0),
        "reason_code": "CASH_NEED" if retention > net else "RETENTION",
        "reason_text": f"净得{net / WAN:,.0f}万元,放弃价值{retention / WAN:,.0f}万元",
        "reason_basis": "dual_estimate",
    }


def _kept(lot: dict, *, blocked: bool) -> dict:
    if lot["essential"]:
        route, code, text = "share_reuse", "LAW", "公益资产,只可共享调剂"
    elif blocked:
        route, code, text = "hold", "TITLE", "权属有瑕疵,补证前不能上市"
    else:
        route, code, text = "hold", "RETENTION", "留用年净收益现值高于处置净得"
    zero = dict.fromkeys(("retention_value", "net_proceeds", "value_destroyed"), 0)
    reason = {"reason_code": code, "reason_text": text, "reason_basis": "rule"}
    return {"route": route} | zero | reason
