"""Which lots could be offered together? Four pools of free lots and eight packages."""

from bishan_scale_parts.lots import group_of
from bishan_scale_parts.scale import DISTRICT, Row, figure, provenance

# Pools: name, kind, holder, how many of the largest earning lots.
POOLS = (
    ("保障房资产池 Rental housing, urban", "rental_housing", "urban", 10),
    ("公租房资产池 Rental housing, district", "rental_housing", DISTRICT, 10),
    ("园区厂房资产池 Plants, park", "industrial_building", "park", 12),
    ("水务资产池 Water works", "water_utility", "services", 5),
)
# Packages: name, kind, holder, lots, route, uplift over the members.
PACKAGES = (
    ("安置房包 Flats, urban", "resettlement_flats", "urban", 4, "exchange_sale", 0.04),
    ("地块包 Land, urban", "development_land", "urban", 3, "exchange_sale", 0.04),
    ("办公包 Offices, district", "office_building", DISTRICT, 4, "exchange_sale", 0.03),
    ("商铺包 Shops, district", "commercial_property", DISTRICT, 4, "exchange_sale", 0.05),
    ("债权包 Claims, district", "receivable_claim", DISTRICT, 4, "exchange_sale", 0.05),
    ("储备地块包 Reserve sites, district", "land_reserve", DISTRICT, 3, "auction", 0.03),
    ("车辆包 Vehicles, district", "vehicles", DISTRICT, 8, "auction", 0.02),
    ("设备包 Machinery, district", "machinery", DISTRICT, 5, "auction", 0.02),
)
MINIMUM_INCOME_SHARE = 0.015  # of appraisal: nobody buys units without income


def bundle_rows(lots: list[Row]) -> list[Row]:
    """Return a dozen bundles; no lot is in two, all titles are clear, no pool has a pledged lot."""
    clear = [row for row in lots if row["title"] == "clear"]
    free = [row for row in clear if not row.get("encumbrance_debt_id")]
    rows = [
        *(_pool(free, *pool) for pool in POOLS),
        *(_package(clear, *package) for package in PACKAGES),
    ]
    return [{"bundle_id": f"B-{number:02d}", **row} for number, row in enumerate(rows, 1)]


def _pool(free: list[Row], name: str, kind: str, holder: str, count: int) -> Row:
    earning = [
        row
        for row in _of(free, kind, holder)
        if figure(row, "income_y") > MINIMUM_INCOME_SHARE * figure(row, "appraisal")
    ]
    return _bundle(name, earning[:count], "pool", 0.0)


def _package(
    clear: list[Row], name: str, kind: str, holder: str, count: int, route: str, uplift: float
) -> Row:
    """Pack lots of middling size: large ones sell alone, small ones are not worth the work."""
    ranked = _of(clear, kind, holder)
    return _bundle(name, ranked[len(ranked) // 3 :][:count], route, uplift)


def _of(rows: list[Row], kind: str, holder: str) -> list[Row]:
    """List a holder's lots of a kind, largest appraisal first."""
    own = [
        row
        for row in rows
        if row["asset_kind"] == kind and group_of(str(row["owner_id"])) == holder
    ]
    return sorted(own, key=lambda row: -figure(row, "appraisal"))


def _bundle(name: str, members: list[Row], route: str, uplift: float) -> Row:
    return {
        "name": name,
        "asset_ids": ";".join(sorted(str(row["asset_id"]) for row in members)),
        "route": route,
        "price_uplift_share": uplift,
        **provenance(),
    }
