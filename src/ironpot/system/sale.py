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
        if not ((outside >= 0.0) & (outside <= 1.0)).all():
            raise IronpotError(_BAD_OWN)
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

    def __post_init__(self) -> None:
        """Refuse shares beyond 0 to 1 and listings that would fail less under pressure."""
        if not (0.0 <= self.base <= 1.0 and 0.0 <= self.most <= 1.0 and self.slope >= 0.0):
            raise IronpotError(_BAD_SHARE)

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

    volume = _known(offered, len(ladders.markets))
    _check(volume, reserve, level, draws)
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


def _known(offered: npt.ArrayLike, markets: int) -> Floats:
    volume = np.asarray(offered, dtype=np.float64)
    fits = volume.ndim == 3 and volume.shape[2] == markets
    if not (fits and (volume >= 0.0).all() and np.isfinite(volume).all()):
        raise IronpotError(_BAD_OFFER)
    return volume


def _check(
    volume: Floats, reserve: npt.ArrayLike, level: npt.ArrayLike, draws: Floats | None
) -> None:
    """Refuse reserves, levels and draws that are unknown, below nil or of another shape."""
    scenarios, sellers, markets = volume.shape
    given: tuple[tuple[npt.ArrayLike, tuple[int, ...]], ...] = (
        (reserve, (sellers, markets)),
        (level, (scenarios, markets)),
        (0.0 if draws is None else draws, volume.shape),
    )
    for figures, shape in given:
        array = np.asarray(figures, dtype=np.float64)
        if not (_spreads_to(array.shape, shape) and (array >= 0.0).all()):
            raise IronpotError(_BAD_TERMS)


def _spreads_to(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    sizes = zip(shape[::-1], target[::-1], strict=False)
    return len(shape) <= len(target) and all(a in (1, b) for a, b in sizes)


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
    "Offers must be (scenario, seller, market), in the markets of the ladders, and known, 0 or "
    "more. An unknown volume is not nil: fill it or leave the seller out.",
    "挂牌量应为(情景,卖方,市场),市场与阶梯一致,且已知、不小于0。未知不等于零:请补齐或剔除该卖方。",
)
_BAD_TERMS = Text(
    "Reserves are (seller, market), levels (scenario, market), draws (scenario, seller, market), "
    "all known and 0 or more. Correct their shapes and fill what is missing.",
    "底价应为(卖方,市场),价格水平为(情景,市场),抽样为(情景,卖方,市场),均已知且不小于0。请更正并补齐。",
)
_BAD_SHARE = Text(
    "Shares of listings that fail lie between 0 and 1, and the slope is 0 or more: more pressure "
    "does not help anybody to sell. Correct base, most or slope.",
    "流拍比例应在0与1之间,斜率不小于0:压力增大不会使成交更容易。请更正 base、most 或 slope。",
)
_BAD_OWN = Text(
    "What own companies buy is a known share of each market, between 0 and 1. Correct it.",
    "自有企业购买量应为各市场已知份额,在0与1之间。请更正。",
)
