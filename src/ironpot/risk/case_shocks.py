"""Which shocks move the drivers of this case? The shipped fit, and the case's own spread.

A driver that no history is shipped for moves by the spread of the case's three scenarios in the
first year, on its own; the fit says so. Drivers that move neither budget nor debts are left out.
The planner's futures have another law, made of the case's own columns (risk.futures).
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.risk.assessment import FIT, RiskOptions
from ironpot.risk.drivers import Scenarios
from ironpot.risk.fit import ShockFit, chosen, side_by_side
from ironpot.risk.fit_files import shipped_fit
from ironpot.risk.shocks import ShockModel

Floats = npt.NDArray[np.float64]

NEARLY_NORMAL = 60.0
SPREAD = "spread of the case's scenarios in the first year"
GIVEN = "law given with the options"


def shocks_of(
    case: Case, scenarios: Scenarios, rates: tuple[str, ...], options: RiskOptions
) -> tuple[ShockModel, pl.DataFrame]:
    """Return the law of yearly shocks of the case's drivers, and rows of assessment.FIT.

    Raises IronpotError if `options.shocks` needs a history: shipped fits have none, a law of one's
    own may.
    """
    if options.model is not None:
        return options.model, _table_of(options.model)
    moving = _moving(case, scenarios, rates)
    fit = shipped_fit()
    known = [name for name in moving if name in fit.drivers]
    others = [name for name in moving if name not in fit.drivers]
    parts = [chosen(fit, known)] if known else []
    parts += [_spread(scenarios, others, rates)] if others else []
    if not parts:
        return ShockModel((), "normal", np.zeros((0, 0))), pl.DataFrame(schema=FIT)
    whole = parts[0] if len(parts) == 1 else side_by_side(*parts)
    return whole.law(options.shocks), whole.table()


def _moving(case: Case, scenarios: Scenarios, rates: tuple[str, ...]) -> list[str]:
    used = set(case.budget["driver"].drop_nulls()) | set(rates)
    return [name for name in scenarios.drivers if name in used]


def _spread(scenarios: Scenarios, drivers: list[str], rates: tuple[str, ...]) -> ShockFit:
    """Return a law without correlations whose spreads are those of the named scenarios."""
    year_end = min(QUARTERS_PER_YEAR, len(scenarios.quarters)) - 1
    values = np.stack([scenarios.path(name)[:, year_end] for name in drivers], axis=1)
    amounts = [place for place, name in enumerate(drivers) if name not in rates]
    values[:, amounts] = np.log(np.maximum(values[:, amounts], np.finfo(float).tiny))
    centred = values - scenarios.weights @ values
    size = len(drivers)
    still, none = np.zeros((size, size)), np.zeros(size, np.int64)
    variance = np.diag(scenarios.weights @ centred**2)
    return ShockFit(
        drivers=tuple(drivers),
        rates=frozenset(drivers) & frozenset(rates),
        covariance=variance,
        coefficients=still,
        innovations=variance,
        degrees=NEARLY_NORMAL,
        common_share=np.ones(size),
        means=np.zeros(size),
        observations=none,
        units=none,
        basis=("assumed",) * size,
        sources=(SPREAD,) * size,
    )


def _table_of(model: ShockModel) -> pl.DataFrame:
    deviation = np.sqrt(np.diag(model.covariance))
    known = (None, None, "given", GIVEN)
    rows: list[tuple[object, ...]] = [
        (name, "standard_deviation", None, float(deviation[place]), *known)
        for place, name in enumerate(model.drivers)
    ]
    rows += [
        (name, "correlation", model.drivers[other], _correlation(model, place, other), *known)
        for place, name in enumerate(model.drivers)
        for other in range(place)
    ]
    return pl.DataFrame(rows, schema=FIT, orient="row")


def _correlation(model: ShockModel, one: int, two: int) -> float:
    scale = float(np.sqrt(model.covariance[one, one] * model.covariance[two, two]))
    return float(model.covariance[one, two]) / scale if scale else 0.0


def shocked(
    centre: Scenarios,
    row: int,
    model: ShockModel,
    shocks: Floats,
    *,
    rates: tuple[str, ...],
    first: int = 0,
) -> Scenarios:
    """Return one scenario's drivers under yearly shocks (scenario, year, driver of the model).

    A shock holds from the first quarter of its year on: an index is multiplied by the exponential
    of all shocks so far, a rate moved by their sum and kept from falling below zero. The centre is
    the median, not the mean. `first` is the number of the first scenario, for its name.
    """
    count = len(shocks)
    values = np.repeat(centre.values[row : row + 1], count, axis=0)
    so_far = np.repeat(np.cumsum(shocks, axis=1), QUARTERS_PER_YEAR, axis=1)
    for place, name in enumerate(model.drivers):
        at, moved = centre.drivers.index(name), so_far[:, : values.shape[1], place]
        if name in rates:
            values[:, :, at] = np.maximum(values[:, :, at] + moved, 0.0)
        else:
            values[:, :, at] *= np.exp(moved)
    names = tuple(f"draw-{first + number}" for number in range(count))
    return Scenarios(names, np.full(count, 1.0 / count), centre.drivers, centre.quarters, values)
