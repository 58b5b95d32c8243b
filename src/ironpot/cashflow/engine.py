"""What does every contract of a portfolio pay, and when, in every scenario of rates?

Basic contracts are computed by type, combined ones from the contracts they are made of.
"""

import datetime as dt
from collections.abc import Callable

import polars as pl

from ironpot.cashflow.agreed import steps_of
from ironpot.cashflow.arrears import defaults_of, looks_at_cures, with_arrears
from ironpot.cashflow.block import time_of
from ironpot.cashflow.capfl import cap_parts
from ironpot.cashflow.chapters import compute_parts
from ironpot.cashflow.check_changes import check_changes
from ironpot.cashflow.compute import BASIC, CURRENCY_CODES, World, maturity_times
from ironpot.cashflow.cover import cover_parts
from ironpot.cashflow.flows import CashFlows, Part
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.refuse import refuse_unusable
from ironpot.cashflow.swaps import swap_parts
from ironpot.core.errors import CaseError

CURRENCY = "CNY"
OBSERVED = pl.Schema(
    {
        "contract_id": pl.String(),
        "time": pl.Datetime("us"),
        "event_type": pl.String(),
        "value": pl.Float64(),
        "performance": pl.String(),
    }
)
COMBINED: dict[str, Callable[[World, pl.DataFrame, pl.DataFrame], list[Part]]] = {
    "SWAPS": swap_parts,
    "CAPFL": cap_parts,
    "CEG": cover_parts,
    "CEC": cover_parts,
}
TYPES = (*BASIC, *COMBINED)


def project_cash_flows(
    contracts: pl.DataFrame,
    *,
    status_date: dt.date,
    until: dt.date | None = None,
    rates: RatePaths | None = None,
    observed: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
) -> CashFlows:
    """Return every event after `status_date`, up to and with `until`, in every scenario of `rates`.

    `contracts` has a row a contract in the columns of `terms.CONTRACTS` (docs/reference/contracts;
    any others are ignored): ACTUS terms as of the status date, amounts positive, rates decimals a
    year. A `nested` contract is part of a combined one and has no events of its own. `observed` has
    unscheduled events: contract_id, time, event_type, value, and for credit events (CE) the
    performance. `changes` are agreed for given days: contract_id and the columns of the case's
    `debt_changes`. Without rates there is one scenario, `base`.

    The table `events` of the result has a row a scenario, contract and event, in that order:
    payoffs signed from the contract's owner (a debtor, RPL, pays negative amounts), principal, rate
    and accrued interest as the event leaves them. Source: ACTUS technical specification 1.1.

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
    frame, currencies = _with_currencies(_numbered(contracts))
    refuse_unusable(frame, types=TYPES)
    steps = _steps(changes, frame, status_date)
    defaults = defaults_of(changes, frame)
    seen = _conformed(observed)
    if defaults:
        seen = pl.concat([seen, looks_at_cures(defaults)])
    world = World(time_of(status_date), time_of(until), rates, seen, steps)
    own = frame.filter(pl.col("contract_type").is_in(list(BASIC)), _own(frame))
    parts = [with_arrears(part, defaults, world.until) for part in compute_parts(world, own)]
    for name, compute in COMBINED.items():
        parents = frame.filter(pl.col("contract_type") == name)
        if parents.height:
            parts += compute(world, parents, frame)
    return CashFlows(frame["contract_id"], currencies, world.scenarios, tuple(parts))


def _steps(
    changes: pl.DataFrame | None, contracts: pl.DataFrame, status_date: dt.date
) -> pl.DataFrame | None:
    """Return what the changes do, step by step; raises CaseError with every finding about them."""
    if changes is None or changes.is_empty():
        return None
    issues = check_changes(changes, contracts, status_date=status_date)
    if issues:
        raise CaseError(issues)
    return steps_of(changes, contracts)


def maturity_dates(contracts: pl.DataFrame, *, status_date: dt.date) -> pl.Series:
    """Return each contract's maturity, as stated or derived from its terms; null if it has none."""
    world = World(time_of(status_date), time_of(None), None, _conformed(None))
    found = maturity_times(world, _numbered(contracts))
    return pl.Series("maturity_date", found.astype("datetime64[D]"))


def _numbered(contracts: pl.DataFrame) -> pl.DataFrame:
    """Return contracts with their position; columns without any value are left out."""
    empty = [name for name in contracts.columns if contracts[name].is_null().all()]
    return contracts.drop(empty if contracts.height else []).with_row_index("position")


def _own(frame: pl.DataFrame) -> pl.Expr:
    """Say which contracts have events of their own."""
    if "nested" not in frame.columns:
        return pl.lit(value=True)
    return ~pl.col("nested").fill_null(value=False)


def _conformed(observed: pl.DataFrame | None) -> pl.DataFrame:
    """Return observed events in one schema."""
    if observed is None:
        return pl.DataFrame(schema=OBSERVED)
    absent = [name for name in OBSERVED if name not in observed.columns]
    return observed.with_columns(pl.lit(None).alias(name) for name in absent).select(
        pl.col(name).cast(dtype) for name, dtype in OBSERVED.items()
    )


def _with_currencies(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the frame with its currencies as codes, and what the codes mean."""
    names = ("currency", "currency_2")
    texts = [
        frame[name] if name in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
        for name in names
    ]
    filled = [text.fill_null(CURRENCY) for text in texts]
    currencies = pl.concat(filled).unique(maintain_order=True).to_list()
    codes = [
        text.replace_strict(currencies, range(len(currencies)), return_dtype=pl.Int8).alias(code)
        for text, code in zip(filled, CURRENCY_CODES, strict=True)
    ]
    return frame.with_columns(codes), tuple(currencies)
