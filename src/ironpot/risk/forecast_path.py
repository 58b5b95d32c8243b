"""Where does a country's debt go under a forecast and a fiscal effort? The Commission's equations.

Ratios, balances and output gaps in per cent of GDP, rates and growth decimals a year, amounts in
any one unit. Arrays start with the forecast's first year, t = 0; the effort starts at t = 2.
Source: European Commission, Debt Sustainability Monitor 2023, annex A3, as re-implemented for the
medium-term fiscal plans of 2024.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.risk.dsa import DebtPath, debt_path

Floats = npt.NDArray[np.float64]
Scenario = Literal["main", "adverse_rate_growth", "financial_stress"]

START = 2  # the first year of effort; the two before it are known
SWAP_YEAR, END_YEAR = 10, 30  # years at which markets and long-run assumptions set rates
MULTIPLIER, GAP_YEARS = 0.75, 3  # an effort's effect on output, and how long a gap lasts
AGEING_YEARS = 10
STILL_YEARS = 4  # without an effort the output gap closes as after one of four years
SHORT_TO_LONG = 0.5
ADVERSE, STRESS, STRESS_ABOVE, STRESS_SLOPE = 0.005, 0.01, 90.0, 0.0006


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a country, year by year from t = 0; shorter series are carried on.

    - `debt`, `nominal_gdp`, `stock_flow` amounts, `debt_ratio` and `structural_balance` (primary)
      per cent of GDP, `deflator`, `implicit_rate` and `exchange_rate`: (3,); `short_rate` and
      `long_rate` of the market: (2,), then their forwards in ten years
    - `real_gdp`, `potential_gdp`: as far as forecast; then `potential_growth` (year,)
    - `domestic_share` of debt in home currency, the rest in the one of `exchange_rate`;
      `short_share` falls due within a year; `maturing` of long-term debt in t = 0, `maturing_mean`
      from ten years on
    - `elasticity`: points of the balance a point of output gap
    - `ageing`, `revenue`: per cent of GDP from t = 1; what they change after the effort moves the
      balance for ten years
    """

    debt: Sequence[float]
    debt_ratio: Sequence[float]
    nominal_gdp: Sequence[float]
    real_gdp: Sequence[float]
    potential_gdp: Sequence[float]
    potential_growth: Sequence[float]
    deflator: Sequence[float]
    structural_balance: Sequence[float]
    stock_flow: Sequence[float]
    implicit_rate: Sequence[float]
    short_rate: Sequence[float]
    long_rate: Sequence[float]
    short_rate_forward: float
    long_rate_forward: float
    inflation_forward: float
    exchange_rate: Sequence[float]
    domestic_share: float
    short_share: float
    maturing: float
    maturing_mean: float
    elasticity: float
    ageing: Sequence[float]
    revenue: Sequence[float]
    inflation_end: float = 0.02
    long_rate_end: float = 0.04


@dataclass(frozen=True, slots=True)
class ForecastPath:
    """A forecast carried on; arrays (year,), t = 0 first, NaN where nothing is computed.

    `path` starts with t = 1: its ratio and what moves it from t = 2 on. `financing_need` counts
    interest, redemptions, the primary deficit and stock-flow items.
    """

    path: DebtPath
    ratio: Floats
    rate: Floats
    growth: Floats
    primary_balance: Floats
    balance: Floats
    stock_flow: Floats
    financing_need: Floats


