"""What income ends when a listed lot is sold? Gathered, so that many futures share the sums.

A lot earns for its owner until it is transferred; the unsold share, or a lot that failed in every
round, goes on earning. Million.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.program import Builder, Floats, Ints


def add_ended_income(build: Builder, inputs: Inputs, release_of: Ints, cash_rows: Ints) -> None:
    """Income of listed lots that ends with their transfer: of what shares sell, and of own sales.

    Columns `ended` gather it; the futures' cash rows take of each what has sold there.
    """
    shared, own = _ended_by_share(inputs), _ended_by_sale(inputs)
    count = shared.count + own.count
    ended = build.add_columns("ended", count, lower=-np.inf)
    tie = build.add_rows("ended", count, lower=0.0, upper=0.0)
    build.add(tie, ended, -1.0)
    for first, part in ((0, shared), (shared.count, own)):
        build.add(tie[first + part.place], release_of[part.candidate], part.value)
        columns = ended[first : first + part.count]
        build.add(cash_rows[part.home, :, part.quarter], columns[:, None], part.share)


@dataclass(frozen=True, slots=True)
class _Ended:
    """Sums of ended income: `value` (entry,) of `candidate` goes into the sum at `place`, million.

    Each sum (sum,) is of one `home` and `quarter`; `share` (sum, scenario) of it has sold by then.
    """

    place: Ints
    candidate: Ints
    value: Floats
    home: Ints
    quarter: Ints
    share: Floats

    @property
    def count(self) -> int:
        """Number of sums."""
        return self.home.size


def _ended_by_share(inputs: Inputs) -> _Ended:
    """Gather by (home node, market, listing quarter, quarter): the share sold so far has ended."""
    releases, quarters = inputs.releases, inputs.quarters
    shares = ~inputs.stalls.alone[releases.stall]
    listed = np.flatnonzero((releases.market >= 0) & shares & releases.ended.any(axis=1))
    shape = (len(inputs.nodes.keys), len(inputs.offers.depth.markets), quarters, quarters)
    used = np.zeros(shape, dtype=bool)
    home, market, start = releases.home[listed], releases.market[listed], releases.start[listed]
    used[home, market, start] |= True
    used &= np.tri(quarters, k=-1, dtype=bool).T
    place = np.full(shape, -1, dtype=np.int64)
    place[used] = np.arange(int(used.sum()))
    lot, quarter = np.nonzero(releases.ended[listed])
    at_home, at_market, at_start, at_quarter = np.nonzero(used)
    sold = np.cumsum(inputs.offers.listing.sold, axis=2)
    done = np.minimum(at_quarter - at_start, sold.shape[2]) - 1
    return _Ended(
        place=place[home[lot], market[lot], start[lot], quarter],
        candidate=listed[lot],
        value=releases.ended[listed][lot, quarter] / MILLION,
        home=at_home,
        quarter=at_quarter,
        share=sold[at_market, :, done],
    )


def _ended_by_sale(inputs: Inputs) -> _Ended:
    """Gather what own stalls end by (stall, quarter, round): all of it if that is the sale's round.

    A sum holds the starts from which a sale in its round is over before its quarter; so a future
    looks at one sum a stall and quarter.
    """
    releases, stalls = inputs.releases, inputs.stalls
    rounds = stalls.sold.shape[2]
    mine = np.flatnonzero((releases.stall >= 0) & stalls.alone[releases.stall])
    entry, quarter = np.nonzero(releases.ended[mine])
    each: Ints = np.arange(entry.size * rounds, dtype=np.int64) // rounds
    step: Ints = np.arange(each.size, dtype=np.int64) % rounds
    candidate, quarter = mine[entry[each]], quarter[each]
    over = releases.start[candidate] + step < quarter
    candidate, quarter, step = candidate[over], quarter[over], step[over]
    key = (releases.stall[candidate] * inputs.quarters + quarter) * rounds + step
    sums, place = np.unique(key, return_inverse=True)
    stall = sums // rounds // inputs.quarters
    return _Ended(
        place=place.reshape(-1),
        candidate=candidate,
        value=releases.ended[candidate, quarter] / MILLION,
        home=stalls.home[stall],
        quarter=sums // rounds % inputs.quarters,
        share=stalls.sold[stall, :, sums % rounds],
    )
