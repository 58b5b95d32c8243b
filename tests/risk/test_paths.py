"""Laws of the fan: the kernel is the equation scenario by scenario, quantiles are in order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.published_dsa import published

from ironpot.core.errors import IronpotError
from ironpot.risk.dsa import debt_path
from ironpot.risk.paths import MOVES, Baseline, quantiles, simulate_debt
from ironpot.risk.shocks import ShockModel, draw_shocks


def baseline(periods=6, **changes):
    figures = {
        "opening": 80.0,
        "rate": np.full(periods, 0.03),
        "growth": np.linspace(0.02, 0.04, periods),
        "primary_balance": np.linspace(-1.0, 1.0, periods),
        "stock_flow": np.full(periods, 0.2),
        "short_share": 0.3,
        "maturity": 4.0,
        "foreign_share": 0.2,
        "exchange_rate": 1.1,
    }
    return Baseline(**figures | changes)


def law(*drivers, sd=0.01):
    scale = np.array(
        [sd * (60 if name in ("primary_balance", "stock_flow") else 1) for name in drivers]
    )
    correlation = 0.3 + 0.7 * np.eye(len(drivers))
    return ShockModel(drivers, "normal", correlation * np.outer(scale, scale))


def literal_ratio(base, shocks):
    """Slow reference: one scenario of shocks by name, period after period."""
    still = np.zeros(base.periods)
    part = {name: shocks.get(name, still) for name in MOVES}
    ratio, level = [base.opening], base.exchange_rate
    for t in range(base.periods):
        renewed = min(base.maturity, t + 1) / base.maturity
        rate = base.rate[t] + base.short_share * part["short_rate"][t]
        rate += (1 - base.short_share) * renewed * sum(part["long_rate"][: t + 1])
        growth = base.growth[t] + part["growth"][t]
        now = base.exchange_rate + part["exchange_rate"][t]
        home = (1 - base.foreign_share) * ratio[-1] * (1 + rate) / (1 + growth)
        abroad = base.foreign_share * ratio[-1] * (1 + rate) / (1 + growth) * now / level
        balance = base.primary_balance[t] + part["primary_balance"][t]
        ratio.append(home + abroad - balance + base.stock_flow[t] + part["stock_flow"][t])
        level = now
    return ratio


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(MOVES), min_size=1, unique=True),
    st.integers(1, 8),
    st.integers(0, 1_000),
    st.floats(0.0, 1.0),
)
def test_each_path_is_the_equation_under_its_own_shocks(drivers, periods, seed, short_share):
    base, model = baseline(periods, short_share=short_share), law(*drivers)
    paths = simulate_debt(base, model, draws=5, seed=seed)
    shocks = draw_shocks(model, 5, periods, seed=seed)
    for scenario in range(5):
        own = {name: shocks[scenario, :, place] for place, name in enumerate(drivers)}
        expected = literal_ratio(base, own)
        assert paths[scenario].tolist() == pytest.approx(expected, abs=1e-9)


def test_without_variance_every_path_is_the_deterministic_one():
    base = baseline()
    still = ShockModel(("growth", "primary_balance"), "normal", np.zeros((2, 2)))
    paths = simulate_debt(base, still, draws=3, seed=1)
    alone = debt_path(base.opening, base.rate, base.growth, base.primary_balance, base.stock_flow)
    assert paths.tolist() == [alone.ratio.tolist()] * 3


def test_paths_do_not_depend_on_the_number_of_workers():
    alone, two, four = (
        simulate_debt(baseline(), law("growth", "long_rate"), draws=13_000, seed=3, workers=n)
        for n in (1, 2, 4)
    )
    assert (alone == two).all()
    assert (alone == four).all()


def test_shocks_to_the_balance_add_up_to_a_known_spread():
    """Without rates and growth, debt after t periods is the sum of t shocks: sd x root of t."""
    flat = np.zeros(9)
    base = Baseline(50.0, flat, flat, flat, flat)
    model = ShockModel(("primary_balance",), "normal", np.array([[4.0]]))
    paths = simulate_debt(base, model, draws=200_000, seed=8)
    wanted = 2.0 * np.sqrt(np.arange(10))
    assert np.abs(paths.std(axis=0) - wanted).max() < 0.03
    low, high = quantiles(paths, (0.05, 0.95))
    assert np.abs(high - low - 2 * 1.6448536 * wanted).max() < 0.12


def test_quantiles_are_in_order_and_inside_the_paths():
    paths = simulate_debt(baseline(), law("growth", "primary_balance"), draws=5_000, seed=3)
    fan = quantiles(paths)
    assert (np.diff(fan, axis=0) >= 0).all()
    assert (fan[0] >= paths.min(axis=0)).all()
    assert (fan[-1] <= paths.max(axis=0)).all()
    assert (quantiles(paths, workers=3) == fan).all()


def test_a_shock_that_moves_nothing_is_refused():
    with pytest.raises(IronpotError, match="rainfall"):
        simulate_debt(baseline(), law("rainfall"), draws=2, seed=1)


def winsorized(history, low, high):
    ends = np.percentile(history, [100 * low, 100 * high], axis=0)
    return np.clip(history, *ends)


def austrian_fan(draws):
    case = published("ec_dsa_stochastic_AUT")
    base, years = case["baseline"], len(case["stochastic_years"])
    history = winsorized(np.array(case["shocks"]), *case["winsorize"])
    unit = np.array([1.0, 0.01, 0.01, 0.01, 1.0])
    names = ("exchange_rate", "short_rate", "long_rate", "growth", "primary_balance")
    covariance = np.cov(history.T)
    assert np.abs(covariance - np.array(case["cov_after_winsorizing"])).max() < 1e-12
    deterministic = published("ec_dsa_AUT_2024")["inputs"]
    of = {name: np.array(base[name][1 : years + 1]) for name in ("iir", "ng", "pb", "sf")}
    path = Baseline(
        base["d"][0],
        of["iir"] / 100,
        of["ng"] / 100,
        of["pb"],
        of["sf"],
        short_share=deterministic["st_share"],
        maturity=case["avg_residual_maturity_years"],
        foreign_share=1 - deterministic["dom"],
        exchange_rate=deterministic["usd"][-1],
    )
    model = ShockModel(names, "normal", covariance * np.outer(unit, unit))
    return case, simulate_debt(path, model, draws=draws, seed=20)


def test_published_austrian_fan():
    case, paths = austrian_fan(200_000)
    ranks = [int(name[1:]) / 100 for name in case["quantiles"]]
    expected = np.array(list(case["quantiles"].values()))
    assert np.abs(quantiles(paths, ranks) - expected).max() < case["tolerance_pp"]
    below = float((paths[:, -1] < paths[0, 0]).mean())
    assert below == pytest.approx(case["p_debt_2033_below_2028"], abs=0.005)
    assert float((paths[:, -1] < 60).mean()) == pytest.approx(case["p_below_60"], abs=0.005)


def test_lists_and_single_figures_make_a_baseline_and_wrong_ones_are_named():
    base = Baseline(100.0, [0.03, 0.04], 0.02, [1.0, 1.0], 0.0)
    assert base.periods == 2
    assert base.growth.tolist() == [0.02, 0.02]
    with pytest.raises(IronpotError, match="growth 3"):
        Baseline(100.0, [0.03, 0.04], [0.02] * 3, [1.0, 1.0], 0.0)
    with pytest.raises(IronpotError, match="rate holds figures"):
        Baseline(100.0, [0.03, None], 0.02, [1.0, 1.0], 0.0)


def test_a_covariance_that_does_not_fit_its_drivers_is_refused():
    with pytest.raises(IronpotError, match="2 drivers"):
        ShockModel(("growth", "primary_balance"), "normal", [[0.01]])
