"""What do the contracts take, quarter by quarter, when thousands of rate paths are tried on them?

Contracts go through the cash-flow engine, those without a market rate once, the others a thousand
scenarios at a time. Amounts in yuan, positive as the debtor counts them; debts owed inside the
perimeter are left out.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_array

from ironpot.case.case import Case
from ironpot.cashflow.case_debts import agreed_changes
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.flows import Part
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.totals import DRAWN, FEES, INTEREST, PENALTIES, PRINCIPAL
from ironpot.core.dates import Horizon, quarter_end

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CHUNK = 1_024
KINDS = {
    "principal": PRINCIPAL,
    "interest": INTEREST,
    "fees": (*FEES, *PENALTIES),
    "drawn": DRAWN,
}
AMOUNTS = (*KINDS, "outstanding")
GROUP = ("primary_class", "creditor_class")
Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DebtService:
    """Service by group (primary class, creditor class): (scenario, group, quarter).

    `outstanding` at each quarter's end, `opening` (group,) at the case date. One scenario holds
    for all where no contract follows a market rate.
    """

    groups: tuple[Group, ...]
    principal: Floats
    interest: Floats
    fees: Floats
    drawn: Floats
    outstanding: Floats
    opening: Floats


@dataclass(frozen=True)
class DebtBook:
    """What the perimeter owes outside, laid out once for any number of rate paths.

    `places` is each debt's place among the groups, `weights` what its service counts; `moving` are
    the contracts that follow a market rate, `still` the service of the others.
    """

    case: Case
    horizon: Horizon
    groups: tuple[Group, ...]
    places: dict[str, int]
    weights: dict[str, float]
    moving: pl.DataFrame
    fixed: pl.DataFrame

    @cached_property
    def still(self) -> DebtService:
        """Service of the contracts without a market rate, one scenario."""
        return _service(self, self.fixed, None)


def debt_book(
    case: Case, horizon: Horizon, *, weights: Mapping[str, float] | None = None
) -> DebtBook:
    """Return the contracts of what the perimeter owes outside, over the quarters of `horizon`.

    `weights` count each debt's service, by debt_id; a debt without one counts nothing. Without
    them every debt counts once. Agreed changes and further terms of the case hold in all scenarios.
    """
    owed = outside_debts(case)
    groups = tuple(owed.select(*GROUP).unique().sort(*GROUP).iter_rows())
    contracts = contracts_of_debts(
        with_further_terms(owed.drop("creditor_class"), case.debt_terms), case_date=case.date
    )
    floating = pl.col("market_object_code_of_rate_reset").is_not_null()
    return DebtBook(
        case,
        horizon,
        groups,
        _places(owed, groups),
        dict(dict.fromkeys(owed["debt_id"], 1.0) if weights is None else weights),
        moving=contracts.filter(floating),
        fixed=contracts.filter(~floating),
    )


def debt_service(book: DebtBook, rates: RatePaths, *, workers: int = 1) -> DebtService:
    """Return the service of the book in every scenario of `rates`.

    Raises IronpotError if a contract's rate has no path.
    """
    if book.moving.is_empty():
        return book.still
    return _sum(book.still, _by_chunks(book, rates, workers))


def outside_debts(case: Case) -> pl.DataFrame:
    """Return debts of the perimeter to others that are not repaid, with their creditor's class."""
    classes = case.creditors.select("creditor_id", "creditor_class")
    return (
        case.debts.filter(
            pl.col("debtor_id").is_in(case.perimeter),
            ~pl.col("creditor_id").is_in(case.perimeter),
            pl.col("status").fill_null("performing") != "repaid",
        )
        .join(classes, on="creditor_id", how="left", maintain_order="left")
        .with_columns(pl.col("creditor_class").fill_null("other"))
    )


def _places(owed: pl.DataFrame, groups: tuple[Group, ...]) -> dict[str, int]:
    """Return each debt's place among the groups."""
    rows = owed.select("debt_id", *GROUP).iter_rows()
    return {debt: groups.index((primary, creditor)) for debt, primary, creditor in rows}


