"""Table ladder: cash by month to two years and by quarter to ten, without a plan and with it."""

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.cashflow.case_debts import project_debts
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.options import debt_options
from ironpot.core.dates import quarter_end, quarter_name, quarter_number
from ironpot.plan.cashless import net_of_added
from ironpot.plan.debt_ledger import with_expected
from ironpot.plan.inputs import Inputs, quarterly
from ironpot.plan.names import scenario_names
from ironpot.plan.prepare import budget_by_node, held_income
from ironpot.plan.program import Floats
from ironpot.plan.settle import Settlement, sold_so_far
from ironpot.risk.flows import FLOWS, do_nothing_flows, planned_flows
from ironpot.risk.futures import driver_paths, future_rates
from ironpot.risk.ladder import Ladder, liquidity_ladder

QUARTERS = 40


def ladders(inputs: Inputs, settled: Settlement, cash: pl.DataFrame) -> tuple[Ladder, Ladder]:
    """Return the ladder of doing nothing and that of the plan.

    Beyond the plan's horizon its own ladder carries on the budget, the lots that are left and the
    debts as the plan leaves them; nothing more is rolled over, sold or asked for.
    """
    case = inputs.case
    weights = dict(zip(inputs.futures.names, inputs.weights.tolist(), strict=True))
    scenarios = driver_paths(case, inputs.futures, quarters=QUARTERS)
    rates = future_rates(case, inputs.futures)
    last = quarter_name(quarter_number(case.horizon.first) + QUARTERS - 1)
    flows = project_debts(case, until=quarter_end(last), rates=rates)
    before = do_nothing_flows(case, flows.events, scenarios)
    after = pl.concat([planned_flows(cash, case.date), _beyond(inputs, settled)])
    return (
        liquidity_ladder(case, before, weights=weights, phase="before"),
        liquidity_ladder(case, after, weights=weights, phase="after"),
    )


