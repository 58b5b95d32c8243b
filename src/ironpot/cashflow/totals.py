"""How much falls due in each month or quarter, and how much is then still owed?

Amounts here are positive, as a debtor counts them: paid is paid. A loan that the owner gives out
would be negative.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.flows import CashFlows, Part
from ironpot.cashflow.kinds import Kind
from ironpot.core.dates import Dates, Horizon, month_index, month_name, next_day

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PRINCIPAL = (Kind.PR, Kind.OVERDUE_PRINCIPAL, Kind.PP, Kind.MD, Kind.STD)
INTEREST = (Kind.IP, Kind.OVERDUE_INTEREST, Kind.SETTLED_INTEREST, Kind.IPFX, Kind.IPFL)
FEES = (Kind.FP,)
PENALTIES = (Kind.PY, Kind.OVERDUE_PENALTY)
DRAWN = (Kind.IED, Kind.PI)


@dataclass(frozen=True, slots=True)
class Service:
    """Debt service by period, (scenario, debt, period) in yuan; `outstanding` at a period's end.

    What is paid is positive; `drawn` is what a loan brings in, `added` interest that is not paid
    but owed from then on. Principal that follows an index is paid at the index, but outstanding as
    it was lent.
    """

    debt_ids: tuple[str, ...]
    scenarios: tuple[str, ...]
    periods: tuple[str, ...]
    principal: Floats
    interest: Floats
    fees: Floats
    penalties: Floats
    drawn: Floats
    added: Floats
    outstanding: Floats

    def frame(self) -> pl.DataFrame:
        """Return one row a scenario, debt and period with every amount."""
        scenario, debt, period = (index.ravel() for index in np.indices(self.principal.shape))
        words = {
            "scenario": pl.Series(self.scenarios, dtype=pl.String).gather(scenario),
            "debt_id": pl.Series(self.debt_ids, dtype=pl.String).gather(debt),
            "period": pl.Series(self.periods, dtype=pl.String).gather(period),
        }
        amounts = {name: getattr(self, name).ravel() for name in AMOUNTS}
        return pl.DataFrame(words | amounts)


KINDS = {
    "principal": PRINCIPAL,
    "interest": INTEREST,
    "fees": FEES,
    "penalties": PENALTIES,
    "drawn": DRAWN,
}
AMOUNTS = ("principal", "interest", "fees", "penalties", "drawn", "outstanding")


def quarterly_service(
    flows: CashFlows, horizon: Horizon, debt_ids: Sequence[str] | None = None
) -> Service:
    """Return service by quarter of the horizon; what falls later is left out."""
    return _service(flows, debt_ids, horizon.quarters, horizon.index_of)


def monthly_service(
    flows: CashFlows, case_date: dt.date, months: int, debt_ids: Sequence[str] | None = None
) -> Service:
    """Return service by month, the first being the one that holds the day after the case date."""
    first = next_day(case_date)
    names = tuple(month_name(first, index) for index in range(months))
    return _service(flows, debt_ids, names, lambda dates: month_index(dates, first))


def _service(
    flows: CashFlows,
    debt_ids: Sequence[str] | None,
    periods: tuple[str, ...],
    index_of: Callable[[Dates], Integers],
) -> Service:
    """Add up events by debt and period; a debt's contracts share its id."""
    unique = flows.contract_ids.unique(maintain_order=True)
    ids = tuple(unique) if debt_ids is None else tuple(debt_ids)
    place = flows.contract_ids.replace_strict(
        ids, range(len(ids)), default=-1, return_dtype=pl.Int64
    ).to_numpy()
    shape = (len(flows.scenarios), len(ids), len(periods))
    paid = {name: np.zeros(shape) for name in KINDS}
    added, outstanding = np.zeros(shape), np.zeros(shape)
    for part in flows.parts:
        period = index_of(part.time.astype("datetime64[D]"))
        for name, kinds in KINDS.items():
            _add(paid[name], part, place, period, part.payoff, np.isin(part.kind, kinds))
        moved = _moved(part)
        _add_stock(outstanding, part, place, period, moved)
        _add(added, part, place, np.maximum(period, 0), moved, part.kind == Kind.IPCI)
    amounts = {name: total if name == "drawn" else -total for name, total in paid.items()}
    stocks = {"added": -added, "outstanding": -outstanding}
    return Service(ids, flows.scenarios, periods, **amounts, **stocks)


def _add(
    total: Floats,
    part: Part,
    place: Integers,
    period: Integers,
    amounts: Floats,
    chosen: npt.NDArray[np.bool_],
) -> None:
    """Add the chosen events' amounts to `total` (scenario, debt, period), in place."""
    scenarios, _, periods = total.shape
    row = place[part.contract]
    at = np.flatnonzero(chosen & (row >= 0) & (period >= 0) & (period < periods))
    cells, sums = _summed(amounts[:, at], row[at] * periods + period[at])
    total.reshape(scenarios, -1)[:, cells] += sums


def _summed(amounts: Floats, keys: Integers) -> tuple[Integers, Floats]:
    """Return distinct keys and the sum of their amounts, (scenario, key), from (scenario, item)."""
    order = np.argsort(keys, kind="stable")
    heads = np.flatnonzero(np.diff(keys[order], prepend=-1))
    if not heads.size:
        return keys, amounts
    return keys[order[heads]], np.add.reduceat(amounts[:, order], heads, axis=1)


def _moved(part: Part) -> Floats:
    """Return by how much each event moves its contract's notional, (scenario, event)."""
    heads = np.flatnonzero(np.diff(part.contract, prepend=-1))
    member = np.searchsorted(part.members, part.contract[heads])
    before = np.roll(part.notional, 1, axis=1)
    before[:, heads] = part.opening[:, member]
    return part.notional - before


def _add_stock(total: Floats, part: Part, place: Integers, period: Integers, moves: Floats) -> None:
    """Add the notional that the part's contracts leave at each period's end, in place.

    The notional is the opening one and the changes of all events up to then.
    """
    moved = np.zeros(total.shape)
    every = np.ones(part.kind.shape, bool)
    _add(moved, part, place, np.maximum(period, 0), moves, every)
    total += np.cumsum(moved, axis=2)
    row = place[part.members]
    debts, opening = _summed(part.opening[:, row >= 0], row[row >= 0])
    total[:, debts] += opening[:, :, None]