def _service(book: DebtBook, contracts: pl.DataFrame, rates: RatePaths | None) -> DebtService:
    """Return the service of some contracts of the book under rates."""
    flows = project_cash_flows(
        contracts,
        status_date=book.case.date,
        until=quarter_end(book.horizon.last),
        rates=rates,
        changes=agreed_changes(book.case, contracts),
    )
    ids = flows.contract_ids.to_list()
    place = np.array([book.places[name] for name in ids], dtype=np.int64)
    weight = np.array([book.weights.get(name, 0.0) for name in ids])
    shape = (len(flows.scenarios), len(book.groups), book.horizon.count)
    totals = {name: np.zeros(shape) for name in AMOUNTS}
    opening = np.zeros(shape[:2])
    for part in flows.parts:
        _add_part(totals, opening, part, place, weight, book.horizon)
    return DebtService(book.groups, **totals, opening=opening[0])


def _add_part(
    totals: dict[str, Floats],
    opening: Floats,
    part: Part,
    place: Integers,
    weight: Floats,
    horizon: Horizon,
) -> None:
    """Add one part's events and stocks to the totals, in place."""
    quarter = np.maximum(horizon.index_of(part.time.astype("datetime64[D]")), 0)
    inside = quarter < horizon.count
    cells = Cells(place[part.contract] * horizon.count + quarter, weight[part.contract], inside)
    for name, kinds in KINDS.items():
        sign = 1.0 if name == "drawn" else -1.0
        _spread(totals[name], cells, sign * part.payoff, np.isin(part.kind, kinds))
    before, start = notional_before(part)
    moved = np.zeros_like(totals["outstanding"])
    _spread(moved, cells, before - part.notional, np.ones(part.kind.size, bool))
    stock = np.zeros_like(opening)
    for row, member in enumerate(part.members):
        stock[:, place[member]] -= weight[member] * start[:, row]
    opening += stock
    totals["outstanding"] += stock[:, :, None] + np.cumsum(moved, axis=2)


class Cells(NamedTuple):
    """Where each event counts, how much, and whether it falls into the horizon, (event,)."""

    cell: Integers
    weight: Floats
    inside: npt.NDArray[np.bool_]


def _spread(total: Floats, cells: Cells, amounts: Floats, chosen: npt.NDArray[np.bool_]) -> None:
    """Add amounts (scenario, event) of the chosen events to total (scenario, group, quarter)."""
    at = np.flatnonzero(chosen & cells.inside)
    if not at.size:
        return
    _, groups, quarters = total.shape
    spread = csr_array(
        (cells.weight[at], (cells.cell[at], np.arange(at.size))),
        shape=(groups * quarters, at.size),
    )
    summed = cast("Floats", spread @ np.ascontiguousarray(amounts[:, at].T))
    total += summed.T.reshape(-1, groups, quarters)


def notional_before(part: Part) -> tuple[Floats, Floats]:
    """Return what stood before each event, (scenario, event), and at the start, (scenario, member).

    Signed from the owner, as in the part.
    """
    heads = np.flatnonzero(np.diff(part.contract, prepend=-1))
    member = np.searchsorted(part.members, part.contract[heads])
    start = np.broadcast_to(part.opening, (part.notional.shape[0], part.opening.shape[1]))
    before = np.roll(part.notional, 1, axis=1)
    before[:, heads] = start[:, member]
    return before, start


def _by_chunks(book: DebtBook, rates: RatePaths, workers: int) -> DebtService:
    """Return the service of contracts that follow rates, a thousand scenarios at a time."""
    count = len(rates.scenarios)
    cuts = [slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]

    def one(rows: slice) -> DebtService:
        part = RatePaths(rates.scenarios[rows], rates.names, rates.dates, rates.values[rows])
        return _service(book, book.moving, part)

    if workers == 1 or len(cuts) == 1:
        parts = [one(rows) for rows in cuts]
    else:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(one, cuts))
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in AMOUNTS}
    return DebtService(book.groups, **whole, opening=parts[0].opening)


def _sum(first: DebtService, second: DebtService) -> DebtService:
    both = {name: getattr(first, name) + getattr(second, name) for name in AMOUNTS}
    return DebtService(first.groups, **both, opening=first.opening + second.opening)
