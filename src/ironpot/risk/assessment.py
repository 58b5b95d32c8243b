"""What does an assessment hold, and what may be chosen for it?

Frames in yuan (ladder: integer fen), rates and shares decimals, ratios in the unit that the row
names. `phase` is `before` or `after` the plan whose flows were given as adjustments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.risk.shocks import ShockKind, ShockModel

Borrowing = Literal["rollover", "none"]

# Ranks shown of every fan, in order; the column of rank 0.05 is `p05`.
RANKS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
RANK_COLUMNS = tuple(f"p{round(100 * rank):02d}" for rank in RANKS)
STRESSES = (
    "land_revenue",
    "rate_rise",
    "transfer_delay",
    "guarantee_call",
    "non_standard",
    "combined",
)
MIN_YEARS, MAX_YEARS = 1, 30
MIN_RATE, MAX_RATE = -0.5, 1.0

PATH = pl.Schema(
    {
        "phase": pl.String(),
        "scenario": pl.String(),
        "denominator": pl.String(),
        "year": pl.Int64(),
        "debt": pl.Float64(),
        "resources": pl.Float64(),
        "ratio_pct": pl.Float64(),
        "effective_rate": pl.Float64(),
        "growth_rate": pl.Float64(),
        "primary_balance": pl.Float64(),
        "interest": pl.Float64(),
        "stock_flow": pl.Float64(),
        "stabilising_balance": pl.Float64(),
        "target_balance": pl.Float64(),
    }
)
DECOMPOSITION = pl.Schema(
    {
        "phase": pl.String(),
        "scenario": pl.String(),
        "denominator": pl.String(),
        "year": pl.Int64(),
        "opening_pct": pl.Float64(),
        "interest": pl.Float64(),
        "growth": pl.Float64(),
        "primary_balance": pl.Float64(),
        "asset_proceeds": pl.Float64(),
        "guarantees": pl.Float64(),
        "relief": pl.Float64(),
        "cash": pl.Float64(),
        "other": pl.Float64(),
        "closing_pct": pl.Float64(),
    }
)
FINANCING_NEED = pl.Schema(
    {
        "phase": pl.String(),
        "scenario": pl.String(),
        "quarter": pl.String(),
        "primary_deficit": pl.Float64(),
        "interest": pl.Float64(),
        "principal": pl.Float64(),
        "other": pl.Float64(),
        "need": pl.Float64(),
        "rolled_over": pl.Float64(),
        "from_cash": pl.Float64(),
        "uncovered": pl.Float64(),
    }
)
FAN = pl.Schema(
    {
        "phase": pl.String(),
        "measure": pl.String(),
        "unit": pl.String(),
        "period": pl.String(),
        "centre": pl.Float64(),
        "mean": pl.Float64(),
        **{name: pl.Float64() for name in RANK_COLUMNS},
    }
)
PROBABILITIES = pl.Schema(
    {
        "phase": pl.String(),
        "event": pl.String(),
        "measure": pl.String(),
        "level": pl.String(),
        "period": pl.String(),
        "probability": pl.Float64(),
        "standard_error": pl.Float64(),
        "by_then": pl.Float64(),
    }
)
AT_RISK = pl.Schema(
    {
        "phase": pl.String(),
        "measure": pl.String(),
        "unit": pl.String(),
        "period": pl.String(),
        "centre": pl.Float64(),
        "tail": pl.Float64(),
        "at_risk": pl.Float64(),
    }
)
STRESS_ROWS = pl.Schema(
    {
        "phase": pl.String(),
        "stress": pl.String(),
        "measure": pl.String(),
        "unit": pl.String(),
        "period": pl.String(),
        "centre": pl.Float64(),
        "stressed": pl.Float64(),
        "change": pl.Float64(),
    }
)
REVERSE_STRESS = pl.Schema(
    {
        "phase": pl.String(),
        "stress": pl.String(),
        "measure": pl.String(),
        "level": pl.String(),
        "multiple": pl.Float64(),
        "largest": pl.Float64(),
        "unit": pl.String(),
        "period": pl.String(),
    }
)
FIT = pl.Schema(
    {
        "driver": pl.String(),
        "figure": pl.String(),
        "with_driver": pl.String(),
        "value": pl.Float64(),
        "observations": pl.Int64(),
        "units": pl.Int64(),
        "basis": pl.String(),
        "source": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class RiskOptions:
    """Choices of an assessment; every one has a default that a report states.

    - `years`: how far paths go, blocks of four quarters after the case date
    - `draws`, `seed`, `workers`: how many scenarios are drawn, from which seed, by how many
      threads; the draws do not depend on `workers`
    - `shocks`: how they are drawn; `model`: a law of one's own in place of the shipped fit;
      `centre`: the named scenario that they are drawn around
    - `borrowing`: `rollover` renews principal due by the case's refinancing table, `none` nothing;
      what neither covers is carried as a shortfall at `shortfall_rate` a year
    - `denominator`: a named formula of `risk.resources`; `choices`: definition by rule input
    - `target_ratio_pct` is to be reached at the end of `target_year` (1 = the first) by a constant
      primary balance; None takes the opening ratio and the last year
    - `discount_rate`: of present values, decimal a year; None takes the case's own
    - `tail`: probability beyond which debt and cash flow are "at risk"
    """

    years: int = 10
    draws: int = 10_000
    seed: int = 0
    workers: int = 1
    shocks: ShockKind = "normal"
    model: ShockModel | None = None
    centre: str = "base"
    borrowing: Borrowing = "rollover"
    shortfall_rate: float = 0.05
    denominator: str = "resources"
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    target_ratio_pct: float | None = None
    target_year: int | None = None
    discount_rate: float | None = None
    tail: float = 0.05
    stresses: tuple[str, ...] = STRESSES

    def __post_init__(self) -> None:
        """Refuse figures that mean nothing; IronpotError says what to give instead."""
        if not MIN_YEARS <= self.years <= MAX_YEARS:
            raise _refusal("years", self.years, f"{MIN_YEARS}..{MAX_YEARS}")
        if min(self.draws, self.workers) < 1:
            raise _refusal("draws, workers", min(self.draws, self.workers), "1, 2, ...")
        if self.seed < 0:
            raise _refusal("seed", self.seed, "0, 1, ...")
        if not 0.0 < self.tail < 1.0:
            raise _refusal("tail", self.tail, "0..1")
        for name, word, allowed in (
            ("shocks", self.shocks, get_args(ShockKind)),
            ("borrowing", self.borrowing, get_args(Borrowing)),
        ):
            if word not in allowed:
                raise _refusal(name, word, ", ".join(allowed))
        if self.target_year is not None and not 1 <= self.target_year <= self.years:
            raise _refusal("target_year", self.target_year, f"1..{self.years}")
        if self.discount_rate is not None and not MIN_RATE < self.discount_rate < MAX_RATE:
            raise _refusal("discount_rate", self.discount_rate, "a decimal a year, 0.04 for 4 %")
        if unknown := set(self.stresses) - set(STRESSES):
            raise _refusal("stresses", sorted(unknown), ", ".join(STRESSES))


@dataclass(frozen=True)
class Assessment:
    """What a case's debt can do, before and after a plan.

    - `ladder`: rows of core.outputs.LADDER, integer fen; `breaches`: when cash first falls below
      zero and under its buffer (risk.ladder)
    - `indicators`: cost-risk indicators by class (risk.indicators), with a plan also on its last
      day as contracts stand (phase `unplanned`) and as it leaves them; `ratios`: rows of
      risk.ratios.RULE_ROWS, published years; `lights`: what each rule set says (risk.lights)
    - `path`, `decomposition`, `financing_need`: deterministic, by named scenario
    - `fan`, `probabilities`, `at_risk`: drawn scenarios; a probability is that of the period,
      `by_then` that of the period or any before
    - `stresses`, `reverse_stress`: the centre under standard stresses, and how much of each
      breaks a rule
    - `fit`: where the shocks come from; `notes`: what could not be computed, and why
    - `fingerprint`: input hash, version, seed, draws
    """

    ladder: pl.DataFrame
    breaches: pl.DataFrame
    indicators: pl.DataFrame
    ratios: pl.DataFrame
    lights: pl.DataFrame
    path: pl.DataFrame
    decomposition: pl.DataFrame
    financing_need: pl.DataFrame
    fan: pl.DataFrame
    probabilities: pl.DataFrame
    at_risk: pl.DataFrame
    stresses: pl.DataFrame
    reverse_stress: pl.DataFrame
    fit: pl.DataFrame
    notes: tuple[Text, ...]
    fingerprint: Mapping[str, str | int]


def _refusal(name: str, given: object, allowed: str) -> IronpotError:
    return IronpotError(
        Text(
            f"Risk option {name} is {given}; it may be {allowed}. Correct it in the command.",
            f"风险测算选项 {name} 为 {given};可取 {allowed}。请改正命令。",
        )
    )
