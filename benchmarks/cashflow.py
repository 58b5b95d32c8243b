"""How fast are contracts projected, beside QuantLib, a million at a time, and in many scenarios?

Ten-year half-yearly bonds, annuities and floaters, seeded. Counts of events and every flow are
compared with QuantLib before anything is timed; both run on one core, best of several rounds, with
and without the building of objects. QuantLib is read for dates and amounts alone, ironpot makes
dates, types, payoffs and states. `--quick` takes fewer rounds of the same contracts, a hundred
thousand instead of the million, and a fifth of the scenarios.
"""

import argparse
import datetime as dt
import hashlib
import json
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import QuantLib as ql  # noqa: N813  as its own examples call it

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.dates import Horizon

SEED = 20241231
STATUS = dt.date(2024, 12, 31)
KINDS = ("fixed", "annuity", "floating")
COUNT = 10_000
ROUNDS, QUICK_ROUNDS = 5, 2
MILLION, QUICK_MILLION = 1_000_000, 100_000
PORTFOLIO_BLOCK = 50_000
PORTFOLIO, SCENARIOS, QUICK_SCENARIOS = 160, 1_000, 200
TOLERANCE = 1e-9  # of the notional: sums of some dozen products in another order
EPOCH_SERIAL = 25_569  # 1970-01-01 as QuantLib counts days
PATH_DAYS = np.arange("2024-12-01", "2037-01-01", dtype="datetime64[M]").astype("datetime64[D]")
OUT_BYTES = 50  # contract 8, kind 1, time 8, currency 1, payoff 8, three states 24
AT_MONTH_END = False

Columns = dict[str, Any]


def main() -> None:
    """Run every part in a process of its own; print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    os.environ |= {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    figures: dict[str, Any] = {}
    for part in (beside_quantlib, a_million, many_scenarios):
        figures |= alone(part, quick)
    for name, figure in figures.items():
        print(f"{name:<28}{figure:>20,}" if not isinstance(figure, str) else f"{name:<28}{figure}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    machine = {"quick": quick, "cores": os.cpu_count(), "peak_mib": round(peak, 1)}
    print(json.dumps({**figures, "instance_hash": instance_hash(), **machine}))


def alone(part: Callable[[bool], dict[str, Any]], quick: bool) -> dict[str, Any]:  # noqa: FBT001
    """Return the figures of a part that runs on one core in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1, initializer=_on_one_core) as pool:
        return pool.apply(part, (quick,))


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def beside_quantlib(quick: bool) -> dict[str, Any]:  # noqa: FBT001
    """Compare, then time, the same contracts in both."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    figures: dict[str, Any] = {}
    market = Market(np.random.default_rng(SEED))
    for kind in KINDS:
        columns = contracts(kind, COUNT, np.random.default_rng(SEED))
        bonds = market.bonds(kind, columns)
        events = compare(kind, columns, bonds, market)
        best = timed(kind, columns, bonds, market, rounds)
        figures |= {f"{name}_{kind}": round(COUNT / seconds) for name, seconds in best.items()}
        figures[f"events_{kind}"] = events
        figures[f"ratio_{kind}"] = round(best["quantlib"] / best["contracts_per_s"], 1)
        ready = best["quantlib_ready"] / best["contracts_per_s_ready"]
        figures[f"ratio_ready_{kind}"] = round(ready, 1)
    return figures | memory_bound(figures)


def memory_bound(figures: dict[str, Any]) -> dict[str, Any]:
    """Return how many events a second a plain copy of the results' bytes would allow."""
    source = np.random.default_rng(SEED).random(8_000_000)
    target = np.empty_like(source)
    copy = min(_seconds(lambda: np.copyto(target, source)) for _ in range(5))
    bound = source.nbytes / copy / OUT_BYTES
    rate = figures["contracts_per_s_fixed"] * figures["events_fixed"] / COUNT
    return {
        "events_per_s_fixed": round(rate),
        "events_per_s_of_a_copy": round(bound),
        "times_from_the_copy": round(bound / rate, 1),
    }


