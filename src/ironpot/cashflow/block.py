"""How do kernels see a block of contracts? As arrays, one entry a contract, term by term.

Absent numbers are NaN, absent dates NaT, absent words have code -1. Times are datetime64[s].
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.cycles import Cycles, cycles_of
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.words import Words, repeated, words_of

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]

Made = TypeVar("Made")

SECONDS = "datetime64[s]"
NEVER = np.datetime64("NaT", "s")
LIABILITY_ROLES = ("RPL", "ST", "SEL", "PFL", "PF", "GUA", "UDLM")
NOTHING_OBSERVED = pl.DataFrame(
    schema={"row": pl.Int64, "time": pl.Datetime, "event_type": pl.String, "value": pl.Float64}
)


@dataclass(frozen=True)
class Block:
    """Contracts that one kernel computes together, as of `status`, up to `until` (NaT: no limit).

    `frame` has a row a contract in the columns of `terms.CONTRACTS`; `observed` holds unscheduled
    events of these contracts: `row` (the contract's position), `time`, `event_type`, `value`.
    Where terms change on the day `closes`, what is paid later belongs to another block; `silent`
    kinds of events do not happen meanwhile. Arrays are made once and must not be written to.
    """

    frame: pl.DataFrame
    status: np.datetime64
    until: np.datetime64 = NEVER
    observed: pl.DataFrame = field(default_factory=NOTHING_OBSERVED.clone)
    closes: np.datetime64 = NEVER
    silent: tuple[Kind, ...] = ()
    made: dict[tuple[str, object], object] = field(
        default_factory=dict[tuple[str, object], object], compare=False, repr=False
    )

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what `make` returns, made once a block under this name."""
        key = (name, "once")
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]  # pyright: ignore[reportReturnType]

    @property
    def count(self) -> int:
        """Number of contracts."""
        return self.frame.height

    def has(self, name: str) -> bool:
        """Say whether any contract states the term."""
        return name in self.frame.columns and self.frame[name].null_count() < self.count

    def numbers(self, name: str, default: float = np.nan) -> Floats:
        """Return a term's numbers, (contract,); `default` where it is absent."""
        key = (name, default)
        if key not in self.made:
            self.made[key] = self._numbers(name, default)
        return self.made[key]  # pyright: ignore[reportReturnType]

    def _numbers(self, name: str, default: float) -> Floats:
        if not self.has(name):
            return np.full(self.count, default)
        column = self.frame[name].cast(pl.Float64).to_numpy()
        return np.where(np.isnan(column), default, column)

    def times(self, name: str) -> Times:
        """Return a term's dates, (contract,); NaT where it is absent."""
        key = (name, None)
        if key not in self.made:
            absent = np.full(self.count, NEVER)
            self.made[key] = times_of(self.frame[name]) if self.has(name) else absent
        return self.made[key]  # pyright: ignore[reportReturnType]

    def words(self, name: str, default: str | None = None) -> Words:
        """Return a term's words; `default`, if one is given, where it is absent."""
        key = (name, default)
        if key not in self.made:
            self.made[key] = self._words(name, default)
        return self.made[key]  # pyright: ignore[reportReturnType]

    def _words(self, name: str, default: str | None) -> Words:
        if not self.has(name):
            return repeated(default, self.count) if default else Words((), np.full(self.count, -1))
        column = self.frame[name]
        return words_of(column.fill_null(default) if default else column)

    def texts(self, name: str) -> list[str | None]:
        """Return a term as written, for the few terms that no array can hold."""
        return self.frame[name].to_list() if self.has(name) else [None] * self.count

    def cycles(self, name: str) -> Cycles:
        """Return a term's cycles, (contract,)."""
        return cycles_of(self.words(name))

    def sign(self) -> Floats:
        """Return R(CNTRL), (contract,): +1 a claim, -1 an obligation."""
        key = ("sign", None)
        if key not in self.made:
            roles = self.words("contract_role", "RPA")
            signs = [-1.0 if role in LIABILITY_ROLES else 1.0 for role in roles.values]
            self.made[key] = np.array(signs)[roles.code]
        return self.made[key]  # pyright: ignore[reportReturnType]

    def flags(self, name: str) -> Booleans:
        """Say of which contracts a term is true, (contract,); it is false where absent."""
        return self.numbers(name, 0.0) != 0.0

    def end_of_month(self) -> Booleans:
        """Say which contracts keep their schedules on month ends, (contract,)."""
        return self.words("end_of_month_convention", "SD").where("EOM")

    def happened(self, event_type: str) -> tuple[Rows, Times, Floats]:
        """Return row, time and value of the unscheduled events of one type, in their order."""
        found = self.observed.filter(pl.col("event_type") == event_type)
        return (
            found["row"].cast(pl.Int64).to_numpy().astype(np.intp),
            times_of(found["time"]),
            found["value"].cast(pl.Float64).to_numpy(),
        )


def times_of(series: pl.Series) -> Times:
    """Return dates or times of day as datetime64[s]; null becomes NaT."""
    return series.to_numpy().astype(SECONDS)


def series_of(name: str, times: Times) -> pl.Series:
    """Return times as a column of a frame; NaT becomes null."""
    return pl.Series(name, times.astype("datetime64[us]"))


def time_of(date: dt.date | None) -> np.datetime64:
    """Return a date as datetime64[s]; None becomes NaT."""
    return NEVER if date is None else np.datetime64(date, "s")
