"""What does each limit cost in help where futures are many? Turned part by part, and in the plan.

The rows are those of `relief_prices.SCHEMA`: `relaxed` is the change of the bound that the parts
prove, `plan` what the found plan needs more or less with its choices kept, `estimate` what prices
say; `whole` is unknown. Where prices say that a limit does not bind, easing it changes nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ironpot.plan.least import Least, prove_least
from ironpot.plan.model import Model
from ironpot.plan.program import Bounds
from ironpot.plan.relief_many import Kept, bound_changes
from ironpot.plan.relief_prices import (
    SCHEMA,
    Turn,
    lift_protection,
    protection_turns,
    row_of,
    turns_of,
)
from ironpot.plan.solver import NO_ANSWER, Answer

# Shares of the time: until the bounds of limits other than protection end, until the plan's own
# prices end, and of the rest what the bound without protection gets.
OWN_SHARE, PLAN_SHARE, LIFTED_SHARE = 0.6, 0.8, 0.5
EASED = ("less", "lifted")

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
        proven = prove_least(lifted, seconds=LIFTED_SHARE * left)
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
    changes = _changes(base, least, turns, until, told)
    for k, turn in enumerate(turns):
        relaxed = 0.0 if _moves_nothing(turn) else changes.get(k)
        plan = None if kept is None else _of_plan(kept, turn, until)
        yield row_of(turn, relaxed=relaxed, whole=None, plan=plan)


def _changes(
    base: _Base, least: Least, turns: list[Turn], until: _Until, told: Told | None
) -> dict[int, float | None]:
    """Return by how much turns move the bound, by number; those that move nothing are left out."""
    asked = [k for k, turn in enumerate(turns) if not _moves_nothing(turn)]
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


def _moves_nothing(turn: Turn) -> bool:
    """Whether prices prove that a turn changes nothing: easing what has no price.

    Least help is convex in its limits, so a price of nil is its slope; easing never asks for more.
    """
    return turn.change in EASED and turn.estimate == 0.0


def _of_plan(kept: Kept, turn: Turn, until: _Until) -> float | None:
    """What the plan needs more or less; unknown where its choices break the limit, or too late."""
    if until.stop.is_set() or time.monotonic() >= until.plan:
        return None
    try:
        again = kept.help_at(turn.bounds)
    except KeyboardInterrupt:
        until.stop.set()
        return None
    return None if again is None or np.isnan(kept.own) else again - kept.own
