"""What comes in and goes out? Accounts, claims between groups, budget 2025 to 2029.

Amounts in hundred million yuan unless a name says otherwise. Published lines carry their source;
what is assumed says so. Income and cost of lots stand with the lots and are left out here.
"""

from collections.abc import Callable

from bishan_scale_parts.lot_plans import CLAIMS, COMPANY_CASH
from bishan_scale_parts.lots import group_of
from bishan_scale_parts.people import group_id
from bishan_scale_parts.scale import (
    DISTRICT,
    GROUP_SHARE,
    MEAN_COUPON,
    STATUTORY,
    YUAN_PER_YI,
    Row,
    figure,
    provenance,
)

YEARS = range(2025, 2030)
TAX, NON_TAX = 31.21, 18.85  # 2024
ONE_OFF_SHARE = 0.10  # of non-tax revenue: one-off receipts, not carried on (assumed)
FROM_ABOVE, TRANSFERRED_IN, REMITTED_UP = 29.71, 3.29, 3.37  # 2023; 2024 is not published
OWN_EXPENDITURE = 79.60  # 2024, interest on general debt included
ESSENTIAL_SHARE = 0.85
FUND_REVENUE = 42.39  # 2024
LAND_SHARE = 44.7 / 47.5  # of fund revenue, budget of 2025
LAND_COST_SHARE = 0.75  # compensation, site works and statutory deductions (assumed)
OTHER_FUND_SPENDING, FUND_TO_GENERAL = 2.0, 2.60
CAPITAL_REVENUE = 2 * 0.71  # twice the first half of 2025
TO_COMPANIES = {"general": 2.0, "fund": 2.0}  # purchases of services from own companies (assumed)
OPERATING = {"urban": (12.0, 9.5), "park": (9.0, 7.0), "services": (12.0, 9.5)}
UNFINISHED = {"urban": 1.4, "park": 1.1, "services": 0.5}  # a year, 2025 and 2026
SPENDING_GROWTH = 0.01
CARRY_OVER, STABILISATION_FUND = 12.75, 5.14  # published as opening lines of 2025
IN_USE = ("office_building", "machinery", "vehicles")  # the district's own use: rent saved, no cash


def account_rows() -> list[Row]:
    """Return opening cash, what each account may pay, and to which it may transfer."""
    district = [
        _account(
            DISTRICT, "general", CARRY_OVER + STABILISATION_FUND, "general;arrears;other", "company"
        ),
        _account(DISTRICT, "fund", round(FUND_REVENUE / 12, 2), "special", "general"),
        _account(DISTRICT, "capital", round(CAPITAL_REVENUE / 12, 2), "other", "general"),
        _account(DISTRICT, "earmarked", 0.0, "other", None),
    ]
    pays = "hidden;vehicle_other;arrears;other"
    companies = [
        row
        for group, cash in COMPANY_CASH.items()
        for row in (
            _account(group_id(group), "company", cash, pays, "company"),
            _account(group_id(group), "earmarked", 0.0, "other", None),
        )
    ]
    return [*district, *companies]


def _account(entity: str, account: str, cash: float, pays: str, to: str | None) -> Row:
    return {
        "entity_id": entity,
        "account": account,
        "opening_cash": round(cash * YUAN_PER_YI, 2),
        "pays": pays,
        "transfers_to": to,
        **provenance("bs_assumption"),
    }


def claim_rows() -> list[Row]:
    """Return current accounts between the groups, held by the first, owed by the second."""
    return [
        {
            "claim_id": f"CL-{number}",
            "debtor_id": group_id(debtor),
            "creditor_id": group_id(creditor),
            "amount": amount * YUAN_PER_YI,
            "asset_gfsm_code": "62082",
            "liability_gfsm_code": "63082",
            **provenance(),
        }
        for number, (creditor, debtor, amount) in enumerate(CLAIMS, 1)
    ]


def budget_rows(lots: list[Row]) -> list[Row]:
    """Return the budget of every account for five years, lots left out."""
    lines = [*_general_lines(lots), *_fund_lines(), *_capital_lines(), *_company_lines()]
    return [line(year) for year in YEARS for line in lines if line(year)]


Line = Callable[[int], Row]


def _general_lines(lots: list[Row]) -> list[Line]:
    """General account: about balanced before debt service, as published income and spending are."""
    own = [row for row in lots if group_of(str(row["owner_id"])) == DISTRICT]
    saved = _sum([row for row in own if row["asset_kind"] in IN_USE], "income_y")
    earned = _sum(own, "income_y") - saved
    return [*_general_income(earned), *_general_spending(saved, _sum(own, "cost_to_keep_y"))]