def forecast_path(
    forecast: Forecast, steps: Sequence[float] = (), *, scenario: Scenario = "main"
) -> ForecastPath:
    """Return debt if the structural primary balance rises by `steps`, a year each from t = 2.

    Without steps it stays at its level of t = 1 and nothing is done about ageing. The adverse
    scenario takes half a point off growth and adds half a point to market rates after the effort;
    financial stress adds a point in the year after it, and 0.06 a point of debt above 90.
    Raises IronpotError if a series is shorter than `Forecast` says.

    >>> zero, same = [0.0] * 8, [200.0] * 3
    >>> flat = Forecast(
    ...     debt=[100.0] * 3, debt_ratio=[50.0] * 3, nominal_gdp=same, real_gdp=same,
    ...     potential_gdp=same, potential_growth=zero, deflator=zero, structural_balance=zero,
    ...     stock_flow=zero, implicit_rate=zero, short_rate=zero, long_rate=zero,
    ...     short_rate_forward=0.0, long_rate_forward=0.0, inflation_forward=0.0,
    ...     exchange_rate=[1.0] * 3, domestic_share=1.0, short_share=0.1, maturing=0.1,
    ...     maturing_mean=0.1, elasticity=0.0, ageing=zero, revenue=zero, inflation_end=0.0,
    ...     long_rate_end=0.0)
    >>> forecast_path(flat).ratio[-1], forecast_path(flat, [1.0]).primary_balance.tolist()[:4]
    (np.float64(50.0), [0.0, 0.0, 1.0, 1.0])
    """
    _check(forecast)
    economy = _economy(forecast, steps, scenario)
    funding = _funding(forecast, economy, _market_rates(forecast, economy, scenario, 0.0))
    path = _path(forecast, economy, funding)
    if scenario == "financial_stress":
        reached = float(path.ratio[economy.end - START + 1])
        stress = STRESS + STRESS_SLOPE * max(reached - STRESS_ABOVE, 0.0)
        funding = _funding(forecast, economy, _market_rates(forecast, economy, scenario, stress))
        path = _path(forecast, economy, funding)
    return ForecastPath(
        path=path,
        ratio=np.concatenate([forecast.debt_ratio[: START - 1], path.ratio]),
        rate=funding.rate,
        growth=economy.growth,
        primary_balance=economy.primary,
        balance=economy.primary - economy.ratio(funding.interest),
        stock_flow=economy.ratio(economy.due),
        financing_need=economy.ratio(funding.need),
    )


@dataclass(frozen=True, slots=True)
class _Economy:
    """Growth, primary balance (per cent), GDP and stock-flow amounts, (year,); the effort's end."""

    growth: Floats
    primary: Floats
    gdp: Floats
    due: Floats
    end: int

    def ratio(self, amount: Floats) -> Floats:
        """Return an amount in per cent of GDP."""
        return 100.0 * amount / self.gdp


def _economy(forecast: Forecast, steps: Sequence[float], scenario: Scenario) -> _Economy:
    efforts = tuple(steps) or (0.0,) * STILL_YEARS
    end = START + len(efforts) - 1
    before_ageing = _before_ageing(forecast, efforts)
    gap = _output_gap(forecast, before_ageing, end)
    growth = _growth(forecast, gap, end, scenario)
    structural = before_ageing + (_ageing(forecast, end) if len(steps) else 0.0)
    due = np.zeros(growth.size)
    due[: START + 1] = forecast.stock_flow[: START + 1]
    return _Economy(
        growth=growth,
        primary=structural + forecast.elasticity * gap,
        gdp=_carried(forecast.nominal_gdp[:START], growth),
        due=due,
        end=end,
    )


def _path(forecast: Forecast, economy: _Economy, funding: "_Funding") -> DebtPath:
    """Return the path from t = 1 on."""
    parts = (
        funding.rate,
        economy.growth,
        economy.primary,
        economy.ratio(economy.due),
        _valuation(forecast, economy.gdp.size),
    )
    return debt_path(forecast.debt_ratio[START - 1], *(part[START:] for part in parts))


def least_step(
    forecast: Forecast, *, years: int = 4, scenario: Scenario = "main", horizon: int = 10
) -> float:
    """Return the smallest equal yearly step after which debt falls in each of `horizon` years.

    In points of GDP, exact to 1e-9; IronpotError if ten points a year are not enough.
    """
    end = START + years - 1

    def falls(step: float) -> bool:
        ratio = forecast_path(forecast, (step,) * years, scenario=scenario).ratio
        return bool((np.diff(ratio[end : end + horizon + 1]) < 0.0).all())

    low, high = -10.0, 10.0
    if not falls(high):
        raise IronpotError(
            Text(
                "Debt does not fall even if the balance rises by ten points a year.",
                "即使基本收支每年改善10个百分点,债务率仍不下降。",
            )
        )
    while high - low > 1e-9:
        middle = (low + high) / 2.0
        low, high = (low, middle) if falls(middle) else (middle, high)
    return high


