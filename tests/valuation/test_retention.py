"""What is a kept lot worth? Closed forms of the annuity, and what bounds its life."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironpot.valuation.retention import annuity, retention_stream, retention_value, value_between

ONE = np.ones(1)
YEARS = st.integers(1, 200).map(lambda quarters: quarters / 4)
RATES = st.floats(0.001, 0.3)


def value(*, income=0.0, cost=0.0, capex=0.0, service=0.0, life=10.0, growth=0.0, rate=0.04, **cap):
    """Retention value of one lot, yuan a year in."""
    columns = (x * ONE for x in (income, cost, capex, service, life, growth))
    return float(retention_value(retention_stream(*columns, rate=rate, **cap))[0])


def quarterly(rate: float) -> float:
    return (1.0 + rate) ** 0.25 - 1.0


@given(years=YEARS, rate=RATES)
def test_level_income_is_worth_the_textbook_annuity(years, rate):
    i, n = quarterly(rate), round(years * 4)
    textbook = 100.0 / 4.0 * (1.0 - (1.0 + i) ** -n) / i
    assert value(income=100.0, life=years, rate=rate) == pytest.approx(textbook, rel=1e-9)


@given(years=YEARS, rate=RATES, growth=st.floats(-0.1, 0.1))
def test_growing_income_is_worth_the_growing_annuity(years, rate, growth):
    n, g, d = round(years * 4), (1.0 + growth) ** 0.25, (1.0 + rate) ** -0.25
    ratio = g * d
    series = n if abs(ratio - 1.0) < 1e-12 else (1.0 - ratio**n) / (1.0 - ratio)
    textbook = 25.0 * d * series
    found = value(income=100.0, life=years, rate=rate, growth=growth)
    assert found == pytest.approx(textbook, rel=1e-7)


@given(
    income=st.floats(0.0, 1e9),
    cost=st.floats(0.0, 1e9),
    capex=st.floats(0.0, 1e9),
    service=st.floats(0.0, 1e9),
    years=YEARS,
    rate=st.floats(0.0, 0.3),
)
def test_needed_investment_counts_at_its_present_value_whatever_the_life(
    income, cost, capex, service, years, rate
):
    n = np.array([round(years * 4)])
    parts = (income - cost + service) / 4.0 * float(annuity(n, rate)[0]) - capex
    found = value(income=income, cost=cost, capex=capex, service=service, life=years, rate=rate)
    assert found == pytest.approx(
        parts, rel=1e-9, abs=1e-6 * max(income, cost, capex, service, 1.0)
    )


@pytest.mark.parametrize("years", [50.0, 51.0, 75.0, 999.0])
def test_no_more_than_fifty_years_are_counted(years):
    assert value(income=100.0, life=years) == value(income=100.0, life=50.0)
    assert value(income=100.0, life=years) > value(income=100.0, life=49.75)


def test_the_cap_on_life_can_be_moved():
    assert value(income=100.0, life=75.0, life_cap_y=75.0) > value(income=100.0, life=75.0)


def test_a_lot_that_costs_more_than_it_earns_has_a_negative_pot():
    assert value(income=1.0, cost=5.0) < 0.0


def test_at_no_interest_a_lot_is_worth_its_years():
    assert value(income=8.0, cost=3.0, life=10.0, rate=0.0) == pytest.approx(50.0)


@pytest.mark.parametrize("missing", range(5))
def test_a_missing_figure_is_refused_not_taken_as_nil(missing):
    columns = [ONE.copy() for _ in range(6)]
    columns[missing][0] = np.nan
    with pytest.raises(ValueError, match="missing"):
        retention_stream(*columns, rate=0.04)


@given(
    flow=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
    cuts=st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(0, 15)),
)
def test_value_adds_up_over_adjoining_spans(flow, cuts):
    first, middle, last = sorted(cuts)
    cash, factors = np.array([flow]), 0.9 ** np.arange(len(flow))
    spans = ((first, middle), (middle, last), (first, last))
    parts = [value_between(factors, cash, np.array([f]), np.array([t]))[0] for f, t in spans]
    assert parts[0] + parts[1] == pytest.approx(parts[2], abs=1e-3)
