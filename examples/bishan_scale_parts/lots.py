"""What does the district own? About 600 lots with what they earn, who may buy, what binds them."""

import datetime as dt

import numpy as np

from bishan_scale_parts.lot_plans import (
    ADMINISTRATIVE,
    COMPANY,
    CONCESSIONS,
    ECONOMICS,
    FLAGS,
    LAND,
    PLEDGEABLE,
    WITH_TITLE,
    Economics,
)
from bishan_scale_parts.people import firm_ids, firm_weights, group_id
from bishan_scale_parts.scale import (
    APPRAISAL_SD,
    CASE_DATE,
    DISTRICT,
    GROUP_SHARE,
    LAND_APPRAISAL,
    LOAN_TO_VALUE,
    PLEDGED_SHARE,
    RELATED_BUYER_SHARE,
    SIZE_SD,
    TITLE_DEFECT_SHARE,
    YUAN_PER_WAN,
    Floats,
    Row,
    figure,
    provenance,
    split,
    yuan,
)
from ironpot.core.money import split_fen

APPRAISED_ON = dt.date(2024, 9, 30)
LARGEST_SHARE = 0.25  # no lot holds more than this of its kind's total, where there are many
PARENT_SHARE = 0.5  # of lots that the group's parent holds itself
HELD_BY_PARENT = ("rental_housing", "water_utility", "receivable_gov", "public_good")
GROWTH = {"parking": 0.01, "charging_piles": 0.01, "water_utility": 0.01, "rental_housing": 0.005}
UNCONFIRMED_SHARE = 0.6  # of receivables that no creditor would accept as security
APPROVALS = {
    "land": ("区政府批准 district government", "区自然资源局 Natural Resources Bureau"),
    "treasury": ("财政部门批准 finance bureau consent", "区财政局 Finance Bureau"),
    "company": (
        "集团决议 group resolution;国资备案 state-assets filing",
        "区国资机构 State-assets body",
    ),
    "regulator": (
        "国资批准 state-assets consent;监管核准 regulator",
        "金融监管部门 Financial regulator",
    ),
}


def lot_rows(rng: np.random.Generator) -> list[Row]:
    """Return the assets table; book values add up to the totals of `lot_plans` exactly."""
    rows = [
        row
        for kind, (count, books) in COMPANY.items()
        for group, book, part in zip(GROUP_SHARE, books, split_count(count, books), strict=True)
        for row in _company_lots(rng, kind, group, book, part)
    ]
    for kind, (count, book, bureaus) in ADMINISTRATIVE.items():
        owners = [bureaus[n % len(bureaus)] for n in range(count)]
        rows += _lots(rng, kind, book, owners)
    _number(rows)
    _mark_titles(rng, rows)
    _mark_buyers(rng, rows)
    return rows


def split_count(count: int, weights: tuple[float, ...]) -> list[int]:
    """Split a number of lots by weights; a part with a weight gets one lot at least.

    >>> split_count(10, (1.0, 0.0, 9.0))
    [2, 0, 8]
    """
    present = np.array([weight > 0.0 for weight in weights], dtype=np.int64)
    spare = split_fen(count - int(present.sum()), weights)
    return (present + spare).tolist()


def _company_lots(
    rng: np.random.Generator, kind: str, group: str, book: float, count: int
) -> list[Row]:
    firms, weights = firm_ids(group), firm_weights(group)
    share = 1.0 if kind in HELD_BY_PARENT else PARENT_SHARE
    owners = [
        group_id(group)
        if rng.random() < share
        else str(rng.choice(firms, p=weights / weights.sum()))
        for _ in range(count)
    ]
    return _lots(rng, kind, book, owners)


def _lots(rng: np.random.Generator, kind: str, book: float, owners: list[str]) -> list[Row]:
    if not owners:
        return []
    books = split(book, _sizes(rng, len(owners)))
    return [_lot(rng, kind, owner, yuan(b)) for owner, b in zip(owners, books, strict=True)]


