"""What do the debts demand, what may be done about each, and who would lend again?

Arrays (option, scenario, quarter) of positive amounts in yuan; quarter 0 is the first of the
horizon. A group is (node, creditor class, primary class): roll-over is decided by group.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.options import CONTRACT, DebtOptions
from ironpot.core.dates import MONTHS_PER_QUARTER, QUARTERS_PER_YEAR
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.cashless import Flows, Moves, cashless_moves
from ironpot.plan.nodes import ALL, Nodes
from ironpot.plan.program import Floats, Ints
from ironpot.risk.debt_service import outside_debts
from ironpot.risk.futures import Futures
from ironpot.valuation.retention import Bools, annuity

Group = tuple[int, str, str]
STATUTORY = ("general", "special")


@dataclass(frozen=True, slots=True)
class SwapProgramme:
    """On-lent bonds for hidden debt, within a yearly quota of principal.

    `quota` is (year,); `open_to` (debt,); a bond of one yuan pays `interest` and `principal` by
    quarter of age, and costs `value_after` (quarter of issue,) after the horizon, valued at the
    case date. `node` serves it; `fee_share` is paid at issue.
    """

    option_id: str
    quota: Floats
    open_to: Bools
    interest: Floats
    principal: Floats
    value_after: Floats
    fee_share: float
    node: int


@dataclass(frozen=True, slots=True)
class RollOver:
    """Share of due principal lent again (group, scenario, quarter), its rate and its term."""

    share: Floats
    rate: Floats
    term: Ints


@dataclass(frozen=True, slots=True)
class Obligations:
    """Debts of the perimeter with their options.

    `debt_ids`, `node`, `group` are (debt,). `option_debt`, `option_ids`, `actions`, `succeeds`
    (option, scenario) and the profiles are by option; the first option of a debt is its contract.
    Where an option does not succeed in a scenario, its profile there is the contract's.
    `principal` and `interest` are what is paid in cash. `forgiven` (option,) is principal forgiven
    when an option is agreed; `agreed_fall`, `added` (option, scenario, quarter) are what falls away
    without payment by what was agreed before, and interest or an index added to principal.
    `fee` is paid when an option is agreed. `accrued` (debt, scenario, quarter) is interest due when
    a debt is settled at a quarter's end; `prepayable`, `penalty` (share of what is prepaid) are
    (debt,). `swaps` are the programmes that are open, `roll` what creditors lend again.
    """

    debts: pl.DataFrame
    node: Ints
    groups: tuple[Group, ...]
    group: Ints
    option_debt: Ints
    option_ids: tuple[str, ...]
    actions: tuple[str, ...]
    contract: Ints
    succeeds: Bools
    principal: Floats
    interest: Floats
    outstanding: Floats
    value_after: Floats
    forgiven: Floats
    agreed_fall: Floats
    added: Floats
    fee: Floats
    accrued: Floats
    prepayable: Bools
    penalty: Floats
    swaps: tuple[SwapProgramme, ...]
    roll: RollOver

    @property
    def debt_ids(self) -> tuple[str, ...]:
        """Ids of the debts in order."""
        return tuple(self.debts["debt_id"])


def obligations(
    case: Case, options: DebtOptions, nodes: Nodes, futures: Futures, *, rate: float
) -> Obligations:
    """Arrange the debts of inside debtors for the planner.

    Raises IronpotError if a debt has no account that may pay it, or brings interest in.
    """
    debts = outside_debts(case)
    _refuse_interest_received(debts)
    node = _paying_nodes(debts, nodes)
    groups, group = _groups(debts, node)
    rows, option_debt = _option_rows(options, debts)
    succeeds = _succeeds(options.table["success_probability"].gather(rows), futures)
    contract = _contracts(option_debt)
    flows = Flows(
        *(
            _where_it_succeeds(profile[rows], succeeds, contract[option_debt])
            for profile in (
                options.principal,
                options.interest,
                options.drawn,
                options.added,
                options.outstanding,
            )
        )
    )
    forgiven = options.forgiven[rows]
    names = tuple(options.table["option_id"].gather(rows))
    moves = _moves(debts, option_debt, names, forgiven[:, None] * succeeds, flows)
    after = np.where(
        succeeds, options.value_after[rows], options.value_after[rows][contract[option_debt]]
    )
    return Obligations(
        debts=debts,
        node=node,
        groups=groups,
        group=group,
        option_debt=option_debt,
        option_ids=names,
        actions=tuple(options.table["action"].gather(rows)),
        contract=contract,
        succeeds=succeeds,
        principal=moves.principal,
        interest=moves.interest,
        outstanding=flows.outstanding,
        value_after=after,
        forgiven=forgiven,
        agreed_fall=moves.fallen,
        added=moves.added,
        fee=options.table["fee"].gather(rows).to_numpy(),
        accrued=_accrued(options, debts, flows.outstanding[contract]),
        prepayable=_may(case, debts, "prepay") & _states_fee(debts),
        penalty=debts["prepayment_penalty_rate"].fill_null(0.0).to_numpy(),
        swaps=_swap_programmes(case, debts, options, nodes, rate),
        roll=_roll_over(case, groups, _may(case, debts, "refinance"), group, futures),
    )


def _refuse_interest_received(debts: pl.DataFrame) -> None:
    """Raise IronpotError where a debtor would be paid interest: the files know it as paid only."""
    paid_for = debts.filter(pl.col("nominal_interest_rate") < 0.0)["debt_id"].to_list()
    if paid_for:
        raise IronpotError(
            Text(
                f"Debts {paid_for[:10]} have a rate below zero, and a plan has no place for "
                "interest that a debtor receives. If the sign is no slip, set the rate to 0 and "
                "enter what is received in the budget.",
                f"债务{paid_for[:10]}利率为负,方案无法列示债务人收取的利息。如非符号误填,请将"
                "利率改为0,并将所收金额列入预算。",
            )
        )


def _moves(
    debts: pl.DataFrame, owner: Ints, options: tuple[str, ...], forgiven: Floats, flows: Flows
) -> Moves:
    """Return what is paid and what moves principal without cash, (option, scenario, quarter).

    `forgiven` is (option, scenario): a haircut of the plan's own falls away before anything else.
    """
    opening = debts["notional_principal"].to_numpy()[owner]
    names = [
        debt if option == CONTRACT else f"{debt}/{option}"
        for debt, option in zip(debts["debt_id"].gather(owner), options, strict=True)
    ]
    return cashless_moves(np.maximum(opening[:, None] - forgiven, 0.0), flows, names)


def _paying_nodes(debts: pl.DataFrame, nodes: Nodes) -> Ints:
    found = np.array(
        [
            nodes.paying_node(debtor, kind)
            for debtor, kind in debts.select("debtor_id", "primary_class").iter_rows()
        ],
        dtype=np.int64,
    )
    homeless = debts.filter(pl.Series(found < 0))["debt_id"].to_list()
    if homeless:
        raise IronpotError(
            Text(
                f"No account may pay debts {homeless[:10]}: add their class to accounts.pays.",
                f"没有账户可以偿还债务 {homeless[:10]}:请在“账户”表的可偿还类别中补充。",
            )
        )
    return found


def _groups(debts: pl.DataFrame, node: Ints) -> tuple[tuple[Group, ...], Ints]:
    keys = list(zip(node.tolist(), debts["creditor_class"], debts["primary_class"], strict=True))
    groups = tuple(dict.fromkeys(keys))
    return groups, np.array([groups.index(key) for key in keys], dtype=np.int64)


def _option_rows(options: DebtOptions, debts: pl.DataFrame) -> tuple[Ints, Ints]:
    """Rows of the options table that belong to these debts, and the debt of each."""
    place = {name: position for position, name in enumerate(debts["debt_id"])}
    owner = [place.get(name, -1) for name in options.table["debt_id"]]
    rows = np.array([row for row, debt in enumerate(owner) if debt >= 0], dtype=np.int64)
    return rows, np.array([owner[row] for row in rows], dtype=np.int64)


def _contracts(option_debt: Ints) -> Ints:
    """First option of each debt, (debt,)."""
    _, first = np.unique(option_debt, return_index=True)
    return first.astype(np.int64)


def _succeeds(chance: pl.Series, futures: Futures) -> Bools:
    """Scenarios in which an option succeeds, (option, scenario): the better ones first.

    The set of best scenarios whose weight comes nearest to the stated chance; unknown is certain
    failure everywhere but in the contract itself, which is always open.
    """
    best_first = futures.best_first()
    reach = np.concatenate([[0.0], np.cumsum(futures.weights[best_first])])
    known = chance.fill_null(0.0).to_numpy()
    apart = np.where(futures.may_part(), 0.0, np.inf)
    count = (np.abs(known[:, None] - reach[None, :]) + apart).argmin(axis=1)
    order = np.argsort(best_first)
    return order[None, :] < count[:, None]


def _where_it_succeeds(profile: Floats, succeeds: Bools, contract: Ints) -> Floats:
    return np.where(succeeds[:, :, None], profile, profile[contract])


def _may(case: Case, debts: pl.DataFrame, action: str) -> Bools:
    """Mark debts whose class and instrument are open to an action, (debt,)."""
    rows = case.class_actions.filter(pl.col("action") == action).iter_rows(named=True)
    return np.any([np.zeros(debts.height, dtype=bool), *(_may_row(debts, r) for r in rows)], axis=0)


def _may_row(debts: pl.DataFrame, row: dict[str, Any]) -> Bools:
    """Mark debts that one row of class_actions is open to; no instruments named means all."""
    tools = [tool for tool in (row["instruments"] or "").split(";") if tool]
    chosen = debts["primary_class"] == row["primary_class"]
    return (chosen & debts["instrument"].is_in(tools)).to_numpy() if tools else chosen.to_numpy()


def _states_fee(debts: pl.DataFrame) -> Bools:
    """A debt that states no prepayment fee may not be prepaid."""
    return debts["prepayment_penalty_rate"].is_not_null().to_numpy()


def _accrued(options: DebtOptions, debts: pl.DataFrame, outstanding: Floats) -> Floats:
    """Interest due on settlement at a quarter's end: settlement less principal and fee."""
    place = [options.debt_ids.index(name) for name in debts["debt_id"]]
    fee = debts["prepayment_penalty_rate"].fill_null(0.0).to_numpy()[:, None, None]
    return np.clip(options.settlement[place] - outstanding * (1.0 + fee), 0.0, None)


