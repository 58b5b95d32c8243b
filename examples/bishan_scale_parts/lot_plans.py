"""What kinds of lots are there, how many, how large, and what do they earn? Assumed, kind by kind.

Book totals in hundred million yuan. They add up, with cash and claims inside the groups, to company
assets of 1,080 (groups 45, 35, 20 %) and to administrative assets of 301 (46 % public goods).
"""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Economics:
    """Ranges from which a lot of a kind is drawn; yields and costs are shares of appraisal a year.

    `idle` is the share of lots without income; `yields` the income of the others, before cost;
    `cost` what keeping a lot costs; `life` the years left; `capex` the present value of investment
    that keeping it will need; `occupied` says whether income goes with occupancy.
    """

    zh: str
    en: str
    idle: float
    yields: Range
    cost: Range
    life: Range
    capex: float = 0.0
    occupied: bool = False


ECONOMICS = {
    "development_land": Economics("地块", "Land", 0.85, (0.002, 0.010), (0.002, 0.006), (40, 70)),
    "land_reserve": Economics(
        "储备地块", "Reserve site", 0.90, (0.002, 0.006), (0.002, 0.006), (40, 70)
    ),
    "industrial_building": Economics(
        "厂房", "Plant", 0.20, (0.020, 0.090), (0.008, 0.014), (20, 40), 0.03, occupied=True
    ),
    "office_building": Economics(
        "办公楼", "Office", 0.35, (0.035, 0.095), (0.010, 0.016), (20, 45), 0.03, occupied=True
    ),
    "commercial_property": Economics(
        "商业房", "Shop", 0.20, (0.020, 0.095), (0.008, 0.014), (15, 40), 0.02, occupied=True
    ),
    "rental_housing": Economics(
        "租赁房",
        "Rental housing",
        0.05,
        (0.030, 0.055),
        (0.006, 0.010),
        (30, 60),
        0.02,
        occupied=True,
    ),
    "resettlement_flats": Economics(
        "安置房", "Flats", 0.75, (0.008, 0.020), (0.004, 0.008), (50, 69), 0.01, occupied=True
    ),
    "parking": Economics("停车场", "Parking", 0.15, (0.030, 0.130), (0.010, 0.025), (15, 30)),
    "charging_piles": Economics(
        "充电站", "Charging", 0.15, (0.060, 0.150), (0.030, 0.060), (8, 12), 0.05
    ),
    "under_bridge_space": Economics(
        "桥下空间", "Under-bridge", 0.50, (0.030, 0.080), (0.010, 0.020), (20, 20)
    ),
    "scenic_operation": Economics(
        "景区经营权", "Scenic right", 0.00, (0.050, 0.110), (0.015, 0.030), (30, 30)
    ),
    "canteen": Economics("食堂", "Canteen", 0.20, (0.040, 0.100), (0.020, 0.040), (10, 10)),
    "bus_lines_bikes": Economics(
        "公交线路", "Bus lines", 0.00, (0.060, 0.100), (0.060, 0.110), (15, 15)
    ),
    "water_utility": Economics(
        "水厂", "Water works", 0.00, (0.090, 0.120), (0.018, 0.030), (25, 30), 0.03
    ),
    "toll_road_bridge": Economics(
        "收费桥", "Toll bridge", 0.00, (0.100, 0.110), (0.020, 0.025), (18, 20), 0.05
    ),
    "landfill_waste": Economics(
        "垃圾处理", "Waste plant", 0.00, (0.080, 0.100), (0.030, 0.045), (20, 25), 0.05
    ),
    "reservoir_silt": Economics("淤积物", "Silt right", 1.00, (0.0, 0.0), (0.001, 0.003), (15, 20)),
    "sand_gravel": Economics("砂石", "Sand right", 0.70, (0.020, 0.050), (0.002, 0.005), (5, 10)),
    "mining_right": Economics(
        "矿权", "Mining right", 0.50, (0.020, 0.060), (0.003, 0.008), (15, 25)
    ),
    "forest_carbon": Economics("林地", "Forest", 0.30, (0.005, 0.015), (0.002, 0.004), (50, 70)),
    "water_rights": Economics(
        "水能", "Hydropower right", 0.00, (0.050, 0.080), (0.010, 0.015), (20, 30)
    ),
    "energy_site": Economics(
        "屋顶光伏", "Roof solar", 0.40, (0.060, 0.100), (0.010, 0.015), (20, 20)
    ),
    "data_right": Economics("数据授权", "Data licence", 1.00, (0.0, 0.0), (0.005, 0.010), (5, 5)),
    "soe_equity": Economics("股权", "Stake", 0.30, (0.010, 0.075), (0.0, 0.001), (50, 50)),
    "listed_shares": Economics(
        "上市股份", "Listed shares", 0.00, (0.010, 0.025), (0.0, 0.001), (50, 50)
    ),
    "rural_bank_stake": Economics(
        "农商行股权", "Rural bank stake", 0.00, (0.040, 0.070), (0.0, 0.001), (50, 50)
    ),
    "fund_stake": Economics("基金份额", "Fund units", 0.50, (0.010, 0.060), (0.0, 0.002), (6, 10)),
    "receivable_gov": Economics(
        "应收政府款", "Due from government", 1.00, (0.0, 0.0), (0.0, 0.0), (10, 10)
    ),
    "receivable_claim": Economics("债权", "Claim", 0.60, (0.010, 0.040), (0.002, 0.006), (5, 10)),
    "machinery": Economics("设备", "Machinery", 0.45, (0.060, 0.160), (0.020, 0.040), (5, 12)),
    "vehicles": Economics("车辆", "Vehicles", 0.50, (0.120, 0.220), (0.050, 0.090), (4, 8)),
    "public_good": Economics("公益设施", "Public good", 1.00, (0.0, 0.0), (0.003, 0.010), (20, 50)),
}

