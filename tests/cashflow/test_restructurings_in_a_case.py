"""Ten restructurings as a bureau enters them in a case, against a pocket calculator.

Loans began on 2024-01-01 and are yearly, 30E/360; the case date is 2025-01-01, after that day's
payments, so that nothing has accrued. A row is (date, event, payoff); amounts to 1e-6.
"""

import datetime as dt
import shutil
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

import ironpot
from ironpot import CaseError

SMALL = Path(__file__).parents[2] / "examples" / "two-pots"
DEBT = {
    "debtor_id": "county",
    "creditor_id": "bank",
    "primary_class": "hidden",
    "instrument": "loan",
    "notional_principal": "1000",
    "initial_exchange_date": "2024-01-01",
    "day_count_convention": "30E360",
    "cycle_of_interest_payment": "P1YL1",
}
PARTS = {"contract_type": "LAM", "cycle_of_principal_redemption": "P1YL1"}
ANNUITY = PARTS | {"contract_type": "ANN", "prepayment_penalty_rate": "0.01"}
Rows = Iterable[dict[str, str]]


def csv(rows: Rows) -> str:
    """Rows as a CSV text; what a row does not state is empty."""
    kept = list(rows)
    names = list(dict.fromkeys(name for row in kept for name in row))
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in kept)]
    return "\n".join(lines) + "\n"


def made(folder: Path, **tables: Rows) -> ironpot.Case:
    """The small example with some tables replaced, dated 2025-01-01."""
    shutil.copytree(SMALL, folder, dirs_exist_ok=True)
    toml = (folder / "case.toml").read_text("utf-8").replace("2024-12-31", "2025-01-01")
    (folder / "case.toml").write_text(toml, "utf-8")
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(csv(rows), "utf-8")
    return ironpot.read_case(folder).case


def debt(name: str, rate: str, until: str, **terms: str) -> dict[str, str]:
    own = {"debt_id": name, "nominal_interest_rate": rate, "maturity_date": until}
    return DEBT | {"contract_type": "PAM"} | own | terms


def change(day: str, kind: str, **said: str) -> dict[str, str]:
    return {"change_id": f"{kind}-{day}", "debt_id": "D", "date": day, "change": kind} | said


def paid(case: ironpot.Case, name: str = "D") -> list[tuple[str, str, float]]:
    """What a debt pays in the base scenario, as positive amounts; nils left out."""
    events = ironpot.project_debts(case, rates=ironpot.rate_paths(case)).events
    rows = events.filter(scenario="base", contract_id=name).filter(pl.col("payoff") != 0.0)
    return [
        (day.isoformat(), kind, -payoff)
        for day, kind, payoff in rows.select("date", "event_type", "payoff").iter_rows()
    ]


def by_day(rows: list[tuple[str, str, float]]) -> list[tuple[str, float]]:
    days = dict.fromkeys(day for day, _, _ in rows)
    return [(day, sum(amount for when, _, amount in rows if when == day)) for day in days]


def same(found: list[tuple[str, float]], wanted: list[tuple[str, float]]) -> bool:
    days = [day for day, _ in found] == [day for day, _ in wanted]
    return days and [amount for _, amount in found] == pytest.approx(
        [amount for _, amount in wanted], abs=1e-6, rel=0.0
    )


