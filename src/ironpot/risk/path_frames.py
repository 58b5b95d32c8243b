"""How are deterministic paths told? Frames of path, decomposition and financing need.

Ratios in per cent of the denominator; amounts in yuan.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.lang import Text
from ironpot.risk.assessment import DECOMPOSITION, FINANCING_NEED, PATH, RiskOptions
from ironpot.risk.dsa import financing_need, stabilising_balance, target_balance
from ironpot.risk.linear import linear_sum
from ironpot.risk.projection import Projection
from ironpot.risk.resources import formula_of, lacking_facts
from ironpot.risk.yearly import Years

Floats = npt.NDArray[np.float64]

PER_CENT = 100.0


def denominator(
    years: Years,
    entity_id: str,
    options: RiskOptions,
    published: float | None,
    *,
    beside: Mapping[str, Floats] | None = None,
) -> tuple[Floats, Text | None]:
    """Return what debt is measured by, (scenario, year + 1), the opening first, and a note on it.

    `published` is the last published year's; without it the first projected year stands in for the
    opening, so that growth of the first year is zero, and the note says so. NaN where the budget
    does not carry the formula's facts: such a ratio is unknown. `beside` are facts that no budget
    carries, (scenario, year); what is unknown of them in all years is left out. Raises IronpotError
    if there is no denominator of that name.
    """
    more = {name: part for name, part in (beside or {}).items() if np.isfinite(part).any()}
    known = years.known(entity_id) | more
    formula = formula_of(options.denominator)
    terms = linear_sum(formula) or {}
    lacking = [name for name in terms if name not in known]
    if lacking:
        return np.full(years.debt.shape, np.nan), lacking_facts(options.denominator, lacking)
    total = np.sum([weight * known[name] for name, weight in terms.items()], axis=0)
    if published is not None:
        return np.concatenate([np.full((len(total), 1), published), total], axis=1), None
    opening = total[:, :1]
    return np.concatenate([opening, total], axis=1), _no_opening(options, formula)


def path_frame(
    phase: str, scenarios: Sequence[str], years: Years, resources: Floats, options: RiskOptions
) -> pl.DataFrame:
    """Return rows of assessment.PATH; the balance that reaches the target is a constant one."""
    before, after = resources[:, :-1], resources[:, 1:]
    ratio = years.debt / resources
    growth = after / before - 1.0
    rate = years.flows["interest"] / np.where(years.debt[:, :-1] > 0.0, years.debt[:, :-1], np.nan)
    stock = np.sum(list(years.stock_flow.values()), axis=0)
    count = years.debt.shape[1] - 1
    last = min(options.target_year or count, count)
    target = (
        ratio[:, 0] if options.target_ratio_pct is None else options.target_ratio_pct / PER_CENT
    )
    known = np.nan_to_num(rate)
    balance = target_balance(
        ratio[:, 0], target, known[:, :last], growth[:, :last], (stock / after)[:, :last]
    )
    stable = stabilising_balance(ratio[:, :-1], known, growth)
    columns = {
        "debt": years.debt,
        "resources": resources,
        "ratio_pct": PER_CENT * ratio,
        "effective_rate": _later(rate),
        "growth_rate": _later(growth),
        "primary_balance": _later(years.flows["primary"]),
        "interest": _later(years.flows["interest"]),
        "stock_flow": _later(stock),
        "stabilising_balance": _later(stable * after),
        "target_balance": _later(balance[:, None] * after),
    }
    return _frame(phase, scenarios, (years.years[0] - 1, *years.years), columns, options, PATH)


def decomposition_frame(
    phase: str, scenarios: Sequence[str], years: Years, resources: Floats, options: RiskOptions
) -> pl.DataFrame:
    """Return rows of assessment.DECOMPOSITION, per cent of the year's denominator.

    closing = opening + interest + growth + primary balance + all stock-flow terms; a surplus is
    negative, as it lowers debt.
    """
    after = resources[:, 1:]
    ratio = PER_CENT * years.debt / resources
    stock = {name: PER_CENT * part / after for name, part in years.stock_flow.items()}
    columns = {
        "opening_pct": ratio[:, :-1],
        "interest": PER_CENT * years.flows["interest"] / after,
        "growth": PER_CENT * years.debt[:, :-1] / after - ratio[:, :-1],
        "primary_balance": -PER_CENT * years.flows["primary"] / after,
        **stock,
        "closing_pct": ratio[:, 1:],
    }
    return _frame(phase, scenarios, years.years, columns, options, DECOMPOSITION)


def need_frame(
    phase: str, scenarios: Sequence[str], flows: Projection, quarters: Sequence[str]
) -> pl.DataFrame:
    """Return rows of assessment.FINANCING_NEED: need = renewed + drawn from cash + left unpaid.

    `other` is fees and calls less proceeds, help and what loans pay out; a negative `uncovered`
    pays down what was unpaid.
    """
    start = np.full((len(flows.cash), 1), flows.opening_cash)
    position = np.concatenate([start, flows.cash], axis=1)
    other = flows.fees + flows.calls - flows.proceeds - flows.relief - flows.drawn
    columns = {
        "primary_deficit": -flows.primary,
        "interest": flows.interest,
        "principal": flows.principal,
        "other": other,
        "need": financing_need(flows.primary, flows.interest, flows.principal, other),
        "rolled_over": flows.renewed,
        "from_cash": -np.diff(np.maximum(position, 0.0), axis=1),
        "uncovered": np.diff(np.maximum(-position, 0.0), axis=1),
    }
    keys = _keys(phase, scenarios, "quarter", quarters)
    return _joined(keys, columns).select(FINANCING_NEED.names()).cast(FINANCING_NEED)


def published_total(
    facts: Sequence[tuple[int, Mapping[str, float | None]]], options: RiskOptions, year: int
) -> float | None:
    """Return a year's denominator as published; None where a figure of it is not."""
    terms = linear_sum(formula_of(options.denominator)) or {}
    published = dict(facts).get(year, {})
    known = {name: published.get(name) for name in terms}
    amounts = [
        weight * value for name, weight in terms.items() if (value := known[name]) is not None
    ]
    return sum(amounts) if len(amounts) == len(terms) else None


