"""What may be done with one debt, and what does each way cost its debtor by itself?

Costs are expected present values at the case date, yuan, of all that is paid on the debt:
principal, interest, fees, and what is left after the horizon. What cash is worth to a plan when it
is scarce, and what creditors lend again, is not in them: a plan may rightly take a dearer way.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.cashflow.options import CONTRACT
from ironpot.core.lang import Text
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Floats
from ironpot.plan.recourse import bond_service
from ironpot.plan.wishes import PREPAY, SWAP, why_debt_keeps

CHANGES = ("extend", "rate_cut", "haircut", PREPAY, SWAP)


@dataclass(frozen=True, slots=True)
class Way:
    """One way with a debt as a whole, from a quarter on, and its cost to the debtor in yuan.

    `option_id` names the row of class_actions that opens it (empty for the contract, None where
    several or none do); `chance` is the weight of the scenarios in which it comes about.
    """

    action: str
    option_id: str | None
    quarter: str
    cost: float
    chance: float


def ways_of_debt(inputs: Inputs, debt_id: str) -> tuple[Way, ...]:
    """Return every open way with a debt, contract first; prepaid or swapped where cheapest.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.plan.options import PlanOptions
    >>> from ironpot.plan.prepare import appraise_case, gather
    >>> case = read_case("examples/two-pots").case
    >>> inputs = gather(case, *appraise_case(case), PlanOptions())
    >>> [(way.action, way.quarter, round(way.cost)) for way in ways_of_debt(inputs, "loan")]
    [('contract', '2025Q1', 9994196)]
    """
    debt = inputs.debts.debt_ids.index(debt_id)
    shares = (*_prepaid(inputs, debt), *_swapped(inputs, debt))
    cheapest: dict[tuple[str, str | None], Way] = {}
    for way in sorted(shares, key=lambda way: way.cost):
        cheapest.setdefault((way.action, way.option_id), way)
    return (*_by_option(inputs, debt), *cheapest.values())


def closed_ways(inputs: Inputs, debt_id: str) -> dict[str, Text]:
    """Return the changes that are not open to a debt, each with what closes it."""
    found = {way.action for way in ways_of_debt(inputs, debt_id)}
    debt = inputs.debts.debt_ids.index(debt_id)
    return {
        action: why_debt_keeps(inputs, debt, action) for action in CHANGES if action not in found
    }


def _by_option(inputs: Inputs, debt: int) -> tuple[Way, ...]:
    """The contract, and what may be agreed in its place at the first quarter."""
    debts = inputs.debts
    mine = np.flatnonzero(debts.option_debt == debt).tolist()
    # Terms change at the case date: later on, what was not agreed then is open no more.
    still = [k for k in mine if inputs.today == 0 or k == int(debts.contract[debt])]
    return tuple(
        Way(
            debts.actions[k],
            "" if debts.option_ids[k] == CONTRACT else debts.option_ids[k],
            quarter_text(inputs, 0),
            option_cost(inputs, k),
            float(debts.succeeds[k] @ inputs.weights),
        )
        for k in still
    )


def option_cost(inputs: Inputs, option: int) -> float:
    """Return the expected present value of what a debtor pays under an option, yuan."""
    debts = inputs.debts
    service = debts.principal[option] + debts.interest[option]
    value = service @ inputs.discount + debts.value_after[option]
    return float(value @ inputs.weights + debts.fee[option] * inputs.discount[0])


def _prepaid(inputs: Inputs, debt: int) -> tuple[Way, ...]:
    """Repaying the whole debt at each quarter in which that is open, with its fee."""
    owner, quarters = prepayment_dates(inputs)
    fee = float(inputs.debts.penalty[debt])
    return tuple(
        Way(
            PREPAY,
            None,
            quarter_text(inputs, quarter),
            _settled_at(inputs, debt, quarter, 1.0 + fee),
            1.0,
        )
        for quarter in quarters[owner == debt].tolist()
    )


def _swapped(inputs: Inputs, debt: int) -> tuple[Way, ...]:
    """Swapping the whole debt for a bond of each programme at each quarter that is open."""
    programme, owner, quarters = swap_dates(inputs)
    mine = owner == debt
    numbers, starts = programme[mine], quarters[mine]
    service = bond_service(inputs, numbers, starts).sum(axis=0) @ inputs.discount
    ways: list[Way] = []
    for row in range(numbers.size):
        terms, quarter = inputs.debts.swaps[int(numbers[row])], int(starts[row])
        # A yuan of the bond at the value of its own service, not at the yuan that it settles.
        bond = float(service[row] + terms.value_after[quarter]) / float(inputs.discount[quarter])
        cost = _settled_at(inputs, debt, quarter, bond)
        ways.append(Way(SWAP, terms.option_id, quarter_text(inputs, quarter), cost, 1.0))
    return tuple(ways)


def _settled_at(inputs: Inputs, debt: int, quarter: int, price: float) -> float:
    """Contract up to a quarter, then all that is owed settled at `price` a yuan of principal."""
    debts, contract = inputs.debts, int(inputs.debts.contract[debt])
    until: Floats = debts.principal[contract] + debts.interest[contract]
    served = until[:, : quarter + 1] @ inputs.discount[: quarter + 1]
    owed = debts.outstanding[contract][:, quarter] * price + debts.accrued[debt, :, quarter]
    return float((served + owed * inputs.discount[quarter]) @ inputs.weights)
