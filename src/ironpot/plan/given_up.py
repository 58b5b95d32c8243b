"""What does a release give up: after the horizon, and of service within it? Expected, yuan.

How likely a lot is transferred in which round decides; arrays are (candidate,).
"""

import numpy as np

from ironpot.plan.program import Floats, Ints
from ironpot.valuation.offers import Offers
from ironpot.valuation.price import sale_chance
from ironpot.valuation.retention import value_between
from ironpot.valuation.worth import last_handed


def given_up(
    offers: Offers, row: Ints, start: Ints, cash: Floats, service: Floats, chances: Floats
) -> tuple[Floats, Floats]:
    """Return the present value of what is given up after the horizon, and of service within it.

    `chances` are those of a transfer in each round, (n, round).
    """
    factors = offers.streams["base"].discount
    horizon = np.full(row.size, offers.quarters)
    terminal, lost = np.zeros(row.size), np.zeros(row.size)
    last = last_handed(offers, row, start)
    for step, chance in enumerate(chances.T):
        transfer = start + 1 + step
        begin = np.maximum(transfer, horizon)
        terminal += chance * value_between(factors, cash + service, begin, last)
        lost += chance * value_between(factors, service, transfer, np.minimum(last, horizon))
    return terminal, lost


def transfer_chance(offers: Offers, row: Ints) -> Floats:
    """Return the chance of a transfer in each round, (n, round); contracts at once."""
    chance = np.zeros((row.size, offers.listing.rounds))
    listed = offers.listed[row]
    chance[~listed, 0] = 1.0
    if listed.any():
        chance[listed] = sale_chance(offers, row[listed], "base").sum(axis=1)
    return chance
