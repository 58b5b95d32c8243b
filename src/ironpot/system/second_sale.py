"""What do counties sell for money that is withdrawn, once all plans are carried out?

Each puts up the same share of all it has left, until that brings what it is short of or all is
gone; a market's free room fills from the dearest slot, pro rata. Arrays are (county,), (lot,),
(market,) or (market, slot); yuan.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ironpot.system.links import Floats, Ints
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets

# When what a yuan put up brings stands still, and after how many tries we stop.
_STILL = 1e-11
_MOST_TRIES = 400


@dataclass(frozen=True, slots=True)
class SecondSale:
    """What was put up, `offered` (lot,), and what it brought, `raised` (county,).

    `filled` (market, slot) is sold in addition, `paid` (market,) what a yuan put up brings, unsold
    lots counted.
    """

    offered: Floats
    raised: Floats
    filled: Floats
    paid: Floats


@dataclass(frozen=True)
class LeftOver:
    """What a regime leaves: lots, `spare` (lot,), of `owner` (lot,), and room.

    `load` is what it uses, `free` what is left at `price`, `order` the slots from the dearest on,
    all (market, slot).
    """

    markets: SharedMarkets
    owner: Ints
    spare: Floats
    load: Floats
    price: Floats
    free: Floats
    order: Ints

    @cached_property
    def best(self) -> Floats:
        """The dearest price at which there is room, nil where there is none; (market,)."""
        return np.where(self.free > 0.0, self.price, 0.0).max(axis=1)

    @cached_property
    def _ladder(self) -> tuple[Floats, Floats, Floats]:
        """Room and price from the dearest slot on, and the room above each slot."""
        free, price = (np.take_along_axis(a, self.order, axis=1) for a in (self.free, self.price))
        return free, price, np.cumsum(free, axis=1) - free

    def sell(self, short: Floats, low: Floats, paid: Floats) -> SecondSale:
        """Sell for what counties are `short` of, prices times `low` (market,).

        From `paid` (market,), at least what a yuan put up brings in the end, expectations fall
        until they are met: the best such point.
        """
        tries = 0
        while True:
            offered = self._put_up(short, paid)
            taken, new = self._take(offered, low, paid)
            moved, paid = np.abs(new - paid).max(initial=0.0), new
            tries += 1
            if moved <= _STILL or tries >= _MOST_TRIES:
                break
        filled = np.zeros_like(self.free)
        np.put_along_axis(filled, self.order, taken, axis=1)
        return SecondSale(offered, self._by_county(offered * self._each(paid)), filled, paid)

    def by_lot(self, sale: SecondSale) -> Floats:
        """Return who sells which part of each slot, (lot, slot)."""
        total, none = self._each(self._total(sale.offered)), np.zeros_like(sale.offered)
        part = np.divide(sale.offered, total, out=none, where=sale.offered > 0.0)
        return part[:, None] * self._each(sale.filled)

    def _put_up(self, short: Floats, paid: Floats) -> Floats:
        hoped = self._by_county(self.spare * self._each(paid))
        share = np.divide(short, hoped, out=np.ones_like(short), where=hoped > 0.0)
        share = np.where(short > 0.0, np.minimum(share, 1.0), 0.0)
        return share[self.owner] * self.spare

    def _take(self, offered: Floats, low: Floats, before: Floats) -> tuple[Floats, Floats]:
        """Return what is taken from the dearest slot on, and what a yuan put up brings."""
        total, (free, price, above) = self._total(offered), self._ladder
        taken = np.clip(total[:, None] - above, 0.0, free)
        money = low * (taken * price).sum(axis=1)
        mean = np.divide(money, total, out=self.best * low, where=total > 0.0)
        return taken, np.minimum(mean, before)

    def _each(self, rows: Floats) -> Floats:
        return rows[self.markets.market]

    def _by_county(self, lots: Floats) -> Floats:
        return _added_up(self.owner, lots, len(self.markets.counties))

    def _total(self, offered: Floats) -> Floats:
        return _added_up(self.markets.market, offered, len(self.free))


def left_over(markets: SharedMarkets, regime: Regime) -> LeftOver:
    """Return what a regime leaves of lots and room; no market takes more than all its lots.

    >>> one = SharedMarkets(("a",), np.array([[[0.8, 0.5]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1]), np.array([0]), np.array([90.0]), np.array([1.0]),
    ...                     np.array([[65.0]]), np.array([[0.5]]))
    >>> left = left_over(one, Regime("x", np.array([[50.0, 10.0]]), np.zeros(1)))
    >>> sale = left.sell(np.array([10.0]), np.ones(1), left.best)
    >>> left.spare.tolist(), sale.raised.round(6).tolist(), sale.filled.round(6).tolist()
    ([30.0], [10.0], [[0.0, 20.0]])
    """
    load = markets.load(regime.sold)
    price = markets.price.reshape(load.shape)
    lots = _added_up(markets.market, markets.lots, len(load))
    free = np.clip(markets.room.reshape(load.shape) - load, 0.0, lots[:, None])
    spare = np.maximum(markets.lots - regime.sold.sum(axis=1), 0.0)
    order = np.argsort(-price, axis=1, kind="stable")
    owner = markets.owner
    return LeftOver(markets, owner, spare, load, price, free, order)


def _added_up(group: Ints, amount: Floats, count: int) -> Floats:
    return np.bincount(group, amount, minlength=count).astype(np.float64)
