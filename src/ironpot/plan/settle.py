"""The plan in whole fen: every account's cash by column, scenario and quarter; closing balances.

Volumes and shares are rounded once, the recourse is recomputed in integers, closing cash is the
balancing figure. The last scenario is `expected`.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.core.money import FEN_PER_YUAN, to_fen
from ironpot.core.outputs import CASH_FLOWS
from ironpot.plan.debt_ledger import (
    DebtLedger,
    Fen,
    Loans,
    help_received,
    settle_debts,
    settle_loans,
    with_expected,
)
from ironpot.plan.exact import Sales, chosen_releases, price_sales
from ironpot.plan.inputs import MILLION, Inputs, quarterly
from ironpot.plan.model import Model
from ironpot.plan.program import Floats, Ints

# Less than a yuan that a linear solve leaves unpaid is its tolerance, not arrears (million).
DUST = 1e-6


@dataclass(frozen=True)
class Settlement:
    """A plan's money, int64 fen.

    `cash` holds each column of the cash file, (node, scenario, quarter), in + and out -; `opening`
    and `closing` likewise. `proceeds` is what each chosen release brings net of levies, (release,
    scenario, quarter), by `chosen` candidate. `relief` is (giver, node, scenario, quarter), `roll`
    (group, scenario, quarter), `unpaid` what creditors are not paid in a quarter and `arrears`
    its stock (node, scenario, quarter), `moved` transfers (arc, scenario, quarter).
    """

    chosen: Ints
    sales: Sales
    debts: DebtLedger
    loans: Loans
    proceeds: Fen
    relief: Fen
    roll: Fen
    unpaid: Fen
    arrears: Fen
    moved: Fen
    cash: dict[str, Fen]
    opening: Fen
    closing: Fen


def settle(model: Model, point: Floats) -> Settlement:
    """Round a point of the program to fen and work out every balance from the integers."""
    inputs = model.inputs
    chosen = chosen_releases(model, point)
    sales = price_sales(inputs, chosen)
    debts = settle_debts(model, point)
    loans = settle_loans(model, point, debts, chosen)
    cash = {name: np.zeros(_shape(inputs), dtype=np.int64) for name in CASH_FLOWS}
    _book_budget(inputs, cash)
    _book_lots(inputs, chosen, sales, cash)
    _book_debts(inputs, debts, loans, cash)
    unpaid, arrears = _book_financing(model, point, cash)
    relief = _book_relief(model, point, cash)
    moved = _book_transfers(model, point, debts, cash)
    opening, closing = _balances(inputs, cash)
    return Settlement(
        chosen=chosen,
        sales=sales,
        debts=debts,
        loans=loans,
        proceeds=_proceeds(inputs, chosen, sales),
        relief=relief,
        roll=_fen(inputs, np.clip(model.take("roll", point), 0.0, None) * MILLION),
        unpaid=unpaid,
        arrears=arrears,
        moved=moved,
        cash=cash,
        opening=opening,
        closing=closing,
    )


def _shape(inputs: Inputs) -> tuple[int, int, int]:
    return len(inputs.nodes.keys), inputs.weights.size + 1, inputs.quarters


def _fen(inputs: Inputs, yuan: Floats) -> Fen:
    """Yuan by scenario (n, S, ...) as fen with the expected scenario, (n, S+1, ...)."""
    return to_fen(with_expected(yuan, inputs.weights))


def _book_budget(inputs: Inputs, cash: dict[str, Fen]) -> None:
    for name, amount in inputs.budget.items():
        cash[name] += _fen(inputs, amount)


def _book_lots(inputs: Inputs, chosen: Ints, sales: Sales, cash: dict[str, Fen]) -> None:
    """Book income of lots kept, what releases bring and take, and who pays inside the perimeter.

    Income is net of the cost to keep; where lots cost an account more than they earn, that is
    spending.
    """
    releases = inputs.releases
    income = _income_left(inputs, chosen, sales)
    cash["asset_income"] += _fen(inputs, np.clip(income, 0.0, None))
    cash["other_spending"] += _fen(inputs, np.clip(income, None, 0.0))
    for name in ("asset_proceeds_outside", "asset_proceeds_inside", "tax_and_fee"):
        fen = to_fen(releases.moves[name][chosen])
        np.add.at(cash[name], releases.node[chosen], fen[:, None, :])
    cost = to_fen(releases.moves["procedure_cost"][chosen])
    np.add.at(cash["procedure_cost"], releases.node[chosen], cost[:, None, :])
    inside = chosen[releases.buyer[chosen] >= 0]
    price = to_fen(releases.moves["asset_proceeds_inside"][inside])
    np.add.at(cash["intra_group_out"], releases.buyer[inside], -price[:, None, :])
    node = releases.node[sales.candidate]
    np.add.at(cash["asset_proceeds_outside"], node, _fen(inputs, sales.gross))
    np.add.at(cash["tax_and_fee"], node, -_fen(inputs, sales.levies))


def _income_left(inputs: Inputs, chosen: Ints, sales: Sales) -> Floats:
    """Income less cost of lots, with rents, less what transfers end, (node, S, quarter), yuan."""
    releases, scenarios = inputs.releases, inputs.weights.size
    income = np.repeat(inputs.held[:, None, :], scenarios, axis=1)
    rent = releases.moves["asset_income"][chosen]
    np.add.at(income, releases.node[chosen], rent[:, None, :])
    at_once = chosen[releases.market[chosen] < 0]
    np.add.at(income, releases.home[at_once], -releases.ended[at_once][:, None, :])
    gone = sold_so_far(inputs, sales.candidate)
    ended = releases.ended[sales.candidate][:, None, :] * gone
    np.add.at(income, releases.home[sales.candidate], -ended)
    return income


def sold_so_far(inputs: Inputs, candidate: Ints) -> Floats:
    """Return the share of each listing transferred before each quarter, (n, scenario, quarter)."""
    releases = inputs.releases
    sold = np.cumsum(inputs.stalls.sold[releases.stall[candidate]], axis=2)
    passed = np.arange(inputs.quarters)[None, :] - releases.start[candidate][:, None]
    rounds = np.clip(passed, 1, sold.shape[2]) - 1
    share = np.take_along_axis(sold, rounds[:, None, :].repeat(sold.shape[1], axis=1), axis=2)
    return np.where((passed > 0)[:, None, :], share, 0.0)


def _book_debts(inputs: Inputs, debts: DebtLedger, loans: Loans, cash: dict[str, Fen]) -> None:
    """Book service of debts and new loans, gross: what is lent again comes in as borrowing."""
    node = inputs.debts.node
    np.add.at(cash["principal"], node, -(debts.scheduled + debts.prepaid + debts.swapped))
    np.add.at(cash["interest"], node, -debts.interest)
    np.add.at(cash["penalties"], node, -(debts.penalty + debts.fee))
    np.add.at(cash["principal"], loans.node, -loans.repaid)
    np.add.at(cash["interest"], loans.node, -loans.interest)
    scenario = np.arange(int(loans.drawn.shape[1]))[None, :]
    # Help that is a loan is booked with the other help.
    own = np.flatnonzero([kind != "help" for kind in loans.kind])
    where = loans.node[own][:, None], scenario, loans.quarter[own][:, None]
    np.add.at(cash["borrowing"], where, loans.drawn[own])


def _book_financing(model: Model, point: Floats, cash: dict[str, Fen]) -> tuple[Fen, Fen]:
    """Book bridge loans and what stays unpaid, flow by flow; return what is added, and its stock.

    What stays unpaid is a forced loan: it comes in as borrowing and is cleared as principal.
    """
    inputs = model.inputs
    nodes = inputs.nodes
    bridge = _changes(inputs, model.take("bridge", point), nodes.bridge_rate, most=nodes.bridge)
    arrears = _changes(inputs, model.take("arrears", point), inputs.options.arrears_rate)
    for flows, names in (
        (bridge, ("bridge_draw", "bridge_repayment", "interest")),
        (arrears, ("borrowing", "principal", "penalties")),
    ):
        for flow, name in zip(flows, names, strict=True):
            cash[name] += flow
    added, cleared, _ = arrears
    return added, np.cumsum(added + cleared, axis=2)


def _changes(
    inputs: Inputs, stock: Floats, rate: Floats | float, *, most: Floats | None = None
) -> tuple[Fen, Fen, Fen]:
    """Draws (in +), repayments and interest (out -) of a stock, (node, scenario, quarter), fen.

    Totals so far are rounded, not flows, so that a stock that is cleared leaves no odd fen. What
    rounding or the solver's tolerance leaves above `most` (node, quarter) yuan is repaid at once.
    """
    held = np.where(stock < DUST, 0.0, stock) * MILLION
    before = np.concatenate([np.zeros_like(held[:, :, :1]), held[:, :, :-1]], axis=2)
    drawn = np.cumsum(np.clip(held - before, 0.0, None), axis=2)
    total, left = _fen(inputs, drawn), with_expected(held, inputs.weights)
    repaid = np.floor((with_expected(drawn, inputs.weights) - left) * FEN_PER_YUAN)
    repaid = np.where(left == 0.0, total, repaid.astype(np.int64))
    if most is not None:
        repaid = np.maximum(repaid, total - to_fen(most)[:, None, :])
    repaid = np.maximum.accumulate(repaid, axis=2)
    each = np.broadcast_to(np.asarray(quarterly(rate)), held.shape[:1])
    interest = _fen(inputs, -before * each[:, None, None])
    return np.diff(total, axis=2, prepend=0), -np.diff(repaid, axis=2, prepend=0), interest


def _book_relief(model: Model, point: Floats, cash: dict[str, Fen]) -> Fen:
    """Book grants and advances as help, a quota as borrowing; their service is that of loans.

    A quota that others repay is no debt of those who get it, but help.
    """
    inputs = model.inputs
    relief = help_received(model, point)
    for number, giver in enumerate(inputs.givers):
        borrowed = giver.kind == "quota" and giver.repay_after > 0
        cash["borrowing" if borrowed else "relief"] += relief[number]
    return relief


def _book_transfers(model: Model, point: Floats, debts: DebtLedger, cash: dict[str, Fen]) -> Fen:
    """Book transfers between accounts, and swap money from the government to the debtor."""
    inputs = model.inputs
    moved = _fen(inputs, np.clip(model.take("transfer", point), 0.0, None) * MILLION)
    giver, taker = inputs.nodes.arcs[:, 0], inputs.nodes.arcs[:, 1]
    _keep_within(moved, giver, to_fen(inputs.nodes.transfer)[:, None, :])
    np.add.at(cash["intra_group_out"], giver, -moved)
    np.add.at(cash["intra_group_in"], taker, moved)
    if inputs.debts.swaps:
        government = inputs.debts.swaps[0].node
        away = np.flatnonzero(inputs.debts.node != government)
        np.add.at(cash["intra_group_in"], inputs.debts.node[away], debts.swapped[away])
        cash["intra_group_out"][government] -= debts.swapped[away].sum(axis=0)
    return moved


def _keep_within(moved: Fen, giver: Ints, most: Fen) -> None:
    """Take off transfers, in place, what rounding or tolerance lays above what a giver may pass on.

    `moved` is (arc, scenario, quarter), `giver` (arc,), `most` (node, 1, quarter).
    """
    passed = np.zeros((most.shape[0], *moved.shape[1:]), dtype=np.int64)
    np.add.at(passed, giver, moved)
    over = np.maximum(passed - most, 0)
    for arc, node in enumerate(giver.tolist()):
        cut = np.minimum(over[node], moved[arc])
        moved[arc] -= cut
        over[node] -= cut


def _balances(inputs: Inputs, cash: dict[str, Fen]) -> tuple[Fen, Fen]:
    """Opening and closing cash, (node, scenario, quarter)."""
    start = to_fen(inputs.nodes.opening)[:, None, None]
    closing = start + np.cumsum(np.sum(list(cash.values()), axis=0), axis=2)
    first = np.broadcast_to(start, closing[:, :, :1].shape)
    return np.concatenate([first, closing[:, :, :-1]], axis=2), closing


def _proceeds(inputs: Inputs, chosen: Ints, sales: Sales) -> Fen:
    """Net proceeds of each chosen release, whoever pays, (release, scenario, quarter)."""
    releases = inputs.releases
    brought = (
        releases.moves["asset_proceeds_outside"]
        + releases.moves["asset_proceeds_inside"]
        + releases.moves["asset_income"]
        + releases.moves["borrowing"]
        + releases.moves["tax_and_fee"]
    )[chosen]
    net = np.repeat(to_fen(brought)[:, None, :], inputs.weights.size + 1, axis=1)
    place = {candidate: k for k, candidate in enumerate(chosen.tolist())}
    rows = np.array([place[c] for c in sales.candidate.tolist()], dtype=np.int64)
    net[rows] += _fen(inputs, sales.gross) - _fen(inputs, sales.levies)
    return net
