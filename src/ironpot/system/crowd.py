"""What does selling together cost? The same counties alone, rolling, as a learned crowd, together.

Costs are value destroyed and the price of arrears, yuan over all quarters. Nash, the learned crowd,
is what happens if nobody speaks to anybody; it is what coordination is measured against.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from ironpot.system.checkpoint import Book
from ironpot.system.choices import Choice, Wishes, choose, worse_off
from ironpot.system.coordinate import Coordination, CoordinationOptions, coordinate_plans
from ironpot.system.fleet import Fleet
from ironpot.system.learned import ROUNDS as NASH_ROUNDS
from ironpot.system.learned import Lesson, plan_nash
from ironpot.system.links import Floats
from ironpot.system.polish import cheapest_known
from ironpot.system.regimes import Regime, plan_alone, plan_rolling
from ironpot.system.shared_markets import SharedMarkets

REGIMES = ("alone", "rolling", "nash", "coordinated")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Regimes of one problem: those of `REGIMES`, the last of them `plan`'s, then `choices`'."""

    markets: SharedMarkets
    plan: Coordination
    regimes: tuple[Regime, ...]
    choices: tuple[Choice, ...] = ()

    def regime(self, name: str) -> Regime:
        """Return a regime by name; StopIteration if there is none of that name."""
        return next(regime for regime in self.regimes if regime.name == name)

    @property
    def announced(self) -> Regime:
        """What counties are told to do: the last choice, plain coordination where none was made."""
        return self.choices[-1].regime if self.choices else self.regime("coordinated")

    @property
    def gains(self) -> Floats:
        """What the announced plan saves each county against the crowd; losses are negative."""
        return self.regime("nash").costs - self.announced.costs

    @property
    def losses(self) -> Floats:
        """What the announced plan costs each county more than the crowd, nil within rounding."""
        return worse_off(self.markets, self.announced.costs, self.regime("nash"))

    @property
    def saved(self) -> float:
        """What all counties together save against the learned crowd."""
        return float(self.gains.sum())


def compare_regimes(
    markets: SharedMarkets,
    *,
    options: CoordinationOptions | None = None,
    wishes: Wishes | None = None,
    nash_rounds: int = NASH_ROUNDS,
    watch: Callable[[Coordination | Lesson], None] | None = None,
    book: Book | None = None,
    fleet: Fleet | None = None,
) -> Crowd:
    """Run the four regimes on one problem, and what is wished of the joint plan beyond least cost.

    `watch` hears how the coordinated plan and the learning of the crowd get on. `fleet`'s workers
    answer the crowd and carry out wishes; the joint plan is sought here.

    No regime or wish ends cheaper than the joint plan: it would be that. Ctrl-C while that is
    sought keeps the best plan so far and goes on with the others. `book` keeps where all searches
    stand; the same run goes on from there.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> crowd = compare_regimes(one, nash_rounds=5)
    >>> [(regime.name, round(regime.cost, 6)) for regime in crowd.regimes]
    [('alone', 20.0), ('rolling', 20.0), ('nash', 20.0), ('coordinated', 20.0)]
    """
    # First, so that little else than searches, which keep their best, is left for Ctrl-C to meet.
    alone, rolling = plan_alone(markets), plan_rolling(markets)
    plan = coordinate_plans(markets, options=options, watch=watch, book=book)
    crowd = plan_nash(markets, rounds=nash_rounds, watch=watch, book=book, fleet=fleet)
    found = choose(
        *(markets, plan, crowd, wishes or Wishes()),
        options=options,
        nash_rounds=nash_rounds,
        watch=watch,
        book=book,
        fleet=fleet,
    )
    regimes = (alone, rolling, crowd, Regime("coordinated", plan.sold, plan.costs))
    ended = Crowd(markets, plan, regimes + tuple(choice.regime for choice in found), found)
    return with_cheapest(ended, [regime.sold for regime in ended.regimes], options=options)


def with_cheapest(
    crowd: Crowd, others: Iterable[Floats], *, options: CoordinationOptions | None = None
) -> Crowd:
    """Return the regimes with the cheapest joint plan known: theirs, or one of `others`."""
    plan = cheapest_known(crowd.markets, crowd.plan, others, options=options)
    together = Regime("coordinated", plan.sold, plan.costs)
    regimes = tuple(
        together if regime.name == together.name else regime for regime in crowd.regimes
    )
    return replace(crowd, plan=plan, regimes=regimes)


def compensation(gains: Floats) -> Floats:
    """Return what each county receives (+) or pays (-) so that nobody is worse off than before.

    Losers are made whole; winners pay in proportion to their gains. Where all gains together do not
    cover the losses, losers receive the same share of theirs. Sums to nil.

    >>> compensation(np.array([6.0, 2.0, -4.0])).tolist()
    [-3.0, -1.0, 4.0]
    """
    won, lost = np.maximum(gains, 0.0), np.maximum(-gains, 0.0)
    moved = min(won.sum(), lost.sum())
    paid = won * (moved / won.sum()) if moved > 0.0 else np.zeros_like(gains)
    received = lost * (moved / lost.sum()) if moved > 0.0 else np.zeros_like(gains)
    return received - paid
