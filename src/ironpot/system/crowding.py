"""In which markets has the crowd put up so much that more on offer brings less, to one or to all?

Listings fail more often as pressure grows, so that there is a point past which less money comes in.
Offers are those of the learned crowd, (lot, quarter), appraised yuan.
"""

import numpy as np
import polars as pl

from ironpot.system.links import Floats
from ironpot.system.regimes import Regime
from ironpot.system.sale import FailedListings, Ladders
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.turning import TURNED, selling_more_brings_less, worth_after_sale

LEAST = 1.0  # yuan: smaller offers are rounding


def crowding_table(
    markets: SharedMarkets,
    crowd: Regime,
    names: tuple[str, ...],
    *,
    failing: FailedListings | None = None,
) -> pl.DataFrame:
    """Return (market_id, quarter, seller_id, volume, brings) where a hundredth more brings less.

    `seller_id` is a county or `_all`; `brings` is what a yuan more on offer changes in own proceeds
    (for `_all` in the sum). Quarters count from 1. Empty where offers are not known.
    """
    schema = {"market_id": pl.String, "quarter": pl.Int64, **dict(TURNED)}
    frames = [pl.DataFrame(schema=schema)]
    if crowd.offered is None:
        return frames[0]
    names_of = np.repeat(np.array(markets.counties), np.diff(markets.first_lot))
    for market, name in enumerate(names):
        at = np.flatnonzero(markets.market == market)
        for quarter in range(markets.need.shape[1]):
            offered = crowd.offered[at, quarter]
            sellers = tuple(names_of[at].tolist())
            turned = _turned(markets, (market, quarter), offered, sellers, failing)
            frames.append(
                turned.with_columns(
                    pl.lit(name).alias("market_id"), pl.lit(quarter + 1, pl.Int64).alias("quarter")
                ).select(list(schema))
            )
    return pl.concat(frames)


def _turned(
    markets: SharedMarkets,
    place: tuple[int, int],
    offered: Floats,
    sellers: tuple[str, ...],
    failing: FailedListings | None,
) -> pl.DataFrame:
    """Try a little more of one market's offers in one quarter, by each and by all."""
    if offered.sum() < LEAST or not markets.room[place].any():
        return pl.DataFrame(schema=TURNED)
    ladder = Ladders(("m",), markets.price[place][None], markets.room[place][None])
    worth = worth_after_sale(ladder, failing or FailedListings(), rest_price=0.0)
    return selling_more_brings_less(worth, offered[:, None], sellers=sellers, markets=("m",))