def contracts(kind: str, count: int, rng: np.random.Generator) -> Columns:
    """Return terms by column: ten years from a day up to the 28th, half-yearly."""
    months = np.datetime64("2025-01") + rng.integers(0, 12, count)
    day = rng.integers(2, 28, count)
    start, first, end = ((months + later).astype("datetime64[D]") + day for later in (0, 6, 120))
    columns: Columns = {
        "contract_id": [f"{kind}{number}" for number in range(count)],
        "contract_type": ["ANN" if kind == "annuity" else "PAM"] * count,
        "contract_role": ["RPL"] * count,
        "notional_principal": np.round(rng.uniform(1e5, 1e8, count), 2),
        "nominal_interest_rate": rng.integers(100, 800, count) / 10_000,
        "day_count_convention": ["30E360"] * count,
        "initial_exchange_date": start,
        "maturity_date": end,
        "cycle_of_interest_payment": ["P6ML1"] * count,
        "cycle_anchor_date_of_interest_payment": first,
    }
    if kind == "annuity":
        columns |= {
            "cycle_of_principal_redemption": ["P6ML1"] * count,
            "cycle_anchor_date_of_principal_redemption": first,
        }
    if kind == "floating":
        columns |= {
            "cycle_of_rate_reset": ["P6ML1"] * count,
            "cycle_anchor_date_of_rate_reset": start,
            "market_object_code_of_rate_reset": ["LPR1Y"] * count,
            "rate_spread": rng.integers(0, 100, count) / 10_000,
        }
    return columns


class Market:
    """QuantLib's objects and ironpot's paths of one and the same reference rate."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw a rate a month; in QuantLib every day of the month has it."""
        rate = np.round(rng.uniform(0.02, 0.05, PATH_DAYS.size), 6)
        self.paths = RatePaths(("base",), ("LPR1Y",), PATH_DAYS, rate[None, None, :])
        self.days = ql.Thirty360(ql.Thirty360.European)
        self.calendar = ql.NullCalendar()
        self.half, self.term = ql.Period(6, ql.Months), ql.Period(10, ql.Years)
        ql.Settings.instance().evaluationDate = ql.Date(31, 12, 2040)
        self.index = ql.IborIndex(
            "LPR1Y",
            self.half,
            0,
            ql.CNYCurrency(),
            self.calendar,
            ql.Unadjusted,
            AT_MONTH_END,
            self.days,
        )
        every = np.arange(PATH_DAYS[0], PATH_DAYS[-1])
        fixing = rate[np.searchsorted(PATH_DAYS, every, side="right") - 1]
        serial = every.astype(np.int64) + EPOCH_SERIAL
        self.index.addFixings([ql.Date(day) for day in serial.tolist()], fixing.tolist())

    def terms(self, columns: Columns) -> list[tuple[Any, ...]]:
        """Return start, notional, rate and spread of each contract as QuantLib takes them."""
        start = columns["initial_exchange_date"].astype(np.int64) + EPOCH_SERIAL
        notional, rate = columns["notional_principal"], columns["nominal_interest_rate"]
        spread = columns.get("rate_spread", np.zeros(start.size))
        dates = [ql.Date(day) for day in start.tolist()]
        return list(zip(dates, notional.tolist(), rate.tolist(), spread.tolist(), strict=True))

    def bonds(self, kind: str, columns: Columns) -> list[Any]:
        """Build the bonds of a kind."""
        build = {"fixed": self._fixed, "annuity": self._annuity, "floating": self._floating}[kind]
        return [build(*terms) for terms in self.terms(columns)]

    def _schedule(self, start: Any) -> Any:
        end, none = start + self.term, ql.Unadjusted
        forward = ql.DateGeneration.Forward
        return ql.Schedule(start, end, self.half, self.calendar, none, none, forward, AT_MONTH_END)

    def _fixed(self, start: Any, notional: float, rate: float, _: float) -> Any:
        return ql.FixedRateBond(0, notional, self._schedule(start), [rate], self.days)

    def _annuity(self, start: Any, notional: float, rate: float, _: float) -> Any:
        left = ql.sinkingNotionals(self.term, ql.Semiannual, rate, notional)
        return ql.AmortizingFixedRateBond(0, left, self._schedule(start), [rate], self.days)

    def _floating(self, start: Any, notional: float, _: float, spread: float) -> Any:
        return ql.FloatingRateBond(
            *(0, notional, self._schedule(start), self.index, self.days),
            *(ql.Unadjusted, 0, [1.0], [spread]),
        )


def read(bonds: list[Any]) -> list[list[tuple[Any, float]]]:
    """Return date and amount of every cash flow of QuantLib's bonds."""
    return [[(flow.date(), flow.amount()) for flow in bond.cashflows()] for bond in bonds]


def projected(kind: str, frame: pl.DataFrame, market: Market) -> CashFlows:
    """Project a frame of contracts of one kind."""
    rates = market.paths if kind == "floating" else None
    return project_cash_flows(frame, status_date=STATUS, rates=rates)


