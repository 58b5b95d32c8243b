"""How long do fans take: a million paths, three thousand entities, a case contract by contract?

Five joint-normal drivers over ten years with quantiles p5..p95; 3,000 entities x 10,000 paths that
share what is common; 160 contracts, each on a market rate, x 10,000 scenarios x 40 quarters through
the cash-flow engine. Beside the million stands what one writes in NumPy, a loop over years, on the
same paths in the same run. `--quick` takes a twentieth of the paths, entities and scenarios.
"""

import argparse
import hashlib
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.cashflow.rates import RatePaths
from ironpot.core.dates import Horizon, quarter_start
from ironpot.risk.assessment import RANKS
from ironpot.risk.debt_service import DebtService, debt_book, debt_service, outside_debts
from ironpot.risk.many import fans_of_many, split_by_common_share
from ironpot.risk.paths import Baseline, quantiles, simulate_debt
from ironpot.risk.shocks import ShockModel, draw_shocks

YEARS, QUARTERS = 10, 40
PATHS, ENTITIES, ENTITY_PATHS = 1_000_000, 3_000, 10_000
CONTRACTS, SCENARIOS = 160, 10_000
FEW = 2_000
SEED = 4
EXAMPLE = Path(__file__).parents[1] / "examples" / "bishan-scale"
MARKET_RATES = ("LPR1Y", "LPR5Y")
DRIVERS = ("growth", "primary_balance", "short_rate", "long_rate", "stock_flow")
DEVIATIONS = np.array([0.05, 1.5, 0.006, 0.005, 1.0])
QUICK = 20

Made = TypeVar("Made")


