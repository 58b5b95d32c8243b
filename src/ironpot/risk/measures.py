"""Which lines of which rules may be crossed? Ratios of rule sets over projected years.

A rule set is followed into the future where its formulas are ratios of sums and its levels are
combined by the worst; the others give published grades only. Each choice of definitions is a
measure of its own.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.case.case import Case
from ironpot.core.formula import names
from ironpot.core.lang import Text
from ironpot.risk.combine import PLACES
from ironpot.risk.outlook import limits_in_facts
from ironpot.risk.rules import BandLimit, Coefficients, RuleError
from ironpot.risk.ruleset import Indicator, RuleSet

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
JOIN = "|"
DEBT = "debt_"


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator of one rule set under one choice of definitions, for one entity.

    `limits` by the level that each still allows, best level first; all share one ratio.
    """

    rule_set_id: str
    entity_id: str
    indicator_id: str
    variant: str
    unit: str
    limits: dict[str, BandLimit]

    @property
    def name(self) -> str:
        """Name of the measure: rule set, indicator and variant, joined by |."""
        parts = (self.rule_set_id, self.indicator_id, self.variant)
        return JOIN.join(part for part in parts if part)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names that the ratio needs."""
        one = next(iter(self.limits.values()))
        return tuple(dict.fromkeys(name for name, _ in (*one.numerator, *one.denominator)))

    def ratio(self, known: Mapping[str, Floats]) -> Floats:
        """Return the ratio (scenario, year); NaN where the denominator is not positive."""
        one = next(iter(self.limits.values()))
        below = _total(one.denominator, known)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below > 0.0, _total(one.numerator, known) / below, np.nan)

    def debt_over(self, level: str, known: Mapping[str, Floats]) -> Floats | None:
        """Return how much debt stands over a level's bound, yuan (scenario, year), negative under.

        None where the ratio does not measure debt from above.
        """
        limit = self.limits[level]
        weights = {weight for name, weight in limit.numerator if name.startswith(DEBT)}
        if limit.operator != "<=" or len(weights) != 1 or min(weights) <= 0.0:
            return None
        above = _total(limit.numerator, known) - limit.bound * _total(limit.denominator, known)
        return above / weights.pop()

    def beyond(self, level: str, ratio: Floats) -> Flags:
        """Say where a ratio stands in a level worse than `level`; an unknown one counts as beyond.

        What has no meaning is never green.
        """
        limit = self.limits[level]
        exact, bound = np.round(ratio, PLACES), round(limit.bound, PLACES)
        over = exact > bound if limit.operator == "<=" else exact < bound
        return over | np.isnan(ratio) | (limit.strict & (exact == bound))


def measures_of(
    case: Case, rules: Mapping[str, RuleSet], known: Mapping[str, frozenset[str]]
) -> tuple[tuple[Measure, ...], tuple[Text, ...]]:
    """Return the measures of the case's rules that can be projected, and why others cannot.

    `known`: names that have projected values, by entity.
    """
    found: list[Measure] = []
    notes: list[Text] = []
    for rule_set_id, entity_id in case.rules.select("rule_set_id", "entity_id").iter_rows():
        rule_set = rules.get(rule_set_id)
        if rule_set is None or not rule_set.in_force(case.date):
            continue
        for measure in _measures(rule_set, entity_id, notes):
            missing = [name for name in measure.inputs if name not in known.get(entity_id, ())]
            if missing:
                notes.append(_lacks(measure, missing))
            else:
                found.append(measure)
    return tuple(found), tuple(dict.fromkeys(notes))


def _measures(rule_set: RuleSet, entity_id: str, notes: list[Text]) -> list[Measure]:
    made: list[Measure] = []
    for indicator in rule_set.indicators:
        for choices, variant in _variants(rule_set, indicator):
            try:
                limits = _limits(rule_set, indicator, choices)
            except RuleError as error:
                notes.append(error.text)
                break
            if limits:
                made.append(
                    Measure(rule_set.id, entity_id, indicator.id, variant, indicator.unit, limits)
                )
    return made


def _limits(
    rule_set: RuleSet, indicator: Indicator, choices: Mapping[str, str]
) -> dict[str, BandLimit]:
    """Return the indicator's limit by level, the worst level left out; only one-sided ones."""
    found: dict[str, BandLimit] = {}
    for level in rule_set.order[:-1]:
        own = [
            limit
            for limit in limits_in_facts(rule_set, level, choices)
            if limit.indicator_id == indicator.id
        ]
        if len(own) == 1:
            found[level] = own[0]
    return found


def _variants(rule_set: RuleSet, indicator: Indicator) -> list[tuple[dict[str, str], str]]:
    """Return the choices of definitions that an indicator leaves open, and their name."""
    used = [name for name in names(indicator.formula or "0") if name in rule_set.choices]
    return [
        (
            {item.input: item.choice for item in picked},
            ";".join(item.choice for item in picked if len(rule_set.choices[item.input]) > 1),
        )
        for picked in itertools.product(*(rule_set.choices[name] for name in used))
    ]


def _total(terms: Coefficients, known: Mapping[str, Floats]) -> Floats:
    total = np.zeros((1, 1))
    for name, weight in terms:
        total = total + weight * known[name]
    return total


def _lacks(measure: Measure, missing: list[str]) -> Text:
    listed = ", ".join(missing)
    return Text(
        f"{measure.name} is not projected: the budget does not carry {listed}.",
        f"{measure.name} 无法推演:预算中没有 {listed}。",
    )