def _general_income(earned: float) -> list[Line]:
    """Income of the general account without what lots earn in cash."""
    one_off = ONE_OFF_SHARE * NON_TAX
    regular, revenue = NON_TAX - one_off - earned, "own_revenue"
    return [
        _line("general", revenue, "税收 tax", TAX, driver=revenue),
        _line("general", revenue, "非税 non-tax, recurrent", regular, driver=revenue),
        _line("general", revenue, "一次性非税 non-tax, one-off", one_off, until=2025, once=True),
        _line("general", "transfers_in", "上级补助 from above", FROM_ABOVE, driver="transfers"),
        _line("general", "transfers_in", "调入资金 from fund and capital", TRANSFERRED_IN),
    ]


def _general_spending(saved: float, kept: float) -> list[Line]:
    """Spending of the general account: upkeep of lots left out, rent saved by them put back."""
    interest = STATUTORY["general"] * MEAN_COUPON["general"]
    essential = ESSENTIAL_SHARE * OWN_EXPENDITURE
    other = OWN_EXPENDITURE - essential - interest - kept - TO_COMPANIES["general"]
    growth = SPENDING_GROWTH
    return [
        _line("general", "essential_spending", "三保支出 essential", essential, growth=growth),
        _line("general", "other_spending", "其他支出 other", other),
        _line("general", "other_spending", "自用房屋设备租金 rent of premises in use", saved),
        _line("general", "transfers_out", "上解 remitted up", REMITTED_UP),
        _line("general", "transfers_out", "购买国企服务 to own companies", TO_COMPANIES["general"]),
    ]


def _fund_lines() -> list[Line]:
    land = FUND_REVENUE * LAND_SHARE
    cost = land * LAND_COST_SHARE
    return [
        _line("fund", "land_revenue", "土地出让 land", land, driver="land_revenue"),
        _line("fund", "own_revenue", "其他基金收入 other", FUND_REVENUE - land),
        _line("fund", "essential_spending", "征拆和计提 land cost", cost, driver="land_revenue"),
        _line("fund", "other_spending", "其他基金支出 other", OTHER_FUND_SPENDING),
        _line("fund", "transfers_out", "调出至一般 to general", FUND_TO_GENERAL),
        _line("fund", "transfers_out", "购买国企服务 to own companies", TO_COMPANIES["fund"]),
    ]


def _capital_lines() -> list[Line]:
    to_general = TRANSFERRED_IN - FUND_TO_GENERAL
    return [
        _line("capital", "own_revenue", "国资收益 dividends", CAPITAL_REVENUE),
        _line("capital", "transfers_out", "调出至一般 to general", to_general),
        _line("capital", "other_spending", "国资支出 other", CAPITAL_REVENUE - to_general),
    ]


def _company_lines() -> list[Line]:
    """Groups: operations beside the lots, services sold to the district, unfinished projects."""
    sold = sum(TO_COMPANIES.values())
    return [
        line
        for group, share in GROUP_SHARE.items()
        for entity, (income, cost) in [(group_id(group), OPERATING[group])]
        for line in (
            _line("company", "own_revenue", "经营收入 operations", income, entity=entity),
            _line(
                "company", "transfers_in", "政府购买 from the district", sold * share, entity=entity
            ),
            _line("company", "essential_spending", "经营成本 operations", cost, entity=entity),
            _line(
                "company",
                "other_spending",
                "在建收尾 unfinished projects",
                UNFINISHED[group],
                entity=entity,
                until=2026,
                once=True,
            ),
        )
    ]


def _line(
    account: str,
    line: str,
    item: str,
    amount: float,
    *,
    entity: str = DISTRICT,
    driver: str = "none",
    growth: float = 0.0,
    until: int = YEARS[-1],
    once: bool = False,
) -> Line:
    """Return the rows of one budget line: a function of the year, empty after `until`."""

    def row(year: int) -> Row:
        if year > until:
            return {}
        return {
            "entity_id": entity,
            "account": account,
            "line": line,
            "item": item,
            "year": year,
            "amount_y": round(amount * (1.0 + growth) ** (year - YEARS[0]) * YUAN_PER_YI, 2),
            "recurrent": not once,
            "driver": driver,
            "growth_rate": growth,
            "source_id": "bs_forward" if entity == DISTRICT else "bs_assumption",
            "origin": "estimated" if entity == DISTRICT else "synthetic",
        }

    return row


def _sum(rows: list[Row], column: str) -> float:
    """Add up a column of lots in hundred million yuan."""
    return sum(figure(row, column) for row in rows) / YUAN_PER_YI
