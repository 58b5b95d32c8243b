"""Schedules, business days and day counts, worked by hand.

Loans are claims (RPA) of 1,000: received is positive. The docstrings hold the derivations.
"""

import pytest
from tests.cashflow.contracts import day
from tests.cashflow.loans import interest, loan, monthly, payoffs


@pytest.mark.parametrize(
    ("cycle", "paid"),
    [
        ("P4ML1", [("2025-05-01", 12.0), ("2025-09-01", 12.0), ("2025-11-01", 6.0)]),
        ("P4ML0", [("2025-05-01", 12.0), ("2025-11-01", 18.0)]),
        ("P2QL0", [("2025-05-01", 12.0), ("2025-11-01", 18.0)]),
        ("P1YL0", [("2025-05-01", 12.0), ("2025-11-01", 18.0)]),
    ],
)
def test_a_last_stub_is_short_or_long(cycle, paid):
    """Ten months from January to November, first date in May; six months are left after it.

    L1 keeps September, L0 drops it. Half-years from May end in November: no stub. A year from May
    lies beyond: only May and the end.
    """
    terms = {
        "maturity_date": day("2025-11-01"),
        "cycle_anchor_date_of_interest_payment": day("2025-05-01"),
        "cycle_of_interest_payment": cycle,
    }
    assert interest(loan(**terms)) == paid


@pytest.mark.parametrize(
    ("convention", "dates"),
    [("SD", ["2025-03-28", "2025-04-28"]), ("EOM", ["2025-03-31", "2025-04-30"])],
)
def test_month_ends_stick_only_where_agreed(convention, dates):
    """From 2025-02-28, the last of its month."""
    found = interest(monthly("2025-02-28", end_of_month_convention=convention))
    assert [date for date, _ in found[1:3]] == dates


def test_a_day_that_a_month_lacks_is_its_last_and_comes_back():
    """From 2025-01-31: 28 February, then 31 March again, rolled from the anchor."""
    assert [date for date, _ in interest(monthly("2025-01-31"))[1:4]] == [
        "2025-02-28",
        "2025-03-31",
        "2025-04-30",
    ]


@pytest.mark.parametrize(
    ("convention", "paid"),
    [
        ("NOS", [("2025-05-31", 3.0), ("2025-06-30", 3.0)]),
        ("SCF", [("2025-06-02", 3.2), ("2025-06-30", 2.8)]),
        ("CSF", [("2025-06-02", 3.0), ("2025-06-30", 3.0)]),
        ("SCP", [("2025-05-30", 3.0), ("2025-06-30", 3.0)]),
        ("CSP", [("2025-05-30", 3.0), ("2025-06-30", 3.0)]),
        ("SCMF", [("2025-05-30", 3.0), ("2025-06-30", 3.0)]),
        ("CSMF", [("2025-05-30", 3.0), ("2025-06-30", 3.0)]),
    ],
)
def test_interest_due_on_saturday_the_31st_of_may_2025(convention, paid):
    """Following: Monday 2 June; preceding, and modified following (June is another month): Friday.

    SC* calculate on the moved day: from 30 April to 2 June are 32 days of 30/360, 3.20; the 28 days
    to 30 June bring 2.80. CS* calculate on the 31st, which counts as the 30th: 3.00.
    """
    rows = interest(monthly("2025-01-31", calendar="MF", business_day_convention=convention))
    assert [row for row in rows if "2025-05-15" < row[0] < "2025-07-15"] == paid


@pytest.mark.parametrize(
    ("convention", "moved"), [("SCMP", "2025-06-02"), ("CSMP", "2025-06-02"), ("SCP", "2025-05-30")]
)
def test_interest_due_on_sunday_the_first_of_june_2025_does_not_leave_the_month(convention, moved):
    """Modified preceding turns round: Friday 30 May would leave June, so Monday 2 June."""
    rows = interest(monthly("2025-01-01", calendar="MF", business_day_convention=convention))
    assert moved in [date for date, _ in rows]


@pytest.mark.parametrize(
    ("convention", "years"),
    [
        ("AA", 31 / 366 + 59 / 365),
        ("A360", 90 / 360),
        ("A365", 90 / 365),
        ("30E360", 90 / 360),
        ("30E360ISDA", 90 / 360),
        ("28E336", 84 / 336),
    ],
)
def test_three_months_across_a_new_year_by_each_day_count(convention, years):
    """From 2024-12-01 to 2025-03-01: 31 days in a leap year, then 31 + 28 days; three months.

    A loan of 1,000 at 100 % pays a thousand times the years.
    """
    terms = {
        "initial_exchange_date": day("2024-12-01"),
        "nominal_interest_rate": 1.0,
        "maturity_date": day("2025-03-01"),
        "cycle_anchor_date_of_interest_payment": None,
        "cycle_of_interest_payment": None,
        "day_count_convention": convention,
    }
    found = interest(loan(**terms), status=day("2024-11-30"))
    assert found == [("2025-03-01", pytest.approx(1000 * years, abs=1e-6))]


@pytest.mark.parametrize(
    ("convention", "years"),
    [("30E360", 28 / 360), ("30E360ISDA", 30 / 360), ("28E336", 28 / 336)],
)
def test_february_ends_differ_by_convention(convention, years):
    """From 31 January (counts as the 30th; the 28th in 28E/336) to 28 February 2025.

    30E/360: 28 days. ISDA takes February's end as the 30th: 30 days. 28E/336: a month of 28.
    """
    terms = {"day_count_convention": convention, "nominal_interest_rate": 1.0}
    found = interest(monthly("2025-01-31", **terms))
    assert found[1] == ("2025-02-28", pytest.approx(1000 * years, abs=1e-6))


@pytest.mark.parametrize(
    ("convention", "day_paid", "paid"),
    [("NOS", "2026-01-31", 3.0), ("SCF", "2026-02-02", 3.2), ("CSF", "2026-02-02", 3.0)],
)
def test_principal_due_on_a_saturday_is_repaid_with_the_interest_on_monday(
    convention, day_paid, paid
):
    """Maturity on Saturday 2026-01-31. Monday is 2 February, 32 days of 30/360 after the 30th."""
    terms = {
        "maturity_date": day("2026-01-31"),
        "cycle_anchor_date_of_interest_payment": day("2025-12-30"),
        "cycle_of_interest_payment": "P1YL1",
        "calendar": "MF",
        "business_day_convention": convention,
    }
    assert payoffs(loan(**terms))[-2:] == [(day_paid, "IP", paid), (day_paid, "MD", 1000.0)]


def test_isda_thirty_days_leave_a_february_maturity_where_it_is():
    """From 31 January to a maturity on 28 February: 28 days of 0.10."""
    terms = {"day_count_convention": "30E360ISDA", "maturity_date": day("2025-02-28")}
    assert interest(monthly("2025-01-31", **terms))[-1] == ("2025-02-28", 2.8)
