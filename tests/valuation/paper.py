"""The pot test as on paper: one lot, one route, one start; loops over quarters, rounds, scenarios.

Slow and literal, the oracle of `valuation`. Quarters are counted from 1; a release offered in
quarter `start` (0 = first) is paid for in round k at the end of quarter start + 1 + k.
"""

from dataclasses import dataclass, field
from functools import cache

WEIGHTS = {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
SCENARIO = {"low": "adverse", "high": "favourable"}
LEVY = {"low": 2, "base": 1, "high": 0}  # which of (low, base, high) rates counts
SELLS = ("exchange_sale", "auction", "concession")


@dataclass(frozen=True)
class Lot:
    """Yuan a year at (low, base, high) where a range is given; years of life."""

    income: tuple[float, float, float]
    appraisal: tuple[float, float, float]
    cost: float
    capex: float
    service: float
    life_y: float
    growth: float
    book: float


@dataclass(frozen=True)
class Way:
    """A route's terms; levies as (low, base, high) rates by (tax or fee, base)."""

    route: str
    price_share: float = 1.0
    term_y: float = 0.0
    rent_share: float = 0.0
    ltv: float = 0.0
    loan_rate: float = 0.0
    loan_quarters: int = 0
    retained: float = 0.0
    levies: dict[tuple[str, str], tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Market:
    """First tranche at (low, base, high); listing rounds and price index by scenario."""

    fraction: tuple[float, float, float]
    sold: dict[str, tuple[float, ...]]
    reserve: dict[str, tuple[float, ...]]
    index: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Sides:
    """Both sides of a release: present values in yuan."""

    gross_price: float
    price_cut: float
    tax: float
    fee: float
    procedure_cost: float
    freed_debt: float
    delay_cost: float
    net: float
    given_up: float
    sale_probability: float


@dataclass(frozen=True)
class Outcome:
    """One way in which a listing may end in a sale."""

    chance: float
    step: int
    price: float


def side(level: str) -> int:
    return ("low", "base", "high").index(level)


def life(lot: Lot) -> int:
    return round(min(lot.life_y, 50.0) * 4)


def factor(rate: float, quarters: float) -> float:
    return (1.0 + rate) ** (-quarters / 4.0)


@cache
def a(quarters: int, rate: float) -> float:
    return sum(factor(rate, t) for t in range(1, quarters + 1))


def gives(lot: Lot, quarter: int, level: str, rate: float) -> dict[str, float]:
    """Income, cost (positive) and service of one quarter, counted from 1."""
    if quarter > life(lot):
        return {"income": 0.0, "cost": 0.0, "service": 0.0}
    income = lot.income[side(level)] / 4.0 * (1.0 + lot.growth) ** ((quarter - 1) / 4.0)
    capex = lot.capex / a(life(lot), rate)
    return {"income": income, "cost": lot.cost / 4.0 + capex, "service": lot.service / 4.0}


def handed_over(lot: Lot, way: Way) -> int:
    """Quarters that the route grants: its term, or all."""
    term = round(way.term_y * 4)
    limited = way.route in ("lease", "concession", "pool", "share_reuse") and term > 0
    return min(term, life(lot)) if limited else life(lot)


def given_up_by(lot: Lot, way: Way, quarter: int, level: str, rate: float) -> float:
    """What the route ends of one quarter's gifts."""
    gift = gives(lot, quarter, level, rate)
    whole = gift["income"] - gift["cost"]
    return {
        "exchange_sale": whole + gift["service"],
        "auction": whole + gift["service"],
        "transfer_up": whole + gift["service"],
        "concession": whole,
        "pool": (1.0 - way.retained) * whole,
        "lease": gift["income"] + gift["service"],
        "pledge": 0.0,
        "share_reuse": 0.0,
        "hold": 0.0,
    }[way.route]


def asked(lot: Lot, way: Way, start: int, level: str, rate: float) -> float:
    """Appraisal for the years still to come, as a share of all of today's years."""
    years = min(handed_over(lot, way), max(life(lot) - start, 0))
    worth = a(years, rate) / a(life(lot), rate)
    return lot.appraisal[side(level)] * way.price_share * worth


def sales(lot: Lot, way: Way, market: Market, start: int, level: str, rate: float) -> list[Outcome]:
    """Every scenario and round in which a listing sells, with its chance and price."""
    chances = WEIGHTS if level == "base" else {SCENARIO[level]: 1.0}
    first = asked(lot, way, start, level, rate) * market.fraction[side(level)]
    return [
        Outcome(
            weight * sold,
            step,
            first
            * market.reserve[scenario][step]
            * market.index[scenario][min(start + step, len(market.index[scenario]) - 1)],
        )
        for scenario, weight in chances.items()
        for step, sold in enumerate(market.sold[scenario])
    ]


def contract(lot: Lot, way: Way, start: int, level: str, rate: float) -> list[Outcome]:
    """What a contract pays, and when: a lease quarter by quarter, all others at once."""
    value = lot.appraisal[side(level)]
    if way.route in ("lease", "share_reuse"):
        quarters = min(handed_over(lot, way), max(life(lot) - start - 1, 0))
        return [Outcome(1.0, 1 + t, value * way.rent_share / 4.0) for t in range(quarters)]
    price = {
        "pool": asked(lot, way, start, level, rate) * (1.0 - way.retained),
        "pledge": value * way.ltv,
        "transfer_up": value * way.price_share,
        "hold": 0.0,
    }[way.route]
    return [Outcome(1.0, 0, price)]


def weigh(lot: Lot, way: Way, market: Market, start: int, level: str, rate: float) -> Sides:
    """Add up both sides of the pot test."""
    listed = way.route in SELLS
    ways = (sales if listed else lambda lo, w, _, *r: contract(lo, w, *r))(
        lot, way, market, start, level, rate
    )
    chance = sum(outcome.chance for outcome in ways) if listed else 1.0
    achieved = sum(o.chance * o.price for o in ways) / chance
    today = sum(o.chance * o.price * factor(rate, start + 1 + o.step) for o in ways) / chance
    first = asked(lot, way, start, level, rate) if listed else achieved
    gross = max(first, achieved)
    tax = levied(lot, way, achieved, "tax", level)
    fee = levied(lot, way, achieved, "fee", level)
    free = way.route in ("share_reuse", "hold")
    rates = sum(
        way.levies.get((kind, "appraisal"), (0.0,) * 3)[LEVY[level]] for kind in ("tax", "fee")
    )
    procedure = 0.0 if free else lot.appraisal[1] * rates * factor(rate, start + 1) / chance
    delay = (achieved - tax - fee) * (1.0 - today / achieved) if achieved > 0.0 else 0.0
    served = loan(way, achieved, start, rate) if way.route == "pledge" else 0.0
    net = gross - (gross - achieved) - tax - fee - procedure - served - delay
    given = (
        sum(o.chance / chance * lost(lot, way, start, o.step, level, rate) for o in ways)
        if listed
        else lost(lot, way, start, 0, level, rate)
    )
    return Sides(gross, gross - achieved, tax, fee, procedure, served, delay, net, given, chance)


def lost(lot: Lot, way: Way, start: int, step: int, level: str, rate: float) -> float:
    """What is given up from the transfer on."""
    last = min(start + 1 + handed_over(lot, way), life(lot))
    return sum(
        given_up_by(lot, way, q, level, rate) * factor(rate, q)
        for q in range(start + 2 + step, last + 1)
    )


def levied(lot: Lot, way: Way, achieved: float, kind: str, level: str) -> float:
    if way.route in ("pledge", "share_reuse", "hold", "transfer_up"):
        return 0.0
    on_price, on_gain = (rate_of(way, kind, base, level) for base in ("price", "gain"))
    return on_price * achieved + on_gain * max(achieved - lot.book, 0.0)


def rate_of(way: Way, kind: str, base: str, level: str) -> float:
    return way.levies.get((kind, base), (0.0,) * 3)[LEVY[level]]


def loan(way: Way, lent: float, start: int, rate: float) -> float:
    """Present value of serving a bullet loan drawn at the end of the starting quarter."""
    service = sum(way.loan_rate / 4.0 * factor(rate, t) for t in range(1, way.loan_quarters + 1))
    return lent * (service + factor(rate, way.loan_quarters)) * factor(rate, start + 1)
