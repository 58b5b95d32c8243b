"""What happens after the plans: prices beside them fall, banks lose and lend less, more is sold.

Sales press on the prices of neighbouring markets; prices mark collateral down; a bank below its
capital floor rolls over less; counties put up what they have left for it, or miss. Yuan over all
quarters; (county,), (bank,), (market,), (market, quarter), (lot, slot).

The state is the share rolled over and what is sold in addition; a round is monotone in it. From
nothing withdrawn rounds fall to the best end, from everything withdrawn they rise to the worst.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.actors import Actors
from ironpot.system.links import Bools, Floats
from ironpot.system.neighbours import falls_beside
from ironpot.system.outcomes import arrears, price_levels, raised
from ironpot.system.programme import Spillover
from ironpot.system.regimes import Regime, by_county, by_quarter
from ironpot.system.second_sale import SecondSale, left_over
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True, slots=True)
class SpiralRules:
    """How banks and markets pass a fall on; every figure is an assumption unless it says otherwise.

    A bank whose capital is at least `capital_floor` of its loans here rolls over as before; below
    it, in proportion to what is left of the floor. 4 per cent is what the leverage ratio of Chinese
    banks may not fall below (regulator's measure of 2015), applied here to the loans made here.

    `spillover` is the fall in prices next quarter in each other market of the same place, and in
    all others of the same kind together, when a market has taken all it can: the 1 per cent that
    Campbell, Giglio and Pathak (2011) find beside a foreclosure. `recovery` of a fall is made good
    each quarter. `tolerance` is of shares rolled over and of room used.
    """

    capital_floor: float = 0.04
    spillover: float = 0.01
    recovery: float = 0.5
    tolerance: float = 1e-9
    max_rounds: int = 400

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        if not all(0.0 <= x <= 1.0 for x in (self.capital_floor, self.spillover, self.recovery)):
            raise IronpotError(_BAD_RULES)


@dataclass(frozen=True, slots=True)
class SecondRound:
    """Where the spiral after one regime ends.

    `kept` (bank,) is the share of roll-over that is kept, `withdrawn` (county,) the rest in yuan;
    `level` (market, quarter) what neighbours' sales leave of prices, `pressed` (county,) what the
    regime's own sales bring less by it; `sold` (lot, slot) is sold in addition and brings `raised`
    (county,); `missed` (county,) is in arrears at the end beyond the regime's own. `loss` (bank,)
    is all that a bank loses, `costs` (county,) the regime's and what the second round adds.
    `rounds` and `residual` say how it was found, `converged` whether it stands still.
    """

    name: str
    kept: Floats
    withdrawn: Floats
    level: Floats
    pressed: Floats
    sold: Floats
    raised: Floats
    missed: Floats
    loss: Floats
    costs: Floats
    rounds: int
    residual: float
    converged: bool


def second_round(
    markets: SharedMarkets,
    actors: Actors,
    regime: Regime,
    *,
    rules: SpiralRules | None = None,
    worst: bool = False,
    lost_before: float = 0.0,
) -> SecondRound:
    """Follow a regime's sales through prices, banks and refinancing to where all agree.

    The best such point, or the `worst`: what happens if all banks expect all others to stop. Banks
    may have `lost_before` a share of their capital. What a county misses in the second round its
    lenders bear in proportion to what they lent. Raises IronpotError where capital is unknown.

    A lender of 25 marks collateral down by 12, has 13 left where 20 are asked for, and so on:

    >>> import polars as pl
    >>> one = SharedMarkets(("a",), np.array([[[0.8, 0.5]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1]), np.array([0]), np.array([200.0]), np.array([1.0]),
    ...                     np.array([[65.0]]), np.array([[0.5]]))
    >>> lender = Actors(np.array([500.0]), ("land",), pl.DataFrame({"bank_id": ["b"]}),
    ...                 np.array([[65.0]]), np.array([[10.0]]), np.array([[500.0]]),
    ...                 np.array([25.0]), np.array([[64.0]]))
    >>> sold = np.array([[50.0, 50.0]])
    >>> end = second_round(one, lender, Regime("x", sold, one.costs(sold)))
    >>> end.kept.round(6).tolist(), end.withdrawn.round(6).tolist(), end.loss.round(6).tolist()
    ([0.3], [7.0], [19.0])
    """
    if not actors.known:
        raise IronpotError(_NO_CAPITAL)
    rules = rules or SpiralRules()
    spiral = _Spiral(markets, actors, regime, rules, actors.equity * (1.0 - lost_before))
    kept, filled, paid = spiral.start(worst=worst)
    rounds = 0
    while True:
        now = spiral.round(kept, filled, paid)
        moved = spiral.moved(now.kept - kept, now.sale.filled - filled)
        kept, filled, rounds = now.kept, now.sale.filled, rounds + 1
        # From above, what a yuan brought in the last round bounds what it brings in this one.
        paid = paid if worst else now.sale.paid
        if moved <= rules.tolerance or rounds >= rules.max_rounds:
            return spiral.told(now, rounds, moved)


def banks_under(actors: Actors, rules: SpiralRules, loss: Floats) -> int:
    """Count banks whose capital is below the floor after `loss` (bank,)."""
    floor = rules.capital_floor * actors.lent.sum(axis=0)
    return int((actors.equity - loss < floor).sum())


@dataclass(frozen=True, slots=True)
class _Round:
    """One round: who keeps lending, what is called and sold, what banks lose by it."""

    kept: Floats
    level: Floats
    withdrawn: Floats
    pressed: Floats
    sale: SecondSale
    missed: Floats
    loss: Floats


class _Spiral:
    """What does not change from round to round, and the round itself."""

    def __init__(
        self,
        markets: SharedMarkets,
        actors: Actors,
        regime: Regime,
        rules: SpiralRules,
        capital: Floats,
    ) -> None:
        self.markets, self.actors, self.regime, self.rules = markets, actors, regime, rules
        self.capital, self.left = capital, left_over(markets, regime)
        self.raised = raised(markets, regime.sold)
        self.behind = arrears(markets, regime.sold)
        self.marks = price_levels(markets, regime.sold)
        beside = falls_beside(markets, actors.kinds, rules.spillover)
        self.spillover = Spillover(beside, rules.recovery)
        lent = actors.lent.sum(axis=1, keepdims=True)
        self.borne = np.divide(actors.lent, lent, out=np.zeros_like(actors.lent), where=lent > 0.0)
        self.unpaid = actors.unpaid(self.behind[:, -1])

    def start(self, *, worst: bool) -> tuple[Floats, Floats, Floats]:
        """Return shares rolled over, room used in addition, and what a yuan put up may bring."""
        kept = np.zeros_like(self.capital) if worst else np.ones_like(self.capital)
        filled = self.left.free.copy() if worst else np.zeros_like(self.left.free)
        return kept, filled, self.left.best

    def round(self, kept: Floats, filled: Floats, paid: Floats) -> _Round:
        """Sell for what banks withdraw at prices as pressed, book losses, set roll-over anew."""
        level = self._level(filled)
        withdrawn = self.actors.rolled @ (1.0 - kept) * self.markets.need.shape[1]
        pressed = by_county(self.markets, self._pressed(level).sum(axis=1))
        due = self.markets.due[:, -1] + withdrawn
        brought = np.cumsum(self.raised, axis=1)[:, -1] - pressed
        short = np.maximum(np.maximum(due - brought, 0.0) - self.behind[:, -1], 0.0)
        sale = self.left.sell(short, level.min(axis=1), paid)
        missed = np.where(sale.raised >= short * _ENOUGH, 0.0, short - sale.raised)
        marked = (1.0 - self._marked_to(sale.filled, level)) @ self.actors.collateral.T
        loss = self.unpaid + missed @ self.borne + marked
        return _Round(self._kept(loss), level, withdrawn, pressed, sale, missed, loss)

    def _kept(self, loss: Floats) -> Floats:
        """Return the share rolled over at what is left of capital, (bank,)."""
        floor = self.rules.capital_floor * self.actors.lent.sum(axis=0)
        left = np.maximum(self.capital - loss, 0.0)
        share = np.divide(left, floor, out=np.ones_like(left), where=floor > 0.0)
        return np.minimum(share, 1.0)

    def moved(self, kept: Floats, filled: Floats) -> float:
        """Return how far a round went: in shares rolled over, and of the room there was."""
        room = np.maximum(self.left.free, 1.0)
        return float(max(np.abs(kept).max(initial=0.0), np.abs(filled / room).max(initial=0.0)))

    def _level(self, filled: Floats) -> Floats:
        """Return what neighbours' sales leave of each quarter's prices, (market, quarter)."""
        room = self.markets.room.sum(axis=2)
        sold = (self.left.load + filled).reshape(self.markets.price.shape).sum(axis=2)
        usable: Bools = np.isfinite(room) & (room > 0.0)
        share = np.divide(sold, room, out=np.zeros_like(sold), where=usable)
        level = np.ones_like(room)
        for quarter in range(1, room.shape[1]):
            before, pressing = level[:, quarter - 1], np.minimum(share[:, quarter - 1], 1.0)
            level[:, quarter] = self.spillover.next_level(before[None], pressing[None])[0]
        return level

    def _pressed(self, level: Floats) -> Floats:
        """Return what each of the regime's sales brings less by neighbours' sales, (lot, slot)."""
        fallen = np.repeat(1.0 - level, self.markets.price.shape[2], axis=1)
        return (
            self.markets.by_lot(self.markets.price)
            * fallen[self.markets.market]
            * (self.regime.sold)
        )

    def _marked_to(self, filled: Floats, level: Floats) -> Floats:
        """Return what is left of prices in the books, (market,): nobody writes up."""
        load, price = self.left.load, self.left.price
        before = _mean(load, price, price.max(axis=1))
        after = _mean(load + filled, price, before)
        fallen = np.divide(after, before, out=np.ones_like(after), where=before > 0.0)
        return self.marks * np.minimum(fallen, 1.0) * level.min(axis=1)

    def told(self, last: _Round, rounds: int, residual: float) -> SecondRound:
        """Return what the last round came to."""
        sold = self.left.by_lot(last.sale)
        return SecondRound(
            self.regime.name,
            last.kept,
            last.withdrawn,
            last.level,
            last.pressed,
            sold,
            last.sale.raised,
            last.missed,
            last.loss,
            self.regime.costs + self._added(last, sold),
            rounds,
            residual,
            residual <= self.rules.tolerance,
        )

    def _added(self, last: _Round, sold: Floats) -> Floats:
        """Return what the second round costs each county: money pressed out, lots, arrears."""
        markets, quarters = self.markets, self.markets.need.shape[1]
        low = last.level.min(axis=1)[markets.market]
        price = markets.by_lot(markets.price) * low[:, None]
        given_up = by_county(markets, ((markets.keep[:, None] - price) * sold).sum(axis=1))
        more = np.zeros_like(markets.need)
        np.add.at(
            more, self.left.owner, by_quarter(markets, price * sold - self._pressed(last.level))
        )
        called = last.withdrawn[:, None] / quarters
        behind = np.maximum(markets.due - np.cumsum(self.raised + more - called, axis=1), 0.0)
        return last.pressed + given_up + (markets.late * (behind - self.behind)).sum(axis=1)


# A hair less than wanted is enough: sums are rounded.
_ENOUGH = 1.0 - 1e-12


def _mean(volume: Floats, price: Floats, empty: Floats) -> Floats:
    """Return the average price of what is sold, (market,); `empty` where nothing is."""
    total = volume.sum(axis=1)
    return np.divide((volume * price).sum(axis=1), total, out=empty.copy(), where=total > 1e-6)


_BAD_RULES = Text(
    "A capital floor, a spillover and a recovery are shares from 0 to 1 (0.04 is 4 per cent); one "
    "of them is not, and prices or capital would turn negative. Mend it.",
    "资本底线、外溢幅度和恢复比例均应为0至1之间的比例(0.04即4%),否则价格或资本会为负。请更正。",
)
_NO_CAPITAL = Text(
    "Capital or loans of some bank are unknown, so that nobody can say how much less it rolls "
    "over; missing is not nil. Give equity and loans of every lender, or leave this round out.",
    "部分银行资本或贷款未知,无法测算其减少续贷的规模,且缺失不等于零。"
    "请补齐各债权人权益和贷款,或不测算第二轮。",
)
