"""What follows in each scenario: the cash of every account, roll-over, bridge, arrears, help.

Columns (.., scenario, quarter), million. The cash row of a node says: cash at the end of a quarter
is cash before, plus everything that comes in, less everything that goes out.
"""

import numpy as np

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.plan.ended import add_ended_income
from ironpot.plan.inputs import MILLION, Giver, Inputs, holding_value, quarterly
from ironpot.plan.now import prepayment_dates, price_loss, swap_dates
from ironpot.plan.obligations import service_after
from ironpot.plan.program import Builder, Floats, Ints
from ironpot.plan.shared import Shared


def add_recourse(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """Add cash rows and everything that feeds them, scenario by scenario."""
    cash_rows = _add_cash(build, inputs)
    _add_fixed_moves(build, inputs, release_of, cash_rows)
    _add_sales(build, inputs, cash_rows)
    add_ended_income(build, inputs, release_of, cash_rows)
    due = _add_debt_service(build, inputs, cash_rows)
    _add_roll_over(build, inputs, cash_rows, due)
    _add_bridge_and_arrears(build, inputs, cash_rows)
    _add_transfers(build, inputs, cash_rows)
    _add_relief(build, inputs, cash_rows)
    _add_tail(build, inputs)


def _shape(inputs: Inputs) -> tuple[int, int, int]:
    return len(inputs.nodes.keys), inputs.weights.size, inputs.quarters


def _add_cash(build: Builder, inputs: Inputs) -> Ints:
    """Cash at or above the buffer; its weight makes every flow count at its date."""
    nodes, shape = inputs.nodes, _shape(inputs)
    value = holding_value(inputs.discount)[None, None, :] * inputs.weights[None, :, None]
    lower = np.broadcast_to(nodes.buffer[:, None, :], shape) / MILLION
    cash = build.add_columns("cash", shape, lower=lower, cost=-value)
    build.offset += float(inputs.discount[0] * nodes.opening.sum()) / MILLION
    fixed = np.sum(list(inputs.budget.values()), axis=0) + inputs.held[:, None, :]
    fixed[:, :, 0] += nodes.opening[:, None]
    # cash_t - cash_{t-1} - everything decided = what is not decided
    rows = build.add_rows("cash", shape, lower=fixed / MILLION, upper=fixed / MILLION)
    build.add(rows, cash, 1.0)
    build.add(rows[:, :, 1:], cash[:, :, :-1], -1.0)
    return rows


def _add_fixed_moves(build: Builder, inputs: Inputs, release_of: Ints, cash_rows: Ints) -> None:
    """Prices, rents, loans and procedure that no market moves, gathered by node and quarter."""
    releases = inputs.releases
    shape = (len(inputs.nodes.keys), inputs.quarters)
    moved = build.add_columns("moved", shape, lower=-np.inf)
    tie = build.add_rows("moved", shape, lower=0.0, upper=0.0)
    build.add(tie, moved, -1.0)
    quarter = np.arange(inputs.quarters)[None, :]
    build.add(tie[releases.node[:, None], quarter], release_of[:, None], releases.fixed / MILLION)
    bought = np.flatnonzero(releases.buyer >= 0)
    price = releases.moves["asset_proceeds_inside"][bought] / MILLION
    build.add(tie[releases.buyer[bought][:, None], quarter], release_of[bought, None], -price)
    listed_ended = np.flatnonzero(releases.market < 0)
    ended = releases.ended[listed_ended] / MILLION
    build.add(
        tie[releases.home[listed_ended][:, None], quarter], release_of[listed_ended, None], -ended
    )
    build.add(cash_rows, moved[:, None, :], -1.0)


def sale_factor(inputs: Inputs) -> Floats:
    """Return cash in quarter t + k per unit of first-tranche price listed in t at each stall.

    Shape (stall, scenario, round, quarter t): sold share x reserve x price index at t + k.
    """
    listing, prices, stalls = inputs.offers.listing, inputs.offers.prices, inputs.stalls
    rounds, quarters = listing.rounds, inputs.quarters
    at = np.minimum(np.arange(quarters)[None, :] + np.arange(rounds)[:, None], quarters - 1)
    index = prices[:, :, at].transpose(1, 0, 2, 3)
    paid = stalls.sold * listing.reserve[stalls.market]
    return paid[..., None] * index[stalls.market]


def _add_sales(build: Builder, inputs: Inputs, cash_rows: Ints) -> None:
    """Proceeds of listings: each round pays in its quarter, less what deeper tranches lose.

    `sold` (stall, quarter) is what a listing brings at the asked price, before any luck. Levies on
    the loss are taken at the most that any lot of the stall pays, so that the linear model never
    costs more than the exact one.
    """
    kept, filled = build.columns["kept"].index, build.columns["fill"].index
    stalls, factor = inputs.stalls, sale_factor(inputs)
    loss = price_loss(inputs)[stalls.market] * least_kept(inputs)[:, None, None]
    first = inputs.offers.depth.fraction[stalls.market, :, 0]
    sold = build.add_columns("sold", kept.shape, lower=-np.inf)
    tie = build.add_rows("sold", kept.shape, lower=0.0, upper=0.0)
    build.add(tie, sold, -1.0)
    build.add(tie, kept, first)
    build.add(tie[..., None], filled, -loss)
    for step in range(factor.shape[2]):
        span = inputs.quarters - step
        rows = cash_rows[stalls.node][:, :, step:]  # (stall, scenario, quarter)
        build.add(rows, sold[:, None, :span], -factor[:, :, step, :span])


def least_kept(inputs: Inputs) -> Floats:
    """Return the smallest share left after levies at each stall, (stall,).

    Accounts' stalls take that of their whole market.
    """
    releases, stalls = inputs.releases, inputs.stalls
    listed = releases.market >= 0
    market, mine = np.ones(len(inputs.offers.depth.markets)), np.ones(stalls.node.size)
    np.minimum.at(market, releases.market[listed], releases.kept_share[listed])
    np.minimum.at(mine, releases.stall[listed], releases.kept_share[listed])
    return np.where(stalls.alone, mine, market[stalls.market])


def _add_debt_service(build: Builder, inputs: Inputs, cash_rows: Ints) -> Ints:
    """Interest and fees into cash rows; principal due by group, so that part can be rolled over."""
    debts, quarters = inputs.debts, inputs.quarters
    option = build.columns["option"].index
    scenarios = np.arange(inputs.weights.size)
    shape = (len(debts.groups), scenarios.size, quarters)
    due = build.add_columns("due", shape)
    tie = build.add_rows("due", shape, lower=0.0, upper=0.0)
    build.add(tie, due, -1.0)
    node = np.array([key[0] for key in debts.groups], dtype=np.int64)
    build.add(cash_rows[node], due, 1.0)
    build.add(
        cash_rows[debts.node[debts.option_debt]][:, :, 0],
        option[:, None],
        debts.fee[:, None] / MILLION,
    )
    cash, principal = Shared(cash_rows), Shared(tie)
    cash.add(debts.node[debts.option_debt], option, debts.interest / MILLION)
    principal.add(debts.group[debts.option_debt], option, debts.principal / MILLION)
    _add_paid_early(build, inputs, cash, principal)
    _add_swapped(build, inputs, cash, principal)
    cash.write(build, "served")
    principal.write(build, "repaid")
    return due


def _add_paid_early(build: Builder, inputs: Inputs, cash: Shared, principal: Shared) -> None:
    """A prepaid share costs what is outstanding and the penalty, and ends later service."""
    debts = inputs.debts
    debt, quarter = prepayment_dates(inputs)
    column = build.columns["prepay"].index
    payoff = debts.outstanding[debts.contract[debt], :, quarter]
    payoff = payoff * (1.0 + debts.penalty[debt])[:, None] + debts.accrued[debt, :, quarter]
    _end_service(inputs, debt, quarter, column, cash, principal)
    cash.add(debts.node[debt], column, _at(quarter, payoff, inputs.quarters) / MILLION)


def _end_service(
    inputs: Inputs, debt: Ints, quarter: Ints, column: Ints, cash: Shared, principal: Shared
) -> None:
    """What is settled in a quarter is not served afterwards."""
    debts, contract = inputs.debts, inputs.debts.contract[debt]
    later = (np.arange(inputs.quarters)[None, :] > quarter[:, None])[:, None, :]
    cash.add(debts.node[debt], column, np.where(later, -debts.interest[contract], 0.0) / MILLION)
    principal.add(
        debts.group[debt], column, np.where(later, -debts.principal[contract], 0.0) / MILLION
    )


def _at(quarter: Ints, amounts: Floats, quarters: int) -> Floats:
    """Return amounts (n, scenario) paid in their quarters as profiles (n, scenario, quarter)."""
    profile = np.zeros((*amounts.shape, quarters))
    profile[np.arange(quarter.size), :, quarter] = amounts
    return profile


def _add_swapped(build: Builder, inputs: Inputs, cash: Shared, principal: Shared) -> None:
    """A swapped share ends later service; the government serves the new bond and pays its cost."""
    debts = inputs.debts
    programme, debt, quarter = swap_dates(inputs)
    if not debt.size:
        return
    column = build.columns["swap"].index
    _end_service(inputs, debt, quarter, column, cash, principal)
    accrued = _at(quarter, debts.accrued[debt, :, quarter], inputs.quarters)
    cash.add(debts.node[debt], column, accrued / MILLION)
    size = debts.outstanding[debts.contract[debt], :, quarter] / MILLION
    node = np.array([debts.swaps[k].node for k in programme.tolist()], dtype=np.int64)
    service = bond_service(inputs, programme, quarter).sum(axis=0)
    cash.add(node, column, service[:, None, :] * size[:, :, None])


def bond_service(inputs: Inputs, programme: Ints, quarter: Ints) -> Floats:
    """Return interest, principal and cost of issue of one yuan swapped, (3, swap, quarter)."""
    service = np.zeros((3, programme.size, inputs.quarters))
    for row in range(programme.size):
        terms, issued = inputs.debts.swaps[int(programme[row])], int(quarter[row])
        ages = min(terms.interest.size, inputs.quarters - issued - 1)
        service[0, row, issued + 1 : issued + 1 + ages] = terms.interest[:ages]
        service[1, row, issued + 1 : issued + 1 + ages] = terms.principal[:ages]
        service[2, row, issued] = terms.fee_share
    return service


def _add_roll_over(build: Builder, inputs: Inputs, cash_rows: Ints, due: Ints) -> None:
    """Creditors lend again at most their share of what falls due; new loans are served in turn."""
    debts, roll, quarters = inputs.debts, inputs.debts.roll, inputs.quarters
    node = np.array([key[0] for key in debts.groups], dtype=np.int64)
    start = np.arange(quarters)
    left = start[None, :] + roll.term[:, None] + 1 - quarters
    owed = service_after(roll.rate, left[:, None, :], inputs.rate)
    weight = inputs.weights[None, :, None] * inputs.discount[-1]
    upper = np.where(roll.share > 0.0, np.inf, 0.0)
    column = build.add_columns("roll", due.shape, upper=upper, cost=owed * weight)
    limit = build.add_rows("roll_share", due.shape, upper=0.0)
    build.add(limit, column, 1.0)
    build.add(limit, due, -roll.share)
    build.add(cash_rows[node], column, -1.0)
    tie = build.rows["due"].index
    for group, term in enumerate(roll.term.tolist()):
        if term < quarters:
            build.add(tie[group][:, term:], column[group][:, : quarters - term], 1.0)
        for later in range(1, min(term, quarters - 1) + 1):
            rate = quarterly(roll.rate[group][:, : quarters - later])
            rows = cash_rows[node[group]][:, later:]
            build.add(rows, column[group][:, : quarters - later], rate)


def _add_bridge_and_arrears(build: Builder, inputs: Inputs, cash_rows: Ints) -> None:
    """Bridge loans within their limit; what stays unpaid, at its rate, with its penalty."""
    nodes, options, shape = inputs.nodes, inputs.options, _shape(inputs)
    weight = inputs.weights[None, :, None]
    end = np.zeros(inputs.quarters)
    end[-1] = inputs.discount[-1]
    upper = np.broadcast_to(nodes.bridge[:, None, :], shape) / MILLION
    bridge = build.add_columns("bridge", shape, upper=upper, cost=weight * end)
    penalty = inputs.discount * quarterly(options.arrears_weight) + end * (
        1.0 + options.arrears_weight
    )
    arrears = build.add_columns("arrears", shape, cost=weight * penalty)
    for stock, rate in ((bridge, nodes.bridge_rate), (arrears, options.arrears_rate)):
        carried = np.broadcast_to(1.0 + np.asarray(quarterly(rate)), (shape[0],))
        build.add(cash_rows, stock, -1.0)
        build.add(cash_rows[:, :, 1:], stock[:, :, :-1], carried[:, None, None])


def _add_transfers(build: Builder, inputs: Inputs, cash_rows: Ints) -> None:
    """Move cash between accounts along permitted arcs, within each giver's limit a quarter."""
    nodes, shape = inputs.nodes, _shape(inputs)
    giver, taker = nodes.arcs[:, 0], nodes.arcs[:, 1]
    column = build.add_columns("transfer", (len(giver), *shape[1:]))
    build.add(cash_rows[giver], column, 1.0)
    build.add(cash_rows[taker], column, -1.0)
    upper = np.broadcast_to(nodes.transfer[:, None, :], shape) / MILLION
    limit = build.add_rows("transfer", shape, upper=upper)
    build.add(limit[giver], column, 1.0)


def _add_relief(build: Builder, inputs: Inputs, cash_rows: Ints) -> None:
    """Help from above into permitted accounts.

    A grant's inflow is offset in the objective: it loosens cash and is no gain.
    """
    shape = (len(inputs.givers), *_shape(inputs))
    upper, cost = np.zeros(shape), np.zeros(shape)
    for number, giver in enumerate(inputs.givers):
        for node in giver.nodes:
            upper[number, node, :, giver.first :] = giver.limit / MILLION
        cost[number] = _help_cost(inputs, giver)[None, None, :] * inputs.weights[None, :, None]
    column = build.add_columns("relief", shape, upper=upper, cost=cost)
    build.add(cash_rows[None], column, -1.0)
    for number, giver in enumerate(inputs.givers):
        _add_giver(build, inputs, giver, column[number], cash_rows)


def _help_cost(inputs: Inputs, giver: Giver) -> Floats:
    """Objective weight of help by quarter: the inflow of a grant, an advance's later service."""
    if not giver.repay_after:
        return inputs.discount
    left = np.arange(inputs.quarters) + giver.repay_after + 1 - inputs.quarters
    rate = np.full(inputs.quarters, giver.rate)
    return service_after(rate, left, inputs.rate) * inputs.discount[-1]


def _add_giver(build: Builder, inputs: Inputs, giver: Giver, column: Ints, cash_rows: Ints) -> None:
    """Keep help within the giver's limits, and serve it where it is repayable."""
    name = f"{giver.giver_id}:{giver.kind}"
    if np.isfinite(giver.limit):
        each = build.add_rows(
            f"help_a_quarter:{name}", column.shape[1:], upper=giver.limit / MILLION
        )
        build.add(each[None], column, 1.0)
    if np.isfinite(giver.total):
        most = build.add_rows(f"help_in_all:{name}", column.shape[1], upper=giver.total / MILLION)
        build.add(most[None, :, None], column, 1.0)
    for later in range(1, min(giver.repay_after, inputs.quarters - 1) + 1):
        due = float(quarterly(giver.rate)) + (later == giver.repay_after)
        build.add(cash_rows[:, :, later:], column[:, :, : inputs.quarters - later], due)


def _add_tail(build: Builder, inputs: Inputs) -> None:
    """CVaR of discounted arrears over scenarios (Rockafellar and Uryasev 2000, eq. 9)."""
    options, scenarios = inputs.options, inputs.weights.size
    level = build.add_columns("tail_level", 1, cost=options.risk_weight)
    excess = build.add_columns(
        "tail_excess",
        scenarios,
        cost=options.risk_weight * inputs.weights / (1.0 - options.cvar_level),
    )
    rows = build.add_rows("tail", scenarios, lower=0.0)
    arrears = build.columns["arrears"].index
    build.add(rows, excess, 1.0)
    build.add(rows, level[0], 1.0)
    loss = inputs.discount / QUARTERS_PER_YEAR
    build.add(rows[None, :, None], arrears, -loss[None, None, :])
