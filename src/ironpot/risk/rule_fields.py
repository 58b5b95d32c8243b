"""Which field of a rule file cannot be read, and what should stand there?"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from pydantic_core import ErrorDetails

from ironpot.case.nearest import nearest
from ironpot.core.lang import Text
from ironpot.risk import ruleset
from ironpot.risk.rule_checks import Problem

_PARTS = (
    ruleset.RuleSet,
    ruleset.Indicator,
    ruleset.Input,
    ruleset.Band,
    ruleset.Level,
    ruleset.Combine,
    ruleset.MatrixRow,
    ruleset.CountRow,
    ruleset.Consequence,
    ruleset.Definition,
    ruleset.RuleSource,
)
KNOWN_FIELDS = sorted({field.name for part in _PARTS for field in fields(part)})

# How a field is written where it is missing or cannot be read.
SAMPLES: dict[str, str] = {
    "id": 'id = "my-rule"',
    "name": 'name = { en = "...", zh = "..." }',
    "jurisdiction": 'jurisdiction = { en = "...", zh = "..." }',
    "label": 'label = { en = "...", zh = "..." }',
    "text": 'text = { en = "...", zh = "..." }',
    "note": 'note = { en = "...", zh = "..." }',
    "en": 'en = "..."',
    "zh": 'zh = "..."',
    "status": 'status = "unchecked"',
    "source": 'source = { document = "Notice 5 of 2024", locator = "article 3" }',
    "document": 'document = "Notice 5 of 2024"',
    "indicators": "[[indicators]] with id, label, unit, formula, inputs, bands",
    "inputs": 'inputs = [ { name = "debt", label = { en = "...", zh = "..." } } ]',
    "bands": 'bands = [ { level = "calm", max = 100 }, { level = "alarm", min = 100 } ]',
    "levels": 'levels = [ { id = "calm", label = { en = "...", zh = "..." } } ]',
    "combine": 'combine = { method = "worst" }',
    "method": 'method = "worst"',
    "level": 'level = "alarm"',
    "formula": 'formula = "100*debt/revenue"',
    "min": "min = 120",
    "max": "max = 120",
    "min_inclusive": "min_inclusive = false",
    "effective_from": "effective_from = 2024-01-31",
    "effective_to": "effective_to = 2024-12-31",
    "code": 'code = "NO_NEW_DEBT"',
    "parameters": "parameters = { ceiling_share = 0.05 }",
    "input": 'input = "debt"',
    "choice": 'choice = "statutory"',
    "proxy": "proxy = true",
    "unit": 'unit = "percent"',
}


def field_problem(detail: ErrorDetails, data: Mapping[str, Any]) -> Problem:
    """Return what is wrong with a field that pydantic refused; `data` is the file as read."""
    field = named_field(detail["loc"], data)
    last = str(next((part for part in reversed(detail["loc"]) if isinstance(part, str)), ""))
    match detail["type"]:
        case "missing" | "missing_argument":
            return Problem(field, Text("is missing", "缺少该字段"), _write(last))
        case "unexpected_keyword_argument":
            return Problem(field, Text("no such field", "没有这个字段"), _rename(last), last)
        case "literal_error":
            allowed = str(detail.get("ctx", {}).get("expected", ""))
            listed = allowed.replace(" or ", ", ")
            mend = Text(f"write one of {listed}", f"请填 {listed} 之一")
            return Problem(field, _NOT_ALLOWED, mend, str(detail["input"]))
        case _:
            return Problem(field, _UNREADABLE, _write(last), str(detail["input"]))


def named_field(loc: Sequence[str | int], data: Mapping[str, Any]) -> str:
    """Return a field's way down with ids in place of numbers.

    >>> named_field(("indicators", 0, "unit"), {"indicators": [{"id": "share"}]})
    'indicators.share.unit'
    """
    words: list[str] = []
    here: Any = data
    for part in loc:
        here = _inside(here, part)
        name = _inside(here, "id") if isinstance(part, int) else None
        words.append(str(name) if name else str(part))
    return ".".join(words)


def _inside(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _write(field: str) -> Text:
    sample = SAMPLES.get(field)
    if sample is None:
        return Text("see docs/reference/rules.md", "见 docs/reference/rules.md")
    return Text(f"write {sample}", f"请写 {sample}")


def _rename(field: str) -> Text:
    near = nearest(field, KNOWN_FIELDS)
    if near is None:
        return Text("delete the line", "请删去该行")
    return Text(f"write {near}, or delete the line", f"请改为 {near},或删去该行")


_NOT_ALLOWED = Text("not one of the allowed words", "不是允许的取值")
_UNREADABLE = Text("not a value that this field can hold", "该字段的值不符合要求")
