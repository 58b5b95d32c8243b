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
Rows = npt.NDArray[np.intp]

SHOWN = ("notional", "rate", "accrued", "exercise")


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
    """One group's event, (contract,) each: place `at` on the tape, contract `rows`, `fraction`.

    The last, Y(Sd, t), is the part of a year since the contract's last event. `whole` says that the
    group is all contracts of the block, in their order; `market` is what every event observes.
    """

    block: Block
    tape: Tape
    at: Rows
    rows: Rows
    fraction: Floats
    whole: bool
    market: Floats | None

    @property
    def value(self) -> Floats:
        """What the schedule says of the event, (contract,)."""
        return self.tape.value[self.at]

    @property
    def sign(self) -> Floats:
        """R(CNTRL), (contract,)."""
        return self._of_group(self.block.sign())

    def number(self, name: str, default: float = np.nan) -> Floats:
        """Return a term of the group, (contract,); `default` where it is absent."""
        return self._of_group(self.block.numbers(name, default))

    def _of_group(self, column: Floats) -> Floats:
        return column if self.whole else column[self.rows]

    @property
    def observed(self) -> Floats:
        """What the market or another contract says, (scenario, contract); NaN where nobody says."""
        if self.market is None:
            return np.full((1, self.at.size), np.nan)
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
    groups = list(_groups(tape))
    order = np.concatenate([at for _, at in groups]) if groups else np.zeros(0, np.intp)
    fraction = tape.fraction[order]
    shape = (next(iter(columns.values())).shape[0], order.size)
    kept = [name for name in SHOWN if name in columns]
    shown = {name: np.zeros(shape) for name in ("payoff", *kept)}
    first = 0
    for kind, at in groups:
        here = slice(first, first := first + at.size)
        rows = tape.row[at]
        whole = rows.size == block.count
        group: Rows | slice = slice(None) if whole else rows
        events = Events(block, tape, at, rows, fraction[here], whole, market)
        outcome = functions[kind](States(columns, group), events)
        shown["payoff"][:, here] = outcome.payoff
        for name, changed in _apart(outcome.changes).items():
            columns[name][:, group] = changed
        for name in kept:
            shown[name][:, here] = columns[name][:, group]
    return _on_tape(shown, order, columns)


def _on_tape(shown: dict[str, Floats], order: Rows, left: dict[str, Floats]) -> Paths:
    """Return what was computed in `order` event by event as the tape has it."""
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    seen = {name: amounts[:, back] for name, amounts in shown.items()}
    nothing = np.broadcast_to(0.0, seen["payoff"].shape)
    return Paths(seen["payoff"], *(seen.get(name, nothing) for name in SHOWN), left=left)


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
    count = np.diff(tape.start)
    for rank in range(int(count.max(initial=0))):
        at = tape.start[:-1][count > rank] + rank
        kinds = tape.kind[at]
        for kind in np.unique(kinds) if (kinds != kinds[0]).any() else kinds[:1]:
            yield Kind(int(kind)), at[kinds == kind]
