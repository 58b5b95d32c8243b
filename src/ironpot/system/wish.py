"""How is a wish for the joint plan carried out as a piece of work that is kept and can go on?

Wishes that need nothing of one another are pieces of the same round; those that start from another
one's plan come in the next. Yuan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.checkpoint import Arrays, Book, Chapter, digest_of
from ironpot.system.coordinate import Coordination, CoordinationOptions, coordinate_plans
from ironpot.system.fair import no_county_worse
from ironpot.system.fleet import Fleet
from ironpot.system.learned import plan_tolled
from ironpot.system.links import Floats
from ironpot.system.pieces import Keeping
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_fair import cannot_be_kept, heaps_within_limits
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions

# A wish is priced beside others: its gap is shown, and more rounds are for who plans by it alone.
_SHORT = WholeOptions(rounds=4, trials=5_000, blocks=3)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of the joint plan beyond least cost; nothing by default.

    `fair`: no county worse than in the learned crowd. `bank_weight`: what a yuan of arrears at the
    end costs lenders, on top of what it costs the county. `uniform`: one price for all that sell in
    a market and quarter, and a toll, instead of allotments. `whole_lots`: each heap is so many lots
    that sell whole, in one quarter each, 1 where heaps are single lots; 0 sells any part of a heap
    at any time. With `fair` a plan of whole lots keeps that too, if one is found.
    """

    fair: bool = False
    bank_weight: float = 0.0
    uniform: bool = False
    whole_lots: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative weight, and allotments and no allotments at once."""
        if not self.bank_weight >= 0.0 or not np.isfinite(self.bank_weight):
            raise IronpotError(_BAD_WEIGHT)
        if self.uniform and (self.fair or self.bank_weight > 0.0):
            raise IronpotError(_NOT_BOTH)
        if self.whole_lots and self.uniform:
            raise IronpotError(_NOT_WHOLE)

    @property
    def names(self) -> tuple[str, ...]:
        """What each wish is called, in the order in which they are shown; the last is all of them.

        >>> Wishes(fair=True, bank_weight=0.2).names
        ('banks', 'fair', 'fair_banks')
        """
        banks = self.bank_weight > 0.0
        asked = {
            "banks": banks,
            "fair": self.fair,
            "fair_banks": self.fair and banks,
            "whole": self.whole_lots > 0,
            "fair_whole": self.fair and self.whole_lots > 0,
            "uniform": self.uniform,
        }
        return tuple(name for name, wanted in asked.items() if wanted)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a wish ends in, at plain prices.

    `plan` holds allotments and fees, None where there are none; `pi` (county,) divides a county's
    fees by 1 + pi; `tolls` (market, quarter) and `tolls_paid` (county,) belong to one price. `cut`
    says that the user ended its search before its time.
    """

    regime: Regime
    plan: Coordination | None
    pi: Floats
    tolls: Floats | None = None
    tolls_paid: Floats | None = None
    cut: bool = False


