"""Which faults may stand in debt actions and in the resolution of debts?"""

from tests.verify.small.faults import Fault, add, both, change, drop

FAULTS = (
    # left to pay
    Fault(
        "less is left to pay than is owed",
        "left.principal",
        add("left_to_pay", "-1.00", "debt_id=D5", "principal"),
    ),
    Fault(
        "a debt owes and nothing is left to pay",
        "left.principal",
        drop("left_to_pay", "debt_id=N2"),
    ),
    Fault(
        "a payment left over falls within the plan",
        "left.days",
        change("left_to_pay", "debt_id=D5", date="2025-12-31"),
    ),
    Fault(
        "a fixed rate is fixed again",
        "left.terms",
        change("left_to_pay", "debt_id=D5", refixed_on="2027-01-01"),
    ),
    Fault(
        "another debtor has it left to pay",
        "left.owners",
        change("left_to_pay", "debt_id=D5", entity_id="gov"),
    ),
    Fault(
        "one contract at two rates",
        "left.contract",
        change("left_to_pay", "debt_id=D1 date=2026-06-30", rate="0.050000"),
    ),
    # debt actions
    Fault(
        "negative interest",
        "debt_actions.amounts",
        change("debt_actions", "action_id=A10", interest_paid="-1.00"),
    ),
    Fault(
        "an action on nobody's debt",
        "debt_actions.known_debt resolution.decisions resolution.rescheduled",
        change("debt_actions", "action_id=A10", debt_id="D9"),
    ),
    Fault(
        "another debtor in the action",
        "debt_actions.describes",
        change("debt_actions", "action_id=A10", entity_id="gov"),
    ),
    Fault(
        "an action after the horizon",
        "cash_debt.borrowing cash_debt.principal debt_actions.horizon limits.values "
        "resolution.sums",
        change("debt_actions", "action_id=A12", quarter="2026Q1"),
    ),
    Fault(
        "an extension that reduces principal",
        "cash_debt.principal debt_actions.reduce_nothing "
        "limits.values resolution.closing resolution.sums",
        add("debt_actions", "1.00", "action_id=A10", "principal_reduced"),
    ),
    Fault(
        "statutory debt extended",
        "cash_debt.principal debt_actions.statutory "
        "limits.values resolution.closing resolution.sums",
        change("debt_actions", "action_id=A07", action="extend", principal_reduced="0.00"),
    ),
    Fault(
        "statutory debt swapped away",
        "debt_actions.statutory",
        change("debt_actions", "action_id=A05", action="swap"),
    ),
    Fault(
        "new principal on an old contract",
        "debt_actions.own_id resolution.closing resolution.every_debt",
        change(
            "debt_actions", "action_id=A11", debt_id="D6", new_debt_id="D6", primary_class="special"
        ),
    ),
    Fault(
        "a swap booked in one row",
        "debt_actions.describes debt_actions.own_id left.owners limits.values resolution.describes",
        both(
            drop("debt_actions", "action_id=A04"),
            change("debt_actions", "action_id=A03", principal_new="500.00"),
        ),
    ),
    Fault(
        "a new contract with two lenders",
        "debt_actions.opened_once",
        both(
            add("debt_actions", "-10.00", "action_id=A04", "principal_new"),
            lambda plan: plan.added(
                "debt_actions",
                **{
                    **plan.tables["debt_actions"][3],
                    "action_id": "A99",
                    "creditor_id": "bank",
                    "principal_new": "10.00",
                },
            ),
        ),
    ),
    Fault(
        "a refinancing that names no contract",
        "debt_actions.replaced",
        change("debt_actions", "action_id=A05", new_debt_id=""),
    ),
    Fault(
        "a refinancing larger than its contract",
        "debt_actions.replaced",
        change("debt_actions", "action_id=A05", new_debt_id="N3"),
    ),
    Fault(
        "more paid than owed",
        "debt_actions.outstanding",
        both(
            change("debt_actions", "action_id=A12", quarter="2025Q1"),
            change("resolution", "debt_id=N1", quarter="2025Q1"),
            add("cash", "-10.00", "account=general quarter=2025Q1", "principal", "closing"),
            add("cash", "-10.00", "account=general quarter=2025Q2", "opening", "closing"),
            add("cash", "-10.00", "account=general quarter=2025Q3", "opening", "closing"),
            add("cash", "-10.00", "account=general quarter=2025Q4", "opening"),
            add("cash", "10.00", "account=general quarter=2025Q4", "principal"),
            *(
                add("limits", "-10.00", f"limit_id=B-gov period={quarter}", "value", "slack")
                for quarter in ("2025Q1", "2025Q2", "2025Q3")
            ),
            change("limits", "limit_id=C-spec", value="890.00", slack="10.00", binding="false"),
        ),
    ),
    # resolution
    Fault("a debt left out", "resolution.every_debt", drop("resolution", "debt_id=D6")),
    Fault(
        "a debt listed twice without resolution",
        "resolution.untouched",
        lambda plan: plan.added("resolution", **{**plan.tables["resolution"][-1], "payer_id": "x"}),
    ),
    Fault(
        "a kind without a quarter",
        "resolution.rescheduled resolution.untouched",
        change("resolution", "debt_id=D5", quarter=""),
    ),
    Fault(
        "another class in the resolution",
        "resolution.describes",
        change("resolution", "debt_id=D6", primary_class="general"),
    ),
    Fault(
        "another opening",
        "balance_sheet.debts resolution.closing resolution.opening",
        add("resolution", "1.00", "debt_id=D6", "opening_principal"),
    ),
    Fault(
        "a closing that does not follow",
        "balance_sheet.debts resolution.closing",
        add("resolution", "0.01", "debt_id=D3", "closing_principal"),
    ),
    Fault(
        "a negative amount",
        "resolution.amounts resolution.sums",
        both(
            add("resolution", "-110.00", "debt_id=D1 kind=own_cash", "amount"),
        ),
    ),
    Fault(
        "resolved more than paid",
        "resolution.sums",
        add("resolution", "5.00", "debt_id=D1 kind=own_cash", "amount"),
    ),
    Fault(
        "forgiven called paid",
        "resolution.forgiven",
        change("resolution", "debt_id=D4 kind=forgiven", kind="own_cash"),
    ),
    Fault(
        "an extension called paid",
        "resolution.sums",
        change("resolution", "debt_id=D5", kind="own_cash"),
    ),
    Fault(
        "a transfer called paid",
        "resolution.rescheduled resolution.sums",
        change("resolution", "debt_id=D4 kind=rescheduled", kind="own_cash"),
    ),
    Fault(
        "a rescheduling that nobody decided",
        "resolution.rescheduled",
        change("resolution", "debt_id=D5", quarter="2025Q3"),
    ),
    Fault(
        "an extension of more than is owed",
        "resolution.rescheduled",
        add("resolution", "0.01", "debt_id=D5", "amount"),
    ),
    Fault(
        "a swap called own cash",
        "resolution.replaced",
        change("resolution", "debt_id=D2", kind="own_cash"),
    ),
    Fault(
        "outside cash paid by an inside buyer",
        "resolution.payers",
        change("resolution", "debt_id=D1 kind=outside_cash", payer_id="gov"),
    ),
    Fault(
        "a circular sale called outside cash",
        "resolution.decisions",
        change("resolution", "debt_id=D1 kind=circular", kind="outside_cash", payer_id=""),
    ),
    Fault(
        "a payment decided by nobody",
        "resolution.decisions",
        change("resolution", "debt_id=D1 kind=own_cash", decision_id="A99"),
    ),
    Fault(
        "more outside cash than came in",
        "resolution.outside_received",
        both(
            *(
                change(
                    "resolution",
                    f"debt_id=D1 kind={kind}",
                    kind="outside_cash",
                    payer_id="",
                    decision_id="",
                )
                for kind in ("own_cash", "circular")
            ),
        ),
    ),
    Fault(
        "more relief than came in",
        "resolution.relief_received",
        both(
            change(
                "resolution", "debt_id=D3 kind=own_cash", kind="relief", payer_id="", decision_id=""
            ),
        ),
    ),
)
