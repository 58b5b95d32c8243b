"""How good is a plan for many futures, is it proven, and does it hold in futures it never saw?

Draws a district of the planner's trials (`instances/district.py`: 200 lots, 15 bundles, 20
quarters, 150 debts, 6 markets), writes it as a case and reads it back; plans for 20 and for 100
futures, and lets `verify.certificate`, which knows NumPy alone, re-add the bound and both gaps.
The plan for 20 then races simple rules and an expected-value plan on fresh futures. The program
for 20 is also built by Pyomo and PuLP where they are installed. `--quick` plans for 20 only,
races on fewer futures and asks for perfect information in fewer; instance and limits are the
same. A plan that does not come out is null and its reason is printed.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from instances.district import write_district
from instances.modelling import built_by

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.plan.baselines import baselines, expected_value_plan
from ironpot.plan.certificate import certificate
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import (
    Fate,
    FirstStage,
    first_stage,
    judge,
    judge_fresh,
    perfect_information,
)
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.question import open_program
from ironpot.plan.search import Progress
from ironpot.verify.certificate import Certified, check_certificate

SEED, FRESH_SEED, FORESIGHT_SEED = 1, 10_001, 20_001
LIMITS = {20: 60.0, 100: 90.0}
MOMENTS = (1, 2, 5, 10, 20, 30, 45, 60, 90, 120)
MILLION = 1e6
BUILDS = 3

Curve = list[tuple[int, float | None, float | None]]


@dataclass(frozen=True)
class Run:
    """A plan, what its certificate proves, its seconds and its anytime curve."""

    plan: Plan
    proven: Certified
    seconds: float
    history: list[tuple[float, float | None, float | None]]

    @property
    def curve(self) -> Curve:
        """(seconds, cost, bound) at set moments, None where not known yet; million yuan."""
        points: Curve = []
        for moment in MOMENTS:
            known = [entry[1:] for entry in self.history if entry[0] <= moment]
            points.append((moment, *(known[-1] if known else (None, None))))
        return points


def main() -> None:
    """Plan, check, race and build; print tables for people and one line of JSON for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit-factor", type=float, default=1.0, help="stretch time limits")
    chosen = parser.parse_args()
    quick: bool = chosen.quick
    case = drawn_case(chosen.seed)
    counts = (20,) if quick else (20, 100)
    runs = {n: planned(case, n, LIMITS[n] * chosen.limit_factor) for n in counts}
    figures: dict[str, float | None] = {}
    for count in LIMITS:
        figures |= quality(count, runs.get(count))
    figures["peak_mib"] = peak_mib()
    race_run = runs[20]
    figures |= race(case, race_run, quick=quick) if race_run is not None else NO_RACE
    figures |= building(case)
    for name, figure in figures.items():
        print(f"{name:<28}{'-' if figure is None else f'{figure:,.6g}':>16}")
    machine = {"instance_hash": case.input_hash, "quick": quick, "cores": os.cpu_count()}
    curves = {f"curve_{count}": run.curve for count, run in runs.items() if run is not None}
    print(json.dumps({**figures, **curves, **machine, "seed": chosen.seed}))


def drawn_case(seed: int) -> Case:
    """Draw a district, write it to files and read them back."""
    with tempfile.TemporaryDirectory() as folder:
        write_district(Path(folder), seed)
        return read_case(folder).case


def planned(case: Case, futures: int, limit_s: float) -> Run | None:
    """Plan for so many futures and check the certificate; None if no plan comes out."""
    history: list[tuple[float, float | None, float | None]] = []
    began = time.perf_counter()

    def note(progress: Progress) -> None:
        history.append((time.perf_counter() - began, progress.objective, progress.bound))

    options = PlanOptions(scenarios=futures, time_limit_s=limit_s)
    try:
        plan = plan_resolution(case, options=options, watch=note)
    except IronpotError as error:
        print(f"no plan for {futures} futures: {error}")
        return None
    seconds = time.perf_counter() - began
    proven = check_certificate(certificate(plan))
    for line in (*proven.wrong, *proven.notes):
        print(f"certificate for {futures}: {line}")
    assert proven.ok
    return Run(plan, proven, seconds, history)


def quality(count: int, run: Run | None) -> dict[str, float | None]:
    """Return gaps as the certificate proves them, and seconds from the call to the plan."""
    names = ("gap_objective", "gap_stake", "seconds", "cost", "bound")
    if run is None:
        return {f"{name}_{count}": None for name in names}
    proven = run.proven
    values = (
        proven.gap_objective,
        proven.gap_stake,
        run.seconds,
        proven.cost / MILLION,
        proven.bound / MILLION,
    )
    return {f"{name}_{count}": round(v, 6) for name, v in zip(names, values, strict=True)}


