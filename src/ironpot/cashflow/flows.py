"""What was projected: every event of every contract in every scenario.

Payoffs and states are signed from the contract's owner: what a debtor pays is negative.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.kinds import Kind

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]

LABELS = pl.Series(["", *(kind.label for kind in sorted(Kind, key=int))])


@dataclass(frozen=True, slots=True)
class Part:
    """Events of the contracts that one kernel computed, (event,); amounts (scenario, event).

    `contract` is the position in the projected frame, `currency` the place in the currencies;
    `members` are the positions of all contracts computed together and `opening` their notional at
    the status date, (scenario, member). Where no rate matters there is one scenario row, which
    holds for all of them.
    """

    contract: Rows
    kind: npt.NDArray[np.int8]
    time: Times
    accrual: Times
    currency: npt.NDArray[np.int8]
    payoff: Floats
    notional: Floats
    rate: Floats
    accrued: Floats
    exercise: Floats
    members: Rows
    opening: Floats

    def scenario(self, amounts: Floats, index: int) -> Floats:
        """Return one scenario's row of an array of this part."""
        return amounts[min(index, amounts.shape[0] - 1)]


@dataclass(frozen=True)
class CashFlows:
    """Projected events of `contract_ids`, in `scenarios`; `events` is the whole table."""

    contract_ids: pl.Series
    currencies: tuple[str, ...]
    scenarios: tuple[str, ...]
    parts: tuple[Part, ...]

    @cached_property
    def order(self) -> Rows | slice:
        """Where each event, contract by contract, stands in the parts laid end to end."""
        contract = _end_to_end([part.contract for part in self.parts])
        sorted_already = not (contract[1:] < contract[:-1]).any()
        return slice(None) if sorted_already else np.argsort(contract, kind="stable")

    def column(self, name: str) -> npt.NDArray[np.generic]:
        """Return a column of the tape of all contracts, (event,): contract, kind, time, accrual."""
        return _end_to_end([getattr(part, name) for part in self.parts])[self.order]

    def amounts(self, name: str, index: int) -> Floats:
        """Return an amount of all events in one scenario, (event,): payoff, notional, ..."""
        columns = [part.scenario(getattr(part, name), index) for part in self.parts]
        return _end_to_end(columns)[self.order]

    @cached_property
    def events(self) -> pl.DataFrame:
        """One row a scenario, contract and event, in that order.

        Columns: scenario, contract_id, date, event_type, payoff, currency, notional, rate, accrued;
        payoffs signed from the contract's owner, states as the event leaves them.
        """
        if not self.parts:
            return pl.DataFrame(schema=EVENTS)
        shared = {
            "contract_id": self.contract_ids.gather(self.column("contract")),
            "date": self.column("time").astype("datetime64[D]"),
            "event_type": LABELS.gather(self.column("kind")),
            "currency": pl.Series(self.currencies, dtype=pl.String).gather(self.column("currency")),
        }
        return pl.concat(
            pl.DataFrame(
                {
                    "scenario": pl.repeat(scenario, len(shared["date"]), eager=True),
                    **shared,
                    **{name: self.amounts(name, index) for name in STATES},
                }
            ).select(EVENTS.names())
            for index, scenario in enumerate(self.scenarios)
        )


def joined(first: CashFlows, second: CashFlows) -> CashFlows:
    """Return the events of two projections of other contracts in the same scenarios as one."""
    currencies = tuple(dict.fromkeys((*first.currencies, *second.currencies)))
    codes = np.array([currencies.index(name) for name in second.currencies], dtype=np.int8)
    moved = tuple(
        replace(
            part,
            contract=part.contract + first.contract_ids.len(),
            members=part.members + first.contract_ids.len(),
            currency=codes[part.currency],
        )
        for part in second.parts
    )
    ids = pl.concat([first.contract_ids, second.contract_ids])
    return CashFlows(ids, currencies, first.scenarios, (*first.parts, *moved))


def _end_to_end(arrays: list[Any]) -> npt.NDArray[Any]:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0)


STATES = ("payoff", "notional", "rate", "accrued")
EVENTS = pl.Schema(
    {
        "scenario": pl.String(),
        "contract_id": pl.String(),
        "date": pl.Date(),
        "event_type": pl.String(),
        "payoff": pl.Float64(),
        "currency": pl.String(),
        "notional": pl.Float64(),
        "rate": pl.Float64(),
        "accrued": pl.Float64(),
    }
)
