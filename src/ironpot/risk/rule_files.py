"""Which rule sets are there? Those shipped with ironpot, and a bureau's own, read from TOML.

One file a rule set; the fields are those of `RuleSet`. Files of a bureau are checked in full and
every problem is reported at its file and field; a file with an error is not used.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.risk.rule_checks import rule_set_problems
from ironpot.risk.ruleset import RuleSet

SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rule sets by id, and what was wrong with files that could not be used."""

    rule_sets: dict[str, RuleSet]
    issues: tuple[Issue, ...]


def rule_book(extra: Iterable[Path] = ()) -> RuleBook:
    """Return the shipped rule sets and those of `extra`: files, or folders of `.toml` files.

    A later file with the id of an earlier rule set takes its place. Paths that do not exist hold
    no rule sets, so the `rules` folder beside a case may be absent.

    >>> rule_book().rule_sets["cn-debt-ratio-2019"].order
    ('green', 'yellow', 'orange', 'red')
    """
    found = dict(_shipped())
    issues: list[Issue] = []
    for path in _files(extra):
        rule_set, problems = parse_rule_set(path.read_bytes(), path.name)
        issues.extend(problems)
        if rule_set is not None and not problems:
            found[rule_set.id] = rule_set
    return RuleBook(found, tuple(issues))


def parse_rule_set(content: bytes, file: str) -> tuple[RuleSet | None, list[Issue]]:
    """Return a rule set from the bytes of a TOML file, and every problem with it."""
    try:
        rule_set = _adapter().validate_python(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [_issue(file, None, str(error), _NOT_TOML)]
    except ValidationError as error:
        return None, [_field_issue(file, detail) for detail in error.errors()]
    problems = rule_set_problems(rule_set)
    return rule_set, [_issue(file, where, "", what) for where, what in problems]


@cache
def _shipped() -> dict[str, RuleSet]:
    """Return the rule sets of the package; raises ValueError if one of them is not sound."""
    folder = resources.files("ironpot.risk").joinpath("rulesets")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    files = [entry for entry in entries if entry.name.endswith(SUFFIX)]
    parsed = [parse_rule_set(entry.read_bytes(), entry.name) for entry in files]
    bad = [issue.say("en") for _, issues in parsed for issue in issues]
    if bad:
        raise ValueError("\n".join(bad))
    return {rule_set.id: rule_set for rule_set, _ in parsed if rule_set is not None}


@cache
def _adapter() -> TypeAdapter[RuleSet]:
    return TypeAdapter(RuleSet)


def _files(extra: Iterable[Path]) -> list[Path]:
    listed: list[Path] = []
    for path in extra:
        listed += sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path] * path.is_file()
    return listed


_NOT_TOML = Text("not a TOML file in UTF-8", "不是UTF-8编码的TOML文件")
_BAD_FIELD = Text("not a value that this field can hold", "该字段的值不符合要求")
_FIELD_PROBLEMS: dict[str, Text] = {
    "missing": Text("this field is missing", "缺少该字段"),
    "unexpected_keyword_argument": Text("no such field", "没有这个字段"),
    "literal_error": Text("not one of the allowed words", "不是允许的取值"),
}


def _field_issue(file: str, detail: ErrorDetails) -> Issue:
    where = ".".join(str(part) for part in detail["loc"])
    what = _FIELD_PROBLEMS.get(detail["type"], _BAD_FIELD)
    return _issue(file, where, str(detail["input"])[:60] if what is _BAD_FIELD else "", what)


def _issue(file: str, where: str | None, value: str, what: Text) -> Issue:
    return Issue(
        "error",
        "rules.file",
        Place(file, header=where),
        value,
        what,
        Text("the rule set would judge wrongly and is not used", "规则集会误判,未予采用"),
        Text(
            "correct the field; see docs/reference/rules.md",
            "请改正该字段,参见 docs/reference/rules.md",
        ),
    )
