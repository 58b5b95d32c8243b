"""Can lots be sold whole so that no county pays more than in the crowd? Sought, or proven not.

The crowd sells parts of lots, so that no plan of whole lots within all limits need exist. Arrays
are (lot, slot) of whole lots, (market, slot) and (county,), yuan.
"""

from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from ironpot.system.coordinate import Coordination
from ironpot.system.fair import TOLERANCE
from ironpot.system.links import Floats
from ironpot.system.rights import lots_alone, only_rights
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_heaps import split_heaps
from ironpot.system.whole_plan import PlanSearch
from ironpot.system.whole_stand import Bound

# How far the weight of a county's cost rises in a round for being above its limit at all, and for
# each part of what selling should save it that it is above; and how it falls while it is below.
_RISE, _FALL = 0.2, 0.02
_SEED = 1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to look: `rounds` of `trials` orders, and so many `more` once all limits hold."""

    rounds: int = 40
    trials: int = 1_500
    more: int = 10


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest plan within all limits, None if there was none; `cut` if the user ended it."""

    plan: Coordination | None
    cut: bool


def cannot_be_kept(limits: Floats, bound: float) -> bool:
    """Say whether limits that add up to less than any plan costs are out of reach for certain.

    >>> cannot_be_kept(np.array([40.0, 50.0]), 91.0), cannot_be_kept(np.array([40.0, 50.0]), 89.0)
    (True, False)
    """
    return bool(bound > float(limits.sum()) * (1.0 + TOLERANCE))


def heaps_within_limits(
    markets: SharedMarkets,
    parts: int,
    limits: Floats,
    whole: Coordination,
    start: Coordination,
    *,
    own: SharedMarkets | None = None,
    patience: Patience | None = None,
) -> Found:
    """Return the cheapest plan found in which no county's costs pass its limit.

    Each heap is `parts` lots that sell whole; `whole` is the plan without limits, whose fees are
    planned at, `start` the joint plan of parts whose rights are used. `own` is the problem whose
    costs the limits speak of, if it is another. The bound is that of `whole`. Ctrl-C ends the
    search with what it has found.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([60.0]), np.array([1.0]),
    ...                     np.array([[30.0]]), np.array([[0.5]]))
    >>> from ironpot.system.coordinate import coordinate_plans
    >>> from ironpot.system.whole_heaps import coordinate_whole_heaps
    >>> given = coordinate_whole_heaps(one, 3), coordinate_plans(one)
    >>> heaps_within_limits(one, 3, np.array([10.0]), *given).plan.sold.tolist()
    [[40.0]]
    >>> heaps_within_limits(one, 3, np.array([7.0]), *given).plan is None
    True
    """
    own, sold = own or markets, start.sold
    lots, mine = lots_alone(markets, sold), lots_alone(own, sold)
    paid = own.costs(sold) - mine.costs(sold[markets.on_sale])
    allowed = TOLERANCE * np.maximum(own.doing_nothing(), np.abs(limits))
    search = _Within(split_heaps(lots, parts), split_heaps(mine, parts), limits - paid, allowed)
    search.seek(whole.fees if markets.rights is None else whole.fees[~markets.rights], patience)
    if search.best is None:
        return Found(None, cut=search.cut)
    found = only_rights(markets, sold)
    found[markets.on_sale] = search.best.reshape(len(lots.lots), parts, -1).sum(axis=1)
    costs = markets.costs(found)
    plan = replace(whole, sold=found, costs=costs, cost=float(costs.sum()), reached=False)
    return Found(plan, cut=search.cut)


class _Within(PlanSearch):
    """A search in which a county's cost weighs the more, the longer it is above its limit."""

    def __init__(
        self,
        lots: SharedMarkets,
        own: SharedMarkets,
        limits: Floats,
        allowed: Floats,
    ) -> None:
        """Start from selling nothing, all counties of the same weight."""
        super().__init__(lots, _SEED, Event())
        self.own, self.limits, self.allowed = own, limits, allowed
        self.plain, self.weight = self.sellers, np.ones(len(limits))
        self.best: Floats | None = None
        self.cut = False
        gain = own.doing_nothing() - limits
        self.unit = np.maximum(np.maximum(gain, 1e-3 * np.abs(own.doing_nothing())), 1.0)

    def seek(self, fees: Floats, patience: "Patience | None") -> None:
        """Look for plans within all limits; `best` is the cheapest found."""
        patience, more = patience or Patience(), 0
        bound = Bound(fees, np.zeros(len(self.limits)), -np.inf)
        try:
            for _ in range(patience.rounds):
                self.advance(bound, patience.trials)
                self._keep_if_within()
                more += self.best is not None
                if more > patience.more:
                    break
                self._weigh()
        except KeyboardInterrupt:
            self.cut = True

    def _above(self) -> Floats:
        """Return what each county pays above its limit, nil within rounding."""
        over = self.own.costs(self.sold) - self.limits
        return np.where(over > self.allowed, over, 0.0)

    def _keep_if_within(self) -> None:
        if self._above().any():
            return
        costs = [self.markets.costs(p).sum() for p in (self.best, self.sold) if p is not None]
        if self.best is None or costs[1] < costs[0]:
            self.best = self.sold.copy()

    def _weigh(self) -> None:
        above = self._above()
        rise = np.where(above > 0.0, _RISE + np.minimum(above / self.unit, 1.0), -_FALL)
        self.weight = np.maximum(self.weight + rise, 1.0)
        self.sellers = self.plain._replace(
            destroyed=self.plain.destroyed * self.weight[self.markets.owner][:, None],
            late=self.plain.late * self.weight[:, None],
        )

    def _cheaper(self, sold: Floats) -> Floats:
        costs = [float(self.weight @ self.markets.costs(plan)) for plan in (self.sold, sold)]
        return sold if costs[1] < costs[0] else self.sold

    def _regret(self, bound: Bound) -> Floats:
        """Let counties above their limits begin most trials, and others some."""
        del bound
        above = self._above()
        return above + 0.02 * above.mean() + 1e-3 * np.abs(self.limits).mean() + 1e-300
