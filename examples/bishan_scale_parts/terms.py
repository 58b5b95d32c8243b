"""What limits the plan, who may help, what may be done about debts, what do markets take?

Amounts in hundred million yuan unless a name says otherwise; all of it assumed but the swap quota.
"""

from collections.abc import Mapping

import polars as pl

from bishan_scale_parts.budget import YEARS
from bishan_scale_parts.lots import group_of
from bishan_scale_parts.people import group_id
from bishan_scale_parts.scale import (
    DISTRICT,
    GROUP_SHARE,
    HIDDEN_DEBT,
    MUNICIPALITY,
    STATUTORY,
    YUAN_PER_YI,
    Row,
    figure,
    provenance,
)

SWAP_PROGRAMME = 14.3  # trillion yuan of hidden debt at the end of 2023
SWAP_QUOTAS = (
    ("limit", 2.0, "2026Q4"),
    ("special", 0.8, "2028Q4"),
)  # trillion a year, last quarter
LAND_TRANCHE_SHARE = 0.006  # of the register's land a quarter: 16 % of planned supply sold in 2022
BULK_SHARE = {"land": 0.015}
BULK_SHARE_ELSEWHERE = 0.05
SOURCES = {
    "bs_register": (
        "Synthetic register of Ironbridge District, seed 20241231 铁桥区合成台账",
        "examples/bishan_scale_build.py",
        None,
        "synthetic",
    ),
    "bs_assumption": (
        "Assumption of the example 示例假设",
        "docs/explanation/example.md",
        None,
        "assumed",
    ),
    "bs_forward": (
        "Carried forward from published lines of 2023 and 2024 由2023、2024年公布数推算",
        "docs/explanation/example.md",
        None,
        "assumed",
    ),
    "bs_swap": (
        "Ministry of Finance, 8 November 2024: swap of hidden debt 全国隐性债务置换安排",
        "2 trillion a year to 2026 and 0.8 to 2028 of 14.3, scaled to 110; as compiled 据汇编",
        "2024-11-08",
        "press",
    ),
}


# Bridge loans: entity, account, at most, yearly rate. Transfers: at most a quarter.
BRIDGES = (
    (DISTRICT, "general", 5.0, 0.031),
    (DISTRICT, "fund", 3.0, 0.031),
    ("grp_urban", "company", 6.0, 0.06),
    ("grp_park", "company", 4.5, 0.06),
    ("grp_services", "company", 2.5, 0.06),
)
TRANSFERS = (
    (DISTRICT, "general", 2.0),
    (DISTRICT, "fund", 1.0),
    (DISTRICT, "capital", 0.3),
    ("grp_urban", "company", 3.0),
    ("grp_park", "company", 2.5),
    ("grp_services", "company", 1.5),
)


def limit_rows(budget: list[Row], debts: list[Row]) -> list[Row]:
    """Return buffers of a month's spending, bridge loans, transfer limits, one debt ceiling."""
    first = [row for row in budget if row["year"] == YEARS[0]]
    months = {
        (entity, account): _month(first, debts, entity, account)
        for entity, account in dict.fromkeys((r["entity_id"], r["account"]) for r in first)
    }
    buffers = [
        _limit("buffer", str(entity), str(account), amount)
        for (entity, account), amount in months.items()
    ]
    bridges = [_limit("bridge", *bridge) for bridge in BRIDGES]
    transfers = [_limit("transfer", *transfer) for transfer in TRANSFERS]
    ceiling = sum(STATUTORY.values()) * 15_991.0 / 14_425.36  # Chongqing's limit over its balance
    return [*buffers, *bridges, *transfers, _limit("debt_ceiling", DISTRICT, None, ceiling)]


def _month(budget: list[Row], debts: list[Row], entity: object, account: object) -> float:
    """Return a month of an account's running spending and, for companies, interest."""
    lines = ("essential_spending", "other_spending")
    spent = sum(
        figure(row, "amount_y")
        for row in budget
        if (row["entity_id"], row["account"]) == (entity, account)
        and row["line"] in lines
        and row["recurrent"]
        and row["driver"] == "none"
    )
    interest = sum(
        figure(row, "notional_principal") * figure(row, "nominal_interest_rate")
        for row in debts
        if account == "company" and group_id(group_of(str(row["debtor_id"]))) == entity
    )
    return (spent + interest) / 12 / YUAN_PER_YI


def _limit(
    kind: str, entity: str, account: str | None, amount: float, rate: float | None = None
) -> Row:
    return {
        "limit_id": "-".join(filter(None, (kind, entity.removeprefix("grp_"), account))),
        "kind": kind,
        "entity_id": entity,
        "account": account,
        "quarter": "all",
        "amount": round(amount, 2) * YUAN_PER_YI,
        "rate": rate,
        **provenance("bs_assumption"),
    }


def relief_rows() -> list[Row]:
    """Return who may help: a bond quota, an advance on cash flow, and grants, in this order."""
    return [
        _giver("quota", 1, "2025Q3", 2.0, 15.0, 57, 0.0229, "fund;company"),
        _giver("advance", 2, "2025Q1", 3.0, 12.0, 4, 0.0, "general;fund;company"),
        _giver("grant", 3, "2025Q1", None, None, None, None, "general;fund;company"),
    ]


