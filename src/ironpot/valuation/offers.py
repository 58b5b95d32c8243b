"""Which lots can go by which routes into which markets? Everything that prices a release.

Arrays: (row,) over lot x route rows; -1 in a pointer means none.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.valuation.depth import Depth, market_depth
from ironpot.valuation.listing import Listing, listing_rounds
from ironpot.valuation.retention import (
    LIFE_CAP_Y,
    Bools,
    Floats,
    Ints,
    Stream,
    retention_stream,
)
from ironpot.valuation.routes import LISTED, lot_routes

Level = Literal["low", "base", "high"]
LEVELS: tuple[Level, ...] = ("low", "base", "high")


@dataclass(frozen=True, slots=True)
class Pledges:
    """Contracts that secure lots: what freeing them costs and what service it ends.

    Both (debt, t) for t = 0..quarters: `outstanding` is what settles the debt after quarter t,
    `value_after` the present value at the case date of all service after quarter t.
    """

    debt_ids: tuple[str, ...]
    outstanding: Floats
    value_after: Floats


@dataclass(frozen=True)
class Offers:
    """All lots with all routes and everything that prices them.

    `frame` has one row per lot and route (`valuation.routes.lot_routes`); `lot`, `market` and
    `pledge` point into streams, markets and pledges (-1 = none); `pledge_share` is the part of the
    pledged debt that the lot frees. `prices` is (scenario, market, quarter), on 1 at the case date.
    A row whose column `agreed` is filled is a signed contract of that amount (`agreed_offers`): no
    market and no chance stand between it and its cash.
    """

    frame: pl.DataFrame
    lot: Ints
    market: Ints
    pledge: Ints
    pledge_share: Floats
    streams: dict[Level, Stream]
    depth: Depth
    listing: Listing
    prices: Floats
    weights: Floats
    pledges: Pledges
    rate: float
    quarters: int

    @property
    def lots(self) -> int:
        """Number of lots."""
        return int(self.lot.max(initial=-1)) + 1

    def column(self, name: str, missing: float = 0.0) -> Floats:
        """Return a numeric column of the frame as (row,), nulls as `missing`."""
        return self.frame[name].cast(pl.Float64).fill_null(missing).to_numpy()

    def is_route(self, *routes: str) -> Bools:
        """Mark the rows of some routes, (row,)."""
        return self.frame["route"].is_in(list(routes)).to_numpy()

    @cached_property
    def inside(self) -> Bools:
        """Mark the rows whose buyer is a body inside the perimeter, (row,)."""
        scope = (self.frame["buyer_scope"] == "inside").fill_null(value=False).to_numpy()
        return scope & self.is_route(*LISTED)

    @cached_property
    def listed(self) -> Bools:
        """Mark the rows that go through listing rounds into a market, (row,)."""
        return self.is_route(*LISTED) & ~self.inside & ~self.signed

    @cached_property
    def signed(self) -> Bools:
        """Mark the rows that are signed contracts, (row,)."""
        return self.frame["agreed"].is_not_null().to_numpy()

    @cached_property
    def lends(self) -> Bools:
        """Mark the rows that bring a loan: a pledge, or a pool with recourse, (row,)."""
        recourse = self.frame["recourse"].fill_null(value=False).to_numpy()
        return self.is_route("pledge") | (self.is_route("pool") & recourse)

    @cached_property
    def handed_quarters(self) -> Ints:
        """Quarters that each route hands over, the whole life if it grants no term; (row,)."""
        term = np.rint(self.column("term_y") * QUARTERS_PER_YEAR).astype(np.int64)
        life = self.streams["base"].quarters[self.lot]
        granted = self.is_route("lease", "concession", "pool", "share_reuse") & (term > 0)
        return np.where(granted, np.minimum(term, life), life)


def build_offers(
    case: Case, pledges: Pledges, *, rate: float, life_cap_y: float = LIFE_CAP_Y
) -> Offers:
    """Gather lots, routes, markets, listing rounds and price paths of a case, priced at `rate`."""
    frame = lot_routes(case).with_columns(agreed=pl.lit(None, pl.Float64))
    lots = frame.unique("lot_id", keep="first", maintain_order=True)
    depth = market_depth(case.markets, case.horizon)
    ids = {name: position for position, name in enumerate(lots["lot_id"])}
    return Offers(
        frame=frame,
        lot=np.array([ids[name] for name in frame["lot_id"]], dtype=np.int64),
        market=_positions(frame["market_id"], depth.markets),
        pledge=_positions(frame["encumbrance_debt_id"], pledges.debt_ids),
        pledge_share=_pledge_share(frame, lots),
        streams={level: _stream(lots, level, rate, life_cap_y) for level in LEVELS},
        depth=depth,
        listing=listing_rounds(case.listing, depth.markets),
        prices=_price_paths(case, depth),
        weights=np.array([case.settings.weights[name] for name in SCENARIOS]),
        pledges=pledges,
        rate=rate,
        quarters=case.horizon.count,
    )


def agreed_offers(offers: Offers, rows: Ints, contracts: pl.DataFrame) -> Offers:
    """Return the offers with a signed contract added for each of `rows` (n,), in their order.

    `contracts` has a row each: `agreed`, the price or sum lent in yuan, of a lease or shared use
    the rent a year, and `buyer_id`, a body inside the perimeter (null = somebody outside).
    """
    buyer = contracts["buyer_id"]
    scope = pl.Series(["outside" if name is None else "inside" for name in buyer], dtype=pl.String)
    added = offers.frame[rows.tolist()].with_columns(
        agreed=contracts["agreed"], buyer_id=buyer, buyer_scope=scope
    )
    return replace(
        offers,
        frame=pl.concat([offers.frame, added]),
        lot=np.concatenate([offers.lot, offers.lot[rows]]),
        market=np.concatenate([offers.market, offers.market[rows]]),
        pledge=np.concatenate([offers.pledge, offers.pledge[rows]]),
        pledge_share=np.concatenate([offers.pledge_share, offers.pledge_share[rows]]),
    )


def _positions(names: pl.Series, known: tuple[str, ...]) -> Ints:
    place = {name: position for position, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)


def _pledge_share(frame: pl.DataFrame, lots: pl.DataFrame) -> Floats:
    """Share of its pledged debt that a lot frees: by appraisal, else by book value."""
    weight = pl.coalesce("appraisal", "book_value")
    total = (
        lots.filter(pl.col("encumbrance_debt_id").is_not_null())
        .group_by("encumbrance_debt_id")
        .agg(total=weight.sum(), members=pl.len())
    )
    share = (
        pl.when(pl.col("total") > 0.0)
        .then(weight / pl.col("total"))
        .otherwise(1.0 / pl.col("members"))
    )
    joined = frame.join(total, on="encumbrance_debt_id", how="left", maintain_order="left")
    return joined.select(share.fill_null(0.0).alias("share"))["share"].to_numpy()


def _stream(lots: pl.DataFrame, level: Level, rate: float, life_cap_y: float) -> Stream:
    """Lay out the lots' streams with the income of one level; a level not given is the base."""
    income = lots["income_y"] if level == "base" else lots[f"income_{level}_y"]
    filled = pl.select(pl.coalesce(income, lots["income_y"])).to_series()
    return retention_stream(
        filled.to_numpy(),
        lots["cost_to_keep_y"].to_numpy(),
        lots["capex_needed"].fill_null(0.0).to_numpy(),
        # A service value is counted only where a source gives one; without one it is nil.
        lots["service_value_y"].fill_null(0.0).to_numpy(),
        lots["remaining_life_y"].to_numpy(),
        lots["income_growth_rate"].fill_null(0.0).to_numpy(),
        rate=rate,
        life_cap_y=life_cap_y,
    )


def _price_paths(case: Case, depth: Depth) -> Floats:
    """Price index of each market by scenario and quarter; the last value given is carried on."""
    paths = np.ones((len(SCENARIOS), len(depth.markets), case.horizon.count))
    for position, driver in enumerate(depth.driver):
        rows = case.drivers.filter(pl.col("driver") == driver).sort("quarter")
        known = {case.horizon.index(quarter): i for i, quarter in enumerate(rows["quarter"])}
        if not known:
            raise ValueError(f"Market {depth.markets[position]} names driver {driver}: no path.")
        at = [
            max((k for k in known if k <= q), default=min(known)) for q in range(case.horizon.count)
        ]
        values = rows.select(SCENARIOS).to_numpy()[[known[k] for k in at]]
        paths[:, position, :] = values.T
    return paths
