"""One contract of the reference: its terms, what is observed, its events."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.reference import days

Observer = Callable[[str, dt.datetime], float]
SETTLED = (Kind.SETTLED_INTEREST, Kind.STD)
OBLIGATIONS = ("RPL", "ST", "SEL", "PFL", "PF", "GUA", "UDLM")


class Happened(NamedTuple):
    """An unscheduled event of a contract."""

    contract_id: str
    time: dt.datetime
    event_type: str
    value: float
    performance: str | None


class Due(NamedTuple):
    """A scheduled event: when paid, what, up to when calculated, when scheduled, its own value."""

    time: dt.datetime
    kind: Kind
    calculated: dt.datetime
    scheduled: dt.datetime
    value: float | None = None

    @property
    def belongs(self) -> dt.datetime:
        """The day that decides whether a horizon includes it: a settlement's is its exercise's."""
        return self.calculated if self.kind in SETTLED else self.time


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its payoff and the states it leaves."""

    time: dt.datetime
    kind: Kind
    payoff: float
    currency: str
    notional: float = 0.0
    rate: float = 0.0
    accrued: float = 0.0
    exercise: float = 0.0


@dataclass(frozen=True)
class Contract:
    """Terms of one contract as of `status`, with everything it may look at."""

    terms: Mapping[str, Any]
    status: dt.datetime
    until: dt.datetime | None
    observe: Observer
    happened: Sequence[Happened]
    others: Mapping[str, Mapping[str, Any]]

    def __getitem__(self, name: str) -> Any:
        """Return a term; None if it is not stated."""
        return self.terms.get(name)

    def number(self, name: str, default: float = 0.0) -> float:
        """Return a term's number; `default` if it is not stated."""
        value = self.terms.get(name)
        return default if value is None else float(value)

    @property
    def sign(self) -> float:
        """R(CNTRL): +1 a claim, -1 an obligation."""
        return -1.0 if self["contract_role"] in OBLIGATIONS else 1.0

    @property
    def end_of_month(self) -> bool:
        """Whether schedules keep to month ends."""
        return self["end_of_month_convention"] == "EOM"

    def years(self, start: dt.datetime, end: dt.datetime, maturity: dt.datetime | None) -> float:
        """Return Y(start, end) in the contract's day count."""
        anchor = self["cycle_anchor_date_of_interest_payment"] or self["initial_exchange_date"]
        cycle = self["cycle_of_interest_payment"]
        return days.years(
            start,
            end,
            self["day_count_convention"] or "A365",
            maturity=maturity,
            coupon=(anchor, cycle, self.end_of_month) if cycle else None,
        )

    def shifted(self, time: dt.datetime) -> dt.datetime:
        """Return the business day on which something scheduled is paid."""
        convention = self["business_day_convention"] or "NOS"
        return days.shifted(time, convention, self["calendar"] or "NC")

    def calculated(self, time: dt.datetime) -> dt.datetime:
        """Return up to when something scheduled is calculated: SC* shift before."""
        convention = self["business_day_convention"] or "NOS"
        return self.shifted(time) if convention.startswith("SC") else time

    def dates(
        self,
        purpose: str,
        end: dt.datetime | None,
        *,
        anchor: dt.datetime | None = None,
        include_end: bool = False,
    ) -> list[dt.datetime]:
        """Return the schedule of a purpose."""
        return days.schedule(
            anchor or self.anchor(purpose),
            self[f"cycle_of_{purpose}"],
            end,
            end_of_month=self.end_of_month,
            include_end=include_end,
        )

    def anchor(self, purpose: str) -> dt.datetime | None:
        """Return a purpose's anchor: else one cycle after the start (interest: the start)."""
        stated, cycle = self[f"cycle_anchor_date_of_{purpose}"], self[f"cycle_of_{purpose}"]
        start = self["initial_exchange_date"]
        if stated is not None or cycle is None or start is None:
            return stated
        if purpose == "interest_payment":
            return start
        return days.plus(start, cycle, 1, end_of_month=self.end_of_month)

    def at(self, kind: Kind, time: dt.datetime, value: float | None = None) -> Due:
        """Return an event on the very day."""
        return Due(time, kind, self.calculated(time), time, value)

    def on(
        self, kind: Kind, time: dt.datetime, end: dt.datetime | None, value: float | None = None
    ) -> Due:
        """Return a scheduled event on its business day; the schedule's end is not moved."""
        paid = time if time == end else self.shifted(time)
        return Due(paid, kind, self.calculated(time), time, value)

    def known(self, event_type: str) -> list[Happened]:
        """Return this contract's unscheduled events of one type."""
        own = self["contract_id"]
        return [e for e in self.happened if (e.contract_id, e.event_type) == (own, event_type)]
