"""Price one plan in all futures, one by one: many futures in the time of a few.

What is decided now is fixed, so futures have nothing to agree on but the level of the tail. It is
tried where the last try puts it: at the level that so many futures stay below. Every try is a plan
that can be carried out, so the price is never too low.
"""

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.plan.apart import Apart, Solver, take_apart
from ironpot.plan.exact import exact_bounds
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import overdue_years
from ironpot.plan.program import Bounds, Floats, Program
from ironpot.plan.question import hold_bounds
from ironpot.plan.solver import NO_ANSWER, Answer

# Times that the level of the tail is tried, and what does not count as lower (million).
TRIES = 6
CLOSE = 1e-9


@dataclass(slots=True)
class Everywhere:
    """All futures of a model, apart.

    `level` of the tail and `seconds` are of the last price; `stuck` is the future without an answer
    that ended it, None if there was none.
    """

    model: Model
    apart: Apart
    solver: Solver = field(default_factory=Solver)
    level: float = 0.0
    seconds: float = 0.0
    stuck: int | None = None

    def price(self, bounds: Bounds, *, deadline: float = math.inf) -> Answer:
        """Solve every future at bounds that fix what is decided now; without duals.

        The level of the tail is first tried where it was best for the plan before. Without a point
        the outcome says whether that is proven: infeasible, or unknown. A `deadline` (of the
        monotonic clock) ends the tries, and what is priced by then stays priced; unknown where not
        even the first try ended.
        """
        began = time.monotonic()
        best = NO_ANSWER
        for _ in range(TRIES):
            answer = self._at(bounds, self.level, deadline)
            if answer.point is None and best.point is None:
                best = answer
            if answer.point is None or answer.objective >= best.objective - CLOSE:
                break
            best, self.level = answer, self._settled(answer.point)
        self.seconds = time.monotonic() - began
        return best

    def duals(self, decided: Floats) -> Floats | None:
        """Return duals of all futures' rows where what is decided now is as given.

        `decided` is (column,) with nil where a future decides; it may be a relaxed choice. None if
        a future has no answer to it.
        """
        return self.solver.duals(self.apart, decided)

    def _at(self, bounds: Bounds, level: float, deadline: float) -> Answer:
        column = self.model.column("tail_level")
        bounds.lower[column] = bounds.upper[column] = level
        (point,) = self.solver.points(self.apart, [bounds], deadline=deadline)
        self.stuck = self.solver.stuck.get(0)
        if point is None:
            return replace(NO_ANSWER, outcome="unknown" if self.solver.unsure else "infeasible")
        program = self.apart.program
        objective = float((program.cost * point).sum() + program.offset)
        version = self.solver.highs.version()
        return replace(
            NO_ANSWER, outcome="feasible", objective=objective, point=point, version=version
        )

    def _settled(self, point: Floats) -> float:
        """Return the level that is best if nobody reacts to it: a quantile of what is overdue."""
        inputs = self.model.inputs
        overdue = overdue_years(self.model, point)
        order = np.argsort(overdue, kind="stable")
        below = np.cumsum(inputs.weights[order]) < inputs.options.cvar_level - CLOSE
        return float(overdue[order][min(int(below.sum()), overdue.size - 1)])


def everywhere(model: Model, program: Program) -> Everywhere:
    """Take a program of the model's futures apart. Raises ValueError if a row ties them."""
    return Everywhere(model, take_apart(model, program))


def holding(model: Model, program: Program) -> Bounds:
    """Return bounds of the plan that releases nothing and keeps every contract."""
    return exact_bounds(model, program, *hold_bounds(model, program))
