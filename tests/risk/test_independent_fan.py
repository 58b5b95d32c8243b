"""The fan against a simulation that shares nothing with it: plain NumPy, a stream of its own.

Debt's equation, the drawing of shocks and the quantiles are written anew from their definitions,
one scenario's year after the other over all scenarios. Quantiles agree within six standard errors
of Monte Carlo; a wrong law, by a tenth of its spread, does not.
"""

import numpy as np
import pytest

from ironpot.risk.paths import Baseline, quantiles, simulate_debt
from ironpot.risk.shocks import ShockModel

DRAWS, YEARS = 120_000, 8
RANKS = (0.05, 0.25, 0.5, 0.75, 0.95)
NAMES = ("long_rate", "growth", "primary_balance")
SPREAD = np.array([0.006, 0.02, 1.5])
TOGETHER = np.array([[1.0, -0.3, 0.1], [-0.3, 1.0, 0.5], [0.1, 0.5, 1.0]])
COVARIANCE = TOGETHER * np.outer(SPREAD, SPREAD)
LAGS = np.array([[0.5, 0.0, 0.0], [0.1, 0.4, 0.0], [0.0, 10.0, 0.3]])
BASE = Baseline(
    90.0,
    np.linspace(0.03, 0.04, YEARS),
    np.linspace(0.045, 0.035, YEARS),
    np.linspace(-2.0, 0.5, YEARS),
    np.full(YEARS, 0.1),
    short_share=0.2,
    maturity=5.0,
)


def history():
    """Forty observed shocks of two units, skewed, so that a bootstrap is not a normal."""
    rng = np.random.default_rng(99)
    rows = (rng.gamma(2.0, 1.0, (40, 3)) - 2.0) / np.sqrt(2.0)
    rows = rows @ np.linalg.cholesky(TOGETHER).T * SPREAD
    return rows - rows.mean(axis=0)


# A block of two may begin anywhere but in the last row of either unit.
STARTS = np.array([row for row in range(40) if row not in (19, 39)], dtype=np.int64)
MODELS = {
    "normal": ShockModel(NAMES, "normal", COVARIANCE),
    "student": ShockModel(NAMES, "student", COVARIANCE, degrees=5.0),
    "var": ShockModel(NAMES, "var", COVARIANCE, coefficients=LAGS),
    "residual": ShockModel(
        NAMES, "residual", np.cov(history().T), coefficients=LAGS, history=history()
    ),
    "block": ShockModel(
        NAMES, "block", np.cov(history().T), history=history(), starts=STARTS, block_length=2
    ),
}


def own_shocks(kind, rng, scale=1.0):
    """Draw shocks (year, scenario, driver) from the definition of each law."""
    values, vectors = np.linalg.eigh(COVARIANCE)
    root = vectors * np.sqrt(np.maximum(values, 0.0))  # a root, and not the lower one
    rows = history()
    if kind == "block":
        first = rng.choice(STARTS, (YEARS // 2, DRAWS))
        pairs = [rows[first[pair] + step] for pair in range(YEARS // 2) for step in (0, 1)]
        return scale * np.array(pairs)
    if kind == "residual":
        fresh = rows[rng.integers(0, 40, (YEARS, DRAWS))]
    else:
        fresh = rng.normal(size=(YEARS, DRAWS, 3)) @ root.T
    if kind == "student":
        # A t of variance 1: a normal over the root of an own chi-square mean, shared by drivers.
        mixing = rng.gamma(2.5, 2.0, (YEARS, DRAWS, 1)) / 5.0
        fresh = fresh / np.sqrt(mixing) * np.sqrt(3.0 / 5.0)
    if kind in ("var", "residual"):
        for year in range(1, YEARS):
            fresh[year] += fresh[year - 1] @ LAGS.T
    return scale * fresh


def own_paths(shocks):
    """Carry debt on by its equation, year by year, all scenarios side by side."""
    debt = np.full(DRAWS, BASE.opening)
    kept, longer = [debt], np.zeros(DRAWS)
    for year in range(YEARS):
        rate, growth, balance = shocks[year].T
        longer = longer + rate
        renewed = min(year + 1, BASE.maturity) / BASE.maturity
        cost = BASE.rate[year] + (1.0 - BASE.short_share) * renewed * longer
        deficit = BASE.stock_flow[year] - (BASE.primary_balance[year] + balance)
        debt = debt * (1.0 + cost) / (1.0 + BASE.growth[year] + growth) + deficit
        kept.append(debt)
    return np.array(kept).T


def own_quantiles(paths):
    """Return order statistics, and each one's standard error from its neighbours' distance."""
    ordered = np.sort(paths, axis=0)
    found, error = [], []
    for rank in RANKS:
        at = round(rank * (DRAWS - 1))
        around = round(3.0 * np.sqrt(DRAWS * rank * (1.0 - rank)))
        found.append(ordered[at])
        error.append((ordered[at + around] - ordered[at - around]) / 6.0)
    return np.array(found), np.array(error)


def apart(one, other, error, kind):
    """Return the largest distance of quantiles in standard errors of a difference.

    A history has few rows, so that its first two years are a few atoms: they are left out.
    """
    first = 3 if kind in ("residual", "block") else 1
    return (np.abs(one - other)[:, first:] / (np.sqrt(2.0) * error[:, first:])).max()


@pytest.mark.parametrize("kind", MODELS)
def test_quantiles_agree_with_an_independent_simulation(kind):
    fan = quantiles(simulate_debt(BASE, MODELS[kind], draws=DRAWS, seed=5), RANKS)
    wanted, error = own_quantiles(own_paths(own_shocks(kind, np.random.default_rng(2026))))
    assert apart(fan, wanted, error, kind) < 6.0
    # The measure is sharp: a spread one tenth too wide is far outside.
    wide, _ = own_quantiles(own_paths(own_shocks(kind, np.random.default_rng(2026), scale=1.1)))
    assert apart(wide, wanted, error, kind) > 12.0