def compare(kind: str, columns: Columns, bonds: list[Any], market: Market) -> int:
    """Hold counts, dates and amounts against QuantLib's; return how many events ours are."""
    events = projected(kind, pl.DataFrame(columns), market).events
    paid = events.filter(pl.col("payoff") != 0.0, pl.col("event_type") != "IED")
    ours = paid.select(
        contract=pl.col("contract_id").str.strip_prefix(kind).cast(pl.Int64),
        date=pl.col("date"),
        principal=pl.col("event_type").is_in(["PR", "MD"]),
        amount=-pl.col("payoff"),
    )
    rows = [
        (number, flow.date().serialNumber() - EPOCH_SERIAL, ql.as_coupon(flow) is None, amount)
        for number, bond in enumerate(bonds)
        for flow in bond.cashflows()
        if (amount := flow.amount()) != 0.0
    ]
    theirs = pl.DataFrame(rows, schema=["contract", "date", "principal", "amount"], orient="row")
    theirs = theirs.with_columns(pl.col("date").cast(pl.Int32).cast(pl.Date))
    keys = ["contract", "date", "principal"]
    ours, theirs = ours.sort(keys), theirs.sort(keys)
    assert ours.height == theirs.height, (kind, ours.height, theirs.height)
    assert ours.select(keys).equals(theirs.select(keys)), kind
    size = pl.Series(columns["notional_principal"]).gather(ours["contract"])
    apart = ((ours["amount"] - theirs["amount"]) / size).abs().max()
    assert isinstance(apart, float), kind
    assert apart <= TOLERANCE, (kind, apart)
    return events.height


def timed(
    kind: str, columns: Columns, bonds: list[Any], market: Market, rounds: int
) -> dict[str, float]:
    """Return the best seconds of each way, taken in turns."""
    frame = pl.DataFrame(columns)
    ways: dict[str, Callable[[], object]] = {
        "quantlib": lambda: read(market.bonds(kind, columns)),
        "quantlib_ready": lambda: read(bonds),
        "contracts_per_s": lambda: projected(kind, pl.DataFrame(columns), market).events,
        "contracts_per_s_ready": lambda: projected(kind, frame, market).events,
    }
    taken = [{name: _seconds(way) for name, way in ways.items()} for _ in range(rounds)]
    return {name: min(row[name] for row in taken) for name in ways}


def _seconds(way: Callable[[], object]) -> float:
    start = time.perf_counter()
    way()
    return time.perf_counter() - start


def a_million(quick: bool) -> dict[str, Any]:  # noqa: FBT001
    """Project a million contracts block by block and add up their service by quarter."""
    count = QUICK_MILLION if quick else MILLION
    rng = np.random.default_rng(SEED)
    market, horizon = Market(rng), Horizon.after(STATUS, 48)
    start, principal = time.perf_counter(), 0.0
    for block in range(count // PORTFOLIO_BLOCK):
        kind = KINDS[block % len(KINDS)]
        frame = pl.DataFrame(contracts(kind, PORTFOLIO_BLOCK, rng))
        flows = projected(kind, frame, market)
        principal += float(quarterly_service(flows, horizon).principal.sum())
        principal -= float(frame["notional_principal"].sum())
    assert abs(principal) < count, "what is paid back is not what was lent"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - start
    return {
        "million_contracts": count,
        "million_s": round(seconds, 2),
        "peak_mib_million": round(peak, 1),
    }


def many_scenarios(quick: bool) -> dict[str, Any]:  # noqa: FBT001
    """Project 160 contracts in a thousand scenarios of the reference rate."""
    count = QUICK_SCENARIOS if quick else SCENARIOS
    rng = np.random.default_rng(SEED)
    parts = [pl.DataFrame(contracts(kind, PORTFOLIO // 3 + 1, rng)) for kind in KINDS]
    frame = pl.concat(parts, how="diagonal").head(PORTFOLIO)
    path = rng.uniform(0.0, 0.06, (count, 1, PATH_DAYS.size))
    names = tuple(f"s{number}" for number in range(count))
    rates = RatePaths(names, ("LPR1Y",), PATH_DAYS, path)
    horizon = Horizon.after(STATUS, 48)

    def project() -> CashFlows:
        return project_cash_flows(frame, status_date=STATUS, rates=rates)

    flows = project()
    return {
        "scenarios": count,
        "scenarios_s": round(min(_seconds(project) for _ in range(3)), 3),
        "scenarios_service_s": round(_seconds(lambda: quarterly_service(flows, horizon)), 3),
    }


def instance_hash() -> str:
    """Return a hash of the contracts that are compared and timed."""
    digest = hashlib.sha256()
    for kind in KINDS:
        columns = contracts(kind, COUNT, np.random.default_rng(SEED))
        digest.update(pl.DataFrame(columns).write_csv().encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
