"""What do other wishes for the joint plan cost? Nobody worse off, banks' losses counted, one price.

Every choice is priced at the same costs as plain coordination: value destroyed and the counties'
own price of arrears. Yuan.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from ironpot.core.lang import Text
from ironpot.system.checkpoint import Book
from ironpot.system.coordinate import Coordination, CoordinationOptions
from ironpot.system.fair import TOLERANCE
from ironpot.system.fleet import Fleet, OneProcess
from ironpot.system.learned import ROUNDS
from ironpot.system.links import Floats
from ironpot.system.pieces import Done, work_through
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_fair import cannot_be_kept
from ironpot.system.wish import (
    CHOICES,
    Asked,
    Choice,
    Wishes,
    carry_out,
    carry_out_fair_whole,
    carry_out_whole,
    wish_of,
)

# Wishes that start from the plan of another.
_SECOND = ("fair_banks", "whole", "fair_whole")


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
            _fair_too(asked, found, start, book)
    return tuple(found.results[name] for name in wishes.names if name in found.results)


def _fair_too(asked: Asked, found: Done[Choice], start: Coordination, book: Book | None) -> None:
    """Add the plan of whole lots in which nobody is worse off, if asked for and one is found."""
    whole = found.results["whole"]
    fair = found.results.get("fair_banks" if asked.wishes.bank_weight > 0.0 else "fair")
    if not asked.wishes.fair or fair is None or whole.cut:
        return
    kept = carry_out_fair_whole(asked, whole, fair, start, book=book)
    if kept is not None:
        found.results["fair_whole"] = kept


def stopped_early(wishes: Wishes, choices: tuple[Choice, ...]) -> Text | None:
    """Say which wishes were stopped before they had anything to show: nothing keeps them."""
    there = {choice.regime.name: choice for choice in choices}
    missing = [name for name in wishes.names if name not in there]
    if "whole" in there and not there["whole"].cut and "fair_whole" in missing:
        missing.remove("fair_whole")  # sought, and not found
    if not missing:
        return None
    names = ", ".join(missing)
    return Text(
        f"Stopped before there was a plan for: {names}. What is allotted does not keep that.",
        f"下列要求在中止前尚无方案:{names};现有配额未满足这些要求。",
    )


def unkept(wishes: Wishes, crowd: Regime, choices: tuple[Choice, ...]) -> Text | None:
    """Say why no plan of whole lots was made in which nobody is worse off; None if it was not so.

    Nor is it said where the searches before it were stopped.
    """
    found = {choice.regime.name: choice for choice in choices}
    whole = found.get("whole")
    if not wishes.fair or whole is None or whole.cut or "fair_whole" in found:
        return None
    bound = max(c.plan.bound for c in choices if c.plan is not None and c.regime.name in _PARTS)
    proven = wishes.bank_weight <= 0.0 and cannot_be_kept(crowd.costs, bound)
    return _CANNOT if proven else _NOT_FOUND


_PARTS = ("fair", "whole")
_MEND = Text(
    "For nobody worse off, run --fair without --whole-lots and let each county sell whole lots "
    "within its allotment (ironpot plan CASE --allotment FILE); with whole lots, "
    "tables/counties.csv says who loses how much and what compensation makes it whole.",
    "如需无一受损:不加 --whole-lots 运行 --fair,再由各县在配额内整宗出售"
    "(ironpot plan 案例 --allotment 文件);如整宗出售,tables/counties.csv 列出各县损失及补偿额。",
)
_CANNOT = Text(
    "Announced is the plan of lots sold whole, without the promise of --fair. It is certain that "
    "no plan of whole lots keeps it: the crowd, which sells parts of lots, pays less in all than "
    f"any such plan. {_MEND.en}",
    "下达的是整宗出售方案,未满足 --fair。可以肯定没有整宗出售方案能使无一受损:"
    f"扎堆时按部分标的出售,总成本低于任何整宗出售方案。{_MEND.zh}",
)
_NOT_FOUND = Text(
    "Announced is the plan of lots sold whole, without the promise of --fair: no plan of whole "
    "lots was found in which nobody is worse off than in the crowd, which sells parts of lots. "
    f"That there is none is not proven. {_MEND.en}",
    "下达的是整宗出售方案,未满足 --fair:未找到整宗出售且无一受损(较按部分标的出售的扎堆)的方案,"
    f"但未证明不存在。{_MEND.zh}",
)


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
