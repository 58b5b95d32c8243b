"""The fan's law and the planner's futures differ on purpose; where they should agree, they do."""

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.case_shocks import shocked, shocks_of
from ironpot.risk.drivers import three_scenarios
from ironpot.risk.futures import drawn_futures, driver_paths
from ironpot.risk.projection import market_rates
from ironpot.risk.shocks import draw_shocks

DRAWS = 8_000
YEAR_ENDS = (3, 19)


@pytest.fixture(scope="module")
def laws():
    """Named paths, the planner's futures and the fan's draws of one case, and the fan's fit."""
    case = read_case("examples/bishan-scale").case
    named = three_scenarios(case, quarters=40)
    planned = driver_paths(case, drawn_futures(case, DRAWS, seed=1), quarters=40)
    rates = market_rates(case, named)
    model, fit = shocks_of(case, named, rates, RiskOptions())
    shocks = draw_shocks(model, DRAWS, 10, seed=1)
    base = named.names.index("base")
    return named, planned, shocked(named, base, model, shocks, rates=rates), fit


def test_both_are_drawn_around_the_base_path(laws):
    named, planned, fan, _ = laws
    base = named.names.index("base")
    for driver in fan.drivers:
        middle = np.median(fan.path(driver), axis=0)
        spread = fan.path(driver).std(axis=0) + 1e-12
        off = np.abs(middle - named.path(driver)[base]) / spread
        assert off.max() < 5 * 1.2533 / np.sqrt(DRAWS), driver
        # A future stands on the base where its level is nil: between its neighbours' levels.
        low, high = planned.path(driver).min(axis=0), planned.path(driver).max(axis=0)
        assert ((low <= named.path(driver)[base]) & (named.path(driver)[base] <= high)).all()


def test_where_nobody_has_a_history_both_spread_as_the_cases_own_scenarios(laws):
    """Transfers: the fan takes their spread of the first year, the futures that of each quarter."""
    _, planned, fan, fit = laws
    source = fit.filter(pl.col("driver") == "transfers")["source"].unique().to_list()
    assert source == ["spread of the case's scenarios in the first year"]
    for at in YEAR_ENDS:
        one, other = (law.path("transfers")[:, at].std() for law in (planned, fan))
        assert other == pytest.approx(one, rel=0.08)


def test_where_there_is_a_history_the_fan_spreads_as_fitted_and_the_futures_as_stated(laws):
    named, planned, fan, fit = laws
    base = named.names.index("base")
    rows = fit.filter(figure="standard_deviation")
    sigma = dict(rows.select("driver", "value").iter_rows())
    for driver in ("own_revenue", "land_revenue"):
        centre = named.path(driver)[base, 3]
        square = np.exp(sigma[driver] ** 2)
        assert fan.path(driver)[:, 3].std() == pytest.approx(
            centre * np.sqrt(square * (square - 1.0)), rel=0.05
        )
        three = named.path(driver)[:, 3]
        stated = np.sqrt(named.weights @ (three - named.weights @ three) ** 2)
        assert planned.path(driver)[:, 3].std() == pytest.approx(stated, rel=0.15)
        # Prefectures' history is wider than what the case's three columns say.
        assert fan.path(driver)[:, 3].std() > planned.path(driver)[:, 3].std()
