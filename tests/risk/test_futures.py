"""Laws of drawn futures: they lie around the three of the case, however many are drawn."""

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.check import written_and_verified

from ironpot.case.read import read_case
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.risk.drivers import three_scenarios
from ironpot.risk.futures import (
    Futures,
    drawn_futures,
    driver_paths,
    future_rates,
    named_futures,
)

MANY = 8_192


@pytest.fixture(scope="module")
def case():
    return read_case("examples/two-pots").case


def test_levels_have_the_mean_and_variance_of_the_cases_own_weights(case):
    """Weights w of -1, 0, +1 have mean w(+1) - w(-1) and variance w(+1) + w(-1) - mean^2."""
    futures, weights = drawn_futures(case, MANY, seed=3), case.settings.weights
    mean = weights["favourable"] - weights["adverse"]
    variance = weights["favourable"] + weights["adverse"] - mean**2
    drawn = futures.level("*")
    assert drawn[:, [0, 39]].mean(axis=0) == pytest.approx([mean] * 2, abs=0.04)
    assert drawn[:, [0, 39]].var(axis=0) == pytest.approx([variance] * 2, rel=0.1)


def test_levels_last_from_quarter_to_quarter_and_hang_together(case):
    futures = drawn_futures(case, MANY, seed=3)
    first, second = futures.level(futures.sources[1]), futures.level(futures.sources[2])
    lasting = np.corrcoef(first[:, 20], first[:, 21])[0, 1]
    together = np.corrcoef(first[:, 20], second[:, 20])[0, 1]
    assert (lasting, together) == (pytest.approx(0.9, abs=0.02), pytest.approx(0.6, abs=0.04))


def test_the_three_levels_give_back_the_three_named_paths(case):
    levels = np.array([0.0, -1.0, 1.0])[:, None, None] * np.ones((1, 40, 1))
    placed = Futures(("base", "adverse", "favourable"), np.full(3, 1 / 3), ("*",), levels)
    named = three_scenarios(case)
    np.testing.assert_allclose(driver_paths(case, placed).values, named.values, rtol=1e-12)


def test_no_path_falls_below_nil(case):
    levels = np.full((1, 40, 1), -50.0)
    far = Futures(("far",), np.ones(1), ("*",), levels)
    assert (driver_paths(case, far).values >= 0.0).all()


def test_named_futures_read_rates_as_the_case_gives_them(case):
    rates = future_rates(case, named_futures(case))
    assert rates.scenarios == ("base", "adverse", "favourable")


def test_a_plan_over_drawn_futures_re_adds(tmp_path):
    options = PlanOptions(time_limit_s=6.0, scenarios=7)
    plan = plan_resolution(busy(1), options=options)
    tables = written_and_verified(plan, tmp_path)
    assert plan.model.inputs.futures.count == 7
    assert tables["cash"]["scenario"].n_unique() == 8
