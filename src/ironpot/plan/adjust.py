"""What does a plan change beside doing nothing? Its flows and debts as a risk assessment adds them.

Consolidated, with the outside alone, yuan. The sum of all changes of a quarter is the plan's ladder
less that of doing nothing: within the horizon settled to the fen, beyond it with lots sold, debts
as the plan leaves them and its new loans served.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.core.dates import quarter_name, quarter_number
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CASH_FLOWS, CONSOLIDATED
from ironpot.plan.debt_ledger import Fen, with_expected
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import scenario_names
from ironpot.plan.plan import Plan
from ironpot.plan.program import Floats
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.balance import balance_table
from ironpot.plan.tables.cash import cash_table
from ironpot.plan.tables.ladder import (
    QUARTERS,
    Profile,
    ladders,
    later_debts,
    later_loans,
)
from ironpot.plan.tables.left_to_pay import left_to_pay_table
from ironpot.risk.adjustments import CHANGED_DEBT, CHANGED_FLOWS, INSIDE, PRIMARY, Adjustments
from ironpot.risk.ladder import Ladder
from ironpot.risk.left_to_pay import left_in_yuan

REST = "asset_income"
OTHER, ARREARS = "other", "arrears"
# Lines of the plan's cash that doing nothing has none of; service has contracts to compare with.
NEW_LINES = tuple(
    name for name in CASH_FLOWS if name not in (*PRIMARY, *INSIDE, "principal", "interest")
)


def plan_adjustments(plan: Plan) -> Adjustments:
    """Return what a plan adds to doing nothing, for `risk.assess.assess_debt`.

    Lines of the budget and of lots come as one, `asset_income`: what is left of the change of all
    cash when debt service, proceeds, help and new borrowing are taken out.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.plan.options import PlanOptions
    >>> from ironpot.plan.plan import plan_resolution
    >>> case = read_case("examples/two-pots").case
    >>> plan = plan_resolution(case, options=PlanOptions(time_limit_s=20))
    >>> changes = plan_adjustments(plan)
    >>> sold = changes.flows.filter(line="asset_proceeds_outside", scenario="base")
    >>> changes.through, round(sold["amount"].sum())
    ('2026Q4', 18000000)
    """
    inputs, settled = plan.model.inputs, plan.settled
    cash = cash_table(inputs, settled)
    before, after = ladders(inputs, settled, cash)
    debts = _debts(inputs, settled, cash)
    lines = {name: _line(inputs, cash, name) for name in NEW_LINES}
    lines |= {"principal": debts.principal, "interest": debts.interest}
    change = _net(inputs, after) - _net(inputs, before)
    lines[REST] = change - np.sum(list(lines.values()), axis=0)
    lines["interest"] = debts.interest - debts.interest_of.sum(axis=1)
    flows = [
        *(_rows(inputs, values, name, None) for name, values in lines.items()),
        *_by_class(inputs, debts.interest_of, "interest"),
    ]
    owed = pl.concat(_by_class(inputs, debts.owed, "owed"))
    return Adjustments(
        flows=pl.concat(flows).select(CHANGED_FLOWS.names()),
        debt=owed.select(CHANGED_DEBT.names()),
        through=inputs.case.horizon.last,
        ladder=after.frame,
        left=left_in_yuan(inputs.case, left_to_pay_table(inputs, settled)),
        stocks=balance_table(inputs, settled),
    )


class DebtChange(NamedTuple):
    """Changes of service, signed (in +), (S + 1, 40 quarters), and of interest and debt by class.

    `interest_of` and `owed` are (S + 1, class, 40 quarters), in the order of PRIMARY_CLASSES.
    """

    principal: Floats
    interest: Floats
    interest_of: Floats
    owed: Floats


def _debts(inputs: Inputs, settled: Settlement, cash: pl.DataFrame) -> DebtChange:
    """Compare debts and loans of the plan with the contracts as they stand."""
    longer = replace(inputs.case, settings=replace(inputs.case.settings, horizon_quarters=QUARTERS))
    later = later_debts(inputs, settled, longer)
    left, contract = (
        Profile(*(with_expected(part, inputs.weights) for part in profile)) for profile in later
    )
    loans = Profile(*(with_expected(part, inputs.weights) for part in later_loans(inputs, settled)))
    end, old = inputs.quarters, list(inputs.debts.debts["primary_class"])
    new = list(settled.loans.primary_class)
    paid = {
        name: _line(inputs, cash, name) + getattr(contract, name).sum(axis=0)
        for name in ("principal", "interest")
    }
    for name, flow in paid.items():
        flow[:, end:] -= getattr(left, name).sum(axis=0)[:, end:]
        flow[:, end:] -= getattr(loans, name).sum(axis=0)[:, end:]
    interest = _sums(contract.interest, old)
    interest -= _sums(_then(_yuan(settled.debts.interest), left.interest), old)
    interest -= _sums(_then(_yuan(settled.loans.interest), loans.interest), new)
    owed = _sums(_then(_yuan(settled.debts.closing), left.outstanding), old)
    owed += _sums(_then(_loans_owed(settled, end), loans.outstanding), new)
    owed -= _sums(contract.outstanding, old)
    owed[:, PRIMARY_CLASSES.index(ARREARS), :end] += _yuan(settled.arrears.sum(axis=0))
    bridged = _line(inputs, cash, "bridge_draw") + _line(inputs, cash, "bridge_repayment")
    owed[:, PRIMARY_CLASSES.index(OTHER)] += np.cumsum(bridged, axis=1)
    return DebtChange(paid["principal"], paid["interest"], interest, owed)


def _then(settled: Floats, later: Floats) -> Floats:
    """Return settled quarters followed by later ones, (item, S + 1, 40 quarters)."""
    return np.concatenate([settled, later[:, :, settled.shape[2] :]], axis=2)


def _loans_owed(settled: Settlement, quarters: int) -> Floats:
    """Return what the plan's loans leave at each quarter's end, (loan, S + 1, quarter), yuan."""
    loans = settled.loans
    begun = np.arange(quarters) >= loans.quarter[:, None]
    drawn = loans.drawn[:, :, None] * begun[:, None, :]
    return _yuan(drawn - np.cumsum(loans.repaid, axis=2))


def _sums(amounts: Floats, classes: Sequence[str]) -> Floats:
    """Return sums by class, (item, S + 1, quarter) -> (S + 1, class, quarter)."""
    kinds = np.array(classes, dtype=str)
    return np.stack([amounts[kinds == name].sum(axis=0) for name in PRIMARY_CLASSES], axis=1)


def _yuan(fen: Fen) -> Floats:
    return fen / FEN_PER_YUAN


def _line(inputs: Inputs, cash: pl.DataFrame, line: str) -> Floats:
    """Return a consolidated line of the plan's cash, (S + 1, 40 quarters), yuan."""
    rows = cash.filter(pl.col("entity_id") == CONSOLIDATED)
    return _grid(inputs, rows.select("scenario", "quarter", amount=line))


