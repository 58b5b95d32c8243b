"""What does a choice on the board use, and which changes have room? Amounts are million."""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.board import Board
from ironpot.plan.program import Floats, Ints
from ironpot.valuation.retention import Bools

SLACK = 1e-9


@dataclass(slots=True)
class State:
    """A choice on the board: `start` of each item (-1 = stays), and what it uses.

    `locked` items are decided elsewhere (pool, bundle): their effort, service and volume are in the
    uses. `bundles` marks the bundle listings that are on; `held` (item,) counts the released lots
    that need a debt's contract.
    """

    start: Ints
    locked: Bools
    bundles: Bools
    effort: Floats
    service: Floats
    volume: Floats
    held: Ints

    def copy(self) -> "State":
        """Return a state that can be changed on its own."""
        return State(
            self.start.copy(),
            self.locked,
            self.bundles,
            self.effort.copy(),
            self.service.copy(),
            self.volume.copy(),
            self.held.copy(),
        )

    @property
    def chosen(self) -> Ints:
        """Starts that are chosen."""
        return self.start[self.start >= 0]

    def place(self, board: Board, item: int, start: int) -> None:
        """Give a staying item a start."""
        self._use(board, start, 1)
        self.start[item] = start

    def take_back(self, board: Board, item: int) -> None:
        """Let a placed item stay."""
        self._use(board, int(self.start[item]), -1)
        self.start[item] = -1

    def _use(self, board: Board, start: int, sign: int) -> None:
        self.effort += sign * board.effort[start]
        self.service[board.service_class[start]] += sign * board.service[start]
        self.volume[board.cell[start]] += sign * board.volume[start]
        if board.frees[start] >= 0:
            self.held[board.frees[start]] += sign


def breaks(board: Board, state: State, starts: Ints) -> Bools:
    """Mark starts that a limit has no room for, or that a pledge forbids, (n,).

    What the item uses at its present start is free for it.
    """
    now = state.start[board.item[starts]]
    placed, at = now >= 0, np.maximum(now, 0)
    left = board.room - state.effort + np.where(placed[:, None], board.effort[at], 0.0)
    tired = (board.effort[starts] > left + SLACK).any(axis=1)
    kind, cell = board.service_class[starts], board.cell[starts]
    same = placed & (board.service_class[at] == kind)
    given = state.service[kind] - np.where(same, board.service[at], 0.0)
    floor = given + board.service[starts] > board.floor[kind] + SLACK
    here = placed & (board.cell[at] == cell)
    listed = state.volume[cell] - np.where(here, board.volume[at], 0.0)
    full = listed + board.volume[starts] > board.capacity.sum(axis=1)[cell] + SLACK
    return tired | floor | full | _against_pledge(board, state, starts)


def _against_pledge(board: Board, state: State, starts: Ints) -> Bools:
    """A lot frees a debt that keeps its contract; such a debt's terms are not changed."""
    frees = board.frees[starts]
    renegotiated = (frees >= 0) & (state.start[frees] >= 0)
    option = board.rest[board.item[starts]] >= 0
    return renegotiated | (option & (state.held[board.item[starts]] > 0))
