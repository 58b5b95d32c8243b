"""How wide are the fans of thousands of entities that share the same weather?

What all entities share is drawn once and loaded by each; what is its own is drawn from generators
of its own, spawn_key (block, entity), so that neither workers nor other entities change it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.risk.assessment import RANKS
from ironpot.risk.paths import Baseline, shocked_paths
from ironpot.risk.shocks import BLOCK, ShockModel, draw_block, draw_shocks

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weather:
    """The law of what is shared and of what is an entity's own, drivers named as in risk.paths.

    An entity's shock is loading x shared + own; `loadings` (entity, driver). Without `own` nothing
    is an entity's own.
    """

    shared: ShockModel
    own: ShockModel | None
    loadings: Floats


def split_by_common_share(model: ShockModel, common_share: Floats, entities: int) -> Weather:
    """Return a law split into what entities share and what is their own, driver by driver.

    `common_share` (driver,) of each variance is shared, covariances with the roots of both shares;
    the sum of both parts has the variances of `model`.
    """
    shared, own = (np.sqrt(np.outer(part, part)) for part in (common_share, 1.0 - common_share))
    return Weather(
        ShockModel(model.drivers, "normal", model.covariance * shared),
        ShockModel(model.drivers, "normal", model.covariance * own),
        np.ones((entities, len(model.drivers))),
    )


def fans_of_many(
    baselines: Sequence[Baseline],
    weather: Weather,
    *,
    draws: int,
    seed: int,
    workers: int = 1,
    ranks: Sequence[float] = RANKS,
) -> Floats:
    """Return quantiles of every entity's debt ratio, (entity, rank, period + 1).

    All baselines have the same number of periods. One entity's paths are held at a time.

    >>> flat = np.zeros(2)
    >>> base = Baseline(50.0, flat, flat, flat, flat)
    >>> law = ShockModel(("primary_balance",), "normal", np.eye(1))
    >>> weather = split_by_common_share(law, np.array([1.0]), 2)
    >>> fans = fans_of_many([base, base], weather, draws=500, seed=1, ranks=(0.5,))
    >>> fans.shape, bool((fans[0] == fans[1]).all())
    ((2, 1, 3), True)
    """
    periods = baselines[0].periods
    common = draw_shocks(weather.shared, draws, periods, seed=seed, workers=workers)
    shared = np.ascontiguousarray(common.transpose(2, 1, 0))
    fans = np.empty((len(baselines), len(ranks), periods + 1))

    def fill(entity: int) -> None:
        paths = _paths(baselines[entity], weather, shared, entity, seed)
        fans[entity] = np.quantile(paths, ranks, axis=1)

    if workers == 1:
        for entity in range(len(baselines)):
            fill(entity)
        return fans
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill, range(len(baselines))))
    return fans


def _paths(baseline: Baseline, weather: Weather, shared: Floats, entity: int, seed: int) -> Floats:
    """Return an entity's ratios (period + 1, scenario); `shared` (driver, period, scenario)."""
    draws = shared.shape[2]
    ratio = np.empty((baseline.periods + 1, draws))
    for start in range(0, draws, BLOCK):
        rows = slice(start, min(start + BLOCK, draws))
        shocks = _shocks(weather, shared[:, :, rows], start // BLOCK, entity, seed)
        ratio[:, rows] = shocked_paths(baseline, shocks)
    return ratio


def _shocks(
    weather: Weather, shared: Floats, block: int, entity: int, seed: int
) -> dict[str, Floats]:
    """Return an entity's shocks of one block by driver, (period, scenario) each."""
    load, names = weather.loadings[entity], weather.shared.drivers
    _, periods, count = shared.shape
    if weather.own is None:
        return {name: load[place] * shared[place] for place, name in enumerate(names)}
    own = draw_block(weather.own, block, periods, seed=seed, entity=entity, rows=count)
    return {
        name: load[place] * shared[place] + own[:, :, place].T for place, name in enumerate(names)
    }