def _sizes(rng: np.random.Generator, count: int) -> Floats:
    """Draw lognormal sizes; the largest are cut back to a quarter of the whole."""
    sizes = rng.lognormal(0.0, SIZE_SD, count)
    return np.minimum(sizes, LARGEST_SHARE * sizes.sum()) if count > 1 / LARGEST_SHARE else sizes


def _lot(rng: np.random.Generator, kind: str, owner: str, book: float) -> Row:
    plan = ECONOMICS[kind]
    company = not owner.startswith("bur_")
    infrastructure = kind == "public_good" and company
    code = "company" if company else "treasury"
    code = {"land_reserve": "land", "rural_bank_stake": "regulator"}.get(kind, code)
    return {
        "owner_id": owner,
        "asset_kind": kind,
        "gfsm_code": "61113" if infrastructure else None,
        "book_value": book,
        "book_date": CASE_DATE,
        **_value_and_income(rng, kind, plan, book),
        "essential": kind == "public_good",
        "title": "clear",
        "legal_flags": FLAGS.get(kind),
        "approvals": None if kind == "public_good" else APPROVALS[code][0],
        "approver": None if kind == "public_good" else APPROVALS[code][1],
        "counterparty_id": DISTRICT if kind == "receivable_gov" else None,
        "routes_barred": _barred(rng, kind, company=company),
        **provenance(),
    }


def _barred(rng: np.random.Generator, kind: str, *, company: bool) -> str | None:
    """Bar pledges by public bodies, and loans against receivables that nobody has confirmed."""
    if not company:
        return "pledge"
    unconfirmed = kind == "receivable_gov" and rng.random() < UNCONFIRMED_SHARE
    return "pool;pledge" if unconfirmed else None


def _value_and_income(rng: np.random.Generator, kind: str, plan: Economics, book: float) -> Row:
    """Draw appraisal, income, cost and life of one lot; a public good has no appraisal."""
    level = LAND_APPRAISAL if kind in LAND else 1.0
    value = yuan(book / YUAN_PER_WAN * level * rng.lognormal(0.0, APPRAISAL_SD))
    idle = rng.random() < plan.idle
    spread = rng.random()
    low, high = plan.yields
    income = 0.0 if idle else hundreds(value * (low + (high - low) * spread))
    priced = kind != "public_good"
    return {
        "appraisal": value if priced else None,
        "appraisal_date": APPRAISED_ON if priced else None,
        "appraisal_low": hundreds(0.85 * value) if priced else None,
        "appraisal_high": hundreds(1.10 * value) if priced else None,
        "income_y": income,
        "income_low_y": hundreds(income * rng.uniform(0.70, 0.90)),
        "income_high_y": hundreds(income * rng.uniform(1.05, 1.20)),
        "income_growth_rate": 0.0 if idle else GROWTH.get(kind, 0.0),
        "cost_to_keep_y": hundreds(value * rng.uniform(*plan.cost)),
        "capex_needed": hundreds(value * plan.capex * rng.uniform(0.5, 1.5)),
        "remaining_life_y": float(round(rng.uniform(*plan.life))),
        "occupancy_share": _occupancy(plan, spread, idle=idle),
    }


def hundreds(amount: float) -> float:
    """Round an amount to whole hundred yuan, as a register would estimate it."""
    return float(round(amount, -2))


def _occupancy(plan: Economics, spread: float, *, idle: bool) -> float | None:
    if not plan.occupied:
        return None
    return 0.0 if idle else round(0.35 + 0.63 * spread, 2)


def _number(rows: list[Row]) -> None:
    """Give lots an id and a name in both languages, counted by kind."""
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        kind = str(row["asset_kind"])
        seen[kind] = seen.get(kind, 0) + 1
        plan = ECONOMICS[kind]
        row["asset_id"] = f"A-{number:03d}"
        row["name"] = f"{plan.zh}{seen[kind]:03d} {plan.en}"


def _mark_titles(rng: np.random.Generator, rows: list[Row]) -> None:
    """Mark a fifth of all lots with a title defect: most are cured in a year or two, some never."""
    with_title = [row for row in rows if row["asset_kind"] in WITH_TITLE]
    count = round(TITLE_DEFECT_SHARE * len(rows))
    for index in rng.choice(len(with_title), size=count, replace=False):
        row, luck = with_title[int(index)], rng.random()
        row["title"] = "defect" if luck < 0.75 else "missing"
        low, high = (6, 12) if luck < 0.60 else (12, 24)
        row["title_cure_months"] = None if luck > 0.85 else int(rng.integers(low, high + 1))


