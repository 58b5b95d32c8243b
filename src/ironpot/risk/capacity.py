"""Could the entity pay back, and does its balance cover the service? Named formulas, shown whole.

Operating figures are a year's recurrent budget lines and the income of lots; land is left out,
because it is a sale and not a revenue. Amounts yuan, payback years, coverage a multiple.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import next_day
from ironpot.core.formula import evaluate, names
from ironpot.core.lang import Text
from ironpot.risk.linear import divisors
from ironpot.risk.ratios import Facts, debt_facts

# The notional loan of synthetic coverage runs this long.
SYNTHETIC_YEARS = 15
_SOURCE = "after Fitch Ratings, International Local and Regional Governments Rating Criteria"
_SIGN = {
    "own_revenue": 1.0,
    "transfers_in": 1.0,
    "transfers_out": -1.0,
    "essential_spending": -1.0,
    "other_spending": -1.0,
}
_REVENUE_LINES = ("own_revenue", "transfers_in", "transfers_out")


@dataclass(frozen=True, slots=True)
class NamedFormula:
    """A ratio with its formula over named figures, its unit and where it is from."""

    id: str
    label: Text
    unit: str
    formula: str
    source: str


FORMULAS: tuple[NamedFormula, ...] = (
    NamedFormula(
        "payback_y",
        Text("years to pay back from the operating balance", "以经常性结余偿还净债务所需年数"),
        "years",
        "net_debt/operating_balance",
        _SOURCE,
    ),
    NamedFormula(
        "actual_coverage",
        Text("operating balance over debt service", "经常性结余对偿债支出的保障倍数"),
        "multiple",
        "operating_balance/service_y",
        _SOURCE,
    ),
    NamedFormula(
        "synthetic_coverage",
        Text(
            f"operating balance over the annuity of net debt in {SYNTHETIC_YEARS} years",
            f"经常性结余对净债务{SYNTHETIC_YEARS}年等额偿还额的保障倍数",
        ),
        "multiple",
        "operating_balance/(net_debt*annuity_factor)",
        _SOURCE,
    ),
    NamedFormula(
        "fiscal_burden_pct",
        Text("net debt over operating revenue", "净债务占经常性收入比重"),
        "percent",
        "100*net_debt/operating_revenue",
        _SOURCE,
    ),
    NamedFormula(
        "interest_to_revenue_pct",
        Text("interest over operating revenue", "付息支出占经常性收入比重"),
        "percent",
        "100*interest_y/operating_revenue",
        "IMF and World Bank, Developing a Medium-Term Debt Management Strategy Framework (2019)",
    ),
    NamedFormula(
        "service_to_revenue_pct",
        Text("debt service over operating revenue", "偿债支出占经常性收入比重"),
        "percent",
        "100*service_y/operating_revenue",
        "IMF and World Bank, Developing a Medium-Term Debt Management Strategy Framework (2019)",
    ),
)
CAPACITY = pl.Schema(
    {
        "indicator": pl.String(),
        "label_en": pl.String(),
        "label_zh": pl.String(),
        "value": pl.Float64(),
        "unit": pl.String(),
        "formula": pl.String(),
        "numbers": pl.String(),
        "missing": pl.String(),
        "source": pl.String(),
    }
)


def capacity_ratios(facts: Mapping[str, float | None]) -> pl.DataFrame:
    """Return rows of CAPACITY, one a formula, from facts in yuan by name.

    A ratio is null where a fact is unknown (named in `missing`) or where what it is divided by is
    not positive: an operating deficit pays nothing back, however small the debt.

    >>> rows = capacity_ratios({"net_debt": 90.0, "operating_balance": 15.0})
    >>> rows.filter(pl.col("indicator") == "payback_y")["value"].item()
    6.0
    """
    return pl.DataFrame([_row(item, facts) for item in FORMULAS], schema=CAPACITY, orient="row")


def capacity_facts(
    case: Case,
    *,
    service_y: float | None,
    interest_y: float | None,
    debts: Facts | None = None,
) -> dict[str, float | None]:
    """Return the facts of the perimeter that FORMULAS name, for the first year after the case date.

    `service_y`, `interest_y`: paid in that year by contract. Without a recurrent budget line in the
    year the operating figures are unknown. Debt is that owed outside the perimeter; cash on its
    accounts is taken off. `debts` are debt facts in place of the case's own, as a plan leaves them.
    """
    owed = debt_facts(case) if debts is None else debts
    debt = sum(amount or 0.0 for name, amount in owed.items() if name.startswith("debt_"))
    interest = sum(amount or 0.0 for name, amount in owed.items() if name.startswith("interest_"))
    held = case.accounts.filter(pl.col("entity_id").is_in(case.perimeter))
    net_debt = debt - float(held["opening_cash"].sum())
    rate = interest / debt if debt > 0.0 else None
    return {
        **_operating(case),
        "net_debt": net_debt,
        "annuity_factor": None if rate is None else annuity_factor(rate, SYNTHETIC_YEARS),
        "service_y": service_y,
        "interest_y": interest_y,
    }


def annuity_factor(rate: float, years: int) -> float:
    """Return the yearly payment that repays 1 in `years` equal payments at `rate`.

    >>> round(annuity_factor(0.05, 15), 6), annuity_factor(0.0, 10)
    (0.096342, 0.1)
    """
    return 1.0 / years if rate == 0.0 else rate / (1.0 - (1.0 + rate) ** -years)


def _operating(case: Case) -> dict[str, float | None]:
    """Return a year's operating revenue, net of transfers paid, and what is left of it."""
    unknown: dict[str, float | None] = {"operating_revenue": None, "operating_balance": None}
    year = next_day(case.date).year
    lines = case.budget.filter(
        pl.col("entity_id").is_in(case.perimeter),
        pl.col("line").is_in(list(_SIGN)),
        pl.col("recurrent"),
        pl.col("year") == year,
    )
    if lines.is_empty() or lines["amount_y"].null_count():
        return unknown
    signed = lines.select(
        "line",
        amount=pl.col("amount_y") * pl.col("line").replace_strict(_SIGN, return_dtype=pl.Float64),
    )
    lots = _lot_income(case)
    if lots is None:
        return unknown
    revenue = float(signed.filter(pl.col("line").is_in(_REVENUE_LINES))["amount"].sum())
    return {
        "operating_revenue": revenue + lots,
        "operating_balance": float(signed["amount"].sum()) + lots,
    }


def _lot_income(case: Case) -> float | None:
    """Return what members' lots earn in a year less keeping them; None if one is unknown."""
    own = case.assets.filter(pl.col("owner_id").is_in(case.perimeter))
    net = own["income_y"] - own["cost_to_keep_y"]
    return None if net.null_count() else float(net.sum())


def _row(item: NamedFormula, facts: Mapping[str, float | None]) -> tuple[object, ...]:
    used = {name: facts.get(name) for name in names(item.formula)}
    below = [evaluate(divisor, used) for divisor in divisors(item.formula)]
    sound = all(figure is not None and figure > 0.0 for figure in below)
    numbers = (f"{name}={'?' if x is None else format(x, '.4f')}" for name, x in used.items())
    return (
        item.id,
        item.label.en,
        item.label.zh,
        evaluate(item.formula, used) if sound else None,
        item.unit,
        item.formula,
        ";".join(numbers),
        ";".join(name for name, figure in used.items() if figure is None) or None,
        item.source,
    )
