"""What does a projection mean year by year? Debt, flows and facts in blocks of four quarters.

A block is named by the year of its last quarter; with a case date at a year's end blocks are
calendar years. Amounts in yuan; arrays (scenario, year).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.risk.linear import CONSTANT
from ironpot.risk.projection import Projection

Floats = npt.NDArray[np.float64]

FLOWS = (
    "primary",
    "interest",
    "fees",
    "principal",
    "drawn",
    "renewed",
    "proceeds",
    "relief",
    "calls",
)


@dataclass(frozen=True, slots=True)
class Years:
    """A projection by year: `flows` by name, `debt` with the opening first, (scenario, year + 1).

    `cash` likewise, negative by what is unpaid; `facts` by (entity, name) and `of_debt` (debt and
    interest by class) are what rules measure, positive.
    """

    years: tuple[int, ...]
    flows: dict[str, Floats]
    debt: Floats
    cash: Floats
    facts: dict[tuple[str, str], Floats]
    of_debt: dict[str, Floats]

    @property
    def stock_flow(self) -> dict[str, Floats]:
        """What changes debt besides interest and the primary balance, by name, (scenario, year).

        `cash` is what is put by; `other` is fees and interest added to principal.
        """
        held = np.diff(np.maximum(self.cash, 0.0), axis=1)
        parts = {
            "asset_proceeds": -self.flows["proceeds"],
            "guarantees": self.flows["calls"],
            "relief": -self.flows["relief"],
            "cash": held,
        }
        known = (
            self.flows["interest"] - self.flows["primary"] + np.sum(list(parts.values()), axis=0)
        )
        return parts | {"other": np.diff(self.debt, axis=1) - known}

    def known(self, entity_id: str) -> dict[str, Floats]:
        """Return everything that a rule of one entity may name, (scenario, year) each."""
        own = {name: values for (entity, name), values in self.facts.items() if entity == entity_id}
        return own | self.of_debt | {CONSTANT: np.ones((1, len(self.years)))}


def by_year(flows: Projection, quarters: tuple[str, ...]) -> Years:
    """Return a projection by blocks of four quarters; a last part of a block is left out."""
    count = len(quarters) // QUARTERS_PER_YEAR
    ends = QUARTERS_PER_YEAR * np.arange(1, count + 1) - 1
    opening = np.broadcast_to(flows.opening_debt.sum(), (len(flows.cash), 1))
    debt = flows.debt.sum(axis=1)[:, ends]
    start = np.full((len(flows.cash), 1), flows.opening_cash)
    by_class = {
        f"{what}_{name}": values[:, place]
        for what, values in (
            ("debt", flows.debt[:, :, ends]),
            ("interest", blocks(flows.interest_of)),
        )
        for place, name in enumerate(PRIMARY_CLASSES)
    }
    return Years(
        years=tuple(int(quarters[end][:4]) for end in ends),
        flows={name: blocks(getattr(flows, name)) for name in FLOWS},
        debt=np.concatenate([opening, debt], axis=1),
        cash=np.concatenate([start, flows.cash[:, ends]], axis=1),
        facts={key: np.abs(blocks(values)) for key, values in flows.facts.items()},
        of_debt=by_class,
    )


def blocks(values: Floats) -> Floats:
    """Return sums of four quarters each, (..., quarter) -> (..., year).

    >>> blocks(np.arange(8.0)).tolist()
    [6.0, 22.0]
    """
    count = values.shape[-1] // QUARTERS_PER_YEAR
    whole = values[..., : count * QUARTERS_PER_YEAR]
    return whole.reshape(*values.shape[:-1], count, QUARTERS_PER_YEAR).sum(axis=-1)
