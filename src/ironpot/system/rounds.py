"""Who fails first, who fails because of whom? Clearing by rounds of default, exactly.

Round 0 holds the nodes that fail even if all others pay in full; each later round those that fail
because of the rounds before. Between rounds the payments of the failed are solved for, not
iterated. Yuan, one scenario.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.core.errors import IronpotError, SolverError
from ironpot.core.lang import Text
from ironpot.system.clearing import APART
from ironpot.system.links import Bools, Floats, Ints, Links, among, scaled_rows, solve_fixed_point
from ironpot.system.network import Network
from ironpot.system.valuations import PAYING, TIE, ClearingOptions, affine_rule

_GUESSES = 50


@dataclass(frozen=True, slots=True)
class Rounds:
    """The greatest clearing: `value` of a yuan of claim and the `level` of failure, both (node,).

    `level` is the round in which a node fails, counted from 0, or -1 for one that pays in full.
    """

    value: Floats
    level: Ints


def default_rounds(
    network: Network,
    *,
    external_assets: Floats | None = None,
    options: ClearingOptions | None = None,
) -> Rounds:
    """Clear by fictitious default; at most as many rounds as nodes.

    Raises IronpotError for models without payments, SolverError where the failed owe only one
    another and nothing fixes what they pay. Sources: Eisenberg and Noe (2001), section 3.1;
    Rogers and Veraart (2013), section 3.1.

    >>> from ironpot.system.network import network_of
    >>> chain = network_of([[0, 4, 0], [0, 0, 4], [0, 0, 0]], [3, 0.5, 0], [0, 0, 0])
    >>> default_rounds(chain).level.tolist()
    [0, 1, -1]
    """
    options = options or ClearingOptions()
    _must_pay(options)
    external = network.external_assets if external_assets is None else external_assets
    rule = affine_rule(network, options)
    value = np.ones(len(network.nodes))
    level = np.full(len(network.nodes), -1, dtype=np.int64)
    for number in range(len(network.nodes) + 1):
        short = external + network.claims @ value < rule[:, 0]
        new = short & (level < 0)
        if not new.any():
            return Rounds(value, level)
        level[new] = number
        value = _paid_by_failed(network, external, rule, level >= 0)
    raise SolverError(_NO_END)


def _must_pay(options: ClearingOptions) -> None:
    if options.model not in PAYING:
        raise IronpotError(
            Text(
                f"Rounds of default need payments; {options.model} has none. Use eisenberg_noe "
                "or rogers_veraart.",
                f"违约轮次需要支付额,{options.model} 没有。请用 eisenberg_noe 或 rogers_veraart。",
            )
        )


def _paid_by_failed(network: Network, external: Floats, rule: Floats, failed: Bools) -> Floats:
    """Solve v = max(0, b e + c A v + d) among the failed while all others are worth 1."""
    at = np.flatnonzero(failed)
    solvent = (~failed).astype(np.float64)
    fixed = rule[at, 1] * external[at] + rule[at, 2] * (network.claims @ solvent)[at] + rule[at, 3]
    inner = scaled_rows(among(network.claims, at), rule[at, 2])
    try:
        paid = _settled(inner, fixed, _who_pays(inner, fixed))
    except SolverError:
        paid = _from_below(inner, fixed, rule[at, 2])
    value = solvent
    value[at] = np.clip(paid, 0.0, 1.0)
    return value


def _settled(inner: Links, fixed: Floats, paying: Bools) -> Floats:
    """Iterate over who pays anything at all: each pass solves one linear system."""
    for _ in range(fixed.size + 1):
        paid = _solve(inner, fixed, paying)
        if (paid > 1.0 + APART).any():  # of those who fail
            break
        now = fixed + inner @ paid > 0.0
        if np.array_equal(now, paying):
            return paid
        paying = now
    raise SolverError(_NO_END)


def _from_below(inner: Links, fixed: Floats, per_yuan: Floats) -> Floats:
    """Solve from those who pay by what is theirs, where a circle of failed ones loses too much.

    Money that goes round and loses to senior debts each time sinks until somebody pays nothing: no
    system with all of them has an answer, yet there is one. `per_yuan` is what a yuan received adds
    to each value. Raises SolverError where others could pay more as well.
    """
    paying = fixed > 0.0
    for _ in range(fixed.size + 1):
        paid = np.maximum(_solve(inner, fixed, paying), 0.0)
        left = fixed + inner @ paid
        now = paying | (left > 0.0)
        if np.array_equal(now, paying):
            edge = left > -TIE * (2.0 * np.abs(fixed) + left)
            _refuse_circles(inner, per_yuan, (paying | edge) & (per_yuan > 0.0))
            return paid
        paying = now
    raise SolverError(_NO_END)


def _refuse_circles(inner: Links, per_yuan: Floats, among_: Bools) -> None:
    """Refuse nodes among which money could go round for ever: it may be any amount.

    A yuan given to each would be paid on so often before it is lost.
    """
    on = np.flatnonzero(among_)
    if not on.size:
        return
    passed_on = solve_fixed_point(among(inner, on), per_yuan[on]) / per_yuan[on]
    if not ((passed_on > 1.0 - APART) & (passed_on < 1.0 / TIE)).all():
        raise SolverError(_CLOSED)


def _who_pays(inner: Links, fixed: Floats) -> Bools:
    """Guess from above who pays anything; senior debts leave some with nothing for the rest."""
    paid = np.ones(fixed.size)
    for _ in range(_GUESSES):
        paid = np.clip(fixed + inner @ paid, 0.0, 1.0)
    return fixed + inner @ paid > 0.0


def _solve(inner: Links, fixed: Floats, paying: Bools) -> Floats:
    on = np.flatnonzero(paying)
    paid = np.zeros(fixed.size)
    if on.size:
        paid[on] = solve_fixed_point(among(inner, on), fixed[on])
    if not np.isfinite(paid).all():
        raise SolverError(_CLOSED)
    return paid


_NO_END = Text(
    "Rounds of default did not end: rounding decides who fails. Use clear_system, which says how "
    "far it is from a solution.",
    "违约轮次未能收敛,舍入误差影响判断。请用 clear_system,它会报告残差。",
)
_CLOSED = Text(
    "Some failed nodes owe only one another, so nothing fixes what they pay. Use clear_system, "
    "which gives the greatest and the least solution.",
    "部分违约节点之间互欠且无外部债务,支付额不确定。请用 clear_system 给出最大解与最小解。",
)