def test_an_annuity_prepaid_in_part_keeps_its_instalment_or_its_term(tmp_path: Path):
    # 1,000 x 0.05 / (1 - 1.05^-4) = 282.011833 a year. After that of 2026, 767.988167 is owed; 300
    # is prepaid for a fee of 3. Kept: 467.988167 bears 23.399408, so 258.612424 is repaid in 2027,
    # and the rest of 209.375743 with 10.468787 in 2028. Term kept: 467.988167 x 0.05 /
    # (1 - 1.05^-3) = 171.849263 three times.
    def prepaid(instalment: str) -> list[tuple[str, float]]:
        agreed = change("2026-01-01", "prepay", amount="300", instalment=instalment)
        debts = [debt("D", "0.05", "2029-01-01", **ANNUITY)]
        return by_day(paid(made(tmp_path / instalment, debts=debts, debt_changes=[agreed])))

    first = ("2026-01-01", 282.01183260 + 303.0)
    kept = [first, ("2027-01-01", 282.01183260), ("2028-01-01", 209.37574316 + 10.46878716)]
    assert same(prepaid("keep"), kept)
    assert same(
        prepaid("solve"), [first, *((f"{year}-01-01", 171.84926321) for year in (2027, 2028, 2029))]
    )


def test_a_year_of_grace_spreads_the_principal_over_the_dates_left(tmp_path: Path):
    # 1,200 at 6 %, 200 each half-year to 2028. After July 2025 1,000 is owed; two parts are not
    # paid; from January 2027 three of 333.333333. Interest of a half-year is 3 % of what is owed.
    halves = PARTS | {"cycle_of_interest_payment": "P6ML1", "notional_principal": "1200"}
    halves |= {"cycle_of_principal_redemption": "P6ML1"}
    grace = change(
        "2025-07-01", "moratorium", until="2026-07-01", relieves="principal", instalment="solve"
    )
    debts = [debt("D", "0.06", "2028-01-01", **halves)]
    third = 1000 / 3
    assert same(
        by_day(paid(made(tmp_path, debts=debts, debt_changes=[grace]))),
        [
            ("2025-07-01", 236.0),
            ("2026-01-01", 30.0),
            ("2026-07-01", 30.0),
            ("2027-01-01", third + 30.0),
            ("2027-07-01", third + 20.0),
            ("2028-01-01", third + 10.0),
        ],
    )


@pytest.mark.parametrize(
    ("until", "wanted"),
    [
        # Two years at 8 %: 1,000 x 1.08^2 = 1,166.4, which bears 93.312.
        ("2028-01-01", [("2026-01-01", 80.0), ("2029-01-01", 1166.4 + 93.312)]),
        # A year and a half: 1,000 x 1.08 x 1.04 = 1,123.2; half a year's interest is 44.928.
        (
            "2027-07-01",
            [("2026-01-01", 80.0), ("2028-01-01", 44.928), ("2029-01-01", 1123.2 + 89.856)],
        ),
    ],
)
def test_interest_of_a_moratorium_is_added_to_the_principal(
    tmp_path: Path, until: str, wanted: list[tuple[str, float]]
):
    rests = change(
        "2026-01-01", "moratorium", until=until, relieves="interest", interest="capitalise"
    )
    case = made(tmp_path, debts=[debt("D", "0.08", "2029-01-01")], debt_changes=[rests])
    assert same(by_day(paid(case)), wanted)
    kinds = ironpot.project_debts(case).events["event_type"].to_list()
    assert "WO" not in kinds, "nothing is forgiven where interest is added to principal"


def test_a_rate_cut_with_an_extension(tmp_path: Path):
    # 6 % to 2026, then 4 % of 1,000, repaid two years later than 2027.
    agreed = [
        change("2026-01-01", "rate", rate_change="-0.02"),
        change("2026-01-01", "extend", term_months="24"),
    ]
    case = made(tmp_path, debts=[debt("D", "0.06", "2027-01-01")], debt_changes=agreed)
    wanted = [("2026-01-01", 60.0), *((f"{year}-01-01", 40.0) for year in (2027, 2028))]
    assert same(by_day(paid(case)), [*wanted, ("2029-01-01", 1040.0)])


def test_a_fifth_is_forgiven(tmp_path: Path):
    # 250 a year; 750 left in 2026 become 600, three parts of 200 with 30, 20 and 10 of interest.
    case = made(
        tmp_path,
        debts=[debt("D", "0.05", "2029-01-01", **PARTS)],
        debt_changes=[change("2026-01-01", "haircut", share="0.2")],
    )
    wanted = [("2026-01-01", 300.0), ("2027-01-01", 230.0), ("2028-01-01", 220.0)]
    assert same(by_day(paid(case)), [*wanted, ("2029-01-01", 210.0)])


