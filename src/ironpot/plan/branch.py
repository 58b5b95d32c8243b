"""Lift a bound by cases: a decision is taken or not, and what costs less of both bounds the whole.

The program that is not whole yet where it is cheapest is split there on one whole column; either
side is relaxed and proves by its own duals. The least of all open sides is a bound, and the tree
with its duals can be re-added by whoever has the program (`verify.certificate`): no solver's word
is needed. A side without a plan proves so by a ray (Farkas), which joins the duals before it.

Sources: A. H. Land and A. G. Doig, "An automatic method of solving discrete programming problems",
Econometrica 28 (1960), 497-520; T. Achterberg, T. Koch and A. Martin, "Branching rules revisited",
Operations Research Letters 33 (2005), 42-54 (the product of both gains, eq. 3).
"""

import contextlib
import heapq
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from math import prod
from statistics import fmean

import numpy as np

from ironpot.plan.program import Bounds, Floats, Ints, Program, dual_bound
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Answer, Session

# A column is whole where it is so near a whole number.
WHOLE = 1e-6
# Columns that are tried both ways before one is chosen; what a column brought before is remembered.
TRIED = 6
# A tree is not grown beyond so many duals: 160 MB.
MOST_DUALS = 20_000_000
# Gains count with at least this (million), so that a product says which of two small ones is more.
LEAST_GAIN = 1e-6
# A ray proves a case impossible if rows are broken by so much for each unit of it (million).
CLEARLY = 1e-5
LEAF = -1
LEAST_S = 0.1

Side = tuple[tuple[int, float, float], ...]


@dataclass(slots=True)
class Node:
    """A case: `side` are (column, lower, upper) on the way to it; `bound` is what `dual` proves.

    A node that is split on a column (at most `at`, or at least `at` + 1) names its two cases.
    """

    side: Side
    dual: Floats
    bound: float
    point: Floats | None
    column: int = LEAF
    at: float = 0.0
    cases: tuple[int, int] = (LEAF, LEAF)


@dataclass(slots=True)
class Tree:
    """Cases of a program so far, the whole of it first; an open one is in `heap` by its bound."""

    program: Program
    nodes: list[Node]
    heap: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    gains: dict[tuple[int, bool], list[float]] = field(
        default_factory=dict[tuple[int, bool], list[float]]
    )

    @classmethod
    def of(cls, program: Program, relaxed: Answer) -> "Tree":
        """Begin with the whole program and the duals of its relaxation."""
        bound = dual_bound(program, relaxed.row_dual)
        root = Node((), relaxed.row_dual, bound, relaxed.point)
        return cls(program, [root], [(root.bound, 0)])

    @property
    def bound(self) -> float:
        """What all cases together prove (million)."""
        return self.heap[0][0]

    @property
    def leaves(self) -> list[Node]:
        """Cases that are not split."""
        return [node for node in self.nodes if node.column == LEAF]

    def grow(self) -> "Growth":
        """Split the cheapest case again and again: yields bounds to solve, is sent the answers.

        Each time a case has been split it is replaced by its two; it ends where the cheapest case
        is whole, where its relaxation is not known, or where the tree is large.
        """
        while len(self.heap) * self.program.row_lower.size < MOST_DUALS:
            node = self.nodes[self.heap[0][1]]
            if node.point is None or not self._open(node).size:
                return
            chosen, cases = yield from self._best_split(node)
            self._split(node, chosen, cases)

    def _open(self, node: Node) -> Ints:
        """Columns that should be whole and are not, the least whole first."""
        assert node.point is not None
        columns = np.flatnonzero(self.program.integer)
        away = np.abs(node.point[columns] - np.rint(node.point[columns]))
        order = np.argsort(-away, kind="stable")
        return columns[order[away[order] > WHOLE]]

    def _best_split(self, node: Node) -> Generator[Bounds, Answer, tuple[int, list[Node]]]:
        """Try columns of which little is known both ways; take the one of the largest product."""
        best: tuple[float, int, list[Node]] | None = None
        columns = self._open(node)
        known = [int(column) for column in columns if self._known(int(column))]
        fresh = [int(column) for column in columns if not self._known(int(column))][:TRIED]
        promising = max(known, key=lambda column: self._expected(node, column), default=None)
        for column in fresh + ([promising] if promising is not None else []):
            below = yield from self._case(node, column, up=False)
            cases = [below, (yield from self._case(node, column, up=True))]
            score = prod(max(case.bound - node.bound, LEAST_GAIN) for case in cases)
            if best is None or score > best[0]:
                best = score, column, cases
        assert best is not None
        return best[1], best[2]

    def _known(self, column: int) -> bool:
        return (column, False) in self.gains and (column, True) in self.gains

    def _expected(self, node: Node, column: int) -> float:
        """Product of what both ways brought on average before, by how far the column is to go."""
        assert node.point is not None
        part = float(node.point[column] % 1.0)
        ways = ((False, part), (True, 1.0 - part))
        return prod(max(fmean(self.gains[column, up]) * far, LEAST_GAIN) for up, far in ways)

    def _case(self, node: Node, column: int, *, up: bool) -> Generator[Bounds, Answer, Node]:
        """Relax the case in which a column is rounded down, or up."""
        assert node.point is not None
        value, whole = float(node.point[column]), self.program
        lower = float(np.ceil(value)) if up else float(whole.lower[column])
        upper = float(whole.upper[column]) if up else float(np.floor(value))
        for before, low, high in node.side:
            if before == column:
                lower, upper = (lower, min(upper, high)) if up else (max(lower, low), upper)
        side = (*((c, a, b) for c, a, b in node.side if c != column), (column, lower, upper))
        within = self.within(side)
        answer = yield within.own_bounds()
        dual, bound = _proof(within, node, answer)
        if answer.outcome == "optimal":
            far = (1.0 - value % 1.0) if up else value % 1.0
            self.gains.setdefault((column, up), []).append(max(bound - node.bound, 0.0) / far)
        return Node(side, dual, bound, answer.point if answer.outcome == "optimal" else None)

    def within(self, side: Side) -> Program:
        """Return the program of one case."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        for column, low, high in side:
            lower[column], upper[column] = low, high
        return self.program.with_columns(lower, upper)

    def _split(self, node: Node, column: int, cases: list[Node]) -> None:
        """Put two cases in a case's place at once: who is stopped has the tree before or after."""
        assert node.point is not None
        number, first = self.heap[0][1], len(self.nodes)
        at = float(np.floor(node.point[column]))
        # What is split is proven by its cases: its own duals are not needed any more.
        split = Node(node.side, np.zeros(0), node.bound, None, column, at, (first, first + 1))
        nodes = [*self.nodes[:number], split, *self.nodes[number + 1 :], *cases]
        heap = self.heap[1:] + [(case.bound, first + k) for k, case in enumerate(cases)]
        heapq.heapify(heap)
        self.nodes, self.heap = nodes, heap


