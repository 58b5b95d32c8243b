"""Whose money paid which principal? Each yuan by which a debt falls gets one kind of resolution.

Rule, on the expected rows: money that is meant for a debt pays that debt (what is lent again, a
swap, the lot whose pledge is freed). Other proceeds of lots are set aside for principal when they
come in and pay it first come, first served; then help, bridge loans, money of related buyers; the
rest is the entity's own cash. What is set aside never exceeds the account's cash: money that the
account has meanwhile spent on something else pays no principal later.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ironpot.core.money import split_fen
from ironpot.core.outputs import CASH_FLOWS
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import giver_name, loan_names
from ironpot.plan.settle import Settlement

OUTSIDE = "outside"
ORDER = ("outside_cash", "relief", "new_debt", "rescheduled", "circular")
EXPECTED = -1


@dataclass(frozen=True, slots=True)
class Paid:
    """One reduction of one principal: `debt` is the id of a debt or loan, `amount` fen > 0."""

    debt: str
    quarter: int
    kind: str
    amount: int
    payer_id: str
    decision_id: str


@dataclass(slots=True)
class _Part:
    """Money of one origin that is set aside."""

    payer_id: str
    decision_id: str
    amount: int


@dataclass(slots=True)
class _Purse:
    """Money of one account that is set aside for principal: by kind, oldest first."""

    parts: dict[str, deque[_Part]] = field(
        default_factory=lambda: {kind: deque[_Part]() for kind in ORDER}
    )

    def put(self, kind: str, payer_id: str, decision_id: str, amount: int) -> None:
        if amount > 0:
            self.parts[kind].append(_Part(payer_id, decision_id, amount))

    @property
    def total(self) -> int:
        return sum(part.amount for parts in self.parts.values() for part in parts)

    def take(self, wanted: int, kinds: tuple[str, ...]) -> Iterator[tuple[str, _Part]]:
        """Take up to `wanted`, kinds in order, oldest first; yields (kind, part taken)."""
        for kind in kinds:
            parts = self.parts[kind]
            while parts and wanted > 0:
                used = min(parts[0].amount, wanted)
                yield kind, _Part(parts[0].payer_id, parts[0].decision_id, used)
                parts[0].amount -= used
                wanted -= used
                if parts[0].amount == 0:
                    parts.popleft()

    def take_from(self, decisions: frozenset[str], wanted: int) -> Iterator[tuple[str, _Part]]:
        """Take up to `wanted` of what came from some decisions."""
        for kind, parts in self.parts.items():
            for part in parts:
                used = min(part.amount, wanted) if part.decision_id in decisions else 0
                if used > 0:
                    part.amount -= used
                    wanted -= used
                    yield kind, _Part(part.payer_id, part.decision_id, used)


def attribute(inputs: Inputs, settled: Settlement) -> list[Paid]:
    """List every reduction of principal with its kind, payer and the decision behind it."""
    purses = [_Purse() for _ in inputs.nodes.keys]
    paid: list[Paid] = []
    for quarter in range(inputs.quarters):
        _set_aside(inputs, settled, quarter, purses)
        _transfer(inputs, settled, quarter, purses)
        for debt in _due(inputs, settled, quarter):
            paid.extend(debt.meant)
            paid.extend(_pay(debt, purses[debt.node], quarter))
        _spend(settled, quarter, purses)
    return paid


def _set_aside(inputs: Inputs, settled: Settlement, quarter: int, purses: list[_Purse]) -> None:
    """Put what lots, givers and bridge lenders bring into the purses of the accounts."""
    releases, offers = inputs.releases, inputs.offers
    lots = offers.frame["lot_id"]
    reuse, upward = offers.is_route("share_reuse"), offers.is_route("transfer_up")
    for number, candidate in enumerate(settled.chosen.tolist()):
        row, node = int(releases.row[candidate]), int(releases.node[candidate])
        amount = int(settled.proceeds[number, EXPECTED, quarter])
        buyer = int(releases.buyer[candidate])
        if buyer >= 0:
            purses[node].put("circular", inputs.nodes.keys[buyer][0], lots[row], amount)
        elif offers.lends[row]:
            purses[node].put("new_debt", OUTSIDE, lots[row], amount)
        elif upward[row]:
            purses[node].put("rescheduled", OUTSIDE, lots[row], amount)
        elif not reuse[row]:
            purses[node].put("outside_cash", OUTSIDE, lots[row], amount)
    for node, purse in enumerate(purses):
        _set_aside_lent(inputs, settled, quarter, node, purse)


def _set_aside_lent(
    inputs: Inputs, settled: Settlement, quarter: int, node: int, purse: _Purse
) -> None:
    """Put help, bridge loans and what creditors were not paid into an account's purse."""
    for number, giver in enumerate(inputs.givers):
        amount = int(settled.relief[number, node, EXPECTED, quarter])
        kind = "new_debt" if giver.repay_after else "relief"
        purse.put(kind, giver.giver_id, giver_name(giver), amount)
    drawn = int(settled.cash["bridge_draw"][node, EXPECTED, quarter])
    purse.put("new_debt", OUTSIDE, "bridge", drawn)
    purse.put("new_debt", OUTSIDE, "default", int(settled.unpaid[node, EXPECTED, quarter]))


