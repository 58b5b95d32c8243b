"""How fast are clearing, fire sales and coordination, on the sizes of a nation?

1,000 scenarios on 3,000 nodes; 90 sellers in 40 markets; 3,000 counties in 60 markets, 8 quarters,
with parts of lots and with whole ones; and what 100 to 10,000 counties cost on more threads,
workers and cores (`instances/scale.py`, `instances/replies.py`).

Clearing on one core, in float64 to 1e-10, against a loop of scipy's sparse products and against
HiGHS's linear program, side by side on the same seeded network; all three must agree. Clearing is
counted in processor seconds, since the claim is a core's; the rest by the clock on the wall.
`--quick` clears fewer scenarios by the slow ways; the instance is the same. `--scale` runs the
curves of counties and workers alone.
"""

import argparse
import hashlib
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse
from instances.replies import reply_figures
from instances.scale import scale_figures

from ironpot.system.clear import clear_system
from ironpot.system.coordinate import Coordination, CoordinationOptions, coordinate_plans
from ironpot.system.deleverage import Holders, SellingRule, sell_down
from ironpot.system.links import links_of
from ironpot.system.network import Network
from ironpot.system.sale import FailedListings, Ladders, sell_into
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.valuations import ClearingOptions
from ironpot.system.whole_check import check_whole_lots
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots

SEED, NODES, LINKS, SCENARIOS = 20_260_701, 3_000, 20, 1_000
SELLERS, MARKETS, TRANCHES = 90, 40, 4
COUNTIES, COORDINATED, QUARTERS = 3_000, 60, 8
SEEDS = tuple(SEED + 2 + step for step in range(5))
TOLERANCE = 1e-10
OPTIONS = ClearingOptions(tolerance=TOLERANCE, solutions="greatest")
Floats = npt.NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True)
class Instance:
    """A network, its external assets (scenario, node), and the share of nodes in default."""

    network: Network
    external: Floats
    digest: str


