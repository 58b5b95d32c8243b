"""How does a published row become a case? One case a government, for balance sheets only.

General and special debt is on-lent by the province, as the law has it; the province owes the
bonds. Companies and lots come from a synthetic population and say so. Amounts in yuan.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ironpot.case.case import ACT_SCHEMA, Case, Settings
from ironpot.case.schema import TABLES
from ironpot.core.lang import Text
from ironpot.system.populate import Population
from ironpot.system.units import UNITS, governments

Row = dict[str, object]
GOVERNMENT, VEHICLE, PROVINCE = "government", "vehicle", "province"
BONDS = "bonds"
_TERMS: Row = {
    "contract_type": "PAM",
    "nominal_interest_rate": None,
    "status": "performing",
}

_CREDITORS: tuple[Row, ...] = (
    {"creditor_id": PROVINCE, "name": PROVINCE, "creditor_class": "province"},
    {"creditor_id": BONDS, "name": BONDS, "creditor_class": "bondholders"},
    {"creditor_id": "banks", "name": "banks", "creditor_class": "other"},
)


@dataclass(frozen=True, slots=True)
class UnitCases:
    """Cases by unit with what `join_cases` needs: who is the same, who stands under whom."""

    cases: tuple[Case, ...]
    same: Mapping[str, str]
    parents: Mapping[str, str]


def unit_cases(units: pl.DataFrame, population: Population, *, date: dt.date) -> UnitCases:
    """Return one case per government of a table of units of one province, and one per total.

    The top row is the province: its case owes all bonds, and every other government owes it what
    was on-lent. Totals become cases without stocks, so that prefectures can be consolidated.
    Raises ValueError without exactly one province. Interest, maturities and revenue are not
    published by unit and stay empty.
    """
    table = UNITS.conform(units)
    provinces = table.filter(pl.col("level") == "province")
    if provinces.height != 1:
        raise ValueError(f"A table of units needs one province, this one has {provinces.height}.")
    top = str(provinces["unit_id"][0])
    behind = _Behind.of(population)
    bonds = _bonds(table)
    cases = tuple(
        _case(unit, behind.rows(unit, bonds if unit["unit_id"] == top else []), date)
        for unit in table.iter_rows(named=True)
    )
    lender = f"{top}.{GOVERNMENT}"
    same = {f"{unit}.{PROVINCE}": lender for unit in governments(table)["unit_id"]}
    above = table.drop_nulls("parent_id").select("unit_id", "parent_id")
    parents = {f"{u}.{GOVERNMENT}": f"{p}.{GOVERNMENT}" for u, p in above.iter_rows()}
    return UnitCases(cases, same, parents)


@dataclass(frozen=True, slots=True)
class _Behind:
    """The synthetic layer by owner: company by unit, lots and loans by company."""

    companies: dict[str, Row]
    lots: dict[str, list[Row]]
    loans: dict[str, list[Row]]

    @classmethod
    def of(cls, population: Population) -> "_Behind":
        companies = {str(row["unit_id"]): row for row in population.vehicles.iter_rows(named=True)}
        return cls(companies, _by_owner(population.lots), _by_owner(population.loans))

    def rows(self, unit: Row, bonds: list[Row]) -> dict[str, list[Row]]:
        """Return the tables of one unit: parties, what it owes, what its company owes and owns."""
        company = self.companies.get(str(unit["unit_id"]))
        rows = _entity_rows(unit, company)
        rows["debts"] += bonds
        if unit["level"] in ("prefecture_own", "county"):
            rows["debts"] += _on_lent(unit)
        if company is not None:
            rows["debts"] += _loan_rows(self.loans.get(str(company["vehicle_id"]), []))
            rows["assets"] += _lot_rows(self.lots.get(str(company["vehicle_id"]), []))
        return rows


def _by_owner(frame: pl.DataFrame) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in frame.iter_rows(named=True):
        grouped.setdefault(str(row["vehicle_id"]), []).append(row)
    return grouped


def _entity_rows(unit: Row, company: Row | None) -> dict[str, list[Row]]:
    """Return the government, its company, and who it can owe."""
    origin = unit["origin"] or "reported"
    government: Row = {
        "entity_id": GOVERNMENT,
        "name": unit["name"] or unit["unit_id"],
        "kind": "government",
        "inside": True,
        "analytic_sector": "S1313",
        "origin": origin,
    }
    vehicle: Row = {
        "entity_id": VEHICLE,
        "name": VEHICLE,
        "kind": "vehicle",
        "parent_id": GOVERNMENT,
        "ownership_share": 1.0,
        "inside": True,
        "analytic_sector": "S11001",
        "origin": "synthetic",
    }
    entities = [government] if company is None else [government, vehicle]
    return {"entities": entities, "creditors": list(_CREDITORS), "debts": [], "assets": []}


def _bonds(table: pl.DataFrame) -> list[Row]:
    """Bonds of the province: what all governments of the table owe, by kind."""
    below = governments(table)
    return [
        _debt(f"bonds_{kind}", kind, "bond", BONDS, below[f"{kind}_balance"].sum())
        for kind in ("general", "special")
    ]


def _on_lent(unit: Row) -> list[Row]:
    return [
        _debt(f"on_lent_{kind}", kind, "on_lent", PROVINCE, unit[f"{kind}_balance"])
        for kind in ("general", "special")
        if unit[f"{kind}_balance"] is not None
    ]


def _debt(debt_id: str, kind: str, instrument: str, creditor: str, amount: object) -> Row:
    return {
        **_TERMS,
        "debt_id": debt_id,
        "debtor_id": GOVERNMENT,
        "creditor_id": creditor,
        "primary_class": kind,
        "instrument": instrument,
        "notional_principal": amount,
        "origin": "reported",
    }


def _loan_rows(loans: list[Row]) -> list[Row]:
    return [
        {
            **_TERMS,
            "debt_id": f"loan_{loan['bank_id']}",
            "debtor_id": VEHICLE,
            "creditor_id": "banks",
            "primary_class": "vehicle_other",
            "instrument": "loan",
            "notional_principal": loan["amount"],
            "origin": "synthetic",
        }
        for loan in loans
    ]


def _lot_rows(lots: list[Row]) -> Iterator[Row]:
    codes = {"land": "6141", "commercial": "61112", "equity": "62051"}
    for lot in lots:
        yield {
            "asset_id": f"lots_{lot['kind']}",
            "name": f"lots_{lot['kind']}",
            "owner_id": VEHICLE,
            "asset_kind": lot["kind"],
            "gfsm_code": codes[str(lot["kind"])],
            "book_value": lot["appraisal"],
            "origin": "synthetic",
        }


def _case(unit: Row, rows: dict[str, list[Row]], date: dt.date) -> Case:
    name = str(unit["name"] or unit["unit_id"])
    settings = Settings(str(unit["unit_id"]), Text(name, name), date, GOVERNMENT)
    frames = {table.name: table.frame(rows.get(table.name, [])) for table in TABLES}
    return Case(settings=settings, acts=pl.DataFrame(schema=ACT_SCHEMA), **frames)
