"""What came of each regime, as tables: prices, volumes, shortfalls, winners, who waits, banks.

Amounts in yuan; volumes in appraised yuan; quarters count from 1. What nobody sold has no price.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from ironpot.system.actors import Actors
from ironpot.system.crowd import Crowd, compensation
from ironpot.system.links import Floats
from ironpot.system.regimes import Regime, by_county, by_quarter
from ironpot.system.rights import Right
from ironpot.system.shared_markets import SharedMarkets

BEHIND = 0.01


RIGHTS = pl.Schema(
    {
        "unit_id": pl.String(),
        "right": pl.String(),
        "kind": pl.String(),
        "regime": pl.String(),
        "limit": pl.Float64(),
        "used": pl.Float64(),
        "cost": pl.Float64(),
    }
)


def regime_table(crowd: Crowd) -> pl.DataFrame:
    """Return one row a regime: cost, what it is made of, and how far above the joint plan.

    `over_coordinated` is the cost above the joint plan's; `over_stake` the same as a share of all
    that coordination could save against doing nothing; `ratio` is empty where the joint plan
    destroys nothing. Volume, proceeds and value destroyed are those of lots; what rights cost is
    in `rights_table`.
    """
    return pl.DataFrame([_regime_row(crowd, regime) for regime in crowd.regimes])


def _regime_row(crowd: Crowd, regime: Regime) -> dict[str, object]:
    markets, plan = crowd.markets, crowd.plan
    behind = arrears(markets, regime.sold)
    lots = np.where(markets.on_sale[:, None], regime.sold, 0.0)
    proceeds = float((markets.by_lot(markets.price) * lots).sum())
    over = regime.cost - plan.cost
    return {
        "regime": regime.name,
        "cost": regime.cost,
        "over_coordinated": over,
        "over_stake": over / plan.stake if plan.stake > 0.0 else None,
        "ratio": regime.cost / plan.cost if plan.cost > 0.0 else None,
        "volume": float(lots.sum()),
        "proceeds": proceeds,
        "value_destroyed": float((markets.keep[:, None] * lots).sum()) - proceeds,
        "arrears_end": float(behind[:, -1].sum()),
        "arrears_of_need": _part(float(behind[:, -1].sum()), _need(markets)),
        "counties_behind": _behind(markets, behind),
        "regret": None if regime.regret is None else float(regime.regret.sum()),
    }


def _behind(markets: SharedMarkets, behind: Floats) -> int:
    """Count counties that end with arrears of more than a hundredth of their need."""
    return int((behind[:, -1] > BEHIND * np.maximum(markets.due[:, -1], 0.0)).sum())


def _need(markets: SharedMarkets) -> float:
    return float(np.maximum(markets.due[:, -1], 0.0).sum())


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None


def arrears(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return what each county is behind at each quarter's end, (county, quarter)."""
    return np.maximum(markets.due - markets.raised(sold), 0.0)


