"""What is a rule set? Dated data: indicators with formulas and bands, and what follows from them.

Every rule set names its source and how far that was checked; both travel into every result.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ironpot.core.lang import Text

Status = Literal["checked", "partly_checked", "unchecked"]
Method = Literal["worst", "any", "count", "matrix", "score", "none"]

UNKNOWN = "unknown"
# Files with a field that no class has are refused where they are read.
EXACT = {"extra": "forbid"}
STATUS_TEXT: dict[Status, Text] = {
    "checked": Text("checked against a published source", "已与公开来源核对"),
    "partly_checked": Text("checked in part", "部分核对"),
    "unchecked": Text("not checked against the legal text", "未与法规原文核对"),
}
INDICATIVE = Text(
    "Indicative: computed here, not an official grade.", "本结果为测算,仅供参考,并非官方评级。"
)


@dataclass(frozen=True, slots=True)
class Band:
    """Values from `min` (null: no limit) up to the next band; `min` itself is in if inclusive."""

    __pydantic_config__ = EXACT
    level: str
    min: float | None = None
    max: float | None = None
    min_inclusive: bool = True

    @property
    def floor(self) -> float:
        """The lower end; minus infinity for the lowest band."""
        return -math.inf if self.min is None else self.min


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that a formula names."""

    __pydantic_config__ = EXACT

    name: str
    label: Text
    unit: str = "money"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A formula over inputs, and bands that cover the whole line, lowest first.

    An indicator with neither formula nor bands is text: it is shown and cannot classify, so that
    the whole stays open. One with a formula and no bands informs: its figure is shown, and no level
    waits for it. `status` overrides the rule set's where one indicator was checked more, or less,
    than the rest.
    """

    __pydantic_config__ = EXACT

    id: str
    label: Text
    unit: str = "percent"
    formula: str | None = None
    inputs: tuple[Input, ...] = ()
    bands: tuple[Band, ...] = ()
    text: Text | None = None
    status: Status | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that the bands name, lowest band first."""
        return tuple(dict.fromkeys(band.level for band in self.bands))

    @property
    def informs(self) -> bool:
        """Whether it is a figure to show, without a threshold."""
        return self.formula is not None and not self.bands


@dataclass(frozen=True, slots=True)
class Level:
    """A grade; a rule set lists its levels from best to worst."""

    __pydantic_config__ = EXACT

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """The level that holds when each named indicator stands in one of the levels listed for it."""

    __pydantic_config__ = EXACT

    when: dict[str, tuple[str, ...]]
    level: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """The level that holds when at least so many indicators stand in a counted level."""

    __pydantic_config__ = EXACT

    at_least: int
    level: str


@dataclass(frozen=True, slots=True)
class Combine:
    """How the indicators' levels make one.

    worst, any: the worst of them. count: the last of `counts` (fewest first) that is reached by
    the number of indicators in one of `counted`. matrix: the first of `rows` that fits. score: the
    band of the sum of `points` by indicator and level. none: each stands alone.
    """

    __pydantic_config__ = EXACT

    method: Method
    rows: tuple[MatrixRow, ...] = ()
    counted: tuple[str, ...] = ()
    counts: tuple[CountRow, ...] = ()
    points: dict[str, dict[str, float]] | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from a level; `parameters` are figures that a plan may need."""

    __pydantic_config__ = EXACT
    level: str
    code: str
    text: Text
    parameters: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One way to make an input from facts of the case; the first of an input is the default.

    A `proxy` is not what the rule names; its results are marked.
    """

    __pydantic_config__ = EXACT

    input: str
    choice: str
    label: Text
    formula: str
    proxy: bool = False


@dataclass(frozen=True, slots=True)
class RuleSource:
    """The document behind a rule set and the place in it."""

    __pydantic_config__ = EXACT

    document: str
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A dated rule set; an end of its time is null where the source does not say it."""

    __pydantic_config__ = EXACT

    id: str
    name: Text
    jurisdiction: Text
    status: Status
    source: RuleSource
    indicators: tuple[Indicator, ...]
    combine: Combine
    levels: tuple[Level, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    definitions: tuple[Definition, ...] = ()
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    note: Text | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """Level ids from best to worst."""
        return tuple(level.id for level in self.levels)

    @property
    def executable(self) -> bool:
        """Whether every indicator that decides has a formula and bands."""
        return all(indicator.formula and indicator.bands for indicator in self.deciding)

    @property
    def deciding(self) -> tuple[Indicator, ...]:
        """The indicators that make the level; those that only inform are left out."""
        return tuple(indicator for indicator in self.indicators if not indicator.informs)

    @property
    def choices(self) -> dict[str, tuple[Definition, ...]]:
        """The ways to make each defined input, in the rule set's order."""
        inputs = dict.fromkeys(definition.input for definition in self.definitions)
        return {
            name: tuple(item for item in self.definitions if item.input == name) for name in inputs
        }

    def chosen(self, choices: Mapping[str, str]) -> dict[str, Definition]:
        """Return one definition per input: as chosen, else the first; KeyError if unknown."""
        return {
            name: {item.choice: item for item in options}[choices.get(name, options[0].choice)]
            for name, options in self.choices.items()
        }

    def in_force(self, date: dt.date) -> bool:
        """Say whether the rule set holds on a date; an open end has no limit."""
        begun = self.effective_from is None or self.effective_from <= date
        return begun and (self.effective_to is None or date <= self.effective_to)
