"""What does each rule, floor, deadline and buffer cost in help? Solve again with one unit less.

Least help is worked out again with one unit less of a limit, with one unit more, with a protection
lifted, a payment a quarter later, or a rule held that the plan may break. `relaxed` is the change
between two solves without whole numbers, each of them exact; `whole` that between two solves with
whole numbers, where both were solved to the end; `estimate` what the first solve's prices say.
Amounts are million inside, yuan in the table: positive = more help.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.program import Bounds
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.relief_turns import (
    DUST,
    Turn,
    lift_protection,
    moves_nothing,
    protection_turns,
    turns_of,
)
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Answer, Session

# Where lots are protected, the other limits get this share of the time.
LIMITS_SHARE = 0.6
# No solve is begun with less time than this; whole numbers get this share of what is left.
SHORTEST_S, WHOLE_SHARE = 0.1, 0.25
WHOLE = {"threads": 1, "mip_rel_gap": 1e-7, "mip_abs_gap": 1e-7}
SCHEMA = {
    "limit_id": pl.String(),
    "kind": pl.String(),
    "change": pl.String(),
    "unit": pl.Float64(),
    "relaxed": pl.Float64(),
    "whole": pl.Float64(),
    "estimate": pl.Float64(),
    "plan": pl.Float64(),
}


@dataclass(slots=True)
class Solver:
    """Solves the least help at changed bounds, relaxed and whole; a context manager.

    After `deadline` nothing is solved, whole numbers take a share of what is left each;
    `relaxed` and `whole` are the answers at the bounds `own`.
    """

    model: Model
    deadline: float
    own: Bounds
    linear: Session = field(init=False)
    tree: Session = field(init=False)
    relaxed: Answer = field(init=False)
    whole: float | None = field(init=False)

    def __enter__(self) -> "Solver":
        program = paid_in_full(self.model)
        self.linear, self.tree = Session(program.relaxed()), Session(program)
        left = max(self.deadline - time.monotonic(), 1.0)
        self.relaxed = self.linear.solve(time_limit_s=left, bounds=self.own, options=FIRST_SOLVE)
        self.whole = self.solve_whole(self.own)
        return self

    def __exit__(self, *_: object) -> None:
        self.linear.close()
        self.tree.close()

    def solve_relaxed(self, bounds: Bounds) -> float | None:
        """Return the least help without whole numbers; inf: none is enough, None: unknown."""
        left = self.deadline - time.monotonic()
        if left < SHORTEST_S:
            return None
        return _proven(self.linear.solve(time_limit_s=left, bounds=bounds, options=RESOLVE))

    def solve_whole(self, bounds: Bounds) -> float | None:
        """Return the least help with whole numbers if it is proven in time."""
        left = WHOLE_SHARE * (self.deadline - time.monotonic())
        if left < SHORTEST_S:
            return None
        return _proven(self.tree.solve(time_limit_s=left, bounds=bounds, options=WHOLE))


def _proven(answer: Answer) -> float | None:
    if answer.outcome == "infeasible":
        return float("inf")
    return answer.objective if answer.outcome == "optimal" else None


def price_limits(model: Model, *, seconds: float) -> pl.DataFrame:
    """Return what each limit costs in help, yuan; see the columns in `SCHEMA`.

    Prices that `seconds` do not reach are null: unknown.
    """
    began = time.monotonic()
    deadline, unprotected = began + seconds, lift_protection(model)
    until = deadline if unprotected is None else began + LIMITS_SHARE * seconds
    with Solver(model, until, paid_in_full(model).own_bounds()) as solver:
        rows = _rows(solver, list(turns_of(solver)))
    if unprotected is not None:
        lifted, barred = unprotected
        with Solver(lifted, deadline, paid_in_full(lifted).own_bounds()) as solver:
            rows += _rows(solver, list(protection_turns(solver, barred)))
    return pl.DataFrame(rows, schema=SCHEMA)


def _rows(solver: Solver, turns: Sequence[Turn]) -> list[dict[str, object]]:
    """Solve every turn without whole numbers first: those are quick, the others may take it all."""
    relaxed = [_relaxed(solver, turn) for turn in turns]
    return [
        row_of(turn, relaxed=changed, whole=_whole(solver, turn), plan=None)
        for turn, changed in zip(turns, relaxed, strict=True)
    ]


def _relaxed(solver: Solver, turn: Turn) -> float | None:
    if moves_nothing(turn):
        return 0.0
    return difference(solver.solve_relaxed(turn.bounds), _proven(solver.relaxed))


def _whole(solver: Solver, turn: Turn) -> float | None:
    if solver.whole is None:
        return None
    return difference(solver.solve_whole(turn.bounds), solver.whole)


def row_of(
    turn: Turn, *, relaxed: float | None, whole: float | None, plan: float | None
) -> dict[str, object]:
    """Return a row of `SCHEMA`; changes of help are million."""
    return {
        "limit_id": turn.limit_id,
        "kind": turn.kind,
        "change": turn.change,
        "unit": turn.unit,
        "relaxed": _yuan(relaxed),
        "whole": _yuan(whole),
        "estimate": _yuan(turn.estimate),
        "plan": _yuan(plan),
    }


def difference(after: float | None, before: float | None) -> float | None:
    """Return a change; unknown if either side is."""
    return None if after is None or before is None else after - before


def _yuan(million: float | None) -> float | None:
    if million is None:
        return None
    return 0.0 if abs(million) < DUST else million * MILLION