def test_a_coupon_steps_up(tmp_path: Path):
    steps = {
        "array_cycle_anchor_date_of_rate_reset": "2027-01-01;2028-01-01",
        "array_rate": "0.04;0.05",
        "array_fixed_variable": "FIX;FIX",
    }
    terms = [{"debt_id": "D", "term": term, "value": value} for term, value in steps.items()]
    case = made(tmp_path, debts=[debt("D", "0.03", "2029-01-01")], debt_terms=terms)
    wanted = [("2026-01-01", 30.0), ("2027-01-01", 30.0), ("2028-01-01", 40.0)]
    assert same(by_day(paid(case)), [*wanted, ("2029-01-01", 1050.0)])


def test_a_part_of_an_amortising_bond_is_called_between_its_dates(tmp_path: Path):
    # 750 is owed from 2026 on. On 1 July 40 % is called at 101: 300, a premium of 3, and half a
    # year's interest on it, 7.5. The other 450 are repaid by 150 a year.
    case = made(
        tmp_path,
        debts=[debt("D", "0.05", "2029-01-01", instrument="bond", **PARTS)],
        debt_changes=[change("2026-07-01", "call", share="0.4", price="1.01")],
    )
    wanted = [("2026-01-01", 300.0), ("2026-07-01", 310.5), ("2027-01-01", 172.5)]
    assert same(by_day(paid(case)), [*wanted, ("2028-01-01", 165.0), ("2029-01-01", 157.5)])


def test_principal_and_interest_follow_an_index_of_the_drivers(tmp_path: Path):
    # 103 in 2026 and 105 in 2027, from 100: 4 % of 1,030 in 2027; 1,050 and 4 % of it in 2028.
    index = {
        "market_object_code_of_scaling_index": "CPI",
        "scaling_index_at_contract_deal_date": "1",
        "scaling_effect": "IN0",
        "cycle_of_scaling_index": "P1YL1",
        "cycle_anchor_date_of_scaling_index": "2026-01-01",
    }
    path = {2025: "1", 2026: "1.03", 2027: "1.05"}
    drivers = [
        {"driver": name, "quarter": f"{year}Q{quarter}"}
        | dict.fromkeys(("base", "adverse", "favourable"), value if name == "CPI" else "1")
        for name in ("CPI", "town_price")
        for year, value in path.items()
        for quarter in (1, 2, 3, 4)
    ]
    terms = [{"debt_id": "D", "term": term, "value": value} for term, value in index.items()]
    debts = [debt("D", "0.04", "2028-01-01")]
    case = made(tmp_path, debts=debts, debt_terms=terms, drivers=drivers)
    wanted = [("2026-01-01", 40.0), ("2027-01-01", 41.2), ("2028-01-01", 1092.0)]
    assert same(by_day(paid(case)), wanted)


def test_arrears_bear_penalty_interest_until_they_are_cured(tmp_path: Path):
    # 1,040 due on 2026-01-01 is paid half a year later with 10 % a year of it: 52.
    late = change("2025-12-31", "default", until="2026-07-01")
    debts = [debt("D", "0.04", "2026-01-01", penalty_rate="0.1")]
    assert paid(made(tmp_path, debts=debts, debt_changes=[late])) == [
        ("2026-07-01", "PR", pytest.approx(1000.0)),
        ("2026-07-01", "PY", pytest.approx(52.0)),
        ("2026-07-01", "IP", pytest.approx(40.0)),
    ]


