"""Which one level do several indicators make, and which are possible if some are unknown?

An unknown indicator may stand in any of its levels; the answer is known only if it is the same for
all of them.
"""

import itertools
from collections.abc import Iterable, Mapping

from ironpot.risk.ruleset import Band, Indicator, RuleSet


def band_of(value: float, bands: Iterable[Band]) -> str | None:
    """Return the level of the band that holds `value`; bands cover the line, lowest first.

    Values are compared at nine decimals, so that 120 computed is 120 printed.

    >>> bands = (Band("green", None, 120.0), Band("yellow", 120.0, None))
    >>> band_of(119.999, bands), band_of(120.0, bands)
    ('green', 'yellow')
    """
    exact = round(value, 9)
    level = None
    for band in bands:
        above = band.min is None or exact > band.min
        if above or (exact == band.min and band.min_inclusive):
            level = band.level
    return level


def levels_possible(rule_set: RuleSet, known: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the overall levels that the known ones leave open, best first.

    `known`: the level of each indicator, None if unknown. Empty if the rule set does not combine
    its indicators, or its matrix has no row for them.
    """
    if rule_set.combine.method == "none":
        return ()
    open_levels = [
        _choices(rule_set, indicator, known.get(indicator.id)) for indicator in rule_set.indicators
    ]
    ids = [indicator.id for indicator in rule_set.indicators]
    reached = {
        combined_level(rule_set, dict(zip(ids, levels, strict=True)))
        for levels in itertools.product(*open_levels)
    }
    if None in reached:
        return ()
    return tuple(level for level in rule_set.order if level in reached)


def combined_level(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    """Return the overall level of indicators that are all known; None if there is none.

    `levels`: level by indicator id.
    """
    match rule_set.combine.method:
        case "worst" | "any":
            return max(levels.values(), key=rule_set.order.index)
        case "count":
            return _by_count(rule_set, levels)
        case "matrix":
            return _by_matrix(rule_set, levels)
        case "score":
            return _by_score(rule_set, levels)
        case "none":
            return None


def _choices(rule_set: RuleSet, indicator: Indicator, known: str | None) -> tuple[str, ...]:
    if known is not None:
        return (known,)
    return indicator.levels or rule_set.order


def _by_count(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    hits = sum(level in rule_set.combine.counted for level in levels.values())
    reached = [row.level for row in rule_set.combine.counts if hits >= row.at_least]
    return reached[-1] if reached else None


def _by_matrix(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    for row in rule_set.combine.rows:
        if all(levels[indicator] in allowed for indicator, allowed in row.when.items()):
            return row.level
    return None


def _by_score(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    points = rule_set.combine.points or {}
    total = sum(points[indicator][level] for indicator, level in levels.items())
    return band_of(total, rule_set.combine.bands)
