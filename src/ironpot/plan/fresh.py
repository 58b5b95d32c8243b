"""How do choices fare in thousands of futures that they were not made for? Strand by strand.

A strand is so many futures of one seed, laid out at once and solved one by one. Strands know
nothing of one another: who solves them, in which order and how many at a time changes no figure.
Of all that could be released only what some choice releases is laid out. Amounts are million yuan.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.cashflow.options import DebtOptions
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.apart import Solver, take_apart
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model, build_model
from ironpot.plan.now import pledged_debt, prepayment_dates, release_numbers
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import (
    Fate,
    FirstStage,
    does_not_fit,
    fate_of,
    fixed_bounds,
    joined,
    judged_program,
    no_answer,
)
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Bounds, Floats, Ints
from ironpot.plan.quiet import quiet_processes
from ironpot.plan.releases import Releases
from ironpot.plan.starts import Starts
from ironpot.valuation.pot import Appraisals
from ironpot.valuation.retention import Bools

STRAND = 200
# More than this stays prepaid only in the solver's tolerance.
PREPAID = 1e-12

Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Entrant:
    """A choice, and the level beyond which the tail of what is overdue is priced (yuan-years)."""

    choice: FirstStage
    level: float


@dataclass(frozen=True)
class Strand:
    """Futures to judge together: so many of one seed, for the same entrants of one case.

    `allotments` and `under_way` are those of the inputs that the entrants chose from.
    """

    case: Case
    appraisals: Appraisals
    debts: DebtOptions
    entrants: tuple[Entrant, ...]
    options: PlanOptions
    allotments: pl.DataFrame | None = None
    under_way: Starts = frozenset()


@dataclass(frozen=True)
class Judged:
    """The fate of each entrant in `futures` of the futures that were asked for.

    `stopped` says that the user ended it early; what was finished by then counts.
    """

    fates: list[Fate]
    futures: int
    stopped: bool


def judge_alone(
    inputs: Inputs,
    entrants: Sequence[Entrant],
    options: PlanOptions,
    *,
    futures: int,
    seed: int,
    workers: int = 2,
    strand: int = STRAND,
    heard: Heard | None = None,
) -> Judged:
    """Judge entrants in fresh futures, `workers` strands at a time; all see the same futures.

    `inputs` are those that the entrants chose from. Strand k draws from `seed` + k; `heard` is told
    how many futures are done. Ctrl-C keeps what is finished. Raises SolverError if an entrant does
    not fit the case or has no answer somewhere,
    KeyboardInterrupt if it was stopped before anything was finished.
    """
    appraisals, debts = appraise_case(inputs.case)
    counts = [min(strand, futures - at) for at in range(0, futures, strand)]
    strands = [
        Strand(
            inputs.case,
            appraisals,
            debts,
            tuple(entrants),
            replace(options, scenarios=count, seed=seed + number),
            inputs.allotments,
            inputs.under_way,
        )
        for number, count in enumerate(counts)
    ]
    done, stopped = _in_processes(strands, workers, heard or _nobody)
    found = [done[number] for number in sorted(done)]
    fates = [joined([part[k] for part in found]) for k in range(len(entrants))]
    return Judged(fates, int(fates[0].weights.size) if fates else 0, stopped)


def _nobody(_: int) -> None:
    """Hear of progress and do nothing."""


def _in_processes(
    strands: Sequence[Strand], workers: int, heard: Heard
) -> tuple[dict[int, list[Fate]], bool]:
    """Judge strands in processes of their own; return what is done and whether it was stopped."""
    done: dict[int, list[Fate]] = {}
    others = set(multiprocessing.active_children())
    pool = quiet_processes(workers)
    try:
        running = {pool.submit(judge_strand, one): number for number, one in enumerate(strands)}
        _collect(running, done, heard)
    except KeyboardInterrupt:
        if not done:
            raise
        return done, True
    except BrokenProcessPool as error:
        raise _ended_by_itself() from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
    return done, False


def _collect(
    running: dict[Future[list[Fate]], int], done: dict[int, list[Fate]], heard: Heard
) -> None:
    finished = 0
    for future in as_completed(running):
        done[running[future]] = future.result()
        finished += int(future.result()[0].weights.size)
        heard(finished)


def _ended_by_itself() -> SolverError:
    return SolverError(
        Text(
            "A process that judges futures ended by itself, most often for want of memory: close "
            "other programs or take one process (--workers 1), then try again.",
            "评价情景的进程意外结束,多因内存不足:请关闭其他程序或改用单进程(--workers 1)后重试。",
        )
    )


def judge_strand(strand: Strand) -> list[Fate]:
    """Judge every entrant in the futures of a strand, each future by itself."""
    inputs = gather(
        strand.case,
        strand.appraisals,
        strand.debts,
        strand.options,
        allotments=strand.allotments,
        under_way=strand.under_way,
    )
    choices = [entrant.choice for entrant in strand.entrants]
    narrow = narrowed(inputs, choices)
    model = build_model(narrow.inputs)
    program = judged_program(model)
    own = [narrow.choice(choice) for choice in choices]
    bounds = [
        _at_level(model, fixed_bounds(model, program, choice), entrant.level)
        for choice, entrant in zip(own, strand.entrants, strict=True)
    ]
    points = Solver().points(take_apart(model, program), bounds)
    return [
        _fate(model, choice, point, entrant.level)
        for choice, point, entrant in zip(own, points, strand.entrants, strict=True)
    ]


def _at_level(model: Model, bounds: Bounds, level: float) -> Bounds:
    """Fix the level from which the tail is priced."""
    lower, upper = bounds.lower.copy(), bounds.upper.copy()
    lower[model.column("tail_level")] = upper[model.column("tail_level")] = level
    return replace(bounds, lower=lower, upper=upper)


def _fate(model: Model, choice: FirstStage, point: Floats | None, level: float) -> Fate:
    if point is None:
        raise no_answer(choice.label)
    return replace(fate_of(model, judged_program(model), point, choice.label), level=level)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Inputs with only the releases that are chosen, and how a choice is read into them.

    `released` are the chosen columns of the release block; `dates` the place of each (debt,
    quarter) of a prepayment in the whole inputs.
    """

    inputs: Inputs
    released: Ints
    columns: int
    dates: Ints
    all_dates: int

    def choice(self, choice: FirstStage) -> FirstStage:
        """Return a choice of the whole inputs in the columns of the narrow ones."""
        for name, count in (("release", self.columns), ("prepay", self.all_dates)):
            if choice.values[name].size != count:
                raise does_not_fit(choice.label, name)
        values = dict(choice.values)
        values["release"] = values["release"][self.released]
        values["prepay"] = values["prepay"][self.dates]
        return FirstStage(choice.label, values)