@dataclass(frozen=True)
class Asked:
    """What all wishes start from: the problem, its joint plan and crowd, how long to search.

    `book` is None where a worker has no way to what is kept.
    """

    markets: SharedMarkets
    plan: Coordination
    crowd: Regime
    wishes: Wishes
    options: CoordinationOptions | None
    nash_rounds: int
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish by name; `counted` is the joint plan that it starts from.

    `key` is a name that no wish has that started from something else or asked for more.
    """

    name: str
    counted: Coordination
    key: str


def wish_of(asked: Asked, name: str, counted: Coordination) -> Wish:
    """Name a wish with what it starts from: an unfinished run may have stood elsewhere."""
    said = repr((asked.wishes, asked.options, asked.nash_rounds, counted.bound))
    arrays = (counted.sold, counted.fees, asked.crowd.sold, asked.crowd.costs)
    return Wish(name, counted, f"wish-{name}-{digest_of(said, *arrays)}")


def count_bank_losses(markets: SharedMarkets, weight: float) -> SharedMarkets:
    """Return the problem with `weight` more on each yuan of arrears at the end: lenders lose it.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> count_bank_losses(one, 0.2).late.tolist()
    [[0.7]]
    """
    late = markets.late.copy()
    late[:, -1] += weight
    return replace(markets, late=late)


def carry_out(asked: Asked, wish: Wish) -> Choice:
    """Carry out a wish, not that for whole lots, from where its search was stopped if kept."""
    markets, weight = asked.markets, asked.wishes.bank_weight
    priced = count_bank_losses(markets, weight) if weight > 0.0 else markets
    book = Chapter(asked.book, wish.key)
    match wish.name:
        case "banks":
            plan = coordinate_plans(priced, options=asked.options, book=book)
            choice = _chosen(wish.name, markets, plan)
        case "fair" | "fair_banks":
            problem = markets if wish.name == "fair" else priced
            fair = no_county_worse(problem, wish.counted, asked.crowd, own=markets, book=book)
            choice = replace(_chosen(wish.name, markets, fair.plan), pi=fair.pi)
        case _:
            tolled = plan_tolled(markets, rounds=asked.nash_rounds, book=book)
            none = np.zeros(len(markets.counties))
            choice = Choice(tolled.regime, None, none, tolled.tolls, tolled.paid)
    return replace(choice, cut=book.cut)


def carry_out_whole(
    asked: Asked,
    wish: Wish,
    *,
    watch: Callable[[Coordination], None] | None,
    fleet: Fleet | None,
    book: Book | None,
) -> Choice:
    """Carry out the wish for whole lots: its groups of counties are pieces of their own."""
    markets, weight = asked.markets, asked.wishes.bank_weight
    priced = count_bank_losses(markets, weight) if weight > 0.0 else markets
    chapter = Chapter(book, wish.key)
    plan = coordinate_whole_heaps(
        priced,
        asked.wishes.whole_lots,
        options=_SHORT,
        start=wish.counted,
        watch=watch,
        fleet=fleet,
        book=chapter,
    )
    return replace(_chosen(wish.name, markets, plan), cut=chapter.cut)


def carry_out_fair_whole(
    asked: Asked, whole: Choice, fair: Choice, start: Coordination, *, book: Book | None
) -> Choice | None:
    """Seek a plan of whole lots in which no county is worse off; None where none was found.

    `whole` is the plan of whole lots without that, `fair` the one of parts with it: no plan that
    keeps both costs less than the bound of either, so that at times there is none for certain.
    Ctrl-C ends the search with what it has found.
    """
    assert whole.plan is not None
    assert fair.plan is not None
    markets, weight, limits = asked.markets, asked.wishes.bank_weight, asked.crowd.costs
    bound = max(whole.plan.bound, fair.plan.bound)
    if weight <= 0.0 and cannot_be_kept(limits, bound):
        return None
    priced = count_bank_losses(markets, weight) if weight > 0.0 else markets
    search = heaps_within_limits(
        priced, asked.wishes.whole_lots, limits, whole.plan, start, own=markets
    )
    if search.cut and book is not None:
        book.stopped()
    if search.plan is None:
        return None
    plan = replace(search.plan, bound=bound)
    return replace(_chosen("fair_whole", markets, plan), cut=search.cut)


def _chosen(name: str, markets: SharedMarkets, plan: Coordination) -> Choice:
    regime = Regime(name, plan.sold, markets.costs(plan.sold))
    return Choice(regime, plan, np.zeros(len(markets.counties)))


def _written(choice: Choice) -> Arrays:
    """Return a choice as arrays; what it has none of is left out."""
    regime, plan = choice.regime, choice.plan
    found: dict[str, Any] = {"name": np.array(regime.name), "pi": choice.pi}
    found |= {f"regime_{name}": getattr(regime, name) for name in _REGIME}
    found |= {name: getattr(choice, name) for name in _TOLLS}
    if plan is not None:
        found |= {f"plan_{name}": getattr(plan, name) for name in _PLAN}
        facts = (plan.cost, plan.bound, plan.do_nothing, plan.sweeps, plan.reached)
        found["plan_facts"] = np.array(facts, dtype=np.float64)
    return {name: array for name, array in found.items() if array is not None}


def _read(kept: Arrays) -> Choice:
    sold, costs, regret, offered = (kept.get(f"regime_{name}") for name in _REGIME)
    assert sold is not None
    assert costs is not None
    regime = Regime(str(kept["name"]), sold, costs, regret, offered)
    return Choice(regime, _plan(kept), kept["pi"], kept.get("tolls"), kept.get("tolls_paid"))


def _plan(kept: Arrays) -> Coordination | None:
    if "plan_facts" not in kept:
        return None
    cost, bound, nothing, sweeps, reached = kept["plan_facts"].tolist()
    sold, costs, fees = (kept[f"plan_{name}"] for name in _PLAN)
    figures = (float(cost), float(bound), float(nothing), int(sweeps))
    return Coordination(sold, costs, fees, *figures, reached=bool(reached))


_REGIME, _PLAN = ("sold", "costs", "regret", "offered"), ("sold", "costs", "fees")
_TOLLS = ("tolls", "tolls_paid")
# A search that was stopped gives its best, but is not done with.
CHOICES = Keeping[Choice](_written, _read, lambda choice: not choice.cut)

_BAD_WEIGHT = Text(
    "The weight of banks' losses must be 0 or more: what a yuan of arrears at the end costs "
    "lenders. 0.2 is a common try, 0 leaves them out.",
    "银行损失权重须不小于0:期末每元欠款给债权人造成的损失。可先试0.2;0表示不计入。",
)
_NOT_BOTH = Text(
    "One price for all (--uniform) has no allotments, so that no county can be promised its cost "
    "in the crowd and no plan is made to be weighted: choose --uniform, or --fair and "
    "--bank-weight.",
    "统一价格(--uniform)没有配额,无法保证各县不劣于博弈结果,也没有可加权的方案:"
    "请在 --uniform 与 --fair、--bank-weight 之间选择。",
)
_NOT_WHOLE = Text(
    "Whole lots (--whole-lots) do not go with --uniform: one price for all allots nothing that a "
    "lot could be sold into. Choose one of them.",
    "整宗出售(--whole-lots)不能与 --uniform 同用:统一价格下没有可供整宗出售的配额。请选其一。",
)