def main() -> None:
    """Time, compare and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scale", action="store_true")
    asked = parser.parse_args()
    quick: bool = asked.quick
    instance = network_instance()
    figures: dict[str, float] = {}
    if not asked.scale:
        figures |= clearing_figures(instance, slow=10 if quick else 100, programs=1 if quick else 3)
        figures |= sale_figures(repeats=1 if quick else 5)
        figures |= coordination_figures()
        figures |= whole_lot_figures(SEEDS[:1] if quick else SEEDS)
    figures |= scale_figures(coordination_instance, quick=quick)
    figures |= reply_figures(coordination_instance, quick=quick)
    for name, figure in figures.items():
        print(f"{name:<28}{figure:>14,.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = {"quick": quick, "cores": os.cpu_count(), "peak_mib": round(peak, 1)}
    print(json.dumps({**figures, "instance_hash": instance.digest, **machine}))


def network_instance() -> Instance:
    """Draw a network with 20 links a node and scenarios that put 20 to 40 % of nodes in default."""
    chance = np.random.default_rng(SEED)
    debtor = np.repeat(np.arange(NODES), LINKS)
    creditor = chance.integers(0, NODES - 1, NODES * LINKS)
    creditor += creditor >= debtor
    claims = links_of(chance.lognormal(0, 1, debtor.size), creditor, debtor, (NODES, NODES))
    inside = claims.sum(axis=0)
    owed = 2.0 * inside
    ample = np.maximum(owed - claims.sum(axis=1) + 0.1 * owed, 0.05 * owed)
    shock = chance.normal(0.06, 0.008, (SCENARIOS, 1)) + chance.normal(
        0.0, 0.08, (SCENARIOS, NODES)
    )
    external = np.maximum(ample - shock * owed, 0.0)
    names = tuple(f"n{i}" for i in range(NODES))
    network = Network(names, claims, ample, owed - inside)
    digest = hashlib.sha256(external.tobytes() + claims.data.tobytes()).hexdigest()
    return Instance(network, external, digest)


def clearing_figures(instance: Instance, *, slow: int, programs: int) -> dict[str, float]:
    """Time the kernel on all scenarios, the sparse loop and the program on the first few."""
    network, external = instance.network, instance.external
    clear_system(network, external_assets=external[:1], options=OPTIONS)
    wall, ours, cleared = timed(
        lambda: clear_system(network, external_assets=external, options=OPTIONS), 3
    )
    assert cleared.converged.all()
    assert cleared.residual.max() <= TOLERANCE
    _, by_product, paid = timed(lambda: loop_of_products(network, external[:slow]), 1)
    np.testing.assert_allclose(cleared.payments[:slow], paid, rtol=1e-8)
    _, by_program, best = timed(lambda: linear_programs(network, external[:programs]), 1)
    np.testing.assert_allclose(cleared.payments[:programs], best, rtol=1e-5, atol=1e-4)
    failed = cleared.default.mean(axis=1)
    each = ours / SCENARIOS
    return {
        "scenarios_per_s_3000": 1.0 / each,
        "scenarios_per_wall_s": SCENARIOS / wall,
        "ratio_scipy": by_product / slow / each,
        "ratio_lp": by_program / programs / each,
        "default_share_low": float(np.quantile(failed, 0.05)),
        "default_share_high": float(np.quantile(failed, 0.95)),
        "sweeps": float(cleared.iterations.mean()),
    }


def fastest(run: Callable[[], T], repeats: int) -> tuple[float, T]:
    """Return the least wall-clock seconds of some runs, and the last answer."""
    seconds, _, answer = timed(run, repeats)
    return seconds, answer


def timed(run: Callable[[], T], repeats: int) -> tuple[float, float, T]:
    """Return the least wall-clock and the least processor seconds of some runs, and an answer."""
    walls: list[float] = []
    cores: list[float] = []
    while True:
        wall, core = time.perf_counter(), time.process_time()
        answer = run()
        walls.append(time.perf_counter() - wall)
        cores.append(time.process_time() - core)
        if len(walls) == repeats:
            return min(walls), min(cores), answer


def loop_of_products(network: Network, external: Floats) -> Floats:
    """Clear scenario by scenario with scipy: p = min(owed, e + P'p) until it stands still."""
    owed = network.owed
    matrix = scipy.sparse.csr_array(network.claims) * (1.0 / owed)[None, :]
    matrix = scipy.sparse.csr_array(matrix)
    paid = np.empty_like(external)
    for row, mine in zip(paid, external, strict=True):
        row[:] = owed
        moved = np.inf
        while moved > TOLERANCE:
            new = np.minimum(owed, mine + matrix @ row)
            moved = np.abs((new - row) / owed).max()
            row[:] = new
    return paid


def linear_programs(network: Network, external: Floats) -> Floats:
    """Clear by HiGHS: most payments with p <= owed and p - P'p <= e, one program a scenario."""
    share = scipy.sparse.csr_array(network.claims) * (1.0 / network.owed)[None, :]
    matrix = scipy.sparse.csc_array(scipy.sparse.eye_array(NODES) - share)
    return np.array([solve_program(matrix, network.owed, mine) for mine in external])


def solve_program(matrix: scipy.sparse.csc_array, owed: Floats, mine: Floats) -> Floats:
    """Solve one clearing program on one thread."""
    program = highspy.HighsLp()
    program.num_col_ = program.num_row_ = NODES
    program.col_cost_ = -np.ones(NODES)
    program.col_lower_, program.col_upper_ = np.zeros(NODES), owed
    program.row_lower_, program.row_upper_ = np.full(NODES, -highspy.kHighsInf), mine
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return np.array(solver.getSolution().col_value)


def sale_figures(*, repeats: int) -> dict[str, float]:
    """Time both kinds of fire sale on 90 sellers, 40 markets, 1,000 scenarios."""
    chance = np.random.default_rng(SEED + 1)
    price = np.sort(chance.uniform(0.4, 1.0, (MARKETS, TRANCHES)))[:, ::-1]
    capacity = chance.uniform(5.0, 20.0, (MARKETS, TRANCHES))
    ladders = Ladders(tuple(f"m{i}" for i in range(MARKETS)), price, capacity)
    offered = chance.exponential(0.5, (SCENARIOS, SELLERS, MARKETS))
    reserve = chance.uniform(0.3, 0.9, (SELLERS, MARKETS))
    run = lambda: sell_into(ladders, offered, reserve=reserve, failing=FailedListings())  # noqa: E731
    run()
    ladder, sale = fastest(run, repeats)
    assert (sale.sold <= offered).all()
    banks, shocked = bank_instance(chance)
    spiral, sold = fastest(lambda: sell_down(banks, shocked, SellingRule(depth=4.0)), repeats)
    assert sold.failed.sum() > 0
    return {"firesale_s": ladder, "firesale_banks_s": spiral}


def bank_instance(chance: np.random.Generator) -> tuple[Holders, Floats]:
    """Draw 90 banks that hold 40 securities, and 1,000 shocks to prices."""
    size = chance.lognormal(4, 1, SELLERS)
    holdings = chance.dirichlet(np.ones(MARKETS), SELLERS) * 0.3 * size[:, None]
    equity = chance.uniform(0.035, 0.08, SELLERS) * size
    debts = (size - equity) / 2.0
    names = tuple(f"b{i}" for i in range(SELLERS))
    banks = Holders(names, 0.05 * size, 0.65 * size, debts, debts, holdings)
    return banks, 1.0 - chance.uniform(0.0, 0.15, (SCENARIOS, MARKETS))


def coordination_figures() -> dict[str, float]:
    """Coordinate 3,000 counties to a certified 1 % of stake and cost; the worse of two depths."""
    plans: list[tuple[float, float]] = []
    for depth in (0.3, 1.0):
        markets = coordination_instance(depth)
        coordinate_plans(markets, options=CoordinationOptions(sweeps=1))
        start = time.perf_counter()
        plan = coordinate_plans(markets)
        plans.append((max(plan.gap_of_stake, plan.gap_of_cost), time.perf_counter() - start))
    return {
        "coordination_gap_3000": max(gap for gap, _ in plans),
        "coordination_s_3000": max(seconds for _, seconds in plans),
    }


def whole_lot_figures(seeds: tuple[int, ...]) -> dict[str, float]:
    """Sell every lot whole or keep it, 3,000 counties, two depths a seed; median and worst.

    The gap is of the stake, against a bound for whole lots. Each plan is priced and fitted again by
    plain code; of the first also the bound, from the cash duals alone.
    """
    small = coordination_instance(0.3, counties=20)
    coordinate_whole_lots(small, options=WholeOptions(rounds=1, sweeps=1, trials=10))
    gaps: list[float] = []
    seconds: list[float] = []
    for seed in seeds:
        for depth in (0.3, 1.0):
            markets = coordination_instance(depth, seed=seed)
            start = time.perf_counter()
            plan = coordinate_whole_lots(markets, options=WholeOptions(gap=0.005))
            seconds.append(time.perf_counter() - start)
            gaps.append(plan.gap_of_stake)
            check(markets, plan, bound=len(gaps) == 1)
            print(f"whole lots, seed {seed}, depth {depth}: {gaps[-1]:.4%}, {seconds[-1]:.1f} s")
    return {
        "integer_gap_3000": max(gaps),
        "integer_gap_median_3000": float(np.median(gaps)),
        "integer_s_3000": max(seconds),
        "integer_s_median_3000": float(np.median(seconds)),
    }


def check(markets: SharedMarkets, plan: Coordination, *, bound: bool) -> None:
    """Fail unless a plan fits, costs what it says and, where asked, its bound holds."""
    found = check_whole_lots(markets, plan, nodes=2_000 if bound else 1)
    assert found.fits
    assert abs(found.cost - plan.cost) <= 1e-9 * plan.cost
    assert not bound or found.bound >= plan.bound - 1e-9 * plan.cost


def coordination_instance(
    depth: float, *, seed: int = SEED + 2, counties: int = COUNTIES
) -> SharedMarkets:
    """Draw counties with lots in four of the markets; `depth` is all rooms over all lots."""
    chance, held = np.random.default_rng(seed), 4
    drawn = [chance.choice(COORDINATED, held, replace=False) for _ in range(counties)]
    market = np.concatenate(drawn)
    lots = chance.lognormal(0, 1, market.size)
    steps = np.sort(chance.uniform(0.4, 0.9, (COORDINATED, 1, 3)), axis=2)[:, :, ::-1]
    total = np.bincount(market, lots, minlength=COORDINATED)
    room = np.tile(total[:, None, None] * depth / (3 * QUARTERS), (1, QUARTERS, 3))
    need = chance.exponential(0.6 / QUARTERS, (counties, QUARTERS))
    late = np.full((counties, QUARTERS), 0.03)
    late[:, -1] += 0.6
    return SharedMarkets(
        tuple(f"county{i}" for i in range(counties)),
        steps * np.ones((1, QUARTERS, 1)),
        room,
        np.arange(counties + 1) * held,
        market,
        lots,
        chance.uniform(0.5, 1.0, lots.size),
        need * lots.reshape(counties, held).sum(axis=1, keepdims=True),
        late,
    )


if __name__ == "__main__":
    main()
