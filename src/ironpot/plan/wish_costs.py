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
from ironpot.plan.gaps import is_proven
from ironpot.plan.inputs import MILLION
from ironpot.plan.plan import Plan
from ironpot.plan.program import Bounds, Floats, Program, dual_bound
from ironpot.plan.wishes import WISH, Wish


@dataclass(frozen=True, slots=True)
class WishCost:
    """What a wish costs the plan, as found (nan: not searched), and at most (inf: not proven)."""

    cost: float
    at_most: float


def wish_costs_around(plan: Plan, *, seconds: float) -> dict[str, WishCost]:
    """Return what each wish costs the plan, by wish id, all of them within about `seconds`.

    Wishes that the time does not reach, or Ctrl-C cuts off, come back not searched, and so does one
    whose plan cannot be priced in its time: the plan itself is one without the wish.
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
            costs[wish.wish_id] = _searched(plan, around, wish, each, deadline)
    return costs


def _searched(plan: Plan, around: Around, wish: Wish, seconds: float, latest: float) -> WishCost:
    """Search around the plan without one wish; the plan itself keeps all limits without it."""
    bounds = _without(plan, wish)
    others = tuple(other for other in plan.model.wishes if other is not wish)
    found = around.search(Change(bounds, others), seconds=seconds, latest=latest)
    at_most = max(plan.cost - _proven(around, bounds, wish), 0.0)
    if not is_proven(at_most, plan.cost - plan.constant):
        at_most = np.inf
    if found is None:
        return WishCost(np.nan, at_most)
    cost = plan.cost - min(found.cost * MILLION, plan.cost)
    return WishCost(cost, max(at_most, cost))


def _proven(around: Around, bounds: Bounds, wish: Wish) -> float:
    """Return what no plan costs less than at other bounds; -inf where nothing is proven yet."""
    if not around.dual.any():
        return -np.inf
    program = around.program.with_bounds(bounds)
    duals = around.dual, _once_for_each_lot(program, around.dual, wish)
    return max(dual_bound(program, dual) for dual in duals) * MILLION


def _once_for_each_lot(program: Program, dual: Floats, wish: Wish) -> Floats:
    """Return duals that charge a wish's lot the most that any of its starts wins, and once.

    A lot that was forbidden had no price; opened, each of its starts would count by itself, though
    it leaves once. Whatever the duals, they prove a bound.
    """
    dual, reduced = dual.copy(), program.reduced_cost(dual)
    for row in program.rows["leaves_once"].index.ravel():
        span = slice(int(program.start[row]), int(program.start[row + 1]))
        columns, value = program.index[span], program.value[span]
        if np.isin(columns, wish.columns).any():
            win = float((reduced[columns] / value)[program.upper[columns] > 0.0].min(initial=0.0))
            dual[row] += win
            reduced[columns] -= win * value
    return dual


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
