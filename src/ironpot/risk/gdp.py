"""What is GDP in the years to come? As published or forecast, else carried on by its driver.

Yuan a year. A year's figure is the memo item `gdp` of the general account in fiscal_history, with
status budget where it is a forecast; years without one follow the last figure by the driver `gdp`,
an index on 1 at the case date. Without either a year is unknown.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.risk.drivers import Scenarios
from ironpot.risk.ratios import fiscal_facts

Floats = npt.NDArray[np.float64]

FACT = "general_gdp"
DRIVER = "gdp"


def gdp_by_year(case: Case, entity_id: str, drivers: Scenarios, years: Sequence[int]) -> Floats:
    """Return an entity's GDP, (scenario, year), NaN where it is unknown.

    `years` are blocks of four quarters of `drivers`, each named by its last quarter's year.
    """
    given = {
        year: amount
        for year, facts, _ in fiscal_facts(case, entity_id)
        if (amount := facts.get(FACT)) is not None
    }
    index = _index(drivers, len(years))
    found = np.full((len(drivers.names), len(years)), np.nan)
    level, at = _latest(given, before=years[0]), np.ones(len(drivers.names))
    for place, year in enumerate(years):
        if year in given:
            level = np.full(len(drivers.names), given[year])
            at = np.ones_like(at) if index is None else index[:, place]
            found[:, place] = level
        elif index is not None and level is not None:
            found[:, place] = level * index[:, place] / at
    return found


def _latest(given: dict[int, float], *, before: int) -> Floats | None:
    """Return the figure of the year before, which stands at the driver's 1; None if unknown."""
    figure = given.get(before - 1)
    return None if figure is None else np.array(figure)


def _index(drivers: Scenarios, count: int) -> Floats | None:
    """Return the driver's mean by year, (scenario, year); None if the case has no such driver."""
    if DRIVER not in drivers.drivers:
        return None
    quarters = drivers.path(DRIVER)[:, : count * QUARTERS_PER_YEAR]
    return quarters.reshape(len(quarters), count, QUARTERS_PER_YEAR).mean(axis=2)
