"""What does the district owe? Debt on-lent from above and 160 contracts of its companies."""

from dataclasses import dataclass

import numpy as np

from bishan_scale_parts.contracts import (
    Terms,
    contract_columns,
    due_within_year,
    whole_cycles,
)
from bishan_scale_parts.people import CREDITORS, firm_ids, firm_weights, group_id
from bishan_scale_parts.scale import (
    CREDITOR_SHARE,
    DISTRICT,
    DUE_WITHIN_YEAR,
    GROUP_SHARE,
    GUARANTEED_SHARE,
    HIDDEN_DEBT,
    MEAN_COUPON,
    MEAN_REMAINING_Y,
    MUNICIPALITY,
    STATUTORY,
    VEHICLE_DEBT,
    Floats,
    Ints,
    Row,
    figure,
    provenance,
    split,
    yuan,
)

# instrument: share of vehicle debt, contracts falling due within a year, longer contracts.
INSTRUMENTS = {
    "loan": (0.55, 24, 64),
    "bond": (0.25, 12, 28),
    "lease": (0.07, 3, 9),
    "trust": (0.05, 3, 4),
    "other": (0.08, 4, 9),
}
CLASS_SHARE = {
    "hidden": HIDDEN_DEBT / VEHICLE_DEBT,
    "vehicle_other": 1.0 - HIDDEN_DEBT / VEHICLE_DEBT,
}
CONTRACT_SD = 0.9  # of log sizes
STATUTORY_COUNTS = {"general": 12, "special": 26}
BOND_YEARS = (5, 7, 10, 15, 20, 30)
LONG_LOAN_Y = (3.0, 17.8)
OVERDUE = ("trust", "lease")  # one contract each, a fifth of its principal late
ARREARS_OF = {DISTRICT: 2.0, "grp_urban": 1.8, "grp_park": 1.4, "grp_services": 0.8}
ARREARS_PER_DEBTOR = 3


def statutory_rows(rng: np.random.Generator) -> list[Row]:
    """Return on-lent bonds, fixed bullets, at the national mean rate and remaining life."""
    return [row for kind in STATUTORY for row in _statutory_class(rng, kind)]


def _statutory_class(rng: np.random.Generator, kind: str) -> list[Row]:
    count, mean_y = STATUTORY_COUNTS[kind], MEAN_REMAINING_Y[kind]
    amounts = split(STATUTORY[kind], rng.lognormal(0.0, 0.5, count))
    raw = (np.arange(count) + 0.5) * 2 * mean_y / count
    years = raw * mean_y / np.average(raw, weights=amounts)
    months = np.maximum(np.rint(years * 12).astype(int), 3)
    curve = np.round(0.0245 + 0.0004 * years + rng.normal(0.0, 0.0012, count), 4)
    coupons = np.round(curve + MEAN_COUPON[kind] - np.average(curve, weights=amounts), 5)
    return [
        _on_lent(f"{kind[:3].upper()}-{n + 1:02d}", kind, int(m), float(c), yuan(a), rng)
        for n, (m, c, a) in enumerate(zip(months, coupons, amounts, strict=True))
    ]


def _on_lent(
    debt_id: str, kind: str, months: int, coupon: float, amount: float, rng: np.random.Generator
) -> Row:
    term_y = next((years for years in BOND_YEARS if years * 12 > months), BOND_YEARS[-1])
    day, cycle = int(rng.integers(5, 28)), 6 if term_y >= 10 else 12
    terms = Terms("on_lent", "PAM", months, term_y * 12 - months, day, cycle, coupon)
    label = (
        "一般债券转贷 general on-lending"
        if kind == "general"
        else "专项债券转贷 special on-lending"
    )
    return {
        "debt_id": debt_id,
        "name": label,
        "debtor_id": DISTRICT,
        "creditor_id": MUNICIPALITY,
        "primary_class": kind,
        **contract_columns(terms, amount),
        "penalty_rate": round(2 * coupon, 6),
        "status": "performing",
        **provenance(),
    }