# Company lots: how many in all, book value of the three groups (urban, park, services).
COMPANY: dict[str, tuple[int, tuple[float, float, float]]] = {
    "development_land": (104, (196.85, 134.65, 100.50)),
    "receivable_gov": (20, (110.0, 76.0, 30.0)),
    "public_good": (18, (80.0, 62.0, 20.0)),  # infrastructure without income
    "industrial_building": (40, (5.0, 43.0, 2.0)),
    "office_building": (24, (9.0, 8.0, 5.0)),
    "commercial_property": (42, (16.0, 6.0, 8.0)),
    "rental_housing": (10, (12.0, 0.0, 0.0)),
    "resettlement_flats": (18, (11.6, 4.0, 0.0)),
    "soe_equity": (16, (12.0, 12.0, 10.0)),
    "listed_shares": (2, (0.0, 5.0, 0.0)),
    "rural_bank_stake": (3, (4.0, 0.0, 2.0)),
    "fund_stake": (6, (2.0, 7.0, 0.0)),
    "parking": (16, (2.0, 1.0, 6.0)),
    "charging_piles": (6, (0.0, 0.4, 1.0)),
    "under_bridge_space": (4, (0.5, 0.0, 0.0)),
    "scenic_operation": (3, (0.0, 0.0, 3.0)),
    "bus_lines_bikes": (3, (0.0, 0.0, 1.0)),
    "water_utility": (5, (0.0, 0.0, 11.0)),
    "toll_road_bridge": (1, (3.5, 0.0, 0.0)),
    "landfill_waste": (2, (0.0, 0.0, 2.0)),
    "energy_site": (6, (0.0, 0.7, 0.3)),
    "receivable_claim": (8, (6.0, 4.0, 2.0)),
    "machinery": (12, (1.0, 3.0, 2.0)),
    "vehicles": (10, (0.2, 0.2, 0.4)),
    "forest_carbon": (2, (0.0, 0.0, 1.2)),
    "mining_right": (1, (0.0, 0.0, 2.0)),
}
# Cash at the case date (5 % of vehicle debt) and claims on other groups belong to the 1,080 too.
COMPANY_CASH = {"urban": 10.35, "park": 8.05, "services": 4.60}
CLAIMS = (("urban", "park", 4.0), ("park", "services", 3.0), ("services", "urban", 2.0))

# Lots of the government: how many, book value, which bureau holds them.
ADMINISTRATIVE: dict[str, tuple[int, float, tuple[str, ...]]] = {
    "public_good": (40, 138.46, ("bur_education", "bur_health", "bur_transport", "bur_culture")),
    "office_building": (54, 76.50, ("bur_offices", "bur_offices", "bur_education", "bur_health")),
    "rental_housing": (10, 24.00, ("bur_housing",)),
    "land_reserve": (12, 14.00, ("bur_resources",)),
    "machinery": (14, 12.00, ("bur_transport", "bur_health", "bur_water")),
    "commercial_property": (14, 9.00, ("bur_offices", "bur_culture")),
    "parking": (10, 6.00, ("bur_transport",)),
    "sand_gravel": (3, 2.60, ("bur_water",)),
    "receivable_claim": (4, 2.50, ("bur_finance",)),
    "reservoir_silt": (3, 2.40, ("bur_water",)),
    "vehicles": (18, 2.40, ("bur_offices", "bur_transport")),
    "forest_carbon": (3, 2.00, ("bur_resources",)),
    "water_rights": (3, 1.80, ("bur_water",)),
    "mining_right": (1, 1.50, ("bur_resources",)),
    "scenic_operation": (1, 1.50, ("bur_culture",)),
    "fund_stake": (2, 1.44, ("bur_finance",)),
    "energy_site": (4, 0.70, ("bur_offices", "bur_education")),
    "canteen": (10, 0.60, ("bur_education", "bur_offices")),
    "charging_piles": (3, 0.60, ("bur_transport",)),
    "data_right": (1, 0.60, ("bur_finance",)),
    "under_bridge_space": (3, 0.40, ("bur_transport",)),
}

LAND = ("development_land", "land_reserve")
REAL_ESTATE = (
    *LAND,
    "industrial_building",
    "office_building",
    "commercial_property",
    "rental_housing",
    "resettlement_flats",
)
# Rented flats and works were built by plan and have their papers.
WITH_TITLE = (
    *(kind for kind in REAL_ESTATE if kind != "rental_housing"),
    "public_good",
    "parking",
    "charging_piles",
    "under_bridge_space",
    "energy_site",
    "landfill_waste",
    "toll_road_bridge",
)
PLEDGEABLE = (
    "development_land",
    "industrial_building",
    "office_building",
    "commercial_property",
    "resettlement_flats",
    "parking",
    "energy_site",
    "soe_equity",
    "rural_bank_stake",
    "receivable_claim",
    "listed_shares",
    "toll_road_bridge",
    "machinery",
)
CONCESSIONS = (
    "parking",
    "charging_piles",
    "under_bridge_space",
    "scenic_operation",
    "canteen",
    "bus_lines_bikes",
    "water_utility",
    "toll_road_bridge",
    "landfill_waste",
    "energy_site",
    "data_right",
    "water_rights",
)
FLAGS = {
    "land_reserve": "reserve_land 储备土地",
    "commercial_property": "tenant_preemption 承租人优先购买权",
    "parking": "tariff_regulated 价格管制",
    "water_utility": "tariff_regulated 价格管制",
    "bus_lines_bikes": "tariff_regulated 价格管制",
    "rental_housing": "use_fixed 用途不得改变",
    "forest_carbon": "ecological_red_line 生态红线",
    "scenic_operation": "heritage 文物遗产",
}
