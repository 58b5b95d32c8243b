"""What does every contract of a portfolio pay, and when, in every scenario of rates?

Contracts are grouped by type and by whether a rate matters to them; each group's kernel computes
all of its contracts and scenarios at once. Schedules are made once for all scenarios.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow import ann, clm, csh, lam, nam, overdue, pam, ump
from ironpot.cashflow.block import NOTHING_OBSERVED, Block, time_of
from ironpot.cashflow.flows import CashFlows, Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.refuse import (
    refuse_endless,
    refuse_unknown,
    refuse_unobserved,
    refuse_unusable,
)
from ironpot.cashflow.run import Function, Paths, run
from ironpot.cashflow.tape import Maturity, Planned, Tape, build_tape
from ironpot.cashflow.words import words_of

Floats = npt.NDArray[np.float64]

CURRENCY = "CNY"
BLOCK_SIZE = 16_384
MARKET_TERMS = (
    "market_object_code_of_rate_reset",
    "market_object_code_of_scaling_index",
)


@dataclass(frozen=True, slots=True)
class ContractType:
    """What one ACTUS contract type is: when it ends, what it schedules, how its states move."""

    maturity: Callable[[Block], Maturity]
    schedule: Callable[[Block, Maturity], list[Planned]]
    initial: Callable[[Block, Maturity, int], dict[str, Floats]]
    functions: Callable[[Block, Tape], Mapping[Kind, Function]]
    observe: Callable[[Block, Tape, RatePaths], Floats | None]


TYPES: dict[str, ContractType] = {
    name: ContractType(
        module.maturity, module.schedule, module.initial, module.functions, module.observe
    )
    for name, module in {
        "PAM": pam,
        "LAM": lam,
        "NAM": nam,
        "ANN": ann,
        "CLM": clm,
        "UMP": ump,
        "CSH": csh,
        "OVERDUE": overdue,
    }.items()
}


def project_cash_flows(
    contracts: pl.DataFrame,
    *,
    status_date: dt.date,
    until: dt.date | None = None,
    rates: RatePaths | None = None,
    observed: pl.DataFrame | None = None,
) -> CashFlows:
    """Return every event after `status_date`, up to and with `until`, in every scenario of `rates`.

    `contracts` has a row a contract in the columns of `terms.CONTRACTS` (any others are ignored):
    ACTUS terms as of the status date. `observed` has unscheduled events: contract_id, time,
    event_type, value. Without rates there is one scenario, `base`.

    Raises CaseError with every finding if terms do not fit together, UnsupportedTermError if the
    engine cannot do a contract, IronpotError if a path or a value of it is missing.

    >>> loan = pl.DataFrame({"contract_id": ["L1"], "contract_type": ["PAM"],
    ...     "contract_role": ["RPL"], "notional_principal": [1000.0],
    ...     "nominal_interest_rate": [0.04], "day_count_convention": ["30E360"],
    ...     "initial_exchange_date": [dt.date(2024, 1, 1)], "maturity_date": [dt.date(2026, 1, 1)],
    ...     "cycle_of_interest_payment": ["P1YL1"]})
    >>> flows = project_cash_flows(loan, status_date=dt.date(2024, 12, 31))
    >>> flows.events.select("date", "event_type", "payoff").rows()
    [(datetime.date(2025, 1, 1), 'IP', -40.0), (datetime.date(2026, 1, 1), 'IP', -40.0),
    (datetime.date(2026, 1, 1), 'MD', -1000.0)]
    """
    stated = contracts.drop(name for name in contracts.columns if contracts[name].is_null().all())
    refuse_unusable(stated, types=tuple(TYPES))
    frame = stated.with_row_index("position")
    seen = _numbered(frame, observed)
    currencies = words_of(_currency(frame))
    parts: list[Part] = []
    for contract_type, group in _groups(frame):
        block = Block(group, time_of(status_date), time_of(until), _of_group(seen, group))
        parts.append(_part(TYPES[contract_type], block, rates, currencies.code))
    scenarios = ("base",) if rates is None else rates.scenarios
    return CashFlows(frame["contract_id"], scenarios, currencies.values, tuple(parts))


def maturity_dates(contracts: pl.DataFrame, *, status_date: dt.date) -> pl.Series:
    """Return each contract's maturity, as stated or derived from its terms; null if it has none."""
    frame = contracts.with_row_index("position")
    found = np.full(frame.height, np.datetime64("NaT", "s"))
    for contract_type, group in _groups(frame):
        block = Block(group, time_of(status_date))
        found[group["position"].to_numpy()] = TYPES[contract_type].maturity(block).paid
    return pl.Series("maturity_date", found.astype("datetime64[D]"))


def _groups(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield contracts of one type, those that follow a market apart, in blocks of bounded size."""
    known = [name for name in MARKET_TERMS if name in frame.columns]
    follows = pl.any_horizontal(pl.col(known).is_not_null()) if known else pl.lit(value=False)
    marked = frame.with_columns(follows.alias("follows_market"))
    for (contract_type, _), group in marked.group_by(
        "contract_type", "follows_market", maintain_order=True
    ):
        for block in group.iter_slices(BLOCK_SIZE):
            yield str(contract_type), block


def _numbered(frame: pl.DataFrame, observed: pl.DataFrame | None) -> pl.DataFrame:
    """Return observed events with the position of their contract in the frame."""
    if observed is None:
        return NOTHING_OBSERVED.with_columns(position=pl.lit(0, pl.UInt32))
    return observed.join(frame.select("contract_id", "position"), on="contract_id")


def _of_group(seen: pl.DataFrame, group: pl.DataFrame) -> pl.DataFrame:
    """Return the observed events of a group, numbered by row of the group."""
    rows = group.select("position").with_row_index("row")
    return seen.drop("row", strict=False).join(rows, on="position", maintain_order="left")


def _currency(frame: pl.DataFrame) -> pl.Series:
    """Return each contract's currency, the case's own where none is stated."""
    if "currency" not in frame.columns:
        return pl.repeat(CURRENCY, frame.height, eager=True)
    return frame["currency"].fill_null(CURRENCY)


def _part(
    kind: ContractType, block: Block, rates: RatePaths | None, currency: npt.NDArray[np.int64]
) -> Part:
    """Compute one block."""
    end = kind.maturity(block)
    refuse_endless(block, end.end)
    tape = build_tape(block, kind.schedule(block, end), end)
    market = None
    if rates is None:
        refuse_unobserved(block, tape, tuple(pam.MARKETS))
    elif block.frame["follows_market"][0]:
        market = kind.observe(block, tape, rates)
    scenarios = 1 if market is None else market.shape[0]
    states = kind.initial(block, end, scenarios)
    paths = run(block, tape, states, kind.functions(block, tape), market)
    refuse_unknown(block, tape, paths.payoff)
    return _shown(block, tape, paths, states["notional"], currency)


def _shown(
    block: Block, tape: Tape, paths: Paths, opening: Floats, currency: npt.NDArray[np.int64]
) -> Part:
    """Return what the owner sees of a block's events."""
    position = block.frame["position"].to_numpy().astype(np.intp)
    at = np.flatnonzero(tape.shown)
    return Part(
        position[tape.row[at]],
        tape.kind[at],
        tape.paid[at],
        tape.accrual[at],
        currency[position[tape.row[at]]],
        paths.payoff[:, at],
        paths.notional[:, at],
        paths.rate[:, at],
        paths.accrued[:, at],
        paths.exercise[:, at],
        position,
        opening,
    )
