"""What does each limit cost in help where futures are many? Turned part by part, and in the plan.

The rows are those of `relief_prices.SCHEMA`: `relaxed` is the change of the bound that the parts
prove, `plan` what the found plan needs more or less with its choices kept, `estimate` what prices
say; `whole` is unknown. Where prices say that a limit does not bind, easing it changes nothing.
What prices say matters most is solved first.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from ironpot.plan.least import Least, prove_least
from ironpot.plan.model import Model
from ironpot.plan.program import Bounds
from ironpot.plan.relief_many import Kept, bound_changes
from ironpot.plan.relief_prices import SCHEMA, row_of
from ironpot.plan.relief_turns import (
    Turn,
    lift_protection,
    moves_nothing,
    protection_turns,
    turns_of,
)
from ironpot.plan.solver import NO_ANSWER, Answer

# Shares of the time: until the bounds of limits other than protection end, until the plan's own
# prices end, and of the rest what the bound without protection gets.
OWN_SHARE, PLAN_SHARE, LIFTED_SHARE = 0.6, 0.8, 0.5
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Base:
    """What turns start from (`relief_prices.Base`)."""

    model: Model
    own: Bounds
    relaxed: Answer


@dataclass(frozen=True, slots=True)
class _Until:
    """When bounds by parts and the plan's own prices end, by the clock; `stop` is set by Ctrl-C."""

    bounds: float
    plan: float
    stop: threading.Event = field(default_factory=threading.Event)


def price_limits_by_parts(
    model: Model, least: Least, kept: Kept | None, *, seconds: float, told: Told | None = None
) -> pl.DataFrame:
    """Return what each limit costs in help, yuan; what the time does not reach is null: unknown.

    Ctrl-C leaves the rest unknown. `told` hears how many parts of how many are done.
    """
    now = time.monotonic()
    until = _Until(now + OWN_SHARE * seconds, now + PLAN_SHARE * seconds)
    base = _base(model, least)
    rows = [*_rows(base, least, list(turns_of(base)), kept, until, told)]
    unprotected = lift_protection(model)
    if unprotected is not None:
        lifted, open_to = unprotected
        left = 0.0 if until.stop.is_set() else max(now + seconds - time.monotonic(), 0.0)
        # Without time for a proof nothing is asked of the few either: prices are unknown.
        few = None if left > 0.0 else 0.0
        proven = prove_least(lifted, seconds=LIFTED_SHARE * left, few=few)
        if proven.interrupted:
            until.stop.set()
        base = _base(lifted, proven)
        turns = list(protection_turns(base, open_to))
        last = _Until(now + seconds, now + seconds, until.stop)
        rows += _rows(base, proven, turns, None, last, told)
    return pl.DataFrame(rows, schema=SCHEMA)


def _base(model: Model, least: Least) -> _Base:
    relaxed = least.relaxed or NO_ANSWER
    return _Base(model, least.program.own_bounds(), relaxed)


def _rows(
    base: _Base,
    least: Least,
    turns: list[Turn],
    kept: Kept | None,
    until: _Until,
    told: Told | None,
) -> Iterator[dict[str, object]]:
    order = _largest_first(turns)
    changes = _changes(base, least, turns, order, until, told)
    plans = {} if kept is None else {k: _of_plan(kept, turns[k], until) for k in order}
    for k, turn in enumerate(turns):
        relaxed = 0.0 if moves_nothing(turn) else changes.get(k)
        yield row_of(turn, relaxed=relaxed, whole=None, plan=plans.get(k))


def _largest_first(turns: list[Turn]) -> list[int]:
    """Order turns by what prices say of them; where they say nothing, as they stand."""
    size = [0.0 if turn.estimate is None else -abs(turn.estimate) for turn in turns]
    return sorted(range(len(turns)), key=size.__getitem__)


def _changes(
    base: _Base,
    least: Least,
    turns: list[Turn],
    order: list[int],
    until: _Until,
    told: Told | None,
) -> dict[int, float | None]:
    """Return by how much turns move the bound, by number; those that move nothing are left out."""
    asked = [k for k in order if not moves_nothing(turns[k])]
    wanted, count = [turns[k] for k in asked], len(least.parts)
    late = until.stop.is_set() or time.monotonic() >= until.bounds
    if not wanted or least.relaxed is None or late:
        return {}
    found = bound_changes(
        least,
        base.own,
        wanted,
        deadline=until.bounds,
        told=None if told is None else lambda done: told(done, count),
        stop=until.stop,
    )
    return dict(zip(asked, found, strict=True))


def _of_plan(kept: Kept, turn: Turn, until: _Until) -> float | None:
    """What the plan needs more or less; unknown where its choices break the limit, or too late.

    What needs no solving is known at any time.
    """
    if until.stop.is_set():
        return None
    try:
        return kept.change_at(turn, deadline=until.plan)
    except KeyboardInterrupt:
        until.stop.set()
        return None
