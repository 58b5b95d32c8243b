"""Random lots, each with a kind, a market and routes of its own: as a case, and as on paper."""

from dataclasses import dataclass

import numpy as np
from tests.plan.town import kind, ladder, rounds, route, town
from tests.support import lot as row_of_lot
from tests.valuation.paper import WEIGHTS, Lot, Market, Way

from ironpot.case.case import Case

QUARTERS = 8
ROUTES = (
    "exchange_sale",
    "auction",
    "concession",
    "lease",
    "pool",
    "pledge",
    "transfer_up",
    "share_reuse",
)
LEVIES = (("tax", "price"), ("tax", "gain"), ("fee", "price"), ("fee", "appraisal"))


@dataclass(frozen=True)
class Draw:
    """A lot with its ways out and its market."""

    lot_id: str
    lot: Lot
    ways: tuple[Way, ...]
    market: Market


def draw_lots(rng: np.random.Generator, count: int) -> tuple[Draw, ...]:
    """Draw lots whose figures range widely; income may fall short of the cost to keep."""
    return tuple(
        Draw(f"lot{n}", _lot(rng), tuple(_way(rng, name) for name in ROUTES), _market(rng))
        for n in range(count)
    )


def _three(rng: np.random.Generator, middle: float) -> tuple[float, float, float]:
    return middle * rng.uniform(0.5, 1.0), middle, middle * rng.uniform(1.0, 1.5)


def _lot(rng: np.random.Generator) -> Lot:
    value = 10.0 ** rng.uniform(4, 9)
    return Lot(
        income=_three(rng, value * rng.uniform(0.0, 0.2)),
        appraisal=_three(rng, value),
        cost=value * rng.uniform(0.0, 0.05),
        capex=value * rng.uniform(0.0, 0.3) * rng.integers(2),
        service=value * rng.uniform(0.0, 0.05) * rng.integers(2),
        life_y=float(rng.choice([0.5, 3.0, 10.0, 40.0, 70.0])),
        growth=rng.uniform(-0.05, 0.05),
        book=value * rng.uniform(0.0, 1.5),
    )


def _way(rng: np.random.Generator, name: str) -> Way:
    levies = {key: tuple(sorted(rng.uniform(0.0, 0.1, 3))) for key in LEVIES}
    return Way(
        route=name,
        price_share=rng.uniform(0.5, 1.2),
        term_y=float(rng.choice([0.0, 2.0, 20.0])),
        rent_share=rng.uniform(0.0, 0.1),
        ltv=rng.uniform(0.1, 0.7),
        loan_rate=rng.uniform(0.0, 0.1),
        loan_quarters=int(rng.integers(1, 20)),
        retained=rng.uniform(0.0, 0.4),
        levies=levies,
    )


def _market(rng: np.random.Generator) -> Market:
    low, base, high = sorted(rng.uniform(0.3, 1.0, 3))
    return Market(
        fraction=(low, base, high),
        sold={name: tuple(rng.dirichlet((1.0, 1.0, 1.0, 1.0))[:3]) for name in WEIGHTS},
        reserve={name: tuple(sorted(rng.uniform(0.5, 1.0, 3))[::-1]) for name in WEIGHTS},
        index={name: tuple(rng.uniform(0.5, 1.5, QUARTERS)) for name in WEIGHTS},
    )


def case_of(draws: tuple[Draw, ...], rate: float) -> Case:
    """Write the draws as a case."""
    numbered = list(enumerate(draws))
    return town(
        quarters=QUARTERS,
        discount_rate=rate,
        assets=[_asset(draw, n) for n, draw in numbered],
        asset_kinds=[kind(f"kind{n}", f"market{n}") for n, _ in numbered],
        routes=[_route(way, n) for n, draw in numbered for way in draw.ways],
        taxes_fees=[row for n, draw in numbered for way in draw.ways for row in _levies(way, n)],
        markets=[row for n, draw in numbered for row in _tranche(draw.market, n)],
        listing=[row for n, draw in numbered for row in _rounds(draw.market, n)],
        drivers=[row for n, draw in numbered for row in _index(draw.market, n)],
    )


def _asset(draw: Draw, n: int) -> dict[str, object]:
    lot = draw.lot
    return row_of_lot(
        draw.lot_id,
        "gov",
        lot.book,
        title="clear",
        buyer_scope="outside",
        asset_kind=f"kind{n}",
        appraisal=lot.appraisal[1],
        appraisal_low=lot.appraisal[0],
        appraisal_high=lot.appraisal[2],
        income_y=lot.income[1],
        income_low_y=lot.income[0],
        income_high_y=lot.income[2],
        income_growth_rate=lot.growth,
        cost_to_keep_y=lot.cost,
        capex_needed=lot.capex,
        service_value_y=lot.service,
        service_class="offices",
        remaining_life_y=lot.life_y,
    )


def _route(way: Way, n: int) -> dict[str, object]:
    return route(
        way.route,
        f"kind{n}",
        price_share=way.price_share,
        term_y=way.term_y or None,
        rent_share=way.rent_share,
        ltv_share=way.ltv,
        loan_rate=way.loan_rate,
        loan_term_months=3 * way.loan_quarters,
        retained_share=way.retained,
    )


def _levies(way: Way, n: int) -> list[dict[str, object]]:
    return [
        {
            "item": f"{levy}_{base}",
            "asset_kind": f"kind{n}",
            "route": way.route,
            "rate_low": rates[0],
            "rate": rates[1],
            "rate_high": rates[2],
            "base": base,
            "levy": levy,
        }
        for (levy, base), rates in way.levies.items()
    ]


def _tranche(market: Market, n: int) -> list[dict[str, object]]:
    low, base, high = market.fraction
    cells = {"fraction_low": low, "fraction_high": high, "price_driver": f"price{n}"}
    return ladder((base, 1e12), market=f"market{n}", **cells)


def _rounds(market: Market, n: int) -> list[dict[str, object]]:
    chances = [(name, market.sold[name], market.reserve[name]) for name in WEIGHTS]
    return rounds(chances, market=f"market{n}")


def _index(market: Market, n: int) -> list[dict[str, object]]:
    return [
        {"driver": f"price{n}", "quarter": f"{2025 + t // 4}Q{t % 4 + 1}"}
        | {name: path[t] for name, path in market.index.items()}
        for t in range(QUARTERS)
    ]
