"""Which figures are published? Budgets and outturns of the district the scale is taken from.

Amounts in hundred million yuan as compiled from the documents named in `SOURCES`; the issuing
documents were not opened again. The entity that carries them here has a neutral name.
"""

from bishan_scale_parts.scale import DISTRICT, YUAN_PER_YI, Row

SITE = "http://www.bishan.gov.cn/zwgk_241/fdzdgknr"
COMPILED = "as compiled, not opened again 据汇编未再核对"
SOURCES = {
    "bs_budget_2023": (
        "Bishan District (Chongqing): report on budgets, February 2024 璧山区预算报告",
        f"{SITE}/ysjs/bsqyjsbg/bsqysbg/202402/t20240218_12927247.html; {COMPILED}",
        "2024-02-18",
        "published",
    ),
    "bs_accounts_2024": (
        "Bishan District (Chongqing): final accounts 2024 璧山区2024年决算报告",
        f"{SITE}/ysjs/qzfbmyjsqk/bsqjsbg/202509/t20250923_15033862.html; {COMPILED}",
        "2025-09-23",
        "published",
    ),
    "bs_budget_2025": (
        "Bishan District (Chongqing): report on budgets, January 2026 璧山区预算报告",
        f"{SITE}/ysjs/bsqyjsbg/bsqysbg/202601/t20260127_15357846.html; {COMPILED}",
        "2026-01-27",
        "published",
    ),
    "bs_half_year_2025": (
        "Bishan District (Chongqing): budget execution, first half of 2025 璧山区上半年预算执行",
        f"{SITE}/ysjs/bsqyjsbg/bsqysbg/202509/t20250923_15034148.html; {COMPILED}",
        "2025-09-23",
        "published",
    ),
    "bs_gdp_2023": (
        "Bishan District (Chongqing): work report 2024 璧山区政府工作报告",
        f"http://www.bishan.gov.cn/zwgk_241/zfgzbg/gzbg/202402/t20240227_12965036.html; {COMPILED}",
        "2024-02-27",
        "published",
    ),
    "bs_gdp_2024": (
        "Bishan District (Chongqing): statistics 2024 璧山区统计数据",
        f"{SITE}/tjxx/sjjd/202504/t20250414_14519928.html; {COMPILED}",
        "2025-04-14",
        "published",
    ),
}

# item: (side, 2023, 2024, 2025); None = not published.
GENERAL: dict[str, tuple[str, tuple[float | None, ...]]] = {
    "own_revenue": ("source", (53.19, 50.06, 51.32)),
    "tax": ("of_which", (29.09, 31.21, 32.50)),
    "non_tax": ("of_which", (24.10, 18.85, 18.82)),
    "transfers_from_above": ("source", (29.71, None, 25.30)),
    "stabilisation_fund_used": ("source", (1.97, None, 5.14)),
    "transferred_in": ("source", (3.29, None, 3.06)),
    "debt_onlending": ("source", (5.11, None, 22.83)),
    "carry_over_in": ("source", (8.79, None, 12.75)),
    "own_expenditure": ("use", (75.80, 79.60, 74.18)),
    "district_level": ("of_which", (68.34, None, 65.89)),
    "subdistricts": ("of_which", (4.39, None, 4.96)),
    "towns": ("of_which", (3.07, None, 3.33)),
    "remitted_up": ("use", (3.37, None, 2.96)),
    "debt_principal_repaid": ("use", (3.20, None, 22.65)),
    "to_stabilisation_fund": ("use", (13.30, None, 3.95)),
    "carry_over_out": ("use", (6.39, None, 16.66)),
    "total": ("total", (102.06, 107.64, 120.40)),
}
YEARS = (
    (2023, "outturn", "bs_budget_2023"),
    (2024, "outturn", "bs_accounts_2024"),
    (2025, "budget", "bs_budget_2025"),
)


def fiscal_history_rows() -> list[Row]:
    """Return the published accounts: both sides of 2023 and 2025, main lines of 2024, fund, GDP."""
    general = [
        _row("general", year, item, side, figures[index], status, source)
        for index, (year, status, source) in enumerate(YEARS)
        for item, (side, figures) in GENERAL.items()
    ]
    fund_2023 = round(42.39 / (1 - 0.207), 2)
    fund_2025 = round(10.93 / 0.23, 1)
    half = "bs_half_year_2025"
    return [
        *general,
        _row("general", 2023, "gdp", "memo", 983.0, "outturn", "bs_gdp_2023"),
        _row("general", 2024, "gdp", "memo", 1039.9, "outturn", "bs_gdp_2024"),
        _row("fund", 2023, "fund_revenue", "source", fund_2023, "derived", "bs_accounts_2024"),
        _row("fund", 2024, "fund_revenue", "source", 42.39, "outturn", "bs_accounts_2024"),
        _row("fund", 2025, "fund_revenue", "source", fund_2025, "derived", half),
        _row("fund", 2025, "first_half_fund_revenue", "memo", 10.93, "outturn", half),
        _row("fund", 2025, "first_half_land_sale", "memo", 10.64, "outturn", half),
        _row("fund", 2025, "first_half_fund_expenditure", "memo", 17.52, "outturn", half),
        _row("capital", 2025, "first_half_capital_revenue", "memo", 0.71, "outturn", half),
    ]


def _row(
    account: str,
    year: int,
    item: str,
    side: str,
    amount: float | None,
    status: str,
    source: str,
) -> Row:
    return {
        "entity_id": DISTRICT,
        "account": account,
        "year": year,
        "item": item,
        "side": side,
        "amount": None if amount is None else amount * YUAN_PER_YI,
        "status": status,
        "source_id": source,
        "origin": "estimated" if status == "derived" else "reported",
    }
