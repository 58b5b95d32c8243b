"""What a way with a debt costs by itself is what its columns cost in the program."""

import numpy as np
import pytest
from scipy import sparse
from tests.plan.busy import busy

from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.model import Model, build_model
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.ways_of_debt import Way, closed_ways, ways_of_debt


@pytest.fixture(scope="module", params=[3, 8])
def model(request) -> Model:
    case = busy(request.param)
    return build_model(gather(case, *appraise_case(case), PlanOptions()))


def column_cost(model: Model, column: int) -> float:
    """Yuan that a column costs: its own weight, and cash of every account at present value.

    What is due runs through rows of its own, whose every yuan is a yuan of cash, and so do costs
    that futures share (`plan.shared`).
    """
    program, inputs = model.program, model.inputs
    matrix = sparse.csr_array(
        (program.value, program.index, program.start), shape=program.shape
    ).tocsc()
    worth = np.zeros(program.row_lower.size)
    for name in ("cash", "due"):
        rows = program.rows[name].index
        worth[rows] = np.broadcast_to(inputs.weights[:, None] * inputs.discount, rows.shape)
    for name in ("served", "repaid"):
        links, ties = program.columns[name].index, program.rows[name].index
        worth[ties] = matrix[:, links].T @ worth
    return float(program.cost[column] + (matrix[:, [column]].T @ worth)[0]) * MILLION


def saved(ways: tuple[Way, ...], action: str) -> list[float]:
    return sorted(way.cost - ways[0].cost for way in ways if way.action == action)


def of_debt(inputs: Inputs, name: str) -> int:
    return inputs.debts.debt_ids.index(name)


def test_an_agreed_option_differs_from_the_contract_as_their_columns_do(model):
    inputs, names = model.inputs, model.inputs.debts.debt_ids
    option = model.program.columns["option"].index
    seen = 0
    for debt, name in enumerate(names):
        contract = column_cost(model, int(option[inputs.debts.contract[debt]]))
        for action in ("extend", "rate_cut", "haircut"):
            mine = [
                column_cost(model, int(option[k])) - contract
                for k in np.flatnonzero(inputs.debts.option_debt == debt)
                if inputs.debts.actions[k] == action
            ]
            assert saved(ways_of_debt(inputs, name), action) == pytest.approx(sorted(mine))
            seen += len(mine)
    assert seen >= 3


def test_prepaying_costs_what_the_cheapest_of_its_columns_costs(model):
    inputs, (debt, _) = model.inputs, prepayment_dates(model.inputs)
    columns = model.program.columns["prepay"].index
    for name in inputs.debts.debt_ids:
        mine = [column_cost(model, int(c)) for c in columns[debt == of_debt(inputs, name)]]
        assert saved(ways_of_debt(inputs, name), "prepay") == pytest.approx(
            [min(mine)] if mine else []
        )
    assert debt.size


def test_a_swap_costs_what_the_cheapest_of_its_columns_costs(model):
    inputs, (_, debt, _) = model.inputs, swap_dates(model.inputs)
    columns = model.program.columns["swap"].index
    mine = [column_cost(model, int(c)) for c in columns[debt == of_debt(inputs, "hidden_loan")]]
    found = saved(ways_of_debt(inputs, "hidden_loan"), "swap")
    assert found == pytest.approx([min(mine)])
    assert found[0] < 0.0  # a bond at 2.5 % for a loan at 6 %


def test_what_is_not_open_says_which_row_is_missing(model):
    closed = closed_ways(model.inputs, "bond")
    assert set(closed) == {"extend", "rate_cut", "haircut", "prepay", "swap"}
    assert "does not open extend to debt of class special" in closed["extend"].en
    assert "“分类处置”表未对专项债务开放展期" in closed["extend"].zh
    assert "haircut" not in closed_ways(model.inputs, "bank_loan")