def _giver(
    kind: str,
    order: int,
    first: str,
    quarterly: float | None,
    total: float | None,
    repaid_after: int | None,
    rate: float | None,
    accounts: str,
) -> Row:
    return {
        "giver_id": MUNICIPALITY,
        "name": "市政府 Municipality",
        "kind": kind,
        "order": order,
        "quarterly_limit": None if quarterly is None else quarterly * YUAN_PER_YI,
        "total_limit": None if total is None else total * YUAN_PER_YI,
        "earliest_quarter": first,
        "repayable": repaid_after is not None,
        "repay_after_quarters": repaid_after,
        "rate": rate,
        "accounts": accounts,
        **provenance("bs_assumption"),
    }


def class_action_rows(defaults: pl.DataFrame) -> list[Row]:
    """Return the packaged actions with the swap quota scaled from the national programme."""
    kept = [
        {**row, **provenance("bs_assumption")}
        for row in defaults.to_dicts()
        if row["action"] != "swap"
    ]
    swap = next(row for row in defaults.to_dicts() if row["action"] == "swap")
    swaps = [
        {
            **swap,
            "option_id": f"hidden_swap_{name}",
            "quota_y": round(HIDDEN_DEBT * yearly / SWAP_PROGRAMME, 1) * YUAN_PER_YI,
            "quota_until": until,
            **provenance("bs_swap"),
        }
        for name, yearly, until in SWAP_QUOTAS
    ]
    return [*kept, *swaps]


def market_rows(defaults: pl.DataFrame, lots: list[Row], kinds: pl.DataFrame) -> list[Row]:
    """Return the packaged ladders in yuan: a smaller land market and a shallow bulk tranche."""
    market_of = dict(kinds.select("asset_kind", "market_id").iter_rows())
    offered: dict[str, float] = {}
    for row in lots:
        market, value = market_of[str(row["asset_kind"])], row["appraisal"]
        if value is not None and market is not None:
            offered[market] = offered.get(market, 0.0) + float(str(value))
    return [_tranche(row, offered[row["market_id"]]) for row in defaults.to_dicts()]


def _tranche(row: Row, offered: float) -> Row:
    market, bulk = str(row["market_id"]), row["tranche"] == "4"
    share = figure(row, "capacity_share")
    if bulk:
        share = BULK_SHARE.get(market, BULK_SHARE_ELSEWHERE)
    elif market == "land":
        share = LAND_TRANCHE_SHARE
    rest = {key: value for key, value in row.items() if key != "capacity_share"}
    return {
        **rest,
        "capacity": float(round(offered * share, -4)),
        **provenance("bs_assumption"),
    }


def team_rows() -> list[Row]:
    """Return the task force: twelve seconded officers, two from each group, nine weeks in ten."""
    people, weeks = 12 + 2 * len(GROUP_SHARE), 13
    return [
        {
            "quarter": "all",
            "capacity_pw": round(people * weeks * 0.9),
            "negotiations": 8,
            **provenance("bs_assumption"),
        }
    ]


def rule_rows() -> list[Row]:
    """Return the two national rule sets; the debt ratio should leave the red band."""
    return [
        {
            "rule_set_id": rule,
            "entity_id": DISTRICT,
            "binding": binding,
            "target_level": level,
            **provenance("bs_assumption"),
        }
        for rule, binding, level in (
            ("cn-debt-ratio-2019", True, "red"),
            ("cn-88-fiscal-reorganisation", False, None),
        )
    ]


def wish_rows(lots: list[Row]) -> list[Row]:
    """Return two wishes of the leaders: the largest office in use stays, one idle plant is let."""
    offices = [
        row for row in lots if row["asset_kind"] == "office_building" and _in_use_by_district(row)
    ]
    plants = [
        row
        for row in lots
        if row["asset_kind"] == "industrial_building" and figure(row, "income_y") == 0.0
    ]
    office = max(offices, key=lambda row: figure(row, "appraisal"))
    plant = max(plants, key=lambda row: figure(row, "appraisal"))
    return [
        _wish("W-1", office, "forbid", "exchange_sale", "区委 District committee"),
        _wish("W-2", plant, "force", "lease", "分管副区长 Deputy district head"),
    ]


def _in_use_by_district(row: Row) -> bool:
    return group_of(str(row["owner_id"])) == DISTRICT and figure(row, "income_y") > 0.0


def _wish(wish_id: str, lot: Row, action: str, route: str, by: str) -> Row:
    return {
        "wish_id": wish_id,
        "subject_id": lot["asset_id"],
        "action": action,
        "route": route,
        "by": by,
        **provenance("bs_assumption"),
    }


def source_rows(*catalogues: Mapping[str, tuple[str, str, str | None, str]]) -> list[Row]:
    """Return the sources table from the catalogues of the parts."""
    return [
        {"source_id": key, "document": title, "locator": place, "date": date, "basis": basis}
        for catalogue in catalogues
        for key, (title, place, date, basis) in catalogue.items()
    ]
