"""Which rules are there, and in which order? All of them, named once."""

from ironpot.verify import (
    balance_sheet,
    cash,
    cash_debt,
    debt_actions,
    decisions,
    form,
    ladder,
    left_to_pay,
    limits,
    lot_sales,
    pots,
    registers,
    relief,
    resolution,
    summary,
)
from ironpot.verify.finding import Rule

RULES: tuple[Rule, ...] = (
    *form.RULES,
    *summary.RULES,
    *registers.RULES,
    *balance_sheet.RULES,
    *pots.RULES,
    *decisions.RULES,
    *debt_actions.RULES,
    *resolution.RULES,
    *cash.RULES,
    *cash_debt.RULES,
    *lot_sales.RULES,
    *ladder.RULES,
    *left_to_pay.RULES,
    *relief.RULES,
    *limits.RULES,
)
