"""What does a worker do for one county? The full plan of its case, within its allotment if any.

The search is counted in steps, not seconds, so that a plan is the same whoever makes it and however
often it was begun. A county without a plan is an answer too. Nothing is written here.
"""

from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.plan.files import Written, plan_files
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution


@dataclass(frozen=True, slots=True)
class CountyOptions:
    """What holds for all counties: how each is planned, and the language of text columns."""

    options: PlanOptions
    lang: Lang = "en"


@dataclass(frozen=True, slots=True)
class County:
    """One county's case and its rows of a coordinated run, None where there was none."""

    case: Case
    allotments: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class CountyPlan:
    """What came of a county: its plan as it goes to disk, or why there is none.

    `by_clock` says that the time limit cut the search, so that another machine may find another.
    """

    written: Written | None
    refused: Text | None = None
    by_clock: bool = False


def plan_county(asked: CountyOptions, county: County) -> CountyPlan:
    """Plan one county.

    >>> from ironpot.case.read import read_case
    >>> case = read_case("examples/two-pots").case
    >>> made = plan_county(CountyOptions(PlanOptions(steps=5)), County(case))
    >>> made.written.summary["status"], made.by_clock
    ('optimal', False)
    """
    try:
        plan = plan_resolution(county.case, options=asked.options, allotments=county.allotments)
        return CountyPlan(plan_files(plan, asked.lang), by_clock=plan.by_clock)
    except IronpotError as error:
        return CountyPlan(None, error.text)
