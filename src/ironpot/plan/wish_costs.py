"""What does each wish cost a plan for many futures? The plan searched around without it.

`cost` is what the best plan found without the wish saves: the wish costs at least that, but for
how far the plan itself could still fall. `at_most` is proven: no plan without the wish saves more.
Yuan.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from ironpot.plan.around import FIRST_S, Around, Change
from ironpot.plan.check_reasons import AROUND_S, around_plan
from ironpot.plan.inputs import MILLION
from ironpot.plan.plan import Plan
from ironpot.plan.program import Bounds
from ironpot.plan.wishes import WISH, Wish


@dataclass(frozen=True, slots=True)
class WishCost:
    """What a wish costs the plan, as found (nan: not searched), and at most (inf: not proven)."""

    cost: float
    at_most: float


def wish_costs_around(plan: Plan, *, seconds: float) -> dict[str, WishCost]:
    """Return what each wish costs the plan, by wish id, all of them within about `seconds`.

    Wishes that the time does not reach, or Ctrl-C cuts off, come back not searched.
    """
    wishes = plan.model.wishes
    costs = {wish.wish_id: WishCost(np.nan, np.inf) for wish in wishes}
    deadline = time.monotonic() + seconds
    if not wishes or seconds <= 0.0:
        return costs
    with suppress(KeyboardInterrupt), around_plan(plan, min(seconds, FIRST_S)) as around:
        for number, wish in enumerate(wishes):
            left = deadline - time.monotonic()
            if left <= 0.0:
                break
            each = min(left / (len(wishes) - number), AROUND_S)
            costs[wish.wish_id] = _searched(plan, around, wish, each)
    return costs


def _searched(plan: Plan, around: Around, wish: Wish, seconds: float) -> WishCost:
    """Search around the plan without one wish; the plan itself keeps all limits without it."""
    bounds = _without(plan, wish)
    others = tuple(other for other in plan.model.wishes if other is not wish)
    found = around.search(Change(bounds, others), seconds=seconds)
    cheaper = plan.cost if found is None else min(found.cost * MILLION, plan.cost)
    cost = plan.cost - cheaper
    return WishCost(cost, max(plan.cost - _proven(around, bounds), cost))


def _proven(around: Around, bounds: Bounds) -> float:
    """Return what no plan costs less than at other bounds; -inf where nothing is proven yet."""
    if not around.dual.any():
        return -np.inf
    return around.proven(bounds, np.zeros(0, dtype=np.int64)) * MILLION


def _without(plan: Plan, wish: Wish) -> Bounds:
    """Return the program's bounds without one wish."""
    program, unwished = plan.question.program, plan.model.unwished
    if wish.force:
        row_lower = program.row_lower.copy()
        row_lower[program.rows[f"{WISH}{wish.wish_id}"].index] = -np.inf
        return replace(program.own_bounds(), row_lower=row_lower)
    upper = program.upper.copy()
    barred = [other.columns for other in plan.model.wishes if not other.force and other is not wish]
    opened = np.setdiff1d(wish.columns, np.concatenate([*barred, np.zeros(0, dtype=np.int64)]))
    upper[opened] = unwished.upper[opened]
    return replace(program.own_bounds(), upper=upper)
