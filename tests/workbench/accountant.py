"""A district accountant fills in the template by hand: a made-up county of four bodies.

Amounts are ten thousand yuan here and written in the workbook's unit; dates and rates as people
type them.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from ironpot.core.money import YUAN_PER_UNIT, Unit

Lang = str
Edit = tuple[str, str, Any]
SHEETS = {
    "en": ("about", "entities", "debts", "assets", "budget"),
    "zh": ("说明", "主体", "债务", "资产", "预算"),
}


def fill(template: Path, out: Path, lang: Lang, unit: Unit, edits: Iterable[Edit] = ()) -> Path:
    """Fill in `template` and save it as `out`; `edits` are cells that are then spoilt."""
    book = load_workbook(template)
    about, *sheets = SHEETS[lang]
    for address, value in SETTINGS.items():
        book[about][address] = value
    for title, rows in zip(sheets, (ENTITIES, DEBTS, ASSETS, BUDGET), strict=True):
        for line, row in enumerate(rows, start=2):
            for column, cell in enumerate(row, start=1):
                book[title].cell(line, column, _typed(cell, lang, unit))
    for title, address, value in edits:
        book[title][address] = value
    book.save(out)
    return out


def _typed(cell: Any, lang: Lang, unit: Unit) -> Any:
    if isinstance(cell, Wan):
        return round(cell * 10_000 / YUAN_PER_UNIT[unit], 10)
    if isinstance(cell, tuple):
        return cell[lang == "zh"]
    return cell


class Wan(float):
    """An amount in ten thousand yuan."""


def day(year: int, month: int, number: int) -> dt.datetime:
    """Return a date as a cell holds it."""
    return dt.datetime(year, month, number)  # noqa: DTZ001 - a workbook's dates have no zone


SETTINGS: dict[str, Any] = {
    "B13": "qinghe2024",
    "B14": "Qinghe County (made up)",
    "B15": "清河县(虚构)",
    "B16": day(2024, 12, 31),
    "B17": "QH",
}
YES, NO = ("yes", "是"), ("no", "否")
GOVERNMENT, BUREAU = ("government", "政府"), ("bureau", "部门单位")
VEHICLE, ENTERPRISE = ("financing vehicle", "融资平台"), ("enterprise", "企业")
ENTITIES = [
    ("QH", ("Qinghe County government", "清河县人民政府"), GOVERNMENT, None, YES),
    ("JTJ", ("Transport bureau", "县交通局"), BUREAU, "QH", YES),
    ("CT", ("Qinghe Urban Investment", "清河城投"), VEHICLE, "QH", YES),
    ("SW", ("Qinghe Water", "清河水务"), ENTERPRISE, "CT", YES),
]
GENERAL, SPECIAL = ("general debt", "一般债务"), ("special debt", "专项债务")
OTHER, HIDDEN = ("other vehicle debt", "平台其他债务"), ("hidden debt", "隐性债务")
ARREARS = ("arrears", "拖欠款项")
ON_LENT, LOAN, LEASE = ("on-lent", "转贷"), ("loan", "贷款"), ("finance lease", "融资租赁")
PAYABLE = ("payable", "应付款")
BULLET, EQUAL_PRINCIPAL = ("bullet", "到期还本"), ("equal principal", "等额本金")
EQUAL_INSTALMENT = ("equal instalment", "等额本息")
YEARLY, HALF, QUARTERLY = ("yearly", "每年"), ("half-yearly", "每半年"), ("quarterly", "每季")
PROVINCE, BRANCH = ("Province", "省财政厅"), ("ABC branch", "农行清河支行")
POLICY_BANK, LESSOR, BUILDER = ("CDB", "国开行"), ("Lessor", "海通租赁"), ("Builder", "路桥公司")
DEBTS = [
    (
        *("Z1", ("Bond 2021", "21年一般债"), "QH", PROVINCE, GENERAL, ON_LENT, BULLET),
        *(Wan(28_000), day(2021, 8, 1), day(2028, 8, 1), 0.031, YEARLY),
    ),
    (
        *("Z2", ("Special bond", "22年专项债"), "QH", PROVINCE, SPECIAL, ON_LENT, BULLET),
        *(Wan(41_000), day(2022, 5, 10), day(2037, 5, 10), 0.0295, HALF),
    ),
    (
        *("Z3", ("Working capital", "流贷"), "CT", BRANCH, OTHER, LOAN, BULLET),
        *(Wan(15_000), day(2023, 6, 20), day(2026, 6, 20), "4.35%", QUARTERLY),
    ),
    (
        *("Z4", ("Road loan", "道路贷款"), "CT", POLICY_BANK, HIDDEN, LOAN, EQUAL_PRINCIPAL),
        *(Wan(32_000), day(2019, 3, 15), "2034年3月15日", 0.049, HALF, HALF),
    ),
    (
        *("Z5", ("Pumps", "设备租赁"), "SW", LESSOR, OTHER, LEASE, EQUAL_INSTALMENT),
        *(Wan(6_000), day(2024, 1, 15), day(2029, 1, 15), 0.068, QUARTERLY, QUARTERLY),
    ),
    (
        *("Z6", ("Unpaid works", "工程款"), "JTJ", BUILDER, ARREARS, PAYABLE, BULLET),
        *(Wan(2_100), day(2024, 3, 31), "2025/3/31", 0),
    ),
]
OFFICES = ("Idle offices and administrative premises", "闲置办公楼和行政用房")
SHOPS = ("Shops, street units and hotels", "商铺、门面和酒店")
PLANTS = ("Standard plants and industrial parks", "标准厂房和产业园区")
PARKING = ("Public parking rights", "公共停车位经营权")
LAND = ("Reserve and idle land", "储备土地和闲置土地")
WATER = ("Water supply and sewage works", "供水和污水处理设施")
SCHOOLS = (
    "Schools, hospitals, parks, museums, free roads",
    "学校、医院、公园、博物馆和非收费道路",
)
CLEAR, DEFECT = ("clear", "清晰"), ("defect", "有瑕疵")
ASSETS = [
    (
        *("F1", ("Old station", "老客运站"), "JTJ", OFFICES, Wan(3_200), Wan(3_900)),
        *(day(2024, 9, 1), Wan(0), Wan(60), 30, NO, CLEAR),
    ),
    (
        *("F2", ("Shops", "沿街商铺"), "CT", SHOPS, Wan(5_200), Wan(5_600)),
        *("2024年10月15日", Wan(310), Wan(45), 32, NO, CLEAR, "Z3"),
    ),
    (
        *("F3", ("Plants", "标准厂房"), "CT", PLANTS, Wan(18_000), Wan(17_500)),
        *(day(2024, 11, 1), Wan(820), Wan(150), 40, NO, CLEAR),
    ),
    (
        *("F4", ("Parking", "停车位"), "QH", PARKING, Wan(2_600), Wan(5_200)),
        *(day(2024, 7, 1), Wan(430), Wan(120), 30, NO, CLEAR),
    ),
    (
        *("F5", ("Land", "储备地块"), "QH", LAND, Wan(9_000), Wan(16_000)),
        *(day(2024, 12, 1), Wan(0), Wan(15), 50, NO, CLEAR),
    ),
    (
        *("F6", ("Water works", "一水厂"), "SW", WATER, Wan(8_800), Wan(9_900)),
        *(day(2024, 12, 1), Wan(1_200), Wan(690), 25, NO, CLEAR),
    ),
    (
        *("F7", ("School", "实验小学"), "QH", SCHOOLS, Wan(5_100), None),
        *(None, Wan(0), Wan(130), 45, YES, DEFECT),
    ),
]
MAIN, FUND = ("general budget", "一般公共预算"), ("government fund", "政府性基金")
COMPANY = ("company", "企业资金")
REVENUE, TRANSFERS = ("own revenue", "本级收入"), ("transfers in", "转移收入")
LAND_REVENUE = ("land revenue", "土地出让收入")
ESSENTIAL, SPENDING = ("essential spending", "刚性支出"), ("other spending", "其他支出")
BUDGET = [
    ("QH", MAIN, REVENUE, ("taxes", "税收"), 2025, Wan(96_000), YES),
    ("QH", MAIN, TRANSFERS, None, 2025, Wan(81_000), YES),
    ("QH", MAIN, ESSENTIAL, None, 2025, Wan(139_000), YES),
    ("QH", MAIN, SPENDING, None, 2025, Wan(30_000), YES),
    ("QH", FUND, LAND_REVENUE, None, 2025, Wan(33_000), YES),
    ("QH", FUND, SPENDING, None, 2025, Wan(21_000), YES),
    ("CT", COMPANY, REVENUE, None, 2025, Wan(7_000), YES),
    ("CT", COMPANY, SPENDING, None, 2025, Wan(4_100), YES),
    ("SW", COMPANY, REVENUE, None, 2025, Wan(1_200), YES),
    ("SW", COMPANY, SPENDING, None, 2025, Wan(700), YES),
]
