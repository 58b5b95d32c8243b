"""Which one level do several indicators make, and which are possible if some are unknown?

An unknown indicator may stand in any of its levels; the answer is known only if it is the same for
all of them.
"""

import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence

from ironpot.risk.ruleset import Band, Indicator, RuleSet

# A value is rounded before it is placed, and so is the edge that it is compared with.
PLACES = 9


def band_holding(value: float, bands: Iterable[Band]) -> Band | None:
    """Return the band that holds `value`; bands cover the line, lowest first.

    Values and edges are compared at nine decimals, so that 120 computed is 120 printed and a
    twelfth is 1/12. None if there are no bands.

    >>> bands = (Band("green", None, 120.0), Band("yellow", 120.0, None))
    >>> band_holding(120.0, bands).level
    'yellow'
    """
    exact = round(value, PLACES)
    held = None
    for band in bands:
        edge = round(band.floor, PLACES) if band.min is not None else band.floor
        if exact > edge or (exact == edge and band.min_inclusive):
            held = band
    return held


def band_of(value: float, bands: Iterable[Band]) -> str | None:
    """Return the level of the band that holds `value`.

    >>> bands = (Band("green", None, 120.0), Band("yellow", 120.0, None))
    >>> band_of(119.999, bands), band_of(120.0, bands)
    ('green', 'yellow')
    """
    held = band_holding(value, bands)
    return held.level if held is not None else None


def levels_possible(rule_set: RuleSet, known: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the overall levels that the known ones leave open, best first.

    `known`: the level of each indicator, None if unknown. Empty if the rule set does not combine
    its indicators, or its matrix has no row for them. Sums and worst levels are followed as sets,
    so that thirty unknown indicators cost no more than thirty steps.
    """
    choices = {
        indicator.id: _choices(rule_set, indicator, known.get(indicator.id))
        for indicator in rule_set.deciding
    }
    if not choices:
        return ()
    match rule_set.combine.method:
        case "worst" | "any":
            reached = _worst(rule_set, choices)
        case "count":
            reached = {_level_of_count(rule_set, hits) for hits in _counts(rule_set, choices)}
        case "score":
            reached = {band_of(sum_, rule_set.combine.bands) for sum_ in _sums(rule_set, choices)}
        case "matrix":
            reached = _cells(rule_set, choices)
        case "none":
            return ()
    if None in reached:
        return ()
    return tuple(level for level in rule_set.order if level in reached)


def combined_level(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    """Return the overall level of indicators that are all known; None if there is none.

    `levels`: level by indicator id.
    """
    possible = levels_possible(rule_set, levels)
    return possible[0] if possible else None


def _choices(rule_set: RuleSet, indicator: Indicator, known: str | None) -> tuple[str, ...]:
    if known is not None:
        return (known,)
    return indicator.levels or rule_set.order


def _worst(rule_set: RuleSet, choices: Mapping[str, Sequence[str]]) -> set[str | None]:
    rank = rule_set.order.index
    ranks = [{float(rank(level)) for level in open_} for open_ in choices.values()]
    return {rule_set.order[int(place)] for place in _followed(ranks, max)}


def _counts(rule_set: RuleSet, choices: Mapping[str, Sequence[str]]) -> set[float]:
    counted = rule_set.combine.counted
    hits = [{float(level in counted) for level in open_} for open_ in choices.values()]
    return _followed(hits, operator.add)


def _sums(rule_set: RuleSet, choices: Mapping[str, Sequence[str]]) -> set[float]:
    points = rule_set.combine.points or {}
    scored = [{points[name][level] for level in open_} for name, open_ in choices.items()]
    return _followed(scored, lambda first, second: round(first + second, PLACES))


def _followed(options: Sequence[set[float]], join: Callable[[float, float], float]) -> set[float]:
    """Return every result of joining one option of each, one indicator after the other."""
    reached = options[0]
    for more in options[1:]:
        reached = {join(first, second) for first in reached for second in more}
    return reached


def _level_of_count(rule_set: RuleSet, hits: float) -> str | None:
    reached = [row.level for row in rule_set.combine.counts if hits >= row.at_least]
    return reached[-1] if reached else None


def _cells(rule_set: RuleSet, choices: Mapping[str, Sequence[str]]) -> set[str | None]:
    """Return the matrix's answer for every completion; `rule_checks` bounds their number."""
    return {
        _matrix_level(rule_set, dict(zip(choices, levels, strict=True)))
        for levels in itertools.product(*choices.values())
    }


def _matrix_level(rule_set: RuleSet, levels: Mapping[str, str]) -> str | None:
    for row in rule_set.combine.rows:
        if all(levels[indicator] in allowed for indicator, allowed in row.when.items()):
            return row.level
    return None