def _net(inputs: Inputs, ladder: Ladder) -> Floats:
    """Return the consolidated gap of a ladder, (S + 1, 40 quarters), yuan."""
    month = pl.col("period").str.slice(5, 2).cast(pl.Int64, strict=False)
    quarter = pl.format("{}Q{}", pl.col("period").str.head(4), (month - 1) // 3 + 1)
    rows = ladder.frame.filter(pl.col("entity_id") == CONSOLIDATED)
    named = pl.when(pl.col("period_type") == "month").then(quarter).otherwise("period")
    return _grid(inputs, rows.select("scenario", quarter=named, amount="gap"))


def _grid(inputs: Inputs, rows: pl.DataFrame) -> Floats:
    """Return sums of fen by scenario and quarter, (S + 1, 40 quarters), yuan."""
    names, quarters = scenario_names(inputs), _quarters(inputs)
    grid = np.zeros((len(names), len(quarters)), dtype=np.int64)
    summed = rows.group_by("scenario", "quarter").agg(pl.col("amount").sum())
    for scenario, quarter, amount in summed.iter_rows():
        if quarter in quarters:
            grid[names.index(scenario), quarters.index(quarter)] = amount
    return _yuan(grid)


def _quarters(inputs: Inputs) -> tuple[str, ...]:
    first = quarter_number(inputs.case.horizon.first)
    return tuple(quarter_name(first + index) for index in range(QUARTERS))


def _by_class(inputs: Inputs, amounts: Floats, line: str) -> list[pl.DataFrame]:
    return [_rows(inputs, amounts[:, at], line, kind) for at, kind in enumerate(PRIMARY_CLASSES)]


def _rows(inputs: Inputs, amounts: Floats, line: str, primary_class: str | None) -> pl.DataFrame:
    """Return rows of amounts that are not nothing, (S + 1, 40 quarters)."""
    keys = pl.DataFrame({"scenario": scenario_names(inputs)}).join(
        pl.DataFrame({"quarter": _quarters(inputs)}), how="cross", maintain_order="left_right"
    )
    return keys.with_columns(
        line=pl.lit(line),
        primary_class=pl.lit(primary_class, pl.String),
        amount=pl.Series(amounts.ravel()),
    ).filter(pl.col("amount") != 0.0)
