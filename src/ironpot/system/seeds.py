"""How much of the answer is chance? The four regimes on many drawn nations and at other prices.

A draw is one seed and one level of prices (1 leaves the ladders as they are). Each is a whole run
of its own, so that draws can be worked on anywhere. Yuan.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.system.crowd import REGIMES, Crowd, compare_regimes
from ironpot.system.generate import fit_units, generate_units
from ironpot.system.obliged import shared_markets_of
from ironpot.system.outcomes import regime_table
from ironpot.system.populate import Population, populate
from ironpot.system.shared_markets import SharedMarkets

# What a draw tells of each regime, as `outcomes.regime_table` has it.
TOLD = (
    *("regime", "cost", "over_coordinated", "over_stake"),
    *("value_destroyed", "arrears_end", "counties_behind", "regret"),
)
Row = dict[str, str | float | None]


@dataclass(frozen=True)
class Nation:
    """What all draws share: the table, its name, how many counties are drawn (None: as published).

    `nash_rounds` bounds the learning of the crowd.
    """

    units: pl.DataFrame
    name: str
    counties: int | None
    nash_rounds: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One seed at one level of prices."""

    seed: int
    price_level: float = 1.0

    @property
    def key(self) -> str:
        """A name that no other draw has."""
        return f"seed{self.seed}-price{self.price_level!r}".replace(".", "_")


def draws_of(first: int, seeds: int, levels: tuple[float, ...]) -> dict[str, Draw]:
    """Return `seeds` draws from a first seed on at every level, by key.

    >>> list(draws_of(7, 2, (1.0, 0.8)))
    ['seed7-price1_0', 'seed7-price0_8', 'seed8-price1_0', 'seed8-price0_8']
    """
    draws = [Draw(seed, level) for seed in range(first, first + seeds) for level in levels]
    return {draw.key: draw for draw in draws}


def units_of(nation: Nation, seed: int) -> pl.DataFrame:
    """Return the table of a draw: the published one, or counties drawn like it."""
    if nation.counties is None:
        return nation.units
    fitted = fit_units(nation.units, name=nation.name)
    return generate_units(fitted, nation.counties, np.random.default_rng(seed))


def markets_of(population: Population, draw: Draw) -> SharedMarkets:
    """Return the joint problem of a draw, prices at its level."""
    markets = shared_markets_of(population, np.random.default_rng(draw.seed + 1))
    if draw.price_level == 1.0:
        return markets
    return replace(markets, price=markets.price * draw.price_level)


def run_draw(nation: Nation, draw: Draw) -> list[Row]:
    """Run the four regimes on a draw; return one row a regime."""
    units = units_of(nation, draw.seed)
    population = populate(units, np.random.default_rng(draw.seed))
    crowd = compare_regimes(markets_of(population, draw), nash_rounds=nation.nash_rounds)
    return draw_rows(crowd, draw)


def draw_rows(crowd: Crowd, draw: Draw) -> list[Row]:
    """Return one row a regime: what it costs, and how far from the best the joint plan may be."""
    plan = crowd.plan
    gap = max(plan.gap_of_stake, plan.gap_of_cost)
    head: Row = {"seed": draw.seed, "price_level": draw.price_level}
    tail: Row = {"bound": plan.bound, "gap": gap}
    four = regime_table(crowd).filter(pl.col("regime").is_in(REGIMES))
    rows = four.select(TOLD).iter_rows(named=True)
    return [head | dict(row) | tail for row in rows]


def draw_table(rows: list[Row]) -> pl.DataFrame:
    """Return the rows of many draws as a frame, figures as numbers."""
    schema = {
        "seed": pl.Int64,
        "price_level": pl.Float64,
        **dict.fromkeys(TOLD, pl.Float64),
        "regime": pl.String,
        "counties_behind": pl.Int64,
        "bound": pl.Float64,
        "gap": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def spread_of(table: pl.DataFrame) -> pl.DataFrame:
    """Return by price level and regime: draws, and low, mean and high cost above the joint plan.

    `over_stake` is the mean; `gap` the largest of the joint plans.
    """
    over = pl.col("over_coordinated")
    return table.group_by("price_level", "regime", maintain_order=True).agg(
        draws=pl.len(),
        cost=pl.col("cost").mean(),
        low=over.min(),
        mean=over.mean(),
        high=over.max(),
        over_stake=pl.col("over_stake").mean(),
        gap=pl.col("gap").max(),
    )