NO_RACE: dict[str, float | None] = dict.fromkeys(
    (
        "oos_cost_planner",
        "oos_cost_best_baseline",
        "in_sample_optimism",
        "value_of_stochastic_solution",
        "value_of_perfect_information_at_most",
        "seconds_for_10000_estimated",
    )
)


def race(case: Case, run: Run, *, quick: bool) -> dict[str, float | None]:
    """Judge the plan, simple rules and the expected-value plan on the same fresh futures."""
    plan, futures = run.plan, 100 if quick else 1000
    choices = [first_stage(plan.model, plan.point, "plan"), *entrants(plan)]
    inside = judge(plan.model, choices)
    began = time.perf_counter()
    fresh = judge_fresh(case, choices, plan.options, futures=futures, seed=FRESH_SEED)
    seconds = time.perf_counter() - began
    show_race(inside, fresh, futures)
    costs = {fate.label: fate.objective for fate in fresh}
    rules = [cost for label, cost in costs.items() if label not in ("plan", "expected_value")]
    seen = perfect_information(
        case, choices[0], plan.options, futures=5 if quick else 30, seed=FORESIGHT_SEED
    )
    return {
        "oos_cost_planner": costs["plan"],
        "oos_cost_best_baseline": min(rules),
        "oos_futures": float(futures),
        "in_sample_optimism": costs["plan"] - inside[0].objective,
        "value_of_stochastic_solution": (
            costs["expected_value"] - costs["plan"] if "expected_value" in costs else None
        ),
        "value_of_perfect_information_at_most": seen.worth_at_most,
        "oos_seconds": seconds,
        "seconds_for_10000_estimated": seconds / futures * 10_000,
    }


def entrants(plan: Plan) -> list[FirstStage]:
    """Simple rules, and the expected-value plan if one comes out in the plan's own time."""
    rules = baselines(plan)
    try:
        return [*rules, expected_value_plan(plan)]
    except IronpotError as error:
        print(f"no expected-value plan: {error}")
        return rules


def show_race(inside: list[Fate], fresh: list[Fate], futures: int) -> None:
    """Print what became of each choice; million yuan, present value."""
    print(f"\n{futures} fresh futures, the same for all; million yuan, present value")
    names = ("cost", "in sample", "tail", "overdue", "relief", "shortfall", "destroyed")
    print(f"{'choice':<20}" + "".join(f"{name:>12}" for name in names) + f"{'missed':>9}")
    for here, fate in zip(inside, fresh, strict=True):
        figures = (
            fate.objective,
            here.objective,
            fate.tail_overdue,
            float(fate.weights @ fate.overdue),
            float(fate.weights @ fate.relief),
            float(fate.weights @ fate.shortfall),
            fate.destroyed,
        )
        missed = float(fate.weights @ fate.missed)
        print(f"{fate.label:<20}" + "".join(f"{f:>12,.2f}" for f in figures) + f"{missed:>9.1%}")
    print(flush=True)


def building(case: Case) -> dict[str, float | None]:
    """Time building the program for 20 futures, ours with all coefficients, theirs without.

    Ours runs from gathered inputs to HiGHS's model; the layers start from our finished arrays.
    Relaxations must have one optimum.
    """
    appraisals, debts = appraise_case(case)
    inputs = gather(case, appraisals, debts, PlanOptions(scenarios=20))
    seconds: list[float] = []
    for _ in range(BUILDS):
        began = time.perf_counter()
        program = open_program(build_model(inputs)).relaxed()
        seconds.append(time.perf_counter() - began)
    ours = built_by("arrays", program)
    assert ours is not None
    whole = statistics.median(seconds) + ours.seconds
    figures: dict[str, float | None] = {"build_s": whole, "handed_over_s": ours.seconds}
    for name in ("pyomo", "pulp"):
        theirs = built_by(name, program)
        figures[f"build_{name}_s"] = None if theirs is None else theirs.seconds
        figures[f"ratio_build_{name}"] = None if theirs is None else theirs.seconds / whole
        figures[f"ratio_handing_over_{name}"] = (
            None if theirs is None else theirs.seconds / ours.seconds
        )
        if theirs is not None:
            apart = abs(theirs.optimum - ours.optimum)
            assert apart <= 1e-6 * max(abs(ours.optimum), 1.0), (name, theirs, ours)
    return figures | {"relaxation_optimum": ours.optimum}


def peak_mib() -> float:
    """Return the most memory that this process and the largest of its children held so far."""
    own, children = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round((own + children) / 1024, 1)


if __name__ == "__main__":
    main()
