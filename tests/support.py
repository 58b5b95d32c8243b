"""Small cases for tests: any tables as rows, everything else empty, in the real schema."""

import datetime as dt
from typing import Any

import polars as pl

from ironpot.case.case import ACT_SCHEMA, Case, Settings
from ironpot.case.schema import TABLES
from ironpot.core.columns import Table
from ironpot.core.lang import Text

Rows = list[dict[str, Any]]

CASE_DATE = dt.date(2024, 12, 31)


def tiny_case(
    *,
    date: dt.date = CASE_DATE,
    quarters: int = 8,
    discount_rate: float | None = 0.04,
    weights: dict[str, float] | None = None,
    **tables: Rows,
) -> Case:
    """Build a case from rows by table name; the first entity is the top one.

    Absent columns take the schema's defaults, `origin` is synthetic unless a row says otherwise.
    A misspelt table or column raises KeyError.

    >>> tiny_case(entities=[government("gov")]).perimeter
    ('gov',)
    """
    unknown = set(tables) - {table.name for table in TABLES}
    if unknown:
        raise KeyError(f"No such tables: {sorted(unknown)}")
    frames = {table.name: _frame(table, tables.get(table.name, [])) for table in TABLES}
    entities = frames["entities"]
    settings = Settings(
        case_id="tiny",
        name=Text("Tiny district", "小区"),
        date=date,
        top_entity=entities["entity_id"][0] if entities.height else "gov",
        horizon_quarters=quarters,
        discount_rate=discount_rate,
        **({"weights": weights} if weights else {}),
    )
    return Case(settings=settings, acts=pl.DataFrame(schema=ACT_SCHEMA), **frames)


def government(entity_id: str = "gov", **cells: Any) -> dict[str, Any]:
    """Return the row of a local government inside the perimeter."""
    return {
        "entity_id": entity_id,
        "name": entity_id,
        "kind": "government",
        "inside": True,
        "analytic_sector": "S1313",
    } | cells


def vehicle(entity_id: str = "lgfv", parent_id: str | None = "gov", **cells: Any) -> dict[str, Any]:
    """Return the row of a financing vehicle inside the perimeter."""
    return {
        "entity_id": entity_id,
        "name": entity_id,
        "kind": "vehicle",
        "parent_id": parent_id,
        "inside": True,
        "analytic_sector": "S11001",
    } | cells


def account(entity_id: str, name: str, opening_cash: float, **cells: Any) -> dict[str, Any]:
    """Return the row of an account that may pay every class of debt."""
    pays = "general;special;hidden;vehicle_other;arrears;other"
    row = {"entity_id": entity_id, "account": name, "opening_cash": opening_cash, "pays": pays}
    return row | cells


def creditor(creditor_id: str, creditor_class: str, **cells: Any) -> dict[str, Any]:
    """Return the row of a creditor."""
    row = {"creditor_id": creditor_id, "name": creditor_id, "creditor_class": creditor_class}
    return row | cells


def debt(debt_id: str, debtor_id: str, principal: float, **cells: Any) -> dict[str, Any]:
    """Return the row of a bullet loan from bank `bank`, 4 % a year, due at the end of 2027."""
    return {
        "debt_id": debt_id,
        "debtor_id": debtor_id,
        "creditor_id": "bank",
        "primary_class": "vehicle_other",
        "instrument": "loan",
        "contract_type": "PAM",
        "notional_principal": principal,
        "initial_exchange_date": dt.date(2022, 12, 31),
        "maturity_date": dt.date(2027, 12, 31),
        "nominal_interest_rate": 0.04,
        "cycle_of_interest_payment": "P1YL1",
    } | cells


def lot(asset_id: str, owner_id: str, book_value: float, **cells: Any) -> dict[str, Any]:
    """Return the row of a lot without income; its code is land unless a cell says otherwise."""
    return {
        "asset_id": asset_id,
        "name": asset_id,
        "owner_id": owner_id,
        "asset_kind": "land_reserve",
        "gfsm_code": "6141",
        "book_value": book_value,
        "income_y": 0.0,
        "cost_to_keep_y": 0.0,
        "remaining_life_y": 40.0,
    } | cells


def _frame(table: Table, rows: Rows) -> pl.DataFrame:
    defaults = {
        column.name: column.default for column in table.columns if column.default is not None
    }
    if "origin" in table.names:
        defaults["origin"] = "synthetic"
    return table.frame([defaults | row for row in rows])
