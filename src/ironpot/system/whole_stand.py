"""Where does the search of a group stand, for fees and for plans, and how is that kept?

Standings are plain arrays, so that they travel to workers and go into a checkpoint as they are.
"""

import json
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ironpot.system.checkpoint import Arrays
from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True, slots=True)
class Bound:
    """Fees (market, slot), what each county pays at least at them, fees included, and the sum."""

    fees: Floats
    low: Floats
    bound: float


class FeeStanding(NamedTuple):
    """Where a search for fees stands: all it needs to go on; `facts` are bound and sweeps."""

    sold: Floats
    cost: Floats
    load: Floats
    fees: Floats
    latest: Floats
    best_fees: Floats
    best_low: Floats
    facts: Floats

    @property
    def best(self) -> Bound:
        """Return the highest bound so far."""
        return Bound(self.best_fees, self.best_low, float(self.facts[0]))


class PlanStanding(NamedTuple):
    """Where a search for plans stands: the best plan (lot, slot), and chance's state as JSON."""

    sold: Floats
    chance: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where both searches of a group stand; None before they have begun."""

    fees: FeeStanding | None = None
    plan: PlanStanding | None = None

    @property
    def bound(self) -> float:
        """Return what no plan of the group costs less than; -inf while nothing is known."""
        return -np.inf if self.fees is None else self.fees.best.bound

    @property
    def sweeps(self) -> int:
        """Return how often the group has answered fees."""
        return 0 if self.fees is None else int(self.fees.facts[1])

    def costs(self, problem: SharedMarkets) -> Floats:
        """Return what the best plan so far costs each county; at first, doing nothing."""
        return problem.doing_nothing() if self.plan is None else problem.costs(self.plan.sold)


def moved(stand: Stand, found: FeeStanding | PlanStanding) -> Stand:
    """Return a stand with one of its searches moved on.

    >>> moved(Stand(), PlanStanding(np.zeros((1, 1)), np.array("{}"))).plan.sold.tolist()
    [[0.0]]
    """
    if isinstance(found, PlanStanding):
        return replace(stand, plan=found)
    return replace(stand, fees=found)


def chance_state(chance: np.random.Generator) -> npt.NDArray[np.str_]:
    """Return the state of a generator as JSON in an array; `set_chance` reads it.

    >>> first, second = np.random.default_rng(1), np.random.default_rng(2)
    >>> set_chance(second, chance_state(first))
    >>> bool(first.random() == second.random())
    True
    """
    return np.array(json.dumps(chance.bit_generator.state))


def set_chance(chance: np.random.Generator, state: npt.NDArray[np.str_]) -> None:
    """Put a generator into a state that `chance_state` returned."""
    chance.bit_generator.state = json.loads(str(state))


def to_keep(stands: tuple[Stand, ...], count: int) -> Arrays:
    """Return all groups' standings and the count of rounds as named arrays."""
    arrays: dict[str, object] = {"rounds": np.array([count, len(stands)])}
    for number, stand in enumerate(stands):
        for kind, standing in (("fees", stand.fees), ("plan", stand.plan)):
            if standing is not None:
                for name, array in standing._asdict().items():
                    arrays[f"{number}.{kind}.{name}"] = array
    return arrays


def kept_stands(arrays: Arrays) -> tuple[tuple[Stand, ...], int]:
    """Return the standings and the count of rounds that `to_keep` named.

    >>> plan = PlanStanding(np.ones((1, 1)), np.array("{}"))
    >>> stands, rounds = kept_stands(to_keep((Stand(plan=plan), Stand()), 3))
    >>> stands[0].plan.sold.tolist(), stands[1], rounds
    ([[1.0]], Stand(fees=None, plan=None), 3)
    """
    count, groups = (int(number) for number in arrays["rounds"])
    return tuple(_kept(arrays, str(number)) for number in range(groups)), count


def _kept(arrays: Arrays, group: str) -> Stand:
    stand = Stand()
    for kind, standing in (("fees", FeeStanding), ("plan", PlanStanding)):
        if f"{group}.{kind}.sold" in arrays:
            found = standing(*(arrays[f"{group}.{kind}.{name}"] for name in standing._fields))
            stand = moved(stand, found)
    return stand
