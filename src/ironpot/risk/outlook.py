"""What will debt be measured by in the years to come, and which limit is that for a plan?

Rules name facts of published accounts; the budget's lines carry the same facts forward, scenario by
scenario. A band then becomes a limit on debt by class against the resources of each year.
"""

from collections.abc import Mapping

import polars as pl

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.risk.linear import Sum, linear_sum
from ironpot.risk.rules import BandLimit, Coefficients, band_limits
from ironpot.risk.ruleset import RuleSet

# The published fact that each budget line of an account carries on.
FACT_OF_LINE: dict[tuple[str, str], str] = {
    ("general", "own_revenue"): "general_own_revenue",
    ("general", "transfers_in"): "general_transfers_from_above",
    ("general", "essential_spending"): "general_own_expenditure",
    ("general", "other_spending"): "general_own_expenditure",
    ("fund", "own_revenue"): "fund_revenue",
    ("fund", "land_revenue"): "fund_revenue",
    ("fund", "essential_spending"): "fund_expenditure",
    ("fund", "other_spending"): "fund_expenditure",
    ("capital", "own_revenue"): "capital_revenue",
}


def planned_facts(budget: pl.DataFrame, entity_id: str) -> pl.DataFrame:
    """Return (scenario, year, fact, amount) of an entity's budget, yuan, positive.

    `budget`: rows of risk.budget.budget_flows. Only years with all four quarters are returned, and
    only facts that a line of the budget carries: what no line carries is unknown, not nothing.
    One-off lines count in their year, as they do in published accounts.
    """
    keys = pl.DataFrame(
        [(account, line, fact) for (account, line), fact in FACT_OF_LINE.items()],
        schema=["account", "line", "fact"],
        orient="row",
    )
    quarters = budget.with_columns(year=pl.col("quarter").str.head(4).cast(pl.Int64))
    whole = (
        quarters.group_by("year")
        .agg(pl.col("quarter").n_unique())
        .filter(pl.col("quarter") == QUARTERS_PER_YEAR)
    )
    return (
        quarters.filter(pl.col("entity_id") == entity_id)
        .join(whole, on="year", how="semi")
        .join(keys, on=["account", "line"])
        .group_by("scenario", "year", "fact")
        .agg(pl.col("amount").sum().abs())
        .sort("scenario", "year", "fact")
    )


def limits_in_facts(
    rule_set: RuleSet, level: str, choices: Mapping[str, str] | None = None
) -> tuple[BandLimit, ...]:
    """Return `band_limits` with every input replaced by the facts that its definition names.

    `choices`: definition by input, else the first. On the debt ratio the numerator is then in
    `debt_<class>` and the denominator in resources. Raises RuleError as `band_limits` does, and
    IronpotError if a definition is no sum of facts.

    >>> from ironpot.risk.rule_files import rule_book
    >>> (limit,) = limits_in_facts(rule_book().rule_sets["cn-debt-ratio-2019"], "orange")
    >>> [name for name, _ in limit.numerator], limit.operator, limit.bound
    (['debt_general', 'debt_special', 'debt_hidden'], '<=', 300.0)
    """
    made = {
        name: _as_sum(definition.formula)
        for name, definition in rule_set.chosen(choices or {}).items()
    }
    return tuple(
        BandLimit(
            limit.rule_set_id,
            limit.indicator_id,
            limit.operator,
            _replaced(limit.numerator, made),
            _replaced(limit.denominator, made),
            limit.bound,
            limit.strict,
        )
        for limit in band_limits(rule_set, level)
    )


def _as_sum(formula: str) -> Sum:
    found = linear_sum(formula)
    if found is None:
        raise IronpotError(
            Text(
                f"The definition {formula!r} is no sum of facts and cannot bind a plan. "
                "Write it as a sum, or set binding = false.",
                f"定义 {formula!r} 不是各项之和,不能约束计划。请改写为求和,或将“约束计划”设为否。",
            )
        )
    return found


def _replaced(terms: Coefficients, made: Mapping[str, Sum]) -> Coefficients:
    """Return terms with each input replaced by its sum of facts, equal facts added up."""
    total: Sum = {}
    for name, weight in terms:
        for fact, share in made.get(name, {name: 1.0}).items():
            total[fact] = total.get(fact, 0.0) + weight * share
    return tuple((fact, weight) for fact, weight in total.items() if weight)
