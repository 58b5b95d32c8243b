"""How much does a market take, at what price? The ladder of tranches and its exact impact.

A market's quarter is a ladder: tranche b takes `capacity_b` of listed appraised value at price
fraction p_b, p falling. Everything listed in the quarter shares the ladder pro rata.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.core.dates import Horizon
from ironpot.valuation.retention import Floats


@dataclass(frozen=True, slots=True)
class Depth:
    """Ladders of all markets: `fraction` and `capacity` are (market, quarter, tranche).

    Fractions fall along the tranches; absent tranches have capacity 0. `fraction_low` and
    `fraction_high` give the range of the first tranche, (market, quarter). `driver` names the price
    index of each market.
    """

    markets: tuple[str, ...]
    fraction: Floats
    fraction_low: Floats
    fraction_high: Floats
    capacity: Floats
    driver: tuple[str, ...]

    def index(self, market_id: str) -> int:
        """Return the position of a market; ValueError if it has no ladder."""
        return self.markets.index(market_id)

    def price_fraction(self, volume: Floats) -> Floats:
        """Return the average price fraction when `volume` is listed, (market, quarter).

        Raises ValueError beyond the last tranche: what the market does not take has no price.

        >>> depth = Depth(("m",), np.array([[[0.8, 0.6]]]), np.ones((1, 1)), np.ones((1, 1)),
        ...               np.array([[[10.0, 10.0]]]), ("p",))
        >>> float(round(depth.price_fraction(np.array([[15.0]]))[0, 0], 6))
        0.733333
        """
        filled = fill(volume, self.capacity)
        if np.any(volume > filled.sum(axis=2) * (1.0 + 1e-9) + 1e-6):
            raise ValueError("More is listed in a quarter than the market's ladder takes.")
        sold = filled.sum(axis=2)
        value = (filled * self.fraction).sum(axis=2)
        return np.divide(value, sold, out=self.fraction[:, :, 0].copy(), where=sold > 0.0)


def fill(volume: Floats, capacity: Floats) -> Floats:
    """Fill a ladder from the top: (..., ) volumes into (..., tranche) capacities."""
    below = np.cumsum(capacity, axis=-1) - capacity
    return np.clip(volume[..., None] - below, 0.0, capacity)


def market_depth(markets: pl.DataFrame, horizon: Horizon) -> Depth:
    """Arrange the markets table as ladders; a row for one quarter overrides the row for `all`."""
    names = tuple(markets["market_id"].unique(maintain_order=True))
    tranches = int(markets["tranche"].cast(pl.Int64).max() or 1)  # pyright: ignore[reportArgumentType]
    shape = (len(names), horizon.count, tranches)
    fraction, capacity = np.zeros(shape), np.zeros(shape)
    low, high = np.zeros(shape[:2]), np.zeros(shape[:2])
    general_first = markets.sort(pl.col("quarter") != "all", maintain_order=True)
    for row in general_first.iter_rows(named=True):
        market, tranche = names.index(row["market_id"]), row["tranche"] - 1
        span = _span(row["quarter"], horizon)
        fraction[market, span, tranche] = row["price_fraction"]
        capacity[market, span, tranche] = row["capacity"]
        if tranche == 0:
            low[market, span] = _or(row["fraction_low"], row["price_fraction"])
            high[market, span] = _or(row["fraction_high"], row["price_fraction"])
    drivers = dict(markets.select("market_id", "price_driver").iter_rows())
    return Depth(names, fraction, low, high, capacity, tuple(drivers[name] for name in names))


def _span(quarter: str, horizon: Horizon) -> slice:
    if quarter == "all":
        return slice(0, horizon.count)
    position = horizon.index(quarter)
    inside = 0 <= position < horizon.count
    return slice(position, position + 1) if inside else slice(0, 0)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
