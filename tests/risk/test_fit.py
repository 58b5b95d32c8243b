"""Laws of the fit: what was put in comes out, units are pooled, gaps are not bridged."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from examples.china_shocks import refit
from tests.risk.published_dsa import BESIDE

from ironpot.core.errors import IronpotError
from ironpot.risk.fit import chosen, fit_shocks, side_by_side, yearly_changes
from ironpot.risk.fit_files import read_fit, shipped_fit, write_fit
from ironpot.risk.moments import best_degrees, pairwise_covariance

COVARIANCE = np.array([[0.01, 0.004], [0.004, 0.04]])
LAGS = np.array([[0.4, 0.0], [0.2, -0.3]])


def panel(units=300, years=9, lags=None, common=0.0, seed=1):
    rng = np.random.default_rng(seed)
    shared = rng.multivariate_normal(np.zeros(2), common * COVARIANCE, years)
    rows = []
    for unit in range(units):
        own = rng.multivariate_normal(np.zeros(2), (1 - common) * COVARIANCE, years)
        shocks = own + shared
        for year in range(1, years):
            shocks[year] += 0 if lags is None else lags @ shocks[year - 1]
        rows += [(f"u{unit:03}", 2010 + year, *shocks[year]) for year in range(years)]
    return pl.DataFrame(rows, schema=["unit", "year", "a", "b"], orient="row")


def test_a_fit_finds_the_covariance_that_was_put_in():
    fit = fit_shocks(panel(), ["a", "b"], source="made up")
    assert np.abs(fit.covariance - COVARIANCE).max() < 0.002
    assert fit.observations.tolist() == [2700, 2700]
    assert fit.units.tolist() == [300, 300]


def test_a_fit_finds_the_lags_that_were_put_in():
    fit = fit_shocks(panel(lags=LAGS), ["a", "b"], source="made up")
    assert np.abs(fit.coefficients - LAGS).max() < 0.06
    assert np.abs(fit.innovations - COVARIANCE).max() < 0.004


def test_the_common_share_is_what_units_have_in_common():
    shares = [
        fit_shocks(panel(years=60, units=40, common=part), ["a", "b"], source="x").common_share
        for part in (0.0, 0.5)
    ]
    assert shares[0].max() < 0.02
    assert np.abs(shares[1] - 0.5).max() < 0.12


def test_degrees_of_freedom_are_found():
    rng = np.random.default_rng(2)
    found = [
        best_degrees(rng.standard_t(degrees, 20_000)[:, None] * np.sqrt((degrees - 2) / degrees))
        for degrees in (4, 12)
    ]
    assert found[0] == pytest.approx(4, abs=0.5)
    assert found[1] == pytest.approx(12, abs=3)


def test_changes_do_not_cross_gaps_or_signs():
    levels = pl.DataFrame(
        {
            "unit": ["a"] * 4 + ["b"],
            "year": [2018, 2019, 2021, 2022, 2019],
            "x": [1.0, 2.0, 4.0, -1.0, 9.0],
            "rate": [0.05, 0.04, 0.03, 0.01, 0.5],
        }
    )
    changes = yearly_changes(levels, ["x", "rate"], rates=["rate"])
    assert changes["x"].to_list() == [None, pytest.approx(np.log(2)), None, None, None]
    assert changes["rate"].to_list() == [
        None,
        pytest.approx(-0.01),
        None,
        pytest.approx(-0.02),
        None,
    ]


def test_unknown_values_are_left_out_pair_by_pair():
    values = np.array([[1.0, 2.0], [2.0, np.nan], [3.0, 6.0], [4.0, 8.0], [np.nan, 0.0]])
    found = pairwise_covariance(values)
    assert found[0, 0] == pytest.approx(np.var([1, 2, 3, 4], ddof=1))
    assert found[0, 1] == pytest.approx(np.sqrt(found[0, 0] * found[1, 1]))


def test_pairs_that_do_not_fit_together_give_a_possible_covariance():
    nan = np.nan
    pairs = {(0, 1): 1, (1, 2): 1, (0, 2): -1}
    rows = []
    for (one, two), sign in pairs.items():
        for value in (-1.0, -0.5, 0.5, 1.0):
            row = [nan] * 3
            row[one], row[two] = value, sign * value
            rows.append(row)
    found = pairwise_covariance(np.array(rows))
    assert np.linalg.eigvalsh(found).min() > -1e-12


def test_fits_of_different_data_are_uncorrelated():
    one = fit_shocks(panel(), ["a", "b"], source="one")
    other = panel(seed=5).rename({"a": "c"}).drop("b")
    both = side_by_side(one, fit_shocks(other, ["c"], source="two", rates=["c"]))
    assert both.drivers == ("a", "b", "c")
    assert both.covariance[:2, 2].tolist() == [0.0, 0.0]
    assert both.rates == {"c"}
    assert chosen(both, ["c", "a"]).covariance[1, 1] == one.covariance[0, 0]


def test_bootstraps_of_a_fit_draw_whole_observations():
    fit = fit_shocks(panel(units=20), ["a", "b"], source="made up")
    assert fit.law("block").block_length == 2
    rows = {tuple(row) for row in fit.history.round(12)}
    assert {tuple(row) for row in fit.law("block").history.round(12)} <= rows
    left = fit.law("residual")
    assert left.history.shape == (20 * 8, 2)
    assert np.abs(left.history.mean(axis=0)).max() < 1e-12


def test_shipped_figures_carry_no_data_and_say_so_when_asked_to_be_drawn_from():
    fit = shipped_fit()
    assert fit.history is None
    for kind in ("residual", "block"):
        with pytest.raises(IronpotError, match="history"):
            fit.law(kind)
    for kind in ("normal", "student", "var"):
        assert np.linalg.eigvalsh(fit.law(kind).covariance).min() > 0


def test_the_table_of_a_fit_shows_every_figure():
    table = shipped_fit().table()
    deviation = table.filter(
        pl.col("driver") == "land_revenue", pl.col("figure") == "standard_deviation"
    )
    assert deviation["value"][0] == pytest.approx(0.26, abs=0.01)
    assert deviation["observations"][0] == 123
    assert table["source"].null_count() == 0


def test_a_written_fit_is_read_back():
    fit = shipped_fit()
    again = read_fit(write_fit(fit))
    for field in dataclasses.fields(fit):
        one, two = getattr(fit, field.name), getattr(again, field.name)
        assert np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two


def test_the_shipped_fit_is_what_its_script_makes():
    china = BESIDE.parents[1] / "data" / "china"
    if not china.exists():
        pytest.skip(f"{china} IS MISSING: the shipped fit was NOT made again from its tables")
    columns = pl.read_csv(china / "prefecture_panel_2018_2025.csv", infer_schema_length=None)
    again = refit(columns, pl.read_csv(china / "lpr_changes_2019_2025.csv"))
    assert write_fit(again) == write_fit(shipped_fit())
