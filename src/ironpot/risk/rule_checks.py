"""Is a rule set sound? Bands without gaps, formulas over listed inputs, words that exist.

Checks are plain functions from a rule set to problems; one list names them all in order.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ironpot.case.schema.words import ACCOUNTS, PRIMARY_CLASSES
from ironpot.core.formula import FormulaError, names
from ironpot.core.lang import Text
from ironpot.risk.ruleset import Band, Indicator, RuleSet

# A matrix is asked for every completion of what is unknown.
MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, the value found there, and how to mend it."""

    field: str
    what: Text
    mend: Text
    value: str = ""


def rule_set_problems(rule_set: RuleSet) -> list[Problem]:
    """Return every problem of a rule set; empty if it is sound."""
    return [problem for check in CHECKS for problem in check(rule_set)]


def _dates(rule_set: RuleSet) -> Iterator[Problem]:
    first, last = rule_set.effective_from, rule_set.effective_to
    if first is not None and last is not None and first > last:
        yield Problem(
            "effective_to",
            Text("ends before it begins", "失效日早于生效日"),
            Text(f"give a day after {first}, or leave it out", f"请填{first}之后的日期,或删去该行"),
            str(last),
        )


def _unique(rule_set: RuleSet) -> Iterator[Problem]:
    listed = (
        ("indicators", [indicator.id for indicator in rule_set.indicators]),
        ("levels", list(rule_set.order)),
        ("consequences", [consequence.level for consequence in rule_set.consequences]),
        ("definitions", [f"{item.input} {item.choice}" for item in rule_set.definitions]),
    )
    for field, ids in listed:
        for name, count in Counter(ids).items():
            if count > 1:
                yield Problem(
                    field,
                    Text("stands there twice", "重复出现"),
                    Text("rename or delete one of the two", "请改名或删去其一"),
                    name,
                )
    if not rule_set.deciding:
        yield Problem(
            "indicators",
            Text("no indicator decides a level", "没有可判定等级的指标"),
            Text("add an indicator with bands, or with text", "请至少写一项有分档或有文字的指标"),
        )


def _formulas(rule_set: RuleSet) -> Iterator[Problem]:
    formulas = [(f"indicators.{item.id}.formula", item.formula) for item in rule_set.indicators]
    formulas += [
        (f"definitions.{item.input}.formula", item.formula) for item in rule_set.definitions
    ]
    for field, formula in formulas:
        try:
            names(formula or "0")
        except FormulaError as error:
            yield Problem(field, error.text, _PLAIN, formula or "")


_PLAIN = Text(
    "write sums, products and ratios of inputs, such as 100*(a+b)/c",
    "只写输入项的加减乘除,如 100*(a+b)/c",
)


def _inputs(rule_set: RuleSet) -> Iterator[Problem]:
    for indicator in rule_set.indicators:
        used, listed = _named(indicator.formula), {item.name for item in indicator.inputs}
        field = f"indicators.{indicator.id}.inputs"
        for name in sorted(used - listed):
            sample = f'{{ name = "{name}", label = {{ en = "...", zh = "..." }} }}'
            yield Problem(
                field,
                Text("stands in the formula and not among the inputs", "公式中有,输入清单中没有"),
                Text(f"add to inputs: {sample}", f"请在 inputs 中补充:{sample}"),
                name,
            )
        for name in sorted(listed - used):
            yield Problem(
                field,
                Text("is listed and no formula uses it", "列入清单,但公式未使用"),
                Text("use it in the formula or delete it", "请在公式中使用或删去"),
                name,
            )


def _units(rule_set: RuleSet) -> Iterator[Problem]:
    """Catch per cent taken for decimals: a ratio of amounts is in per cent only times 100."""
    for indicator in rule_set.indicators:
        amounts = any(item.unit == "money" for item in indicator.inputs)
        formula = indicator.formula or ""
        if amounts and indicator.unit == "percent" and "100" not in formula:
            yield Problem(
                f"indicators.{indicator.id}.formula",
                Text("gives a decimal, the unit says percent", "结果为小数,而单位是百分比"),
                Text(
                    'write 100*(...) in the formula, or unit = "ratio" with decimal bands',
                    '请在公式中乘以100,或改为 unit = "ratio" 并用小数分档',
                ),
                formula,
            )


def _bands(rule_set: RuleSet) -> Iterator[Problem]:
    for indicator in rule_set.indicators:
        yield from _cover(f"indicators.{indicator.id}.bands", indicator.bands)
        yield from _substance(indicator)
    yield from _cover("combine.bands", rule_set.combine.bands)


def _substance(indicator: Indicator) -> Iterator[Problem]:
    """Say what an indicator lacks: bands need a formula, and no bands need a text."""
    field = f"indicators.{indicator.id}"
    if not indicator.bands and indicator.text is None:
        yield Problem(
            field,
            Text("has neither bands nor text", "既无分档也无文字"),
            Text("add bands, or a text if it cannot classify", "请写分档;无法判定的,请写文字"),
        )
    if indicator.bands and not indicator.formula:
        yield Problem(
            field,
            Text("has bands and no formula", "有分档而无公式"),
            Text(
                "add a formula; for a published value name it as the only input",
                "请写公式;直接采用公布值的,以该值为唯一输入",
            ),
        )