def test_too_little_cash_goes_to_the_senior_debt_and_guarantors_are_asked_for_the_rest(
    tmp_path: Path,
):
    # Three bullets of 100 with 4 of interest fall due; 150 is there: 104 to the senior debt, 23 to
    # each of the two subordinated ones, of which 81 each is left. The first guarantee covers all
    # three up to 100: 81 for J1, 19 for J2. The second covers J2 and J1 up to 50: 50 of J2's 62.
    debts = [
        debt(name, "0.04", "2026-01-01", seniority=rank, penalty_rate="0", notional_principal=size)
        for name, rank, size in (
            ("S", "senior", "100"),
            ("J1", "subordinated", "100"),
            ("J2", "subordinated", "100"),
        )
    ]
    names = ("guarantee_id", "guarantor_id", "debt_ids", "amount_limit", "call_order")
    given = [("G1", "county", "S;J1;J2", "100", "1"), ("G2", "county", "J2;J1", "50", "2")]
    case = made(
        tmp_path, debts=debts, guarantees=[dict(zip(names, row, strict=True)) for row in given]
    )
    day = dt.date(2026, 1, 1)
    cash = pl.DataFrame({"date": [day], "amount": [150.0]})
    flows = ironpot.project_debts(case)
    told = ironpot.pay_from_cash(flows, cash, ironpot.ranks_of_debts(case.debts))
    claims = ironpot.claims_of(told, day)
    assert sorted(claims.select("debt_id", "amount").rows()) == [("J1", 81.0), ("J2", 81.0)]
    calls = ironpot.call_guarantees(claims, case.guarantees)
    assert calls.select("guarantee_id", "debt_id", "called", "limit_left").rows() == [
        ("G1", "J1", 81.0, 19.0),
        ("G1", "J2", 19.0, 0.0),
        ("G2", "J2", 50.0, 0.0),
    ]


def test_hidden_debt_is_swapped_for_an_on_lent_bond_and_the_gain_is_booked(tmp_path: Path):
    # 1,000 at 8 % due in 2027 becomes a bond of 3 % to 2031 for a fee of 0.1 %. At 8 % the old debt
    # is worth 1,080 / 1.08 = 1,000; the bond's payments are 365, 730, 1,096, 1,461 and 1,826 days
    # away (2028 is a leap year), 30 / 1.08^(days / 365) each and 1,000 / 1.08^(1826 / 365).
    swap = change("2026-01-01", "swap", new_rate="0.03", until="2031-01-01", fee_share="0.001")
    case = made(tmp_path, debts=[debt("D", "0.08", "2027-01-01")], debt_changes=[swap])
    bond = [(f"{year}-01-01", 30.0) for year in (2027, 2028, 2029, 2030)]
    assert same(by_day(paid(case)), [("2026-01-01", 81.0), *bond, ("2031-01-01", 1030.0)])

    old = ironpot.payments_of(ironpot.project_debts(case, without=[swap["change_id"]]), "D")
    new = ironpot.payments_of(ironpot.project_debts(case), "D")
    found = ironpot.compare_exchange(
        *(old, new), date=dt.date(2026, 1, 1), effective_rate=0.08, carrying_amount=1000.0, fee=1.0
    )
    days = (365, 730, 1096, 1461, 1826)
    worth = sum(30 / 1.08 ** (day / 365) for day in days) + 1000 / 1.08 ** (1826 / 365)
    assert found.old_value == pytest.approx(1000.0, abs=1e-9)
    assert found.new_value == pytest.approx(worth + 1.0, abs=1e-9)
    assert found.substantial
    assert found.booked == pytest.approx(worth + 1.0 - 1000.0, abs=1e-9)


def test_a_change_that_cannot_be_is_said_with_its_row_and_what_to_do(tmp_path: Path):
    late = change("2025-12-31", "default", until="2026-07-01")
    case = made(tmp_path, debts=[debt("D", "0.04", "2026-01-01")], debt_changes=[late])
    with pytest.raises(CaseError, match=r"penalty_rate.*fill in the debt's penalty rate"):
        ironpot.project_debts(case)
