"""CEG and CEC, guarantee and collateral: what covers other contracts when one of them defaults.

A covered contract's default (an observed CE event in a performance that is covered) exercises the
cover (XD); it is settled (STD) after the settlement period. What is covered is looked at on the day
of each event, as the covered contracts themselves compute it.

Source: ACTUS technical specification 1.1, sections CEG and CEC; the public suite for what is
printed: the covered amount is shown as notional, the exercise amount stays after settlement.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow import pam, stk
from ironpot.cashflow.block import NEVER, Block, series_of, times_of
from ironpot.cashflow.compute import World, maturity_times, part_of
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.run import Events, Function, Outcome, States, run
from ironpot.cashflow.schedules import fee_dates
from ironpot.cashflow.settle import settled_after
from ironpot.cashflow.structure import parts_of, references
from ironpot.cashflow.tape import Maturity, Planned, Tape, at_once, build_tape, in_cycles, stated
from ironpot.cashflow.watch import watch
from ironpot.cashflow.worth import market_value, value_held

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

COVERED, COVERING = "COVE", "COVI"
WITH_INTEREST, AT_MARKET = "NI", "MV"
COLLATERAL = "CEC"
DEFAULT = "DF"
LOOKING = (Kind.PRD, Kind.FP, Kind.XD)


def cover_parts(world: World, parents: pl.DataFrame, contracts: pl.DataFrame) -> list[Part]:
    """Compute guarantees or collaterals; all `parents` are of one type."""
    ends = _ends(world, parents, contracts)
    calls = _calls(world, parents, ends)
    frame = parents.with_columns(
        series_of("maturity_date", ends), series_of("exercise_date", calls)
    )
    block = Block(frame, world.status, world.until)
    end = stated(block, block.times("maturity_date"))
    tape = build_tape(block, _schedule(block, end), end)
    covered = _at_events(world, block, contracts, tape)
    market = covered
    if parents["contract_type"][0] == COLLATERAL:
        market = np.sign(covered) * np.minimum(
            np.abs(covered), _collateral(world, block, contracts, tape)
        )
    opening = _at_status(world, block, contracts)
    functions = _functions(covered)
    paths = run(block, tape, _initial(block, opening), functions, market)
    return [part_of(block, tape, paths, opening, np.zeros(tape.row.size, bool))]


def _at_events(world: World, block: Block, contracts: pl.DataFrame, tape: Tape) -> Floats:
    """Return what is covered at the events that look at it, (scenario, event); nil at others."""
    covered = np.zeros((len(world.scenarios), tape.row.size))
    at = np.flatnonzero(np.isin(tape.kind, LOOKING))
    covered[:, at] = covered_amount(world, block, contracts, tape.row[at], tape.paid[at])
    return covered


def _at_status(world: World, block: Block, contracts: pl.DataFrame) -> Floats:
    """Return what is covered at the status date; market values are only read at events (NaN)."""
    at_market = block.words("guaranteed_exposure").where(AT_MARKET)
    rows = np.flatnonzero(~at_market | ~np.isnan(block.numbers("notional_principal")))
    opening = np.full((len(world.scenarios), block.count), np.nan)
    now = np.full(rows.size, block.status)
    opening[:, rows] = covered_amount(world, block, contracts, rows, now)
    return opening


def covered_amount(
    world: World,
    block: Block,
    contracts: pl.DataFrame,
    rows: npt.NDArray[np.intp],
    times: Times,
) -> Floats:
    """Return coverage x what is covered of covers `rows` at `times`, signed, (scenario, time)."""
    share = (block.sign() * block.numbers("coverage_of_credit_enhancement", 1.0))[rows]
    known = block.numbers("notional_principal")[rows]
    parts = parts_of(block.frame, contracts, (COVERED,))
    looks = _looks(block, parts, rows, times)
    exposed = _exposed(world, _once(parts), looks)
    total = np.zeros((exposed.shape[0], rows.size))
    np.add.at(total.T, looks["event"].to_numpy(), exposed.T)
    return share * np.where(np.isnan(known), total, known)


def _exposed(world: World, contracts: pl.DataFrame, looks: pl.DataFrame) -> Floats:
    """Return principal, with interest or at market value as the cover agrees, (scenario, look)."""
    at_market = looks["exposure"].eq_missing(AT_MARKET) & looks["contract_id"].is_not_null()
    with_interest = looks["exposure"].eq_missing(WITH_INTEREST).to_numpy()
    principal, accrued = watch(world, contracts, looks.select("contract_id", "time"))
    exposed = np.abs(principal) + np.where(with_interest, np.abs(accrued), 0.0)
    priced = at_market.to_numpy()
    exposed[:, priced] = market_value(world, contracts, looks.filter(at_market))
    return exposed


def _once(parts: pl.DataFrame) -> pl.DataFrame:
    """Return the contracts of parts, each once."""
    return parts.drop("parent", "role", "order").unique("contract_id", maintain_order=True)


def _looks(
    block: Block, parts: pl.DataFrame, rows: npt.NDArray[np.intp], times: Times
) -> pl.DataFrame:
    """Return one row an event and covered contract: event, contract_id, time, exposure rule."""
    parent = block.frame["position"].cast(pl.UInt32).gather(rows)
    exposure = pl.Series(block.texts("guaranteed_exposure"), dtype=pl.String).gather(rows)
    events = pl.DataFrame(
        {"parent": parent, "time": series_of("time", times), "exposure": exposure}
    ).with_row_index("event")
    return events.join(parts.select("parent", "contract_id"), on="parent", maintain_order="left")


def _ends(world: World, parents: pl.DataFrame, contracts: pl.DataFrame) -> Times:
    """Return Md: as stated, else the last maturity of what is covered."""
    block = Block(parents, world.status, world.until)
    parts = parts_of(parents, contracts, (COVERED,))
    last = (
        parts.with_columns(series_of("ends", maturity_times(world, parts)))
        .group_by("parent")
        .agg(pl.col("ends").max())
    )
    found = parents.select(pl.col("position").cast(pl.UInt32).alias("parent")).join(
        last, on="parent", how="left", maintain_order="left"
    )
    own = block.times("maturity_date")
    return np.where(np.isnat(own), times_of(found["ends"]), own)


def _calls(world: World, parents: pl.DataFrame, ends: Times) -> Times:
    """Return Xd: as stated, else the first covered default up to maturity; NaT if none."""
    block = Block(parents, world.status, world.until)
    covered = references(parents).filter(pl.col("role") == COVERED)
    terms = parents.select(
        pl.col("position").cast(pl.UInt32).alias("parent"),
        series_of("ends", ends),
        pl.Series("kinds", block.texts("credit_event_type_covered"), dtype=pl.String)
        .fill_null(DEFAULT)
        .str.split(";"),
    )
    first = (
        world.observed.filter(pl.col("event_type") == "CE")
        .join(covered, on="contract_id")
        .join(terms, on="parent")
        .filter(
            pl.col("kinds").list.contains(pl.col("performance")),
            pl.col("time") <= pl.col("ends"),
        )
        .group_by("parent")
        .agg(pl.col("time").min())
    )
    found = terms.select("parent").join(first, on="parent", how="left", maintain_order="left")
    stated_call = block.times("exercise_date")
    return np.where(np.isnat(stated_call), times_of(found["time"]), stated_call)


def _schedule(block: Block, end: Maturity) -> list[Planned]:
    """Return purchase, sale, fees up to a call, and the call with its settlement, or maturity."""
    calls = block.times("exercise_date")
    fees = fee_dates(block, end)
    fees = fees.where(~(fees.time > calls[fees.row]))
    called = np.flatnonzero(~np.isnat(calls))
    return [
        at_once(block, Kind.PRD, block.times("purchase_date")),
        at_once(block, Kind.TD, block.times("termination_date")),
        in_cycles(block, Kind.FP, fees, end),
        at_once(block, Kind.MD, np.where(np.isnat(calls), end.end, NEVER)),
        at_once(block, Kind.XD, calls),
        settled_after(block, called, calls[called]),
    ]


def _initial(block: Block, opening: Floats) -> dict[str, Floats]:
    nothing = np.zeros_like(opening)
    called = block.sign() * np.abs(block.numbers("exercise_amount", 0.0))
    amount = np.tile(called, (opening.shape[0], 1))
    fee = np.tile(block.sign() * block.numbers("fee_accrued", 0.0), (opening.shape[0], 1))
    return {
        "notional": opening,
        "rate": nothing,
        "accrued": nothing,
        "fee": fee,
        "exercise": amount,
    }


def _functions(covered: Floats) -> Mapping[Kind, Function]:
    """Return the payoff and state transition of each kind of event.

    `covered` (scenario, event) is the covered amount; what the events observe is what the cover
    pays: the same, or the collateral if that is less.
    """

    def amount(events: Events) -> Floats:
        return covered[:, events.at]

    def purchase(states: States, events: Events) -> Outcome:
        """PRD: the price; what is covered is looked at again."""
        return Outcome(stk.purchase(states, events).payoff, {"notional": amount(events)})

    def termination(states: States, events: Events) -> Outcome:
        """TD: the price, and nothing is covered any longer."""
        return Outcome(stk.termination(states, events).payoff, {"notional": 0.0, "fee": 0.0})

    def fee_payment(states: States, events: Events) -> Outcome:
        """FP: the fee of the cover."""
        return Outcome(pam.fee_paid(states, events), {"fee": 0.0, "notional": amount(events)})

    def call(states: States, events: Events) -> Outcome:
        """XD: what is covered now is what will be paid, with the fee accrued."""
        changes = {"notional": amount(events), "exercise": events.observed}
        fee = {"fee": pam.fee_due(states, events)} if events.block.has("fee_rate") else {}
        return Outcome(0.0, changes | fee)

    def settlement(states: States, _events: Events) -> Outcome:
        """STD: the exercise amount and the fee accrued up to the call."""
        return Outcome(states["exercise"] + states["fee"], {"notional": 0.0, "fee": 0.0})

    def expiry(_states: States, _events: Events) -> Outcome:
        """MD: the cover ends unused."""
        return Outcome(0.0, {"notional": 0.0})

    return {
        Kind.PRD: purchase,
        Kind.TD: termination,
        Kind.FP: fee_payment,
        Kind.MD: expiry,
        Kind.XD: call,
        Kind.STD: settlement,
    }


def _collateral(world: World, block: Block, contracts: pl.DataFrame, tape: Tape) -> Floats:
    """Return what the collateral is worth at each call, (scenario, event); nil elsewhere."""
    worth = np.zeros((len(world.scenarios), tape.row.size))
    calls = tape.of(Kind.XD)
    parts = parts_of(block.frame, contracts, (COVERING,))
    looks = _looks(block, parts, tape.row[calls], tape.scheduled[calls]).drop_nulls("contract_id")
    held = value_held(world, _once(parts), looks)
    np.add.at(worth.T, calls[looks["event"].to_numpy()], held.T)
    return worth
