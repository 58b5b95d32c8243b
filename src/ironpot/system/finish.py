"""Where sweeps creep, which exact answer lies at their end? One scenario at a time.

Money that goes round and leaks little by little, or a first yuan in a ring of billions, moves a
sweep by less than anybody waits for. Arrays are (scenario, node), yuan; v as in `clear`.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ironpot.core.errors import SolverError
from ironpot.system.clearing import APART, Solution
from ironpot.system.least import least_from
from ironpot.system.links import Bools, Floats, Links, among
from ironpot.system.network import Network
from ironpot.system.rounds import default_rounds
from ironpot.system.valuations import ClearingOptions, affine_rule

# After so many sweeps a change within the tolerance need not mean a value within it.
SLOW = 2_000
# Sweeps that would still move a value by more than this part of it crept in too early an end.
_CREEPS = 1e-6


def finish_greatest(
    network: Network, external: Floats, options: ClearingOptions, found: Solution
) -> Solution:
    """Solve for the greatest solution where sweeps had not ended or ended late.

    What rounds of default cannot fix better than the sweeps did stays as they left it.

    >>> from ironpot.system.network import network_of
    >>> ring = network_of([[0, 1e4], [1e4, 0]], [0, 0], [1, 0])
    >>> start = Solution.empty((1, 2))
    >>> end = finish_greatest(ring, ring.external_assets[None], ClearingOptions(), start)
    >>> end.value.tolist(), end.converged.tolist()
    ([[0.0, 0.0]], [True])
    """
    late = np.flatnonzero(~found.converged | (found.iterations > SLOW))
    return _finished(network, external, options, found, {int(row): None for row in late})


def finish_least(
    network: Network, external: Floats, options: ClearingOptions, found: Solution, above: Floats
) -> Solution:
    """Solve for the least Eisenberg-Noe solution where sweeps from below ended too early or late.

    Whoever money reaches, from some node with assets of its own, pays the same in every solution;
    whoever it does not reach pays nothing in the least. `above` is the greatest solution.

    Source: Eisenberg and Noe (2001), theorem 2.
    """
    apart = np.abs(above - found.value).max(axis=1, initial=0.0) > APART
    doubtful = np.flatnonzero(apart | ~found.converged | (found.iterations > SLOW))
    reached = {int(row): _reached(network.claims, external[row]) for row in doubtful}
    wanted = {
        row: there
        for row, there in reached.items()
        if not found.converged[row]
        or found.iterations[row] > SLOW
        or (np.abs(above[row] - found.value[row])[there] > APART).any()
    }
    return _finished(network, external, options, found, wanted)


def finish_least_of_several(
    network: Network, external: Floats, options: ClearingOptions, found: Solution
) -> Solution:
    """Solve for the least solution of senior debts and costs of default where sweeps crept.

    Sweeps crept where they had not ended, ended late, or would still move a value by much of it.
    """
    rule = affine_rule(network, options)
    after = _revalued(network, external, options, found.value)
    creeping = (after - found.value > _CREEPS * after).any(axis=1)
    value, residual = found.value.copy(), found.residual.copy()
    doubtful = ~found.converged | (found.iterations > SLOW) | creeping
    for row in np.flatnonzero(doubtful).tolist():
        exact = least_from(network, external[row], rule, found.value[row])
        if exact is not None:
            _keep_better(network, external[row], options, row, exact, value, residual)
    return replace(found, value=value, residual=residual).judged(options.tolerance)


def _keep_better(
    network: Network,
    external: Floats,
    options: ClearingOptions,
    row: int,
    exact: Floats,
    value: Floats,
    residual: Floats,
) -> None:
    """Put an exact answer into its row where it fits no worse than what the sweeps found."""
    left = np.abs(_revalued(network, external, options, exact) - exact).max(initial=0.0)
    if left <= max(float(residual[row]), 10.0 * options.tolerance):
        value[row], residual[row] = exact, left


def _finished(
    network: Network,
    external: Floats,
    options: ClearingOptions,
    found: Solution,
    rows: Mapping[int, Bools | None],
) -> Solution:
    """Replace `rows` by exact ones, nil beyond the nodes given, where those fit no worse."""
    value, residual = found.value.copy(), found.residual.copy()
    for row, there in rows.items():
        exact = _exact(network, external[row], options, there)
        if exact is None:
            continue
        _keep_better(network, external[row], options, row, exact, value, residual)
    return replace(found, value=value, residual=residual).judged(options.tolerance)


def _exact(
    network: Network, external: Floats, options: ClearingOptions, there: Bools | None
) -> Floats | None:
    at = np.flatnonzero(np.ones_like(external) if there is None else there)
    part = Network(
        tuple(network.nodes[i] for i in at),
        among(network.claims, at),
        network.external_assets[at],
        network.external_debts[at],
    )
    value = (network.owed == 0.0).astype(np.float64)
    try:
        value[at] = default_rounds(part, external_assets=external[at], options=options).value
    except SolverError:
        return None
    return value


def _revalued(
    network: Network, external: Floats, options: ClearingOptions, value: Floats
) -> Floats:
    """Return V(E(v)), for one scenario or for several."""
    rule, received = affine_rule(network, options), (network.claims @ value.T).T
    share = rule[:, 1] * external + rule[:, 2] * received + rule[:, 3]
    return np.where(external + received >= rule[:, 0], 1.0, np.clip(share, 0.0, 1.0))


def _reached(claims: Links, external: Floats) -> Bools:
    """Return the nodes that have assets, or claims on one that has, and so on; (node,)."""
    there = external > 0.0
    while True:
        more = there | (claims @ there.astype(np.float64) > 0.0)
        if (more == there).all():
            return there
        there = more
