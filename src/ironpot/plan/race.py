"""Does the plan hold where nobody planned? The plan and simple rules in the same fresh futures.

Rules have the plan's routes and its freedom with debts (`plan.baselines`); whoever is judged is
judged by the same rules (`plan.out_of_sample`). Amounts are million yuan.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.baselines import baselines, expected_value_plan
from ironpot.plan.fresh import Entrant, Heard, judge_alone
from ironpot.plan.inputs import MILLION
from ironpot.plan.out_of_sample import (
    Decided,
    Fate,
    FirstStage,
    Foresight,
    first_stage,
    judge,
    perfect_information,
)

PLAN, EXPECTED_VALUE = "plan", "expected_value"
Stage = Callable[[str], None]

SCHEMA = {
    "choice": pl.String(),
    "futures": pl.Int64(),
    **{
        name: pl.Float64()
        for name in (
            "objective",
            "expected_cost",
            "cvar_overdue",
            "shortfall",
            "overdue",
            "relief",
            "value_destroyed",
            "missed_probability",
            "above_ceiling_probability",
            "in_sample",
            "optimism",
        )
    },
}

SHARES = ("missed_probability", "above_ceiling_probability")


@dataclass(frozen=True)
class RaceOptions:
    """How many fresh futures, from which seed, how many processes at a time.

    `foresight` futures are also planned with the future known, one by one; 0 leaves that out.
    `mean_limit_s` bounds the search for the plan for the mean, by the plan's own limit if None.
    """

    futures: int = 10_000
    seed: int = 10_001
    workers: int = 2
    foresight: int = 5
    foresight_seed: int = 20_001
    mean_limit_s: float | None = None


@dataclass(frozen=True)
class Race:
    """What became of each choice in `futures` fresh futures, and in the plan's own (`inside`).

    `asked` futures were wanted; fewer were judged if the user stopped it. `without` says why there
    is no expected-value plan, `foresight` is None where it was not asked for or not reached.
    """

    inside: list[Fate]
    fates: list[Fate]
    asked: int
    futures: int
    stopped: bool
    without: Text | None
    foresight: Foresight | None

    def of(self, label: str) -> Fate | None:
        """Return a choice's fate; None if it did not take part."""
        return next((fate for fate in self.fates if fate.label == label), None)

    @property
    def best_rule(self) -> Fate:
        """The cheapest of the simple rules."""
        rules = [fate for fate in self.fates if fate.label not in (PLAN, EXPECTED_VALUE)]
        return min(rules, key=lambda fate: fate.objective)

    @property
    def value_of_stochastic_solution(self) -> float | None:
        """What planning for many futures saves against planning for their mean."""
        mean, plan = self.of(EXPECTED_VALUE), self.of(PLAN)
        return None if mean is None or plan is None else mean.objective - plan.objective

    @property
    def value_of_perfect_information(self) -> float | None:
        """The most that knowing the future would save; None if it was not worked out."""
        return None if self.foresight is None else self.foresight.worth_at_most


def race(
    plan: Decided,
    options: RaceOptions,
    *,
    stage: Stage = lambda _: None,
    heard: Heard | None = None,
) -> Race:
    """Judge a plan, simple rules and the expected-value plan in fresh futures.

    `stage` hears what is done next (rules, expected_value, futures, foresight), `heard` how many
    futures are judged. Ctrl-C during the futures keeps those that are finished. Raises SolverError
    if a rule leaves no plan.
    """
    stage("rules")
    choices = [first_stage(plan.model, plan.point, PLAN), *baselines(plan)]
    stage(EXPECTED_VALUE)
    mean, without = _expected_value(plan, options.mean_limit_s)
    choices += [] if mean is None else [mean]
    inside = judge(plan.model, choices)
    stage("futures")
    judged = judge_alone(
        plan.model.inputs,
        [Entrant(one, fate.level) for one, fate in zip(choices, inside, strict=True)],
        plan.model.inputs.options,
        futures=options.futures,
        seed=options.seed,
        workers=options.workers,
        heard=heard,
    )
    known: Foresight | None = None
    if options.foresight and not judged.stopped:
        stage("foresight")
        known = _foresight(plan, choices[0], options)
    return Race(
        inside, judged.fates, options.futures, judged.futures, judged.stopped, without, known
    )


def _expected_value(
    plan: Decided, time_limit_s: float | None
) -> tuple[FirstStage | None, Text | None]:
    try:
        return expected_value_plan(plan, time_limit_s=time_limit_s), None
    except SolverError as error:
        return None, error.text


def _foresight(plan: Decided, choice: FirstStage, options: RaceOptions) -> Foresight | None:
    """Ctrl-C leaves the value of perfect information unknown; the race stands."""
    try:
        return perfect_information(
            plan.model.inputs,
            choice,
            plan.model.inputs.options,
            futures=options.foresight,
            seed=options.foresight_seed,
        )
    except KeyboardInterrupt:
        return None


def race_table(found: Race) -> pl.DataFrame:
    """Return a row for each choice in the columns of `SCHEMA`, yuan in present value.

    Amounts overdue are yuan-years; `optimism` is what the choice costs more than in the plan's own
    futures.
    """
    rows = [_row(inside, fate) for inside, fate in zip(found.inside, found.fates, strict=True)]
    return pl.DataFrame(rows, schema=SCHEMA)


def _row(inside: Fate, fate: Fate) -> dict[str, object]:
    weights = fate.weights
    amounts = {
        "objective": fate.objective,
        "expected_cost": fate.expected_cost,
        "cvar_overdue": fate.tail_overdue,
        "shortfall": float(weights @ fate.shortfall),
        "overdue": float(weights @ fate.overdue),
        "relief": float(weights @ fate.relief),
        "value_destroyed": fate.destroyed,
        "in_sample": inside.objective,
        "optimism": fate.objective - inside.objective,
    }
    return {
        "choice": fate.label,
        "futures": int(weights.size),
        **{name: value * MILLION for name, value in amounts.items()},
        "missed_probability": float(weights @ fate.missed),
        "above_ceiling_probability": float(weights @ fate.above_ceiling),
    }


def race_extra(found: Race) -> pl.DataFrame:
    """Return the race as a plan's folder keeps it: `race_table`, money to the fen.

    The plan's row says what knowing the future is worth at most, and in how many futures that was
    looked at; other rows leave it empty.
    """
    table = race_table(found)
    mine = pl.col("choice") == PLAN
    worth, known = found.value_of_perfect_information, found.foresight
    value = pl.lit(None if worth is None else worth * MILLION, pl.Float64)
    count = pl.lit(None if known is None else int(known.cost.size), pl.Int64)
    money = [name for name in SCHEMA if SCHEMA[name] == pl.Float64 and name not in SHARES]
    return table.with_columns(
        knowing_at_most=pl.when(mine).then(value), knowing_futures=pl.when(mine).then(count)
    ).with_columns(pl.col(*money, "knowing_at_most").round(2))
