"""How much of each stress breaks a rule, and what would mend one that is broken already?

Cash below zero and every level of every rule are lines of their own. A line that the centre keeps:
the smallest multiple that crosses it. A line that the centre crosses: the least of a stress's
opposite that clears it, a negative multiple, and the least money that does. Found on a grid and
once refined; between two grid points a line is taken to be crossed once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from ironpot.risk.stress import NO_STRESS, StressKind, kinds_of, stressed
from ironpot.risk.yearly import by_year

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GRID = 41
JOINT = StressKind("drivers", (), 6.0, "standard deviations of all drivers together", -6.0)
RELIEF, BALANCE, DEBT_GONE = "relief_once", "balance_y", "debt_gone"
CASH = "cash"
BELOW_ZERO = "below_zero"
Points = Sequence[tuple[StressKind, float]]
Play = Callable[[Points], Sample]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Multiples of one stress that are tried, from 0 outwards."""

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
    rounded up to a point that does cross, or clear. `largest` is the farthest multiple tried: above
    zero where the question is what breaks the line, zero or below where it is what clears it. Where
    a line is crossed already `period` is when, and money stands in rows of its own, yuan as
    `multiple`: help at once, primary balance a year, and debt of the rule that would have to go.
    """
    lines = _lines(measures, *periods)
    tried = _by_stress(outlook, scenarios, measures)
    rows = _searched(kinds_of(outlook.options.stresses), lines, tried)
    towards = worst_direction(outlook, scenarios, model)
    if towards.any():
        joint = _by_direction(outlook, scenarios, model, measures, towards)
        rows += _searched((JOINT,), lines, joint)
    rows += _money(outlook, scenarios, lines[0], tried)
    rows += _debt_gone(outlook, scenarios, measures, periods[1])
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


Row = tuple[object, ...]


def _searched(kinds: Sequence[StressKind], lines: Sequence[Line], play: Play) -> list[Row]:
    """Return a row a stress and line: what crosses it first, or clears it where it is crossed."""
    breaks = _ends(kinds, lines, play, {kind.name: kind.largest for kind in kinds}, _crosses)
    clears = _ends(kinds, lines, play, {kind.name: kind.best for kind in kinds}, _is_clear)
    rows: list[Row] = []
    for kind in kinds:
        for place, line in enumerate(lines):
            end = breaks[kind.name, place]
            far = kind.largest
            if end.multiple == 0.0:
                end, far = replace(clears[kind.name, place], period=end.period), kind.best
            when = None if end.period is None else line.periods[end.period]
            rows.append((kind.name, line.measure, line.level, end.multiple, far, kind.unit, when))
    return rows


@dataclass(frozen=True, slots=True)
class _End:
    """Where a search ends: a multiple, None if none does, and the first period that crosses."""

    multiple: float | None
    period: int | None


Hit = Callable[[Flags], Flags]


def _crosses(crossed: Flags) -> Flags:
    """Say of each point (point, period) whether a line is crossed in any period."""
    return np.asarray(crossed.any(axis=1), dtype=np.bool_)


def _is_clear(crossed: Flags) -> Flags:
    """Say of each point (point, period) whether a line is crossed in no period."""
    return ~_crosses(crossed)


def _ends(
    kinds: Sequence[StressKind],
    lines: Sequence[Line],
    play: Play,
    far: Mapping[str, float],
    hit: Hit,
) -> dict[tuple[str, int], _End]:
    """Return by stress and line the first multiple between 0 and `far` that hits.

    On the grid, and then within its cell.
    """
    coarse = [Stretch(kind, np.linspace(0.0, far[kind.name], GRID)) for kind in kinds]
    found = _crossings(coarse, lines, play, hit)
    fine = {
        (stretch.kind.name, at): stretch.within(at)
        for stretch, row in zip(coarse, found, strict=True)
        for at, _ in row
        if at > 0
    }
    closer = dict(zip(fine, _crossings(list(fine.values()), lines, play, hit), strict=True))
    ends: dict[tuple[str, int], _End] = {}
    for stretch, row in zip(coarse, found, strict=True):
        name = stretch.kind.name
        for place, (at, period) in enumerate(row):
            step, when = closer[name, at][place] if at > 0 else (0, period)
            points = fine[name, at].points if at > 0 else stretch.points
            known = float(points[step]) if at >= 0 else None
            ends[name, place] = _End(known, when if when >= 0 else None)
    return ends


def _crossings(
    stretches: Sequence[Stretch], lines: Sequence[Line], play: Play, hit: Hit
) -> list[list[tuple[int, int]]]:
    """Return by stretch and line the first point that hits and its first period that crosses.

    -1 for none.
    """
    if not stretches:
        return []
    points = [(stretch.kind, float(point)) for stretch in stretches for point in stretch.points]
    sample = play(points)
    flags = [line.crossed(sample).reshape(len(stretches), GRID, -1) for line in lines]
    return [[_first(flag[row], hit) for flag in flags] for row in range(len(stretches))]


def _first(crossed: Flags, hit: Hit) -> tuple[int, int]:
    """Return the first point (point, period) that hits, and its first period that crosses."""
    points = hit(crossed)
    if not points.any():
        return -1, -1
    point = int(points.argmax())
    periods = crossed[point]
    return point, int(periods.argmax()) if periods.any() else -1


def _money(outlook: Outlook, scenarios: Scenarios, cash: Line, play: Play) -> list[Row]:
    """Return the least help at once, and the least more of balance a year, that keep cash.

    Help at once bears no interest, so the largest shortfall is always enough.
    """
    held = stressed(outlook, scenarios, [(NO_STRESS, 0.0)]).cash[0]
    short = np.maximum(-held, 0.0)
    if not short.any():
        return []
    years: Floats = np.arange(1, held.size + 1, dtype=np.float64) / QUARTERS_PER_YEAR

    def most(yuan: Floats) -> float:
        # A hair more, so that rounding does not leave the far end below zero.
        return float(yuan.max()) * (1.0 + 1e-6)

    kinds = (
        StressKind(RELIEF, ("given",), most(short), "yuan of help in the first quarter"),
        StressKind(BALANCE, ("earned",), most(short / years), "yuan a year of balance"),
    )
    ends = _ends(kinds, [cash], play, {kind.name: kind.largest for kind in kinds}, _is_clear)
    when = cash.periods[int((short > 0.0).argmax())]
    return [
        (kind.name, CASH, BELOW_ZERO, ends[kind.name, 0].multiple, kind.largest, kind.unit, when)
        for kind in kinds
    ]


def _debt_gone(
    outlook: Outlook,
    scenarios: Scenarios,
    measures: Sequence[Measure],
    years: tuple[str, ...],
) -> list[Row]:
    """Return how much less debt, throughout, keeps each level that the centre breaks.

    The largest of numerator - bound x denominator, over the weight of debt in the numerator;
    interest that would be saved is not counted. A rule that measures no debt has no row.
    """
    flows = stressed(outlook, scenarios, [(NO_STRESS, 0.0)])
    known_of = by_year(flows, outlook.horizon.quarters).known
    rows: list[Row] = []
    for measure in measures:
        known = known_of(measure.entity_id)
        for level, limit in measure.limits.items():
            excess = measure.debt_over(level, known)
            if excess is None or not (excess[0] > 0.0).any():
                continue
            when = years[int((excess[0] > 0.0).argmax())]
            head = (DEBT_GONE, measure.name, level)
            most = sum(float(known[name].max()) for name, _ in limit.numerator if name in known)
            unit = "yuan less of the rule's debt throughout"
            rows.append((*head, float(excess[0].max()), most, unit, when))
    return rows
