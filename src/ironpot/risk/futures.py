"""Which futures is a plan made for? The case's three named ones, or many drawn around them.

A case gives each uncertain figure three times: base, adverse, favourable. A drawn future stands at
a level u of its own for each source of chance and quarter: 0 is the base, -1 the adverse path, +1
the favourable one, in between and beyond on straight lines. Levels are normal with the mean and
variance that the case's own weights give a variable of -1, 0, +1; they last (an autoregression from
quarter to quarter) and hang together (a factor common to all sources).

The fan chart has another law, fitted to published history (risk.case_shocks); docs/explanation/
risk.md says why a plan is not drawn from it, and a test where the two agree.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.rates import RatePaths
from ironpot.risk.drivers import Scenarios, as_rate_paths, rate_paths, three_scenarios
from ironpot.risk.shocks import ShockModel, draw_shocks

Floats = npt.NDArray[np.float64]

BASE, ADVERSE, FAVOURABLE = (SCENARIOS.index(n) for n in ("base", "adverse", "favourable"))
# Share of a level that a quarter hands on to the next.
LASTING = 0.9
# Share of a level's variance that all sources have in common.
COMMON = 0.6
# Quarters drawn and dropped, so that the first kept one is as uncertain as the last.
WARMING = 24
# Quarters for which levels are drawn at least: the longest ladder of payments.
PERIODS = 40
COMMON_SOURCE = "*"


@dataclass(frozen=True, slots=True)
class Futures:
    """Names and weights (scenario,) of the futures that a plan is made for.

    `levels` is (scenario, quarter, source), None for the three named ones; `sources` names them,
    the common factor first. What lasts throughout stands at its mean level over the first `learnt`
    quarters, over all of them if that is None. From `luck_seed` single lots draw whether they sell
    (`risk.luck`); where it is None, none does.
    """

    names: tuple[str, ...]
    weights: Floats
    sources: tuple[str, ...] = ()
    levels: Floats | None = None
    learnt: int | None = None
    luck_seed: int | None = None

    @property
    def count(self) -> int:
        """Number of futures."""
        return len(self.names)

    def level(self, source: str) -> Floats:
        """Return a source's levels, (scenario, quarter); the common ones if it has none."""
        assert self.levels is not None
        known = source if source in self.sources else COMMON_SOURCE
        return self.levels[:, :, self.sources.index(known)]

    def spread(self, three: Floats, source: str) -> Floats:
        """Turn (3, quarter, ..) values of the named futures into (scenario, quarter, ..) values.

        >>> futures = Futures(("a", "b"), np.full(2, 0.5), ("*",), np.array([[[0.5]], [[-2.0]]]))
        >>> futures.spread(np.array([[1.0], [0.8], [1.1]]), "price").round(2).tolist()
        [[1.05], [0.6]]
        """
        if self.levels is None:
            return three
        level = self.level(source)[:, : three.shape[1]]
        return _between(three, level.reshape(*level.shape, *(1,) * (three.ndim - 2)))

    def spread_lasting(self, three: Floats, source: str) -> Floats:
        """Do the same for values that hold throughout, (3, ..), at the level's mean over time."""
        if self.levels is None:
            return three
        level = self.level(source)[:, : self.learnt].mean(axis=1)
        return _between(three, level.reshape(level.size, *(1,) * (three.ndim - 1)))

    def best_first(self) -> npt.NDArray[np.int64]:
        """Return the futures in order of how well things go, best first."""
        if self.levels is None:
            return np.array([FAVOURABLE, BASE, ADVERSE], dtype=np.int64)
        level = self.level(COMMON_SOURCE)[:, : self.learnt].mean(axis=1)
        return np.argsort(-level, kind="stable")

    def may_part(self) -> npt.NDArray[np.bool_]:
        """Say whether the first k of `best_first` differ from the rest, k = 0..count.

        Futures that are alike in all that has been learnt cannot be told apart.
        """
        parted = np.ones(self.count + 1, dtype=bool)
        if self.levels is not None:
            level = self.level(COMMON_SOURCE)[:, : self.learnt].mean(axis=1)[self.best_first()]
            parted[1:-1] = np.diff(level) != 0.0
        return parted


def named_futures(case: Case) -> Futures:
    """Return the case's own three futures with their weights."""
    weights = np.array([case.settings.weights[name] for name in SCENARIOS])
    return Futures(SCENARIOS, weights)


def drawn_futures(case: Case, count: int, *, seed: int) -> Futures:
    """Draw futures around the case's three; future j does not depend on how many are drawn.

    >>> from ironpot.case.read import read_case
    >>> case = read_case("examples/two-pots").case
    >>> few, many = (drawn_futures(case, n, seed=1) for n in (2, 5))
    >>> bool((few.levels == many.levels[:2]).all())
    True
    """
    sources = (COMMON_SOURCE, *_sources(case))
    share = np.full((len(sources), len(sources)), COMMON)
    share[0, :] = share[:, 0] = np.sqrt(COMMON)
    np.fill_diagonal(share, 1.0)
    model = ShockModel(
        sources,
        "var",
        share * (1.0 - LASTING**2),
        coefficients=np.eye(len(sources)) * LASTING,
    )
    periods = max(PERIODS, case.horizon.count)
    drawn = draw_shocks(model, count, WARMING + periods, seed=seed)[:, WARMING:]
    weights = case.settings.weights
    mean = weights["favourable"] - weights["adverse"]
    variance = weights["favourable"] + weights["adverse"] - mean**2
    digits = len(str(count))
    names = tuple(f"s{number:0{digits}d}" for number in range(1, count + 1))
    levels = mean + np.sqrt(max(variance, 0.0)) * drawn
    return Futures(names, np.full(count, 1.0 / count), sources, levels, luck_seed=seed)


def driver_paths(case: Case, futures: Futures, *, quarters: int | None = None) -> Scenarios:
    """Return every driver's path in every future."""
    three = three_scenarios(case, quarters=quarters)
    if futures.levels is None:
        return three
    values = (
        np.stack([futures.spread(three.path(name), name) for name in three.drivers], axis=2)
        if three.drivers
        else np.empty((futures.count, len(three.quarters), 0))
    )
    return replace(
        three,
        names=futures.names,
        weights=futures.weights,
        # A far adverse level may point below nil, where neither an index nor a rate can be.
        values=np.maximum(values, 0.0),
    )


def future_rates(case: Case, futures: Futures) -> RatePaths:
    """Return reference rates and indices as the cash-flow engine reads them, in every future."""
    named = rate_paths(case)
    if futures.levels is None:
        return named
    paths = driver_paths(case, futures, quarters=futures.levels.shape[1])
    return as_rate_paths(paths, paths.drivers, named)


def _between(three: Floats, level: Floats) -> Floats:
    base = three[BASE][None]
    better, worse = three[FAVOURABLE][None] - base, three[ADVERSE][None] - base
    return base + np.maximum(level, 0.0) * better + np.maximum(-level, 0.0) * worse


def _sources(case: Case) -> list[str]:
    """Name the sources of chance: drivers, markets' listings, creditor classes."""
    drivers = sorted(case.drivers["driver"].unique())
    markets = sorted(case.markets["market_id"].unique())
    creditors = sorted(case.refinancing["creditor_class"].unique())
    return [
        *drivers,
        *(f"listing:{name}" for name in markets),
        *(f"roll:{name}" for name in creditors),
    ]
