"""Is a rule set sound? Bands without gaps, formulas over listed inputs, words that exist.

Checks are plain functions from a rule set to (field, problem); one list names them all in order.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ironpot.core.formula import FormulaError, names
from ironpot.core.lang import Text
from ironpot.risk.ruleset import Band, RuleSet

Problem = tuple[str, Text]


def rule_set_problems(rule_set: RuleSet) -> list[Problem]:
    """Return every problem of a rule set as (field, sentence); empty if it is sound."""
    return [problem for check in CHECKS for problem in check(rule_set)]


def _dates(rule_set: RuleSet) -> Iterator[Problem]:
    first, last = rule_set.effective_from, rule_set.effective_to
    if first is not None and last is not None and first > last:
        yield "effective_to", Text("ends before it begins", "失效日早于生效日")


def _unique(rule_set: RuleSet) -> Iterator[Problem]:
    listed = (
        ("indicators", [indicator.id for indicator in rule_set.indicators]),
        ("levels", list(rule_set.order)),
    )
    for field, ids in listed:
        for name, count in Counter(ids).items():
            if count > 1:
                yield field, Text(f"{name} stands there twice", f"{name} 重复")
    if not rule_set.indicators:
        yield "indicators", Text("there is none", "没有指标")


def _formulas(rule_set: RuleSet) -> Iterator[Problem]:
    formulas = [(f"indicators.{item.id}", item.formula) for item in rule_set.indicators]
    formulas += [(f"definitions.{item.input}", item.formula) for item in rule_set.definitions]
    for field, formula in formulas:
        try:
            names(formula or "0")
        except FormulaError as error:
            yield field, error.text


def _inputs(rule_set: RuleSet) -> Iterator[Problem]:
    for indicator in rule_set.indicators:
        used, listed = _named(indicator.formula), {item.name for item in indicator.inputs}
        for name in sorted(used ^ listed):
            yield (
                f"indicators.{indicator.id}.inputs",
                Text(
                    f"{name} stands in the formula or in the list, not in both",
                    f"{name} 未同时出现在公式和输入清单中",
                ),
            )


def _bands(rule_set: RuleSet) -> Iterator[Problem]:
    for indicator in rule_set.indicators:
        yield from _cover(f"indicators.{indicator.id}.bands", indicator.bands)
        if indicator.formula and not indicator.bands:
            yield f"indicators.{indicator.id}", Text("a formula without bands", "有公式而无分档")
        if not indicator.formula and indicator.text is None:
            yield f"indicators.{indicator.id}", Text("neither formula nor text", "既无公式也无文字")
    yield from _cover("combine.bands", rule_set.combine.bands)


def _cover(field: str, bands: tuple[Band, ...]) -> Iterator[Problem]:
    """Say where bands leave a gap, overlap, or do not reach the ends of the line."""
    if not bands:
        return
    if bands[0].min is not None or bands[-1].max is not None:
        yield field, Text("the first or last band has an end", "首档或末档不应设端点")
    for lower, upper in pairwise(bands):
        if lower.max is None or lower.max != upper.min or lower.floor >= lower.max:
            yield (
                field,
                Text(
                    f"{lower.level} does not end where {upper.level} begins",
                    f"{lower.level} 的上限与 {upper.level} 的下限不衔接",
                ),
            )


def _levels(rule_set: RuleSet) -> Iterator[Problem]:
    for field, words, known in _level_words(rule_set):
        for word in sorted(set(words) - set(known)):
            yield field, Text(f"no level is called {word}", f"没有名为 {word} 的等级")


def _level_words(rule_set: RuleSet) -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """Yield each field that names levels, the words there, and the words it may use."""
    combine = rule_set.combine
    own = {indicator.id: indicator.levels for indicator in rule_set.indicators}
    every = tuple(word for levels in own.values() for word in levels)
    if combine.method in ("worst", "any"):
        yield "indicators.bands", list(every), rule_set.order
    yield "consequences", [item.level for item in rule_set.consequences], rule_set.order
    yield "combine.counts", [row.level for row in combine.counts], rule_set.order
    yield "combine.counted", list(combine.counted), every
    yield "combine.rows", [row.level for row in combine.rows], rule_set.order
    yield "combine.bands", [band.level for band in combine.bands], rule_set.order
    for row in combine.rows:
        for indicator, words in row.when.items():
            yield f"combine.rows.{indicator}", list(words), own.get(indicator, ())
    for indicator, points in (combine.points or {}).items():
        yield f"combine.points.{indicator}", list(points), own.get(indicator, ())


def _complete(rule_set: RuleSet) -> Iterator[Problem]:
    """Say what the way of combining lacks."""
    combine = rule_set.combine
    if combine.method == "matrix" and not combine.rows:
        yield "combine.rows", Text("a matrix without rows", "矩阵没有行")
    if combine.method == "count" and not (combine.counts and combine.counted):
        yield "combine.counts", Text("a count without counted levels", "计数规则缺少计数等级")
    if combine.method == "score" and not (combine.points and combine.bands):
        yield "combine.points", Text("a score without points or bands", "评分规则缺少分值或分档")
    if combine.method == "score":
        for indicator in rule_set.indicators:
            if set(indicator.levels) - set((combine.points or {}).get(indicator.id, {})):
                yield (
                    f"combine.points.{indicator.id}",
                    Text("a level has no points", "有等级未设分值"),
                )


def _definitions(rule_set: RuleSet) -> Iterator[Problem]:
    inputs = {name for item in rule_set.indicators for name in _named(item.formula)}
    for definition in rule_set.definitions:
        if definition.input not in inputs:
            yield (
                f"definitions.{definition.input}",
                Text("no formula uses this input", "没有公式使用该输入"),
            )


def _named(formula: str | None) -> set[str]:
    try:
        return set(names(formula)) if formula else set()
    except FormulaError:
        return set()


CHECKS = (
    _dates,
    _unique,
    _formulas,
    _inputs,
    _bands,
    _levels,
    _complete,
    _definitions,
)
