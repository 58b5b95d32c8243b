"""Cycles, day counts and business days: each against an independent way to reach the same day."""

import calendar
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cashflow.tries import tries

from ironpot.cashflow.business_days import adjust, is_business_day
from ironpot.cashflow.cycles import Cycles, add_cycles, cycles_of, cycles_until, cyclic_dates
from ironpot.cashflow.daycount import place_in_periods, year_fraction
from ironpot.cashflow.words import Words, repeated

SOME = tries(200)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2080, 12, 31))
WORDS = ("NOS", "SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP")


def times(*days: dt.date) -> np.ndarray:
    return np.array(days, "M8[s]")


def monthly(count: int) -> Cycles:
    return Cycles(np.array([count]), np.array([0]), np.array([False]))


def added(start: dt.date, months: int, *, end_of_month: bool = False) -> dt.date:
    """Add months with the standard library alone."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    ends = start.day == calendar.monthrange(start.year, start.month)[1] and start.day < 31
    return dt.date(year, month + 1, last if end_of_month and ends else min(start.day, last))


@SOME
@given(DAYS, st.integers(1, 24), st.integers(0, 60), st.booleans())
def test_a_cycle_rolls_from_its_anchor_and_not_from_its_last_date(start, months, count, sticky):
    found = add_cycles(times(start), np.array([count]), monthly(months), np.array([sticky]))
    assert found[0].astype("M8[D]").item() == added(start, months * count, end_of_month=sticky)


@SOME
@given(DAYS, DAYS, st.integers(1, 24), st.booleans())
def test_the_last_cycle_before_a_day_is_the_last_one(start, end, months, sticky):
    cycle, flag = monthly(months), np.array([sticky])
    count = cycles_until(times(start), times(end), cycle, flag)
    low, high = (add_cycles(times(start), count + step, cycle, flag) for step in (0, 1))
    assert low[0] <= times(end)[0] < high[0]


@pytest.mark.parametrize(
    ("cycle", "end", "expected"),
    [
        (
            "P3ML1",
            "2025-12-31",
            ["2025-01-31", "2025-04-30", "2025-07-31", "2025-10-31", "2025-12-31"],
        ),
        ("P3ML0", "2025-12-31", ["2025-01-31", "2025-04-30", "2025-07-31", "2025-12-31"]),
        ("P3ML0", "2025-10-31", ["2025-01-31", "2025-04-30", "2025-07-31", "2025-10-31"]),
        ("P1YL0", "2025-12-31", ["2025-01-31", "2025-12-31"]),
        ("P90DL1", "2025-06-30", ["2025-01-31", "2025-05-01", "2025-06-30"]),
    ],
)
def test_a_long_stub_drops_the_last_date_before_an_end_off_the_cycle(cycle, end, expected):
    found = cyclic_dates(
        times(dt.date(2025, 1, 31)),
        cycles_of(repeated(cycle, 1)),
        times(dt.date.fromisoformat(end)),
        np.array([False]),
        include_end=True,
    )
    assert [str(day)[:10] for day in found.time] == expected


# Years between two days, worked by hand from each convention's text.
@pytest.mark.parametrize(
    ("convention", "start", "end", "years"),
    [
        ("A360", "2024-01-31", "2024-07-31", 182 / 360),
        ("A365", "2024-01-31", "2024-07-31", 182 / 365),
        ("AA", "2023-07-01", "2024-07-01", 184 / 365 + 182 / 366),
        ("AA", "2024-02-28", "2024-03-01", 2 / 366),
        ("30E360", "2024-01-31", "2024-02-29", 29 / 360),
        ("30E360", "2024-02-29", "2024-08-31", 181 / 360),
        ("30E360ISDA", "2024-02-29", "2024-08-31", 180 / 360),
        ("28E336", "2024-01-31", "2024-03-31", 56 / 336),
    ],
)
def test_year_fractions_are_those_of_their_conventions(convention, start, end, years):
    found = year_fraction(
        times(dt.date.fromisoformat(start)), times(dt.date.fromisoformat(end)), convention
    )
    assert found[0] == pytest.approx(years, abs=1e-15)


@SOME
@given(DAYS, DAYS, DAYS, st.sampled_from(["AA", "A360", "A365", "30E360", "28E336"]))
def test_year_fractions_add_up(first, second, third, convention):
    one, two, whole = (
        year_fraction(times(start), times(end), convention)[0]
        for start, end in ((first, second), (second, third), (first, third))
    )
    assert one + two == pytest.approx(whole, abs=1e-12)


@SOME
@given(DAYS, st.integers(1, 12), st.integers(-20, 20))
def test_an_icma_period_is_the_same_part_of_a_year_whatever_its_days(anchor, months, count):
    flag, cycle = np.array([False]), monthly(months)
    places = [
        place_in_periods(
            add_cycles(times(anchor), np.array([count + step]), cycle, flag),
            times(anchor),
            cycle,
            flag,
        )
        for step in (0, 1)
    ]
    years = [whole[0] + part[0] for whole, part in places]
    # A month that lacks the anchor's day can give two neighbours one date, never a longer period.
    assert years[1] - years[0] == pytest.approx(months / 12, abs=1e-12)


@SOME
@given(DAYS, st.sampled_from(WORDS), st.sampled_from(["MF", "CN"]))
def test_a_shifted_payment_falls_on_a_business_day(date, convention, name):
    paid = adjust(times(date), repeated(convention, 1), repeated(name, 1)).paid
    assert convention == "NOS" or is_business_day(paid, name).all()


@SOME
@given(DAYS, st.sampled_from([word for word in WORDS if "M" in word]))
def test_a_modified_convention_never_leaves_the_month(date, convention):
    paid = adjust(times(date), repeated(convention, 1), repeated("CN", 1)).paid
    assert paid[0].astype("M8[M]") == times(date)[0].astype("M8[M]")


def test_a_calculate_then_shift_convention_calculates_on_the_unshifted_day():
    sunday = times(dt.date(2013, 3, 31))
    for convention in ("CSF", "CSMF", "CSP", "CSMP"):
        assert adjust(sunday, repeated(convention, 1), repeated("MF", 1)).accrual == sunday
    for convention in ("SCF", "SCP"):
        moved = adjust(sunday, repeated(convention, 1), repeated("MF", 1))
        assert moved.accrual == moved.paid != sunday


# Announced arrangements: a holiday on a weekday, a working weekend day, an ordinary weekend day.
@pytest.mark.parametrize(
    ("date", "is_open"),
    [
        ("2020-01-31", False),
        ("2022-10-08", True),
        ("2024-02-12", False),
        ("2024-02-18", True),
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-03-01", False),
        ("2031-10-02", False),
        ("2031-10-08", True),
    ],
)
def test_chinese_business_days_are_those_announced(date, is_open):
    day = np.array([date], "M8[D]")
    assert is_business_day(day, "CN").tolist() == [is_open]


def test_rows_with_different_calendars_are_shifted_apart():
    eve = times(dt.date(2025, 1, 28), dt.date(2025, 1, 28))
    calendars = Words(("MF", "CN"), np.array([0, 1]))
    paid = adjust(eve, repeated("SCF", 2), calendars).paid
    assert [str(day)[:10] for day in paid] == ["2025-01-28", "2025-02-05"]
