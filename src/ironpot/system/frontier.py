"""What does it cost all that the worst county is less badly off? The frontier between the two.

A county's burden is its cost over what it has to find. For bounds on the worst burden between the
least that any plan can leave and that of the cheapest plan, the cheapest plan that keeps the bound
is sought with `fair`'s columns. Yuan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.system.coordinate import Coordination
from ironpot.system.fair import Columns
from ironpot.system.links import Floats
from ironpot.system.regimes import Regime, offers_alone
from ironpot.system.shared_markets import SharedMarkets

POINTS = 5
# Programs of more counties than these take longer than a picture is worth.
MOST_COUNTIES = 400
_SWEEPS = 40
_HAIR = 1e-6
FRONTIER = pl.Schema(
    {
        "bound_on_worst": pl.Float64(),
        "cost": pl.Float64(),
        "worst": pl.Float64(),
        "bound": pl.Float64(),
    }
)


@dataclass(frozen=True)
class Frontier:
    """What joint plans can reach, `points` in the columns of `FRONTIER`, and the cheapest of them.

    `sold` (lot, slot) is that plan's; None where nothing was traced.
    """

    points: pl.DataFrame
    sold: Floats | None = None


def burdens(markets: SharedMarkets, costs: Floats) -> Floats:
    """Return cost over need, (county,); nil where nothing has to be found."""
    need = np.maximum(markets.due[:, -1], 0.0)
    return np.divide(costs, need, out=np.zeros_like(need), where=need > 0.0)


def trace_frontier(
    markets: SharedMarkets,
    plan: Coordination,
    regimes: Sequence[Regime],
    *,
    points: int = POINTS,
) -> Frontier:
    """Return bound_on_worst, cost, worst and bound of plans from the least worst burden on.

    `cost` is that of the plan found, `bound` what no plan within the bound on the worst costs less
    than. Empty with more than `MOST_COUNTIES`, and where no county has anything to find: nobody
    bears a burden then. `regimes` are plans to begin from. Raises SolverError.

    >>> from ironpot.system.coordinate import coordinate_plans
    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[1.5], [2.0]]))
    >>> traced = trace_frontier(two, coordinate_plans(two), (), points=3).points
    >>> traced["worst"].is_sorted(), traced["cost"].is_sorted(descending=True)
    (True, True)
    """
    need = np.maximum(markets.due[:, -1], 0.0)
    if len(markets.counties) > MOST_COUNTIES or not need.any():
        return Frontier(pl.DataFrame(schema=FRONTIER))
    most = float(burdens(markets, plan.costs).max(initial=0.0))
    answers = [plan.sold, *(regime.sold for regime in regimes)]
    least = min(_least(markets, plan, need, answers), most)
    found = [
        _point(markets, plan, need, answers, worst) for worst in np.linspace(least, most, points)
    ]
    rows = _cheapest_within([point for point, _ in found])
    _, cheapest = min(found, key=lambda pair: pair[0][1])
    return Frontier(pl.DataFrame(rows, schema=FRONTIER, orient="row"), cheapest)


Point = tuple[float, float, float, float]


def _cheapest_within(found: list[Point]) -> list[Point]:
    """Take the plan of a tighter bound where it is cheaper: it keeps the looser bound too."""
    best: list[Point] = []
    for point in found:
        before = best[-1] if best and best[-1][1] < point[1] else point
        best.append((point[0], before[1], before[2], point[3]))
    return best


def _limits(need: Floats, worst: float) -> Floats:
    """Return what each county may pay; who has nothing to find has no limit that binds."""
    return np.where(need > 0.0, worst * need * (1.0 + _HAIR), need.sum())


def _least(
    markets: SharedMarkets, plan: Coordination, need: Floats, answers: list[Floats]
) -> float:
    """Add answers that spare the worst county to `answers`; return how far that can go."""
    search = Columns(markets, markets, _limits(need, _alone(markets)), answers, plan)
    search.sweep(_SWEEPS)
    return search.least_worst(np.where(need > 0.0, need, need.sum()))


def _alone(markets: SharedMarkets) -> float:
    """Return the worst burden if each had the whole ladder to itself: no plan leaves less."""
    return float(burdens(markets, markets.costs(offers_alone(markets))).max(initial=0.0))


def _point(
    markets: SharedMarkets,
    plan: Coordination,
    need: Floats,
    answers: list[Floats],
    worst: float,
) -> tuple[Point, Floats]:
    """Return the cheapest plan found within a bound on the worst burden, and what it sells."""
    search = Columns(markets, markets, _limits(need, worst), answers, plan)
    search.sweep(_SWEEPS)
    best = search.mixed()
    search.answer(best.plan.fees, best.pi)
    search.answer(*search.between(best))
    best = search.mixed()
    reached = float(burdens(markets, best.plan.costs).max(initial=0.0))
    return (worst, best.plan.cost, reached, search.bound), best.plan.sold