def main() -> None:
    """Time every part and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick: bool = parser.parse_args().quick
    part, cores = QUICK if quick else 1, os.cpu_count() or 1
    digest = hashlib.sha256()
    figures = million(PATHS // part, cores, digest)
    figures |= entities(ENTITIES // part, cores, digest)
    figures |= contracts(SCENARIOS // part, cores, digest)
    for name, figure in figures.items():
        print(f"{name:<24}{figure:>16,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = {"quick": quick, "cores": cores, "peak_mib": round(peak, 1)}
    print(json.dumps({**figures, "instance_hash": digest.hexdigest(), **machine}))


def million(paths: int, cores: int, digest: "hashlib._Hash") -> dict[str, float]:
    """Time paths with quantiles, and a plain loop beside them that must agree with the kernel."""
    base, law = baseline(np.random.default_rng(SEED)), drivers()
    digest.update(repr((base, law.covariance.tolist(), paths)).encode())
    seconds, fan = timed(lambda: fan_of(base, law, paths, cores))
    plain_seconds, plain = timed(lambda: plain_fan(base, law, paths))
    few = simulate_debt(base, law, draws=FEW, seed=SEED)
    same = plain_paths(base, draw_shocks(law, FEW, YEARS, seed=SEED))
    assert np.abs(few - same).max() < 1e-9, "the plain loop disagrees with the kernel"
    assert np.abs(fan - plain).max() < 0.05 * fan[:, -1].std(), "the two fans differ"
    return {
        "paths": paths,
        "million_paths_s": round(seconds, 3),
        "plain_numpy_s": round(plain_seconds, 3),
        "ratio_numpy": round(plain_seconds / seconds, 2),
    }


def fan_of(base: Baseline, law: ShockModel, paths: int, cores: int) -> np.ndarray:
    """Return the fan p5..p95 of so many paths."""
    ratios = simulate_debt(base, law, draws=paths, seed=SEED, workers=cores)
    return quantiles(ratios, workers=cores)


def plain_fan(base: Baseline, law: ShockModel, paths: int) -> np.ndarray:
    """Return the fan as one writes it in NumPy: draw all, loop over years, take quantiles."""
    rng = np.random.default_rng(SEED)
    root = np.linalg.cholesky(law.covariance)
    shocks = rng.standard_normal((paths, YEARS, len(DRIVERS))) @ root.T
    return np.quantile(plain_paths(base, shocks), RANKS, axis=0)


def plain_paths(base: Baseline, shocks: np.ndarray) -> np.ndarray:
    """Return ratios (path, year + 1) by a loop over years."""
    growth, balance, short, long, flow = np.moveaxis(shocks, 2, 0)
    ratios = np.empty((len(shocks), YEARS + 1))
    ratios[:, 0] = base.opening
    for year in range(YEARS):
        renewed = min(year + 1, base.maturity) / base.maturity
        rate = base.rate[year] + base.short_share * short[:, year]
        rate += (1 - base.short_share) * renewed * long[:, : year + 1].sum(axis=1)
        factor = (1 + rate) / (1 + base.growth[year] + growth[:, year])
        moved = base.stock_flow[year] + flow[:, year]
        moved -= base.primary_balance[year] + balance[:, year]
        ratios[:, year + 1] = ratios[:, year] * factor + moved
    return ratios


def entities(count: int, cores: int, digest: "hashlib._Hash") -> dict[str, float]:
    """Time the fans of many entities that share common shocks."""
    rng = np.random.default_rng(SEED)
    bases = [baseline(rng) for _ in range(count)]
    weather = split_by_common_share(drivers(), np.array([0.2, 0.3, 1.0, 1.0, 0.1]), count)
    digest.update(repr((bases[-1], count, ENTITY_PATHS)).encode())
    seconds, fans = timed(
        lambda: fans_of_many(bases, weather, draws=ENTITY_PATHS, seed=SEED, workers=cores)
    )
    assert fans.shape == (count, 7, YEARS + 1)
    return {"entities": count, "entity_paths": ENTITY_PATHS, "entities_3000_s": round(seconds, 3)}


def contracts(scenarios: int, cores: int, digest: "hashlib._Hash") -> dict[str, float]:
    """Time the service of contracts that all follow a market rate."""
    case = floating_case()
    horizon = Horizon.after(case.date, QUARTERS)
    rates = rate_draws(horizon, scenarios)
    digest.update(case.input_hash.encode())
    digest.update(rates.values.tobytes())
    book = debt_book(case, horizon)
    seconds, service = timed(lambda: debt_service(book, rates, workers=cores))
    check_service(case, service, scenarios)
    return {"contracts": CONTRACTS, "scenarios": scenarios, "contracts_s": round(seconds, 3)}


def check_service(case: Case, service: DebtService, scenarios: int) -> None:
    """Check that every yuan of principal is paid or still owed, in every scenario."""
    assert service.interest.shape[0] == scenarios
    assert service.interest.std(axis=0).max() > 0.0
    owed = service.opening.sum() + service.drawn.sum(axis=(1, 2))
    left = service.principal.sum(axis=(1, 2)) + service.outstanding[:, :, -1].sum(axis=1)
    assert np.abs(owed / left - 1.0).max() < 1e-9
    assert abs(service.opening.sum() / case.debts["notional_principal"].sum() - 1.0) < 1e-12


def floating_case() -> Case:
    """Return the example with 160 of its contracts, every one reset to a market rate each year."""
    case = read_case(EXAMPLE).case
    chosen = outside_debts(case).filter(pl.col("contract_type") != "NAM").head(CONTRACTS)
    codes = [MARKET_RATES[row % 2] for row in range(CONTRACTS)]
    return replace(
        case,
        debts=chosen.drop("creditor_class").with_columns(
            pl.Series("market_object_code_of_rate_reset", codes),
            cycle_of_rate_reset=pl.lit("P1YL1"),
            rate_spread=pl.lit(0.01),
        ),
    )


def rate_draws(horizon: Horizon, scenarios: int) -> RatePaths:
    """Return quarterly random walks of both market rates."""
    rng = np.random.default_rng(SEED)
    steps = rng.normal(0.0, 0.001, (scenarios, len(MARKET_RATES), horizon.count))
    levels = np.maximum(0.033 + np.cumsum(steps, axis=2), 0.0)
    starts = np.array([quarter_start(name) for name in horizon.quarters], dtype="datetime64[D]")
    return RatePaths(tuple(map(str, range(scenarios))), MARKET_RATES, starts, levels)


def baseline(rng: np.random.Generator) -> Baseline:
    """Return a made-up debt baseline, per cent of resources."""
    return Baseline(
        opening=float(rng.uniform(100.0, 350.0)),
        rate=rng.uniform(0.025, 0.05, YEARS),
        growth=rng.uniform(0.0, 0.06, YEARS),
        primary_balance=rng.uniform(-4.0, 6.0, YEARS),
        stock_flow=np.zeros(YEARS),
        short_share=0.3,
        maturity=5.0,
    )


def drivers() -> ShockModel:
    """Return five joint-normal drivers."""
    correlation = 0.2 + 0.8 * np.eye(len(DRIVERS))
    return ShockModel(DRIVERS, "normal", correlation * np.outer(DEVIATIONS, DEVIATIONS))


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    """Return seconds and result of one run."""
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


if __name__ == "__main__":
    main()
