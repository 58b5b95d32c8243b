"""How are answers of many counties mixed as cheaply as rooms and limits allow? A linear program.

Places that share no county share no room: they are solved one after the other, a few at a time.
Arrays are (answer, county), (market, slot) and (county,); yuan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.program import Builder, Program
from ironpot.plan.solver import Answer, solve
from ironpot.system.links import Floats, Ints
from ironpot.system.neighbours import places
from ironpot.system.shared_markets import SharedMarkets

# Counties of one program: more take longer than two programs do.
_TOGETHER = 200


@dataclass(frozen=True)
class Answers:
    """What can be mixed: sales `sold` (lot, slot) of each answer, and what they cost each county.

    `costs` are to be least, `own` (the same, or at other prices) are kept within limits.
    """

    markets: SharedMarkets
    sold: Sequence[Floats]
    costs: Floats
    own: Floats

    @property
    def unit(self) -> float:
        """An amount that makes the program's figures about one."""
        return max(float(np.abs(self.markets.doing_nothing()).mean()), 1.0)


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of answers (answer, county), fees of rooms (market, slot), prices of limits."""

    share: Floats
    fees: Floats
    pi: Floats


def mix(answers: Answers, limits: Floats) -> Mix:
    """Return the cheapest mix that fits all rooms and costs no county more than its limit.

    Raises SolverError where there is none.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> sold = [np.array([[0.0]]), np.array([[100.0]])]
    >>> costs = np.array([one.costs(answer) for answer in sold])
    >>> mix(Answers(one, sold, costs, costs), np.array([30.0])).share.round(6).tolist()
    [[0.5], [0.5]]
    """
    markets = answers.markets
    share = np.zeros(answers.costs.shape)
    fees, pi = np.zeros((len(markets.room), markets.slots)), np.zeros(len(limits))
    for counties, rows in groups(markets):
        part = _Part.of(answers, counties, rows)
        program = part.program(limits[counties] / answers.unit)
        found = _solved(program)
        assert found.point is not None
        share[:, counties] = found.point[program.columns["share"].index]
        dual = np.maximum(-found.row_dual[program.rows["room"].index], 0.0)
        fees[rows] = dual * answers.unit * part.per_room
        pi[counties] = np.maximum(-found.row_dual[program.rows["limit"].index], 0.0)
    share = np.clip(share, 0.0, 1.0)
    return Mix(share / share.sum(axis=0), fees, pi)


def least_worst(answers: Answers, need: Floats) -> float:
    """Return the least ratio of cost to `need` (county,) that a mix leaves its worst county."""
    worst = -np.inf
    for counties, rows in groups(answers.markets):
        part = _Part.of(answers, counties, rows)
        program = part.program(np.zeros(counties.size), need=need[counties] / answers.unit)
        found = _solved(program)
        assert found.point is not None
        worst = max(worst, float(found.point[program.columns["worst"].index[0]]))
    return worst


def groups(markets: SharedMarkets) -> list[tuple[Ints, Ints]]:
    """Split counties and markets so that no county sells in markets of two groups.

    Whole places are put together until `_TOGETHER` counties are reached; who has no lots stands
    with the last. Every county is in one group.
    """
    place = places(markets)
    of_county = np.full(len(markets.counties), place.max(initial=0), dtype=np.int64)
    has = np.diff(markets.first_lot) > 0
    of_county[has] = place[markets.market[markets.first_lot[:-1][has]]]
    size = np.bincount(of_county, minlength=int(place.max(initial=0)) + 1)
    number = (np.cumsum(size) - size) // _TOGETHER
    found = np.unique(number[of_county])
    return [
        (
            np.flatnonzero(number[of_county] == group).astype(np.int64),
            np.flatnonzero(number[place] == group).astype(np.int64),
        )
        for group in found.tolist()
    ]


@dataclass(frozen=True)
class _Part:
    """One group's share of the problem, amounts in the answers' unit and rooms."""

    costs: Floats
    own: Floats
    room: Floats
    per_room: Floats
    uses: tuple[tuple[Ints, Ints, Ints, Floats], ...]

    @classmethod
    def of(cls, answers: Answers, counties: Ints, rows: Ints) -> "_Part":
        markets = answers.markets
        room = markets.room.reshape(len(markets.room), markets.slots)[rows]
        per_room = np.divide(1.0, room, out=np.ones_like(room), where=room > 1.0)
        owner = markets.owner
        at_county = np.searchsorted(counties, owner)
        mine = np.flatnonzero(np.isin(owner, counties))
        at_row = np.searchsorted(rows, markets.market[mine])
        uses: list[tuple[Ints, Ints, Ints, Floats]] = []
        for sold in answers.sold:
            lot, slot = np.nonzero(sold[mine])
            market = at_row[lot]
            used = sold[mine[lot], slot] * per_room[market, slot]
            uses.append((market, slot, at_county[mine[lot]], used))
        unit = answers.unit
        costs, own = answers.costs[:, counties] / unit, answers.own[:, counties] / unit
        return cls(costs, own, room, per_room, tuple(uses))

    def program(self, limits: Floats, *, need: Floats | None = None) -> Program:
        """Least cost within limits; with `need` the least ratio of cost to it, and no limits."""
        build, count = Builder(), len(limits)
        cost = self.costs if need is None else np.zeros_like(self.costs)
        share = build.add_columns("share", self.costs.shape, cost=cost)
        room = build.add_rows("room", self.room.shape, upper=np.minimum(self.room, 1.0))
        limit = build.add_rows("limit", count, upper=limits)
        whole = build.add_rows("whole", count, lower=1.0, upper=1.0)
        build.add(limit, share, self.own)
        if need is not None:
            worst = build.add_columns("worst", 1, lower=-np.inf, cost=1.0)
            build.add(limit, worst, -need)
        build.add(whole, share, 1.0)
        for number, (market, slot, county, used) in enumerate(self.uses):
            build.add(room[market, slot], share[number, county], used)
        return build.build()


def _solved(program: Program) -> Answer:
    found = solve(program, time_limit_s=600.0)
    if found.outcome != "optimal" or found.point is None:
        raise SolverError(_NO_MIX)
    return found


_NO_MIX = Text(
    "No joint plan was found in which no county is worse off than in the crowd, though the crowd "
    "itself is one: the solver failed. Run again without the option, and report the case.",
    "未能求得不使任何县区劣于博弈结果的统筹方案(博弈结果本身即可行):求解器出错。"
    "请不加该选项重试并反馈案例。",
)
