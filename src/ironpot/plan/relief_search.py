"""Which choices get by with less help? A search for help alone, in the futures that need any.

The plan's own search weighs help against cost in all futures at once, and most of them need none.
Here help is the only cost, only the futures that need it stand in the program, and the search
begins where the relaxed plan of least help is rounded. What is found is helped in all futures;
those that then need help join. Million.
"""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from ironpot.plan import many
from ironpot.plan.board import make_board
from ironpot.plan.left import Left, leave
from ironpot.plan.local import Play, descend, improve
from ironpot.plan.model import Model
from ironpot.plan.parts import Part, a_few, take_part
from ironpot.plan.program import Floats, Ints
from ironpot.plan.relief_many import least_of_choice
from ironpot.plan.relief_order import Helped, paid_in_full
from ironpot.plan.relief_rounding import INTERIOR, whole_groups
from ironpot.plan.rounding import empty_state
from ironpot.plan.search import new_play, started
from ironpot.plan.solver import NO_ANSWER, Answer, solve
from ironpot.plan.stand import stand_at

# A future that is helped with less (million), or with less of what the neediest gets, needs none:
# interior points of a relaxed plan help everybody a little.
UNHELPED, LITTLE = 1e-4, 1e-3
# Shares of the time that is left: a solve of the rounding, a search before all futures are asked.
ROUND_SHARE, TURN = 0.4, 0.6
# The search ends with less time left than so many times what all futures took to be asked.
ASKINGS = 3.0
# So near its bound nothing is left to be found: a thousandth.
NEAR = 1e-3


@dataclass(slots=True)
class LessHelp:
    """A search for less help than a plan's, until a `deadline` of the monotonic clock.

    `best` needs least so far, in all futures; no plan needs less than `bound`. The search stands at
    `stand`, choices whose help may be low only in the futures that were searched.
    """

    model: Model
    best: Helped
    bound: float
    deadline: float
    asked_s: float = field(init=False, default=0.0)
    rng: np.random.Generator = field(init=False)
    stand: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Stand at the plan; draw what the search draws from the plan's own seed."""
        self.stand = self.best.point
        self.rng = np.random.default_rng(self.model.inputs.options.seed)

    @property
    def goes_on(self) -> bool:
        """Say whether there is time and anything to be found."""
        left = self.deadline - time.monotonic()
        return left > ASKINGS * self.asked_s and self.best.value > self.enough

    @property
    def enough(self) -> float:
        """Help that is near enough to its bound."""
        return self.bound * (1.0 + NEAR) + UNHELPED

    def run(self, relaxed: Floats | None) -> None:
        """Search from the rounded relaxed point, of a few futures where none is known of all.

        The plan itself is where it begins if that fails. Ctrl-C ends it; what was found until then
        is still asked in all futures.
        """
        if not self.goes_on:
            return
        guide = self._of_a_few() if relaxed is None else relaxed
        futures = _needy(self.model, guide)
        if not futures.size:
            guide, futures = self.stand, _needy(self.model, self.stand)
        while futures.size and self.goes_on:
            whole = guide is self.stand
            more = self._searched(take_part(self.model, futures), guide)
            if more is None:
                futures = futures[:0] if whole else _needy(self.model, self.stand)
            else:
                futures = np.union1d(futures, more) if more.size else more
            guide = self.stand

    def _of_a_few(self) -> Floats:
        """Return the relaxed answer of a few futures on the whole's columns, nobody else helped."""
        part = take_part(self.model, a_few(self.model, many.FEW))
        program, point = paid_in_full(part.model()), self.best.point.copy()
        answer = solve(program.relaxed(), time_limit_s=self._for_rounding(), options=INTERIOR)
        if answer.point is None:
            return self.stand
        point[self.model.column("relief")] = 0.0
        point[part.columns] = answer.point
        return point

    def _for_rounding(self) -> float:
        return max(ROUND_SHARE * (self.deadline - time.monotonic()), 1.0)

    def _searched(self, part: Part, guide: Floats) -> Ints | None:
        """Search with some futures; return others that need help then, None if none works."""
        core = part.model()
        core = replace(core, program=paid_in_full(core))
        own = guide[part.columns]
        if guide is not self.stand:
            rounded = whole_groups(core, core.program, own, seconds=self._for_rounding())
            if rounded is None:
                return None
            own = rounded
        with leave(core.program) as left:
            found = _Found(self.enough / part.weight)
            play = self._begun(core, left, own, found)
            return None if play is None else self._improved(part, play, found)

    def _begun(self, core: Model, left: Left, point: Floats, found: "_Found") -> Play | None:
        """Set the board up where a point stands; None if that is no plan."""
        board = make_board(core)
        stand = stand_at(core, board, core.program, point)
        play = new_play(
            core,
            core.program,
            board,
            left,
            stand,
            deadline=self.deadline,
            stake=0.0,
            hear=found.hear,
        )
        otherwise = empty_state(core, board, stand.lower)
        return play if started(play, otherwise) else None

    def _improved(self, part: Part, play: Play, found: "_Found") -> Ints:
        """Search turn by turn until other futures need help, or it is time to end."""
        others = np.zeros(0, dtype=np.int64)
        while self.goes_on and not others.size and not play.stopped:
            play.deadline = time.monotonic() + TURN * (self.deadline - time.monotonic())
            try:
                descend(play)
                while not play.stopped and play.time_left > 0.0:
                    improve(play, self.rng)
            finally:
                needy = self._asked(part, found)
            room = max(many.CORE_MOST - part.futures.size, 0)
            others = np.setdiff1d(needy, part.futures)[:room]
        return others

    def _asked(self, part: Part, found: "_Found") -> Ints:
        """Help the choices found in all futures; return those that need any."""
        if found.best.point is None:
            return part.futures
        began, point = time.monotonic(), self.best.point.copy()
        point[part.columns[part.now]] = found.best.point[part.now]
        self.stand = point
        helped = least_of_choice(self.model, point, deadline=self.deadline)
        self.asked_s = time.monotonic() - began
        if helped is None:
            return part.futures
        if helped.value < self.best.value:
            self.best = helped
        return _needy(self.model, helped.point)


@dataclass(slots=True)
class _Found:
    """The choices that need least in the futures that are searched; `enough` ends the search."""

    enough: float
    best: Answer = NO_ANSWER

    def hear(self, answer: Answer) -> bool:
        """Keep a plan that needs less; say whether to go on."""
        if answer.objective < self.best.objective:
            self.best = answer
        return self.best.objective > self.enough


def _needy(model: Model, point: Floats) -> Ints:
    """Return the futures in which a point is helped, of many those that need most."""
    need = model.take("relief", point).sum(axis=(0, 1, 3))
    most = np.argsort(-need, kind="stable")[: many.CORE_MOST]
    return np.sort(most[need[most] > max(UNHELPED, LITTLE * need[most[0]])])
