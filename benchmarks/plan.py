"""How long does the plan of `examples/bishan-scale` take to build, and how good is it, when?

Reads the example, weighs lots and debts, builds the program, searches for the default time limit,
and prints the anytime curve: cost, bound and gap of the stake after so many seconds. `--quick`
searches once instead of three times; instance, options and limit are the same. Without `--quick`
the curve is that of the search with the median gap.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from instances.memory import peak_mib

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.search import Progress

EXAMPLE = Path(__file__).parents[1] / "examples" / "bishan-scale"
MOMENTS = (1, 2, 5, 10, 15, 20, 30, 40, 50, 60)
BUILDS = 3
MILLION = 1e6

T = TypeVar("T")


def main() -> None:
    """Time building and search; print tables for people and one line of JSON for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    case, read_s = timed(lambda: read_case(EXAMPLE).case)
    options = PlanOptions()
    (appraisals, debts), appraise_s = timed(lambda: appraise_case(case))
    builds = [
        timed(lambda: build_model(gather(case, appraisals, debts, options)))
        for _ in range(1 if quick else BUILDS)
    ]
    runs = [search(case, options) for _ in range(1 if quick else BUILDS)]
    run = sorted(runs, key=lambda found: found.plan.gap_stake)[len(runs) // 2]
    figures = {
        "read_s": read_s,
        "appraise_s": appraise_s,
        "build_s": statistics.median(seconds for _, seconds in builds),
        **size(builds[0][0]),
        **quality(run.plan),
    }
    show(figures, run)
    machine = {"instance_hash": case.input_hash, "quick": quick, "cores": os.cpu_count()}
    print(json.dumps({**figures, "curve": curve(run), **machine, "peak_mib": peak_mib()}))


@dataclass(frozen=True)
class Run:
    """A plan and when it was how good: (seconds since the call, cost, bound), million yuan."""

    plan: Plan
    history: list[tuple[float, float | None, float | None]]


def search(case: Case, options: PlanOptions) -> Run:
    """Plan the case and note every improvement by the clock on the wall."""
    began = time.perf_counter()
    history: list[tuple[float, float | None, float | None]] = []

    def note(progress: Progress) -> None:
        history.append((time.perf_counter() - began, progress.objective, progress.bound))

    return Run(plan_resolution(case, options=options, watch=note), history)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what the work returns, and its seconds."""
    began = time.perf_counter()
    result = work()
    return result, round(time.perf_counter() - began, 3)


def size(model: Model) -> dict[str, float]:
    """Return the size of the program."""
    program = model.program
    rows, columns = program.shape
    whole = int(program.integer.sum())
    return {"rows": rows, "columns": columns, "whole": whole, "entries": int(program.value.size)}


def quality(plan: Plan) -> dict[str, float]:
    """Return what the search reached; money in million yuan."""
    return {
        "search_s": round(plan.seconds, 2),
        "cost": round(plan.cost / MILLION, 3),
        "bound": round(plan.bound / MILLION, 3),
        "gap_objective": round(plan.gap_objective, 6),
        "gap_stake": round(plan.gap_stake, 6),
        "relief_pv": round(plan.relief_pv / MILLION, 3),
        "max_violation": plan.violation,
    }


def curve(run: Run) -> list[tuple[int, float | None, float | None, float | None]]:
    """Return (seconds, cost, bound, gap of the stake) at set moments, None where not known yet.

    Seconds count from the call that plans, weighing and building included.
    """
    stake = abs(run.plan.do_nothing - run.plan.bound) / MILLION
    points: list[tuple[int, float | None, float | None, float | None]] = []
    for moment in MOMENTS:
        known = [entry[1:] for entry in run.history if entry[0] <= moment]
        cost, bound = known[-1] if known else (None, None)
        gap = None if cost is None or bound is None else round((cost - bound) / stake, 6)
        points.append((moment, _rounded(cost), _rounded(bound), gap))
    return points


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 3)


def show(figures: dict[str, float], run: Run) -> None:
    """Print the figures and the anytime curve."""
    for name, figure in figures.items():
        print(f"{name:<16}{figure:>18,}")
    print(f"\n{'seconds':>8}{'cost':>16}{'bound':>16}{'gap of stake':>14}")
    for seconds, cost, bound, gap in curve(run):
        money = "".join(f"{'-' if a is None else f'{a:,.3f}':>16}" for a in (cost, bound))
        print(f"{seconds:>8}{money}{'-' if gap is None else f'{gap:.4%}':>14}")


if __name__ == "__main__":
    main()
