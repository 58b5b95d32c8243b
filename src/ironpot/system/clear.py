"""Who can pay whom when everybody is asked at once? Clearing a network in many scenarios.

Arrays are (scenario, node), yuan; v in [0, 1] is the worth of one yuan of claim on a node. The
greatest solution is reached from above (v = 1), the least from below (v = 0), both monotone.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import CaseError, IronpotError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.system.clearing import Clearing, Solution
from ironpot.system.links import Floats, Ints
from ironpot.system.network import Network, amounts_of
from ironpot.system.valuations import (
    PAYING,
    SMOOTH,
    ClearingOptions,
    affine_rule,
    default_probability,
)

_BLOCK = 128


def clear_system(
    network: Network,
    *,
    external_assets: npt.ArrayLike | None = None,
    options: ClearingOptions | None = None,
) -> Clearing:
    """Value all claims so that every node pays what it can out of what it is paid.

    `external_assets` is (scenario, node) or (node,) in the order of `network.nodes`; without it the
    network's own. Raises CaseError where a figure is missing, or where a paying model meets assets
    below zero. The answer says for each scenario whether it converged, and if the least solution
    was computed, whether there is only one.

    Sources: Eisenberg and Noe (2001); Rogers and Veraart (2013); Barucca and others (2020).

    >>> from ironpot.system.network import network_of
    >>> cleared = clear_system(network_of([[0, 4], [0, 0]], [3, 1], [0, 2]))
    >>> cleared.payments[0].tolist(), cleared.unique.tolist()
    ([3.0, 2.0], [True])
    """
    options = options or ClearingOptions()
    external = _scenarios(network, external_assets)
    _check(network, external, options)
    settle = _settle_smooth if options.model in SMOOTH else _settle_affine
    greatest = settle(network, external, options, 1.0)
    both = options.solutions == "both"
    least = settle(network, external, options, 0.0) if both else None
    if options.model in PAYING:
        greatest, least = _finish(network, external, options, greatest, least)
    return Clearing(network, options, external, greatest, least)


def _finish(
    network: Network,
    external: Floats,
    options: ClearingOptions,
    greatest: Solution,
    least: Solution | None,
) -> tuple[Solution, Solution | None]:
    """Solve where sweeps creep, from above and, if asked for, from below."""
    from ironpot.system.finish import finish_greatest, finish_least, finish_least_of_several

    greatest = finish_greatest(network, external, options, greatest)
    plain = options.model == "eisenberg_noe" and options.external_debts == "pari_passu"
    if least is not None and plain:
        least = finish_least(network, external, options, least, greatest.value)
    elif least is not None:
        least = finish_least_of_several(network, external, options, least)
    return greatest, least


def _scenarios(network: Network, external: npt.ArrayLike | None) -> Floats:
    given = network.external_assets if external is None else external
    array = np.atleast_2d(amounts_of(given))
    if array.ndim != 2 or array.shape[1] != len(network.nodes):
        raise IronpotError(
            Text(
                f"External assets have shape {array.shape}; the network has {len(network.nodes)} "
                "nodes. Give (scenario, node) in the order of network.nodes.",
                f"外部资产形状为{array.shape},网络有{len(network.nodes)}个节点。"
                "请按 network.nodes 的顺序给出(情景,节点)。",
            )
        )
    return array


def _check(network: Network, external: Floats, options: ClearingOptions) -> None:
    """Refuse what has no clearing: unknown figures, debts hidden as negative assets."""
    unknown = _at(np.isnan(external - external).any(axis=0))
    below = _at((external < 0.0).any(axis=0)) if options.model in PAYING else []
    issues = [_issue(network, i, _UNKNOWN) for i in unknown]
    issues += [_issue(network, i, _BELOW) for i in below if i not in unknown]
    if options.model in SMOOTH:
        issues += _volatility_issues(network)
    if issues:
        raise CaseError(issues)


def _volatility_issues(network: Network) -> list[Issue]:
    if network.volatility is None:
        return [_issue(network, i, _NO_VOLATILITY) for i in range(len(network.nodes))]
    return [_issue(network, i, _NO_VOLATILITY) for i in _at(~(network.volatility > 0.0))]


def _at(marked: npt.ArrayLike) -> list[int]:
    return [int(i) for i in np.flatnonzero(marked)]


_UNKNOWN = (
    "external_assets",
    Text("unknown or infinite in a scenario", "某情景下未知或无穷"),
    Text("what a node can pay depends on it", "节点偿付能力取决于此"),
    Text("give a figure for every scenario", "请补齐各情景数值"),
)
_BELOW = (
    "external_assets",
    Text("below zero in a scenario", "某情景下为负"),
    Text("a node cannot pay less than nothing", "节点支付不能为负"),
    Text("move the shortfall to external_debts, senior if it ranks first", "请将缺口移入外部负债"),
)
_NO_VOLATILITY = (
    "asset_volatility",
    Text("unknown or not above zero", "未知或不大于零"),
    Text("the chance of default depends on it", "违约概率取决于此"),
    Text("give the volatility of external assets", "请填外部资产波动率"),
)


def _issue(network: Network, node: int, why: tuple[str, Text, Text, Text]) -> Issue:
    column, what, reason, mend = why
    place = Place("nodes", row=node + 1, header=column)
    return Issue("error", f"system.{column}", place, network.nodes[node], what, reason, mend)


def _settle_affine(
    network: Network, external: Floats, options: ClearingOptions, start: float
) -> Solution:
    """Clear by the compiled kernel, tile by tile; the last tile is filled up with its last row."""
    from ironpot.system.kernels import TILE, clear_tile

    rule, matrix = affine_rule(network, options), network.claims
    links = (matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data)
    count = len(external)
    solution = Solution.empty(external.shape)
    for first in range(0, count, TILE):
        here = np.minimum(np.arange(first, first + TILE), count - 1)
        mine = np.ascontiguousarray(external[here].T)
        value = np.full_like(mine, start)
        sweeps, moved = clear_tile(
            *links, mine, rule, value, options.tolerance, options.max_iterations
        )
        solution.store(slice(first, min(first + TILE, count)), value, sweeps, moved)
    return solution.judged(options.tolerance)


def _settle_smooth(
    network: Network, external: Floats, options: ClearingOptions, start: float
) -> Solution:
    """Clear a smooth valuation block by block; scenarios that stand still leave the block."""
    solution = Solution.empty(external.shape)
    for first in range(0, len(external), _BLOCK):
        rows = slice(first, min(first + _BLOCK, len(external)))
        mine = np.ascontiguousarray(external[rows].T)
        value, sweeps, moved = _iterate(_smooth_step(network, options), mine, start, options)
        solution.store(rows, value, sweeps, moved)
    return solution.judged(options.tolerance)


Step = Callable[[Floats, Floats], Floats]


def _smooth_step(network: Network, options: ClearingOptions) -> Step:
    """Return the map v -> V(E(v)) on (node, scenario) arrays: 1 + (recovery - 1) PD."""
    assert network.volatility is not None
    volatility, owed = network.volatility[:, None], network.owed[:, None]
    barrier = options.model == "black_cox"

    def step(value: Floats, external: Floats) -> Floats:
        equity = external + network.claims @ value - owed
        chance = default_probability(equity, external, volatility, barrier=barrier)
        return 1.0 + (options.recovery - 1.0) * chance

    return step


def _iterate(
    step: Step, external: Floats, start: float, options: ClearingOptions
) -> tuple[Floats, Ints, Floats]:
    """Repeat `step` per column until it moves by no more than the tolerance."""
    value = np.full_like(external, start)
    sweeps = np.zeros(external.shape[1], dtype=np.int64)
    active: Ints = np.arange(external.shape[1], dtype=np.int64)
    for _ in range(options.max_iterations):
        new = step(value[:, active], external[:, active])
        moved = np.abs(new - value[:, active]).max(axis=0, initial=0.0)
        value[:, active] = new
        sweeps[active] += 1
        active = np.compress(moved > options.tolerance, active)
        if not active.size:
            break
    residual = np.abs(step(value, external) - value).max(axis=0, initial=0.0)
    return value, sweeps, residual
