"""How far did drivers move in the past? The law of yearly shocks, with what it was fitted on.

Eight yearly points a unit carry no law of their own, so units are pooled: every unit's change of
every year is one observation of the same law. Changes are log growth of amounts and differences of
rates; shocks are changes less their pooled mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.risk.assessment import FIT
from ironpot.risk.moments import (
    best_degrees,
    carried,
    common_share,
    complete_rows,
    left_by_lags,
    pairwise_covariance,
    pooled_lags,
    winsorised,
    year_before,
)
from ironpot.risk.shocks import HISTORY_KINDS, ShockKind, ShockModel

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK_LENGTH = 2


@dataclass(frozen=True)
class ShockFit:
    """A fitted law of yearly shocks and its figures, by driver in the order of `drivers`.

    - `covariance` of shocks, pairwise complete, pushed to the nearest positive one
    - `coefficients`, `innovations`: pooled e_t = A e_{t-1} + u_t and the covariance of u
    - `degrees` of the Student-t that fits all standardised shocks best
    - `common_share`: part of each variance that units share in a year (analysis of variance)
    - `history`, `starts`: complete rows, for bootstraps; None where only figures are shipped
    - `basis`: `fitted`, `assumed`; a `rates` driver is added to, any other multiplied
    """

    drivers: tuple[str, ...]
    rates: frozenset[str]
    covariance: Floats
    coefficients: Floats
    innovations: Floats
    degrees: float
    common_share: Floats
    means: Floats
    observations: Integers
    units: Integers
    basis: tuple[str, ...]
    sources: tuple[str, ...]
    history: Floats | None = None
    starts: Integers | None = None

    def law(self, kind: ShockKind) -> ShockModel:
        """Return the law to draw from; IronpotError if `kind` needs a history that is not here."""
        lagged = kind in ("var", "residual")
        drawn = self.history
        if kind == "residual" and drawn is not None and self.starts is not None:
            drawn = left_by_lags(drawn, self.starts, self.coefficients)
        return ShockModel(
            self.drivers,
            kind,
            self.innovations if lagged else self.covariance,
            degrees=self.degrees,
            coefficients=self.coefficients if lagged else None,
            history=drawn if kind in HISTORY_KINDS else None,
            starts=self.starts,
            block_length=BLOCK_LENGTH,
        )

    def table(self) -> pl.DataFrame:
        """Return the fit as rows of assessment.FIT."""
        deviation = np.sqrt(np.diag(self.covariance))
        scale = np.where(deviation > 0.0, deviation, 1.0)
        correlation = self.covariance / np.outer(scale, scale)
        rows: list[tuple[str, str, str | None, float, int]] = []
        for place, name in enumerate(self.drivers):
            figures = {
                "mean": self.means[place],
                "standard_deviation": deviation[place],
                "common_share": self.common_share[place],
                "degrees_of_freedom": self.degrees,
            }
            rows += [(name, what, None, float(value), place) for what, value in figures.items()]
            for matrix, what in ((correlation, "correlation"), (self.coefficients, "lag")):
                rows += [
                    (name, what, other, float(matrix[place, at]), place)
                    for at, other in enumerate(self.drivers)
                    if (at < place if what == "correlation" else at == place or matrix[place, at])
                ]
        return pl.DataFrame([self._full(row) for row in rows], schema=FIT, orient="row")

    def _full(self, row: tuple[str, str, str | None, float, int]) -> tuple[object, ...]:
        place = row[-1]
        counts = (int(self.observations[place]), int(self.units[place]))
        return (*row[:-1], *counts, self.basis[place], self.sources[place])


def yearly_changes(
    levels: pl.DataFrame, drivers: Sequence[str], *, rates: Sequence[str] = ()
) -> pl.DataFrame:
    """Return (unit, year, drivers): changes between neighbouring years of a unit.

    `levels`: unit, year and a column by driver, empty where unknown. Amounts give log growth, null
    unless both years are positive; `rates` give differences. Nothing is carried over a gap.

    >>> levels = pl.DataFrame({"unit": ["a"] * 3, "year": [2020, 2021, 2023], "x": [1.0, 2.0, 4.0]})
    >>> yearly_changes(levels, ["x"])["x"].round(4).to_list()
    [None, 0.6931, None]
    """
    ordered = levels.sort("unit", "year")
    neighbour = (pl.col("year") - pl.col("year").shift(1).over("unit")) == 1
    return ordered.select(
        "unit",
        "year",
        *(
            pl.when(neighbour).then(_difference(name, is_rate=name in rates)).alias(name)
            for name in drivers
        ),
    )


def _difference(name: str, *, is_rate: bool) -> pl.Expr:
    if is_rate:
        return pl.col(name) - pl.col(name).shift(1).over("unit")
    positive = pl.when(pl.col(name) > 0.0).then(pl.col(name))
    return (positive / positive.shift(1).over("unit")).log()


def fit_shocks(
    changes: pl.DataFrame,
    drivers: Sequence[str],
    *,
    source: str,
    rates: Sequence[str] = (),
    tails: float = 0.0,
) -> ShockFit:
    """Fit the pooled law of `changes` (unit, year, drivers); nulls are left out pair by pair.

    `tails`: share of each end that is drawn in to its quantile (winsorised) before anything else.
    Where fewer than ten complete pairs of years a driver are at hand, lags are each driver's own.

    >>> rng = np.random.default_rng(2)
    >>> table = pl.DataFrame({"unit": ["a"] * 500, "year": range(500), "x": rng.normal(0, 2, 500)})
    >>> fit = fit_shocks(table, ["x"], source="made up")
    >>> round(float(np.sqrt(fit.covariance[0, 0])), 1), int(fit.observations[0])
    (2.0, 500)
    """
    ordered = changes.sort("unit", "year")
    raw = ordered.select(pl.col(name).cast(pl.Float64) for name in drivers).to_numpy()
    drawn_in = winsorised(raw, tails)
    means = np.nanmean(drawn_in, axis=0)
    shocks = drawn_in - means
    unit, year = (ordered[name].to_numpy() for name in ("unit", "year"))
    before = year_before(shocks, unit, year)
    coefficients = pooled_lags(shocks, before)
    history, starts = complete_rows(shocks, unit, year)
    known = ~np.isnan(shocks)
    return ShockFit(
        drivers=tuple(drivers),
        rates=frozenset(rates),
        covariance=pairwise_covariance(shocks),
        coefficients=coefficients,
        innovations=pairwise_covariance(shocks - carried(before, coefficients)),
        degrees=best_degrees(shocks),
        common_share=np.array([common_share(shocks[:, at], year) for at in range(len(drivers))]),
        means=means,
        observations=known.sum(axis=0).astype(np.int64),
        units=np.array([np.unique(unit[known[:, at]]).size for at in range(len(drivers))]),
        basis=("fitted",) * len(drivers),
        sources=(source,) * len(drivers),
        history=history,
        starts=starts,
    )


def side_by_side(first: ShockFit, second: ShockFit) -> ShockFit:
    """Return one law of two fits on different data: what they never saw together is uncorrelated.

    The Student-t takes the fatter tails of the two.
    """

    def corner(name: str) -> Floats:
        one, two = getattr(first, name), getattr(second, name)
        whole = np.zeros((len(one) + len(two),) * 2)
        whole[: len(one), : len(one)], whole[len(one) :, len(one) :] = one, two
        return whole

    def end(name: str) -> npt.NDArray[np.float64]:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    return replace(
        first,
        drivers=first.drivers + second.drivers,
        rates=first.rates | second.rates,
        degrees=min(first.degrees, second.degrees),
        basis=first.basis + second.basis,
        sources=first.sources + second.sources,
        history=None,
        starts=None,
        **{name: corner(name) for name in ("covariance", "coefficients", "innovations")},
        **{name: end(name) for name in ("common_share", "means", "observations", "units")},
    )


def chosen(fit: ShockFit, drivers: Sequence[str]) -> ShockFit:
    """Return the fit of some of its drivers, in the order given; KeyError if one is not in it."""
    places = [fit.drivers.index(name) for name in drivers if name in fit.drivers]
    if len(places) < len(drivers):
        raise KeyError(f"No fit for {sorted(set(drivers) - set(fit.drivers))}.")
    grid = np.ix_(places, places)
    return replace(
        fit,
        drivers=tuple(drivers),
        rates=fit.rates & set(drivers),
        basis=tuple(fit.basis[at] for at in places),
        sources=tuple(fit.sources[at] for at in places),
        history=None if fit.history is None else fit.history[:, places],
        **{
            name: getattr(fit, name)[grid] for name in ("covariance", "coefficients", "innovations")
        },
        **{
            name: getattr(fit, name)[places]
            for name in ("common_share", "means", "observations", "units")
        },
    )
