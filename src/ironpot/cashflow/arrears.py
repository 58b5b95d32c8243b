"""What happens when a debtor does not pay for a while and then makes good (default and cure)?

What falls due after the day of default, up to and with the day of the cure, is not paid on its day.
It stays owed, bears penalty interest at the contract's penalty rate and no other interest, and is
paid on the day of the cure: principal (PR), penalty (PY), interest (IP), fees (FP). The contract
itself goes on as it was. Penalty interest is simple and runs on all that is overdue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.agreed import DEFAULT, with_terms
from ironpot.cashflow.block import NEVER, Block, time_of
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.merge import in_one, taken
from ironpot.cashflow.tape import years_at
from ironpot.cashflow.totals import FEES, INTEREST, PRINCIPAL

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

END_OF_DAY = np.timedelta64(86_399, "s")
CURED = {
    Kind.OVERDUE_PRINCIPAL: PRINCIPAL,
    Kind.OVERDUE_INTEREST: INTEREST,
    Kind.FP: FEES,
}


@dataclass(frozen=True, slots=True)
class Default:
    """One default: the contract's row in the projected frame, its term in it, the penalty rate."""

    position: int
    terms: pl.DataFrame
    since: np.datetime64
    cured: np.datetime64
    penalty_rate: float


def defaults_of(changes: pl.DataFrame | None, contracts: pl.DataFrame) -> list[Default]:
    """Return the defaults among changes that were checked."""
    if changes is None:
        return []
    rows = with_terms(changes, contracts).filter(pl.col("change") == DEFAULT)
    performing = contracts.filter(pl.col("contract_type") != "OVERDUE")
    return [
        Default(
            performing.filter(pl.col("contract_id") == name)["position"].item(),
            performing.filter(pl.col("contract_id") == name),
            time_of(since),
            time_of(cured),
            rate,
        )
        for name, since, cured, rate in rows.select(
            "contract_id", "date", "until", "penalty_rate"
        ).iter_rows()
    ]


def looks_at_cures(defaults: Sequence[Default]) -> pl.DataFrame:
    """Return looks (AD) at the contracts on the days of their cures, as observed events."""
    return pl.DataFrame(
        {
            "contract_id": [default.terms["contract_id"].item() for default in defaults],
            "time": [default.cured.item() for default in defaults],
            "event_type": "AD",
            "value": 0.0,
            "performance": None,
        },
        schema_overrides={"performance": pl.String, "time": pl.Datetime("us")},
    )


def with_arrears(part: Part, defaults: Sequence[Default], until: np.datetime64) -> Part:
    """Return a part in which what falls due in a default is paid at its cure."""
    for default in defaults:
        first, stop = np.searchsorted(part.contract, [default.position, default.position + 1])
        if stop > first:
            part = _defaulted(part, slice(int(first), int(stop)), default, until)
    return part


def _defaulted(part: Part, own: slice, default: Default, until: np.datetime64) -> Part:
    """Return a part in which one contract, the events `own`, is in default for a while."""
    late, look = _late_events(part, own, default)
    owing = late & (part.time < default.cured) | late & (part.kind != Kind.AD)
    paid = {
        kind: np.where(late & np.isin(part.kind, kinds), part.payoff, 0.0)
        for kind, kinds in CURED.items()
    }
    principal, interest = paid[Kind.OVERDUE_PRINCIPAL], paid[Kind.OVERDUE_INTEREST]
    overdue = principal + interest + paid[Kind.FP]
    unpaid = replace(
        part,
        payoff=part.payoff - overdue,
        notional=part.notional + np.where(owing, np.cumsum(principal, 1), 0.0),
        accrued=part.accrued + np.where(owing, np.cumsum(interest, 1), 0.0),
    )
    every = np.arange(part.kind.size)
    kept = taken(unpaid, every if look is None else np.delete(every, look))
    if default.cured > until:
        return kept
    penalty = default.penalty_rate * (overdue * _years_late(part, default, late)).sum(axis=1)
    due = {kind: amounts.sum(axis=1) for kind, amounts in paid.items()}
    at = own.stop - 1 if look is None else look
    return _with_cures(kept, list(_cures(part, at, default, due, penalty)), default)


def _late_events(part: Part, own: slice, default: Default) -> tuple[Booleans, int | None]:
    """Say which events fall into the default, and which one is the engine's look at the cure."""
    late = np.zeros(part.kind.size, bool)
    time = part.time[own]
    late[own] = (time > default.since + END_OF_DAY) & (time <= default.cured + END_OF_DAY)
    looks = np.flatnonzero(late & (part.kind == Kind.AD) & (part.time == default.cured))
    return late, int(looks[-1]) if looks.size else None


def _with_cures(kept: Part, cures: list[Part], default: Default) -> Part:
    """Return a part with the payments of a cure after what else is due that day, before looks."""
    whole = in_one([kept, *cures])
    looks = np.zeros(whole.kind.size, bool)
    looks[: kept.kind.size] = (kept.kind == Kind.AD) & (kept.time == default.cured)
    order = np.lexsort((looks, whole.time, whole.contract))
    return replace(taken(whole, order), members=kept.members, opening=kept.opening)


def _years_late(part: Part, default: Default, late: Booleans) -> Floats:
    """Return the years from each late event to the cure in the contract's day count, (event,)."""
    block = Block(default.terms, default.since)
    at = np.flatnonzero(late)
    rows, end = np.zeros(at.size, np.intp), np.full(1, NEVER)
    cures = np.full(at.size, default.cured)
    then, now = (years_at(block, rows, times, end) for times in (part.time[at], cures))
    years = np.zeros(part.kind.size)
    years[at] = (now[0] - then[0]) + (now[1] - then[1])
    return years


def _cures(
    part: Part, at: int, default: Default, due: dict[Kind, Floats], penalty: Floats
) -> Iterator[Part]:
    """Yield the payments of a cure; the states are those of event `at`, and what is still overdue.

    Without any due amount an event is left out.
    """
    accrued = part.accrued[:, at] + due[Kind.OVERDUE_INTEREST]
    for kind, amount in (
        (Kind.OVERDUE_PRINCIPAL, due[Kind.OVERDUE_PRINCIPAL]),
        (Kind.OVERDUE_PENALTY, penalty),
        (Kind.OVERDUE_INTEREST, due[Kind.OVERDUE_INTEREST]),
        (Kind.FP, due[Kind.FP]),
    ):
        if kind == Kind.OVERDUE_INTEREST:
            accrued = part.accrued[:, at]
        if (amount != 0.0).any():
            one = taken(part, np.array([at]))
            yield replace(
                one,
                kind=np.array([kind], np.int8),
                time=np.array([default.cured]),
                accrual=np.array([default.cured]),
                payoff=amount[:, None],
                accrued=accrued[:, None],
                members=np.zeros(0, np.intp),
                opening=np.zeros((1, 0)),
            )
