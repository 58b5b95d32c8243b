"""How good are plans for many futures, how surely, how soon, and do they hold where nobody planned?

Run it with ``python benchmarks/planner.py`` (about forty minutes; ``--quick`` four). Instances are
drawn from seeds, written to files, read back and hashed (`instances.district`). For 20 and for 100
futures each of five seeds is planned within the limit, gaps are those that the certificate proves
when `ironpot.verify` re-adds it; medians are given and the worst. Once each: 500 futures, and 800
lots at 100 futures. Then the plan for 20 futures races the simple rules and the expected-value plan
on fresh futures, the same for all, and the program is built by Pyomo and PuLP, whose relaxations
must have our optimum. Amounts are million yuan. The quick run plans one seed for 20 futures, races
on fewer futures and asks for perfect information in fewer; instance and limits are the same. A plan
that does not come out is null and its reason is printed.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from instances.district import Size, write_district
from instances.memory import peak_mib
from instances.modelling import built_by

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.plan.certificate import certificate
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.question import open_program
from ironpot.plan.race import PLAN, Race, RaceOptions, race
from ironpot.plan.search import Progress
from ironpot.verify.certificate import Certified, check_certificate

SEED, SEEDS = 1, 5
LIMITS = {20: 58.0, 100: 87.0, 500: 290.0}
LARGE, LARGE_FUTURES = Size(lots=800, bundles=60, debts=600), 100
MOMENTS = (1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300)
MILLION = 1e6
BUILDS = 3

Curve = list[tuple[int, float | None, float | None]]


@dataclass(frozen=True)
class Run:
    """A plan if it is kept, what its certificate proves, its seconds and its anytime curve."""

    plan: Plan | None
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
    parser.add_argument("--seed", type=int, default=SEED, help="the first of the seeds")
    parser.add_argument("--limit-factor", type=float, default=1.0, help="stretch time limits")
    chosen = parser.parse_args()
    quick: bool = chosen.quick
    seeds = range(chosen.seed, chosen.seed + (1 if quick else SEEDS))
    cases = [drawn_case(seed, Size()) for seed in seeds]
    figures: dict[str, float | None] = {}
    curves: dict[str, Curve] = {}
    racing: Plan | None = None
    for count in (20,) if quick else (20, 100):
        limit = LIMITS[count] * chosen.limit_factor
        runs = [planned(case, count, limit, keep=case is cases[0]) for case in cases]
        figures |= qualities(count, runs)
        racing = racing or (runs[0].plan if runs[0] is not None else None)
        curves |= {f"curve_{count}": runs[0].curve} if runs[0] is not None else {}
    if not quick:
        many, wide = 500, drawn_case(chosen.seed, LARGE)
        for name, case, count in ((f"{many}", cases[0], many), ("800_lots", wide, LARGE_FUTURES)):
            run = planned(case, count, LIMITS[many] * chosen.limit_factor)
            figures |= quality(name, run)
            curves |= {f"curve_{name}": run.curve} if run is not None else {}
    figures["peak_mib"] = peak_mib()
    figures |= raced(racing, quick=quick) if racing is not None else NO_RACE
    figures |= building(cases[0])
    for name, figure in figures.items():
        print(f"{name:<28}{'-' if figure is None else f'{figure:,.6g}':>16}")
    hashes = [case.input_hash for case in cases]
    machine = {
        "instance_hash": hashes[0],
        "instance_hashes": hashes,
        "quick": quick,
        "cores": os.cpu_count(),
    }
    print(json.dumps({**figures, **curves, **machine, "seed": chosen.seed}))


def drawn_case(seed: int, size: Size = Size()) -> Case:  # noqa: B008 - frozen
    """Draw a district, write it to files and read them back."""
    with tempfile.TemporaryDirectory() as folder:
        write_district(Path(folder), seed, size)
        return read_case(folder).case


def planned(case: Case, futures: int, limit_s: float, *, keep: bool = False) -> Run | None:
    """Plan for so many futures and check the certificate; None if no plan comes out.

    Plans hold their whole program: those that nobody asks for again are not kept.
    """
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
    return Run(plan if keep else None, proven, seconds, history)


def quality(name: str, run: Run | None) -> dict[str, float | None]:
    """Return gaps as the certificate proves them, and seconds from the call to the plan."""
    names = ("gap_objective", "gap_stake", "seconds", "cost", "bound")
    if run is None:
        return {f"{key}_{name}": None for key in names}
    proven = run.proven
    values = (
        proven.gap_objective,
        proven.gap_stake,
        run.seconds,
        proven.cost / MILLION,
        proven.bound / MILLION,
    )
    print(f"{name}: " + ", ".join(f"{k} {v:,.5g}" for k, v in zip(names, values, strict=True)))
    return {f"{key}_{name}": round(v, 6) for key, v in zip(names, values, strict=True)}


def qualities(count: int, runs: Sequence[Run | None]) -> dict[str, float | None]:
    """Return medians over seeds and the worst; null where any seed gave no plan."""
    each = [quality(f"{count}", run) for run in runs]
    figures: dict[str, float | None] = {}
    for name in ("gap_objective", "gap_stake", "seconds"):
        key = f"{name}_{count}"
        values = [figure for one in each if (figure := one[key]) is not None]
        whole = len(values) == len(runs)
        figures[key] = statistics.median(values) if whole else None
        figures[f"{key}_worst"] = max(values) if whole else None
    return figures


NO_RACE: dict[str, float | None] = dict.fromkeys(
    (
        "oos_cost_planner",
        "oos_cost_best_baseline",
        "oos_futures",
        "in_sample_optimism",
        "value_of_stochastic_solution",
        "value_of_perfect_information_at_most",
        "oos_seconds",
    )
)


def raced(plan: Plan, *, quick: bool) -> dict[str, float | None]:
    """Judge the plan, simple rules and the expected-value plan on the same fresh futures."""
    began = time.perf_counter()
    options = RaceOptions(futures=500 if quick else 10_000, foresight=5 if quick else 30)
    found = race(plan, options)
    seconds = time.perf_counter() - began
    show_race(found)
    mine, inside = found.of(PLAN), found.inside[0]
    assert mine is not None
    return {
        "oos_cost_planner": mine.objective,
        "oos_cost_best_baseline": found.best_rule.objective,
        "oos_futures": float(found.futures),
        "in_sample_optimism": mine.objective - inside.objective,
        "value_of_stochastic_solution": found.value_of_stochastic_solution,
        "value_of_perfect_information_at_most": found.value_of_perfect_information,
        "oos_seconds": seconds,
    }


def show_race(found: Race) -> None:
    """Print what became of each choice; million yuan, present value."""
    print(f"\n{found.futures} fresh futures, the same for all; million yuan, present value")
    names = ("cost", "in sample", "tail", "overdue", "relief", "shortfall", "destroyed")
    print(f"{'choice':<20}" + "".join(f"{name:>12}" for name in names) + f"{'missed':>9}")
    for here, fate in zip(found.inside, found.fates, strict=True):
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


if __name__ == "__main__":
    main()