def _later(values: Floats) -> Floats:
    """Return values with an unknown opening before them."""
    return np.concatenate([np.full((len(values), 1), np.nan), values], axis=1)


def _frame(
    phase: str,
    scenarios: Sequence[str],
    years: Sequence[int],
    columns: Mapping[str, Floats],
    options: RiskOptions,
    schema: pl.Schema,
) -> pl.DataFrame:
    keys = _keys(phase, scenarios, "year", years)
    named = _joined(keys, columns).with_columns(denominator=pl.lit(options.denominator))
    return (
        named.select(schema.names()).cast(schema).with_columns(pl.selectors.float().fill_nan(None))
    )


def _keys(
    phase: str, scenarios: Sequence[str], period: str, periods: Sequence[str] | Sequence[int]
) -> pl.DataFrame:
    left = pl.DataFrame({"scenario": list(scenarios)}).with_columns(phase=pl.lit(phase))
    return left.join(pl.DataFrame({period: list(periods)}), how="cross")


def _joined(keys: pl.DataFrame, columns: Mapping[str, Floats]) -> pl.DataFrame:
    """Return keys beside columns (scenario, period) in the same order."""
    return keys.with_columns(pl.Series(name, values.ravel()) for name, values in columns.items())


def _no_opening(options: RiskOptions, formula: str) -> Text:
    return Text(
        f"The year of the case date has no complete {options.denominator} ({formula}); the first "
        "projected year stands in for it, so that growth of the first year counts as zero.",
        f"基准日所在年度缺少完整的 {options.denominator}({formula}),以首个推演年度代替,"
        "首年增长按零计。",
    )
