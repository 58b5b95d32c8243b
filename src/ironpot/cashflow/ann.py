"""ANN, annuity: equal instalments of interest and principal that pay everything by maturity.

An instalment that the contract does not state is solved for before the first one, and again after
every rate reset. A later amortisation date than maturity leaves a balloon.

Source: ACTUS technical specification 1.1, sections ANN and Annuity Amount Function.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.cashflow import lam, nam, pam
from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import cyclic_dates
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States
from ironpot.cashflow.schedules import one_cycle_on
from ironpot.cashflow.tape import (
    Maturity,
    Planned,
    Tape,
    derived,
    moved_to_business_days,
    on_days,
    stated,
    years_at,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]

ONE_DAY = np.timedelta64(1, "D")


def maturity(block: Block) -> Maturity:
    """Return Md: as stated, else the amortisation date, else as NAM."""
    own, until = block.times("maturity_date"), block.times("amortization_date")
    return block.once(
        "maturity", lambda: derived(block, nam.paid_off(block), np.where(np.isnat(own), until, own))
    )


def schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return NAM's planned events and the days on which the instalment is solved for."""
    planned = nam.schedule(block, end)
    resets = [plan for plan in planned if plan.kind in (Kind.RR, Kind.RRF)]
    return [
        *planned,
        _first_fixing(block, end),
        *(
            Planned(Kind.PRF, plan.row, plan.paid, plan.accrual, plan.scheduled, plan.value)
            for plan in resets
        ),
    ]


def initial(block: Block, end: Maturity, scenarios: int) -> dict[str, Floats]:
    """Return NAM's states; an instalment not stated is solved for the dates that lie ahead."""
    states = nam.initial(block, end, scenarios)
    known = ~np.isnan(block.numbers("next_principal_redemption_payment"))
    solved = instalment(block, end, states)
    return states | {"next_payment": np.where(known, states["next_payment"], solved)}


def instalment(block: Block, end: Maturity, states: Mapping[str, Floats]) -> Floats:
    """Return what repays everything over the dates that lie ahead, (scenario, contract)."""
    status = np.full(block.count, block.status)
    return instalments_of(block, end).amount(
        block, np.arange(block.count), status, states, inclusive=False
    )


def functions(block: Block, tape: Tape) -> Mapping[Kind, Function]:
    """Return NAM's functions with those that solve for the instalment."""
    instalments = instalments_of(block, maturity(block))
    known = ~np.isnan(block.numbers("next_principal_redemption_payment"))

    def initial_exchange(states: States, events: Events) -> Outcome:
        """IED: as LAM; an instalment not stated is solved for."""
        outcome = lam.initial_exchange(states, events)
        start = {
            name: np.broadcast_to(np.asarray(column), states.notional.shape)
            for name, column in outcome.changes.items()
        }
        solved = instalments.amount(
            block, events.rows, tape.accrual[events.at], start, inclusive=True
        )
        payment = np.where(known[events.rows], states.next_payment, solved)
        return Outcome(outcome.payoff, {**outcome.changes, "next_payment": payment})

    def fixing(states: States, events: Events) -> Outcome:
        """PRF: the instalment that pays everything over the dates ahead, at the rate of today."""
        now = {
            "notional": states.notional,
            "rate": states.rate,
            "accrued": pam.interest_due(states, events),
        }
        amount = instalments.amount(
            block, events.rows, tape.accrual[events.at], now, inclusive=False
        )
        return Outcome(0.0, pam.accrue(states, events) | {"next_payment": amount})

    return {
        **nam.functions(block, tape),
        Kind.IED: initial_exchange,
        Kind.PRF: fixing,
    }


observe = pam.observe


