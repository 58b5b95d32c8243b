"""How much of a selling programme comes off, quarter by quarter, round by round?

What finds no buyer comes back the next quarter at a cut reserve price, after its last round to its
owner. Forced sales in one market lower the next quarter's prices there and in its neighbours.
Arrays are (scenario, seller, market, ...), appraised yuan; quarters count from 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Floats
from ironpot.system.sale import NEVER_FAILS, FailedListings, Ladders, Sale, sell_into

# First listing at the appraisal, then 90 and 80 per cent of it, as exchanges' handbooks state.
ROUNDS = (1.0, 0.9, 0.8)


@dataclass(frozen=True, slots=True)
class Spillover:
    """How forced sales press on next quarter's prices, in the same market and its neighbours.

    `fall` (market, market): the log fall in the row's prices when the column's whole ladder has
    been filled. `recovery` is the share of a fall that is made good each quarter.
    """

    fall: Floats
    recovery: float = 0.0

    def next_level(self, level: Floats, filled: Floats) -> Floats:
        """Return the price level of the next quarter; both (scenario, market), `filled` in [0, 1].

        >>> beside = Spillover(np.array([[0.0, 0.1], [0.0, 0.0]]))
        >>> beside.next_level(np.ones((1, 2)), np.array([[0.0, 1.0]])).round(4).tolist()
        [[0.9048, 1.0]]
        """
        return level ** (1.0 - self.recovery) * np.exp(-filled @ self.fall.T)


@dataclass(frozen=True, slots=True)
class Programme:
    """What became of a programme.

    `sold` and `proceeds` (scenario, seller, market, quarter); `returned` (scenario, seller,
    market) went back to its owner, `waiting` is still listed at the end; `level` and `pressure`
    (scenario, market, quarter).
    """

    sold: Floats
    proceeds: Floats
    returned: Floats
    waiting: Floats
    level: Floats
    pressure: Floats

    def carried_out(self) -> Floats:
        """Return the share of what was put up that was sold, (scenario,)."""
        sold = self.sold.sum(axis=(1, 2, 3))
        all_lots = sold + (self.returned + self.waiting).sum(axis=(1, 2))
        return np.divide(sold, all_lots, out=np.ones_like(sold), where=all_lots > 0.0)


def run_programme(
    ladders: tuple[Ladders, ...],
    listed: npt.ArrayLike,
    *,
    rounds: tuple[float, ...] = ROUNDS,
    reserve: float = 1.0,
    failing: FailedListings = NEVER_FAILS,
    spillover: Spillover | None = None,
) -> Programme:
    """List `listed` (scenario, seller, market, quarter) and follow every lot to sale or return.

    `ladders` has one entry a quarter. In round k a lot asks for at least `reserve` x rounds[k] of
    the best price of its market's first quarter. All markets of a quarter clear at once. Raises
    IronpotError where there is no ladder for a quarter, or no round.

    >>> ladder = Ladders(("land",), np.array([[0.8, 0.7]]), np.array([[50.0, 50.0]]))
    >>> run = run_programme((ladder,) * 3, np.array([[[[120.0, 0.0, 0.0]]]]))
    >>> run.sold[0, 0, 0].tolist(), run.carried_out().tolist()
    ([50.0, 50.0, 20.0], [1.0])
    """
    new = np.asarray(listed, dtype=np.float64)
    if new.ndim != 4 or not 0 < new.shape[3] <= len(ladders) or not rounds:
        raise IronpotError(_BAD_PROGRAMME)
    scenarios, sellers, markets, quarters = new.shape
    floor = _floors(ladders[0], rounds, reserve)
    waiting = np.zeros((scenarios, sellers, markets, len(rounds)))
    returned = np.zeros((scenarios, sellers, markets))
    level = np.ones((scenarios, markets))
    levels: list[Floats] = []
    sales: list[Sale] = []
    for quarter in range(quarters):
        waiting[..., 0] += new[..., quarter]
        sale = _clear_rounds(ladders[quarter], waiting, floor, failing, level)
        levels.append(level)
        level = _next_level(spillover, level, sale, ladders[quarter])
        left = waiting - _by_round(sale.sold, waiting.shape)
        returned += left[..., -1]
        waiting = np.concatenate([np.zeros_like(left[..., :1]), left[..., :-1]], axis=3)
        sales.append(sale)
    return Programme(
        np.stack([_by_round(s.sold, waiting.shape).sum(axis=3) for s in sales], axis=3),
        np.stack([_by_round(s.proceeds, waiting.shape).sum(axis=3) for s in sales], axis=3),
        returned,
        waiting.sum(axis=3),
        np.stack(levels, axis=2),
        np.stack([s.pressure for s in sales], axis=2),
    )


def _floors(ladder: Ladders, rounds: tuple[float, ...], reserve: float) -> Floats:
    """Return the least price fraction a lot asks for, (round, market)."""
    asked = reserve * np.asarray(rounds)[:, None] * ladder.price[None, :, 0]
    return np.maximum(asked * (1.0 - 1e-12), 0.0)


def _clear_rounds(
    ladder: Ladders, waiting: Floats, floor: Floats, failing: FailedListings, level: Floats
) -> Sale:
    """Clear a quarter with every (seller, round) as an offer of its own."""
    scenarios, sellers, markets, rounds = waiting.shape
    offers = waiting.transpose(0, 1, 3, 2).reshape(scenarios, sellers * rounds, markets)
    return sell_into(
        ladder, offers, reserve=np.tile(floor, (sellers, 1)), failing=failing, level=level
    )


def _by_round(offers: Floats, shape: tuple[int, ...]) -> Floats:
    scenarios, sellers, markets, rounds = shape
    return offers.reshape(scenarios, sellers, rounds, markets).transpose(0, 1, 3, 2)


def _next_level(spillover: Spillover | None, level: Floats, sale: Sale, ladder: Ladders) -> Floats:
    if spillover is None:
        return level
    room = ladder.capacity.sum(axis=1)
    sold = sale.sold.sum(axis=1)
    return spillover.next_level(
        level, np.divide(sold, room, out=np.zeros_like(sold), where=room > 0.0)
    )


_BAD_PROGRAMME = Text(
    "A programme is (scenario, seller, market, quarter) and needs a ladder for each of its "
    "quarters and at least one round. Give what is missing.",
    "出售计划形状应为(情景,卖方,市场,季度),每个季度须有一个市场阶梯,且至少一轮。请补齐。",
)
