"""How may what nobody controls go on? Driver paths by scenario, with their weights.

Indices are 1 at the case date, rates decimals a year; a value holds from the first day of its
quarter until the next one that is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.rates import RatePaths
from ironpot.core.dates import Horizon, quarter_start
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WEIGHT_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Scenarios:
    """Paths of drivers with the scenarios' probabilities.

    `values`: (scenario, period, driver) float64; `weights`: (scenario,), adding up to 1; `quarters`
    names the periods.
    """

    names: tuple[str, ...]
    weights: Floats
    drivers: tuple[str, ...]
    quarters: tuple[str, ...]
    values: Floats

    def path(self, driver: str) -> Floats:
        """Return (scenario, period) values of one driver; KeyError if there is none so called."""
        if driver not in self.drivers:
            raise KeyError(f"No driver {driver!r}; there are {', '.join(self.drivers)}.")
        return self.values[:, :, self.drivers.index(driver)]

    def frame(self) -> pl.DataFrame:
        """Return the paths as rows (scenario, quarter, driver, value)."""
        scenario, period, driver = (index.ravel() for index in np.indices(self.values.shape))
        words = (
            ("scenario", self.names, scenario),
            ("quarter", self.quarters, period),
            ("driver", self.drivers, driver),
        )
        named = [
            pl.Series(name, all_words, pl.String).gather(row) for name, all_words, row in words
        ]
        return pl.DataFrame([*named, pl.Series("value", self.values.ravel())])


def three_scenarios(case: Case, *, quarters: int | None = None) -> Scenarios:
    """Return the base, adverse and favourable paths of `case.drivers` over `quarters` quarters.

    `quarters` is the case's horizon by default; the last given value is carried on beyond the
    table. Raises CaseError if a driver has no value yet in the first quarter, or if the weights do
    not add up to 1.

    >>> from ironpot.case.read import read_case
    >>> three_scenarios(read_case("examples/two-pots").case).values.shape[:2]
    (3, 8)
    """
    horizon = Horizon.after(case.date, quarters or case.settings.horizon_quarters)
    points = _points(case.drivers)
    names = tuple(points["driver"].unique(maintain_order=True))
    weights = np.array([case.settings.weights.get(name, 0.0) for name in SCENARIOS])
    issues = [*_late(points, horizon.first), *_unweighted(weights)]
    if issues:
        raise CaseError(issues)
    values = (
        np.stack([_steps(points, name, horizon) for name in names], axis=2)
        if names
        else (np.empty((len(SCENARIOS), horizon.count, 0)))
    )
    return Scenarios(SCENARIOS, weights, names, horizon.quarters, values)


def rate_paths(case: Case) -> RatePaths:
    """Return every driver as a dated step function, as the cash-flow engine reads it.

    A quarter's value holds from its first day; before the first given quarter there is none.

    >>> from ironpot.case.read import read_case
    >>> paths = rate_paths(read_case("examples/two-pots").case)
    >>> paths.observe("town_price", np.array(["2025-02-14"], "M8[D]")).tolist()
    [[1.0], [1.0], [1.0]]
    """
    points = _points(case.drivers)
    names = tuple(points["driver"].unique(maintain_order=True))
    quarters = sorted(points["quarter"].unique())
    values = np.full((len(SCENARIOS), len(names), len(quarters)), np.nan)
    column = _places(points["quarter"], quarters)
    row = _places(points["driver"], names)
    values[:, row, column] = points.select(SCENARIOS).to_numpy().T
    dates = np.array([quarter_start(quarter) for quarter in quarters], dtype="datetime64[D]")
    return RatePaths(SCENARIOS, names, dates, values)


def _places(words: pl.Series, known: Sequence[str]) -> Integers:
    """Return the place of each word among the known ones; a case without drivers has none."""
    if words.is_empty():
        return np.empty(0, dtype=np.int64)
    return words.replace_strict(known, range(len(known)), return_dtype=pl.Int64).to_numpy()


def as_rate_paths(scenarios: Scenarios, names: Sequence[str], before: RatePaths) -> RatePaths:
    """Return some drivers as the cash-flow engine reads them, each from its quarter's first day.

    `before` gives what was known earlier than the first quarter, its first scenario for all.
    KeyError if a name is no driver.

    >>> past = RatePaths(("base",), ("LPR1Y",), np.array(["2024-10-01"], "M8[D]"),
    ...                  np.array([[[0.031]]]))
    >>> drawn = Scenarios(("a", "b"), np.full(2, 0.5), ("LPR1Y",), ("2025Q1",),
    ...                   np.array([[[0.03]], [[0.04]]]))
    >>> paths = as_rate_paths(drawn, ["LPR1Y"], past)
    >>> paths.observe("LPR1Y", np.array(["2024-12-31", "2025-01-01"], "M8[D]")).tolist()
    [[0.031, 0.03], [0.031, 0.04]]
    """
    starts = np.array([quarter_start(quarter) for quarter in scenarios.quarters], "datetime64[D]")
    early = before.dates < starts[0]
    count = len(scenarios.names)
    values = np.full((count, len(names), int(early.sum()) + starts.size), np.nan)
    for row, name in enumerate(names):
        if name in before.names:
            values[:, row, : int(early.sum())] = before.values[0, before.names.index(name), early]
        values[:, row, int(early.sum()) :] = scenarios.path(name)
    dates = np.concatenate([before.dates[early].astype("datetime64[D]"), starts])
    return RatePaths(scenarios.names, tuple(names), dates, values)


def _points(drivers: pl.DataFrame) -> pl.DataFrame:
    return drivers.select("driver", "quarter", *SCENARIOS).sort(
        "driver", "quarter", maintain_order=True
    )


def _steps(points: pl.DataFrame, driver: str, horizon: Horizon) -> Floats:
    """Return (scenario, period) values of one driver, each the last given at or before."""
    own = points.filter(pl.col("driver") == driver)
    given = own["quarter"].to_numpy().astype("U6")
    last = np.searchsorted(given, np.array(horizon.quarters), side="right") - 1
    return own.select(SCENARIOS).to_numpy().T[:, last]


def _late(points: pl.DataFrame, first: str) -> list[Issue]:
    starts = points.group_by("driver", maintain_order=True).agg(pl.col("quarter").min())
    late = starts.filter(pl.col("quarter") > first)
    return [
        Issue(
            "error",
            "driver.starts_late",
            Place("drivers", header="quarter"),
            f"{driver}: {quarter}",
            Text(f"begins after the first quarter, {first}", f"起点晚于首个季度{first}"),
            Text("the quarters before it would be guessed", "之前各季度无依据"),
            Text(f"add its value for {first}", f"请补充{first}的数值"),
        )
        for driver, quarter in late.iter_rows()
    ]


def _unweighted(weights: Floats) -> list[Issue]:
    if abs(weights.sum() - 1.0) <= WEIGHT_TOLERANCE:
        return []
    return [
        Issue(
            "error",
            "scenarios.weights",
            Place("case.toml", header="scenarios"),
            f"{weights.sum():.6f}",
            Text("the scenarios' weights do not add up to 1", "各情景概率之和不为1"),
            Text("expected values would be wrong", "期望值会出错"),
            Text("correct the weights of base, adverse, favourable", "请改正三种情景的概率"),
        )
    ]