def _transfer(inputs: Inputs, settled: Settlement, quarter: int, purses: list[_Purse]) -> None:
    """Move money between accounts: own cash goes first, then what is set aside, oldest first."""
    inner = ("intra_group_in", "intra_group_out", "principal")
    flows = [settled.cash[name][:, EXPECTED, quarter] for name in CASH_FLOWS if name not in inner]
    at_hand = settled.opening[:, EXPECTED, quarter] + np.sum(flows, axis=0)
    arcs: list[tuple[int, int]] = inputs.nodes.arcs.tolist()
    for arc, (giver, taker) in enumerate(arcs):
        amount = int(settled.moved[arc, EXPECTED, quarter])
        own = max(int(at_hand[giver]) - purses[giver].total, 0)
        for kind, part in list(purses[giver].take(max(amount - own, 0), ORDER)):
            purses[taker].put(kind, part.payer_id, part.decision_id, part.amount)
        at_hand[giver] -= amount
        at_hand[taker] += amount


@dataclass(frozen=True, slots=True)
class _Due:
    """Principal of one debt paid in a quarter: what is meant for it, and what is still to pay.

    `early` is what is paid before it falls due, `scheduled` what falls due and is not lent again.
    """

    debt: str
    node: int
    payer: str
    scheduled: int
    early: int
    freed_by: frozenset[str]
    meant: tuple[Paid, ...]


def _due(inputs: Inputs, settled: Settlement, quarter: int) -> Iterator[_Due]:
    """List debts and loans whose principal falls in a quarter."""
    lent = lent_again(inputs, settled, quarter)
    debts, holders = inputs.debts, inputs.debts.debts["creditor_id"]
    for number, name in enumerate(debts.debt_ids):
        scheduled = int(settled.debts.scheduled[number, EXPECTED, quarter])
        prepaid = int(settled.debts.prepaid[number, EXPECTED, quarter])
        swapped = int(settled.debts.swapped[number, EXPECTED, quarter])
        forgiven = int(settled.debts.forgiven[number, EXPECTED, quarter])
        again = lent.get(name, 0)
        meant = (
            _meant(name, quarter, "new_debt", again, holders[number], "refinance"),
            _meant(name, quarter, "new_debt", swapped, "province", "swap"),
            _meant(name, quarter, "forgiven", forgiven, holders[number], "haircut"),
        )
        yield _Due(
            name,
            int(debts.node[number]),
            inputs.nodes.keys[int(debts.node[number])][0],
            scheduled - again,
            prepaid,
            _freeing_lots(inputs, settled, number, quarter) if prepaid else frozenset(),
            tuple(entry for entry in meant if entry is not None),
        )
    for number, name in enumerate(loan_names(inputs, settled.loans)):
        repaid = int(settled.loans.repaid[number, EXPECTED, quarter])
        again = lent.get(name, 0)
        entry = _meant(name, quarter, "new_debt", again, OUTSIDE, "refinance")
        node = int(settled.loans.node[number])
        payer = inputs.nodes.keys[node][0]
        yield _Due(name, node, payer, repaid - again, 0, frozenset(), (entry,) if entry else ())


def _meant(
    debt: str, quarter: int, kind: str, amount: int, payer: str, decision: str
) -> Paid | None:
    return Paid(debt, quarter, kind, amount, payer, decision) if amount > 0 else None


def lent_again(inputs: Inputs, settled: Settlement, quarter: int) -> dict[str, int]:
    """Return what is lent again of each debt and loan, by its group's share of what falls due."""
    debts, loans = inputs.debts, settled.loans
    names = [*debts.debt_ids, *loan_names(inputs, loans)]
    rolled = np.array([kind == "rolled" for kind in loans.kind], dtype=bool)
    group = np.concatenate([debts.group, np.where(rolled, loans.owner, -1)])
    due = np.concatenate(
        [settled.debts.scheduled[:, EXPECTED, quarter], loans.repaid[:, EXPECTED, quarter]]
    )
    shares: dict[str, int] = {}
    for number in range(len(debts.groups)):
        members = np.flatnonzero((group == number) & (due > 0))
        amount = int(min(settled.roll[number, EXPECTED, quarter], due[members].sum()))
        for member, part in zip(members, split_fen(amount, due[members]), strict=True):
            shares[names[member]] = int(part)
    return shares


def _freeing_lots(inputs: Inputs, settled: Settlement, debt: int, quarter: int) -> frozenset[str]:
    """Lots offered in a quarter that had to free this debt first."""
    releases = inputs.releases
    target = inputs.debts.debt_ids[debt]
    pledged = inputs.offers.frame["encumbrance_debt_id"]
    lots = inputs.offers.frame["lot_id"]
    rows = [int(releases.row[c]) for c in settled.chosen if releases.start[c] == quarter]
    return frozenset(lots[row] for row in rows if pledged[row] == target)


def _pay(due: _Due, purse: _Purse, quarter: int) -> Iterator[Paid]:
    """Pay what is left of a debt: from the lots that it frees, then the purse, then own cash.

    What lots free is paid early; of the rest, what falls due is paid first.
    """
    left, early = due.scheduled + due.early, due.early
    for kind, part in purse.take_from(due.freed_by, left):
        left, early = left - part.amount, max(early - part.amount, 0)
        yield Paid(due.debt, quarter, kind, part.amount, part.payer_id, part.decision_id)
    for kind, part in purse.take(left, ORDER):
        left -= part.amount
        yield Paid(due.debt, quarter, kind, part.amount, part.payer_id, part.decision_id)
    early = min(early, left)
    for amount, action in ((left - early, "scheduled"), (early, "prepay")):
        if amount > 0:
            yield Paid(due.debt, quarter, "own_cash", amount, due.payer, action)


def _spend(settled: Settlement, quarter: int, purses: list[_Purse]) -> None:
    """Drop what the account has spent on something else: the softest money first."""
    for node, purse in enumerate(purses):
        cash = max(int(settled.closing[node, EXPECTED, quarter]), 0)
        for _ in purse.take(max(purse.total - cash, 0), tuple(reversed(ORDER))):
            continue
