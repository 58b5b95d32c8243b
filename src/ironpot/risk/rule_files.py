"""Which rule sets are there? Those shipped with ironpot, and a bureau's own, read from TOML.

One file a rule set; the fields are those of `RuleSet`. Files of a bureau are checked in full and
every problem is reported at its file, line and field with its value and how to mend it; a file with
an error is not used.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ironpot.core.errors import FileRefusedError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.risk.rule_checks import Problem, rule_set_problems
from ironpot.risk.rule_fields import field_problem
from ironpot.risk.rule_lines import line_of
from ironpot.risk.ruleset import RuleSet

SUFFIX = ".toml"
MOST_BYTES = 1_000_000


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


def read_rule_files(paths: Iterable[Path]) -> RuleBook:
    """Return the shipped rule sets and those of files and folders that must be there.

    Raises FileRefusedError if a path does not exist, or a folder holds no rule file.
    """
    listed = list(paths)
    for path in listed:
        if not _files([path]):
            raise FileRefusedError(
                Text(
                    f"{path} is no rule file and no folder with {SUFFIX} files. "
                    "Give the path of a rule file; docs/how-to/add-a-rule-set.md shows one.",
                    f"{path} 不是规则文件,也不是含{SUFFIX}文件的文件夹。"
                    "请给出规则文件路径;示例见 docs/how-to/add-a-rule-set.md。",
                )
            )
    return rule_book(listed)


def parse_rule_set(content: bytes, file: str) -> tuple[RuleSet | None, list[Issue]]:
    """Return a rule set from the bytes of a TOML file, and every problem with it."""
    if len(content) > MOST_BYTES:
        return None, [_issue(file, None, Problem("", _TOO_LARGE, _SPLIT, f"{len(content):,} B"))]
    try:
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [_unreadable(file, error)]
    try:
        rule_set = _adapter().validate_python(data)
    except ValidationError as error:
        return None, [
            _issue(file, line_of(text, detail["loc"]), field_problem(detail, data))
            for detail in error.errors()
        ]
    return rule_set, [
        _issue(file, line_of(text, problem.field.split(".")), problem)
        for problem in rule_set_problems(rule_set)
    ]


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


_TOO_LARGE = Text("too large for a rule set", "规则文件过大")
_SPLIT = Text("one rule set a file, below 1 MB", "每个文件一套规则,不超过1MB")
_LINE = re.compile(r"\(at line (\d+)")
_NOT_TOML = Text("not TOML in UTF-8", "不是UTF-8编码的TOML文件")
_WRITE_TOML = Text(
    "correct this line; texts stand in quotes, lists in [ ], every key once",
    "请改正该行:文字加引号,列表用[ ],同一键只写一次",
)


def _unreadable(file: str, error: tomllib.TOMLDecodeError | UnicodeDecodeError) -> Issue:
    found = _LINE.search(str(error))
    problem = Problem("", _NOT_TOML, _WRITE_TOML, str(error))
    return _issue(file, int(found[1]) if found else None, problem)


def _issue(file: str, line: int | None, problem: Problem) -> Issue:
    return Issue(
        "error",
        "rules.file",
        Place(file, row=line, header=problem.field or None),
        problem.value[:120],
        problem.what,
        Text("the rule set would judge wrongly and is not used", "规则集会误判,未予采用"),
        problem.mend,
    )
