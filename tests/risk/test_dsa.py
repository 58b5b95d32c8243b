"""Laws of deterministic debt paths: conservation, closed forms, published accounts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.published_dsa import published

from ironpot.core.errors import IronpotError
from ironpot.risk.dsa import (
    closed_form,
    debt_path,
    financing_need,
    stabilising_balance,
    steady_state,
    target_balance,
)

RATES = st.floats(-0.2, 0.5)


def literal_path(opening, rate, growth, balance, stock_flow):
    """Slow reference: the equation as it is written, one period after the other."""
    ratio = [opening]
    for r, g, pb, sf in zip(rate, growth, balance, stock_flow, strict=True):
        ratio.append(ratio[-1] * (1 + r) / (1 + g) - pb + sf)
    return ratio


@st.composite
def figures(draw):
    periods = draw(st.integers(1, 12))
    lists = [
        draw(st.lists(part, min_size=periods, max_size=periods))
        for part in (RATES, RATES, st.floats(-50, 50), st.floats(-50, 50))
    ]
    return draw(st.floats(0, 500)), *(np.array(part) for part in lists)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(figures())
def test_the_path_is_the_equation_period_by_period(case):
    opening, rate, growth, balance, stock_flow = case
    path = debt_path(opening, rate, growth, balance, stock_flow)
    expected = literal_path(opening, rate, growth, balance, stock_flow)
    assert path.ratio.tolist() == pytest.approx(expected, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(figures(), st.floats(0.5, 2.0))
def test_the_parts_add_up_to_the_change_of_the_path(case, valuation):
    path = debt_path(*case, valuation)
    assert np.abs(path.residual).max() < 1e-9


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(0, 500), RATES, RATES, st.floats(-20, 20), st.integers(1, 20))
def test_constant_figures_follow_the_closed_form(opening, rate, growth, balance, periods):
    path = debt_path(opening, rate, growth, np.full(periods, balance)).ratio
    expected = closed_form(opening, rate, growth, balance, periods)
    scale = max(1.0, float(np.abs(expected).max()))
    factor = (1 + rate) / (1 + growth)
    # near one the closed form itself divides rounding errors by the distance from one
    lost = 1e-12 / abs(factor - 1) if factor != 1 else 0.0
    assert np.abs(path - expected).max() <= (1e-9 + lost) * scale


@settings(derandomize=True, deadline=None, max_examples=100)
@given(figures())
def test_the_stabilising_balance_keeps_the_ratio(case):
    opening, rate, growth, _, _ = case
    balance = stabilising_balance(opening, rate, growth)
    path = debt_path(opening, rate, growth, balance)
    assert path.ratio[1] == pytest.approx(opening, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(figures(), st.floats(0, 300))
def test_the_target_balance_reaches_its_target(case, target):
    opening, rate, growth, _, stock_flow = case
    balance = target_balance(opening, target, rate, growth, stock_flow)
    path = debt_path(opening, rate, growth, np.full(rate.size, balance), stock_flow)
    scale = max(1.0, float(np.abs(path.ratio).max()))
    assert path.ratio[-1] == pytest.approx(target, abs=1e-9 * scale)


def test_scenarios_are_one_call():
    rate = np.array([[0.02, 0.03], [0.05, 0.01]])
    both = debt_path(np.array([90.0, 60.0]), rate, 0.02, np.array([1.0, -1.0])).ratio
    for row, opening in enumerate((90.0, 60.0)):
        alone = debt_path(opening, rate[row], 0.02, np.array([1.0, -1.0])).ratio
        assert both[row].tolist() == alone.tolist()


@pytest.mark.parametrize(
    ("debt", "rate", "growth", "balance"),
    [
        (100.0, 0.05, 0.03, 1.9417475728155345),
        (60.0, 0.04, 0.05, -0.5714285714285715),
        (350.0, 0.055, 0.06, -1.6509433962264142),
    ],
)
def test_stabilising_balances_of_the_textbook(debt, rate, growth, balance):
    assert float(stabilising_balance(debt, rate, growth)) == pytest.approx(balance, abs=1e-10)


def test_the_steady_state_is_kept_for_ever():
    level = steady_state(0.05, 0.03, 1.0)
    assert debt_path(level, 0.05, 0.03, np.full(50, 1.0)).ratio[-1] == pytest.approx(level)
    assert steady_state(0.03, 0.03, 1.0) == float("inf")


def test_a_deficit_adds_to_what_must_be_financed():
    assert float(financing_need(-2.0, 3.0, 10.0, 1.0)) == 16.0


def test_published_closed_forms():
    case = published("analytic_debt_dynamics")
    for item in case["debt_stabilising_pb"]:
        found = stabilising_balance(item["d"], item["i"], item["g"])
        assert float(found) == pytest.approx(item["pb_star"], abs=case["tolerance"])
    for item in case["paths"]:
        pb = np.full(item["n"], item["pb"])
        path = debt_path(item["d0"], item["i"], item["g"], pb).ratio
        assert path.tolist() == pytest.approx(item["path"], abs=case["tolerance"])
        closed = closed_form(item["d0"], item["i"], item["g"], item["pb"], item["n"])
        assert closed.tolist() == pytest.approx(item["closed_form"], abs=1e-9)
        level = steady_state(item["i"], item["g"], item["pb"])
        assert level == pytest.approx(item["steady_state"], rel=1e-9)


def test_published_federal_baseline():
    """Interest, deficit and other means of financing carry debt and its ratio to the published."""
    case = published("cbo_2025_baseline")
    given_, out = case["inputs"], case["outputs"]
    gdp, interest, deficit, other = (
        np.array(given_[name][1:], float)
        for name in ("gdp", "net_interest", "total_deficit", "other_means_of_financing")
    )
    debt = np.array(out["debt_held_by_public"], float)
    growth = gdp / np.array(given_["gdp"][:-1]) - 1.0
    rate = interest / debt[:-1]
    opening = given_["debt_2024"] / given_["gdp"][0]
    balance = (interest - deficit) / gdp
    path = debt_path(opening, rate, growth, balance, other / gdp)
    assert (path.ratio[1:] * gdp).tolist() == pytest.approx(debt[1:].tolist(), abs=1.0)
    assert (100 * path.ratio).tolist() == pytest.approx(out["pct_gdp_rounded"], abs=0.5)
    assert np.abs(path.residual).max() < 1e-12
    stable = 100 * stabilising_balance(path.ratio[:-1], rate, growth)
    published_ = out["derived_debt_stabilising_pb_pct_gdp"]["values"]
    assert stable.tolist() == pytest.approx(published_, abs=1e-3)
    assert (100 * balance).tolist() == pytest.approx(
        out["derived_primary_balance_pct_gdp"], abs=1e-3
    )


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"growth": [0.03, -1.0]}, "growth"),
        ({"rate": [0.03, float("nan")]}, "rate holds figures that are unknown"),
        ({"primary_balance": [1.0, 2.0, 3.0]}, "primary_balance 3"),
    ],
)
def test_figures_that_make_no_path_are_refused_by_name(given_, said):
    plain = {"rate": [0.03, 0.03], "growth": [0.02, 0.02], "primary_balance": [0.0, 0.0]}
    with pytest.raises(IronpotError, match=said):
        debt_path(100.0, **plain | given_)


def test_a_frame_shows_each_periods_opening_parts_and_closing():
    rows = debt_path(100.0, 0.04, 0.03, [1.0, -1.0], 0.5, 1.02).frame(first=2025)
    parts = rows.select("interest", "growth", "valuation", "primary_balance", "stock_flow")
    closing = rows["opening"] + parts.sum_horizontal()
    assert closing.to_list() == pytest.approx(rows["closing"].to_list(), abs=1e-12)
    assert rows["period"].to_list() == [2025, 2026]


@pytest.mark.parametrize(
    "scenario",
    ["no_policy_change", "steps_4x0.5", "steps_4x0.5_adverse_r_g", "steps_4x0.5_financial_stress"],
)
def test_published_austrian_recursion(scenario):
    """Given rates, growth and balances, the equation gives the published ratios."""
    case = published("ec_dsa_AUT_2024")
    out = case["outputs"][scenario]
    rate, growth = (np.array(out[name][1:], float) / 100 for name in ("iir", "ng"))
    years = len(rate)
    usd = np.array(case["inputs"]["usd"])
    index = np.concatenate([usd, np.full(years + 1 - len(usd), usd[-1])])
    abroad = 1.0 - case["inputs"]["dom"]
    valuation = 1.0 + abroad * (index[1:] / index[:-1] - 1.0)
    path = debt_path(
        out["d"][2],
        rate[2:],
        growth[2:],
        np.array(out["pb"][3:]),
        np.array(out["sf"][3:]),
        valuation[2:],
    )
    assert path.ratio.tolist() == pytest.approx(out["d"][2:], abs=1e-6)
