"""What do other wishes for the joint plan cost? Nobody worse off, banks' losses counted, one price.

Every choice is priced at the same costs as plain coordination: value destroyed and the counties'
own price of arrears. Yuan.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from ironpot.system.checkpoint import Book
from ironpot.system.coordinate import Coordination, CoordinationOptions
from ironpot.system.fair import TOLERANCE
from ironpot.system.fleet import Fleet, OneProcess
from ironpot.system.learned import ROUNDS
from ironpot.system.links import Floats
from ironpot.system.pieces import Done, work_through
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.wish import CHOICES, Asked, Choice, Wishes, carry_out, carry_out_whole, wish_of

# Wishes that start from the plan of another.
_SECOND = ("fair_banks", "whole")


def choose(
    markets: SharedMarkets,
    plan: Coordination,
    crowd: Regime,
    wishes: Wishes,
    *,
    options: CoordinationOptions | None = None,
    nash_rounds: int = ROUNDS,
    watch: Callable[[Coordination], None] | None = None,
    book: Book | None = None,
    fleet: Fleet | None = None,
) -> tuple[Choice, ...]:
    """Carry out each wish alone, then those that go together; the last is what was asked for.

    No wish, no choice: the joint plan stands. Each is a piece for `fleet`, here if not given; what
    `book` kept is gone on with. Ctrl-C ends a search with its best; on a fleet it leaves out what
    is not finished. Whole lots are sought by groups of counties, the last of all, and `watch` hears
    how far they are.

    >>> from ironpot.system.coordinate import coordinate_plans
    >>> from ironpot.system.learned import plan_nash
    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> found = choose(two, coordinate_plans(two), plan_nash(two), Wishes(fair=True))
    >>> [(choice.regime.name, round(choice.regime.cost, 3)) for choice in found]
    [('fair', 60.0)]
    """
    hands = fleet or OneProcess()
    mine = book if hands.sees_files else None
    asked = Asked(markets, plan, crowd, wishes, options, nash_rounds, mine)
    first = [name for name in wishes.names if name not in _SECOND]
    found = _carried_out(hands, asked, dict.fromkeys(first, plan), book)
    start = _counted(asked, found)
    if start is not None and not found.stopped:
        second = [name for name in wishes.names if name == "fair_banks"]
        more = _carried_out(hands, asked, dict.fromkeys(second, start), book)
        found.results.update(more.results)
        if wishes.whole_lots:
            wish = wish_of(asked, "whole", start)
            whole = carry_out_whole(asked, wish, watch=watch, fleet=fleet, book=book)
            found.results["whole"] = whole
    return tuple(found.results[name] for name in wishes.names if name in found.results)


def _carried_out(
    fleet: Fleet, asked: Asked, starts: dict[str, Coordination], book: Book | None
) -> Done[Choice]:
    """Carry out wishes that need nothing of one another, each from its own joint plan."""
    asks = [wish_of(asked, name, start) for name, start in starts.items()]
    pieces = {wish.key: wish for wish in asks}
    done = work_through(fleet, carry_out, asked, pieces, book=book, keeping=CHOICES)
    return Done({pieces[key].name: choice for key, choice in done.results.items()}, done.stopped)


def _counted(asked: Asked, found: Done[Choice]) -> Coordination | None:
    """Return the plan that a second wish starts from, None if it was not finished."""
    if asked.wishes.bank_weight > 0.0:
        return found.results["banks"].plan if "banks" in found.results else None
    return asked.plan


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
