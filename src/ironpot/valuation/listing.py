"""What happens to a lot that is put up for sale? Rounds, reserve prices, failed listings.

In scenario s a share `sold[s, k]` of what is listed sells in round k at `reserve[s, k]` of the
first price; the rest comes back unsold and goes on earning. A round lasts a quarter.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.schema.words import SCENARIOS
from ironpot.valuation.retention import Floats

ALL = "all"


@dataclass(frozen=True, slots=True)
class Listing:
    """Rounds by market: `sold` and `reserve` are (market, scenario, round)."""

    sold: Floats
    reserve: Floats

    @property
    def rounds(self) -> int:
        """Number of rounds before a lot comes back."""
        return self.sold.shape[2]


def listing_rounds(listing: pl.DataFrame, markets: tuple[str, ...]) -> Listing:
    """Arrange the listing table; a market without rows of its own takes those for `all`.

    Raises ValueError if a market has neither: an unknown chance of selling is not a certain one.
    """
    rounds = int(listing["round"].cast(pl.Int64).max() or 1)  # pyright: ignore[reportArgumentType]
    sold = np.full((len(markets), len(SCENARIOS), rounds), np.nan)
    reserve = np.ones_like(sold)
    general_first = listing.sort(pl.col("market_id") != ALL, maintain_order=True)
    for row in general_first.iter_rows(named=True):
        scenario, step = SCENARIOS.index(row["scenario"]), row["round"] - 1
        chosen = [i for i, name in enumerate(markets) if row["market_id"] in (ALL, name)]
        sold[chosen, scenario, step] = row["sold_share"]
        reserve[chosen, scenario, step] = row["reserve_share"]
    missing = [name for i, name in enumerate(markets) if np.isnan(sold[i]).any()]
    if missing:
        raise ValueError(f"No listing rounds for markets {missing}: add rows or a row for 'all'.")
    return Listing(sold, reserve)
