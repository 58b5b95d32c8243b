"""Do a plan's files add up? Every rule, what it found, and what could not be checked.

>>> from pathlib import Path
>>> nothing = verify_plan(Path("no-such-folder"))
>>> nothing.ok, nothing.findings[0].code
(False, 'form.files')
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, localcontext
from pathlib import Path

from ironpot.core.lang import Lang, Text
from ironpot.verify.beyond import BEYOND
from ironpot.verify.files import Out, read_out
from ironpot.verify.finding import Broken, Finding, Rule, Unknown
from ironpot.verify.rules import RULES

# Digits that sums keep: far more than any amount of twenty digits needs.
PRECISION = 60
SHOWN = 50
SEVERITY = {"error": Text("error", "错误"), "warning": Text("warning", "提醒")}


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule and how many comparisons it made, broken ones included."""

    code: str
    law: Text
    comparisons: int


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What could not be checked and why; `places` counts, `example` names the first."""

    code: str
    why: Text
    places: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What re-adding a plan's files showed."""

    findings: tuple[Finding, ...]
    checked: tuple[Checked, ...]
    could_not_check: tuple[NotChecked, ...]

    @property
    def ok(self) -> bool:
        """True if no error was found; warnings and what could not be checked do not count."""
        return all(finding.severity != "error" for finding in self.findings)

    def say(self, lang: Lang) -> str:
        """Return a listing for people: verdict, findings, what could not be checked."""
        return "\n".join((_verdict(self, lang), *_listing(self, lang)))


def verify_plan(out_dir: Path | str) -> Verification:
    """Re-add the files of a plan under `out_dir`: plan.json and tables/*.csv.

    Reads nothing else and never raises for what the files hold: whatever is wrong is a finding.

    >>> verify_plan(Path("nowhere")).ok
    False
    """
    return verify_out(read_out(Path(out_dir)))


def verify_out(out: Out, rules: Iterable[Rule] = RULES) -> Verification:
    """Apply `rules` to files already read."""
    # Without traps an absurd figure becomes infinite or no number, which no comparison accepts.
    with localcontext(Context(prec=PRECISION, traps=[])):
        results = [_apply(rule, out) for rule in rules]
    beyond = tuple(NotChecked(item.code, item.why, len(item.columns)) for item in BEYOND)
    return Verification(
        tuple(finding for findings, _, _ in results for finding in findings),
        tuple(checked for _, checked, _ in results if checked.comparisons),
        tuple(item for _, _, unknown in results for item in unknown) + beyond,
    )


def _apply(rule: Rule, out: Out) -> tuple[list[Finding], Checked, list[NotChecked]]:
    missing = [name for name in rule.needs if not out.has(name)]
    if missing:
        names = ", ".join(missing)
        why = Text(f"{names} could not be read", f"{names}无法读取")
        return [], Checked(rule.code, rule.law, 0), [NotChecked(rule.code, why, 1)]
    findings: list[Finding] = []
    unknown: dict[Text, list[str]] = {}
    comparisons = 0
    for outcome in rule.check(out):
        if isinstance(outcome, Unknown):
            unknown.setdefault(outcome.why, []).append(outcome.spot.key)
            continue
        comparisons += 1
        if isinstance(outcome, Broken):
            findings.append(_finding(rule, outcome))
    not_checked = [NotChecked(rule.code, why, len(at), at[0]) for why, at in unknown.items()]
    return findings, Checked(rule.code, rule.law, comparisons), not_checked


def _finding(rule: Rule, broken: Broken) -> Finding:
    what = Text(f"does not hold: {rule.law.en}", f"不成立:{rule.law.zh}")
    if broken.why is not None:
        what = Text(f"{broken.why.en}; {what.en}", f"{broken.why.zh};{what.zh}")
    spot, figures = broken.spot, tuple(broken.figures.items())
    return Finding(rule.severity, rule.code, spot.table, spot.line, spot.key, what, figures)


def _verdict(verification: Verification, lang: Lang) -> str:
    comparisons = sum(item.comparisons for item in verification.checked)
    errors = sum(finding.severity == "error" for finding in verification.findings)
    rules, warnings = len(verification.checked), len(verification.findings) - errors
    if lang == "zh":
        verdict = "核对一致" if verification.ok else f"发现 {errors} 处错误"
        return f"{verdict}:{rules} 条规则,{comparisons:,} 次核对,{warnings} 处提醒"
    verdict = "The files add up" if verification.ok else f"{errors} error" + "s" * (errors > 1)
    return f"{verdict}: {rules} rules, {comparisons:,} comparisons, {warnings} warnings"


def _listing(verification: Verification, lang: Lang) -> Iterable[str]:
    for finding in verification.findings[:SHOWN]:
        yield f"  {SEVERITY[finding.severity].say(lang)} {finding.code} {finding.say(lang)}"
    rest = len(verification.findings) - SHOWN
    if rest > 0:
        yield f"  ……另有 {rest} 处" if lang == "zh" else f"  ... and {rest} more"
    yield "未能核对:" if lang == "zh" else "Could not check:"
    for item in verification.could_not_check:
        example = f" ({item.places}: {item.example})" if item.example else ""
        yield f"  {item.code} {item.why.say(lang)}{example}"
