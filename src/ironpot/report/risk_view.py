"""What does a risk report look at? The case, its assessment, rule sets and levers, for one reader.

Every chart and section reads this one object, so a figure cannot differ between pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CONSOLIDATED
from ironpot.report.figures import Reader
from ironpot.risk.assessment import Assessment
from ironpot.risk.ruleset import RuleSet

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class LadderView:
    """A case and its liquidity ladder for one reader; `ladder` rows of core.outputs.LADDER, fen."""

    reader: Reader
    case: Case
    ladder: pl.DataFrame

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language."""
        return self.reader.say(en, zh)

    def name(self, entity_id: str) -> str:
        """Return an entity's name; the perimeter is called by the case."""
        if entity_id == CONSOLIDATED:
            return self.case.settings.name.say(self.reader.lang)
        found = self.case.entities.filter(pl.col("entity_id") == entity_id)["name"]
        return str(found[0]) if found.len() and found[0] else entity_id

    def rungs(self, phase: str, scenario: str) -> pl.DataFrame:
        """Return the consolidated ladder of one phase and scenario, in fen."""
        return self.ladder.filter(
            pl.col("entity_id") == CONSOLIDATED,
            pl.col("phase") == phase,
            pl.col("scenario") == scenario,
        )


@dataclass(frozen=True, slots=True)
class RiskView:
    """Case and assessment as the risk report needs them.

    `levers`: rows of risk.levers.LEVER_ROWS; `capacity`: rows of risk.capacity.CAPACITY;
    `measured`: rows of risk.debt_ratios.DEBT_RATIOS.
    """

    reader: Reader
    case: Case
    assessment: Assessment
    rule_sets: Mapping[str, RuleSet]
    levers: pl.DataFrame
    capacity: pl.DataFrame
    measured: pl.DataFrame

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language."""
        return self.reader.say(en, zh)

    @property
    def cash(self) -> LadderView:
        """The ladder alone."""
        return LadderView(self.reader, self.case, self.assessment.ladder)

    @property
    def planned(self) -> bool:
        """Whether the assessment shows a plan's after beside before."""
        return AFTER in set(self.assessment.ladder["phase"].unique())

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases that the assessment holds, before first."""
        return (BEFORE, AFTER) if self.planned else (BEFORE,)

    def name(self, entity_id: str) -> str:
        """Return an entity's name; the perimeter is called by the case."""
        return self.cash.name(entity_id)

    def rungs(self, phase: str, scenario: str) -> pl.DataFrame:
        """Return the consolidated ladder of one phase and scenario, in fen."""
        return self.cash.rungs(phase, scenario)


def fen_of(yuan: float | None) -> int | None:
    """Return integer fen of yuan from an assessment's frames."""
    return None if yuan is None else round(yuan * FEN_PER_YUAN)
