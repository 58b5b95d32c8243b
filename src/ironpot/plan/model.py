"""The plan as a program: what is decided now, and what follows in each scenario.

Amounts inside are million. `now.py` holds the choice of releases and debt actions, `recourse.py`
the cash of each account, `bands.py` the rules. The objective counts each yuan once, in present
value: an outflow is a cost at its date (so idle cash carried forward earns the case's rate), and
what is given up or still owed after the horizon is a cost at its present value.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.allotments import add_market_use
from ironpot.plan.bands import add_bands
from ironpot.plan.inputs import Inputs
from ironpot.plan.now import add_debt_actions, add_depth, add_releases, column_volumes
from ironpot.plan.obligations import service_after
from ironpot.plan.program import Builder, Floats, Ints, Program
from ironpot.plan.recourse import add_recourse
from ironpot.plan.wishes import Wish, apply_wishes, read_wishes


@dataclass(frozen=True)
class Model:
    """The program with the numbers of its columns, by name and shape.

    `release_of` gives the column of each candidate release; bundle members share one. `wishes` are
    the user's; `unwished` is the program with the columns open that they forbid.
    """

    program: Program
    inputs: Inputs
    release_of: Ints
    wishes: tuple[Wish, ...]
    unwished: Program

    def column(self, name: str) -> Ints:
        """Return the numbers of a block of columns in its own shape."""
        return self.program.columns[name].index

    def take(self, name: str, point: Floats) -> Floats:
        """Return the values of a block of columns at a point, in the block's shape (million)."""
        return point[self.column(name)]


def build_model(inputs: Inputs) -> Model:
    """Write the whole plan as a mixed-integer program."""
    build = Builder()
    release_of = add_releases(build, inputs)
    add_debt_actions(build, inputs, release_of)
    add_depth(build, inputs, release_of)
    add_market_use(build, inputs)
    add_recourse(build, inputs, release_of)
    add_bands(build, inputs, release_of)
    wishes = read_wishes(build, inputs, release_of)
    unwished = _without_impossible_starts(build.build(), inputs, release_of)
    return Model(apply_wishes(unwished, wishes), inputs, release_of, wishes, unwished)


def help_cost(model: Model) -> Floats:
    """Return the cost vector that measures help; ties go to the giver who is first in order."""
    inputs = model.inputs
    cost = help_value(model)
    for number, giver in enumerate(inputs.givers):
        columns = model.column("relief")[number]
        cost[columns] += np.broadcast_to(1e-5 * giver.order * expected_value(inputs), columns.shape)
    return cost


def help_value(model: Model) -> Floats:
    """Return the cost vector of help itself: present value of what givers expect to lose.

    A grant counts whole; repayable help counts what its service does not bring back at the case's
    rate, and a hundredth for the trouble.
    """
    inputs = model.inputs
    cost = np.zeros_like(model.program.cost)
    for number, giver in enumerate(inputs.givers):
        left, rate = np.array([giver.repay_after]), np.array([giver.rate])
        back = float(service_after(rate, left, inputs.rate)[0])
        lost = max(1.0 - back, 0.0) + (1e-2 if giver.repay_after else 0.0)
        columns = model.column("relief")[number]
        cost[columns] = np.broadcast_to(lost * expected_value(inputs), columns.shape)
    return cost


def expected_value(inputs: Inputs) -> Floats:
    """Return what a yuan of each scenario and quarter is expected to be worth today, (1, S, T)."""
    return inputs.weights[None, :, None] * inputs.discount[None, None, :]


def _without_impossible_starts(program: Program, inputs: Inputs, release_of: Ints) -> Program:
    """Close releases that alone list more than the whole ladder of their market takes."""
    column, market, start, volume = column_volumes(inputs, release_of)
    too_much = volume > inputs.offers.depth.capacity.sum(axis=2)[market, start] + 1e-6
    upper = program.upper.copy()
    upper[column[too_much]] = 0.0
    return program.with_columns(program.lower, upper)
