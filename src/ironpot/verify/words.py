"""Which words may a cell hold, and which columns may be empty?

Re-typed from the published description of the output files, not taken from the rooms that write
them: a checker that borrows the writer's lists shares the writer's mistakes.
"""

from ironpot.core.outputs import KINDS, REASONS

ORIGINS = ("reported", "estimated", "imputed", "synthetic")
BASES = ("published", "press", "secondary", "unchecked", "assumed", "user", "synthetic")
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
CLASSES = ("general", "special", "hidden", "vehicle_other", "arrears", "other")
STATUTORY = ("general", "special")
DEBT_ACTIONS = (
    "scheduled",
    "prepay",
    "refinance",
    "swap",
    "extend",
    "rate_cut",
    "haircut",
    "transfer",
    "call",
    "default",
)
PHASES = ("before", "after")

ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "balance_sheet": {
        "phase": PHASES,
        "side": ("asset", "liability", "memo"),
        "basis": ("book", "nominal", "market"),
        "origin": ORIGINS,
    },
    "pots": {"route": ROUTES, "verdict": ("keep", "release", "unclear")},
    "decisions": {
        "route": ROUTES,
        "buyer_scope": ("outside", "inside", "unknown"),
        "kind": KINDS,
        "reason_code": REASONS,
        "reason_basis": ("rule", "dual_estimate", "resolve"),
    },
    "debt_actions": {"primary_class": CLASSES, "action": DEBT_ACTIONS},
    "cash": {"account": ("general", "fund", "capital", "company", "earmarked")},
    "ladder": {"phase": PHASES, "period_type": ("month", "quarter")},
    "resolution": {"primary_class": CLASSES, "kind": KINDS},
    "left_to_pay": {"primary_class": CLASSES},
    "lot_sales": {"account": ("general", "fund", "capital", "company", "earmarked")},
    "relief": {"kind": ("grant", "advance", "quota", "waiver", "guarantee")},
    "limits": {
        "kind": (
            "buffer",
            "bridge",
            "capacity",
            "service_floor",
            "quota",
            "pool_min",
            "depth",
            "rule_band",
            "debt_ceiling",
            "transfer",
            "arrears",
        ),
        "operator": ("<=", ">="),
    },
    "sources": {"basis": BASES},
    "lots": {"origin": ORIGINS},
    "debts": {"primary_class": CLASSES, "origin": ORIGINS},
}

# Empty = unknown or not applicable. Every other column must be filled.
MAY_BE_EMPTY: dict[str, tuple[str, ...]] = {
    "balance_sheet": ("basis", "origin"),
    "pots": (
        "blocked_code",
        "retention_value",
        "retention_low",
        "retention_high",
        "gross_price",
        "price_cut",
        "tax",
        "fee",
        "procedure_cost",
        "freed_debt",
        "delay_cost",
        "net_proceeds",
        "net_low",
        "net_high",
        "months_to_cash",
        "sale_probability",
        "verdict",
    ),
    "decisions": (
        "bundle_id",
        "market_id",
        "start_quarter",
        "cash_quarter",
        "buyer_scope",
        "kind",
        "retention_value",
        "value_destroyed",
    ),
    "debt_actions": (
        "new_debt_id",
        "npv_effect",
        "success_probability",
        "reason_code",
        "reason_text",
    ),
    "cash": (),
    "ladder": ("buffer", "below_buffer"),
    "resolution": ("kind", "quarter", "payer_id", "decision_id"),
    "relief": ("amount_p05", "amount_p95", "repay_by", "limit_id", "price"),
    "limits": (
        "period",
        "scenario",
        "value",
        "bound",
        "slack",
        "binding",
        "penalty",
        "source_id",
    ),
    "sources": ("locator", "date", "basis", "sha256"),
    "lots": ("opening_amount",),
    "debts": (),
    "left_to_pay": ("date", "refixed_on"),
    "lot_sales": ("bundle_id", "market_id", "quarter"),
}