@dataclass(frozen=True, slots=True)
class Instalments:
    """Dates on which instalments are calculated, contract after contract, and the years between.

    `fraction` (date,) runs from each date's predecessor; contract c has start[c]..start[c + 1].
    """

    time: Times
    whole: Integers
    part: Floats
    fraction: Floats
    start: Rows

    def amount(
        self,
        block: Block,
        rows: Rows,
        times: Times,
        states: Mapping[str, Floats],
        *,
        inclusive: bool,
    ) -> Floats:
        """Return A(t, T, n, a, r), (scenario, contract): the instalment that repays n by T.

        With dates t1..tm ahead: (n (1 + r Y(t, t1)) + a) prod(1 + r Yi) / (1 + sum of the products
        from i on), i = 2..m. `inclusive` counts a date that is `times` itself as ahead.
        """
        first = self._first(rows, times, inclusive=inclusive)
        stop = self.start[rows + 1]
        notional, rate, accrued = (states[name] for name in ("notional", "rate", "accrued"))
        growth, total = np.ones(notional.shape), np.ones(notional.shape)
        for step in range(1, int((stop - first).max(initial=0))):
            ahead = first + step < stop
            factor = 1.0 + rate * self.fraction[np.minimum(first + step, stop - 1)]
            growth = np.where(ahead, growth * factor, growth)
            total = np.where(ahead, total * factor + 1.0, total)
        owed = notional * (1.0 + rate * self._until_first(block, rows, times, first)) + accrued
        return owed * growth / total

    def _first(self, rows: Rows, times: Times, *, inclusive: bool) -> Rows:
        """Return the position of each contract's first date ahead of its time."""
        row = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        spread = np.full(len(self.start) - 1, np.datetime64("NaT", "s"))
        spread[rows] = times
        behind = self.time < spread[row] if inclusive else self.time <= spread[row]
        passed = np.bincount(row[behind], minlength=len(self.start) - 1)
        return self.start[rows] + passed[rows]

    def _until_first(self, block: Block, rows: Rows, times: Times, first: Rows) -> Floats:
        """Return Y(t, t1), (contract,); zero where no date lies ahead."""
        if not self.time.size:
            return np.zeros(rows.shape)
        whole, part = years_at(block, rows, times, np.full(block.count, NEVER))
        ahead = first < self.start[rows + 1]
        at = np.minimum(first, self.time.size - 1)
        year = (self.whole[at] - whole) + (self.part[at] - part)
        return np.where(ahead, year, 0.0)


def instalments_of(block: Block, end: Maturity) -> Instalments:
    """Return the instalment dates of a block, up to the amortisation date where one is stated."""
    return block.once("instalments", lambda: _instalments(block, end))


def _instalments(block: Block, end: Maturity) -> Instalments:
    until = stated(block, block.times("amortization_date"))
    last = np.where(np.isnat(until.end), end.end, until.end)
    calculated = np.where(np.isnat(until.end), end.accrual, until.accrual)
    dates = cyclic_dates(
        one_cycle_on(block, lam.PURPOSE),
        block.cycles(f"cycle_of_{lam.PURPOSE}"),
        last,
        block.end_of_month(),
        after=np.full(block.count, block.status),
        include_end=True,
    )
    moved = moved_to_business_days(block, dates.row, dates.time).accrual
    time = np.where(dates.closing, calculated[dates.row], moved)
    whole, part = years_at(block, dates.row, time, calculated)
    fraction = np.diff(whole, prepend=0) + np.diff(part, prepend=0.0)
    start = np.searchsorted(dates.row, np.arange(block.count + 1))
    return Instalments(time, whole, part, fraction, start)


def _first_fixing(block: Block, end: Maturity) -> Planned:
    """Return the day before the first instalment, where the instalment is not stated."""
    unknown = np.isnan(block.numbers("next_principal_redemption_payment"))
    anchor = one_cycle_on(block, lam.PURPOSE)
    rows = np.flatnonzero(unknown & (anchor > block.status) & (anchor <= end.end))
    return on_days(block, Kind.PRF, rows, anchor[rows] - ONE_DAY)