def _cover(field: str, bands: tuple[Band, ...]) -> Iterator[Problem]:
    """Say where bands leave a gap, overlap, or do not reach the ends of the line."""
    if not bands:
        return
    if bands[0].min is not None or bands[-1].max is not None:
        yield Problem(
            field,
            Text("do not reach the ends of the line", "未覆盖整个数轴"),
            Text("leave out min of the first band and max of the last", "首档不写min,末档不写max"),
        )
    for lower, upper in pairwise(bands):
        if lower.max is None or lower.max != upper.min or lower.floor >= lower.max:
            yield Problem(
                field,
                Text(
                    f"{lower.level} does not end where {upper.level} begins",
                    f"{lower.level} 的上限与 {upper.level} 的下限不衔接",
                ),
                Text("write the same number as max and as min", "请使上一档max与下一档min相同"),
                f"max {lower.max}, min {upper.min}",
            )


def _levels(rule_set: RuleSet) -> Iterator[Problem]:
    for field, words, known in _level_words(rule_set):
        for word in sorted(set(words) - set(known)):
            yield Problem(
                field,
                Text("is no level here", "不是此处的等级"),
                Text(f"write one of {', '.join(known)}", f"请填 {'、'.join(known)} 之一"),
                word,
            )


def _level_words(rule_set: RuleSet) -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """Yield each field that names levels, the words there, and the words it may use."""
    combine = rule_set.combine
    own = {indicator.id: indicator.levels for indicator in rule_set.indicators}
    every = tuple(dict.fromkeys(word for levels in own.values() for word in levels))
    if combine.method in ("worst", "any"):
        for indicator, levels in own.items():
            yield f"indicators.{indicator}.bands", list(levels), rule_set.order
    yield "consequences", [item.level for item in rule_set.consequences], rule_set.order
    yield "combine.counts", [row.level for row in combine.counts], rule_set.order
    yield "combine.counted", list(combine.counted), every
    yield "combine.rows", [row.level for row in combine.rows], rule_set.order
    yield "combine.bands", [band.level for band in combine.bands], rule_set.order
    yield "combine.points", list(combine.points or {}), tuple(own)
    for row in combine.rows:
        for indicator, words in row.when.items():
            yield f"combine.rows.{indicator}", list(words), own.get(indicator, ())
    for indicator, points in (combine.points or {}).items():
        yield f"combine.points.{indicator}", list(points), own.get(indicator, ())


def _complete(rule_set: RuleSet) -> Iterator[Problem]:
    """Say what the way of combining lacks."""
    combine = rule_set.combine
    needed = {
        "matrix": ("combine.rows", bool(combine.rows)),
        "count": ("combine.counts", bool(combine.counts and combine.counted)),
        "score": ("combine.points", bool(combine.points and combine.bands)),
    }
    field, given = needed.get(combine.method, ("", True))
    if not given:
        yield Problem(
            field,
            Text(f"the method {combine.method} needs this", f"合成方法 {combine.method} 需要此项"),
            Text(
                "see Combining in docs/reference/rules.md", "见 docs/reference/rules.md 的合成一节"
            ),
        )
    if combine.method == "score":
        yield from _points(rule_set)
    if combine.method == "matrix" and _cells(rule_set) > MOST_CELLS:
        yield Problem(
            "combine.rows",
            Text("has too many combinations to try", "组合过多"),
            Text("use fewer indicators or levels", "请减少指标或等级"),
            str(_cells(rule_set)),
        )


def _points(rule_set: RuleSet) -> Iterator[Problem]:
    points = rule_set.combine.points or {}
    for indicator in rule_set.deciding:
        for level in sorted(set(indicator.levels) - set(points.get(indicator.id, {}))):
            yield Problem(
                f"combine.points.{indicator.id}",
                Text("has no points", "未设分值"),
                Text(f"add {level} = 0 or more", f"请补充 {level} 的分值"),
                level,
            )


def _cells(rule_set: RuleSet) -> int:
    open_levels = [len(item.levels or rule_set.order) for item in rule_set.deciding]
    return math.prod(open_levels)


def _definitions(rule_set: RuleSet) -> Iterator[Problem]:
    inputs = {name for item in rule_set.indicators for name in _named(item.formula)}
    for definition in rule_set.definitions:
        field = f"definitions.{definition.input}"
        if definition.input not in inputs:
            yield Problem(
                f"{field}.input",
                Text("no formula uses this input", "没有公式使用该输入"),
                Text(f"write one of {', '.join(inputs)}", f"请填 {'、'.join(inputs)} 之一"),
                definition.input,
            )
        for name in sorted(_named(definition.formula)):
            if not _is_fact(name):
                yield Problem(f"{field}.formula", _NO_FACT, _FACTS, name)


def _is_fact(name: str) -> bool:
    """Say whether a case can hold a fact of this name: a debt class, or an item of an account."""
    kind, _, rest = name.partition("_")
    return rest in PRIMARY_CLASSES if kind in ("debt", "interest") else kind in ACCOUNTS


_NO_FACT = Text("is no fact of a case", "不是案例中的事实")
_FACTS = Text(
    f"write debt_ or interest_ with {', '.join(PRIMARY_CLASSES)}, or <account>_<item> of the "
    "published accounts, such as general_own_revenue",
    f"请写 debt_ 或 interest_ 加 {'、'.join(PRIMARY_CLASSES)},或公布账目的 <账户>_<项目>,"
    "如 general_own_revenue",
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
    _units,
    _bands,
    _levels,
    _complete,
    _definitions,
)
