"""At which prices do parts that decide apart want the same? Extrapolate from round to round.

In a round each part is charged prices on what is decided now. Its answer says which it should have
been charged to pull as all do: the prices asked for. Taking those is safe and slow: each round the
parts want a little less apart. Going on beyond them, and weighing two rounds so that what both
still ask for cancels (Anderson mixing with one step of memory), is several times quicker. Any
prices prove a bound (Lagrangian duality): nothing rests on their being right.

Source: D. G. Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12 (1965),
547-560, the method with a memory of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ironpot.plan.program import Floats

# Prices go so many times as far as is asked for.
BEYOND = 2.0
# Share of the next prices that the last but one round has, at most.
MEMORY = 0.9

Prices = list[Floats]


@dataclass(slots=True)
class Agreement:
    """Prices (part, column) charged and asked for in the last round; parts have `weights`.

    >>> import numpy as np
    >>> agreement = Agreement([0.5, 0.5])
    >>> charged = [np.zeros(1), np.zeros(1)]
    >>> next_one = agreement.next(charged, [np.array([1.0]), np.array([-1.0])])
    >>> [float(price[0]) for price in next_one]
    [2.0, -2.0]
    """

    weights: Sequence[float]
    _charged: Prices | None = None
    _missing: Prices = field(default_factory=list[Floats])

    def next(self, charged: Prices, asked: Prices) -> Prices:
        """Return prices for the next round, after one that charged some and was asked for others.

        With r = asked - charged, now and the round before, and t = <r, r - r'> / |r - r'|^2 within
        0 and `MEMORY`: (1 - t) (charged + BEYOND r) + t (charged' + BEYOND r').
        """
        missing = [want - price for want, price in zip(asked, charged, strict=True)]
        new = _beyond(charged, missing)
        if self._charged is not None:
            share = self._share_before(missing)
            before = _beyond(self._charged, self._missing)
            new = [(1.0 - share) * a + share * b for a, b in zip(new, before, strict=True)]
        self._charged, self._missing = charged, missing
        return new

    def _share_before(self, missing: Prices) -> float:
        change = [now - then for now, then in zip(missing, self._missing, strict=True)]
        moved = self._product(change, change)
        share = self._product(missing, change) / moved if moved > 0.0 else 0.0
        return min(max(share, 0.0), MEMORY)

    def _product(self, one: Prices, other: Prices) -> float:
        pairs = zip(self.weights, one, other, strict=True)
        return sum(weight * float(a @ b) for weight, a, b in pairs)


def _beyond(charged: Prices, missing: Prices) -> Prices:
    return [price + BEYOND * more for price, more in zip(charged, missing, strict=True)]
