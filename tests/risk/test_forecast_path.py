"""Austria rebuilt from its forecast: rates, growth, balances, financing need, debt, effort, fan."""

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.risk.published_dsa import CASES, austria, kept_beside, published

from ironpot.core.errors import IronpotError
from ironpot.risk.forecast_path import forecast_path, least_step
from ironpot.risk.paths import Baseline, quantiles, simulate_debt
from ironpot.risk.shocks import ShockModel

HALF = (0.5,) * 4
PATHS = {
    "no_policy_change": ((), "main"),
    "steps_4x0.5": (HALF, "main"),
    "steps_4x0.5_adverse_r_g": (HALF, "adverse_rate_growth"),
    "steps_4x0.5_financial_stress": (HALF, "financial_stress"),
}
FIRST = {"d": 0, "ng": 1, "gfn": 1, "ob": 2}


@pytest.mark.parametrize("name", PATHS)
def test_austria_from_the_full_model(name):
    steps, scenario = PATHS[name]
    wanted = published("ec_dsa_AUT_2024")["outputs"][name]
    found = forecast_path(austria(), steps, scenario=scenario)
    made = {
        "d": found.ratio,
        "iir": 100 * found.rate,
        "ng": 100 * found.growth,
        "pb": found.primary_balance,
        "sf": found.stock_flow,
        "gfn": found.financing_need,
        "ob": found.balance,
    }
    for key, series in made.items():
        first = FIRST.get(key, 0)
        assert series[first:].tolist() == pytest.approx(wanted[key][first:], abs=1e-9), key
    assert np.abs(found.path.residual).max() < 1e-9


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("main", "main"),
        ("adverse_r_g", "adverse_rate_growth"),
        ("financial_stress", "financial_stress"),
    ],
)
def test_the_effort_after_which_austrias_debt_falls(name, scenario):
    wanted = published("ec_dsa_AUT_2024")["required_annual_step_debt_declines_2029_2038"][name]
    assert least_step(austria(), scenario=scenario) == pytest.approx(wanted, abs=2e-9)


def test_austrias_fan_around_the_rebuilt_path():
    """Nothing of the centre is read from the case: the model makes it, the shocks are fitted."""
    case, around = published("ec_dsa_stochastic_AUT"), forecast_path(austria(), HALF)
    first, years = 2028 - 2023, len(case["stochastic_years"])
    later = slice(first + 1, first + 1 + years)
    low, high = case["winsorize"]
    history = np.array(case["shocks"])
    history = np.clip(history, *np.percentile(history, [100 * low, 100 * high], axis=0))
    scale = np.array([1.0, 0.01, 0.01, 0.01, 1.0])
    forecast = austria()
    base = Baseline(
        float(around.ratio[first]),
        around.rate[later],
        around.growth[later],
        around.primary_balance[later],
        around.stock_flow[later],
        short_share=forecast.short_share,
        maturity=case["avg_residual_maturity_years"],
        foreign_share=1 - forecast.domestic_share,
        exchange_rate=forecast.exchange_rate[-1],
    )
    names = ("exchange_rate", "short_rate", "long_rate", "growth", "primary_balance")
    law = ShockModel(names, "normal", np.cov(history.T) * np.outer(scale, scale))
    paths = simulate_debt(base, law, draws=200_000, seed=3)
    ranks = [int(name[1:]) / 100 for name in case["quantiles"]]
    wanted = np.array(list(case["quantiles"].values()))
    assert np.abs(quantiles(paths, ranks) - wanted).max() < case["tolerance_pp"]


def test_an_effort_lowers_debt_only_after_it_has_cost_growth():
    """Without a multiplier effect on output, the same effort would lower debt at once."""
    still, effort = (forecast_path(austria(), steps) for steps in ((), HALF))
    assert effort.ratio[2] > still.ratio[2]
    assert (effort.ratio[4:] < still.ratio[4:]).all()


def test_a_short_series_is_named():
    with pytest.raises(IronpotError, match="stock_flow has 1 figures; 3"):
        forecast_path(replace(austria(), stock_flow=[1.0]))


@pytest.mark.parametrize("name", CASES)
def test_figures_are_those_of_the_case_that_they_were_typed_from(name):
    def same(mine, theirs):
        if isinstance(mine, dict):
            return all(same(part, theirs[key]) for key, part in mine.items())
        if isinstance(mine, list):
            return len(mine) == len(theirs) and all(map(same, mine, theirs))
        return mine == theirs or (theirs is None and math.isnan(mine))

    case = kept_beside(name)
    own = published(name)
    assert same(own, case)