def _check(forecast: Forecast) -> None:
    """Refuse series that are too short."""
    years = len(forecast.potential_growth)
    least = dict.fromkeys(
        ("debt", "debt_ratio", "nominal_gdp", "deflator", "structural_balance"), START + 1
    )
    least |= dict.fromkeys(("stock_flow", "implicit_rate", "exchange_rate"), START + 1)
    least |= {"short_rate": START, "long_rate": START, "ageing": years - 1, "revenue": years - 1}
    for name, count in least.items():
        if len(getattr(forecast, name)) < count:
            raise IronpotError(
                Text(
                    f"The forecast's {name} has {len(getattr(forecast, name))} figures; "
                    f"{count} are needed.",
                    f"预测数据 {name} 仅有{len(getattr(forecast, name))}个,需要{count}个。",
                )
            )


def _potential(forecast: Forecast) -> Floats:
    return _carried(forecast.potential_gdp, np.asarray(forecast.potential_growth, np.float64))


def _carried(known: Sequence[float], growth: Floats) -> Floats:
    """Return a level that grows at `growth` (year,) after its last known figure."""
    level = np.concatenate([known, np.ones(max(growth.size - len(known), 0))])[: growth.size]
    for year in range(len(known), growth.size):
        level[year] = level[year - 1] * (1.0 + growth[year])
    return level


def _before_ageing(forecast: Forecast, efforts: Sequence[float]) -> Floats:
    """Return the structural primary balance that the effort alone makes, (year,)."""
    years = len(forecast.potential_growth)
    known = np.asarray(forecast.structural_balance[:START], np.float64)
    made = known[-1] + np.cumsum(efforts)
    rest = np.full(max(years - START - len(made), 0), made[-1])
    return np.concatenate([known, made, rest])[:years]


def _output_gap(forecast: Forecast, balance: Floats, end: int) -> Floats:
    """Return the output gap, per cent: an effort opens it, two thirds last, then it closes.

    In the effort's first year the forecast's own gap less the multiplier times the effort beyond
    the forecast's own; two thirds of the gap before in the years after.
    """
    potential = _potential(forecast)
    gap = np.zeros(potential.size)
    count = min(START + 1, len(forecast.real_gdp))
    gap[:count] = 100.0 * (np.asarray(forecast.real_gdp[:count]) / potential[:count] - 1.0)
    own = forecast.structural_balance[START] - forecast.structural_balance[START - 1]
    gap[START] -= MULTIPLIER * (balance[START] - balance[START - 1] - own)
    for year in range(START + 1, end + 1):
        effort = balance[year] - balance[year - 1]
        gap[year] = (1.0 - 1.0 / GAP_YEARS) * gap[year - 1] - MULTIPLIER * effort
    for year in range(end + 1, min(end + GAP_YEARS, gap.size)):
        gap[year] = gap[year - 1] - gap[end] / GAP_YEARS
    return gap


def _growth(forecast: Forecast, gap: Floats, end: int, scenario: Scenario) -> Floats:
    """Return nominal growth, (year,); as forecast in t = 1, unknown in t = 0."""
    output = (1.0 + gap / 100.0) * _potential(forecast)
    real = np.concatenate([[np.nan], output[1:] / output[:-1] - 1.0])
    if scenario == "adverse_rate_growth":
        real[end + 1 :] -= ADVERSE
    prices = _straight(
        forecast.deflator[: START + 1],
        {SWAP_YEAR: forecast.inflation_forward, END_YEAR: forecast.inflation_end},
        gap.size,
    )
    growth = (1.0 + real) * (1.0 + prices) - 1.0
    growth[1:START] = np.diff(forecast.nominal_gdp[:START]) / forecast.nominal_gdp[: START - 1]
    return growth


