"""What do more counties cost, and what do more workers save? Measured here, modelled beyond.

County programs of a joint plan are shared by threads of one process; full plans of counties by
processes. Up to eight of either are measured, on however many cores there are; the model then says
what full plans would take on as many as a thousand cores, from what was measured and from the
assumptions that are printed with it.
"""

import hashlib
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from instances.district import Size, write_district
from ironpot.case.read import read_case
from ironpot.plan.options import PlanOptions
from ironpot.report.plan_out import write_plan_files
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.county_plans import County, CountyOptions, CountyPlan, plan_county
from ironpot.system.fleet import OneProcess, Processes
from ironpot.system.pieces import work_through
from ironpot.system.shared_markets import SharedMarkets

SIZES, THREADS = (100, 300, 1_000, 3_000, 10_000), (1, 2, 4, 8)
WORKERS, MODELLED = (1, 2, 4, 8), (1, 8, 64, 256, 1_000)
# A county of the full plans: small, so that the curve ends; its own seconds are printed.
COUNTY = Size(lots=24, bundles=2, debts=16, quarters=8)
STEPS, TRIVIAL = 40, 400
DEPTH = 0.3

ASSUMPTIONS = """\
Assumed: every core is like this one and works on one county at a time; all counties are like the
one measured; the main process reads each case, hands it out and writes its plan in the seconds
measured here, one county after the other, while workers plan; answers travel as fast as through a
pipe of this machine; no worker is lost. The last plan ends a whole plan after the last hand-out."""


class Draw(Protocol):
    """Draws the joint problem of so many counties; `depth` is all rooms over all lots."""

    def __call__(self, depth: float, *, counties: int) -> SharedMarkets:
        """Draw it."""
        ...


@dataclass(frozen=True)
class Costs:
    """Seconds: a worker's start, one full plan, and what the main process does for each county."""

    start: float
    plan: float
    main: float

    def seconds(self, counties: int, workers: int) -> float:
        """Return the modelled seconds of so many full plans on so many workers."""
        planning = math.ceil(counties / workers) * self.plan
        return self.start + max(planning, counties * self.main + self.plan)


def scale_figures(draw: Draw, *, quick: bool) -> dict[str, float]:
    """Print the curves; return the largest sizes' seconds and what threads and workers gain."""
    joint = joint_curve(draw, SIZES[:3] if quick else SIZES, THREADS[:2] if quick else THREADS)
    costs, planned = plan_curve(WORKERS[:2] if quick else WORKERS, counties=2 if quick else 8)
    print_model(costs)
    largest = max(size for size, _ in joint)
    return {
        "scale_counties": float(largest),
        "scale_joint_s": joint[largest, 1],
        "scale_joint_two_threads": joint[largest, 1] / joint[largest, 2],
        "scale_plans_two_workers": planned[1] / planned[2],
        "scale_plan_s": costs.plan,
        "scale_main_s": costs.main,
        "scale_modelled_10000_on_1000_s": costs.seconds(10_000, 1_000),
    }


def joint_curve(
    draw: Draw, sizes: tuple[int, ...], threads: tuple[int, ...]
) -> dict[tuple[int, int], float]:
    """Time joint plans to a certified 1 % by counties and threads; all threads, the same bits."""
    coordinate_plans(draw(DEPTH, counties=60), options=CoordinationOptions(sweeps=1))
    print(f"joint plan to 1 %, seconds on {os.cpu_count()} cores; threads:", *threads)
    curve: dict[tuple[int, int], float] = {}
    for size in sizes:
        markets, bits = draw(DEPTH, counties=size), set[bytes]()
        for count in threads:
            began = time.perf_counter()
            plan = coordinate_plans(markets, threads=count)
            curve[size, count] = time.perf_counter() - began
            bits.add(hashlib.sha256(plan.sold.tobytes()).digest())
        assert len(bits) == 1
        print(f"{size:>8,}", *(f"{curve[size, count]:>9.3f}" for count in threads))
    return curve


def plan_curve(workers: tuple[int, ...], *, counties: int) -> tuple[Costs, dict[int, float]]:
    """Time full plans of like counties by workers; the plans must be the same."""
    with TemporaryDirectory() as folder:
        write_district(Path(folder) / "county", 1, COUNTY)
        read_case(Path(folder) / "county")  # engines start with the first case
        began = time.perf_counter()
        case = read_case(Path(folder) / "county").case
        read = time.perf_counter() - began
        pieces = {f"county{number}": County(case) for number in range(counties)}
        asked = CountyOptions(PlanOptions(steps=STEPS, time_limit_s=600.0))
        print(f"{counties} full plans, seconds by processes:")
        curve: dict[int, float] = {}
        found = set[str]()
        for count in workers:
            began = time.perf_counter()
            made = dict(Processes(count).each(plan_county, asked, pieces))
            curve[count] = time.perf_counter() - began
            found |= {
                repr(one.written and one.written.tables["decisions"].rows())
                for one in made.values()
            }
            print(f"{count:>8,} {curve[count]:>9.2f}")
        assert len(found) == 1
        began = time.perf_counter()
        written = made["county0"].written
        assert written is not None
        write_plan_files(written.tables, written.summary, Path(folder) / "out")
        wrote = time.perf_counter() - began
    start, handed = handing_out()
    plan = max(curve[1] - start, 0.0) / counties
    return Costs(start, plan, read + wrote + handed), curve


def decisions(made: CountyPlan) -> str:
    """Return what a plan decides, to compare plans by."""
    assert made.written is not None
    return repr(made.written.tables["decisions"].rows())


def handing_out() -> tuple[float, float]:
    """Return the seconds to start a worker, and to hand out and take back one trivial piece."""
    trivial = {str(number): number for number in range(TRIVIAL)}
    began = time.perf_counter()
    dict(Processes(1).each(pow, 2, {"0": 0}))
    start = time.perf_counter() - began
    began = time.perf_counter()
    there = work_through(Processes(1), pow, 1, trivial).results
    each = max(time.perf_counter() - began - start, 0.0) / TRIVIAL
    assert there == work_through(OneProcess(), pow, 1, trivial).results
    return start, each


def print_model(costs: Costs) -> None:
    """Print modelled seconds of full plans by counties and cores, with what is assumed."""
    print(
        f"modelled full plans: {costs.plan:.2f} s each, {costs.main * 1e3:.0f} ms each in the main "
        f"process, {costs.start:.2f} s to start; seconds by cores:",
        *MODELLED,
    )
    for counties in SIZES:
        print(f"{counties:>8,}", *(f"{costs.seconds(counties, n):>10.0f}" for n in MODELLED))
    print(ASSUMPTIONS)
