"""Which faults may stand in cash, ladder, relief and limits?"""

from tests.verify.small.faults import Fault, add, both, change, drop, say

GENERAL = "entity_id=gov account=general"
WHOLE = "entity_id=_consolidated account=general"

FAULTS = (
    # cash
    Fault(
        "a closing that does not add up",
        "cash.closing limits.values",
        add("cash", "0.01", f"{GENERAL} scenario=base quarter=2025Q4", "closing"),
    ),
    Fault(
        "an inflow below zero",
        "cash.between cash.signs cash.weighted",
        both(
            add("cash", "-1.00", "account=fund scenario=expected quarter=2025Q1", "own_revenue"),
            add("cash", "1.00", "account=fund scenario=expected quarter=2025Q1", "transfers_in"),
        ),
    ),
    Fault(
        "money lost overnight",
        "cash.chain limits.values",
        both(
            add("cash", "-3.00", f"{GENERAL} scenario=base quarter=2025Q4", "opening", "closing"),
        ),
    ),
    Fault(
        "a quarter left out",
        "cash.between cash.calendar cash.weighted",
        drop("cash", "account=fund scenario=base quarter=2025Q4"),
    ),
    Fault(
        "a scenario left out",
        "cash.between cash.inside_cancels cash.scenarios cash.weighted lot_sales.cash "
        "lot_sales.levies",
        drop("cash", "account=company scenario=base"),
    ),
    Fault(
        "a start that depends on the scenario",
        "cash.same_start",
        both(
            *(
                add(
                    "cash",
                    "4.00",
                    f"entity_id={entity} account=fund scenario=base quarter={quarter}",
                    "opening",
                    "closing",
                )
                for entity in ("gov", "_consolidated")
                for quarter in ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
            ),
        ),
    ),
    Fault("rows out of order", "cash.sorted", lambda plan: plan.reordered("cash")),
    Fault(
        "an entity without consolidation",
        "cash.consolidated cash.weighted",
        both(
            *(
                add(
                    "cash",
                    amount,
                    "entity_id=co account=company scenario=base quarter=2025Q1",
                    column,
                )
                for column, amount in (("own_revenue", "7.00"), ("other_spending", "-7.00"))
            ),
        ),
    ),
    Fault(
        "an inside sale in the consolidated rows",
        "cash.consolidated cash.nothing_inside",
        both(
            add("cash", "120.00", f"{WHOLE} quarter=2025Q2", "asset_proceeds_inside"),
            add("cash", "-120.00", f"{WHOLE} quarter=2025Q2", "own_revenue"),
        ),
    ),
    Fault(
        "an inside sale that nobody pays",
        "balance_sheet.deposits cash.inside_cancels",
        add("cash", "7.00", "entity_id=co quarter=2025Q4", "asset_proceeds_inside", "closing"),
    ),
    Fault(
        "an expected flow outside all scenarios",
        "cash.between cash.weighted",
        both(
            *(
                add(
                    "cash",
                    amount,
                    f"entity_id={entity} account=company scenario=expected quarter=2025Q1",
                    column,
                )
                for entity in ("co", "_consolidated")
                for column, amount in (("own_revenue", "7.00"), ("other_spending", "-7.00"))
            ),
        ),
    ),
    Fault(
        "an expected flow that is no mean",
        "balance_sheet.deposits cash.weighted",
        both(
            *(
                add(
                    "cash",
                    amount,
                    f"entity_id={entity} account=general scenario=expected quarter=2025Q1",
                    column,
                )
                for entity in ("gov", "_consolidated")
                for column, amount in (("own_revenue", "1.00"), ("closing", "1.00"))
            ),
            *(
                add(
                    "cash",
                    "1.00",
                    f"entity_id={entity} account=general scenario=expected quarter={quarter}",
                    "opening",
                    "closing",
                )
                for entity in ("gov", "_consolidated")
                for quarter in ("2025Q2", "2025Q3", "2025Q4")
            ),
        ),
    ),
    # cash and debts
    Fault(
        "principal paid in cash that no debt loses",
        "cash_debt.principal",
        both(
            *(
                add(
                    "cash",
                    amount,
                    f"entity_id={entity} account=company scenario={scenario} quarter=2025Q3",
                    column,
                )
                for entity in ("co", "_consolidated")
                for scenario in ("base", "adverse", "expected")
                for column, amount in (("principal", "-2.00"), ("own_revenue", "2.00"))
            ),
        ),
    ),
    Fault(
        "borrowing that no contract books",
        "cash_debt.borrowing",
        both(
            *(
                add(
                    "cash",
                    amount,
                    f"entity_id={entity} account=company scenario={scenario} quarter=2025Q3",
                    column,
                )
                for entity in ("co", "_consolidated")
                for scenario in ("base", "adverse", "expected")
                for column, amount in (("borrowing", "2.00"), ("other_spending", "-2.00"))
            ),
        ),
    ),
    Fault(
        "arrears that come from nowhere",
        "cash_debt.borrowing",
        change(
            "limits",
            "limit_id=AR scenario=expected period=2025Q3",
            value="3.00",
            slack="-3.00",
        ),
    ),
    Fault(
        "arrears cleared that were not there",
        "cash_debt.borrowing cash_debt.principal",
        both(
            add("cash", "-2.00", "account=company quarter=2025Q2", "principal"),
            add("cash", "2.00", "account=company quarter=2025Q2", "borrowing"),
        ),
    ),
    Fault(
        "an advance that is no debt",
        "cash_debt.borrowing limits.values",
        both(
            drop("debt_actions", "action_id=A11"),
            drop("resolution", "debt_id=N3"),
        ),
    ),
    Fault(
        "more interest on debts than cash",
        "cash_debt.interest",
        add("debt_actions", "9.00", "action_id=A07", "interest_paid"),
    ),
    # ladder
    Fault(
        "a gap that does not add up",
        "ladder.gap",
        add("ladder", "1.00", "entity_id=co phase=after period=2025-03", "sources"),
    ),
    Fault(
        "a use above zero",
        "ladder.signs",
        both(
            add("ladder", "16.00", "entity_id=co phase=after period=2025-03", "uses"),
            add("ladder", "-16.00", "entity_id=co phase=after period=2025-03", "sources"),
        ),
    ),
    Fault(
        "a negative buffer",
        "ladder.signs",
        change("ladder", "entity_id=co phase=after period=2025-03", buffer="-1.00"),
    ),
    Fault(
        "cash that vanishes between rungs",
        "ladder.consolidated ladder.opening",
        add(
            "ladder",
            "1.00",
            "entity_id=co phase=after period=2034Q4",
            "opening_cash",
            "cumulative_gap",
        ),
    ),
    Fault(
        "a rung that does not follow",
        "ladder.cumulative",
        add("ladder", "1.00", "entity_id=co phase=after period=2034Q4", "cumulative_gap"),
    ),
    Fault(
        "a shortfall not flagged",
        "ladder.below_buffer",
        change("ladder", "entity_id=co phase=before period=2034Q4", below_buffer="false"),
    ),
    Fault(
        "a month left out",
        "ladder.consolidated ladder.opening ladder.periods",
        drop("ladder", "entity_id=co phase=after period=2026-12"),
    ),
    Fault(
        "a quarter that overlaps the months",
        "ladder.opening ladder.periods",
        change("ladder", "entity_id=_consolidated phase=after period=2034Q4", period="2026Q4"),
    ),
    Fault(
        "a ladder of an outsider",
        "balance_sheet.lots balance_sheet.perimeter cash.perimeter ladder.perimeter",
        lambda plan: plan.saying(perimeter=["gov", "sub", "x"]),
    ),
    Fault(
        "a consolidated ladder that is not the sum",
        "ladder.consolidated",
        both(
            add(
                "ladder",
                "3.00",
                "entity_id=_consolidated phase=after period=2034Q4",
                "sources",
                "gap",
                "cumulative_gap",
            ),
        ),
    ),
    Fault(
        "a ladder that starts elsewhere",
        "ladder.start",
        both(
            *(
                add(
                    "ladder",
                    "1.00",
                    f"entity_id={entity} phase=after",
                    "opening_cash",
                    "cumulative_gap",
                )
                for entity in ("co", "_consolidated")
            ),
        ),
    ),
    # relief
    Fault(
        "a range upside down",
        "relief.amounts",
        change("relief", "kind=grant scenario=expected", amount_p05="95.00"),
    ),
    Fault(
        "an advance that is never repaid",
        "relief.repaid",
        change("relief", "kind=advance scenario=base", repay_by=""),
    ),
    Fault(
        "a grant to be repaid",
        "relief.repaid",
        change("relief", "kind=grant scenario=base", repay_by="2027Q4"),
    ),
    Fault(
        "relief that does not arrive",
        "relief.cash",
        change("relief", "kind=grant scenario=base", amount="31.00"),
    ),
    Fault("a present value at another rate", "relief.present_value", say(discount_rate=0.05)),
    Fault("least relief called optimal", "relief.status", say(status="optimal")),
    # limits
    Fault(
        "a slack that does not follow",
        "limits.slack",
        change("limits", "limit_id=K", slack="0.270000"),
    ),
    Fault(
        "a slack with the wrong sign",
        "limits.binding limits.held limits.slack",
        change("limits", "limit_id=K", slack="-0.280000", penalty="1.00"),
    ),
    Fault("yuan with six decimals", "limits.decimals", change("limits", "limit_id=DP", unit="m2")),
    Fault(
        "a binding limit with slack",
        "limits.binding",
        change("limits", "limit_id=DP", binding="true"),
    ),
    Fault(
        "a tight limit called loose",
        "limits.binding",
        change("limits", "limit_id=C-spec", binding="false"),
    ),
    Fault("a negative penalty", "limits.penalty", change("limits", "limit_id=DP", penalty="-1.00")),
    Fault(
        "a buffer broken without relief",
        "limits.held",
        change("relief", "kind=advance", limit_id=""),
    ),
    Fault(
        "arrears without a price", "limits.held", change("limits", "limit_id=AR", penalty="0.00")
    ),
    Fault(
        "a source that does not exist",
        "limits.references",
        change("limits", "limit_id=DP", source_id="S9"),
    ),
    Fault(
        "a buffer that is not the cash",
        "limits.values",
        add("limits", "1.00", "limit_id=B-gov period=2025Q1 scenario=base", "value", "slack"),
    ),
    Fault(
        "a bridge that is not the draw",
        "limits.values",
        change("limits", "limit_id=BR-co period=2025Q1", value="39.00", slack="1.00"),
    ),
    Fault(
        "a ceiling below the debt",
        "limits.values",
        change("limits", "limit_id=C-spec", value="899.00", slack="1.00"),
    ),
    Fault(
        "depth used before any lot is offered",
        "limits.depth_used",
        change("limits", "limit_id=DP", scope_id="M_vehicle"),
    ),
)