def _swap_programmes(
    case: Case, debts: pl.DataFrame, options: DebtOptions, nodes: Nodes, rate: float
) -> tuple[SwapProgramme, ...]:
    """Read the swap rows; the government serves the new bond from the account for special debt."""
    node = nodes.paying_node(case.settings.top_entity, "special")
    rows = case.class_actions.filter(pl.col("action") == "swap")
    after = options.swaps.value_after(case.horizon, rate)
    names = list(options.swaps.table["option_id"])
    return tuple(
        SwapProgramme(
            option_id=row["option_id"],
            quota=_quota(case, row["quota_y"], row["quota_until"]),
            open_to=_may_row(debts, row),
            interest=options.swaps.interest[names.index(row["option_id"])],
            principal=options.swaps.principal[names.index(row["option_id"])],
            value_after=after[names.index(row["option_id"])],
            fee_share=row["fee_share"] or 0.0,
            node=node,
        )
        for row in rows.iter_rows(named=True)
        if node >= 0
    )


def _quota(case: Case, quota_y: float | None, until: str | None) -> Floats:
    """Principal a year of the horizon, (year,); an unstated quota opens nothing."""
    years = -(-case.horizon.count // QUARTERS_PER_YEAR)
    last = case.horizon.count if until is None else case.horizon.index(until)
    return np.where(np.arange(years) * QUARTERS_PER_YEAR <= last, quota_y or 0.0, 0.0)


def _roll_over(
    case: Case, groups: tuple[Group, ...], may: Bools, group: Ints, futures: Futures
) -> RollOver:
    """Read roll-over by group; a creditor class without rows, or not open to it, lends nil."""
    shape = (len(groups), len(SCENARIOS), case.horizon.count)
    share, rate = np.zeros(shape), np.zeros(shape)
    term = np.ones(len(groups), dtype=np.int64)
    rows = case.refinancing.sort(pl.col("quarter") != ALL, maintain_order=True)
    for row in rows.iter_rows(named=True):
        scenario = SCENARIOS.index(row["scenario"])
        at = slice(0, shape[2])
        if row["quarter"] != ALL:
            position = case.horizon.index(row["quarter"])
            at = slice(max(position, 0), max(position + 1, 0))
        for number, (_, creditor_class, _) in enumerate(groups):
            if creditor_class == row["creditor_class"] and may[group == number].all():
                share[number, scenario, at] = row["rollover_share"]
                rate[number, scenario, at] = row["rate"]
                term[number] = max(int(row["term_months"]) // MONTHS_PER_QUARTER, 1)
    drawn = [
        (futures.spread(share[number], source), futures.spread(rate[number], source))
        for number, source in enumerate(f"roll:{name}" for _, name, _ in groups)
    ]
    shape = (len(groups), futures.count, shape[2])
    shares, rates = (np.array([pair[k] for pair in drawn]).reshape(shape) for k in range(2))
    return RollOver(np.clip(shares, 0.0, 1.0), np.maximum(rates, 0.0), term)


def service_after(rate: Floats, left: Ints, discount_rate: float) -> Floats:
    """Return the value, when the horizon ends, of serving 1 of a bullet with `left` quarters to go.

    `rate` a year, paid quarterly; nil if nothing is left. Elementwise.
    """
    quarters = np.clip(left, 0, None)
    factor = (1.0 + discount_rate) ** (-quarters / QUARTERS_PER_YEAR)
    value = rate / QUARTERS_PER_YEAR * annuity(quarters, discount_rate) + factor
    return np.where(left > 0, value, 0.0)
