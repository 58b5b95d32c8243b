"""What must companies find in the next quarters, and what may they sell for it? One joint problem.

A population's lots and ladders as they are; needs, kept values and prices of arrears by the stated
rules of `CrowdRules`. All of it is synthetic. Yuan; quarters from 0.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.system.links import Floats
from ironpot.system.populate import Population, system_of
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True, slots=True)
class CrowdRules:
    """How needs and kept values are made; every figure is an assumption.

    What falls due in `quarters` and is not rolled over is spread unevenly over them (exponential
    shares). `keep` is the range of value kept per appraised yuan, uniform: what a lot earns or
    serves where it is. A yuan of arrears costs `late` each quarter and `late_end` more at the end:
    what a county and its lenders lose by it.
    """

    quarters: int = 8
    keep: tuple[float, float] = (0.75, 1.05)
    late: float = 0.03
    late_end: float = 0.6


def shared_markets_of(
    population: Population, generator: np.random.Generator, *, rules: CrowdRules | None = None
) -> SharedMarkets:
    """Return the joint problem of a population: one seller a company, every market, all quarters.

    >>> import polars as pl
    >>> from ironpot.system.populate import populate
    >>> units = pl.DataFrame({"unit_id": ["a", "b"], "level": ["county", "county"],
    ...                       "parent_id": ["p", "p"], "debt_balance": [1e9, 2e9]})
    >>> made = populate(units, np.random.default_rng(1))
    >>> markets = shared_markets_of(made, np.random.default_rng(2))
    >>> markets.counties, markets.price.shape
    (('a', 'b'), (3, 8, 3))
    """
    rules = rules or CrowdRules()
    ladders = system_of(population).ladders
    place = {name: number for number, name in enumerate(ladders.markets)}
    sellers = population.vehicles["vehicle_id"].to_list()
    lots = population.lots.filter(population.lots["appraisal"] > 0.0)
    owner = np.array([sellers.index(name) for name in lots["vehicle_id"]], dtype=np.int64)
    order = np.argsort(owner, kind="stable")
    market = np.array([place[name] for name in lots["market_id"]], dtype=np.int64)
    shape = (len(place), rules.quarters, ladders.price.shape[1])
    late = np.full((len(sellers), rules.quarters), rules.late)
    late[:, -1] += rules.late_end
    return SharedMarkets(
        tuple(population.vehicles["unit_id"]),
        np.broadcast_to(ladders.price[:, None, :], shape).copy(),
        np.broadcast_to(ladders.capacity[:, None, :], shape).copy(),
        np.searchsorted(owner[order], np.arange(len(sellers) + 1)).astype(np.int64),
        market[order],
        lots["appraisal"].to_numpy()[order],
        generator.uniform(*rules.keep, lots.height),
        _need(population, generator, rules),
        late,
    )


def _need(population: Population, generator: np.random.Generator, rules: CrowdRules) -> Floats:
    """Spread what is not rolled over, less cash, over the quarters; (company, quarter)."""
    debt, made = population.vehicles["debt"].to_numpy(), population.rules
    unpaid = debt * made.due_q * (1.0 - made.rolled) * rules.quarters
    share = generator.exponential(1.0, (debt.size, rules.quarters))
    need = unpaid[:, None] * share / share.sum(axis=1, keepdims=True)
    need[:, 0] -= debt * made.cash
    return need
