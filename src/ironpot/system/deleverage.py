"""What do holders sell when prices fall, and what do prices do then? Fire sales of banks.

Arrays are (scenario, holder), (scenario, market) or (holder, market); amounts in one currency,
prices 1 at the start. Everything is put up first and sold at once: the order of holders is nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.system.impact import linear_fall, square_root_fall
from ironpot.system.links import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class TargetSale:
    """One round of selling back to a leverage target; changes are signed, losses negative.

    `returned` and `loss` (holder,), `bought` net purchases (holder,), `flow` and `fall_back` the
    money into and the return of each market (market,). `vulnerability` is all losses over all
    equity, `indirect` each holder's loss over its own equity, both positive.
    """

    returned: Floats
    bought: Floats
    flow: Floats
    fall_back: Floats
    loss: Floats
    vulnerability: float
    indirect: Floats


def sell_to_target(
    weights: npt.ArrayLike,
    assets: npt.ArrayLike,
    debt_to_equity: npt.ArrayLike,
    impact: npt.ArrayLike,
    shock: npt.ArrayLike,
) -> TargetSale:
    """Let every holder sell in proportion to what it holds until its leverage is back.

    `weights` (holder, market) sum to 1, `assets` and `debt_to_equity` (holder,), `impact` the fall
    per unit sold and `shock` the first return of each market, both (market,).
    Source: Greenwood, Landier and Thesmar (2015), eq. 1 to 6.

    >>> sale = sell_to_target([[1.0]], [100.0], [9.0], [0.001], [-0.02])
    >>> round(float(sale.bought[0]), 6), round(sale.vulnerability, 6)
    (-18.0, 0.18)
    """
    held, size = np.asarray(weights, dtype=np.float64), np.asarray(assets, dtype=np.float64)
    leverage = np.asarray(debt_to_equity, dtype=np.float64)
    returned = held @ np.asarray(shock, dtype=np.float64)
    bought = size * leverage * returned
    flow = held.T @ bought
    fall_back = linear_fall(flow, impact)
    loss = size * (held @ fall_back)
    equity = size / (1.0 + leverage)
    return TargetSale(
        returned, bought, flow, fall_back, loss, float(-loss.sum() / equity.sum()), -loss / equity
    )


@dataclass(frozen=True, slots=True)
class Holders:
    """Balance sheets: all (holder,), `holdings` (holder, market) at price 1."""

    names: tuple[str, ...]
    cash: Floats
    other_assets: Floats
    loans: Floats
    other_debts: Floats
    holdings: Floats


@dataclass(frozen=True, slots=True)
class SellingRule:
    """When they sell: equity over assets below `buffer`, back to `target`; below `fail` they fail.

    `depth` is how many of all units of a market cut its price to 1/e, as a share of all units.
    """

    depth: float
    buffer: float = 0.04
    target: float = 0.05
    fail: float = 0.03
    rounds: int = 6


@dataclass(frozen=True, slots=True)
class SellDown:
    """Rounds of selling: `prices` (scenario, market) at the end, `equity` (scenario, holder).

    `failed` (scenario, round) counts who failed in each round, `sold_share` (scenario, round) how
    much of all units has been sold after it, at 1 a unit; round 0 is before the first sale.
    """

    prices: Floats
    equity: Floats
    failed: Ints
    sold_share: Floats
    ever_failed: Bools


def sell_down(holders: Holders, prices: npt.ArrayLike, rule: SellingRule) -> SellDown:
    """Play rounds of selling from the shocked `prices` (scenario, market).

    In each round everything put up is sold at the price halfway to the new one; then holders fail
    or put up more. Source: Cont and Schaanning (2017), exponential impact.

    >>> alone = Holders(("a",), np.array([0.0]), np.array([0.0]), np.array([90.0]),
    ...                 np.array([0.0]), np.array([[95.0]]))
    >>> sell_down(alone, [[0.985]], SellingRule(depth=10.0)).failed[0].tolist()
    [0, 0, 1, 0, 0, 0, 0]
    """
    state = _State.start(holders, np.atleast_2d(np.asarray(prices, dtype=np.float64)))
    failed = [np.zeros(len(state.price), dtype=np.int64)]
    sold = [np.zeros(len(state.price))]
    for _ in range(rule.rounds):
        state.sell(holders, rule)
        failed.append(state.fail(holders, rule))
        state.put_up(holders, rule)
        sold.append(state.sold_share(holders))
    equity, _ = state.equity_and_assets(holders)
    return SellDown(state.price, equity, np.stack(failed, 1), np.stack(sold, 1), ~state.alive)


@dataclass(slots=True)
class _State:
    """What changes from round to round; `keep` and `offered` are shares of the first holdings."""

    price: Floats
    cash: Floats
    loans: Floats
    keep: Floats
    offered: Floats
    alive: Bools
    just_failed: Bools

    @classmethod
    def start(cls, holders: Holders, price: Floats) -> "_State":
        shape = (len(price), len(holders.names))
        return cls(
            price.copy(),
            np.tile(holders.cash, (shape[0], 1)),
            np.tile(holders.loans, (shape[0], 1)),
            np.ones(shape),
            np.zeros(shape),
            np.ones(shape, dtype=np.bool_),
            np.zeros(shape, dtype=np.bool_),
        )

    def sell(self, holders: Holders, rule: SellingRule) -> None:
        """Sell all that is put up at once, the failed all they still hold."""
        offered = np.where(self.just_failed, self.keep, self.offered)
        share = (offered @ holders.holdings) / holders.holdings.sum(axis=0)
        after = self.price * np.exp(-share / rule.depth)
        self.cash = self.cash + offered * ((self.price + after) / 2.0 @ holders.holdings.T)
        self.keep = np.maximum(self.keep - offered, 0.0)
        self.price = after

    def equity_and_assets(self, holders: Holders) -> tuple[Floats, Floats]:
        """Return equity and assets of each holder at today's prices."""
        assets = self.cash + self.market_value(holders) + holders.other_assets
        return assets - self.loans - holders.other_debts, assets

    def market_value(self, holders: Holders) -> Floats:
        """Return what each holder still holds at today's prices."""
        return self.keep * (self.price @ holders.holdings.T)

    def fail(self, holders: Holders, rule: SellingRule) -> Ints:
        """Mark the living whose equity is too low; return how many they are, (scenario,)."""
        equity, assets = self.equity_and_assets(holders)
        self.just_failed = self.alive & (equity < rule.fail * assets)
        self.alive = self.alive & ~self.just_failed
        return self.just_failed.sum(axis=1, dtype=np.int64)

    def put_up(self, holders: Holders, rule: SellingRule) -> None:
        """Let the living repay from cash and put up holdings for the rest."""
        equity, assets = self.equity_and_assets(holders)
        strained = self.alive & (equity < rule.buffer * assets)
        need = np.where(strained, np.maximum(assets - equity / rule.target, 0.0), 0.0)
        paid = np.minimum(need, self.cash)
        self.cash, self.loans = self.cash - paid, self.loans - paid
        value = self.market_value(holders)
        short = np.minimum(need - paid, value)
        share = np.divide(short, value, out=np.zeros_like(value), where=value > 0.0)
        self.offered = self.keep * share

    def sold_share(self, holders: Holders) -> Floats:
        """Return units sold so far over all units, (scenario,)."""
        units = holders.holdings.sum(axis=1)
        return ((1.0 - self.keep) @ units) / units.sum()


