"""What is debt measured by? Named formulas over the facts of a year's budget and accounts."""

from collections.abc import Sequence

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

# Own revenue, transfers and funds, gross: land revenue counts whole. Net: less what land costs.
DENOMINATORS: dict[str, tuple[str, Text]] = {
    "resources": (
        "general_own_revenue+general_transfers_from_above+fund_revenue",
        Text(
            "comprehensive fiscal resources: own revenue, transfers, government funds",
            "综合财力:一般公共预算收入、上级转移支付、政府性基金收入",
        ),
    ),
    "resources_and_capital": (
        "general_own_revenue+general_transfers_from_above+fund_revenue+capital_revenue",
        Text("the same with the state capital budget", "综合财力(含国有资本经营预算收入)"),
    ),
    "resources_net_of_land_cost": (
        "general_own_revenue+general_transfers_from_above+fund_revenue-fund_land_cost",
        Text("the same less what land costs", "综合财力(扣除土地成本)"),
    ),
    "own_revenue": ("general_own_revenue", Text("own revenue", "一般公共预算收入")),
    "gdp": ("general_gdp", Text("gross domestic product", "地区生产总值")),
}


def formula_of(name: str) -> str:
    """Return a denominator's formula; IronpotError if there is no such denominator.

    >>> formula_of("own_revenue")
    'general_own_revenue'
    """
    if name not in DENOMINATORS:
        raise _unknown(name)
    return DENOMINATORS[name][0]


def _unknown(name: str) -> IronpotError:
    listed = ", ".join(DENOMINATORS)
    return IronpotError(
        Text(
            f"There is no denominator {name}; choose one of {listed}.",
            f"没有名为 {name} 的分母;可选:{listed}。",
        )
    )


def lacking_facts(name: str, facts: Sequence[str]) -> Text:
    """Say that debt cannot be measured by a denominator because the budget lacks facts of it."""
    listed = ", ".join(facts)
    return Text(
        f"Debt is not measured by {name}: the case does not carry {listed} in the years to come. "
        "Add the lines to the budget (GDP: item gdp of fiscal_history, or a driver gdp), or choose "
        "another denominator.",
        f"无法以 {name} 衡量债务:案例未提供以后年度的 {listed}。请补充预算科目(地区生产总值:"
        "“历年决算预算”表 gdp 项或驱动因素 gdp),或更换分母。",
    )
