"""From which quarters on may a lot be offered, alone or in its bundles?"""

import numpy as np
import polars as pl

from ironpot.plan.program import Floats, Ints
from ironpot.valuation.offers import Offers
from ironpot.valuation.retention import Bools

# What is being prepared: (lot, route, quarter of its start).
Starts = frozenset[tuple[str, str, int]]
# Starts by row of the offers.
Soon = dict[int, set[int]]


def prepared_soon(offers: Offers, under_way: Starts, usable: Bools) -> Soon:
    """Return starts by row that come before a whole preparation, because it began earlier.

    An earlier plan of an earlier case date has prepared them: today is then the first quarter.
    """
    lead, last = offers.column("lead_quarters").astype(np.int64), last_start(offers)
    place = {key: k for k, key in enumerate(offers.frame.select("lot_id", "route").iter_rows())}
    found: Soon = {}
    for lot, route, start in under_way:
        row = place.get((lot, route), -1)
        if row >= 0 and usable[row] and 0 <= start < lead[row] and start <= last[row]:
            found.setdefault(row, set()).add(start)
    return found


def starts(offers: Offers, rows: Ints, soon: Soon) -> tuple[Ints, Ints]:
    """Pair each row with every quarter from the end of its preparation to the last that counts.

    `soon` are starts before that which are prepared.
    """
    lead = offers.column("lead_quarters").astype(np.int64)[rows]
    count = np.clip(last_start(offers)[rows] + 1 - lead, 0, None)
    start = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    early = [(row, quarter) for row in sorted(soon) for quarter in sorted(soon[row])]
    first = np.array(early, dtype=np.int64).reshape(-1, 2)
    return (
        np.concatenate([np.repeat(rows, count), first[:, 0]]),
        np.concatenate([start + np.repeat(lead, count), first[:, 1]]),
    )


def last_start(offers: Offers) -> Ints:
    """Last quarter in which each row may start: all rounds of a listing end within the horizon."""
    rounds = np.where(offers.listed, offers.listing.rounds, 1)
    return offers.quarters - rounds


def bundle_starts(
    offers: Offers, bundles: pl.DataFrame, usable: Bools, soon: Soon
) -> tuple[Ints, Ints, Ints, Floats]:
    """Member rows of each bundle at every quarter in which all members are ready."""
    keys = {
        key: position
        for position, key in enumerate(offers.frame.select("lot_id", "route").iter_rows())
    }
    lead = offers.column("lead_quarters").astype(np.int64)
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    for position, bundle in enumerate(bundles.iter_rows(named=True)):
        members = [keys.get((lot, bundle["route"]), -1) for lot in bundle["asset_ids"].split(";")]
        if min(members) < 0 or not usable[members].all():
            continue
        first = int(lead[members].max())
        last = int(last_start(offers)[members].min())
        early = [q for q in range(min(first, last + 1)) if _ready(members, q, lead, soon)]
        quarters = np.concatenate([np.array(early, dtype=np.int64), np.arange(first, last + 1)])
        row = np.tile(np.array(members), quarters.size)
        uplift = 1.0 + (bundle["price_uplift_share"] or 0.0)
        parts.append(
            (
                row,
                np.repeat(quarters, len(members)),
                np.full(row.size, position),
                np.full(row.size, uplift),
            )
        )
    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    columns = zip(*(parts or [empty]), strict=True)
    row, start, bundle, uplift = (np.concatenate(column) for column in columns)
    return row, start, bundle, uplift


def _ready(members: list[int], quarter: int, lead: Ints, soon: Soon) -> bool:
    """Say whether each member of a bundle is prepared by a quarter, or being prepared for it."""
    return all(lead[row] <= quarter or quarter in soon.get(row, ()) for row in members)
