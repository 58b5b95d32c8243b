"""What does a rule say? Its law in both languages, and one outcome for each comparison it makes.

A rule is a plain function that yields, per comparison, HELD, a `Broken` with the figures on both
sides, or an `Unknown` where a figure that it needs is empty. No rule guesses.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from ironpot.core.lang import Lang, Text
from ironpot.verify.files import Out, Row, Spot

Severity = Literal["error", "warning"]
Figure = Decimal | int | str | None

STATED = "stated"
RECOMPUTED = "recomputed"
DIFFERENCE = "difference"
FIGURE_TEXT = {
    STATED: Text("stated", "表列"),
    RECOMPUTED: Text("recomputed", "重算"),
    DIFFERENCE: Text("difference", "相差"),
}
EMPTY_FIGURE = Text("a figure it needs is empty or unreadable", "所需数据为空或无法读取")
NOTHING = Decimal(0)
FEN = Decimal("0.01")
# Figures of more digits than this are shown with an exponent.
LONG = 30


@dataclass(frozen=True, slots=True)
class Broken:
    """A comparison that fails, with the figures that show it; `why` says more than the law does."""

    spot: Spot
    figures: Mapping[str, Figure] = field(default_factory=dict[str, Figure])
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A comparison that cannot be made, and why."""

    spot: Spot
    why: Text = EMPTY_FIGURE


HELD = None
Outcome = Broken | Unknown | None
Check = Callable[[Out], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One law: a stable code, the sentence that must hold, the files it needs, the check.

    A broken `warning` is worth a look and does not make the verification fail.
    """

    code: str
    needs: tuple[str, ...]
    law: Text
    check: Check
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """A law that does not hold at one place; `figures` are stated, recomputed or column values."""

    severity: Severity
    code: str
    table: str
    line: int | None
    row: str
    what: Text
    figures: tuple[tuple[str, Figure], ...] = ()

    def say(self, lang: Lang) -> str:
        """Return place, law and figures on one line.

        >>> Finding("error", "cash.closing", "cash", 7, "gov general base 2025Q1",
        ...         Text("closing does not follow", "期末数不符"), ((STATED, Decimal("1.00")),)
        ...         ).say("zh")
        'cash:7 [gov general base 2025Q1] 期末数不符(表列 1.00)'
        """
        place = self.table + (f":{self.line}" if self.line is not None else "")
        row = f" [{self.row}]" if self.row else ""
        shown = ", ".join(f"{_label(name, lang)} {_plain(value)}" for name, value in self.figures)
        figures = "" if not shown else f"({shown})" if lang == "zh" else f" ({shown})"
        return f"{place}{row} {self.what.say(lang)}{figures}"


def _label(name: str, lang: Lang) -> str:
    return FIGURE_TEXT[name].say(lang) if name in FIGURE_TEXT else name


def _plain(value: Figure) -> str:
    if value is None or value == "":
        return "-"
    small = isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < LONG
    return f"{value:f}" if small else str(value)


def tie(
    at: Row | Spot,
    stated: Decimal | None,
    recomputed: Decimal | None,
    *,
    within: Decimal = NOTHING,
) -> Outcome:
    """Compare two amounts; unknown if one is missing, broken if further apart than `within`."""
    if stated is None or recomputed is None:
        return Unknown(_spot(at))
    difference = stated - recomputed
    if abs(difference) <= within:
        return HELD
    figures = {STATED: stated, RECOMPUTED: recomputed, DIFFERENCE: difference}
    return Broken(_spot(at), figures)


def holds(at: Row | Spot, *, met: bool | None, **figures: Figure) -> Outcome:
    """Say that a condition is met, broken with `figures`, or unknown where it is None."""
    if met:
        return HELD
    return Unknown(_spot(at)) if met is None else Broken(_spot(at), figures)


def at_most(
    at: Row | Spot, low: Decimal | None, high: Decimal | None, **figures: Figure
) -> Outcome:
    """Say that `low` is not above `high`; unknown if one is missing."""
    return holds(at, met=None if low is None or high is None else low <= high, **figures)


def not_negative(row: Row, columns: tuple[str, ...]) -> Iterator[Outcome]:
    """Say of each amount in `columns` that it is not negative; an empty cell is passed over."""
    for name in columns:
        value = row.number(name)
        if value is not None:
            yield HELD if value >= 0 else Broken(row.spot, {name: value})


def _spot(at: Row | Spot) -> Spot:
    return at if isinstance(at, Spot) else at.spot
