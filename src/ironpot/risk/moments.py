"""Which moments do pooled changes have, where not every unit knows every driver in every year?

Arrays are (observation, driver), NaN where unknown; observations of a unit stand in order of years.
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# Degrees of freedom tried for a Student-t, and complete pairs of years a driver that lags need.
DEGREES = (*(2.5 + 0.1 * step for step in range(100)), *range(13, 61))
FULL_LAGS_PER_DRIVER = 10


def pairwise_covariance(shocks: Floats) -> Floats:
    """Return the covariance (driver, driver) over pairs of known values, as a possible one.

    Variances use all values of a driver, correlations all rows that know both; where these do not
    fit together, negative eigenvalues of the correlation are set to zero. Unknown correlations are
    zero.
    """
    known = ~np.isnan(shocks)
    size = shocks.shape[1]
    deviation = np.array([shocks[known[:, at], at].std(ddof=1) for at in range(size)], np.float64)
    correlation = np.eye(size)
    for one in range(size):
        for two in range(one):
            both = shocks[known[:, one] & known[:, two]][:, [one, two]]
            if len(both) > 2 and (both.std(axis=0) > 0.0).all():
                correlation[one, two] = correlation[two, one] = _correlation(both)
    return _possible(correlation) * np.outer(deviation, deviation)


def _correlation(both: Floats) -> float:
    left, right = (both - both.mean(axis=0)).T
    return float((left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum()))


def _possible(correlation: Floats) -> Floats:
    values, vectors = np.linalg.eigh(correlation)
    if values.min() >= 0.0:
        return correlation
    raised = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    return np.asarray(raised / np.outer(scale, scale), dtype=np.float64)


def winsorised(values: Floats, tails: float) -> Floats:
    """Return values with each column's ends drawn in to the quantiles `tails` and 1 - `tails`."""
    if not tails:
        return values
    low, high = np.nanquantile(values, [tails, 1.0 - tails], axis=0)
    return np.clip(values, low, high)


def year_before(shocks: Floats, unit: npt.NDArray[np.generic], year: Integers) -> Floats:
    """Return each row's shocks of the year before in the same unit; NaN where there is none."""
    before = np.full_like(shocks, np.nan)
    follows = (unit[1:] == unit[:-1]) & (year[1:] == year[:-1] + 1)
    before[1:][follows] = shocks[:-1][follows]
    return before


def pooled_lags(shocks: Floats, before: Floats) -> Floats:
    """Return pooled coefficients (driver, driver): all lags if data carry them, else own lags."""
    size = shocks.shape[1]
    whole = ~np.isnan(np.hstack([shocks, before])).any(axis=1)
    if int(whole.sum()) >= FULL_LAGS_PER_DRIVER * size:
        slopes = np.linalg.lstsq(before[whole], shocks[whole], rcond=None)[0]
        return np.asarray(slopes, dtype=np.float64).T
    own = np.zeros((size, size))
    for at in range(size):
        both = ~np.isnan(shocks[:, at]) & ~np.isnan(before[:, at])
        square = float((before[both, at] ** 2).sum())
        own[at, at] = float((shocks[both, at] * before[both, at]).sum()) / square if square else 0.0
    return own


def carried(before: Floats, coefficients: Floats) -> Floats:
    """Return A e_{t-1}; where it is unknown, zero: the whole shock is then an innovation."""
    used = coefficients != 0.0
    lacking = (np.isnan(before) @ used.T.astype(float)) > 0.0
    return np.where(lacking, 0.0, np.nan_to_num(before) @ coefficients.T)


def best_degrees(shocks: Floats) -> float:
    """Return the degrees of freedom that fit all standardised shocks best (maximum likelihood)."""
    deviation = np.nanstd(shocks, axis=0)
    standard = (shocks / np.where(deviation > 0.0, deviation, 1.0))[~np.isnan(shocks)]
    likelihood = [_log_likelihood(standard, degrees) for degrees in DEGREES]
    return DEGREES[int(np.argmax(likelihood))]


def _log_likelihood(standard: Floats, degrees: float) -> float:
    """Return the log density of a Student-t of variance 1, summed over `standard`."""
    free = degrees - 2.0
    constant = math.lgamma((degrees + 1.0) / 2.0) - math.lgamma(degrees / 2.0)
    constant -= 0.5 * math.log(math.pi * free)
    tails = float(np.log1p(standard**2 / free).sum())
    return constant * standard.size - (degrees + 1.0) / 2.0 * tails


def common_share(shock: Floats, year: Integers) -> float:
    """Return the part of a variance that lies between years, 0..1 (one-way, unequal groups)."""
    known = ~np.isnan(shock)
    values, groups = shock[known], year[known]
    names, counts = np.unique(groups, return_counts=True)
    if len(names) < 2 or len(values) <= len(names):
        return 1.0
    means = np.array([values[groups == name].mean() for name in names])
    between = float((counts * (means - values.mean()) ** 2).sum()) / (len(names) - 1)
    spread = sum(
        float(((values[groups == name] - m) ** 2).sum())
        for name, m in zip(names, means, strict=True)
    )
    within = spread / (len(values) - len(names))
    size = (len(values) - float((counts**2).sum()) / len(values)) / (len(names) - 1)
    common = max(between - within, 0.0) / size
    return common / (common + within) if common + within > 0.0 else 0.0


def complete_rows(
    shocks: Floats, unit: npt.NDArray[np.generic], year: Integers
) -> tuple[Floats | None, Integers | None]:
    """Return rows that know every driver, centred, and where blocks of two years begin."""
    whole = ~np.isnan(shocks).any(axis=1)
    if not whole.any():
        return None, None
    rows, of, when = shocks[whole], unit[whole], year[whole]
    follows = (of[1:] == of[:-1]) & (when[1:] == when[:-1] + 1)
    return rows - rows.mean(axis=0), np.flatnonzero(follows).astype(np.int64)


def left_by_lags(history: Floats, starts: Integers, coefficients: Floats) -> Floats:
    """Return what the lags leave of the rows that have a year before them, centred."""
    if not starts.size:
        return history
    left = history[starts + 1] - history[starts] @ coefficients.T
    return left - left.mean(axis=0)