def vehicle_rows(rng: np.random.Generator) -> list[Row]:
    """Return the companies' contracts: amounts tie to totals by instrument, class and year."""
    cells = [
        _cell(rng, instrument, primary, short=short)
        for instrument in INSTRUMENTS
        for short in (True, False)
        for primary in CLASS_SHARE
    ]
    short_share = _short_share(cells)
    drafts = [
        (terms, cell.primary, int(amount))
        for cell in cells
        for terms, amount in zip(cell.terms, cell.amounts(short_share), strict=True)
    ]
    return _signed(rng, [drafts[n] for n in rng.permutation(len(drafts))])


@dataclass(frozen=True, slots=True)
class Cell:
    """Contracts of one instrument and class that are all short, or all longer; relative sizes."""

    instrument: str
    primary: str
    short: bool
    terms: list[Terms]
    sizes: Floats

    @property
    def share(self) -> float:
        """Share of the instrument and class in vehicle debt."""
        return INSTRUMENTS[self.instrument][0] * CLASS_SHARE[self.primary]

    def amounts(self, short_share: float) -> Ints:
        """Return amounts in wan; `short_share` of an instrument is due within a year."""
        part = short_share if self.short else 1.0 - short_share
        return split(VEHICLE_DEBT * self.share * part, self.sizes)


def _cell(rng: np.random.Generator, instrument: str, primary: str, *, short: bool) -> Cell:
    _, soon, later = INSTRUMENTS[instrument]
    count = soon if short else later
    hidden = max(round(CLASS_SHARE["hidden"] * count), 1)
    number = hidden if primary == "hidden" else count - hidden
    terms = [draw_terms(rng, instrument, short=short) for _ in range(number)]
    return Cell(instrument, primary, short, terms, rng.lognormal(0.0, CONTRACT_SD, number))


def _short_share(cells: list[Cell]) -> float:
    """Solve for the share in contracts due within a year, so that what is due adds up to the total.

    Longer contracts pay instalments within the year as well; what is due is linear in the share.
    """
    early = sum(
        cell.share * float(np.average([due_within_year(t) for t in cell.terms], weights=cell.sizes))
        for cell in cells
        if not cell.short
    )
    return (DUE_WITHIN_YEAR / VEHICLE_DEBT - early) / (1.0 - early)


def draw_terms(rng: np.random.Generator, instrument: str, *, short: bool) -> Terms:
    """Draw the terms of one contract; a short one is due within twelve months."""
    day = int(rng.integers(1, 28))
    months = int(rng.integers(1, 12)) if short else 0
    match instrument:
        case "loan":
            return _loan(rng, months, day)
        case "bond":
            left = months or int(rng.integers(13, 78))
            term = next(12 * y for y in (3, 5, 7) if 12 * y > left)
            return Terms("bond", "PAM", left, term - left, day, 12, _rate(rng, 0.03, 0.065))
        case "lease":
            left = months or int(rng.integers(14, 60))
            term = whole_cycles(left, 3) + 3 * int(rng.integers(4, 9))
            return Terms("lease", "ANN", left, term - left, day, 3, _rate(rng, 0.06, 0.085))
        case "trust":
            left = months or int(rng.integers(13, 30))
            term = 36 if left > 12 else 24
            return Terms("trust", "PAM", left, term - left, day, 6, _rate(rng, 0.07, 0.095))
        case _:
            left = months or int(rng.integers(18, 84))
            kind = "PAM" if short or rng.random() < 0.6 else "NAM"
            term = whole_cycles(left, 3) + 3 * int(rng.integers(4, 13))
            return Terms("other", kind, left, term - left, day, 3, _rate(rng, 0.045, 0.065))


