"""Random bonds and annuities pay what QuantLib says, date by date, to 1e-8.

Days up to the 28th and whole cycles, so that no end-of-month rule or stub matters. QuantLib is part
of the development set-up; without it these tests are skipped.
"""

from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.cashflow.contracts import STATUS

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.rates import RatePaths

ql: Any = pytest.importorskip(
    "QuantLib", reason="QuantLib is missing: 'make test' installs it, pip install -e '.[dev]' too"
)

BONDS = 150
AT_MONTH_END = False
EPOCH_SERIAL = 25_569  # 1970-01-01 as QuantLib counts days
MONTHS = {"P1ML1": 1, "P3ML1": 3, "P6ML1": 6, "P1YL1": 12}
DAYS = {
    "30E360": ql.Thirty360(ql.Thirty360.European),
    "A360": ql.Actual360(),
    "A365": ql.Actual365Fixed(),
    "AA": ql.ActualActual(ql.ActualActual.ISDA),
}
MOVES = {"NOS": ql.Unadjusted, "SCF": ql.Following, "SCMF": ql.ModifiedFollowing}
PATH_DAYS = np.arange("2024-12-01", "2060-01-01", dtype="M8[M]").astype("M8[D]")


def terms(seed: int) -> dict[str, Any]:
    """Draw a bond or loan of 100 of whole cycles up to 25 years."""
    rng = np.random.default_rng(seed)
    cycle = str(rng.choice(list(MONTHS)))
    every = MONTHS[cycle]
    start = np.datetime64("2025-01") + rng.integers(0, 24)
    day = int(rng.integers(0, 28))
    life = every * int(rng.integers(1, 1 + 300 // every))
    return {
        "contract_id": f"D{seed}",
        "contract_type": "PAM",
        "contract_role": "RPL",
        "notional_principal": 100.0,
        "nominal_interest_rate": round(float(rng.uniform(0.0, 0.12)), 6),
        "day_count_convention": str(rng.choice(list(DAYS))),
        "initial_exchange_date": (start.astype("M8[D]") + day).item(),
        "maturity_date": ((start + life).astype("M8[D]") + day).item(),
        "cycle_of_interest_payment": cycle,
        "cycle_anchor_date_of_interest_payment": ((start + every).astype("M8[D]") + day).item(),
    }


def schedule(bond: dict[str, Any], move: Any = ql.Unadjusted) -> Any:
    calendar = ql.NullCalendar() if move == ql.Unadjusted else ql.WeekendsOnly()
    start, end = (
        ql.Date(bond[name].day, bond[name].month, bond[name].year)
        for name in ("initial_exchange_date", "maturity_date")
    )
    tenor = ql.Period(MONTHS[bond["cycle_of_interest_payment"]], ql.Months)
    forward = ql.DateGeneration.Forward
    return ql.Schedule(start, end, tenor, calendar, move, ql.Unadjusted, forward, AT_MONTH_END)


def theirs(bond: Any) -> list[tuple[str, float]]:
    """Return day and amount of what QuantLib's bond pays, without nils."""
    rows = [(flow.date().ISO(), flow.amount()) for flow in bond.cashflows()]
    return sorted(row for row in rows if row[1])


def ours(rows: list[dict[str, Any]], rates: RatePaths | None = None):
    """Return by contract the day and amount of what is paid after the start, without nils."""
    flows = project_cash_flows(pl.DataFrame(rows), status_date=STATUS, rates=rates)
    paid = flows.events.filter(pl.col("event_type") != "IED", pl.col("payoff") != 0.0)
    found: dict[str, list[tuple[str, float]]] = {row["contract_id"]: [] for row in rows}
    for name, day, amount in paid.select("contract_id", "date", -pl.col("payoff")).iter_rows():
        found[name].append((day.isoformat(), amount))
    return {name: sorted(rows) for name, rows in found.items()}


def assert_same(found: list[tuple[str, float]], wanted: list[tuple[str, float]], what: object):
    assert [day for day, _ in found] == [day for day, _ in wanted], what
    amounts = [amount for _, amount in wanted]
    assert [amount for _, amount in found] == pytest.approx(amounts, abs=1e-8, rel=0.0), what


def test_bonds_pay_what_quantlib_says():
    rows = [terms(seed) for seed in range(BONDS)]
    found = ours(rows)
    for row in rows:
        days = DAYS[row["day_count_convention"]]
        bond = ql.FixedRateBond(0, 100.0, schedule(row), [row["nominal_interest_rate"]], days)
        assert_same(found[row["contract_id"]], theirs(bond), row)


def test_bonds_by_coupon_periods_pay_what_quantlib_says():
    rows = [terms(seed) | {"day_count_convention": "AAICMA"} for seed in range(BONDS)]
    found = ours(rows)
    for row in rows:
        dates = schedule(row)
        days = ql.ActualActual(ql.ActualActual.ISMA, dates)
        bond = ql.FixedRateBond(0, 100.0, dates, [row["nominal_interest_rate"]], days)
        assert_same(found[row["contract_id"]], theirs(bond), row)


@pytest.mark.parametrize("move", ["SCF", "SCMF"])
def test_bonds_on_business_days_pay_what_quantlib_says(move):
    # A bond is issued and repaid on a business day: ACTUS moves neither, QuantLib both.
    moving = {"business_day_convention": move, "calendar": "MF"}
    drawn = [terms(seed) | moving for seed in range(4 * BONDS)]
    ends = ("initial_exchange_date", "maturity_date")
    rows = [row for row in drawn if all(row[name].weekday() < 5 for name in ends)]
    assert len(rows) > BONDS
    found = ours(rows)
    for row in rows:
        days = DAYS[row["day_count_convention"]]
        dates = schedule(row, MOVES[move])
        bond = ql.FixedRateBond(0, 100.0, dates, [row["nominal_interest_rate"]], days)
        assert_same(found[row["contract_id"]], theirs(bond), row)


def test_annuities_pay_what_quantlib_says():
    parts = "cycle_of_principal_redemption", "cycle_anchor_date_of_principal_redemption"
    interest = "cycle_of_interest_payment", "cycle_anchor_date_of_interest_payment"
    rows = [
        row
        | {"contract_type": "ANN", "day_count_convention": "30E360"}
        | {part: row[like] for part, like in zip(parts, interest, strict=True)}
        for row in map(terms, range(BONDS))
    ]
    found = ours(rows)
    for row in rows:
        rate, months = row["nominal_interest_rate"], MONTHS[row["cycle_of_interest_payment"]]
        dates = schedule(row)
        term = ql.Period(months * (len(dates) - 1), ql.Months)
        often = ql.Period(months, ql.Months).frequency()
        left = ql.sinkingNotionals(term, often, rate, 100.0)
        bond = ql.AmortizingFixedRateBond(0, left, dates, [rate], DAYS["30E360"])
        assert_same(found[row["contract_id"]], theirs(bond), row)


def test_equal_parts_pay_what_quantlib_says():
    parts = "cycle_of_principal_redemption", "cycle_anchor_date_of_principal_redemption"
    interest = "cycle_of_interest_payment", "cycle_anchor_date_of_interest_payment"
    rows = [
        row
        | {"contract_type": "LAM"}
        | {part: row[like] for part, like in zip(parts, interest, strict=True)}
        for row in map(terms, range(BONDS))
    ]
    found = ours(rows)
    for row in rows:
        dates = schedule(row)
        count = len(dates) - 1
        left = [100.0 * (count - paid) / count for paid in range(count)]
        days = DAYS[row["day_count_convention"]]
        bond = ql.AmortizingFixedRateBond(0, left, dates, [row["nominal_interest_rate"]], days)
        assert_same(found[row["contract_id"]], theirs(bond), row)


def test_floating_bonds_pay_what_quantlib_says():
    rng = np.random.default_rng(1)
    rate = np.round(rng.uniform(0.0, 0.06, PATH_DAYS.size), 6)
    rates = RatePaths(("base",), ("LPR1Y",), PATH_DAYS, rate[None, None, :])
    rows = [
        row
        | {
            "cycle_of_rate_reset": row["cycle_of_interest_payment"],
            "cycle_anchor_date_of_rate_reset": row["initial_exchange_date"],
            "market_object_code_of_rate_reset": "LPR1Y",
            "rate_spread": row["nominal_interest_rate"] / 4,
        }
        for row in map(terms, range(BONDS))
    ]
    found = ours(rows, rates)
    every = np.arange(PATH_DAYS[0], PATH_DAYS[-1])
    fixing = rate[np.searchsorted(PATH_DAYS, every, side="right") - 1]
    serial = [ql.Date(day) for day in (every.astype(np.int64) + EPOCH_SERIAL).tolist()]
    ql.Settings.instance().evaluationDate = ql.Date(31, 12, 2059)
    for row in rows:
        days = DAYS[row["day_count_convention"]]
        tenor = ql.Period(MONTHS[row["cycle_of_interest_payment"]], ql.Months)
        index = ql.IborIndex(
            *(f"LPR-{row['contract_id']}", tenor, 0, ql.CNYCurrency(), ql.NullCalendar()),
            *(ql.Unadjusted, AT_MONTH_END, days),
        )
        index.addFixings(serial, fixing.tolist())
        bond = ql.FloatingRateBond(
            *(0, 100.0, schedule(row), index, days, ql.Unadjusted, 0, [1.0], [row["rate_spread"]])
        )
        assert_same(found[row["contract_id"]], theirs(bond), row)
