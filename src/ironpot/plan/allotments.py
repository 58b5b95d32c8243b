"""What did a coordinated run allot to this county, and what does it cost to leave the allotment?

The file of `ironpot system`: one row a market, quarter and tranche. A plan pays the market-use fee
on what it uses above its allotment and is credited the fee on what it leaves to others; prices are
those of the file. Volumes are appraised yuan; fees are yuan per appraised yuan.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.inputs import MILLION, Inputs, MarketFees
from ironpot.plan.program import Builder, Floats
from ironpot.plan.releases import Releases
from ironpot.valuation.depth import fill
from ironpot.valuation.offers import Offers


def with_allotments(
    offers: Offers, rows: pl.DataFrame, quarters: tuple[str, ...], *, within: bool = False
) -> tuple[Offers, MarketFees]:
    """Return the offers at the file's prices, and fees and allotments as arrays like the ladder.

    `rows` are of one county, in the columns of `case.schema.share.ALLOTMENTS`; `quarters` are the
    plan's. `within` leaves of each row of the file what it allots, without a fee, and of the file's
    markets nothing in quarters and tranches that it does not name: counties that all plan so
    overshoot no row together, whatever each finds.

    Raises IronpotError where the rows name two counties or a market, quarter or tranche that the
    case's ladder does not have.
    """
    depth = offers.depth
    shape = depth.fraction.shape
    counties = rows["entity_id"].unique(maintain_order=True).to_list()
    if len(counties) != 1:
        raise IronpotError(_one_county(counties))
    at = _places(rows, offers, quarters)
    fraction, fee, allotted = depth.fraction.copy(), np.zeros(shape), np.zeros(shape)
    for array, name in ((fraction, "price_fraction"), (fee, "fee"), (allotted, "allotment")):
        array[at] = rows[name].to_numpy()
    capacity = depth.capacity.copy()
    if within:
        named = np.unique(at[0])
        capacity[named] = np.minimum(capacity[named], allotted[named])
        fee[at] = 0.0
    priced = replace(offers, depth=replace(depth, fraction=fraction, capacity=capacity))
    return priced, MarketFees(fee, allotted)


def beside_begun(
    offers: Offers, fees: MarketFees, releases: Releases, ladder: Floats, *, within: bool
) -> tuple[Offers, MarketFees]:
    """Return offers and allotments with room for listings that stand since the case date.

    A coordinated run takes them off the rooms that it allots: they use theirs of the case's own
    `ladder` (market, quarter, tranche) beside what is allotted, and no fee falls on them.
    """
    done = np.flatnonzero(releases.done & (releases.market >= 0))
    volume = np.zeros(ladder.shape[:2])
    np.add.at(volume, (releases.market[done], releases.start[done]), releases.volume[done])
    standing = fill(volume, ladder)
    fees = replace(fees, allotted=fees.allotted + standing)
    if not within:
        return offers, fees
    capacity = np.minimum(ladder, offers.depth.capacity + standing)
    return replace(offers, depth=replace(offers.depth, capacity=capacity)), fees


def _places(
    rows: pl.DataFrame, offers: Offers, names: tuple[str, ...]
) -> tuple[list[int], list[int], list[int]]:
    """Return (markets, quarters, tranches) of the rows as positions in the ladder."""
    known = {name: number for number, name in enumerate(offers.depth.markets)}
    quarters = {name: number for number, name in enumerate(names)}
    tranches = offers.depth.fraction.shape[2]
    keys = list(rows.select("market_id", "quarter", "tranche").iter_rows())
    lost = [key for key in keys if key[0] not in known or key[1] not in quarters]
    lost += [key for key in keys if not 1 <= key[2] <= tranches]
    if lost:
        raise IronpotError(_no_such_row(lost[0], tuple(known), tuple(quarters), tranches))
    columns = zip(*((known[m], quarters[q], t - 1) for m, q, t in keys), strict=True)
    market, quarter, tranche = (list(column) for column in columns)
    return market, quarter, tranche


def add_market_use(build: Builder, inputs: Inputs) -> None:
    """Add what the county uses of each tranche and the fee on its deviation from the allotment.

    Columns and rows `market_use` (market, quarter, tranche) in million; the objective receives
    sum fee (use - allotment). Nothing is added where no allotment was given.
    """
    fees = inputs.market_fees
    if fees is None:
        return
    filled = build.columns["fill"].index
    use = build.add_columns("market_use", fees.fee.shape, cost=fees.fee)
    tie = build.add_rows("market_use", fees.fee.shape, lower=0.0, upper=0.0)
    build.add(tie[inputs.stalls.market], filled, 1.0)
    build.add(tie, use, -1.0)
    build.offset -= float((fees.fee * fees.allotted).sum()) / MILLION


def used(inputs: Inputs, volume: Floats) -> Floats:
    """Return what listed yuan (market, quarter) use of each tranche, million."""
    return fill(volume, inputs.offers.depth.capacity) / MILLION


def _one_county(counties: list[str]) -> Text:
    named = ", ".join(counties[:5])
    return Text(
        f"The allotment file has rows of {len(counties)} counties ({named}); a plan is for "
        "one county. Give the file of this county: ironpot system writes one for each.",
        f"配额文件含{len(counties)}个县区({named}),一个方案只属一个县区。"
        "请使用本县的文件:ironpot system 会为每个县区各写一份。",
    )


def _no_such_row(
    key: tuple[str, str, int], markets: tuple[str, ...], quarters: tuple[str, ...], tranches: int
) -> Text:
    market, quarter, tranche = key
    known = ", ".join(markets[:8])
    return Text(
        f"The allotment file has {market}, {quarter}, tranche {tranche}; the case has the markets "
        f"{known}, quarters {quarters[0]} to {quarters[-1]} and {tranches} tranches. What is "
        "allotted where nobody can use it is lost: use the same markets table and horizon in both.",
        f"配额文件含 {market}、{quarter}、第{tranche}档;案例的市场为 {known},"
        f"季度为 {quarters[0]} 至 {quarters[-1]},共{tranches}档。"
        "无法使用的配额会落空:请使两者的市场表和规划期一致。",
    )
