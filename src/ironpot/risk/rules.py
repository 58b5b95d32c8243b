"""Which band does a government stand in under a rule set, and what follows from it?

What is unknown stays unknown and is never green: a missing input leaves open every level that it
could still make. Our grades are indicative; official ones are not public.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ironpot.core.errors import IronpotError
from ironpot.core.formula import evaluate, names
from ironpot.core.lang import Text
from ironpot.risk.combine import band_holding, levels_possible
from ironpot.risk.linear import divisors, linear_ratio
from ironpot.risk.ruleset import (
    UNKNOWN,
    Band,
    Consequence,
    Indicator,
    RuleSet,
    RuleSource,
    Status,
)

Coefficients = tuple[tuple[str, float], ...]
_WORST_FIRST: tuple[Status, ...] = ("unchecked", "partly_checked", "checked")


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """One indicator with its formula, numbers and the band that holds its value.

    `level` is unknown if the value is, or if there are no bands. `missing` names inputs without a
    value, `problem` says why numbers give no ratio; `as_published` marks a value that was given
    whole and not computed from inputs.
    """

    id: str
    label: Text
    formula: str | None
    unit: str
    inputs: dict[str, float | None]
    value: float | None
    level: str
    band: Band | None
    as_published: bool
    missing: tuple[str, ...]
    problem: Text | None
    status: Status


@dataclass(frozen=True, slots=True)
class Classification:
    """What a rule set says: `level`, or `unknown` with the best and worst levels still possible.

    `consequence` is null unless the level is known. `status` is the weakest of the parts.
    """

    rule_set_id: str
    level: str
    at_best: str
    at_worst: str
    indicators: tuple[IndicatorResult, ...]
    consequence: Consequence | None
    status: Status
    source: RuleSource


@dataclass(frozen=True, slots=True)
class BandLimit:
    """A band as a linear limit: numerator - bound x denominator is <= 0 or >= 0.

    Coefficients by input, the input `1` a constant; the denominator must stay positive. With
    `strict` the bound itself already stands in the band beyond.
    """

    rule_set_id: str
    indicator_id: str
    operator: Literal["<=", ">="]
    numerator: Coefficients
    denominator: Coefficients
    bound: float
    strict: bool


class RuleError(IronpotError):
    """A rule set that cannot do what is asked of it."""


def classify(
    rule_set: RuleSet,
    inputs: Mapping[str, float | None],
    *,
    published: Mapping[str, float] | None = None,
) -> Classification:
    """Apply a rule set to figures by input name (money in yuan, as its formulas need them).

    Inputs that are absent, None or not finite are unknown. `published`: values by indicator id, in
    the indicator's unit, as an authority printed them; they stand in place of the formula. Raises
    RuleError if one of them names no indicator.

    >>> from ironpot.risk.rule_files import rule_book
    >>> alerts = rule_book().rule_sets["mx-sistema-alertas-estados"]
    >>> classify(alerts, {}, published={"ind1": 96.1, "ind2": 6.0, "ind3": 2.0}).level
    'green'
    """
    printed = published or {}
    _refuse_strangers(rule_set, printed)
    results = tuple(
        _result(rule_set, indicator, inputs, printed.get(indicator.id))
        for indicator in rule_set.indicators
    )
    known = {result.id: None if result.level == UNKNOWN else result.level for result in results}
    possible = levels_possible(rule_set, known)
    level = possible[0] if len(possible) == 1 else UNKNOWN
    return Classification(
        rule_set_id=rule_set.id,
        level=level,
        at_best=possible[0] if possible else UNKNOWN,
        at_worst=possible[-1] if possible else UNKNOWN,
        indicators=results,
        consequence=consequence_of(rule_set, level),
        status=_weakest([result.status for result in results]),
        source=rule_set.source,
    )


def _refuse_strangers(rule_set: RuleSet, printed: Mapping[str, float]) -> None:
    known = [indicator.id for indicator in rule_set.indicators]
    strange = sorted(set(printed) - set(known))
    if strange:
        raise RuleError(
            Text(
                f"Rule set {rule_set.id} has no indicator {', '.join(strange)}; it has "
                f"{', '.join(known)}.",
                f"规则集 {rule_set.id} 没有指标 {'、'.join(strange)},其指标为 {'、'.join(known)}。",
            )
        )


def _weakest(statuses: list[Status]) -> Status:
    return next(status for status in _WORST_FIRST if status in statuses)


def consequence_of(rule_set: RuleSet, level: str) -> Consequence | None:
    """Return what follows from a level; None if the rule set says nothing about it."""
    found = [item for item in rule_set.consequences if item.level == level]
    return found[0] if found else None


def band_limits(rule_set: RuleSet, level: str) -> tuple[BandLimit, ...]:
    """Return the limits that keep every indicator in `level` or better.

    `level` is the worst level still allowed. Raises RuleError if there is no such level, if levels
    are not combined by the worst, or if a formula is no ratio of sums: such a rule set can be
    shown beside a plan but cannot bind it.
    """
    if rule_set.combine.method not in ("worst", "any") or level not in rule_set.order:
        raise _cannot_bind(rule_set, level)
    allowed = rule_set.order[: rule_set.order.index(level) + 1]
    return tuple(
        limit
        for indicator in rule_set.indicators
        for limit in _limits(rule_set, indicator, allowed)
    )


def _result(
    rule_set: RuleSet,
    indicator: Indicator,
    inputs: Mapping[str, float | None],
    printed: float | None,
) -> IndicatorResult:
    needed = {name: _finite(inputs.get(name)) for name in names(indicator.formula or "0")}
    problem = None if printed is not None else _problem(indicator, needed)
    value = _finite(printed) if printed is not None else _computed(indicator, needed, problem)
    band = band_holding(value, indicator.bands) if value is not None else None
    return IndicatorResult(
        id=indicator.id,
        label=indicator.label,
        formula=indicator.formula,
        unit=indicator.unit,
        inputs=needed,
        value=value,
        level=band.level if band is not None else UNKNOWN,
        band=band,
        as_published=printed is not None,
        missing=() if printed is not None else tuple(n for n, v in needed.items() if v is None),
        problem=problem,
        status=indicator.status or rule_set.status,
    )


def _finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None


def _computed(
    indicator: Indicator, inputs: Mapping[str, float | None], problem: Text | None
) -> float | None:
    if indicator.formula is None or problem is not None:
        return None
    return _finite(evaluate(indicator.formula, inputs))


def _problem(indicator: Indicator, inputs: Mapping[str, float | None]) -> Text | None:
    if indicator.formula is None:
        return _TEXT_ONLY
    for divisor in divisors(indicator.formula):
        below = evaluate(divisor, inputs)
        if below is not None and below <= 0.0:
            return Text(
                f"{divisor} is not positive, so the ratio has no meaning.",
                f"{divisor} 不为正数,比率无意义。",
            )
    return None


_TEXT_ONLY = Text("Given as text; it cannot classify.", "仅有文字规定,无法计算等级。")


def _limits(rule_set: RuleSet, indicator: Indicator, allowed: tuple[str, ...]) -> list[BandLimit]:
    """Return the ends of the allowed run of bands that are not the ends of the line."""
    ratio = linear_ratio(indicator.formula) if indicator.formula and indicator.bands else None
    inside = [band.level in allowed for band in indicator.bands]
    if ratio is None or not any(inside) or _runs(inside) != 1:
        raise _cannot_bind(rule_set, indicator.id)
    first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
    ends: list[tuple[Literal["<=", ">="], float, bool]] = []
    if last + 1 < len(inside):
        beyond = indicator.bands[last + 1]
        ends.append(("<=", beyond.floor, beyond.min_inclusive))
    if first > 0:
        lowest = indicator.bands[first]
        ends.append((">=", lowest.floor, not lowest.min_inclusive))
    return [
        BandLimit(
            rule_set.id,
            indicator.id,
            operator,
            tuple(ratio.numerator.items()),
            tuple(ratio.denominator.items()),
            bound,
            strict,
        )
        for operator, bound, strict in ends
    ]


def _runs(inside: list[bool]) -> int:
    """Count the runs of allowed bands along the line."""
    before = [False, *inside[:-1]]
    return sum(now and not earlier for now, earlier in zip(inside, before, strict=True))


def _cannot_bind(rule_set: RuleSet, what: str) -> RuleError:
    return RuleError(
        Text(
            f"Rule set {rule_set.id} gives no linear limit for {what}; it cannot bind a plan. "
            "Set binding = false in the rules table, or name a level of the rule set.",
            f"规则集 {rule_set.id} 的 {what} 不能写成线性约束,不能约束计划。"
            "请在“适用规则”表中将“约束计划”设为否,或填写该规则集的等级。",
        )
    )
