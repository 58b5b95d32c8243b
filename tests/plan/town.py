"""A town for tests of the planner: one government, one market, one percent a quarter, no surprises.

`town(...)` takes rows of any table of a case; what a test does not give is as plain as can be: a
listing sells at once at the first price, nobody taxes, nobody lends again, nobody helps.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.support import Rows, account, creditor, debt, government, lot, tiny_case

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS

RATE = 1.01**4 - 1.0  # one percent a quarter
MILLION = 1e6
FLAT = {"base": 1.0, "adverse": 1.0, "favourable": 1.0}
CERTAIN = (("base", (1.0,), (1.0,)), ("adverse", (1.0,), (1.0,)), ("favourable", (1.0,), (1.0,)))


def town(*, quarters: int = 8, discount_rate: float = RATE, **tables: Rows) -> Case:
    """Return a small case; tables that are given replace the plain ones."""
    plain: dict[str, Rows] = {
        "entities": [government("gov"), bank()],
        "accounts": [account("gov", "general", 100 * MILLION)],
        "creditors": [creditor("bank", "regional_bank")],
        "asset_kinds": [kind()],
        "routes": [sale()],
        "markets": ladder((1.0, 1e9)),
        "listing": rounds(),
        "drivers": driver("price", quarters),
        "service_classes": [service("offices", 0.0)],
        "team": [{"quarter": "all", "capacity_pw": 1e6, "negotiations": 100}],
        "budget": [budget("own_revenue", 0.0)],
    }
    return tiny_case(quarters=quarters, discount_rate=discount_rate, **(plain | tables))


def bank() -> dict[str, Any]:
    """Return the row of a bank outside the perimeter."""
    return {"entity_id": "bank", "name": "bank", "kind": "bank", "inside": False}


def kind(name: str = "hall", market: str | None = "market", **cells: Any) -> dict[str, Any]:
    """Return a kind of asset that is listed in a market."""
    row = {"asset_kind": name, "name_en": name, "name_zh": name, "gfsm_code": "61112"}
    return row | {"market_id": market} | cells


def hall(asset_id: str, appraisal: float, income_y: float = 0.0, **cells: Any) -> dict[str, Any]:
    """Return a lot of the government with ten years to go; amounts in million."""
    more = {"asset_kind": "hall", "appraisal": appraisal * MILLION, "income_y": income_y * MILLION}
    more |= {"remaining_life_y": 10.0, "buyer_scope": "outside", "title": "clear"}
    return lot(asset_id, "gov", appraisal * MILLION) | more | cells


def route(name: str, asset_kind: str = "hall", **cells: Any) -> dict[str, Any]:
    """Return an open route without preparation."""
    row = {"asset_kind": asset_kind, "route": name, "legal": True, "lead_days": 0}
    return row | {"effort_pw": 0.0, "recourse": False} | cells


def sale(asset_kind: str = "hall", **cells: Any) -> dict[str, Any]:
    """Return sale by listing at the appraisal."""
    return route("exchange_sale", asset_kind, price_share=1.0) | cells


def ladder(*tranches: tuple[float, float], market: str = "market", **cells: Any) -> Rows:
    """Return a market's tranches (price fraction, capacity in yuan a quarter)."""
    return [
        {
            "market_id": market,
            "quarter": "all",
            "tranche": number,
            "price_fraction": fraction,
            "capacity": capacity,
            "price_driver": "price",
        }
        | cells
        for number, (fraction, capacity) in enumerate(tranches, start=1)
    ]


def rounds(
    chances: Iterable[tuple[str, tuple[float, ...], tuple[float, ...]]] = CERTAIN,
    market: str = "all",
) -> Rows:
    """Return listing rounds from (scenario, sold shares, reserve shares)."""
    return [
        {
            "market_id": market,
            "scenario": scenario,
            "round": number,
            "sold_share": sold,
            "reserve_share": reserve,
        }
        for scenario, shares, reserves in chances
        for number, (sold, reserve) in enumerate(zip(shares, reserves, strict=True), start=1)
    ]


def driver(name: str, quarters: int, path: dict[str, float] | None = None) -> Rows:
    """Return a driver that holds one value by scenario."""
    return [
        {"driver": name, "quarter": f"{2025 + t // 4}Q{t % 4 + 1}"} | (path or FLAT)
        for t in range(quarters)
    ]


def budget(line: str, amount_y: float, account: str = "general", **cells: Any) -> dict[str, Any]:
    """Return a recurrent line of the government that nothing moves; million a year."""
    row = {"entity_id": "gov", "account": account, "line": line, "item": line, "year": 2025}
    return row | {"amount_y": amount_y * MILLION, "recurrent": True, "driver": "none"} | cells


def loan(debt_id: str, principal: float, due: dt.date, **cells: Any) -> dict[str, Any]:
    """Return a bullet loan of the government in million, 4 % a year."""
    more = {"primary_class": "other", "maturity_date": due}
    return debt(debt_id, "gov", principal * MILLION) | more | cells


def action(option_id: str, name: str, primary_class: str = "other", **cells: Any) -> dict[str, Any]:
    """Return an action that is open to a class of debt."""
    return {"option_id": option_id, "primary_class": primary_class, "action": name} | cells


def lends_again(share: float, rate: float = 0.04, term_months: int = 12) -> Rows:
    """Return roll-over of the regional bank, the same in every scenario."""
    return [
        {
            "creditor_class": "regional_bank",
            "quarter": "all",
            "scenario": scenario,
            "rollover_share": share,
            "rate": rate,
            "term_months": term_months,
        }
        for scenario in SCENARIOS
    ]


def giver(giver_id: str, order: int, **cells: Any) -> dict[str, Any]:
    """Return a giver of grants to the general account, without limit unless cells say so."""
    row = {"giver_id": giver_id, "name": giver_id, "kind": "grant", "order": order}
    return row | {"repayable": False, "accounts": "general"} | cells


def limit(limit_kind: str, amount: float, **cells: Any) -> dict[str, Any]:
    """Return a limit in million that holds for all accounts and quarters."""
    row = {"limit_id": f"{limit_kind}", "kind": limit_kind, "quarter": "all"}
    return row | {"amount": amount * MILLION} | cells


def service(name: str, floor_share: float) -> dict[str, Any]:
    """Return a class of service with its floor."""
    return {"service_class": name, "name_en": name, "name_zh": name, "floor_share": floor_share}


def wish(subject: str, what: str, **cells: Any) -> dict[str, Any]:
    """Return a wish: force or forbid."""
    return {
        "wish_id": f"{what}-{subject}",
        "subject_id": subject,
        "action": what,
        "by": "me",
    } | cells
