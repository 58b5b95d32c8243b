"""Which light shows under each rule, year by year, and how far does it hang on a definition?

A light is what the rule set says with its first definitions. Beside it stand the best and the
worst over the rule's own definitions that the figures allow to compute; where they allow none, all
that the unknown leaves possible. What only a proxy could say is named apart and never counts as the
answer.
"""

import itertools
from collections.abc import Iterator, Mapping

import polars as pl

from ironpot.balance.sheet import Phase
from ironpot.case.case import Case
from ironpot.risk.ratios import (
    Facts,
    applicable,
    debt_facts,
    fiscal_facts,
    rule_inputs,
    source_text,
)
from ironpot.risk.rules import Classification, classify
from ironpot.risk.ruleset import UNKNOWN, Definition, RuleSet

LIGHTS = pl.Schema(
    {
        "phase": pl.String(),
        "rule_set_id": pl.String(),
        "entity_id": pl.String(),
        "year": pl.Int64(),
        "level": pl.String(),
        "at_best": pl.String(),
        "at_worst": pl.String(),
        "by_proxy": pl.String(),
        "severity": pl.Float64(),
        "consequence_code": pl.String(),
        "consequence_en": pl.String(),
        "consequence_zh": pl.String(),
        "missing": pl.String(),
        "status": pl.String(),
        "source": pl.String(),
    }
)


def rule_lights(
    case: Case,
    rule_sets: Mapping[str, RuleSet],
    *,
    debts: Facts | None = None,
    phase: Phase = "before",
) -> pl.DataFrame:
    """Return rows of LIGHTS: each applicable rule set, entity and published year.

    `debts` are debt facts in place of the case's own, as a plan leaves them. `severity` is the
    place of the worst level possible on the rule set's scale, 0 the best level, 1 the worst, null
    where the rule set does not combine its indicators. `by_proxy` joins the levels that proxies
    give by ';', `missing` the inputs without a value.
    """
    owed = dict(debt_facts(case) if debts is None else debts)
    rows = [
        _light(rule_sets[rule_set_id], entity_id, year, owed | published, phase)
        for rule_set_id, entity_id in applicable(case, rule_sets)
        for year, published, _ in fiscal_facts(case, entity_id)
    ]
    return pl.DataFrame(rows, schema=LIGHTS, orient="row")


def _light(
    rule_set: RuleSet, entity_id: str, year: int, facts: Facts, phase: Phase
) -> tuple[object, ...]:
    own = list(_classified(rule_set, facts, proxies=False))
    first = own[0]
    best, worst = _ends(rule_set, own)
    consequence = first.consequence
    missing = [name for result in first.indicators for name in result.missing]
    return (
        phase,
        rule_set.id,
        entity_id,
        year,
        first.level,
        best,
        worst,
        ";".join(_by_proxy(rule_set, facts)),
        _severity(rule_set, worst),
        consequence.code if consequence else None,
        consequence.text.en if consequence else None,
        consequence.text.zh if consequence else None,
        ";".join(dict.fromkeys(missing)) or None,
        first.status,
        source_text(rule_set),
    )


def _classified(rule_set: RuleSet, facts: Facts, *, proxies: bool) -> Iterator[Classification]:
    """Yield what the rule set says under each combination of definitions, the default first.

    Without `proxies` an input keeps its proxies only if it has no other definition.
    """
    options = {
        name: [item for item in found if proxies or not item.proxy] or list(found)
        for name, found in rule_set.choices.items()
    }
    for picked in itertools.product(*options.values()):
        yield classify(rule_set, rule_inputs(rule_set, facts, _choices(picked)))


def _choices(picked: tuple[Definition, ...]) -> dict[str, str]:
    return {item.input: item.choice for item in picked}


def _ends(rule_set: RuleSet, answers: list[Classification]) -> tuple[str, str]:
    """Return the best and the worst level of the answers that are known, else of what is open."""
    rank = rule_set.order.index
    known = [answer for answer in answers if answer.level != UNKNOWN]
    open_ = known or [answer for answer in answers if answer.at_best != UNKNOWN]
    if not open_:
        return UNKNOWN, UNKNOWN
    best = min((answer.at_best for answer in open_), key=rank)
    return best, max((answer.at_worst for answer in open_), key=rank)


def _by_proxy(rule_set: RuleSet, facts: Facts) -> list[str]:
    """Return the levels, best first, that are known with a proxy; none if there are no proxies."""
    if not any(item.proxy for item in rule_set.definitions):
        return []
    own = {answer.level for answer in _classified(rule_set, facts, proxies=False)}
    every = {answer.level for answer in _classified(rule_set, facts, proxies=True)}
    return [level for level in rule_set.order if level in every - own]


def _severity(rule_set: RuleSet, worst: str) -> float | None:
    if worst == UNKNOWN or len(rule_set.order) < 2:
        return None
    return rule_set.order.index(worst) / (len(rule_set.order) - 1)
