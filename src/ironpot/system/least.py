"""What is the least that claims are worth, exactly, where sweeps from below creep?

Senior debts and costs of default leave several answers, so that the rounds of default, which come
from above, do not give the least. One scenario, arrays are (node,); v as in `clear`.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.system.links import Bools, Floats, Links, among, scaled_rows, solve_fixed_point
from ironpot.system.network import Network
from ironpot.system.valuations import TIE

_SWEEPS = 50


def least_from(network: Network, external: Floats, rule: Floats, value: Floats) -> Floats | None:
    """Return the least fixed point of the affine `rule`, from `value` at or below it.

    A few sweeps say who pays something and who pays in full: that stays so on the way up. What the
    payers then pay, the others nothing, has one answer above what they pay already, since each
    circle of payers gets more than it loses; it is solved for, and its payers may lift others.
    None where rounding leaves such a system without an answer. Monotone: Tarski (1955).

    >>> from ironpot.system.network import network_of
    >>> from ironpot.system.valuations import ClearingOptions, affine_rule
    >>> ring = network_of([[0, 1e9], [1e9, 0]], [1, 1], [0, 1.5])
    >>> rule = affine_rule(ring, ClearingOptions(external_debts="senior"))
    >>> least_from(ring, ring.external_assets, rule, np.zeros(2)).round(6).tolist()
    [1.0, 1.0]
    """
    before = None
    for _ in range(2 * len(value) + 2):
        for _ in range(_SWEEPS):
            value = np.maximum(value, _standing(network, external, rule, value).value)
        now = _standing(network, external, rule, value)
        if before is not None and now.like(before):
            return value
        paid = _paid(network, rule, now)
        if paid is None:
            return None
        value, before = np.where(now.paying, paid, now.solvent.astype(np.float64)), now
    return None


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a set of values makes of each node: `own` is what it pays with nothing received."""

    value: Floats
    solvent: Bools
    paying: Bools
    own: Floats

    def like(self, other: "_Standing") -> bool:
        return bool((self.solvent == other.solvent).all() and (self.paying == other.paying).all())


def _standing(network: Network, external: Floats, rule: Floats, value: Floats) -> _Standing:
    received = network.claims @ value
    own, more = rule[:, 1] * external + rule[:, 3], rule[:, 2] * received
    solvent = external + received >= rule[:, 0]
    # What is left after senior debts is nothing where the two are equal but for rounding.
    paying = (own + more > TIE * (rule[:, 1] * external - rule[:, 3] + more)) & ~solvent
    share = np.where(paying, np.minimum(own + more, 1.0), 0.0)
    return _Standing(np.where(solvent, 1.0, share), solvent, paying, own)


def _paid(network: Network, rule: Floats, now: _Standing) -> Floats | None:
    """Solve v = min(1, own + c A v) among the payers, while others pay all or nothing."""
    at = np.flatnonzero(now.paying)
    paid = np.zeros(now.own.size)
    full = now.solvent.astype(np.float64)
    fixed = now.own[at] + rule[at, 2] * (network.claims @ full)[at]
    inside = scaled_rows(among(network.claims, at), rule[at, 2])
    found = _capped(inside, fixed)
    if found is None:
        return None
    paid[at] = found
    return paid


def _capped(inside: Links, fixed: Floats) -> Floats | None:
    """Return v = min(1, fixed + inside v), from above: who does not reach 1 stays below."""
    value, short = np.ones(fixed.size), np.zeros(fixed.size, dtype=np.bool_)
    for _ in range(fixed.size + 1):
        new = (fixed + inside @ value < 1.0) & ~short
        if not new.any():
            return value
        short |= new
        on = np.flatnonzero(short)
        value[on] = 0.0
        part = solve_fixed_point(among(inside, on), (fixed + inside @ value)[on])
        if not np.isfinite(part).all():
            return None
        value[on] = np.clip(part, 0.0, 1.0)
    return None
