"""How is a group of contracts of one type computed?

Schedules are made once for all scenarios; contracts to which no rate matters have one scenario.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow import (
    ann,
    clm,
    com,
    csh,
    futur,
    fxout,
    lam,
    lax,
    nam,
    optns,
    overdue,
    pam,
    stk,
    swppv,
    ump,
)
from ironpot.cashflow.block import Block
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.refuse import refuse_endless, refuse_unknown, refuse_unobserved
from ironpot.cashflow.run import Function, Paths, run
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, build_tape

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

BLOCK_SIZE = 16_384
MARKET_TERMS = (
    "market_object_code",
    "market_object_code_of_rate_reset",
    "market_object_code_of_scaling_index",
    "market_object_code_of_dividends",
    "currency_2",
)
CURRENCY_CODES = ("currency_code", "currency_2_code")


@dataclass(frozen=True, slots=True)
class ContractType:
    """What one ACTUS contract type is: when it ends, what it schedules, how its states move."""

    maturity: Callable[[Block], Maturity]
    schedule: Callable[[Block, Maturity], list[Planned]]
    initial: Callable[[Block, Maturity, int], dict[str, Floats]]
    functions: Callable[[Block, Tape], Mapping[Kind, Function]]
    observe: Callable[[Block, Tape, RatePaths], Floats | None]
    second_currency: Callable[[Tape], npt.NDArray[np.bool_]] | None = None
    instalment: Callable[[Block, Maturity, Mapping[str, Floats]], Floats] | None = None


def _type(module: ModuleType) -> ContractType:
    return ContractType(
        module.maturity,
        module.schedule,
        module.initial,
        module.functions,
        module.observe,
        getattr(module, "second_currency", None),
        getattr(module, "instalment", None),
    )


BASIC: dict[str, ContractType] = {
    "PAM": _type(pam),
    "LAM": _type(lam),
    "LAX": _type(lax),
    "NAM": _type(nam),
    "ANN": _type(ann),
    "CLM": _type(clm),
    "UMP": _type(ump),
    "CSH": _type(csh),
    "STK": _type(stk),
    "COM": _type(com),
    "FXOUT": _type(fxout),
    "SWPPV": _type(swppv),
    "OPTNS": _type(optns),
    "FUTUR": _type(futur),
    "OVERDUE": _type(overdue),
}


@dataclass(frozen=True, slots=True)
class World:
    """What a projection is about: the status date, its end (NaT: none), rates, what else happens.

    `observed`: contract_id, time, event_type, value, performance. `changes`: as `steps_of` returns
    them, or None.
    """

    status: np.datetime64
    until: np.datetime64
    rates: RatePaths | None
    observed: pl.DataFrame
    changes: pl.DataFrame | None = None

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios; one, `base`, without rates."""
        return ("base",) if self.rates is None else self.rates.scenarios


def block_of(world: World, group: pl.DataFrame) -> Block:
    """Return a group of contracts with the unscheduled events observed of them."""
    rows = group.select("contract_id").with_row_index("row")
    seen = world.observed.join(rows, on="contract_id", maintain_order="left")
    return Block(group, world.status, world.until, seen)


def groups(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield contracts of one type, those that follow a market apart, in blocks of bounded size."""
    known = [name for name in MARKET_TERMS if name in frame.columns]
    follows = pl.any_horizontal(pl.col(known).is_not_null()) if known else pl.lit(value=False)
    marked = frame.with_columns(follows.alias("follows_market"))
    for (contract_type, _), group in marked.group_by(
        "contract_type", "follows_market", maintain_order=True
    ):
        for block in group.iter_slices(BLOCK_SIZE):
            yield str(contract_type), block


def maturity_times(world: World, frame: pl.DataFrame) -> Times:
    """Return each contract's maturity, (contract,): stated or derived; NaT if it has none."""
    found = np.full(frame.height, np.datetime64("NaT", "s"))
    numbered = frame.drop("position", strict=False).with_row_index("position")
    for contract_type, group in groups(numbered):
        block = Block(group, world.status, world.until)
        found[group["position"].to_numpy()] = BASIC[contract_type].maturity(block).paid
    return found


def play(
    block: Block, rates: RatePaths | None, carried: Mapping[str, Floats] | None = None
) -> tuple[Part, dict[str, Floats]]:
    """Compute a block of contracts of one type: its events, and the states that they leave.

    `carried` are the states at the block's status date, (scenario, contract), where they are known
    from what happened before; else they follow from the terms.
    """
    kind = BASIC[str(block.frame["contract_type"][0])]
    end = kind.maturity(block)
    refuse_endless(block, end.end)
    tape = build_tape(block, _planned(kind, block, end), end)
    refuse_unobserved(block, tape, pam.MARKETS, rates)
    market = None
    if rates is not None and block.frame["follows_market"][0]:
        market = kind.observe(block, tape, rates)
    scenarios = 1 if market is None else market.shape[0]
    states = kind.initial(block, end, scenarios)
    if carried is not None:
        states = _solved(kind, block, end, states | dict(carried))
    paths = run(block, tape, states, kind.functions(block, tape), market)
    refuse_unknown(block, tape, paths.payoff)
    second = kind.second_currency(tape) if kind.second_currency else np.zeros(tape.row.size, bool)
    return part_of(block, tape, paths, states["notional"], second), paths.left


def _planned(kind: ContractType, block: Block, end: Maturity) -> list[Planned]:
    """Return planned events without the silent kinds; a closing block looks at its last day."""
    planned = [plan for plan in kind.schedule(block, end) if plan.kind not in block.silent]
    if np.isnat(block.closes):
        return planned
    last_day = np.full(block.count, block.closes)
    return [*planned, at_once(block, Kind.AD, last_day)]


def _solved(
    kind: ContractType, block: Block, end: Maturity, states: dict[str, Floats]
) -> dict[str, Floats]:
    """Return states with instalments worked out anew for contracts that agreed so (`solves`)."""
    agreed = block.flags("solves")
    if kind.instalment is None or not agreed.any():
        return states
    anew = kind.instalment(block, end, states)
    return states | {"next_payment": np.where(agreed, anew, states["next_payment"])}


def part_of(
    block: Block, tape: Tape, paths: Paths, opening: Floats, second: npt.NDArray[np.bool_]
) -> Part:
    """Return what the owner sees of a block's events."""
    position = block.frame["position"].to_numpy().astype(np.intp)
    shown = tape.shown
    if not np.isnat(block.closes):
        shown = shown & ~_last_looks(tape, block)
    at = slice(None) if shown.all() else np.flatnonzero(shown)
    currency = block.numbers(CURRENCY_CODES[0], 0.0).astype(np.int8)[tape.row]
    if second.any():
        other = block.numbers(CURRENCY_CODES[1], 0.0).astype(np.int8)[tape.row]
        currency = np.where(second, other, currency)
    return Part(
        position[tape.row[at]],
        tape.kind[at],
        tape.paid[at],
        tape.accrual[at],
        currency[at],
        paths.payoff[:, at],
        paths.notional[:, at],
        paths.rate[:, at],
        paths.accrued[:, at],
        paths.exercise[:, at],
        position,
        opening,
    )


def _last_looks(tape: Tape, block: Block) -> npt.NDArray[np.bool_]:
    """Say which events are the look at a closing block's last day: each contract's last event."""
    last = np.zeros(tape.row.size, bool)
    last[tape.start[1:][np.diff(tape.start) > 0] - 1] = True
    return last & (tape.kind == Kind.AD) & (tape.paid == block.closes)
