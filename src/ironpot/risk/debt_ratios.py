"""How heavy is the debt under every named count of debt and of resources? Each pair in its row.

Debt stands at the case date, resources in the years that were published. A pair that lacks a
figure is unknown and names it. No threshold is applied here: rules do that.
"""

from collections.abc import Mapping

import polars as pl

from ironpot.case.case import Case
from ironpot.core.formula import evaluate, names
from ironpot.core.lang import Text
from ironpot.risk.ratios import Facts, debt_facts, fiscal_facts
from ironpot.risk.resources import DENOMINATORS

# From the narrowest count to the broadest; interest-bearing debt of vehicles contains hidden debt.
DEBTS: dict[str, tuple[str, Text]] = {
    "statutory": ("debt_general+debt_special", Text("general and special debt", "法定债务")),
    "with_hidden": (
        "debt_general+debt_special+debt_hidden",
        Text("with hidden debt", "含隐性债务"),
    ),
    "broad": (
        "debt_general+debt_special+debt_hidden+debt_vehicle_other",
        Text("broad: with all debt of financing vehicles", "宽口径:含融资平台全部债务"),
    ),
}
DEBT_RATIOS = pl.Schema(
    {
        "entity_id": pl.String(),
        "year": pl.Int64(),
        "debt_count": pl.String(),
        "denominator": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "formula": pl.String(),
        "missing": pl.String(),
    }
)


def debt_ratios(case: Case, *, debts: Facts | None = None) -> pl.DataFrame:
    """Return rows of DEBT_RATIOS of the top entity: each published year, debt and denominator.

    `debts` are debt facts in place of the case's own, as a plan leaves them. `value` is in per
    cent, null where a fact is unknown or the denominator is not positive.
    """
    owed = dict(debt_facts(case) if debts is None else debts)
    entity = case.settings.top_entity
    rows = [
        (entity, year, count, name, *_ratio(debt, denominator, owed | published))
        for year, published, _ in fiscal_facts(case, entity)
        for count, (debt, _) in DEBTS.items()
        for name, (denominator, _) in DENOMINATORS.items()
    ]
    return pl.DataFrame(rows, schema=DEBT_RATIOS, orient="row")


def _ratio(debt: str, denominator: str, facts: Mapping[str, float | None]) -> tuple[object, ...]:
    formula = f"100*({debt})/({denominator})"
    used = {name: facts.get(name) for name in names(formula)}
    below = evaluate(denominator, used)
    sound = below is not None and below > 0.0
    missing = ";".join(name for name, figure in used.items() if figure is None)
    value = evaluate(formula, used) if sound else None
    return value, "percent", formula, missing or None
