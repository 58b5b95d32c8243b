"""What sells, and for how much, when many put lots into the same thin markets?

A market's quarter is a ladder: tranche b takes `capacity` yuan of appraised value at price
fraction p_b, falling. Everything is put up first and cleared after, so the order of sellers is
nothing. Arrays are (scenario, seller, market); volumes in appraised yuan, proceeds in yuan.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Floats


@dataclass(frozen=True, slots=True)
class Ladders:
    """One quarter's ladders: `price` and `capacity` are (market, tranche), prices falling."""

    markets: tuple[str, ...]
    price: Floats
    capacity: Floats

    def __post_init__(self) -> None:
        """Refuse unknown figures and prices that rise along the tranches."""
        shape = (len(self.markets), self.price.shape[-1])
        known = np.isfinite(self.price).all() and not np.isnan(self.capacity).any()
        ordered = (np.diff(self.price, axis=-1) <= 0.0).all() and (self.capacity >= 0.0).all()
        if not (known and ordered and self.price.shape == self.capacity.shape == shape):
            raise IronpotError(_BAD_LADDER)

    def net_of_own(self, own_share: npt.ArrayLike) -> "Ladders":
        """Take out what the sellers' own companies would buy, a share of each market, (market,).

        Such money goes round in a circle: it counts for no seller.
        """
        outside = 1.0 - np.asarray(own_share, dtype=np.float64)
        return replace(self, capacity=self.capacity * outside[:, None])


@dataclass(frozen=True, slots=True)
class FailedListings:
    """How many listings find no bidder: `base`, and `slope` more per unit of pressure above 1.

    Pressure is what is put up over what the ladder takes. `base` is what auctions of land in 22
    cities failed in their first round in 2022, as compiled from China Index Academy; `slope` is an
    assumption that makes a programme of five times the market fail as Chongqing's land supply of
    2022 did (16 % completed, as compiled from the Ministry of Finance).

    >>> FailedListings().share(np.array([0.5, 5.0])).round(3).tolist()
    [0.072, 0.84]
    """

    base: float = 0.0715
    slope: float = 0.192
    most: float = 0.95

    def share(self, pressure: Floats) -> Floats:
        """Return the share of listings that fail at each pressure, elementwise."""
        beyond = np.clip(pressure - 1.0, 0.0, 1e9)
        return np.minimum(self.base + self.slope * beyond, self.most)


NEVER_FAILS = FailedListings(base=0.0, slope=0.0)


@dataclass(frozen=True, slots=True)
class Sale:
    """What one quarter brought: `sold` and `proceeds` (scenario, seller, market).

    `pressure` and `failed` (scenario, market) say how much was put up over what the ladder takes,
    and which share of listings found no bidder.
    """

    sold: Floats
    proceeds: Floats
    pressure: Floats
    failed: Floats

    def price_fraction(self) -> Floats:
        """Return proceeds over appraised value sold, (scenario, market); NaN where nothing sold."""
        sold, money = self.sold.sum(axis=1), self.proceeds.sum(axis=1)
        return np.divide(money, sold, out=np.full_like(sold, np.nan), where=sold > 0.0)


def sell_into(
    ladders: Ladders,
    offered: npt.ArrayLike,
    *,
    reserve: npt.ArrayLike = 0.0,
    failing: FailedListings = NEVER_FAILS,
    level: npt.ArrayLike = 1.0,
    draws: npt.NDArray[np.float64] | None = None,
) -> Sale:
    """Clear all offers of a quarter at once.

    `offered` (scenario, seller, market); `reserve` (seller, market) is the price fraction below
    which a lot is not given away; `level` (scenario, market) multiplies the ladder's prices. From
    the top, each tranche is shared pro rata among the offers whose reserve it meets. Listings fail
    as an expected share, or lot by lot where `draws` in [0, 1) (scenario, seller, market) are
    given. Raises IronpotError on unknown or negative offers.

    >>> ladder = Ladders(("land",), np.array([[0.8, 0.5]]), np.array([[100.0, 100.0]]))
    >>> sale = sell_into(ladder, [[[90.0], [90.0]]], reserve=[[0.0], [0.6]])
    >>> sale.sold[0].ravel().tolist(), sale.proceeds[0].ravel().tolist()
    ([90.0, 50.0], [60.0, 40.0])
    """
    from ironpot.system.kernels import fill_all

    volume = _known(offered)
    pressure = _pressure(ladders, volume)
    failed = failing.share(pressure)
    listed = volume * _finding_bidders(failed, draws)
    left, proceeds = listed.copy(), np.zeros_like(listed)
    scaled = np.asarray(level, dtype=np.float64) * np.ones_like(pressure)
    price = np.ascontiguousarray(scaled[:, None, :] * ladders.price.T)
    capacity = np.ascontiguousarray(np.broadcast_to(ladders.capacity.T, price.shape))
    floor = np.ascontiguousarray(np.broadcast_to(reserve, volume.shape[1:]), dtype=np.float64)
    fill_all(price, capacity, floor, left, proceeds)
    return Sale(listed - left, proceeds, pressure, failed)


def _known(offered: npt.ArrayLike) -> Floats:
    volume = np.asarray(offered, dtype=np.float64)
    if volume.ndim != 3 or not (volume >= 0.0).all():
        raise IronpotError(_BAD_OFFER)
    return volume


def _pressure(ladders: Ladders, volume: Floats) -> Floats:
    """Return what is put up over what the whole ladder takes, (scenario, market)."""
    room, put_up = ladders.capacity.sum(axis=-1), volume.sum(axis=1)
    full = np.where(put_up > 0.0, np.inf, 0.0)
    return np.divide(put_up, room, out=full, where=room > 0.0)


def _finding_bidders(failed: Floats, draws: Floats | None) -> Floats:
    if draws is None:
        return 1.0 - failed[:, None, :]
    return (draws >= failed[:, None, :]).astype(np.float64)


_BAD_LADDER = Text(
    "A ladder needs known prices that do not rise from tranche to tranche and capacities of 0 or "
    "more, (market, tranche) each. Sort the tranches and fill what is missing.",
    "市场阶梯要求价格已知且逐档不升、容量不小于0,形状均为(市场,档)。请排序并补齐。",
)
_BAD_OFFER = Text(
    "Offers must be (scenario, seller, market) and known, 0 or more. An unknown volume is not nil: "
    "fill it or leave the seller out.",
    "挂牌量应为(情景,卖方,市场)且已知、不小于0。未知不等于零:请补齐或剔除该卖方。",
)
