"""How do the states of many contracts move along their tapes, event by event?

The first events of all contracts are computed together, then the second ones, and so on: within a
step, contracts whose event is of one kind are one group, and a kind's payoff and state transition
functions see the group as arrays (scenario, contract).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import Block
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.tape import Tape

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]

KIND_SPAN = 32


class Outcome(NamedTuple):
    """What an event does: its payoff and the states it changes, (scenario, contract) each."""

    payoff: Floats | float
    changes: Mapping[str, Floats | float]


@dataclass(frozen=True, slots=True)
class States:
    """States of one group before its event, (scenario, contract).

    There is one scenario where rates do not matter. Signed from the contract's owner, as in ACTUS:
    Nt, Ipnr, Ipac, Feac, Nsc, Isc, Ipcb, Prnxt, Xa.
    """

    columns: dict[str, Floats]
    rows: Rows | slice

    def __getitem__(self, name: str) -> Floats:
        """Return state `name` of the group."""
        return self.columns[name][:, self.rows]

    @property
    def notional(self) -> Floats:
        """Nt: principal outstanding."""
        return self["notional"]

    @property
    def rate(self) -> Floats:
        """Ipnr: interest rate, a year."""
        return self["rate"]

    @property
    def accrued(self) -> Floats:
        """Ipac: interest accrued."""
        return self["accrued"]

    @property
    def base(self) -> Floats:
        """Ipcb: what interest is calculated on."""
        return self["base"]

    @property
    def next_payment(self) -> Floats:
        """Prnxt: the next instalment, signed."""
        return self["next_payment"]


@dataclass(frozen=True, slots=True)
class Events:
    """One group's event: its contracts, time since their last event, and what is observed then."""

    block: Block
    tape: Tape
    at: Rows
    market: Floats | None

    @property
    def rows(self) -> Rows:
        """Contracts of the group, (contract,)."""
        return self.tape.row[self.at]

    @property
    def fraction(self) -> Floats:
        """Y(Sd, t), (contract,)."""
        return self.tape.fraction[self.at]

    @property
    def value(self) -> Floats:
        """What the schedule says of the event, (contract,)."""
        return self.tape.value[self.at]

    @property
    def sign(self) -> Floats:
        """R(CNTRL), (contract,)."""
        return self.block.sign()[self.rows]

    def number(self, name: str, default: float = np.nan) -> Floats:
        """Return a term of the group, (contract,); `default` where it is absent."""
        return self.block.numbers(name, default)[self.rows]

    @property
    def observed(self) -> Floats:
        """What the market or another contract says, (scenario, contract)."""
        if self.market is None:
            raise ValueError("These events observe nothing.")
        return self.market[:, self.at]


Function = Callable[[States, Events], Outcome]


@dataclass(frozen=True, slots=True)
class Paths:
    """What every event pays and leaves behind, (scenario, event) each, signed from the owner.

    `left` holds the states after the last event, (scenario, contract).
    """

    payoff: Floats
    notional: Floats
    rate: Floats
    accrued: Floats
    exercise: Floats
    left: dict[str, Floats]


def run(
    block: Block,
    tape: Tape,
    states: Mapping[str, Floats],
    functions: Mapping[Kind, Function],
    market: Floats | None,
) -> Paths:
    """Play the tape: `states` hold each contract's state at the status date, (scenario, contract).

    `market` holds what is observed at each event, (scenario, event). Names that are one array in
    `states` stay one array, so that a type may say that two states are the same.
    """
    columns = _own(states)
    scenarios = next(iter(columns.values())).shape[0]
    paths = Paths(*(np.zeros((scenarios, tape.row.size)) for _ in range(5)), left=columns)
    for kind, at in _groups(tape):
        rows = tape.row[at]
        group: Rows | slice = slice(None) if rows.size == block.count else rows
        events = Events(block, tape, at, market)
        outcome = functions[kind](States(columns, group), events)
        paths.payoff[:, at] = outcome.payoff
        for name, changed in _apart(outcome.changes).items():
            columns[name][:, group] = changed
        paths.notional[:, at] = columns["notional"][:, group]
        paths.rate[:, at] = columns["rate"][:, group]
        paths.accrued[:, at] = columns["accrued"][:, group]
        if "exercise" in columns:
            paths.exercise[:, at] = columns["exercise"][:, group]
    return paths


def _own(states: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return copies of the states that may be written to; shared arrays stay shared."""
    copies: dict[int, Floats] = {}
    return {name: copies.setdefault(id(array), array.copy()) for name, array in states.items()}


def _apart(changes: Mapping[str, Floats | float]) -> Mapping[str, Floats | float]:
    """Return the changes, those that are a state as it was copied before any state is written."""
    return {
        name: change.copy()
        if isinstance(change, np.ndarray) and change.base is not None
        else change
        for name, change in changes.items()
    }


def _groups(tape: Tape) -> Iterator[tuple[Kind, Rows]]:
    """Yield the tape step by step: events of one rank and kind, contracts in order."""
    key = tape.rank * KIND_SPAN + tape.kind
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order], prepend=-1))
    for at in np.split(order, edges[1:]) if order.size else []:
        yield Kind(int(tape.kind[at[0]])), at