def narrowed(inputs: Inputs, choices: Sequence[FirstStage]) -> Narrow:
    """Leave out every release that no choice makes, with every date of payment that stays nil."""
    number = release_numbers(inputs)
    columns = int(number.max(initial=-1)) + 1
    debt, quarter = prepayment_dates(inputs)
    used, prepaid = np.zeros(columns, dtype=bool), np.zeros(debt.size, dtype=bool)
    for choice in choices:
        if choice.values["release"].size != columns:
            raise does_not_fit(choice.label, "release")
        if choice.values["prepay"].size != debt.size:
            raise does_not_fit(choice.label, "prepay")
        used |= choice.values["release"] > 0.0
        prepaid |= choice.values["prepay"] > PREPAID
    # A date on which a debt is paid for a lot's sake is there only as long as such a lot is.
    wanted = set(zip(debt[prepaid].tolist(), quarter[prepaid].tolist(), strict=True))
    frees = zip(pledged_debt(inputs).tolist(), inputs.releases.start.tolist(), strict=True)
    kept = used[number] | np.array([pair in wanted for pair in frees], dtype=bool)
    # A program without any release has no market; one that nobody chooses does no harm.
    released = np.unique(number[kept] if kept.any() else number[:1])
    less = replace(inputs, releases=_only(inputs.releases, np.isin(number, released)))
    place = {pair: k for k, pair in enumerate(zip(debt.tolist(), quarter.tolist(), strict=True))}
    left = zip(*(part.tolist() for part in prepayment_dates(less)), strict=True)
    dates = np.array([place[pair] for pair in left], dtype=np.int64)
    return Narrow(less, released, columns, dates, debt.size)


def _only(releases: Releases, kept: Bools) -> Releases:
    """Return the candidates that are marked."""
    arrays = {entry.name: getattr(releases, entry.name) for entry in fields(releases)}
    moves = {name: cash[kept] for name, cash in arrays.pop("moves").items()}
    return Releases(moves=moves, **{name: array[kept] for name, array in arrays.items()})
