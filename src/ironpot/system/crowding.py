"""In which markets has the crowd put up so much that more on offer brings less, to one or to all?

Listings fail more often as pressure grows, so that there is a point past which less money comes in;
and what is sold presses on next quarter's prices next door. Offers are those of the learned crowd,
(lot, quarter), appraised yuan.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.system.links import Floats, Ints
from ironpot.system.programme import Spillover
from ironpot.system.regimes import Regime
from ironpot.system.sale import FailedListings, Ladders, sell_into
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.turning import ALL

LEAST = 1.0  # yuan: smaller offers are rounding
STEP = 0.01
CROWDED = pl.Schema(
    {
        "market_id": pl.String(),
        "quarter": pl.Int64(),
        "seller_id": pl.String(),
        "volume": pl.Float64(),
        "brings": pl.Float64(),
        "next_door": pl.Float64(),
    }
)


def crowding_table(
    markets: SharedMarkets,
    crowd: Regime,
    names: tuple[str, ...],
    *,
    failing: FailedListings | None = None,
    spillover: Spillover | None = None,
) -> pl.DataFrame:
    """Return, in the columns of `CROWDED`, where a hundredth more on offer brings less.

    `seller_id` is a county or `_all`; `brings` is what a yuan more on offer changes in own proceeds
    (for `_all` in the sum) of all markets and quarters, `next_door` the part of it that later sales
    lose by `spillover`, if given. Quarters count from 1. Empty where offers are not known.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([500.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> crowd = Regime("nash", np.zeros((1, 1)), np.zeros(1), None, np.array([[250.0]]))
    >>> crowding_table(one, crowd, ("land",))["seller_id"].to_list()
    ['a', '_all']
    """
    if crowd.offered is None:
        return pl.DataFrame(schema=CROWDED)
    offers = _offers(markets, crowd.offered, len(names))
    failing = failing or FailedListings()
    tried = {
        (market, quarter): _try(markets, (market, quarter), offers.offered[at, quarter], failing)
        for market in range(len(names))
        for at in (np.flatnonzero(offers.market == market),)
        for quarter in range(markets.need.shape[1])
        if offers.offered[at, quarter].sum() >= LEAST and markets.room[market, quarter].any()
    }
    beside = _Beside(offers, tried, len(names), spillover)
    frames = [_turned(beside, place, markets.counties, names) for place in tried]
    return pl.concat([pl.DataFrame(schema=CROWDED), *frames])


@dataclass(frozen=True, slots=True)
class _Offers:
    """What each county puts up in each of its markets: `offered` (pair, quarter)."""

    county: Ints
    market: Ints
    offered: Floats


def _offers(markets: SharedMarkets, by_lot: Floats, shared: int) -> _Offers:
    """Add up the lots of one county in one market; rights are no markets."""
    owner = markets.owner
    lots = np.flatnonzero(markets.market < shared)
    keys = owner[lots] * shared + markets.market[lots]
    pairs, at = np.unique(keys, return_inverse=True)
    offered = np.zeros((pairs.size, by_lot.shape[1]))
    np.add.at(offered, at, by_lot[lots])
    return _Offers(pairs // shared, pairs % shared, offered)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What one market's quarter does as it is, and with a hundredth more by each and by all.

    `paid` (seller,) and `filled`, of all room, as it is; `gained` (seller + 1,) is the change of
    own proceeds, of all in the last place, `fuller` (seller + 1,) that of `filled`. No spillovers.
    """

    volume: Floats
    paid: Floats
    filled: float
    gained: Floats
    fuller: Floats


def _try(
    markets: SharedMarkets, place: tuple[int, int], offered: Floats, failing: FailedListings
) -> _Tried:
    ladder = Ladders(("m",), markets.price[place][None], markets.room[place][None])
    more = np.vstack([np.zeros_like(offered), np.diag(offered), offered])
    sale = sell_into(ladder, (offered + STEP * more)[:, :, None], failing=failing)
    paid, room = sale.proceeds[:, :, 0], float(markets.room[place].sum())
    filled = sale.sold.sum(axis=(1, 2)) / room if np.isfinite(room) else np.zeros(len(more))
    own = np.append(np.diag(paid[1:-1] - paid[0]), (paid[-1] - paid[0]).sum())
    return _Tried(offered, paid[0], float(filled[0]), own, filled[1:] - filled[0])


class _Beside:
    """What sales bring at prices that earlier ones next door leave, and what a little more does.

    `level` is (market, quarter), `worth` (pair, quarter), `worth_all` (market, quarter).
    """

    def __init__(
        self,
        offers: _Offers,
        tried: dict[tuple[int, int], _Tried],
        count: int,
        spillover: Spillover | None,
    ) -> None:
        self.offers, self.tried, self.spillover = offers, tried, spillover
        filled, self.worth = (
            np.zeros((count, offers.offered.shape[1])),
            np.zeros_like(offers.offered),
        )
        for (market, quarter), found in tried.items():
            filled[market, quarter] = found.filled
            self.worth[offers.market == market, quarter] = found.paid
        self.level = _levels(filled, spillover)
        self.worth *= self.level[offers.market]
        self.worth_all = np.zeros_like(filled)
        np.add.at(self.worth_all, offers.market, self.worth)

    def sellers(self, market: int) -> Ints:
        """Return the counties that have lots in a market, as their figures stand."""
        return self.offers.county[self.offers.market == market]

    def change(self, place: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return the change of proceeds in the market itself and of later ones next door.

        Both (seller + 1,), of all in the last place.
        """
        found, (market, quarter) = self.tried[place], place
        here, later = found.gained * self.level[place], np.zeros_like(found.gained)
        if self.spillover is None:
            return here, later
        passed = np.arange(self.worth.shape[1] - quarter - 1, dtype=np.float64)
        fades: Floats = (1.0 - self.spillover.recovery) ** passed
        fall, after = self.spillover.fall[: len(self.level), market], slice(quarter + 1, None)
        sellers = self.sellers(market)
        mine = np.flatnonzero(np.isin(self.offers.county, sellers))
        at = np.searchsorted(sellers, self.offers.county[mine])
        press = fall[self.offers.market[mine]] * found.fuller[at]
        lost = (self.worth[mine, after] * np.expm1(-press[:, None] * fades)).sum(axis=1)
        np.add.at(later, at, lost)
        of_all = np.expm1(-(fall * found.fuller[-1])[:, None] * fades)
        later[-1] = (self.worth_all[:, after] * of_all).sum()
        return here, later


def _levels(filled: Floats, spillover: Spillover | None) -> Floats:
    """Return each quarter's price level, as what was filled before leaves it."""
    level = np.ones_like(filled)
    if spillover is not None:
        beside = Spillover(spillover.fall[: len(filled), : len(filled)], spillover.recovery)
        for quarter in range(1, filled.shape[1]):
            before, pressing = level[:, quarter - 1], filled[:, quarter - 1]
            level[:, quarter] = beside.next_level(before[None], pressing[None])[0]
    return level


def _turned(
    beside: _Beside, place: tuple[int, int], counties: tuple[str, ...], names: tuple[str, ...]
) -> pl.DataFrame:
    """Return the rows of one market's quarter in which more brings less."""
    market, quarter = place
    here, later = beside.change(place)
    each = beside.tried[place].volume
    volume = np.append(each, each.sum())
    sellers = np.append(np.array(counties)[beside.sellers(market)], ALL)
    some = volume > 0.0
    per_yuan = np.divide(1.0, STEP * volume, out=np.zeros_like(volume), where=some)
    rows = pl.DataFrame(
        {
            "market_id": names[market],
            "quarter": quarter + 1,
            "seller_id": sellers,
            "volume": volume,
            "brings": (here + later) * per_yuan,
            "next_door": later * per_yuan,
        },
        schema=CROWDED,
    )
    return rows.filter(pl.Series(some) & (pl.col("brings") < -1e-9))
