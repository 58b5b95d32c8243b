"""What happens to each debt, in whole fen: added, paid, prepaid, swapped, lent again, forgiven.

Arrays of int64 fen, (debt or loan, scenario, quarter). The last scenario is `expected`: amounts are
averaged first and rounded once, so that its rows tie like any other's.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.money import split_fen, to_fen
from ironpot.plan.bands import SECURED, help_class
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.model import Model
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Floats, Ints
from ironpot.plan.recourse import bond_service

Fen = npt.NDArray[np.int64]
WHOLE = 0.5


@dataclass(frozen=True, slots=True)
class DebtLedger:
    """Opening debts: `option` chosen of each (debt,), and the reductions of its principal.

    `opening` is (debt,), the others (debt, scenario, quarter): opening or previous closing and what
    is `added` (interest, an index) less scheduled, prepaid, swapped and forgiven is closing,
    exactly. `interest`, `penalty` and `fee` are paid in cash, positive.
    """

    option: Ints
    opening: Fen
    added: Fen
    scheduled: Fen
    prepaid: Fen
    swapped: Fen
    forgiven: Fen
    closing: Fen
    interest: Fen
    penalty: Fen
    fee: Fen


@dataclass(frozen=True, slots=True)
class Loans:
    """New loans: drawn in one quarter, served after it.

    `drawn` is (loan, scenario), `interest` and `repaid` (loan, scenario, quarter). `kind` is
    rolled, swapped, secured or help; `owner` is its group, programme, candidate or giver. Interest
    of a swap includes what its issue costs.
    """

    kind: tuple[str, ...]
    node: Ints
    primary_class: tuple[str, ...]
    creditor_class: tuple[str, ...]
    quarter: Ints
    owner: Ints
    drawn: Fen
    interest: Fen
    repaid: Fen


def with_expected(values: Floats, weights: Floats) -> Floats:
    """Append the probability-weighted mean as one more scenario: (n, S, ...) -> (n, S+1, ...)."""
    mean = np.tensordot(weights, values, axes=(0, 1))
    return np.concatenate([values, mean[:, None]], axis=1)


def settle_debts(model: Model, point: Floats) -> DebtLedger:
    """Settle every opening debt at a point of the program."""
    inputs, debts = model.inputs, model.inputs.debts
    option = _chosen_options(model, point)
    prepaid_share, swapped_share = _shares(model, point)
    gone = np.cumsum(prepaid_share + swapped_share, axis=1)
    left_before = 1.0 - (gone - prepaid_share - swapped_share)
    outstanding = debts.outstanding[option]
    closing = _fen(inputs, (outstanding * np.clip(1.0 - gone, 0.0, 1.0)[:, None, :]))
    opening = to_fen(debts.debts["notional_principal"].to_numpy())
    first = np.broadcast_to(opening[:, None, None], (*closing.shape[:2], 1))
    principal = _principal(
        np.diff(closing, axis=2, prepend=first),
        added=_fen(inputs, debts.added[option] * left_before[:, None, :]),
        swapped=_fen(inputs, (outstanding * swapped_share[:, None, :])),
        forgiven=_fen(inputs, _forgiven(inputs, option, left_before)),
        prepaid=_fen(inputs, (outstanding * prepaid_share[:, None, :])),
        due=_fen(inputs, debts.principal[option] * left_before[:, None, :]),
    )
    interest = debts.interest[option] * left_before[:, None, :]
    interest += debts.accrued * (prepaid_share + swapped_share)[:, None, :]
    fee = np.zeros_like(interest)
    fee[:, :, 0] = debts.fee[option][:, None]
    return DebtLedger(
        option=option,
        opening=opening,
        added=principal.added,
        scheduled=principal.scheduled,
        prepaid=principal.prepaid,
        swapped=principal.swapped,
        forgiven=principal.forgiven,
        closing=closing,
        interest=_fen(inputs, (interest)),
        penalty=_fen(inputs, outstanding * (prepaid_share * debts.penalty[:, None])[:, None, :]),
        fee=_fen(inputs, (fee)),
    )


class _Principal(NamedTuple):
    """What moves principal, fen >= 0: added less all others is its rise, exactly."""

    added: Fen
    swapped: Fen
    forgiven: Fen
    prepaid: Fen
    scheduled: Fen


def _principal(
    rise: Fen, *, added: Fen, swapped: Fen, forgiven: Fen, prepaid: Fen, due: Fen
) -> _Principal:
    """Make parts that are rounded one by one add up to the `rise` of principal.

    No part is negative by rounding: each takes at most what the ones before it leave of the fall,
    what is scheduled takes the rest. Where nothing is `due`, the odd fen goes with what is added.

    >>> def fen(*amounts: int) -> Fen: return np.array(amounts, dtype=np.int64)
    >>> nil = fen(0, 0)
    >>> found = _principal(
    ...     fen(7, -3), added=fen(8, 1), swapped=nil, forgiven=nil, prepaid=fen(0, 5), due=fen(0, 4)
    ... )
    >>> found.added.tolist(), found.prepaid.tolist(), found.scheduled.tolist()
    ([7, 1], [0, 4], [0, 0])
    """
    added = np.maximum(added, rise)
    swapped = _at_most(swapped, added - rise)
    forgiven = _at_most(forgiven, added - rise - swapped)
    prepaid = _at_most(prepaid, added - rise - swapped - forgiven)
    scheduled = added - rise - swapped - forgiven - prepaid
    odd = np.where(due == 0, np.minimum(scheduled, added), 0)
    return _Principal(added - odd, swapped, forgiven, prepaid, scheduled - odd)


def _at_most(amount: Fen, room: Fen) -> Fen:
    return np.clip(amount, 0, np.maximum(room, 0))


def _fen(inputs: Inputs, yuan: Floats) -> Fen:
    """Yuan by scenario (n, S, ...) as fen with the expected scenario, (n, S+1, ...)."""
    return to_fen(with_expected(yuan, inputs.weights))


def _chosen_options(model: Model, point: Floats) -> Ints:
    debts = model.inputs.debts
    value = point[model.column("option")]
    chosen = debts.contract.copy()
    taken = np.flatnonzero(value > WHOLE)
    chosen[debts.option_debt[taken]] = taken
    return chosen


def _shares(model: Model, point: Floats) -> tuple[Floats, Floats]:
    """Shares of each debt prepaid and swapped by quarter, (debt, quarter) each."""
    inputs = model.inputs
    shape = (len(inputs.debts.node), inputs.quarters)
    prepaid, swapped = np.zeros(shape), np.zeros(shape)
    prepaid[prepayment_dates(inputs)] = np.clip(point[model.column("prepay")], 0.0, 1.0)
    _, debt, quarter = swap_dates(inputs)
    np.add.at(swapped, (debt, quarter), np.clip(point[model.column("swap")], 0.0, 1.0))
    return prepaid, swapped


def _forgiven(inputs: Inputs, option: Ints, left_before: Floats) -> Floats:
    """Return principal forgiven, (debt, scenario, quarter).

    By earlier agreement, of the share (debt, quarter) that is left then; and when an option is
    agreed, in the first quarter where it succeeds.
    """
    debts = inputs.debts
    amount = debts.agreed_fall[option] * left_before[:, None, :]
    amount[:, :, 0] += debts.forgiven[option][:, None] * debts.succeeds[option]
    return amount


def settle_loans(model: Model, point: Floats, debts: DebtLedger, candidates: Ints) -> Loans:
    """List the loans that a plan takes up: rolled over, swapped in, against lots."""
    parts = [
        _rolled(model, point),
        _swapped_in(model, point, debts),
        _against_lots(model, candidates),
        _repayable_help(model, point),
    ]
    return Loans(
        kind=sum((part.kind for part in parts), ()),
        node=np.concatenate([part.node for part in parts]),
        primary_class=sum((part.primary_class for part in parts), ()),
        creditor_class=sum((part.creditor_class for part in parts), ()),
        quarter=np.concatenate([part.quarter for part in parts]),
        owner=np.concatenate([part.owner for part in parts]),
        drawn=np.concatenate([part.drawn for part in parts]),
        interest=np.concatenate([part.interest for part in parts]),
        repaid=np.concatenate([part.repaid for part in parts]),
    )


def _rolled(model: Model, point: Floats) -> Loans:
    """One loan a group and quarter in which anything is rolled over, served to its term."""
    inputs, roll = model.inputs, model.inputs.debts.roll
    amount = np.clip(point[model.column("roll")], 0.0, None) * MILLION
    group, quarter = np.nonzero(amount.max(axis=1) > 0.005)
    drawn = amount[group, :, quarter]
    rate = roll.rate[group, :, quarter] / QUARTERS_PER_YEAR
    served = _served(drawn, drawn * rate, quarter, roll.term[group], inputs)
    groups = inputs.debts.groups
    return Loans(
        kind=("rolled",) * group.size,
        node=np.array([groups[g][0] for g in group], dtype=np.int64),
        primary_class=tuple(groups[g][2] for g in group),
        creditor_class=tuple(groups[g][1] for g in group),
        quarter=quarter,
        owner=group,
        drawn=served[0],
        interest=served[1],
        repaid=served[2],
    )


def _swapped_in(model: Model, point: Floats, debts: DebtLedger) -> Loans:
    """One on-lent bond a programme and quarter for what is swapped in it."""
    inputs = model.inputs
    drawn = _swapped_by_programme(model, point, debts)
    programme, quarter = np.nonzero(drawn.max(axis=1) > 0)
    size = drawn[programme, :, quarter]
    service = bond_service(inputs, programme, quarter)
    due = np.rint(size[:, :, None] * service[:, :, None, :]).astype(np.int64)
    return Loans(
        kind=("swapped",) * quarter.size,
        node=np.array([inputs.debts.swaps[k].node for k in programme], dtype=np.int64),
        primary_class=("special",) * quarter.size,
        creditor_class=("province",) * quarter.size,
        quarter=quarter,
        owner=programme,
        drawn=size,
        interest=due[0] + due[2],
        repaid=due[1],
    )


def _swapped_by_programme(model: Model, point: Floats, debts: DebtLedger) -> Fen:
    """Split what is swapped each quarter over the programmes, (programme, scenario, quarter)."""
    inputs = model.inputs
    programme, debt, quarter = swap_dates(inputs)
    share = np.clip(point[model.column("swap")], 0.0, 1.0)
    principal = inputs.debts.outstanding[inputs.debts.contract[debt], :, quarter] @ inputs.weights
    part = np.zeros((len(inputs.debts.swaps), inputs.quarters))
    np.add.at(part, (programme, quarter), share * principal)
    total = debts.swapped.sum(axis=0)
    split = np.zeros((part.shape[0], *total.shape), dtype=np.int64)
    for scenario, at in zip(*np.nonzero(total), strict=True):
        split[:, scenario, at] = split_fen(int(total[scenario, at]), part[:, at])
    return split


def help_received(model: Model, point: Floats) -> Fen:
    """Return help by giver and node, (giver, node, scenario, quarter), in fen."""
    inputs = model.inputs
    amount = np.clip(model.take("relief", point), 0.0, None) * MILLION
    flat = amount.reshape(-1, *amount.shape[2:])
    return _fen(inputs, flat).reshape(*amount.shape[:2], amount.shape[2] + 1, inputs.quarters)


def _repayable_help(model: Model, point: Floats) -> Loans:
    """One loan a giver, account and quarter in which repayable help comes."""
    inputs, received = model.inputs, help_received(model, point)
    lent = np.array([giver.repay_after > 0 for giver in inputs.givers], dtype=bool)
    comes = (received[:, :, -1] > 0) & lent[:, None, None]
    number, node, quarter = np.nonzero(comes)
    drawn = received[number, node, :, quarter]
    rate = np.array([giver.rate for giver in inputs.givers])[number] / QUARTERS_PER_YEAR
    term = np.array([giver.repay_after for giver in inputs.givers], dtype=np.int64)[number]
    interest = np.rint(drawn * rate[:, None]).astype(np.int64)
    return Loans(
        kind=("help",) * number.size,
        node=node,
        primary_class=tuple(help_class(inputs, n) for n in node.tolist()),
        creditor_class=("province",) * number.size,
        quarter=quarter,
        owner=number,
        drawn=drawn,
        interest=_running(interest, quarter, term, inputs.quarters),
        repaid=_at_term(drawn, quarter, term, inputs.quarters),
    )


def _against_lots(model: Model, candidates: Ints) -> Loans:
    """Loans that a pledge or a pool with recourse brings, the same in every scenario."""
    inputs, releases = model.inputs, model.inputs.releases
    taken = candidates[inputs.offers.lends[releases.row[candidates]]]
    scenarios = inputs.weights.size + 1

    def spread(name: str) -> Fen:
        fen = to_fen(np.abs(releases.moves[name][taken]))
        return np.broadcast_to(fen[:, None, :], (taken.size, scenarios, inputs.quarters))

    drawn = spread("borrowing").sum(axis=2)
    return Loans(
        kind=("secured",) * taken.size,
        node=releases.node[taken],
        primary_class=(SECURED,) * taken.size,
        creditor_class=("other",) * taken.size,
        quarter=releases.start[taken],
        owner=taken,
        drawn=drawn,
        interest=spread("interest"),
        repaid=spread("principal"),
    )


def _served(
    drawn: Floats, interest: Floats, quarter: Ints, term: Ints, inputs: Inputs
) -> tuple[Fen, Fen, Fen]:
    """Drawn (loan, S+1), interest and repayment (loan, S+1, quarter) of bullet loans, in fen."""
    principal = to_fen(with_expected(drawn, inputs.weights))
    each = to_fen(with_expected(interest, inputs.weights))
    quarters = inputs.quarters
    return (
        principal,
        _running(each, quarter, term, quarters),
        _at_term(principal, quarter, term, quarters),
    )


def _running(amount: Fen, quarter: Ints, term: Ints, quarters: int) -> Fen:
    after = np.arange(quarters)[None, :] - quarter[:, None]
    running = (after > 0) & (after <= term[:, None])
    return amount[:, :, None] * running[:, None, :]


def _at_term(amount: Fen, quarter: Ints, term: Ints, quarters: int) -> Fen:
    after = np.arange(quarters)[None, :] - quarter[:, None]
    return amount[:, :, None] * (after == term[:, None])[:, None, :]