def _loan(rng: np.random.Generator, months: int, day: int) -> Terms:
    """Draw a bank loan: a year's bullet, or years of equal principal, instalments or bullet."""
    if months:
        left, kind, term = months, "PAM", 12 * int(rng.integers(1, 4))
    else:
        left = round(rng.uniform(*LONG_LOAN_Y) * 12)
        kind = str(rng.choice(["LAM", "ANN", "PAM"], p=[0.45, 0.15, 0.40]))
        term = whole_cycles(left, 3) + 3 * int(rng.integers(4, 25))
    spread = round(int(rng.integers(0, 31)) / 2000, 4)
    floats = kind != "ANN" and rng.random() < 0.85
    return Terms("loan", kind, left, term - left, day, 3, spread=spread, floats=floats)


def _rate(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a rate a year in steps of five basis points."""
    return round(int(rng.integers(round(low * 2000), round(high * 2000) + 1)) / 2000, 4)


def _signed(rng: np.random.Generator, drafts: list[tuple[Terms, str, int]]) -> list[Row]:
    """Give every contract a debtor, a creditor, an id and its side terms."""
    amounts = np.array([amount for _, _, amount in drafts])
    groups = deal(amounts, GROUP_SHARE, rng)
    lenders = _lenders(rng, [terms.instrument for terms, _, _ in drafts], amounts)
    numbered = zip(drafts, groups, lenders, strict=True)
    return [
        _vehicle(f"LG-{n:03d}", *draft, _debtor(rng, group), lender)
        for n, (draft, group, lender) in enumerate(numbered, 1)
    ]


def deal(amounts: Ints, shares: dict[str, float], rng: np.random.Generator) -> list[str]:
    """Deal amounts to parties, largest first, each to the one furthest below its share, (n,)."""
    names = list(shares)
    target = np.array([shares[name] for name in names]) * amounts.sum()
    dealt = [""] * amounts.size
    for index in np.lexsort((rng.random(amounts.size), -amounts)):
        chosen = int(np.argmax(target))
        target[chosen] -= amounts[index]
        dealt[index] = names[chosen]
    return dealt


def _lenders(rng: np.random.Generator, instruments: list[str], amounts: Ints) -> list[str]:
    """Deal contracts to creditors: trusts and leases first to their companies, then banks."""
    rest = dict(CREDITOR_SHARE)
    own = np.array([instrument in ("trust", "lease") for instrument in instruments])
    kept = _fill(np.flatnonzero(own), amounts, rest.pop("non_standard") * amounts.sum())
    classes = np.full(amounts.size, "non_standard", dtype=object)
    others = np.setdiff1d(np.arange(amounts.size), kept)
    classes[others] = deal(
        amounts[others], {k: v / sum(rest.values()) for k, v in rest.items()}, rng
    )
    return [
        _lender(rng, str(name), instrument)
        for name, instrument in zip(classes, instruments, strict=True)
    ]


def _fill(candidates: Ints, amounts: Ints, room: float) -> Ints:
    """Choose contracts, largest first, that fit into `room`, (chosen,)."""
    chosen: list[int] = []
    for index in candidates[np.argsort(-amounts[candidates])]:
        if amounts[index] <= room:
            chosen.append(int(index))
            room -= int(amounts[index])
    return np.array(chosen)


def _lender(rng: np.random.Generator, creditor_class: str, instrument: str) -> str:
    stems = {
        "regional_bank": ("city_bank", "city_bank", "rural_bank"),
        "non_standard": ("trust",) if instrument == "trust" else ("leasing",),
    }.get(creditor_class, (creditor_class,))
    stem = stems[int(rng.integers(len(stems)))]
    return f"{stem}_{int(rng.integers(1, CREDITORS[stem][1] + 1)):02d}"


def _debtor(rng: np.random.Generator, group: str) -> str:
    """Draw the group's parent company, or one of its firms by size."""
    if rng.random() < 0.65:
        return group_id(group)
    weights = firm_weights(group)
    return str(rng.choice(firm_ids(group), p=weights / weights.sum()))


EARLY_FEE = {"loan": 0.0, "lease": 0.02, "trust": 0.01, "other": 0.005}
NAMES = {
    "loan": "银行贷款 bank loan",
    "bond": "公司债券 bond",
    "lease": "融资租赁 finance lease",
    "trust": "信托贷款 trust loan",
    "other": "其他借款 other borrowing",
}


def _vehicle(
    debt_id: str, terms: Terms, primary: str, amount: int, debtor: str, lender: str
) -> Row:
    return {
        "debt_id": debt_id,
        "name": NAMES[terms.instrument],
        "debtor_id": debtor,
        "creditor_id": lender,
        "primary_class": primary,
        **contract_columns(terms, yuan(amount)),
        "penalty_rate": round(1.5 * terms.current_rate, 6),
        "prepayment_penalty_rate": EARLY_FEE.get(terms.instrument),
        "seniority": "senior",
        "security": "none",
        "status": "performing",
        "evidence_source_id": "bs_register" if primary == "hidden" else None,
        **provenance(),
    }


def mark_overdue(rows: list[Row]) -> None:
    """Mark one trust and one lease as late with a fifth of principal and half a year's interest."""
    for instrument in OVERDUE:
        row = next(row for row in rows if row["instrument"] == instrument)
        principal = figure(row, "notional_principal")
        rate = figure(row, "nominal_interest_rate")
        row["arrears_principal"] = yuan(0.2 * principal / 1e4)
        row["arrears_interest"] = round(principal * rate / 2, 2)
        row["status"] = "overdue"


def arrears_rows(rng: np.random.Generator) -> list[Row]:
    """Return overdue payables to contractors; they bear no interest and stand beside the 460."""
    return [
        _payable(f"AP-{debtor.removeprefix('grp_')}-{n + 1}", debtor, yuan(amount), rng)
        for debtor, total in ARREARS_OF.items()
        for n, amount in enumerate(split(total, rng.lognormal(0.0, 0.6, ARREARS_PER_DEBTOR)))
    ]


def _payable(debt_id: str, debtor: str, amount: float, rng: np.random.Generator) -> Row:
    age, left = int(rng.integers(13, 30)), -int(rng.integers(1, 12))
    terms = Terms("payable", "PAM", left, age - left, int(rng.integers(1, 28)), 12, 0.0)
    return {
        "debt_id": debt_id,
        "name": "工程欠款 contractor's claim",
        "debtor_id": debtor,
        "creditor_id": "suppliers",
        "primary_class": "arrears",
        **contract_columns(terms, amount),
        "arrears_principal": amount,
        "penalty_rate": 0.0,
        "prepayment_penalty_rate": 0.0,
        "status": "overdue",
        **provenance(),
    }


def guarantee_rows(rows: list[Row], group_of: dict[str, str]) -> list[Row]:
    """Return guarantees of 15 % of vehicle debt in a ring: each group stands for the next one."""
    ring = dict(zip(GROUP_SHARE, [*list(GROUP_SHARE)[1:], next(iter(GROUP_SHARE))], strict=True))
    guarantees: list[Row] = []
    for guarantor, debtor in ring.items():
        open_rows = [
            row
            for row in rows
            if group_of[str(row["debtor_id"])] == debtor and row["security"] == "none"
        ]
        wanted = int(
            split(VEHICLE_DEBT * GUARANTEED_SHARE, list(GROUP_SHARE.values()))[
                list(GROUP_SHARE).index(debtor)
            ]
        )
        for row in open_rows:
            covered = min(wanted, round(figure(row, "notional_principal") / 1e4))
            if covered <= 0:
                break
            wanted -= covered
            row["security"] = "guarantee"
            guarantees.append(_guarantee(len(guarantees) + 1, guarantor, row, yuan(covered)))
    return guarantees


def _guarantee(number: int, guarantor: str, row: Row, limit: float) -> Row:
    return {
        "guarantee_id": f"GU-{number:02d}",
        "guarantor_id": group_id(guarantor),
        "debt_ids": row["debt_id"],
        "amount_limit": limit,
        "call_order": 1,
        **provenance(),
    }
