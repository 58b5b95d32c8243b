"""How is chance told? Frames of fan, probabilities and what is at risk, from drawn scenarios.

Quantiles are linear between order statistics; probabilities are shares of equally likely draws,
with the standard error that so many draws leave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.risk.assessment import (
    AT_RISK,
    FAN,
    PROBABILITIES,
    RANKS,
    STRESS_ROWS,
)
from ironpot.risk.measures import Measure
from ironpot.risk.simulate import Sample
from ironpot.risk.stress import StressKind

Floats = npt.NDArray[np.float64]

YUAN = "yuan"
CASH, DEBT, NET_CASH_FLOW = "cash", "debt", "net_cash_flow"
BELOW_ZERO, WORSE = "below_zero", "worse_than"


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing: its name, unit, periods, and how to take it out of a sample."""

    name: str
    unit: str
    periods: tuple[str, ...]

    def of(self, sample: Sample) -> Floats:
        """Return its values, (scenario, period)."""
        plain = {CASH: sample.cash, DEBT: sample.debt, NET_CASH_FLOW: sample.net_cash_flow}
        return plain[self.name] if self.name in plain else sample.ratios[self.name]


def series_of(
    measures: Sequence[Measure], quarters: tuple[str, ...], years: tuple[str, ...]
) -> tuple[Series, ...]:
    """Return cash by quarter, debt, net cash flow and every measure by year."""
    money = (Series(CASH, YUAN, quarters), Series(DEBT, YUAN, years))
    yearly = (Series(NET_CASH_FLOW, YUAN, years),)
    return (*money, *yearly, *(Series(one.name, one.unit, years) for one in measures))


def fan_frame(phase: str, series: Sequence[Series], sample: Sample, centre: Sample) -> pl.DataFrame:
    """Return rows of assessment.FAN; `centre` has the one scenario drawn around."""
    rows = [
        (phase, one.name, one.unit, period, middle, mean, *ranks)
        for one in series
        for period, middle, mean, *ranks in _columns(one, sample, centre)
    ]
    return pl.DataFrame(rows, schema=FAN, orient="row", strict=False)


def _columns(one: Series, sample: Sample, centre: Sample) -> Iterator[tuple[object, ...]]:
    values = one.of(sample)
    ranks = np.quantile(values, RANKS, axis=0)
    columns = [one.of(centre)[0], values.mean(axis=0), *ranks]
    yield from zip(one.periods, *(known(column) for column in columns), strict=True)


def known(values: Floats) -> list[float | None]:
    """Return values with None where they are not numbers."""
    return [None if np.isnan(value) else float(value) for value in values]


def probability_frame(
    phase: str, measures: Sequence[Measure], series: Sequence[Series], sample: Sample
) -> pl.DataFrame:
    """Return rows of assessment.PROBABILITIES."""
    by_name = {one.name: one for one in series}
    events = [(CASH, BELOW_ZERO, "", sample.cash < 0.0)]
    events += [
        (measure.name, WORSE, level, measure.beyond(level, sample.ratios[measure.name]))
        for measure in measures
        for level in measure.limits
    ]
    rows: list[tuple[object, ...]] = []
    for name, event, level, flags in events:
        shares = flags.mean(axis=0)
        errors = np.sqrt(shares * (1.0 - shares) / len(flags))
        by_then = np.logical_or.accumulate(flags, axis=1).mean(axis=0)
        figures = (column.tolist() for column in (shares, errors, by_then))
        cells = zip(by_name[name].periods, *figures, strict=True)
        rows += [(phase, event, name, level, *cell) for cell in cells]
    return pl.DataFrame(rows, schema=PROBABILITIES, orient="row")


def at_risk_frame(
    phase: str, series: Sequence[Series], sample: Sample, centre: Sample, tail: float
) -> pl.DataFrame:
    """Return rows of assessment.AT_RISK: how far the tail lies beyond the centre, to the bad side.

    Bad is high for debt and ratios of debt, low for cash and net cash flow.
    """
    rows: list[tuple[object, ...]] = []
    for one in series:
        low = one.name in (CASH, NET_CASH_FLOW)
        ends = np.quantile(one.of(sample), tail if low else 1.0 - tail, axis=0)
        middle = one.of(centre)[0]
        risk = middle - ends if low else ends - middle
        columns = (known(column) for column in (middle, ends, risk))
        rows += [
            (phase, one.name, one.unit, *row) for row in zip(one.periods, *columns, strict=True)
        ]
    return pl.DataFrame(rows, schema=AT_RISK, orient="row")


def stress_frame(
    phase: str, series: Sequence[Series], kinds: Sequence[StressKind], sample: Sample
) -> pl.DataFrame:
    """Return rows of assessment.STRESS_ROWS; the sample's first row is the centre, then `kinds`."""
    rows: list[tuple[object, ...]] = []
    for one in series:
        values = one.of(sample)
        for row, kind in enumerate(kinds, start=1):
            columns = (values[0], values[row], values[row] - values[0])
            cells = zip(one.periods, *(known(column) for column in columns), strict=True)
            rows += [(phase, kind.name, one.name, one.unit, *cell) for cell in cells]
    return pl.DataFrame(rows, schema=STRESS_ROWS, orient="row")
