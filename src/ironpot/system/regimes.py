"""What do counties do without a coordinator and without looking: plan alone, or every quarter anew?

Both put offers into the same ladders, which fill from the top, pro rata; the rest comes back.
Arrays are (lot, quarter) for offers, (lot, slot) for sales, yuan appraised.
"""

from dataclasses import dataclass, replace

import numpy as np

from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True, slots=True)
class Regime:
    """What a regime ends in: sales (lot, slot), costs (county,), and what could still be gained.

    `regret` (county,) is what each could save by another plan against the same crowd; nil is an
    equilibrium. It is None where nobody looks at the crowd. `offered` (lot, quarter) is what all
    put up, None where it is not pooled.
    """

    name: str
    sold: Floats
    costs: Floats
    regret: Floats | None = None
    offered: Floats | None = None

    @property
    def cost(self) -> float:
        """What all counties pay together."""
        return float(self.costs.sum())


def plan_alone(markets: SharedMarkets) -> Regime:
    """Let each county plan against the whole ladder as if it were its own, and pool the offers.

    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> plan_alone(two).costs.tolist()
    [30.0, 30.0]
    """
    sold = pooled(markets, by_quarter(markets, offers_alone(markets)))
    return Regime("alone", sold, markets.costs(sold))


def plan_rolling(markets: SharedMarkets) -> Regime:
    """Plan alone again every quarter with what is left to sell and still to be found.

    >>> one = SharedMarkets(("a",), np.array([[[0.8], [0.8]]]), np.array([[[50.0], [50.0]]]),
    ...                     np.array([0, 1]), np.array([0]), np.array([100.0]), np.array([0.9]),
    ...                     np.array([[40.0, 40.0]]), np.array([[0.1, 0.5]]))
    >>> plan_rolling(one).sold.tolist()
    [[50.0, 50.0]]
    """
    left, due = markets.lots.copy(), markets.due.copy()
    sold = np.zeros((len(left), markets.slots))
    for quarter in range(markets.price.shape[1]):
        offered = by_quarter(markets, _plans(_with_team_left(markets, sold), due, left, quarter))
        now = np.zeros_like(offered)
        now[:, quarter] = offered[:, quarter]
        got = pooled(markets, now)
        sold += got
        left = np.maximum(left - got.sum(axis=1), 0.0)
        due = due - markets.raised(got)
    return Regime("rolling", sold, markets.costs(sold))


def pooled(markets: SharedMarkets, offered: Floats) -> Floats:
    """Fill the ladders from the top with all offers, pro rata; (lot, quarter) -> (lot, slot).

    The order of counties is nothing: each gets its part of every tranche.
    """
    total = np.zeros(markets.price.shape[:2])
    np.add.at(total, markets.market, offered)
    below = np.cumsum(markets.room, axis=2) - markets.room
    filled = np.clip(total[:, :, None] - below, 0.0, markets.room)
    part = np.divide(
        offered, total[markets.market], out=np.zeros_like(offered), where=offered > 0.0
    )
    return (part[:, :, None] * filled[markets.market]).reshape(len(offered), markets.slots)


def offers_alone(markets: SharedMarkets) -> Floats:
    """Return what each county would sell with the whole ladder to itself, (lot, slot)."""
    return _plans(markets, markets.due, markets.lots, 0)


def _with_team_left(markets: SharedMarkets, sold: Floats) -> SharedMarkets:
    """Return the problem with what of the team is left after `sold` (lot, slot)."""
    if markets.team is None:
        return markets
    left = np.maximum(markets.team.capacity - markets.worked(sold), 0.0)
    return replace(markets, team=markets.team._replace(capacity=left))


def _plans(markets: SharedMarkets, due: Floats, left: Floats, first_quarter: int) -> Floats:
    """Return every county's own best sales from a quarter on, against the whole ladder."""
    from ironpot.system.county_batch import answer_all

    price = markets.by_lot(markets.price)
    cap = markets.caps.copy()
    cap[:, : first_quarter * markets.price.shape[2]] = 0.0
    answer = np.zeros_like(price)
    answer_all(
        *(markets.first_lot, left, price, markets.keep[:, None] - price, cap),
        *(due, markets.late, markets.ties, answer),
    )
    return answer


def by_quarter(markets: SharedMarkets, sold: Floats) -> Floats:
    """Add up tranches, (lot, slot) -> (lot, quarter)."""
    return sold.reshape(len(sold), *markets.price.shape[1:]).sum(axis=2)


def by_county(markets: SharedMarkets, lots: Floats) -> Floats:
    """Add up a figure of each lot row by county, (lot,) -> (county,)."""
    owner = markets.owner
    sums = np.zeros(len(markets.counties))
    np.add.at(sums, owner, lots)
    return sums


def not_more_than_owned(markets: SharedMarkets, sold: Floats) -> Floats:
    """Cut the latest sales of a lot where offers would sell more than there is, (lot, slot)."""
    before = np.cumsum(sold, axis=1) - sold
    return np.clip(markets.lots[:, None] - before, 0.0, sold)