@dataclass(frozen=True, slots=True)
class CapFalls:
    """Least and greatest falls of prices at which all keep a leverage cap, (scenario, market).

    `rounds` of the least and the greatest, (scenario,); `unique` where the two agree within 1e-8.
    """

    least: Floats
    greatest: Floats
    rounds: tuple[int, int]
    unique: Bools


def falls_under_cap(
    holdings: Floats,
    other_assets: Floats,
    equity: Floats,
    *,
    volume: Floats,
    volatility: Floats,
    scales: npt.ArrayLike,
    cap: float,
    tolerance: float = 1e-15,
    max_rounds: int = 10_000,
) -> CapFalls:
    """Find the falls of prices that the sales needed to keep assets <= cap x equity bring about.

    `holdings` (holder, market), `other_assets` and `equity` (holder,), `volume` and `volatility`
    (market,), `scales` (scenario,) multiply the square-root impact. Sales rise with falls, so that
    iterating from nothing gives the least and from everything the greatest falls.
    Source: Breuer, Summer and Urosevic (2021).
    """
    scale = np.atleast_1d(np.asarray(scales, dtype=np.float64))[:, None]

    def step(fall: Floats) -> Floats:
        sold = _share_sold(holdings, other_assets, equity, fall, cap) @ holdings
        return np.minimum(scale * square_root_fall(sold, volume, volatility), 1.0)

    shape = (len(scale), holdings.shape[1])
    least, first = _settle(step, np.zeros(shape), tolerance, max_rounds)
    greatest, second = _settle(step, np.ones(shape), tolerance, max_rounds)
    unique = np.abs(greatest - least).max(axis=1) <= 1e-8
    return CapFalls(least, greatest, (first, second), unique)


def _share_sold(
    holdings: Floats, other_assets: Floats, equity: Floats, fall: Floats, cap: float
) -> Floats:
    """Return the share of its holdings that each holder must sell, (scenario, holder)."""
    left = equity - fall @ holdings.T
    value = (1.0 - fall) @ holdings.T
    hopeless = (left <= 0.0) | (other_assets > cap * left)
    needed = 1.0 - np.divide(
        cap * left - other_assets, value, out=np.ones_like(value), where=value > 0.0
    )
    return np.where(hopeless, 1.0, np.clip(needed, 0.0, 1.0))


def _settle(
    step: Callable[[Floats], Floats], start: Floats, tolerance: float, most: int
) -> tuple[Floats, int]:
    fall = start
    for count in range(1, most + 1):
        new = step(fall)
        still = np.abs(new - fall).max() <= tolerance
        fall = new
        if still:
            return fall, count
    return fall, most
