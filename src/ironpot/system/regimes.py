"""What do counties do without a coordinator: plan alone, re-plan every quarter, or learn the crowd?

All three put offers into the same ladders, which fill from the top, pro rata; the rest comes back.
Arrays are (lot, quarter) for offers, (lot, slot) for sales, yuan appraised.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True, slots=True)
class Regime:
    """What a regime ends in: sales (lot, slot), costs (county,), and what could still be gained.

    `regret` (county,) is what each could save by another plan against the same crowd; nil is an
    equilibrium. It is None where nobody looks at the crowd.
    """

    name: str
    sold: Floats
    costs: Floats
    regret: Floats | None = None

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
    offered = _plans(markets, markets.due, markets.lots, 0)
    sold = pooled(markets, _by_quarter(markets, offered))
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
        offered = _by_quarter(markets, _plans(markets, due, left, quarter))
        now = np.zeros_like(offered)
        now[:, quarter] = offered[:, quarter]
        got = pooled(markets, now)
        sold += got
        left = np.maximum(left - got.sum(axis=1), 0.0)
        due = due - _raised(markets, got)
    return Regime("rolling", sold, markets.costs(sold))


def plan_nash(markets: SharedMarkets, *, rounds: int = 800) -> Regime:
    """Let counties learn the crowd: best answers to average prices and shares sold, averaged.

    Pure best answers jump for ever; their running average (fictitious play) settles. Counties take
    the average price and the share sold of each market and quarter as given. The certificate is
    the regret: own cost less that of the best answer. Ctrl-C keeps the average so far.

    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> learned = plan_nash(two, rounds=10)
    >>> learned.costs.tolist(), learned.regret.tolist()
    ([30.0, 30.0], [0.0, 0.0])
    """
    offered = _by_quarter(markets, _plans(markets, markets.due, markets.lots, 0))
    try:
        for count in range(2, rounds + 2):
            answer, _ = _best_answer(markets, offered)
            offered += (answer - offered) / count
    except KeyboardInterrupt:
        pass  # the average so far is a plan too, and its regret says how good
    _, best = _best_answer(markets, offered)
    sold = _not_more_than_owned(markets, pooled(markets, offered))
    costs = markets.costs(sold)
    return Regime("nash", sold, costs, np.maximum(costs - best, 0.0))


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
    return (part[:, :, None] * filled[markets.market]).reshape(len(offered), -1)


def _plans(markets: SharedMarkets, due: Floats, left: Floats, first_quarter: int) -> Floats:
    """Return every county's own best sales from a quarter on, against the whole ladder."""
    from ironpot.system.county_batch import answer_all

    price = markets.by_lot(markets.price)
    cap = markets.by_lot(markets.room).copy()
    cap[:, : first_quarter * markets.price.shape[2]] = 0.0
    answer = np.zeros_like(price)
    answer_all(
        *(markets.first_lot, left, price, markets.keep[:, None] - price, cap),
        *(due, markets.late, answer),
    )
    return answer


def _by_quarter(markets: SharedMarkets, sold: Floats) -> Floats:
    return sold.reshape(len(sold), markets.price.shape[1], -1).sum(axis=2)


def _raised(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return the cash raised up to each quarter, (county, quarter)."""
    paid = _by_quarter(markets, markets.by_lot(markets.price) * sold)
    by_county = np.zeros_like(markets.need)
    owner = np.repeat(np.arange(len(markets.counties)), np.diff(markets.first_lot))
    np.add.at(by_county, owner, paid)
    return np.cumsum(by_county, axis=1)


def _best_answer(markets: SharedMarkets, offered: Floats) -> tuple[Floats, Floats]:
    """Return each county's best offers (lot, quarter) to this crowd and what they would cost it."""
    from ironpot.system.county_batch import answer_all

    total = np.zeros(markets.price.shape[:2])
    np.add.at(total, markets.market, offered)
    below = np.cumsum(markets.room, axis=2) - markets.room
    filled = np.clip(total[:, :, None] - below, 0.0, markets.room)
    volume, money = filled.sum(axis=2), (filled * markets.price).sum(axis=2)
    share = np.divide(volume, total, out=np.ones_like(total), where=total > 0.0)
    average = np.divide(money, volume, out=markets.price[:, :, 0].copy(), where=volume > 0.0)
    price, sells = average[markets.market], share[markets.market]
    answer = np.zeros_like(price)
    costs = answer_all(
        *(markets.first_lot, markets.lots, price, markets.keep[:, None] - price),
        *(sells * markets.lots[:, None], markets.due, markets.late, answer),
    )
    offers = np.divide(answer, sells, out=np.zeros_like(answer), where=sells > 0.0)
    return offers, costs


def _not_more_than_owned(markets: SharedMarkets, sold: Floats) -> Floats:
    """Cut the latest sales of a lot where averaged offers would sell more than there is."""
    before = np.cumsum(sold, axis=1) - sold
    return np.clip(markets.lots[:, None] - before, 0.0, sold)
