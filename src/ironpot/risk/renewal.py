"""What is borrowed anew, and what stays unpaid? Cash and debt quarter by quarter under one rule.

A share of all principal that falls due is renewed at the rate of its quarter and for its creditors'
term, at whose end it falls due again. What cash cannot pay is carried as a shortfall, which bears
interest and is paid down first when money comes in. Amounts in yuan, >= 0 unless signed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.dates import QUARTERS_PER_YEAR

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Terms:
    """How principal of each group is renewed.

    `share` (scenario or 1, group, quarter), 0..1; `rate` a year of what is renewed in a quarter,
    (scenario or 1, group, quarter), fixed until it is renewed again; `term` (group,) in quarters;
    `shortfall_rate` a year.
    """

    share: Floats
    rate: Floats
    term: Integers
    shortfall_rate: float


@dataclass(frozen=True, slots=True)
class Due:
    """What must be paid and what comes in, quarter by quarter.

    `principal`, `service` (interest and fees) by (scenario, group, quarter); `inflow` is all other
    cash, signed, (scenario, quarter); `called` is principal that is never renewed, like
    `principal`; `opening_cash` may be negative.
    """

    principal: Floats
    called: Floats
    service: Floats
    inflow: Floats
    opening_cash: float


@dataclass(frozen=True, slots=True)
class Carried:
    """What follows: (scenario, group, quarter), but `cash` and `shortfall_interest` without group.

    `renewed` is borrowed, `redeemed` of it falls due again, `new_interest` is paid on it and
    `new_debt` left at the end. `cash` is negative by what is unpaid; `shortfall` is that by group.
    """

    renewed: Floats
    redeemed: Floats
    new_interest: Floats
    new_debt: Floats
    cash: Floats
    shortfall: Floats
    shortfall_interest: Floats


def carry_on(due: Due, terms: Terms) -> Carried:
    """Return what renewal and cash make of what is due.

    Unpaid amounts are carried by the groups whose net service falls due in the quarter, in
    proportion; where none falls due, by all in proportion to what is owed anew, or equally.

    >>> flat = np.zeros((1, 1, 3))
    >>> due = Due(np.array([[[100.0, 0.0, 0.0]]]), flat, flat, np.array([[10.0, 10.0, 10.0]]), 0.0)
    >>> terms = Terms(np.full((1, 1, 3), 0.8), np.full((1, 1, 3), 0.04), np.array([12]), 0.0)
    >>> after = carry_on(due, terms)
    >>> after.renewed[0, 0].tolist(), after.cash[0].round(2).tolist()
    ([80.0, 0.0, 0.0], [-10.0, -0.8, 8.4])
    """
    shape = np.broadcast_shapes(due.principal.shape, terms.rate.shape, (len(due.inflow), 1, 1))
    after = _empty(shape)
    position = np.full(shape[0], due.opening_cash)
    owed, unpaid = np.zeros(shape[:2]), np.zeros(shape[:2])
    for t in range(shape[2]):
        owed = _renew(after, due, terms, owed, t)
        net = due.called[:, :, t] + due.service[:, :, t] + after.new_interest[:, :, t]
        net = net + due.principal[:, :, t] + after.redeemed[:, :, t] - after.renewed[:, :, t]
        extra = np.maximum(-position, 0.0) * terms.shortfall_rate / QUARTERS_PER_YEAR
        position = position + due.inflow[:, t] - net.sum(axis=1) - extra
        unpaid = _shared_out(unpaid, np.maximum(-position, 0.0), net, owed)
        after.cash[:, t], after.shortfall_interest[:, t] = position, extra
        after.shortfall[:, :, t] = unpaid
    return after


def _empty(shape: tuple[int, ...]) -> Carried:
    by_group = [np.zeros(shape) for _ in range(5)]
    renewed, redeemed, interest, debt, shortfall = by_group
    cash, extra = (np.zeros((shape[0], shape[2])) for _ in range(2))
    return Carried(renewed, redeemed, interest, debt, cash, shortfall, extra)


def _renew(after: Carried, due: Due, terms: Terms, owed: Floats, t: int) -> Floats:
    """Write what falls due again and is renewed in quarter t; return what is owed anew then.

    Interest of a quarter is paid at its end on what was owed anew at its beginning.
    """
    begun = t - terms.term
    groups, at = np.arange(begun.size), np.maximum(begun, 0)
    redeemed = np.where(begun >= 0, after.renewed[:, groups, at], 0.0)
    after.redeemed[:, :, t] = redeemed
    after.renewed[:, :, t] = terms.share[:, :, t] * (due.principal[:, :, t] + redeemed)
    if t:
        last = after.renewed[:, :, t - 1] * terms.rate[:, :, t - 1] / QUARTERS_PER_YEAR
        ended = t - 1 - terms.term
        place = np.maximum(ended, 0)
        rate = terms.rate[:, groups, place] / QUARTERS_PER_YEAR
        gone = np.where(ended >= 0, after.renewed[:, groups, place] * rate, 0.0)
        after.new_interest[:, :, t] = after.new_interest[:, :, t - 1] + last - gone
    owed = owed + after.renewed[:, :, t] - redeemed
    after.new_debt[:, :, t] = owed
    return owed


def _shared_out(unpaid: Floats, total: Floats, net: Floats, owed: Floats) -> Floats:
    """Return the unpaid by group, adding up to `total` (scenario,)."""
    before = unpaid.sum(axis=1)
    weight = np.maximum(net, 0.0)
    for instead in (owed, np.ones_like(owed)):
        weight = np.where(weight.sum(axis=1, keepdims=True) > 0.0, weight, instead)
    rise = (total - before)[:, None] * weight / weight.sum(axis=1, keepdims=True)
    kept = np.where(before > 0.0, total / np.where(before > 0.0, before, 1.0), 0.0)
    return np.where((total >= before)[:, None], unpaid + rise, unpaid * kept[:, None])
