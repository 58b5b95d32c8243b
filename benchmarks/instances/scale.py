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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from instances.counties import answers_for, main_seconds
from instances.district import Size, write_district
from ironpot.plan.options import PlanOptions
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.county_plans import CountyOptions
from ironpot.system.fleet import Processes
from ironpot.system.shared_markets import SharedMarkets
from ironpot.workbench.cluster import local_cluster
from ironpot.workbench.county_work import Made, Sent, ToCheck, ToPlan, work_on

SIZES, THREADS = (100, 300, 1_000, 3_000, 10_000), (1, 2, 4, 8)
WORKERS, MODELLED = (1, 2, 4, 8), (1, 8, 64, 256, 1_000)
# A county of the full plans: small, so that the curve ends; its own seconds are printed.
COUNTY = Size(lots=24, bundles=2, debts=16, quarters=8)
STEPS, MANY, ONE_MACHINE = 40, 100, 64
DEPTH = 0.3

ASSUMPTIONS = """\
Assumed: every core is like this one and works on one county at a time; all counties are like the
one measured; the main process hands out, takes back and records one county after the other, in the
seconds measured here, while workers check and then plan; bytes travel as fast as within this
machine; no worker is lost. The last plan ends a whole plan after the last hand-out. Up to 64 cores
are one machine's: its workers read and write themselves; more are a cluster's that shares no disk,
to which the main process sends each case's files and writes each plan that comes back."""


class Draw(Protocol):
    """Draws the joint problem of so many counties; `depth` is all rooms over all lots."""

    def __call__(self, depth: float, *, counties: int) -> SharedMarkets:
        """Draw it."""
        ...


@dataclass(frozen=True)
class Costs:
    """Seconds: a worker's start, its check and plan of a county, and the main process's part.

    `sent` is the main process's part of a county on a cluster that does not share its disk.
    """

    start: float
    check: float
    plan: float
    main: float
    sent: float

    def seconds(self, counties: int, workers: int) -> float:
        """Return the modelled seconds of so many full plans on so many workers."""
        main = self.main if workers <= ONE_MACHINE else self.sent
        turns = math.ceil(counties / workers)
        return self.start + turns * self.check + max(turns * self.plan, counties * main + self.plan)


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
        "scale_main_cluster_s": costs.sent,
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
    """Time checks and full plans of like counties by workers; the plans must be the same."""
    options = PlanOptions(steps=STEPS, time_limit_s=600.0)
    with TemporaryDirectory() as folder:
        case = Path(folder) / "county"
        write_district(case, 1, COUNTY)
        answers = answers_for(case, options)
        checks = {f"county{number}": ToCheck({"": Sent(case)}) for number in range(counties)}
        plans = {name: ToPlan(Sent(case), answers.checked.input_hash) for name in checks}
        print(f"{counties} full plans, seconds by processes:")
        curve: dict[int, float] = {}
        found = {plan_of(answers.made)}
        for count in workers:
            with Processes(count).hired(work_on, CountyOptions(options)) as crew:
                first, *again = (
                    seconds_of(lambda crew=crew: dict(crew.each(checks))) for _ in range(3)
                )
                check = min(again)
                curve[count] = seconds_of(
                    lambda crew=crew: found.update(plan_of(one) for _, one in crew.each(plans))
                )
            if count == workers[0]:
                costs = max(first - check, 0.0), check / counties, curve[count] / counties
            print(f"{count:>8,} {curve[count]:>9.2f}")
        assert len(found) == 1
        main = main_seconds(Processes(1), case, answers, MANY)
        with local_cluster(1) as cluster:
            sent = main_seconds(cluster, case, answers, MANY)
    return Costs(*costs, main, sent), curve


def seconds_of(run: Callable[[], object]) -> float:
    """Return the seconds of a run."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def plan_of(made: Made) -> bytes:
    """Return what a plan decides, to compare plans by."""
    return made.files["tables/decisions.csv"]


def print_model(costs: Costs) -> None:
    """Print modelled seconds of full plans by counties and cores, with what is assumed."""
    print(
        f"modelled full plans: {costs.plan:.2f} s each and {costs.check:.2f} s to check, "
        f"{costs.start:.2f} s to start; in the main process {costs.main * 1e3:.1f} ms each, "
        f"{costs.sent * 1e3:.1f} ms where files are sent; seconds by cores:",
        *MODELLED,
    )
    for counties in SIZES:
        print(f"{counties:>8,}", *(f"{costs.seconds(counties, n):>10.0f}" for n in MODELLED))
    print(ASSUMPTIONS)
