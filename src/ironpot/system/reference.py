"""Clear one scenario line by line with the papers: the slow oracle beside the fast kernel.

Plain Python on dense lists; `owes[i][j]` is what i owes j, yuan. Nothing here is shared with the
kernels, so that a mistake in one is not repeated in the other.
"""

import math
from collections.abc import Callable, Sequence

from ironpot.system.valuations import ClearingOptions

Rows = Sequence[Sequence[float]]
_NEAR = 1e-12


def clear_by_hand(
    owes: Rows,
    assets: Sequence[float],
    debts: Sequence[float],
    options: ClearingOptions,
    *,
    start: float = 1.0,
    first_assets: Sequence[float] | None = None,
    volatility: Sequence[float] | None = None,
    rounds: int = 100_000,
) -> list[float]:
    """Return v of each node: the worth of one yuan of claim, iterated from `start`.

    `first_assets` are external assets before the shock (linear DebtRank), by default `assets`.

    >>> clear_by_hand([[0, 4], [0, 0]], [3, 1], [0, 2], ClearingOptions())
    [0.75, 1.0]
    """
    worth = _worth(owes, first_assets or assets, debts, options, volatility)
    value = [start] * len(assets)
    for _ in range(rounds):
        new = [
            worth(i, assets[i], sum(owes[j][i] * value[j] for j in range(len(assets))))
            for i in range(len(assets))
        ]
        moved = max(abs(a - b) for a, b in zip(new, value, strict=True))
        value = new
        if moved == 0.0:
            break
    return value


Worth = Callable[[int, float, float], float]


def _worth(
    owes: Rows,
    first_assets: Sequence[float],
    debts: Sequence[float],
    options: ClearingOptions,
    volatility: Sequence[float] | None,
) -> Worth:
    """Return the valuation of node i with external assets e and receipts x."""
    inside = [sum(row) for row in owes]
    owed = [a + b for a, b in zip(inside, debts, strict=True)]

    def paying(i: int, e: float, x: float) -> float:
        if owed[i] == 0.0 or e + x >= owed[i] * (1.0 - _NEAR):
            return 1.0
        costly = options.model == "rogers_veraart"
        left = options.alpha * e + options.beta * x if costly else e + x
        if options.external_debts == "senior":
            return max(left - debts[i], 0.0) / inside[i] if inside[i] else 0.0
        return left / owed[i]

    def furfine(i: int, e: float, x: float) -> float:
        safe = owed[i] == 0.0 or e + x >= owed[i] * (1.0 - _NEAR)
        return 1.0 if safe else options.recovery

    def linear_debtrank(i: int, e: float, x: float) -> float:
        before = first_assets[i] + sum(row[i] for row in owes) - owed[i]
        return 1.0 if owed[i] == 0.0 else min(max(e + x - owed[i], 0.0) / before, 1.0)

    def ex_ante(i: int, e: float, x: float) -> float:
        assert volatility is not None
        barrier = options.model == "black_cox"
        chance = _default_chance(e + x - owed[i], e, volatility[i], barrier=barrier)
        return 1.0 + (options.recovery - 1.0) * chance

    rules: dict[str, Worth] = {
        "eisenberg_noe": paying,
        "rogers_veraart": paying,
        "furfine": furfine,
        "linear_debtrank": linear_debtrank,
        "merton": ex_ante,
        "black_cox": ex_ante,
    }
    return rules[options.model]


def _default_chance(equity: float, assets: float, sigma: float, *, barrier: bool) -> float:
    if equity >= assets:
        return 0.0
    if assets <= 0.0 or (barrier and equity <= 0.0):
        return 1.0
    distance = math.log(1.0 - equity / assets)
    chance = _normal((distance + sigma**2 / 2) / sigma)
    if barrier:
        chance += assets / (assets - equity) * _normal((distance - sigma**2 / 2) / sigma)
    return min(chance, 1.0)


def _normal(x: float) -> float:
    return math.erfc(-x / math.sqrt(2.0)) / 2.0
