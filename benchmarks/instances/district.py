"""What does a district of the planner's trials look like as a case? Drawn from a seed.

By default 200 lots, 15 bundles, 20 quarters, 150 debts, 6 markets, a government and three
companies. Sizes are lognormal, yields, lead times and rates uniform, market depth a tenth of what
could be sold there, as in the trials that the planner was designed by; what a case states
otherwise than the trials did (life for value at the horizon, ladders for a linear price impact,
three columns for drawn paths) is translated. Amounts inside are million yuan.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Settings
from ironpot.case.schema import BY_NAME
from ironpot.case.write import write_case
from ironpot.core.lang import Text

Row = dict[str, Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MILLION = 1e6
DATE = dt.date(2024, 12, 31)
OWNERS = ("gov", "com1", "com2", "com3")
ROUTES = ("exchange_sale", "lease", "pool", "pledge")
# Chance that a lot is open to each route, and that its debt may be paid early, swapped, talked of.
OPEN = (0.85 * 0.9, 0.8, 0.35, 0.6)
KINDS_A_MARKET = 3
SOURCE = {"source_id": "drawn", "origin": "synthetic"}
SCENARIOS = {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
# Levels of futures have this spread, so that paths spread as much as in the trials.
LEVEL_SD = 0.7


@dataclass(frozen=True, slots=True)
class Size:
    """How large an instance is."""

    lots: int = 200
    bundles: int = 15
    debts: int = 150
    markets: int = 6
    quarters: int = 20


@dataclass(frozen=True)
class _Lots:
    """Lots before they are rows: (lot,) each; `open_to` is (lot, route)."""

    owner: Ints
    market: Ints
    kind: Ints
    value: Floats
    open_to: npt.NDArray[np.bool_]


def write_district(folder: Path, seed: int, size: Size | None = None) -> None:
    """Draw a district and write it as a case."""
    chosen = size or Size()
    tables = {name: BY_NAME[name].frame(rows) for name, rows in district_rows(seed, chosen).items()}
    settings = Settings(
        case_id=f"district-{seed}",
        name=Text(f"Drawn district {seed}", f"抽样区县{seed}"),
        date=DATE,
        top_entity="gov",
        horizon_quarters=chosen.quarters,
        discount_rate=0.04,
        weights=dict(SCENARIOS),
        notice=Text("Drawn at random; no real district.", "随机生成,非真实区县。"),
    )
    write_case(folder, settings, tables)


def district_rows(seed: int, size: Size) -> dict[str, list[Row]]:
    """Return the rows of every table; the same seed gives the same rows."""
    for_lots, for_routes, for_debts, for_paths = np.random.default_rng(seed).spawn(4)
    lots = _draw_lots(for_lots, size)
    rows = {
        **_people(),
        "assets": _assets(for_lots, lots),
        "bundles": _bundles(for_lots, lots, size),
        "asset_kinds": _kinds(size),
        "routes": _routes(for_routes, size),
        "taxes_fees": _levies(),
        "markets": _markets(lots, size),
        "listing": _listing(for_paths, size),
        "drivers": _drivers(for_paths, size),
        "service_classes": _services(),
        "team": [{"quarter": "all", "capacity_pw": 156.0, "negotiations": 3}],
        "budget": _budget(),
        "debts": _debts(for_debts, size),
        "class_actions": _actions(),
        "refinancing": _lent_again(),
        "limits": _limits(),
        "relief_sources": [_giver()],
    }
    document = {"document": "Drawn at random", "date": DATE, "basis": "synthetic"}
    sources: list[Row] = [{"source_id": "drawn", **document}]
    return {name: [row | SOURCE for row in table] for name, table in rows.items()} | {
        "sources": sources
    }


def _people() -> dict[str, list[Row]]:
    government = {"kind": "government", "inside": True, "analytic_sector": "S1313"}
    company = {"kind": "vehicle", "parent_id": "gov", "inside": True, "analytic_sector": "S11001"}
    cash = (300.0, 80.0, 60.0, 40.0)
    everything = "general;special;hidden;vehicle_other;arrears;other"
    masks = ("company", "general;company", "general;company", "general;company")
    return {
        "entities": [
            {"entity_id": owner, "name": owner} | (company if owner != "gov" else government)
            for owner in OWNERS
        ],
        "accounts": [
            {
                "entity_id": owner,
                "account": "general" if owner == "gov" else "company",
                "opening_cash": cash[k] * MILLION,
                "pays": everything,
                "transfers_to": masks[k],
            }
            for k, owner in enumerate(OWNERS)
        ],
        "creditors": [
            {"creditor_id": "bank", "name": "bank", "creditor_class": "regional_bank"},
            {"creditor_id": "trust", "name": "trust", "creditor_class": "non_standard"},
            {"creditor_id": "holders", "name": "holders", "creditor_class": "bondholders"},
        ],
    }


def _draw_lots(rng: np.random.Generator, size: Size) -> _Lots:
    market = rng.integers(0, size.markets, size.lots)
    return _Lots(
        owner=rng.integers(0, len(OWNERS), size.lots),
        market=market,
        kind=market * KINDS_A_MARKET + rng.integers(0, KINDS_A_MARKET, size.lots),
        value=np.exp(rng.normal(3.6, 0.9, size.lots)),
        open_to=rng.random((size.lots, len(ROUTES))) < np.array(OPEN),
    )


def _assets(rng: np.random.Generator, lots: _Lots) -> list[Row]:
    count = lots.value.size
    yields = 4.0 * rng.uniform(0.002, 0.018, count)
    life = np.rint(rng.uniform(25, 50, count))
    served = rng.random(count) < 0.15
    service = 4.0 * lots.value * rng.uniform(0.002, 0.02, count)
    kinds = rng.integers(1, 6, count)
    titles = np.where(rng.random(count) < 0.7, "clear", "defect")
    return [
        {
            "asset_id": f"lot{k:03d}",
            "name": f"Lot {k}",
            "owner_id": OWNERS[lots.owner[k]],
            "asset_kind": f"kind{lots.kind[k]:02d}",
            "book_value": _yuan(lots.value[k]),
            "appraisal": _yuan(lots.value[k]),
            "income_y": _yuan(lots.value[k] * yields[k]),
            "cost_to_keep_y": _yuan(lots.value[k] * yields[k] * 0.1),
            "remaining_life_y": float(life[k]),
            "service_class": f"service{kinds[k]}" if served[k] else None,
            "service_value_y": _yuan(service[k]) if served[k] else None,
            "title": str(titles[k]),
            "title_cure_months": 6,
            "buyer_scope": "outside",
            "routes_barred": ";".join(
                route for route, usable in zip(ROUTES, lots.open_to[k], strict=True) if not usable
            ),
        }
        for k in range(count)
    ]


def _yuan(million: float) -> float:
    """Million as yuan, whole fen."""
    return round(float(million) * MILLION, 2)


def _bundles(rng: np.random.Generator, lots: _Lots, size: Size) -> list[Row]:
    """Two to four lots of one owner and market that may be sold, if there are two."""
    rows: list[Row] = []
    for _ in range(100 * size.bundles):
        first = int(rng.integers(lots.value.size))
        like = (lots.owner == lots.owner[first]) & (lots.market == lots.market[first])
        members = np.flatnonzero(like & lots.open_to[:, 0])
        count = min(members.size, int(rng.integers(2, 5)))
        if count >= 2 and len(rows) < size.bundles:
            chosen = np.sort(rng.choice(members, count, replace=False))
            rows.append(
                {
                    "bundle_id": f"bundle{len(rows):02d}",
                    "asset_ids": ";".join(f"lot{k:03d}" for k in chosen),
                    "route": "exchange_sale",
                    "price_uplift_share": round(float(rng.uniform(0.02, 0.15)), 3),
                }
            )
    return rows


def _kinds(size: Size) -> list[Row]:
    return [
        {
            "asset_kind": f"kind{k:02d}",
            "name_en": f"Kind {k}",
            "name_zh": f"种类{k}",
            "gfsm_code": "61112",
            "market_id": f"market{k // KINDS_A_MARKET}",
        }
        for k in range(size.markets * KINDS_A_MARKET)
    ]


def _routes(rng: np.random.Generator, size: Size) -> list[Row]:
    """Lead times in quarters and effort a quarter of preparation as in the trials, by kind."""
    leads = ((2, 6), (1, 3), (3, 7), (1, 4))
    efforts = ((3, 9), (1, 4), (4, 10), (1, 4))
    rows: list[Row] = []
    for kind in range(size.markets * KINDS_A_MARKET):
        terms: tuple[Row, ...] = (
            {"price_share": 1.0},
            {"rent_share": round(float(4.0 * rng.uniform(0.004, 0.02)), 4), "term_y": 10.0},
            {
                "price_share": round(float(rng.uniform(0.3, 0.5)), 3),
                "retained_share": 0.2,
                "minimum_size": 300 * MILLION,
            },
            {"ltv_share": 0.5, "loan_rate": 0.055, "loan_term_months": 36},
        )
        for route, (low, high), effort, cells in zip(ROUTES, leads, efforts, terms, strict=True):
            lead = int(rng.integers(low, high))
            rows.append(
                {
                    "asset_kind": f"kind{kind:02d}",
                    "route": route,
                    "legal": True,
                    "lead_days": 90 * lead,
                    "effort_pw": round(float(rng.uniform(*effort)) * lead, 1),
                    "recourse": False,
                }
                | cells
            )
    return rows


def _levies() -> list[Row]:
    row = {"item": "fee", "asset_kind": "all", "route": "exchange_sale", "levy": "fee"}
    return [row | {"base": "price", "rate_low": 0.01, "rate": 0.01, "rate_high": 0.01}]


def _markets(lots: _Lots, size: Size) -> list[Row]:
    """Ladders whose average price falls by 30 % at a tenth of what could be sold, half at most."""
    fractions = (0.94, 0.82, 0.70, 0.58, 0.46, 0.34)
    return [
        {
            "market_id": f"market{m}",
            "quarter": "all",
            "tranche": number,
            "price_fraction": fraction,
            "capacity": _yuan(lots.value[lots.market == m].sum() * (0.4 if number == 6 else 0.02)),
            "price_driver": f"price{m}",
        }
        for m in range(size.markets)
        for number, fraction in enumerate(fractions, start=1)
    ]


def _listing(rng: np.random.Generator, size: Size) -> list[Row]:
    """Share sold in three rounds; the adverse, base and favourable are sorted draws."""
    rows: list[Row] = []
    for m in range(size.markets):
        first = np.sort(rng.beta(6, 4, 3))
        second = (1 - first) * rng.beta(6, 3)
        third = (1 - first - second) * rng.uniform(0.5, 1)
        for name, place in (("adverse", 0), ("base", 1), ("favourable", 2)):
            shares = first[place], second[place], third[place]
            rows += [
                {
                    "market_id": f"market{m}",
                    "scenario": name,
                    "round": number,
                    "sold_share": round(float(share), 4),
                    "reserve_share": reserve,
                }
                for number, (share, reserve) in enumerate(
                    zip(shares, (1.0, 0.9, 0.72), strict=True), start=1
                )
            ]
    return rows


def _drivers(rng: np.random.Generator, size: Size) -> list[Row]:
    """Prices that drift down and spread like a random walk, revenue that grows with the seasons."""
    t = np.arange(1, size.quarters + 1)
    season = 1.0 + 0.15 * np.array([0.5, -1.0, -0.5, 1.0])[(t - 1) % 4]
    rows: list[Row] = []
    for m in range(size.markets):
        beta = rng.uniform(0.6, 1.4)
        spread = np.sqrt(t * ((0.03 * beta) ** 2 + 0.02**2)) / LEVEL_SD
        rows += _paths(f"price{m}", -0.008 * beta * t, spread, np.ones(t.size))
    spread = np.sqrt(t * (0.02**2 + 0.015**2)) / LEVEL_SD
    return rows + _paths("own_revenue", (0.002 - 0.004) * t, spread, season)


def _paths(name: str, drift: Floats, spread: Floats, season: Floats) -> list[Row]:
    base, adverse, favourable = (
        np.round(season * np.exp(drift + sign * spread), 6) for sign in (0.0, -1.0, 1.0)
    )
    return [
        {
            "driver": name,
            "quarter": f"{2025 + k // 4}Q{k % 4 + 1}",
            "base": float(base[k]),
            "adverse": float(adverse[k]),
            "favourable": float(favourable[k]),
        }
        for k in range(drift.size)
    ]


def _services() -> list[Row]:
    return [
        {
            "service_class": f"service{k}",
            "name_en": f"Service {k}",
            "name_zh": f"服务{k}",
            "floor_share": 0.7,
        }
        for k in range(1, 6)
    ]


def _budget() -> list[Row]:
    """Revenue that follows its driver, spending that grows 0.4 % a quarter."""
    revenue, spending = (430.0, 110.0, 90.0, 70.0), (395.0, 60.0, 55.0, 45.0)
    rows: list[Row] = []
    for k, owner in enumerate(OWNERS):
        account = "general" if owner == "gov" else "company"
        line = {"entity_id": owner, "account": account, "year": 2025, "recurrent": True}
        rows += [
            line
            | {"line": "own_revenue", "item": "revenue", "driver": "own_revenue"}
            | {"amount_y": 4 * revenue[k] * MILLION},
            line
            | {"line": "essential_spending", "item": "spending", "driver": "none"}
            | {"amount_y": 4 * spending[k] * MILLION, "growth_rate": 0.016},
        ]
    return rows


def _debts(rng: np.random.Generator, size: Size) -> list[Row]:
    """Lognormal principal, 1 to 36 quarters to go, 3 to 8 %, two fifths amortising."""
    return [_debt(rng, k) for k in range(size.debts)]


def _debt(rng: np.random.Generator, number: int) -> Row:
    debtor = OWNERS[int(rng.choice(len(OWNERS), p=[0.25, 0.35, 0.25, 0.15]))]
    quarters, principal = int(rng.integers(1, 36)), float(np.exp(rng.normal(4.0, 0.8)))
    draw = rng.random()
    instrument = "loan" if draw < 0.6 else "trust" if draw < 0.85 else "bond"
    holder = {"loan": "bank", "trust": "trust", "bond": "holders"}[instrument]
    hidden, early, amortising = rng.random(3) < (0.5, 0.6, 0.4)
    row: Row = {
        "debt_id": f"debt{number:03d}",
        "debtor_id": debtor,
        "creditor_id": holder,
        "primary_class": "hidden" if hidden else "vehicle_other",
        "instrument": instrument,
        "contract_type": "LAM" if amortising else "PAM",
        "notional_principal": _yuan(principal),
        "initial_exchange_date": DATE,
        "maturity_date": _month_end(3 * quarters),
        "nominal_interest_rate": round(float(rng.uniform(0.03, 0.08)), 4),
        "cycle_anchor_date_of_interest_payment": _month_end(3),
        "cycle_of_interest_payment": "P3ML1",
        "end_of_month_convention": "EOM",
        "prepayment_penalty_rate": 0.005 if early else None,
    }
    if amortising:
        row |= {
            "cycle_anchor_date_of_principal_redemption": _month_end(3),
            "cycle_of_principal_redemption": "P3ML1",
            "next_principal_redemption_payment": _yuan(principal / quarters),
        }
    return row


def _month_end(months: int) -> dt.date:
    """Last day of the month so many months after the case date, a December."""
    year, month = divmod(DATE.month + months, 12)
    return dt.date(DATE.year + year, month + 1, 1) - dt.timedelta(days=1)


def _actions() -> list[Row]:
    """Prepay, lend again, swap what is hidden; extend loans by two or four years, cut trusts."""
    rows: list[Row] = []
    for kind in ("hidden", "vehicle_other"):
        extend = {"primary_class": kind, "instruments": "loan", "action": "extend"}
        rows += [
            {"option_id": f"{kind}_prepay", "primary_class": kind, "action": "prepay"},
            {"option_id": f"{kind}_again", "primary_class": kind, "action": "refinance"},
            extend
            | {"option_id": f"{kind}_longer", "term_months": 24, "rate_change": 0.016}
            | {"fee_share": 0.004, "success_probability": 0.7},
            extend
            | {"option_id": f"{kind}_longest", "term_months": 48, "rate_change": 0.004}
            | {"fee_share": 0.012, "success_probability": 0.5},
            {"option_id": f"{kind}_cut", "primary_class": kind, "action": "haircut"}
            | {"instruments": "trust", "principal_share": 0.2, "fee_share": 0.02}
            | {"success_probability": 0.4},
        ]
    swap = {"option_id": "hidden_swap", "primary_class": "hidden", "action": "swap"}
    terms = {"quota_y": 300 * MILLION, "new_rate": 0.026, "term_months": 120, "fee_share": 0.001}
    return [*rows, swap | terms]


def _lent_again() -> list[Row]:
    share = {"base": 0.4, "adverse": 0.25, "favourable": 0.5}
    return [
        {
            "creditor_class": who,
            "quarter": "all",
            "scenario": name,
            "rollover_share": round(part * share[name], 3),
            "rate": rate,
            "term_months": 24,
        }
        for who, part, rate in (
            ("regional_bank", 1.0, 0.055),
            ("bondholders", 0.8, 0.06),
            ("non_standard", 0.4, 0.09),
        )
        for name in SCENARIOS
    ]


def _limits() -> list[Row]:
    buffers, bridges = (120.0, 20.0, 20.0, 15.0), (250.0, 120.0, 100.0, 80.0)
    rows: list[Row] = []
    for owner, buffer, bridge in zip(OWNERS, buffers, bridges, strict=True):
        account = "general" if owner == "gov" else "company"
        who = {"entity_id": owner, "account": account, "quarter": "all"}
        rows += [
            who | {"limit_id": f"buffer_{owner}", "kind": "buffer", "amount": buffer * MILLION},
            who
            | {"limit_id": f"bridge_{owner}", "kind": "bridge", "amount": bridge * MILLION}
            | {"rate": 0.07},
            who | {"limit_id": f"move_{owner}", "kind": "transfer", "amount": 60 * MILLION},
        ]
    return rows


def _giver() -> Row:
    row = {"giver_id": "above", "name": "Government above", "kind": "grant", "order": 1}
    return row | {"repayable": False, "accounts": "general;company"}


def case_frames(seed: int, size: Size) -> dict[str, pl.DataFrame]:
    """Return the tables of a district as frames in the schema."""
    return {name: BY_NAME[name].frame(rows) for name, rows in district_rows(seed, size).items()}
