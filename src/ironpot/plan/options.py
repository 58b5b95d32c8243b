"""What a user may choose about a plan: one frozen record, the same for command line and API."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

# Least help first, in practice: a yuan of it then weighs as much as a thousand of value destroyed.
LEAST_HELP_WEIGHT = 1e3
# Least and most that each number may be; a weight below nil would reward what it should charge.
MOST_SECONDS, MOST_FUTURES = 30 * 86_400.0, 4096
_LIMITS: dict[str, tuple[float, float]] = {
    "time_limit_s": (1e-3, MOST_SECONDS),
    "gap_stake": (0.0, 1.0),
    "arrears_rate": (0.0, 10.0),
    "arrears_weight": (0.0, 1e6),
    "risk_weight": (0.0, 1e6),
    "cvar_level": (0.0, 0.9999),
    "rule_slack_price": (0.0, 1e6),
    "rate_shift": (0.0, 1.0),
    "help_weight": (0.0, 1e6),
    "seed": (0, 10**9),
    "scenarios": (0, MOST_FUTURES),
    "threads": (0, 1024),
    "steps": (0, 10**9),
}


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Options of `plan_resolution`; money weights are shares, rates decimals a year.

    `scenarios` 0 plans for the case's three named futures with their weights; more are drawn around
    them from `seed`, equally likely (`risk.futures`). `time_limit_s` bounds the search, not the
    reading or the report; it ends earlier when neither gap is larger than `gap_stake`.
    `arrears_rate` is paid in cash on what is overdue; `arrears_weight` is what a yuan overdue for a
    year costs beyond it. `risk_weight` prices the mean of the worst `1 - cvar_level` of scenarios.
    `help_weight` is what a yuan of help from above counts beside a yuan of public value destroyed:
    1 asks for help rather than burn more than it saves, a very large weight burns anything to save
    a yuan. Help is only open where no plan without it is found; `relief` False shuts it and shows
    what stays unpaid. `as_of` is the day on which a plan is made again (ISO): before its quarter
    nothing starts that is not recorded; empty = the day of the last event in the table `realised`.
    `steps` above 0 ends the search after so many steps and not by the clock, so that machines of a
    kind find the same plan. With `lot_luck` a lot or bundle that matters to its owner sells whole
    or not at all in each drawn future (`plan.stalls`); without it, as all others, by the market's
    share. `within` takes an allotment as all that there is of its markets; else a plan may use more
    or less of them for the market-use fee. Raises IronpotError that names every number that cannot
    be: none, infinite, or beyond its limits.
    """

    time_limit_s: float = 50.0
    gap_stake: float = 0.005
    arrears_rate: float = 0.12
    arrears_weight: float = 0.5
    risk_weight: float = 0.5
    cvar_level: float = 0.9
    rule_slack_price: float = 0.02
    rate_shift: float = 0.02
    help_weight: float = 1.0
    relief: bool = True
    seed: int = 1
    scenarios: int = 0
    threads: int = 2
    as_of: str = ""
    steps: int = 0
    lot_luck: bool = False
    within: bool = False

    def __post_init__(self) -> None:
        wrong = [name for name in _LIMITS if not _may_be(name, getattr(self, name))]
        if wrong:
            raise _cannot_be({name: getattr(self, name) for name in wrong})


def _may_be(name: str, value: object) -> bool:
    """Say whether an option is a number of its kind within its limits."""
    low, high = _LIMITS[name]
    kinds = (int,) if isinstance(low, int) else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool):
        return False
    return math.isfinite(value) and low <= value <= high


def _cannot_be(wrong: Mapping[str, object]) -> IronpotError:
    lines: list[tuple[str, str]] = []
    for name, value in wrong.items():
        low, high = _LIMITS[name]
        whole = isinstance(low, int)
        kind = ("a whole number", "整数") if whole else ("a number", "数")
        lines.append(
            (
                f"  {name} is {value!r} → write {kind[0]} from {low:,.10g} to {high:,.10g}",
                f"  {name} 为 {value!r} → 请填{low:,.10g}至{high:,.10g}的{kind[1]}",
            )
        )
    english, chinese = ("\n".join(said) for said in zip(*lines, strict=True))
    return IronpotError(
        Text(
            f"These options of a plan cannot be; nothing was planned:\n{english}",
            f"以下方案选项无效,未制定方案:\n{chinese}",
        )
    )


def options_hash(options: PlanOptions) -> str:
    """Return a hash of the options that shape a plan.

    >>> options_hash(PlanOptions()) == options_hash(PlanOptions(seed=2))
    False
    """
    items = asdict(options)
    # In the three named futures no lot draws luck.
    items["lot_luck"] = options.lot_luck and options.scenarios > 0
    shaping = sorted(pair for pair in items.items() if pair not in _LATER.items())
    return hashlib.sha256(repr(shaping).encode()).hexdigest()


# Options that came later, at the values that change nothing: plans of before keep their hash.
_LATER: dict[str, Any] = {"as_of": "", "lot_luck": False, "within": False}


def read_options(written: Mapping[str, Any]) -> PlanOptions:
    """Return the options that plan.json holds; those that it does not name are the usual ones.

    Raises IronpotError on an option that this version does not know or a value of another kind.

    >>> read_options({"seed": 7, "time_limit_s": 20}).seed
    7
    """
    usual = asdict(PlanOptions())
    strange = sorted(
        name for name, value in written.items() if not _is_like(value, usual.get(name))
    )
    if strange:
        raise IronpotError(
            Text(
                f"plan.json holds options that this version cannot read: {', '.join(strange)}. "
                "Plan again with: ironpot plan CASE --out OUT",
                f"plan.json 中有本版本无法读取的选项:{'、'.join(strange)}。"
                "请用 ironpot plan CASE --out OUT 重新制定方案。",
            )
        )
    return PlanOptions(**(_LATER | dict(written)))


def _is_like(value: object, usual: object) -> bool:
    """Say whether a value is of the kind of the usual one; a whole number is a number too."""
    if isinstance(usual, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(usual) and usual is not None
