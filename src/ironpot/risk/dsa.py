"""Where does debt go at a given rate, growth and balance, and what balance would hold it?

The path is d_t = d_{t-1} (1 + r_t) / (1 + g_t) x v_t - pb_t + sf_t in any unit (shares or per cent
of what debt is measured by). Arrays end with the axis period, t = 1..T; everything broadcasts over
axes before it, so that scenarios are one call.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]
Given = Floats | float
MOVED = ("interest", "growth", "valuation", "primary_balance", "stock_flow")


@dataclass(frozen=True, slots=True)
class DebtPath:
    """A path with what moved it: `ratio` (..., period + 1), the opening first.

    The rest is (..., period):
    ratio_t - ratio_{t-1} = interest + growth + valuation + primary_balance + stock_flow, where
    `primary_balance` is minus the balance: a surplus lowers debt.
    """

    ratio: Floats
    interest: Floats
    growth: Floats
    valuation: Floats
    primary_balance: Floats
    stock_flow: Floats

    @property
    def residual(self) -> Floats:
        """What the parts leave unexplained, (..., period); rounding error only."""
        parts = self.interest + self.growth + self.valuation + self.primary_balance
        return np.diff(self.ratio, axis=-1) - parts - self.stock_flow

    def frame(self, *, first: int = 1) -> pl.DataFrame:
        """Return one row a period of a single path: opening, what moved it, closing."""
        if self.ratio.ndim > 1:
            raise ValueError("A frame shows one path; index the arrays for one scenario first.")
        moved = {name: getattr(self, name) for name in MOVED}
        return pl.DataFrame(
            {"period": np.arange(first, first + len(self.interest)), "opening": self.ratio[:-1]}
            | moved
            | {"closing": self.ratio[1:]}
        )


def snowball(rate: npt.ArrayLike, growth: npt.ArrayLike) -> Floats:
    """Return (1 + rate) / (1 + growth): what a unit of debt becomes without any balance.

    >>> round(float(snowball(0.05, 0.03)), 6)
    1.019417
    """
    return np.asarray((1.0 + np.asarray(rate)) / (1.0 + np.asarray(growth)), dtype=np.float64)


def debt_path(
    opening: npt.ArrayLike,
    rate: npt.ArrayLike,
    growth: npt.ArrayLike,
    primary_balance: npt.ArrayLike,
    stock_flow: npt.ArrayLike = 0.0,
    valuation: npt.ArrayLike = 1.0,
) -> DebtPath:
    """Return the path and its parts; the longest series sets the number of periods.

    Rates and growth are decimals a period, nominal both or real both; ratio, balance and stock-flow
    share one unit. `opening` broadcasts over the axes before period. `valuation` multiplies what
    was owed, for example by the change of the exchange rate weighted with the foreign share; 1
    leaves it. Raises IronpotError on unknown figures, growth of -1 or less and series of different
    lengths.
    Source: Escolano, A Practical Guide to Public Debt Dynamics, IMF TNM 10/02 (2010), eq. 1-4.

    >>> path = debt_path(100.0, 0.05, 0.03, [1.0, 1.0])
    >>> path.ratio.round(4).tolist()
    [100.0, 100.9417, 101.9018]
    >>> bool(abs(path.residual).max() < 1e-12)
    True
    >>> path.frame(first=2025).select(pl.all().round(2)).row(0)
    (2025, 100.0, 4.85, -2.91, 0.0, -1.0, 0.0, 100.94)
    """
    series = checked_series(
        rate=rate,
        growth=growth,
        primary_balance=primary_balance,
        stock_flow=stock_flow,
        valuation=valuation,
    )
    return _path(_known("opening", opening), **series)


def _path(
    opening: Given,
    rate: Floats,
    growth: Floats,
    primary_balance: Floats,
    stock_flow: Floats,
    valuation: Floats,
) -> DebtPath:
    factor = snowball(rate, growth) * valuation
    shape = np.broadcast_shapes(factor.shape, primary_balance.shape, np.shape(stock_flow))
    factor, moved = (
        np.broadcast_to(part, shape) for part in (factor, np.asarray(stock_flow) - primary_balance)
    )
    ratio = np.empty((*np.broadcast_shapes(shape[:-1], np.shape(opening)), shape[-1] + 1))
    ratio[..., 0] = opening
    for period in range(shape[-1]):
        ratio[..., period + 1] = ratio[..., period] * factor[..., period] + moved[..., period]
    return _decomposed(ratio, rate, growth, primary_balance, stock_flow, valuation)


def checked_series(**given: npt.ArrayLike) -> dict[str, Floats]:
    """Return series of one length, (..., period); IronpotError says which one does not fit."""
    series = {name: np.atleast_1d(_known(name, part)) for name, part in given.items()}
    if (series["growth"] <= -1.0).any():
        raise _refusal(
            "growth is -1 or less: write decimals a period, 0.03 for three per cent",
            "增长率不得小于或等于-1:请用小数表示,3%写作0.03",
        )
    lengths = {name: part.shape[-1] for name, part in series.items() if part.shape[-1] > 1}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in lengths.items())
        raise _refusal(
            f"series have different lengths ({listed}); give one figure a period",
            f"各序列长度不一({listed});每期应各有一个数",
        )
    return series


def _known(name: str, given: npt.ArrayLike) -> Floats:
    figures = np.asarray(given, dtype=np.float64)
    if not np.isfinite(figures).all():
        raise _refusal(
            f"{name} holds figures that are unknown or infinite; fill or leave out those periods",
            f"{name} 含未知或无穷的数;请补齐或剔除相应各期",
        )
    return figures


def _refusal(english: str, chinese: str) -> IronpotError:
    return IronpotError(
        Text(f"No debt path can be computed: {english}.", f"无法计算债务路径:{chinese}。")
    )


def _decomposed(
    ratio: Floats,
    rate: Given,
    growth: Given,
    primary_balance: Floats,
    stock_flow: Given,
    valuation: Given,
) -> DebtPath:
    before = ratio[..., :-1]
    grown = before / (1.0 + np.asarray(growth))
    full = np.zeros_like(before)
    return DebtPath(
        ratio=ratio,
        interest=grown * rate,
        growth=-grown * growth,
        valuation=grown * (1.0 + np.asarray(rate)) * (np.asarray(valuation) - 1.0),
        primary_balance=full - primary_balance,
        stock_flow=full + stock_flow,
    )


def closed_form(
    opening: float, rate: float, growth: float, primary_balance: float, periods: int
) -> Floats:
    """Return the path for constant figures, (periods + 1,), without recursion.

    d_n = L^n d_0 - pb (L^n - 1) / (L - 1) with L the snowball; d_0 - n pb where L is 1.

    >>> closed_form(100.0, 0.04, 0.04, 1.0, 3).tolist()
    [100.0, 99.0, 98.0, 97.0]
    """
    factor = float(snowball(rate, growth))
    count = np.arange(periods + 1)
    power = factor**count
    paid = count if factor == 1.0 else (power - 1.0) / (factor - 1.0)
    return np.asarray(power * opening - primary_balance * paid, dtype=np.float64)


def stabilising_balance(ratio: npt.ArrayLike, rate: npt.ArrayLike, growth: npt.ArrayLike) -> Floats:
    """Return the primary balance that keeps `ratio` where it is: (snowball - 1) x ratio.

    >>> round(float(stabilising_balance(100.0, 0.05, 0.03)), 4)
    1.9417
    """
    return np.asarray((snowball(rate, growth) - 1.0) * np.asarray(ratio), dtype=np.float64)


def steady_state(rate: float, growth: float, primary_balance: float) -> float:
    """Return the ratio that a constant balance keeps; infinite where the snowball is 1.

    >>> round(steady_state(0.05, 0.03, 1.0), 2)
    51.5
    """
    drift = float(snowball(rate, growth)) - 1.0
    return primary_balance / drift if drift else float("inf")


def target_balance(
    opening: Given,
    target: Given,
    rate: npt.ArrayLike,
    growth: npt.ArrayLike,
    stock_flow: npt.ArrayLike = 0.0,
) -> Floats:
    """Return the constant primary balance that brings `opening` to `target` at the last period.

    `rate` and `growth`: (..., period). pb = (d_0 L_1..L_T + sum_t sf_t L_{t+1}..L_T - target) /
    sum_t L_{t+1}..L_T.

    >>> rate, growth = np.full(10, 0.05), np.full(10, 0.03)
    >>> balance = target_balance(100.0, 60.0, rate, growth)
    >>> round(float(debt_path(100.0, rate, growth, np.full(10, balance)).ratio[-1]), 9)
    60.0
    """
    factor = snowball(rate, growth)
    later = np.cumprod(factor[..., ::-1], axis=-1)[..., ::-1]
    weight = np.concatenate([later[..., 1:], np.ones((*factor.shape[:-1], 1))], axis=-1)
    kept = opening * later[..., 0] + (np.asarray(stock_flow) * weight).sum(axis=-1)
    return np.asarray((kept - target) / weight.sum(axis=-1), dtype=np.float64)


def financing_need(
    primary_balance: Given, interest: Given, principal: Given, stock_flow: Given = 0.0
) -> Floats:
    """Return gross financing need: primary deficit, interest, principal due and other needs.

    `stock_flow` counts what must be paid beyond the budget (+) and what comes in beyond it (-).

    >>> float(financing_need(-2.0, 3.0, 10.0))
    15.0
    """
    due = np.asarray(interest) + principal + stock_flow - primary_balance
    return np.asarray(due, dtype=np.float64)
