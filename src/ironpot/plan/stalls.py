"""Who offers what in which market, and what becomes of it in each future?

A stall is a place in a market. What an account lists shares the market's luck: in each future a
share of it sells in each round. A lot or bundle that matters to its owner has a stall of its own in
drawn futures: in each it sells whole in one round, or fails in all and stays with its owner, as the
unsold share of others does. Price impact does not know stalls: it is on all that is listed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.plan.nodes import Nodes
from ironpot.plan.program import Floats, Ints
from ironpot.plan.releases import Releases, weighed_again
from ironpot.risk.luck import draw_luck, sold_whole
from ironpot.valuation.offers import Offers
from ironpot.valuation.retention import Bools

# A lot matters if it is offered at more than this share of what its owner pays a quarter.
MATTERS = 0.25
# At most so many lots and bundles have luck of their own, the dearest first.
MOST = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """What sells as one: a lot, or a bundle (`bundle` is its position, else -1, `lot` likewise)."""

    name: str
    lot: int
    bundle: int


@dataclass(frozen=True, slots=True)
class Stalls:
    """Stalls of markets, (stall,): those of accounts first, account by account.

    `node` is paid, `market` is where; `home` loses the income of what sells and `unit` points into
    `units`: both -1 for stalls of accounts. `sold` is (stall, scenario, round).
    """

    node: Ints
    market: Ints
    home: Ints
    unit: Ints
    sold: Floats
    units: tuple[Unit, ...] = ()

    @property
    def alone(self) -> Bools:
        """Mark the stalls of single lots and bundles."""
        return self.unit >= 0

    def in_futures(self, futures: Ints | slice) -> "Stalls":
        """Return the stalls with some of the futures."""
        return replace(self, sold=self.sold[:, futures])


def shared_stalls(offers: Offers, nodes: Nodes) -> Stalls:
    """Return a stall for every account in every market."""
    accounts, markets = len(nodes.keys), len(offers.depth.markets)
    market = np.tile(np.arange(markets), accounts)
    none = np.full(market.size, -1, dtype=np.int64)
    return Stalls(
        node=np.repeat(np.arange(accounts), markets),
        market=market,
        home=none,
        unit=none,
        sold=offers.listing.sold[market],
    )


def with_own_luck(
    offers: Offers, releases: Releases, stalls: Stalls, units: Sequence[Unit], seed: int
) -> tuple[Releases, Stalls]:
    """Give units stalls of their own, with luck drawn from `seed`; others keep the share.

    What a unit gives up after the horizon follows its own sales.
    """
    unit = _unit_of(releases, units)
    mine = np.flatnonzero((unit >= 0) & (releases.market >= 0))
    if not mine.size:
        return releases, stalls
    keys = np.stack([unit, releases.node, releases.home, releases.market])[:, mine]
    (owner, node, home, market), number = np.unique(keys, axis=1, return_inverse=True)
    count = offers.weights.size
    luck = np.array([draw_luck(units[int(k)].name, count, seed=seed) for k in owner])
    shares = offers.listing.sold[market]
    sold = np.array([sold_whole(*pair) for pair in zip(shares, luck, strict=True)])
    stall = releases.stall.copy()
    stall[mine] = stalls.node.size + number.reshape(-1)
    all_stalls = Stalls(
        node=np.concatenate([stalls.node, node]),
        market=np.concatenate([stalls.market, market]),
        home=np.concatenate([stalls.home, home]),
        unit=np.concatenate([stalls.unit, owner]),
        sold=np.concatenate([stalls.sold, sold]),
        units=tuple(units),
    )
    chance = np.einsum("nsk,s->nk", all_stalls.sold[stall[mine]], offers.weights)
    return weighed_again(offers, replace(releases, stall=stall), mine, chance), all_stalls


def _unit_of(releases: Releases, units: Sequence[Unit]) -> Ints:
    """Return the unit that each candidate belongs to, -1 if it shares the market's luck; (n,)."""
    unit = np.full(releases.count, -1, dtype=np.int64)
    for number, one in enumerate(units):
        alone = (releases.lot == one.lot) & (releases.bundle < 0)
        unit[alone if one.bundle < 0 else releases.bundle == one.bundle] = number
    return unit


def units_that_matter(
    offers: Offers, bundles: pl.DataFrame, due: dict[str, float]
) -> tuple[Unit, ...]:
    """List lots and bundles offered at more than a quarter of what their owner pays a quarter.

    `due` is that payment by entity of the perimeter, yuan; the dearest come first, at most `MOST`.
    What the case says decides, not what was drawn: every draw has the same units.
    """
    dear = [
        (price, unit)
        for price, owner, unit in _offered(offers, bundles)
        if owner in due and price > MATTERS * due[owner]
    ]
    dear.sort(key=lambda pair: (-pair[0], pair[1].name))
    return tuple(unit for _, unit in dear[:MOST])


def _offered(offers: Offers, bundles: pl.DataFrame) -> Iterator[tuple[float, str, Unit]]:
    """Yield (price asked today, owner, unit) of every lot and bundle that is listed."""
    frame = offers.frame.with_columns(
        lot=offers.lot,
        listed=offers.listed,
        price=pl.col("appraisal").fill_null(0.0) * pl.col("price_share").fill_null(1.0),
    ).filter(pl.col("listed") & pl.col("legal"))
    dearest = frame.sort("price", descending=True, maintain_order=True)
    for row in dearest.unique("lot_id", keep="first", maintain_order=True).iter_rows(named=True):
        yield row["price"], row["entity_id"], Unit(f"lot:{row['lot_id']}", row["lot"], -1)
    known = {(row["lot_id"], row["route"]): row for row in frame.iter_rows(named=True)}
    for position, bundle in enumerate(bundles.iter_rows(named=True)):
        names = bundle["asset_ids"].split(";")
        members = [known[key] for key in ((n, bundle["route"]) for n in names) if key in known]
        if len(members) == len(names):
            price = sum(member["price"] for member in members)
            price *= 1.0 + (bundle["price_uplift_share"] or 0.0)
            yield (
                price,
                members[0]["entity_id"],
                Unit(f"bundle:{bundle['bundle_id']}", -1, position),
            )
