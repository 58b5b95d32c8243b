"""What do past solves prove about plans that were not solved yet?

With whole numbers fixed, the cost of a plan is a convex function of what they move: each solve's
duals give a plane below it, exact where it was solved. The highest plane at a new state bounds its
cost from below; it is also the best guess of that cost, and far truer than prices of one solve.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from ironpot.plan.board import Board, Prices, average_fraction
from ironpot.plan.program import Floats, Ints
from ironpot.plan.state import State, breaks

MOST_PLANES = 128


@dataclass(slots=True)
class Past:
    """Planes of the latest solves, one a column; the oldest makes room when there are too many.

    `own` and `sale` are (start, plane), `bundled` (bundle listing, plane), `base` (plane,).
    """

    board: Board
    own: Floats = field(init=False)
    sale: Floats = field(init=False)
    bundled: Floats = field(init=False)
    base: Floats = field(init=False)
    count: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        starts, bundled = self.board.column.size, self.board.bundled.cell.size
        self.own, self.sale = (np.zeros((starts, MOST_PLANES)) for _ in range(2))
        self.bundled = np.zeros((bundled, MOST_PLANES))
        self.base = np.full(MOST_PLANES, -np.inf)

    def remember(self, state: State, prices: Prices, cost: float) -> None:
        """Keep the plane of a solve that cost `cost` at a state."""
        at = self.count % MOST_PLANES
        self.own[:, at], self.sale[:, at] = prices.own, prices.sale
        self.bundled[:, at] = prices.bundled
        self.base[at] = 0.0
        self.base[at] = cost - Guess.of(self, state).heights[at]
        self.count += 1


@dataclass(slots=True)
class Guess:
    """A state with each plane's height at it, (plane,), and each cell's sale prices, (cell, plane).

    `price` (cell,) is the average price fraction of what is listed.
    """

    past: Past
    state: State
    heights: Floats
    weight: Floats
    price: Floats

    @classmethod
    def of(cls, past: Past, state: State) -> Self:
        """Look at a state through the planes; the state changes as items are placed."""
        board, chosen, on = past.board, state.chosen, np.flatnonzero(state.bundles)
        listed = chosen[board.cell[chosen] >= 0]
        weight = np.zeros((state.volume.size, MOST_PLANES))
        np.add.at(weight, board.cell[listed], past.sale[listed])
        np.add.at(weight, board.bundled.cell[on], past.bundled[on])
        price = np.ones(state.volume.size)
        cells = np.arange(state.volume.size - 1)
        price[:-1] = average_fraction(board, state.volume[:-1], cells)
        heights = past.base + past.own[chosen].sum(axis=0) + price @ weight
        return cls(past, state, heights, weight, price)

    @property
    def cost(self) -> float:
        """Lower bound of the state's cost; -inf before the first solve."""
        return float(self.heights.max())

    def moving(self, starts: Ints) -> Floats:
        """Return the bound after each of `starts` is taken, its item leaving where it is; (n,).

        Inf where there is no room, or where nothing changes.
        """
        board, state = self.past.board, self.state
        cost = np.full(starts.size, np.inf)
        items = board.item[starts]
        closed = state.locked[items] | (state.start[items] == starts)
        closed[~closed] |= breaks(board, state, starts[~closed])
        at = np.flatnonzero(~closed)
        change = self._entering(starts[at])
        placed = np.flatnonzero(state.start[items[at]] >= 0)
        movers, number = np.unique(items[at][placed], return_inverse=True)
        change[placed] += self._leaving(movers)[number]
        cost[at] = (self.heights + change).max(axis=1)
        return cost

    def staying(self, items: Ints) -> Floats:
        """Return the bound after each of the placed `items` is taken back, (n,)."""
        return (self.heights + self._leaving(items)).max(axis=1)

    def _entering(self, starts: Ints) -> Floats:
        """Change of each plane's height when a start is added, (n, plane)."""
        past, board, cell = self.past, self.past.board, self.past.board.cell[starts]
        after = self.price[cell].copy()
        listed = np.flatnonzero(cell >= 0)
        volume = self.state.volume[cell[listed]] + board.volume[starts[listed]]
        after[listed] = average_fraction(board, volume, cell[listed])
        change = past.own[starts] + after[:, None] * past.sale[starts]
        change += (after - self.price[cell])[:, None] * self.weight[cell]
        return change

    def _leaving(self, items: Ints) -> Floats:
        """Change of each plane's height when a placed item is taken back, (n, plane)."""
        past, board = self.past, self.past.board
        starts = self.state.start[items]
        cell = board.cell[starts]
        after = self.price[cell].copy()
        listed = np.flatnonzero(cell >= 0)
        volume = self.state.volume[cell[listed]] - board.volume[starts[listed]]
        after[listed] = average_fraction(board, np.maximum(volume, 0.0), cell[listed])
        change = (after - self.price[cell])[:, None] * self.weight[cell]
        change -= past.own[starts] + after[:, None] * past.sale[starts]
        return change

    def place(self, item: int, start: int) -> None:
        """Give a staying item a start."""
        self.state.place(self.past.board, item, start)
        self._moved(start, 1.0)

    def take_back(self, item: int) -> None:
        """Let a placed item stay."""
        start = int(self.state.start[item])
        self.state.take_back(self.past.board, item)
        self._moved(start, -1.0)

    def _moved(self, start: int, sign: float) -> None:
        past, cell = self.past, int(self.past.board.cell[start])
        self.heights = self.heights + sign * past.own[start]
        if cell < 0:
            return
        self.heights -= self.price[cell] * self.weight[cell]
        self.weight[cell] += sign * past.sale[start]
        volume = np.maximum(self.state.volume[[cell]], 0.0)
        self.price[cell] = average_fraction(past.board, volume, np.array([cell]))[0]
        self.heights += self.price[cell] * self.weight[cell]
