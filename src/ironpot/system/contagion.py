"""How far does distress spread before anybody fails? DebtRank on a network of exposures.

Stress h in [0, 1] is the share of its equity that a node has lost; arrays are (scenario, node).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Bools, Floats, Ints, Links, scaled_rows

Spread = Literal["every_loss", "first_loss", "default"]


@dataclass(frozen=True, slots=True)
class Contagion:
    """Stress before and after, (scenario, node); rounds and convergence, (scenario,).

    `exposures` is (creditor, debtor) in yuan.
    """

    exposures: Links
    initial: Floats
    final: Floats
    rounds: Ints
    converged: Bools

    def debtrank(self, weights: npt.ArrayLike) -> Floats:
        """Return the weighted stress added by contagion, (scenario,); weights are made to sum to 1.

        Source: Battiston and others (2012), eq. 3.
        """
        share = np.asarray(weights, dtype=np.float64)
        return (self.final - self.initial) @ (share / share.sum())

    @property
    def exposure_at_stress(self) -> Floats:
        """Sum over claims of amount times the debtor's final stress, (scenario,), yuan."""
        return self.final @ self.exposures.sum(axis=0)

    @property
    def new_defaults(self) -> Ints:
        """Nodes whose equity contagion has used up, the shock's own not counted, (scenario,)."""
        gone = (self.final >= 1.0 - 1e-12) & ~(self.initial >= 1.0 - 1e-12)
        return gone.sum(axis=1)


def spread_stress(
    exposures: Links,
    equity: npt.ArrayLike,
    initial: npt.ArrayLike,
    *,
    by: Spread = "every_loss",
    tolerance: float = 1e-12,
    max_rounds: int = 100_000,
) -> Contagion:
    """Pass losses on from debtor to creditor until nothing moves by more than `tolerance`.

    `exposures` (creditor, debtor) and `equity` (node,) in yuan, `initial` (scenario, node) in
    [0, 1]. `every_loss` is linear DebtRank (Bardoscia and others 2015): each further loss is passed
    on. `first_loss` is DebtRank (Battiston and others 2012): a node passes on its stress once, and
    a claim larger than its creditor's equity counts as all of it. `default` passes on only what has
    failed. Raises IronpotError on shapes that do not fit, on another word, and where equity is not
    above zero.

    >>> from ironpot.system.links import links_of
    >>> chain = links_of([5.0], [0], [1], (2, 2))
    >>> spread_stress(chain, [10.0, 4.0], [[0.0, 0.5]]).final.tolist()
    [[0.25, 0.5]]
    """
    leverage = _leverage(exposures, np.asarray(equity, dtype=np.float64))
    if by == "first_loss":
        leverage.data = np.minimum(leverage.data, 1.0)
    first = _stress(initial, leverage.shape[0])
    stress, sent = first.copy(), np.zeros_like(first)
    rounds = np.zeros(len(first), dtype=np.int64)
    active = np.arange(len(first))
    for _ in range(max_rounds):
        out = _outgoing(stress[active], sent[active], by)
        sent[active] += out
        added = (leverage @ out.T).T
        new = np.minimum(1.0, stress[active] + added)
        moved = np.maximum(new - stress[active], 0.0).max(axis=1, initial=0.0)
        stress[active] = new
        rounds[active] += 1
        active = active[moved > tolerance]
        if not active.size:
            break
    still = np.ones(len(first), dtype=np.bool_)
    still[active] = False
    return Contagion(exposures, first, stress, rounds, still)


def _outgoing(stress: Floats, sent: Floats, by: Spread) -> Floats:
    """Return what each node newly passes on in this round."""
    match by:
        case "every_loss":
            return stress - sent
        case "first_loss":
            return np.where((sent == 0.0) & (stress > 0.0), stress, 0.0)
        case "default":
            return np.where((sent == 0.0) & (stress >= 1.0 - 1e-12), 1.0, 0.0)
        case _:
            raise IronpotError(
                Text(
                    f"Stress is passed on by {', '.join(get_args(Spread))}; {by} is none of them.",
                    f"压力传导方式可选 {'、'.join(get_args(Spread))},没有 {by}。",
                )
            )


def _leverage(exposures: Links, equity: Floats) -> Links:
    if exposures.shape != equity.shape * 2:
        raise IronpotError(
            Text(
                f"Exposures have shape {exposures.shape} and equity {equity.shape}: give one "
                "(creditor, debtor) matrix over all nodes and one equity a node.",
                f"敞口形状为{exposures.shape},权益为{equity.shape}:"
                "请给出覆盖全部节点的(债权人,债务人)矩阵,且每个节点一个权益。",
            )
        )
    if not (equity > 0.0).all():
        bad = np.flatnonzero(~(equity > 0.0)).tolist()
        raise IronpotError(
            Text(
                f"Stress is a share of equity, and nodes {bad[:10]} have none or an unknown one. "
                "Leave them out or correct their equity.",
                f"压力以权益为分母,节点 {bad[:10]} 无权益或权益未知。请剔除或更正。",
            )
        )
    return scaled_rows(exposures, 1.0 / equity)


def _stress(initial: npt.ArrayLike, nodes: int) -> Floats:
    stress = np.atleast_2d(np.asarray(initial, dtype=np.float64))
    if stress.shape[1:] != (nodes,) or not ((stress >= 0.0) & (stress <= 1.0)).all():
        raise IronpotError(
            Text(
                f"Initial stress must be (scenario, {nodes}) with shares between 0 and 1.",
                f"初始压力应为(情景,{nodes}),取值在0与1之间。",
            )
        )
    return stress
