"""How wide is the fan of debt around a baseline? Paths under joint shocks, and their quantiles.

Ratios and balances share a unit (shares or per cent), rates and growth are decimals a period; rows
of results are scenarios, columns periods with the opening first.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.risk.assessment import RANKS
from ironpot.risk.dsa import checked_series
from ironpot.risk.shocks import ShockModel, draw_block, for_blocks

Floats = npt.NDArray[np.float64]

SERIES = ("rate", "growth", "primary_balance", "stock_flow")
# What a shock of this name moves; every shock holds in its own period only, except long rates.
MOVES = ("growth", "primary_balance", "short_rate", "long_rate", "exchange_rate", "stock_flow")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The path that shocks are drawn around; arrays (period,), t = 1..T.

    Lists are taken too, and one figure for all periods where another series says how many there
    are. Raises IronpotError on unknown figures and series of different lengths.

    `short_share` of debt is renewed within a period. The rest is renewed evenly over `maturity`
    periods, so that long-rate shocks reach the effective rate as debt refinances. `foreign_share`
    of debt is owed in a currency that costs `exchange_rate` units of the home one.
    """

    opening: float
    rate: Floats
    growth: Floats
    primary_balance: Floats
    stock_flow: Floats
    short_share: float = 1.0
    maturity: float = 1.0
    foreign_share: float = 0.0
    exchange_rate: float = 1.0

    def __post_init__(self) -> None:
        """Bring the series to one length, or say which one does not fit."""
        given = {name: getattr(self, name) for name in SERIES}
        series = checked_series(**given)
        count = max(part.size for part in series.values())
        for name, part in series.items():
            whole = np.array(np.broadcast_to(part, (count,)))
            object.__setattr__(self, name, whole)

    @property
    def periods(self) -> int:
        """Number of periods T."""
        return self.rate.size


def simulate_debt(
    baseline: Baseline, model: ShockModel, *, draws: int, seed: int, workers: int = 1
) -> Floats:
    """Return debt ratios (scenario, period + 1) under shocks of `model`, drivers named in MOVES.

    growth and balance shocks add to their period; the rate of period t moves by
    s e_short,t + (1 - s) min(M, t) / M x (e_long,1 + .. + e_long,t) with s the short share and M
    the maturity; the exchange rate is its baseline plus the shock of the period. Raises
    IronpotError on a driver that moves nothing here.
    Source: European Commission, Debt Sustainability Monitor 2023, annex on stochastic projections.

    >>> flat = np.zeros(3)
    >>> still = Baseline(100.0, flat, flat, flat, flat)
    >>> model = ShockModel(("growth",), "normal", np.array([[0.01**2]]))
    >>> paths = simulate_debt(still, model, draws=20_000, seed=1)
    >>> paths.shape, round(float(paths[:, 1].std()), 2)
    ((20000, 4), 0.99)
    """
    unknown = set(model.drivers) - set(MOVES)
    if unknown:
        raise _refusal(sorted(unknown))
    ratio = np.empty((baseline.periods + 1, draws))

    def fill(block: int, rows: slice) -> None:
        count = rows.stop - rows.start
        shocks = draw_block(model, block, baseline.periods, seed=seed, rows=count)
        by_name = {name: shocks[:, :, place].T for place, name in enumerate(model.drivers)}
        ratio[:, rows] = shocked_paths(baseline, by_name)

    for_blocks(draws, fill, workers=workers)
    return ratio.T


def shocked_paths(baseline: Baseline, shocks: dict[str, Floats]) -> Floats:
    """Return ratios (period + 1, scenario) under shocks by name, (period, scenario) each."""
    columns = {"rate": baseline.rate, "growth": baseline.growth}
    rate, growth = (columns[name][:, None] for name in ("rate", "growth"))
    moved = (baseline.stock_flow - baseline.primary_balance)[:, None]
    effective = rate_shocks(baseline, shocks)
    factor = (1.0 + (rate if effective is None else rate + effective)) / (
        1.0 + (growth + shocks["growth"] if "growth" in shocks else growth)
    )
    if "exchange_rate" in shocks and baseline.foreign_share:
        factor = factor * _valuation(baseline, shocks["exchange_rate"])
    for name, sign in (("stock_flow", 1.0), ("primary_balance", -1.0)):
        moved = moved + sign * shocks[name] if name in shocks else moved
    return _recursion(baseline, factor, moved)


def _recursion(baseline: Baseline, factor: Floats, moved: Floats) -> Floats:
    scenarios = max(factor.shape[1], moved.shape[1])
    ratio = np.empty((baseline.periods + 1, scenarios))
    ratio[0] = baseline.opening
    for period in range(baseline.periods):
        np.multiply(ratio[period], factor[period], out=ratio[period + 1])
        ratio[period + 1] += moved[period]
    return ratio


def rate_shocks(baseline: Baseline, shocks: dict[str, Floats]) -> Floats | None:
    """Return what shocks to market rates do to the effective rate, (period, scenario)."""
    share, moved = baseline.short_share, None
    if "short_rate" in shocks:
        moved = share * shocks["short_rate"]
    if "long_rate" in shocks:
        count = np.arange(1, baseline.periods + 1)
        renewed = (1.0 - share) * np.minimum(count, baseline.maturity) / baseline.maturity
        long = renewed[:, None] * np.cumsum(shocks["long_rate"], axis=0)
        moved = long if moved is None else moved + long
    return moved


def _valuation(baseline: Baseline, shock: Floats) -> Floats:
    level = baseline.exchange_rate + shock
    before = np.concatenate([np.full((1, shock.shape[1]), baseline.exchange_rate), level[:-1]])
    return 1.0 + baseline.foreign_share * (level / before - 1.0)


def quantiles(paths: Floats, ranks: Sequence[float] = RANKS, *, workers: int = 1) -> Floats:
    """Return quantiles (rank, period) of paths (scenario, period).

    Linear between order statistics, position rank x (n - 1): method 7 of Hyndman and Fan (1996).

    >>> quantiles(np.arange(5.0)[:, None], (0.25, 0.9)).tolist()
    [[1.0], [3.6]]
    """

    def of_period(period: int) -> Floats:
        return np.quantile(paths[:, period], ranks)

    periods = range(paths.shape[1])
    if workers == 1:
        return np.stack([of_period(period) for period in periods], axis=1)
    with ThreadPoolExecutor(workers) as pool:
        return np.stack(list(pool.map(of_period, periods)), axis=1)


def _refusal(drivers: Sequence[str]) -> IronpotError:
    listed, known = ", ".join(drivers), ", ".join(MOVES)
    return IronpotError(
        Text(
            f"Shocks of {listed} move nothing in a debt path; rename them to one of {known}.",
            f"冲击 {listed} 在债务路径中没有作用;请改为 {known} 之一。",
        )
    )
