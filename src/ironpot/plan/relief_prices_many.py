"""What does each limit cost in help where futures are many? Turned part by part, and in the plan.

The rows are those of `relief_prices.SCHEMA`: `relaxed` is the change of the bound that the parts
prove, `plan` what the found plan needs more or less with its choices kept, `estimate` what prices
say; `whole` is unknown. Where prices say that a limit does not bind, easing it changes nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

# Share of the time that limits other than protection get, and that the bound without it gets.
OWN_SHARE, LIFTED_SHARE = 0.6, 0.5
EASED = ("less", "lifted")

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Base:
    """What turns start from (`relief_prices.Base`)."""

    model: Model
    own: Bounds
    relaxed: Answer


def price_limits_by_parts(
    model: Model, least: Least, kept: Kept | None, *, seconds: float, told: Told | None = None
) -> pl.DataFrame:
    """Return what each limit costs in help, yuan; what the time does not reach is null: unknown.

    `told` hears how many parts of how many are done.
    """
    deadline = time.monotonic() + seconds
    rows = [*_of_limits(model, least, kept, time.monotonic() + OWN_SHARE * seconds, told)]
    unprotected = lift_protection(model)
    if unprotected is not None:
        lifted, open_to = unprotected
        left = max(deadline - time.monotonic(), 0.0)
        proven = prove_least(lifted, seconds=LIFTED_SHARE * left)
        base = _base(lifted, proven)
        turns = list(protection_turns(base, open_to))
        rows += _rows(base, proven, turns, None, deadline, told)
    return pl.DataFrame(rows, schema=SCHEMA)


def _of_limits(
    model: Model, least: Least, kept: Kept | None, deadline: float, told: Told | None
) -> Iterator[dict[str, object]]:
    base = _base(model, least)
    yield from _rows(base, least, list(turns_of(base)), kept, deadline, told)


def _base(model: Model, least: Least) -> _Base:
    relaxed = least.relaxed or NO_ANSWER
    return _Base(model, least.program.own_bounds(), relaxed)


def _rows(
    base: _Base,
    least: Least,
    turns: list[Turn],
    kept: Kept | None,
    deadline: float,
    told: Told | None,
) -> Iterator[dict[str, object]]:
    asked = [k for k, turn in enumerate(turns) if not _moves_nothing(turn)]
    wanted, count = [turns[k] for k in asked], len(least.parts)
    changes: dict[int, float | None] = {}
    if wanted and least.relaxed is not None and time.monotonic() < deadline:
        found = bound_changes(
            least,
            base.own,
            wanted,
            deadline=deadline,
            told=None if told is None else lambda done: told(done, count),
        )
        changes = dict(zip(asked, found, strict=True))
    for k, turn in enumerate(turns):
        relaxed = 0.0 if _moves_nothing(turn) else changes.get(k)
        plan = None if kept is None else _of_plan(kept, turn)
        yield row_of(turn, relaxed=relaxed, whole=None, plan=plan)


def _moves_nothing(turn: Turn) -> bool:
    """Whether prices prove that a turn changes nothing: easing what has no price.

    Least help is convex in its limits, so a price of nil is its slope; easing never asks for more.
    """
    return turn.change in EASED and turn.estimate == 0.0


def _of_plan(kept: Kept, turn: Turn) -> float | None:
    """What the plan needs more or less; unknown where its choices break the limit."""
    again = kept.help_at(turn.bounds)
    return None if again is None or np.isnan(kept.own) else again - kept.own
