"""Which faults may stand in the balance sheet, the pot test and the decisions?"""

from tests.verify.small.faults import Fault, add, both, change, drop, say

GOV = "entity_id=gov phase=before"
L1 = "lot_id=L1"

FAULTS = (
    # balance sheet
    Fault(
        "an amount that is not gross less eliminated",
        "balance_sheet.amount",
        add("balance_sheet", "0.01", "entity_id=co phase=before gfsm_code=6M6", "amount"),
    ),
    Fault(
        "an entity that eliminates its own claim",
        "balance_sheet.eliminated balance_sheet.net_worth balance_sheet.parents",
        both(
            add("balance_sheet", "25.00", f"{GOV} gfsm_code=62082", "eliminated"),
            add("balance_sheet", "-25.00", f"{GOV} gfsm_code=62082", "amount"),
        ),
    ),
    Fault(
        "a claim left in the consolidated sheet",
        "balance_sheet.consolidation balance_sheet.net_worth balance_sheet.parents",
        both(
            add(
                "balance_sheet",
                "-25.00",
                "entity_id=_consolidated phase=before gfsm_code=63082",
                "eliminated",
            ),
            add(
                "balance_sheet",
                "25.00",
                "entity_id=_consolidated phase=before gfsm_code=63082",
                "amount",
            ),
        ),
    ),
    Fault(
        "a consolidated row left out",
        "balance_sheet.consolidation",
        drop("balance_sheet", "entity_id=_consolidated phase=after gfsm_code=6M6"),
    ),
    Fault(
        "a negative stock",
        "balance_sheet.stocks",
        both(
            change(
                "balance_sheet",
                "entity_id=co phase=after gfsm_code=6M6",
                gross="-77.00",
                amount="-77.00",
            ),
            change(
                "balance_sheet",
                "entity_id=_consolidated phase=after gfsm_code=6M6",
                gross="-77.00",
                amount="-77.00",
            ),
        ),
    ),
    Fault(
        "a guarantee counted as debt",
        "balance_sheet.net_worth balance_sheet.sides",
        both(
            change("balance_sheet", "gfsm_code=6M6", side="liability"),
        ),
    ),
    Fault(
        "a parent that is not the sum of its parts",
        "balance_sheet.consolidation balance_sheet.parents",
        add("balance_sheet", "1.00", "entity_id=gov phase=after gfsm_code=61", "gross", "amount"),
    ),
    Fault(
        "a net worth that does not follow",
        "balance_sheet.consolidation balance_sheet.net_worth",
        add("balance_sheet", "1.00", "entity_id=gov phase=after gfsm_code=6", "gross", "amount"),
    ),
    Fault(
        "no net worth",
        "balance_sheet.net_worth",
        drop("balance_sheet", "entity_id=sub phase=after gfsm_code=6"),
    ),
    Fault(
        "a sheet of another day",
        "balance_sheet.dates",
        change("balance_sheet", "phase=before", date="2023-12-31"),
    ),
    Fault(
        "two dates in one phase",
        "balance_sheet.dates",
        change("balance_sheet", "entity_id=gov phase=after gfsm_code=61", date="2025-11-30"),
    ),
    Fault(
        "an entity outside the perimeter",
        "balance_sheet.perimeter",
        say(perimeter=["gov", "co"]),
    ),
    Fault(
        "a lot missing from the sheet",
        "balance_sheet.lots",
        change("lots", "lot_id=L6", gfsm_code="61122"),
    ),
    Fault(
        "a lot worth more than the sheet says",
        "balance_sheet.lots plan.origin",
        add("lots", "0.01", "lot_id=L6", "opening_amount"),
    ),
    Fault(
        "deposits that are not the cash",
        "balance_sheet.deposits",
        both(
            *(
                add(
                    "balance_sheet",
                    "5.00",
                    f"entity_id={entity} phase=after gfsm_code={code}",
                    "gross",
                    "amount",
                )
                for entity in ("co", "_consolidated")
                for code in ("6202", "62", "6")
            )
        ),
    ),
    Fault(
        "a debt that is on no sheet",
        "balance_sheet.debts",
        both(
            *(
                add(
                    "balance_sheet",
                    amount,
                    f"entity_id={entity} phase=before gfsm_code={code}",
                    "gross",
                    "amount",
                )
                for entity in ("sub", "_consolidated")
                for code, amount in (("6304", "-5.00"), ("63", "-5.00"), ("6", "5.00"))
            )
        ),
    ),
    # pots
    Fault("a route left out", "pots.every_route", drop("pots", "lot_id=L1 route=pool")),
    Fault(
        "a pot of nobody's lot",
        "decisions.every_lot pots.every_route",
        change("lots", "lot_id=L6", lot_id="L9"),
    ),
    Fault(
        "another owner in the pot test",
        "pots.owner",
        change("pots", "lot_id=L1 route=pool", entity_id="gov"),
    ),
    Fault(
        "an illegal route with a price",
        "pots.illegal",
        change("pots", "lot_id=L2 route=auction", gross_price="5.00"),
    ),
    Fault(
        "an illegal route without a reason",
        "pots.illegal",
        change("pots", "lot_id=L2 route=auction", blocked_code=""),
    ),
    Fault("a tax forgotten", "pots.net", change("pots", "lot_id=L1 route=lease", tax="0.00")),
    Fault(
        "net proceeds of an unknown price",
        "pots.net",
        change("pots", "lot_id=L6 route=auction", net_proceeds="1.00"),
    ),
    Fault(
        "a negative cost",
        "pots.costs",
        both(
            add("pots", "-0.20", "lot_id=L1 route=lease", "tax"),
            add("pots", "0.20", "lot_id=L1 route=lease", "fee"),
        ),
    ),
    Fault(
        "a probability above one",
        "pots.costs",
        change("pots", "lot_id=L1 route=lease", sale_probability="1.100000"),
    ),
    Fault(
        "holding that gives something up",
        "pots.hold",
        change(
            "pots",
            "lot_id=L1 route=hold",
            retention_low="0.00",
            retention_value="5.00",
            retention_high="9.00",
            verdict="keep",
        ),
    ),
    Fault(
        "a low above the base",
        "pots.ranges",
        change("pots", "lot_id=L1 route=lease", net_low="60.00"),
    ),
    Fault(
        "steel called better than the pot",
        "pots.verdict",
        change("pots", "lot_id=L1 route=lease", verdict="release"),
    ),
    Fault(
        "a robust verdict on amounts that nobody knows",
        "pots.verdict",
        change("pots", "lot_id=L6 route=auction", verdict="keep"),
    ),
    Fault(
        "a robust verdict called unclear",
        "pots.verdict",
        change("pots", "lot_id=L1 route=lease", verdict="unclear"),
    ),
    # decisions
    Fault("a lot without a decision", "decisions.every_lot", drop("decisions", "lot_id=L6")),
    Fault(
        "another owner in the decision",
        "decisions.describes",
        change("decisions", "lot_id=L6", entity_id="co"),
    ),
    Fault(
        "protection lost on the way",
        "decisions.describes",
        change("decisions", "lot_id=L2", protected="false"),
    ),
    Fault(
        "a protected lot sold",
        "decisions.protected decisions.legal",
        change(
            "decisions",
            "lot_id=L2",
            route="auction",
            start_quarter="2025Q1",
            cash_quarter="2025Q2",
            kind="outside_cash",
            buyer_scope="outside",
        ),
    ),
    Fault(
        "a kept lot with proceeds",
        "decisions.kept",
        change("decisions", "lot_id=L6", net_proceeds="5.00"),
    ),
    Fault(
        "a kept lot with a quarter",
        "decisions.kept",
        change("decisions", "lot_id=L6", start_quarter="2025Q2"),
    ),
    Fault(
        "cash before the start",
        "decisions.quarters limits.depth_used lot_sales.rounds",
        change("decisions", L1, start_quarter="2025Q2", cash_quarter="2025Q1"),
    ),
    Fault(
        "a release after the horizon",
        "decisions.cash_follows decisions.quarters",
        change("decisions", "lot_id=L3", start_quarter="2026Q1", cash_quarter="2026Q1"),
    ),
    Fault(
        "an illegal route chosen",
        "decisions.legal",
        change(
            "pots",
            "lot_id=L1 route=exchange_sale",
            legal="false",
            blocked_code="LAW",
            **dict.fromkeys(
                (
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
                "",
            ),
        ),
    ),
    Fault(
        "value destroyed and not said",
        "decisions.value_destroyed",
        change("decisions", "lot_id=L4", value_destroyed="0.00"),
    ),
    Fault(
        "a bundle torn apart",
        "decisions.bundles",
        change("decisions", "lot_id=L5", cash_quarter="2025Q3"),
    ),
    Fault(
        "a sale to oneself called outside cash",
        "decisions.kinds resolution.decisions",
        change("decisions", "lot_id=L3", kind="outside_cash"),
    ),
    Fault("a pledge called cash", "decisions.kinds", change("decisions", L1, route="pledge")),
    Fault(
        "sale money before any sale",
        "decisions.cash_follows limits.depth_used lot_sales.rounds",
        both(
            change("decisions", "route=lease", start_quarter="2025Q3", cash_quarter="2025Q4"),
            change("decisions", L1, start_quarter="2025Q3", cash_quarter="2025Q4"),
        ),
    ),
)
