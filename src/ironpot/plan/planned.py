"""What does each release bring and give up as it is planned: at its quarter, at exact prices?"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.inputs import Inputs
from ironpot.plan.program import Floats, Ints
from ironpot.plan.settle import Settlement
from ironpot.valuation.price import price_release
from ironpot.valuation.worth import worth


@dataclass(frozen=True, slots=True)
class Release:
    """A release as planned: present values at its own quarter and at the market's exact price.

    `retention` and `net` are yuan given a sale; `loss` what the release destroys.
    """

    candidate: int
    retention: float
    net: float


def planned_releases(inputs: Inputs, settled: Settlement) -> dict[str, Release]:
    """Return each released lot with what it brings and gives up as planned, by lot id."""
    return released_at(inputs, settled.chosen, settled.sales.fraction)


def released_at(inputs: Inputs, chosen: Ints, fraction: Floats) -> dict[str, Release]:
    """Do the same for chosen candidates at given price fractions, (market, quarter)."""
    releases, offers = inputs.releases, inputs.offers
    row, start = releases.row[chosen], releases.start[chosen]
    value = worth(offers, row, start, "base")
    gain = _price_change(inputs, fraction, chosen)
    lots = offers.frame["lot_id"]
    return {
        lots[int(row[k])]: Release(
            int(chosen[k]), float(value.given_up[k]), float(value.net[k] + gain[k])
        )
        for k in range(chosen.size)
    }


def _price_change(inputs: Inputs, fraction: Floats, chosen: Ints) -> Floats:
    """What the plan's own volume and a bundle's premium add to the price of each release, net."""
    releases, offers = inputs.releases, inputs.offers
    row, start = releases.row[chosen], releases.start[chosen]
    price = price_release(offers, row, start, "base")
    market = releases.market[chosen]
    listed = market >= 0
    first = offers.depth.fraction[market, start, 0]
    exact = fraction[market, start]
    asked = np.where(listed, releases.volume[chosen], price.asked)
    uplift = np.divide(asked, price.asked, out=np.ones_like(asked), where=price.asked > 0.0)
    share = np.where(listed, uplift * exact / np.where(listed, first, 1.0), 1.0)
    return price.discounted * releases.kept_share[chosen] * (share - 1.0)
