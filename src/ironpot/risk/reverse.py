"""How much of each stress breaks a rule? The smallest multiple, found on a grid and once refined.

Cash below zero and every level of every rule are lines of their own. A multiple of 0 says that the
line is crossed without any stress, a null that no possible multiple crosses it. Between two grid
points the line is taken to be crossed once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.risk.assessment import REVERSE_STRESS
from ironpot.risk.case_shocks import shocked
from ironpot.risk.drivers import Scenarios
from ironpot.risk.measures import Measure
from ironpot.risk.projection import Outlook, Projection, project
from ironpot.risk.shocks import ShockModel
from ironpot.risk.simulate import Sample, sample_of
from ironpot.risk.stress import StressKind, kinds_of, stressed

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GRID = 41
JOINT = StressKind("drivers", (), 6.0, "standard deviations of all drivers together")
CASH = "cash"
BELOW_ZERO = "below_zero"
Points = Sequence[tuple[StressKind, float]]
Play = Callable[[Points], Sample]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Multiples of one stress that are tried, rising."""

    kind: StressKind
    points: Floats

    def within(self, at: int) -> "Stretch":
        """Return the stretch between the point before `at` and that point."""
        low, high = float(self.points[at - 1]), float(self.points[at])
        return Stretch(self.kind, np.linspace(low, high, GRID, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Line:
    """Something that may be crossed: cash below zero, or a level of a measure."""

    measure: str
    level: str
    crossed: Callable[[Sample], Flags]
    periods: tuple[str, ...]


def reverse_stress(
    outlook: Outlook,
    scenarios: Scenarios,
    model: ShockModel,
    measures: Sequence[Measure],
    periods: tuple[tuple[str, ...], tuple[str, ...]],
) -> pl.DataFrame:
    """Return rows of assessment.REVERSE_STRESS without phase.

    `periods` names quarters and years. Multiples are exact to the grid's step divided by forty,
    rounded up to a point that does cross.
    """
    lines = _lines(measures, *periods)
    tried = _by_stress(outlook, scenarios, measures)
    rows = _searched(kinds_of(outlook.options.stresses), lines, tried)
    towards = worst_direction(outlook, scenarios, model)
    if towards.any():
        joint = _by_direction(outlook, scenarios, model, measures, towards)
        rows += _searched((JOINT,), lines, joint)
    schema = {name: kind for name, kind in REVERSE_STRESS.items() if name != "phase"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def worst_direction(outlook: Outlook, scenarios: Scenarios, model: ShockModel) -> Floats:
    """Return the most likely shock of one standard deviation against cash, (driver,).

    C g / sqrt(g' C g), where C is the covariance and g what a unit of each shock, coming in the
    first year and staying, takes from cash at the end. Zeros if no shock moves it.
    """
    deviation = np.sqrt(np.diag(model.covariance))
    alone = np.concatenate([np.zeros((1, deviation.size)), np.diag(deviation)])
    cash = _after_first_year(outlook, scenarios, model, alone).cash[:, -1]
    taken = (cash[0] - cash[1:]) / np.where(deviation > 0.0, deviation, 1.0)
    spread = float(taken @ model.covariance @ taken)
    return model.covariance @ taken / np.sqrt(spread) if spread > 0.0 else np.zeros_like(taken)


def _after_first_year(
    outlook: Outlook, scenarios: Scenarios, model: ShockModel, first: Floats
) -> Projection:
    """Return the centre under shocks of the first year, (scenario, driver)."""
    centre = scenarios.names.index(outlook.options.centre)
    years = -(-len(scenarios.quarters) // QUARTERS_PER_YEAR)
    shocks = np.zeros((len(first), years, len(model.drivers)))
    shocks[:, 0] = first
    drivers = shocked(scenarios, centre, model, shocks, rates=outlook.rates)
    return project(outlook, drivers, credit=(outlook.options.centre,))


def _by_stress(outlook: Outlook, scenarios: Scenarios, measures: Sequence[Measure]) -> Play:
    def play(points: Points) -> Sample:
        return sample_of(outlook, stressed(outlook, scenarios, points), measures)[0]

    return play


def _by_direction(
    outlook: Outlook,
    scenarios: Scenarios,
    model: ShockModel,
    measures: Sequence[Measure],
    towards: Floats,
) -> Play:
    def play(points: Points) -> Sample:
        first = np.outer([multiple for _, multiple in points], towards)
        flows = _after_first_year(outlook, scenarios, model, first)
        return sample_of(outlook, flows, measures)[0]

    return play


def _lines(
    measures: Sequence[Measure], quarters: tuple[str, ...], years: tuple[str, ...]
) -> list[Line]:
    lines = [Line(CASH, BELOW_ZERO, lambda sample: sample.cash < 0.0, quarters)]
    return lines + [
        _rule_line(measure, level, years) for measure in measures for level in measure.limits
    ]


def _rule_line(measure: Measure, level: str, years: tuple[str, ...]) -> Line:
    def crossed(sample: Sample) -> Flags:
        return measure.beyond(level, sample.ratios[measure.name])

    return Line(measure.name, level, crossed, years)


def _searched(
    kinds: Sequence[StressKind], lines: Sequence[Line], play: Play
) -> list[tuple[object, ...]]:
    """Return a row a stress and line: where it is crossed first, on the grid and then within it."""
    coarse = [
        Stretch(kind, np.linspace(0.0, kind.largest, GRID, dtype=np.float64)) for kind in kinds
    ]
    found = _crossings(coarse, lines, play)
    fine = {
        (stretch.kind.name, at): stretch.within(at)
        for stretch, row in zip(coarse, found, strict=True)
        for at, _ in row
        if at > 0
    }
    closer = dict(zip(fine, _crossings(list(fine.values()), lines, play), strict=True))
    rows: list[tuple[object, ...]] = []
    for stretch, row in zip(coarse, found, strict=True):
        kind = stretch.kind
        for place, (line, (at, period)) in enumerate(zip(lines, row, strict=True)):
            multiple = float(stretch.points[at]) if at >= 0 else None
            if at > 0:
                step, period = closer[kind.name, at][place]
                multiple = float(fine[kind.name, at].points[step])
            when = line.periods[period] if at >= 0 else None
            head = (kind.name, line.measure, line.level)
            rows.append((*head, multiple, kind.largest, kind.unit, when))
    return rows


def _crossings(
    stretches: Sequence[Stretch], lines: Sequence[Line], play: Play
) -> list[list[tuple[int, int]]]:
    """Return by stretch and line the first point that crosses and its first period; -1 for none."""
    if not stretches:
        return []
    points = [(stretch.kind, float(point)) for stretch in stretches for point in stretch.points]
    sample = play(points)
    flags = [line.crossed(sample).reshape(len(stretches), GRID, -1) for line in lines]
    return [[_first(flag[row]) for flag in flags] for row in range(len(stretches))]


def _first(crossed: Flags) -> tuple[int, int]:
    """Return the first point (point, period) that crosses, and its first period; -1 for none."""
    points = crossed.any(axis=1)
    if not points.any():
        return -1, -1
    point = int(points.argmax())
    return point, int(crossed[point].argmax())
