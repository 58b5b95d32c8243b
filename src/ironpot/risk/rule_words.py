"""How is a classification said? Formula, numbers, band, consequence, source, what was checked."""

from ironpot.core.lang import Lang, Text
from ironpot.risk.rules import Classification, IndicatorResult
from ironpot.risk.ruleset import (
    INDICATIVE,
    STATUS_TEXT,
    UNKNOWN,
    Band,
    Indicator,
    RuleSet,
)

UNKNOWN_TEXT = Text("unknown", "未知")
UNIT_SIGNS: dict[str, Text] = {
    "percent": Text(" %", "%"),
    "ratio": Text("", ""),
    "money": Text(" yuan", "元"),
    "points": Text(" points", "分"),
    "days": Text(" days", "天"),
    "months": Text(" months", "个月"),
    "basis points": Text(" bp", "个基点"),
}
_METHOD: dict[str, Text] = {
    "worst": Text("the worst indicator decides", "以最差指标定级"),
    "any": Text("one indicator is enough", "任一指标触及即定级"),
    "count": Text("indicators are counted", "按触及指标数定级"),
    "matrix": Text("a table of combinations", "按组合矩阵定级"),
    "score": Text("points are added up", "按得分定级"),
    "none": Text("each indicator stands alone", "各指标单独列示"),
}


# Levels of single indicators that rule sets use without a label of their own.
COMMON_LEVELS: dict[str, Text] = {
    UNKNOWN: UNKNOWN_TEXT,
    "low": Text("low", "低"),
    "medium": Text("medium", "中"),
    "moderate": Text("moderate", "中"),
    "high": Text("high", "高"),
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
}


def level_text(rule_set: RuleSet, level: str) -> Text:
    """Return a level's label; an unlisted word stands for itself."""
    labels = COMMON_LEVELS | {item.id: item.label for item in rule_set.levels}
    return labels.get(level, Text(level, level))


def band_text(indicator: Indicator, band: Band) -> str:
    """Write a band as an interval; a bracket includes its end, a parenthesis does not.

    >>> from ironpot.risk.rule_files import rule_book
    >>> (item,) = rule_book().rule_sets["cn-debt-ratio-2019"].indicators
    >>> [band_text(item, band) for band in item.bands]
    ['< 120', '[120, 200)', '[200, 300)', '>= 300']
    """
    place = indicator.bands.index(band)
    later = indicator.bands[place + 1] if place + 1 < len(indicator.bands) else None
    closed = later is not None and not later.min_inclusive
    if band.min is None:
        return f"{'<=' if closed else '<'} {_number(band.max)}"
    if later is None:
        return f"{'>=' if band.min_inclusive else '>'} {_number(band.min)}"
    left, right = "[" if band.min_inclusive else "(", "]" if closed else ")"
    return f"{left}{_number(band.min)}, {_number(band.max)}{right}"


def say_classification(rule_set: RuleSet, answer: Classification, lang: Lang) -> list[str]:
    """Return the lines that show a classification whole.

    >>> from ironpot.risk.rule_files import rule_book
    >>> from ironpot.risk.rules import classify
    >>> villages = rule_book().rule_sets["us-ny-fsms"]
    >>> for line in say_classification(villages, classify(villages, {"score_pct": 64.2}), "en"):
    ...     print(line)
    Fiscal Stress Monitoring System: moderate stress
      fiscal score: 64.2 points, moderate stress [55, 65); formula score_pct; score_pct = 64.2
      Source: Office of the State Comptroller, Fiscal Stress Monitoring System.
      In force from 2013-01-01 to ?.
      Text: checked against a published source.
      Indicative: computed here, not an official grade.
    """
    lines = [f"{rule_set.name.say(lang)}: {_overall(rule_set, answer).say(lang)}"]
    lines += [
        f"  {_indicator(rule_set, indicator, result, lang)}"
        for indicator, result in zip(rule_set.indicators, answer.indicators, strict=True)
    ]
    if answer.consequence is not None:
        follows = Text("What follows", "后果").say(lang)
        lines.append(f"  {follows}: {answer.consequence.text.say(lang)}")
    return [*lines, *(f"  {line}" for line in say_origin(rule_set, answer, lang))]


def say_origin(rule_set: RuleSet, answer: Classification, lang: Lang) -> list[str]:
    """Return source, time in force, how far the text was checked, and that we only indicate."""
    places = (rule_set.source.document, rule_set.source.locator)
    first, last = rule_set.effective_from or "?", rule_set.effective_to or "?"
    source = "; ".join(filter(None, places))
    since = Text(f"In force from {first} to {last}.", f"施行期:{first} 至 {last}。")
    checked = STATUS_TEXT[answer.status].say(lang)
    return [
        Text(f"Source: {source}.", f"来源:{source}。").say(lang),
        since.say(lang),
        Text(f"Text: {checked}.", f"文本:{checked}。").say(lang),
        INDICATIVE.say(lang),
    ]


def method_text(rule_set: RuleSet) -> Text:
    """Say how the indicators of a rule set make one level."""
    return _METHOD[rule_set.combine.method]


def _overall(rule_set: RuleSet, answer: Classification) -> Text:
    if rule_set.combine.method == "none":
        return _METHOD["none"]
    if answer.level != UNKNOWN or answer.at_best == UNKNOWN:
        return level_text(rule_set, answer.level)
    best, worst = (level_text(rule_set, level) for level in (answer.at_best, answer.at_worst))
    return Text(f"unknown, between {best.en} and {worst.en}", f"未知,介于{best.zh}与{worst.zh}之间")


def _indicator(rule_set: RuleSet, indicator: Indicator, result: IndicatorResult, lang: Lang) -> str:
    name = indicator.label.say(lang)
    if result.value is None:
        return f"{name}: {_why_unknown(indicator, result, lang)}"
    sign = UNIT_SIGNS.get(result.unit, Text(f" {result.unit}", result.unit)).say(lang)
    band = (
        f"{level_text(rule_set, result.level).say(lang)} {band_text(indicator, result.band)}"
        if result.band
        else ""
    )
    shown = ", ".join(filter(None, (f"{_number(result.value)}{sign}", band)))
    if result.as_published:
        return f"{name}: {shown}; " + Text("as published", "公布值").say(lang)
    numbers = ", ".join(f"{key} = {_number(value)}" for key, value in result.inputs.items())
    return (
        f"{name}: {shown}; " + Text("formula", "公式").say(lang) + f" {result.formula}; {numbers}"
    )


def _why_unknown(indicator: Indicator, result: IndicatorResult, lang: Lang) -> str:
    unknown = UNKNOWN_TEXT.say(lang)
    if result.problem is not None:
        text = f" {indicator.text.say(lang)}" if indicator.text else ""
        return f"{unknown}; {result.problem.say(lang)}{text}"
    labels = {item.name: item.label.say(lang) for item in indicator.inputs}
    missing = ", ".join(f"{name} ({labels[name]})" for name in result.missing)
    needs = Text("lacks", "缺少").say(lang)
    return f"{unknown}; {needs} {missing}"


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")
