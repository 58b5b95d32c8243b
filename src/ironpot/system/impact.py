"""What does a price do when much is sold at once? Smooth forms, for research and for banks.

`sold` and `depth` are in the same unit; prices are of one unit at the start, falls are shares. Land
and company stakes do not trade like this: for them see `sale`, which fills ladders.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Bools, Floats


def linear_fall(sold: npt.ArrayLike, impact: npt.ArrayLike) -> Floats:
    """Return the fall in price, `impact` per unit sold, elementwise.

    Source: Greenwood, Landier and Thesmar (2015), eq. 3.

    >>> float(linear_fall(8.0, 0.125))
    1.0
    """
    return np.asarray(sold, dtype=np.float64) * np.asarray(impact, dtype=np.float64)


def exponential_price(
    price: npt.ArrayLike, sold: npt.ArrayLike, depth: npt.ArrayLike, *, floor: float = 0.0
) -> Floats:
    """Return the price left after selling `sold` into `depth`: p exp(-sold/depth), not below floor.

    Never negative, and two sales in a row do what one of both does. Sources: Cifuentes, Ferrucci
    and Shin (2005); the floor as in Cont and Schaanning (2017).

    >>> float(exponential_price(100.0, 5.0, 100.0).round(4))
    95.1229
    """
    share = np.asarray(sold, dtype=np.float64) / np.asarray(depth, dtype=np.float64)
    return np.maximum(np.asarray(price, dtype=np.float64) * np.exp(-share), floor)


def square_root_fall(
    sold: npt.ArrayLike, volume: npt.ArrayLike, volatility: npt.ArrayLike, *, scale: float = 1.0
) -> Floats:
    """Return the fall in price: scale x volatility x sqrt(sold / volume), elementwise.

    Source: Breuer, Summer and Urosevic (2021).

    >>> float(square_root_fall(4.0, 64.0, 0.5))
    0.125
    """
    share = np.asarray(sold, dtype=np.float64) / np.asarray(volume, dtype=np.float64)
    return scale * np.asarray(volatility, dtype=np.float64) * np.sqrt(share)


def proceeds_rise_until(depth: float) -> float:
    """Return how much can be sold into an exponential market before more brings less.

    q exp(-q / depth) rises up to q = depth; beyond it the price falls faster than the quantity
    grows, and clearing may have more than one answer. Source: Amini, Filipovic and Minca (2016).

    >>> proceeds_rise_until(2.0)
    2.0
    """
    return depth


@dataclass(frozen=True, slots=True)
class ForcedSale:
    """What must be sold to raise cash: quantity and price, (need,); `met` False where it cannot."""

    quantity: Floats
    price: Floats
    met: Bools


def sell_for_cash(need: npt.ArrayLike, holding: npt.ArrayLike, depth: float) -> ForcedSale:
    """Find the least q with q exp(-q / depth) = need, or sell what brings most.

    Elementwise over `need` and `holding`, both >= 0, price 1 before the sale. Where even the best
    quantity brings too little, q is that quantity and `met` is False.

    >>> forced = sell_for_cash([0.4], [1.0], 2.0)
    >>> round(float(forced.quantity[0]), 9), round(float(forced.price[0]), 9)
    (0.518342204, 0.771690974)
    """
    wanted, held = np.broadcast_arrays(
        np.atleast_1d(np.asarray(need, dtype=np.float64)), np.asarray(holding, dtype=np.float64)
    )
    if not ((wanted >= 0.0).all() and (held >= 0.0).all() and depth > 0.0):
        raise IronpotError(
            Text(
                "A forced sale needs amounts of 0 or more and a depth above 0; one is unknown, "
                "negative or nil.",
                "变现测算要求金额不小于0、深度大于0;有数值未知、为负或为零。",
            )
        )
    most = np.minimum(held, depth)
    met = most * np.exp(-most / depth) >= wanted * (1.0 - 1e-15)
    quantity = _bisect(wanted, np.where(met, most, 0.0), depth)
    quantity = np.where(met, quantity, most)
    return ForcedSale(quantity, np.exp(-quantity / depth), met)


def _bisect(wanted: Floats, most: Floats, depth: float) -> Floats:
    """Halve [0, most] until the quantity that brings `wanted` is known to rounding."""
    low, high = np.zeros_like(most), most.copy()
    for _ in range(math.ceil(math.log2(2.0**60))):
        middle = (low + high) / 2.0
        enough = middle * np.exp(-middle / depth) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
