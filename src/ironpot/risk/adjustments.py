"""What does a plan change? Its flows and debts beside those of doing nothing, ready to be added.

Amounts in yuan of the whole perimeter with the outside: what members pay one another is not in.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.core.dates import quarter_end
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CASH_FLOWS, EXPECTED

Floats = npt.NDArray[np.float64]

CHANGED_FLOWS = pl.Schema(
    {
        "scenario": pl.String(),
        "quarter": pl.String(),
        "line": pl.String(),
        "primary_class": pl.String(),
        "amount": pl.Float64(),
    }
)
CHANGED_DEBT = pl.Schema(
    {
        "scenario": pl.String(),
        "quarter": pl.String(),
        "primary_class": pl.String(),
        "amount": pl.Float64(),
    }
)
PROCEEDS = ("asset_proceeds_outside", "procedure_cost", "tax_and_fee")
BORROWED = ("borrowing", "bridge_draw")
REPAID = ("principal", "bridge_repayment")
INSIDE = ("asset_proceeds_inside", "intra_group_in", "intra_group_out")
_ROLES: dict[str, tuple[str, ...]] = {
    "proceeds": PROCEEDS,
    "relief": ("relief",),
    "drawn": BORROWED,
    "principal": REPAID,
    "interest": ("interest",),
    "fees": ("penalties",),
}
_OF_CLASS = tuple(pl.col("primary_class") == name for name in PRIMARY_CLASSES)
PAID = ("principal", "interest", "fees")
PRIMARY = tuple(
    name for name in CASH_FLOWS if not any(name in lines for lines in (*_ROLES.values(), INSIDE))
)


@dataclass(frozen=True)
class Adjustments:
    """A plan's changes to doing nothing.

    - `flows`: rows of CHANGED_FLOWS, signed (in +), `line` a word of core.outputs.CASH_FLOWS;
      `primary_class` says on which debt interest changes, null elsewhere
    - `debt`: rows of CHANGED_DEBT, what more (+) or less (-) is owed at each quarter's end
    - `through`: the last quarter that the plan decides; up to it new borrowing is the plan's alone
    - `ladder`: the plan's own ladder, rows of core.outputs.LADDER, if it has one
    - `left`: what is still to be paid after `through`, rows of risk.left_to_pay.LEFT; None if the
      plan does not say, which is no question where it changes nothing
    - `stocks`: what the plan leaves owned and owed, rows of core.outputs.BALANCE_SHEET
    """

    flows: pl.DataFrame
    debt: pl.DataFrame
    through: str
    ladder: pl.DataFrame | None = None
    left: pl.DataFrame | None = None
    stocks: pl.DataFrame | None = None

    @property
    def end(self) -> dt.date:
        """The last day that the plan decides."""
        return quarter_end(self.through)

    @property
    def keeps_contracts(self) -> bool:
        """Whether every debt is left as its contract stands."""
        served = self.flows.filter(pl.col("line").is_in(["principal", "interest"]))
        moved = pl.concat([self.debt["amount"], served["amount"]])
        return not bool((moved.abs() > 1.0 / FEN_PER_YUAN).any())


@dataclass(frozen=True, slots=True)
class Changes:
    """Adjustments as arrays (scenario, quarter) by what they move.

    `principal`, `interest` and `fees` are positive where more is paid; `interest_of` and `debt`
    are (scenario, class, quarter); `planned` says which quarters the plan decides.
    """

    primary: Floats
    proceeds: Floats
    relief: Floats
    drawn: Floats
    principal: Floats
    interest: Floats
    fees: Floats
    interest_of: Floats
    debt: Floats
    planned: npt.NDArray[np.bool_]


def changes_of(
    adjustments: Adjustments | None, scenarios: Sequence[str], quarters: Sequence[str]
) -> Changes:
    """Return the adjustments for the named scenarios; one without rows takes the expected ones.

    So does every scenario where all rows of a line, or of debt, are expected ones alone.
    """
    if adjustments is None:
        return _none(scenarios, quarters)
    given = set(adjustments.flows["scenario"]) | set(adjustments.debt["scenario"])
    scenarios = [name if name in given else EXPECTED for name in scenarios]
    flows = {
        role: _grid(adjustments.flows.filter(pl.col("line").is_in(lines)), scenarios, quarters)
        for role, lines in (*_ROLES.items(), ("primary", PRIMARY))
    }
    interest = adjustments.flows.filter(pl.col("line") == "interest")
    debt, interest_of = (
        np.stack([_grid(rows.filter(own), scenarios, quarters) for own in _OF_CLASS], axis=1)
        for rows in (adjustments.debt, interest)
    )
    signed = {role: -grid if role in PAID else grid for role, grid in flows.items()}
    planned = np.array([quarter <= adjustments.through for quarter in quarters])
    return Changes(**signed, interest_of=-interest_of, debt=debt, planned=planned)


def _none(scenarios: Sequence[str], quarters: Sequence[str]) -> Changes:
    still = np.zeros((len(scenarios), len(quarters)))
    by_class = np.zeros((len(scenarios), len(PRIMARY_CLASSES), len(quarters)))
    return Changes(
        *(still,) * 7, interest_of=by_class, debt=by_class, planned=np.zeros(len(quarters), bool)
    )


def _grid(rows: pl.DataFrame, scenarios: Sequence[str], quarters: Sequence[str]) -> Floats:
    """Return sums of rows by scenario and quarter, (scenario, quarter)."""
    if set(rows["scenario"]) == {EXPECTED}:
        scenarios = [EXPECTED] * len(scenarios)
    summed = rows.group_by("scenario", "quarter").agg(pl.col("amount").sum())
    grid = np.zeros((len(scenarios), len(quarters)))
    place = {quarter: number for number, quarter in enumerate(quarters)}
    for row, name in enumerate(scenarios):
        own = summed.filter(pl.col("scenario") == name)
        for quarter, amount in own.select("quarter", "amount").iter_rows():
            if quarter in place:
                grid[row, place[quarter]] = amount
    return grid