def _mark_buyers(rng: np.random.Generator, rows: list[Row]) -> None:
    """Name a sister company as buyer of half of the concession lots; other buyers are outside."""
    for row in rows:
        row["buyer_scope"] = "outside"
    concessions = [row for row in rows if row["asset_kind"] in CONCESSIONS]
    count = round(RELATED_BUYER_SHARE * len(concessions))
    for index in rng.choice(len(concessions), size=count, replace=False):
        row = concessions[int(index)]
        own = group_of(str(row["owner_id"]))
        buyers = [group_id(group) for group in GROUP_SHARE if group != own]
        row["buyer_scope"] = "inside"
        row["buyer_id"] = buyers[int(rng.integers(len(buyers)))]


def group_of(entity_id: str) -> str:
    """Return the group of a company, or the district for government and bureaus.

    >>> group_of("grp_park"), group_of("park_07"), group_of("bur_water")
    ('park', 'park', 'ironbridge')
    """
    stem = entity_id.removeprefix("grp_").split("_")[0]
    return stem if stem in GROUP_SHARE else DISTRICT


def pledge_lots(rng: np.random.Generator, lots: list[Row], debts: list[Row]) -> None:
    """Pledge 30 % of lots to loans and leases of their own group, at a loan to value near 55 %.

    Plants that a group's parent holds stay free: they could make up a pool.
    """
    able = [
        row
        for row in lots
        if row["asset_kind"] in PLEDGEABLE
        and group_of(str(row["owner_id"])) in GROUP_SHARE
        and row["title"] == "clear"
        and (row["asset_kind"], str(row["owner_id"])[:4]) != ("industrial_building", "grp_")
    ]
    count = round(PLEDGED_SHARE * len(lots))
    chosen = [able[int(index)] for index in rng.choice(len(able), size=count, replace=False)]
    for group in GROUP_SHARE:
        own_lots = [row for row in chosen if group_of(str(row["owner_id"])) == group]
        _pledge_group(rng, own_lots, _securable(debts, group))


def _securable(debts: list[Row], group: str) -> list[Row]:
    return [
        row
        for row in debts
        if group_of(str(row["debtor_id"])) == group
        and row["instrument"] in ("loan", "lease")
        and row["security"] == "none"
    ]


def _pledge_group(rng: np.random.Generator, lots: list[Row], loans: list[Row]) -> None:
    """Secure loans, drawn at random, that the lots can carry; no loan exceeds its collateral.

    Lots go largest first, each to the loan with the largest need left. A loan that ends up with
    less collateral than principal is left unsecured and its lots go to the next best loan.
    """
    value = sum(figure(row, "appraisal") for row in lots)
    needs = np.array([figure(row, "notional_principal") / LOAN_TO_VALUE for row in loans])
    order = rng.permutation(len(loans))
    taken = order[: int(np.searchsorted(np.cumsum(needs[order]), value))]
    while True:
        holder, left = _deal_lots(lots, needs[taken])
        bare = left > needs[taken] * (1.0 - LOAN_TO_VALUE)
        if not bare.any():
            break
        taken = np.delete(taken, int(np.argmax(left / needs[taken])))
    for row, at in zip(lots, holder, strict=True):
        row["encumbrance_debt_id"] = loans[int(taken[at])]["debt_id"]
        loans[int(taken[at])]["security"] = "pledge"


def _deal_lots(lots: list[Row], needs: Floats) -> tuple[list[int], Floats]:
    """Deal lots to needs of collateral, largest first; return each lot's need and what is left."""
    values = np.array([figure(row, "appraisal") for row in lots])
    left, holder = needs.copy(), [0] * len(lots)
    for index in np.argsort(-values, kind="stable"):
        holder[int(index)] = best = int(np.argmax(left))
        left[best] -= values[index]
    return holder, left