Growth = Generator[Bounds, Answer, None]


def following(growth: Growth, answer: Answer) -> Bounds | None:
    """Give a growing tree an answer; return the bounds that it asks for next, None at its end."""
    try:
        return growth.send(answer)
    except StopIteration:
        return None


def grow_until(program: Program, relaxed: Answer, *, until: float, seconds: float) -> Tree:
    """Return a tree that proves `until` (million), or what could be proven in so many seconds.

    Ctrl-C keeps what is proven.
    """
    tree, deadline = Tree.of(program, relaxed), time.monotonic() + seconds
    growth = tree.grow()
    bounds = next(growth, None)
    if bounds is None:
        return tree
    with contextlib.suppress(KeyboardInterrupt), Session(program.relaxed()) as session:
        session.solve(time_limit_s=seconds, options=FIRST_SOLVE)
        while bounds is not None and tree.bound < until and time.monotonic() < deadline:
            left = max(deadline - time.monotonic(), LEAST_S)
            session.begin(time_limit_s=left, bounds=bounds, options=RESOLVE, ray=True)
            bounds = following(growth, session.wait())
    return tree


def _proof(within: Program, node: Node, answer: Answer) -> tuple[Floats, float]:
    """Return duals that prove a case and what they prove: never less than the case before."""
    tried = [node.dual]
    if answer.row_dual.size == node.dual.size and np.isfinite(answer.row_dual).all():
        if answer.outcome == "optimal":
            tried.append(answer.row_dual)
        elif answer.outcome == "infeasible":
            tried += _beyond(within, node, answer.row_dual)
    bounds = [dual_bound(within, dual) for dual in tried]
    best = int(np.argmax(bounds))
    return tried[best], bounds[best]


def _beyond(within: Program, node: Node, ray: Floats) -> list[Floats]:
    """Return the duals before with so much of a ray that they prove what no plan can cost.

    A ray that says less than noise, or than plans may break rows by, says nothing.
    """
    free = replace(within, cost=np.zeros_like(within.cost), offset=0.0)
    gain = dual_bound(free, ray)
    if not gain > CLEARLY * float(np.abs(ray).sum()):
        return []
    far = 1.0 + abs(node.bound)
    return [node.dual + share * far / gain * ray for share in (0.1, 1.0, 10.0)]