def _straight(known: Sequence[float], later: dict[int, float], years: int) -> Floats:
    """Return known figures and then straight lines between later ones, (year,)."""
    at = [*range(len(known)), *later]
    return np.interp(np.arange(years), at, [*known, *later.values()])


def _ageing(forecast: Forecast, end: int) -> Floats:
    """Return what ageing and revenue add to the balance after the effort, (year,)."""
    cost, revenue = (
        np.concatenate([[0.0], np.asarray(part, np.float64)])
        for part in (forecast.ageing, forecast.revenue)
    )
    years = len(forecast.potential_growth)
    at = np.clip(np.arange(years), end, end + AGEING_YEARS)
    return (revenue - cost)[at] - (revenue - cost)[end]


def _market_rates(
    forecast: Forecast, economy: _Economy, scenario: Scenario, stress: float
) -> tuple[Floats, Floats]:
    """Return short and long market rates, (year,) each."""
    last, end, years = forecast.long_rate_end, economy.end, economy.gdp.size
    short, long = (
        _straight(known[:START], {SWAP_YEAR: forward, END_YEAR: final}, years)
        for known, forward, final in (
            (forecast.short_rate, forecast.short_rate_forward, SHORT_TO_LONG * last),
            (forecast.long_rate, forecast.long_rate_forward, last),
        )
    )
    for rate in (short, long):
        if scenario == "adverse_rate_growth":
            rate[end + 1 :] += ADVERSE
        rate[end + 1 : end + 2] += stress
    return short, long


@dataclass(frozen=True, slots=True)
class _Funding:
    """Implicit rate, interest and what must be financed, (year,), amounts."""

    rate: Floats
    interest: Floats
    need: Floats


def _funding(forecast: Forecast, economy: _Economy, market: tuple[Floats, Floats]) -> _Funding:
    """Return how debt is renewed: short debt each year, a share of long debt, the rest stays.

    The rate of long debt moves by the share of it that was issued the year before; known implicit
    rates hold up to t = 2.
    """
    short, long = market
    years, share = short.size, forecast.short_share
    rate, interest, need = (np.zeros(years) for _ in range(3))
    rate[: START + 1] = forecast.implicit_rate[: START + 1]
    debt = _Debt(share * forecast.debt[0], (1.0 - share) * forecast.debt[0], 0.0)
    maturing = _straight([forecast.maturing], {SWAP_YEAR: forecast.maturing_mean}, years)
    flow = economy.due - economy.primary / 100.0 * economy.gdp
    long_rate = rate[0]
    for year in range(1, years):
        alpha, beta = debt.short / (debt.short + debt.long), debt.issued / debt.long
        if year <= START:
            long_rate = (rate[year] - alpha * short[year]) / (1.0 - alpha)
        else:
            long_rate = beta * long[year] + (1.0 - beta) * long_rate
            rate[year] = alpha * short[year] + (1.0 - alpha) * long_rate
        interest[year] = debt.short * short[year - 1] + debt.long * long_rate
        repaid = maturing[year] * debt.long
        need[year] = interest[year] + debt.short + repaid + flow[year]
        debt = _renewed(debt, repaid, need[year], share)
    return _Funding(rate, interest, need)


@dataclass(frozen=True, slots=True)
class _Debt:
    """Debt due within a year and later, and what of the later was issued this year."""

    short: float
    long: float
    issued: float


def _renewed(debt: _Debt, repaid: float, need: float, share: float) -> _Debt:
    """Return debt after a year's need is borrowed so that `share` falls due within a year."""
    kept = debt.long - repaid
    owed = kept + need
    wanted_long = max((1.0 - share) * owed - kept, 0.0)
    part = share * owed / (share * owed + wanted_long)
    return _Debt(max(part * need, 0.0), kept + max((1.0 - part) * need, 0.0), (1.0 - part) * need)


def _valuation(forecast: Forecast, years: int) -> Floats:
    """Return what the exchange rate does to debt owed, (year,)."""
    level = _straight(forecast.exchange_rate[: START + 1], {}, years)
    moved = np.concatenate([[1.0], level[1:] / level[:-1]])
    return 1.0 + (1.0 - forecast.domestic_share) * (moved - 1.0)
