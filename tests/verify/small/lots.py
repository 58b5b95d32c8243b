"""Which lots does the small plan hold, what are they worth, what is decided about them?"""

from tests.verify.small.cells import Cells, Rows, yuan

ROUTES = (
    "exchange_sale",
    "auction",
    "concession",
    "lease",
    "pool",
    "pledge",
    "transfer_up",
    "share_reuse",
    "hold",
)

LOTS = {  # lot: owner, kind, GFSM code, book value in fen, protected
    "L1": ("co", "office", "61112", 90_000, False),
    "L2": ("gov", "school", "61112", 50_001, True),
    "L3": ("gov", "land", "6141", 40_010, False),
    "L4": ("gov", "shop", "61112", 7_003, False),
    "L5": ("gov", "shop", "61112", 6_007, False),
    "L6": ("gov", "vehicle", "61121", 1_234, False),
}


def lots() -> Rows:
    return [
        {
            "lot_id": lot,
            "entity_id": owner,
            "asset_kind": kind,
            "gfsm_code": code,
            "opening_amount": yuan(book),
            "protected": str(protected).lower(),
            "origin": "reported" if lot == "L1" else "synthetic",
        }
        for lot, (owner, kind, code, book, protected) in LOTS.items()
    ]


SALES = {  # lot: route, start, cash, buyer, kind, given up and net proceeds in fen
    "L1": ("exchange_sale", "2025Q1", "2025Q2", "outside", "outside_cash", 50_000, 61_005),
    "L3": ("exchange_sale", "2025Q2", "2025Q2", "inside", "circular", 0, -1_500),
    "L4": ("lease", "2025Q2", "2025Q2", "outside", "outside_cash", 2_000, 1_999),
    "L5": ("lease", "2025Q2", "2025Q2", "outside", "outside_cash", 1_000, 1_500),
}
COSTS = ("price_cut", "tax", "fee", "procedure_cost", "freed_debt", "delay_cost")


def pots() -> Rows:
    return [_pot(lot, route, step) for lot in LOTS for step, route in enumerate(ROUTES)]


def _pot(lot: str, route: str, step: int) -> Cells:
    owner, protected = LOTS[lot][0], LOTS[lot][4]
    row = {"lot_id": lot, "route": route, "entity_id": owner, "legal": "true"}
    if protected and route not in ("hold", "share_reuse"):
        return {**row, "legal": "false", "blocked_code": "PUBLIC_GOOD"}
    if lot == "L6" and route == "auction":
        return row
    retention = 0 if route == "hold" else 10_000 + step
    costs = {name: 0 if route == "hold" else 10 * place for place, name in enumerate(COSTS)}
    gross = 0 if route == "hold" else (30_000 if route == "exchange_sale" else 5_000)
    net = gross - sum(costs.values())
    spread = 0 if route == "hold" else 700
    amounts = {
        "retention_value": retention,
        "retention_low": retention - spread,
        "retention_high": retention + spread,
        "gross_price": gross,
        **costs,
        "net_proceeds": net,
        "net_low": net - spread,
        "net_high": net + 2 * spread,
    }
    rest = {
        "months_to_cash": "6",
        "sale_probability": "0.900000",
        "verdict": "release" if route == "exchange_sale" else "keep",
    }
    return {**row, **{name: yuan(amount) for name, amount in amounts.items()}, **rest}


def decisions() -> Rows:
    return [_decision(lot) for lot in LOTS]


def _decision(lot: str) -> Cells:
    owner, kind, _, _, protected = LOTS[lot]
    row = {
        "lot_id": lot,
        "entity_id": owner,
        "market_id": f"M_{kind}",
        "asset_kind": kind,
        "protected": str(protected).lower(),
        "signed": "false",
        "reason_code": "LAW" if protected else "RETENTION",
        "reason_text": "kept, or sold, for a reason",
        "reason_basis": "rule",
    }
    zero = dict.fromkeys(("retention_value", "net_proceeds", "value_destroyed"), "0.00")
    if lot not in SALES:
        return {**row, "route": "hold", "buyer_scope": "unknown", **zero}
    route, start, paid, buyer, money, given_up, net = SALES[lot]
    return {
        **row,
        "bundle_id": {"lease": "B1", "exchange_sale": "B2"}[route] if lot != "L3" else "",
        "route": route,
        "start_quarter": start,
        "cash_quarter": paid,
        "buyer_scope": buyer,
        "kind": money,
        "retention_value": yuan(given_up),
        "net_proceeds": yuan(net),
        "value_destroyed": yuan(max(given_up - net, 0)),
    }


def lot_sales() -> Rows:
    """L1 is drawn by itself: in both scenarios it sells in its second round."""
    row = {"lot_id": "L1", "entity_id": "co", "account": "company", "bundle_id": "B2"}
    row |= {
        "market_id": "M_office",
        "drawn": "true",
        "round": "2",
        "quarter": "2025Q2",
        "sold_share": "1.000000",
    }
    return [
        {**row, "scenario": name, "proceeds": yuan(price), "tax_and_fee": yuan(levy)}
        for name, price, levy in (("adverse", 40_000, -2_000), ("base", 60_000, -3_000))
    ]
