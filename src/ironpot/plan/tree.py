"""A tree of futures: who knows what when? Paths share their history until they part.

Stage k covers some quarters. What begins in it is decided before its uncertainty is known; what
follows in its quarters (cash, loans, help) is decided knowing it. Node 0 of depth 0 is today; a
path of `branches` choices, one a stage, ends in a leaf.
"""

from dataclasses import dataclass, replace

import numpy as np

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.program import Floats, Ints
from ironpot.risk.futures import Futures, drawn_futures

# More leaves than this do not end in minutes: the program grows with every one of them.
MOST_LEAVES = 64


@dataclass(frozen=True)
class Tree:
    """Leaves as futures with shared levels, and the quarters at which stages end.

    `ends` (stage,) is the first quarter after each stage; leaves are numbered so that leaf l stands
    under node l // branches ** (stages - depth) of each depth.
    """

    futures: Futures
    branches: int
    ends: Ints

    @property
    def stages(self) -> int:
        """Number of stages."""
        return self.ends.size

    def stage_of(self, quarter: Ints) -> Ints:
        """Return the stage that holds each quarter; before today counts as today."""
        found = np.searchsorted(self.ends, np.maximum(quarter, 0), side="right")
        return np.minimum(found, self.stages - 1).astype(np.int64)

    def name(self, leaf: int, depth: int) -> str:
        """Name a node above a leaf by the turns taken since today: "2.1"; today is "now"."""
        turns = [
            leaf // self.branches ** (self.stages - k) % self.branches + 1
            for k in range(1, depth + 1)
        ]
        return ".".join(map(str, turns)) or "now"

    def node(self, leaf: int, depth: Ints) -> Ints:
        """Return the node of each depth above a leaf, numbered over all depths."""
        before = (self.branches**depth - 1) // max(self.branches - 1, 1)
        if self.branches == 1:
            before = depth
        return before + leaf // self.branches ** (self.stages - depth)


def draw_tree(case: Case, *, stages: int, branches: int, seed: int) -> Tree:
    """Draw a tree: at the end of each stage every node parts into `branches` equally likely ones.

    Each branch takes the levels of a drawn future for the quarters of its stage. What lasts
    throughout (shares sold, success of negotiations) is learnt in the first stage. Raises
    IronpotError for a tree that is none, or too large.
    """
    quarters = case.horizon.count
    leaves = branches**stages
    if not 1 <= stages <= quarters or branches < 1 or leaves > MOST_LEAVES:
        raise _no_tree(stages, branches, quarters)
    nodes = sum(branches ** (depth + 1) for depth in range(stages))
    drawn = drawn_futures(case, nodes, seed=seed)
    assert drawn.levels is not None
    ends = np.array([quarters * (k + 1) // stages for k in range(stages)], dtype=np.int64)
    levels: Floats = np.zeros((leaves, *drawn.levels.shape[1:]))
    leaf: Ints = np.arange(leaves, dtype=np.int64)
    first = begin = 0
    for depth in range(stages):
        end = int(ends[depth]) if depth < stages - 1 else levels.shape[1]
        own = first + leaf // branches ** (stages - depth - 1)
        levels[:, begin:end] = drawn.levels[own, begin:end]
        first, begin = first + branches ** (depth + 1), end
    digits = len(str(leaves))
    return Tree(
        futures=replace(
            drawn,
            names=tuple(f"s{number:0{digits}d}" for number in range(1, leaves + 1)),
            weights=np.full(leaves, 1.0 / leaves),
            levels=levels,
            learnt=int(ends[0]),
            # Leaves that have not parted must see the same sales: they see the market's shares.
            luck_seed=None,
        ),
        branches=branches,
        ends=ends,
    )


def _no_tree(stages: int, branches: int, quarters: int) -> IronpotError:
    return IronpotError(
        Text(
            f"No tree of {stages} stages with {branches} branches: stages must be 1 to {quarters} "
            f"(the plan's quarters), branches at least 1, and branches ^ stages at most "
            f"{MOST_LEAVES}, because each leaf is a program of its own. Take fewer stages or "
            "branches, or plan by rolling: ironpot plan CASE --from OUT.",
            f"无法建立{stages}阶段、{branches}分支的情景树:阶段数须在1至{quarters}之间,"
            f"分支数至少为1,且分支数的阶段数次方不超过{MOST_LEAVES}(每个末端即一个独立模型)。"
            "请减少阶段或分支,或采用滚动方式:ironpot plan CASE --from OUT。",
        )
    )
