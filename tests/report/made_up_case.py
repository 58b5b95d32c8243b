"""A made-up district: the tables of a case that a report reads, of any size, from a seed."""

import datetime as dt
from dataclasses import fields

import numpy as np
import polars as pl

from ironpot.case.case import ACT_SCHEMA, Case, Settings
from ironpot.case.schema import BY_NAME
from ironpot.core.lang import Text

WEIGHTS = {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
GROUPS = (
    ("G1", "铁桥城市建设投资集团有限公司"),
    ("G2", "铁桥产业发展集团有限公司"),
    ("G3", "铁桥文旅水务集团有限公司"),
)
KIND_ROWS = (
    ("land_reserve", "reserve land", "储备土地", "6141", "auction", "宗地"),
    ("office_building", "idle offices", "闲置办公楼", "61112", "exchange_sale", "办公楼"),
    ("commercial_property", "shops and hotels", "商铺酒店", "61112", "exchange_sale", "商铺"),
    ("industrial_building", "factory halls", "标准厂房", "61112", "lease", "标准厂房"),
    ("parking", "parking concessions", "停车泊位经营权", "61441", "concession", "停车泊位"),
    ("water", "water works", "供排水设施", "61113", "pool", "水厂"),
    ("equity", "company equity", "企业股权", "62051", "exchange_sale", "股权"),
    ("school", "schools", "学校", "61112", "share_reuse", "学校"),
)
CREDITORS = (
    ("B1", "工商银行铁桥支行", "large_bank"),
    ("B2", "民生银行某分行", "joint_stock_bank"),
    ("B3", "地方农商银行", "regional_bank"),
    ("T1", "某信托有限公司", "non_standard"),
    ("BH", "债券持有人", "bondholders"),
    ("PROV", "市财政局(转贷)", "province"),
    ("SUP", "工程款供应商", "supplier"),
)


def make_case(lots: int = 36, debts: int = 20, *, seed: int = 7) -> Case:
    """Return a case with the tables the report reads; all others are empty."""
    rng = np.random.default_rng(seed)
    frames = [entry.name for entry in fields(Case) if entry.name != "settings"]
    tables = {name: BY_NAME[name].empty() for name in frames if name in BY_NAME}
    tables |= _who() | {"assets": _assets(lots, rng), "debts": _debts(debts, rng)}
    tables |= _money() | {"acts": _acts()}
    return Case(settings=_settings(), **tables)


def _settings() -> Settings:
    return Settings(
        case_id="ironbridge",
        name=Text("Ironbridge District", "铁桥区"),
        date=dt.date(2024, 12, 31),
        top_entity="GOV",
        weights=dict(WEIGHTS),
        notice=Text(
            "The register of assets and debts is synthetic, on the scale of published figures; "
            "it describes no real district.",
            "资产和债务台账为按公开数据量级合成,不对应任何真实区县。",
        ),
    )


def _who() -> dict[str, pl.DataFrame]:
    bodies = [
        {"entity_id": "GOV", "name": "铁桥区人民政府", "kind": "government", "inside": True},
        *(
            {
                "entity_id": key,
                "name": name,
                "kind": "vehicle",
                "parent_id": "GOV",
                "inside": True,
            }
            for key, name in GROUPS
        ),
        {"entity_id": "CITY", "name": "铁江市人民政府", "kind": "government", "inside": False},
    ]
    cash = [("GOV", "general", 9.0), ("GOV", "fund", 4.0), ("GOV", "capital", 0.5)]
    cash += [(key, "company", 3.0) for key, _ in GROUPS]
    return {
        "entities": BY_NAME["entities"].frame(bodies),
        "accounts": BY_NAME["accounts"].frame(
            {
                "entity_id": body,
                "account": account,
                "opening_cash": amount * 1e8,
                "pays": "general",
            }
            for body, account, amount in cash
        ),
        "creditors": BY_NAME["creditors"].frame(
            {"creditor_id": key, "name": name, "creditor_class": group}
            for key, name, group in CREDITORS
        ),
        "asset_kinds": BY_NAME["asset_kinds"].frame(
            {"asset_kind": key, "name_en": en, "name_zh": zh, "gfsm_code": code}
            for key, en, zh, code, _, _ in KIND_ROWS
        ),
        "relief_sources": BY_NAME["relief_sources"].frame(
            [
                {
                    "giver_id": "CITY",
                    "name": "铁江市财政局",
                    "kind": kind,
                    "order": order,
                    "repayable": kind == "advance",
                    "accounts": "general",
                }
                for order, kind in enumerate(("grant", "advance"), 1)
            ]
        ),
    }


def _assets(lots: int, rng: np.random.Generator) -> pl.DataFrame:
    rows = []
    for index in range(lots):
        key, _, _, code, _, noun = KIND_ROWS[index % len(KIND_ROWS)]
        book = round(float(rng.lognormal(np.log(1.2e10 / lots), 0.8)), 2)
        rows.append(
            {
                "asset_id": f"A-{index + 1:03d}",
                "name": f"{'城东城西城南城北老街江湾'[(index * 2) % 12 :][:2]}{noun}{index + 1}号",
                "owner_id": ("GOV", "G1", "G2", "G3")[index % 4],
                "asset_kind": key,
                "gfsm_code": code,
                "book_value": book,
                "appraisal": round(book * 1.05, 2),
                "income_y": round(book * 0.03, 2),
                "cost_to_keep_y": round(book * 0.01, 2),
                "remaining_life_y": 30.0,
                "essential": key == "school",
                "title": "defect" if index % 5 == 4 else "clear",
                "approver": "区国资办" if index % 2 else "区政府常务会议",
                "source_id": "S-REG",
                "origin": "synthetic",
            }
        )
    return BY_NAME["assets"].frame(rows)


def _debts(debts: int, rng: np.random.Generator) -> pl.DataFrame:
    pattern = ("general", "special", "hidden", "vehicle_other", "vehicle_other")
    lender = {"general": "PROV", "special": "PROV"}
    rows = []
    for index in range(debts):
        group = pattern[index % 5] if index != debts - 1 else "arrears"
        banks = ("B1", "B2", "B3", "T1", "BH")
        principal = round(float(rng.lognormal(np.log(3e10 / debts), 0.6)), 2)
        due = dt.date(2025 + int(rng.integers(0, 9)), 3 * int(rng.integers(0, 4)) + 2, 15)
        rows.append(
            {
                "debt_id": f"L-{index + 1:03d}",
                "name": f"{2018 + index % 6}年第{index + 1}期合同",
                "debtor_id": "GOV" if group in lender else GROUPS[index % 3][0],
                "creditor_id": "SUP" if group == "arrears" else lender.get(group, banks[index % 5]),
                "primary_class": group,
                "instrument": "on_lent" if group in lender else "loan",
                "contract_type": "PAM",
                "notional_principal": principal,
                "initial_exchange_date": dt.date(2020, 1, 1),
                "maturity_date": due,
                "nominal_interest_rate": 0.032 if group in lender else 0.055,
                "source_id": "S-REG",
                "origin": "synthetic",
            }
        )
    return BY_NAME["debts"].frame(rows)


def _money() -> dict[str, pl.DataFrame]:
    lines = (
        ("general", "own_revenue", "税收和非税收入", 50.06, True),
        ("general", "transfers_in", "上级转移支付", 38.2, True),
        ("general", "essential_spending", "保基本民生、保工资、保运转", 67.7, True),
        ("general", "other_spending", "其他一般公共预算支出", 11.9, True),
        ("fund", "land_revenue", "国有土地使用权出让收入", 42.39, False),
        ("fund", "other_spending", "征地拆迁等成本", 27.5, False),
    )
    return {
        "budget": BY_NAME["budget"].frame(
            {
                "entity_id": "GOV",
                "account": account,
                "line": line,
                "item": item,
                "year": 2025,
                "amount_y": amount * 1e8,
                "recurrent": recurrent,
                "source_id": "S-BUD",
                "origin": "reported",
            }
            for account, line, item, amount, recurrent in lines
        ),
        "sources": BY_NAME["sources"].frame(
            [
                {
                    "source_id": "S-BUD",
                    "document": "2024年财政决算公开",
                    "locator": "表1",
                    "date": dt.date(2025, 8, 1),
                    "basis": "published",
                },
                {
                    "source_id": "S-REG",
                    "document": "合成台账",
                    "locator": "种子 7",
                    "basis": "synthetic",
                },
                {
                    "source_id": "S-DEF",
                    "document": "默认税费率",
                    "locator": "taxes_fees.csv",
                    "basis": "assumed",
                },
            ]
        ),
    }


def _acts() -> pl.DataFrame:
    row = (
        "limits",
        "buffer-GOV",
        "amount",
        "800000000.00",
        "S-DEF",
        "Buffer set to one month of recurrent outflow.",
        "现金缓冲按一个月经常性支出设定。",
    )
    return pl.DataFrame([row], schema=ACT_SCHEMA, orient="row")
