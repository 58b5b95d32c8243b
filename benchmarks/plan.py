"""How long does the plan of `examples/bishan-scale` take to build, and how good is it, when?

Reads the example, weighs lots and debts, builds the program, searches for the default time limit,
and prints the anytime curve: cost, bound and gap of the stake after so many seconds. `--quick`
searches once instead of three times; instance, options and limit are the same. Without `--quick`
the curve is that of the search with the median gap.
"""

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ironpot.case.read import read_case
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.prepare import appraise_case, gather

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
    plans = [plan_resolution(case, options=options) for _ in range(1 if quick else BUILDS)]
    plan = sorted(plans, key=lambda found: found.gap_stake)[len(plans) // 2]
    figures = {
        "read_s": read_s,
        "appraise_s": appraise_s,
        "build_s": statistics.median(seconds for _, seconds in builds),
        **size(builds[0][0]),
        **quality(plan),
    }
    show(figures, plan)
    machine = {"instance_hash": case.input_hash, "quick": quick, "cores": os.cpu_count()}
    print(json.dumps({**figures, "curve": curve(plan), **machine, "peak_mib": peak_mib()}))


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


def curve(plan: Plan) -> list[tuple[int, float, float, float]]:
    """Return (seconds, cost, bound, gap of the stake) at set moments of the search.

    Seconds count from the end of the relaxation, with which the search begins.
    """
    stake = abs(plan.do_nothing - plan.bound) / MILLION
    points: list[tuple[int, float, float, float]] = []
    for moment in MOMENTS:
        known = [entry for entry in plan.history if entry[0] <= moment]
        if known:
            _, cost, bound = known[-1]
            gap = (cost - bound) / stake
            points.append((moment, round(cost, 3), round(bound, 3), round(gap, 6)))
    return points


def show(figures: dict[str, float], plan: Plan) -> None:
    """Print the figures and the anytime curve."""
    for name, figure in figures.items():
        print(f"{name:<16}{figure:>18,}")
    print(f"\n{'seconds':>8}{'cost':>16}{'bound':>16}{'gap of stake':>14}")
    for seconds, cost, bound, gap in curve(plan):
        print(f"{seconds:>8}{cost:>16,.3f}{bound:>16,.3f}{gap:>14.4%}")


def peak_mib() -> float:
    """Return the most memory that this process and the largest of its children held."""
    own, children = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return round((own + children) / 1024, 1)


if __name__ == "__main__":
    main()