def _beyond(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Flows after the plan's last quarter, dated at the quarters' ends; rows of FLOWS."""
    longer = replace(inputs.case, settings=replace(inputs.case.settings, horizon_quarters=QUARTERS))
    net = _budget_and_lots(inputs, settled, longer)
    net += _old_debts(inputs, settled, longer)
    net += _new_loans(inputs, settled)
    whole = with_expected(net, inputs.weights)
    rows = [
        {
            "entity_id": entity,
            "account": account,
            "scenario": scenario,
            "date": _end(inputs, quarter),
            "amount": float(whole[node, number, quarter]),
            "counterparty_id": None,
        }
        for node, (entity, account) in enumerate(inputs.nodes.keys)
        for number, scenario in enumerate(scenario_names(inputs))
        for quarter in range(inputs.quarters, QUARTERS)
    ]
    return pl.DataFrame(rows, schema=FLOWS)


def _end(inputs: Inputs, quarter: int) -> dt.date:
    return quarter_end(quarter_name(quarter_number(inputs.case.horizon.first) + quarter))


def _budget_and_lots(inputs: Inputs, settled: Settlement, longer: Case) -> Floats:
    """Budget lines and income of lots that are left, (node, S, 40 quarters), yuan."""
    budget = budget_by_node(longer, inputs.nodes, driver_paths(longer, inputs.futures))
    net = np.sum(list(budget.values()), axis=0)
    net += held_income(inputs.offers, inputs.nodes, QUARTERS)[:, None, :]
    releases = inputs.releases
    share = np.ones((settled.chosen.size, inputs.futures.count))
    place = {candidate: k for k, candidate in enumerate(settled.chosen.tolist())}
    listed = settled.sales.candidate
    if listed.size:
        sold = sold_so_far(inputs, listed)[:, :, -1]
        share[[place[candidate] for candidate in listed.tolist()]] = sold
    ended = inputs.offers.streams["base"]
    lots = releases.lot[settled.chosen]
    cash = (ended.income + ended.cost)[lots][:, inputs.quarters : QUARTERS]
    leaves = releases.ended[settled.chosen][:, -1] != 0.0
    gone = np.where(leaves[:, None, None], share[:, :, None] * cash[:, None, :], 0.0)
    np.add.at(net[:, :, inputs.quarters :], releases.home[settled.chosen], -gone)
    return net


def _old_debts(inputs: Inputs, settled: Settlement, longer: Case) -> Floats:
    """Service of opening debts as the plan leaves them, out -, (node, S, 40 quarters), yuan."""
    left = later_debts(inputs, settled, longer).left
    net = np.zeros((len(inputs.nodes.keys), inputs.futures.count, QUARTERS))
    np.add.at(net, inputs.debts.node, -(left.principal + left.interest))
    return net


class Profile(NamedTuple):
    """What debts pay and leave, (debt, S, 40 quarters), yuan, positive."""

    principal: Floats
    interest: Floats
    outstanding: Floats


class LaterDebts(NamedTuple):
    """Opening debts as the plan leaves them, and as their contracts stand.

    `left` holds what was neither prepaid nor swapped by the end of the plan, in all quarters.
    """

    left: Profile
    contract: Profile


def later_debts(inputs: Inputs, settled: Settlement, longer: Case) -> LaterDebts:
    """Return the profiles of opening debts over the quarters of `longer`'s horizon."""
    options = debt_options(
        with_further_terms(longer.debts, longer.debt_terms),
        longer.class_actions,
        case_date=longer.date,
        horizon=longer.horizon,
        rates=future_rates(longer, inputs.futures),
        discount_rate=inputs.rate,
        debt_changes=longer.debt_changes,
    )
    debts, ledger = inputs.debts, settled.debts
    rows = {
        key: k for k, key in enumerate(options.table.select("debt_id", "option_id").iter_rows())
    }
    chosen, contract = (
        [
            rows[name, debts.option_ids[int(at)]]
            for name, at in zip(debts.debt_ids, places, strict=True)
        ]
        for places in (ledger.option, debts.contract)
    )
    works = debts.succeeds[ledger.option][:, :, None].astype(np.float64)
    share = np.array([_share_left(inputs, settled, k) for k in range(len(debts.debt_ids))])
    profiles = Profile(*net_of_added(options.principal, options.interest), options.outstanding)
    left = Profile(
        *(
            share[:, None, None] * (works * part[chosen] + (1.0 - works) * part[contract])
            for part in profiles
        )
    )
    return LaterDebts(left, Profile(*(part[contract] for part in profiles)))


def _share_left(inputs: Inputs, settled: Settlement, number: int) -> float:
    """Share of a debt that was neither prepaid nor swapped."""
    ledger = settled.debts
    gone = ledger.prepaid[number, -1].sum() + ledger.swapped[number, -1].sum()
    closing = int(ledger.closing[number, -1, -1])
    option = int(ledger.option[number])
    whole = float(inputs.debts.outstanding[option, :, -1] @ inputs.weights)
    if whole > 0.0:
        return closing / 100 / whole
    return 1.0 if gone == 0 else 0.0


def _new_loans(inputs: Inputs, settled: Settlement) -> Floats:
    """Service of loans that still run when the plan ends, out -, (node, S, 40 quarters), yuan."""
    later = later_loans(inputs, settled)
    net = np.zeros((len(inputs.nodes.keys), inputs.futures.count, QUARTERS))
    np.add.at(net, settled.loans.node, -(later.principal + later.interest))
    return net


def later_loans(inputs: Inputs, settled: Settlement) -> Profile:
    """Return what the plan's loans pay and leave after its last quarter, (loan, S, 40 quarters).

    Interest goes on as in the last quarter of the horizon in which the loan ran.
    """
    loans = settled.loans
    left = (loans.drawn - loans.repaid.sum(axis=2))[:, :-1] / 100
    principal, interest, owed = (np.zeros((*left.shape, QUARTERS)) for _ in range(3))
    for number in np.flatnonzero(left.any(axis=1)):
        last = int(loans.quarter[number]) + term_of(inputs, settled, int(number))
        rate = quarterly(rate_of(inputs, settled, int(number)))
        span = slice(inputs.quarters, min(last, QUARTERS - 1) + 1)
        interest[number, :, span] = left[number][:, None] * rate
        owed[number, :, inputs.quarters : min(last, QUARTERS)] = left[number][:, None]
        if last < QUARTERS:
            principal[number, :, last] = left[number]
    return Profile(principal, interest, owed)


def term_of(inputs: Inputs, settled: Settlement, number: int) -> int:
    """Return a new loan's term in quarters."""
    kind, owner = settled.loans.kind[number], int(settled.loans.owner[number])
    if kind == "rolled":
        return int(inputs.debts.roll.term[owner])
    if kind == "swapped":
        return int(np.flatnonzero(inputs.debts.swaps[owner].principal)[-1]) + 1
    if kind == "help":
        return inputs.givers[owner].repay_after
    row = int(inputs.releases.row[owner])
    return round(float(inputs.offers.column("loan_term_months")[row]) / 3)


def rate_of(inputs: Inputs, settled: Settlement, number: int) -> float:
    """Return a new loan's yearly rate, as expected."""
    loans = settled.loans
    kind, owner = loans.kind[number], int(loans.owner[number])
    if kind == "rolled":
        at = inputs.debts.roll.rate[owner, :, int(loans.quarter[number])]
        return float(at @ inputs.weights)
    if kind == "swapped":
        return float(inputs.debts.swaps[owner].interest[:4].sum())
    if kind == "help":
        return inputs.givers[owner].rate
    return float(inputs.offers.column("loan_rate")[int(inputs.releases.row[owner])])
