"""What do reference rates, indices and prices say on a day, in each scenario?

Rates are decimals a year, indices and prices numbers; a path is a step function of time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

SECONDS = "datetime64[s]"


@dataclass(frozen=True, slots=True)
class RatePaths:
    """Step functions: the value on a day is the last one at or before it.

    `dates`: (date,) rising; `values`: (scenario, name, date) float64, NaN where a name has no value
    on that date of its own (the one before it goes on).

    >>> paths = RatePaths(("base", "adverse"), ("LPR1Y",),
    ...                   np.array(["2024-10-21", "2025-05-20"], "M8[D]"),
    ...                   np.array([[[0.031, 0.030]], [[0.031, 0.041]]]))
    >>> paths.observe("LPR1Y", np.array(["2025-05-19", "2025-05-20"], "M8[D]")).tolist()
    [[0.031, 0.03], [0.031, 0.041]]
    """

    scenarios: tuple[str, ...]
    names: tuple[str, ...]
    dates: Times
    values: Floats

    def observe(self, name: str, times: Times) -> Floats:
        """Return the values of `name`, (scenario, time); IronpotError if a time has none."""
        if name not in self.names:
            raise _unknown(name)
        path = self.values[:, self.names.index(name), :]
        known = ~np.isnan(path).any(axis=0)
        steps, path = self.dates[known].astype(SECONDS), path[:, known]
        last = np.searchsorted(steps, times.astype(SECONDS), side="right") - 1
        if last.size and last.min() < 0:
            raise _too_early(name, times[last.argmin()])
        return path[:, last]


def paths_from_points(points: Mapping[str, Mapping[np.datetime64, float]]) -> RatePaths:
    """Return one scenario, `base`, from dated values by name.

    >>> paths = paths_from_points({"CPI": {np.datetime64("2024-01-01"): 101.0}})
    >>> paths.observe("CPI", np.array(["2024-06-30"], "M8[D]")).tolist()
    [[101.0]]
    """
    every = sorted({date for series in points.values() for date in series})
    dates = np.array(every, dtype=SECONDS)
    values = np.full((1, len(points), len(every)), np.nan)
    for row, series in enumerate(points.values()):
        for date, value in series.items():
            values[0, row, every.index(date)] = value
    return RatePaths(("base",), tuple(points), dates, values)


def _unknown(name: str) -> IronpotError:
    return IronpotError(
        Text(
            f"No path is given for {name}. Add it to the drivers or fix the contract's rate.",
            f"没有{name}的路径。请在驱动因素表中补充,或将合同改为固定利率。",
        )
    )


def _too_early(name: str, time: np.datetime64) -> IronpotError:
    day = str(time.astype("datetime64[D]"))
    return IronpotError(
        Text(
            f"{name} has no value on or before {day}. Start its path earlier.",
            f"{name}在{day}及之前没有数值。请将该路径的起点提前。",
        )
    )