def raised(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return the cash that sales (lot, slot) bring each county, (county, quarter)."""
    return np.diff(markets.raised(sold), prepend=0.0, axis=1)


def rights_table(crowd: Crowd, rights: Sequence[Sequence[Right]]) -> pl.DataFrame:
    """Return what each regime uses of each right and what that costs, in the columns of `RIGHTS`.

    Cost is what the public gives up beyond the cash: what helpers lose, what is paid more later.
    """
    markets = crowd.markets
    every = [
        (county, right)
        for county, own in zip(markets.counties, rights, strict=True)
        for right in own
    ]
    rows = np.flatnonzero(~markets.on_sale)
    found = [
        (county, right.name, right.kind, regime.name, right.limit, used, used * right.cost)
        for regime in crowd.regimes
        for (county, right), row in zip(every, rows.tolist(), strict=True)
        for used in (float(regime.sold[row].sum()),)
    ]
    return pl.DataFrame(found, schema=RIGHTS, orient="row")


def price_table(crowd: Crowd, names: tuple[str, ...]) -> pl.DataFrame:
    """Return volume, price and room by regime, market (`names`) and quarter.

    Markets beyond `names` are rights, which have no price.
    """
    markets, shared = crowd.markets, len(names)
    shape = markets.price.shape
    keys = pl.DataFrame({"market_id": names}).join(
        pl.DataFrame({"quarter": range(1, shape[1] + 1)}), how="cross"
    )
    frames: list[pl.DataFrame] = []
    for regime in crowd.regimes:
        load = markets.load(regime.sold).reshape(shape)[:shared]
        volume, money = load.sum(axis=2), (load * markets.price[:shared]).sum(axis=2)
        price = np.divide(money, volume, out=np.full_like(volume, np.nan), where=volume > 1e-6)
        found = keys.with_columns(
            pl.lit(regime.name).alias("regime"),
            pl.Series("volume", volume.ravel()),
            pl.Series("proceeds", money.ravel()),
            pl.Series("price_fraction", price.ravel()).fill_nan(None),
            pl.Series("room", markets.room[:shared].sum(axis=2).ravel()),
        )
        frames.append(found.select("regime", pl.all().exclude("regime")))
    return pl.concat(frames)


def county_table(crowd: Crowd, parents: tuple[str | None, ...]) -> pl.DataFrame:
    """Return one row a county: cost by regime, gain over the learned crowd, and compensation.

    Gains, losses and columns `_announced` are those of the announced plan. `later_by` is how many
    quarters later its average yuan is sold in it than in the learned crowd, `half_by` the quarter
    in which half of its sales are made; `sells_less` what it sells less. `compensation` makes
    losers whole out of gains.
    """
    markets, won = crowd.markets, np.maximum(crowd.gains, 0.0)
    costs = {f"cost_{regime.name}": regime.costs for regime in crowd.regimes}
    used, lots = (crowd.regime("nash").sold, crowd.announced.sold), markets.on_sale[:, None]
    nash, plan = (np.where(lots, sold, 0.0) for sold in used)
    when = [_average_quarter(markets, sold) for sold in (nash, plan)]
    frame = pl.DataFrame(
        {
            "unit_id": markets.counties,
            "parent_id": parents,
            "need": np.maximum(markets.due[:, -1], 0.0),
            **costs,
            "gain_over_nash": crowd.gains,
            "loss_to_nash": crowd.losses,
            "compensation": compensation(np.where(crowd.losses > 0.0, crowd.gains, won)),
            "sold_nash": _sold(markets, nash),
            "sold_announced": _sold(markets, plan),
            "quarter_nash": when[0],
            "quarter_announced": when[1],
            "half_by_nash": _half_by(markets, nash),
            "half_by_announced": _half_by(markets, plan),
            "arrears_nash": arrears(markets, used[0])[:, -1],
            "arrears_announced": arrears(markets, used[1])[:, -1],
        }
    ).with_columns(pl.col("quarter_nash", "quarter_announced").fill_nan(None))
    return frame.with_columns(
        later_by=pl.col("quarter_announced") - pl.col("quarter_nash"),
        sells_less=pl.col("sold_nash") - pl.col("sold_announced"),
    )


def _sold(markets: SharedMarkets, sold: Floats) -> Floats:
    return by_county(markets, sold.sum(axis=1))


def _average_quarter(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return the quarter of an average yuan sold, counted from 1; NaN where nothing is sold."""
    volume = by_quarter(markets, sold)
    total = by_county(markets, volume.sum(axis=1))
    sums = by_county(markets, volume @ np.arange(1.0, volume.shape[1] + 1.0))
    return np.divide(sums, total, out=np.full_like(total, np.nan), where=total > 1e-6)


def _half_by(markets: SharedMarkets, sold: Floats) -> pl.Series:
    """Return the quarter in which half of a county's sales are made; empty where nothing is."""
    volume = by_quarter(markets, sold)
    so_far = np.cumsum([by_county(markets, column) for column in volume.T], axis=0)
    total = so_far[-1]
    quarter = np.argmax(so_far >= 0.5 * total, axis=0) + 1
    return pl.Series(quarter).set(pl.Series(total <= 1e-6), None)


def bank_table(crowd: Crowd, actors: Actors) -> pl.DataFrame:
    """Return each bank's loss by regime, once all quarters are over.

    What a county is behind at the end it owes its lenders, each the same share of what is due to
    them. Claims run from sellers to banks only, so that clearing is one division. Collateral is
    marked to the regime's average price over the first tranche's. `loss_of_equity` may pass 1: such
    a bank has nothing left; it is empty where equity is unknown.
    """
    markets = crowd.markets
    frames: list[pl.DataFrame] = []
    for regime in crowd.regimes:
        behind = arrears(markets, regime.sold)[:, -1]
        marked = (1.0 - price_levels(markets, regime.sold)) @ actors.collateral.T
        found = actors.banks.with_columns(
            pl.Series("equity", actors.equity).fill_nan(None),
            pl.Series("unpaid", actors.unpaid(behind)),
            pl.Series("marked_down", marked),
        )
        frames.append(found.with_columns(regime=pl.lit(regime.name)))
    return pl.concat(frames).with_columns(
        loss=pl.col("unpaid") + pl.col("marked_down"),
        loss_of_equity=(pl.col("unpaid") + pl.col("marked_down")) / pl.col("equity"),
    )


def price_levels(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return the average price over the first tranche's, 1 where nothing is sold; (market,)."""
    load = markets.load(sold)
    price = markets.price.reshape(load.shape)
    volume = load.sum(axis=1)
    average = (load * price).sum(axis=1)
    first = (load.reshape(markets.price.shape) * markets.price[:, :, :1]).sum(axis=(1, 2))
    return np.divide(average, first, out=np.ones_like(volume), where=volume > 1e-6)
