"""What do other wishes for the joint plan cost? Nobody worse off, banks' losses counted, one price.

Every choice is priced at the same costs as plain coordination: value destroyed and the counties'
own price of arrears. Yuan.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.checkpoint import Book, OnlyStops
from ironpot.system.coordinate import Coordination, CoordinationOptions, coordinate_plans
from ironpot.system.fair import TOLERANCE, no_county_worse
from ironpot.system.learned import ROUNDS, plan_tolled
from ironpot.system.links import Floats
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions

# A wish is priced beside others: its gap is shown, and more rounds are for who plans by it alone.
_SHORT = WholeOptions(rounds=4, trials=5_000)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of the joint plan beyond least cost; nothing by default.

    `fair`: no county worse than in the learned crowd. `bank_weight`: what a yuan of arrears at the
    end costs lenders, on top of what it costs the county. `uniform`: one price for all that sell in
    a market and quarter, and a toll, instead of allotments. `whole_lots`: each heap is so many lots
    that sell whole, in one quarter each; 0 sells any part of a heap at any time.
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
        if self.whole_lots and (self.uniform or self.fair):
            raise IronpotError(_NOT_WHOLE)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a wish ends in, at plain prices.

    `plan` holds allotments and fees, None where there are none; `pi` (county,) divides a county's
    fees by 1 + pi; `tolls` (market, quarter) and `tolls_paid` (county,) belong to one price.
    """

    regime: Regime
    plan: Coordination | None
    pi: Floats
    tolls: Floats | None = None
    tolls_paid: Floats | None = None


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


def choose(
    markets: SharedMarkets,
    plan: Coordination,
    crowd: Regime,
    wishes: Wishes,
    *,
    options: CoordinationOptions | None = None,
    nash_rounds: int = ROUNDS,
    book: Book | None = None,
) -> tuple[Choice, ...]:
    """Carry out each wish alone, then those that go together; the last is what was asked for.

    No wish, no choice: the joint plan stands. `book` hears of a stop; wishes are begun again.

    >>> from ironpot.system.learned import plan_nash
    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> found = choose(two, coordinate_plans(two), plan_nash(two), Wishes(fair=True))
    >>> [(choice.regime.name, round(choice.regime.cost, 3)) for choice in found]
    [('fair', 60.0)]
    """
    found: list[Choice] = []
    priced, counted = markets, plan
    if wishes.bank_weight > 0.0:
        priced = count_bank_losses(markets, wishes.bank_weight)
        counted = coordinate_plans(priced, options=options, book=OnlyStops(book))
        found.append(_chosen("banks", markets, counted))
    if wishes.fair:
        found.append(_fair("fair", markets, markets, plan, crowd))
    if wishes.fair and priced is not markets:
        found.append(_fair("fair_banks", priced, markets, counted, crowd))
    if wishes.whole_lots:
        whole = coordinate_whole_heaps(priced, wishes.whole_lots, options=_SHORT, start=counted)
        found.append(_chosen("whole", markets, whole))
    if wishes.uniform:
        tolled = plan_tolled(markets, rounds=nash_rounds, book=OnlyStops(book))
        none = np.zeros(len(markets.counties))
        found.append(Choice(tolled.regime, None, none, tolled.tolls, tolled.paid))
    return tuple(found)


def cheapest(plan: Coordination, choices: tuple[Choice, ...]) -> Coordination:
    """Return the joint plan, or a choice's where that search found a cheaper one within the gap."""
    allotted = [choice for choice in choices if choice.plan is not None]
    best = min(allotted, key=lambda choice: choice.regime.cost, default=None)
    if best is None or best.regime.cost >= plan.cost:
        return plan
    regime = best.regime
    return replace(plan, sold=regime.sold, costs=regime.costs, cost=regime.cost)


def _chosen(name: str, markets: SharedMarkets, plan: Coordination) -> Choice:
    regime = Regime(name, plan.sold, markets.costs(plan.sold))
    return Choice(regime, plan, np.zeros(len(markets.counties)))


def _fair(
    name: str, priced: SharedMarkets, own: SharedMarkets, plan: Coordination, crowd: Regime
) -> Choice:
    fair = no_county_worse(priced, plan, crowd, own=own)
    return replace(_chosen(name, own, fair.plan), pi=fair.pi)


def worse_off(markets: SharedMarkets, costs: Floats, crowd: Regime) -> Floats:
    """Return what each county pays beyond its cost in the crowd, nil within `TOLERANCE`."""
    over = costs - crowd.costs
    allowed = TOLERANCE * np.maximum(markets.doing_nothing(), np.abs(crowd.costs))
    return np.where(over > allowed, over, 0.0)


def choice_table(
    markets: SharedMarkets, plan: Coordination, crowd: Regime, choices: tuple[Choice, ...]
) -> pl.DataFrame:
    """Return one row a choice, plain coordination first: its price, what is kept, who loses.

    `price` is the cost above plain coordination, `price_of_stake` that over the stake, `gain_kept`
    the share of what plain coordination saves against the crowd that is still saved (empty where it
    saves nothing); `worse_off` counts counties that pay more than in the crowd, `worst_loss` is the
    most that one of them loses; `tolls` what all pay and get back. `bound` is what no plan that
    keeps the wish costs less than, `gap` how far the one found is from that, over its stake, both
    as its search counts costs (bank losses included where they count); empty without allotments.
    """
    plain = Choice(Regime("coordinated", plan.sold, plan.costs), plan, np.zeros(len(crowd.costs)))
    saved = crowd.cost - plan.cost
    rows: list[dict[str, object]] = []
    for choice in (plain, *choices):
        cost, lost = choice.regime.cost, worse_off(markets, choice.regime.costs, crowd)
        tolls = choice.tolls_paid
        rows.append(
            {
                "choice": choice.regime.name,
                "cost": cost,
                "price": cost - plan.cost,
                "price_of_stake": (cost - plan.cost) / plan.stake if plan.stake > 0.0 else None,
                "bound": choice.plan.bound if choice.plan else None,
                "gap": choice.plan.gap_of_stake if choice.plan else None,
                "gain_kept": (crowd.cost - cost) / saved if saved > 0.0 else None,
                "worse_off": int((lost > 0.0).sum()),
                "worst_loss": float(lost.max(initial=0.0)),
                "arrears_end": _arrears(markets, choice.regime.sold),
                "tolls": 0.0 if tolls is None else float(tolls.sum()),
            }
        )
    return pl.DataFrame(rows)


def _arrears(markets: SharedMarkets, sold: Floats) -> float:
    """Return all arrears at the end: what the last quarter's price of arrears is paid on."""
    only_end = np.zeros_like(markets.late)
    only_end[:, -1] = 1.0
    unpriced = replace(markets, keep=np.zeros_like(markets.keep), late=only_end)
    brought = (markets.by_lot(markets.price) * sold).sum()
    return float(unpriced.costs(sold).sum() + brought)


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
    "Whole lots (--whole-lots) cannot promise each county its cost in the crowd and need "
    "allotments: leave out --fair and --uniform, or sell parts of lots.",
    "整宗出售(--whole-lots)无法保证各县不劣于博弈结果,且需要配额:"
    "请去掉 --fair 和 --uniform,或允许拆分出售。",
)
